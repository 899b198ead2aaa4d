//! What is sampled over time: one column of integers a quantity, all of the same length.

use crate::history::MemoryKind;
use crate::id::{Id, InstanceId};
use crate::metrics::timeline::Timeline;
use crate::time::{SimDuration, SimTime};

/// The number of memory kinds a sample has, in the order of [`MemoryKind::ALL`].
pub const KINDS: usize = MemoryKind::ALL.len();

/// The samples of one run, and the marks that explain them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Series {
    /// How far two samples are apart.
    pub sample_every: SimDuration,
    /// When traffic and faults stopped.
    pub storm_end: SimTime,
    /// When the run ended.
    pub end: SimTime,
    /// The instant of each sample, ascending. Every column below has one entry for each.
    pub at: Vec<SimTime>,
    /// The members, in the scenario's order.
    pub instances: Vec<InstanceSeries>,
    /// The directed links, by sender and then receiver.
    pub links: Vec<LinkSeries>,
    /// Keys on which the members linked at that instant do not all agree.
    pub keys_unequal: Vec<u64>,
    /// What charts shade and point at.
    pub timeline: Timeline,
}

/// One instance over time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InstanceSeries {
    /// The cache's name.
    pub name: String,
    /// The region as Azure writes it.
    pub region: String,
    /// Bytes by kind, in the order of [`MemoryKind::ALL`], summed over the shards.
    pub memory: Vec<[u64; KINDS]>,
    /// The limit in force, in bytes, summed over the shards.
    pub limit_bytes: Vec<u64>,
    /// The largest share of its limit that any shard uses, in parts of a million.
    pub used_ppm: Vec<u64>,
}

impl InstanceSeries {
    /// An instance without samples.
    pub fn new(name: String, region: String) -> Self {
        Self {
            name,
            region,
            memory: Vec::new(),
            limit_bytes: Vec::new(),
            used_ppm: Vec::new(),
        }
    }
}

/// One directed link over time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkSeries {
    /// The sender.
    pub from: InstanceId,
    /// The receiver.
    pub to: InstanceId,
    /// The lag of what was applied since the sample before; `None` when nothing was.
    pub lag: Vec<Option<Lag>>,
    /// Effects that the sender has and the receiver has not acknowledged.
    pub unsent_effects: Vec<u64>,
}

impl LinkSeries {
    /// A link without samples.
    pub fn new(from: InstanceId, to: InstanceId) -> Self {
        Self {
            from,
            to,
            lag: Vec::new(),
            unsent_effects: Vec::new(),
        }
    }
}

/// From acknowledgement at the origin to application at the receiver, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lag {
    /// Half of the effects took at most this.
    pub p50_us: u64,
    /// 99 % took at most this.
    pub p99_us: u64,
    /// The slowest took this.
    pub max_us: u64,
}

impl Series {
    /// No samples yet.
    pub fn new(sample_every: SimDuration) -> Self {
        Self {
            sample_every,
            ..Self::default()
        }
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether nothing was sampled.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// The instance with this id.
    pub fn instance(&self, id: InstanceId) -> &InstanceSeries {
        &self.instances[id.index()]
    }

    /// The rows a chart of so many pixel columns needs to show every extreme: of each column's
    /// samples those where `value` is least and greatest, and the first and last of all. Rows
    /// where `value` is `None` are left out.
    pub fn extremes(&self, columns: u64, value: impl Fn(usize) -> Option<u64>) -> Vec<usize> {
        let column = |row: usize| {
            let at = u128::from(self.at[row].0) * u128::from(columns);
            at / u128::from(self.end.0.max(1))
        };
        let mut kept = Vec::new();
        let mut first = 0;
        while first < self.len() {
            let past = (first..self.len()).find(|&row| column(row) != column(first));
            let past = past.unwrap_or(self.len());
            let measured = || (first..past).filter_map(|row| Some((value(row)?, row)));
            let ends = [
                (first == 0).then_some(0),
                (past == self.len()).then_some(past - 1),
            ];
            let mut rows: Vec<usize> = ends.into_iter().flatten().collect();
            rows.retain(|&row| value(row).is_some());
            rows.extend(measured().min().map(|(_, row)| row));
            rows.extend(measured().max().map(|(_, row)| row));
            rows.sort_unstable();
            rows.dedup();
            kept.extend(rows);
            first = past;
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::Series;
    use crate::time::{SimDuration, SimTime};

    #[test]
    fn every_extreme_survives_downsampling() {
        let mut series = Series::new(SimDuration::from_secs(1));
        series.at = (0..=1_000).map(SimTime::from_secs).collect();
        series.end = SimTime::from_secs(1_000);
        let value = |row: usize| match row {
            333 => Some(9_999),
            334 => Some(0),
            700..800 => None,
            _ => Some(500 + row as u64 % 3),
        };
        let rows = series.extremes(10, value);
        assert!(rows.len() <= 2 * 11 + 2, "{} rows", rows.len());
        assert!(rows.is_sorted());
        for row in [0, 333, 334, 1_000] {
            assert!(rows.contains(&row), "row {row}");
        }
        assert!(!rows.iter().any(|row| (700..800).contains(row)));
    }
}
