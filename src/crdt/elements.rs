//! Named elements with running totals: what hashes, sets and sorted sets are
//! made of.

use crate::crdt::clock::{MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::dense::{DenseMap, Part, Place, mark_of};
use crate::crdt::label::Label;
use crate::crdt::layout::Layout;
use crate::crdt::object::Sizes;
use crate::crdt::tally::Tally;
use crate::crdt::totals::Totals;
use crate::crdt::value::Name;
use crate::crdt::{Datatype, Horizon, Sides};

/// An element of a collection.
pub(crate) trait Element: Default {
    /// What it adds to the totals under a name of so many bytes, whose hash is `mark`.
    fn weigh(&self, mark: u64, name_bytes: usize) -> Totals;

    /// Whether a client sees it.
    fn is_live(&self) -> bool;

    /// Whether a collection could still free something.
    fn is_pending(&self) -> bool;

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
pub(crate) trait Collection: Default + Clone {
    /// What it consists of.
    type Element: Element;

    /// See [`Datatype::NAME`].
    const NAME: &'static str;

    /// See [`Datatype::layout`].
    fn layout(sizes: &Sizes) -> Layout;

    /// The elements.
    fn elements(&self) -> &Elements<Self::Element>;

    /// The elements, to change.
    fn elements_mut(&mut self) -> &mut Elements<Self::Element>;

    /// The whole has been removed, but what the removal had not observed.
    fn note_removal(&self, _tally: &mut Tally) {}
}

impl<C: Collection> Datatype for C {
    const NAME: &'static str = C::NAME;

    fn layout(sizes: &Sizes) -> Layout {
        C::layout(sizes)
    }

    fn is_live(&self) -> bool {
        self.elements().totals().live > 0
    }

    fn is_vacant(&self) -> bool {
        self.elements().is_vacant()
    }

    fn is_pending(&self) -> bool {
        self.elements().totals().pending > 0
    }

    fn newest(&self) -> Option<Stamp> {
        let stamps = self.elements().all().map(|(_, element)| element.newest());
        stamps.fold(None, Stamp::newest)
    }

    fn remove(&mut self, context: &VersionVector, tally: &mut Tally) {
        self.elements_mut()
            .edit_all(|_, _, element| element.remove(context, tally));
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
                .edit_pending(|_, _, element| element.collect(horizon, tally));
        }
    }

    fn digest(&self) -> u64 {
        self.elements().totals().digest
    }

    fn measure(&self, sizes: &mut Sizes) {
        self.elements().totals().measure(sizes);
    }

    fn count_writes(&self, present: &mut [u64; MEMBERS_MAX], overwritten: &mut [u64; MEMBERS_MAX]) {
        for (_, element) in self.elements().all() {
            element.count_writes(present, overwritten);
        }
    }

    fn newer_than(&self, clock: &VersionVector) -> bool {
        let mut elements = self.elements().all();
        elements.any(|(_, element)| element.newer_than(clock))
    }
}

/// Elements by name: those a client sees, and apart from them those of which only memory is left.
#[derive(Clone, Default, Debug)]
pub(crate) struct Elements<E> {
    map: DenseMap<E>,
    totals: Totals,
}

impl<E: Element> Elements<E> {
    pub(crate) fn totals(&self) -> &Totals {
        &self.totals
    }

    pub(crate) fn is_vacant(&self) -> bool {
        self.map.is_empty()
    }

    /// The bytes allocated for elements, without what these point to.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.map.bytes()
    }

    /// The number of places, free ones too.
    #[cfg(test)]
    pub(crate) fn places(&self) -> usize {
        self.map.places(Part::Live) + self.map.places(Part::Dead)
    }

    /// An element, even if only memory is left of it.
    pub(crate) fn find(&self, name: &[u8]) -> Option<&E> {
        self.find_marked(mark_of(name), name)
    }

    fn find_marked(&self, mark: u64, name: &[u8]) -> Option<&E> {
        let place = self.map.find(mark, name)?;
        Some(&self.map.at(place).1)
    }

    /// A live element.
    pub(crate) fn find_live(&self, name: &[u8]) -> Option<&E> {
        let place = self.map.find(mark_of(name), name)?;
        (place.part == Part::Live).then(|| &self.map.at(place).1)
    }

    /// All elements, in no order that means something.
    pub(crate) fn all(&self) -> impl Iterator<Item = &(Label, E)> {
        self.live().chain(self.map.of(Part::Dead))
    }

    /// The live elements, in no order that means something.
    pub(crate) fn live(&self) -> impl Iterator<Item = &(Label, E)> {
        self.map.of(Part::Live)
    }

    /// All elements, in the order of their names' bytes.
    pub(crate) fn all_by_name(&self) -> Vec<(&[u8], &E)> {
        by_name(self.all())
    }

    /// The live elements, in the order of their names' bytes.
    pub(crate) fn live_by_name(&self) -> Vec<(&[u8], &E)> {
        by_name(self.live())
    }

    /// Changes one element, made if it is missing and dropped if nothing is left.
    pub(crate) fn edit(&mut self, name: &Name, edit: impl FnOnce(&mut E)) {
        self.edit_marked(mark_of(name), name, || Label::from(name), edit);
    }

    fn edit_marked(
        &mut self,
        mark: u64,
        name: &[u8],
        label: impl FnOnce() -> Label,
        edit: impl FnOnce(&mut E),
    ) {
        let Some(place) = self.map.find(mark, name) else {
            let totals = &mut self.totals;
            self.map.insert_with(mark, label, |element| {
                edit(element);
                totals.add(&element.weigh(mark, name.len()));
                part_of(element)
            });
            return;
        };
        let (_, element) = self.map.at_mut(place);
        change(&mut self.totals, element, mark, name.len(), edit);
        match part_of(element) {
            Some(part) if part == place.part => {}
            Some(_) => self.map.shift(mark, place),
            None => {
                self.map.remove(mark, place);
                self.map.close_up(place.part);
            }
        }
    }

    /// Changes all elements, given also the hash of the name, and drops those of which nothing is
    /// left.
    pub(crate) fn edit_all(&mut self, mut edit: impl FnMut(u64, &[u8], &mut E)) {
        // Those that change sides are put back last, or some would be changed twice.
        let mut apart = self.sift(Part::Live, &mut edit);
        apart.extend(self.sift(Part::Dead, &mut edit));
        self.put_back(apart);
    }

    /// Changes all elements of which a collection could free something, as [`Elements::edit_all`].
    fn edit_pending(&mut self, edit: impl FnMut(u64, &[u8], &mut E)) {
        let dead = self.map.of(Part::Dead);
        let pending = dead.filter(|(_, element)| element.is_pending()).count();
        if pending as u64 == self.totals.pending {
            let apart = self.sift(Part::Dead, edit);
            self.put_back(apart);
        } else {
            self.edit_all(edit);
        }
    }

    /// Changes all elements of one part, and takes out those that are no longer of it.
    fn sift(
        &mut self,
        part: Part,
        mut edit: impl FnMut(u64, &[u8], &mut E),
    ) -> Vec<(u64, Label, E)> {
        let (mut at, mut apart) = (0, Vec::new());
        while at < self.map.places(part) {
            let place = Place { part, at };
            let (label, element) = self.map.at_mut(place);
            if label.is_free() {
                at += 1;
                continue;
            }
            let (mark, name) = (mark_of(label), &**label);
            change(&mut self.totals, element, mark, name.len(), |element| {
                edit(mark, name, element);
            });
            if part_of(element) == Some(part) {
                at += 1;
            } else {
                // Another one, yet to be changed, may come to stand here.
                let (label, element) = self.map.remove(mark, place);
                apart.push((mark, label, element));
            }
        }
        self.map.close_up(part);
        apart
    }

    fn put_back(&mut self, elements: Vec<(u64, Label, E)>) {
        for (mark, label, element) in elements {
            if let Some(part) = part_of(&element) {
                self.map.insert(mark, part, label, element);
            }
        }
    }

    /// Merges each element with what `theirs` holds under its name, if only nothing.
    pub(crate) fn merge(&mut self, theirs: &Self, mut merge: impl FnMut(&mut E, &E)) {
        // Which are new must be known before the merge drops elements of which nothing is left.
        let mut arriving = Vec::new();
        for (label, element) in theirs.all() {
            let mark = mark_of(label);
            if self.find_marked(mark, label).is_none() {
                arriving.push((mark, label, element));
            }
        }
        let none = E::default();
        self.edit_all(|mark, name, mine| {
            merge(mine, theirs.find_marked(mark, name).unwrap_or(&none));
        });
        for (mark, label, element) in arriving {
            let edit = |mine: &mut E| merge(mine, element);
            self.edit_marked(mark, label, || Label::clone(label), edit);
        }
    }
}

/// The part of the map an element belongs to; none if nothing is left of it.
fn part_of<E: Element>(element: &E) -> Option<Part> {
    if element.is_live() {
        Some(Part::Live)
    } else {
        (!element.is_vacant()).then_some(Part::Dead)
    }
}

/// Changes an element, and what it adds to the totals.
fn change<E: Element>(
    totals: &mut Totals,
    element: &mut E,
    mark: u64,
    name_bytes: usize,
    edit: impl FnOnce(&mut E),
) {
    if !element.is_vacant() {
        totals.subtract(&element.weigh(mark, name_bytes));
    }
    edit(element);
    totals.add(&element.weigh(mark, name_bytes));
}

fn by_name<'a, E>(elements: impl Iterator<Item = &'a (Label, E)>) -> Vec<(&'a [u8], &'a E)> {
    let mut sorted: Vec<(&[u8], &E)> = elements.map(|(label, one)| (&**label, one)).collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    sorted
}
