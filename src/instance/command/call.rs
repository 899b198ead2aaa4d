//! One command under way: its words, and the key space as it sees and changes it.

use std::borrow::Cow;

use crate::crdt::effect::Update;
use crate::crdt::hash::{Field, Hash};
use crate::crdt::json::literal::{Deed, Revision};
use crate::crdt::object::Object;
use crate::crdt::set::Set;
use crate::crdt::sketch::{Malformed, Sketch};
use crate::crdt::typed::{Kind, View};
use crate::crdt::value::{Name, Value};
use crate::crdt::zset::SortedSet;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::score::Scored;
use crate::instance::command::stream_write;
use crate::instance::command::table::Command;
use crate::instance::command::{Connection, Store};

/// How long a string written by a command lives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// For ever.
    Unlimited,
    /// As long as what was there before.
    Kept,
    /// Up to this instant, in Unix milliseconds.
    Until(u64),
}

/// A field and its value.
pub(super) type FieldValue = (Vec<u8>, Vec<u8>);

/// One command under way.
pub(super) struct Call<'a> {
    pub(super) store: &'a mut dyn Store,
    /// Who sends it.
    pub(super) connection: &'a mut Connection,
    /// The words, the command's name first.
    pub(super) words: &'a [Vec<u8>],
    pub(super) command: &'static Command,
    /// The region's wall clock, in Unix milliseconds, the same throughout the command.
    pub(super) now_ms: u64,
}

