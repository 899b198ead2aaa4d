//! The regularised incomplete beta function, which binomial tails are values of.

use crate::experiment::statistics::number;

/// Terms of the continued fraction, far more than any count of runs needs: it takes about the
/// square root of the larger parameter.
const TERMS_MAX: u32 = 200_000;
/// When a term changes the fraction by less than this, it is done.
const PRECISION: f64 = 1e-15;
/// What stands for zero in a denominator.
const TINY: f64 = 1e-300;
/// Halvings of an interval from 0 to 1: below the last bit of what is in between.
const HALVINGS: u32 = 64;

/// `I_x(a, b)`: the probability that a draw of Beta(a, b) is at most `x`.
///
/// Source: NIST Digital Library of Mathematical Functions, 8.17.22 (the fraction) and 8.17.4 (the
/// symmetry by which it is used where it converges fast); evaluated by Lentz's method.
///
/// # Panics
/// When a parameter is not above zero.
pub(super) fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    assert!(a > 0.0 && b > 0.0, "beta has parameters above zero");
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let logarithm = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b)
        + a * libm::log(x)
        + b * libm::log1p(-x);
    libm::exp(logarithm) * fraction(x, a, b) / a
}

/// 1 / (1 + d1 / (1 + d2 / (1 + …))).
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut numerator = 1.0;
    let mut denominator = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut value = denominator;
    for term in 1..TERMS_MAX {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for factor in [even, odd] {
            denominator = 1.0 / away(1.0 + factor * denominator);
            numerator = away(1.0 + factor / numerator);
            change = denominator * numerator;
            value *= change;
        }
        if (change - 1.0).abs() < PRECISION {
            break;
        }
    }
    value
}

/// Two neighbouring numbers between which `I_x(a, b)` reaches `share`.
pub(super) fn bracket(share: f64, a: f64, b: f64) -> (f64, f64) {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = low + (high - low) / 2.0;
        if incomplete_beta(middle, a, b) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low, high)
}

/// The probability that of `trials`, each of which succeeds with probability `p`, at most
/// `successes` do.
pub(super) fn binomial_at_most(successes: u64, trials: u64, p: f64) -> f64 {
    if successes >= trials {
        return 1.0;
    }
    incomplete_beta(1.0 - p, number(trials - successes), number(successes) + 1.0)
}
