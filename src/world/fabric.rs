//! What surrounds the instances of one region: routes out, streams in, the agenda, the witness.

use crate::engine::{Agenda, Digest, Stream, TieBreak};
use crate::history::{Event, Observation};
use crate::id::{Id, RegionId, ReplicaId};
use crate::instance::{Cargo, Flight, Parcel, Shipment, Timer, Wire};
use crate::network::Route;
use crate::time::{SimDuration, SimTime};

/// A route out of the region, with the draws of its own.
#[derive(Debug)]
pub(super) struct Exit {
    /// The route.
    pub route: Route,
    /// Draws of its delay.
    pub delays: Stream,
    /// Draws of its losses.
    pub losses: Stream,
}

impl Exit {
    /// When a message sent now arrives.
    fn send(&mut self, now: SimTime, bytes: u64) -> SimTime {
        let (delays, losses) = (&mut self.delays, &mut self.losses);
        self.route
            .send(now, bytes, || delays.next_u64(), || losses.next_u64())
    }
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
    /// What was sent since the last exchange, by target region; its own is one of them.
    pub outbox: Vec<Vec<Flight>>,
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

impl Reach<'_> {
    /// Takes a word into the digest of everything handled.
    pub(super) fn digest(&mut self, word: u64) {
        self.fabric.digest.word(word);
    }
}

impl Reach<'_> {
    #[inline]
    fn depart(&mut self, to: ReplicaId, cargo: Cargo, bytes: u64) {
        let fabric = &mut *self.fabric;
        let (region, _) = fabric.homes[to.index()];
        let arrival = match &mut fabric.exits[region.index()] {
            Some(exit) => exit.send(self.now, bytes),
            None => self.now + fabric.local_delay,
        };
        let sent = &mut fabric.sent[self.local][to.index()];
        sent.bytes += bytes;
        sent.effects += u64::from(matches!(cargo.parcel, Parcel::Effect(_)));
        fabric.outbox[region.index()].push(Flight {
            arrival,
            made_at: cargo.made_at,
            from: self.replica,
            to,
            shard: cargo.shard,
            epoch: cargo.epoch,
            parcel: cargo.parcel,
        });
    }
}

impl Wire for Reach<'_> {
    fn send(&mut self, to: ReplicaId, cargo: Cargo, bytes: u64) {
        self.depart(to, cargo, bytes);
    }

    #[inline]
    fn offer(&mut self, to: ReplicaId, shipment: &Shipment<'_>, longest: SimDuration) -> bool {
        let has_room = self.queue(to) <= longest;
        if has_room {
            let cargo = Cargo {
                made_at: self.now,
                shard: shipment.shard,
                epoch: shipment.epoch,
                parcel: Parcel::Effect(shipment.entry.clone()),
            };
            self.depart(to, cargo, shipment.bytes);
        }
        has_room
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
