//! The general path: any change of any key, made here or by a peer.

use std::sync::Arc;

use crate::crdt::consumer_group::Attendance;
use crate::crdt::{Change, Dot, Effect, Object, Rules, Stamp, Update, Value, VersionVector};
use crate::engine::digest::{mix, mix_bytes};
use crate::id::{ReplicaId, ShardId};
use crate::instance::effect::{Body, Entry, Key, Payload};
use crate::instance::footprint::{self, Footprint};
use crate::instance::keyspace::{Place, Slot, Ticket};
use crate::instance::ledger::MemoryKind;
use crate::instance::parcel::Wire;
use crate::instance::row::PlainWrite;
use crate::instance::shard::Shard;
use crate::instance::{Instance, Refusal, slot};
use crate::planted::{self, Defect};

impl Instance {
    /// Changes one key as a client's command decided: one effect, or none when nothing changes.
    /// Returns whether there was one.
    pub fn change(&mut self, key: Key, updates: Vec<Update>, wire: &mut impl Wire) -> bool {
        let id = self.shard_of(&key);
        let at = self.object_place(&key, id);
        let dot = Dot {
            origin: self.replica,
            seq: self.next_seq(id),
        };
        let stamp = Stamp {
            dot,
            wall_ms: self.wall_ms(),
        };
        let rules = self.rules();
        let shard = &mut self.shards[id];
        let slot = self.keyspace.slot_mut(at);
        let before = slot.measure(&self.assumptions);
        let clock = shard.frontier.clock;
        let Some(effect) = slot.object.effect(stamp, &clock, rules, updates) else {
            self.compact_slot(id, at);
            return false;
        };
        slot.object.apply(&effect, &clock, rules, &mut shard.tally);
        self.settle_slot(id, at, &before);
        self.note_change(&key);
        let (after, wall_ms) = (effect.after, effect.wall_ms);
        let entry = Entry {
            after,
            wall_ms,
            payload: compact(key, effect.change),
        };
        let record = if entry.keeps_record() {
            self.record_bytes
        } else {
            0
        };
        let shard = &mut self.shards[id];
        shard.observe(dot.origin, dot.seq, entry.writes(), record);
        shard.acknowledged += entry.writes();
        shard.removals += u64::from(entry.writes() == 0);
        self.ship(id, entry, wire);
        self.expire_if_due(wire);
        true
    }

    /// Changes what this instance alone knows of a consumer group: no effect, no clock, no digest,
    /// but memory (`G-1`).
    pub(super) fn attend(
        &mut self,
        key: &Key,
        group: &[u8],
        edit: &mut dyn FnMut(&mut Attendance),
    ) {
        let Place::Object(at) = self.keyspace.place(key) else {
            return;
        };
        let slot = self.keyspace.slot_mut(at);
        let (id, before) = (slot.shard, slot.measure(&self.assumptions));
        slot.object.attend(group, edit);
        self.settle_slot(id, at, &before);
    }

    /// Whether clients may write `key`; others may go to make room for it.
    ///
    /// # Errors
    /// When its shard refuses writes.
    pub fn admit(&mut self, key: &Key, wire: &mut impl Wire) -> Result<(), Refusal> {
        let id = self.shard_of(key);
        self.admit_write(id, wire)
    }

    /// The length of the string a general key shows, or the number of elements of a collection;
    /// nothing when a client would see none.
    pub(super) fn read_general(&self, at: u32) -> Option<u64> {
        let object = &self.keyspace.slot(at).object;
        let sizes = object.sizes();
        let seen = object.is_live_at(self.wall_ms());
        seen.then_some(sizes.string_bytes.max(sizes.elements))
    }

    /// Applies a plain write where a row cannot hold what becomes of it.
    pub(super) fn apply_general_write(
        &mut self,
        from: ReplicaId,
        id: ShardId,
        entry: &Entry,
        (key, bytes, tag): (u32, u32, u32),
    ) {
        let change = Change::Write(generated(bytes, tag));
        self.apply_change(from, id, entry, Key::Generated(key), change);
    }

    /// Applies a general effect of a peer.
    pub(super) fn apply_general(
        &mut self,
        from: ReplicaId,
        id: ShardId,
        entry: &Entry,
        body: &Body,
    ) {
        self.apply_change(from, id, entry, body.key.clone(), body.change.clone());
    }

    /// Counts a change of a key that is watched.
    fn note_change(&mut self, key: &Key) {
        if let Some(changes) = self.watched.get_mut(key) {
            *changes += 1;
        }
    }

    fn apply_change(
        &mut self,
        from: ReplicaId,
        id: ShardId,
        entry: &Entry,
        key: Key,
        change: Change,
    ) {
        let at = self.object_place(&key, id);
        self.note_change(&key);
        let (after, wall_ms) = (entry.after, entry.wall_ms);
        let effect = Effect {
            origin: from,
            wall_ms,
            after,
            change,
        };
        let slot = self.keyspace.slot_mut(at);
        let before = slot.measure(&self.assumptions);
        let shard = &mut self.shards[id];
        let clock = shard.frontier.clock;
        let rules = Rules::from(&*self.assumptions);
        slot.object.apply(&effect, &clock, rules, &mut shard.tally);
        if planted::is(Defect::AppliedTwice) {
            slot.object.apply(&effect, &clock, rules, &mut shard.tally);
        }
        self.settle_slot(id, at, &before);
        self.note_hidden(at);
    }

