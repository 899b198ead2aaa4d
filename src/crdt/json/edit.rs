//! What an effect does to a document: from the paths a command names to the containers there, and
//! from these to what an arriving effect changes.

use std::sync::Arc;

use crate::crdt::Arrival;
use crate::crdt::clock::{Dot, VersionVector};
use crate::crdt::json::Json;
use crate::crdt::json::literal::{Deed, Literal, Revision, Step};
use crate::crdt::json::node::{Content, Inner, Node, Seat, Slot};
use crate::crdt::sequence::{ElementId, Met, Removal, State};
use crate::crdt::tally::{Conflict, Tally};

/// Where a value stands.
#[derive(Clone, PartialEq, Debug)]
pub enum Place {
    /// It is the document.
    Root,
    /// Under this name in that object.
    Field(ElementId, Arc<str>),
    /// In the place of that array's element.
    Element(ElementId, ElementId),
}

/// One change of a document.
#[derive(Clone, PartialEq, Debug)]
pub enum Edit {
    /// A place is given a new value.
    Assign {
        /// Which.
        place: Place,
        /// The value; those within it are numbered from there on.
        id: ElementId,
        /// Where a field stands among the others.
        rank: ElementId,
        /// What it is.
        value: Literal,
    },
    /// What was seen of an object's field goes.
    Remove(ElementId, Arc<str>),
    /// Elements come into an array, each behind the one before it.
    Insert {
        /// The array.
        array: ElementId,
        /// The element they come in behind; none for the head.
        anchor: Option<ElementId>,
        /// Each with what it is called; values within it are numbered from there on.
        values: Box<[(ElementId, Literal)]>,
    },
    /// Elements of an array go.
    RemoveElements {
        /// The array.
        array: ElementId,
        /// Which.
        ids: Box<[ElementId]>,
        /// Whether a client was given them.
        is_taken: bool,
    },
}

impl Edit {
    /// The values it writes.
    pub(crate) fn writes(&self) -> u64 {
        match self {
            Self::Assign { value, .. } => u64::from(value.nodes()),
            Self::Insert { values, .. } => {
                let nodes = values.iter().map(|(_, value)| u64::from(value.nodes()));
                nodes.sum()
            }
            Self::Remove(..) | Self::RemoveElements { .. } => 0,
        }
    }

    pub(crate) fn payload_bytes(&self) -> u64 {
        const ID: u64 = size_of::<ElementId>() as u64;
        match self {
            Self::Assign { place, value, .. } => {
                let place = match place {
                    Place::Root => 0,
                    Place::Field(_, name) => ID + name.len() as u64,
                    Place::Element(..) => 2 * ID,
                };
                2 * ID + place + value.bytes()
            }
            Self::Remove(_, name) => ID + name.len() as u64,
            Self::Insert { values, .. } => {
                let bytes: u64 = values.iter().map(|(_, value)| value.bytes()).sum();
                (3 * ID) + bytes
            }
            Self::RemoveElements { ids, .. } => ID + ids.len() as u64 * ID,
        }
    }
}

/// Names for the values of one effect.
struct Ids(ElementId);

impl Ids {
    /// A name for a value of so many nodes.
    fn take(&mut self, nodes: u32) -> ElementId {
        let id = self.0;
        self.0 = id.further(nodes);
        id
    }
}

impl Json {
    /// What `revisions` change of the document as it is; `observed` is what this key has seen, and
    /// `dot` the effect under way.
    pub(crate) fn edits(
        &self,
        revisions: Vec<Revision>,
        dot: Dot,
        observed: &VersionVector,
    ) -> Vec<Edit> {
        let counters = self.containers.values();
        let counter = counters.map(|container| container.seats.next_counter(observed));
        let vacant = Json::default_counter(observed);
        let mut ids = Ids(ElementId {
            counter: counter.fold(vacant, u64::max),
            seq: dot.seq,
            index: 0,
            origin: dot.origin,
        });
        let revisions = revisions.into_iter();
        revisions
            .filter_map(|revision| self.edit_of(revision, &mut ids))
            .collect()
    }

    fn default_counter(observed: &VersionVector) -> u64 {
        crate::crdt::sequence::Sequence::<Seat>::default().next_counter(observed)
    }

    /// The place at the end of `path`, and the value there.
    fn place(&self, path: &[Step]) -> Option<(Place, Option<&Node>)> {
        let mut place = Place::Root;
        let mut found = self.root.shown().map(|entry| &entry.item);
        for step in path {
            let node = found?;
            let container = self.containers.get(&node.id)?;
            (place, found) = match (step, &node.content) {
                (Step::Field(name), Content::Object) => {
                    let slot = container.slots.get(&Inner::Field(Arc::clone(name)));
                    let shown = slot.and_then(Slot::shown).map(|entry| &entry.item);
                    (Place::Field(node.id, Arc::clone(name)), shown)
                }
                (Step::Index(index), Content::Array) => {
                    let (id, entry) = container.elements().nth(usize::try_from(*index).ok()?)?;
                    (Place::Element(node.id, id), Some(&entry.item))
                }
                _ => return None,
            };
        }
        Some((place, found))
    }

