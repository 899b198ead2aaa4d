//! Elements in an order that all replicas agree on: what lists are made of (MA-05).
//!
//! The order is a causal tree's (RGA). Each element comes in behind the one its writer saw to its
//! left, or first. Elements behind the same one stand by counter, the greatest first: who has seen
//! more stands nearer. Of equal counters the smaller replica stands first. A counter is above all
//! that its writer had seen, so a run of appends stays together, and whatever stands behind an
//! element with a greater counter belongs to its branch.
//!
//! So the order alone tells the tree: the element that another was put behind is the nearest one to
//! its left with a smaller counter. No element remembers what it was put behind.
//!
//! - What arrives before the element it stands behind waits for it, unseen. A removal that arrives
//!   before its element waits too.
//! - A removed element stays as a tombstone until every member has seen it, its removal, and all
//!   that stands directly behind it. What arrives after that has a counter above all of these and
//!   finds the same place with the tombstone or without.
//! - The greatest counter is remembered until the clock has caught up with it, even when nothing
//!   else is left.
//!
//! # What it costs
//!
//! Slots, tombstones among them, stand in chunks of 64 that count their live ones. With `n` slots:
//!
//! - a push or pop at either end costs one chunk, and a look at each chunk of tombstones there;
//! - access by position, and finding an element by its id, one chunk and a look at each chunk from
//!   the nearer end, at worst `n / 64` of them;
//! - a removal of the key and a collection O(n), a merge O(n log n);
//! - length, sizes and digest O(1).

mod chunk;
mod collect;
mod merge;
mod waiting;

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use crate::crdt::clock::{Dot, Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::totals::Totals;
use crate::id::ReplicaId;

use chunk::{At, Chunks};
use waiting::Waiting;

pub(crate) use chunk::{Removal, Slot, State};

/// Which element. A greater one stands nearer to the element both were put behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ElementId {
    /// Above the counters of all elements its writer had seen.
    pub counter: u64,
    /// The number of the effect that put it in.
    pub seq: u64,
    /// Its number among the elements of that effect.
    pub index: u32,
    /// Who put it in.
    pub origin: ReplicaId,
}

impl ElementId {
    /// No element is less.
    const LEAST: Self = Self {
        counter: 0,
        seq: 0,
        index: 0,
        origin: ReplicaId(u8::MAX),
    };

    /// The effect that put it in.
    pub fn dot(&self) -> Dot {
        Dot {
            origin: self.origin,
            seq: self.seq,
        }
    }

    /// The element of the same effect so many further on.
    #[must_use]
    pub fn further(&self, steps: u32) -> Self {
        Self {
            index: self.index + steps,
            ..*self
        }
    }

    fn digest(&self) -> u64 {
        let who = digest::fold(u64::from(self.origin.0), self.seq);
        digest::fold(who, u64::from(self.index))
    }
}

impl Ord for ElementId {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = |id: &Self| (id.counter, Reverse(id.origin), id.index, id.seq);
        rank(self).cmp(&rank(other))
    }
}

impl PartialOrd for ElementId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What an element holds.
pub(crate) trait Content: Clone {
    /// When it was put in.
    fn stamp(&self, id: &ElementId) -> Stamp;
    /// The group of which only the greatest stamp is shown, if it is of one.
    fn group(&self) -> Option<ElementId>;
    /// What it adds to the totals.
    fn weigh(&self, id: &ElementId) -> Totals;
}

/// An element that is live no more.
pub(crate) struct Fallen {
    pub(crate) id: ElementId,
    pub(crate) was_visible: bool,
}

/// What a removal met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Met {
    /// The element, which is dead now; whether it was shown.
    Element(bool),
    /// What had removed it before.
    Removal(Removal),
    /// Nothing: the element is still to come, or collected.
    Nothing,
}

