//! Simulated time: instants and durations in nanoseconds, kept apart by type.

use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Sub};
use std::str::FromStr;

use crate::quantity::{Notation, ParseQuantityError, decimal_text, unit};

const NANOS_PER_MICRO: u64 = 1_000;
const NANOS_PER_MILLI: u64 = 1_000_000;
const NANOS_PER_SECOND: u64 = 1_000_000_000;
const NANOS_PER_MINUTE: u64 = 60 * NANOS_PER_SECOND;
const NANOS_PER_HOUR: u64 = 60 * NANOS_PER_MINUTE;

const DURATION: Notation = Notation {
    expected: "a duration",
    example: "`250us`, `12ms`, `0.5s` or `1h30m`",
    least: "a nanosecond",
    units: &[
        unit("d", 24 * NANOS_PER_HOUR),
        unit("h", NANOS_PER_HOUR),
        unit("m", NANOS_PER_MINUTE),
        unit("min", NANOS_PER_MINUTE),
        unit("s", NANOS_PER_SECOND),
        unit("ms", NANOS_PER_MILLI),
        unit("us", NANOS_PER_MICRO),
        unit("ns", 1),
    ],
    printed: &[
        unit("s", NANOS_PER_SECOND),
        unit("ms", NANOS_PER_MILLI),
        unit("us", NANOS_PER_MICRO),
        unit("ns", 1),
    ],
    compound: true,
    tolerance_percent: 0,
};

/// An instant of simulated time, in nanoseconds since the start of the run.
///
/// As text: the duration since the start, `1h30m`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct SimTime(pub u64);

/// A length of simulated time, in nanoseconds.
///
/// As text: `250us`, `12ms`, `0.5s`, `30min`, `1h30m`, `2d`. What is printed reads back the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct SimDuration(pub u64);

impl SimTime {
    /// The start of the run.
    pub const ZERO: Self = Self(0);
    /// Later than everything that happens.
    pub const MAX: Self = Self(u64::MAX);

    /// The instant `millis` milliseconds after the start.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * NANOS_PER_MILLI)
    }

    /// The instant `seconds` seconds after the start.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * NANOS_PER_SECOND)
    }

    /// Whole milliseconds since the start.
    pub const fn as_millis(self) -> u64 {
        self.0 / NANOS_PER_MILLI
    }

    /// How long after `earlier` this is; zero when it is before.
    pub const fn since(self, earlier: Self) -> SimDuration {
        SimDuration(self.0.saturating_sub(earlier.0))
    }
}

impl SimDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// `nanos` nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// `micros` microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros * NANOS_PER_MICRO)
    }

    /// `millis` milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * NANOS_PER_MILLI)
    }

    /// `seconds` seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * NANOS_PER_SECOND)
    }

    /// Whole microseconds.
    pub const fn as_micros(self) -> u64 {
        self.0 / NANOS_PER_MICRO
    }

    /// Whole milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0 / NANOS_PER_MILLI
    }

    /// Whole seconds.
    pub const fn as_secs(self) -> u64 {
        self.0 / NANOS_PER_SECOND
    }
}

impl Add<SimDuration> for SimTime {
    type Output = Self;
    /// Saturates at [`SimTime::MAX`]: an instant beyond it never comes.
    fn add(self, duration: SimDuration) -> Self {
        Self(self.0.saturating_add(duration.0))
    }
}

impl AddAssign<SimDuration> for SimTime {
    fn add_assign(&mut self, duration: SimDuration) {
        *self = *self + duration;
    }
}

impl Add for SimDuration {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for SimDuration {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Mul<u64> for SimDuration {
    type Output = Self;
    fn mul(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl Div<u64> for SimDuration {
    type Output = Self;
    fn div(self, parts: u64) -> Self {
        Self(self.0 / parts)
    }
}

impl fmt::Display for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.pad("0s");
        }
        if self.0 < NANOS_PER_MINUTE {
            return DURATION.print(self.0, f);
        }
        let (hours, rest) = (self.0 / NANOS_PER_HOUR, self.0 % NANOS_PER_HOUR);
        let (minutes, rest) = (rest / NANOS_PER_MINUTE, rest % NANOS_PER_MINUTE);
        let mut text = String::new();
        if hours > 0 {
            text += &format!("{hours}h");
        }
        if minutes > 0 {
            text += &format!("{minutes}m");
        }
        if rest > 0 {
            text += &format!("{}s", decimal_text(rest, NANOS_PER_SECOND));
        }
        f.pad(&text)
    }
}

impl FromStr for SimDuration {
    type Err = ParseQuantityError;
    fn from_str(text: &str) -> Result<Self, ParseQuantityError> {
        DURATION.parse(text).map(Self)
    }
}

impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SimDuration(self.0).fmt(f)
    }
}

impl FromStr for SimTime {
    type Err = ParseQuantityError;
    fn from_str(text: &str) -> Result<Self, ParseQuantityError> {
        DURATION.parse(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{SimDuration, SimTime};
    use crate::quantity::Problem;

    #[test]
    fn durations_read() {
        let check = |text: &str, nanos: u64| {
            assert_eq!(text.parse(), Ok(SimDuration(nanos)), "{text}");
        };
        check("6h", 21_600_000_000_000);
        check("12ms", 12_000_000);
        check("1h30m", 5_400_000_000_000);
        check("1h 30min", 5_400_000_000_000);
        check("250us", 250_000);
        check("0.5s", 500_000_000);
        check("82.5ms", 82_500_000);
        check("2d", 172_800_000_000_000);
        check("1m0.000000001s", 60_000_000_001);
        check("0s", 0);
        assert_eq!("5min".parse(), Ok(SimTime::from_secs(300)));
    }

    #[test]
    fn wrong_durations_are_refused() {
        let problem = |text: &str| {
            text.parse::<SimDuration>()
                .expect_err("the text is wrong on purpose")
                .problem
        };
        assert_eq!(problem("30m1h"), Problem::Disorder);
        assert_eq!(problem("1h1h"), Problem::Disorder);
        assert_eq!(problem("1m1min"), Problem::Disorder);
        assert_eq!(problem("0.5ns"), Problem::TooFine("a nanosecond"));
        assert_eq!(problem("99999999h"), Problem::TooLarge);
        assert_eq!(problem("18446744073s1000ms"), Problem::TooLarge);
        assert_eq!(problem(""), Problem::NoNumber);
        assert!(matches!(problem("1h.5m"), Problem::UnknownUnit { .. }));
        assert!(matches!(problem("1h30"), Problem::NoUnit(_)));
        assert!(matches!(problem("7 weeks"), Problem::UnknownUnit { .. }));
    }

    #[test]
    fn durations_print() {
        let check = |nanos: u64, text: &str| assert_eq!(SimDuration(nanos).to_string(), text);
        check(0, "0s");
        check(1, "1ns");
        check(250_000, "250us");
        check(82_500_000, "82.5ms");
        check(500_000_000, "500ms");
        check(1_500_000_000, "1.5s");
        check(5_400_000_000_000, "1h30m");
        check(3_601_250_000_000, "1h1.25s");
        check(90_000_000_000_000, "25h");
        assert_eq!(SimTime::from_secs(90).to_string(), "1m30s");
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(nanos in any::<u64>(), shift in 0_u32..64) {
            let duration = SimDuration(nanos >> shift);
            prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }

        #[test]
        fn no_text_panics(
            text in any::<String>(),
            compound in "([0-9.]{1,25}[dhmsinu ]{0,3}){0,4}",
        ) {
            let _ = text.parse::<SimDuration>();
            let _ = compound.parse::<SimTime>();
        }
    }
}
