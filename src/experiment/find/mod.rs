//! Finding a threshold: up to which value of a scenario an expectation holds.
//!
//! ```text
//! Question ─ scale, grid ─► search ─ indices ─► runs, each value with all seeds, several at once
//!                             ▲                   └─► Tried, in order ─┐
//!                             └────── holds, fails ◄───────────────────┴─► Threshold
//! ```
//!
//! Values share seeds, so what differs between two of them is the value. One holds when it does
//! with every seed; none is left out behind one that fails, so that the share can be told. What is
//! found depends neither on the number of jobs nor on the clock.

mod judged;
mod search;

use std::ops::ControlFlow;

use crate::engine::parallel::Workers;
use crate::experiment::outcome::{
    SCHEMA_VERSION, Seeds, Spacing, Threshold, ThresholdFound, Tried, TriedFailure, TriedPhase,
};
use crate::experiment::reproduce;
use crate::experiment::sweep::{seeded, share};
use crate::plan::Plan;
use crate::scenario::diagnostic::Mistakes;
use crate::scenario::{self, Asked, Scale};

pub use judged::Broken;
pub use search::{Found, Phase, search};

use judged::{Judged, judged};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The scenario's name.
    pub name: String,
    /// The question the scenario answers.
    pub question: String,
    /// The file's name and text.
    pub scenario: (String, String),
    /// Its overrides.
    pub overrides: Vec<String>,
    /// What is varied, as `--set` names it.
    pub path: String,
    /// The values that may be tried.
    pub scale: Scale,
    /// The expectation that judges.
    pub until: String,
    /// The seeds; one at least.
    pub seeds: Seeds,
}

/// How far a search is.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// So many runs are over, the last with this value.
    Run(u64, &'a str),
    /// All runs of a value are.
    Value(&'a Tried),
}

/// Why a search ended without a result.
#[derive(Clone, Debug)]
pub enum Stopped {
    /// Whoever watched has ended it.
    Interrupted,
    /// A run says nothing of its value.
    Broken(Box<BrokenRun>),
}

/// A run that says nothing of its value.
#[derive(Clone, Debug)]
pub struct BrokenRun {
    /// Why.
    pub why: Broken,
    /// The value.
    pub value: String,
    /// The seed.
    pub seed: u64,
    /// The command line of the run.
    pub reproduce: String,
}

/// Hears of every run and every value; breaks to end the search.
pub type Watch<'a> = dyn FnMut(Progress<'_>) -> ControlFlow<()> + 'a;

impl Question {
    fn plan_of(&self, value: &str, seed: u64) -> Result<Plan, Mistakes> {
        let (file, text) = &self.scenario;
        let asked = Asked {
            until: &self.until,
            path: &self.path,
            value,
        };
        let plan = scenario::parse_asked(file, text, &self.overrides, &asked, Some(seed))?;
        Ok(seeded(&plan, seed))
    }

    /// The command line of one run.
    pub fn reproduce(&self, value: &str, seed: u64) -> String {
        let mut overrides = self.overrides.clone();
        overrides.push(format!("expect=[{}]", self.until));
        overrides.push(format!("{}={value}", self.path));
        reproduce::line(&self.scenario.0, seed, &overrides, &[], None)
    }
}

/// Finds what is asked for.
///
/// # Errors
/// When it is interrupted, or as soon as a run says nothing of its value.
///
/// # Panics
/// When there are no seeds.
pub fn find(
    question: &Question,
    workers: &Workers,
    watch: &mut Watch<'_>,
) -> Result<Threshold, Stopped> {
    assert!(question.seeds.count() > 0, "there is a seed");
    let mut record = Record {
        question,
        runs: 0,
        tried: Vec::new(),
    };
    let scale = &question.scale;
    let found = search(scale.last(), &scale.grid(), |phase, indices| {
        record.judge(phase, indices, workers, watch)
    })?;
    Ok(record.told(found))
}

/// What was tried so far.
struct Record<'a> {
    question: &'a Question,
    runs: u64,
    tried: Vec<Tried>,
}

