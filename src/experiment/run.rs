//! One run: a plan carried out, judged and summed up.

use crate::checks::Checks;
use crate::experiment::absence::Absences;
use crate::experiment::outcome::Outcome;
use crate::experiment::{assemble, told};
use crate::history::Observation;
use crate::metrics::journal::JournalEntry;
use crate::metrics::recorder::Recorder;
use crate::metrics::series::Series;
use crate::plan::Plan;
use crate::time::SimTime;
use crate::world::{Ending, Options, World};

/// A run and everything it left.
#[derive(Clone, Debug)]
pub struct Finished {
    /// What it found out.
    pub outcome: Outcome,
    /// What was sampled over time.
    pub series: Series,
    /// Faults, control steps, rules and verdicts, in order.
    pub journal: Vec<JournalEntry>,
    /// Counts that reach no outcome, as they depend on how it was run.
    pub ending: Ending,
    /// How many of the outcome's verdicts, the first ones, are demands of the scenario; the others
    /// are built-in checks.
    pub demands: usize,
}

/// Carries out a plan. `reproduce` is the command line that does so again.
pub fn run(plan: &Plan, options: Options, reproduce: &str) -> Finished {
    watched(plan, options, reproduce, &mut |_| {})
}

/// Carries out a plan like [`run`], and tells `progress` which time it has reached.
pub fn watched(
    plan: &Plan,
    options: Options,
    reproduce: &str,
    progress: &mut dyn FnMut(SimTime),
) -> Finished {
    let mut checks = Checks::new(plan);
    let rules = plan.rules.iter().map(|rule| rule.name.clone()).collect();
    let mut recorder = Recorder::new(plan.roster(), rules, plan.sample_every);
    let mut notes = assemble::Notes::default();
    let mut absences = Absences::new(&plan.roster());
    let mut witness = |observation: &Observation| {
        checks.observe(observation);
        recorder.observe(observation);
        notes.observe(observation);
        absences.observe(observation);
        progress(observation.at);
    };
    let ending = World::new(plan, options).run(&mut witness);
    let findings = checks.finish();
    let record = recorder.finish(SimTime::ZERO + plan.storm, ending.at);
    let mut outcome = assemble::outcome(plan, &ending, &findings, &record, notes, reproduce);
    outcome.absences = absences.finish(&plan.roster());
    Finished {
        outcome,
        series: record.series,
        journal: told::with_verdicts(record.journal, &findings, ending.at),
        ending,
        demands: findings.expectations.len(),
    }
}

/// The digest of a plan's run, nobody looking.
pub fn digest(plan: &Plan, options: Options) -> u64 {
    let options = Options {
        observed: false,
        ..options
    };
    World::new(plan, options).run(&mut |_| {}).digest
}
