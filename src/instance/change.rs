//! The general path: any change of any key, made here or by a peer.

use std::sync::Arc;

use crate::crdt::{Effect, Object, Update, Value, VersionVector};
use crate::engine::digest::{mix, mix_bytes};
use crate::id::{Id, ReplicaId, ShardId};
use crate::instance::effect::{Body, Entry, Key, Payload};
use crate::instance::footprint::{self, Footprint};
use crate::instance::keyspace::{Place, Slot};
use crate::instance::ledger::MemoryKind;
use crate::instance::parcel::Wire;
use crate::instance::row::plain_digest;
use crate::instance::shard::Shard;
use crate::instance::{Instance, Refusal, slot};

impl Instance {
    /// Changes one key as a client's command decided: one effect. Returns how many bytes it adds to
    /// each stream.
    pub fn change(&mut self, key: Key, updates: Vec<Update>, wire: &mut impl Wire) {
        let id = self.shard_of(&key);
        let at = self.object_place(&key, id);
        let seq = self.next_seq(id);
        let wall_ms = self.wall_ms();
        let (origin, lww) = (self.replica, self.assumptions.lww);
        let shard = &mut self.shards[id];
        let slot = self.keyspace.slot_mut(at);
        let before = slot.measure(&self.assumptions);
        let mut after = slot.object.observed(&shard.frontier.clock);
        after.0[origin.index()] = seq;
        let change = slot.object.change(updates, origin);
        let effect = Effect { origin, wall_ms, after, change };
        slot.object.apply(&effect, lww, &mut shard.tally);
        self.settle_slot(id, at, &before);
        let payload = compact(key, effect.change);
        let entry = Entry { after, wall_ms, payload };
        let record = if entry.keeps_record() { self.record_bytes() } else { 0 };
        let shard = &mut self.shards[id];
        shard.observe(origin, seq, entry.writes(), record);
        shard.acknowledged += entry.writes();
        self.ship(id, entry, wire);
    }

    /// Whether clients may write `key`.
    ///
    /// # Errors
    /// When its shard refuses writes.
    pub fn admit(&mut self, key: &Key) -> Result<(), Refusal> {
        let id = self.shard_of(key);
        self.admit_write(id)
    }

    /// The length of the string a general key shows, when it shows one; the number of elements of
    /// a collection.
    pub(super) fn read_general(&self, at: u32) -> Option<u64> {
        let object = &self.keyspace.slot(at).object;
        if !object.is_live_at(self.wall_ms()) {
            return None;
        }
        let sizes = object.sizes();
        Some(sizes.string_bytes.map_or(u64::from(sizes.elements), u64::from))
    }

    /// Applies a plain write where a row cannot hold what becomes of it.
    pub(super) fn apply_general_write(
        &mut self,
        from: ReplicaId,
        id: ShardId,
        entry: &Entry,
        (key, bytes, tag): (u32, u32, u32),
    ) {
        let change = Object::new().change(vec![Update::Write(generated(bytes, tag))], from);
        self.apply_change(from, id, entry, Key::Generated(key), change);
    }

    /// Applies a general effect of a peer.
    pub(super) fn apply_general(
        &mut self,
        from: ReplicaId,
        id: ShardId,
        entry: &Entry,
        body: &Arc<Body>,
    ) {
        self.apply_change(from, id, entry, body.key.clone(), body.change.clone());
    }

    fn apply_change(
        &mut self,
        from: ReplicaId,
        id: ShardId,
        entry: &Entry,
        key: Key,
        change: crate::crdt::Change,
    ) {
        let at = self.object_place(&key, id);
        let (after, wall_ms) = (entry.after, entry.wall_ms);
        let effect = Effect { origin: from, wall_ms, after, change };
        let slot = self.keyspace.slot_mut(at);
        let before = slot.measure(&self.assumptions);
        slot.object.apply(&effect, self.assumptions.lww, &mut self.shards[id].tally);
        self.settle_slot(id, at, &before);
    }

    /// The place of `key` in general form, which it gets if it has none.
    pub(super) fn object_place(&mut self, key: &Key, id: ShardId) -> u32 {
        match self.keyspace.place(key) {
            Place::Object(at) => at,
            Place::Nowhere => self.keyspace.insert(key.clone(), id, Object::new()),
            Place::Row(index) => {
                let row = self.keyspace.rows[index as usize];
                let object = if row.is_plain() {
                    Object::from_write(row.stamp(), generated(row.bytes, row.tag))
                } else {
                    Object::new()
                };
                let at = self.keyspace.insert(key.clone(), id, object);
                self.enqueue(id, at);
                at
            }
        }
    }

