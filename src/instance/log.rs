//! The log of one shard: its own effects in order, and where members relay, those of others in the
//! order they came. That log *is* the replication backlog.
//!
//! A ring bounded in bytes, with a cursor per peer (kept by the links). A cursor that falls off the
//! ring means a full synchronisation. Source: Redis docs,
//! active-active/manage.md#replication-backlog.

use std::collections::VecDeque;

use crate::crdt::VersionVector;
use crate::id::{Id, ReplicaId};
use crate::instance::effect::Entry;
use crate::instance::stretch::{LENGTH_MAX, Stretch};
use crate::planted::{self, Defect};

/// Effects of one origin, and those it relays, the newest `capacity` bytes of them.
#[derive(Clone, Debug)]
pub struct Log {
    origin: ReplicaId,
    stretches: VecDeque<Stretch>,
    first: u64,
    end: u64,
    capacity: u64,
    framing: u64,
    bytes: u64,
    appended_bytes: u64,
    /// How far the effects of each origin go that it no longer holds.
    lost: VersionVector,
    /// Whether it holds effects of others too.
    relays: bool,
}

impl Log {
    /// An empty log of `origin`, whose effects take `framing` bytes beside their payload.
    pub fn new(origin: ReplicaId, capacity: u64, framing: u64) -> Self {
        Self {
            origin,
            stretches: VecDeque::new(),
            first: 0,
            end: 0,
            capacity,
            framing,
            bytes: 0,
            appended_bytes: 0,
            lost: VersionVector::ZERO,
            relays: false,
        }
    }

    /// From now on it takes effects of others too.
    pub fn relay(&mut self) {
        self.relays = true;
    }

    /// Whose effects they are.
    pub fn origin(&self) -> ReplicaId {
        self.origin
    }

    /// Bytes of one effect in the ring and on the wire.
    #[inline]
    pub fn size(&self, entry: &Entry) -> u64 {
        self.framing + entry.payload_bytes()
    }

    /// Appends an effect, and drops the oldest ones that no longer fit.
    #[inline(always)]
    pub fn append(&mut self, entry: &Entry) {
        self.append_of(self.origin, entry);
    }

    /// Appends an effect of any origin.
    #[inline(always)]
    pub fn append_of(&mut self, origin: ReplicaId, entry: &Entry) {
        let payload_bytes = entry.payload_bytes();
        let size = self.framing + payload_bytes;
        self.bytes += size;
        self.appended_bytes += size;
        let own = origin.index();
        let goes_on = self
            .stretches
            .back_mut()
            .is_some_and(|last| last.push(own, entry, payload_bytes));
        if !goes_on {
            self.open(own, entry);
        }
        self.end += 1;
        while self.bytes > self.capacity {
            self.drop_oldest();
        }
    }

    fn open(&mut self, own: usize, entry: &Entry) {
        // Where origins alternate, stretches are short.
        let room = if self.relays { 1 } else { LENGTH_MAX };
        let stretch = Stretch::new(own, self.end, entry, room);
        self.stretches.push_back(stretch);
    }

    fn drop_oldest(&mut self) {
        let oldest = self.stretches.front();
        let oldest = oldest.expect("bytes in the ring belong to an effect");
        let place = place(self.first - oldest.first);
        let size = oldest.payload_bytes_from(place).next();
        self.bytes -= self.framing + size.expect("a stretch holds the first effect of the ring");
        self.lost.0[oldest.own] = oldest.first_seq() + place as u64;
        self.first += 1;
        if self.first == oldest.first + oldest.len() {
            self.stretches.pop_front();
        }
    }

    /// The position after the newest effect.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The position of the oldest effect still there.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Bytes in the ring.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes ever appended.
    pub fn appended_bytes(&self) -> u64 {
        self.appended_bytes
    }

    /// The effect at `position`; none when the ring has lost it or it is yet to come.
    pub fn at(&self, position: u64) -> Option<Entry> {
        if position < self.first {
            return None;
        }
        let behind = self
            .stretches
            .partition_point(|stretch| stretch.first <= position);
        let stretch = self.stretches.get(behind.checked_sub(1)?)?;
        stretch.at(place(position - stretch.first))
    }

