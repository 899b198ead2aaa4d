//! What generated traffic does beyond setting strings, and what exists at time zero.

use std::sync::Arc;

use crate::crdt::{Dot, FILL_SEQ, Object, Stamp, Tally, Update, View};
use crate::id::ReplicaId;
use crate::instance::change::generated;
use crate::instance::effect::{GENERATED_KEY_BYTES, Key};
use crate::instance::footprint;
use crate::instance::keyspace::Place;
use crate::instance::parcel::Wire;
use crate::instance::row::PlainWrite;
use crate::instance::{Instance, Refusal};
use crate::time::SimTime;

/// What a filled key holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FillKind {
    /// A string.
    String,
    /// A string that counts, from zero.
    Counter,
    /// A hash of so many fields.
    Hash {
        /// How many.
        fields: u32,
    },
    /// A set of so many members.
    Set {
        /// How many.
        members: u32,
    },
}

/// Data filled in at time zero: written by nobody, seen by everybody.
const FILL: Stamp = Stamp {
    dot: Dot {
        origin: ReplicaId(0),
        seq: FILL_SEQ,
    },
    wall_ms: 0,
};

impl Instance {
    /// Deletes a generated key. Deleting one that is not there changes nothing.
    ///
    /// # Errors
    /// When the key's shard refuses writes.
    pub fn delete(&mut self, now: SimTime, key: u32, wire: &mut impl Wire) -> Result<(), Refusal> {
        self.now = now;
        let name = Key::Generated(key);
        self.admit(&name, wire)?;
        if self.read(now, key).is_some() {
            self.change(name, vec![Update::Remove], wire);
        }
        Ok(())
    }

    /// Makes one change to a generated key.
    ///
    /// # Errors
    /// When the key's shard refuses writes.
    pub fn update(
        &mut self,
        now: SimTime,
        key: u32,
        update: Update,
        wire: &mut impl Wire,
    ) -> Result<(), Refusal> {
        self.now = now;
        let name = Key::Generated(key);
        self.admit(&name, wire)?;
        if self.follows_use {
            self.note_write(&name);
        }
        self.change(name, vec![update], wire);
        Ok(())
    }

    /// Removes a member from a generated set. A member not there changes nothing (`S-3`).
    ///
    /// # Errors
    /// When the key's shard refuses writes.
    pub fn remove_member(
        &mut self,
        now: SimTime,
        key: u32,
        member: &Arc<[u8]>,
        wire: &mut impl Wire,
    ) -> Result<(), Refusal> {
        self.now = now;
        let name = Key::Generated(key);
        self.admit(&name, wire)?;
        let Place::Object(at) = self.keyspace.place(&name) else {
            return Ok(());
        };
        let View::Set(set) = self.keyspace.slot(at).object.view() else {
            return Ok(());
        };
        if set.contains(member) {
            self.change(name, vec![Update::RemoveMember(Arc::clone(member))], wire);
        }
        Ok(())
    }

    /// Puts a key in place at time zero, as on every other member.
    pub fn fill(&mut self, key: u32, kind: FillKind, bytes: u32, deadline_ms: Option<u64>) {
        let name = Key::Generated(key);
        if self.follows_use {
            self.note_arrival(&name);
        }
        if kind == FillKind::String && deadline_ms.is_none() {
            let row = &mut self.keyspace.rows[key as usize];
            let write = PlainWrite::new(FILL, bytes, key);
            row.set(write);
            let shard = &mut self.shards[row.shard()];
            let value = u64::from(bytes);
            let taken = footprint::plain(GENERATED_KEY_BYTES, value, &self.assumptions);
            shard.charge(&taken);
            let part = write.digest(key);
            self.keyspace.digests.toggle(key, part, &mut shard.digest);
            return;
        }
        let id = self.shard_of(&name);
        let at = self.object_place(&name, id);
        let before = self.keyspace.slot(at).measure(&self.assumptions);
        let object = &mut self.keyspace.slot_mut(at).object;
        *object = filled(
            kind,
            key,
            bytes,
            deadline_ms,
            self.assumptions.as_ref().into(),
        );
        self.settle_slot(id, at, &before);
    }
}

/// The state of a filled key.
fn filled(
    kind: FillKind,
    key: u32,
    bytes: u32,
    deadline_ms: Option<u64>,
    rules: crate::crdt::Rules,
) -> Object {
    let name = |letter: char, number: u32| -> Arc<[u8]> {
        format!("{letter}{number}").into_bytes().into()
    };
    let mut updates = match kind {
        FillKind::String => vec![Update::Write(generated(bytes, key))],
        FillKind::Counter => vec![Update::Write(crate::crdt::Value::from_bytes("0"))],
        FillKind::Hash { fields } => {
            let field = |number| Update::SetField(name('f', number), generated(bytes, key));
            (0..fields).map(field).collect()
        }
        FillKind::Set { members } => (0..members)
            .map(|number| Update::AddMember(name('m', number)))
            .collect(),
    };
    updates.extend(deadline_ms.map(|deadline_ms| Update::Expire { deadline_ms }));
    let nothing = crate::crdt::VersionVector::ZERO;
    let mut object = Object::new();
    if let Some(effect) = object.effect(FILL, &nothing, rules, updates) {
        object.apply(&effect, &nothing, rules, &mut Tally::default());
    }
    object
}
