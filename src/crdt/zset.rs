//! Sorted sets: each member a score with a counter on top, removed as it was observed (`Z-1` to
//! `Z-10`).
//!
//! A score is a register: of concurrent `ZADD`s the later by wall clock is kept (`Z-2`, `Z-3`).
//! Increments that no reset had seen add to it (`Z-4`, `Z-7`), or stand alone where a removal took
//! the register away (`Z-5`).

use std::cmp::Ordering;

use crate::assumption::Lww;
use crate::crdt::antichain::{Contend, Entry};
use crate::crdt::clock::{MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::elements::{Collection, Element, Elements};
use crate::crdt::layout::{
    LISTPACK_ELEMENTS, LISTPACK_ENTRY, LISTPACK_FRAME, LISTPACK_VALUE, Layout, OBJECT_HEADER,
    allocated,
};
use crate::crdt::object::Sizes;
use crate::crdt::run::{Reach, RunId};
use crate::crdt::scalar::{Content, Scalar};
use crate::crdt::tally::{Conflict, Tally};
use crate::crdt::totals::Totals;
use crate::crdt::value::Name;
use crate::crdt::{Arrival, Datatype, Horizon, Memory, Rules, Sides};

/// What a whole score of four to seven digits takes in a listpack.
const LISTPACK_SCORE: u64 = 4;
/// A node of a skip list: member, score and a pointer back, and for each level, 4/3 in the mean, a
/// pointer and a span; rounded up by the allocator, 53.3 bytes in the mean. In tenths of a byte.
const SKIPLIST_NODE_TENTHS: u64 = 533;
/// A skip list, its head of 32 levels, and the pair of list and dict.
const SKIPLIST: u64 = 32 + 640 + 16;

/// What one `ZADD` set.
#[derive(Clone, PartialEq, Debug)]
pub struct Score {
    value: f64,
    /// Hash of stamp and value.
    mark: u64,
}

impl Score {
    /// A write's content.
    pub(crate) fn entry(stamp: Stamp, value: f64) -> Entry<Score> {
        let mark = digest::fold(digest::of_stamp(&stamp), value.to_bits());
        Entry {
            stamp,
            item: Score { value, mark },
        }
    }
}

impl Contend for Score {
    const IS_COUNTED: bool = true;
    const CONFLICT: Conflict = Conflict::WriteWrite;

    fn beats(left: &Entry<Self>, right: &Entry<Self>) -> bool {
        left.stamp.beats(&right.stamp)
    }

    fn is_causal(rules: Rules) -> bool {
        rules.lww == Lww::CausalFirst
    }
}

impl Content for Score {
    fn mark(&self) -> u64 {
        self.mark
    }

    fn length(_: &Scalar<Self>) -> u64 {
        0
    }
}

/// One name: its score, and what removals had observed.
#[derive(Clone, Default, Debug)]
pub struct Member {
    scalar: Scalar<Score>,
    removed: Memory,
}

impl Member {
    /// The score, if it is a member. Infinite sums that cancel out make 0, as where Redis adds up
    /// scores.
    pub fn score(&self) -> Option<f64> {
        let base = self.scalar.writes().winner().map(|entry| entry.item.value);
        let score = match (base, self.scalar.added()) {
            (None, None) => return None,
            (Some(base), None) => base,
            (base, Some(added)) => base.unwrap_or(0.0) + added.float,
        };
        Some(if score.is_nan() { 0.0 } else { score })
    }

    pub(crate) fn scalar(&self) -> &Scalar<Score> {
        &self.scalar
    }

    pub(crate) fn removed(&self) -> &Memory {
        &self.removed
    }
}

impl Element for Member {
    fn weigh(&self, mark: u64, name_bytes: usize) -> Totals {
        let is_live = self.is_live();
        let mut sizes = Sizes::default();
        self.scalar.measure(&mut sizes);
        Totals {
            live: u64::from(is_live),
            live_bytes: if is_live { name_bytes as u64 } else { 0 },
            tombstones: u64::from(!self.removed.is_empty()),
            counter_parts: sizes.counter_parts,
            siblings: sizes.siblings,
            limited: 0,
            pending: u64::from(self.is_pending()),
            digest: if is_live {
                digest::fold(mark, self.scalar.digest())
            } else {
                0
            },
        }
    }

    fn is_live(&self) -> bool {
        self.scalar.is_live()
    }

    fn is_pending(&self) -> bool {
        !self.removed.is_empty() || self.scalar.is_pending()
    }

    fn is_vacant(&self) -> bool {
        self.removed.is_empty() && self.scalar.is_vacant()
    }

    fn newest(&self) -> Option<Stamp> {
        self.scalar.newest()
    }

    fn remove(&mut self, context: &VersionVector, tally: &mut Tally) {
        self.scalar.remove(context, tally);
    }

    fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        let sides = sides.within(&self.removed, &theirs.removed);
        self.scalar.merge(&theirs.scalar, &sides, tally);
        self.removed.join_memory(&theirs.removed);
    }

    fn collect(&mut self, horizon: &Horizon, tally: &mut Tally) {
        self.removed.forget_within(&horizon.stable);
        self.scalar.collect(horizon, tally);
    }

    fn count_writes(&self, present: &mut [u64; MEMBERS_MAX], hidden: &mut [u64; MEMBERS_MAX]) {
        self.scalar.count_writes(present, hidden);
    }

    fn newer_than(&self, clock: &VersionVector) -> bool {
        !self.removed.is_within(clock) || self.scalar.newer_than(clock)
    }
}

