//! The path that runs a billion times: plain strings, read, written and applied.
//!
//! What every operation passes through is always inlined: without the calls it is a third shorter.

use crate::assumption::{Assumptions, BacklogSharing};
use crate::crdt::{Change, Dot, MEMBERS_MAX, Stamp, Update, VersionVector};
use crate::history::Event;
use crate::id::{Id, ReplicaId, ShardId};
use crate::instance::change::generated;
use crate::instance::contest::Arriving;
use crate::instance::effect::{Entry, GENERATED_KEY_BYTES, Key, Payload};
use crate::instance::example::Examples;
use crate::instance::footprint;
use crate::instance::keyspace::Keyspace;
use crate::instance::link::Inflow;
use crate::instance::parcel::{Shipment, Wire};
use crate::instance::row::{PlainWrite, RowState};
use crate::instance::shard::Shard;
use crate::instance::{Instance, Refusal};
use crate::planted::{self, Defect};
use crate::time::SimTime;

impl Instance {
    /// Reads a generated key. Returns the length of its value, when it has one.
    #[inline]
    pub fn read(&mut self, now: SimTime, key: u32) -> Option<u64> {
        self.now = now;
        if self.access.is_some() {
            self.note_use(&Key::Generated(key));
        }
        let row = &self.keyspace.rows[key as usize];
        match row.state {
            RowState::Absent => None,
            RowState::Plain | RowState::Contested => Some(u64::from(row.write.bytes)),
            RowState::General => self.read_general(row.object),
        }
    }

    /// Sets a generated key to a string of `bytes` bytes, told apart by `tag`.
    ///
    /// # Errors
    /// When the key's shard refuses writes; nothing has changed then.
    #[inline]
    pub fn write(
        &mut self,
        now: SimTime,
        key: u32,
        bytes: u32,
        tag: u32,
        wire: &mut impl Wire,
    ) -> Result<(), Refusal> {
        self.now = now;
        let row = &self.keyspace.rows[key as usize];
        let id = row.shard();
        let is_ready = self.has_rows
            && !self.stale
            && matches!(row.state, RowState::Absent | RowState::Plain)
            && !self.is_full_for_clients(id);
        if !is_ready {
            self.admit_write(id, wire)?;
        }
        if self.follows_use {
            self.note_write(&Key::Generated(key));
        }
        if !is_ready && !self.clear_row(id, key) {
            let value = generated(bytes, tag);
            self.change(Key::Generated(key), vec![Update::Write(value)], wire);
            return Ok(());
        }
        let wall_ms = self.wall_ms();
        let first_seq = self.first_seq();
        let shard = &mut self.shards[id];
        let row = &self.keyspace.rows[key as usize];
        let (mut after, brought_by) = (shard.context(row), shard.brought_by(row));
        let seq = shard.next_seq(self.replica, first_seq);
        let dot = Dot {
            origin: self.replica,
            seq,
        };
        after.0[self.replica.index()] = seq;
        let write = PlainWrite::new(Stamp { dot, wall_ms }, bytes, tag);
        self.keyspace.replace(shard, key, write, &self.assumptions);
        self.keyspace.rows[key as usize].brought_by = brought_by;
        shard.observe(self.replica, seq, 1, self.record_bytes);
        shard.acknowledged += 1;
        let entry = Entry {
            after,
            wall_ms,
            payload: Payload::Write { key, bytes, tag },
        };
        self.ship(id, entry, wire);
        Ok(())
    }

    /// Whether a shard takes writes of clients; keys may go to make room.
    pub(super) fn admit_write(&mut self, id: ShardId, wire: &mut impl Wire) -> Result<(), Refusal> {
        if self.stale {
            return Err(Refusal::Stale);
        }
        if !self.make_room(id, wire) {
            self.shards[id].counts.refused += 1;
            return Err(Refusal::OutOfMemory);
        }
        Ok(())
    }

    /// The sequence of the next effect of a shard.
    pub(super) fn next_seq(&self, id: ShardId) -> u64 {
        self.shards[id].next_seq(self.replica, self.first_seq())
    }

    /// Puts an effect of this instance into its log and sends it to every peer that is caught up;
    /// the others get it from the log.
    #[inline(always)]
    pub(super) fn ship(&mut self, id: ShardId, entry: Entry, wire: &mut impl Wire) {
        if planted::is(Defect::RemovalUnsent) && !entry.keeps_record() {
            return;
        }
        if self.audience_changed {
            self.settle_audience();
        }
        debug_assert!(self.audience[id].is(&self.audience_of(id)), "it is settled");
        let (shard, audience) = (&mut self.shards[id], &self.audience[id]);
        let shipment = Shipment {
            shard: id,
            entry: &entry,
            bytes: shard.log.size(&entry),
        };
        let held_up = wire.ship(&shipment, audience, self.assumptions.send_buffer);
        if held_up.any() || audience.some_wait {
            self.hold_back(id, held_up, wire);
        }
        let shard = &mut self.shards[id];
        shard.log.append(&entry);
        if self.assumptions.backlog_sharing == BacklogSharing::Shared {
            shard.settle_shared_backlog();
        } else {
            self.measure_backlog(id);
        }
        self.note_memory(id, wire);
    }