    /// Whose effect stands at a position that the ring holds.
    pub fn origin_at(&self, position: u64) -> ReplicaId {
        let behind = self
            .stretches
            .partition_point(|stretch| stretch.first <= position);
        let stretch = behind.checked_sub(1).map(|last| &self.stretches[last]);
        stretch.map_or(self.origin, |stretch| ReplicaId::at(stretch.own))
    }

    /// Where a peer that has observed `clock` goes on; none when the ring no longer holds all it
    /// lacks.
    pub fn resume(&self, clock: &VersionVector) -> Option<u64> {
        let skipped = u64::from(planted::is(Defect::ResumedTooLate));
        let cursor = || (self.beyond(clock) + skipped).min(self.end);
        self.lost.is_within(clock).then(cursor)
    }

    /// State has brought effects up to `clock` beyond those `known`: they never stand in the ring.
    pub fn skip(&mut self, clock: &VersionVector, known: &VersionVector) {
        let components = clock.0.iter().zip(&known.0);
        for (lost, (theirs, mine)) in self.lost.0.iter_mut().zip(components) {
            if theirs > mine {
                *lost = (*lost).max(*theirs);
            }
        }
    }

    /// The position of the oldest effect beyond `clock` that the ring still holds.
    pub fn beyond(&self, clock: &VersionVector) -> u64 {
        if self.relays {
            return self.first_beyond(clock);
        }
        let seq = clock.0[self.origin.index()];
        let behind = self
            .stretches
            .partition_point(|stretch| stretch.first_seq() <= seq);
        let Some(last) = behind.checked_sub(1) else {
            return self.first;
        };
        let stretch = &self.stretches[last];
        let known = (seq + 1).min(stretch.next_seq()) - stretch.first_seq();
        self.first.max(stretch.first + known)
    }

    /// The same where effects of several origins alternate.
    fn first_beyond(&self, clock: &VersionVector) -> u64 {
        let beyond = |stretch: &Stretch| {
            let known = (clock.0[stretch.own] + 1).max(stretch.first_seq());
            let position = stretch.first + (known - stretch.first_seq());
            (known < stretch.next_seq()).then_some(position)
        };
        let found = self.stretches.iter().find_map(beyond);
        found.map_or(self.end, |position| position.max(self.first))
    }

    /// Bytes from `position` to the end; what the ring has lost counts as its whole.
    pub fn bytes_from(&self, position: u64) -> u64 {
        if position <= self.first {
            return self.bytes;
        }
        self.recount_from(position)
    }

    /// Bytes in the ring of the effects from `position` on, counted anew.
    pub fn recount_from(&self, position: u64) -> u64 {
        let position = position.max(self.first);
        let behind = self
            .stretches
            .partition_point(|stretch| stretch.first + stretch.len() <= position);
        let stretches = self.stretches.range(behind..);
        let payload = stretches.map(|stretch| match position.checked_sub(stretch.first) {
            Some(known) if known > 0 => stretch.payload_bytes_from(place(known)).sum(),
            _ => stretch.payload_bytes,
        });
        payload.sum::<u64>() + (self.end - position) * self.framing
    }

    /// What its origin made up to `seq` came back by state and never stands in the ring; there is
    /// nothing beyond.
    pub fn leave_out(&mut self, seq: u64) {
        self.lost.0[self.origin.index()] = seq;
    }

    /// Forgets everything up to `seq`, as a shard does that has lost its memory.
    pub fn clear(&mut self, seq: u64) {
        self.first = self.end;
        self.stretches.clear();
        self.bytes = 0;
        self.lost.0[self.origin.index()] = seq;
    }
}

