//! What a document is made of: values at places, each with the history it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::crdt::antichain::{Antichain, Contend, Entry};
use crate::crdt::clock::{Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::json::literal::Literal;
use crate::crdt::sequence::{self, ElementId, Sequence};
use crate::crdt::tally::{Conflict, Tally};
use crate::crdt::totals::Totals;
use crate::crdt::{Arrival, Horizon, Memory, Rules, Sides};

/// One value that was written to a place.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Node {
    /// Which; also that of the container, if it is one.
    pub(super) id: ElementId,
    /// Fields stand in this order: a name keeps its place when its value is replaced.
    pub(super) rank: ElementId,
    pub(super) content: Content,
}

/// What a value is, without what it contains.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Content {
    Scalar(Literal),
    Array,
    Object,
}

impl Content {
    pub(super) fn of(literal: &Literal) -> Self {
        match literal {
            Literal::Array(_) => Self::Array,
            Literal::Object(_) => Self::Object,
            scalar => Self::Scalar(scalar.clone()),
        }
    }

    pub(super) fn digest(&self) -> u64 {
        let (kind, word) = match self {
            Self::Array => (1, 0),
            Self::Object => (2, 0),
            Self::Scalar(Literal::Bool(flag)) => (3, u64::from(*flag)),
            Self::Scalar(Literal::Int(whole)) => (4, whole.cast_unsigned()),
            Self::Scalar(Literal::Double(double)) => (5, double.to_bits()),
            Self::Scalar(Literal::Text(text)) => (6, digest::of_bytes(text.as_bytes())),
            Self::Scalar(_) => (7, 0),
        };
        digest::fold(kind, word)
    }

    pub(super) fn is_container(&self) -> bool {
        !matches!(self, Self::Scalar(_))
    }

    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Scalar(scalar) => scalar.bytes(),
            Self::Array | Self::Object => 0,
        }
    }
}

impl Contend for Node {
    const IS_COUNTED: bool = true;
    const CONFLICT: Conflict = Conflict::WriteWrite;

    /// The smaller instance wins; time never counts (`J-1`, `J-5`, `J-6`).
    fn beats(left: &Entry<Self>, right: &Entry<Self>) -> bool {
        let (left, right) = (left.stamp.dot, right.stamp.dot);
        (left.origin, right.seq) < (right.origin, left.seq)
    }

    fn is_causal(_rules: Rules) -> bool {
        true
    }
}

/// A place: the values of which none had seen another, and what removals of it had seen.
#[derive(Clone, Default, Debug)]
pub(super) struct Slot {
    pub(super) values: Antichain<Node>,
    removed: Memory,
}

impl Slot {
    pub(super) fn shown(&self) -> Option<&Entry<Node>> {
        self.values.winner()
    }

    pub(super) fn write(&mut self, node: Node, arrival: &Arrival<'_>, tally: &mut Tally) {
        let mut gate = arrival.gate();
        self.removed.extend(&mut gate);
        if !gate.is_within(arrival.after) && !gate.covers(arrival.stamp.dot) {
            tally.meet(Conflict::WriteRemove);
        }
        let entry = Entry {
            stamp: arrival.stamp,
            item: node,
        };
        self.values.write(entry, None, &gate, arrival, tally);
    }

    pub(super) fn remove(&mut self, arrival: &Arrival<'_>, tally: &mut Tally) {
        self.values.remove(&arrival.before(), tally);
        self.removed.join(arrival.after);
        if self.shown().is_some() {
            tally.meet(Conflict::WriteRemove);
        }
    }

    pub(super) fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        let sides = sides.within(&self.removed, &theirs.removed);
        self.values.merge(&theirs.values, &sides, tally);
        self.removed.join_memory(&theirs.removed);
    }

    pub(super) fn collect(&mut self, horizon: &Horizon, tally: &mut Tally) {
        self.values.collect(horizon, tally);
        self.removed.forget_within(&horizon.stable);
    }

    pub(super) fn is_vacant(&self) -> bool {
        self.values.is_vacant() && self.removed.is_empty()
    }

    pub(super) fn is_pending(&self) -> bool {
        self.values.is_pending() || !self.removed.is_empty()
    }

    pub(super) fn is_removed(&self) -> bool {
        !self.removed.is_empty()
    }

    pub(super) fn newer_than(&self, clock: &VersionVector) -> bool {
        self.values.newer_than(clock) || !self.removed.is_within(clock)
    }

    /// Counts all its values as fallen.
    pub(super) fn fall(&self, tally: &mut Tally) {
        let shown = self.shown().map(|entry| entry.stamp.dot);
        for entry in self.values.entries() {
            tally.fall(entry.stamp.dot, Some(entry.stamp.dot) == shown);
        }
    }

    /// The containers among its values.
    pub(super) fn containers(&self) -> impl Iterator<Item = ElementId> {
        let nodes = self.values.entries().iter().map(|entry| &entry.item);
        let containers = nodes.filter(|node| node.content.is_container());
        containers.map(|node| node.id)
    }

    /// What the shown value adds to the totals, beside its name.
    pub(super) fn weigh(&self) -> Totals {
        let entries = self.values.entries().len() as u64;
        let shown = self.shown();
        Totals {
            live: u64::from(shown.is_some()),
            live_bytes: shown.map_or(0, |entry| entry.item.content.bytes()),
            siblings: entries.saturating_sub(1),
            tombstones: u64::from(self.is_removed()),
            ..Totals::default()
        }
    }
}

