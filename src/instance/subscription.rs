//! What one connection listens to, and what has come to it.

use std::collections::BTreeSet;

use crate::crdt::effect::Message;
use crate::instance::command::glob;

/// How a name is listened to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A channel: `SUBSCRIBE`.
    Channel,
    /// All channels that match: `PSUBSCRIBE`.
    Pattern,
    /// A sharded channel: `SSUBSCRIBE`.
    Sharded,
}

/// A message as one subscriber gets it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// The pattern by which it came; none for a channel by name.
    pub pattern: Option<Vec<u8>>,
    /// The channel.
    pub channel: Vec<u8>,
    /// What is said.
    pub text: Vec<u8>,
    /// Whether the channel is a sharded one.
    pub is_sharded: bool,
}

/// The subscriptions of one connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Subscriptions {
    names: BTreeSet<(Kind, Vec<u8>)>,
    received: Vec<Delivery>,
}

impl Subscriptions {
    /// Whether there is one: such a connection takes few other commands.
    pub fn any(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether a name is listened to so.
    pub fn contains(&self, kind: Kind, name: &[u8]) -> bool {
        self.of(kind).any(|known| known == name)
    }

    /// Those of one kind, by name.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &[u8]> {
        let all = self.names.iter();
        all.filter(move |(of, _)| *of == kind)
            .map(|(_, name)| name.as_slice())
    }

    /// How many there are as replies count them: channels and patterns together, sharded channels
    /// by themselves.
    pub fn count(&self, kind: Kind) -> usize {
        let is_sharded = |kind| kind == Kind::Sharded;
        let alike = self
            .names
            .iter()
            .filter(|(of, _)| is_sharded(*of) == is_sharded(kind));
        alike.count()
    }

    /// Listens to a name.
    pub fn add(&mut self, kind: Kind, name: &[u8]) {
        self.names.insert((kind, name.to_vec()));
    }

    /// Listens to a name no more.
    pub fn remove(&mut self, kind: Kind, name: &[u8]) {
        self.names.remove(&(kind, name.to_vec()));
    }

    /// Takes in a message, once for its channel and once for each pattern that matches. Returns
    /// how many times.
    pub fn take(&mut self, channel: &[u8], message: &Message) -> usize {
        let before = self.received.len();
        let delivery = |pattern: Option<&[u8]>| Delivery {
            pattern: pattern.map(<[u8]>::to_vec),
            channel: channel.to_vec(),
            text: message.text.to_vec(),
            is_sharded: message.is_sharded,
        };
        let kind = if message.is_sharded {
            Kind::Sharded
        } else {
            Kind::Channel
        };
        let mut received = Vec::new();
        if self.contains(kind, channel) {
            received.push(delivery(None));
        }
        if !message.is_sharded {
            let patterns = self.of(Kind::Pattern);
            let matching = patterns.filter(|pattern| glob::matches(pattern, channel));
            received.extend(matching.map(|pattern| delivery(Some(pattern))));
        }
        self.received.extend(received);
        self.received.len() - before
    }

    /// Takes out what has come since the last call.
    pub fn received(&mut self) -> Vec<Delivery> {
        std::mem::take(&mut self.received)
    }
}