/// Elements in order.
#[derive(Clone, Debug)]
pub(crate) struct Sequence<T> {
    chunks: Chunks<T>,
    waiting: Waiting<T>,
    /// The members of each group that stand and are not dead.
    groups: BTreeMap<ElementId, Vec<ElementId>>,
    visible: u64,
    totals: Totals,
    /// Sum over the visible elements of a hash of each and its neighbour.
    order: u64,
    /// The greatest counter seen.
    top: u64,
}

impl<T> Default for Sequence<T> {
    fn default() -> Self {
        Self {
            chunks: Chunks::default(),
            waiting: Waiting::default(),
            groups: BTreeMap::new(),
            visible: 0,
            totals: Totals::default(),
            order: 0,
            top: 0,
        }
    }
}

/// All that a replica with this clock has seen, counted: no counter but of elements it has seen,
/// or of some that were seen by whom it has heard of, is above it.
fn sum(clock: &VersionVector) -> u64 {
    clock.0.iter().fold(0, |sum, seq| sum.saturating_add(*seq))
}

/// What a live element and the one to its right add to the order.
fn link(left: Option<ElementId>, right: Option<ElementId>) -> u64 {
    let of = |id: Option<ElementId>| id.map_or(0, |id| id.digest());
    match (left, right) {
        (None, None) => 0,
        _ => digest::fold(of(left), of(right)),
    }
}

impl<T: Content> Sequence<T> {
    /// The number of visible elements.
    pub(crate) fn len(&self) -> u64 {
        self.visible
    }

    /// Sums over all that is not dead, waiting elements too, and the tombstones.
    pub(crate) fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Hash of the visible elements in their order, and of the waiting ones.
    pub(crate) fn digest(&self) -> u64 {
        self.totals.digest.wrapping_add(self.order)
    }

    pub(crate) fn is_vacant(&self) -> bool {
        self.chunks.is_empty() && self.waiting.is_empty() && self.top == 0
    }

    pub(crate) fn is_pending(&self) -> bool {
        let is_counter_alone = self.chunks.is_empty() && self.top > 0;
        self.totals.tombstones > 0 || !self.waiting.is_empty() || is_counter_alone
    }

    /// The counter of a new element, given what its writer has seen.
    pub(crate) fn next_counter(&self, observed: &VersionVector) -> u64 {
        self.top.max(sum(observed)) + 1
    }

    /// The visible elements from `position` on.
    pub(crate) fn visible_from(&self, position: u64) -> impl Iterator<Item = (&ElementId, &T)> {
        let at = self.chunks.nth(position, self.visible);
        let slots = at.into_iter().flat_map(|at| self.chunks.live_from(at));
        slots.filter_map(|slot| Some((&slot.id, slot.state.content()?)))
    }

    /// Everything that is not dead, shown or not; whether it is shown.
    pub(crate) fn contents(&self) -> impl Iterator<Item = (&ElementId, &T, bool)> {
        let standing = self.chunks.iter().filter_map(|slot| {
            let content = slot.state.content()?;
            Some((&slot.id, content, slot.state.is_live()))
        });
        let parked = self.waiting.parked();
        standing.chain(parked.filter_map(|(id, state)| Some((id, state.content()?, true))))
    }

    /// The others of an element's group, which are not shown.
    pub(crate) fn hidden_beside(&self, id: &ElementId, content: &T) -> Vec<ElementId> {
        let members = content.group().and_then(|root| self.groups.get(&root));
        let others = members.into_iter().flatten().filter(|other| *other != id);
        others.copied().collect()
    }

