//! Shares and figures, with the intervals that are stated of them.

use crate::experiment::outcome::{Estimate, Figure, Share, Value};
use crate::experiment::statistics::{
    CONFIDENCE, Interval, Step, at_most, clopper_pearson, estimate, steps,
};
use crate::quantity::Ratio;

/// The quantiles of a figure.
const QUANTILES: [Ratio; 3] = [
    Ratio { ppm: 50_000 },
    Ratio { ppm: 500_000 },
    Ratio { ppm: 950_000 },
];

/// When something came, over all cases: what no summary holds, as it is as long as the sweep.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Distribution {
    /// The member that ran out of memory; none for the agreement of all.
    pub member: Option<String>,
    /// In how many cases it ever came.
    pub reached: Share,
    /// By which millisecond, in how many cases.
    pub steps: Vec<Step>,
}

impl Distribution {
    /// The distribution of these values.
    pub(super) fn of(member: Option<&str>, values: &[Value]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let steps = steps(&sorted);
        let reached = steps.last().map_or(0, |step| step.count);
        Self {
            member: member.map(str::to_owned),
            reached: share(reached, values.len() as u64, u64::MAX),
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
        _ => interval(count, of, seeds),
    };
    Share {
        count,
        of,
        low_ppm: interval.low_ppm,
        high_ppm: interval.high_ppm,
    }
}

/// The two bounds of such a share.
pub(super) fn interval(count: u64, of: u64, seeds: u64) -> Interval {
    let runs = of.min(seeds);
    // Rounded outwards, each bound on its own side.
    let scaled = |up: u64| {
        let part = u128::from(count) * u128::from(runs) + u128::from(up);
        u64::try_from(part / u128::from(of.max(1))).expect("no more than all runs")
    };
    Interval {
        low_ppm: clopper_pearson(scaled(0), runs, CONFIDENCE).low_ppm,
        high_ppm: clopper_pearson(scaled(of.saturating_sub(1)), runs, CONFIDENCE).high_ppm,
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
