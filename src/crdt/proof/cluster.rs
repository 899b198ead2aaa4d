//! A group of replicas of one key, driven step by step: FIFO links, effects, full synchronisations
//! whole or by clock, reports of clocks, collection.

use std::collections::{BTreeMap, VecDeque};

use super::Op;
use super::json_oracle::Writings;
use super::judge::{done, is_sensible, placed, seen, writes_on};
use super::list_oracle::Deeds;
use super::oracle::Expected;
use super::step::Step;
use crate::assumption::Lww;
use crate::crdt::Rules;
use crate::crdt::clock::{Dot, FILL_SEQ, MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::effect::{Change, Effect, Update};
use crate::crdt::object::Object;
use crate::crdt::tally::Tally;
use crate::id::{Id, ReplicaId};

/// What travels on a link.
#[derive(Clone, Debug)]
pub(super) enum Message {
    /// An effect on this key, by its index.
    Effect(usize),
    /// An effect on another key of the shard.
    Elsewhere(Dot),
    /// A snapshot of this key; none if the sender leaves it out as not newer.
    Snapshot {
        object: Option<Box<Object>>,
        clock: VersionVector,
        delivered: u64,
    },
    /// The end of a full synchronisation.
    SnapshotEnd {
        clock: VersionVector,
    },
    Report(VersionVector),
}

#[derive(Clone, Default)]
pub(super) struct Replica {
    pub(super) object: Object,
    pub(super) clock: VersionVector,
    /// The ops of this key taken in, as bits.
    pub(super) delivered: u64,
    reports: [VersionVector; MEMBERS_MAX],
    pub(super) tally: Tally,
    /// Writes that lay dead inside merged states.
    pub(super) unseen: [u64; MEMBERS_MAX],
    pub(super) syncs: u32,
}

#[derive(Clone)]
pub(super) struct Cluster {
    pub(super) rules: Rules,
    alphabet: Vec<Vec<Update>>,
    pub(super) ops: Vec<Op>,
    pub(super) effects: Vec<Effect>,
    pub(super) replicas: Vec<Replica>,
    pub(super) links: BTreeMap<(usize, usize), VecDeque<Message>>,
    /// The digest that goes with each set of delivered ops.
    pub(super) digests: BTreeMap<u64, u64>,
    /// What the oracle says of each set of delivered ops.
    pub(super) sayings: BTreeMap<u64, Expected>,
}

impl Cluster {
    pub(super) fn new(size: usize, lww: Lww, alphabet: Vec<Vec<Update>>) -> Self {
        let pairs = (0..size).flat_map(|from| (0..size).map(move |to| (from, to)));
        let mut replicas = vec![Replica::default(); size];
        for replica in &mut replicas {
            replica.clock = VersionVector::FILLED;
            replica.reports = [VersionVector::FILLED; MEMBERS_MAX];
            for member in size..MEMBERS_MAX {
                replica.reports[member] = VersionVector([u64::MAX; MEMBERS_MAX]);
            }
        }
        Self {
            rules: Rules {
                lww,
                readd_is_fresh: true,
                lset_keeps_all: true,
            },
            alphabet,
            ops: Vec::new(),
            effects: Vec::new(),
            replicas,
            links: pairs
                .filter(|(from, to)| from != to)
                .map(|pair| (pair, VecDeque::new()))
                .collect(),
            digests: BTreeMap::new(),
            sayings: BTreeMap::new(),
        }
    }

    /// Data that all replicas hold when the run starts.
    pub(super) fn fill(&mut self, updates: Vec<Update>) {
        let stamp = Stamp {
            dot: Dot {
                origin: ReplicaId(0),
                seq: FILL_SEQ,
            },
            wall_ms: 0,
        };
        let none = VersionVector::ZERO;
        let effect = Object::new().effect(stamp, &none, self.rules, updates.clone());
        let effect = effect.expect("a fill writes something");
        for replica in &mut self.replicas {
            replica
                .object
                .apply(&effect, &none, self.rules, &mut Tally::default());
            replica.delivered = 1;
        }
        let Stamp { dot, wall_ms } = stamp;
        let (observed, fields_seen) = (0, Vec::new());
        let deeds = Deeds::of(&[], &updates, 0, &effect);
        let json = Writings::of(&[], &updates, 0, &effect);
        let op = Op {
            dot,
            wall_ms,
            observed,
            updates,
            found_no_key: true,
            fields_seen,
            deeds,
            saw_stream: false,
            json,
        };
        self.ops.push(op);
        self.effects.push(effect);
    }

    pub(super) fn alphabet_len(&self) -> usize {
        self.alphabet.len()
    }

    /// Takes one step and judges the replicas it touched.
    pub(super) fn step(&mut self, step: Step) {
        match step {
            Step::Update { at, what, wall_ms } => {
                let updates = self.alphabet[what % self.alphabet.len()].clone();
                self.update(at, updates, wall_ms);
                self.judge(at);
            }
            Step::Elsewhere { at } => {
                let dot = self.next_dot(at);
                self.replicas[at].clock.observe(dot);
                self.broadcast(at, &Message::Elsewhere(dot));
            }
            Step::Deliver { from, to } => {
                self.deliver(from, to);
                self.judge(to);
            }
            Step::Sync { from, to, whole } => self.sync(from, to, whole),
            Step::Report { from } => {
                let clock = self.replicas[from].clock;
                self.broadcast(from, &Message::Report(clock));
            }
            Step::Collect { at } => {
                self.collect(at);
                self.judge(at);
            }
            Step::Compact { at } => {
                self.compact(at);
                self.judge(at);
            }
        }
    }

    /// A client's command, unless no command would do this to the key as it is.
    pub(super) fn update(&mut self, at: usize, updates: Vec<Update>, wall_ms: u64) {
        if self.ops.len() == 64 || !is_sensible(&self.replicas[at].object, &updates) {
            return;
        }
        let updates = placed(&self.replicas[at].object, updates, self.ops.len());
        let dot = self.next_dot(at);
        let replica = &mut self.replicas[at];
        let stamp = Stamp { dot, wall_ms };
        let effect = replica
            .object
            .effect(stamp, &replica.clock, self.rules, updates.clone());
        let Some(effect) = effect else { return };
        let index = self.ops.len();
        let observed = replica.delivered;
        let was_live = replica.object.is_live();
        let was_visible = seen(&replica.object).visible;
        replica
            .object
            .apply(&effect, &replica.clock, self.rules, &mut replica.tally);
        replica.clock.observe(dot);
        replica.delivered |= 1 << index;
        let limits = updates
            .iter()
            .any(|update| matches!(update, Update::Expire { .. }));
        if !was_live && !limits {
            assert_eq!(replica.object.deadline(), None, "a new key has no deadline");
        }
        if self.rules.lww == Lww::CausalFirst && writes_on(was_visible, &updates) {
            let shown = seen(&replica.object).visible;
            assert_eq!(shown, was_visible, "a write of what is shown hides nothing");
        }
        let known = self.expected(observed);
        let updates = done(&known, updates, &effect);
        let deeds = Deeds::of(&self.ops, &updates, observed, &effect);
        let deeds = deeds.where_all_stay(self.rules.lset_keeps_all);
        let json = Writings::of(&self.ops, &updates, observed, &effect);
        let found_no_key = known.visible.is_empty();
        let saw_stream = !known.entries.is_empty() || !known.groups.is_empty();
        let fields_seen = known.fields.into_keys().collect();
        let wall_ms = effect.wall_ms;
        self.ops.push(Op {
            dot,
            wall_ms,
            observed,
            updates,
            found_no_key,
            fields_seen,
            deeds,
            saw_stream,
            json,
        });
        self.effects.push(effect);
        self.broadcast(at, &Message::Effect(index));
    }

    pub(super) fn deliver(&mut self, from: usize, to: usize) -> bool {
        let link = self.links.get_mut(&(from, to));
        let Some(message) = link.and_then(VecDeque::pop_front) else {
            return false;
        };
        let rules = self.rules;
        let replica = &mut self.replicas[to];
        match message {
            Message::Effect(index) => {
                let effect = &self.effects[index];
                replica
                    .object
                    .apply(effect, &replica.clock, rules, &mut replica.tally);
                replica.clock.observe(effect.dot());
                replica.delivered |= 1 << index;
            }
            Message::Elsewhere(dot) => replica.clock.observe(dot),
            Message::Snapshot {
                object,
                clock,
                delivered,
            } => {
                replica.syncs += 1;
                if let Some(theirs) = object {
                    let mine = replica.clock;
                    replica
                        .object
                        .merge(&theirs, &mine, &clock, rules, &mut replica.tally);
                    replica.delivered |= delivered;
                }
            }
            Message::SnapshotEnd { clock } => {
                replica.clock.join(&clock);
                self.replicas[to].delivered = self.covered(to);
                self.replicas[to].syncs -= 1;
                self.balance(to);
            }
            Message::Report(clock) => replica.reports[from] = clock,
        }
        true
    }

    /// The link is cut and its backlog lost; a full synchronisation takes its place.
    fn sync(&mut self, from: usize, to: usize, whole: bool) {
        if from == to {
            return;
        }
        let (sender, receiver) = (&self.replicas[from], &self.replicas[to]);
        let object = &sender.object;
        let is_sent = whole || object.newer_than(&receiver.clock);
        let snapshot = Message::Snapshot {
            object: is_sent.then(|| Box::new(object.clone())),
            clock: sender.clock,
            delivered: sender.delivered,
        };
        let end = Message::SnapshotEnd {
            clock: sender.clock,
        };
        let link = self
            .links
            .get_mut(&(from, to))
            .expect("two members are linked");
        if !link
            .iter()
            .any(|message| matches!(message, Message::SnapshotEnd { .. }))
        {
            link.clear();
        }
        link.extend([snapshot, end]);
    }

    fn collect(&mut self, at: usize) {
        let replica = &mut self.replicas[at];
        let mut stable = replica.clock;
        for (member, report) in replica.reports.iter().enumerate() {
            if member != at {
                stable.meet(report);
            }
        }
        replica
            .object
            .collect(&replica.clock, &stable, &mut replica.tally);
    }

    /// As an instance does: plain writes live in compact rows, and vacant keys nowhere.
    fn compact(&mut self, at: usize) {
        let replica = &mut self.replicas[at];
        if let Some((stamp, value)) = replica.object.as_plain_write(&replica.clock) {
            assert_eq!(
                Object::plain_write_digest(stamp, value),
                replica.object.digest()
            );
            replica.object = Object::from_write(stamp, value.clone());
        } else if let Some(writes) = replica.object.plain_writes(&replica.clock) {
            let writes = writes.to_vec();
            replica.object = Object::new();
            for write in writes {
                let mut after = VersionVector::ZERO;
                after.observe(write.stamp.dot);
                let Stamp { dot, wall_ms } = write.stamp;
                let change = Change::Write(write.item.value);
                let effect = Effect {
                    origin: dot.origin,
                    wall_ms,
                    after,
                    change,
                };
                let none = &mut Tally::default();
                replica
                    .object
                    .apply(&effect, &VersionVector::ZERO, self.rules, none);
            }
        } else if replica.object.is_vacant() {
            replica.object = Object::new();
        }
    }

    fn broadcast(&mut self, from: usize, message: &Message) {
        for (pair, link) in &mut self.links {
            if pair.0 == from {
                link.push_back(message.clone());
            }
        }
    }

    fn next_dot(&self, at: usize) -> Dot {
        let origin = ReplicaId::at(at);
        Dot {
            origin,
            seq: self.replicas[at].clock.seq(origin) + 1,
        }
    }

    /// The ops that a replica's clock covers.
    fn covered(&self, at: usize) -> u64 {
        let clock = &self.replicas[at].clock;
        let covered = self
            .ops
            .iter()
            .enumerate()
            .filter(|(_, op)| clock.covers(op.dot));
        covered.fold(self.replicas[at].delivered, |bits, (index, _)| {
            bits | 1 << index
        })
    }
}
