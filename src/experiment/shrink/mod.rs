//! Shrinking: from a plan that fails to the smallest that can be found to fail in the same way.
//!
//! ```text
//! Plan ─ passes ─► candidates ─ normal form, read again ─► runs, several at once
//!   ▲                                                          │ the first that fails alike
//!   └──────────────────────────────────────────────────────────┘
//! ```
//!
//! A candidate counts as it is read from its normal form: what is no scenario any more (a region
//! that comes back without having been dark) is no candidate, and nothing is run twice. The failure
//! must have the same signature, or one defect would be shrunk to another; where members do not
//! agree in time, no more faults may last to the end than did at first. Which candidate is taken
//! and how many runs that costs depends neither on the number of jobs nor on the clock.

mod actions;
mod cast;
mod ddmin;
mod failure;
mod file;
mod load;
mod magnitudes;
mod passes;
mod phases;
mod rounded;
mod search;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::engine::parallel::Workers;
use crate::plan::Plan;
use crate::scenario::diagnostic::Mistakes;
use crate::time::SimDuration;

pub use failure::{Failure, failure};
pub use file::{Diverged, Origin};
pub use search::{Judge, Watch};

use search::Search;

/// A plan that was shrunk.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The smallest plan that was found.
    pub plan: Plan,
    /// How it fails.
    pub failure: Failure,
    /// How large the plan was at first.
    pub before: Size,
    /// How many runs it took, the first among them.
    pub runs: u64,
    /// How many it might have taken.
    pub budget: u64,
    /// Why there were no more.
    pub ended: Ended,
}

/// Why a search ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// No pass finds anything smaller.
    FixedPoint,
    /// All runs were made that may be.
    Budget,
    /// Whoever watched has ended it.
    Interrupted,
}

/// How far a search is, after a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// What is being tried.
    pub pass: &'static str,
    /// Runs so far.
    pub runs: u64,
    /// The smallest plan so far.
    pub size: Size,
}

/// How large a plan is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// Steps of its timeline.
    pub steps: usize,
    /// Rules that do something, and alerts.
    pub rules: usize,
    /// Instances.
    pub instances: usize,
    /// Fleets.
    pub fleets: usize,
    /// Keys that fleets use, of all populations.
    pub keys: u64,
    /// Storm and settling.
    pub lasts: SimDuration,
}

impl Size {
    /// That of a plan.
    pub fn of(plan: &Plan) -> Self {
        Self {
            steps: plan.timeline.len(),
            rules: plan.rules.len(),
            instances: plan.instances.len(),
            fleets: plan.fleets.len(),
            keys: plan.populations.iter().map(|one| u64::from(one.keys)).sum(),
            lasts: plan.storm + plan.settle,
        }
    }
}

impl fmt::Display for Size {
    /// `2 steps, no rules, 2 instances, 1 fleet, 10 keys, 30s`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |count: u64, what: &str| match count {
            0 => format!("no {what}s"),
            1 => format!("1 {what}"),
            _ => format!("{count} {what}s"),
        };
        let counts = [
            count(self.steps as u64, "step"),
            count(self.rules as u64, "rule"),
            count(self.instances as u64, "instance"),
            count(self.fleets as u64, "fleet"),
            count(self.keys, "key"),
        ];
        write!(f, "{}, {}", counts.join(", "), self.lasts)
    }
}

/// Shrinks a plan that fails; none when it passes. Makes at most `budget` runs, and one to see how
/// the plan fails; `judge` makes them, [`failure()`] unless something else is meant.
///
/// # Errors
/// When the plan cannot be written as a scenario: its normal form does not load.
pub fn shrink(
    plan: &Plan,
    budget: u64,
    (judge, workers): (&Judge<'_>, &Workers),
    watch: &mut Watch<'_>,
) -> Result<Option<Shrunk>, Mistakes> {
    let Some(mut search) = Search::begin(plan, budget, (judge, workers), watch)? else {
        return Ok(None);
    };
    let before = Size::of(&search.plan);
    passes::all(&mut search);
    let ended = match (search.is_ended, search.is_over()) {
        (true, _) => Ended::Interrupted,
        (_, true) => Ended::Budget,
        (_, false) => Ended::FixedPoint,
    };
    Ok(Some(Shrunk {
        plan: search.plan,
        failure: search.failure,
        before,
        runs: search.runs,
        budget,
        ended,
    }))
}
