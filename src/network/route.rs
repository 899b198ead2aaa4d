//! The path from one region to another, as its sender sees it.

use crate::quantity::{ByteRate, Ratio, wide_product};
use crate::time::{SimDuration, SimTime};

use super::Delay;
use super::delay::Segment;
use super::wire::Wire;

/// How much worse than usual a route is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Degradation {
    /// Multiplies the delay; at least one.
    pub delay: Ratio,
    /// Multiplies the bandwidth; at most one, above zero.
    pub bandwidth: Ratio,
    /// The share of messages lost, each time they are sent, in place of the usual one.
    pub loss: Ratio,
}

impl Degradation {
    /// No worse than usual.
    pub const NONE: Self = Self {
        delay: Ratio::ONE,
        bandwidth: Ratio::ONE,
        loss: Ratio { ppm: 0 },
    };
}

/// What a route has carried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RouteCounters {
    /// Messages.
    pub messages: u64,
    /// Their bytes, each counted once.
    pub bytes: u64,
    /// How often one was sent again.
    pub retransmissions: u64,
}

/// The directed path from one region to another: a queue before a wire, then the wire's delay.
///
/// Messages arrive in the order they were sent, as over one connection: one that is held up by a
/// retransmission holds up those behind it.
#[derive(Clone, Debug)]
pub struct Route {
    delay: Delay,
    /// The delay's quantiles, ready for a draw; empty when it has none.
    segments: Box<[Segment]>,
    bandwidth: ByteRate,
    loss: Ratio,
    retransmit: SimDuration,
    degraded: Option<Degradation>,
    wire: Wire,
    tries: Tries,
    free_at: SimTime,
    latest: SimTime,
    counters: RouteCounters,
}

impl Route {
    /// A route at rest. A lost message is sent again after `retransmit`, as often as it takes.
    ///
    /// # Panics
    /// When `delay` does not pass [`Delay::validated`], or `bandwidth` is zero: the scenario
    /// refuses both.
    pub fn new(delay: Delay, bandwidth: ByteRate, loss: Ratio, retransmit: SimDuration) -> Self {
        let delay = delay
            .validated()
            .expect("a plan holds only delays that are ones");
        Self {
            segments: delay.segments(),
            delay,
            bandwidth,
            loss,
            retransmit,
            degraded: None,
            wire: Wire::new(bandwidth.0),
            tries: Tries::new(loss),
            free_at: SimTime::ZERO,
            latest: SimTime::ZERO,
            counters: RouteCounters::default(),
        }
    }

    /// Sends messages, `(when, bytes)`: each leaves once those before it have, and what is appended
    /// to `times` is when its last byte has left. [`Route::arrive`] is to be called for each, in
    /// the order of sending, before the route is changed.
    #[inline]
    pub fn depart(
        &mut self,
        messages: impl ExactSizeIterator<Item = (SimTime, u64)>,
        times: &mut Vec<SimTime>,
    ) {
        let (mut wire, mut free_at, mut bytes_sent) = (self.wire, self.free_at, 0);
        self.counters.messages += messages.len() as u64;
        times.extend(messages.map(|(now, bytes)| {
            if now > free_at {
                wire.rest();
                free_at = now;
            }
            free_at += wire.transmission(bytes);
            bytes_sent += bytes;
            free_at
        }));
        self.counters.bytes += bytes_sent;
        (self.wire, self.free_at) = (wire, free_at);
    }

    /// When messages arrive that have left at `times`, in the order of sending: never before the
    /// floor, never before one sent earlier. Each takes one uniform draw where the delay varies,
    /// and one where messages are lost, from streams of their own: a loss that sets in moves no
    /// delay.
    #[inline]
    pub fn arrive(
        &mut self,
        times: &mut [SimTime],
        mut draw_delay: impl FnMut() -> u64,
        mut draw_loss: impl FnMut() -> u64,
    ) {
        if self.degraded.is_some() || !self.tries.is_certain() || self.segments.is_empty() {
            for time in times {
                *time = self.arrival(*time, &mut draw_delay, &mut draw_loss);
            }
            return;
        }
        for time in times {
            let delay = Segment::sample(&self.segments, draw_delay());
            self.latest = self.latest.max(*time + delay);
            *time = self.latest;
        }
    }

