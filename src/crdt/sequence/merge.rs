//! Two replicas' sequences become one: both are parts of the same order.

use std::collections::BTreeMap;

use crate::crdt::Sides;
use crate::crdt::clock::Dot;
use crate::crdt::sequence::{Content, ElementId, Fallen, Removal, Sequence, Slot, State};
use crate::id::ReplicaId;

/// An effect that everyone has seen: what removed an element that the other side has collected.
const LONG_SEEN: Dot = Dot {
    origin: ReplicaId(0),
    seq: 0,
};

/// What a merge brought.
pub(crate) struct Merged {
    /// The receiver's elements that are live no more.
    pub(crate) fallen: Vec<Fallen>,
    /// Elements that were given to clients twice.
    pub(crate) doubled: u64,
}

/// A merge under way: the sender's side of it.
struct Sender<'a, T> {
    theirs: &'a Sequence<T>,
    states: BTreeMap<ElementId, &'a State<T>>,
    sides: &'a Sides,
    merged: Merged,
}

impl<T: Content> Sender<'_, T> {
    /// What the sender knows of the removal of an element that the receiver holds.
    fn removal_of(&self, id: &ElementId) -> Option<Removal> {
        let of = |by| Removal {
            by,
            is_taken: false,
        };
        match self.states.get(id) {
            Some(State::Dead(removal)) => Some(*removal),
            Some(_) => None,
            None if self.sides.theirs.covers(id.dot()) => Some(of(Some(LONG_SEEN))),
            None if self.sides.their_gate.covers(id.dot()) => Some(of(None)),
            None => self.theirs.waiting.find_early(id),
        }
    }

    /// Whether an element stands in its place at the sender.
    fn has_placed(&self, id: &ElementId) -> bool {
        self.states.contains_key(id) && self.theirs.waiting.find(id).is_none()
    }

    /// Counts an element that two effects took, if the receiver learns of the second one now.
    fn meet(&mut self, mine: &Removal, theirs: &Removal) {
        let is_news = theirs.by.is_some_and(|by| !self.sides.mine.covers(by));
        if mine.is_taken && theirs.is_taken && mine.by != theirs.by && is_news {
            self.merged.doubled += 1;
        }
    }

    /// Brings one of the receiver's elements up to date.
    fn settle(&mut self, id: &ElementId, mine: &mut State<T>) {
        let Some(removal) = self.removal_of(id) else {
            return;
        };
        match mine {
            State::Dead(earlier) => {
                self.meet(earlier, &removal);
                earlier.by = earlier.by.or(removal.by);
            }
            State::Live(_) | State::Hidden(_) => {
                let was_visible = mine.is_live();
                self.merged.fallen.push(Fallen {
                    id: *id,
                    was_visible,
                });
                *mine = State::Dead(removal);
            }
        }
    }

    /// What an element of the sender is to the receiver, which had not seen it.
    fn arriving(&mut self, id: &ElementId, state: &State<T>, early: Option<Removal>) -> State<T> {
        match (state, early) {
            (State::Dead(removal), Some(early)) => {
                self.meet(&early, removal);
                State::Dead(early)
            }
            (State::Dead(removal), None) => State::Dead(*removal),
            (_, Some(early)) => State::Dead(early),
            _ if self.sides.my_gate.covers(id.dot()) => State::Dead(Removal {
                by: None,
                is_taken: false,
            }),
            (State::Live(content) | State::Hidden(content), None) => State::Live(content.clone()),
        }
    }
}

impl<T: Content> Sequence<T> {
    /// Takes in another replica's elements.
    pub(crate) fn merge(&mut self, theirs: &Self, sides: &Sides) -> Merged {
        let standing = theirs.chunks.iter().map(|slot| (slot.id, &slot.state));
        let parked = theirs.waiting.parked().map(|(id, state)| (*id, state));
        let mut sender = Sender {
            theirs,
            states: standing.chain(parked).collect(),
            sides,
            merged: Merged {
                fallen: Vec::new(),
                doubled: 0,
            },
        };
        let mut slots = self.chunks.take_slots();
        for slot in &mut slots {
            sender.settle(&slot.id, &mut slot.state);
        }
        for (id, state) in self.waiting.parked_mut() {
            sender.settle(id, state);
        }
        let slots = self.woven(slots, &mut sender);
        self.rebuild(slots);
        self.park_theirs(&mut sender);
        for anchor in self.waiting.anchors() {
            if self.chunks.find(&anchor).is_some() {
                self.adopt(anchor);
            }
        }
        self.merge_early(&mut sender);
        self.top = self.top.max(theirs.top);
        sender.merged
    }

    /// The receiver's slots and those of the sender that are news, in the one order of both.
    ///
    /// What both have is the thread. What the sender alone has comes in as an arriving element
    /// does, from where its left neighbour stands: past the greater ones.
    fn woven(&mut self, mine: Vec<Slot<T>>, sender: &mut Sender<'_, T>) -> Vec<Slot<T>> {
        let places = mine
            .iter()
            .enumerate()
            .map(|(place, slot)| (slot.id, place));
        let places: BTreeMap<ElementId, usize> = places.collect();
        let theirs = sender.theirs;
        let mut mine = mine.into_iter().peekable();
        let (mut woven, mut taken) = (Vec::new(), 0);
        for slot in theirs.chunks.iter() {
            let id = slot.id;
            if let Some(place) = places.get(&id) {
                let count = (place + 1).saturating_sub(taken);
                woven.extend(mine.by_ref().take(count));
                taken += count;
                continue;
            }
            let state = if let Some(parked) = self.waiting.unpark(&id) {
                parked.state
            } else if sender.sides.mine.covers(id.dot()) {
                continue;
            } else {
                let early = self.waiting.take_early(&id);
                sender.arriving(&id, &slot.state, early)
            };
            let is_before = |next: &Slot<T>| next.id > id && !sender.has_placed(&next.id);
            while let Some(next) = mine.next_if(is_before) {
                woven.push(next);
                taken += 1;
            }
            woven.push(Slot { id, state });
        }
        woven.extend(mine);
        woven
    }

    /// Takes in what waits at the sender and is news here.
    fn park_theirs(&mut self, sender: &mut Sender<'_, T>) {
        for (id, parked) in sender.theirs.waiting.with_anchors() {
            let is_known = sender.sides.mine.covers(id.dot())
                || self.chunks.find(id).is_some()
                || self.waiting.find(id).is_some();
            if is_known {
                continue;
            }
            let early = self.waiting.take_early(id);
            self.totals.tombstones -= u64::from(early.is_some());
            let state = sender.arriving(id, &parked.state, early);
            self.park(parked.anchor, *id, state);
        }
    }

    /// Takes in removals whose elements neither side has, and drops those of elements that came.
    fn merge_early(&mut self, sender: &mut Sender<'_, T>) {
        self.totals.tombstones -= self.waiting.early_count();
        for (id, removal) in sender.theirs.waiting.early() {
            match self.waiting.find_early(id) {
                Some(mine) => sender.meet(&mine, removal),
                None => self.waiting.add_early(*id, *removal),
            }
        }
        self.waiting.forget_early(&sender.sides.seen());
        self.totals.tombstones += self.waiting.early_count();
    }
}
