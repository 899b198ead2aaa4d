//! Amounts from one to another in even steps: what a search may try.

use crate::scenario::chance::kind::Kind;

/// From so many times the lower end on, a grid has equal ratios instead of equal distances.
const GEOMETRIC_FROM: i128 = 100;
/// So many points a grid has between the ends, where there are so many amounts.
const GRID: u16 = 8;
/// The part of the whole that a step is at most, unless somebody says how large it is.
const PARTS: u64 = 100;

/// Steps of time that read well, in milliseconds, up to an hour.
const ROUND_MS: [u64; 21] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000,
    120_000, 300_000, 600_000, 1_800_000, 3_600_000,
];

/// Both ends, and the multiples of a precision between them; each has an index, the lower end 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    kind: Kind,
    from: i64,
    to: i64,
    precision: u64,
}

impl Scale {
    /// The scale between two amounts of one kind, written as in a file but without quotes. A
    /// precision that nobody states is a hundredth of the whole, rounded down to what reads well,
    /// or the kind's unit if that is more.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(from: &str, to: &str, precision: Option<&str>) -> Result<Self, String> {
        let read = |text: &str, kind: Kind| match kind {
            Kind::Number(_) => kind.read(text),
            _ => kind.read(&format!("\"{text}\"")),
        };
        let whole = |kind| {
            let step = precision.map_or(Some(1), |text| read(text, kind))?;
            Some((kind, read(from, kind)?, read(to, kind)?, step))
        };
        let (numbers, others): (Vec<Kind>, Vec<Kind>) =
            Kind::all().partition(|kind| matches!(kind, Kind::Number(_)));
        let mut found = numbers.into_iter().chain(others).filter_map(whole);
        let Some((kind, low, high, step)) = found.next() else {
            let third = precision.map_or_else(String::new, |text| format!(" and {text}"));
            return Err(format!("{from} and {to}{third} are no amounts of one kind"));
        };
        if low >= high {
            return Err(format!("{from} is not less than {to}"));
        }
        let precision = match precision {
            None => rounded(kind, &[low, high]),
            Some(text) => match u64::try_from(step) {
                Ok(step) if (1..low.abs_diff(high)).contains(&step) => step,
                _ => return Err(format!("{text} is no step between {from} and {to}")),
            },
        };
        Ok(Self {
            kind,
            from: low,
            to: high,
            precision,
        })
    }

    /// The first multiple of the precision above the lower end, counted in precisions.
    fn first(&self) -> i128 {
        i128::from(self.from).div_euclid(i128::from(self.precision)) + 1
    }

    /// The index of the upper end.
    pub fn last(&self) -> u64 {
        // The last multiple below the upper end.
        let last = (i128::from(self.to) - 1).div_euclid(i128::from(self.precision));
        u64::try_from(last - self.first() + 2).expect("the lower end is below the upper one")
    }

    fn amount(&self, index: u64) -> i64 {
        if index == 0 {
            return self.from;
        }
        if index >= self.last() {
            return self.to;
        }
        let amount = (self.first() + i128::from(index) - 1) * i128::from(self.precision);
        i64::try_from(amount).expect("it lies between the ends")
    }

    /// The amount with this index, without quotes; the upper end for any beyond the last.
    pub fn at(&self, index: u64) -> String {
        self.text(self.amount(index))
    }

    fn text(&self, amount: i64) -> String {
        self.kind.write(amount).trim_matches('"').to_owned()
    }

    /// How far neighbours are apart at most.
    pub fn precision(&self) -> String {
        let precision = i64::try_from(self.precision);
        self.text(precision.expect("it was an amount or is a part of one"))
    }

    /// Whether the grid has equal ratios: the lower end is more than nothing, and the upper one at
    /// least a hundred times as much.
    pub fn is_geometric(&self) -> bool {
        self.from > 0 && i128::from(self.to) >= i128::from(self.from) * GEOMETRIC_FROM
    }

    /// Indices between those of the ends, in order and each once: about so many points at equal
    /// distances or ratios.
    pub fn grid(&self) -> Vec<u64> {
        let mut grid: Vec<u64> = (1..=GRID)
            .map(|point| self.nearest(self.between(point)))
            .filter(|index| (1..self.last()).contains(index))
            .collect();
        grid.dedup();
        grid
    }

    /// The amount at so many parts of the way.
    fn between(&self, point: u16) -> i128 {
        let parts = GRID + 1;
        if self.is_geometric() {
            return i128::from(self.at_ratio(f64::from(point) / f64::from(parts)));
        }
        let whole = i128::from(self.from.abs_diff(self.to));
        i128::from(self.from) + whole * i128::from(point) / i128::from(parts)
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "a point of a grid need not be exact, and it is the same on every machine"
    )]
    fn at_ratio(&self, share: f64) -> i64 {
        let (low, high) = (libm::log(self.from as f64), libm::log(self.to as f64));
        (libm::exp(low + share * (high - low)) + 0.5) as i64
    }

    /// The index of the multiple that is nearest to an amount between the ends.
    fn nearest(&self, amount: i128) -> u64 {
        let step = i128::from(self.precision);
        let multiple = (amount + step / 2).div_euclid(step);
        u64::try_from(multiple - self.first() + 1).unwrap_or(0)
    }
}

