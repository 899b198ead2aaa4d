//! Contested rows: plain writes of one key that had not seen one another.
//!
//! The row shows the one that wins by the wall clock; the others are hidden beside it, at most one
//! for each other member, until a write that has seen them falls on the key. What a contest cannot
//! hold (a removal, a counter, a deadline, a write ahead of what it had seen) is a general object.

use crate::crdt::{
    Change, Conflict, Dot, Effect, MEMBERS_MAX, Object, Stamp, Tally, VersionVector,
};
use crate::id::{ReplicaId, ShardId};
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

/// The writes hidden under one row, and while one arrives all its candidates: at most one for each
/// origin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hidden {
    writes: [PlainWrite; MEMBERS_MAX],
    count: usize,
}

impl Default for Hidden {
    fn default() -> Self {
        let nothing = PlainWrite {
            stamp: Stamp {
                dot: Dot {
                    origin: ReplicaId(0),
                    seq: 0,
                },
                wall_ms: 0,
            },
            bytes: 0,
            tag: 0,
        };
        Self {
            writes: [nothing; MEMBERS_MAX],
            count: 0,
        }
    }
}

impl Hidden {
    /// The writes.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, PlainWrite> {
        self.writes[..self.count].iter()
    }

    fn add(&mut self, write: PlainWrite) {
        self.writes[self.count] = write;
        self.count += 1;
    }

    fn take(&mut self, at: usize) -> PlainWrite {
        self.count -= 1;
        self.writes.swap(at, self.count);
        self.writes[self.count]
    }

    /// Drops what `after` has seen.
    #[inline]
    fn fall(&mut self, after: &VersionVector, tally: &mut Tally) {
        for at in (0..self.count).rev() {
            if after.covers(self.writes[at].stamp.dot) {
                let fallen = self.take(at);
                tally.fall(fallen.stamp.dot, false);
            }
        }
    }

    /// Takes the winner out.
    ///
    /// # Panics
    /// When there is no write.
    #[inline]
    fn take_winner(&mut self) -> PlainWrite {
        let mut best = 0;
        for at in 1..self.count {
            if self.writes[at].stamp.beats(&self.writes[best].stamp) {
                best = at;
            }
        }
        self.take(best)
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
        let shown = hidden.take_winner();
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
        self.hidden[row.object as usize]
    }

    fn hide(&mut self, key: u32, hidden: Hidden) {
        if hidden.count > 0 {
            *self.hidden_mut(key) = hidden;
        }
    }

    /// The writes hidden under a row that shows something; it is contested from now on.
    fn hidden_mut(&mut self, key: u32) -> &mut Hidden {
        let row = &mut self.rows[key as usize];
        if row.state != RowState::Contested {
            row.state = RowState::Contested;
            row.object = match self.free_hidden.pop() {
                Some(at) => at,
                None => {
                    self.hidden.push(Hidden::default());
                    u32::try_from(self.hidden.len() - 1)
                        .expect("fewer than 2^32 keys are contested")
                }
            };
            self.hidden[row.object as usize].count = 0;
        }
        &mut self.hidden[row.object as usize]
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
        let shard = &mut self.shards[id];
        let old = self.keyspace.rows[key as usize].shown();
        let hidden = self.keyspace.hidden_mut(key);
        hidden.fall(after, &mut shard.tally);
        if after.covers(old.stamp.dot) {
            shard.tally.fall(old.stamp.dot, true);
        } else {
            hidden.add(old);
        }
        if hidden.count > 0 {
            shard.tally.meet(Conflict::WriteWrite);
        }
        hidden.add(write);
        let shown = hidden.take_winner();
        for write in hidden.iter() {
            let name = || Key::Generated(key);
            self.examples.note(name, write.stamp, shown.stamp);
        }
        if hidden.count == 0 {
            self.keyspace.unhide(key);
        }
        if shown.stamp != old.stamp {
            self.show(id, key, &old, &shown);
        }
    }

    /// Another write of a contest shows than before.
    fn show(&mut self, id: ShardId, key: u32, old: &PlainWrite, shown: &PlainWrite) {
        let shard = &mut self.shards[id];
        let part = plain_digest(key, old.stamp, old.bytes, old.tag)
            ^ plain_digest(key, shown.stamp, shown.bytes, shown.tag);
        self.keyspace.digests.toggle(key, part, &mut shard.digest);
        if old.bytes != shown.bytes {
            let value = |bytes: u32| footprint::string_value(u64::from(bytes));
            shard
                .ledger
                .adjust(MemoryKind::Values, value(old.bytes), value(shown.bytes));
        }
        let row = &mut self.keyspace.rows[key as usize];
        let state = row.state;
        row.set(shown.stamp, shown.bytes, shown.tag);
        row.state = state;
    }
}
