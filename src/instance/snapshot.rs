//! Full synchronisation: state taken at one instant, sent piece by piece, merged key by key.
//!
//! The snapshot is atomic at its clock; the receiver's clock rises when all of it is merged. It is
//! a merge, not an overwrite: what only the receiver has stays. Source: Redis docs,
//! active-active/syncer.md; that only what the receiver's clock does not cover is sent is fix
//! RS209889 of the release notes.

use std::collections::VecDeque;

use crate::assumption::FullSync;
use crate::crdt::{MEMBERS_MAX, Object, Rules, VersionVector};
use crate::history::LinkEvent;
use crate::id::{Id, ReplicaId, ShardId};
use crate::instance::change::generated;
use crate::instance::contest::Hidden;
use crate::instance::effect::{GENERATED_KEY_BYTES, Key};
use crate::instance::footprint;
use crate::instance::frontier::Frontier;
use crate::instance::ledger::MemoryKind;
use crate::instance::link::{Inflow, Outflow, Snapshot};
use crate::instance::parcel::{Cargo, Item, Parcel, Relayed, Timer, Wire};
use crate::instance::row::{Row, RowState};
use crate::instance::{Instance, Naming};
use crate::planted::{self, Defect};
use crate::time::SimTime;

impl Instance {
    /// Takes a snapshot of a shard for `peer`, which has `theirs`.
    pub(super) fn take_snapshot(
        &mut self,
        peer: ReplicaId,
        id: ShardId,
        theirs: &Frontier,
        wire: &mut impl Wire,
    ) {
        let known = match self.assumptions.full_sync {
            FullSync::Delta => theirs.clock,
            FullSync::Whole => VersionVector::ZERO,
        };
        let rows = (0..)
            .zip(&self.keyspace.rows)
            .filter(|(_, row)| row.shard() == id && self.is_newer(row, &known));
        let mut items: VecDeque<Item> = rows
            .map(|(key, row)| self.item_of_row(id, key, row))
            .collect();
        let objects = self
            .keyspace
            .objects()
            .filter(|(_, slot)| slot.shard == id && slot.object.newer_than(&known))
            .filter(|(_, slot)| !planted::is(Defect::DeletionsNotMerged) || slot.object.is_live());
        items.extend(
            objects.map(|(_, slot)| Item::Object(slot.key.clone(), Box::new(slot.object.shared()))),
        );
        let keys = items.len() as u64;
        let framing = self.assumptions.item_bytes.0;
        let bytes = items.iter().map(|item| item.bytes(framing)).sum();
        let shard = &self.shards[id];
        let snapshot = Snapshot {
            items,
            frontier: shard.frontier,
            tail: shard.log.end(),
        };
        self.audience_changed = true;
        self.outgoing[peer.index()].shards[id.index()] = Outflow::State(Box::new(snapshot));
        self.measure_sync_buffers(id);
        self.observe_out(peer, id, LinkEvent::FullSyncStarted { keys, bytes }, wire);
    }

    /// Whether a row holds a write that `known` does not cover.
    fn is_newer(&self, row: &Row, known: &VersionVector) -> bool {
        let mut hidden = self.keyspace.hidden(row).iter().flat_map(Hidden::iter);
        row.shows() && !row.write.is_within(known) || hidden.any(|write| !write.is_within(known))
    }

    fn item_of_row(&self, id: ShardId, key: u32, row: &Row) -> Item {
        let shard = &self.shards[id];
        if row.is_plain() && shard.brought_at(row).is_none() {
            return Item::Row(key, *row);
        }
        let object = self.keyspace.general_form(shard, row);
        Item::Object(Key::Generated(key), Box::new(object))
    }

    /// The number for what a snapshot brings up to `clock`. Rows that had it long ago have none
    /// from here on.
    pub(super) fn number_ahead(&mut self, id: ShardId, clock: &VersionVector) -> u8 {
        let shard = &mut self.shards[id];
        if let Some(known) = shard.number_of(clock) {
            return known;
        }
        let number = shard.begin_ahead(clock);
        if shard.numbered > u64::from(u8::MAX) {
            let rows = self.keyspace.rows.iter_mut();
            for row in rows.filter(|row| row.shard() == id && row.brought_by == number) {
                row.brought_by = 0;
            }
        }
        number
    }

    /// Whether keys of a shard are ahead of its clock, which will catch up. It never does with what
    /// came of a member that was dropped: nobody sends the rest.
    pub(super) fn is_ahead(&self, id: ShardId) -> bool {
        let shard = &self.shards[id];
        let lacks = |ahead: &VersionVector| {
            let mut members = self.members.iter();
            members.any(|member| ahead.seq(*member) > shard.frontier.clock.seq(*member))
        };
        shard.ahead.iter().any(|ahead| lacks(&ahead.clock))
    }

