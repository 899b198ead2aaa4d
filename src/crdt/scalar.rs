//! A register with a counter on top: the type of strings and of hash fields (`STR-*`, `CNT-*`), and
//! of the scores of sorted sets.
//!
//! The register holds the writes none of which had seen another; the greatest stamp is shown. The
//! counter adds to it what increments no reset had seen. So `SET n` beside `INCR d` makes `n + d`
//! (`CNT-3`), `DEL` beside `INCR d` makes `d` (`CNT-5`), and beside a text the counter is hidden
//! until the next reset takes it away (`CNT-4`).

use std::borrow::Cow;

use crate::assumption::Lww;
use crate::crdt::antichain::{Antichain, Contend, Entry};
use crate::crdt::clock::{Dot, MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::counter::Counters;
use crate::crdt::digest;
use crate::crdt::layout::{Layout, string_value};
use crate::crdt::number::Number;
use crate::crdt::object::Sizes;
use crate::crdt::run::{Amount, Reach, RunId};
use crate::crdt::tally::{Conflict, Tally};
use crate::crdt::value::Value;
use crate::crdt::{Arrival, Datatype, Horizon, Rules, Sides};
use crate::id::Id;

/// What the writes of a register hold.
pub trait Content: Contend + Clone {
    /// Hash of stamp and content.
    fn mark(&self) -> u64;
    /// Bytes of what a client reads that count as the value.
    fn length(scalar: &Scalar<Self>) -> u64;
}

/// What one write put into a string or field.
#[derive(Clone, PartialEq, Debug)]
pub struct Text {
    /// The value.
    pub value: Value,
    /// Whether the write also took the deadline away, as `SET` without `KEEPTTL` does.
    pub persists: bool,
    /// Hash of stamp and value.
    mark: u64,
}

impl Text {
    /// Hash of a write.
    pub(crate) fn mark(stamp: &Stamp, value: &Value) -> u64 {
        digest::fold(digest::of_stamp(stamp), value.digest())
    }

    /// A write's content.
    pub(crate) fn entry(stamp: Stamp, value: Value, persists: bool) -> Entry<Text> {
        let mark = Self::mark(&stamp, &value);
        Entry {
            stamp,
            item: Text {
                value,
                persists,
                mark,
            },
        }
    }
}

impl Contend for Text {
    const IS_COUNTED: bool = true;
    const CONFLICT: Conflict = Conflict::WriteWrite;

    fn beats(left: &Entry<Self>, right: &Entry<Self>) -> bool {
        left.stamp.beats(&right.stamp)
    }

    fn is_causal(rules: Rules) -> bool {
        rules.lww == Lww::CausalFirst
    }
}

impl Content for Text {
    fn mark(&self) -> u64 {
        self.mark
    }

    fn length(scalar: &Scalar) -> u64 {
        scalar.len() as u64
    }
}

/// A register and its counter.
#[derive(Clone, Debug)]
pub struct Scalar<T = Text> {
    writes: Antichain<T>,
    counters: Option<Box<Counters>>,
}

impl<T> Default for Scalar<T> {
    fn default() -> Self {
        Self {
            writes: Antichain::default(),
            counters: None,
        }
    }
}

impl Scalar {
    pub(crate) fn from_write(stamp: Stamp, value: Value) -> Self {
        Self {
            writes: Antichain::of(Text::entry(stamp, value, true)),
            counters: None,
        }
    }

    /// What a client reads, or nothing if nothing is live.
    pub fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        if self.is_counter()
            && let Some(number) = self.number()
        {
            return Some(Cow::Owned(number.to_text().into_bytes()));
        }
        self.writes.winner().map(|entry| entry.item.value.bytes())
    }

    /// Length of what a client reads.
    pub fn len(&self) -> usize {
        if self.is_counter()
            && let Some(number) = self.number()
        {
            return number.to_text().len();
        }
        self.writes
            .winner()
            .map_or(0, |entry| entry.item.value.len())
    }

    /// Whether a client reads nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value as a number, if it is one. A number alone is 0 plus its increments.
    pub fn number(&self) -> Option<Number> {
        let base = match self.writes.winner().map(|entry| &entry.item.value) {
            Some(Value::Bytes(bytes)) => Number::parse(bytes)?,
            Some(Value::Generated { .. }) => return None,
            None if self.is_counter() => Number::Int(0),
            None => return None,
        };
        Some(self.added().map_or(base, |added| base.plus(added)))
    }
}

impl<T: Content> Scalar<T> {
    /// The register's writes that survive; the greatest stamp is the value without increments.
    pub fn writes(&self) -> &Antichain<T> {
        &self.writes
    }

    pub(crate) fn writes_mut(&mut self) -> &mut Antichain<T> {
        &mut self.writes
    }

    /// The only write, if it is all there is.
    pub(crate) fn sole(&self) -> Option<&Entry<T>> {
        self.writes.sole().filter(|_| self.counters.is_none())
    }

    /// Whether an arriving write takes the place of all there is, at most one other write.
    pub(crate) fn gives_way(&self, arrival: &Arrival<'_>) -> bool {
        self.counters.is_none() && self.writes.gives_way(arrival)
    }

    /// Puts a write in the place of what gives way to it.
    #[inline]
    pub(crate) fn replace(&mut self, entry: Entry<T>, tally: &mut Tally) {
        self.writes.replace(entry, tally);
    }

    /// Whether increments are on top of the register, or stand alone.
    pub fn is_counter(&self) -> bool {
        self.counters
            .as_ref()
            .is_some_and(|counters| counters.is_live())
    }

    pub(crate) fn has_counters(&self) -> bool {
        self.counters.is_some()
    }

