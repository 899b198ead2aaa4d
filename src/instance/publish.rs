//! Published messages: effects that reach the subscribers of every region and leave no state.
//!
//! A message belongs to the shard of its channel's slot and stands in that shard's log, between
//! the writes before and after it. So it comes to each region once, one delay later, in its
//! publisher's order. A stream that resumes from the backlog goes on where it was cut, messages
//! included: what is replayed are the operations since the last offset. State carries none: a
//! region that needs a full synchronisation has missed what was said meanwhile, and its clock then
//! filters what still comes. Source: Redis docs, active-active/syncer.md,
//! develop/app-failover-active-active.md.

use std::sync::Arc;

use crate::crdt::Change;
use crate::crdt::effect::Message;
use crate::history::{Event, MessageSeen};
use crate::id::ShardId;
use crate::instance::Instance;
use crate::instance::command::Connection;
use crate::instance::effect::{Body, Entry, Key, Payload};
use crate::instance::parcel::Wire;

impl Instance {
    /// Publishes a message: hands it to those who listen here, and sends it to every peer. Returns
    /// how many times somebody here got it, the publisher's own connection aside.
    pub(super) fn publish(
        &mut self,
        channel: &[u8],
        message: Message,
        wire: &mut impl Wire,
    ) -> usize {
        let key = Key::Named(channel.into());
        let receivers = self.hand_over(&key, &message, wire);
        let id = self.shard_of(&key);
        let change = Change::Message(Box::new(message));
        self.ship_stateless(id, Body { key, change }, wire);
        receivers
    }

    /// Makes an effect that changes no key, and sends it to every peer.
    pub(super) fn ship_stateless(&mut self, id: ShardId, body: Body, wire: &mut impl Wire) {
        let seq = self.next_seq(id);
        let replica = self.replica;
        let shard = &mut self.shards[id];
        shard.frontier.pass(replica, seq);
        let entry = Entry {
            after: shard.frontier.clock,
            wall_ms: self.wall_ms(),
            payload: Payload::Body(Arc::new(body)),
        };
        self.ship(id, entry, wire);
    }

    /// Hands a message to those who listen here. Returns how many times somebody got it.
    pub(super) fn hand_over(
        &mut self,
        key: &Key,
        message: &Message,
        wire: &mut impl Wire,
    ) -> usize {
        let channel = match key {
            Key::Named(name) => Arc::clone(name),
            Key::Generated(index) => self.naming.render(*index).into(),
        };
        let mut receivers = 0;
        let mut connections = std::mem::take(&mut self.connections);
        for (client, connection) in &mut connections {
            receivers += connection.subscriptions_mut().take(&channel, message);
            self.tell_received(client, connection, wire);
        }
        self.connections = connections;
        receivers
    }

    /// Tells the witness what a client has received.
    pub(super) fn tell_received(
        &self,
        client: &str,
        connection: &mut Connection,
        wire: &mut impl Wire,
    ) {
        for delivery in connection.subscriptions_mut().received() {
            let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
            let seen = MessageSeen {
                on: self.id,
                client: client.to_owned(),
                pattern: delivery.pattern.map(text),
                channel: text(delivery.channel),
                text: text(delivery.text),
                is_sharded: delivery.is_sharded,
            };
            wire.observe(Event::Message(Box::new(seen)));
        }
    }
}
