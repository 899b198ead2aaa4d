//! From what a command wants to what an effect says: fills in what the origin had observed.

mod collections;

use std::collections::BTreeMap;

use crate::crdt::clock::{Dot, VersionVector};
use crate::crdt::effect::{Beyond, Change, Part, Update};
use crate::crdt::expiry::Limits;
use crate::crdt::json::literal::Revision;
use crate::crdt::object::Object;
use crate::crdt::run::{Amount, Reach, RunId};
use crate::crdt::scalar::Scalar;
use crate::crdt::sketch::Sketch;
use crate::crdt::stream_op::StreamOp;
use crate::crdt::value::{Name, Value};
use crate::crdt::zset::Member;
use crate::crdt::{Datatype, Memory, Rules};

use collections::Splice;

/// What becomes of a string or field, and of its deadline; later updates go on top of earlier ones.
#[derive(Default)]
struct Wish {
    removes: bool,
    value: Option<Value>,
    persists: bool,
    amount: Option<Amount>,
    limit: Option<Option<u64>>,
}

impl Wish {
    fn removal() -> Self {
        Self {
            removes: true,
            ..Self::default()
        }
    }

    fn write(&mut self, value: Value) {
        *self = Wish {
            value: Some(value),
            persists: true,
            ..Wish::default()
        };
    }

    fn add(&mut self, amount: Amount) {
        self.amount = Some(self.amount.unwrap_or_default().plus(amount));
    }

    /// Whether a deadline is written, if only "for ever".
    fn sets_limit(&self) -> bool {
        self.persists || self.limit.is_some()
    }

    /// One effect sets one deadline: an explicit one takes the place of what a write implies.
    fn limit(&mut self, deadline_ms: Option<u64>) {
        let is_implied = self.value.is_some() && deadline_ms.is_none();
        self.persists = is_implied;
        self.limit = (!is_implied).then_some(deadline_ms);
    }
}

/// All that one command wants of one key.
#[derive(Default)]
struct Intent {
    removes: bool,
    string: Wish,
    fields: BTreeMap<Name, Wish>,
    /// Whether each named member is to be in.
    members: BTreeMap<Name, bool>,
    scores: BTreeMap<Name, Rating>,
    splices: Vec<Splice>,
    stream: Vec<StreamOp>,
    /// Registers of a HyperLogLog to be raised, if only to make one that is empty.
    sketch: Option<Sketch>,
    revisions: Vec<Revision>,
}

/// What becomes of a sorted set's member; later updates go on top of earlier ones.
#[derive(Default)]
struct Rating {
    removes: bool,
    score: Option<f64>,
    added: Option<f64>,
}

impl Rating {
    fn removal() -> Self {
        Self {
            removes: true,
            ..Self::default()
        }
    }
}

impl Intent {
    fn note(&mut self, update: Update) {
        let whole = |whole| Amount { whole, float: 0.0 };
        let float = |float| Amount { whole: 0, float };
        match update {
            Update::Write(value) => self.string.write(value),
            Update::Amend(value) => {
                self.string.value = Some(value);
                self.string.amount = None;
            }
            Update::Add(amount) => self.string.add(whole(amount)),
            Update::AddFloat(amount) => self.string.add(float(amount)),
            Update::Remove => {
                *self = Intent {
                    removes: true,
                    ..Intent::default()
                }
            }
            Update::SetField(name, value) => self.field(name).write(value),
            Update::AddField(name, amount) => self.field(name).add(whole(amount)),
            Update::AddFieldFloat(name, amount) => self.field(name).add(float(amount)),
            Update::RemoveField(name) => *self.field(name) = Wish::removal(),
            Update::ExpireField(name, deadline_ms) => self.field(name).limit(Some(deadline_ms)),
            Update::PersistField(name) => self.field(name).limit(None),
            Update::AddMember(name) => {
                self.members.insert(name, true);
            }
            Update::RemoveMember(name) => {
                self.members.insert(name, false);
            }
            Update::SetScore(name, score) => {
                *self.rating(name) = Rating {
                    score: Some(score),
                    ..Rating::default()
                };
            }
            Update::AddScore(name, amount) => {
                let added = &mut self.rating(name).added;
                *added = Some(added.unwrap_or(0.0) + amount);
            }
            Update::RemoveScore(name) => *self.rating(name) = Rating::removal(),
            Update::InsertElements(position, inserted) => self.splices.push(Splice {
                inserted,
                ..Splice::removal(position, 0, false)
            }),
            Update::RemoveElements(position, count) => {
                self.splices.push(Splice::removal(position, count, false));
            }
            Update::TakeElements(position, count) => {
                self.splices.push(Splice::removal(position, count, true));
            }
            Update::SetElement(position, value) => self.splices.push(Splice {
                inserted: vec![value],
                ..Splice::removal(position, 1, false)
            }),
            Update::Stream(op) => self.stream.push(*op),
            Update::Raise(registers) => {
                let sketch = self.sketch.get_or_insert_default();
                sketch.raise(&registers);
            }
            Update::Revise(revision) => self.revisions.push(*revision),
            Update::Expire { deadline_ms } => self.string.limit(Some(deadline_ms)),
            Update::Persist => self.string.limit(None),
        }
    }

