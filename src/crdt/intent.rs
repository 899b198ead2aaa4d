//! From what a command wants to what an effect says: fills in what the origin had observed.

use std::collections::BTreeMap;

use crate::crdt::clock::{Dot, VersionVector};
use crate::crdt::counter::Amount;
use crate::crdt::effect::{Beyond, Change, Part, Update};
use crate::crdt::expiry::Limits;
use crate::crdt::object::Object;
use crate::crdt::scalar::Scalar;
use crate::crdt::value::{Name, Value};
use crate::crdt::{Memory, Rules};

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
            Update::RemoveField(name) => {
                *self.field(name) = Wish {
                    removes: true,
                    ..Wish::default()
                };
            }
            Update::ExpireField(name, deadline_ms) => self.field(name).limit(Some(deadline_ms)),
            Update::PersistField(name) => self.field(name).limit(None),
            Update::AddMember(name) => {
                self.members.insert(name, true);
            }
            Update::RemoveMember(name) => {
                self.members.insert(name, false);
            }
            Update::Expire { deadline_ms } => self.string.limit(Some(deadline_ms)),
            Update::Persist => self.string.limit(None),
        }
    }

    fn field(&mut self, name: Name) -> &mut Wish {
        self.fields.entry(name).or_default()
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
    for (name, wish) in &mut intent.fields {
        draft.remove_field(name, wish, &mut parts);
    }
    draft.members(&intent.members, rules, &mut parts);
    draft.scalar(None, intent.string, &mut parts);
    for (name, wish) in intent.fields {
        draft.scalar(Some(name), wish, &mut parts);
    }
    // What is left of the deadline of a key that is gone must not fall to a new key.
    let leaves_limits = !object.is_live() && !object.limits().is_empty() && !parts.is_empty();
    if draft.removes || leaves_limits {
        parts.splice(0..0, draft.removal());
    }
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
    fn removal(&self) -> Vec<Part> {
        let mut parts = vec![Part::Remove];
        let types = self.object.types();
        if let Some(scalar) = types.string() {
            parts.extend(erasure(None, scalar));
        }
        if let Some(hash) = types.hash().filter(|hash| hash.has_counters()) {
            for (name, field) in hash.fields() {
                parts.extend(erasure(Some(name.clone()), field.scalar()));
            }
        }
        parts
    }

    /// `HDEL`, unless the field is written again by the same command or not there to remove.
    fn remove_field(&self, name: &Name, wish: &mut Wish, parts: &mut Vec<Part>) {
        let field = self.object.types().hash().and_then(|hash| hash.field(name));
        let Some(field) = field.filter(|_| wish.removes && !self.removes) else {
            return;
        };
        parts.push(Part::RemoveField(name.clone()));
        parts.extend(erasure(Some(name.clone()), field.scalar()));
    }

    fn members(&self, members: &BTreeMap<Name, bool>, rules: Rules, parts: &mut Vec<Part>) {
        let set = self.object.types().set().filter(|_| !self.removes);
        for (name, is_in) in members {
            let was_in = set.is_some_and(|set| set.contains(name));
            if *is_in && (!was_in || rules.readd_is_fresh) {
                parts.push(Part::AddMember(name.clone()));
            } else if !*is_in && was_in {
                parts.push(Part::RemoveMember(name.clone()));
            }
        }
    }

    fn scalar(&self, field: Option<Name>, wish: Wish, parts: &mut Vec<Part>) {
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
        if let Some(value) = wish.value {
            if !self.removes
                && let Some(scalar) = scalar
            {
                parts.extend(erasure(field.clone(), scalar));
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

    /// What updates seen of one register had seen, where that is more than what this replica has
    /// seen. It makes "has seen" transitive among the writes of one register, so that a write that
    /// takes another's place also stands for all that one had taken the place of.
    fn beyond(
        &self,
        scalar: Option<&Scalar>,
        limits: Option<&Limits>,
        removed: Option<&Memory>,
    ) -> Option<Beyond> {
        let mut gate = VersionVector::ZERO;
        self.object.removed().extend(&mut gate);
        if let Some(removed) = removed {
            removed.extend(&mut gate);
        }
        let mut beyond = Beyond {
            write: gate,
            limit: gate,
        };
        if let Some(scalar) = scalar {
            scalar.writes().foreseen().extend(&mut beyond.write);
        }
        if let Some(limits) = limits {
            limits.extend_beyond(&mut beyond.limit);
        }
        let is_within = |vector: &VersionVector| vector.is_within(self.observed);
        (!is_within(&beyond.write) || !is_within(&beyond.limit)).then_some(beyond)
    }
}

fn erasure(field: Option<Name>, scalar: &Scalar) -> Option<Part> {
    let erasures = scalar.erasures();
    (!erasures.is_empty()).then(|| Part::Erase {
        field,
        erasures: erasures.into(),
    })
}
