//! When operations arrive.

use crate::engine::rng::Stream;
use crate::quantity::Rate;
use crate::time::{SimDuration, SimTime};

/// A period in nanoseconds is this over a rate in millihertz.
const NANOS_PER_KILOSECOND: u64 = 1_000_000_000_000;

/// So many gaps are drawn at a time.
const CHUNK: usize = 32;

/// How operations arrive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Arrivals {
    /// Evenly spaced, the first at the start.
    Constant(Rate),
    /// Independent of one another, so many a second on average.
    Poisson(Rate),
}

impl Arrivals {
    /// How many a second, on average.
    pub fn rate(&self) -> Rate {
        match self {
            Self::Constant(rate) | Self::Poisson(rate) => *rate,
        }
    }
}

/// The instants of arrival, one after the other.
#[derive(Clone, Debug)]
pub struct ArrivalTimes {
    last: SimTime,
    gaps: Gaps,
}

#[derive(Clone, Debug)]
enum Gaps {
    Never,
    Even(Even),
    Exponential { mean_ns: f64, logarithm: Logarithm },
}

/// Whole nanoseconds, and a rest in parts of one, `parts` of which are a whole one.
#[derive(Clone, Debug)]
struct Even {
    is_first: bool,
    whole: SimDuration,
    rest: u64,
    parts: u64,
    carry: u64,
}

impl ArrivalTimes {
    /// Arrivals from `starts` on; none when the rate is zero.
    pub fn new(arrivals: &Arrivals, starts: SimTime) -> Self {
        let gaps = match *arrivals {
            Arrivals::Constant(Rate { millihertz: 0 })
            | Arrivals::Poisson(Rate { millihertz: 0 }) => Gaps::Never,
            Arrivals::Constant(Rate { millihertz }) => Gaps::Even(Even {
                is_first: true,
                whole: SimDuration(NANOS_PER_KILOSECOND / millihertz),
                rest: NANOS_PER_KILOSECOND % millihertz,
                parts: millihertz,
                carry: 0,
            }),
            Arrivals::Poisson(Rate { millihertz }) => Gaps::Exponential {
                mean_ns: NANOS_PER_KILOSECOND as f64 / millihertz as f64,
                logarithm: Logarithm::new(),
            },
        };
        Self { last: starts, gaps }
    }

    /// The next instants, none before one returned earlier; [`SimTime::MAX`] when there is none.
    /// Poisson takes one draw for each, the others none.
    pub fn fill(&mut self, times: &mut [SimTime], stream: &mut Stream) {
        match &mut self.gaps {
            Gaps::Never => times.fill(SimTime::MAX),
            Gaps::Even(even) => {
                for time in times {
                    self.last += even.advance();
                    *time = self.last;
                }
            }
            Gaps::Exponential { mean_ns, logarithm } => {
                for times in times.chunks_mut(CHUNK) {
                    let mut draws = [0; CHUNK];
                    let draws = &mut draws[..times.len()];
                    stream.fill(draws);
                    for (time, draw) in times.iter_mut().zip(draws) {
                        self.last += rounded(logarithm.negated(*draw) * *mean_ns);
                        *time = self.last;
                    }
                }
            }
        }
    }
}

impl Even {
    /// How long it is until the next.
    fn advance(&mut self) -> SimDuration {
        if std::mem::take(&mut self.is_first) {
            return SimDuration::ZERO;
        }
        // Neither is above the rate, so the sum cannot wrap below 2^63 events a kilosecond.
        self.carry += self.rest;
        let is_whole = self.carry >= self.parts;
        self.carry -= if is_whole { self.parts } else { 0 };
        self.whole + SimDuration(u64::from(is_whole))
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "at most 37 means, far below 2^63 nanoseconds"
)]
fn rounded(nanos: f64) -> SimDuration {
    // To a signed integer, as processors have no conversion to an unsigned one.
    SimDuration(((nanos + 0.5) as i64).cast_unsigned())
}

/// Logarithms of uniform draws: a table and a short series, at a third of what `libm::log` costs.
///
/// Good to 15 digits, and the same on every machine: beside the table there are only sums and
/// products, which IEEE 754 settles to the last bit.
#[derive(Clone, Debug)]
pub(super) struct Logarithm {
    /// For each step of the mantissa about the inverse of its middle, and that one's logarithm.
    steps: Box<[(f64, f64); Self::STEPS]>,
}

impl Logarithm {
    const STEPS: usize = 128;

    pub(super) fn new() -> Self {
        let step = |index: u32| {
            let inverse = 1.0 / (1.0 + (f64::from(index) + 0.5) / 128.0);
            (inverse, libm::log(inverse))
        };
        let mut steps = Box::new([(0.0, 0.0); Self::STEPS]);
        for (entry, index) in steps.iter_mut().zip(0..) {
            *entry = step(index);
        }
        Self { steps }
    }

    /// Minus the natural logarithm of a uniform number above zero and at most one.
    #[inline]
    pub(super) fn negated(&self, draw: u64) -> f64 {
        const ONE: u64 = 1_023 << 52;
        let bits = (draw >> 11) + 1;
        let halvings = bits.leading_zeros() - 10;
        let normal = bits << (halvings + 10);
        // The leading bit is implied in an f64; 52 follow, the first seven of them number the step.
        let fraction = (normal << 1) >> 12;
        let (inverse, logarithm) = self.steps[(fraction >> 45) as usize & (Self::STEPS - 1)];
        let x = f64::from_bits(ONE | fraction) * inverse - 1.0;
        let series = x * (1.0 - x * (0.5 - x * (1.0 / 3.0 - x * (0.25 - x * 0.2))));
        f64::from(halvings) * std::f64::consts::LN_2 + logarithm - series
    }
}
