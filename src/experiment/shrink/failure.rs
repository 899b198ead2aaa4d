//! What a run failed with.

use crate::experiment::outcome::Limits;
use crate::experiment::sweep;
use crate::plan::Plan;
use crate::time::SimTime;

/// How a run failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What failed, as a sweep names it: equal failures are equal here.
    pub signature: String,
    /// What was seen of the first thing that failed, with figures.
    pub detail: String,
    /// By when everything had failed; none where that is not known.
    pub at: Option<SimTime>,
}

impl Failure {
    /// Whether it is that members did not agree in time: any fault that is never mended has that
    /// failure, too, and a search must not end there.
    pub(super) fn is_of_agreement(&self) -> bool {
        self.signature.contains(AGREEMENT)
    }
}

/// The expectation that waits for all faults to be over.
const AGREEMENT: &str = "ConvergesWithin";

/// Runs a plan as a case of a sweep. Returns how it failed; none when nothing did.
///
/// A `Sometimes` is no failure of one run, as in a sweep. A panic of the simulator is one.
pub fn failure(plan: &Plan) -> Option<Failure> {
    let (case, at) = sweep::timed_case(plan, Limits::default());
    case.signature.map(|signature| Failure {
        signature,
        detail: case.detail,
        at,
    })
}
