//! Tombstones that nothing can come in beside any more are dropped.

use crate::crdt::Horizon;
use crate::crdt::clock::VersionVector;
use crate::crdt::sequence::{Content, ElementId, Removal, Sequence, Slot, State, sum};

impl<T: Content> Sequence<T> {
    /// Forgets what no arrival can need.
    pub(crate) fn collect(&mut self, horizon: &Horizon) {
        self.totals.tombstones -= self.waiting.early_count();
        self.waiting.forget_early(&horizon.seen);
        self.totals.tombstones += self.waiting.early_count();
        let may_go = |slot: &Slot<T>| is_settled(slot, horizon);
        if self.totals.tombstones > 0 && self.chunks.iter().any(may_go) {
            let slots = self.chunks.take_slots();
            let kept = kept(slots, horizon);
            self.rebuild(kept);
        }
        let is_alone = self.chunks.is_empty() && self.waiting.is_empty();
        if is_alone && self.top <= sum(&horizon.seen) {
            self.top = 0;
        }
    }

    /// Whether it holds something that a replica at `clock` has not seen.
    pub(crate) fn newer_than(&self, clock: &VersionVector) -> bool {
        let is_newer = |id: &ElementId, state: &State<T>| {
            let by = match state {
                State::Dead(removal) => removal.by,
                _ => None,
            };
            !clock.covers(id.dot()) || by.is_some_and(|by| !clock.covers(by))
        };
        let is_early =
            |(_, removal): (&ElementId, &Removal)| removal.by.is_some_and(|by| !clock.covers(by));
        self.top > sum(clock)
            || self
                .chunks
                .iter()
                .any(|slot| is_newer(&slot.id, &slot.state))
            || self.waiting.parked().any(|(id, state)| is_newer(id, state))
            || self.waiting.early().any(is_early)
    }
}

/// Whether every member has seen an element and its removal.
fn is_settled<T>(slot: &Slot<T>, horizon: &Horizon) -> bool {
    let State::Dead(Removal { by, .. }) = slot.state else {
        return false;
    };
    let is_gone = by.map_or(horizon.is_settled, |by| horizon.stable.covers(by));
    is_gone && horizon.stable.covers(slot.id.dot())
}

/// The slots without the tombstones that every member has seen, with their removals and all that
/// was put in directly behind them.
///
/// From right to left, the elements that no element to their left was put before yet: those among
/// them that are greater than the next slot are what was put in behind it.
fn kept<T: Content>(slots: Vec<Slot<T>>, horizon: &Horizon) -> Vec<Slot<T>> {
    let mut exposed: Vec<ElementId> = Vec::new();
    let mut kept = Vec::with_capacity(slots.len());
    for slot in slots.into_iter().rev() {
        let is_behind = |id: &&ElementId| **id > slot.id;
        let behind = exposed.iter().rev().take_while(is_behind).count();
        let first = exposed.len() - behind;
        let is_seen = |id: &ElementId| horizon.stable.covers(id.dot());
        if is_settled(&slot, horizon) && exposed[first..].iter().all(is_seen) {
            continue;
        }
        exposed.truncate(first);
        exposed.push(slot.id);
        kept.push(slot);
    }
    kept.reverse();
    kept
}
