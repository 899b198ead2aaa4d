//! Shares: so many of so many, and between which the true share lies.

use crate::experiment::statistics::{beta, ceil_ppm, floor_ppm, left_out, number};
use crate::quantity::Ratio;

/// Two bounds of a share, in parts of a million, rounded outwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interval {
    /// The lower one.
    pub low_ppm: u64,
    /// The upper one.
    pub high_ppm: u64,
}

impl Interval {
    /// All that a share can be.
    pub const ALL: Self = Self {
        low_ppm: 0,
        high_ppm: 1_000_000,
    };

    /// How far the bounds are apart.
    pub fn width_ppm(self) -> u64 {
        self.high_ppm - self.low_ppm
    }
}

/// The exact interval: it holds the true share at least as often as it says, whatever that is.
/// Of no runs at all every share is possible.
///
/// Source: Clopper and Pearson, *The use of confidence or fiducial limits illustrated in the case
/// of the binomial*, Biometrika 26 (1934).
///
/// # Panics
/// When more are counted than there are.
pub fn clopper_pearson(count: u64, of: u64, confidence: Ratio) -> Interval {
    effective(count, of, of, confidence)
}

/// The same for runs that are not independent of each other: they tell as much as so many
/// independent `runs`, of which the same share counts.
///
/// Source: Korn and Graubard, *Confidence intervals for proportions with small expected number of
/// positive counts estimated from survey data*, Survey Methodology 24 (1998).
///
/// # Panics
/// When more are counted than there are, or there are fewer than `runs`.
pub fn effective(count: u64, of: u64, runs: u64, confidence: Ratio) -> Interval {
    assert!(count <= of, "{count} of {of} is no share");
    assert!(runs <= of, "{of} runs are not {runs} independent ones");
    let tail = left_out(confidence) / 2.0;
    let part = |count: u64| number(count) * (number(runs) / number(of));
    let (hits, misses) = (part(count), part(of - count));
    let low = match count {
        0 => 0,
        _ => floor_ppm(beta::bracket(tail, hits, misses + 1.0).0),
    };
    let high = match of - count {
        0 => 1_000_000,
        _ => ceil_ppm(beta::bracket(1.0 - tail, hits + 1.0, misses).1),
    };
    Interval {
        low_ppm: low,
        high_ppm: high,
    }
}

/// The score interval: narrower than the exact one, and right on average over the true share
/// instead of for each. Of no runs at all every share is possible.
///
/// Source: Wilson, *Probable inference, the law of succession, and statistical inference*, Journal
/// of the American Statistical Association 22 (1927).
///
/// # Panics
/// When more are counted than there are.
pub fn wilson(count: u64, of: u64, confidence: Ratio) -> Interval {
    assert!(count <= of, "{count} of {of} is no share");
    if of == 0 {
        return Interval::ALL;
    }
    let z = normal_quantile(left_out(confidence) / 2.0);
    let (runs, share) = (number(of), number(count) / number(of));
    let square = z * z / runs;
    let centre = (share + square / 2.0) / (1.0 + square);
    let spread = share * (1.0 - share) / runs + square / (4.0 * runs);
    let half = z * spread.sqrt() / (1.0 + square);
    // At both ends the bound is the end itself, whatever the last bits are.
    Interval {
        low_ppm: if count == 0 {
            0
        } else {
            floor_ppm(centre - half)
        },
        high_ppm: if count == of {
            1_000_000
        } else {
            ceil_ppm(centre + half)
        },
    }
}

/// What a share is at most, one-sided, when none of so many runs showed it: close to 3 in `of` at
/// 95 %. In parts of a million, rounded up; the whole for no runs at all.
///
/// Source: Hanley and Lippman-Hand, *If nothing goes wrong, is everything all right?*, Journal of
/// the American Medical Association 249 (1983).
pub fn at_most(of: u64, confidence: Ratio) -> u64 {
    if of == 0 {
        return 1_000_000;
    }
    ceil_ppm(-libm::expm1(libm::log(left_out(confidence)) / number(of)))
}

/// The number that a normal draw exceeds with probability `tail`, which is at most one half.
fn normal_quantile(tail: f64) -> f64 {
    let exceeds = |z: f64| libm::erfc(z / std::f64::consts::SQRT_2) / 2.0;
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..80 {
        let middle = low + (high - low) / 2.0;
        if exceeds(middle) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