    /// What increments add to the register, if there are any.
    pub(crate) fn added(&self) -> Option<Amount> {
        let counters = self.counters.as_ref()?;
        counters.is_live().then(|| counters.total())
    }

    /// The run that a local increment extends, or starts.
    pub(crate) fn extended(&self, dot: Dot, amount: Amount) -> (RunId, Reach) {
        match &self.counters {
            Some(counters) => counters.extended(dot, amount),
            None => Counters::default().extended(dot, amount),
        }
    }

    /// How far a local reset sees each run of increments.
    pub(crate) fn erasures(&self) -> Vec<(RunId, Reach)> {
        self.counters
            .as_ref()
            .map_or_else(Vec::new, |counters| counters.erasures())
    }

    /// Takes in an arriving write.
    pub(crate) fn write(
        &mut self,
        entry: Entry<T>,
        beyond: Option<&VersionVector>,
        gate: &VersionVector,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        if self
            .counters
            .as_ref()
            .is_some_and(|counters| counters.is_live_beyond(arrival.after))
        {
            tally.meet(Conflict::WriteIncrement);
        }
        if !gate.covers(entry.stamp.dot) && !gate.is_within(arrival.after) {
            tally.meet(Conflict::WriteRemove);
        }
        self.writes.write(entry, beyond, gate, arrival, tally);
    }

    /// Takes in an arriving increment.
    pub(crate) fn add(
        &mut self,
        id: RunId,
        reach: Reach,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        let counters = self.counters.get_or_insert_default();
        if counters.add(id, reach, arrival.stamp, arrival.after, tally) {
            tally.meet(Conflict::IncrementIncrement);
        }
        if self.writes.newer_than(arrival.after) {
            tally.meet(Conflict::WriteIncrement);
        }
    }

    /// Takes in what a reset had observed of the increments.
    pub(crate) fn erase(
        &mut self,
        erasures: &[(RunId, Reach)],
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        let counters = self.counters.get_or_insert_default();
        counters.erase(erasures, arrival, tally);
    }
}

impl<T: Content> Datatype for Scalar<T> {
    const NAME: &'static str = "string";

    fn layout(sizes: &Sizes) -> Layout {
        let layout = Layout::strings(sizes, 1);
        match sizes.string_bytes {
            // An empty string is there too.
            0 => layout.and(0, string_value(0)),
            _ => layout,
        }
    }

    fn is_live(&self) -> bool {
        !self.writes.entries().is_empty() || self.is_counter()
    }

    fn is_vacant(&self) -> bool {
        self.writes.is_vacant()
            && self
                .counters
                .as_ref()
                .is_none_or(|counters| counters.is_vacant())
    }

    fn is_pending(&self) -> bool {
        self.writes.is_pending()
            || self
                .counters
                .as_ref()
                .is_some_and(|counters| counters.is_pending())
    }

    fn newest(&self) -> Option<Stamp> {
        let written = self.writes.winner().map(|entry| entry.stamp);
        let added = self
            .counters
            .as_ref()
            .and_then(|counters| counters.newest());
        Stamp::newest(written, added)
    }

    fn remove(&mut self, context: &VersionVector, tally: &mut Tally) {
        self.writes.remove(context, tally);
        if !self.writes.entries().is_empty() {
            tally.meet(Conflict::WriteRemove);
        }
        if self
            .counters
            .as_ref()
            .is_some_and(|counters| counters.is_live_beyond(context))
        {
            tally.meet(Conflict::IncrementRemove);
        }
    }

    fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        self.writes.merge(&theirs.writes, sides, tally);
        if self.counters.is_none() && theirs.counters.is_none() {
            return;
        }
        let none = Counters::default();
        let counters = self.counters.get_or_insert_default();
        counters.merge(theirs.counters.as_deref().unwrap_or(&none), sides, tally);
        self.drop_vacant_counters();
    }

    fn collect(&mut self, horizon: &Horizon, tally: &mut Tally) {
        self.writes.collect(horizon, tally);
        if let Some(counters) = &mut self.counters {
            counters.collect(horizon);
        }
        self.drop_vacant_counters();
    }

    fn digest(&self) -> u64 {
        let written = self.writes.winner().map_or(0, |entry| entry.item.mark());
        written.wrapping_add(
            self.counters
                .as_ref()
                .map_or(0, |counters| counters.digest()),
        )
    }

    fn measure(&self, sizes: &mut Sizes) {
        sizes.string_bytes += T::length(self);
        sizes.counter_parts += self
            .counters
            .as_ref()
            .map_or(0, |counters| counters.len() as u64);
        sizes.siblings += self.writes.entries().len().saturating_sub(1) as u64;
    }

    fn count_writes(&self, present: &mut [u64; MEMBERS_MAX], overwritten: &mut [u64; MEMBERS_MAX]) {
        let winner = self.writes.winner().map(|entry| entry.stamp.dot);
        for entry in self.writes.entries() {
            let dot = entry.stamp.dot;
            let counts = if Some(dot) == winner {
                &mut *present
            } else {
                &mut *overwritten
            };
            counts[dot.origin.index()] += u64::from(!dot.is_fill());
        }
        let added = self
            .counters
            .as_ref()
            .map(|counters| counters.live_counts());
        for (present, added) in present.iter_mut().zip(added.unwrap_or_default()) {
            *present += added;
        }
    }

    fn newer_than(&self, clock: &VersionVector) -> bool {
        self.writes.newer_than(clock)
            || self
                .counters
                .as_ref()
                .is_some_and(|counters| counters.newer_than(clock))
    }
}

impl<T> Scalar<T> {
    fn drop_vacant_counters(&mut self) {
        if self
            .counters
            .as_ref()
            .is_some_and(|counters| counters.is_vacant())
        {
            self.counters = None;
        }
    }
}