    /// Books what a change of a general key did to memory and digest, and leaves what can be
    /// collected later to the collector.
    pub(super) fn settle_slot(&mut self, id: ShardId, at: u32, before: &Measure) {
        let slot = self.keyspace.slot(at);
        let now = slot.measure(&self.assumptions);
        let shard = &mut self.shards[id];
        shard.rebook(&before.footprint, &now.footprint);
        shard.digest ^= before.digest ^ now.digest;
        let (pending, deadline) = (slot.object.is_pending(), slot.object.deadline_of(self.replica));
        if pending {
            self.enqueue(id, at);
        }
        if let Some(deadline) = deadline {
            self.deadlines.insert((deadline, at));
        }
    }

    /// Puts a key on the collector's list.
    fn enqueue(&mut self, id: ShardId, at: u32) {
        let slot = self.keyspace.slot_mut(at);
        if !slot.queued {
            slot.queued = true;
            self.shards[id].pending.push_back(at);
        }
    }

    /// The shard of a key.
    pub(super) fn shard_of(&self, key: &Key) -> ShardId {
        match key {
            Key::Generated(index) => self.keyspace.rows[*index as usize].shard(),
            Key::Named(name) => {
                let slot = slot::slot(name);
                ShardId(shard_of_slot(slot, self.shards.len()))
            }
        }
    }
}

/// The shard of a slot: slots are spread over the shards in equal stretches.
pub fn shard_of_slot(slot: u16, shards: usize) -> u16 {
    let shard = usize::from(slot) * shards / usize::from(slot::SLOTS);
    u16::try_from(shard).expect("a shard's number is below the number of slots")
}

/// What a general key takes and contributes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    pub(super) footprint: Footprint,
    pub(super) digest: u64,
}

impl Slot {
    /// What the key takes and contributes now.
    pub(super) fn measure(&self, assumptions: &crate::assumption::Assumptions) -> Measure {
        let footprint = footprint::general(self.name_bytes(), &self.object.sizes(), assumptions);
        Measure { footprint, digest: self.digest() }
    }

    /// The part of its shard's digest that the key contributes: the same as a row's where one
    /// generated write is all that shows.
    fn digest(&self) -> u64 {
        if let (Key::Generated(key), Some((stamp, Value::Generated { len, tag }))) =
            (&self.key, self.object.sole_write())
        {
            return plain_digest(*key, stamp, *len, *tag);
        }
        let object = self.object.digest();
        if object == 0 {
            return 0;
        }
        let name = match &self.key {
            Key::Generated(key) => mix(u64::from(*key)),
            Key::Named(name) => mix_bytes(name),
        };
        mix(name ^ object)
    }
}

impl Shard {
    /// Charges a footprint.
    pub(super) fn charge(&mut self, footprint: &Footprint) {
        self.rebook(&Footprint::default(), footprint);
    }

    /// Replaces one footprint by another.
    pub(super) fn rebook(&mut self, old: &Footprint, new: &Footprint) {
        self.ledger.adjust(MemoryKind::Values, old.values, new.values);
        self.ledger.adjust(MemoryKind::Keys, old.keys, new.keys);
        self.ledger.adjust(MemoryKind::Metadata, old.metadata, new.metadata);
        self.ledger.adjust(MemoryKind::Tombstones, old.tombstones, new.tombstones);
    }
}

/// A generated value.
pub(super) fn generated(len: u32, tag: u32) -> Value {
    Value::Generated { len, tag }
}

/// The compact form of a change, where it has one.
fn compact(key: Key, change: crate::crdt::Change) -> Payload {
    if let (Key::Generated(key), Some((len, tag))) = (&key, change.as_generated_write()) {
        return Payload::Write { key: *key, bytes: len, tag };
    }
    Payload::Body(Arc::new(Body { key, change }))
}

/// A vector with nothing but what `origin` has done up to `seq`.
pub(super) fn alone(origin: ReplicaId, seq: u64) -> VersionVector {
    let mut vector = VersionVector::ZERO;
    vector.0[origin.index()] = seq;
    vector
}
