//! Contested rows: plain writes of one key that had not seen one another.
//!
//! The row shows the one that wins by the wall clock; the others are hidden beside it, at most one
//! for each other member, until a write that has seen them falls on the key. What a contest cannot
//! hold (a removal, a counter, a deadline, a write ahead of what it had seen) is a general object.

use crate::crdt::{Change, Conflict, Effect, MEMBERS_MAX, Object, Tally, VersionVector};
use crate::id::ShardId;
use crate::instance::Instance;
use crate::instance::change::generated;
use crate::instance::effect::Key;
use crate::instance::example::Examples;
use crate::instance::keyspace::Keyspace;
use crate::instance::row::{PlainWrite, Row, RowState};
use crate::instance::shard::Shard;

/// The writes hidden under one row, and while one arrives all its candidates: at most one for each
/// origin.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(super) struct Hidden {
    // The count and the first two share a cache line.
    count: usize,
    writes: [PlainWrite; MEMBERS_MAX],
}

impl Hidden {
    const NONE: Self = Self {
        writes: [PlainWrite::NONE; MEMBERS_MAX],
        count: 0,
    };

    /// The writes.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, PlainWrite> {
        self.writes[..self.count].iter()
    }

    #[inline]
    fn add(&mut self, write: PlainWrite) {
        self.writes[self.count] = write;
        self.count += 1;
    }

    #[inline]
    fn take(&mut self, at: usize) -> PlainWrite {
        let taken = self.writes[at];
        self.count -= 1;
        self.writes[at] = self.writes[self.count];
        taken
    }

    /// Drops what `after` has seen.
    #[inline]
    fn fall(&mut self, after: &VersionVector, tally: &mut Tally) {
        for at in (0..self.count).rev() {
            if self.writes[at].is_within(after) {
                let fallen = self.take(at);
                tally.fall(fallen.dot(), false);
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
            if self.writes[at].beats(&self.writes[best]) {
                best = at;
            }
        }
        self.take(best)
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
        let shown = &row.write;
        let mut object = Object::from_write(shown.stamp(), generated(shown.bytes, shown.tag));
        for write in self.hidden(row).iter().flat_map(Hidden::iter) {
            let mut alone = VersionVector::ZERO;
            alone.observe(write.dot());
            let effect = Effect {
                origin: write.dot().origin,
                wall_ms: write.wall_ms,
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
        let mut hidden = Hidden::NONE;
        for write in writes {
            hidden.add(*write);
        }
        let shown = hidden.take_winner();
        self.rows[key as usize].set(shown);
        if hidden.count > 0 {
            let at = self.open_contest(key);
            self.hidden[at] = hidden;
        }
    }

    /// Makes a contested row plain. Returns what was hidden under it.
    pub(super) fn unhide(&mut self, key: u32) -> Option<&Hidden> {
        let row = &mut self.rows[key as usize];
        if row.state != RowState::Contested {
            return None;
        }
        row.state = RowState::Plain;
        self.free_hidden.push(row.object);
        Some(&self.hidden[row.object as usize])
    }

    /// Where the writes hidden under a row are that shows something; it is contested from now on.
    #[inline]
    fn open_contest(&mut self, key: u32) -> usize {
        let row = &mut self.rows[key as usize];
        if row.state != RowState::Contested {
            row.state = RowState::Contested;
            row.object = self.free_hidden.pop().unwrap_or_else(|| {
                self.hidden.push(Hidden::NONE);
                u32::try_from(self.hidden.len() - 1).expect("fewer than 2^32 keys are contested")
            });
            self.hidden[row.object as usize].count = 0;
        }
        row.object as usize
    }

    /// A plain write of a peer meets a row that shows something.
    pub(super) fn contest(
        &mut self,
        shard: &mut Shard,
        examples: &mut Examples,
        key: u32,
        after: &VersionVector,
        write: PlainWrite,
    ) {
        let row = &self.rows[key as usize];
        let (old, was_plain) = (row.write, row.is_plain());
        let shown = if was_plain && !old.is_within(after) {
            self.begin_contest(shard, examples, key, write)
        } else {
            self.go_on_with_contest(shard, examples, key, after, write)
        };
        if !shown.is(&old) {
            let row = &mut self.rows[key as usize];
            row.write = shown;
            row.brought_by = 0;
            shard.revalue(old.bytes, shown.bytes);
            let part = old.digest(key) ^ shown.digest(key);
            self.digests.toggle(key, part, &mut shard.digest);
        }
    }

    /// A write meets the only one of a row, which it has not seen. Returns which of the two shows.
    #[inline]
    fn begin_contest(
        &mut self,
        shard: &mut Shard,
        examples: &mut Examples,
        key: u32,
        write: PlainWrite,
    ) -> PlainWrite {
        let old = self.rows[key as usize].write;
        let (shown, loser) = if write.beats(&old) {
            (write, old)
        } else {
            (old, write)
        };
        shard.tally.meet(Conflict::WriteWrite);
        examples.note(|| Key::Generated(key), loser.stamp(), shown.stamp());
        let at = self.open_contest(key);
        self.hidden[at].add(loser);
        shown
    }

    /// A write meets the one that a row shows, and those hidden under it. Returns which one shows
    /// from now on.
    fn go_on_with_contest(
        &mut self,
        shard: &mut Shard,
        examples: &mut Examples,
        key: u32,
        after: &VersionVector,
        write: PlainWrite,
    ) -> PlainWrite {
        let at = self.open_contest(key);
        let (row, hidden) = (&mut self.rows[key as usize], &mut self.hidden[at]);
        let old = row.write;
        hidden.fall(after, &mut shard.tally);
        if old.is_within(after) {
            shard.tally.fall(old.dot(), true);
        } else {
            hidden.add(old);
        }
        if hidden.count > 0 {
            shard.tally.meet(Conflict::WriteWrite);
        }
        hidden.add(write);
        let shown = hidden.take_winner();
        for loser in hidden.iter() {
            examples.note(|| Key::Generated(key), loser.stamp(), shown.stamp());
        }
        if hidden.count == 0 {
            row.state = RowState::Plain;
            self.free_hidden.push(row.object);
        }
        shown
    }
}

impl Instance {
    /// Everything hidden under a row falls to a write that has seen it all.
    pub(super) fn end_contest(&mut self, id: ShardId, key: u32) {
        let tally = &mut self.shards[id].tally;
        for write in self.keyspace.unhide(key).into_iter().flat_map(Hidden::iter) {
            tally.fall(write.dot(), false);
        }
    }
}
