//! The empirical distribution: which share of runs a value is reached in.

use crate::experiment::outcome::Value;
use crate::experiment::statistics::{ceil_ppm, left_out, number};
use crate::quantity::Ratio;

/// A step of the distribution: so many runs had come to it by this value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// The value.
    pub at: u64,
    /// How many runs had at most this.
    pub count: u64,
}

/// The steps of values that are sorted, one for each that is different; those that never came are
/// none.
pub fn steps(sorted: &[Value]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for value in sorted {
        let Value::At(at) = *value else { break };
        let count = steps.last().map_or(0, |step| step.count) + 1;
        match steps.last_mut() {
            Some(step) if step.at == at => step.count = count,
            _ => steps.push(Step { at, count }),
        }
    }
    steps
}

/// How far the whole distribution may be from the steps of so many runs, up and down, everywhere at
/// once; in parts of a million, rounded up.
///
/// Source: Massart, *The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality*, Annals of
/// Probability 18 (1990).
pub fn band_ppm(runs: u64, confidence: Ratio) -> u64 {
    if runs == 0 {
        return 1_000_000;
    }
    let square = libm::log(2.0 / left_out(confidence)) / (2.0 * number(runs));
    ceil_ppm(square.sqrt())
}