    /// Applies an effect of a peer.
    #[inline(always)]
    pub(super) fn apply(
        &mut self,
        from: ReplicaId,
        id: ShardId,
        entry: &Entry,
        wire: &mut impl Wire,
    ) {
        let shard = &mut self.shards[id];
        let dot = entry.dot(from);
        if dot.seq <= shard.frontier.clock.0[from.index()] {
            shard.counts.filtered += 1;
            return;
        }
        if self.is_full(id) {
            self.stop(from, id, wire);
            return;
        }
        self.shards[id].counts.applied += 1;
        if self.follows_use {
            self.note_write(&entry.key());
        }
        let shard = &mut self.shards[id];
        if let Payload::Write { key, bytes, tag } = entry.payload {
            let wall_ms = entry.wall_ms;
            let arriving = Arriving {
                key,
                after: &entry.after,
                write: PlainWrite::new(Stamp { dot, wall_ms }, bytes, tag),
            };
            let (rows, examples) = (&mut self.keyspace, &mut self.examples);
            if self.has_rows && rows.apply(shard, examples, &arriving, &self.assumptions) {
                shard.observe(from, dot.seq, 1, self.record_bytes);
            } else {
                self.apply_rarely(from, id, entry, &arriving);
            }
        } else {
            self.apply_body(from, id, entry, wire);
        }
        self.note_memory(id, wire);
    }

    /// Applies an effect of a peer other than a plain write.
    #[cold]
    fn apply_body(&mut self, from: ReplicaId, id: ShardId, entry: &Entry, wire: &mut impl Wire) {
        if let Payload::Body(body) = &entry.payload {
            if let Change::Message(_) | Change::Life = &body.change {
                if let Change::Message(message) = &body.change {
                    self.hand_over(&body.key, message, wire);
                }
                self.shards[id].frontier.pass(from, entry.dot(from).seq);
                return;
            }
            self.apply_general(from, id, entry, body);
        }
        self.expire_if_due(wire);
        let record = if entry.keeps_record() {
            self.record_bytes
        } else {
            0
        };
        self.shards[id].observe(from, entry.dot(from).seq, entry.writes(), record);
    }

    /// Applies a plain write of a peer where that takes more than a row and two clocks.
    #[cold]
    fn apply_rarely(
        &mut self,
        from: ReplicaId,
        id: ShardId,
        entry: &Entry,
        arriving: &Arriving<'_>,
    ) {
        let row = &self.keyspace.rows[arriving.key as usize];
        let dot = arriving.write.dot();
        if !(row.shows() && self.shards[id].has_merged_past(row, dot)) {
            self.apply_to_what_is_there(from, id, entry, arriving);
        }
        self.shards[id].observe(from, dot.seq, 1, self.record_bytes);
    }

    fn apply_to_what_is_there(
        &mut self,
        from: ReplicaId,
        id: ShardId,
        entry: &Entry,
        arriving: &Arriving<'_>,
    ) {
        let Arriving { key, after, write } = *arriving;
        let state = self.keyspace.rows[key as usize].state;
        let simple = is_settled(after, &self.shards[id].frontier.clock) && self.has_rows;
        let reduced = state == RowState::General && simple && self.reduce(id, key, Some(after));
        let (shard, examples) = (&mut self.shards[id], &mut self.examples);
        if reduced {
            self.keyspace.contest(shard, examples, arriving);
        } else if simple && state != RowState::General {
            self.keyspace
                .meet(shard, examples, arriving, &self.assumptions);
        } else {
            self.apply_general_write(from, id, entry, (key, write.bytes, write.tag));
        }
    }

    /// Makes a row ready for a write of this instance, which has seen all it holds. Returns whether
    /// it is; a key in its general form may have to stay so.
    fn clear_row(&mut self, id: ShardId, key: u32) -> bool {
        if !self.has_rows {
            return false;
        }
        match self.keyspace.rows[key as usize].state {
            RowState::Absent | RowState::Plain => {}
            RowState::Contested => self.end_contest(id, key),
            RowState::General => {
                if !self.reduce(id, key, None) {
                    return false;
                }
                self.end_contest(id, key);
            }
        }
        true
    }

    /// Tells the witness when a shard runs out of memory or has room again, and has keys evicted
    /// where one runs short.
    #[inline]
    pub(super) fn note_memory(&mut self, id: ShardId, wire: &mut impl Wire) {
        if self.shards[id].full || self.is_marked(id) {
            self.note_full(id, wire);
        }
    }