impl Record<'_> {
    /// Runs each of some values with all seeds.
    fn judge(
        &mut self,
        phase: Phase,
        indices: &[u64],
        workers: &Workers,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<bool>, Stopped> {
        let question = self.question;
        let values: Vec<String> = indices.iter().map(|at| question.scale.at(*at)).collect();
        let seeds = question.seeds.count();
        let case = |index: u64| {
            let value = usize::try_from(index / seeds).expect("it is one of the values");
            (&values[value], question.seeds.at(index % seeds))
        };
        let run = |index: u64| {
            let (value, seed) = case(index);
            judged(|| question.plan_of(value, seed))
        };
        let first = self.tried.len();
        let (mut failures, mut stopped) = (Vec::new(), None);
        workers.in_order(values.len() as u64 * seeds, run, |index, judged| {
            let (value, seed) = case(index);
            self.runs += 1;
            match judged {
                Judged::Holds => {}
                Judged::Fails(detail) => failures.push(TriedFailure { seed, detail }),
                Judged::Broken(why) => {
                    stopped = Some(Stopped::Broken(Box::new(BrokenRun {
                        why,
                        value: value.clone(),
                        seed,
                        reproduce: question.reproduce(value, seed),
                    })));
                    return ControlFlow::Break(());
                }
            }
            let mut heard = watch(Progress::Run(self.runs, value));
            if (index + 1) % seeds == 0 {
                let tried = tried(value, phase, seeds, std::mem::take(&mut failures));
                heard = match watch(Progress::Value(&tried)) {
                    ControlFlow::Continue(()) => heard,
                    ended => ended,
                };
                self.tried.push(tried);
            }
            if heard.is_break() {
                stopped = Some(Stopped::Interrupted);
            }
            heard
        });
        match stopped {
            Some(stopped) => Err(stopped),
            None => Ok(self.tried[first..].iter().map(|one| one.holds).collect()),
        }
    }

    fn told(self, found: Found) -> Threshold {
        let Question { scale, .. } = self.question;
        let (holds, fails) = match found {
            Found::Threshold { holds, fails } => (Some(holds), Some(fails)),
            _ => (None, None),
        };
        let disorder = match found {
            Found::Disorder(one, next) => Some([scale.at(one), scale.at(next)]),
            _ => None,
        };
        let fails_at = fails.map(|index| scale.at(index));
        Threshold {
            schema_version: SCHEMA_VERSION,
            scenario: self.question.name.clone(),
            question: self.question.question.clone(),
            file: self.question.scenario.0.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            overrides: self.question.overrides.clone(),
            path: self.question.path.clone(),
            from: scale.at(0),
            to: scale.at(scale.last()),
            precision: scale.precision(),
            spacing: match scale.is_geometric() {
                true => Spacing::Geometric,
                false => Spacing::Linear,
            },
            until: self.question.until.clone(),
            seeds: self.question.seeds.clone(),
            found: match found {
                Found::Threshold { holds, fails } if holds < fails => ThresholdFound::HoldsBelow,
                Found::Threshold { .. } => ThresholdFound::HoldsAbove,
                Found::Holds => ThresholdFound::BothHold,
                Found::Fails => ThresholdFound::BothFail,
                Found::Disorder(..) => ThresholdFound::NotMonotone,
            },
            holds_at: holds.map(|index| scale.at(index)),
            reproduce: self.failing(fails_at.as_deref(), disorder.as_ref()),
            fails_at,
            disorder,
            runs: self.runs,
            tried: self.tried,
        }
    }

    /// A run that fails: at the threshold, at one of the two out of order, or the first.
    fn failing(&self, fails_at: Option<&str>, disorder: Option<&[String; 2]>) -> Option<String> {
        let is_wanted = |value: &String| match (fails_at, disorder) {
            (Some(wanted), _) => value == wanted,
            (None, Some(both)) => both.contains(value),
            (None, None) => true,
        };
        let mut wanted = self.tried.iter().filter(|one| is_wanted(&one.value));
        wanted.find_map(|one| {
            let failure = one.failure.as_ref()?;
            Some(self.question.reproduce(&one.value, failure.seed))
        })
    }
}

fn tried(value: &str, phase: Phase, seeds: u64, failures: Vec<TriedFailure>) -> Tried {
    let held = seeds - failures.len() as u64;
    Tried {
        value: value.to_owned(),
        phase: match phase {
            Phase::End => TriedPhase::End,
            Phase::Grid => TriedPhase::Grid,
            Phase::Bisection => TriedPhase::Bisection,
        },
        holds: failures.is_empty(),
        held: share(held, seeds, u64::MAX),
        failure: failures.into_iter().next(),
    }
}
