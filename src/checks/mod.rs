//! Checks: folds over the history that judge what a witness could see.
//!
//! None of them looks into the model, so each has histories written by hand in which it must pass
//! and in which it must fail. Safety is judged in storm and settle alike, agreement at the end.

pub mod causal;
pub mod convergence;
pub mod counted;
pub mod expectation;
pub mod ledger;
pub mod listed;
pub mod quiescence;
pub mod rates;
mod sample;
pub mod verdict;
pub mod writes;

use crate::history::Observation;
use crate::plan::Plan;
use crate::time::{SimDuration, SimTime};

pub use quiescence::{Agreement, Difference, QUIESCENCE, Recovery};
pub use verdict::{Status, Verdict};
pub use writes::{Classes, Loss};

/// Everything that judges one run.
#[derive(Clone, Debug)]
pub struct Checks {
    expectations: expectation::Expectations,
    convergence: convergence::Convergence,
    quiescence: quiescence::Quiescence,
    ledger: ledger::Ledger,
    writes: writes::Writes,
    counted: counted::Counted,
    rates: rates::Rates,
}

/// What the checks found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Findings {
    /// One verdict for each demand of the scenario, in its order.
    pub expectations: Vec<Verdict>,
    /// One verdict for each built-in check.
    pub checks: Vec<Verdict>,
    /// Whether and when the members agreed.
    pub agreement: Agreement,
    /// What became of acknowledged writes; none when the end of the run was not observed.
    pub writes: Option<Classes>,
}

impl Checks {
    /// Those of `plan`.
    pub fn new(plan: &Plan) -> Self {
        let roster = plan.roster();
        Self {
            expectations: expectation::Expectations::new(plan),
            convergence: convergence::Convergence::new(roster.clone()),
            quiescence: quiescence::Quiescence::new(
                roster.clone(),
                patience(plan),
                SimTime::ZERO + plan.storm,
            ),
            ledger: ledger::Ledger::new(roster.clone()),
            writes: writes::Writes::new(roster.clone()),
            counted: counted::Counted::new(roster.clone(), plan.assumptions.lww),
            rates: rates::Rates::new(roster, &plan.assumptions),
        }
    }

    /// Takes in the next observation.
    pub fn observe(&mut self, observation: &Observation) {
        self.expectations.observe(observation);
        self.convergence.observe(observation);
        self.quiescence.observe(observation);
        self.ledger.observe(observation);
        self.writes.observe(observation);
        self.counted.observe(observation);
        self.rates.observe(observation);
    }

    /// All verdicts, at the end of the run.
    pub fn finish(self) -> Findings {
        let mut checks = self.convergence.finish();
        let (quiescence, agreement) = self.quiescence.finish();
        let (writes, classes) = self.writes.finish();
        checks.extend(quiescence);
        checks.extend(writes);
        checks.extend(self.counted.finish());
        checks.extend(self.ledger.finish());
        checks.extend(self.rates.finish());
        let expectations = self.expectations.finish(&agreement, classes.as_ref());
        Findings {
            expectations,
            checks,
            agreement,
            writes: classes,
        }
    }
}

impl Findings {
    /// Whether every demand held and no check failed. A demand that was not evaluated did not
    /// hold; a check that was not has found nothing.
    pub fn hold(&self) -> bool {
        expectation::all_hold(&self.expectations)
            && self.checks.iter().all(|check| check.status != Status::Fail)
    }
}

/// How long a broken link may take to be connected again, once nothing keeps it: the silence
/// before it is noticed, the longest pause, and one try that fails.
fn patience(plan: &Plan) -> SimDuration {
    let assumptions = &plan.assumptions;
    (assumptions.silence + assumptions.reconnect_max) * 2
}
