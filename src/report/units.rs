//! Numbers as people read them: three digits and a unit, from integers alone.

use std::fmt::Write;

use crate::time::SimTime;

const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// `1.23 GB`; a GB is 10^9 bytes, as Azure counts them.
pub fn bytes(amount: u64) -> String {
    scaled(amount, 1_000, &["B", "kB", "MB", "GB", "TB", "PB", "EB"])
}

/// `412 k`, `3.05 M`; below 10 000 every digit.
pub fn count(amount: u64) -> String {
    if amount < 10_000 {
        return amount.to_string();
    }
    scaled(amount, 1_000, &["", "k", "M", "G", "T", "P", "E"])
}

/// Every digit, in groups of three: `1,234,567`.
pub fn exact(amount: u64) -> String {
    let digits = amount.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `80.3 %`, from parts of a million.
pub fn percent(ppm: u64) -> String {
    let tenths = (ppm + 500) / 1_000;
    if tenths.is_multiple_of(10) || tenths >= 1_000 {
        return format!("{} %", (tenths + 5) / 10);
    }
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// `$12.34`, from millionths of a US dollar.
pub fn dollars(micro_usd: u64) -> String {
    let cents = (micro_usd + 5_000) / 10_000;
    format!("${}.{:02}", cents / 100, cents % 100)
}

/// `6 h`, `3 min 12 s`, `8.5 s`, `84 ms`: the two largest units that matter.
pub fn duration_ms(ms: u64) -> String {
    match ms {
        0..10_000 => duration_us(ms * 1_000),
        10_000..MINUTE_MS => format!("{} s", tenths(ms, SECOND_MS)),
        MINUTE_MS..HOUR_MS => two(ms, (MINUTE_MS, "min"), (SECOND_MS, "s")),
        HOUR_MS..DAY_MS => two(ms, (HOUR_MS, "h"), (MINUTE_MS, "min")),
        _ => two(ms, (DAY_MS, "d"), (HOUR_MS, "h")),
    }
}

fn two(ms: u64, (large, name): (u64, &str), (small, sub): (u64, &str)) -> String {
    match ms % large / small {
        0 => format!("{} {name}", ms / large),
        rest => format!("{} {name} {rest} {sub}", ms / large),
    }
}

/// As [`duration_ms`], from microseconds.
pub fn duration_us(us: u64) -> String {
    match us {
        0 => "0 ms".to_owned(),
        1..10_000_000 => scaled(us, 1_000, &["µs", "ms", "s"]),
        _ => duration_ms(us / 1_000),
    }
}

/// How instants of one run are written: `4:12` is hours and minutes in a long run, minutes and
/// seconds in one of less than a quarter of an hour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    unit_ms: u64,
    sub_ms: u64,
}

impl Clock {
    /// The clock of a run that lasts until `end_ms`.
    pub fn of_run(end_ms: u64) -> Self {
        if end_ms < 15 * MINUTE_MS {
            Self {
                unit_ms: MINUTE_MS,
                sub_ms: SECOND_MS,
            }
        } else {
            Self {
                unit_ms: HOUR_MS,
                sub_ms: MINUTE_MS,
            }
        }
    }

    /// What the two numbers are: `h:mm` or `m:ss`.
    pub fn format(self) -> &'static str {
        if self.unit_ms == HOUR_MS {
            "h:mm"
        } else {
            "m:ss"
        }
    }

    /// The instant, rounded down.
    pub fn at_ms(self, ms: u64) -> String {
        format!(
            "{}:{:02}",
            ms / self.unit_ms,
            ms % self.unit_ms / self.sub_ms
        )
    }

    /// The instant, rounded down.
    pub fn at(self, instant: SimTime) -> String {
        self.at_ms(instant.as_millis())
    }
}

/// An instant to the second, whatever the run's length: `4:12:07`.
pub fn instant_ms(ms: u64) -> String {
    format!(
        "{}:{:02}:{:02}",
        ms / HOUR_MS,
        ms % HOUR_MS / MINUTE_MS,
        ms % MINUTE_MS / SECOND_MS
    )
}

/// Three significant digits of `amount` in the largest unit that leaves at least one before the
/// point; each unit is `factor` times the one before.
fn scaled(amount: u64, factor: u64, units: &[&str]) -> String {
    let mut divisor = 1u64;
    let mut unit = 0;
    // One more unit when rounding to three digits would print 1000.
    while unit + 1 < units.len() && rounded(amount, divisor) >= u128::from(factor) * 100 {
        divisor = divisor.saturating_mul(factor);
        unit += 1;
    }
    let hundredths = rounded(amount, divisor);
    let mut text = decimal(hundredths);
    if !units[unit].is_empty() {
        write!(text, " {}", units[unit]).expect("writing to a string succeeds");
    }
    text
}

/// `amount / divisor` in hundredths, rounded to three significant digits.
fn rounded(amount: u64, divisor: u64) -> u128 {
    let (amount, divisor) = (u128::from(amount) * 100, u128::from(divisor));
    let step = match amount / divisor {
        0..1_000 => 1,
        1_000..10_000 => 10,
        _ => 100,
    };
    (amount + divisor * step / 2) / (divisor * step) * step
}

fn decimal(hundredths: u128) -> String {
    let (whole, part) = (hundredths / 100, hundredths % 100);
    match (part % 10, part) {
        (_, 0) => format!("{whole}"),
        (0, _) => format!("{whole}.{}", part / 10),
        _ => format!("{whole}.{part:02}"),
    }
}

fn tenths(amount: u64, unit: u64) -> String {
    decimal(u128::from((amount * 10 + unit / 2) / unit) * 10)
}

#[cfg(test)]
mod tests {
    use super::{Clock, bytes, count, dollars, duration_ms, duration_us, exact, percent};

    #[test]
    fn three_digits_and_a_unit() {
        let bytes: Vec<_> = [
            0,
            999,
            1_000,
            1_234,
            12_345,
            999_499,
            999_999,
            2_400_000_000,
        ]
        .map(bytes)
        .into();
        let expected = [
            "0 B", "999 B", "1 kB", "1.23 kB", "12.3 kB", "999 kB", "1 MB", "2.4 GB",
        ];
        assert_eq!(bytes, expected);
        assert_eq!(count(9_999), "9999");
        assert_eq!(count(412_345), "412 k");
        assert_eq!(exact(1_234_567), "1,234,567");
        assert_eq!(percent(803_400), "80.3 %");
        assert_eq!(percent(1_000_000), "100 %");
        assert_eq!(dollars(12_345_000), "$12.35");
    }

    #[test]
    fn durations_take_their_two_largest_units() {
        let texts: Vec<_> = [
            0,
            84,
            1_500,
            9_999,
            12_345,
            192_000,
            21_600_000,
            183_600_000,
        ]
        .map(duration_ms)
        .into();
        let expected = [
            "0 ms",
            "84 ms",
            "1.5 s",
            "10 s",
            "12.3 s",
            "3 min 12 s",
            "6 h",
            "2 d 3 h",
        ];
        assert_eq!(texts, expected);
        assert_eq!(duration_us(850), "850 µs");
        assert_eq!(Clock::of_run(30_600_000).at_ms(15_120_000), "4:12");
        assert_eq!(Clock::of_run(90_000).at_ms(61_000), "1:01");
    }
}
