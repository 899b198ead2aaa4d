//! What has arrived too early: links are in order, but only one by one.

use std::collections::{BTreeMap, BTreeSet};

use crate::crdt::clock::VersionVector;
use crate::crdt::sequence::{Content, ElementId, Met, Removal, Sequence, State};

/// An element that waits for the one it was put behind.
#[derive(Clone, Debug)]
pub(super) struct Parked<T> {
    pub(super) anchor: ElementId,
    pub(super) state: State<T>,
}

#[derive(Clone, Debug)]
struct Parking<T> {
    parked: BTreeMap<ElementId, Parked<T>>,
    /// Each with what it waits for, that first.
    by_anchor: BTreeSet<(ElementId, ElementId)>,
    /// Removals of elements that have not arrived.
    early: BTreeMap<ElementId, Removal>,
}

/// Elements without their neighbours, removals without their elements: mostly none.
#[derive(Clone, Debug)]
pub(super) struct Waiting<T>(Option<Box<Parking<T>>>);

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Waiting<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn parked(&self) -> impl Iterator<Item = (&ElementId, &State<T>)> {
        let parked = self.0.iter().flat_map(|parking| &parking.parked);
        parked.map(|(id, parked)| (id, &parked.state))
    }

    pub(super) fn parked_mut(&mut self) -> impl Iterator<Item = (&ElementId, &mut State<T>)> {
        let parked = self.0.iter_mut().flat_map(|parking| &mut parking.parked);
        parked.map(|(id, parked)| (id, &mut parked.state))
    }

    /// What is waited for, each once.
    pub(super) fn anchors(&self) -> Vec<ElementId> {
        let pairs = self.0.iter().flat_map(|parking| &parking.by_anchor);
        let mut anchors: Vec<ElementId> = pairs.map(|(anchor, _)| *anchor).collect();
        anchors.dedup();
        anchors
    }

    pub(super) fn with_anchors(&self) -> impl Iterator<Item = (&ElementId, &Parked<T>)> {
        self.0.iter().flat_map(|parking| &parking.parked)
    }

    pub(super) fn early(&self) -> impl Iterator<Item = (&ElementId, &Removal)> {
        self.0.iter().flat_map(|parking| &parking.early)
    }

    pub(super) fn early_count(&self) -> u64 {
        self.0
            .as_ref()
            .map_or(0, |parking| parking.early.len() as u64)
    }

    pub(super) fn find(&self, id: &ElementId) -> Option<&Parked<T>> {
        self.0.as_ref()?.parked.get(id)
    }

    pub(super) fn find_mut(&mut self, id: &ElementId) -> Option<&mut Parked<T>> {
        self.0.as_mut()?.parked.get_mut(id)
    }

    pub(super) fn find_early(&self, id: &ElementId) -> Option<Removal> {
        self.0.as_ref()?.early.get(id).copied()
    }

    /// A removal that came before its element, which comes now.
    pub(super) fn take_early(&mut self, id: &ElementId) -> Option<Removal> {
        let removal = self.0.as_mut()?.early.remove(id);
        self.tidy();
        removal
    }

    pub(super) fn add_early(&mut self, id: ElementId, removal: Removal) {
        self.parking().early.entry(id).or_insert(removal);
    }

    pub(super) fn park(&mut self, anchor: ElementId, id: ElementId, state: State<T>) {
        let parking = self.parking();
        parking.by_anchor.insert((anchor, id));
        parking.parked.insert(id, Parked { anchor, state });
    }

    pub(super) fn unpark(&mut self, id: &ElementId) -> Option<Parked<T>> {
        let parking = self.0.as_mut()?;
        let parked = parking.parked.remove(id)?;
        parking.by_anchor.remove(&(parked.anchor, *id));
        self.tidy();
        Some(parked)
    }

    /// The elements that wait for `anchor`.
    pub(super) fn behind(&self, anchor: &ElementId) -> Vec<ElementId> {
        let parking = self.0.iter();
        let pairs = parking.flat_map(|parking| {
            let from = parking.by_anchor.range((*anchor, ElementId::LEAST)..);
            from.take_while(|(waited, _)| waited == anchor)
        });
        pairs.map(|(_, id)| *id).collect()
    }

    /// Removes what `context` covers.
    pub(super) fn remove_seen(&mut self, context: &VersionVector, removal: Removal) {
        for (id, parked) in self.0.iter_mut().flat_map(|parking| &mut parking.parked) {
            if parked.state.content().is_some() && context.covers(id.dot()) {
                parked.state = State::Dead(removal);
            }
        }
    }

    /// Forgets removals of elements that will not come: `seen` covers them.
    pub(super) fn forget_early(&mut self, seen: &VersionVector) {
        if let Some(parking) = &mut self.0 {
            parking.early.retain(|id, _| !seen.covers(id.dot()));
        }
        self.tidy();
    }

    fn parking(&mut self) -> &mut Parking<T> {
        self.0.get_or_insert_with(|| {
            Box::new(Parking {
                parked: BTreeMap::new(),
                by_anchor: BTreeSet::new(),
                early: BTreeMap::new(),
            })
        })
    }

    fn tidy(&mut self) {
        let is_over = |parking: &Parking<T>| parking.parked.is_empty() && parking.early.is_empty();
        if self.0.as_deref().is_some_and(is_over) {
            self.0 = None;
        }
    }
}

impl<T: Content> Sequence<T> {
    /// Keeps an element until the one it stands behind is there.
    pub(super) fn park(&mut self, anchor: ElementId, id: ElementId, state: State<T>) {
        self.count_in(&id, &state);
        self.waiting.park(anchor, id, state);
    }

    /// Places what waited for `id`, and what waited for that. Tells whether there was any.
    pub(super) fn adopt(&mut self, id: ElementId) -> bool {
        if self.waiting.is_empty() {
            return false;
        }
        let mut ready = vec![id];
        let mut is_any = false;
        while let Some(anchor) = ready.pop() {
            for id in self.waiting.behind(&anchor) {
                let parked = self.waiting.unpark(&id).expect("it waits");
                self.count_out(&id, &parked.state);
                let at = self.chunks.find(&anchor);
                let at = self.skip(at, &id);
                self.place(at, id, parked.state);
                ready.push(id);
                is_any = true;
            }
        }
        is_any
    }

    /// Removes an element that does not stand in its place yet.
    pub(super) fn remove_waiting(
        &mut self,
        id: &ElementId,
        removal: Removal,
        seen: &VersionVector,
    ) -> Met {
        if let Some(parked) = self.waiting.find_mut(id) {
            if let State::Dead(earlier) = parked.state {
                return Met::Removal(earlier);
            }
            let old = std::mem::replace(&mut parked.state, State::Dead(removal));
            self.count_out(id, &old);
            self.totals.tombstones += 1;
            return Met::Element(true);
        }
        if let Some(earlier) = self.waiting.find_early(id) {
            return Met::Removal(earlier);
        }
        if !seen.covers(id.dot()) {
            self.waiting.add_early(*id, removal);
            self.totals.tombstones += 1;
        }
        Met::Nothing
    }
}
