//! Named elements with running totals: what hashes, sets and sorted sets are
//! made of.

use std::collections::BTreeMap;

use crate::crdt::clock::{MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::object::Sizes;
use crate::crdt::tally::Tally;
use crate::crdt::totals::Totals;
use crate::crdt::value::Name;
use crate::crdt::{Datatype, Horizon, Sides};

/// An element of a collection.
pub(crate) trait Element: Default {
    /// What it adds to the totals under `name`.
    fn weigh(&self, name: &[u8]) -> Totals;

    /// Whether nothing is left of it.
    fn is_vacant(&self) -> bool;

    /// The newest of its live updates.
    fn newest(&self) -> Option<Stamp>;

    /// Takes away what `context` has observed of it, as a removal of the whole collection does.
    fn remove(&mut self, context: &VersionVector, tally: &mut Tally);

    /// Takes in what another replica holds under its name.
    fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally);

    /// Forgets what every member has seen.
    fn collect(&mut self, horizon: &Horizon, tally: &mut Tally);

    /// Counts its writes by origin: those that show and those that are hidden.
    fn count_writes(&self, present: &mut [u64; MEMBERS_MAX], hidden: &mut [u64; MEMBERS_MAX]);

    /// Whether it holds something that `clock` has not observed.
    fn newer_than(&self, clock: &VersionVector) -> bool;
}

/// A type that consists of named elements.
pub(crate) trait Collection: Default {
    /// What it consists of.
    type Element: Element;

    /// The elements.
    fn elements(&self) -> &Elements<Self::Element>;

    /// The elements, to change.
    fn elements_mut(&mut self) -> &mut Elements<Self::Element>;

    /// The whole has been removed, but what the removal had not observed.
    fn note_removal(&self, _tally: &mut Tally) {}
}

impl<C: Collection> Datatype for C {
    fn is_live(&self) -> bool {
        self.elements().totals().live > 0
    }

    fn is_vacant(&self) -> bool {
        self.elements().by_name.is_empty()
    }

    fn is_pending(&self) -> bool {
        self.elements().totals().pending > 0
    }

    fn newest(&self) -> Option<Stamp> {
        let stamps = self.elements().iter().map(|(_, element)| element.newest());
        stamps.fold(None, Stamp::newest)
    }

    fn remove(&mut self, context: &VersionVector, tally: &mut Tally) {
        self.elements_mut()
            .edit_all(|_, element| element.remove(context, tally));
        self.note_removal(tally);
    }

    fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        self.elements_mut()
            .merge(theirs.elements(), |mine, theirs| {
                mine.merge(theirs, sides, tally);
            });
    }

    fn collect(&mut self, horizon: &Horizon, tally: &mut Tally) {
        if self.is_pending() {
            self.elements_mut()
                .edit_all(|_, element| element.collect(horizon, tally));
        }
    }

    fn digest(&self) -> u64 {
        self.elements().totals().digest
    }

    fn measure(&self, sizes: &mut Sizes) {
        self.elements().totals().measure(sizes);
    }

    fn count_writes(&self, present: &mut [u64; MEMBERS_MAX], overwritten: &mut [u64; MEMBERS_MAX]) {
        for (_, element) in self.elements().iter() {
            element.count_writes(present, overwritten);
        }
    }

    fn newer_than(&self, clock: &VersionVector) -> bool {
        let mut elements = self.elements().iter();
        elements.any(|(_, element)| element.newer_than(clock))
    }
}

/// Elements by name, in the order of their bytes.
#[derive(Clone, Default, Debug)]
pub(crate) struct Elements<E> {
    by_name: BTreeMap<Name, E>,
    totals: Totals,
}

impl<E: Element> Elements<E> {
    pub(crate) fn totals(&self) -> &Totals {
        &self.totals
    }

    pub(crate) fn find(&self, name: &[u8]) -> Option<&E> {
        self.by_name.get(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Name, &E)> {
        self.by_name.iter()
    }

    /// Changes one element, made if it is missing and dropped if nothing is left.
    pub(crate) fn edit(&mut self, name: &Name, edit: impl FnOnce(&mut E)) {
        let element = self.by_name.entry(name.clone()).or_default();
        self.totals.subtract(&element.weigh(name));
        edit(element);
        self.totals.add(&element.weigh(name));
        if element.is_vacant() {
            self.by_name.remove(name);
        }
    }

    /// Changes all elements, and drops those of which nothing is left.
    pub(crate) fn edit_all(&mut self, mut edit: impl FnMut(&Name, &mut E)) {
        let mut totals = Totals::default();
        self.by_name.retain(|name, element| {
            edit(name, element);
            totals.add(&element.weigh(name));
            !element.is_vacant()
        });
        self.totals = totals;
    }

    /// Merges each element with what `theirs` holds under its name, if only nothing.
    pub(crate) fn merge(&mut self, theirs: &Self, mut merge: impl FnMut(&mut E, &E)) {
        // Which are new must be known before the merge drops elements of which nothing is left.
        let is_new = |(name, _): &(&Name, &E)| !self.by_name.contains_key(*name);
        let arriving: Vec<(&Name, &E)> = theirs.by_name.iter().filter(is_new).collect();
        let none = E::default();
        self.edit_all(|name, mine| merge(mine, theirs.find(name).unwrap_or(&none)));
        for (name, element) in arriving {
            self.edit(name, |mine| merge(mine, element));
        }
    }
}
