//! Members of a group that take literal commands: every effect and every merged state goes through
//! the same functions as in a run, and whoever drives it decides what arrives when.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use meridian::assumption::{Assumptions, XaddIds};
use meridian::crdt::consumer_group::Attendance;
use meridian::crdt::{Dot, Effect, MEMBERS_MAX, Object, Rules, Stamp, Tally, Update};
use meridian::crdt::{FILL_SEQ, VersionVector};
use meridian::id::ReplicaId;
use meridian::instance::command::reply::Reply;
use meridian::instance::command::{AppendRule, Connection, Refusal, Store, execute};

/// The true time when a history starts, in Unix milliseconds.
const START_MS: u64 = 1_700_000_000_000;

type Keys = BTreeMap<Vec<u8>, Object>;

/// What travels on a link.
#[derive(Clone)]
enum Message {
    Effect(Vec<u8>, Effect),
    /// A full synchronisation, in one piece.
    State(Keys, VersionVector),
    Report(VersionVector),
}

struct Member {
    id: ReplicaId,
    keys: Keys,
    clock: VersionVector,
    reports: [VersionVector; MEMBERS_MAX],
    connection: Connection,
    now_ms: u64,
    draws: u64,
    rules: Rules,
    /// The effects of the command under way.
    made: Vec<(Vec<u8>, Effect)>,
}

impl Member {
    fn apply(&mut self, key: &[u8], effect: &Effect) {
        let object = self.keys.entry(key.to_vec()).or_default();
        object.apply(effect, &self.clock, self.rules, &mut Tally::default());
        self.clock.observe(effect.dot());
        if object.is_vacant() {
            self.keys.remove(key);
        }
    }

    fn merge(&mut self, theirs: &Keys, their_clock: &VersionVector) {
        let none = Object::new();
        let mut names: Vec<Vec<u8>> = self.keys.keys().chain(theirs.keys()).cloned().collect();
        names.sort();
        names.dedup();
        for name in names {
            let theirs = theirs.get(&name).unwrap_or(&none);
            let mine = self.keys.entry(name).or_default();
            let tally = &mut Tally::default();
            mine.merge(theirs, &self.clock, their_clock, self.rules, tally);
        }
        self.clock.join(their_clock);
    }

    fn collect(&mut self) {
        let mut stable = self.clock;
        for report in &self.reports {
            stable.meet(report);
        }
        let clock = self.clock;
        self.keys.retain(|_, object| {
            object.collect(&clock, &stable, &mut Tally::default());
            !object.is_vacant()
        });
    }
}

impl Store for Member {
    fn object(&self, key: &[u8]) -> Option<Cow<'_, Object>> {
        self.keys.get(key).map(Cow::Borrowed)
    }

    fn update(&mut self, key: &[u8], updates: Vec<Update>) {
        let dot = Dot {
            origin: self.id,
            seq: self.clock.seq(self.id) + 1,
        };
        let wall_ms = self.now_ms;
        let stamp = Stamp { dot, wall_ms };
        let blank = Object::new();
        let object = self.keys.get(key).unwrap_or(&blank);
        if let Some(effect) = object.effect(stamp, &self.clock, self.rules, updates) {
            self.apply(key, &effect);
            self.made.push((key.to_vec(), effect));
        }
    }

    fn now_ms(&self) -> u64 {
        self.now_ms
    }

    fn random(&mut self, below: u64) -> u64 {
        draw(&mut self.draws, below)
    }

    fn slot_of(&self, _key: &[u8]) -> u16 {
        0
    }

    fn keys(&self) -> Vec<Vec<u8>> {
        self.keys.keys().cloned().collect()
    }

    fn key_count(&self) -> u64 {
        self.keys.values().filter(|object| object.is_live()).count() as u64
    }

    fn refuses_writes(&self, _slot: u16) -> Option<Refusal> {
        None
    }

    fn attend(&mut self, key: &[u8], group: &[u8], edit: &mut dyn FnMut(&mut Attendance)) {
        if let Some(object) = self.keys.get_mut(key) {
            object.attend(group, edit);
        }
    }

    fn append_rule(&self) -> AppendRule {
        AppendRule {
            region: self.id,
            ids: XaddIds::Strict,
            stride: Assumptions::default().xadd_stride,
        }
    }
}