    /// A shard whose clock has caught up with every snapshot merged into it: what the sums say was
    /// written, and nothing accounts for, was superseded inside a merged state.
    pub(super) fn close_merges(&mut self, id: ShardId) {
        if self.shards[id].ahead.is_empty() || self.is_ahead(id) {
            return;
        }
        self.shards[id].ahead.clear();
        let (present, hidden) = self.live_writes(Some(id));
        let shard = &mut self.shards[id];
        for origin in 0..MEMBERS_MAX {
            let known = present[origin]
                + hidden[origin]
                + shard.tally.superseded[origin]
                + shard.tally.overwritten[origin];
            let made = shard.frontier.prefix[origin].writes;
            shard.tally.superseded[origin] += made.saturating_sub(known);
        }
    }

    /// Sends on to `peer` while its route has room.
    pub(super) fn pump(&mut self, peer: ReplicaId, wire: &mut impl Wire) {
        let shards = self.shards.len();
        let mut idle = 0;
        while idle < shards {
            if wire.queue(peer) > self.assumptions.send_buffer {
                let outgoing = &mut self.outgoing[peer.index()];
                if !outgoing.pumping {
                    outgoing.pumping = true;
                    let again = self.now + self.assumptions.send_buffer / 2;
                    wire.timer(again, Timer::Pump(peer));
                }
                return;
            }
            let outgoing = &mut self.outgoing[peer.index()];
            let Some(epoch) = outgoing.epoch else { return };
            let id = ShardId::at(outgoing.turn);
            outgoing.turn = (outgoing.turn + 1) % shards;
            idle = if self.send_next(peer, id, epoch, wire) {
                0
            } else {
                idle + 1
            };
        }
    }

    /// A pump is due.
    pub(super) fn on_pump_due(&mut self, peer: ReplicaId, wire: &mut impl Wire) {
        self.outgoing[peer.index()].pumping = false;
        if self.members.contains(&peer) {
            self.pump(peer, wire);
        }
    }

    /// Sends the next piece of one shard. Returns whether there was one.
    fn send_next(
        &mut self,
        peer: ReplicaId,
        id: ShardId,
        epoch: u32,
        wire: &mut impl Wire,
    ) -> bool {
        let end = self.shards[id].log.end();
        match &mut self.outgoing[peer.index()].shards[id.index()] {
            Outflow::Live => false,
            Outflow::State(snapshot) => {
                let set = &self.assumptions;
                let (items, bytes) = snapshot.next_chunk(set.chunk_bytes.0, set.item_bytes.0);
                let (clock, tail) = (Box::new(snapshot.frontier), snapshot.tail);
                let parcel = if items.is_empty() {
                    let tail = if planted::is(Defect::TailNotSent) {
                        end
                    } else {
                        tail
                    };
                    self.go_on(peer, id, Outflow::from_position(tail, end));
                    self.measure_sync_buffers(id);
                    Parcel::SnapshotEnd(clock)
                } else {
                    Parcel::Chunk(items.into(), clock)
                };
                let cargo = Cargo {
                    made_at: self.now,
                    shard: id,
                    epoch,
                    parcel,
                };
                wire.send(peer, cargo, bytes);
                true
            }
            Outflow::Behind { cursor } => {
                let cursor = *cursor;
                self.send_logged(peer, id, epoch, cursor, wire)
            }
        }
    }

    /// Sends an effect from the log. Returns whether it is still there.
    fn send_logged(
        &mut self,
        peer: ReplicaId,
        id: ShardId,
        epoch: u32,
        cursor: u64,
        wire: &mut impl Wire,
    ) -> bool {
        let log = &self.shards[id].log;
        let Some(entry) = log.at(cursor) else {
            self.observe_out(peer, id, LinkEvent::Overrun, wire);
            self.audience_changed = true;
            self.outgoing[peer.index()].epoch = None;
            self.signal(peer, epoch, Parcel::Hangup, wire);
            return false;
        };
        let (bytes, end) = (log.size(&entry), log.end());
        let age = self.wall_ms().saturating_sub(entry.wall_ms);
        let origin = if self.relay.is_some() {
            log.origin_at(cursor)
        } else {
            self.replica
        };
        self.go_on(peer, id, Outflow::from_position(cursor + 1, end));
        if origin == peer {
            return true;
        }
        let parcel = if origin == self.replica {
            Parcel::Effect(entry)
        } else {
            Parcel::Relayed(Box::new(Relayed { origin, entry }))
        };
        let cargo = Cargo {
            made_at: SimTime(self.now.0.saturating_sub(age * 1_000_000)),
            shard: id,
            epoch,
            parcel,
        };
        wire.send(peer, cargo, bytes);
        true
    }

