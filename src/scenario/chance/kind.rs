//! What can be an amount, and how it is read and written.

use crate::quantity::{ByteRate, Bytes, Rate, Ratio};
use crate::time::SimDuration;

/// What the ends of a range are amounts of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Duration,
    Rate,
    ByteRate,
    Bytes,
    Ratio,
    /// A bare number with so many digits behind the point.
    Number(u32),
}

const KINDS: [Kind; 5] = [
    Kind::Duration,
    Kind::Rate,
    Kind::ByteRate,
    Kind::Bytes,
    Kind::Ratio,
];

/// The most digits behind the point of a bare number.
const DIGITS_MAX: u32 = 6;

impl Kind {
    /// All kinds, of bare numbers those with the fewest digits first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        KINDS.into_iter().chain((0..=DIGITS_MAX).map(Self::Number))
    }

    /// What amounts between `ends` are multiples of: durations are whole milliseconds if their ends
    /// are.
    pub(super) fn unit(self, ends: &[i64]) -> u64 {
        const MILLISECOND: i64 = 1_000_000;
        match self {
            Self::Duration if ends.iter().all(|end| end % MILLISECOND == 0) => {
                MILLISECOND.unsigned_abs()
            }
            _ => 1,
        }
    }

    /// The amount that a file writes so, if it is one of this kind.
    pub(super) fn read(self, text: &str) -> Option<i64> {
        let quoted = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        let (sign, amount) = match quoted.unwrap_or(text).strip_prefix('-') {
            Some(amount) => (-1, amount),
            None => (1, quoted.unwrap_or(text)),
        };
        let is_number = matches!(self, Self::Number(_));
        if is_number == quoted.is_some() {
            return None;
        }
        let amount = match self {
            Self::Duration => amount.parse::<SimDuration>().ok()?.0,
            Self::Rate => amount.parse::<Rate>().ok()?.millihertz,
            Self::ByteRate => amount.parse::<ByteRate>().ok()?.0,
            Self::Bytes => amount.parse::<Bytes>().ok()?.0,
            Self::Ratio => amount.parse::<Ratio>().ok()?.ppm,
            Self::Number(digits) => scaled(amount, digits)?,
        };
        Some(sign * i64::try_from(amount).ok()?)
    }

    /// An amount as a file would have it.
    pub(super) fn write(self, amount: i64) -> String {
        let sign = if amount < 0 { "-" } else { "" };
        let size = amount.unsigned_abs();
        let text = match self {
            Self::Duration => SimDuration(size).to_string(),
            Self::Rate => Rate { millihertz: size }.to_string(),
            Self::ByteRate => ByteRate(size).to_string(),
            Self::Bytes => Bytes(size).to_string(),
            Self::Ratio => Ratio { ppm: size }.to_string(),
            Self::Number(0) => return format!("{sign}{size}"),
            Self::Number(digits) => {
                let (whole, one) = (size / 10_u64.pow(digits), 10_u64.pow(digits));
                let width = usize::try_from(digits).expect("it is small");
                return format!("{sign}{whole}.{:0width$}", size % one);
            }
        };
        format!("\"{sign}{text}\"")
    }
}

/// A plain number in units of so many digits behind the point.
fn scaled(text: &str, digits: u32) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let given = u32::try_from(fraction.len()).ok()?;
    let all_digits = |text: &str| text.chars().all(|one| one.is_ascii_digit());
    if given > digits || whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let digits_given = format!("{whole}{fraction}").parse::<u64>().ok()?;
    digits_given.checked_mul(10_u64.checked_pow(digits - given)?)
}
