//! What surrounds the instances of one region: routes out, streams in, the agenda, the witness.

use std::sync::Arc;

use crate::engine::{Agenda, Digest, TieBreak};
use crate::history::{Event, Observation};
use crate::id::{Id, RegionId, ReplicaId, ShardId};
use crate::instance::{
    Addressee, Audience, Cargo, Entry, Flight, HeldUp, Parcel, Shipment, Timer, Wire,
};
use crate::time::{SimDuration, SimTime};
use crate::world::convoy::{Consignment, Load};
use crate::world::exit::{Dock, Exit};

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
    /// What each instance ships, by its place.
    pub docks: Vec<Dock>,
    /// Whether loads may wait for a batch: one instance ships, and no route leads to two.
    pub in_batches: bool,
    /// What was sent since the last exchange, by target region; its own is one of them.
    pub outbox: Vec<Vec<Consignment>>,
    /// Timers, each with the place of its instance.
    pub agenda: Agenda<(usize, Timer)>,
    /// What the witness saw since the last collection of it; dropped when nobody looks.
    pub observations: Vec<Observation>,
    /// Whether anybody looks.
    pub observed: bool,
    /// Whether every operation is told.
    pub full: bool,
    /// Effects that instances here have made and the witness has not been told of.
    pub made: Vec<(ShardId, Entry)>,
    /// Everything handled.
    pub digest: Digest,
    /// What was sent to each replica, by sender's place and target.
    pub sent: Vec<Vec<SentCounts>>,
    /// How long a message between two instances of the region takes.
    pub local_delay: SimDuration,
}

impl Fabric {
    /// Keeps an effect for the witness: a small backlog may lose it at once.
    #[cold]
    fn note_made(&mut self, shipment: &Shipment<'_>) {
        self.made.push((shipment.shard, shipment.entry.clone()));
    }

    /// Draws when what has left arrives. To be called before routes change, and before an exchange.
    pub(super) fn seal(&mut self) {
        self.close_convoys();
        let loads: Vec<Arc<Vec<Load>>> = self.docks.iter_mut().map(Dock::clear).collect();
        for (exit, outbox) in self.exits.iter_mut().zip(&mut self.outbox) {
            let Some(exit) = exit else {
                continue;
            };
            for consignment in exit.seal(&self.homes, &loads) {
                if let Consignment::Convoy(convoy) = &consignment {
                    let (_, local) = self.homes[convoy.from.index()];
                    let sent = &mut self.sent[local][convoy.to.index()];
                    sent.bytes += convoy.bytes;
                    sent.effects += convoy.times.len() as u64;
                }
                outbox.push(consignment);
            }
        }
    }

    /// What is shipped next stands in convoys of its own.
    fn close_convoys(&mut self) {
        for dock in &mut self.docks {
            for exit in self.exits.iter_mut().flatten() {
                exit.close(&dock.loads);
            }
            dock.audience = 0;
        }
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

impl Reach<'_> {
    /// Takes a word into the digest of everything handled.
    pub(super) fn digest(&mut self, word: u64) {
        self.fabric.digest.word(word);
    }
}

impl Wire for Reach<'_> {
    fn send(&mut self, to: ReplicaId, cargo: Cargo, bytes: u64) {
        let fabric = &mut *self.fabric;
        let (region, _) = fabric.homes[to.index()];
        let sent = &mut fabric.sent[self.local][to.index()];
        sent.bytes += bytes;
        let is_effect = matches!(cargo.parcel, Parcel::Effect(_) | Parcel::Relayed(_));
        sent.effects += u64::from(is_effect);
        let flight = Flight {
            arrival: self.now + fabric.local_delay,
            made_at: cargo.made_at,
            from: self.replica,
            to,
            shard: cargo.shard,
            epoch: cargo.epoch,
            parcel: cargo.parcel,
        };
        let dock = &mut fabric.docks[self.local];
        match &mut fabric.exits[region.index()] {
            Some(exit) => {
                exit.send(self.now, flight, bytes, &dock.loads);
                dock.audience = 0;
            }
            None => fabric.outbox[region.index()].push(Consignment::Single(flight)),
        }
    }

