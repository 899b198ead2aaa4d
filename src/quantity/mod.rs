//! Bytes, rates and ratios: integers inside, text with a unit at the edge.
//!
//! What is printed reads back as the same amount, and what an integer cannot hold is refused, not
//! rounded; the one exception is a [`Rate`].

mod notation;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

pub(crate) use notation::{Notation, decimal_text, unit};
pub use notation::{ParseQuantityError, Problem};

use notation::Unit;

/// An amount of memory or traffic, in bytes.
///
/// As text: `120B`, `250MB`, `1.5GB`, powers of ten; `KiB`, `MiB`, `GiB`, `TiB` are read as well.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Bytes(pub u64);

/// A flow of bytes, in bytes a second.
///
/// As text: `200MB/s`, or in bits, `1Gbit/s`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct ByteRate(pub u64);

/// A frequency of events, in thousandths of an event a second.
///
/// As text: `300/s`, `5k/s`, `1.2M/s`, `30/min`, `6/h`. Reading rounds to a whole thousandth, and
/// refuses what that would change by more than one percent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Rate {
    /// Events in a thousand seconds.
    pub millihertz: u64,
}

/// A share of a whole, in parts of a million; may exceed one.
///
/// As text: `80%`, `0.01%`, `0.5`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Ratio {
    /// Millionths.
    pub ppm: u64,
}

impl Ratio {
    /// The whole.
    pub const ONE: Self = Self { ppm: 1_000_000 };

    /// This share of `amount`, rounded down.
    pub fn of(self, amount: u64) -> u64 {
        let product = u128::from(amount) * u128::from(self.ppm) / 1_000_000;
        u64::try_from(product).unwrap_or(u64::MAX)
    }
}

/// The high and the low half of `a * b`.
///
/// With a uniform `a`, the high half is uniform below `b`, and the low half is a fresh uniform draw
/// but for its last bits, as many as `b` has.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the two halves are what is asked for"
)]
pub(crate) fn wide_product(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    ((product >> 64) as u64, product as u64)
}

const KB: u64 = 1_000;
const MB: u64 = 1_000_000;
const GB: u64 = 1_000_000_000;
const TB: u64 = 1_000_000_000_000;

const BYTES: Notation = Notation {
    expected: "an amount of bytes",
    example: "`120B`, `250MB` or `1.5GB`",
    least: "a byte",
    units: &[
        unit("B", 1),
        unit("KB", KB),
        unit("kB", KB),
        unit("MB", MB),
        unit("GB", GB),
        unit("TB", TB),
        unit("KiB", 1 << 10),
        unit("MiB", 1 << 20),
        unit("GiB", 1 << 30),
        unit("TiB", 1 << 40),
    ],
    printed: &[
        unit("TB", TB),
        unit("GB", GB),
        unit("MB", MB),
        unit("KB", KB),
        unit("B", 1),
    ],
    compound: false,
    tolerance_percent: 0,
};

const fn bits(name: &'static str, numerator: u64) -> Unit {
    Unit {
        name,
        numerator,
        denominator: 8,
    }
}

const BYTE_RATE: Notation = Notation {
    expected: "a flow of bytes",
    example: "`200MB/s` or `1Gbit/s`",
    least: "a byte a second",
    units: &[
        unit("B/s", 1),
        unit("KB/s", KB),
        unit("kB/s", KB),
        unit("MB/s", MB),
        unit("GB/s", GB),
        unit("TB/s", TB),
        bits("bit/s", 1),
        bits("kbit/s", KB),
        bits("Mbit/s", MB),
        bits("Gbit/s", GB),
        bits("Tbit/s", TB),
    ],
    printed: &[
        unit("TB/s", TB),
        unit("GB/s", GB),
        unit("MB/s", MB),
        unit("KB/s", KB),
        unit("B/s", 1),
    ],
    compound: false,
    tolerance_percent: 0,
};

const RATE: Notation = Notation {
    expected: "a rate",
    example: "`300/s`, `5k/s` or `30/min`",
    least: "a thousandth of an event a second",
    units: &[
        unit("/s", 1_000),
        unit("k/s", 1_000_000),
        unit("M/s", 1_000_000_000),
        Unit {
            name: "/min",
            numerator: 1_000,
            denominator: 60,
        },
        Unit {
            name: "k/min",
            numerator: 1_000_000,
            denominator: 60,
        },
        Unit {
            name: "/h",
            numerator: 1_000,
            denominator: 3_600,
        },
    ],
    printed: &[
        unit("M/s", 1_000_000_000),
        unit("k/s", 1_000_000),
        unit("/s", 1_000),
    ],
    compound: false,
    tolerance_percent: 1,
};

const RATIO: Notation = Notation {
    expected: "a ratio",
    example: "`80%` or `0.8`",
    least: "a millionth",
    units: &[unit("%", 10_000), unit("", 1_000_000)],
    printed: &[unit("%", 10_000)],
    compound: false,
    tolerance_percent: 0,
};

macro_rules! text {
    ($name:ident, $notation:ident, $($field:tt)+) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                $notation.print(self.$($field)+, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseQuantityError;
            fn from_str(text: &str) -> Result<Self, ParseQuantityError> {
                $notation.parse(text).map(|amount| Self { $($field)+: amount })
            }
        }
    };
}

text!(Bytes, BYTES, 0);
text!(ByteRate, BYTE_RATE, 0);
text!(Rate, RATE, millihertz);
text!(Ratio, RATIO, ppm);
