//! Contested rows: plain writes of one key that had not seen one another.
//!
//! The row shows the one that wins by the wall clock; the others are hidden beside it, at most one
//! for each other member, until a write that has seen them falls on the key. What a contest cannot
//! hold (a removal, a counter, a deadline, a write ahead of what it had seen) is a general object.

use crate::crdt::{Change, Conflict, Effect, MEMBERS_MAX, Object, Stamp, Tally, VersionVector};
use crate::id::ShardId;
use crate::instance::Instance;
use crate::instance::change::generated;
use crate::instance::effect::Key;
use crate::instance::footprint;
use crate::instance::keyspace::Keyspace;
use crate::instance::ledger::MemoryKind;
use crate::instance::row::{Row, RowState, plain_digest};

/// A plain write of a generated key.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlainWrite {
    pub(super) stamp: Stamp,
    pub(super) bytes: u32,
    pub(super) tag: u32,
}

/// The writes hidden under one row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hidden {
    writes: [Option<PlainWrite>; MEMBERS_MAX],
}

impl Hidden {
    /// The writes.
    pub(super) fn iter(&self) -> impl Iterator<Item = &PlainWrite> {
        self.writes.iter().flatten()
    }

    fn add(&mut self, write: PlainWrite) {
        let free = self.writes.iter_mut().find(|slot| slot.is_none());
        *free.expect("an origin has at most one write in a contest") = Some(write);
    }

    /// Drops what `after` has seen.
    fn fall(&mut self, after: &VersionVector, tally: &mut Tally) {
        for slot in &mut self.writes {
            if let Some(write) = slot.filter(|write| after.covers(write.stamp.dot)) {
                tally.fall(write.stamp.dot, false);
                *slot = None;
            }
        }
    }

    /// Takes the winner out.
    fn take_winner(&mut self) -> Option<PlainWrite> {
        let best = (0..self.writes.len())
            .filter(|at| self.writes[*at].is_some())
            .reduce(|best, at| {
                if beats(self.writes[at], self.writes[best]) {
                    at
                } else {
                    best
                }
            })?;
        self.writes[best].take()
    }
}

fn beats(one: Option<PlainWrite>, other: Option<PlainWrite>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.stamp.beats(&other.stamp),
        (one, _) => one.is_some(),
    }
}

impl Row {
    /// The write the row shows.
    fn shown(&self) -> PlainWrite {
        PlainWrite {
            stamp: self.stamp(),
            bytes: self.bytes,
            tag: self.tag,
        }
    }
}

impl Keyspace {
    /// The writes hidden under a row.
    pub(super) fn hidden(&self, row: &Row) -> &[Hidden] {
        match row.state {
            RowState::Contested => std::slice::from_ref(&self.hidden[row.object as usize]),
            _ => &[],
        }
    }

    /// The general form of a row.
    pub(super) fn object_of_row(&self, row: &Row) -> Object {
        if !row.shows() {
            return Object::new();
        }
        let mut object = Object::from_write(row.stamp(), generated(row.bytes, row.tag));
        for write in self.hidden(row).iter().flat_map(Hidden::iter) {
            let mut alone = VersionVector::ZERO;
            alone.observe(write.stamp.dot);
            let effect = Effect {
                origin: write.stamp.dot.origin,
                wall_ms: write.stamp.wall_ms,
                after: alone,
                change: Change::Write(generated(write.bytes, write.tag)),
            };
            let rules = crate::crdt::Rules::PLAIN;
            object.apply(&effect, &VersionVector::ZERO, rules, &mut Tally::default());
        }
        object
    }

    /// Sets an absent row to concurrent writes: it shows the winner and hides the others.
    pub(super) fn set_writes(&mut self, key: u32, writes: &[PlainWrite]) {
        let mut hidden = Hidden::default();
        for write in writes {
            hidden.add(*write);
        }
        let shown = hidden
            .take_winner()
            .expect("a row is set to one write at least");
        self.rows[key as usize].set(shown.stamp, shown.bytes, shown.tag);
        self.hide(key, hidden);
    }

    /// Forgets the writes hidden under a row, which is plain then.
    pub(super) fn unhide(&mut self, key: u32) -> Hidden {
        let row = &mut self.rows[key as usize];
        if row.state != RowState::Contested {
            return Hidden::default();
        }
        row.state = RowState::Plain;
        self.free_hidden.push(row.object);
        std::mem::take(&mut self.hidden[row.object as usize])
    }

    fn hide(&mut self, key: u32, hidden: Hidden) {
        if hidden.iter().next().is_none() {
            return;
        }
        let at = match self.free_hidden.pop() {
            Some(at) => at,
            None => {
                self.hidden.push(Hidden::default());
                u32::try_from(self.hidden.len() - 1).expect("fewer than 2^32 keys are contested")
            }
        };
        self.hidden[at as usize] = hidden;
        let row = &mut self.rows[key as usize];
        row.state = RowState::Contested;
        row.object = at;
    }
}

impl Instance {
    /// Everything hidden under a row falls to a write that has seen it all.
    pub(super) fn end_contest(&mut self, id: ShardId, key: u32) {
        let hidden = self.keyspace.unhide(key);
        let tally = &mut self.shards[id].tally;
        for write in hidden.iter() {
            tally.fall(write.stamp.dot, false);
        }
    }

    /// A plain write of a peer meets a row that shows something.
    pub(super) fn contest(
        &mut self,
        id: ShardId,
        key: u32,
        after: &VersionVector,
        write: PlainWrite,
    ) {
        let mut hidden = self.keyspace.unhide(key);
        let shard = &mut self.shards[id];
        hidden.fall(after, &mut shard.tally);
        let row = &mut self.keyspace.rows[key as usize];
        let old = row.shown();
        let has_seen = after.covers(old.stamp.dot);
        if has_seen {
            shard.tally.fall(old.stamp.dot, true);
        } else {
            hidden.add(old);
        }
        if hidden.iter().next().is_some() {
            shard.tally.meet(Conflict::WriteWrite);
        }
        hidden.add(write);
        let shown = hidden
            .take_winner()
            .expect("the arriving write is a candidate");
        shard.digest ^= plain_digest(key, old.stamp, old.bytes, old.tag);
        shard.digest ^= plain_digest(key, shown.stamp, shown.bytes, shown.tag);
        if old.bytes != shown.bytes {
            let value = |bytes: u32| footprint::string_value(u64::from(bytes));
            shard
                .ledger
                .adjust(MemoryKind::Values, value(old.bytes), value(shown.bytes));
        }
        row.set(shown.stamp, shown.bytes, shown.tag);
        for write in hidden.iter() {
            let name = || Key::Generated(key);
            self.examples.note(name, write.stamp, shown.stamp);
        }
        self.keyspace.hide(key, hidden);
    }
}
