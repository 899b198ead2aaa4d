//! One key: its types side by side, its deadline, what its removals had observed.

use crate::assumption::Lww;
use crate::crdt::antichain::Entry;
use crate::crdt::apply::Application;
use crate::crdt::clock::{MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::consumer_group::Attendance;
use crate::crdt::digest;
use crate::crdt::effect::{Change, Effect, Part, Update};
use crate::crdt::expiry::{Chain, Deadline, Limits};
use crate::crdt::hash::Hash;
use crate::crdt::intent;
use crate::crdt::removals::Removals;
use crate::crdt::scalar::{Scalar, Text};
use crate::crdt::tally::{Conflict, Tally};
use crate::crdt::typed::{Kind, Types, View};
use crate::crdt::value::{Name, Value};
use crate::crdt::{Arrival, Horizon, Memory, Rules, Sides};
use crate::id::ReplicaId;

/// What a key holds, counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sizes {
    /// The visible type, if a client sees any.
    pub kind: Option<Kind>,
    /// Length of the string in bytes; of a HyperLogLog, of Redis' form of it.
    pub string_bytes: u64,
    /// Elements of collections, of hidden types too.
    pub elements: u64,
    /// Bytes of their names and values, without scores.
    pub element_bytes: u64,
    /// Removals of the key to remember: 0 or 1.
    pub key_tombstones: u64,
    /// Elements with removals to remember.
    pub element_tombstones: u64,
    /// Runs of increments.
    pub counter_parts: u64,
    /// Writes hidden by a concurrent one.
    pub siblings: u64,
    /// Consumer groups.
    pub groups: u64,
    /// Consumers that this region knows of.
    pub consumers: u64,
    /// Entries of a stream that a consumer of this region has yet to acknowledge.
    pub deliveries: u64,
    /// Elements with a deadline of their own.
    pub limited_elements: u64,
    /// Whether a deadline counts.
    pub has_deadline: bool,
}

/// One key's state at one replica.
#[derive(Clone, Default, Debug)]
pub struct Object {
    types: Types,
    limits: Limits,
    /// Removals of the whole key.
    removed: Removals,
    /// How far merges have brought this key ahead of its replica's clock.
    merged: Memory,
}

impl Object {
    /// A key nobody has touched.
    pub fn new() -> Self {
        Self::default()
    }

    /// A plain write and nothing else: what a compact row stands for.
    pub fn from_write(stamp: Stamp, value: Value) -> Self {
        Self {
            types: Types::of_string(Scalar::from_write(stamp, value)),
            ..Self::default()
        }
    }

    /// The same, brought by a state that had observed `context`, ahead of the clock of `replica`.
    pub fn brought_at(mut self, context: &VersionVector, replica: &VersionVector) -> Self {
        self.merged.join(context);
        self.merged.forget_within(replica);
        self
    }

    /// The write, if that is all there is: a plain `SET` that a compact row can stand for.
    /// `replica` is the replica's clock.
    pub fn as_plain_write(&self, replica: &VersionVector) -> Option<(Stamp, &Value)> {
        match self.plain_writes(replica)? {
            [sole] => Some((sole.stamp, &sole.item.value)),
            _ => None,
        }
    }

    /// What [`Object::digest`] is of a plain write.
    pub fn plain_write_digest(stamp: Stamp, value: &Value) -> u64 {
        digest::fold(Kind::String as u64, Text::mark(&stamp, value))
    }

    /// The visible write, if the live state is the same as after that plain write alone. What a
    /// collection can still free (siblings, removals) does not count.
    pub fn sole_write(&self) -> Option<(Stamp, &Value)> {
        let winner = self.types.string()?.writes().winner()?;
        let plain = Self::plain_write_digest(winner.stamp, &winner.item.value);
        (self.digest() == plain).then_some((winner.stamp, &winner.item.value))
    }

    /// The surviving writes, if plain ones are all there is: applied one by one, as concurrent
    /// ones, they make the same key. `replica` is the replica's clock.
    pub fn plain_writes(&self, replica: &VersionVector) -> Option<&[Entry<Text>]> {
        let scalar = self.types.only_string()?;
        let writes = scalar.writes();
        let is_plain = self.removed.is_empty()
            && self.merged.is_within(replica)
            && !scalar.has_counters()
            && writes.foreseen().is_within(replica)
            && writes.has_one_per_origin()
            && self.limits.follow_from(writes, replica);
        is_plain.then(|| writes.entries())
    }

    /// What this key has seen, given its replica's clock: the context of local updates.
    pub fn observed(&self, replica: &VersionVector) -> VersionVector {
        let mut observed = *replica;
        self.merged.extend(&mut observed);
        observed
    }