    fn edit_of(&self, revision: Revision, ids: &mut Ids) -> Option<Edit> {
        let (place, found) = self.place(&revision.path)?;
        match revision.deed {
            Deed::Assign(value) => {
                let id = ids.take(value.nodes());
                let rank = found.map_or(id, |node| node.rank);
                Some(Edit::Assign {
                    place,
                    id,
                    rank,
                    value,
                })
            }
            deed @ (Deed::Remove | Deed::Take) => match place {
                Place::Field(object, name) => found.map(|_| Edit::Remove(object, name)),
                Place::Element(array, id) => Some(Edit::RemoveElements {
                    array,
                    ids: [id].into(),
                    is_taken: deed == Deed::Take,
                }),
                Place::Root => None,
            },
            Deed::Insert(position, values) => {
                let node = found.filter(|node| node.content == Content::Array)?;
                let container = self.containers.get(&node.id)?;
                let left = usize::try_from(position).ok()?.checked_sub(1);
                let anchor = left.and_then(|left| container.elements().nth(left));
                let values = values.into_iter();
                let named = values.map(|value| (ids.take(value.nodes()), value));
                Some(Edit::Insert {
                    array: node.id,
                    anchor: anchor.map(|(id, _)| id),
                    values: named.collect(),
                })
            }
        }
    }

    /// Takes in the edits of an arriving effect.
    pub(crate) fn edit(&mut self, edits: &[Edit], arrival: &Arrival<'_>, tally: &mut Tally) {
        for edit in edits {
            match edit {
                Edit::Assign {
                    place,
                    id,
                    rank,
                    value,
                } => self.assign(place, *id, *rank, value, arrival, tally),
                Edit::Remove(object, name) => {
                    if self.has_room(*object, arrival) {
                        let inner = Inner::Field(Arc::clone(name));
                        let container = self.containers.entry(*object).or_default();
                        container.slot_mut(inner).remove(arrival, tally);
                    }
                }
                Edit::Insert {
                    array,
                    anchor,
                    values,
                } => {
                    if self.has_room(*array, arrival) {
                        let values = values.iter().map(|(id, value)| (*id, value));
                        self.insert(*array, *anchor, values, arrival, tally);
                    } else {
                        let nodes = values.iter().map(|(_, value)| value.nodes()).sum();
                        fall(nodes, arrival, tally);
                    }
                }
                Edit::RemoveElements {
                    array,
                    ids,
                    is_taken,
                } => self.remove_elements(*array, ids, *is_taken, arrival, tally),
            }
        }
        self.prune(&arrival.seen(), &arrival.gate(), tally);
    }

    /// Whether a container is there, or is still to come.
    fn has_room(&self, id: ElementId, arrival: &Arrival<'_>) -> bool {
        let is_over = arrival.seen().covers(id.dot()) || arrival.gate().covers(id.dot());
        self.containers.contains_key(&id) || !is_over
    }

    fn assign(
        &mut self,
        place: &Place,
        id: ElementId,
        rank: ElementId,
        value: &Literal,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        let (container, inner) = match place {
            Place::Root => (None, None),
            Place::Field(object, name) => (Some(*object), Some(Inner::Field(Arc::clone(name)))),
            Place::Element(array, element) => (Some(*array), Some(Inner::Element(*element))),
        };
        if container.is_some_and(|container| !self.has_room(container, arrival)) {
            tally.meet(Conflict::WriteRemove);
            return fall(value.nodes(), arrival, tally);
        }
        let slot = match (container, inner) {
            (Some(container), Some(inner)) => {
                let container = self.containers.entry(container).or_default();
                container.slot_mut(inner)
            }
            _ => &mut self.root,
        };
        let content = Content::of(value);
        let is_container = content.is_container();
        slot.write(Node { id, rank, content }, arrival, tally);
        if is_container {
            self.containers.entry(id).or_default();
        }
        match value {
            Literal::Array(items) => {
                let mut ids = Ids(id.further(1));
                let named = items.iter().map(|item| (ids.take(item.nodes()), item));
                let named: Vec<(ElementId, &Literal)> = named.collect();
                self.insert(id, None, named.into_iter(), arrival, tally);
            }
            Literal::Object(fields) => {
                let mut ids = Ids(id.further(1));
                for (name, value) in fields {
                    let inner = ids.take(value.nodes());
                    let place = Place::Field(id, Arc::clone(name));
                    self.assign(&place, inner, inner, value, arrival, tally);
                }
            }
            _ => {}
        }
    }

    fn insert<'a>(
        &mut self,
        array: ElementId,
        anchor: Option<ElementId>,
        values: impl Iterator<Item = (ElementId, &'a Literal)>,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        let mut left = anchor;
        for (id, value) in values {
            let state = if arrival.gate().covers(id.dot()) {
                State::Dead(Removal {
                    by: None,
                    is_taken: false,
                })
            } else {
                State::Live(Seat)
            };
            let container = self.containers.entry(array).or_default();
            let (_, is_contended) = container.seats.insert(left, [(id, state)], arrival.after);
            if is_contended {
                tally.meet(Conflict::InsertInsert);
            }
            self.assign(&Place::Element(array, id), id, id, value, arrival, tally);
            left = Some(id);
        }
    }

    fn remove_elements(
        &mut self,
        array: ElementId,
        ids: &[ElementId],
        is_taken: bool,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        if !self.has_room(array, arrival) {
            return;
        }
        let removal = Removal {
            by: Some(arrival.stamp.dot),
            is_taken,
        };
        let container = self.containers.entry(array).or_default();
        for id in ids {
            let met = container.seats.remove(id, removal, &arrival.seen());
            if let Met::Removal(earlier) = met
                && earlier.is_taken
                && is_taken
            {
                tally.meet(Conflict::TakeTake);
            }
        }
    }
}

/// Counts so many values as dead on arrival.
fn fall(nodes: u32, arrival: &Arrival<'_>, tally: &mut Tally) {
    for _ in 0..nodes {
        tally.fall(arrival.stamp.dot, true);
    }
}