    /// Takes in a run of elements, the first one behind `anchor`, each other one behind the one
    /// before it; those that are dead on arrival are returned. `after` is what their writer had
    /// seen. Tells whether others had been put in at the same place that it had not seen.
    pub(crate) fn insert(
        &mut self,
        anchor: Option<ElementId>,
        run: impl IntoIterator<Item = (ElementId, State<T>)>,
        after: &VersionVector,
    ) -> (Vec<Fallen>, bool) {
        let mut fallen = Vec::new();
        let mut is_contended = false;
        let mut left = anchor;
        let mut at = anchor.map(|anchor| self.chunks.find(&anchor));
        for (id, state) in run {
            self.top = self.top.max(id.counter);
            let early = self.waiting.take_early(&id);
            self.totals.tombstones -= u64::from(early.is_some());
            let state = early.map_or(state, State::Dead);
            if state.content().is_none() {
                let was_visible = true;
                fallen.push(Fallen { id, was_visible });
            }
            at = match at {
                Some(None) => {
                    let anchor = left.expect("what waits is put behind something");
                    self.park(anchor, id, state);
                    Some(None)
                }
                Some(Some(_)) | None => {
                    let anchor = left;
                    let at = self.skip(at.flatten(), &id);
                    is_contended |= self.is_contended(anchor, at, after);
                    let at = self.place(at, id, state);
                    let is_moved = self.adopt(id);
                    Some(if is_moved {
                        self.chunks.find(&id)
                    } else {
                        Some(at)
                    })
                }
            };
            left = Some(id);
        }
        (fallen, is_contended)
    }

    /// The slot that a new element comes behind: past the branches of greater ones.
    fn skip(&self, mut at: Option<At>, id: &ElementId) -> Option<At> {
        while let Some(next) = self.chunks.after(at)
            && self.chunks.get(next).id > *id
        {
            at = Some(next);
        }
        at
    }

    /// Whether what stands on either side of a new element was put in behind the same one, and not
    /// seen by its writer.
    fn is_contended(
        &self,
        anchor: Option<ElementId>,
        at: Option<At>,
        after: &VersionVector,
    ) -> bool {
        let is_rival = |at: At| {
            let id = self.chunks.get(at).id;
            let is_behind = anchor.is_none_or(|anchor| id > anchor);
            is_behind && !after.covers(id.dot())
        };
        at.is_some_and(is_rival) || self.chunks.after(at).is_some_and(is_rival)
    }

    /// Puts a slot where it belongs.
    fn place(&mut self, at: Option<At>, id: ElementId, state: State<T>) -> At {
        self.count_in(&id, &state);
        let group = state.content().and_then(Content::group);
        let state = match state {
            State::Live(content) if group.is_some() => State::Hidden(content),
            state => state,
        };
        let is_live = state.is_live();
        let at = self.chunks.insert(at, Slot { id, state });
        if is_live {
            self.join_order(at, true);
        }
        if let Some(root) = group {
            self.groups.entry(root).or_default().push(id);
            self.regroup(root);
        }
        at
    }

    /// Shows the greatest of a group, and no other.
    fn regroup(&mut self, root: ElementId) {
        let members = self.groups.get(&root).cloned().unwrap_or_default();
        let standing = members.iter().filter_map(|id| {
            let at = self.chunks.find(id)?;
            let content = self.chunks.get(at).state.content()?;
            Some((at, content.stamp(id)))
        });
        let standing: Vec<(At, Stamp)> = standing.collect();
        let best = standing.iter().copied().reduce(|best, member| {
            let is_better = member.1.beats(&best.1);
            if is_better { member } else { best }
        });
        for (at, _) in standing {
            self.show(at, best.is_some_and(|(best, _)| best == at));
        }
        if members.is_empty() {
            self.groups.remove(&root);
        }
    }

    /// Shows what stands at `at`, or hides it.
    fn show(&mut self, at: At, is_shown: bool) {
        if self.chunks.get(at).state.is_live() == is_shown {
            return;
        }
        let none = State::Dead(Removal {
            by: None,
            is_taken: false,
        });
        let content = self.chunks.put(at, none).into_content();
        let content = content.expect("a member of a group is not dead");
        let state = if is_shown {
            State::Live(content)
        } else {
            State::Hidden(content)
        };
        self.chunks.put(at, state);
        self.join_order(at, is_shown);
    }

