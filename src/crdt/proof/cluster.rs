//! A group of replicas of one key, driven step by step: FIFO links, effects, full synchronisations
//! whole or by clock, reports of clocks, collection.

use std::collections::{BTreeMap, VecDeque};

use super::Op;
use super::oracle::{Expected, Oracle, text};
use crate::assumption::Lww;
use crate::crdt::Rules;
use crate::crdt::clock::{Dot, MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::effect::{Change, Effect, Part, Update};
use crate::crdt::object::{Object, View};
use crate::crdt::tally::Tally;
use crate::id::{Id, ReplicaId};

/// What travels on a link.
#[derive(Clone, Debug)]
enum Message {
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
    unseen: [u64; MEMBERS_MAX],
    syncs: u32,
}

/// What a step does; drawn from bytes, so that a failing history shrinks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Update {
        at: usize,
        what: usize,
        wall_ms: u64,
    },
    Elsewhere {
        at: usize,
    },
    Deliver {
        from: usize,
        to: usize,
    },
    Sync {
        from: usize,
        to: usize,
        whole: bool,
    },
    Report {
        from: usize,
    },
    Collect {
        at: usize,
    },
    Compact {
        at: usize,
    },
}

pub(super) struct Cluster {
    rules: Rules,
    alphabet: Vec<Vec<Update>>,
    pub(super) ops: Vec<Op>,
    effects: Vec<Effect>,
    pub(super) replicas: Vec<Replica>,
    links: BTreeMap<(usize, usize), VecDeque<Message>>,
    /// The digest that goes with each set of delivered ops.
    digests: BTreeMap<u64, u64>,
    pub(super) judges: bool,
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
            judges: true,
        }
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
        let seen = self.oracle().expected(observed);
        let updates = done(&seen, updates, &effect);
        let found_no_key = seen.visible.is_empty();
        let fields_seen = seen.fields.into_keys().collect();
        self.ops.push(Op {
            dot,
            wall_ms,
            observed,
            updates,
            found_no_key,
            fields_seen,
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

    /// Writes taken in but accounted for nowhere, by origin.
    fn missing(&self, at: usize) -> [i64; MEMBERS_MAX] {
        let replica = &self.replicas[at];
        let (mut present, mut hidden) = ([0; MEMBERS_MAX], [0; MEMBERS_MAX]);
        replica.object.count_writes(&mut present, &mut hidden);
        let mut missing = [0; MEMBERS_MAX];
        for (index, effect) in self.effects.iter().enumerate() {
            if replica.delivered >> index & 1 == 1 {
                missing[effect.origin.index()] += effect.writes() as i64;
            }
        }
        for origin in 0..MEMBERS_MAX {
            let tally = &replica.tally;
            let known = present[origin] + hidden[origin] + tally.superseded[origin];
            missing[origin] -= (known + tally.overwritten[origin] + replica.unseen[origin]) as i64;
        }
        missing
    }

    fn balance(&mut self, at: usize) {
        let missing = self.missing(at);
        for (unseen, missing) in self.replicas[at].unseen.iter_mut().zip(missing) {
            *unseen += u64::try_from(missing).expect("no write is accounted for twice");
        }
    }

    /// The laws, at one replica.
    fn judge(&mut self, at: usize) {
        let replica = &self.replicas[at];
        let digest = replica.object.digest();
        let known = *self.digests.entry(replica.delivered).or_insert(digest);
        assert_eq!(
            known,
            digest,
            "one digest for one set of ops\n{}",
            self.story(at)
        );
        if replica.syncs == 0 {
            assert_eq!(
                self.missing(at),
                [0; MEMBERS_MAX],
                "writes add up\n{}",
                self.story(at)
            );
        }
        if self.judges {
            let expected = self.oracle().expected(replica.delivered);
            assert_eq!(
                seen(&replica.object),
                expected,
                "as the oracle says\n{}",
                self.story(at)
            );
        }
    }

    pub(super) fn oracle(&self) -> Oracle<'_> {
        Oracle {
            ops: &self.ops,
            wall_first: self.rules.lww == Lww::WallFirst,
        }
    }

    /// Delivers everything, reports and collects until nothing changes; all must agree and be
    /// clean.
    pub(super) fn settle(&mut self) {
        for _ in 0..3 {
            for from in 0..self.replicas.len() {
                self.step(Step::Report { from });
            }
            let pairs: Vec<(usize, usize)> = self.links.keys().copied().collect();
            for (from, to) in pairs {
                while self.deliver(from, to) {
                    self.judge(to);
                }
            }
            for at in 0..self.replicas.len() {
                self.step(Step::Collect { at });
            }
        }
        for at in 0..self.replicas.len() {
            let object = &self.replicas[at].object;
            assert!(!object.is_pending(), "all is collected\n{}", self.story(at));
            assert!(
                object.is_live() || object.is_vacant(),
                "nothing stays\n{}",
                self.story(at)
            );
            assert_eq!(
                object.digest(),
                self.replicas[0].object.digest(),
                "{}",
                self.story(at)
            );
        }
    }

    fn story(&self, at: usize) -> String {
        let mut story = format!("at {at}, delivered {:b}\n", self.replicas[at].delivered);
        for (index, op) in self.ops.iter().enumerate() {
            story += &format!("{index}: {op:?}\n");
        }
        story + &format!("{:#?}", self.replicas[at].object)
    }
}