    #[inline(always)]
    fn ship(
        &mut self,
        shipment: &Shipment<'_>,
        audience: &Audience,
        longest: SimDuration,
    ) -> HeldUp {
        if self.fabric.full {
            self.fabric.note_made(shipment);
        }
        if audience.addressees().is_empty() {
            return HeldUp::default();
        }
        if !self.fabric.docks[self.local].takes(audience.number) {
            return self.open_convoys(shipment, audience, longest);
        }
        self.load(shipment);
        HeldUp::default()
    }

    fn queue(&mut self, to: ReplicaId) -> SimDuration {
        let (region, _) = self.fabric.homes[to.index()];
        let dock = &self.fabric.docks[self.local];
        self.fabric.exits[region.index()]
            .as_mut()
            .map_or(SimDuration::ZERO, |exit| {
                exit.settle(&dock.loads);
                exit.route.queue(self.now)
            })
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

impl Reach<'_> {
    /// Writes a shipment down as a load.
    #[inline(always)]
    fn load(&mut self, shipment: &Shipment<'_>) {
        let dock = &mut self.fabric.docks[self.local];
        dock.shipped += shipment.bytes;
        dock.loads.push(Load {
            made_at: self.now,
            shard: shipment.shard,
            bytes: u32::try_from(shipment.bytes).expect("an effect is smaller than 4 GiB"),
            entry: shipment.entry.clone(),
        });
    }

    /// Ships an effect in a new convoy to each of an audience whose queue is not too long. Returns
    /// the others.
    #[cold]
    fn open_convoys(
        &mut self,
        shipment: &Shipment<'_>,
        audience: &Audience,
        longest: SimDuration,
    ) -> HeldUp {
        self.fabric.close_convoys();
        let (held_up, room) = self.room(audience, longest);
        let in_batches = self.fabric.in_batches;
        let dock = &mut self.fabric.docks[self.local];
        let first = dock.loads.len();
        (dock.shipped, dock.room) = (0, room);
        if in_batches && !held_up.any() {
            dock.audience = audience.number;
        }
        self.load(shipment);
        for (place, &addressee) in audience.addressees().iter().enumerate() {
            if held_up.contains(place) {
                continue;
            }
            let (region, _) = self.fabric.homes[addressee.to.index()];
            let Some(exit) = &mut self.fabric.exits[region.index()] else {
                self.ship_here(shipment, addressee);
                continue;
            };
            exit.open(self.replica, addressee, first);
            if !in_batches {
                exit.close(&self.fabric.docks[self.local].loads);
            }
        }
        held_up
    }

    /// Whose queue is too long, and how many bytes all the others take before theirs could be.
    fn room(&self, audience: &Audience, longest: SimDuration) -> (HeldUp, u64) {
        let mut held_up = HeldUp::default();
        let mut least = u64::MAX;
        for (place, addressee) in audience.addressees().iter().enumerate() {
            let (region, _) = self.fabric.homes[addressee.to.index()];
            if let Some(exit) = &self.fabric.exits[region.index()] {
                match exit.route.room(self.now, longest) {
                    Some(room) => least = least.min(room),
                    None => held_up.add(place),
                }
            }
        }
        (held_up, least)
    }

    /// Ships an effect to an instance of the same region.
    fn ship_here(&mut self, shipment: &Shipment<'_>, addressee: Addressee) {
        let cargo = Cargo {
            made_at: self.now,
            shard: shipment.shard,
            epoch: addressee.epoch,
            parcel: Parcel::Effect(shipment.entry.clone()),
        };
        self.send(addressee.to, cargo, shipment.bytes);
    }
}
