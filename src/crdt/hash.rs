//! Hashes: each field a register with a counter on top, removed as it was observed (`H-1` to
//! `H-9`).

use crate::crdt::clock::{MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::effect::Beyond;
use crate::crdt::elements::{Collection, Element, Elements};
use crate::crdt::expiry::{Deadline, Limit, Limits};
use crate::crdt::layout::Layout;
use crate::crdt::object::Sizes;
use crate::crdt::run::{Reach, RunId};
use crate::crdt::scalar::{Content, Scalar, Text};
use crate::crdt::tally::Tally;
use crate::crdt::totals::Totals;
use crate::crdt::value::{Name, Value};
use crate::crdt::{Arrival, Datatype, Horizon, Memory, Sides};
use crate::id::ReplicaId;

/// One name: its value, its deadline, and what removals had observed.
#[derive(Clone, Default, Debug)]
pub struct Field {
    scalar: Scalar,
    limits: Limits,
    removed: Memory,
}

impl Field {
    /// The value.
    pub fn scalar(&self) -> &Scalar {
        &self.scalar
    }

    /// When it expires, by the rules for keys (`H-9`).
    pub fn deadline(&self) -> Option<Deadline> {
        self.limits.deadline()
    }

    /// Whether a client sees it when its region's clock shows `now_ms`, as for keys (`EXP-5`).
    pub fn is_live_at(&self, now_ms: u64) -> bool {
        let mut deadline = self.deadline().into_iter();
        self.scalar.is_live() && !deadline.any(|deadline| deadline.is_past(now_ms))
    }

    pub(crate) fn removed(&self) -> &Memory {
        &self.removed
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether a write takes the place of all there is, at most one other write, and neither has a
    /// deadline: then there is none to be stored afterwards, as there is none before.
    fn gives_way_to(&self, persists: bool, arrival: &Arrival<'_>) -> bool {
        persists
            && self.limits.is_empty()
            && self.removed.is_empty()
            && arrival.is_ungated()
            && self.scalar.gives_way(arrival)
    }

    fn gate(&self, arrival: &Arrival<'_>) -> VersionVector {
        let mut gate = arrival.gate();
        self.removed.extend(&mut gate);
        gate
    }
}

impl Element for Field {
    fn weigh(&self, mark: u64, name_bytes: usize) -> Totals {
        let is_bare = self.limits.is_empty() && self.removed.is_empty();
        if let Some(sole) = self.scalar.sole().filter(|_| is_bare) {
            return Totals {
                live: 1,
                live_bytes: (name_bytes + sole.item.value.len()) as u64,
                digest: digest::fold(mark, sole.item.mark()),
                ..Totals::default()
            };
        }
        let is_live = self.is_live();
        let mut sizes = Sizes::default();
        self.scalar.measure(&mut sizes);
        let content = self.scalar.digest().wrapping_add(self.limits.digest());
        Totals {
            live: u64::from(is_live),
            live_bytes: if is_live {
                name_bytes as u64 + sizes.string_bytes
            } else {
                0
            },
            tombstones: u64::from(!self.removed.is_empty()),
            counter_parts: sizes.counter_parts,
            siblings: sizes.siblings,
            limited: u64::from(is_live && self.deadline().is_some()),
            pending: u64::from(self.is_pending()),
            digest: if is_live {
                digest::fold(mark, content)
            } else {
                0
            },
        }
    }

    fn is_live(&self) -> bool {
        self.scalar.is_live()
    }

    fn is_pending(&self) -> bool {
        !self.removed.is_empty()
            || self.scalar.is_pending()
            || self.limits.is_pending(self.scalar.is_live())
    }

    fn is_vacant(&self) -> bool {
        self.removed.is_empty() && self.limits.is_empty() && self.scalar.is_vacant()
    }

    fn newest(&self) -> Option<Stamp> {
        self.scalar.newest()
    }

    fn remove(&mut self, context: &VersionVector, tally: &mut Tally) {
        let mut limits = self.limits.expand(Some(self.scalar.writes()));
        self.scalar.remove(context, tally);
        limits.remove(context);
        self.limits.compress(limits, Some(self.scalar.writes()));
    }

    fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        let sides = sides.within(&self.removed, &theirs.removed);
        let mut limits = self.limits.expand(Some(self.scalar.writes()));
        let their_limits = theirs.limits.clone().expand(Some(theirs.scalar.writes()));
        self.scalar.merge(&theirs.scalar, &sides, tally);
        limits.merge(&their_limits, &sides, tally);
        self.limits.compress(limits, Some(self.scalar.writes()));
        self.removed.join_memory(&theirs.removed);
    }

    fn collect(&mut self, horizon: &Horizon, tally: &mut Tally) {
        self.removed.forget_within(&horizon.stable);
        self.scalar.collect(horizon, tally);
        let is_bare = horizon.is_settled && self.removed.is_empty() && self.scalar.is_vacant();
        let is_live = self.scalar.is_live();
        self.limits
            .collect(Some(self.scalar.writes_mut()), is_live, is_bare, horizon);
    }

    fn count_writes(&self, present: &mut [u64; MEMBERS_MAX], hidden: &mut [u64; MEMBERS_MAX]) {
        self.scalar.count_writes(present, hidden);
    }

    fn newer_than(&self, clock: &VersionVector) -> bool {
        !self.removed.is_within(clock)
            || self.scalar.newer_than(clock)
            || self.limits.newer_than(clock)
    }
}

/// Fields by name.
#[derive(Clone, Default, Debug)]
pub struct Hash {
    fields: Elements<Field>,
}

impl Hash {
    /// The number of fields.
    pub fn len(&self) -> u64 {
        self.fields.totals().live
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A field a client sees, whatever its deadline.
    pub fn field(&self, name: &[u8]) -> Option<&Field> {
        self.fields.find_live(name)
    }

    /// The fields a client sees, in the order of their names' bytes.
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &Field)> {
        self.fields.live_by_name().into_iter()
    }

    /// The first deadline that `owner` is to see to.
    pub(crate) fn next_deadline(&self, owner: ReplicaId) -> Option<u64> {
        self.deadlines_of(owner).map(|(_, at_ms)| at_ms).min()
    }

    /// The fields that `owner` is to expire by now.
    pub(crate) fn due(&self, owner: ReplicaId, now_ms: u64) -> Vec<Name> {
        let due = self
            .deadlines_of(owner)
            .filter(|(_, at_ms)| now_ms > *at_ms);
        let mut names: Vec<Name> = due.map(|(name, _)| Name::from(name)).collect();
        names.sort_unstable();
        names
    }

    /// The deadlines that `owner` is to see to, in no order that means something.
    fn deadlines_of(&self, owner: ReplicaId) -> impl Iterator<Item = (&[u8], u64)> {
        let has_any = self.fields.totals().limited > 0;
        let fields = has_any.then(|| self.fields.live()).into_iter().flatten();
        fields.filter_map(move |(name, field)| {
            let deadline = field
                .deadline()
                .filter(|deadline| deadline.owner == owner)?;
            Some((&**name, deadline.at_ms))
        })
    }

    /// A field, even if only memory is left of it.
    pub(crate) fn trace(&self, name: &[u8]) -> Option<&Field> {
        self.fields.find(name)
    }

    /// The fields that hold runs of increments, erased ones too.
    pub(crate) fn counters(&self) -> impl Iterator<Item = (&[u8], &Field)> {
        let has_any = self.fields.totals().counter_parts > 0;
        let fields = has_any.then(|| self.fields.all_by_name());
        fields
            .into_iter()
            .flatten()
            .filter(|(_, field)| field.scalar.has_counters())
    }

    /// Takes in an arriving write of a field.
    pub(crate) fn write(
        &mut self,
        name: &Name,
        (value, persists): (&Value, bool),
        beyond: Option<&Beyond>,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        let entry = || Text::entry(arrival.stamp, value.clone(), persists);
        self.fields.edit(name, |field| {
            if beyond.is_none() && field.gives_way_to(persists, arrival) {
                field.scalar.replace(entry(), tally);
                return;
            }
            let gate = field.gate(arrival);
            let mut limits = field.limits.expand(Some(field.scalar.writes()));
            if persists {
                let beyond = beyond.map(|beyond| &beyond.limit);
                limits.write(Limit(None), beyond, &gate, arrival, tally);
            }
            let beyond = beyond.map(|beyond| &beyond.write);
            field.scalar.write(entry(), beyond, &gate, arrival, tally);
            field.limits.compress(limits, Some(field.scalar.writes()));
        });
    }

    /// Takes in an arriving increment of a field.
    pub(crate) fn add(
        &mut self,
        name: &Name,
        run: RunId,
        reach: Reach,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        self.fields
            .edit(name, |field| field.scalar.add(run, reach, arrival, tally));
    }

    /// Takes in what a reset had observed of a field's increments.
    pub(crate) fn erase(
        &mut self,
        name: &Name,
        erasures: &[(RunId, Reach)],
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        self.fields
            .edit(name, |field| field.scalar.erase(erasures, arrival, tally));
    }

    /// Takes in an arriving deadline of a field.
    pub(crate) fn limit(
        &mut self,
        name: &Name,
        item: Limit,
        beyond: Option<&VersionVector>,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        self.fields.edit(name, |field| {
            let gate = field.gate(arrival);
            let mut limits = field.limits.expand(Some(field.scalar.writes()));
            limits.write(item, beyond, &gate, arrival, tally);
            field.limits.compress(limits, Some(field.scalar.writes()));
        });
    }

    /// A field that its origin found gone is made anew.
    pub(crate) fn void(&mut self, name: &Name, arrival: &Arrival<'_>) {
        self.fields.edit(name, |field| {
            let mut limits = field.limits.expand(Some(field.scalar.writes()));
            limits.void(arrival);
            field.limits.compress(limits, Some(field.scalar.writes()));
        });
    }

    /// Takes in an arriving removal of a field.
    pub(crate) fn remove_field(&mut self, name: &Name, arrival: &Arrival<'_>, tally: &mut Tally) {
        self.fields.edit(name, |field| {
            field.remove(&arrival.before(), tally);
            field.removed.join(arrival.after);
        });
    }
}

impl Collection for Hash {
    type Element = Field;

    const NAME: &'static str = "hash";

    fn layout(sizes: &Sizes) -> Layout {
        Layout::strings(sizes, 2)
    }

    fn elements(&self) -> &Elements<Field> {
        &self.fields
    }

    fn elements_mut(&mut self) -> &mut Elements<Field> {
        &mut self.fields
    }
}