/// A number below `below`, and the next state of what it is drawn from.
pub(crate) fn draw(state: &mut u64, below: u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1);
    (*state >> 33) % below
}

/// A group on one shard.
pub(crate) struct Group {
    members: Vec<Member>,
    /// What is under way from one member to another, in order.
    links: BTreeMap<(usize, usize), VecDeque<Message>>,
}

impl Group {
    /// A group of so many members, at most five, their clocks a second apart.
    pub(crate) fn new(size: usize) -> Self {
        let mut reports = [VersionVector([u64::MAX; MEMBERS_MAX]); MEMBERS_MAX];
        reports[..size].fill(VersionVector([FILL_SEQ; MEMBERS_MAX]));
        let member = |at: usize| Member {
            id: meridian::id::Id::at(at),
            keys: Keys::new(),
            clock: VersionVector([FILL_SEQ; MEMBERS_MAX]),
            reports,
            connection: Connection::default(),
            now_ms: START_MS + 1000 * at as u64,
            draws: at as u64,
            rules: Rules::from(&Assumptions::default()),
            made: Vec::new(),
        };
        let pairs = (0..size).flat_map(|from| (0..size).map(move |to| (from, to)));
        Self {
            members: (0..size).map(member).collect(),
            links: pairs
                .filter(|(from, to)| from != to)
                .map(|pair| (pair, VecDeque::new()))
                .collect(),
        }
    }

    /// A client's command at a member; what it changes is sent to the others.
    pub(crate) fn say(&mut self, at: usize, words: &[Vec<u8>]) -> Reply {
        let member = &mut self.members[at];
        let mut connection = std::mem::take(&mut member.connection);
        let reply = execute(member, &mut connection, words);
        member.connection = connection;
        for (key, effect) in std::mem::take(&mut member.made) {
            self.send(at, &Message::Effect(key, effect));
        }
        reply
    }

    /// Time passes, for all alike.
    pub(crate) fn pass(&mut self, ms: u64) {
        for member in &mut self.members {
            member.now_ms += ms;
        }
    }

    /// Hands over the oldest message of a link; whether there was one.
    pub(crate) fn deliver(&mut self, from: usize, to: usize) -> bool {
        let link = self.links.get_mut(&(from, to));
        let Some(message) = link.and_then(VecDeque::pop_front) else {
            return false;
        };
        let member = &mut self.members[to];
        match message {
            Message::Effect(key, effect) => member.apply(&key, &effect),
            Message::State(keys, clock) => member.merge(&keys, &clock),
            Message::Report(clock) => member.reports[from] = clock,
        }
        true
    }

    /// The same message once more, when the link has an effect in front.
    pub(crate) fn duplicate(&mut self, from: usize, to: usize) {
        let front = self.links.get(&(from, to)).and_then(VecDeque::front);
        if let Some(Message::Effect(key, effect)) = front.cloned() {
            self.members[to].apply(&key, &effect);
        }
    }

    /// The link is cut and what was on it lost; a full synchronisation takes its place.
    pub(crate) fn synchronise(&mut self, from: usize, to: usize) {
        let sender = &self.members[from];
        let shared = |(name, object): (&Vec<u8>, &Object)| (name.clone(), object.shared());
        let state = Message::State(sender.keys.iter().map(shared).collect(), sender.clock);
        if let Some(link) = self.links.get_mut(&(from, to)) {
            link.clear();
            link.push_back(state);
        }
    }

    /// Tells the others how far a member has seen.
    pub(crate) fn report(&mut self, at: usize) {
        let clock = self.members[at].clock;
        self.members[at].reports[at] = clock;
        self.send(at, &Message::Report(clock));
    }

