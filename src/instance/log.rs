//! The log of one shard: its own effects in order. That log *is* the replication backlog.
//!
//! A ring bounded in bytes, with a cursor per peer (kept by the links). A cursor that falls off the
//! ring means a full synchronisation. Source: Redis docs,
//! active-active/manage.md#replication-backlog.

use std::collections::VecDeque;
use std::hint::black_box;

use crate::id::{Id, ReplicaId};
use crate::instance::effect::Entry;

/// How many effects ahead of its end the ring is brought into cache.
const TOUCH_AHEAD: usize = 4;

/// Locally originated effects, the newest `capacity` bytes of them.
#[derive(Clone, Debug)]
pub struct Log {
    origin: ReplicaId,
    entries: VecDeque<Entry>,
    first: u64,
    capacity: u64,
    framing: u64,
    bytes: u64,
    appended_bytes: u64,
    before: u64,
}

impl Log {
    /// An empty log of `origin`, whose effects take `framing` bytes beside their payload.
    pub fn new(origin: ReplicaId, capacity: u64, framing: u64) -> Self {
        let entries = VecDeque::new();
        Self {
            origin,
            entries,
            first: 0,
            capacity,
            framing,
            bytes: 0,
            appended_bytes: 0,
            before: 0,
        }
    }

    /// Whose effects they are.
    pub fn origin(&self) -> ReplicaId {
        self.origin
    }

    /// Bytes in the ring of effects beyond `seq`, counted one by one.
    pub fn recount_beyond(&self, seq: u64) -> u64 {
        let beyond = |entry: &&Entry| entry.after.0[self.origin.index()] > seq;
        let entries = self.entries.iter().filter(beyond);
        entries.map(|entry| self.size(entry)).sum()
    }

    /// Bytes of one effect in the ring and on the wire.
    pub fn size(&self, entry: &Entry) -> u64 {
        self.framing + entry.payload_bytes()
    }

    /// Appends an effect, and drops the oldest ones that no longer fit.
    #[inline]
    pub fn append(&mut self, entry: Entry) {
        let size = self.size(&entry);
        self.bytes += size;
        self.appended_bytes += size;
        self.entries.push_back(entry);
        // What will fall out soon was written long ago: it is brought into cache ahead of time.
        black_box(self.entries.get(TOUCH_AHEAD).map(|soon| soon.wall_ms));
        while self.bytes > self.capacity {
            let oldest = self
                .entries
                .pop_front()
                .expect("bytes in the ring belong to an entry");
            self.bytes -= self.framing + oldest.payload_bytes();
            self.before = oldest.after.0[self.origin.index()];
            self.first += 1;
        }
    }

    /// The position after the newest effect.
    pub fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
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
    pub fn at(&self, position: u64) -> Option<&Entry> {
        let index = position.checked_sub(self.first)?;
        self.entries.get(usize::try_from(index).ok()?)
    }

    /// Where a peer that has observed `seq` of this origin goes on; none when the ring no longer
    /// holds all it lacks.
    pub fn resume(&self, seq: u64) -> Option<u64> {
        (seq >= self.before).then(|| self.first + self.known_at(seq) as u64)
    }

    /// How many of the ring's effects one who has observed `seq` knows.
    fn known_at(&self, seq: u64) -> usize {
        let own = self.origin.index();
        let is_known = |entry: &Entry| entry.after.0[own] <= seq;
        // Sequences follow one another within a life, so there is one place to look at first.
        let first = self.entries.front().map_or(0, |entry| entry.after.0[own]);
        let guess = usize::try_from((seq + 1).saturating_sub(first)).unwrap_or(usize::MAX);
        let guess = guess.min(self.entries.len());
        let known = |place: usize| self.entries.get(place).is_some_and(is_known);
        let is_right = (guess == 0 || known(guess - 1)) && !known(guess);
        if is_right {
            guess
        } else {
            self.entries.partition_point(is_known)
        }
    }

    /// Bytes from `position` to the end; what the ring has lost counts as its whole.
    pub fn bytes_from(&self, position: u64) -> u64 {
        let start = usize::try_from(position.saturating_sub(self.first)).unwrap_or(usize::MAX);
        if start >= self.entries.len() {
            return 0;
        }
        if start == 0 {
            return self.bytes;
        }
        self.entries
            .range(start..)
            .map(|entry| self.size(entry))
            .sum()
    }

    /// Forgets everything up to `seq`, as a shard does that has lost its memory.
    pub fn clear(&mut self, seq: u64) {
        self.first = self.end();
        self.entries.clear();
        self.bytes = 0;
        self.before = seq;
    }
}