    /// Charges one chunk for every snapshot being sent or merged, and what waits for causal order.
    pub(super) fn measure_sync_buffers(&mut self, id: ShardId) {
        let sending = self.peers().filter(|peer| {
            let outflow = &self.outgoing[peer.index()].shards[id.index()];
            matches!(outflow, Outflow::State(_))
        });
        let merging = self
            .peers()
            .filter(|peer| self.incoming[peer.index()].shards[id.index()] == Inflow::Merging);
        let open = (sending.count() + merging.count()) as u64;
        let waiting = self.relay.as_ref().map_or(0, |relay| relay.bytes(id));
        let bytes = open * self.assumptions.chunk_bytes.0 + waiting;
        self.shards[id].ledger.set(MemoryKind::SyncBuffers, bytes);
    }
}

impl Snapshot {
    /// The next keys, `room` bytes of them at least unless the snapshot ends, and their bytes.
    fn next_chunk(&mut self, room: u64, framing: u64) -> (Vec<Item>, u64) {
        let mut items = Vec::new();
        let mut bytes = 0;
        while bytes < room {
            let Some(item) = self.items.pop_front() else {
                break;
            };
            bytes += item.bytes(framing);
            items.push(item);
        }
        (items, bytes.max(framing))
    }
}

impl Item {
    /// Its size on the wire, where a key takes `framing` bytes beside name and value.
    pub(super) fn bytes(&self, framing: u64) -> u64 {
        match self {
            Self::Row(_, row) => framing + GENERATED_KEY_BYTES + u64::from(row.write.bytes),
            Self::Object(key, object) => {
                let name = match key {
                    Key::Generated(_) => GENERATED_KEY_BYTES,
                    Key::Named(name) => name.len() as u64,
                };
                let sizes = object.sizes();
                framing + name + sizes.string_bytes + sizes.element_bytes
            }
        }
    }
}

/// Merges one key of the snapshot `number`, taken at `theirs`.
pub(super) fn merge_item(
    instance: &mut Instance,
    id: ShardId,
    item: Item,
    theirs: &VersionVector,
    number: u8,
) {
    instance.shards[id].counts.merged += 1;
    if instance.follows_use {
        match &item {
            Item::Row(key, _) => instance.note_arrival(&Key::Generated(*key)),
            Item::Object(key, _) => instance.note_arrival(key),
        }
    }
    match item {
        Item::Row(key, row) => {
            if !merge_row(instance, id, key, &row, theirs, number) {
                let value = generated(row.write.bytes, row.write.tag);
                let object = Object::from_write(row.write.stamp(), value);
                merge_object(instance, id, &Key::Generated(key), &object, theirs);
            }
        }
        Item::Object(key, object) => merge_object(instance, id, &key, &object, theirs),
    }
}

/// Merges a row into a row, where that needs no more than clocks. Returns whether it did.
fn merge_row(
    instance: &mut Instance,
    id: ShardId,
    key: u32,
    theirs: &Row,
    clock: &VersionVector,
    number: u8,
) -> bool {
    let shard = &mut instance.shards[id];
    let mine = &mut instance.keyspace.rows[key as usize];
    let known = theirs.write.is_within(&shard.frontier.clock);
    match mine.state {
        RowState::General | RowState::Contested => return false,
        RowState::Absent if known => return true,
        RowState::Absent => {
            let value = u64::from(theirs.write.bytes);
            let taken = footprint::plain(GENERATED_KEY_BYTES, value, &instance.assumptions);
            shard.charge(&taken);
        }
        RowState::Plain if mine.write.is(&theirs.write) => return true,
        RowState::Plain if known || shard.has_merged_past(mine, theirs.write.dot()) => {
            return true;
        }
        RowState::Plain if mine.write.is_within(clock) => {
            let part = mine.write.digest(key);
            instance
                .keyspace
                .digests
                .toggle(key, part, &mut shard.digest);
            shard.tally.fall(mine.write.dot(), true);
            shard.revalue(mine.write.bytes, theirs.write.bytes);
        }
        RowState::Plain => return false,
    }
    mine.set(theirs.write);
    mine.brought_by = number;
    let part = mine.write.digest(key);
    instance
        .keyspace
        .digests
        .toggle(key, part, &mut shard.digest);
    true
}

fn merge_object(
    instance: &mut Instance,
    id: ShardId,
    key: &Key,
    theirs: &Object,
    clock: &VersionVector,
) {
    let at = instance.object_place(key, id);
    let slot = instance.keyspace.slot_mut(at);
    let before = slot.measure(&instance.assumptions);
    let shard = &mut instance.shards[id];
    let (mine, rules) = (shard.frontier.clock, Rules::from(&*instance.assumptions));
    slot.object
        .merge(theirs, &mine, clock, rules, &mut shard.tally);
    instance.settle_slot(id, at, &before);
}

impl Naming {
    /// The key called `name`: a generated one where a population has it.
    pub fn key(&self, name: &[u8]) -> Key {
        self.find(name)
            .map_or_else(|| Key::Named(name.into()), Key::Generated)
    }
}
