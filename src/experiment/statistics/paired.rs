//! Differences between two ways of doing the same, pair by pair.

use crate::experiment::statistics::{at_most, beta, left_out, number};
use crate::quantity::Ratio;

/// Between which bounds the mean of such differences lies, each of them `whole` at most up or down;
/// in parts of a million of that, rounded outwards. Of fewer than two nothing is known.
///
/// Source: Student, *The probable error of a mean*, Biometrika 6 (1908); its quantiles by NIST
/// Digital Library of Mathematical Functions, 8.17. Where all differences are equal, so that none
/// tells how far they scatter, as many pairs may differ as could have gone unseen
/// ([`at_most`]).
///
/// # Panics
/// When a difference is more than the whole, or the whole is nothing.
pub fn mean_difference(differences: &[i64], whole: u64, confidence: Ratio) -> (i64, i64) {
    assert!(whole > 0, "differences are parts of something");
    let within = |one: &i64| one.unsigned_abs() <= whole;
    assert!(differences.iter().all(within), "no more than the whole");
    let count = differences.len() as u64;
    if count < 2 {
        return (-1_000_000, 1_000_000);
    }
    let (count, whole) = (number(count), number(whole));
    let shares: Vec<f64> = differences.iter().map(|one| signed(*one) / whole).collect();
    let mean = shares.iter().sum::<f64>() / count;
    if differences.windows(2).all(|pair| pair[0] == pair[1]) {
        let unseen = number(at_most(differences.len() as u64, confidence)) / 1e6;
        return (
            floor(shares[0] - (1.0 + shares[0]) * unseen),
            ceil(shares[0] + (1.0 - shares[0]) * unseen),
        );
    }
    let squares: f64 = shares.iter().map(|one| (one - mean) * (one - mean)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    let half = error * student(count - 1.0, left_out(confidence));
    (floor(mean - half), ceil(mean + half))
}

/// What a draw of Student's distribution exceeds, up or down, with this probability; rounded up.
pub(super) fn student(freedom: f64, tails: f64) -> f64 {
    let (low, _) = beta::bracket(tails, freedom / 2.0, 0.5);
    (freedom * (1.0 - low) / low).sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "counts of cells are small")]
fn signed(difference: i64) -> f64 {
    difference as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to the whole before"
)]
fn floor(share: f64) -> i64 {
    (share * 1e6).clamp(-1e6, 1e6).floor() as i64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to the whole before"
)]
fn ceil(share: f64) -> i64 {
    (share * 1e6).clamp(-1e6, 1e6).ceil() as i64
}
