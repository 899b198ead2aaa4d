//! Contested rows: plain writes of one key that had not seen one another.
//!
//! The row shows the one that wins by the wall clock; the others are hidden beside it, at most one
//! for each other member, until a write that has seen them falls on the key. What a contest cannot
//! hold (a removal, a counter, a deadline, a write ahead of what it had seen) is a general object.

use crate::crdt::{Change, Conflict, Effect, MEMBERS_MAX, Object, Rules, Tally, VersionVector};
use crate::engine::prefetch;
use crate::id::ShardId;
use crate::instance::Instance;
use crate::instance::change::generated;
use crate::instance::effect::Key;
use crate::instance::example::Examples;
use crate::instance::keyspace::Keyspace;
use crate::instance::row::{PlainWrite, Row, RowState};
use crate::instance::shard::Shard;
use crate::planted::{self, Defect};

/// A plain write of a peer, as it arrives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arriving<'a> {
    /// The key.
    pub(super) key: u32,
    /// What its origin had observed, it included.
    pub(super) after: &'a VersionVector,
    /// The write.
    pub(super) write: PlainWrite,
}

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

    /// Takes in a write that meets `shown`, the one its row shows, and these. Returns which one the
    /// row shows from now on.
    #[inline]
    fn receive(
        &mut self,
        shard: &mut Shard,
        examples: &mut Examples,
        shown: &PlainWrite,
        arriving: &Arriving<'_>,
    ) -> PlainWrite {
        let Arriving { key, after, write } = *arriving;
        self.fall(after, &mut shard.tally);
        if shown.is_within(after) {
            shard.tally.fall(shown.dot(), true);
        } else {
            self.add(*shown);
        }
        if self.count > 0 {
            shard.tally.meet(Conflict::WriteWrite);
        }
        self.add(write);
        let winner = self.take_winner();
        for loser in self.iter() {
            examples.note(|| Key::Generated(key), loser.stamp(), winner.stamp());
        }
        winner
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
            RowState::Contested => std::slice::from_ref(self.hidden.under(row)),
            _ => &[],
        }
    }

    /// The general form of a row. One that a snapshot has brought ahead of its shard's clock knows
    /// what that snapshot had seen, so that what died there does not come to life here.
    pub(super) fn general_form(&self, shard: &Shard, row: &Row) -> Object {
        let object = self.object_of_row(row);
        match shard.brought_at(row) {
            Some(context) => object.brought_at(context, shard.clock()),
            None => object,
        }
    }

    /// What a row shows and hides, in general form.
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
            let rules = Rules::PLAIN;
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
        let row = &mut self.rows[key as usize];
        row.set(shown);
        if hidden.count > 0 {
            *self.hidden.open(row) = hidden;
        }
    }

    /// Makes a row plain if it is contested. Returns what was hidden under it.
    pub(super) fn unhide(&mut self, key: u32) -> Option<&Hidden> {
        let row = &mut self.rows[key as usize];
        (row.state == RowState::Contested).then(|| self.hidden.close(row))
    }

    /// A plain write of a peer meets a row that shows something.
    pub(super) fn contest(
        &mut self,
        shard: &mut Shard,
        examples: &mut Examples,
        arriving: &Arriving<'_>,
    ) {
        let Arriving { key, write, .. } = *arriving;
        let row = &mut self.rows[key as usize];
        let old = row.write;
        let shown = if row.is_plain() && !old.is_within(arriving.after) {
            let (shown, loser) = if write.beats(&old) {
                (write, old)
            } else {
                (old, write)
            };
            shard.tally.meet(Conflict::WriteWrite);
            examples.note(|| Key::Generated(key), loser.stamp(), shown.stamp());
            if !planted::is(Defect::LoserForgotten) {
                self.hidden.open(row).add(loser);
            }
            shown
        } else {
            let hidden = self.hidden.open(row);
            hidden.receive(shard, examples, &old, arriving)
        };
        if row.state == RowState::Contested && self.hidden.under(row).count == 0 {
            self.hidden.close(row);
        }
        if !shown.is(&old) {
            row.write = shown;
            shard.revalue(old.bytes, shown.bytes);
            let part = old.digest(key) ^ shown.digest(key);
            self.digests.toggle(key, part, &mut shard.digest);
        }
    }
}

/// The hidden writes of all contested rows of an instance.
#[derive(Clone, Debug, Default)]
pub(super) struct Contests {
    places: Vec<Hidden>,
    free: Vec<u32>,
}

impl Contests {
    /// What is hidden under a contested row.
    #[inline]
    fn under(&self, row: &Row) -> &Hidden {
        &self.places[row.object as usize]
    }

    /// What is hidden under a row that shows something; it is contested from now on.
    #[inline]
    fn open(&mut self, row: &mut Row) -> &mut Hidden {
        if row.state != RowState::Contested {
            row.state = RowState::Contested;
            row.object = self.free.pop().unwrap_or_else(|| {
                self.places.push(Hidden::NONE);
                u32::try_from(self.places.len() - 1).expect("fewer than 2^32 keys are contested")
            });
            self.places[row.object as usize].count = 0;
        }
        &mut self.places[row.object as usize]
    }

    /// A contested row is plain from now on; what was hidden under it is returned.
    #[inline]
    fn close(&mut self, row: &mut Row) -> &Hidden {
        row.state = RowState::Plain;
        self.free.push(row.object);
        &self.places[row.object as usize]
    }

    /// Asks for what is hidden under a row, ahead of its use.
    #[inline]
    pub(super) fn prefetch(&self, row: &Row) {
        if row.state == RowState::Contested {
            prefetch(&self.places, row.object as usize);
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
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
