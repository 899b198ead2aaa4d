//! Lists: elements in the order of a causal tree, removed as they were observed (`L-1` to `L-10`).
//!
//! A push or insertion puts elements in behind the one its client saw there (`L-1`, `L-9`); a
//! removal names the elements, so that a second one takes nothing else (`L-5`). `LSET` puts a new
//! element in behind the old one and removes that, so that the new value survives a concurrent
//! `POP` (`L-6`). Of two concurrent ones both stay or one, as A-LIST-SET says (`L-7`): in the
//! second case the new elements are a group of which the one with the greatest stamp is shown.

use crate::crdt::clock::{MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::layout::{LISTPACK_ENTRY, LISTPACK_FRAME, Layout, OBJECT_HEADER, allocated};
use crate::crdt::object::Sizes;
use crate::crdt::sequence::{Content, ElementId, Fallen, Met, Removal, Sequence, State};
use crate::crdt::tally::{Conflict, Tally};
use crate::crdt::totals::Totals;
use crate::crdt::value::Value;
use crate::crdt::{Arrival, Datatype, Horizon, Sides};
use crate::id::Id;

/// A run of elements that comes into a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Insertion {
    /// The element they come in behind; none for the head.
    pub anchor: Option<ElementId>,
    /// The first; the others are numbered from there on.
    pub first: ElementId,
    /// What they hold; at least one value.
    pub values: Vec<Value>,
    /// The element whose place the only one takes, where one alone can (A-LSET).
    pub replaces: Option<ElementId>,
}

impl Insertion {
    /// Bytes on the wire.
    pub(crate) fn payload_bytes(&self) -> u64 {
        let values: usize = self.values.iter().map(Value::len).sum();
        let others = [self.anchor, self.replaces];
        let ids = 1 + others.iter().flatten().count();
        (values + ids * size_of::<ElementId>()) as u64
    }
}

/// A listpack of a list holds so many bytes, or one element (`list-max-listpack-size`, -2).
const NODE_BYTES: u64 = 8192;
/// A quicklist, and each of its nodes.
const QUICKLIST: u64 = 48;
/// See [`QUICKLIST`].
const QUICKLIST_NODE: u64 = 32;

/// One element of a list.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    value: Value,
    wall_ms: u64,
    /// The element that this one, and others beside it, took the place of.
    replaces: Option<Box<ElementId>>,
}

impl Content for Item {
    fn stamp(&self, id: &ElementId) -> Stamp {
        Stamp {
            dot: id.dot(),
            wall_ms: self.wall_ms,
        }
    }

    fn group(&self) -> Option<ElementId> {
        self.replaces.as_deref().copied()
    }

    fn weigh(&self, id: &ElementId) -> Totals {
        let stamp = digest::of_stamp(&self.stamp(id));
        let place = digest::fold(stamp, u64::from(id.index));
        Totals {
            live: 1,
            live_bytes: self.value.len() as u64,
            digest: digest::fold(place, self.value.digest()),
            ..Totals::default()
        }
    }
}

/// Elements in order.
#[derive(Clone, Default, Debug)]
pub struct List {
    elements: Sequence<Item>,
}

impl List {
    /// The number of elements.
    pub fn len(&self) -> u64 {
        self.elements.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element before which so many stand.
    pub fn get(&self, position: u64) -> Option<&Value> {
        self.values(position).next()
    }

    /// The elements from `position` on, in their order.
    pub fn values(&self, position: u64) -> impl Iterator<Item = &Value> {
        self.elements
            .visible_from(position)
            .map(|(_, item)| &item.value)
    }

    /// The counter of a new element, given what its writer has seen.
    pub(crate) fn next_counter(&self, observed: &VersionVector) -> u64 {
        self.elements.next_counter(observed)
    }

    /// The elements from `position` on.
    pub(crate) fn ids(&self, position: u64) -> impl Iterator<Item = ElementId> {
        self.elements.visible_from(position).map(|(id, _)| *id)
    }

    /// What a removal of so many elements from `position` on takes away: hidden ones beside them
    /// too.
    pub(crate) fn victims(&self, position: u64, count: u64) -> Vec<ElementId> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let shown = self.elements.visible_from(position).take(count);
        let each = shown.flat_map(|(id, item)| {
            let hidden = self.elements.hidden_beside(id, item);
            std::iter::once(*id).chain(hidden)
        });
        each.collect()
    }

    /// What the element at `position` took the place of, or itself.
    pub(crate) fn root(&self, position: u64) -> Option<ElementId> {
        let (id, item) = self.elements.visible_from(position).next()?;
        Some(item.group().unwrap_or(*id))
    }

