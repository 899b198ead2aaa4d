//! When operations arrive.

use crate::engine::rng::Stream;
use crate::quantity::Rate;
use crate::time::{SimDuration, SimTime};

/// A period in nanoseconds is this over a rate in millihertz.
const NANOS_PER_KILOSECOND: u64 = 1_000_000_000_000;

/// How operations arrive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Arrivals {
    /// Evenly spaced, the first at the start.
    Constant(Rate),
    /// Independent of one another, so many a second on average.
    Poisson(Rate),
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
    /// Whole nanoseconds, and a rest in parts of one, `parts` of which are a whole one.
    Even {
        first: bool,
        whole: SimDuration,
        rest: u64,
        parts: u64,
        carry: u64,
    },
    Exponential {
        mean_ns: f64,
    },
}

impl ArrivalTimes {
    /// Arrivals from `starts` on; none when the rate is zero.
    pub fn new(arrivals: &Arrivals, starts: SimTime) -> Self {
        let gaps = match *arrivals {
            Arrivals::Constant(Rate { millihertz: 0 })
            | Arrivals::Poisson(Rate { millihertz: 0 }) => Gaps::Never,
            Arrivals::Constant(Rate { millihertz }) => Gaps::Even {
                first: true,
                whole: SimDuration(NANOS_PER_KILOSECOND / millihertz),
                rest: NANOS_PER_KILOSECOND % millihertz,
                parts: millihertz,
                carry: 0,
            },
            Arrivals::Poisson(Rate { millihertz }) => Gaps::Exponential {
                mean_ns: NANOS_PER_KILOSECOND as f64 / millihertz as f64,
            },
        };
        Self { last: starts, gaps }
    }

    /// The next instant, never before the one returned last; [`SimTime::MAX`] when there is none.
    /// Poisson takes one draw, the others none.
    pub fn advance(&mut self, stream: &mut Stream) -> SimTime {
        match &mut self.gaps {
            Gaps::Never => self.last = SimTime::MAX,
            Gaps::Even {
                first: first @ true,
                ..
            } => *first = false,
            Gaps::Even {
                whole,
                rest,
                parts,
                carry,
                ..
            } => {
                self.last += *whole;
                // Neither is above the rate, so the sum cannot wrap below 2^63 events a kilosecond.
                *carry += *rest;
                if *carry >= *parts {
                    *carry -= *parts;
                    self.last += SimDuration(1);
                }
            }
            Gaps::Exponential { mean_ns } => {
                self.last += exponential(stream.next_u64(), *mean_ns);
            }
        }
        self.last
    }
}

/// An exponential gap, rounded to a nanosecond.
#[allow(
    clippy::cast_possible_truncation,
    reason = "at most 37 means, far below 2^63 nanoseconds"
)]
fn exponential(draw: u64, mean_ns: f64) -> SimDuration {
    const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
    // Above zero and at most one, so that the logarithm is finite and the gap no less than zero.
    let uniform = ((draw >> 11) + 1) as f64 * STEP;
    SimDuration((0.5 - libm::log(uniform) * mean_ns) as u64)
}