/// A place within a stretch.
fn place(offset: u64) -> usize {
    usize::try_from(offset).expect("a stretch is short")
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Arc;

    use proptest::prelude::{Just, Strategy, any, prop};
    use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

    use super::Log;
    use crate::crdt::{Change, Value, VersionVector};
    use crate::id::ReplicaId;
    use crate::instance::effect::{Body, Entry, Key, Payload};

    const OWN: usize = 1;
    const FRAMING: u64 = 60;
    const CAPACITY: u64 = 3_000;

    /// What happens between an effect and the next: sequences left out, effects seen of two
    /// others, milliseconds; and the effect: a plain write of so many bytes, or a body.
    type Step = (u64, u64, u64, u64, Option<u32>);

    fn step() -> impl Strategy<Value = Step> {
        let gap = prop_oneof![20 => Just(0), 1 => Just(1 << 40)];
        let seen = || prop_oneof![20 => 0..4_u64, 1 => 0..200_000_u64];
        let later = prop_oneof![20 => 0..10_u64, 1 => 0..1_u64 << 40];
        let plain = prop_oneof![9 => (0..200_u32).prop_map(Some), 1 => Just(None)];
        (gap, seen(), seen(), later, plain)
    }

    fn entries(steps: &[Step]) -> Vec<Entry> {
        let (mut after, mut wall_ms) = (VersionVector::FILLED, 1_000);
        let made = steps.iter().zip(0..).map(|(step, number)| {
            let (gap, seen_first, seen_last, later, plain) = *step;
            after.0[OWN] += gap + 1;
            after.0[0] += seen_first;
            after.0[4] += seen_last;
            wall_ms += later;
            let payload = match plain {
                Some(bytes) => Payload::Write {
                    key: number,
                    bytes,
                    tag: !number,
                },
                None => Payload::Body(Arc::new(Body {
                    key: Key::Named(format!("key {number}").into_bytes().into()),
                    change: Change::Write(Value::from_bytes("a value")),
                })),
            };
            Entry {
                after,
                wall_ms,
                payload,
            }
        });
        made.collect()
    }

    /// A ring that keeps whole effects.
    fn kept(entries: &[Entry]) -> VecDeque<&Entry> {
        let mut ring: VecDeque<&Entry> = entries.iter().collect();
        while size(ring.iter().copied()) > CAPACITY {
            ring.pop_front();
        }
        ring
    }

    fn size<'a>(entries: impl Iterator<Item = &'a Entry>) -> u64 {
        entries.map(|entry| FRAMING + entry.payload_bytes()).sum()
    }

    proptest! {
        /// Stretches lose nothing, whatever lies between two effects.
        #[test]
        fn a_log_is_a_ring_of_its_effects(
            steps in prop::collection::vec(step(), 0..600),
            look in any::<prop::sample::Index>(),
        ) {
            let entries = entries(&steps);
            let mut log = Log::new(ReplicaId(1), CAPACITY, FRAMING);
            entries.iter().for_each(|entry| log.append(entry));
            let ring = kept(&entries);
            let lost = entries.len() - ring.len();
            prop_assert_eq!((log.first(), log.end()), (lost as u64, entries.len() as u64));
            prop_assert_eq!(log.bytes(), size(ring.iter().copied()));
            prop_assert_eq!(log.appended_bytes(), size(entries.iter()));
            for (position, entry) in (0..).zip(&entries) {
                let there = log.at(position).map(|entry| format!("{entry:?}"));
                let expected = (position >= lost as u64).then(|| format!("{entry:?}"));
                prop_assert_eq!(there, expected);
            }
            prop_assert!(log.at(log.end()).is_none());
            if entries.is_empty() {
                return Ok(());
            }
            let known = look.index(entries.len());
            let seq = entries[known].after.0[OWN];
            let next = log.first().max(known as u64 + 1);
            let resumed = (known + 1 >= lost).then_some(next);
            let mut clock = VersionVector::ZERO;
            clock.0[OWN] = seq;
            prop_assert_eq!(log.resume(&clock), resumed);
            let behind = usize::try_from(next).expect("it is short");
            let rest = size(entries[behind..].iter());
            prop_assert_eq!(log.recount_from(log.beyond(&clock)), rest);
            prop_assert_eq!(log.bytes_from(next), rest);
            log.clear(seq);
            prop_assert_eq!((log.bytes(), log.first()), (0, log.end()));
            prop_assert_eq!(log.resume(&clock), Some(log.end()));
        }
    }
}
