//! What many runs together can be said to show: shares and quantiles with the intervals that
//! belong to them.
//!
//! Everything is rounded to integers at the edge, shares to parts of a million and outwards, so an
//! interval never claims more than was computed. Logarithms and gammas come from `libm`: the same
//! bits on every machine. Runs are taken as independent draws of one distribution, which different
//! seeds are; an interval knows nothing of what a scenario assumes.

mod beta;
mod ecdf;
mod paired;
mod quantile;
mod share;
#[cfg(test)]
mod tests;

pub use ecdf::{Step, band_ppm, steps};
pub use paired::mean_difference;
pub use quantile::{Ranks, estimate, ranks};
pub use share::{Interval, at_most, clopper_pearson, effective, wilson};

use crate::quantity::Ratio;

/// The confidence of every interval that a summary states.
pub const CONFIDENCE: Ratio = Ratio { ppm: 950_000 };

/// The whole, in parts of a million.
const WHOLE: u64 = 1_000_000;

/// What an interval of this confidence leaves out, both sides together.
fn left_out(confidence: Ratio) -> f64 {
    fraction(WHOLE - confidence.ppm.min(WHOLE))
}

/// Parts of a million as a number from 0 to 1.
fn fraction(ppm: u64) -> f64 {
    number(ppm) / 1e6
}

/// A count as a number.
#[expect(
    clippy::cast_precision_loss,
    reason = "nobody runs the 2^53 cases from which on counts are rounded"
)]
fn number(count: u64) -> f64 {
    count as f64
}

/// A share from 0 to 1 in parts of a million, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped between nothing and the whole before"
)]
fn floor_ppm(share: f64) -> u64 {
    (share * 1e6).clamp(0.0, 1e6).floor() as u64
}

/// A share from 0 to 1 in parts of a million, rounded up.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped between nothing and the whole before"
)]
fn ceil_ppm(share: f64) -> u64 {
    (share * 1e6).clamp(0.0, 1e6).ceil() as u64
}
