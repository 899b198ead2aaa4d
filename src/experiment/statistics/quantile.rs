//! Quantiles, with intervals that hold whatever the distribution is.

use crate::experiment::outcome::{Estimate, Value};
use crate::experiment::statistics::{beta, fraction, left_out};
use crate::quantity::Ratio;

/// Which of `n` sorted values, counted from 1, a quantile is, and which its bounds are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ranks {
    /// The quantile: the first value that so large a share of all values is at most.
    pub at: u64,
    /// The lower bound; none when no value is low enough.
    pub low: Option<u64>,
    /// The upper bound; none when no value is high enough.
    pub high: Option<u64>,
}

/// The ranks of a quantile among `n` values: each bound is passed by the true quantile with at most
/// half of what `confidence` leaves out.
///
/// Source: David and Nagaraja, *Order Statistics*, third edition (2003), section 7.1: how many of
/// the values lie below the true quantile is binomial, whatever they are draws of.
///
/// # Panics
/// Without values, and when the quantile is not between nothing and the whole.
pub fn ranks(n: u64, quantile: Ratio, confidence: Ratio) -> Ranks {
    let inside = 1..1_000_000;
    assert!(
        n > 0 && inside.contains(&quantile.ppm),
        "a quantile of values"
    );
    let p = fraction(quantile.ppm);
    let tail = left_out(confidence) / 2.0;
    // The value of rank r is above the quantile when fewer than r values are below it.
    let below = |rank: u64| match rank {
        0 => 0.0,
        rank => beta::binomial_at_most(rank - 1, n, p),
    };
    let low = last(n, |rank| below(rank) <= tail);
    let high = last(n, |rank| below(rank) < 1.0 - tail) + 1;
    let at = (u128::from(n) * u128::from(quantile.ppm)).div_ceil(1_000_000);
    Ranks {
        at: u64::try_from(at).expect("a part of n").max(1),
        low: (low > 0).then_some(low),
        high: (high <= n).then_some(high),
    }
}

/// The last rank of which `holds`, that does so of all before it; 0 when of none.
fn last(n: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut yes, mut no) = (0, n + 1);
    while no - yes > 1 {
        let middle = yes + (no - yes) / 2;
        if holds(middle) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    yes
}

/// A quantile of values that are sorted, those that never came last.
pub fn estimate(sorted: &[Value], quantile: Ratio, confidence: Ratio) -> Estimate {
    let unknown = Estimate {
        quantile_ppm: quantile.ppm,
        value: Value::Unknown,
        low: Value::Unknown,
        high: Value::Unknown,
    };
    if sorted.is_empty() {
        return unknown;
    }
    let ranks = ranks(sorted.len() as u64, quantile, confidence);
    let of = |rank: u64| {
        let index = usize::try_from(rank - 1).ok();
        index.and_then(|index| sorted.get(index)).copied()
    };
    let bound = |rank: Option<u64>| rank.and_then(of).unwrap_or(Value::Unknown);
    Estimate {
        value: bound(Some(ranks.at)),
        low: bound(ranks.low),
        high: bound(ranks.high),
        ..unknown
    }
}
