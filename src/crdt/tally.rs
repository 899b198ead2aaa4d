//! What became of writes, and which conflicts were met.

use crate::crdt::clock::{Dot, MEMBERS_MAX};
use crate::id::Id;

/// Two updates of one thing, neither of which had seen the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Conflict {
    /// Two writes of one register (`STR-1`, `H-2`, `Z-2`).
    WriteWrite,
    /// A write and a removal (`STR-4`, `H-3`, `H-4`, `Z-6`).
    WriteRemove,
    /// An added member, element or entry and a removal (`S-2`, `S-5`, `L-2`, `X-2`).
    AddRemove,
    /// Two increments (`CNT-1`, `H-5`, `Z-4`).
    IncrementIncrement,
    /// A write and an increment (`CNT-3`, `H-6`, `Z-7`).
    WriteIncrement,
    /// An increment and a removal (`CNT-5`, `H-7`, `Z-5`).
    IncrementRemove,
    /// Two deadlines, or a deadline and a `PERSIST` (`EXP-1`, `EXP-2`, `EXP-10`).
    Expiry,
    /// Two types under one key (MA-09).
    Type,
    /// Two elements put in at one place of a list (`L-1`).
    InsertInsert,
    /// One element of a list given to two clients (`L-3`, `L-10`).
    TakeTake,
}

impl Conflict {
    /// The number of kinds.
    pub const COUNT: usize = 10;

    /// All kinds, in the order of their index.
    pub const ALL: [Conflict; Self::COUNT] = [
        Self::WriteWrite,
        Self::WriteRemove,
        Self::AddRemove,
        Self::IncrementIncrement,
        Self::WriteIncrement,
        Self::IncrementRemove,
        Self::Expiry,
        Self::Type,
        Self::InsertInsert,
        Self::TakeTake,
    ];

    /// Its place in [`Tally::met`].
    pub fn index(self) -> usize {
        self as usize
    }
}

/// Writes by origin, counted when they stop being live, and conflicts by kind.
///
/// What falls was superseded if it showed until then, and overwritten if a concurrent write had
/// hidden it: `checks::counted` finds the same from contexts alone.
///
/// A register write, an increment, an added member, element or entry and a written field or score
/// count 1 each; removals do not count, nor does what is done to consumer groups. Per replica and
/// origin: writes applied = present + superseded + overwritten. Writes that lie dead inside a
/// merged state never were live here: the caller adds them to `superseded`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Writes that were visible, or came too late, and fell to one that had seen them.
    pub superseded: [u64; MEMBERS_MAX],
    /// Writes that had been hidden by a concurrent one.
    pub overwritten: [u64; MEMBERS_MAX],
    /// Conflicts met, by [`Conflict::index`]. A removal that arrives after a write that had seen it
    /// is counted as one.
    pub met: [u64; Conflict::COUNT],
}

impl Tally {
    /// A write stops being live.
    ///
    /// Data filled in at time zero was acknowledged to nobody and does not count.
    pub fn fall(&mut self, dot: Dot, was_visible: bool) {
        if dot.is_fill() {
            return;
        }
        let fallen = if was_visible {
            &mut self.superseded
        } else {
            &mut self.overwritten
        };
        fallen[dot.origin.index()] += 1;
    }

    /// Two concurrent updates meet.
    pub fn meet(&mut self, conflict: Conflict) {
        self.met[conflict.index()] += 1;
    }
}