    fn field(&mut self, name: Name) -> &mut Wish {
        self.fields.entry(name).or_default()
    }

    fn rating(&mut self, name: Name) -> &mut Rating {
        self.scores.entry(name).or_default()
    }
}

/// The change that `updates` make of `object`, or nothing if they change nothing (`S-3`).
pub(crate) fn change(
    object: &Object,
    dot: Dot,
    observed: &VersionVector,
    rules: Rules,
    updates: Vec<Update>,
) -> Option<Change> {
    let mut intent = Intent::default();
    for update in updates {
        intent.note(update);
    }
    let draft = Draft {
        object,
        dot,
        observed,
        removes: intent.removes && object.is_live(),
    };
    let mut parts = Vec::new();
    let mut removals = Vec::new();
    let sets_limit = intent.string.sets_limit();
    draft.scalar(None, intent.string, &mut parts, &mut removals);
    for (name, wish) in intent.fields {
        draft.remove_field(&name, &wish, &mut removals);
        draft.scalar(Some(name), wish, &mut parts, &mut removals);
    }
    draft.members(&intent.members, rules, &mut parts, &mut removals);
    for (name, rating) in intent.scores {
        draft.score(name, &rating, &mut parts, &mut removals);
    }
    draft.splices(intent.splices, rules, &mut parts, &mut removals);
    draft.stream(intent.stream, &mut parts, &mut removals);
    if let Some(sketch) = intent.sketch {
        parts.extend(draft.raise(&sketch));
    }
    draft.revise(intent.revisions, &mut parts);
    // What is left of the deadline of a key that is gone must not fall to a new key.
    if draft.removes {
        draft.remove_key(&mut removals);
    } else if !object.is_live() && !parts.is_empty() && !sets_limit {
        parts.push(Part::Anew { field: None });
    }
    // Removals come last, so that memory of them does not take their own effect for a late one.
    parts.append(&mut removals);
    match parts.as_slice() {
        [] => None,
        [
            Part::Write {
                field: None,
                value,
                persists: true,
                beyond: None,
            },
        ] => Some(Change::Write(value.clone())),
        _ => Some(Change::Parts(parts.into())),
    }
}

/// What the parts of a change are made from.
struct Draft<'a> {
    object: &'a Object,
    dot: Dot,
    observed: &'a VersionVector,
    /// Whether the whole key is removed first.
    removes: bool,
}

