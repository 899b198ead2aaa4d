//! Sets: a member is in while an addition of it stands that no removal had seen (`S-1` to `S-7`).

use crate::crdt::clock::{MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::elements::{Collection, Element, Elements};
use crate::crdt::few::Few;
use crate::crdt::tally::{Conflict, Tally};
use crate::crdt::totals::Totals;
use crate::crdt::value::Name;
use crate::crdt::{Arrival, Datatype, Horizon, Memory, Sides};
use crate::id::Id;

/// One name: its standing additions, at most one per origin, and what removals had observed.
///
/// One per origin is enough: who has seen an origin's later addition has seen the earlier one.
#[derive(Clone, Default, Debug)]
pub(crate) struct Member {
    births: Few<Stamp>,
    removed: Memory,
}

impl Member {
    fn fell(&mut self, tally: &mut Tally, falls: impl Fn(&Stamp) -> bool) {
        self.births.retain(|birth| {
            let is_felled = falls(birth);
            if is_felled {
                tally.fall(birth.dot, true);
            }
            !is_felled
        });
    }
}

impl Element for Member {
    fn weigh(&self, name: &[u8]) -> Totals {
        let is_live = !self.births.is_empty();
        let births = self.births.as_slice().iter();
        let digest = births.fold(0, |sum: u64, birth| {
            sum.wrapping_add(digest::of_stamp(birth))
        });
        Totals {
            live: u64::from(is_live),
            live_bytes: if is_live { name.len() as u64 } else { 0 },
            tombstones: u64::from(!self.removed.is_empty()),
            pending: u64::from(!self.removed.is_empty()),
            digest: if is_live {
                digest::fold(digest::of_bytes(name), digest)
            } else {
                0
            },
            ..Totals::default()
        }
    }

    fn is_vacant(&self) -> bool {
        self.births.is_empty() && self.removed.is_empty()
    }

    fn newest(&self) -> Option<Stamp> {
        let births = self.births.as_slice().iter().copied().map(Some);
        births.fold(None, Stamp::newest)
    }

    fn remove(&mut self, context: &VersionVector, tally: &mut Tally) {
        self.fell(tally, |birth| context.covers(birth.dot));
    }

    fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        let sides = sides.within(&self.removed, &theirs.removed);
        let has = |births: &Few<Stamp>, stamp: &Stamp| births.as_slice().contains(stamp);
        let arriving: Vec<Stamp> = theirs
            .births
            .as_slice()
            .iter()
            .copied()
            .filter(|birth| !has(&self.births, birth) && !sides.kills_theirs(birth.dot))
            .collect();
        self.fell(tally, |birth| {
            !has(&theirs.births, birth) && sides.kills_mine(birth.dot)
        });
        for birth in arriving {
            self.births.push(birth);
        }
        self.removed.join_memory(&theirs.removed);
    }

    fn collect(&mut self, horizon: &Horizon, _tally: &mut Tally) {
        self.removed.forget_within(&horizon.stable);
    }

    fn count_writes(&self, present: &mut [u64; MEMBERS_MAX], _hidden: &mut [u64; MEMBERS_MAX]) {
        for birth in self.births.as_slice() {
            present[birth.dot.origin.index()] += u64::from(!birth.dot.is_fill());
        }
    }

    fn newer_than(&self, clock: &VersionVector) -> bool {
        let mut births = self.births.as_slice().iter();
        !self.removed.is_within(clock) || births.any(|birth| !clock.covers(birth.dot))
    }
}

/// A set of names.
#[derive(Clone, Default, Debug)]
pub struct Set {
    members: Elements<Member>,
}

impl Set {
    /// The number of members.
    pub fn len(&self) -> u64 {
        self.members.totals().live
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `name` is a member.
    pub fn contains(&self, name: &[u8]) -> bool {
        self.members
            .find(name)
            .is_some_and(|member| !member.births.is_empty())
    }

    /// The members, in the order of their bytes.
    pub fn members(&self) -> impl Iterator<Item = &Name> {
        let live = self
            .members
            .iter()
            .filter(|(_, member)| !member.births.is_empty());
        live.map(|(name, _)| name)
    }

    /// Takes in an arriving addition.
    pub(crate) fn add(&mut self, name: &Name, arrival: &Arrival<'_>, tally: &mut Tally) {
        let stamp = arrival.stamp;
        self.members.edit(name, |member| {
            let mut gate = arrival.gate;
            member.removed.extend(&mut gate);
            if gate.covers(stamp.dot) {
                tally.fall(stamp.dot, true);
                return;
            }
            if !gate.is_within(arrival.after) {
                tally.meet(Conflict::AddRemove);
            }
            member.fell(tally, |birth| birth.dot.origin == stamp.dot.origin);
            member.births.push(stamp);
        });
    }

    /// Takes in an arriving removal of one member.
    pub(crate) fn remove_member(&mut self, name: &Name, arrival: &Arrival<'_>, tally: &mut Tally) {
        self.members.edit(name, |member| {
            member.fell(tally, |birth| arrival.before.covers(birth.dot));
            member.removed.join(arrival.after);
            if !member.births.is_empty() {
                tally.meet(Conflict::AddRemove);
            }
        });
    }
}

impl Collection for Set {
    type Element = Member;

    fn elements(&self) -> &Elements<Member> {
        &self.members
    }

    fn elements_mut(&mut self) -> &mut Elements<Member> {
        &mut self.members
    }

    fn note_removal(&self, tally: &mut Tally) {
        if self.is_live() {
            tally.meet(Conflict::AddRemove);
        }
    }
}
