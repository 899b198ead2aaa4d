//! Each rule of the reference as a written history, named after its id.

mod collections;
mod expiry;
mod hyperloglogs;
mod json;
mod lists;
mod memories;
mod sorted_sets;
mod streams;
mod strings;

use super::cluster::Cluster;
use super::judge::seen;
use super::oracle::Expected;
use super::step::Step;
use super::{name, value};
use crate::assumption::Lww;
use crate::crdt::effect::Update::{
    self, AddMember, AddScore, Expire, RemoveMember, RemoveScore, SetField, SetScore, Write,
};

/// A group of three that is told what to do.
struct Scene(Cluster);

impl Scene {
    fn new() -> Self {
        Self::of(3, Lww::CausalFirst)
    }

    /// A group of so many members, registers ordered like this.
    fn of(size: usize, lww: Lww) -> Self {
        Self(Cluster::new(size, lww, Vec::new()))
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

    /// The next thing that was sent by one replica arrives at another.
    fn one(mut self, from: usize, to: usize) -> Self {
        assert!(self.0.deliver(from, to), "something was sent");
        self
    }

    /// A replica takes in the whole state of another.
    fn merged(self, from: usize, to: usize) -> Self {
        self.state(from, to, true).sent(from, to)
    }

    /// A replica takes in what of another's state its clock does not cover.
    fn caught_up(self, from: usize, to: usize) -> Self {
        self.state(from, to, false).sent(from, to)
    }

    /// A replica takes in the whole state of another, but its clock has not risen yet.
    fn snapshot(self, from: usize, to: usize) -> Self {
        self.state(from, to, true).one(from, to)
    }

    fn state(mut self, from: usize, to: usize, whole: bool) -> Self {
        self.0.step(Step::Sync { from, to, whole });
        self
    }

    /// A replica keeps the key as compactly as it can.
    fn compacted(mut self, at: usize) -> Self {
        self.0.step(Step::Compact { at });
        self
    }

    /// What one replica shows now.
    fn shown(&self, at: usize) -> Expected {
        seen(&self.0.replicas[at].object)
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

fn zadd(member: &str, score: f64) -> Vec<Update> {
    vec![SetScore(name(member), score)]
}

fn zincrby(member: &str, amount: f64) -> Vec<Update> {
    vec![AddScore(name(member), amount)]
}

fn zrem(member: &str) -> Vec<Update> {
    vec![RemoveScore(name(member))]
}

fn expire(deadline_ms: u64) -> Vec<Update> {
    vec![Expire { deadline_ms }]
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}