    /// The effect of a local command, or nothing if it changes nothing. `stamp` is the replica's
    /// next; `replica` is its clock before it. The effect is still to be applied; its wall clock
    /// may be past that of `stamp`, where the key holds a hidden type.
    pub fn effect(
        &self,
        stamp: Stamp,
        replica: &VersionVector,
        rules: Rules,
        updates: impl IntoIterator<Item = Update>,
    ) -> Option<Effect> {
        let observed = self.observed(replica);
        let change = intent::change(self, stamp.dot, &observed, rules, updates)?;
        let mut after = observed;
        after.observe(stamp.dot);
        Some(Effect {
            origin: stamp.dot.origin,
            wall_ms: self.wall_above_others(stamp, rules, &change),
            after,
            change,
        })
    }

    /// The wall clock of a local write: one that has seen a hidden type stays above it, or an
    /// `APPEND` where the clock is behind would show the other type (MA-09, `STR-2`). So it is
    /// dated past what it has seen; where the wall clock decides always, it is not.
    fn wall_above_others(&self, stamp: Stamp, rules: Rules, change: &Change) -> u64 {
        let written = match change {
            _ if rules.lww == Lww::WallFirst => None,
            Change::Write(_) => Some(Kind::String),
            Change::Parts(parts) if parts.iter().any(|part| matches!(part, Part::Remove)) => None,
            Change::Parts(parts) => parts.iter().find_map(Part::written),
            Change::Message(_) | Change::Life => None,
        };
        match written.and_then(|kind| self.types.newest_beside(kind)) {
            Some(other) if !stamp.beats(&other) => other.wall_ms + 1,
            _ => stamp.wall_ms,
        }
    }

    /// Takes in an effect, one's own or a peer's. `replica` is the replica's clock before it; an
    /// effect that clock or an earlier merge covers changes nothing.
    pub fn apply(
        &mut self,
        effect: &Effect,
        replica: &VersionVector,
        rules: Rules,
        tally: &mut Tally,
    ) {
        let stamp = effect.stamp();
        if self.has_seen(effect, replica) {
            return;
        }
        let gate = self.removed.context();
        let was_mixed = self.types.is_mixed();
        let concerns_limits = effect.change.concerns_limits();
        let mut limits = if concerns_limits {
            self.limits.expand(self.types.texts())
        } else {
            Chain::default()
        };
        let mut application = Application {
            types: &mut self.types,
            limits: &mut limits,
            removed: &mut self.removed,
            arrival: Arrival {
                stamp,
                after: &effect.after,
                rules,
                replica,
                merged: &self.merged,
                gate,
            },
            tally,
        };
        application.change(&effect.change);
        self.types.drop_vacant();
        if concerns_limits {
            self.limits.compress(limits, self.types.texts());
        }
        self.merged.forget_within(replica);
        if !was_mixed && self.types.is_mixed() {
            tally.meet(Conflict::Type);
        }
    }

    /// Whether `effect` is in this state already, by the replica's clock or by a merge.
    pub fn has_seen(&self, effect: &Effect, replica: &VersionVector) -> bool {
        let dot = effect.dot();
        replica.covers(dot) || self.merged.covers(dot)
    }

    /// Takes in another replica's state of this key, as of `their_clock`. `replica` is the
    /// receiver's clock. A key the sender does not hold merges as [`Object::new`].
    pub fn merge(
        &mut self,
        theirs: &Object,
        replica: &VersionVector,
        their_clock: &VersionVector,
        rules: Rules,
        tally: &mut Tally,
    ) {
        let mut my_gate = VersionVector::ZERO;
        let mut their_gate = VersionVector::ZERO;
        self.removed.extend(&mut my_gate);
        theirs.removed.extend(&mut their_gate);
        let mine = self.observed(replica);
        let theirs_seen = theirs.observed(their_clock);
        let sides = Sides {
            mine,
            theirs: theirs_seen,
            my_gate,
            their_gate,
            my_removals: self.removed.dots(),
            their_removals: theirs.removed.dots(),
            rules,
        };

        let was_mixed = self.types.is_mixed();
        let mut limits = self.limits.expand(self.types.texts());
        limits.merge(
            &theirs.limits.clone().expand(theirs.types.texts()),
            &sides,
            tally,
        );
        self.types.merge(&theirs.types, &sides, tally);
        self.types.drop_vacant();
        self.limits.compress(limits, self.types.texts());
        self.removed.join_removals(&theirs.removed);
        self.merged.join(&theirs_seen);
        self.merged.forget_within(replica);
        if !was_mixed && self.types.is_mixed() {
            tally.meet(Conflict::Type);
        }
    }

