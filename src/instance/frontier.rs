//! How far a replica has got: a clock that carries its own sums.
//!
//! Links are FIFO per origin, so "the first n effects of an origin" means the same everywhere, and
//! so do sums over them. A clock that carries these sums makes the memory held by unstable effects
//! a difference of two numbers, exact, whatever the length of an outage.

use crate::crdt::{MEMBERS_MAX, VersionVector};
use crate::id::{Id, ReplicaId};

/// Sums over the effects of one origin, from its first to the clock's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Prefix {
    /// Effects.
    pub effects: u64,
    /// Writes they acknowledged.
    pub writes: u64,
    /// Effects that acknowledged none: deletions, removed elements, deadlines.
    pub removals: u64,
    /// Bytes of unstable records.
    pub record_bytes: u64,
}

/// An observed clock and, for each origin, the sums up to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Frontier {
    /// The greatest sequence observed of each origin.
    pub clock: VersionVector,
    /// The sums of each origin.
    pub prefix: [Prefix; MEMBERS_MAX],
}

impl Frontier {
    /// Nothing observed.
    pub const ZERO: Self = Self {
        clock: VersionVector::ZERO,
        prefix: [Prefix {
            effects: 0,
            writes: 0,
            removals: 0,
            record_bytes: 0,
        }; MEMBERS_MAX],
    };

    /// What every member has observed when a run starts.
    pub const FILLED: Self = Self {
        clock: VersionVector::FILLED,
        ..Self::ZERO
    };

    /// Takes in the next effect of `origin`.
    #[inline(always)]
    pub fn advance(&mut self, origin: ReplicaId, seq: u64, writes: u64, record_bytes: u64) {
        self.clock.0[origin.index()] = seq;
        let prefix = &mut self.prefix[origin.index()];
        prefix.effects += 1;
        prefix.writes += writes;
        prefix.removals += u64::from(writes == 0);
        prefix.record_bytes += record_bytes;
    }

    /// Takes in the next effect of `origin`, one that changes no key.
    pub fn pass(&mut self, origin: ReplicaId, seq: u64) {
        self.clock.0[origin.index()] = seq;
        self.prefix[origin.index()].effects += 1;
    }

    /// The greater of both, origin by origin.
    pub fn join(&mut self, other: &Self) {
        for origin in 0..MEMBERS_MAX {
            if other.clock.0[origin] > self.clock.0[origin] {
                self.clock.0[origin] = other.clock.0[origin];
                self.prefix[origin] = other.prefix[origin];
            }
        }
    }

    /// The lesser of both, origin by origin.
    pub fn meet(&mut self, other: &Self) {
        for origin in 0..MEMBERS_MAX {
            if other.clock.0[origin] < self.clock.0[origin] {
                self.clock.0[origin] = other.clock.0[origin];
                self.prefix[origin] = other.prefix[origin];
            }
        }
    }
}