    /// Takes in an arriving run of elements.
    pub(crate) fn insert(
        &mut self,
        insertion: &Insertion,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        let Insertion {
            anchor,
            first,
            values,
            replaces,
        } = insertion;
        let is_dead = arrival.gate().covers(first.dot());
        let run = values.iter().zip(0..).map(|(value, step)| {
            let state = if is_dead {
                State::Dead(Removal {
                    by: None,
                    is_taken: false,
                })
            } else {
                State::Live(Item {
                    value: value.clone(),
                    wall_ms: arrival.stamp.wall_ms,
                    replaces: replaces.map(Box::new),
                })
            };
            (first.further(step), state)
        });
        let (fallen, is_contended) = self.elements.insert(*anchor, run, arrival.after);
        fell(&fallen, tally);
        if is_contended {
            tally.meet(Conflict::InsertInsert);
        }
        if !is_dead && !arrival.gate().is_within(arrival.after) {
            tally.meet(Conflict::AddRemove);
        }
    }

    /// Takes in an arriving removal of these elements.
    pub(crate) fn remove_elements(
        &mut self,
        ids: &[ElementId],
        is_taken: bool,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        let removal = Removal {
            by: Some(arrival.stamp.dot),
            is_taken,
        };
        for id in ids {
            match self.elements.remove(id, removal, &arrival.seen()) {
                Met::Element(was_visible) => tally.fall(id.dot(), was_visible),
                Met::Removal(earlier) if earlier.is_taken && is_taken => {
                    tally.meet(Conflict::TakeTake);
                }
                Met::Removal(_) | Met::Nothing => {}
            }
        }
    }
}

fn fell(fallen: &[Fallen], tally: &mut Tally) {
    for Fallen { id, was_visible } in fallen {
        tally.fall(id.dot(), *was_visible);
    }
}

/// What a listpack adds to a string of so many bytes.
fn entry_overhead(length: u64) -> u64 {
    match length {
        0..64 => LISTPACK_ENTRY,
        64..126 => 3,
        126..4096 => 4,
        _ => 8,
    }
}

impl Datatype for List {
    const NAME: &'static str = "list";

    /// A quicklist of listpacks, each filled to its limit. All elements count as equally long.
    fn layout(sizes: &Sizes) -> Layout {
        let (elements, payload) = (sizes.elements, sizes.element_bytes);
        let text = Layout::text(sizes);
        if elements == 0 {
            return text;
        }
        let length = payload / elements;
        let entry = length + entry_overhead(length);
        let most = (NODE_BYTES - LISTPACK_FRAME) / entry;
        let in_node = most.clamp(1, elements);
        let (full, rest) = (elements / in_node, elements % in_node);
        let node = |elements: u64| match elements {
            0 => 0,
            _ => QUICKLIST_NODE + allocated(LISTPACK_FRAME + elements * entry),
        };
        let bytes = OBJECT_HEADER + QUICKLIST + full * node(in_node) + node(rest);
        text.and(bytes.saturating_sub(payload), payload)
    }

    fn is_live(&self) -> bool {
        !self.is_empty()
    }

    fn is_vacant(&self) -> bool {
        self.elements.is_vacant()
    }

    fn is_pending(&self) -> bool {
        self.elements.is_pending()
    }

    fn newest(&self) -> Option<Stamp> {
        let shown = self.elements.visible_from(0);
        let stamps = shown.map(|(id, item)| item.stamp(id));
        stamps.fold(None, |newest, stamp| Stamp::newest(newest, Some(stamp)))
    }

    fn remove(&mut self, context: &VersionVector, tally: &mut Tally) {
        let fallen = self.elements.remove_seen(context, None);
        fell(&fallen, tally);
    }

    fn remove_key(&mut self, by: &Arrival<'_>, _known: &VersionVector, tally: &mut Tally) {
        let fallen = self.elements.remove_seen(&by.before(), Some(by.stamp.dot));
        fell(&fallen, tally);
        if self.is_live() {
            tally.meet(Conflict::AddRemove);
        }
    }

    fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        let merged = self.elements.merge(&theirs.elements, sides);
        fell(&merged.fallen, tally);
        for _ in 0..merged.doubled {
            tally.meet(Conflict::TakeTake);
        }
    }

    fn collect(&mut self, horizon: &Horizon, _tally: &mut Tally) {
        if self.is_pending() {
            self.elements.collect(horizon);
        }
    }

    fn digest(&self) -> u64 {
        self.elements.digest()
    }

    fn measure(&self, sizes: &mut Sizes) {
        self.elements.totals().measure(sizes);
    }

    fn count_writes(&self, present: &mut [u64; MEMBERS_MAX], overwritten: &mut [u64; MEMBERS_MAX]) {
        for (id, _, is_shown) in self.elements.contents() {
            let counts = if is_shown {
                &mut *present
            } else {
                &mut *overwritten
            };
            counts[id.origin.index()] += u64::from(!id.dot().is_fill());
        }
    }

    fn newer_than(&self, clock: &VersionVector) -> bool {
        self.elements.newer_than(clock)
    }
}
