//! What a key must show, computed from the whole history by the definitions alone: slow, obvious,
//! and without a line of the code it judges.
//!
//! "Seen" is direct: an op has seen what its replica had taken in of this key. Only writes of a
//! register (and of a deadline) also stand for what the ops on that register that they had seen
//! had seen: causal order is transitive.

mod sketch;
mod stream;

use std::collections::{BTreeMap, BTreeSet};

use super::json_oracle::Shown;
use super::{Op, list_oracle};
use crate::crdt::effect::Update;
use crate::crdt::stream_id::EntryId;

/// Groups by name: for each tree how far it is done, and how far acknowledged.
pub(super) type Groups = BTreeMap<String, (Vec<EntryId>, Vec<EntryId>)>;

/// What a client must see. Every type that is live is listed, the visible one by its name.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Expected {
    pub(super) visible: &'static str,
    pub(super) string: Option<String>,
    pub(super) fields: BTreeMap<String, (String, Option<u64>)>,
    pub(super) members: BTreeSet<String>,
    pub(super) scores: BTreeMap<String, String>,
    pub(super) elements: Vec<String>,
    /// The entries of a stream, in order: id, tree, fields.
    pub(super) entries: Vec<String>,
    /// The groups: up to where each tree is done for a region that has read nothing, and up to
    /// where it is acknowledged.
    pub(super) groups: Groups,
    pub(super) registers: Option<BTreeMap<u16, u8>>,
    pub(super) document: Option<String>,
    /// The deadline and its owner.
    pub(super) deadline: Option<(u64, u8)>,
}

/// Greater wins: wall clock, smaller replica, later number.
type Rank = (u64, i16, u64);

/// A register with its counter: the string, a field, or a score.
#[derive(Clone, PartialEq, Debug)]
enum Cell {
    String,
    Field(String),
    Score(String),
}

pub(super) struct Oracle<'a> {
    pub(super) ops: &'a [Op],
    pub(super) wall_first: bool,
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("tests use text")
}

pub(super) fn bits(set: u64) -> impl Iterator<Item = usize> {
    let mut rest = set;
    std::iter::from_fn(move || {
        let index = rest.trailing_zeros() as usize;
        rest &= rest.checked_sub(1)?;
        Some(index)
    })
}

