//! One-way delays as distributions, sampled in integers alone.

use thiserror::Error;

use crate::quantity::{Ratio, wide_product};
use crate::time::SimDuration;

/// The whole of a distribution, in the millionths that quantiles are given in.
const WHOLE: u32 = 1_000_000;
const HALF: u32 = WHOLE / 2;
/// The longest delay taken: with it every interpolation stays within 64 bits.
const DELAY_MAX: SimDuration = SimDuration::from_secs(3_600);
/// Where Azure's second published percentile stands.
const P95: u32 = 950_000;

/// The one-way delay of a route.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Delay {
    /// Always the same.
    Constant(SimDuration),
    /// Points of the distribution function, `(share in millionths, delay)`, ascending, from the
    /// least possible delay at share 0 to the greatest at 1 000 000; linear between them.
    Quantiles(Vec<(u32, SimDuration)>),
    /// One of several delays, with weights.
    Mixture(Vec<(u32, Delay)>),
}

/// Why a delay is none.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum DelayError {
    /// Nothing travels in no time; and the least delay bounds how far regions run apart.
    #[error("the least delay is zero, but a message takes some time")]
    ZeroFloor,
    /// A delay beyond what makes sense.
    #[error("the delay {0} is longer than {DELAY_MAX}")]
    TooLong(SimDuration),
    /// The points do not reach from the least delay to the greatest.
    #[error(
        "the quantiles must start at share 0 and end at share 1, but go from {first} to {last}"
    )]
    Incomplete {
        /// The first point's share.
        first: Ratio,
        /// The last point's share.
        last: Ratio,
    },
    /// Points out of order.
    #[error("the quantiles must ascend, but {share} stands behind a greater share or delay")]
    Unsorted {
        /// The share of the point that is too small, or whose delay is.
        share: Ratio,
    },
    /// Nothing to choose from.
    #[error("a mixture needs at least one delay, with a weight above zero")]
    NoWeight,
    /// Weights beyond what one draw can choose from.
    #[error("the weights of a mixture add up to more than {}", u32::MAX)]
    TooMuchWeight,
    /// The 95th percentile lies below the median.
    #[error("P95 over P50 is {0}, but cannot be below 100%")]
    JitterBelowOne(Ratio),
    /// The least delay lies above the median.
    #[error("the least delay is {0} of the median, but cannot be above 100%")]
    FloorAboveOne(Ratio),
}

impl Delay {
    /// Always `delay`.
    ///
    /// # Errors
    /// When it is zero, or longer than an hour.
    pub fn new_constant(delay: SimDuration) -> Result<Self, DelayError> {
        Self::Constant(delay).validated()
    }

    /// Points of the distribution function, as [`Delay::Quantiles`] has them.
    ///
    /// # Errors
    /// When they do not ascend from share 0 to 1 000 000, or a delay is zero or above an hour.
    pub fn new_quantiles(points: Vec<(u32, SimDuration)>) -> Result<Self, DelayError> {
        Self::Quantiles(points).validated()
    }

    /// One of `parts`, by weight.
    ///
    /// # Errors
    /// When no weight is above zero, the weights exceed a `u32`, or a part is no delay itself.
    pub fn new_mixture(parts: Vec<(u32, Self)>) -> Result<Self, DelayError> {
        Self::Mixture(parts).validated()
    }

    /// The default of a route whose round trip is published: half of it each way.
    ///
    /// The least delay is `floor` of the median (A-FLOOR), and P95 is `jitter` times it. The
    /// greatest is beyond P95 by `tail` of what P95 is beyond the median (A-TAIL).
    ///
    /// # Errors
    /// When the round trip or `floor` is zero, `floor` is above one, or `jitter` below one.
    pub fn from_rtt(
        rtt: SimDuration,
        jitter: Ratio,
        floor: Ratio,
        tail: Ratio,
    ) -> Result<Self, DelayError> {
        if jitter < Ratio::ONE {
            return Err(DelayError::JitterBelowOne(jitter));
        }
        if floor > Ratio::ONE {
            return Err(DelayError::FloorAboveOne(floor));
        }
        let median = rtt / 2;
        let least = SimDuration(floor.of(median.0));
        let p95 = SimDuration(jitter.of(median.0));
        let greatest = p95 + SimDuration(tail.of((p95 - median).0));
        Self::new_quantiles(vec![
            (0, least),
            (HALF, median),
            (P95, p95),
            (WHOLE, greatest),
        ])
    }

