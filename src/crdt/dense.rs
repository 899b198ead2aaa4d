//! A map of names whose entries lie side by side: no node, no pointer an element.
//!
//! Entries stand in an order that follows from what was put in and taken out, so it is the same in
//! every run, but not at every replica: whoever shows them sorts them.

use crate::crdt::digest;
use crate::crdt::label::{Label, Probe};
use crate::engine::Index;

/// So many entries are found without an index.
const SCANNED_MAX: usize = 8;

/// What stands under some names.
#[derive(Clone, Debug)]
pub(crate) struct DenseMap<T> {
    entries: Vec<(Label, T)>,
    /// Made when there are many.
    index: Option<Box<Index>>,
}

impl<T> Default for DenseMap<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            index: None,
        }
    }
}

/// The hash a name is found by.
pub(crate) fn mark_of(name: &[u8]) -> u64 {
    digest::of_bytes(name)
}

impl<T> DenseMap<T> {
    /// The number of entries.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All entries, in the order in which they stand.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, (Label, T)> {
        self.entries.iter()
    }

    /// The place of `name`, whose hash is `mark`. Places hold until something is put in or out.
    #[inline]
    pub(crate) fn place(&self, mark: u64, name: &[u8]) -> Option<usize> {
        let probe = Probe::new(name);
        let is_it = |place: usize| probe.is(&self.entries[place].0);
        match &self.index {
            Some(index) => index.find(mark, is_it),
            None => (0..self.entries.len()).find(|place| is_it(*place)),
        }
    }

    /// What stands at a place.
    #[inline]
    pub(crate) fn at(&self, place: usize) -> &(Label, T) {
        &self.entries[place]
    }

    /// The same, to change.
    #[inline]
    pub(crate) fn at_mut(&mut self, place: usize) -> &mut (Label, T) {
        &mut self.entries[place]
    }

    /// Puts in a name that is not there, whose hash is `mark`.
    pub(crate) fn insert(&mut self, mark: u64, label: Label, value: T) {
        if self.entries.len() == self.entries.capacity() {
            // By half, as a collection of a hundred thousand should not hold room for another.
            self.entries.reserve_exact(4.max(self.entries.len() / 2));
        }
        self.entries.push((label, value));
        let last = self.entries.len() - 1;
        match &mut self.index {
            Some(index) if index.has_room() => index.insert(mark, last),
            None if last < SCANNED_MAX => {}
            _ => {
                let marks = self.entries.iter().map(|(label, _)| mark_of(label));
                self.index = Some(Box::new(Index::of(marks)));
            }
        }
    }

    /// Takes out what stands at a place, where the last entry goes. `mark` is its name's hash.
    pub(crate) fn remove(&mut self, mark: u64, place: usize) -> (Label, T) {
        let last = self.entries.len() - 1;
        let removed = self.entries.swap_remove(place);
        if let Some(index) = &mut self.index {
            index.remove(mark, place);
            if place < last {
                index.relocate(mark_of(&self.entries[place].0), last, place);
            }
        }
        if self.entries.is_empty() {
            *self = Self::default();
        }
        removed
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::{Strategy, prop};
    use proptest::{prop_assert_eq, proptest};

    use super::{DenseMap, mark_of};
    use crate::crdt::label::Label;
    use crate::crdt::value::Name;

    /// A name to put in, or out if it is there. Few names, so that both happen.
    fn names() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[a-d]{0,3}|long enough to be elsewhere [a-d]", 0..400)
    }

    proptest! {
        #[test]
        fn a_dense_map_is_a_map(names in names()) {
            let (mut dense, mut map) = (DenseMap::default(), BTreeMap::new());
            for (name, number) in names.iter().zip(0..) {
                let name: Name = name.as_bytes().into();
                let mark = mark_of(&name);
                match dense.place(mark, &name) {
                    Some(place) => {
                        let (label, value) = dense.remove(mark, place);
                        prop_assert_eq!(&*label, &*name);
                        prop_assert_eq!(Some(value), map.remove(&name));
                    }
                    None => {
                        dense.insert(mark, Label::from(&name), number);
                        prop_assert_eq!(map.insert(name, number), None);
                    }
                }
                prop_assert_eq!(dense.len(), map.len());
            }
            for (name, number) in &map {
                let place = dense.place(mark_of(name), name);
                prop_assert_eq!(place.map(|place| dense.at(place).1), Some(*number));
            }
        }
    }
}
