//! Wall clocks: the moment a run begins, and how far a region's clock is off.

use crate::scenario::code::Code;
use crate::scenario::schema::amount::{Unreadable, Written};
use crate::time::SimDuration;

const DAY_MS: u64 = 86_400_000;
const YEAR_MIN: u64 = 1970;

/// A moment, in milliseconds since 1970, UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct Epoch {
    /// Milliseconds.
    pub ms: u64,
}

/// How far a clock is ahead or, negative, behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct ClockOffset {
    /// Milliseconds.
    pub ms: i64,
}

impl Written for Epoch {
    const CODE: Code = Code::Epoch;
    const KIND: &'static str = "UTC time";
    const EXAMPLE: &'static str = "2026-01-05T00:00:00Z";

    fn read(text: &str) -> Result<Self, Unreadable> {
        moment(text).map(|ms| Self { ms }).map_err(|problem| Unreadable {
            message: format!("`{text}` is not a UTC time: {problem}"),
            expected: format!("expected something like `{}`", Self::EXAMPLE),
            instead: None,
        })
    }

    fn write(&self) -> String {
        let (year, month, day) = date(self.ms / DAY_MS);
        let ms = self.ms % DAY_MS;
        let (hours, minutes) = (ms / 3_600_000, ms / 60_000 % 60);
        let (seconds, part) = (ms / 1_000 % 60, ms % 1_000);
        let part = if part == 0 { String::new() } else { format!(".{part:03}") };
        format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}{part}Z")
    }
}

impl Written for ClockOffset {
    const CODE: Code = Code::Duration;
    const KIND: &'static str = "clock offset";
    const EXAMPLE: &'static str = "+3s";

    fn read(text: &str) -> Result<Self, Unreadable> {
        let (sign, length) = match text.trim().strip_prefix('-') {
            Some(length) => (-1, length),
            None => (1, text.trim().strip_prefix('+').unwrap_or(text.trim())),
        };
        let length = SimDuration::read(length)?;
        let whole = length.0.is_multiple_of(1_000_000);
        match i64::try_from(length.as_millis()) {
            Ok(ms) if whole => Ok(Self { ms: sign * ms }),
            _ => Err(Unreadable {
                message: format!("`{text}` is not a clock offset: it is finer than a millisecond"),
                expected: "expected something like `+3s` or `-250ms`".to_owned(),
                instead: None,
            }),
        }
    }

    fn write(&self) -> String {
        let sign = if self.ms < 0 { '-' } else { '+' };
        format!("{sign}{}", SimDuration::from_millis(self.ms.unsigned_abs()))
    }
}

/// Milliseconds since 1970 of an RFC 3339 time in UTC.
fn moment(text: &str) -> Result<u64, &'static str> {
    const SHAPE: &str = "its form is not year-month-dayThours:minutes:secondsZ";
    let text = text.trim();
    let local = text.strip_suffix(['Z', 'z']).ok_or("only UTC is read, so it must end in `Z`")?;
    if !local.is_ascii() {
        return Err(SHAPE);
    }
    let (main, part) = local.split_once('.').unwrap_or((local, "0"));
    let bytes = main.as_bytes();
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if bytes.len() != 19 || separators.iter().any(|&(at, mark)| bytes[at] != mark) {
        return Err(SHAPE);
    }
    let number = |from: usize, to: usize| digits(&main[from..to]).ok_or(SHAPE);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hours, minutes, seconds) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if part.len() > 3 {
        return Err("it is finer than a millisecond");
    }
    let millis = digits(&format!("{part:0<3}")).ok_or(SHAPE)?;
    if year < YEAR_MIN {
        return Err("it is before 1970");
    }
    if !(1..=12).contains(&month) || day == 0 || day > month_days(year, month) {
        return Err("there is no such day");
    }
    if hours > 23 || minutes > 59 || seconds > 59 {
        return Err("there is no such time of day");
    }
    let days = days_before_year(year) + days_before_month(year, month) + day - 1;
    Ok(days * DAY_MS + ((hours * 60 + minutes) * 60 + seconds) * 1_000 + millis)
}

fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn month_days(year: u64, month: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970 to the first of January of `year`.
fn days_before_year(year: u64) -> u64 {
    let leaps = |year: u64| year / 4 - year / 100 + year / 400;
    (year - YEAR_MIN) * 365 + leaps(year - 1) - leaps(YEAR_MIN - 1)
}

fn days_before_month(year: u64, month: u64) -> u64 {
    (1..month).map(|month| month_days(year, month)).sum()
}

/// Year, month and day of the `days`th day after the first of January 1970.
fn date(days: u64) -> (u64, u64, u64) {
    let mut year = YEAR_MIN + days / 366;
    while days_before_year(year + 1) <= days {
        year += 1;
    }
    let rest = days - days_before_year(year);
    let mut month = 1;
    while month < 12 && days_before_month(year, month + 1) <= rest {
        month += 1;
    }
    (year, month, rest - days_before_month(year, month) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_and_print() {
        let check = |text: &str, ms: u64| {
            assert_eq!(Epoch::read(text).map(|epoch| epoch.ms).ok(), Some(ms), "{text}");
            assert_eq!(Epoch { ms }.write(), text);
        };
        check("1970-01-01T00:00:00Z", 0);
        check("2000-02-29T23:59:59.999Z", 951_868_799_999);
        check("2026-01-05T00:00:00Z", 1_767_571_200_000);
        check("9999-12-31T00:00:00Z", 253_402_214_400_000);
    }

    #[test]
    fn every_day_of_five_centuries_reads_back() {
        for day in 0..183_000 {
            let epoch = Epoch { ms: day * DAY_MS };
            assert_eq!(Epoch::read(&epoch.write()).map(|epoch| epoch.ms).ok(), Some(epoch.ms));
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "", "Z", "2026-01-05", "2026-01-05T00:00:00", "2026-01-05T00:00:00+01:00",
            "2026-13-05T00:00:00Z", "2026-02-29T00:00:00Z", "1969-12-31T23:59:59Z",
            "2026-01-05T24:00:00Z", "2026-01-05T00:00:00.1234Z", "2026-01-0éT00:00:00Z",
        ] {
            assert!(Epoch::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn offsets_have_a_sign() {
        let ms = |text: &str| ClockOffset::read(text).map(|offset| offset.ms).ok();
        assert_eq!(ms("+3s"), Some(3_000));
        assert_eq!(ms("-250ms"), Some(-250));
        assert_eq!(ms("3s"), Some(3_000));
        assert_eq!(ms("--3s"), None);
        assert_eq!(ms("1us"), None);
        assert_eq!(ClockOffset { ms: -90_000 }.write(), "-1m30s");
    }
}
