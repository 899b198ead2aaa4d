//! What surrounds the instances of one region: routes out, streams in, the agenda, the witness.

use std::sync::Arc;

use crate::engine::{Agenda, Digest, Stream, TieBreak};
use crate::history::{Event, Observation};
use crate::id::{Id, RegionId, ReplicaId};
use crate::instance::{Addressee, Cargo, Flight, HeldUp, Parcel, Shipment, Timer, Wire};
use crate::network::Route;
use crate::time::{SimDuration, SimTime};
use crate::world::convoy::{Consignment, Convoy, Load};

/// A route out of the region, with the draws of its own.
#[derive(Debug)]
pub(super) struct Exit {
    /// The route.
    pub route: Route,
    /// Draws of its delay.
    pub delays: Stream,
    /// Draws of its losses.
    pub losses: Stream,
    /// What has left, and has its delay yet to be drawn.
    pub leaving: Vec<Consignment>,
    /// How many loads the longest convoy so far had.
    pub longest: usize,
}

impl Exit {
    /// Draws when what has left arrives, and hands it over. `loads` are those of each instance.
    fn seal(&mut self, homes: &[(RegionId, usize)], loads: &[Arc<Vec<Load>>]) -> Drained<'_> {
        for consignment in &mut self.leaving {
            let times = match consignment {
                Consignment::Single(flight) => std::slice::from_mut(&mut flight.arrival),
                Consignment::Convoy(convoy) => {
                    let (_, local) = homes[convoy.from.index()];
                    convoy.loads = Arc::clone(&loads[local]);
                    self.longest = self.longest.max(convoy.times.len());
                    &mut convoy.times
                }
            };
            let (delays, losses) = (&mut self.delays, &mut self.losses);
            self.route
                .arrive(times, || delays.next_u64(), || losses.next_u64());
        }
        self.leaving.drain(..)
    }

    /// Sends a load, the last one of `from`.
    #[inline]
    fn take(&mut self, now: SimTime, bytes: u64, from: ReplicaId, to: Addressee, load: usize) {
        let left = self.route.depart(now, bytes);
        if let Some(Consignment::Convoy(convoy)) = self.leaving.last_mut()
            && (convoy.from, convoy.to, convoy.epoch) == (from, to.to, to.epoch)
            && convoy.first + convoy.times.len() == load
        {
            convoy.times.push(left);
            convoy.bytes += bytes;
        } else {
            self.set_out(left, bytes, from, to, load);
        }
    }

    #[cold]
    fn set_out(&mut self, left: SimTime, bytes: u64, from: ReplicaId, to: Addressee, load: usize) {
        let mut times = Vec::with_capacity(self.longest);
        times.push(left);
        self.leaving.push(Consignment::Convoy(Convoy {
            from,
            to: to.to,
            epoch: to.epoch,
            loads: Arc::default(),
            first: load,
            times,
            bytes,
        }));
    }
}

/// What is handed over.
type Drained<'a> = std::vec::Drain<'a, Consignment>;

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
    /// The effects that each instance has shipped since they were last sealed.
    pub loads: Vec<Vec<Load>>,
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
    /// Everything handled.
    pub digest: Digest,
    /// What was sent to each replica, by sender's place and target.
    pub sent: Vec<Vec<SentCounts>>,
    /// How long a message between two instances of the region takes.
    pub local_delay: SimDuration,
}

impl Fabric {
    /// Draws when what has left arrives. To be called before routes change, and before an exchange.
    pub(super) fn seal(&mut self) {
        let loads: Vec<Arc<Vec<Load>>> = self.loads.iter_mut().map(taken).collect();
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

/// Takes out what is there; its place will hold about as much again.
fn taken(loads: &mut Vec<Load>) -> Arc<Vec<Load>> {
    let room = Vec::with_capacity(loads.len());
    Arc::new(std::mem::replace(loads, room))
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
        sent.effects += u64::from(matches!(cargo.parcel, Parcel::Effect(_)));
        let (at, outbox) = match &mut fabric.exits[region.index()] {
            Some(exit) => (exit.route.depart(self.now, bytes), &mut exit.leaving),
            None => (
                self.now + fabric.local_delay,
                &mut fabric.outbox[region.index()],
            ),
        };
        outbox.push(Consignment::Single(Flight {
            arrival: at,
            made_at: cargo.made_at,
            from: self.replica,
            to,
            shard: cargo.shard,
            epoch: cargo.epoch,
            parcel: cargo.parcel,
        }));
    }

    #[inline]
    fn ship(
        &mut self,
        shipment: &Shipment<'_>,
        addressees: &[Addressee],
        longest: SimDuration,
    ) -> HeldUp {
        let mut held_up = HeldUp::default();
        for (place, addressee) in addressees.iter().enumerate() {
            if self.queue(addressee.to) > longest {
                held_up.add(place);
            }
        }
        let loads = &mut self.fabric.loads[self.local];
        let load = loads.len();
        loads.push(Load {
            made_at: self.now,
            shard: shipment.shard,
            entry: shipment.entry.clone(),
        });
        for (place, &addressee) in addressees.iter().enumerate() {
            if held_up.contains(place) {
                continue;
            }
            let (region, _) = self.fabric.homes[addressee.to.index()];
            match &mut self.fabric.exits[region.index()] {
                Some(exit) => exit.take(self.now, shipment.bytes, self.replica, addressee, load),
                None => self.ship_here(shipment, addressee),
            }
        }
        held_up
    }

    #[inline]
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

impl Reach<'_> {
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
