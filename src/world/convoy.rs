//! Convoys: the effects that an instance sends within a window.
//!
//! ```text
//!   written ──► load, once ─────────────────────────────┐ shared
//!          └──► hop for each peer: left at ──► sealed: arrives at ──► convoy in the peer's stream
//! ```
//!
//! What leaves within a window arrives after it, so delays may be drawn at its end, for a whole
//! window in one pass.

use std::sync::Arc;

use crate::id::{ReplicaId, ShardId};
use crate::instance::{Entry, Flight};
use crate::time::SimTime;

/// An effect on its way, as its source made it.
#[derive(Clone, Debug)]
pub(super) struct Load {
    /// When it came to be, for the lag.
    pub made_at: SimTime,
    /// Its shard.
    pub shard: ShardId,
    /// The effect.
    pub entry: Entry,
}

/// The way of one load to one peer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hop {
    /// When it has left, and once sealed, when it arrives.
    pub at: SimTime,
    /// Which load.
    pub load: u32,
    /// The connection it belongs to.
    pub epoch: u32,
}

/// Effects of one instance for one peer, in the order of sending.
#[derive(Clone, Debug)]
pub(super) struct Convoy {
    /// Who sent them.
    pub from: ReplicaId,
    /// To whom.
    pub to: ReplicaId,
    /// What the window's convoys of the sender carry; put in when it is sealed.
    pub loads: Arc<Vec<Load>>,
    /// Which of it, and when.
    pub hops: Vec<Hop>,
}

/// What is under way from one region to another.
#[derive(Clone, Debug)]
pub(super) enum Consignment {
    /// Effects, as they were made.
    Convoy(Convoy),
    /// Any other parcel.
    Single(Flight),
}

impl Convoy {
    /// The load of a hop.
    pub(super) fn load(&self, hop: &Hop) -> &Load {
        &self.loads[hop.load as usize]
    }
}

impl Consignment {
    /// Who sent it, and to whom.
    pub(super) fn ends(&self) -> (ReplicaId, ReplicaId) {
        match self {
            Self::Convoy(convoy) => (convoy.from, convoy.to),
            Self::Single(flight) => (flight.from, flight.to),
        }
    }
}
