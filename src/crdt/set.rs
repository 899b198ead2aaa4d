//! Sets: a member is in while an addition of it stands that no removal had seen (`S-1` to `S-7`).

use std::num::NonZeroU64;

use crate::crdt::clock::{Dot, MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::elements::{Collection, Element, Elements};
use crate::crdt::few::Few;
use crate::crdt::layout::Layout;
use crate::crdt::object::Sizes;
use crate::crdt::tally::{Conflict, Tally};
use crate::crdt::totals::Totals;
use crate::crdt::value::Name;
use crate::crdt::{Arrival, Datatype, Horizon, Sides};
use crate::id::Id;
use crate::planted::{self, Defect};

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
    /// What removals had observed; nothing where there was none to remember.
    removed: VersionVector,
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
        match (
            record.births.as_slice(),
            record.removed == VersionVector::ZERO,
        ) {
            ([], true) => Self::default(),
            ([sole], true) => Self::alone(*sole),
            _ => Self::Other(Some(Box::new(record))),
        }
    }
}

impl Member {
    /// The only addition, where there is nothing else.
    #[inline]
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
                removed: VersionVector::ZERO,
            },
            (None, Self::Other(Some(record))) => *record,
            (None, _) => Record::default(),
        };
        let result = change(&mut record);
        *self = record.into();
        result
    }

    /// Takes in an addition, where that takes no more than its stamp: no removal is remembered,
    /// and no other origin's addition stands. Returns whether it did.
    fn add_alone(&mut self, stamp: Stamp, tally: &mut Tally) -> bool {
        let is_alone = match (&*self, self.sole()) {
            (Self::Other(None), _) => true,
            (_, Some(sole)) if sole.dot.origin == stamp.dot.origin => {
                tally.fall(sole.dot, true);
                true
            }
            _ => false,
        };
        if is_alone {
            *self = Self::alone(stamp);
        }
        is_alone
    }

    /// Takes in a removal of the only addition, where there is nothing else. Returns whether it
    /// did.
    fn remove_alone(&mut self, arrival: &Arrival<'_>, tally: &mut Tally) -> bool {
        let sole = self.sole().map(|sole| sole.dot);
        let Some(dot) = sole.filter(|dot| arrival.had_seen(*dot)) else {
            return false;
        };
        tally.fall(dot, true);
        *self = Self::Other(Some(Box::new(Record {
            births: Few::default(),
            removed: *arrival.after,
        })));
        true
    }

    fn alone(stamp: Stamp) -> Self {
        let dot = NonZeroU64::new(stamp.dot.packed());
        Self::Sole(dot.expect("effects count from one"), stamp.wall_ms)
    }

    /// The additions that stand.
    fn births(&self) -> impl Iterator<Item = Stamp> {
        let others = self.record().map_or(&[][..], |one| one.births.as_slice());
        self.sole().into_iter().chain(others.iter().copied())
    }

    fn removed(&self) -> VersionVector {
        self.record()
            .map_or(VersionVector::ZERO, |record| record.removed)
    }
}

impl Element for Member {
    fn weigh(&self, mark: u64, name_bytes: usize) -> Totals {
        let of_live = |digest| Totals {
            live: 1,
            live_bytes: name_bytes as u64,
            digest: digest::fold(mark, digest),
            ..Totals::default()
        };
        let record = match self {
            Self::Sole(..) => {
                let sole = self.sole().map_or(0, |sole| digest::of_stamp(&sole));
                return of_live(sole);
            }
            Self::Other(None) => return Totals::default(),
            Self::Other(Some(record)) => record,
        };
        let births = record.births.as_slice().iter();
        let has_tombstone = u64::from(record.removed != VersionVector::ZERO);
        Totals {
            tombstones: has_tombstone,
            pending: has_tombstone,
            ..match record.births.is_empty() {
                true => Totals::default(),
                false => of_live(births.map(digest::of_stamp).fold(0, u64::wrapping_add)),
            }
        }
    }

    fn is_live(&self) -> bool {
        self.sole().is_some() || self.births().next().is_some()
    }

    fn is_pending(&self) -> bool {
        self.removed() != VersionVector::ZERO
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
        let their_removed = theirs.removed();
        self.amend(|mine| {
            let sides = sides.beneath(&mine.removed, &their_removed);
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
            mine.removed.join(&their_removed);
        });
    }

    fn collect(&mut self, horizon: &Horizon, _tally: &mut Tally) {
        self.amend(|record| {
            if record.removed.is_within(&horizon.stable) {
                record.removed = VersionVector::ZERO;
            }
        });
    }

    fn count_writes(&self, present: &mut [u64; MEMBERS_MAX], _hidden: &mut [u64; MEMBERS_MAX]) {
        for birth in self.births() {
            present[birth.dot.origin.index()] += u64::from(!birth.dot.is_fill());
        }
    }

    fn newer_than(&self, clock: &VersionVector) -> bool {
        !self.removed().is_within(clock) || self.births().any(|birth| !clock.covers(birth.dot))
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
        let add = |member: &mut Record, tally: &mut Tally| {
            let mut gate = arrival.gate();
            gate.join(&member.removed);
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
        let is_free = arrival.is_ungated();
        self.members.edit(name, |member| {
            if !(is_free && member.add_alone(stamp, tally)) {
                member.amend(|record| add(record, tally));
            }
        });
    }

    /// Takes in an arriving removal of one member.
    pub(crate) fn remove_member(&mut self, name: &Name, arrival: &Arrival<'_>, tally: &mut Tally) {
        let remove = |member: &mut Record, tally: &mut Tally| {
            let takes_all = planted::is(Defect::RemoveWins);
            member.fell(tally, |birth| takes_all || arrival.had_seen(birth.dot));
            member.removed.join(arrival.after);
            if !member.births.is_empty() {
                tally.meet(Conflict::AddRemove);
            }
        };
        self.members.edit(name, |member| {
            if !member.remove_alone(arrival, tally) {
                member.amend(|record| remove(record, tally));
            }
        });
    }
}

impl Collection for Set {
    type Element = Member;

    const NAME: &'static str = "set";

    fn layout(sizes: &Sizes) -> Layout {
        Layout::strings(sizes, 1)
    }

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
