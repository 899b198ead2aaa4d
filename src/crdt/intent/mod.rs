//! From what a command wants to what an effect says: fills in what the origin had observed.

mod collections;
mod wishes;

use crate::crdt::clock::{Dot, VersionVector};
use crate::crdt::effect::{Beyond, Change, Part, Update};
use crate::crdt::expiry::Limits;
use crate::crdt::few::Few;
use crate::crdt::object::Object;
use crate::crdt::run::{Amount, Reach, RunId};
use crate::crdt::scalar::Scalar;
use crate::crdt::stream_op::StreamOp;
use crate::crdt::value::Name;
use crate::crdt::zset::Member;
use crate::crdt::{Datatype, Memory, Rules};

use wishes::{Intent, Rating, Wish};

/// The change that `updates` make of `object`, or nothing if they change nothing (`S-3`).
pub(crate) fn change(
    object: &Object,
    dot: Dot,
    observed: &VersionVector,
    rules: Rules,
    updates: impl IntoIterator<Item = Update>,
) -> Option<Change> {
    let mut draft = Draft {
        object,
        dot,
        observed,
        rules,
        removes: false,
    };
    let (mut parts, mut removals) = (Few::default(), Few::default());
    let mut sets_limit = false;
    let mut updates = updates.into_iter();
    match (updates.next(), updates.next()) {
        // Most commands want one thing of one element: there is nothing to put together.
        (Some(Update::AddMember(name)), None) if object.is_live() => {
            return Some(Change::of(draft.added(name)?));
        }
        (Some(Update::RemoveMember(name)), None) => {
            return Some(Change::of(draft.removed(name)?));
        }
        (Some(Update::SetField(name, value)), None) => {
            draft.field(name, Wish::written(value), &mut parts, &mut removals);
        }
        (Some(Update::RemoveField(name)), None) => {
            draft.field(name, Wish::removal(), &mut parts, &mut removals);
        }
        (first, second) => {
            let all = first.into_iter().chain(second).chain(updates);
            sets_limit = draft.all(all, &mut parts, &mut removals);
        }
    }
    // What is left of the deadline of a key that is gone must not fall to a new key.
    if draft.removes {
        draft.remove_key(&mut removals);
    } else if !parts.is_empty() && !sets_limit && !object.is_live() {
        parts.push(Part::Anew { field: None });
    }
    // Removals come last, so that memory of them does not take their own effect for a late one.
    parts.append(removals);
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
    rules: Rules,
    /// Whether the whole key is removed first.
    removes: bool,
}

impl Draft<'_> {
    /// What updates want together. Returns whether the key's deadline is written.
    fn all(
        &mut self,
        updates: impl IntoIterator<Item = Update>,
        parts: &mut Few<Part>,
        removals: &mut Few<Part>,
    ) -> bool {
        let mut intent = Intent::default();
        for update in updates {
            intent.note(update);
        }
        self.removes = intent.removes && self.object.is_live();
        let sets_limit = intent.string.sets_limit();
        self.scalar(None, intent.string, parts, removals);
        for (name, wish) in intent.fields.0 {
            self.field(name, wish, parts, removals);
        }
        for (name, is_in) in intent.members.0 {
            self.member(name, is_in, parts, removals);
        }
        for (name, rating) in intent.scores.0 {
            self.score(name, &rating, parts, removals);
        }
        self.splices(intent.splices, self.rules, parts, removals);
        self.stream(intent.stream, parts, removals);
        if let Some(sketch) = intent.sketch {
            parts.extend(self.raise(&sketch));
        }
        self.revise(intent.revisions, parts);
        sets_limit
    }

    fn remove_key(&self, removals: &mut Few<Part>) {
        let types = self.object.types();
        if let Some(scalar) = types.string() {
            removals.extend(erasure(|| None, scalar));
        }
        for (name, field) in types.hash().into_iter().flat_map(|hash| hash.counters()) {
            removals.extend(erasure(|| Some(Name::from(name)), field.scalar()));
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

    /// What a command wants of one field: `HDEL`, unless it is written again by the same command or
    /// not there to remove, and what is written.
    fn field(&self, name: Name, wish: Wish, parts: &mut Few<Part>, removals: &mut Few<Part>) {
        if wish.removes && !self.removes {
            let field = self
                .object
                .types()
                .hash()
                .and_then(|hash| hash.field(&name));
            if let Some(field) = field {
                removals.extend(erasure(|| Some(name.clone()), field.scalar()));
                removals.push(Part::RemoveField(name.clone()));
            }
        }
        self.scalar(Some(name), wish, parts, removals);
    }

    /// What a command wants of one member of a set.
    fn member(&self, name: Name, is_in: bool, parts: &mut Few<Part>, removals: &mut Few<Part>) {
        if is_in {
            parts.extend(self.added(name));
        } else {
            removals.extend(self.removed(name));
        }
    }

    fn added(&self, name: Name) -> Option<Part> {
        let is_due = self.rules.readd_is_fresh || !self.has_member(&name);
        is_due.then_some(Part::AddMember(name))
    }

    fn removed(&self, name: Name) -> Option<Part> {
        self.has_member(&name).then_some(Part::RemoveMember(name))
    }

    fn has_member(&self, name: &Name) -> bool {
        let set = self.object.types().set().filter(|_| !self.removes);
        set.is_some_and(|set| set.contains(name))
    }

    fn scalar(
        &self,
        mut field: Option<Name>,
        wish: Wish,
        parts: &mut Few<Part>,
        removals: &mut Few<Part>,
    ) {
        if wish.is_idle() {
            return;
        }
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
                removals.extend(erasure(|| field.clone(), scalar));
            }
            let is_last = wish.amount.is_none() && wish.limit.is_none();
            let field = if is_last { field.take() } else { field.clone() };
            let (persists, beyond) = (wish.persists, beyond.map(Box::new));
            parts.push(Part::Write {
                field,
                value,
                persists,
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
                reach: Box::new(reach),
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
        parts: &mut Few<Part>,
        removals: &mut Few<Part>,
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
            let reach = Box::new(reach);
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
        let nothing = |memory: Option<&Memory>| memory.is_none_or(Memory::is_empty);
        if self.object.removed().is_empty()
            && nothing(removed)
            && nothing(foreseen)
            && limits.is_none_or(Limits::is_empty)
        {
            return None;
        }
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

fn erasure(field: impl FnOnce() -> Option<Name>, scalar: &Scalar) -> Option<Part> {
    let erasures = scalar.erasures();
    (!erasures.is_empty()).then(|| Part::Erase {
        field: field(),
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