/// A place within a container.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Inner {
    Field(Arc<str>),
    Element(ElementId),
}

/// An element's place in the order of its array; its value is in the slot of the same name.
#[derive(Clone, Debug)]
pub(super) struct Seat;

impl sequence::Content for Seat {
    fn stamp(&self, id: &ElementId) -> Stamp {
        Stamp {
            dot: id.dot(),
            wall_ms: 0,
        }
    }

    fn group(&self) -> Option<ElementId> {
        None
    }

    fn weigh(&self, _id: &ElementId) -> Totals {
        Totals::default()
    }
}

/// What an object or array holds. Whether it is one or the other its node tells.
#[derive(Clone, Default, Debug)]
pub(super) struct Container {
    pub(super) slots: BTreeMap<Inner, Slot>,
    pub(super) seats: Sequence<Seat>,
}

impl Container {
    pub(super) fn slot_mut(&mut self, inner: Inner) -> &mut Slot {
        self.slots.entry(inner).or_default()
    }

    /// The fields a client sees, in their order.
    pub(super) fn fields(&self) -> Vec<(&Arc<str>, &Entry<Node>)> {
        let slots = self.slots.iter().filter_map(|(inner, slot)| match inner {
            Inner::Field(name) => Some((name, slot.shown()?)),
            Inner::Element(_) => None,
        });
        let mut fields: Vec<_> = slots.collect();
        fields.sort_by_key(|(_, entry)| entry.item.rank);
        fields
    }

    /// The elements a client sees, in their order.
    pub(super) fn elements(&self) -> impl Iterator<Item = (ElementId, &Entry<Node>)> {
        let seats = self.seats.visible_from(0);
        seats.filter_map(|(id, _)| {
            let slot = self.slots.get(&Inner::Element(*id))?;
            Some((*id, slot.shown()?))
        })
    }

    pub(super) fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        let vacant = Slot::default();
        for inner in theirs.slots.keys() {
            if !self.slots.contains_key(inner) {
                self.slots.insert(inner.clone(), Slot::default());
            }
        }
        for (inner, slot) in &mut self.slots {
            let their = theirs.slots.get(inner).unwrap_or(&vacant);
            slot.merge(their, sides, tally);
        }
        let merged = self.seats.merge(&theirs.seats, sides);
        for _ in 0..merged.doubled {
            tally.meet(Conflict::TakeTake);
        }
    }

    pub(super) fn collect(&mut self, horizon: &Horizon, tally: &mut Tally) {
        for slot in self.slots.values_mut() {
            slot.collect(horizon, tally);
        }
        if self.seats.is_pending() {
            self.seats.collect(horizon);
        }
    }

    /// Drops the values of elements that are no more, and places of which nothing is left.
    pub(super) fn prune(&mut self, is_known: impl Fn(&ElementId) -> bool, tally: &mut Tally) {
        let seats: BTreeSet<ElementId> = self.seats.contents().map(|(id, _, _)| *id).collect();
        self.slots.retain(|inner, slot| {
            if let Inner::Element(id) = inner
                && !seats.contains(id)
                && is_known(id)
            {
                slot.fall(tally);
                return false;
            }
            !slot.is_vacant()
        });
    }

    pub(super) fn is_vacant(&self) -> bool {
        self.slots.is_empty() && self.seats.is_vacant()
    }

    pub(super) fn is_pending(&self) -> bool {
        self.seats.is_pending() || self.slots.values().any(Slot::is_pending)
    }

    pub(super) fn newer_than(&self, clock: &VersionVector) -> bool {
        self.seats.newer_than(clock) || self.slots.values().any(|slot| slot.newer_than(clock))
    }
}
