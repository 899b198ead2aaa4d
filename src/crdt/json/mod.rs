//! JSON documents: values at places, places within containers (`J-1` to `J-15`).
//!
//! A place (the root, a field, an element) holds the values of which none had seen another; the one
//! of the smaller instance is shown, whatever the clocks say (`J-1`, `J-5`, `J-6`). An object or
//! array is addressed by the value that made it, not by its path. So an update inside it dies with
//! it: where it is deleted (`J-4`, `J-11`, `J-12`, `J-14`), and where another value takes its place
//! (`J-2`, `J-7`). `JSON.CLEAR` takes away what it saw and leaves the container (`J-8`). The order
//! of an array is that of a list (`J-10`).
//!
//! Containers stand side by side, whatever contains them. One that is here was made by a value that
//! is here, or by one that has not arrived: the clock tells this from one that has died.

pub mod literal;
pub mod text;

mod edit;
mod node;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::crdt::antichain::Entry;
use crate::crdt::clock::{Dot, MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::layout::{Layout, OBJECT_HEADER};
use crate::crdt::object::Sizes;
use crate::crdt::sequence::ElementId;
use crate::crdt::tally::Tally;
use crate::crdt::totals::Totals;
use crate::crdt::{Arrival, Datatype, Horizon, Sides};
use crate::id::Id;

use literal::Literal;
use node::{Container, Content, Node, Slot};

/// What a value takes beside its bytes: a word for it, one for its name, and its share of headers.
const VALUE: u64 = 8 + 8 + 8;

pub use edit::{Edit, Place};

/// A document.
#[derive(Clone, Default, Debug)]
pub struct Json {
    root: Slot,
    containers: BTreeMap<ElementId, Container>,
    totals: Totals,
    newest: Option<Stamp>,
    is_pending: bool,
}

impl Json {
    /// The document, if there is one.
    pub fn value(&self) -> Option<Literal> {
        self.root.shown().map(|entry| self.literal(entry))
    }

    fn literal(&self, entry: &Entry<Node>) -> Literal {
        let container = self.containers.get(&entry.item.id);
        match &entry.item.content {
            Content::Scalar(scalar) => scalar.clone(),
            Content::Array => {
                let elements = container.into_iter().flat_map(Container::elements);
                Literal::Array(elements.map(|(_, entry)| self.literal(entry)).collect())
            }
            Content::Object => {
                let fields = container.into_iter().flat_map(Container::fields);
                let each = fields.map(|(name, entry)| (Arc::clone(name), self.literal(entry)));
                Literal::Object(each.collect())
            }
        }
    }

    fn slots(&self) -> impl Iterator<Item = &Slot> {
        let inner = self.containers.values();
        std::iter::once(&self.root).chain(inner.flat_map(|container| container.slots.values()))
    }

    fn remove_seen(&mut self, context: &VersionVector, by: Option<Dot>, tally: &mut Tally) {
        self.root.values.remove(context, tally);
        for container in self.containers.values_mut() {
            for slot in container.slots.values_mut() {
                slot.values.remove(context, tally);
            }
            container.seats.remove_seen(context, by);
        }
    }

    /// Drops what is within containers and elements that are no more. `seen` is what this key has
    /// seen, `gate` what removals of it had.
    fn prune(&mut self, seen: &VersionVector, gate: &VersionVector, tally: &mut Tally) {
        let is_known = |id: &ElementId| seen.covers(id.dot()) || gate.covers(id.dot());
        for container in self.containers.values_mut() {
            container.prune(is_known, tally);
        }
        let orphans = self.containers.keys().filter(|id| !is_known(id));
        let mut rest: Vec<ElementId> = orphans.copied().collect();
        rest.extend(self.root.containers());
        let mut reached = BTreeSet::new();
        while let Some(id) = rest.pop() {
            if reached.insert(id)
                && let Some(container) = self.containers.get(&id)
            {
                rest.extend(container.slots.values().flat_map(Slot::containers));
            }
        }
        self.containers.retain(|id, container| {
            let is_kept = reached.contains(id);
            if !is_kept {
                container.slots.values().for_each(|slot| slot.fall(tally));
            }
            is_kept && (is_known(id) || !container.is_vacant())
        });
        let is_orphan = self.containers.keys().any(|id| !is_known(id));
        self.count(is_orphan);
    }

    /// Counts all anew.
    fn count(&mut self, is_orphan: bool) {
        let mut totals = Totals::default();
        for slot in self.slots() {
            let Totals {
                siblings,
                tombstones,
                ..
            } = slot.weigh();
            totals.siblings += siblings;
            totals.tombstones += tombstones;
        }
        let containers = self.containers.values();
        totals.tombstones += containers
            .map(|container| container.seats.totals().tombstones)
            .sum::<u64>();
        let mut newest = None;
        if let Some(entry) = self.root.shown() {
            totals.digest = self.weigh(entry, &mut totals, &mut newest);
        }
        (self.totals, self.newest) = (totals, newest);
        self.is_pending = is_orphan
            || self.root.is_pending()
            || self.containers.values().any(Container::is_pending);
    }

    /// Counts a shown value and all within it; their hash.
    fn weigh(&self, entry: &Entry<Node>, totals: &mut Totals, newest: &mut Option<Stamp>) -> u64 {
        let Node { id, content, .. } = &entry.item;
        *newest = Stamp::newest(*newest, Some(entry.stamp));
        totals.live += 1;
        totals.live_bytes += content.bytes();
        let mut digest = digest::fold(digest::of_stamp(&entry.stamp), content.digest());
        if let Some(container) = self.containers.get(id) {
            for (name, entry) in container.fields() {
                totals.live_bytes += name.len() as u64;
                digest = digest::fold(digest, digest::of_bytes(name.as_bytes()));
                digest = digest::fold(digest, self.weigh(entry, totals, newest));
            }
            for (_, entry) in container.elements() {
                digest = digest::fold(digest, self.weigh(entry, totals, newest));
            }
        }
        digest
    }
}

impl Datatype for Json {
    const NAME: &'static str = "ReJSON-RL";

    /// Each value a word in its container, and a third of them a string or container with a header
    /// of its own (an estimate; RedisJSON's `IValue` is one word, its strings and containers have
    /// headers of 8 to 16 bytes).
    fn layout(sizes: &Sizes) -> Layout {
        let text = Layout::text(sizes);
        match sizes.elements {
            0 => text,
            values => text.and(OBJECT_HEADER + values * VALUE, sizes.element_bytes),
        }
    }

    fn is_live(&self) -> bool {
        self.root.shown().is_some()
    }

    fn is_vacant(&self) -> bool {
        self.root.is_vacant() && self.containers.is_empty()
    }

    fn is_pending(&self) -> bool {
        self.is_pending
    }

    fn newest(&self) -> Option<Stamp> {
        self.newest
    }

    fn remove(&mut self, context: &VersionVector, tally: &mut Tally) {
        let count = |json: &Self| -> usize {
            let slots = json.slots();
            slots.map(|slot| slot.values.entries().len()).sum()
        };
        let before = count(self);
        self.remove_seen(context, None, tally);
        // What is left within them goes with the next effect, merge or collection.
        if count(self) != before {
            self.count(true);
        }
    }

    fn remove_key(&mut self, by: &Arrival<'_>, _known: &VersionVector, tally: &mut Tally) {
        let context = by.before();
        self.remove_seen(&context, Some(by.stamp.dot), tally);
        self.prune(&by.seen(), &by.gate().joined(&context), tally);
    }

    fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        self.root.merge(&theirs.root, sides, tally);
        for id in theirs.containers.keys() {
            self.containers.entry(*id).or_default();
        }
        let vacant = Container::default();
        for (id, container) in &mut self.containers {
            let their = theirs.containers.get(id).unwrap_or(&vacant);
            container.merge(their, sides, tally);
        }
        let gate = sides.my_gate.joined(&sides.their_gate);
        self.prune(&sides.seen(), &gate, tally);
    }

    fn collect(&mut self, horizon: &Horizon, tally: &mut Tally) {
        if !self.is_pending {
            return;
        }
        self.root.collect(horizon, tally);
        for container in self.containers.values_mut() {
            container.collect(horizon, tally);
        }
        self.prune(&horizon.seen, &VersionVector::ZERO, tally);
    }

    fn digest(&self) -> u64 {
        self.totals.digest
    }

    fn measure(&self, sizes: &mut Sizes) {
        self.totals.measure(sizes);
    }

    fn count_writes(&self, present: &mut [u64; MEMBERS_MAX], overwritten: &mut [u64; MEMBERS_MAX]) {
        for slot in self.slots() {
            let shown = slot.shown().map(|entry| entry.stamp.dot);
            for entry in slot.values.entries() {
                let dot = entry.stamp.dot;
                let counts = if Some(dot) == shown {
                    &mut *present
                } else {
                    &mut *overwritten
                };
                counts[dot.origin.index()] += u64::from(!dot.is_fill());
            }
        }
    }

    fn newer_than(&self, clock: &VersionVector) -> bool {
        let mut containers = self.containers.values();
        self.root.newer_than(clock) || containers.any(|container| container.newer_than(clock))
    }
}
