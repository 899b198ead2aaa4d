//! One run of a search: whether the expectation holds, or why nobody can say.

use crate::engine;
use crate::experiment::outcome::{Status, VerdictStatus};
use crate::experiment::run;
use crate::experiment::sweep::detail;
use crate::plan::Plan;
use crate::scenario::diagnostic::Mistakes;
use crate::world::Options;

/// What one run says of its value.
#[derive(Clone, Debug)]
pub(super) enum Judged {
    /// The expectation holds.
    Holds,
    /// It does not, or nothing decided it: what was seen.
    Fails(String),
    /// Nobody can say.
    Broken(Broken),
}

/// Why a run says nothing of its value.
#[derive(Clone, Debug)]
pub enum Broken {
    /// The scenario is wrong with this value and seed.
    Wrong(Mistakes),
    /// The run handled as many events as it may.
    Capped(u64),
    /// The simulator failed: where, and what it said.
    Panic(String, String),
}

/// Makes a plan with one expectation and runs it.
pub(super) fn judged(plan: impl FnOnce() -> Result<Plan, Mistakes>) -> Judged {
    let work = || match plan() {
        Ok(plan) => of_plan(&plan),
        Err(mistakes) => Judged::Broken(Broken::Wrong(mistakes)),
    };
    engine::caught(work)
        .unwrap_or_else(|panic| Judged::Broken(Broken::Panic(panic.place, panic.message)))
}

fn of_plan(plan: &Plan) -> Judged {
    let finished = run::run(plan, Options::default(), "");
    let outcome = &finished.outcome;
    if outcome.status == Status::Capped {
        return Judged::Broken(Broken::Capped(plan.events_max));
    }
    assert_eq!(finished.demands, 1, "a search has one expectation");
    // The built-in checks behind it do not judge here.
    let verdict = &outcome.verdicts[0];
    match verdict.status {
        VerdictStatus::Pass => Judged::Holds,
        VerdictStatus::Fail | VerdictStatus::NotEvaluated => Judged::Fails(detail(verdict)),
    }
}
