//! What arrives at a region: one stream for each pair of instances, sorted by arrival.

use std::collections::VecDeque;

use crate::engine::{Class, Order, TieBreak, prefetch};
use crate::id::{Id, RegionId, ReplicaId, ShardId};
use crate::instance::{Flight, Instance, Origin, Parcel, Payload};
use crate::metrics::histogram::Histogram;
use crate::time::{SimDuration, SimTime};
use crate::world::convoy::{Consignment, Load};
use crate::world::fabric::{Fabric, narrow};

/// How many loads ahead of its use a load is asked for.
const LOADS_AHEAD: usize = 16;
/// How many loads ahead of its use a row is.
const ROWS_AHEAD: usize = 10;
/// How many loads ahead of their use the writes hidden under a row are.
const HIDDEN_AHEAD: usize = 4;

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
    queue: VecDeque<Consignment>,
    /// How many loads of the convoy in front have arrived.
    arrived: usize,
    /// When the first parcel arrives.
    due: SimTime,
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
            arrived: 0,
            due: SimTime::MAX,
            lag: Histogram::default(),
            lag_total: Histogram::default(),
            counts: InboundCounts::default(),
        }
    }

    /// When the first parcel arrives.
    #[inline]
    pub(super) fn due(&self) -> SimTime {
        self.due
    }

    /// Takes in what was sent, in the order of sending.
    pub(super) fn extend(&mut self, consignments: impl Iterator<Item = Consignment>) {
        self.queue.extend(consignments);
        self.settle_due();
    }

    fn settle_due(&mut self) {
        self.due = match self.queue.front() {
            None => SimTime::MAX,
            Some(Consignment::Single(flight)) => flight.arrival,
            Some(Consignment::Convoy(convoy)) => convoy.times[self.arrived],
        };
    }

    /// Delivers the effects of the convoy in front, one after the other, the first in any case and
    /// those before `until` and before what the agenda gets meanwhile. Returns how many; none
    /// where no convoy is in front.
    pub(super) fn deliver_convoy(
        &mut self,
        instance: &mut Instance,
        fabric: &mut Fabric,
        until: SimTime,
    ) -> u64 {
        let Some(Consignment::Convoy(convoy)) = self.queue.front() else {
            return 0;
        };
        let (replica, start, mut now) = (instance.replica(), self.arrived, self.due);
        let loads = convoy.loads_from(start);
        if start == 0 {
            prefetch_rows(&loads[..loads.len().min(ROWS_AHEAD)], instance);
        }
        let mut delivered = 0;
        let hears = instance.hears(self.from, convoy.epoch);
        loop {
            look_ahead(&loads[delivered..], instance);
            let load = &loads[delivered];
            let entry = &load.entry;
            fabric.digest.word(now.0);
            fabric
                .digest
                .word(entry.after.0[self.from.index()] ^ entry.wall_ms);
            let mut reach = fabric.reach(now, self.local, replica);
            if hears {
                instance.take_effect(now, self.from, load.shard, entry, &mut reach);
            } else {
                let origin = Origin {
                    from: self.from,
                    shard: load.shard,
                    epoch: convoy.epoch,
                };
                instance.ignore_effect(now, origin, &mut reach);
            }
            self.lag.record(now.since(load.made_at).as_micros());
            delivered += 1;
            let Some(next) = convoy.times.get(start + delivered) else {
                break;
            };
            if *next >= until || *next >= fabric.agenda.due() {
                break;
            }
            now = *next;
        }
        if hears {
            instance.heard(self.from, now);
        }
        self.counts.effects += delivered as u64;
        self.pass(delivered);
        delivered as u64
    }

    /// Passes effects of the convoy in front.
    fn pass(&mut self, count: usize) {
        self.arrived += count;
        if let Some(Consignment::Convoy(convoy)) = self.queue.front()
            && self.arrived == convoy.times.len()
        {
            self.queue.pop_front();
            self.arrived = 0;
        }
        self.settle_due();
    }

    /// Takes the first parcel out without delivering it. Returns the connection it came by.
    pub(super) fn drop_first(&mut self) -> Option<u32> {
        self.counts.dropped += 1;
        if let Some(Consignment::Convoy(convoy)) = self.queue.front() {
            let epoch = convoy.epoch;
            self.pass(1);
            return Some(epoch);
        }
        self.pop().map(|flight| flight.epoch)
    }

    /// Takes the first parcel out, where it does not stand in a convoy.
    pub(super) fn pop(&mut self) -> Option<Flight> {
        match self.queue.pop_front() {
            Some(Consignment::Single(flight)) => {
                self.settle_due();
                Some(flight)
            }
            Some(convoy) => {
                self.queue.push_front(convoy);
                None
            }
            None => None,
        }
    }

    /// Calls `raise` for how far what is under way brings the effects of `origin`.
    pub(super) fn bring(&self, origin: ReplicaId, raise: &mut impl FnMut(ShardId, u64)) {
        let mut arrived = self.arrived;
        for consignment in &self.queue {
            match consignment {
                Consignment::Convoy(convoy) => {
                    for load in convoy.loads_from(arrived) {
                        if self.from == origin {
                            raise(load.shard, load.entry.dot(origin).seq);
                        }
                    }
                }
                Consignment::Single(flight) => {
                    if let Some(seq) = brings(flight, origin) {
                        raise(flight.shard, seq);
                    }
                }
            }
            arrived = 0;
        }
    }

    /// Counts an effect that has arrived.
    #[inline]
    pub(super) fn count_effect(&mut self, late: SimDuration) {
        self.counts.effects += 1;
        self.lag.record(late.as_micros());
    }

    /// The place of the first parcel in the order of events.
    pub(super) fn order(&self, tie_break: TieBreak) -> Order {
        let (target, source) = (narrow(self.local), narrow(self.from.index()));
        match self.due() {
            SimTime::MAX => Order::NEVER,
            due => tie_break.order(due, Class::Delivery, target, source),
        }
    }
}

/// Asks for what the loads after the first of these will need, in time.
#[inline]
fn look_ahead(loads: &[Load], instance: &Instance) {
    prefetch(loads, LOADS_AHEAD);
    if let Some(load) = loads.get(ROWS_AHEAD) {
        prefetch_rows(std::slice::from_ref(load), instance);
    }
    if let Some(load) = loads.get(HIDDEN_AHEAD)
        && let Payload::Write { key, .. } = &load.entry.payload
    {
        instance.keyspace().prefetch_hidden(*key);
    }
}

/// Asks for the rows that loads concern.
#[inline]
fn prefetch_rows(loads: &[Load], instance: &Instance) {
    for load in loads {
        if let Payload::Write { key, .. } = &load.entry.payload {
            instance.keyspace().prefetch_row(*key);
            instance.keyspace().prefetch_digest(*key);
        }
    }
}

/// How far a flight brings the effects of `origin`.
fn brings(flight: &Flight, origin: ReplicaId) -> Option<u64> {
    match &flight.parcel {
        Parcel::Effect(_) | Parcel::Relayed(_) => {
            let (_, entry) = flight.effect().filter(|(maker, _)| *maker == origin)?;
            Some(entry.dot(origin).seq)
        }
        Parcel::Chunk(_, frontier) | Parcel::SnapshotEnd(frontier) => {
            Some(frontier.clock.seq(origin))
        }
        _ => None,
    }
}