    fn arrival(
        &mut self,
        left: SimTime,
        draw_delay: impl FnOnce() -> u64,
        draw_loss: impl FnOnce() -> u64,
    ) -> SimTime {
        let mut delay = match &self.delay {
            Delay::Constant(delay) => *delay,
            Delay::Quantiles(_) => Segment::sample(&self.segments, draw_delay()),
            mixture @ Delay::Mixture(_) => mixture.sample(draw_delay()),
        };
        if let Some(degradation) = self.degraded {
            delay = SimDuration(degradation.delay.of(delay.0));
        }
        let mut arrival = left + delay;
        if !self.tries.is_certain() {
            let retransmissions = self.tries.retransmissions(draw_loss());
            arrival += self.retransmit * retransmissions;
            self.counters.retransmissions += retransmissions;
        }
        self.latest = self.latest.max(arrival);
        self.latest
    }

    /// How long a message sent now would wait for those before it.
    pub fn queue(&self, now: SimTime) -> SimDuration {
        self.free_at.since(now)
    }

    /// How many bytes may be sent from `now` on before a message could wait for longer than
    /// `longest`, as they may all be sent at once; none when one would at once.
    pub fn room(&self, now: SimTime, longest: SimDuration) -> Option<u64> {
        let queue = self.queue(now);
        (queue <= longest).then(|| self.wire.bytes_within(longest - queue))
    }

    /// The least possible time from sending to arrival, as the route is now; above zero.
    pub fn floor(&self) -> SimDuration {
        let floor = self.delay.floor();
        self.degraded.map_or(floor, |degradation| {
            SimDuration(degradation.delay.of(floor.0))
        })
    }

    /// The median one-way delay, as the route is now.
    pub fn median(&self) -> SimDuration {
        let median = self.delay.median();
        self.degraded.map_or(median, |degradation| {
            SimDuration(degradation.delay.of(median.0))
        })
    }

    /// Makes the route worse for messages sent from now on; replaces an earlier degradation.
    ///
    /// # Panics
    /// When the delay would shrink, or the bandwidth grow or vanish: the scenario refuses both.
    pub fn degrade(&mut self, degradation: Degradation) {
        assert!(
            degradation.delay >= Ratio::ONE,
            "a degraded route is not faster"
        );
        let share = degradation.bandwidth;
        assert!(
            share.ppm > 0 && share <= Ratio::ONE,
            "a degraded route keeps some bandwidth"
        );
        self.wire = Wire::new(share.of(self.bandwidth.0).max(1));
        self.tries = Tries::new(degradation.loss);
        self.degraded = Some(degradation);
    }

    /// Makes the route as it was, for messages sent from now on.
    pub fn heal(&mut self) {
        self.wire = Wire::new(self.bandwidth.0);
        self.tries = Tries::new(self.loss);
        self.degraded = None;
    }

    /// The degradation in force.
    pub fn degradation(&self) -> Option<Degradation> {
        self.degraded
    }

    /// What it has carried so far.
    pub fn counters(&self) -> RouteCounters {
        self.counters
    }
}

/// How far every region may run ahead alone: the least floor of the open routes. `None` when none
/// is open, and nothing binds the regions to one another.
pub fn lookahead<'a>(open: impl IntoIterator<Item = &'a Route>) -> Option<SimDuration> {
    open.into_iter().map(Route::floor).min()
}

/// How often a message is lost before it gets through: each try is lost with the same chance.
#[derive(Clone, Copy, Debug)]
struct Tries {
    /// The chance in parts of 2^64.
    lost: u64,
}

impl Tries {
    /// After so many the next one gets through, or a route that loses all would hold its messages
    /// for ever. To lose them is the part of a partition.
    const RETRANSMISSIONS_MAX: u64 = 64;

    fn new(loss: Ratio) -> Self {
        let parts = (u128::from(loss.ppm) << 64) / u128::from(Ratio::ONE.ppm);
        Self {
            lost: u64::try_from(parts).unwrap_or(u64::MAX),
        }
    }

    /// Whether the first try gets through.
    fn is_certain(self) -> bool {
        self.lost == 0
    }

    /// The number of losses that a uniform draw stands for: `k` or more with `lost` to the `k`th.
    fn retransmissions(self, draw: u64) -> u64 {
        let mut reached = self.lost;
        let mut count = 0;
        while draw < reached && count < Self::RETRANSMISSIONS_MAX {
            count += 1;
            reached = wide_product(reached, self.lost).0;
        }
        count
    }
}
