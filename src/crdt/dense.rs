//! A map of names whose entries lie side by side: no node, no pointer an element.
//!
//! Entries stand in an order that follows from what was put in and taken out, so it is the same in
//! every run, but not at every replica: whoever shows them sorts them.

use crate::crdt::digest;
use crate::crdt::label::{Label, Probe};
use crate::engine::{Index, prefetch};

/// So many entries are found without an index.
const SCANNED_MAX: usize = 8;
/// How far ahead of its use the place of a new entry is asked for.
const AHEAD: usize = 2;

/// What stands under some names, in two parts: what lives, and what is dead and remembered. Who
/// reads passes by no tombstone, who collects by nothing that lives, and one index finds both.
#[derive(Clone, Debug)]
pub(crate) struct DenseMap<T> {
    parts: [Vec<(Label, T)>; 2],
    /// Made when there are many.
    catalogue: Option<Box<Catalogue>>,
}

/// Where entries stand, and where none does any more. What leaves one of many entries leaves its
/// place free for the next, as to put another there would cost more than all the rest.
#[derive(Clone, Debug)]
struct Catalogue {
    index: Index,
    free: [Vec<u32>; 2],
}

impl<T> Default for DenseMap<T> {
    fn default() -> Self {
        Self {
            parts: [Vec::new(), Vec::new()],
            catalogue: None,
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
        let free = self.catalogue.as_ref().map_or(0, |catalogue| {
            catalogue.free[0].len() + catalogue.free[1].len()
        });
        self.parts[0].len() + self.parts[1].len() - free
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries of one part, in the order in which they stand.
    pub(crate) fn of(&self, part: Part) -> impl Iterator<Item = &(Label, T)> {
        let places = self.parts[part as usize].iter();
        places.filter(|(label, _)| !label.is_free())
    }

    /// The number of places of one part, free ones too.
    pub(crate) fn places(&self, part: Part) -> usize {
        self.parts[part as usize].len()
    }

    /// The bytes allocated for it, without what its entries point to.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        let places: usize = self.parts.iter().map(Vec::capacity).sum();
        let catalogue = self.catalogue.as_ref().map_or(0, |catalogue| {
            let free: usize = catalogue.free.iter().map(Vec::capacity).sum();
            size_of::<Catalogue>() + catalogue.index.bytes() + free * size_of::<u32>()
        });
        places * size_of::<(Label, T)>() + catalogue
    }

    /// The place of `name`, whose hash is `mark`.
    #[inline]
    pub(crate) fn find(&self, mark: u64, name: &[u8]) -> Option<Place> {
        let probe = Probe::new(name);
        if let Some(catalogue) = &self.catalogue {
            let is_it = |code: usize| probe.is(&self.at(Place::of(code)).0);
            return catalogue.index.find(mark, is_it).map(Place::of);
        }
        let scan = |part: Part| {
            let mut entries = self.parts[part as usize].iter();
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

    /// Puts in a name that is not there, whose hash is `mark`, and what `fill` makes of it where it
    /// stands; `fill` tells its part, or that it is not to stay.
    pub(crate) fn insert_with(
        &mut self,
        mark: u64,
        label: impl FnOnce() -> Label,
        fill: impl FnOnce(&mut T) -> Option<Part>,
    ) where
        T: Default,
    {
        let place = self.push(Part::Live, || (label(), T::default()));
        let part = fill(&mut self.at_mut(place).1);
        if part == Some(Part::Live) {
            self.list(mark, place);
        } else {
            let (label, value) = self.cut(place);
            if let Some(part) = part {
                self.insert(mark, part, label, value);
            }
        }
    }

    /// Puts in a name that is not there, whose hash is `mark`.
    pub(crate) fn insert(&mut self, mark: u64, part: Part, label: Label, value: T) {
        let place = self.push(part, || (label, value));
        self.list(mark, place);
    }

    /// Puts a new place into the index.
    fn list(&mut self, mark: u64, place: Place) {
        let is_scanned = self.parts[0].len() + self.parts[1].len() <= SCANNED_MAX;
        match &mut self.catalogue {
            Some(it) if it.index.has_room() => it.index.insert(mark, place.code()),
            Some(_) => {
                let index = self.indexed();
                if let Some(catalogue) = &mut self.catalogue {
                    catalogue.index = index;
                }
            }
            None if is_scanned => {}
            None => {
                let (index, free) = (self.indexed(), Default::default());
                self.catalogue = Some(Box::new(Catalogue { index, free }));
            }
        }
    }

    /// Takes out what stands at a place. `mark` is its name's hash. Whoever does so calls
    /// [`DenseMap::close_up`] when it no longer goes by places.
    pub(crate) fn remove(&mut self, mark: u64, place: Place) -> (Label, T)
    where
        T: Default,
    {
        if let Some(catalogue) = &mut self.catalogue {
            catalogue.index.remove(mark, place.code());
        }
        let removed = self.cut(place);
        if self.is_empty() {
            *self = Self::default();
        }
        removed
    }

    /// Moves what stands at a place to the other part. `mark` is its name's hash.
    pub(crate) fn shift(&mut self, mark: u64, place: Place)
    where
        T: Default,
    {
        let to = match place.part {
            Part::Live => Part::Dead,
            Part::Dead => Part::Live,
        };
        let entry = self.cut(place);
        let moved = self.push(to, || entry);
        if let Some(catalogue) = &mut self.catalogue {
            catalogue.index.relocate(mark, place.code(), moved.code());
        }
        self.close_up(place.part);
    }

    #[inline]
    fn push(&mut self, part: Part, entry: impl FnOnce() -> (Label, T)) -> Place {
        let free = |catalogue: &mut Box<Catalogue>| catalogue.free[part as usize].pop();
        if let Some(at) = self.catalogue.as_mut().and_then(free) {
            let place = Place {
                part,
                at: at as usize,
            };
            *self.at_mut(place) = entry();
            return place;
        }
        let entries = &mut self.parts[part as usize];
        let at = entries.len();
        if at == entries.capacity() {
            // By half, as a collection of a hundred thousand should not hold room for another.
            entries.reserve_exact(4.max(at / 2));
        }
        // An extension makes the entry where it is to stand; a push would move it there.
        entries.extend(std::iter::once_with(entry));
        prefetch(entries.spare_capacity_mut(), AHEAD);
        Place { part, at }
    }

    /// Takes an entry out of its part. Among few the last one takes its place, among many none.
    fn cut(&mut self, place: Place) -> (Label, T)
    where
        T: Default,
    {
        let entries = &mut self.parts[place.part as usize];
        let Some(catalogue) = &mut self.catalogue else {
            return entries.swap_remove(place.at);
        };
        let entry = std::mem::replace(&mut entries[place.at], (Label::FREE, T::default()));
        let free = &mut catalogue.free[place.part as usize];
        free.push(u32::try_from(place.at).expect("there are fewer than 2^32"));
        entry
    }

    /// Puts the last entries of a part in its free places, if these are many.
    pub(crate) fn close_up(&mut self, part: Part) {
        let entries = &mut self.parts[part as usize];
        let Some(catalogue) = &mut self.catalogue else {
            return;
        };
        if catalogue.free[part as usize].len() <= SCANNED_MAX + entries.len() / 2 {
            return;
        }
        let mut free = std::mem::take(&mut catalogue.free[part as usize]);
        // From the last on, so that none is free behind the one to be filled.
        free.sort_unstable_by(|left, right| right.cmp(left));
        for at in free {
            let to = Place {
                part,
                at: at as usize,
            };
            entries.swap_remove(to.at);
            let from = Place {
                part,
                at: entries.len(),
            };
            if let Some((label, _)) = entries.get(to.at) {
                let mark = mark_of(label);
                catalogue.index.relocate(mark, from.code(), to.code());
            }
        }
    }

    /// The index of all entries.
    fn indexed(&self) -> Index {
        let parts = [Part::Live, Part::Dead].into_iter();
        let places = parts.flat_map(|part| {
            let places = self.parts[part as usize].iter().enumerate();
            let taken = places.filter(|(_, (label, _))| !label.is_free());
            taken.map(move |(at, (label, _))| (mark_of(label), Place { part, at }.code()))
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
                        dense.close_up(place.part);
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
            let mut walked = Vec::new();
            for part in [Part::Live, Part::Dead] {
                walked.extend(dense.of(part).map(|(label, one)| (label.to_vec(), part, *one)));
            }
            walked.sort_unstable_by(|left, right| left.0.cmp(&right.0));
            let mapped = map.iter().map(|(name, (part, one))| (name.to_vec(), *part, *one));
            prop_assert_eq!(walked, mapped.collect::<Vec<_>>());
            for (name, (part, number)) in &map {
                let place = dense.find(mark_of(name), name).expect("it is there");
                prop_assert_eq!((place.part, dense.at(place).1), (*part, *number));
            }
        }
    }
}
