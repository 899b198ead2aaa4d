//! The path that runs a billion times: plain strings, read, written and applied.

use crate::assumption::Lww;
use crate::crdt::{Dot, MEMBERS_MAX, Stamp, Update};
use crate::history::Event;
use crate::id::{Id, ReplicaId, ShardId};
use crate::instance::change::generated;
use crate::instance::contest::PlainWrite;
use crate::instance::effect::{Entry, GENERATED_KEY_BYTES, Key, Payload};
use crate::instance::footprint;
use crate::instance::ledger::MemoryKind;
use crate::instance::link::Inflow;
use crate::instance::parcel::{Addressee, Shipment, Timer, Wire};
use crate::instance::row::{RowState, plain_digest};
use crate::instance::shard::Shard;
use crate::instance::{Instance, Refusal};
use crate::time::SimTime;

impl Instance {
    /// Reads a generated key. Returns the length of its value, when it has one.
    pub fn read(&mut self, now: SimTime, key: u32) -> Option<u64> {
        self.now = now;
        let row = &self.keyspace.rows[key as usize];
        match row.state {
            RowState::Absent => None,
            RowState::Plain | RowState::Contested => Some(u64::from(row.bytes)),
            RowState::General => self.read_general(row.object),
        }
    }

    /// Sets a generated key to a string of `bytes` bytes, told apart by `tag`.
    ///
    /// # Errors
    /// When the key's shard refuses writes; nothing has changed then.
    pub fn write(
        &mut self,
        now: SimTime,
        key: u32,
        bytes: u32,
        tag: u32,
        wire: &mut impl Wire,
    ) -> Result<(), Refusal> {
        self.now = now;
        let id = self.keyspace.rows[key as usize].shard();
        self.admit_write(id)?;
        let wall_ms = self.wall_ms();
        let (seq, record) = (self.next_seq(id), self.record_bytes());
        if !self.clear_row(id, key) {
            let value = generated(bytes, tag);
            self.change(Key::Generated(key), vec![Update::Write(value)], wire);
            return Ok(());
        }
        let row = &self.keyspace.rows[key as usize];
        let shard = &self.shards[id];
        let stamp = Stamp {
            dot: Dot {
                origin: self.replica,
                seq,
            },
            wall_ms,
        };
        let mut after = shard.context(row);
        self.replace(id, key, PlainWrite { stamp, bytes, tag });
        let shard = &mut self.shards[id];
        after.0[self.replica.index()] = seq;
        shard.observe(self.replica, seq, 1, record);
        shard.acknowledged += 1;
        let entry = Entry {
            after,
            wall_ms,
            payload: Payload::Write { key, bytes, tag },
        };
        self.ship(id, entry, wire);
        Ok(())
    }

    /// Whether a shard takes writes of clients.
    pub(super) fn admit_write(&mut self, id: ShardId) -> Result<(), Refusal> {
        if self.stale {
            return Err(Refusal::Stale);
        }
        let shard = &mut self.shards[id];
        if shard.ledger.is_full() {
            shard.counts.refused += 1;
            return Err(Refusal::OutOfMemory);
        }
        Ok(())
    }

    /// The sequence of the next effect of a shard.
    pub(super) fn next_seq(&self, id: ShardId) -> u64 {
        self.shards[id].frontier.clock.0[self.replica.index()].max(self.first_seq()) + 1
    }

    /// What an effect leaves behind until it is stable.
    pub(super) fn record_bytes(&self) -> u64 {
        match self.assumptions.metadata {
            crate::assumption::Metadata::PerEffect => self.assumptions.record_bytes.0,
            crate::assumption::Metadata::PerState => 0,
        }
    }

    /// Puts an effect of this instance into its log and sends it to every peer that is caught up;
    /// the others get it from the log.
    pub(super) fn ship(&mut self, id: ShardId, entry: Entry, wire: &mut impl Wire) {
        let shard = &mut self.shards[id];
        let end = shard.log.end();
        let bytes = shard.log.size(&entry);
        let longest = self.assumptions.send_buffer;
        let nobody = Addressee {
            to: self.replica,
            epoch: 0,
        };
        let (mut addressees, mut count) = ([nobody; MEMBERS_MAX], 0);
        for &peer in &self.members {
            let outgoing = &mut self.outgoing[peer.index()];
            let Some(epoch) = outgoing.epoch.filter(|_| peer != self.replica) else {
                continue;
            };
            if outgoing.is_caught_up(id, end) && wire.queue(peer) <= longest {
                outgoing.shards[id.index()].cursor += 1;
                addressees[count] = Addressee { to: peer, epoch };
                count += 1;
            } else if !outgoing.pumping {
                outgoing.pumping = true;
                wire.timer(self.now + longest / 2, Timer::Pump(peer));
            }
        }
        let shipment = Shipment {
            shard: id,
            entry: &entry,
            bytes,
        };
        wire.ship(&shipment, &addressees[..count]);
        shard.log.append(entry);
        self.measure_backlog(id);
        self.note_memory(id, wire);
    }

