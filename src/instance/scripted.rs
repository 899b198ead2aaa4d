//! Literal commands on an instance: the key space as commands see it.

use std::borrow::Cow;

use crate::assumption::{Assumptions, Eviction};
use crate::crdt::consumer_group::Attendance;
use crate::crdt::effect::Message;
use crate::crdt::{Object, Update};
use crate::id::ShardId;
use crate::instance::command::{self, AppendRule, Connection, Refusal, Store};
use crate::instance::effect::Key;
use crate::instance::keyspace::Place;
use crate::instance::parcel::Wire;
use crate::instance::slot;
use crate::instance::subscription::Subscriptions;
use crate::instance::{Instance, Usage};
use crate::time::SimTime;

/// What a client got for a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The reply, in redis-cli's text form.
    pub reply: String,
    /// Effects sent to each peer.
    pub effects: u64,
}

impl Instance {
    /// Carries out one literal command of `client`, whose transaction it may belong to.
    pub fn command(
        &mut self,
        now: SimTime,
        client: &str,
        words: &[Vec<u8>],
        wire: &mut impl Wire,
    ) -> Answer {
        self.now = now;
        let mut connection = self.connections.remove(client).unwrap_or_default();
        let mut view = View {
            instance: self,
            wire,
            effects: 0,
        };
        let reply = command::execute(&mut view, &mut connection, words);
        let effects = view.effects;
        self.tell_received(client, &mut connection, wire);
        if connection != Connection::default() {
            self.connections.insert(client.to_owned(), connection);
        }
        self.expire_if_due(wire);
        Answer {
            reply: reply.to_cli_text(),
            effects,
        }
    }

    fn object_of(&self, key: &Key) -> Option<Cow<'_, Object>> {
        match self.keyspace.place(key) {
            Place::Nowhere => None,
            Place::Object(at) => Some(Cow::Borrowed(&self.keyspace.slot(at).object)),
            Place::Row(index) => {
                let row = &self.keyspace.rows[index as usize];
                row.shows()
                    .then(|| Cow::Owned(self.keyspace.object_of_row(row)))
            }
        }
    }
}

/// An instance while it carries out a command.
struct View<'a, W> {
    instance: &'a mut Instance,
    wire: &'a mut W,
    effects: u64,
}

impl<W: Wire> Store for View<'_, W> {
    fn object(&self, key: &[u8]) -> Option<Cow<'_, Object>> {
        self.instance.object_of(&self.instance.naming.key(key))
    }

    fn update(&mut self, key: &[u8], updates: Vec<Update>) {
        let key = self.instance.naming.key(key);
        if self.instance.follows_use {
            self.instance.note_arrival(&key);
        }
        self.effects += u64::from(self.instance.change(key, updates, self.wire));
    }

    fn now_ms(&self) -> u64 {
        self.instance.wall_ms()
    }

    fn random(&mut self, below: u64) -> u64 {
        self.instance.stream.below(below)
    }

    fn watch(&mut self, key: &[u8]) {
        let key = self.instance.naming.key(key);
        self.instance.watched.entry(key).or_insert(0);
    }

    fn changes_of(&self, key: &[u8]) -> u64 {
        let key = self.instance.naming.key(key);
        self.instance.watched.get(&key).copied().unwrap_or(0)
    }

    fn slot_of(&self, key: &[u8]) -> u16 {
        slot::slot(key, self.instance.assumptions.hashing.into())
    }

    fn keys(&self) -> Vec<Vec<u8>> {
        let instance = &*self.instance;
        let rows = (0..)
            .zip(&instance.keyspace.rows)
            .filter(|(_, row)| row.shows());
        let mut keys: Vec<Vec<u8>> = rows
            .map(|(index, _)| instance.naming.render(index))
            .collect();
        let live = instance
            .keyspace
            .objects()
            .filter(|(_, slot)| slot.object.is_live());
        keys.extend(live.map(|(_, slot)| match &slot.key {
            Key::Generated(index) => instance.naming.render(*index),
            Key::Named(name) => name.to_vec(),
        }));
        keys.sort();
        keys
    }

    fn key_count(&self) -> u64 {
        self.instance.key_count()
    }

    fn refuses_writes(&self, slot: u16) -> Option<Refusal> {
        let shard = crate::instance::shard_of_slot(slot, self.instance.shards.len());
        if self.instance.stale {
            return Some(Refusal::Stale);
        }
        let full = self.instance.is_full_for_clients(ShardId(shard));
        full.then_some(Refusal::OutOfMemory)
    }

    fn make_room(&mut self, slot: u16) {
        let shard = crate::instance::shard_of_slot(slot, self.instance.shards.len());
        self.instance.make_room(ShardId(shard), self.wire);
    }

    fn touch(&mut self, key: &[u8]) {
        if self.instance.access.is_some() {
            let key = self.instance.naming.key(key);
            self.instance.note_use(&key);
        }
    }

    fn usage(&self, key: &[u8]) -> Option<Usage> {
        self.instance.usage(&self.instance.naming.key(key))
    }

    fn eviction(&self) -> Eviction {
        self.instance.policy
    }

    fn attend(&mut self, key: &[u8], group: &[u8], edit: &mut dyn FnMut(&mut Attendance)) {
        let key = self.instance.naming.key(key);
        self.instance.attend(&key, group, edit);
    }

    fn publish(&mut self, channel: &[u8], message: Message) -> usize {
        self.effects += 1;
        self.instance.publish(channel, message, self.wire)
    }

    fn subscriptions(&self) -> Vec<&Subscriptions> {
        let connections = self.instance.connections.values();
        connections.map(Connection::subscriptions).collect()
    }

    fn append_rule(&self) -> AppendRule {
        AppendRule {
            region: self.instance.replica,
            ids: self.instance.assumptions.xadd_ids,
            stride: self.instance.assumptions.xadd_stride,
        }
    }

    fn assumptions(&self) -> Cow<'_, Assumptions> {
        Cow::Borrowed(&self.instance.assumptions)
    }
}
