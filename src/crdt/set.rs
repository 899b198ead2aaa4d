//! Sets: a member is in while an addition of it stands that no removal had seen (`S-1` to `S-7`).

use std::num::NonZeroU64;

use crate::crdt::clock::{Dot, MEMBERS_MAX, Stamp, VersionVector};
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
/// Nearly all have one addition and no removal to remember, and take two words.
#[derive(Clone, Debug)]
pub(crate) enum Member {
    /// One addition: its dot, packed, and its wall clock.
    Sole(NonZeroU64, u64),
    /// Anything else.
    Other(Option<Box<Record>>),
}

const _: () = assert!(size_of::<Member>() == 16, "two words");

impl Default for Member {
    fn default() -> Self {
        Self::Other(None)
    }
}

/// A member in full.
#[derive(Clone, Default, Debug)]
pub(crate) struct Record {
    births: Few<Stamp>,
    removed: Memory,
}

impl Record {
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

impl From<Record> for Member {
    fn from(record: Record) -> Self {
        match (record.births.as_slice(), record.removed.is_empty()) {
            ([], true) => Self::default(),
            ([sole], true) => {
                let dot = NonZeroU64::new(sole.dot.packed());
                Self::Sole(dot.expect("effects count from one"), sole.wall_ms)
            }
            _ => Self::Other(Some(Box::new(record))),
        }
    }
}

impl Member {
    /// The only addition, where there is nothing else.
    fn sole(&self) -> Option<Stamp> {
        match self {
            Self::Sole(dot, wall_ms) => Some(Stamp {
                dot: Dot::unpacked(dot.get()),
                wall_ms: *wall_ms,
            }),
            Self::Other(_) => None,
        }
    }

    fn record(&self) -> Option<&Record> {
        match self {
            Self::Sole(..) => None,
            Self::Other(record) => record.as_deref(),
        }
    }

    /// Changes the record of a member.
    fn amend<R>(&mut self, change: impl FnOnce(&mut Record) -> R) -> R {
        let mut record = match (self.sole(), std::mem::take(self)) {
            (Some(sole), _) => Record {
                births: Few::One(sole),
                removed: Memory::default(),
            },
            (None, Self::Other(Some(record))) => *record,
            (None, _) => Record::default(),
        };
        let result = change(&mut record);
        *self = record.into();
        result
    }

    /// The additions that stand.
    fn births(&self) -> impl Iterator<Item = Stamp> {
        let others = self.record().map_or(&[][..], |one| one.births.as_slice());
        self.sole().into_iter().chain(others.iter().copied())
    }

    fn removed(&self) -> Option<&Memory> {
        self.record().map(|record| &record.removed)
    }
}

impl Element for Member {
    fn weigh(&self, mark: u64, name_bytes: usize) -> Totals {
        if let Self::Other(None) = self {
            return Totals::default();
        }
        let is_live = self.is_live();
        let digest = self.births().fold(0, |sum: u64, birth| {
            sum.wrapping_add(digest::of_stamp(&birth))
        });
        let has_tombstone = u64::from(self.is_pending());
        Totals {
            live: u64::from(is_live),
            live_bytes: if is_live { name_bytes as u64 } else { 0 },
            tombstones: has_tombstone,
            pending: has_tombstone,
            digest: if is_live {
                digest::fold(mark, digest)
            } else {
                0
            },
            ..Totals::default()
        }
    }

    fn is_live(&self) -> bool {
        self.births().next().is_some()
    }

    fn is_pending(&self) -> bool {
        self.removed().is_some_and(|removed| !removed.is_empty())
    }

    fn is_vacant(&self) -> bool {
        matches!(self, Self::Other(None))
    }

    fn newest(&self) -> Option<Stamp> {
        self.births().map(Some).fold(None, Stamp::newest)
    }

    fn remove(&mut self, context: &VersionVector, tally: &mut Tally) {
        self.amend(|record| record.fell(tally, |birth| context.covers(birth.dot)));
    }

    fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        if self.sole().is_some() && self.sole() == theirs.sole() {
            return;
        }
        let nothing = Memory::default();
        let their_removed = theirs.removed().unwrap_or(&nothing);
        self.amend(|mine| {
            let sides = sides.within(&mine.removed, their_removed);
            let arriving: Few<Stamp> = theirs
                .births()
                .filter(|birth| !mine.births.as_slice().contains(birth))
                .filter(|birth| !sides.kills_theirs(birth.dot))
                .collect();
            mine.fell(tally, |birth| {
                sides.kills_mine(birth.dot) && !theirs.births().any(|other| other == *birth)
            });
            for birth in arriving.as_slice() {
                mine.births.push(*birth);
            }
            mine.removed.join_memory(their_removed);
        });
    }

    fn collect(&mut self, horizon: &Horizon, _tally: &mut Tally) {
        self.amend(|record| record.removed.forget_within(&horizon.stable));
    }

    fn count_writes(&self, present: &mut [u64; MEMBERS_MAX], _hidden: &mut [u64; MEMBERS_MAX]) {
        for birth in self.births() {
            present[birth.dot.origin.index()] += u64::from(!birth.dot.is_fill());
        }
    }

    fn newer_than(&self, clock: &VersionVector) -> bool {
        let is_beyond = |removed: &Memory| !removed.is_within(clock);
        self.removed().is_some_and(is_beyond) || self.births().any(|birth| !clock.covers(birth.dot))
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
        self.members.find_live(name).is_some()
    }

    /// The members, in the order of their bytes.
    pub fn members(&self) -> impl Iterator<Item = &[u8]> {
        let sorted = self.members.live_by_name();
        sorted.into_iter().map(|(name, _)| name)
    }

    /// Takes in an arriving addition.
    pub(crate) fn add(&mut self, name: &Name, arrival: &Arrival<'_>, tally: &mut Tally) {
        let stamp = arrival.stamp;
        let add = |member: &mut Record| {
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
        };
        self.members.edit(name, |member| member.amend(add));
    }

    /// Takes in an arriving removal of one member.
    pub(crate) fn remove_member(&mut self, name: &Name, arrival: &Arrival<'_>, tally: &mut Tally) {
        let remove = |member: &mut Record| {
            member.fell(tally, |birth| arrival.before.covers(birth.dot));
            member.removed.join(arrival.after);
            if !member.births.is_empty() {
                tally.meet(Conflict::AddRemove);
            }
        };
        self.members.edit(name, |member| member.amend(remove));
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
