//! Ranges of amounts, whatever they are amounts of.

use crate::engine::rng::Stream;
use crate::quantity::{ByteRate, Bytes, Rate, Ratio};
use crate::time::SimDuration;

/// What the ends of a range are amounts of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
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

/// All amounts from one to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Range {
    kind: Kind,
    from: i64,
    to: i64,
    /// Whether each order of magnitude is as likely as the next.
    logarithmic: bool,
}

impl Range {
    /// The range between two texts as the file has them.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(from: &str, to: &str, logarithmic: bool) -> Result<Self, String> {
        let read = KINDS.into_iter().chain((0..=DIGITS_MAX).map(Kind::Number));
        let mut read = read.filter_map(|kind| Some((kind, kind.read(from)?, kind.read(to)?)));
        let Some((kind, low, high)) = read.next() else {
            return Err(format!("{from} and {to} are no amounts of one kind"));
        };
        if low > high {
            return Err(format!("{from} is more than {to}"));
        }
        if logarithmic && low <= 0 {
            return Err(format!("{from} has no logarithm"));
        }
        Ok(Self {
            kind,
            from: low,
            to: high,
            logarithmic,
        })
    }

    /// An amount of the range, as a file would have it.
    pub(super) fn draw(&self, stream: &mut Stream) -> String {
        let step = self.step();
        let steps = self.from.abs_diff(self.to) / step;
        let passed = if self.logarithmic {
            self.logarithmic_steps(stream, step).min(steps)
        } else {
            stream.below(steps + 1)
        };
        let passed = i64::try_from(passed * step).expect("it lies within the range");
        self.kind.write(self.from + passed)
    }

    /// The lower end for 0, the upper one else.
    pub(super) fn end(&self, which: usize) -> String {
        let end = if which == 0 { self.from } else { self.to };
        self.kind.write(end)
    }

    /// What draws are multiples of, from the lower end: durations are whole milliseconds if their
    /// ends are.
    fn step(&self) -> u64 {
        const MILLISECOND: i64 = 1_000_000;
        let is_whole = self.from % MILLISECOND == 0 && self.to % MILLISECOND == 0;
        match self.kind {
            Kind::Duration if is_whole => MILLISECOND.unsigned_abs(),
            _ => 1,
        }
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a draw need not be exact, and it is the same on every machine"
    )]
    fn logarithmic_steps(&self, stream: &mut Stream, step: u64) -> u64 {
        const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
        let share = (stream.next_u64() >> 11) as f64 * UNIT;
        let (low, high) = (libm::log(self.from as f64), libm::log(self.to as f64));
        let drawn = libm::exp(low + share * (high - low));
        ((drawn - self.from as f64).max(0.0) / step as f64 + 0.5) as u64
    }
}

impl Kind {
    fn read(self, text: &str) -> Option<i64> {
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

    fn write(self, amount: i64) -> String {
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
