//! Each rule of the reference as a written history, named after its id.

mod collections;
mod expiry;
mod strings;

use super::cluster::Cluster;
use super::judge::seen;
use super::oracle::Expected;
use super::{name, value};
use crate::assumption::Lww;
use crate::crdt::effect::Update::{self, AddMember, Expire, RemoveMember, SetField, Write};

/// A group of three that is told what to do.
struct Scene(Cluster);

impl Scene {
    fn new() -> Self {
        Self(Cluster::new(3, Lww::CausalFirst, Vec::new()))
    }

    /// All see these, made at replica 0 at time 0.
    fn given(updates: Vec<Update>) -> Self {
        Self::new().at(0, 0, updates).synced()
    }

    /// A command at a replica, whose clock shows `wall_ms`.
    fn at(mut self, at: usize, wall_ms: u64, updates: Vec<Update>) -> Self {
        self.0.update(at, updates, wall_ms);
        self
    }

    /// All that was sent arrives everywhere.
    fn synced(mut self) -> Self {
        for from in 0..3 {
            for to in 0..3 {
                while self.0.deliver(from, to) {}
            }
        }
        self
    }

    /// All that was sent by one replica arrives at another.
    fn sent(mut self, from: usize, to: usize) -> Self {
        while self.0.deliver(from, to) {}
        self
    }

    /// What all replicas show in the end.
    fn ends(mut self) -> Expected {
        self.0.settle();
        seen(&self.0.replicas[0].object)
    }

    fn string(self) -> Option<String> {
        self.ends().string
    }

    fn field(self, field: &str) -> Option<String> {
        self.ends().fields.remove(field).map(|(value, _)| value)
    }

    fn members(self) -> Vec<String> {
        self.ends().members.into_iter().collect()
    }

    fn deadline(self) -> Option<(u64, u8)> {
        self.ends().deadline
    }
}

fn set(text: &str) -> Vec<Update> {
    vec![Write(value(text))]
}

fn hset(field: &str, text: &str) -> Vec<Update> {
    vec![SetField(name(field), value(text))]
}

fn sadd(member: &str) -> Vec<Update> {
    vec![AddMember(name(member))]
}

fn srem(member: &str) -> Vec<Update> {
    vec![RemoveMember(name(member))]
}

fn expire(deadline_ms: u64) -> Vec<Update> {
    vec![Expire { deadline_ms }]
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}