    /// This delay, if it is one.
    ///
    /// # Errors
    /// As for the constructors; for a value put together by hand.
    pub fn validated(self) -> Result<Self, DelayError> {
        self.check().map(|()| self)
    }

    fn check(&self) -> Result<(), DelayError> {
        match self {
            Self::Constant(delay) => check_length(*delay),
            Self::Quantiles(points) => check_points(points),
            Self::Mixture(parts) => {
                let total: u64 = parts.iter().map(|(weight, _)| u64::from(*weight)).sum();
                if total == 0 {
                    return Err(DelayError::NoWeight);
                }
                if u32::try_from(total).is_err() {
                    return Err(DelayError::TooMuchWeight);
                }
                parts.iter().try_for_each(|(_, part)| part.check())
            }
        }
    }

    /// The least possible delay; above zero.
    pub fn floor(&self) -> SimDuration {
        match self {
            Self::Constant(delay) => *delay,
            Self::Quantiles(points) => points[0].1,
            Self::Mixture(parts) => {
                let floors = possible(parts).map(|(_, part)| part.floor());
                floors.min().expect("a mixture has a part with a weight")
            }
        }
    }

    /// The greatest possible delay.
    pub fn ceiling(&self) -> SimDuration {
        match self {
            Self::Constant(delay) => *delay,
            Self::Quantiles(points) => points[points.len() - 1].1,
            Self::Mixture(parts) => {
                let ceilings = possible(parts).map(|(_, part)| part.ceiling());
                ceilings.max().expect("a mixture has a part with a weight")
            }
        }
    }

    /// The least delay that half of all messages do not exceed.
    pub fn median(&self) -> SimDuration {
        let (mut low, mut high) = (self.floor().0, self.ceiling().0);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.share_within(SimDuration(middle)) >= 1 << 31 {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        SimDuration(low)
    }

    /// The share of messages that take `limit` at most; `2^32` stands for all.
    fn share_within(&self, limit: SimDuration) -> u64 {
        match self {
            Self::Constant(delay) => u64::from(*delay <= limit) << 32,
            Self::Quantiles(points) => {
                let behind = points.partition_point(|(_, delay)| *delay <= limit);
                let Some(at) = behind.checked_sub(1) else {
                    return 0;
                };
                let (share, delay) = points[at];
                let within = points.get(behind).map_or(0, |&(next_share, next)| {
                    let part = u128::from(limit.0 - delay.0) * u128::from(next_share - share);
                    (part << 32) / u128::from(next.0 - delay.0)
                });
                let sum = (u128::from(share) << 32) + within;
                u64::try_from(sum / u128::from(WHOLE)).expect("a share is at most the whole")
            }
            Self::Mixture(parts) => {
                let total: u64 = parts.iter().map(|(weight, _)| u64::from(*weight)).sum();
                let within: u128 = parts
                    .iter()
                    .map(|(weight, part)| {
                        u128::from(*weight) * u128::from(part.share_within(limit))
                    })
                    .sum();
                u64::try_from(within / u128::from(total)).expect("a share is at most the whole")
            }
        }
    }

    /// The stretches of quantiles, ready for draws; none for other delays.
    pub(super) fn segments(&self) -> Box<[Segment]> {
        match self {
            Self::Quantiles(points) => points
                .windows(2)
                .map(|pair| Segment::between(&pair[0], &pair[1]))
                .collect(),
            Self::Constant(_) | Self::Mixture(_) => Box::default(),
        }
    }

    /// The delay that a uniform draw stands for; greater draws of one distribution, greater delays.
    pub fn sample(&self, draw: u64) -> SimDuration {
        match self {
            Self::Constant(delay) => *delay,
            Self::Quantiles(points) => {
                let inner = &points[1..points.len() - 1];
                let behind = inner
                    .iter()
                    .take_while(|point| parts(point.0) <= draw)
                    .count();
                Segment::between(&points[behind], &points[behind + 1]).delay(draw)
            }
            Self::Mixture(parts) => {
                let total: u64 = parts.iter().map(|(weight, _)| u64::from(*weight)).sum();
                // What choosing leaves over of the draw is as good as a fresh one.
                let (mut choice, rest) = wide_product(draw, total);
                for (weight, part) in parts {
                    let weight = u64::from(*weight);
                    if choice < weight {
                        return part.sample(rest);
                    }
                    choice -= weight;
                }
                unreachable!("a choice below the total falls on some part")
            }
        }
    }
}

/// One stretch of quantiles, between two points.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// Where it begins, in parts of 2^64.
    from: u64,
    /// The delay there.
    least: u64,
    /// How much the delay would grow over a whole distribution at this slope.
    per_whole: u64,
}

