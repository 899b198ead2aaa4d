//! What arrives at a region: one stream for each pair of instances, sorted by arrival.

use std::collections::VecDeque;
use std::hint::black_box;

use crate::engine::{Class, Order, TieBreak};
use crate::id::{Id, RegionId, ReplicaId};
use crate::instance::{Flight, Instance, Parcel, Payload};
use crate::metrics::histogram::Histogram;
use crate::time::SimTime;
use crate::world::fabric::narrow;

/// How many parcels ahead rows are brought into cache.
const TOUCH_AHEAD: usize = 24;

/// What arrives from one instance for one instance of the region, sorted by arrival.
#[derive(Debug)]
pub(super) struct Inbound {
    /// Who sends.
    pub from: ReplicaId,
    /// Where its region is.
    pub source: RegionId,
    /// The receiver's place among the region's instances.
    pub local: usize,
    /// What is under way.
    pub queue: VecDeque<Flight>,
    /// How many at the front have had their rows touched.
    pub touched: usize,
    /// How late effects arrived since the last sample, in microseconds.
    pub lag: Histogram,
    /// The same, over the whole run.
    pub lag_total: Histogram,
    /// What was carried, and what was not.
    pub counts: InboundCounts,
}

/// What a link has carried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct InboundCounts {
    /// Effects that arrived.
    pub effects: u64,
    /// Parcels dropped on arrival: the route was cut, or nobody was there.
    pub dropped: u64,
}

impl Inbound {
    /// An empty stream from `from` in `source`.
    pub(super) fn new(from: ReplicaId, source: RegionId, local: usize) -> Self {
        Self {
            from,
            source,
            local,
            queue: VecDeque::new(),
            touched: 0,
            lag: Histogram::default(),
            lag_total: Histogram::default(),
            counts: InboundCounts::default(),
        }
    }

    /// When the first parcel arrives.
    pub(super) fn due(&self) -> SimTime {
        self.queue
            .front()
            .map_or(SimTime::MAX, |flight| flight.arrival)
    }

    /// The place of the first parcel in the order of events.
    pub(super) fn order(&self, tie_break: TieBreak) -> Order {
        let (target, source) = (narrow(self.local), narrow(self.from.index()));
        match self.due() {
            SimTime::MAX => Order::NEVER,
            due => tie_break.order(due, Class::Delivery, target, source),
        }
    }

    /// Brings the rows that the next parcels concern into cache, all at once: independent loads
    /// overlap, dependent ones would not.
    pub(super) fn touch_ahead(&mut self, instance: &Instance) {
        let mut sum = 0;
        let mut touched = 0;
        for flight in self.queue.iter().take(TOUCH_AHEAD) {
            touched += 1;
            if let Parcel::Effect(entry) = &flight.parcel
                && let Payload::Write { key, .. } = &entry.payload
            {
                sum ^= instance.touch(*key);
            }
        }
        black_box(sum);
        self.touched = touched;
    }
}