/// Members by name, each with a score.
#[derive(Clone, Default, Debug)]
pub struct SortedSet {
    members: Elements<Member>,
}

impl SortedSet {
    /// The number of members.
    pub fn len(&self) -> u64 {
        self.members.totals().live
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The score of `name`, if it is a member.
    pub fn score(&self, name: &[u8]) -> Option<f64> {
        self.members.find_live(name)?.score()
    }

    /// The members with their scores, in the order of their bytes.
    pub fn scores(&self) -> impl Iterator<Item = (&[u8], f64)> {
        let sorted = self.members.live_by_name().into_iter();
        sorted.filter_map(|(name, member)| Some((name, member.score()?)))
    }

    /// The members with their scores, in the order of these; of equal ones by their bytes.
    pub fn ranked(&self) -> Vec<(&[u8], f64)> {
        let mut ranked: Vec<(&[u8], f64)> = self.scores().collect();
        // The sort is stable, and they come in the order of their bytes.
        ranked.sort_by(|left, right| left.1.partial_cmp(&right.1).unwrap_or(Ordering::Equal));
        ranked
    }

    /// A member, even if only memory is left of it.
    pub(crate) fn trace(&self, name: &[u8]) -> Option<&Member> {
        self.members.find(name)
    }

    /// The members that hold runs of increments, erased ones too.
    pub(crate) fn counters(&self) -> impl Iterator<Item = (&[u8], &Member)> {
        let has_any = self.members.totals().counter_parts > 0;
        let members = has_any.then(|| self.members.all_by_name());
        members
            .into_iter()
            .flatten()
            .filter(|(_, member)| member.scalar.has_counters())
    }

    /// Takes in an arriving score.
    pub(crate) fn write(
        &mut self,
        name: &Name,
        entry: Entry<Score>,
        beyond: Option<&VersionVector>,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        self.members.edit(name, |member| {
            let mut gate = arrival.gate();
            member.removed.extend(&mut gate);
            member.scalar.write(entry, beyond, &gate, arrival, tally);
        });
    }

    /// Takes in an arriving increment of a score.
    pub(crate) fn add(
        &mut self,
        name: &Name,
        run: RunId,
        reach: Reach,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        self.members
            .edit(name, |member| member.scalar.add(run, reach, arrival, tally));
    }

    /// Takes in what a reset had observed of a score's increments.
    pub(crate) fn erase(
        &mut self,
        name: &Name,
        erasures: &[(RunId, Reach)],
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        self.members
            .edit(name, |member| member.scalar.erase(erasures, arrival, tally));
    }

    /// Takes in an arriving removal of one member.
    pub(crate) fn remove_member(&mut self, name: &Name, arrival: &Arrival<'_>, tally: &mut Tally) {
        self.members.edit(name, |member| {
            member.scalar.remove(&arrival.before(), tally);
            member.removed.join(arrival.after);
        });
    }
}

impl Collection for SortedSet {
    type Element = Member;

    const NAME: &'static str = "zset";

    /// As of a set, and the scores, which count as overhead.
    fn layout(sizes: &Sizes) -> Layout {
        let (members, payload) = (sizes.elements, sizes.element_bytes);
        if members == 0 {
            return Layout::text(sizes);
        }
        if members <= LISTPACK_ELEMENTS && payload / members <= LISTPACK_VALUE {
            let entries = members * (LISTPACK_ENTRY + LISTPACK_SCORE);
            let bytes = allocated(LISTPACK_FRAME + payload + entries);
            return Layout::text(sizes).and(OBJECT_HEADER + bytes - payload, payload);
        }
        let nodes = members * SKIPLIST_NODE_TENTHS / 10;
        Layout::strings(sizes, 1).and(SKIPLIST + nodes, 0)
    }

    fn elements(&self) -> &Elements<Member> {
        &self.members
    }

    fn elements_mut(&mut self) -> &mut Elements<Member> {
        &mut self.members
    }
}
