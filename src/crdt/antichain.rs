//! Writes of which none had seen another: what is left of a register, and of a deadline.
//!
//! "Causal order first, else the wall clock" is not transitive when taken pair by pair: with `a`
//! before `b` but a later clock on `a`, and `c` concurrent to both, folding pairs ends differently
//! in different orders. Keeping every write that no other had seen, and choosing among these, does
//! not.

use crate::crdt::clock::{Dot, Stamp, VersionVector};
use crate::crdt::few::Few;
use crate::crdt::tally::{Conflict, Tally};
use crate::crdt::{Arrival, Horizon, Memory, Rules, Sides};

/// One write, with its stamp.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry<T> {
    /// Who wrote it, and when.
    pub stamp: Stamp,
    /// What was written.
    pub item: T,
}

/// How writes of one kind compete.
pub trait Contend: Sized {
    /// Whether they count as writes in a [`Tally`].
    const IS_COUNTED: bool;
    /// What two of them are when they meet.
    const CONFLICT: Conflict;
    /// Whether `left` is shown rather than the concurrent `right`.
    fn beats(left: &Entry<Self>, right: &Entry<Self>) -> bool;
    /// Whether a write takes the place of those it had seen, whatever the wall clocks say.
    fn is_causal(rules: Rules) -> bool;
}

/// The writes that no delivered write or removal had seen.
///
/// With a context reaching beyond what this key has seen, the dots it will kill on arrival are
/// kept in `foreseen`.
#[derive(Clone, Debug)]
pub struct Antichain<T> {
    entries: Few<Entry<T>>,
    foreseen: Memory,
}

impl<T> Default for Antichain<T> {
    fn default() -> Self {
        Self {
            entries: Few::default(),
            foreseen: Memory::default(),
        }
    }
}

impl<T: Contend> Antichain<T> {
    /// One write and nothing else.
    pub(crate) fn of(entry: Entry<T>) -> Self {
        Self {
            entries: Few::One(entry),
            foreseen: Memory::default(),
        }
    }

    /// All surviving writes, in no particular order.
    pub fn entries(&self) -> &[Entry<T>] {
        self.entries.as_slice()
    }

    pub(crate) fn entries_mut(&mut self) -> &mut [Entry<T>] {
        self.entries.as_mut_slice()
    }

    /// The write that is shown.
    pub fn winner(&self) -> Option<&Entry<T>> {
        let entries = self.entries.as_slice();
        entries
            .iter()
            .reduce(|best, entry| if T::beats(entry, best) { entry } else { best })
    }

    /// The only write, if there is exactly one and nothing is foreseen.
    pub(crate) fn sole(&self) -> Option<&Entry<T>> {
        match self.entries.as_slice() {
            [entry] if self.foreseen.is_empty() => Some(entry),
            _ => None,
        }
    }

    pub(crate) fn sole_mut(&mut self) -> Option<&mut Entry<T>> {
        match self.entries.as_mut_slice() {
            [entry] => Some(entry),
            _ => None,
        }
    }

    /// Whether no origin has two surviving writes, as by wall clock it can.
    pub(crate) fn has_one_per_origin(&self) -> bool {
        let mut origins = self
            .entries
            .as_slice()
            .iter()
            .map(|entry| entry.stamp.dot.origin);
        let mut rest = origins.clone();
        origins.all(|origin| {
            rest.next();
            rest.clone().all(|other| other != origin)
        })
    }

    pub(crate) fn foreseen(&self) -> &Memory {
        &self.foreseen
    }

    pub(crate) fn is_vacant(&self) -> bool {
        self.entries.is_empty() && self.foreseen.is_empty()
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.entries.as_slice().len() > 1 || !self.foreseen.is_empty()
    }

    /// Whether an arriving write that knows of no more than it had observed takes the place of all
    /// there is, at most one other write.
    #[inline]
    pub(crate) fn gives_way(&self, arrival: &Arrival<'_>) -> bool {
        let is_seen = match self.entries.as_slice() {
            [] => true,
            [sole] => arrival.after.covers(sole.stamp.dot),
            _ => false,
        };
        is_seen
            && T::is_causal(arrival.rules)
            && self.foreseen.is_empty()
            && arrival.has_seen(arrival.after)
    }

    /// Puts a write in the place of what gives way to it.
    #[inline]
    pub(crate) fn replace(&mut self, entry: Entry<T>, tally: &mut Tally) {
        if let (true, [sole]) = (T::IS_COUNTED, self.entries.as_slice()) {
            tally.fall(sole.stamp.dot, true);
        }
        self.entries = Few::One(entry);
    }