impl Draft<'_> {
    fn remove_key(&self, removals: &mut Vec<Part>) {
        let types = self.object.types();
        if let Some(scalar) = types.string() {
            removals.extend(erasure(None, scalar));
        }
        for (name, field) in types.hash().into_iter().flat_map(|hash| hash.counters()) {
            removals.extend(erasure(Some(Name::from(name)), field.scalar()));
        }
        let sorted = types.sorted_set().into_iter();
        for (name, member) in sorted.flat_map(|sorted| sorted.counters()) {
            removals.extend(score_erasure(&Name::from(name), member));
        }
        if types.stream().is_some_and(Datatype::is_live) {
            removals.push(Part::Stream(Box::new(StreamOp::DestroyAll)));
        }
        removals.push(Part::Remove);
    }

    /// `HDEL`, unless the field is written again by the same command or not there to remove.
    fn remove_field(&self, name: &Name, wish: &Wish, removals: &mut Vec<Part>) {
        let field = self.object.types().hash().and_then(|hash| hash.field(name));
        if let Some(field) = field.filter(|_| wish.removes && !self.removes) {
            removals.extend(erasure(Some(name.clone()), field.scalar()));
            removals.push(Part::RemoveField(name.clone()));
        }
    }

    fn members(
        &self,
        members: &BTreeMap<Name, bool>,
        rules: Rules,
        parts: &mut Vec<Part>,
        removals: &mut Vec<Part>,
    ) {
        let set = self.object.types().set().filter(|_| !self.removes);
        for (name, is_in) in members {
            let was_in = set.is_some_and(|set| set.contains(name));
            if *is_in && (!was_in || rules.readd_is_fresh) {
                parts.push(Part::AddMember(name.clone()));
            } else if !*is_in && was_in {
                removals.push(Part::RemoveMember(name.clone()));
            }
        }
    }

    fn scalar(
        &self,
        field: Option<Name>,
        wish: Wish,
        parts: &mut Vec<Part>,
        removals: &mut Vec<Part>,
    ) {
        let types = self.object.types();
        let trace = field.as_ref().and_then(|name| types.hash()?.trace(name));
        let (scalar, limits, removed) = match &field {
            None => (types.string(), Some(self.object.limits()), None),
            Some(_) => (
                trace.map(|trace| trace.scalar()),
                trace.map(|trace| trace.limits()),
                trace.map(|trace| trace.removed()),
            ),
        };
        let beyond = self.beyond(scalar, limits, removed);
        let resets = self.removes || wish.value.is_some();
        let is_gone = !self.removes && scalar.is_none_or(|scalar| !scalar.is_live());
        let makes_anew = is_gone && wish.amount.is_some() && !wish.sets_limit();
        if makes_anew && field.is_some() {
            parts.push(Part::Anew {
                field: field.clone(),
            });
        }
        if let Some(value) = wish.value {
            if !self.removes
                && let Some(scalar) = scalar
            {
                removals.extend(erasure(field.clone(), scalar));
            }
            let beyond = beyond.map(Box::new);
            let field = field.clone();
            parts.push(Part::Write {
                field,
                value,
                persists: wish.persists,
                beyond,
            });
        }
        if let Some(amount) = wish.amount {
            let vacant = Scalar::default();
            let scalar = scalar.filter(|_| !resets).unwrap_or(&vacant);
            let (run, reach) = scalar.extended(self.dot, amount);
            parts.push(Part::Add {
                field: field.clone(),
                run,
                reach,
            });
        }
        if let Some(deadline_ms) = wish.limit {
            let beyond = beyond.map(|beyond| Box::new(beyond.limit));
            parts.push(Part::Limit {
                field,
                deadline_ms,
                beyond,
            });
        }
    }

    /// What a command wants of one member of a sorted set.
    fn score(
        &self,
        member: Name,
        rating: &Rating,
        parts: &mut Vec<Part>,
        removals: &mut Vec<Part>,
    ) {
        let sorted = self.object.types().sorted_set();
        let trace = sorted.and_then(|sorted| sorted.trace(&member));
        let kept = trace.filter(|_| !self.removes);
        let present = kept.filter(|trace| trace.score().is_some());
        if let Some(present) = present.filter(|_| rating.removes) {
            removals.extend(score_erasure(&member, present));
            removals.push(Part::RemoveScore(member.clone()));
        }
        let resets = self.removes || rating.removes || rating.score.is_some();
        let vacant = Member::default();
        let old = kept.filter(|_| !resets).unwrap_or(&vacant);
        let run = rating.added.map(|float| {
            let amount = Amount { whole: 0, float };
            old.scalar().extended(self.dot, amount)
        });
        // A run holds finite sums, or taking a part of it away would leave no number.
        let is_finite = |(_, reach): &(RunId, Reach)| reach.amount.float.is_finite();
        let overflow = run.filter(|run| !is_finite(run)).and(rating.added);
        let base = rating.score.or(old.score()).unwrap_or(0.0);
        let written = overflow.map(|added| base + added).or(rating.score);
        if let Some(score) = written {
            if let Some(kept) = kept.filter(|_| !rating.removes) {
                removals.extend(score_erasure(&member, kept));
            }
            let beyond = self.register_beyond(
                trace.map(|trace| trace.scalar().writes().foreseen()),
                trace.map(|trace| trace.removed()),
            );
            parts.push(Part::SetScore {
                member: member.clone(),
                score,
                beyond: (!beyond.is_within(self.observed)).then(|| Box::new(beyond)),
            });
        }
        if let Some((run, reach)) = run.filter(is_finite) {
            parts.push(Part::AddScore { member, run, reach });
        }
    }

    /// What updates seen of one register had seen, where that is more than what this replica has
    /// seen. It makes "has seen" transitive among the writes of one register, so that a write that
    /// takes another's place also stands for all that one had taken the place of.
    fn beyond(
        &self,
        scalar: Option<&Scalar>,
        limits: Option<&Limits>,
        removed: Option<&Memory>,
    ) -> Option<Beyond> {
        let foreseen = scalar.map(|scalar| scalar.writes().foreseen());
        let mut beyond = Beyond {
            write: self.register_beyond(foreseen, removed),
            limit: self.register_beyond(None, removed),
        };
        if let Some(limits) = limits {
            limits.extend_beyond(&mut beyond.limit);
        }
        let is_within = |vector: &VersionVector| vector.is_within(self.observed);
        (!is_within(&beyond.write) || !is_within(&beyond.limit)).then_some(beyond)
    }

    /// What removals of the key and of an element had seen, and what its register foresees.
    fn register_beyond(
        &self,
        foreseen: Option<&Memory>,
        removed: Option<&Memory>,
    ) -> VersionVector {
        let mut beyond = VersionVector::ZERO;
        self.object.removed().extend(&mut beyond);
        let memories = [removed, foreseen];
        for memory in memories.into_iter().flatten() {
            memory.extend(&mut beyond);
        }
        beyond
    }
}

fn erasure(field: Option<Name>, scalar: &Scalar) -> Option<Part> {
    let erasures = scalar.erasures();
    (!erasures.is_empty()).then(|| Part::Erase {
        field,
        erasures: erasures.into(),
    })
}

fn score_erasure(member: &Name, trace: &Member) -> Option<Part> {
    let erasures = trace.scalar().erasures();
    (!erasures.is_empty()).then(|| Part::EraseScore {
        member: member.clone(),
        erasures: erasures.into(),
    })
}
