//! Causality: dots, version vectors, and the stamps that order concurrent writes.

use crate::id::{Id, ReplicaId};
use crate::planted::{self, Defect};

/// The most members a group has, and so the entries of a clock.
///
/// Source: Azure documentation, active geo-replication: up to five instances in a group.
pub const MEMBERS_MAX: usize = 5;

/// The number that stands for data filled in at time zero, which every member has seen. The effects
/// of a run are numbered from the next.
pub const FILL_SEQ: u64 = 1;

/// One effect: who made it, and its number there.
///
/// Numbers grow per origin and shard.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Dot {
    /// The member that made it.
    pub origin: ReplicaId,
    /// Its number at that member: `epoch << 40 | count`.
    pub seq: u64,
}

/// Above so many bits of a packed dot stands its origin.
pub(crate) const SEQ_BITS: u32 = 56;

impl Dot {
    /// The dot in one word: its origin above its sequence, which has 56 bits.
    #[inline]
    pub(crate) fn packed(self) -> u64 {
        (self.origin.index() as u64) << SEQ_BITS | self.seq
    }

    /// The dot that was packed so.
    #[inline]
    pub(crate) fn unpacked(word: u64) -> Self {
        let [.., origin] = word.to_le_bytes();
        Self {
            origin: ReplicaId(origin),
            seq: word & ((1 << SEQ_BITS) - 1),
        }
    }

    /// Whether it stands for data filled in at time zero.
    pub fn is_fill(self) -> bool {
        self.seq <= FILL_SEQ
    }
}

/// How far each origin has been observed, indexed by [`ReplicaId`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct VersionVector(pub [u64; MEMBERS_MAX]);

impl VersionVector {
    /// Nothing observed.
    pub const ZERO: Self = Self([0; MEMBERS_MAX]);

    /// What every member has observed when a run starts.
    pub const FILLED: Self = Self([FILL_SEQ; MEMBERS_MAX]);

    /// Whether `dot` has been observed.
    pub fn covers(&self, dot: Dot) -> bool {
        dot.seq <= self.0[dot.origin.index()]
    }

    /// Whether all that this vector has observed, `other` has too.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(own, other)| own <= other)
    }

    /// Takes the greater entry of each pair.
    pub fn join(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own = (*own).max(*other);
        }
    }

    /// The join of two vectors.
    pub fn joined(mut self, other: &Self) -> Self {
        self.join(other);
        self
    }

    /// Takes the smaller entry of each pair.
    pub fn meet(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own = (*own).min(*other);
        }
    }

    /// Records that `dot` and all before it have been observed.
    pub fn observe(&mut self, dot: Dot) {
        let entry = &mut self.0[dot.origin.index()];
        *entry = (*entry).max(dot.seq);
    }

    /// How far `origin` has been observed.
    pub fn seq(&self, origin: ReplicaId) -> u64 {
        self.0[origin.index()]
    }
}

/// When and where a write was made: what last-writer-wins goes by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Stamp {
    /// The effect.
    pub dot: Dot,
    /// The origin's wall clock, in milliseconds since the Unix epoch.
    pub wall_ms: u64,
}

impl Stamp {
    /// Whether this write wins over a concurrent one: later wall clock, then smaller id.
    ///
    /// Source: Redis docs, active-active/develop/data-types/strings.md and sorted-sets.md (`STR-1`,
    /// `Z-3`). Of one origin's writes in one millisecond the later wins.
    pub fn beats(&self, other: &Stamp) -> bool {
        if planted::is(Defect::NoTieBreak) {
            return self.wall_ms > other.wall_ms;
        }
        let rank = |stamp: &Stamp| {
            (
                stamp.wall_ms,
                std::cmp::Reverse(stamp.dot.origin),
                stamp.dot.seq,
            )
        };
        rank(self) > rank(other)
    }

    /// The winner of two stamps, where either may be missing.
    pub fn newest(left: Option<Stamp>, right: Option<Stamp>) -> Option<Stamp> {
        match (left, right) {
            (Some(left), Some(right)) => Some(if right.beats(&left) { right } else { left }),
            (left, right) => left.or(right),
        }
    }
}