    /// Collects what is stable at a member.
    pub(crate) fn collect(&mut self, at: usize) {
        let clock = self.members[at].clock;
        self.members[at].reports[at] = clock;
        self.members[at].collect();
    }

    /// Delivers all that is under way, reports and collects; then all members must hold the same.
    ///
    /// # Panics
    /// When two members differ in a digest or an answer.
    pub(crate) fn settle(&mut self) {
        for _ in 0..2 {
            for (from, to) in self.links.keys().copied().collect::<Vec<_>>() {
                while self.deliver(from, to) {}
            }
            self.assert_agreed();
            for at in 0..self.members.len() {
                self.report(at);
            }
            for (from, to) in self.links.keys().copied().collect::<Vec<_>>() {
                while self.deliver(from, to) {}
            }
            for at in 0..self.members.len() {
                self.collect(at);
            }
            self.assert_agreed();
        }
        for member in &self.members {
            let is_kept = |object: &&Object| !object.is_live();
            let kept = member.keys.values().filter(is_kept).count();
            assert_eq!(kept, 0, "all is stable, and something deleted is kept");
        }
    }

    fn send(&mut self, from: usize, message: &Message) {
        for (pair, link) in &mut self.links {
            if pair.0 == from {
                link.push_back(message.clone());
            }
        }
    }

    /// All members have seen the same, hold the same, and answer the same.
    fn assert_agreed(&mut self) {
        let now_ms = self.members[0].now_ms;
        let mut told = Vec::new();
        for at in 0..self.members.len() {
            let theirs = std::mem::replace(&mut self.members[at].now_ms, now_ms);
            told.push(self.answers(at));
            self.members[at].now_ms = theirs;
        }
        let (first, others) = told.split_first().expect("a group has members");
        for other in others {
            assert_eq!(first, other, "members that have seen the same differ");
        }
    }

    /// The digests of a member's keys, and what it says of them.
    fn answers(&mut self, at: usize) -> Vec<(Vec<u8>, u64, Vec<String>)> {
        let live = |(name, object): (&Vec<u8>, &Object)| {
            let is_live = object.is_live();
            is_live.then(|| (name.clone(), object.digest()))
        };
        let keys: Vec<_> = self.members[at].keys.iter().filter_map(live).collect();
        let answers = keys.into_iter().map(|(name, digest)| {
            let mut reply = |shape: &&'static str| {
                let words = shape.split(' ').map(|word| match word {
                    "k" => name.clone(),
                    word => word.as_bytes().to_vec(),
                });
                let words: Vec<Vec<u8>> = words.collect();
                let connection = &mut Connection::default();
                let reply = execute(&mut self.members[at], connection, &words);
                let mut lines: Vec<String> =
                    reply.to_cli_text().lines().map(str::to_owned).collect();
                if UNORDERED.contains(shape) {
                    lines = lines.iter().map(|line| without_number(line)).collect();
                    lines.sort();
                }
                lines.join("\n")
            };
            let replies = READS.iter().chain(UNORDERED).map(&mut reply);
            let replies: Vec<String> = replies.collect();
            (name, digest, replies)
        });
        let answers: Vec<_> = answers.collect();
        assert!(self.members[at].made.is_empty(), "a read sends nothing");
        answers
    }
}

fn without_number(line: &str) -> String {
    let text = line.trim_start();
    text.split_once(") ").map_or(text, |(_, rest)| rest).into()
}

/// What tells the content of a key of any type.
const READS: &[&str] = &[
    "TYPE k",
    "PEXPIRETIME k",
    "GET k",
    "ZRANGE k 0 -1 WITHSCORES",
    "LRANGE k 0 -1",
    "XRANGE k - +",
    "PFCOUNT k",
    "JSON.GET k $",
    "HLEN k",
    "SCARD k",
    "XLEN k",
];
const UNORDERED: &[&str] = &["SMEMBERS k", "HVALS k", "HKEYS k"];
