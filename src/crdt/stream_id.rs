//! What an entry of a stream is called, and how far each region's tree has been read.

use std::fmt;

use crate::crdt::clock::{Dot, MEMBERS_MAX};
use crate::id::{Id, ReplicaId};

/// The id of an entry, as clients see it: `ms-seq`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct EntryId {
    /// Milliseconds, of the Unix epoch where the server made it.
    pub ms: u64,
    /// What tells entries of one millisecond apart.
    pub seq: u64,
}

impl EntryId {
    /// Below all ids of entries.
    pub const ZERO: Self = Self { ms: 0, seq: 0 };
    /// The greatest id.
    pub const MAX: Self = Self {
        ms: u64::MAX,
        seq: u64::MAX,
    };
    /// Bytes it takes.
    pub const BYTES: u64 = 16;

    /// The next greater id.
    pub fn next(self) -> Option<Self> {
        let next_ms = || self.ms.checked_add(1).map(|ms| Self { ms, seq: 0 });
        let next = self.seq.checked_add(1).map(|seq| Self { seq, ..self });
        next.or_else(next_ms)
    }

    /// The next smaller id.
    pub fn previous(self) -> Option<Self> {
        let seq = u64::MAX;
        let last_ms = || self.ms.checked_sub(1).map(|ms| Self { ms, seq });
        let previous = self.seq.checked_sub(1).map(|seq| Self { seq, ..self });
        previous.or_else(last_ms)
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.ms, self.seq)
    }
}

/// One entry among all that were ever added: by its id, and among entries of one id by its origin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct EntryKey {
    /// Its id.
    pub id: EntryId,
    /// The effect that added it; its origin's tree holds it.
    pub dot: Dot,
}

impl EntryKey {
    /// Below all entries of an id.
    pub fn first_of(id: EntryId) -> Self {
        let dot = Dot {
            origin: ReplicaId(0),
            seq: 0,
        };
        Self { id, dot }
    }

    /// The region whose tree holds it.
    pub fn tree(&self) -> ReplicaId {
        self.dot.origin
    }
}

/// How far a group has come in each region's tree (`X-8`): a tree's entries up to its id are done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress(pub [EntryId; MEMBERS_MAX]);

impl Progress {
    /// Nothing is done.
    pub const NONE: Self = Self([EntryId::ZERO; MEMBERS_MAX]);

    /// The same id in all trees.
    pub fn all(id: EntryId) -> Self {
        Self([id; MEMBERS_MAX])
    }

    /// Up to where one tree is done.
    pub fn of(&self, tree: ReplicaId) -> EntryId {
        self.0[tree.index()]
    }

    /// Whether an entry is done.
    pub fn covers(&self, key: &EntryKey) -> bool {
        key.id <= self.of(key.tree())
    }

    /// Takes a tree up to `id`, if it was not that far.
    pub fn raise(&mut self, tree: ReplicaId, id: EntryId) {
        let entry = &mut self.0[tree.index()];
        *entry = id.max(*entry);
    }

    /// Takes the greater id of each pair.
    pub fn join(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own = (*own).max(*other);
        }
    }

    /// Takes the smaller id of each pair.
    pub fn meet(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own = (*own).min(*other);
        }
    }

    /// The greatest id: what clients read as the last delivered one.
    pub fn greatest(&self) -> EntryId {
        self.0.iter().copied().max().unwrap_or_default()
    }

    /// The smallest id.
    pub fn least(&self) -> EntryId {
        self.0.iter().copied().min().unwrap_or_default()
    }
}
