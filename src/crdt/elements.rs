//! Named elements with running totals: what hashes, sets and sorted sets are
//! made of.

use std::collections::BTreeMap;

use crate::crdt::totals::Totals;
use crate::crdt::value::Name;

/// An element of a collection.
pub(crate) trait Element: Default {
    /// What it adds to the totals under `name`.
    fn weigh(&self, name: &[u8]) -> Totals;
    /// Whether nothing is left of it.
    fn is_vacant(&self) -> bool;
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

    pub(crate) fn is_vacant(&self) -> bool {
        self.by_name.is_empty()
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
