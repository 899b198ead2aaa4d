//! Shares, values and intervals as people read them.

use crate::experiment::outcome::{Estimate, Header, Seeds, Share, Stopped, Value};
use crate::report::units::{exact, percent};

/// A share in parts of a million: below one in a hundred with two digits that matter.
pub fn share_ppm(ppm: u64) -> String {
    if ppm == 0 || ppm >= 10_000 {
        return percent(ppm);
    }
    let step = match ppm {
        0..100 => 1,
        100..1_000 => 10,
        _ => 100,
    };
    let digits = format!("{:04}", (ppm + step / 2) / step * step);
    let (whole, part) = digits.split_at(digits.len() - 4);
    let part = part.trim_end_matches('0');
    match (whole, part) {
        ("", part) => format!("0.{part} %"),
        (whole, _) => format!("{whole} %"),
    }
}

/// A share and its bounds: `1.2 % (0.6 % to 2.1 %)`, `0 % (at most 0.3 %)`.
pub fn share(share: &Share) -> String {
    if share.of == 0 {
        return "unknown".to_owned();
    }
    let bounds = match share.count {
        0 => format!("at most {}", share_ppm(share.high_ppm)),
        count if count == share.of => format!("at least {}", share_ppm(share.low_ppm)),
        _ => format!(
            "{} to {}",
            share_ppm(share.low_ppm),
            share_ppm(share.high_ppm)
        ),
    };
    format!("{} ({bounds})", part(share))
}

/// A share without its bounds: `1.2 %`.
pub fn part(share: &Share) -> String {
    match share.of {
        0 => "?".to_owned(),
        _ => share_ppm(part_ppm(share)),
    }
}

/// A share in parts of a million, rounded down; nothing of nothing.
pub fn part_ppm(share: &Share) -> u64 {
    let parts = u128::from(share.count) * 1_000_000 / u128::from(share.of.max(1));
    u64::try_from(parts).expect("no more than the whole")
}

/// `12 of 1,000`.
pub fn count(share: &Share) -> String {
    format!("{} of {}", exact(share.count), exact(share.of))
}

/// A value in a unit.
pub fn value(value: Value, unit: fn(u64) -> String) -> String {
    match value {
        Value::At(amount) => unit(amount),
        Value::Never => "never".to_owned(),
        Value::Unknown => "?".to_owned(),
    }
}

/// A quantile and its bounds: `12 s (11 s to 14 s)`. Bounds equal to it are not repeated.
pub fn estimate(one: &Estimate, unit: fn(u64) -> String) -> String {
    let [middle, low, high] = [one.value, one.low, one.high].map(|bound| value(bound, unit));
    match low == middle && high == middle {
        true => middle,
        false => format!("{middle} ({low} to {high})"),
    }
}

/// The seeds: `seeds 0..1000`.
pub fn seeds(seeds: &Seeds) -> String {
    match seeds {
        Seeds::Range(from, until) => format!("seeds {from}..{until}"),
        Seeds::List(list) => format!("{} seeds listed", exact(list.len() as u64)),
        Seeds::Points(points) => format!("{} cases listed", exact(points.len() as u64)),
    }
}

/// The seeds, and in how many cells: `seeds 0..20 in 27 cells`.
pub fn cases(header: &Header) -> String {
    let seeds = seeds(&header.seeds);
    match header.axes.is_empty() {
        true => seeds,
        false => {
            let cells = header.grid().count() as u64;
            let plural = if cells == 1 { "" } else { "s" };
            format!("{seeds} in {} cell{plural}", exact(cells))
        }
    }
}

/// Why a sweep is over, where that is not that all cases were run.
pub fn stopped(stopped: Stopped, run: u64, planned: u64) -> Option<String> {
    let of = format!("{} of {} cases", exact(run), exact(planned));
    Some(match stopped {
        Stopped::AllRun => return None,
        Stopped::Precise { width_ppm } => format!(
            "stopped after {of}: the interval is {} wide",
            share_ppm(width_ppm)
        ),
        Stopped::NotPrecise {
            wanted_ppm,
            width_ppm,
        } => format!(
            "not as precise as asked for: after all {} cases the interval is {} wide, not {}",
            exact(run),
            share_ppm(width_ppm),
            share_ppm(wanted_ppm)
        ),
        Stopped::OutOfTime => format!(
            "incomplete: it was ended after {of}, the first seeds; which they are says nothing"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::{share, share_ppm};
    use crate::experiment::outcome::Share;

    #[test]
    fn small_shares_keep_two_digits() {
        let texts = [0, 3, 30, 299, 2_996, 9_999, 12_345, 1_000_000].map(share_ppm);
        let expected = [
            "0 %", "0.0003 %", "0.003 %", "0.03 %", "0.3 %", "1 %", "1.2 %", "100 %",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn bounds_are_those_that_mean_something() {
        let of = |count, low_ppm, high_ppm| {
            share(&Share {
                count,
                of: 200,
                low_ppm,
                high_ppm,
            })
        };
        assert_eq!(of(0, 0, 14_868), "0 % (at most 1.5 %)");
        assert_eq!(of(200, 985_132, 1_000_000), "100 % (at least 98.5 %)");
        assert_eq!(of(20, 62_000, 150_000), "10 % (6.2 % to 15 %)");
    }
}
