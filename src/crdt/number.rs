//! Values as numbers: what `INCR` and its kin read and make.

use crate::crdt::run::Amount;

/// The greatest magnitude of a counter, 2^59 (`CNT-2`).
///
/// Source: Redis docs, active-active/develop/data-types/strings.md: 59-bit counters.
pub const COUNTER_MAX: i64 = 1 << 59;

/// Whether a counter may hold `result`: beyond 59 bits an increment is refused where it is made, so
/// that concurrent ones cannot overflow together (`CNT-2`).
pub fn counter_fits(result: i64) -> bool {
    (-COUNTER_MAX..=COUNTER_MAX).contains(&result)
}

/// A value as a number.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Number {
    /// What `INCR` works on.
    Int(i64),
    /// What only `INCRBYFLOAT` works on.
    Float(f64),
}

impl Number {
    /// Reads a number as Redis does: a canonical decimal integer, else a finite decimal number.
    pub fn parse(bytes: &[u8]) -> Option<Number> {
        let text = std::str::from_utf8(bytes).ok()?;
        let integer = text
            .parse::<i64>()
            .ok()
            .filter(|integer| integer.to_string() == text);
        if let Some(integer) = integer {
            return Some(Number::Int(integer));
        }
        let starts_well =
            text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
        let float = text
            .parse::<f64>()
            .ok()
            .filter(|float| starts_well && float.is_finite());
        float.map(Number::Float)
    }

    /// As a client reads it: no exponent, no trailing zeros.
    pub fn to_text(self) -> String {
        match self {
            Number::Int(integer) => integer.to_string(),
            Number::Float(float) => float.to_string(),
        }
    }

    /// With increments on top. A whole sum beyond an `i64` stays at its end.
    pub(crate) fn plus(self, added: Amount) -> Number {
        let (base, fraction) = match self {
            Number::Int(base) => (base, added.float),
            Number::Float(base) => (0, base + added.float),
        };
        let whole = i128::from(base) + i128::from(added.whole);
        if fraction == 0.0 {
            let clamped = whole.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
            return Number::Int(i64::try_from(clamped).expect("clamped to the range of an i64"));
        }
        let total = whole as f64 + fraction;
        // What reads as an integer is one: `10.5` and `0.5` make `11`, which `INCR` takes.
        match Number::parse(total.to_string().as_bytes()) {
            Some(number @ Number::Int(_)) => number,
            _ => Number::Float(total),
        }
    }
}