impl Oracle<'_> {
    /// What a replica shows that has taken in the ops of `delivered`.
    pub(super) fn expected(&self, delivered: u64) -> Expected {
        let mut expected = Expected::default();
        let mut newest: Vec<(Option<Rank>, &'static str)> = Vec::new();
        let (string, stamp) = self.cell(&Cell::String, delivered);
        newest.push((stamp, "string"));
        expected.string = string;
        let mut field_stamp = None;
        for name in self.field_names() {
            let cell = Cell::Field(name.clone());
            let (value, stamp) = self.cell(&cell, delivered);
            field_stamp = field_stamp.max(stamp);
            if let Some(value) = value {
                let deadline = self.deadline(Some(&name), delivered).map(|(at, _)| at);
                expected.fields.insert(name, (value, deadline));
            }
        }
        newest.push((field_stamp, "hash"));
        let (members, stamp) = self.members(delivered);
        expected.members = members;
        newest.push((stamp, "set"));
        let mut score_stamp = None;
        for name in self.scored_names() {
            let (score, stamp) = self.cell(&Cell::Score(name.clone()), delivered);
            score_stamp = score_stamp.max(stamp);
            expected.scores.extend(score.map(|score| (name, score)));
        }
        newest.push((score_stamp, "sorted set"));
        let elements = list_oracle::shown(self.ops, delivered);
        let stamps = elements.iter().map(|(index, _)| self.stamp(*index));
        newest.push((stamps.max(), "list"));
        let values = elements.iter();
        let values = values.map(|(index, step)| self.ops[*index].deeds.value(*step));
        expected.elements = values.collect();
        let (entries, entry_stamp) = self.stream_entries(delivered);
        let (groups, group_stamp) = self.stream_groups(delivered);
        (expected.entries, expected.groups) = (entries, groups);
        newest.push((entry_stamp.max(group_stamp), "stream"));
        let (registers, stamp) = self.sketch(delivered);
        expected.registers = registers;
        newest.push((stamp, "hyperloglog"));
        let ops = self.ops;
        if let Some((text, shown)) = (Shown { ops, delivered }).document() {
            expected.document = Some(text);
            newest.push((
                shown.into_iter().map(|index| self.stamp(index)).max(),
                "json",
            ));
        }
        let best = newest
            .into_iter()
            .filter(|(stamp, _)| stamp.is_some())
            .max();
        if let Some((_, kind)) = best {
            expected.visible = kind;
            expected.deadline = self.deadline(None, delivered);
        }
        expected
    }

    /// The members of a set, and the stamp of the newest addition that stands.
    fn members(&self, delivered: u64) -> (BTreeSet<String>, Option<Rank>) {
        let mut members = BTreeSet::new();
        let mut newest = None;
        for index in bits(delivered) {
            for update in &self.ops[index].updates {
                let Update::AddMember(name) = update else {
                    continue;
                };
                let name = text(name);
                if !bits(delivered).any(|other| self.removes_member(other, &name, index)) {
                    if !bits(delivered).any(|other| self.adds_again(other, &name, index)) {
                        newest = newest.max(Some(self.stamp(index)));
                    }
                    members.insert(name);
                }
            }
        }
        (members, newest)
    }

    fn stamp(&self, index: usize) -> Rank {
        let op = &self.ops[index];
        (op.wall_ms, -i16::from(op.dot.origin.0), op.dot.seq)
    }

    fn field_names(&self) -> BTreeSet<String> {
        let updates = self.ops.iter().flat_map(|op| &op.updates);
        let names = updates.filter_map(|update| match update {
            Update::SetField(name, _)
            | Update::AddField(name, _)
            | Update::AddFieldFloat(name, _) => Some(text(name)),
            _ => None,
        });
        names.collect()
    }

    fn scored_names(&self) -> BTreeSet<String> {
        let updates = self.ops.iter().flat_map(|op| &op.updates);
        let names = updates.filter_map(|update| match update {
            Update::SetScore(name, _) | Update::AddScore(name, _) => Some(text(name)),
            _ => None,
        });
        names.collect()
    }

    fn removes_key(&self, index: usize) -> bool {
        self.ops[index].updates.contains(&Update::Remove)
    }

    fn removes_member(&self, index: usize, name: &str, victim: usize) -> bool {
        let op = &self.ops[index];
        let names_it = op
            .updates
            .iter()
            .any(|update| matches!(update, Update::RemoveMember(member) if text(member) == name));
        op.observed >> victim & 1 == 1 && (names_it || self.removes_key(index))
    }

    /// Whether `index` is a later addition of the member by the same origin.
    fn adds_again(&self, index: usize, name: &str, earlier: usize) -> bool {
        let (op, before) = (&self.ops[index], self.ops[earlier].dot);
        let is_later = op.dot.origin == before.origin && op.dot.seq > before.seq;
        let is_it =
            |update: &Update| matches!(update, Update::AddMember(added) if text(added) == name);
        is_later && op.updates.iter().any(is_it)
    }

    fn removes_cell(&self, index: usize, cell: &Cell) -> bool {
        let is_it = |update: &Update| match (update, cell) {
            (Update::RemoveField(name), Cell::Field(field)) => text(name) == *field,
            (Update::RemoveScore(name), Cell::Score(member)) => text(name) == *member,
            _ => false,
        };
        let removes_field = self.ops[index].updates.iter().any(is_it);
        removes_field || self.removes_key(index)
    }

    fn written(&self, index: usize, cell: &Cell) -> Option<String> {
        let mut written = None;
        for update in &self.ops[index].updates {
            match (update, cell) {
                (Update::Write(value) | Update::Amend(value), Cell::String) => {
                    written = Some(text(&value.bytes()));
                }
                (Update::SetField(name, value), Cell::Field(field)) if text(name) == *field => {
                    written = Some(text(&value.bytes()));
                }
                (Update::SetScore(name, score), Cell::Score(member)) if text(name) == *member => {
                    written = Some(score.to_string());
                }
                _ => {}
            }
        }
        written
    }

    fn added(&self, index: usize, cell: &Cell) -> Option<f64> {
        self.ops[index]
            .updates
            .iter()
            .find_map(|update| match (update, cell) {
                (Update::Add(amount), Cell::String) => Some(*amount as f64),
                (Update::AddFloat(amount), Cell::String) => Some(*amount),
                (Update::AddField(name, amount), Cell::Field(field)) if text(name) == *field => {
                    Some(*amount as f64)
                }
                (Update::AddFieldFloat(name, amount), Cell::Field(field))
                    if text(name) == *field =>
                {
                    Some(*amount)
                }
                (Update::AddScore(name, amount), Cell::Score(member)) if text(name) == *member => {
                    Some(*amount)
                }
                _ => None,
            })
    }

    /// What each write of a register comes after; the ops stand in the order they were made.
    fn before(&self, touches: &dyn Fn(usize) -> bool, removes: &dyn Fn(usize) -> bool) -> Vec<u64> {
        let mut before: Vec<u64> = Vec::new();
        for op in self.ops {
            let mut known = op.observed;
            for seen in bits(op.observed) {
                if touches(seen) {
                    known |= before[seen];
                } else if removes(seen) {
                    known |= self.ops[seen].observed;
                }
            }
            before.push(known);
        }
        before
    }

    /// The value of a register with its counter, and the stamp of its newest surviving update.
    fn cell(&self, cell: &Cell, delivered: u64) -> (Option<String>, Option<Rank>) {
        let writes = |index: usize| self.written(index, cell).is_some();
        let removes = |index: usize| self.removes_cell(index, cell);
        let before = self.before(&writes, &removes);
        let is_removed = |victim: usize| {
            bits(delivered)
                .any(|index| removes(index) && self.ops[index].observed >> victim & 1 == 1)
        };
        let is_superseded = |victim: usize| {
            !self.wall_first
                && bits(delivered).any(|index| writes(index) && before[index] >> victim & 1 == 1)
        };
        let is_reset = |victim: usize| {
            bits(delivered).any(|index| {
                (writes(index) || removes(index)) && self.ops[index].observed >> victim & 1 == 1
            })
        };
        let surviving = bits(delivered)
            .filter(|index| writes(*index) && !is_removed(*index) && !is_superseded(*index));
        let winner = surviving.max_by_key(|index| self.stamp(*index));
        let increments: Vec<usize> = bits(delivered)
            .filter(|index| self.added(*index, cell).is_some() && !is_reset(*index))
            .collect();
        // Of one origin's increments the last counts, whatever its clock showed.
        let is_last = |index: &usize| {
            let origin = self.ops[*index].dot.origin;
            !increments
                .iter()
                .any(|other| other > index && self.ops[*other].dot.origin == origin)
        };
        let last = increments.iter().copied().filter(is_last);
        let newest = last.chain(winner).map(|index| self.stamp(index)).max();
        let base = winner.and_then(|index| self.written(index, cell));
        // Fractions add up origin by origin: in another order the last bit may differ.
        let mut in_order = increments.clone();
        in_order.sort_by_key(|index| self.ops[*index].dot);
        let sum: f64 = in_order
            .iter()
            .filter_map(|index| self.added(*index, cell))
            .sum();
        let value = match base {
            None if increments.is_empty() => None,
            None => Some(sum.to_string()),
            Some(base) if increments.is_empty() => Some(base),
            Some(base) => match base.parse::<f64>() {
                Ok(number) => Some((number + sum).to_string()),
                Err(_) => Some(base),
            },
        };
        (value, newest)
    }

    /// The deadline write that `index` makes of the key or a field; infinity for "for ever".
    fn limit(&self, index: usize, field: Option<&str>) -> Option<u64> {
        let mut limit = None;
        for update in &self.ops[index].updates {
            match (update, field) {
                (Update::Write(_) | Update::Persist, None) => limit = Some(u64::MAX),
                (Update::Expire { deadline_ms }, None) => limit = Some(*deadline_ms),
                (Update::SetField(name, _) | Update::PersistField(name), Some(field))
                    if text(name) == field =>
                {
                    limit = Some(u64::MAX);
                }
                (Update::ExpireField(name, deadline_ms), Some(field)) if text(name) == field => {
                    limit = Some(*deadline_ms);
                }
                _ => {}
            }
        }
        limit
    }

    fn deadline(&self, field: Option<&str>, delivered: u64) -> Option<(u64, u8)> {
        let limits = |index: usize| self.limit(index, field).is_some();
        let removes = |index: usize| match field {
            Some(name) => {
                let makes_anew = self.added(index, &Cell::Field(name.to_owned())).is_some()
                    && !self.ops[index].fields_seen.iter().any(|seen| seen == name);
                makes_anew || self.removes_cell(index, &Cell::Field(name.to_owned()))
            }
            None => self.ops[index].found_no_key || self.removes_key(index),
        };
        let before = self.before(&limits, &removes);
        let is_dead = |victim: usize| {
            bits(delivered).any(|index| {
                let by_limit = limits(index) && before[index] >> victim & 1 == 1;
                by_limit || (removes(index) && self.ops[index].observed >> victim & 1 == 1)
            })
        };
        let surviving = bits(delivered).filter(|index| limits(*index) && !is_dead(*index));
        let rank = |index: &usize| {
            let dot = self.ops[*index].dot;
            (self.limit(*index, field), -i16::from(dot.origin.0), dot.seq)
        };
        let winner = surviving.max_by_key(rank)?;
        let at_ms = self
            .limit(winner, field)
            .filter(|at_ms| *at_ms != u64::MAX)?;
        Some((at_ms, self.ops[winner].dot.origin.0))
    }
}
