//! Convoys: the effects that an instance sends within a window.
//!
//! ```text
//!   written ──► load, once ───────────────────────────────────────────┐ shared
//!          └──► in the convoy to each peer: left at ──► sealed: arrives at ──► the peer's stream
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
    /// Its bytes on the wire.
    pub bytes: u32,
    /// The effect.
    pub entry: Entry,
}

/// Consecutive loads of one instance on their way to one peer, over one connection.
#[derive(Clone, Debug)]
pub(super) struct Convoy {
    /// Who sent them.
    pub from: ReplicaId,
    /// To whom.
    pub to: ReplicaId,
    /// The connection they go by.
    pub epoch: u32,
    /// All that the sender's convoys of the window carry; put in when it is sealed.
    pub loads: Arc<Vec<Load>>,
    /// Which of them is the first.
    pub first: usize,
    /// When each has left, and once sealed, when it arrives.
    pub times: Vec<SimTime>,
    /// The bytes of all.
    pub bytes: u64,
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
    /// Those from the one at a place of the convoy on.
    pub(super) fn loads_from(&self, place: usize) -> &[Load] {
        &self.loads[self.first + place..self.first + self.times.len()]
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
