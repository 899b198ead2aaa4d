//! One replica on its own: the key space that command tests run on.

use std::borrow::Cow;
use std::collections::BTreeMap;

use meridian::assumption::{Assumptions, Eviction, XaddIds};
use meridian::crdt::Rules;
use meridian::crdt::clock::{Dot, Stamp, VersionVector};
use meridian::crdt::consumer_group::Attendance;
use meridian::crdt::effect::{Effect, Update};
use meridian::crdt::object::Object;
use meridian::crdt::tally::Tally;
use meridian::id::ReplicaId;
use meridian::instance::Usage;
use meridian::instance::command::{AppendRule, Refusal, Store};
use meridian::instance::slot::{TagRule, slot};

/// The clock of the region when a test starts, in Unix milliseconds.
const START_MS: u64 = 1_700_000_000_000;

/// What was sent for one key.
pub(crate) struct Sent {
    pub(crate) key: Vec<u8>,
    pub(crate) updates: Vec<Update>,
    pub(crate) effect: Effect,
}

/// A replica without peers.
pub(crate) struct Replica {
    keys: BTreeMap<Vec<u8>, Object>,
    observed: VersionVector,
    /// How slots are told; without a rule all keys share one.
    tag_rule: Option<TagRule>,
    draws: u64,
    pub(crate) now_ms: u64,
    pub(crate) rules: Rules,
    pub(crate) xadd_ids: XaddIds,
    pub(crate) eviction: Eviction,
    /// When each key was last used, and how often.
    uses: BTreeMap<Vec<u8>, (u64, u8)>,
    pub(crate) refusal: Option<Refusal>,
    /// The effects by key, with the updates they were made of.
    pub(crate) sent: Vec<Sent>,
}

impl Replica {
    pub(crate) fn new(tag_rule: Option<TagRule>) -> Self {
        Self {
            keys: BTreeMap::new(),
            observed: VersionVector::ZERO,
            tag_rule,
            draws: 0,
            now_ms: START_MS,
            rules: Rules::from(&Assumptions::default()),
            xadd_ids: XaddIds::Strict,
            eviction: Eviction::NoEviction,
            uses: BTreeMap::new(),
            refusal: None,
            sent: Vec::new(),
        }
    }

    fn apply(&mut self, key: &[u8], effect: &Effect) {
        let object = self.keys.entry(key.to_vec()).or_default();
        object.apply(effect, &self.observed, self.rules, &mut Tally::default());
        self.observed.observe(effect.dot());
        let stable = self.observed;
        object.collect(&self.observed, &stable, &mut Tally::default());
        if object.is_vacant() {
            self.keys.remove(key);
            self.uses.remove(key);
        }
    }
}

impl Store for Replica {
    fn object(&self, key: &[u8]) -> Option<Cow<'_, Object>> {
        self.keys.get(key).map(Cow::Borrowed)
    }

    fn update(&mut self, key: &[u8], updates: Vec<Update>) {
        let origin = ReplicaId(0);
        let dot = Dot {
            origin,
            seq: self.observed.seq(origin) + 1,
        };
        let stamp = Stamp {
            dot,
            wall_ms: self.now_ms,
        };
        let blank = Object::new();
        let object = self.keys.get(key).unwrap_or(&blank);
        if let Some(effect) = object.effect(stamp, &self.observed, self.rules, updates.clone()) {
            self.apply(key, &effect);
            if self.keys.contains_key(key) {
                // A new key counts as used five times.
                self.uses.entry(key.to_vec()).or_insert((self.now_ms, 5));
            }
            self.sent.push(Sent {
                key: key.to_vec(),
                updates,
                effect,
            });
        }
    }

    fn now_ms(&self) -> u64 {
        self.now_ms
    }

    fn random(&mut self, below: u64) -> u64 {
        crate::group::draw(&mut self.draws, below)
    }

    fn slot_of(&self, key: &[u8]) -> u16 {
        // The transcripts of a single server ask for one slot alone.
        self.tag_rule.map_or(0, |rule| slot(key, rule))
    }

    fn touch(&mut self, key: &[u8]) {
        if let Some((last, often)) = self.uses.get_mut(key) {
            *last = self.now_ms;
            // The first use is counted for certain, no other is in a transcript.
            *often = 6;
        }
    }

    fn usage(&self, key: &[u8]) -> Option<Usage> {
        let (last, often) = self.uses.get(key)?;
        Some(if self.eviction.is_by_frequency() {
            Usage::Frequency(*often)
        } else {
            Usage::Idle(self.now_ms - last)
        })
    }

    fn eviction(&self) -> Eviction {
        self.eviction
    }

    fn keys(&self) -> Vec<Vec<u8>> {
        self.keys.keys().cloned().collect()
    }

    fn key_count(&self) -> u64 {
        self.keys.values().filter(|object| object.is_live()).count() as u64
    }

    fn attend(&mut self, key: &[u8], group: &[u8], edit: &mut dyn FnMut(&mut Attendance)) {
        if let Some(object) = self.keys.get_mut(key) {
            object.attend(group, edit);
        }
    }

    fn append_rule(&self) -> AppendRule {
        AppendRule {
            region: ReplicaId(0),
            ids: self.xadd_ids,
            stride: Assumptions::default().xadd_stride,
        }
    }

    fn refuses_writes(&self, _slot: u16) -> Option<Refusal> {
        self.refusal
    }
}