/// The default precision.
fn rounded(kind: Kind, ends: &[i64; 2]) -> u64 {
    let unit = kind.unit(ends);
    let wanted = ends[0].abs_diff(ends[1]) / PARTS / unit;
    let decade = 10_u64.pow(wanted.checked_ilog10().unwrap_or(0));
    let decimal = [5, 2, 1].into_iter().map(|digit| digit * decade);
    let decimal = decimal
        .into_iter()
        .find(|step| *step <= wanted)
        .unwrap_or(1);
    let steps = match (kind, unit > 1) {
        (Kind::Duration, true) => {
            let times = ROUND_MS.iter().rev().copied();
            times.into_iter().find(|step| *step <= wanted).unwrap_or(1)
        }
        _ => decimal,
    };
    steps * unit
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[track_caller]
    fn scale(from: &str, to: &str, precision: Option<&str>) -> Scale {
        Scale::new(from, to, precision).expect("it is a scale")
    }

    #[test]
    fn amounts_are_multiples_between_the_ends() {
        let all = |from, to, precision| -> Vec<String> {
            let scale = scale(from, to, Some(precision));
            (0..=scale.last()).map(|index| scale.at(index)).collect()
        };
        assert_eq!(all("7s", "31s", "10s"), ["7s", "10s", "20s", "30s", "31s"]);
        assert_eq!(all("10s", "30s", "10s"), ["10s", "20s", "30s"]);
        assert_eq!(all("11s", "19s", "7s"), ["11s", "14s", "19s"]);
        assert_eq!(all("-3", "4", "3"), ["-3", "0", "3", "4"]);
        assert_eq!(all("0.5", "1", "0.2"), ["0.5", "0.6", "0.8", "1.0"]);
        assert_eq!(all("10%", "12%", "1%"), ["10%", "11%", "12%"]);
        assert_eq!(all("1KB", "3KB", "1KB"), ["1KB", "2KB", "3KB"]);
        assert_eq!(
            all("90/s", "210/s", "100/s"),
            ["90/s", "100/s", "200/s", "210/s"]
        );
        assert_eq!(
            all("1MB/s", "2MB/s", "0.6MB/s"),
            ["1MB/s", "1.2MB/s", "1.8MB/s", "2MB/s"]
        );
    }

    #[test]
    fn neighbours_are_never_further_apart_than_the_precision() {
        for from in -7..7_i64 {
            for to in from + 2..20 {
                for precision in 1..to.abs_diff(from) {
                    let step = precision.to_string();
                    let scale = scale(&from.to_string(), &to.to_string(), Some(&step));
                    let all: Vec<i64> = (0..=scale.last()).map(|at| scale.amount(at)).collect();
                    assert_eq!((all[0], all[all.len() - 1]), (from, to));
                    let apart = all.windows(2).map(|pair| pair[1] - pair[0]);
                    let fits = |apart: i64| apart > 0 && apart.unsigned_abs() <= precision;
                    assert!(apart.into_iter().all(fits), "{all:?} by {precision}");
                    let grid = scale.grid();
                    assert!(grid.is_sorted_by(|one, next| one < next), "{grid:?}");
                    assert!(grid.iter().all(|at| (1..scale.last()).contains(at)));
                }
            }
        }
    }

    #[test]
    fn a_precision_that_nobody_states_reads_well() {
        let precision = |from, to| scale(from, to, None).precision();
        assert_eq!(precision("30s", "20m"), "10s");
        assert_eq!(precision("1s", "2s"), "10ms");
        assert_eq!(precision("0s", "90h"), "30m");
        assert_eq!(precision("1ms", "5ms"), "1ms");
        assert_eq!(precision("1us", "5us"), "20ns");
        assert_eq!(precision("1", "10"), "1");
        assert_eq!(precision("0", "1000"), "10");
        assert_eq!(precision("1MB", "100MB"), "500KB");
        assert_eq!(precision("0%", "50%"), "0.5%");
    }

    #[test]
    fn a_wide_scale_has_a_grid_of_ratios() {
        let grid = |from, to, precision| -> Vec<String> {
            let scale = scale(from, to, Some(precision));
            scale.grid().iter().map(|at| scale.at(*at)).collect()
        };
        let narrow = ["10s", "20s", "30s", "40s", "50s", "1m", "1m10s", "1m20s"];
        assert_eq!(grid("0s", "90s", "1s"), narrow);
        let wide = ["2", "5", "10", "22", "46", "100", "215", "464"];
        assert_eq!(grid("1", "1000", "1"), wide);
        assert_eq!(grid("1", "3", "1"), ["2"]);
    }

    #[test]
    fn what_is_no_scale_is_refused() {
        let wrong = |from, to, precision| Scale::new(from, to, precision).expect_err("it is none");
        assert_eq!(wrong("5s", "5s", None), "5s is not less than 5s");
        assert_eq!(wrong("2m", "5s", None), "2m is not less than 5s");
        assert_eq!(
            wrong("2m", "5MB", None),
            "2m and 5MB are no amounts of one kind"
        );
        let mixed = "1s and 5s and 5% are no amounts of one kind";
        assert_eq!(wrong("1s", "5s", Some("5%")), mixed);
        for precision in ["0s", "4s", "-1s"] {
            let expected = format!("{precision} is no step between 1s and 5s");
            assert_eq!(wrong("1s", "5s", Some(precision)), expected);
        }
    }
}
