//! What one command wants of one key, put together from its updates.

use crate::crdt::effect::Update;
use crate::crdt::json::literal::Revision;
use crate::crdt::run::Amount;
use crate::crdt::sketch::Sketch;
use crate::crdt::stream_op::StreamOp;
use crate::crdt::value::{Name, Value};

use super::collections::Splice;

/// What becomes of a string or field, and of its deadline; later updates go on top of earlier ones.
#[derive(Default)]
pub(super) struct Wish {
    pub(super) removes: bool,
    pub(super) value: Option<Value>,
    pub(super) persists: bool,
    pub(super) amount: Option<Amount>,
    pub(super) limit: Option<Option<u64>>,
}

impl Wish {
    pub(super) fn removal() -> Self {
        Self {
            removes: true,
            ..Self::default()
        }
    }

    pub(super) fn written(value: Value) -> Self {
        Self {
            value: Some(value),
            persists: true,
            ..Self::default()
        }
    }

    fn write(&mut self, value: Value) {
        *self = Self::written(value);
    }

    fn add(&mut self, amount: Amount) {
        self.amount = Some(self.amount.unwrap_or_default().plus(amount));
    }

    /// Whether nothing is written.
    pub(super) fn is_idle(&self) -> bool {
        self.value.is_none() && self.amount.is_none() && self.limit.is_none()
    }

    /// Whether a deadline is written, if only "for ever".
    pub(super) fn sets_limit(&self) -> bool {
        self.persists || self.limit.is_some()
    }

    /// One effect sets one deadline: an explicit one takes the place of what a write implies.
    fn limit(&mut self, deadline_ms: Option<u64>) {
        let is_implied = self.value.is_some() && deadline_ms.is_none();
        self.persists = is_implied;
        self.limit = (!is_implied).then_some(deadline_ms);
    }
}

/// What is wanted of each of some names, in the order of their bytes. Commands name few.
pub(super) struct ByName<T>(pub(super) Vec<(Name, T)>);

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> ByName<T> {
    pub(super) fn of(&mut self, name: Name) -> &mut T {
        let found = self.0.binary_search_by(|(other, _)| other.cmp(&name));
        let at = found.unwrap_or_else(|at| {
            self.0.insert(at, (name, T::default()));
            at
        });
        &mut self.0[at].1
    }
}

/// All that one command wants of one key.
#[derive(Default)]
pub(super) struct Intent {
    pub(super) removes: bool,
    pub(super) string: Wish,
    pub(super) fields: ByName<Wish>,
    /// Whether each named member is to be in.
    pub(super) members: ByName<bool>,
    pub(super) scores: ByName<Rating>,
    pub(super) splices: Vec<Splice>,
    pub(super) stream: Vec<StreamOp>,
    /// Registers of a HyperLogLog to be raised, if only to make one that is empty.
    pub(super) sketch: Option<Sketch>,
    pub(super) revisions: Vec<Revision>,
}

/// What becomes of a sorted set's member; later updates go on top of earlier ones.
#[derive(Default)]
pub(super) struct Rating {
    pub(super) removes: bool,
    pub(super) score: Option<f64>,
    pub(super) added: Option<f64>,
}

impl Rating {
    pub(super) fn removal() -> Self {
        Self {
            removes: true,
            ..Self::default()
        }
    }
}

impl Intent {
    pub(super) fn note(&mut self, update: Update) {
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
            Update::AddMember(name) => *self.members.of(name) = true,
            Update::RemoveMember(name) => *self.members.of(name) = false,
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
        self.fields.of(name)
    }

    fn rating(&mut self, name: Name) -> &mut Rating {
        self.scores.of(name)
    }
}
