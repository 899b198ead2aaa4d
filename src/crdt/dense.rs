//! A map of names whose entries lie side by side: no node, no pointer an element.
//!
//! Entries stand in an order that follows from what was put in and taken out, so it is the same in
//! every run, but not at every replica: whoever shows them sorts them.

use crate::crdt::digest;
use crate::crdt::label::{Label, Probe};
use crate::engine::Index;

/// So many entries are found without an index.
const SCANNED_MAX: usize = 8;

/// What stands under some names, in two parts: what lives, and what is dead and remembered. Who
/// reads passes by no tombstone, who collects by nothing that lives, and one index finds both.
#[derive(Clone, Debug)]
pub(crate) struct DenseMap<T> {
    parts: [Vec<(Label, T)>; 2],
    /// Made when there are many.
    index: Option<Box<Index>>,
}

impl<T> Default for DenseMap<T> {
    fn default() -> Self {
        Self {
            parts: [Vec::new(), Vec::new()],
            index: None,
        }
    }
}

/// The part of a map that an entry stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    Live,
    Dead,
}

/// Where an entry stands. Places hold until something is put in, taken out or moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) part: Part,
    pub(crate) at: usize,
}

impl Place {
    fn code(self) -> usize {
        self.at << 1 | self.part as usize
    }

    fn of(code: usize) -> Self {
        let part = if code & 1 == Part::Live as usize {
            Part::Live
        } else {
            Part::Dead
        };
        Self {
            part,
            at: code >> 1,
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
        self.parts.iter().map(Vec::len).sum()
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries of one part, in the order in which they stand.
    pub(crate) fn of(&self, part: Part) -> &[(Label, T)] {
        &self.parts[part as usize]
    }

    /// The place of `name`, whose hash is `mark`.
    #[inline]
    pub(crate) fn find(&self, mark: u64, name: &[u8]) -> Option<Place> {
        let probe = Probe::new(name);
        if let Some(index) = &self.index {
            let is_it = |code: usize| probe.is(&self.at(Place::of(code)).0);
            return index.find(mark, is_it).map(Place::of);
        }
        let scan = |part: Part| {
            let mut entries = self.of(part).iter();
            let at = entries.position(|(label, _)| probe.is(label));
            at.map(|at| Place { part, at })
        };
        scan(Part::Live).or_else(|| scan(Part::Dead))
    }

    /// What stands at a place.
    #[inline]
    pub(crate) fn at(&self, place: Place) -> &(Label, T) {
        &self.parts[place.part as usize][place.at]
    }

    /// The same, to change.
    #[inline]
    pub(crate) fn at_mut(&mut self, place: Place) -> &mut (Label, T) {
        &mut self.parts[place.part as usize][place.at]
    }

    /// Puts in a name that is not there, whose hash is `mark`.
    pub(crate) fn insert(&mut self, mark: u64, part: Part, label: Label, value: T) {
        let place = self.push(part, (label, value));
        let scanned = self.len() <= SCANNED_MAX;
        match &mut self.index {
            Some(index) if index.has_room() => index.insert(mark, place.code()),
            None if scanned => {}
            _ => self.index = Some(Box::new(self.indexed())),
        }
    }

    /// Takes out what stands at a place. `mark` is its name's hash.
    pub(crate) fn remove(&mut self, mark: u64, place: Place) -> (Label, T) {
        if let Some(index) = &mut self.index {
            index.remove(mark, place.code());
        }
        let removed = self.cut(place);
        if self.is_empty() {
            *self = Self::default();
        }
        removed
    }

    /// Moves what stands at a place to the other part. `mark` is its name's hash.
    pub(crate) fn shift(&mut self, mark: u64, place: Place) {
        let to = match place.part {
            Part::Live => Part::Dead,
            Part::Dead => Part::Live,
        };
        let moved = Place {
            part: to,
            at: self.of(to).len(),
        };
        if let Some(index) = &mut self.index {
            index.relocate(mark, place.code(), moved.code());
        }
        let entry = self.cut(place);
        self.push(to, entry);
    }

    fn push(&mut self, part: Part, entry: (Label, T)) -> Place {
        let entries = &mut self.parts[part as usize];
        let at = entries.len();
        if at == entries.capacity() {
            // By half, as a collection of a hundred thousand should not hold room for another.
            entries.reserve_exact(4.max(at / 2));
        }
        entries.push(entry);
        Place { part, at }
    }

    /// Takes an entry out of its part, where the last one takes its place.
    fn cut(&mut self, place: Place) -> (Label, T) {
        let entries = &mut self.parts[place.part as usize];
        let entry = entries.swap_remove(place.at);
        let last = Place {
            at: entries.len(),
            ..place
        };
        if let (Some(index), Some((label, _))) = (&mut self.index, entries.get(place.at)) {
            index.relocate(mark_of(label), last.code(), place.code());
        }
        entry
    }

    /// The index of all entries.
    fn indexed(&self) -> Index {
        let parts = [Part::Live, Part::Dead].into_iter();
        let places = parts.flat_map(|part| {
            let labels = self.of(part).iter().map(|(label, _)| label);
            let places = (0..).map(move |at| Place { part, at }.code());
            labels.map(|label| mark_of(label)).zip(places)
        });
        Index::of(2 * self.len(), places)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::{Strategy, prop};
    use proptest::{prop_assert_eq, proptest};

    use super::{DenseMap, Part, mark_of};
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
            for (name, number) in names.iter().zip(0_u32..) {
                let name: Name = name.as_bytes().into();
                let mark = mark_of(&name);
                let part = if number % 3 == 0 { Part::Dead } else { Part::Live };
                match dense.find(mark, &name) {
                    Some(place) if number % 2 == 0 => {
                        let (label, value) = dense.remove(mark, place);
                        prop_assert_eq!(&*label, &*name);
                        prop_assert_eq!(Some((place.part, value)), map.remove(&name));
                    }
                    Some(place) => {
                        dense.shift(mark, place);
                        let there = map.get_mut(&name).expect("it is there");
                        there.0 = match place.part {
                            Part::Live => Part::Dead,
                            Part::Dead => Part::Live,
                        };
                    }
                    None => {
                        dense.insert(mark, part, Label::from(&name), number);
                        prop_assert_eq!(map.insert(name, (part, number)), None);
                    }
                }
                prop_assert_eq!(dense.len(), map.len());
            }
            for (name, (part, number)) in &map {
                let place = dense.find(mark_of(name), name).expect("it is there");
                prop_assert_eq!((place.part, dense.at(place).1), (*part, *number));
            }
        }
    }
}