/// Whether a command would make these updates: no `EXPIRE` of what is not there.
fn is_sensible(object: &Object, updates: &[Update]) -> bool {
    let has_field = |name: &[u8]| {
        object
            .types()
            .hash()
            .is_some_and(|hash| hash.field(name).is_some())
    };
    match &updates[0] {
        Update::Expire { .. } | Update::Persist => object.is_live(),
        Update::ExpireField(name, _) | Update::PersistField(name) => has_field(name),
        _ => true,
    }
}

/// What a client sees of a key, in the oracle's words.
pub(super) fn seen(object: &Object) -> Expected {
    let types = object.types();
    let visible = match object.view() {
        View::Absent => "",
        View::String(_) => "string",
        View::Hash(_) => "hash",
        View::Set(_) => "set",
    };
    let string = types
        .string()
        .and_then(|scalar| scalar.bytes())
        .map(|bytes| text(&bytes));
    let fields = types
        .hash()
        .into_iter()
        .flat_map(|hash| hash.fields())
        .map(|(name, field)| {
            let value = field.scalar().bytes().expect("a live field has a value");
            (
                text(name),
                (
                    text(&value),
                    field.deadline().map(|deadline| deadline.at_ms),
                ),
            )
        });
    let members = types
        .set()
        .into_iter()
        .flat_map(|set| set.members())
        .map(|name| text(name));
    let deadline = object
        .deadline()
        .map(|deadline| (deadline.at_ms, deadline.owner.0));
    Expected {
        visible,
        string,
        fields: fields.collect(),
        members: members.collect(),
        deadline,
    }
}

/// The updates without removals of what was not there; the others must be in the effect.
fn done(seen: &Expected, updates: Vec<Update>, effect: &Effect) -> Vec<Update> {
    let parts = match &effect.change {
        Change::Write(_) => &[][..],
        Change::Parts(parts) => parts,
    };
    let removes = updates.contains(&Update::Remove) && !seen.visible.is_empty();
    let mut expected = Vec::new();
    let mut done = Vec::new();
    for update in updates {
        let (part, is_there) = match &update {
            Update::Remove => (Part::Remove, removes),
            Update::RemoveField(name) => {
                let is_there = seen.fields.contains_key(&text(name)) && !removes;
                (Part::RemoveField(name.clone()), is_there)
            }
            Update::RemoveMember(name) => {
                let is_there = seen.members.contains(&text(name)) && !removes;
                (Part::RemoveMember(name.clone()), is_there)
            }
            _ => {
                done.push(update);
                continue;
            }
        };
        if is_there {
            expected.push(part);
            done.push(update);
        }
    }
    let is_removal = |part: &&Part| {
        matches!(
            part,
            Part::Remove | Part::RemoveField(_) | Part::RemoveMember(_)
        )
    };
    let removals: Vec<Part> = parts.iter().filter(is_removal).cloned().collect();
    assert_eq!(removals, expected, "removals as asked");
    done
}