    /// The place of `key` in general form, which it gets if it has none.
    pub(super) fn object_place(&mut self, key: &Key, id: ShardId) -> u32 {
        match self.keyspace.place(key) {
            Place::Object(at) => at,
            Place::Nowhere => {
                let at = self.keyspace.insert(key.clone(), id, Object::new());
                if self.access.is_some() {
                    self.note_arrival(key);
                }
                at
            }
            Place::Row(index) => {
                let row = &self.keyspace.rows[index as usize];
                let object = self.keyspace.general_form(&self.shards[id], row);
                self.keyspace.unhide(index);
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
        let part = before.digest ^ now.digest;
        match slot.key {
            Key::Generated(key) => self.keyspace.digests.toggle(key, part, &mut shard.digest),
            Key::Named(_) => shard.digest ^= part,
        }
        let slot = self.keyspace.slot(at);
        let own_deadline = slot
            .object
            .deadline()
            .filter(|deadline| deadline.owner == self.replica);
        let own_field_deadline = slot.object.next_field_deadline(self.replica);
        let can_shrink = slot.object.is_pending()
            || slot.object.is_vacant()
            || matches!(slot.key, Key::Generated(_))
                && slot.object.as_plain_write(shard.clock()).is_some();
        let own_deadline = own_deadline.map(|deadline| deadline.at_ms);
        for at_ms in [own_deadline, own_field_deadline].into_iter().flatten() {
            self.deadlines.insert((
                at_ms,
                Ticket {
                    serial: slot.serial,
                    at,
                },
            ));
        }
        if can_shrink {
            self.enqueue(id, at);
        }
        if self.evictor.is_some() {
            self.list_slot(id, at);
        }
    }

    /// Puts a key on the collector's list.
    pub(super) fn enqueue(&mut self, id: ShardId, at: u32) {
        let slot = self.keyspace.slot_mut(at);
        if !slot.queued {
            slot.queued = true;
            let ticket = Ticket {
                serial: slot.serial,
                at,
            };
            let pending = &mut self.shards[id].pending;
            pending.push_back(ticket);
            // Keys that became rows meanwhile leave their tickets behind.
            if pending.len() > 2 * self.keyspace.objects_len() + PENDING_SLACK {
                pending.retain(|ticket| self.keyspace.holds(*ticket));
            }
        }
    }

    /// Makes a general key a row again, if plain writes that this replica has all seen are all it
    /// holds. With `after`, only if a write of that context has seen at least one of them: else the
    /// key would go to and fro. Returns whether it did.
    pub(super) fn reduce(&mut self, id: ShardId, key: u32, after: Option<&VersionVector>) -> bool {
        let clock = self.shards[id].frontier.clock;
        let at = self.keyspace.rows[key as usize].object;
        let object = &self.keyspace.slot(at).object;
        let Some(writes) = object.plain_writes(&clock) else {
            return false;
        };
        let seen = |write: &Stamp| after.is_none_or(|after| after.covers(write.dot));
        let is_worth_it = writes.iter().any(|write| seen(&write.stamp));
        let plain: Option<Vec<PlainWrite>> = writes
            .iter()
            .map(|write| match write.item.value {
                Value::Generated { len, tag } => Some(PlainWrite::new(write.stamp, len, tag)),
                Value::Bytes(_) => None,
            })
            .collect();
        let Some(plain) = plain.filter(|plain| is_worth_it && !plain.is_empty()) else {
            return false;
        };
        self.keyspace.remove(at);
        self.keyspace.set_writes(key, &plain);
        true
    }

    /// The shard of a key.
    pub(super) fn shard_of(&self, key: &Key) -> ShardId {
        match key {
            Key::Generated(index) => self.keyspace.rows[*index as usize].shard(),
            Key::Named(name) => {
                let slot = slot::slot(name, self.assumptions.hashing.into());
                ShardId(shard_of_slot(slot, self.shards.len()))
            }
        }
    }
}

/// So many outlived tickets a list may hold beside the live ones before it is swept.
const PENDING_SLACK: usize = 1024;

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
        Measure {
            footprint,
            digest: self.digest(),
        }
    }

    /// The part of its shard's digest that the key contributes: the same as a row's where one
    /// generated write is all that shows.
    fn digest(&self) -> u64 {
        if let (Key::Generated(key), Some((stamp, Value::Generated { len, tag }))) =
            (&self.key, self.object.sole_write())
        {
            return PlainWrite::new(stamp, *len, *tag).digest(*key);
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

    /// Replaces a string of `old` bytes by one of `new`.
    #[inline]
    pub(super) fn revalue(&mut self, old: u32, new: u32) {
        if old != new {
            self.resize_value(old, new);
        }
    }

    #[inline(never)]
    fn resize_value(&mut self, old: u32, new: u32) {
        let value = |bytes: u32| footprint::string_value(u64::from(bytes));
        self.ledger
            .adjust(MemoryKind::Values, value(old), value(new));
    }

    /// Replaces one footprint by another.
    pub(super) fn rebook(&mut self, old: &Footprint, new: &Footprint) {
        self.ledger
            .adjust(MemoryKind::Values, old.values, new.values);
        if new.keys > 0 || !planted::is(Defect::KeyNotRefunded) {
            self.ledger.adjust(MemoryKind::Keys, old.keys, new.keys);
        }
        self.ledger
            .adjust(MemoryKind::Metadata, old.metadata, new.metadata);
        self.ledger
            .adjust(MemoryKind::Tombstones, old.tombstones, new.tombstones);
    }
}

/// A generated value.
pub(super) fn generated(len: u32, tag: u32) -> Value {
    Value::Generated { len, tag }
}

/// The compact form of a change, where it has one.
fn compact(key: Key, change: Change) -> Payload {
    match (key, change) {
        (Key::Generated(key), Change::Write(Value::Generated { len, tag })) => Payload::Write {
            key,
            bytes: len,
            tag,
        },
        (key, change) => Payload::Body(Arc::new(Body { key, change })),
    }
}
