//! What is asked of each replica after each step, and of all in the end.

use super::cluster::Cluster;
use super::json_oracle::printed;
use super::oracle::{Expected, Groups, Oracle, text};
use super::step::Step;
use super::{END, json_alphabet};
use crate::assumption::Lww;
use crate::crdt::Datatype;
use crate::crdt::clock::MEMBERS_MAX;
use crate::crdt::effect::{Effect, Part, Update};
use crate::crdt::json::literal::Deed;
use crate::crdt::object::Object;
use crate::crdt::stream_op::StreamOp;
use crate::crdt::typed::View;
use crate::crdt::value::Value;
use crate::id::Id;

impl Cluster {
    /// Writes taken in but accounted for nowhere, by origin.
    fn missing(&self, at: usize) -> [i64; MEMBERS_MAX] {
        let replica = &self.replicas[at];
        let (mut present, mut hidden) = ([0; MEMBERS_MAX], [0; MEMBERS_MAX]);
        replica.object.count_writes(&mut present, &mut hidden);
        let mut missing = [0; MEMBERS_MAX];
        for (index, effect) in self.effects.iter().enumerate() {
            if replica.delivered >> index & 1 == 1 && !effect.dot().is_fill() {
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

    pub(super) fn balance(&mut self, at: usize) {
        let missing = self.missing(at);
        for (unseen, missing) in self.replicas[at].unseen.iter_mut().zip(missing) {
            *unseen += u64::try_from(missing).expect("no write is accounted for twice");
        }
    }

    /// The laws, at one replica.
    pub(super) fn judge(&mut self, at: usize) {
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
        let delivered = replica.delivered;
        let expected = self.expected(delivered);
        let seen = seen(&self.replicas[at].object);
        assert_eq!(seen, expected, "as the oracle says\n{}", self.story(at));
    }

    pub(super) fn expected(&mut self, delivered: u64) -> Expected {
        if let Some(expected) = self.sayings.get(&delivered) {
            return expected.clone();
        }
        let oracle = Oracle {
            ops: &self.ops,
            wall_first: self.rules.lww == Lww::WallFirst,
        };
        let expected = oracle.expected(delivered);
        self.sayings.insert(delivered, expected.clone());
        expected
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

fn visible(object: &Object) -> &'static str {
    match object.view() {
        View::Absent => "",
        View::String(_) => "string",
        View::Hash(_) => "hash",
        View::Set(_) => "set",
        View::SortedSet(_) => "sorted set",
        View::List(_) => "list",
        View::Stream(_) => "stream",
        View::HyperLogLog(_) => "hyperloglog",
        View::Json(_) => "json",
    }
}

/// The entries of a stream, and its groups.
fn streamed(object: &Object) -> (Vec<String>, Groups) {
    let types = object.types();
    let entries = types
        .stream()
        .into_iter()
        .flat_map(|stream| stream.entries());
    let entries = entries.map(|(key, entry)| {
        let fields: Vec<String> = entry.fields.iter().map(|word| text(word)).collect();
        format!("{} of {}: {}", key.id, key.tree().0, fields.join(" "))
    });
    let groups = types
        .stream()
        .into_iter()
        .flat_map(|stream| stream.groups());
    let groups = groups.map(|(name, group)| {
        (
            text(name),
            (group.progress().0.to_vec(), group.acknowledged().0.to_vec()),
        )
    });
    (entries.collect(), groups.collect())
}

/// What a client sees of a key, in the oracle's words.
pub(super) fn seen(object: &Object) -> Expected {
    let types = object.types();
    let visible = visible(object);
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
        .map(text);
    let scores = types
        .sorted_set()
        .into_iter()
        .flat_map(|sorted| sorted.scores())
        .map(|(name, score)| (text(name), score.to_string()));
    let list = types.list().into_iter();
    let values = list.flat_map(|list| list.values(0));
    let elements = values.map(|value| text(&value.bytes()));
    let (entries, groups) = streamed(object);
    let registers = types
        .hyperloglog()
        .filter(|loglog| loglog.is_live())
        .map(|loglog| loglog.sketch().registers().iter().copied().collect());
    let document = types.json().and_then(|json| json.value());
    let deadline = object
        .deadline()
        .map(|deadline| (deadline.at_ms, deadline.owner.0));
    Expected {
        visible,
        string,
        fields: fields.collect(),
        members: members.collect(),
        scores: scores.collect(),
        elements: elements.collect(),
        entries,
        groups,
        registers,
        document: document.as_ref().map(printed),
        deadline,
    }
}

/// The updates without removals of what was not there; the others must be in the effect.
pub(super) fn done(seen: &Expected, updates: Vec<Update>, effect: &Effect) -> Vec<Update> {
    let parts = effect.change.parts();
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
            Update::RemoveScore(name) => {
                let is_there = seen.scores.contains_key(&text(name)) && !removes;
                (Part::RemoveScore(name.clone()), is_there)
            }
            Update::Stream(op) => {
                let has = |group: &[u8]| seen.groups.contains_key(&text(group)) && !removes;
                let is_there = match &**op {
                    StreamOp::Delete(id) => {
                        let called = format!("{id} of ");
                        !removes && seen.entries.iter().any(|entry| entry.starts_with(&called))
                    }
                    StreamOp::Destroy(group) | StreamOp::Acknowledge { group, .. } => has(group),
                    StreamOp::Create { group, .. } => !has(group),
                    _ => true,
                };
                if is_there && !op.is_removal() {
                    done.push(update);
                    continue;
                }
                (Part::Stream(op.clone()), is_there)
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
        if let Part::Stream(op) = part {
            return op.is_removal() && **op != StreamOp::DestroyAll;
        }
        matches!(
            part,
            Part::Remove | Part::RemoveField(_) | Part::RemoveMember(_) | Part::RemoveScore(_)
        )
    };
    let removals: Vec<Part> = parts.iter().filter(is_removal).cloned().collect();
    assert_eq!(removals, expected, "removals as asked");
    done
}

/// Whether a command would make these updates: no `EXPIRE` of what is not there.
pub(super) fn is_sensible(object: &Object, updates: &[Update]) -> bool {
    let has_field = |name: &[u8]| {
        object
            .types()
            .hash()
            .is_some_and(|hash| hash.field(name).is_some())
    };
    match &updates[0] {
        Update::Expire { .. } | Update::Persist => object.is_live(),
        Update::ExpireField(name, _) | Update::PersistField(name) => has_field(name),
        Update::TakeElements(..) | Update::SetElement(..) | Update::RemoveElements(..) => {
            list_len(object) > 0
        }
        Update::Stream(op) => match &**op {
            StreamOp::Acknowledge { group, .. } => object
                .types()
                .stream()
                .is_some_and(|stream| stream.group(group).is_some()),
            _ => true,
        },
        _ => true,
    }
}

fn list_len(object: &Object) -> u64 {
    object.types().list().map_or(0, |list| list.len())
}

/// The updates as a command makes them: `END` resolved, what is not there left out, each value
/// told from all others.
pub(super) fn placed(object: &Object, updates: Vec<Update>, number: usize) -> Vec<Update> {
    let replaces = updates.contains(&Update::Remove) && object.is_live();
    let length = if replaces { 0 } else { list_len(object) };
    let own = |value: Value| Value::from_bytes(format!("{}{number}", text(&value.bytes())));
    let there = |position: u64, count: u64| {
        let position = if position == END {
            length.saturating_sub(count)
        } else {
            position.min(length)
        };
        (position, count.min(length - position))
    };
    let asked = updates.clone();
    let is_possible = |update: Update| match update {
        Update::Revise(revision) => {
            let revision = json_alphabet::placed(object, &asked, &revision, number)?;
            Some(Update::Revise(Box::new(revision)))
        }
        other => Some(other),
    };
    let each = updates.into_iter().filter_map(is_possible);
    let each = each.map(|update| match update {
        Update::InsertElements(position, values) => {
            let values = values.into_iter().map(own).collect();
            Update::InsertElements(position.min(length), values)
        }
        Update::SetElement(position, value) => Update::SetElement(there(position, 1).0, own(value)),
        Update::TakeElements(position, count) => {
            let (position, count) = there(position, count);
            Update::TakeElements(position, count)
        }
        Update::RemoveElements(position, count) => {
            let (position, count) = there(position, count);
            Update::RemoveElements(position, count)
        }
        other => other,
    });
    each.collect()
}

/// Whether these updates write the type that a client sees, and take nothing away.
pub(super) fn writes_on(visible: &str, updates: &[Update]) -> bool {
    updates.iter().all(|update| match update {
        Update::Write(_) | Update::Amend(_) | Update::Add(_) | Update::AddFloat(_) => {
            visible == "string"
        }
        Update::SetField(..) | Update::AddField(..) | Update::AddFieldFloat(..) => {
            visible == "hash"
        }
        Update::AddMember(_) => visible == "set",
        Update::SetScore(..) | Update::AddScore(..) => visible == "sorted set",
        Update::InsertElements(..) => visible == "list",
        Update::Stream(op) => visible == "stream" && !op.is_removal(),
        Update::Raise(_) => visible == "hyperloglog",
        Update::Revise(revision) => {
            let writes = !matches!(revision.deed, Deed::Remove | Deed::Take);
            writes && visible == "json"
        }
        Update::Expire { .. } | Update::Persist => true,
        _ => false,
    })
}
