//! Shares and figures, with the intervals that are stated of them.

use crate::experiment::outcome::{Estimate, Figure, Share, Value};
use crate::experiment::statistics::{
    CONFIDENCE, Interval, Step, at_most, effective, estimate, steps,
};
use crate::quantity::Ratio;

/// The quantiles of a figure.
const QUANTILES: [Ratio; 3] = [
    Ratio { ppm: 50_000 },
    Ratio { ppm: 500_000 },
    Ratio { ppm: 950_000 },
];

/// A time that differs from case to case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Timed {
    /// From the start until a member ran out of memory.
    OutOfMemory,
    /// From the end of storm and faults until all linked members agreed for good.
    Converged,
    /// From a fault until the clients it kept from their instance were served again; of cases in
    /// which one did.
    Served,
    /// The stretch of one member's time of which writes are lost; nothing where none is.
    Lost,
}

/// How a time is spread over cases: what no summary holds, as it is as long as the sweep.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Distribution {
    /// Which time.
    pub of: Timed,
    /// Whose, where it is not that of all cases: a member, or a value of an axis.
    pub group: Option<String>,
    /// In how many cases it ever came.
    pub reached: Share,
    /// Of how many independent draws the cases are: seeds, where several cells have common ones.
    pub draws: u64,
    /// By which millisecond, in how many cases.
    pub steps: Vec<Step>,
}

impl Distribution {
    /// The distribution of these values, of so many seeds.
    pub(super) fn new(of: Timed, group: Option<String>, values: &[Value], seeds: u64) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let steps = steps(&sorted);
        let reached = steps.last().map_or(0, |step| step.count);
        Self {
            of,
            group,
            reached: share(reached, values.len() as u64, seeds),
            draws: seeds.min(values.len() as u64),
            steps,
        }
    }
}

/// So many of so many: between both bounds of the exact interval, or with one bound where there is
/// nothing on the other side. Of several cases of one seed, which common draws make alike, all
/// together tell at least as much as one: as many as there are `seeds` are counted.
pub(in crate::experiment) fn share(count: u64, of: u64, seeds: u64) -> Share {
    let runs = of.min(seeds);
    let interval = match count {
        0 => Interval {
            low_ppm: 0,
            high_ppm: at_most(runs, CONFIDENCE),
        },
        all if all == of => Interval {
            low_ppm: 1_000_000 - at_most(runs, CONFIDENCE),
            high_ppm: 1_000_000,
        },
        _ => effective(count, of, runs, CONFIDENCE),
    };
    Share {
        count,
        of,
        low_ppm: interval.low_ppm,
        high_ppm: interval.high_ppm,
    }
}

/// Whether values are draws of one distribution.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Spread {
    /// Each of a seed of its own.
    Independent,
    /// Of several cells: those of one seed have common draws, and no bounds are stated.
    Clustered,
}

/// The figure that these values make.
pub(super) fn figure(values: &[Value], spread: Spread) -> Figure {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let quantiles = QUANTILES.iter().map(|one| {
        let found = estimate(&sorted, *one, CONFIDENCE);
        match spread {
            Spread::Independent => found,
            Spread::Clustered => Estimate {
                low: Value::Unknown,
                high: Value::Unknown,
                ..found
            },
        }
    });
    Figure {
        cases: sorted.len() as u64,
        least: sorted.first().copied().unwrap_or(Value::Unknown),
        most: sorted.last().copied().unwrap_or(Value::Unknown),
        quantiles: quantiles.collect(),
    }
}