impl Segment {
    fn between(this: &(u32, SimDuration), next: &(u32, SimDuration)) -> Self {
        let span = next.1.0 - this.1.0;
        // No draw falls between two points of one share.
        let share = u128::from(next.0 - this.0).max(1);
        // At most an hour in nanoseconds, over a millionth at least: below 2^62.
        let per_whole = u128::from(span) * u128::from(WHOLE) / share;
        Self {
            from: parts(this.0),
            least: this.1.0,
            per_whole: u64::try_from(per_whole).expect("an hour is short enough"),
        }
    }

    /// Linear within the segment that the draw falls on.
    #[inline]
    pub(super) fn sample(segments: &[Self], draw: u64) -> SimDuration {
        // A sum of comparisons: where a draw falls is nothing a processor foresees.
        let behind: usize = segments[1..]
            .iter()
            .map(|next| usize::from(next.from <= draw))
            .sum();
        segments[behind].delay(draw)
    }

    #[inline]
    fn delay(&self, draw: u64) -> SimDuration {
        let (whole, rest) = wide_product(draw - self.from, self.per_whole);
        // Rounded to the nearest nanosecond.
        SimDuration(self.least + whole + (rest >> 63))
    }
}

/// A share in millionths, below one, in parts of 2^64.
fn parts(share: u32) -> u64 {
    let parts = (u128::from(share) << 64) / u128::from(WHOLE);
    u64::try_from(parts).expect("a segment starts below a share of one")
}

/// The parts that are ever chosen.
fn possible(parts: &[(u32, Delay)]) -> impl Iterator<Item = &(u32, Delay)> {
    parts.iter().filter(|(weight, _)| *weight > 0)
}

fn check_length(delay: SimDuration) -> Result<(), DelayError> {
    if delay == SimDuration::ZERO {
        return Err(DelayError::ZeroFloor);
    }
    if delay > DELAY_MAX {
        return Err(DelayError::TooLong(delay));
    }
    Ok(())
}

fn check_points(points: &[(u32, SimDuration)]) -> Result<(), DelayError> {
    let ratio = |share: u32| Ratio {
        ppm: u64::from(share),
    };
    let (first, last) = match (points.first(), points.last()) {
        (Some(first), Some(last)) => (first.0, last.0),
        _ => (0, 0),
    };
    if first != 0 || last != WHOLE {
        return Err(DelayError::Incomplete {
            first: ratio(first),
            last: ratio(last),
        });
    }
    for pair in points.windows(2) {
        if pair[1].0 <= pair[0].0 || pair[1].1 < pair[0].1 {
            return Err(DelayError::Unsorted {
                share: ratio(pair[1].0),
            });
        }
    }
    points
        .iter()
        .try_for_each(|(_, delay)| check_length(*delay))
}
