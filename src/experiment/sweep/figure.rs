//! Shares and figures, with the intervals that are stated of them.

use crate::experiment::outcome::{Figure, Share, Value};
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
            reached: share(reached, values.len() as u64),
            steps,
        }
    }
}

/// So many of so many: between both bounds of the exact interval, or with one bound where there is
/// nothing on the other side.
pub(super) fn share(count: u64, of: u64) -> Share {
    let interval = match count {
        0 => Interval {
            low_ppm: 0,
            high_ppm: at_most(of, CONFIDENCE),
        },
        all if all == of => Interval {
            low_ppm: 1_000_000 - at_most(of, CONFIDENCE),
            high_ppm: 1_000_000,
        },
        count => clopper_pearson(count, of, CONFIDENCE),
    };
    Share {
        count,
        of,
        low_ppm: interval.low_ppm,
        high_ppm: interval.high_ppm,
    }
}

/// The figure that these values make.
pub(super) fn figure(values: &[Value]) -> Figure {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let quantiles = QUANTILES
        .iter()
        .map(|one| estimate(&sorted, *one, CONFIDENCE));
    Figure {
        cases: sorted.len() as u64,
        least: sorted.first().copied().unwrap_or(Value::Unknown),
        most: sorted.last().copied().unwrap_or(Value::Unknown),
        quantiles: quantiles.collect(),
    }
}
