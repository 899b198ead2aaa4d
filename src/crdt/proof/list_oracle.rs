//! What a list must show: a tree of all elements that were put in, each below the one its writer
//! saw to its left, walked from the root. Siblings stand by counter, the greatest first, then by
//! replica. Nothing of it is ever dropped, and nothing of it is an order.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Op;
use super::oracle::{bits, text};
use crate::crdt::effect::{Effect, Update};

/// An element: the op that put it in, and its number there.
pub(super) type Element = (usize, usize);

/// What one op does to a list, by element instead of by position.
#[derive(Clone, Debug, Default)]
pub(super) struct Deeds {
    counter: u64,
    origin: u8,
    wall_ms: u64,
    /// Each with what it was put behind.
    inserted: Vec<(Option<Element>, String)>,
    /// For each of those the element whose group it is of.
    groups: Vec<Option<Element>>,
    removed: Vec<Element>,
}

impl Deeds {
    /// What `updates` do that were made of what `observed` shows, after which the origin's clock
    /// was that of `effect`.
    pub(super) fn of(ops: &[Op], updates: &[Update], observed: u64, effect: &Effect) -> Self {
        let clock: u64 = effect.after.0.iter().sum();
        let seen = bits(observed).map(|index| &ops[index].deeds);
        let seen = seen.filter(|deeds| !deeds.inserted.is_empty());
        let above = seen.map(|deeds| deeds.counter + 1).max().unwrap_or(0);
        let mut deeds = Self {
            counter: clock.max(above),
            origin: effect.origin.0,
            wall_ms: effect.wall_ms,
            ..Self::default()
        };
        let shown = if updates.contains(&Update::Remove) {
            Vec::new()
        } else {
            shown(ops, observed)
        };
        let place = |position: &u64| usize::try_from(*position).expect("lists are short");
        let index = ops.len();
        for update in updates {
            match update {
                Update::InsertElements(position, values) => {
                    let mut left = place(position).checked_sub(1).map(|left| shown[left]);
                    for value in values {
                        let step = deeds.inserted.len();
                        deeds.inserted.push((left, text(&value.bytes())));
                        deeds.groups.push(None);
                        left = Some((index, step));
                    }
                }
                Update::RemoveElements(position, count) | Update::TakeElements(position, count) => {
                    let from = place(position);
                    for element in &shown[from..from + place(count)] {
                        deeds.removed.extend(beside(ops, observed, *element));
                    }
                }
                Update::SetElement(position, value) => {
                    let old = shown[place(position)];
                    deeds.inserted.push((Some(old), text(&value.bytes())));
                    let group = ops[old.0].deeds.groups[old.1];
                    deeds.groups.push(Some(group.unwrap_or(old)));
                    deeds.removed.extend(beside(ops, observed, old));
                }
                _ => {}
            }
        }
        deeds
    }

    /// The same, where replacements of one element do not exclude one another.
    pub(super) fn where_all_stay(mut self, all_stay: bool) -> Self {
        if all_stay {
            self.groups.fill(None);
        }
        self
    }

    pub(super) fn value(&self, step: usize) -> String {
        self.inserted[step].1.clone()
    }

    fn rank(&self, step: usize) -> (Reverse<u64>, u8, Reverse<usize>) {
        (Reverse(self.counter), self.origin, Reverse(step))
    }
}

/// An element and those of its group, shown or not.
fn beside(ops: &[Op], observed: u64, element: Element) -> Vec<Element> {
    let group_of = |(index, step): Element| ops[index].deeds.groups[step];
    let Some(group) = group_of(element) else {
        return vec![element];
    };
    let standing = standing(ops, observed).into_iter();
    standing
        .filter(|other| group_of(*other) == Some(group))
        .collect()
}

fn is_removed(ops: &[Op], delivered: u64, element: Element) -> bool {
    bits(delivered).any(|index| {
        let op = &ops[index];
        let removes_key = op.updates.contains(&Update::Remove);
        let with_key = removes_key && op.observed >> element.0 & 1 == 1;
        with_key || op.deeds.removed.contains(&element)
    })
}

/// The elements that are not removed, in their order; what stands below one that has not arrived
/// is not among them.
fn standing(ops: &[Op], delivered: u64) -> Vec<Element> {
    let mut below: BTreeMap<Option<Element>, Vec<Element>> = BTreeMap::new();
    for index in bits(delivered) {
        for (step, (left, _)) in ops[index].deeds.inserted.iter().enumerate() {
            below.entry(*left).or_default().push((index, step));
        }
    }
    for siblings in below.values_mut() {
        siblings.sort_by_key(|(index, step)| ops[*index].deeds.rank(*step));
    }
    let mut walked = Vec::new();
    let mut rest = vec![None];
    while let Some(element) = rest.pop() {
        walked.extend(element);
        let siblings = below.get(&element).into_iter().flatten().rev();
        rest.extend(siblings.map(|sibling| Some(*sibling)));
    }
    walked.retain(|element| !is_removed(ops, delivered, *element));
    walked
}

/// The elements that a client sees: of a group, the one that was written last.
pub(super) fn shown(ops: &[Op], delivered: u64) -> Vec<Element> {
    let standing = standing(ops, delivered);
    let group_of = |(index, step): Element| ops[index].deeds.groups[step];
    let stamp = |(index, _): Element| {
        let op = &ops[index];
        (op.deeds.wall_ms, Reverse(op.deeds.origin), op.dot.seq)
    };
    let is_shown = |element: &Element| {
        let rivals = standing.iter();
        let mut rivals = rivals.filter(|rival| {
            group_of(*element).is_some() && group_of(**rival) == group_of(*element)
        });
        rivals.all(|rival| stamp(*rival) <= stamp(*element))
    };
    standing.iter().copied().filter(is_shown).collect()
}