    /// Tells the same of every shard, after its limit has changed.
    pub fn note_all_memory(&mut self, now: SimTime, wire: &mut impl Wire) {
        self.now = now;
        for id in self.shards.ids() {
            self.note_full(id, wire);
        }
    }

    #[cold]
    fn note_full(&mut self, id: ShardId, wire: &mut impl Wire) {
        let full = self.is_full(id);
        let lean = self.used(id) - self.unstable(id) >= self.limit(id);
        for mate in self.mates(id) {
            let shard = &mut self.shards[mate];
            shard.note_memory(self.now, full, lean);
            if full != shard.full {
                shard.full = full;
                let instance = self.id;
                wire.observe(Event::Memory {
                    instance,
                    shard: mate,
                    full,
                });
                if full {
                    self.on_exhausted(wire);
                }
            }
        }
        if self.evictor.is_some() {
            self.evict_if_due(id, wire);
        }
    }

    /// Stops replication into a full shard.
    pub(super) fn stop(&mut self, from: ReplicaId, id: ShardId, wire: &mut impl Wire) {
        let inflow = &mut self.incoming[from.index()].shards[id.index()];
        if *inflow == Inflow::Stopped {
            return;
        }
        *inflow = Inflow::Stopped;
        self.shards[id].counts.stopped += 1;
        self.measure_sync_buffers(id);
        self.observe_link(from, Some(id), crate::history::LinkEvent::Stopped, wire);
        if self.stops_for_good() {
            self.exit_replication(wire);
        }
    }
}

impl Keyspace {
    /// Applies a plain write of a peer, if a row and the clocks of write and shard are all that
    /// takes. Returns whether it did.
    #[inline(always)]
    fn apply(
        &mut self,
        shard: &mut Shard,
        examples: &mut Examples,
        arriving: &Arriving<'_>,
        assumptions: &Assumptions,
    ) -> bool {
        let state = self.rows[arriving.key as usize].state;
        let is_simple = state != RowState::General
            && shard.ahead.is_empty()
            && is_settled(arriving.after, &shard.frontier.clock);
        if is_simple {
            self.meet(shard, examples, arriving, assumptions);
        }
        is_simple
    }

    /// A plain write of a peer meets a row that is not in its general form.
    #[inline(always)]
    fn meet(
        &mut self,
        shard: &mut Shard,
        examples: &mut Examples,
        arriving: &Arriving<'_>,
        assumptions: &Assumptions,
    ) {
        let Arriving { key, after, write } = *arriving;
        let row = &self.rows[key as usize];
        match row.state {
            RowState::Plain if row.write.is_within(after) => {
                self.replace(shard, key, write, assumptions);
            }
            RowState::Plain | RowState::Contested => self.contest(shard, examples, arriving),
            RowState::Absent | RowState::General => self.replace(shard, key, write, assumptions),
        }
    }

    /// Replaces what a row holds, absent or plain, by a write that has seen it.
    #[inline(always)]
    fn replace(
        &mut self,
        shard: &mut Shard,
        key: u32,
        write: PlainWrite,
        assumptions: &Assumptions,
    ) {
        let row = &mut self.rows[key as usize];
        let mut part = write.digest(key);
        if row.shows() {
            let old = &row.write;
            part ^= old.digest(key);
            if !old.is_fill() {
                shard.tally.superseded[old.origin()] += 1;
            }
            shard.revalue(old.bytes, write.bytes);
        } else {
            let value = u64::from(write.bytes);
            shard.charge(&footprint::plain(GENERATED_KEY_BYTES, value, assumptions));
        }
        row.set(write);
        self.digests.toggle(key, part, &mut shard.digest);
    }
}

/// Whether everything that the origin of an effect had seen is here, the effect itself aside, which
/// is new: no effect that it has seen can still come, so its context need not be kept.
#[inline]
fn is_settled(after: &VersionVector, known: &VersionVector) -> bool {
    // A sum of signs, as that takes no branches.
    let ahead = |origin: usize| known.0[origin].wrapping_sub(after.0[origin]) >> 63;
    (0..MEMBERS_MAX).map(ahead).sum::<u64>() == 1
}

#[cfg(test)]
mod tests {
    use super::is_settled;
    use crate::crdt::VersionVector;

    #[test]
    fn an_effect_is_settled_when_all_it_had_seen_is_here() {
        let known = VersionVector([5, 7, 1, 1, 1 << 41]);
        let settled = |after: [u64; 5]| is_settled(&VersionVector(after), &known);
        assert!(settled([6, 7, 1, 1, 1 << 41]));
        assert!(settled([0, 9, 0, 0, 1]));
        assert!(!settled([6, 8, 1, 1, 1]));
        assert!(!settled([6, 0, 1, 1, (1 << 41) + 1]));
    }
}
