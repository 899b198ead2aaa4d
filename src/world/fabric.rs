//! What surrounds the instances of one region: routes out, streams in, the agenda, the witness.

use std::collections::VecDeque;

use crate::engine::{Agenda, Class, Digest, Order, Stream, TieBreak};
use crate::history::{Event, Observation};
use crate::id::{Id, RegionId, ReplicaId};
use crate::instance::{Cargo, Flight, Parcel, Timer, Wire};
use crate::metrics::histogram::Histogram;
use crate::network::Route;
use crate::time::{SimDuration, SimTime};

/// A route out of the region, with the draws of its own.
#[derive(Debug)]
pub(super) struct Exit {
    /// The route.
    pub route: Route,
    /// Its randomness.
    pub stream: Stream,
}

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

/// What an instance sent, over the whole run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct SentCounts {
    /// Bytes.
    pub bytes: u64,
    /// Effects.
    pub effects: u64,
}

/// Everything of a region but its instances and clients.
#[derive(Debug)]
pub(super) struct Fabric {
    /// Which region.
    pub region: RegionId,
    /// How ties are broken.
    pub tie_break: TieBreak,
    /// The region of every replica, and its place there.
    pub homes: Vec<(RegionId, usize)>,
    /// Routes out, by target region; none to itself.
    pub exits: Vec<Option<Exit>>,
    /// What was sent since the last exchange, by target region.
    pub outbox: Vec<Vec<Flight>>,
    /// What arrives.
    pub inbound: Vec<Inbound>,
    /// Timers, each with the place of its instance.
    pub agenda: Agenda<(usize, Timer)>,
    /// What the witness saw since the last collection of it; dropped when nobody looks.
    pub observations: Vec<Observation>,
    /// Whether anybody looks.
    pub observed: bool,
    /// Whether every operation is told.
    pub full: bool,
    /// Everything handled.
    pub digest: Digest,
    /// What was sent to each replica, by sender's place and target.
    pub sent: Vec<Vec<SentCounts>>,
    /// How long a message between two instances of the region takes.
    pub local_delay: SimDuration,
}

impl Fabric {
    /// The place of the first parcel of an inbound stream.
    pub(super) fn inbound_head(&self, at: usize) -> Order {
        let inbound = &self.inbound[at];
        inbound.queue.front().map_or(Order::NEVER, |flight| {
            let (target, source) = (inbound.local, inbound.from.index());
            self.tie_break.order(
                flight.arrival,
                Class::Delivery,
                narrow(target),
                narrow(source),
            )
        })
    }

    /// The stream that brings what `from` sends to `local`.
    pub(super) fn inbound_of(&mut self, from: ReplicaId, local: usize) -> &mut Inbound {
        self.inbound
            .iter_mut()
            .find(|inbound| inbound.from == from && inbound.local == local)
            .expect("every ordered pair of members has a stream")
    }

    /// What an instance reaches the world through, at one instant.
    pub(super) fn reach(&mut self, now: SimTime, local: usize, replica: ReplicaId) -> Reach<'_> {
        Reach {
            fabric: self,
            now,
            local,
            replica,
        }
    }
}

/// A number of a place or member: small by construction.
pub(super) fn narrow(index: usize) -> u32 {
    u32::try_from(index).expect("a run has few regions, instances and fleets")
}

/// The world as one instance reaches it at one instant.
#[derive(Debug)]
pub(super) struct Reach<'a> {
    fabric: &'a mut Fabric,
    now: SimTime,
    local: usize,
    replica: ReplicaId,
}

impl Wire for Reach<'_> {
    fn send(&mut self, to: ReplicaId, cargo: Cargo, bytes: u64) {
        let (region, place) = self.fabric.homes[to.index()];
        let arrival = match &mut self.fabric.exits[region.index()] {
            Some(exit) => {
                let stream = &mut exit.stream;
                exit.route.send(self.now, bytes, &mut || stream.next_u64())
            }
            None => self.now + self.fabric.local_delay,
        };
        let sent = &mut self.fabric.sent[self.local][to.index()];
        sent.bytes += bytes;
        sent.effects += u64::from(matches!(cargo.parcel, Parcel::Effect(_)));
        let flight = Flight {
            arrival,
            made_at: cargo.made_at,
            from: self.replica,
            to,
            shard: cargo.shard,
            epoch: cargo.epoch,
            parcel: cargo.parcel,
        };
        if region == self.fabric.region {
            self.fabric
                .inbound_of(flight.from, place)
                .queue
                .push_back(flight);
        } else {
            self.fabric.outbox[region.index()].push(flight);
        }
    }

    fn queue(&self, to: ReplicaId) -> SimDuration {
        let (region, _) = self.fabric.homes[to.index()];
        let exit = &self.fabric.exits[region.index()];
        exit.as_ref()
            .map_or(SimDuration::ZERO, |exit| exit.route.queue(self.now))
    }

    fn timer(&mut self, at: SimTime, timer: Timer) {
        self.fabric
            .agenda
            .timer(at, narrow(self.local), (self.local, timer));
    }

    fn observe(&mut self, event: Event) {
        if self.fabric.observed {
            self.fabric.observations.push(Observation {
                at: self.now,
                event,
            });
        }
    }
}
