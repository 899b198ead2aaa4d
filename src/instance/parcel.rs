//! Parcels: what instances send one another.

use crate::crdt::{Object, VersionVector};
use crate::id::{ReplicaId, ShardId};
use crate::instance::effect::{Entry, Key};
use crate::instance::frontier::Frontier;
use crate::instance::link::Audience;
use crate::instance::row::Row;
use crate::time::{SimDuration, SimTime};

/// A parcel under way on the link between two instances. Links are FIFO.
#[derive(Clone, Debug)]
pub struct Flight {
    /// When it arrives.
    pub arrival: SimTime,
    /// When what it carries came to be, for the lag.
    pub made_at: SimTime,
    /// Who sent it.
    pub from: ReplicaId,
    /// To whom.
    pub to: ReplicaId,
    /// The shard, where only one is concerned.
    pub shard: ShardId,
    /// The connection it belongs to: a parcel of an older one is ignored.
    pub epoch: u32,
    /// What it carries.
    pub parcel: Parcel,
}

impl Flight {
    /// The effect it carries, if it is one, and who made that.
    pub fn effect(&self) -> Option<(ReplicaId, &Entry)> {
        match &self.parcel {
            Parcel::Effect(entry) => Some((self.from, entry)),
            Parcel::Relayed(relayed) => Some((relayed.origin, &relayed.entry)),
            _ => None,
        }
    }

    /// Where it comes from.
    pub fn origin(&self) -> Origin {
        Origin {
            from: self.from,
            shard: self.shard,
            epoch: self.epoch,
        }
    }
}

/// What a flight carries.
#[derive(Clone, Debug)]
pub enum Parcel {
    /// An effect of the sender.
    Effect(Entry),
    /// An effect of another member, passed on.
    Relayed(Box<Relayed>),
    /// What the sender has applied, shard by shard; none where unsent effects would be overtaken.
    Report(Box<[Option<Frontier>]>),
    /// The receiver of a link asks its source for a new connection.
    Connect,
    /// The source agrees, and waits to hear that its answer got through.
    Accept,
    /// The receiver asks for the stream, telling what it has, shard by shard.
    Request(Box<[Frontier]>),
    /// The stream begins: how each shard goes on.
    Starts(Box<[Start]>),
    /// Keys of a snapshot.
    Chunk(Box<[Item]>, Box<Frontier>),
    /// The end of a snapshot, and the clock at which it was taken.
    SnapshotEnd(Box<Frontier>),
    /// The receiver is there, and has no stream of its own to tell it in.
    Alive,
    /// The source gives the connection up; the receiver connects anew at once.
    Hangup,
    /// The receiver takes nothing any more.
    Quit,
    /// A member has been dropped from the group.
    Unlinked(ReplicaId),
}

/// An effect that its origin need not have sent.
#[derive(Clone, Debug)]
pub struct Relayed {
    /// Who made it.
    pub origin: ReplicaId,
    /// The effect.
    pub entry: Entry,
}

/// How a shard goes on after a reconnection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// From the backlog.
    Partial,
    /// By a transfer of state, which holds nothing beyond this clock. It is that of the state
    /// unless the sender is merging another's.
    Full(VersionVector),
}

/// One key of a snapshot.
#[derive(Clone, Debug)]
pub enum Item {
    /// A plain row.
    Row(u32, Row),
    /// A key in its general form.
    Object(Key, Box<Object>),
}

/// What an instance needs of the world around it.
pub trait Wire {
    /// Sends a parcel to another member, `bytes` long.
    fn send(&mut self, to: ReplicaId, cargo: Cargo, bytes: u64);
    /// Sends an effect to each of `audience`, but for those whose queue is longer than `longest`:
    /// these it returns.
    fn ship(
        &mut self,
        shipment: &Shipment<'_>,
        audience: &Audience,
        longest: SimDuration,
    ) -> HeldUp;
    /// How long what is already queued for `to` will take to leave.
    fn queue(&mut self, to: ReplicaId) -> SimDuration;
    /// Wakes the instance at `at`.
    fn timer(&mut self, at: SimTime, timer: Timer);
    /// Tells the witness.
    fn observe(&mut self, event: crate::history::Event);
}

/// An effect on its way out, to every peer that is caught up.
#[derive(Clone, Copy, Debug)]
pub struct Shipment<'a> {
    /// The shard it belongs to.
    pub shard: ShardId,
    /// The effect.
    pub entry: &'a Entry,
    /// Its bytes on the wire.
    pub bytes: u64,
}

/// One whom a shipment goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Addressee {
    /// Who.
    pub to: ReplicaId,
    /// The connection it goes by.
    pub epoch: u32,
}

impl Default for Addressee {
    fn default() -> Self {
        Self {
            to: ReplicaId(0),
            epoch: 0,
        }
    }
}

/// Which addressees did not get a shipment, by their places.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HeldUp(u8);

impl HeldUp {
    /// Adds the addressee at a place.
    #[inline]
    pub fn add(&mut self, place: usize) {
        self.0 |= 1 << place;
    }

    /// Whether the addressee at a place is one.
    #[inline]
    pub fn contains(self, place: usize) -> bool {
        self.0 & 1 << place != 0
    }

    /// Whether there is one.
    #[inline]
    pub fn any(self) -> bool {
        self.0 != 0
    }
}

/// Where an effect comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Who sent it.
    pub from: ReplicaId,
    /// The shard it belongs to.
    pub shard: ShardId,
    /// The connection it belongs to.
    pub epoch: u32,
}

/// A parcel on its way out.
#[derive(Clone, Debug)]
pub struct Cargo {
    /// When what it carries came to be.
    pub made_at: SimTime,
    /// The shard, where only one is concerned.
    pub shard: ShardId,
    /// The connection it belongs to.
    pub epoch: u32,
    /// What it carries.
    pub parcel: Parcel,
}

/// What an instance wants to be woken for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Report the clock to every peer, and notice the silent ones.
    Report,
    /// Collect one slice.
    Collect,
    /// Send on to a peer whose route was busy.
    Pump(ReplicaId),
    /// Try a broken link again.
    Reconnect(ReplicaId, u32),
    /// Expire what is due.
    Expire,
    /// Evict one slice.
    Evict,
}