impl<'a> Call<'a> {
    /// The word at `index`, which the arity promises.
    pub(super) fn word(&self, index: usize) -> &'a [u8] {
        &self.words[index]
    }

    /// The word at `index` as an integer.
    pub(super) fn integer(&self, index: usize) -> Result<i64, CommandError> {
        number::integer(self.word(index)).ok_or(CommandError::NOT_INTEGER)
    }

    /// What a client sees under `key`: nothing once its deadline is past (`EXP-5`).
    pub(super) fn visible(&self, key: &[u8]) -> Option<Cow<'_, Object>> {
        self.store
            .object(key)
            .filter(|object| object.is_live_at(self.now_ms))
    }

    pub(super) fn exists(&self, key: &[u8]) -> bool {
        self.visible(key).is_some()
    }

    /// The type of `key`, as `TYPE` names it.
    pub(super) fn kind(&self, key: &[u8]) -> Option<&'static str> {
        self.visible(key)?.sizes().kind.map(Kind::name)
    }

    /// When `key` expires, in Unix milliseconds.
    pub(super) fn deadline_ms(&self, key: &[u8]) -> Option<u64> {
        self.visible(key)?.deadline().map(|deadline| deadline.at_ms)
    }

    /// The string at `key`.
    pub(super) fn string(&self, key: &[u8]) -> Result<Option<Vec<u8>>, CommandError> {
        let Some(object) = self.visible(key) else {
            return Ok(None);
        };
        match object.view() {
            View::Absent => Ok(None),
            View::String(scalar) => Ok(scalar.bytes().map(Cow::into_owned)),
            _ => Err(CommandError::WRONG_TYPE),
        }
    }

    /// The string at `key`, or the bytes of a HyperLogLog, which only `GET` and `SET` see as one
    /// (`HLL-5`).
    pub(super) fn string_or_sketch(&self, key: &[u8]) -> Result<Option<Vec<u8>>, CommandError> {
        let object = self.visible(key);
        if let Some(View::HyperLogLog(loglog)) = object.as_ref().map(|object| object.view()) {
            return Ok(Some(loglog.sketch().to_bytes()));
        }
        self.string(key)
    }

    /// The HyperLogLog at `key`.
    pub(super) fn sketch(&self, key: &[u8]) -> Result<Option<Sketch>, CommandError> {
        let Some(object) = self.visible(key) else {
            return Ok(None);
        };
        match object.view() {
            View::Absent => Ok(None),
            View::HyperLogLog(loglog) => Ok(Some(loglog.sketch().clone())),
            View::String(scalar) => match Sketch::parse(&scalar.bytes().unwrap_or_default()) {
                Err(Malformed::Corrupted) => Err(CommandError::CORRUPTED_SKETCH),
                Err(Malformed::Other) | Ok(_) => Err(CommandError::NOT_A_SKETCH),
            },
            _ => Err(CommandError::WRONG_TYPE),
        }
    }

    /// What `look` finds in the hash at `key`; nothing without a hash.
    fn in_hash<T>(
        &self,
        key: &[u8],
        look: impl FnOnce(&Hash) -> T,
    ) -> Result<Option<T>, CommandError> {
        let Some(object) = self.visible(key) else {
            return Ok(None);
        };
        match object.view() {
            View::Absent => Ok(None),
            View::Hash(hash) => Ok(Some(look(hash))),
            _ => Err(CommandError::WRONG_TYPE),
        }
    }

    /// What `look` finds in the set at `key`; nothing without a set.
    fn in_set<T>(
        &self,
        key: &[u8],
        look: impl FnOnce(&Set) -> T,
    ) -> Result<Option<T>, CommandError> {
        let Some(object) = self.visible(key) else {
            return Ok(None);
        };
        match object.view() {
            View::Absent => Ok(None),
            View::Set(set) => Ok(Some(look(set))),
            _ => Err(CommandError::WRONG_TYPE),
        }
    }

    /// One field's value.
    pub(super) fn field(&self, key: &[u8], field: &[u8]) -> Result<Option<Vec<u8>>, CommandError> {
        let value = |hash: &Hash| value_of(hash, field, self.now_ms);
        Ok(self.in_hash(key, value)?.flatten())
    }

    /// The values of several fields, in their order.
    pub(super) fn known_fields<'f>(
        &self,
        key: &[u8],
        fields: impl Iterator<Item = &'f [u8]> + Clone,
    ) -> Result<Vec<Option<Vec<u8>>>, CommandError> {
        let names = fields.clone();
        let values = self.in_hash(key, |hash| {
            names
                .map(|field| value_of(hash, field, self.now_ms))
                .collect()
        })?;
        Ok(values.unwrap_or_else(|| fields.map(|_| None).collect()))
    }

    /// All fields with their values.
    pub(super) fn fields(&self, key: &[u8]) -> Result<Vec<FieldValue>, CommandError> {
        let all = |hash: &Hash| {
            let pair = |(name, field): (&[u8], &Field)| {
                Some((name.to_vec(), field.scalar().bytes()?.into_owned()))
            };
            let live = hash
                .fields()
                .filter(|(_, field)| field.is_live_at(self.now_ms));
            live.filter_map(pair).collect()
        };
        Ok(self.in_hash(key, all)?.unwrap_or_default())
    }

    /// When each of `names` expires, in Unix milliseconds; nothing for those that are not there.
    pub(super) fn field_deadlines(
        &self,
        key: &[u8],
        names: &[Vec<u8>],
    ) -> Result<Vec<Option<Option<u64>>>, CommandError> {
        let deadline = |hash: &Hash, name: &Vec<u8>| {
            let field = hash
                .field(name)
                .filter(|field| field.is_live_at(self.now_ms))?;
            Some(field.deadline().map(|deadline| deadline.at_ms))
        };
        let each = |hash: &Hash| names.iter().map(|name| deadline(hash, name)).collect();
        let deadlines = self.in_hash(key, each)?;
        Ok(deadlines.unwrap_or_else(|| vec![None; names.len()]))
    }

    /// The number of fields, those past their deadline included, as in Redis.
    pub(super) fn field_count(&self, key: &[u8]) -> Result<u64, CommandError> {
        Ok(self.in_hash(key, Hash::len)?.unwrap_or(0))
    }

    /// All members.
    pub(super) fn members(&self, key: &[u8]) -> Result<Vec<Vec<u8>>, CommandError> {
        let all = |set: &Set| set.members().map(<[u8]>::to_vec).collect();
        Ok(self.in_set(key, all)?.unwrap_or_default())
    }

    pub(super) fn member_count(&self, key: &[u8]) -> Result<u64, CommandError> {
        Ok(self.in_set(key, Set::len)?.unwrap_or(0))
    }

    /// For each of `members` whether it is one.
    pub(super) fn has_members(
        &self,
        key: &[u8],
        members: &[&[u8]],
    ) -> Result<Vec<bool>, CommandError> {
        let each = |set: &Set| members.iter().map(|member| set.contains(member)).collect();
        Ok(self
            .in_set(key, each)?
            .unwrap_or_else(|| vec![false; members.len()]))
    }

    /// What `look` finds in the sorted set at `key`; nothing without one.
    fn in_sorted_set<T>(
        &self,
        key: &[u8],
        look: impl FnOnce(&SortedSet) -> T,
    ) -> Result<Option<T>, CommandError> {
        let Some(object) = self.visible(key) else {
            return Ok(None);
        };
        match object.view() {
            View::Absent => Ok(None),
            View::SortedSet(sorted) => Ok(Some(look(sorted))),
            _ => Err(CommandError::WRONG_TYPE),
        }
    }

    /// The scores of several members, in their order.
    pub(super) fn scores(
        &self,
        key: &[u8],
        names: &[&[u8]],
    ) -> Result<Vec<Option<f64>>, CommandError> {
        let each = |sorted: &SortedSet| names.iter().map(|name| sorted.score(name)).collect();
        let scores = self.in_sorted_set(key, each)?;
        Ok(scores.unwrap_or_else(|| vec![None; names.len()]))
    }

    /// All members with their scores, in the order of these.
    pub(super) fn ranked(&self, key: &[u8]) -> Result<Vec<Scored>, CommandError> {
        let all = |sorted: &SortedSet| {
            let ranked = sorted.ranked().into_iter();
            ranked.map(|(name, score)| (name.to_vec(), score)).collect()
        };
        Ok(self.in_sorted_set(key, all)?.unwrap_or_default())
    }

    pub(super) fn score_count(&self, key: &[u8]) -> Result<u64, CommandError> {
        Ok(self.in_sorted_set(key, SortedSet::len)?.unwrap_or(0))
    }

    /// The members of a sorted set with their scores, or those of a set, which score 1.
    pub(super) fn weighted(&self, key: &[u8]) -> Result<Vec<Scored>, CommandError> {
        if self.kind(key) == Some("set") {
            let members = self.members(key)?.into_iter();
            return Ok(members.map(|name| (name, 1.0)).collect());
        }
        self.ranked(key)
    }

    /// Deletes `key` if its deadline is past, as a write must before it looks (`EXP-6`).
    pub(super) fn bury_expired(&mut self, key: &[u8]) {
        let now_ms = self.now_ms;
        let is_past = |object: Cow<'_, Object>| object.is_live() && !object.is_live_at(now_ms);
        if self.store.object(key).is_some_and(is_past) {
            self.remove(key);
        }
    }

    /// Deletes those of a hash's fields whose deadline is past, as a write must before it looks
    /// (`EXP-6`, `H-9`).
    pub(super) fn bury_expired_fields<'f>(
        &mut self,
        key: &[u8],
        names: impl Iterator<Item = &'f [u8]>,
    ) {
        let now_ms = self.now_ms;
        let past = |hash: &Hash| {
            let is_past = |name: &&[u8]| {
                let field = hash.field(name);
                field.is_some_and(|field| !field.is_live_at(now_ms))
            };
            let past = names.filter(is_past);
            past.map(|name| Update::RemoveField(name.into())).collect()
        };
        let removals = self.in_hash(key, past).ok().flatten();
        self.update(key, removals.unwrap_or_default());
    }

    /// Makes one effect of `updates`; none of none.
    pub(super) fn update(&mut self, key: &[u8], updates: Vec<Update>) {
        if !updates.is_empty() {
            self.store.update(key, updates);
        }
    }

    /// Deletes what is seen of `key`.
    pub(super) fn remove(&mut self, key: &[u8]) {
        self.update(key, vec![Update::Remove]);
    }

    /// Writes a string to `key`, instead of what stands there, of whatever type. One that is a
    /// HyperLogLog's becomes one (`HLL-5`).
    pub(super) fn put_string(&mut self, key: &[u8], value: Vec<u8>, life: Life) {
        let sketch = Sketch::parse(&value).ok();
        let value = Value::from_bytes(value);
        let object = self.visible(key);
        let is_replaced = object.is_some_and(|object| match object.view() {
            View::Absent => false,
            View::String(_) => sketch.is_some(),
            _ => true,
        });
        let mut updates = if is_replaced {
            vec![Update::Remove]
        } else {
            Vec::new()
        };
        updates.push(match (sketch, life) {
            (Some(sketch), _) => Update::Raise(sketch.registers().to_vec()),
            (None, Life::Kept) if !is_replaced => Update::Amend(value),
            (None, _) => Update::Write(value),
        });
        let deadline_ms = match life {
            Life::Unlimited => None,
            Life::Kept if is_replaced => self.deadline_ms(key),
            Life::Kept => None,
            Life::Until(deadline_ms) => Some(deadline_ms),
        };
        updates.extend(deadline_ms.map(|deadline_ms| Update::Expire { deadline_ms }));
        self.update(key, updates);
    }

    /// What would write the visible content of `key`, deadline included, to a key that is absent.
    pub(super) fn content(&self, key: &[u8]) -> Option<Vec<Update>> {
        let object = self.visible(key)?;
        let mut updates: Vec<Update> = match object.view() {
            View::Absent => return None,
            View::String(scalar) => vec![Update::Write(Value::from_bytes(scalar.bytes()?))],
            View::Hash(hash) => {
                let fields = self.fields(key).ok()?.into_iter();
                let both = fields.flat_map(|(name, value)| {
                    let deadline = hash.field(&name).and_then(Field::deadline);
                    let name = Name::from(name);
                    let written = Update::SetField(name.clone(), Value::from_bytes(value));
                    let limit = deadline.map(|limit| Update::ExpireField(name, limit.at_ms));
                    std::iter::once(written).chain(limit)
                });
                both.collect()
            }
            View::Set(_) => {
                let members = self.members(key).ok()?.into_iter();
                members
                    .map(|member| Update::AddMember(member.into()))
                    .collect()
            }
            View::SortedSet(sorted) => {
                let scores = sorted.scores();
                scores
                    .map(|(name, score)| Update::SetScore(name.into(), score))
                    .collect()
            }
            View::List(list) => {
                let values = list.values(0).cloned().collect();
                vec![Update::InsertElements(0, values)]
            }
            View::Stream(stream) => stream_write::content(stream),
            View::HyperLogLog(loglog) => {
                vec![Update::Raise(loglog.sketch().registers().to_vec())]
            }
            View::Json(json) => vec![Update::Revise(Box::new(Revision {
                path: Vec::new(),
                deed: Deed::Assign(json.value()?),
            }))],
        };
        let deadline = object.deadline();
        updates.extend(deadline.map(|deadline| Update::Expire {
            deadline_ms: deadline.at_ms,
        }));
        Some(updates)
    }

    /// The names of all keys a client sees.
    pub(super) fn keys(&self) -> Vec<Vec<u8>> {
        let mut keys = self.store.keys();
        keys.retain(|key| self.exists(key));
        keys
    }

    pub(super) fn key_count(&self) -> u64 {
        self.store.key_count()
    }

    pub(super) fn slot_of(&self, key: &[u8]) -> u16 {
        self.store.slot_of(key)
    }

    /// A position below `below`, drawn at random.
    pub(super) fn random(&mut self, below: usize) -> usize {
        let drawn = self.store.random(below as u64);
        usize::try_from(drawn).expect("a draw is below its bound")
    }
}

fn value_of(hash: &Hash, field: &[u8], now_ms: u64) -> Option<Vec<u8>> {
    let field = hash.field(field).filter(|field| field.is_live_at(now_ms))?;
    field.scalar().bytes().map(Cow::into_owned)
}