    /// Counts the links of a visible slot in, or out.
    fn join_order(&mut self, at: At, is_in: bool) {
        let id = Some(self.chunks.get(at).id);
        let (left, right) = self.chunks.live_beside(at);
        let around = link(left, right);
        let through = link(left, id).wrapping_add(link(id, right));
        let (added, gone) = if is_in {
            self.visible += 1;
            (through, around)
        } else {
            self.visible -= 1;
            (around, through)
        };
        self.order = self.order.wrapping_add(added).wrapping_sub(gone);
    }

    fn count_in(&mut self, id: &ElementId, state: &State<T>) {
        match state.content() {
            Some(content) => self.totals.add(&content.weigh(id)),
            None => self.totals.tombstones += 1,
        }
    }

    fn count_out(&mut self, id: &ElementId, state: &State<T>) {
        match state.content() {
            Some(content) => self.totals.subtract(&content.weigh(id)),
            None => self.totals.tombstones -= 1,
        }
    }

    /// Removes one element. `seen` is what this key has seen.
    pub(crate) fn remove(&mut self, id: &ElementId, removal: Removal, seen: &VersionVector) -> Met {
        let Some(at) = self.chunks.find(id) else {
            return self.remove_waiting(id, removal, seen);
        };
        if let State::Dead(earlier) = self.chunks.get(at).state {
            return Met::Removal(earlier);
        }
        let dead = State::Dead(removal);
        self.count_in(id, &dead);
        let old = self.chunks.put(at, dead);
        self.count_out(id, &old);
        let was_visible = old.is_live();
        if was_visible {
            self.join_order(at, false);
        }
        if let Some(root) = old.content().and_then(Content::group) {
            if let Some(members) = self.groups.get_mut(&root) {
                members.retain(|member| member != id);
            }
            self.regroup(root);
        }
        Met::Element(was_visible)
    }

    /// Removes all that `context` covers.
    pub(crate) fn remove_seen(&mut self, context: &VersionVector, by: Option<Dot>) -> Vec<Fallen> {
        let removal = Removal {
            by,
            is_taken: false,
        };
        let covered = |(id, _, was_visible): (&ElementId, &T, bool)| {
            let id = *id;
            context
                .covers(id.dot())
                .then_some(Fallen { id, was_visible })
        };
        let fallen: Vec<Fallen> = self.contents().filter_map(covered).collect();
        if fallen.is_empty() {
            return fallen;
        }
        let mut slots = self.chunks.take_slots();
        for slot in &mut slots {
            if slot.state.content().is_some() && context.covers(slot.id.dot()) {
                slot.state = State::Dead(removal);
            }
        }
        self.waiting.remove_seen(context, removal);
        self.rebuild(slots);
        fallen
    }

    /// Takes these slots for what stands, and counts anew.
    fn rebuild(&mut self, slots: Vec<Slot<T>>) {
        self.totals = Totals::default();
        self.groups.clear();
        for slot in &slots {
            self.count_in(&slot.id, &slot.state);
            if let Some(root) = slot.state.content().and_then(Content::group) {
                self.groups.entry(root).or_default().push(slot.id);
            }
        }
        let parked: Vec<(ElementId, State<T>)> = self
            .waiting
            .parked()
            .map(|(id, state)| (*id, state.clone()))
            .collect();
        for (id, state) in parked {
            self.count_in(&id, &state);
        }
        self.totals.tombstones += self.waiting.early_count();
        self.chunks = Chunks::from_slots(slots);
        self.reorder();
        let roots: Vec<ElementId> = self.groups.keys().copied().collect();
        for root in roots {
            self.regroup(root);
        }
    }

    /// Counts the visible elements and their links anew.
    fn reorder(&mut self) {
        (self.visible, self.order) = (0, 0);
        let mut left = None;
        for slot in self.chunks.iter().filter(|slot| slot.state.is_live()) {
            self.order = self.order.wrapping_add(link(left, Some(slot.id)));
            left = Some(slot.id);
            self.visible += 1;
        }
        self.order = self.order.wrapping_add(link(left, None));
    }
}