    /// Takes in an arriving write. `gate` is what removals known before it had observed; `beyond`
    /// is what the writer knew to be dead although it had not observed it.
    pub(crate) fn write(
        &mut self,
        entry: Entry<T>,
        beyond: Option<&VersionVector>,
        gate: &VersionVector,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        let dot = entry.stamp.dot;
        let is_causal = T::is_causal(arrival.rules);
        let context = beyond.map_or(*arrival.after, |beyond| arrival.after.joined(beyond));
        let is_late = gate.covers(dot) || (is_causal && self.foreseen.covers(dot));
        self.fell(tally, |old| {
            if is_causal {
                context.covers(old.stamp.dot)
            } else {
                // An origin's effects fall in order, so its own later winner hides this for good.
                old.stamp.dot.origin == dot.origin && entry.stamp.beats(&old.stamp)
            }
        });
        if is_causal {
            self.foresee(&context, arrival);
        }
        if is_late {
            // Seen by what killed it, and yet not gone before this replica saw it.
            if T::IS_COUNTED {
                tally.fall(dot, true);
            }
            return;
        }
        if self
            .entries
            .as_slice()
            .iter()
            .any(|old| !arrival.after.covers(old.stamp.dot))
        {
            tally.meet(T::CONFLICT);
        }
        self.entries.push(entry);
    }

    /// Takes away what a removal had observed.
    pub(crate) fn remove(&mut self, context: &VersionVector, tally: &mut Tally) {
        self.fell(tally, |entry| context.covers(entry.stamp.dot));
    }

    /// Takes in another replica's writes.
    pub(crate) fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally)
    where
        T: Clone,
    {
        let is_causal = T::is_causal(sides.rules);
        let has = |entries: &Few<Entry<T>>, dot: Dot| {
            entries
                .as_slice()
                .iter()
                .any(|entry| entry.stamp.dot == dot)
        };
        let mut arriving = Vec::new();
        for entry in theirs.entries.as_slice() {
            let dot = entry.stamp.dot;
            let is_dead = sides.kills_theirs(dot) || (is_causal && self.foreseen.covers(dot));
            if !has(&self.entries, dot) && !is_dead {
                arriving.push(entry.clone());
            }
        }
        self.fell(tally, |entry| {
            let dot = entry.stamp.dot;
            let is_dead = sides.kills_mine(dot) || (is_causal && theirs.foreseen.covers(dot));
            !has(&theirs.entries, dot) && is_dead
        });
        if !arriving.is_empty() && !self.entries.is_empty() {
            tally.meet(T::CONFLICT);
        }
        for entry in arriving {
            self.entries.push(entry);
        }
        self.foreseen.join_memory(&theirs.foreseen);
        self.foreseen.forget_within(&sides.seen());
    }

    /// Forgets hidden writes that every later update has seen, and dots that can no longer arrive.
    pub(crate) fn collect(&mut self, horizon: &Horizon, tally: &mut Tally) {
        self.foreseen.forget_within(&horizon.seen);
        let winner = self.winner().map(|entry| entry.stamp.dot);
        self.fell(tally, |entry| {
            Some(entry.stamp.dot) != winner && horizon.stable.covers(entry.stamp.dot)
        });
    }

    pub(crate) fn newer_than(&self, clock: &VersionVector) -> bool {
        self.entries
            .as_slice()
            .iter()
            .any(|entry| !clock.covers(entry.stamp.dot))
    }

    fn foresee(&mut self, context: &VersionVector, arrival: &Arrival<'_>) {
        if !arrival.has_seen(context) {
            self.foreseen.join(context);
        }
        if !self.foreseen.is_empty() {
            self.foreseen.forget_within(&arrival.seen());
        }
    }

    /// Drops the writes for which `falls` holds, and counts them.
    fn fell(&mut self, tally: &mut Tally, falls: impl Fn(&Entry<T>) -> bool) {
        if !self.entries.as_slice().iter().any(&falls) {
            return;
        }
        let winner = self.winner().map(|entry| entry.stamp.dot);
        self.entries.retain(|entry| {
            let is_felled = falls(entry);
            if is_felled && T::IS_COUNTED {
                tally.fall(entry.stamp.dot, Some(entry.stamp.dot) == winner);
            }
            !is_felled
        });
    }
}