    /// Changes what this region alone knows of a consumer group; nothing of that is sent (`G-1`).
    /// Without such a group nothing happens.
    pub fn attend(&mut self, group: &[u8], edit: impl FnOnce(&mut Attendance)) {
        if self.types.stream().is_some()
            && let Some(own) = self.types.stream_mut().own_mut(group)
        {
            edit(own);
        }
    }

    /// The same without what this region alone knows: what a full synchronisation sends.
    pub fn shared(&self) -> Object {
        Object {
            types: self.types.shared(),
            limits: self.limits.clone(),
            removed: self.removed.clone(),
            merged: self.merged.clone(),
        }
    }

    /// Forgets what no arrival can need, given the replica's clock and the least clock over all
    /// linked members.
    ///
    /// `stable` must be made of clocks the members reported in order with their effects: whatever a
    /// member sent before it had seen something that `stable` covers must have been applied here.
    pub fn collect(&mut self, replica: &VersionVector, stable: &VersionVector, tally: &mut Tally) {
        self.removed.forget_within(stable);
        let is_settled = self.removed.is_empty();
        let horizon = Horizon {
            seen: self.observed(replica),
            stable: *stable,
            is_settled,
        };
        self.merged.forget_within(replica);
        self.types.collect(&horizon, tally);
        self.types.drop_vacant();
        let is_bare = is_settled && self.types.is_empty();
        let is_live = self.is_live();
        self.limits
            .collect(self.types.texts_mut(), is_live, is_bare, &horizon);
    }

    /// Whether a collection could still free something.
    pub fn is_pending(&self) -> bool {
        !self.removed.is_empty()
            || !self.merged.is_empty()
            || self.types.is_pending()
            || self.limits.is_pending(self.is_live())
            || (self.limits.is_empty() && self.types.has_amended())
    }

    /// Whether nothing is left, not even memory: the key may be dropped.
    pub fn is_vacant(&self) -> bool {
        self.types.is_empty()
            && self.limits.is_empty()
            && self.removed.is_empty()
            && self.merged.is_empty()
    }

    /// Whether a client sees it, whatever its deadline.
    pub fn is_live(&self) -> bool {
        self.types.is_live()
    }

    /// Whether a client sees it when its region's clock shows `now_ms` (`EXP-5`).
    pub fn is_live_at(&self, now_ms: u64) -> bool {
        self.is_live()
            && self
                .deadline()
                .is_none_or(|deadline| !deadline.is_past(now_ms))
    }

    /// When a visible key expires, and who owns that (`EXP-4`).
    pub fn deadline(&self) -> Option<Deadline> {
        self.limits.deadline().filter(|_| self.is_live())
    }

    /// The first deadline of a field that `owner` is to expire (`H-9`).
    pub fn next_field_deadline(&self, owner: ReplicaId) -> Option<u64> {
        self.types.hash()?.next_deadline(owner)
    }

    /// The fields that `owner` is to expire when its region's clock shows `now_ms` (`H-9`).
    pub fn fields_due(&self, owner: ReplicaId, now_ms: u64) -> Vec<Name> {
        let due = |hash: &Hash| hash.due(owner, now_ms);
        self.types.hash().map_or_else(Vec::new, due)
    }

    /// The visible type: the one with the newest surviving write (MA-09).
    pub fn view(&self) -> View<'_> {
        self.types.view()
    }

    /// What is held, in O(1).
    pub fn sizes(&self) -> Sizes {
        let mut sizes = Sizes {
            kind: self.types.visible_kind(),
            key_tombstones: u64::from(!self.removed.is_empty()),
            has_deadline: self.deadline().is_some(),
            ..Sizes::default()
        };
        self.types.measure(&mut sizes);
        sizes
    }

    /// Hash of what is live, with its dots; 0 if nothing is. Replicas that have seen the same
    /// effects agree on it, however far each has collected.
    pub fn digest(&self) -> u64 {
        if self.is_live() {
            self.types.digest().wrapping_add(self.limits.digest())
        } else {
            0
        }
    }

    /// Adds the live writes by origin; hidden siblings go to `overwritten`.
    pub fn count_writes(
        &self,
        present: &mut [u64; MEMBERS_MAX],
        overwritten: &mut [u64; MEMBERS_MAX],
    ) {
        self.types.count_writes(present, overwritten);
    }

    /// Whether it holds something that a replica at `clock` has not seen: what a delta full
    /// synchronisation sends.
    pub fn newer_than(&self, clock: &VersionVector) -> bool {
        !self.removed.is_within(clock)
            || self.types.newer_than(clock)
            || self.limits.newer_than(clock)
    }

    pub(crate) fn types(&self) -> &Types {
        &self.types
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn removed(&self) -> &Removals {
        &self.removed
    }
}
