//! Runs of increments: sums that only their origin extends.

use crate::crdt::clock::{Dot, Stamp};
use crate::id::ReplicaId;

/// The bits of a sequence number that count within one epoch of its origin.
pub(crate) const EPOCH_SHIFT: u32 = 40;

/// A sum of increments. Whole and fractional ones stay apart so that whole ones are exact.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Amount {
    /// The sum of whole increments.
    pub whole: i64,
    /// The sum of fractional increments.
    pub float: f64,
}

impl Amount {
    /// The sum. Whole parts wrap: runs are bounded by what their origin could see, 59 bits.
    pub fn plus(self, other: Amount) -> Amount {
        Amount {
            whole: self.whole.wrapping_add(other.whole),
            float: self.float + other.float,
        }
    }

    pub(crate) fn minus(self, other: Amount) -> Amount {
        Amount {
            whole: self.whole.wrapping_sub(other.whole),
            float: self.float - other.float,
        }
    }
}

/// How far a run went: its last increment, how many, and their sum.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Reach {
    /// The sequence number of the last increment; 0 for none.
    pub seq: u64,
    /// The number of increments.
    pub count: u64,
    /// Their sum.
    pub amount: Amount,
}

/// Which run: its origin, and the sequence number before its first increment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RunId {
    /// Who adds to it.
    pub origin: ReplicaId,
    /// The sequence number before its first increment.
    pub from: u64,
}

/// One run as far as it is known here.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Run {
    pub(crate) id: RunId,
    pub(crate) added: Reach,
    pub(crate) wall_ms: u64,
    pub(crate) erased: Reach,
}

impl Run {
    pub(crate) fn new(id: RunId) -> Self {
        Self {
            id,
            added: Reach::default(),
            wall_ms: 0,
            erased: Reach::default(),
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        self.added.seq > self.erased.seq
    }

    /// All that is known of the run is erased, if no more is already.
    pub(crate) fn erase_all(&mut self) {
        if self.is_live() {
            self.erased = self.added;
        }
    }

    pub(crate) fn live_count(&self) -> u64 {
        if self.is_live() {
            self.added.count - self.erased.count
        } else {
            0
        }
    }

    pub(crate) fn live_amount(&self) -> Amount {
        self.added.amount.minus(self.erased.amount)
    }

    pub(crate) fn dot(&self) -> Dot {
        Dot {
            origin: self.id.origin,
            seq: self.added.seq,
        }
    }

    pub(crate) fn stamp(&self) -> Stamp {
        Stamp {
            dot: self.dot(),
            wall_ms: self.wall_ms,
        }
    }

    /// Takes in what another replica knows of the same run.
    pub(crate) fn join(&mut self, theirs: &Run) {
        if theirs.added.seq > self.added.seq {
            self.added = theirs.added;
            self.wall_ms = theirs.wall_ms;
        }
        if theirs.erased.seq > self.erased.seq {
            self.erased = theirs.erased;
        }
    }
}