    /// Applies an effect of a peer.
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
        if shard.ledger.is_full() {
            self.stop(from, id, wire);
            return;
        }
        shard.counts.applied += 1;
        let record = if entry.keeps_record() {
            self.record_bytes()
        } else {
            0
        };
        let writes = entry.writes();
        match &entry.payload {
            Payload::Write { key, bytes, tag } => {
                self.apply_write(from, id, entry, *key, *bytes, *tag);
            }
            Payload::Body(body) => {
                self.apply_general(from, id, entry, body);
                self.expire_if_due(wire);
            }
        }
        self.shards[id].observe(from, dot.seq, writes, record);
        self.note_memory(id, wire);
    }

    /// Applies a plain write of a peer: to the row where a row can hold what becomes of it.
    fn apply_write(
        &mut self,
        from: ReplicaId,
        id: ShardId,
        entry: &Entry,
        key: u32,
        bytes: u32,
        tag: u32,
    ) {
        let stamp = Stamp {
            dot: entry.dot(from),
            wall_ms: entry.wall_ms,
        };
        let row = &self.keyspace.rows[key as usize];
        let shard = &mut self.shards[id];
        if row.shows() && shard.has_merged_past(row, stamp.dot) {
            return;
        }
        let state = row.state;
        let simple = is_settled(entry, from, shard) && self.has_rows();
        let reduced =
            state == RowState::General && simple && self.reduce(id, key, Some(&entry.after));
        let row = &self.keyspace.rows[key as usize];
        let write = PlainWrite { stamp, bytes, tag };
        match state {
            RowState::Absent if simple => self.replace(id, key, write),
            RowState::Plain if simple && entry.after.covers(row.dot()) => {
                self.replace(id, key, write);
            }
            RowState::Plain | RowState::Contested if simple => {
                self.contest(id, key, &entry.after, write);
            }
            RowState::General if reduced => self.contest(id, key, &entry.after, write),
            _ => self.apply_general_write(from, id, entry, (key, bytes, tag)),
        }
    }

    /// Makes a row ready for a write of this instance, which has seen all it holds. Returns whether
    /// it is; a key in its general form may have to stay so.
    fn clear_row(&mut self, id: ShardId, key: u32) -> bool {
        if !self.has_rows() {
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

    /// Whether rows can hold plain writes: where the wall clock decides always, a later write need
    /// not replace those it has seen, and every key is general.
    pub(super) fn has_rows(&self) -> bool {
        self.assumptions.lww == Lww::CausalFirst
    }

    /// Tells the witness when a shard runs out of memory or has room again.
    #[inline]
    pub(super) fn note_memory(&mut self, id: ShardId, wire: &mut impl Wire) {
        let shard = &self.shards[id];
        if shard.full || shard.ledger.is_full() {
            self.note_full(id, wire);
        }
    }

    #[cold]
    fn note_full(&mut self, id: ShardId, wire: &mut impl Wire) {
        let shard = &mut self.shards[id];
        let full = shard.ledger.is_full();
        shard.note_memory(self.now);
        if full != shard.full {
            shard.full = full;
            let instance = self.id;
            wire.observe(Event::Memory {
                instance,
                shard: id,
                full,
            });
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
        self.observe_link(from, Some(id), crate::history::LinkEvent::Stopped, wire);
    }
}

impl Instance {
    /// Replaces what a row holds, absent or plain, by a write that has seen it.
    fn replace(&mut self, id: ShardId, key: u32, write: PlainWrite) {
        let row = &mut self.keyspace.rows[key as usize];
        let shard = &mut self.shards[id];
        let PlainWrite { stamp, bytes, tag } = write;
        let mut part = plain_digest(key, stamp, bytes, tag);
        if row.shows() {
            let old = row.stamp();
            part ^= plain_digest(key, old, row.bytes, row.tag);
            if !old.dot.is_fill() {
                shard.tally.superseded[old.dot.origin.index()] += 1;
            }
            if row.bytes != bytes {
                let value = |bytes: u32| footprint::string_value(u64::from(bytes));
                shard
                    .ledger
                    .adjust(MemoryKind::Values, value(row.bytes), value(bytes));
            }
        } else {
            let value = u64::from(bytes);
            let taken = footprint::plain(GENERATED_KEY_BYTES, value, &self.assumptions);
            shard.charge(&taken);
        }
        self.keyspace.digests.toggle(key, part, &mut shard.digest);
        row.set(stamp, bytes, tag);
    }
}

/// Whether everything the effect's origin had seen is here: no effect that it has seen can still
/// come, so its context need not be kept.
fn is_settled(entry: &Entry, from: ReplicaId, shard: &Shard) -> bool {
    let known = &shard.frontier.clock;
    let covered = |origin: usize| entry.after.0[origin] <= known.0[origin];
    (0..MEMBERS_MAX).fold(true, |all, origin| {
        all & (covered(origin) | (origin == from.index()))
    })
}
