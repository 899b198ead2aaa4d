//! Named elements with running totals: what hashes, sets and sorted sets are
//! made of.

use crate::crdt::clock::{MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::dense::{DenseMap, mark_of};
use crate::crdt::label::Label;
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

/// Elements by name.
///
/// Those a client sees and those of which only memory is left stand apart: who reads passes by no
/// tombstone, and who collects by few that live.
#[derive(Clone, Default, Debug)]
pub(crate) struct Elements<E> {
    live: DenseMap<E>,
    dead: DenseMap<E>,
    totals: Totals,
}

impl<E: Element> Elements<E> {
    pub(crate) fn totals(&self) -> &Totals {
        &self.totals
    }

    pub(crate) fn is_vacant(&self) -> bool {
        self.live.is_empty() && self.dead.is_empty()
    }

    /// An element, even if only memory is left of it.
    pub(crate) fn find(&self, name: &[u8]) -> Option<&E> {
        self.find_marked(mark_of(name), name)
    }

    fn find_marked(&self, mark: u64, name: &[u8]) -> Option<&E> {
        let find = |map: &DenseMap<E>| map.place(mark, name);
        match find(&self.live) {
            Some(place) => Some(&self.live.at(place).1),
            None if self.dead.is_empty() => None,
            None => find(&self.dead).map(|place| &self.dead.at(place).1),
        }
    }

    /// A live element.
    pub(crate) fn find_live(&self, name: &[u8]) -> Option<&E> {
        let place = self.live.place(mark_of(name), name)?;
        Some(&self.live.at(place).1)
    }

    /// All elements, in no order that means something.
    pub(crate) fn all(&self) -> impl Iterator<Item = &(Label, E)> {
        self.live.iter().chain(self.dead.iter())
    }

    /// The live elements, in no order that means something.
    pub(crate) fn live(&self) -> impl Iterator<Item = &(Label, E)> {
        self.live.iter()
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
        let mark = mark_of(name);
        self.edit_marked(mark, name, || Label::from(name), edit);
    }

    fn edit_marked(
        &mut self,
        mark: u64,
        name: &[u8],
        label: impl FnOnce() -> Label,
        edit: impl FnOnce(&mut E),
    ) {
        if let Some(place) = self.live.place(mark, name) {
            let (_, element) = self.live.at_mut(place);
            change(&mut self.totals, element, mark, name.len(), edit);
            if !element.is_live() {
                let (label, element) = self.live.remove(mark, place);
                self.bury(mark, label, element);
            }
            return;
        }
        let place = (!self.dead.is_empty()).then(|| self.dead.place(mark, name));
        let (label, element) = match place.flatten() {
            Some(place) => {
                let (_, element) = self.dead.at_mut(place);
                change(&mut self.totals, element, mark, name.len(), edit);
                if !element.is_live() && !element.is_vacant() {
                    return;
                }
                self.dead.remove(mark, place)
            }
            None => {
                let mut element = E::default();
                change(&mut self.totals, &mut element, mark, name.len(), edit);
                (label(), element)
            }
        };
        if element.is_live() {
            self.live.insert(mark, label, element);
        } else {
            self.bury(mark, label, element);
        }
    }

    /// Keeps an element that is not live, if something is left of it.
    fn bury(&mut self, mark: u64, label: Label, element: E) {
        if !element.is_vacant() {
            self.dead.insert(mark, label, element);
        }
    }

    /// Changes all elements, given also the hash of the name, and drops those of which nothing is
    /// left.
    pub(crate) fn edit_all(&mut self, mut edit: impl FnMut(u64, &[u8], &mut E)) {
        let fallen = sift(&mut self.live, &mut self.totals, E::is_live, &mut edit);
        self.edit_dead(edit);
        for (mark, label, element) in fallen {
            self.bury(mark, label, element);
        }
    }

    /// Changes all elements of which a collection could free something, as [`Elements::edit_all`].
    fn edit_pending(&mut self, edit: impl FnMut(u64, &[u8], &mut E)) {
        let dead = self.dead.iter();
        let pending = dead.filter(|(_, element)| element.is_pending()).count();
        if pending as u64 == self.totals.pending {
            self.edit_dead(edit);
        } else {
            self.edit_all(edit);
        }
    }

    fn edit_dead(&mut self, edit: impl FnMut(u64, &[u8], &mut E)) {
        let stays = |element: &E| !element.is_live() && !element.is_vacant();
        for (mark, label, element) in sift(&mut self.dead, &mut self.totals, stays, edit) {
            if element.is_live() {
                self.live.insert(mark, label, element);
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

/// Changes all elements of a map, and takes out those that are not to stay.
fn sift<E: Element>(
    map: &mut DenseMap<E>,
    totals: &mut Totals,
    stays: impl Fn(&E) -> bool,
    mut edit: impl FnMut(u64, &[u8], &mut E),
) -> Vec<(u64, Label, E)> {
    let (mut place, mut out) = (0, Vec::new());
    while place < map.len() {
        let (label, element) = map.at_mut(place);
        let mark = mark_of(label);
        let (name, name_bytes): (&[u8], _) = (label, label.len());
        change(totals, element, mark, name_bytes, |element| {
            edit(mark, name, element);
        });
        if stays(element) {
            place += 1;
        } else {
            // Another one, yet to be changed, comes to stand here.
            let (label, element) = map.remove(mark, place);
            out.push((mark, label, element));
        }
    }
    out
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
