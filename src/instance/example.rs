//! Examples of writes that a user would miss: kept while the run goes, a few for each origin.
//!
//! What is kept is bounded by a constant. Hidden writes are noted where they are hidden, which is
//! off the path of writes that meet nobody; unsent ones are looked up when they are lost.

use std::collections::BTreeMap;

use crate::crdt::{Dot, FILL_SEQ, MEMBERS_MAX, Stamp, VersionVector, View};
use crate::id::{Id, IdVec, ReplicaId, ShardId};
use crate::instance::Instance;
use crate::instance::effect::Key;
use crate::instance::keyspace::Place;

/// So many examples are kept of each kind and origin.
pub const EXAMPLES_MAX: usize = 20;

/// A write that a concurrent one hid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HiddenWrite {
    /// The key both wrote.
    pub key: Key,
    /// The hidden one.
    pub write: Stamp,
    /// The one that shows.
    pub by: Stamp,
}

/// The first hidden writes of each origin.
#[derive(Clone, Debug, Default)]
pub(super) struct Examples {
    hidden: [Vec<HiddenWrite>; MEMBERS_MAX],
}

impl Examples {
    /// Notes that of the writes of `key` the one stamped `by` shows, and `write` does not.
    #[inline]
    pub(super) fn note(&mut self, key: impl FnOnce() -> Key, write: Stamp, by: Stamp) {
        if self.hidden[write.dot.origin.index()].len() < EXAMPLES_MAX {
            self.keep(key, write, by);
        }
    }

    #[cold]
    fn keep(&mut self, key: impl FnOnce() -> Key, write: Stamp, by: Stamp) {
        let kept = &mut self.hidden[write.dot.origin.index()];
        let is_known = |kept: &HiddenWrite| kept.write == write;
        if !write.dot.is_fill() && !kept.iter().any(is_known) {
            let key = key();
            kept.push(HiddenWrite { key, write, by });
        }
    }

    /// Forgets all, as a replica does that has lost its memory.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Instance {
    /// The first writes of `origin` that were hidden here by concurrent ones, and are not shown
    /// now.
    pub fn hidden_writes(&self, origin: ReplicaId) -> Vec<HiddenWrite> {
        let kept = self.examples.hidden[origin.index()].iter();
        kept.filter(|hidden| self.shown(&hidden.key) != Some(hidden.write.dot))
            .cloned()
            .collect()
    }

    /// The first of this instance's own writes beyond `reach`, by shard, with their wall clocks:
    /// from its backlog and from what its keys show.
    pub fn writes_beyond(&self, reach: &IdVec<ShardId, u64>) -> Vec<(Key, u64)> {
        let mut found: BTreeMap<(u64, ShardId, u64), Key> = BTreeMap::new();
        self.visit_beyond(reach, |shard, stamp, is_write, key| {
            if is_write {
                found.insert((stamp.wall_ms, shard, stamp.dot.seq), key());
                if found.len() > EXAMPLES_MAX {
                    found.pop_last();
                }
            }
        });
        let stamps = found.into_iter();
        stamps.map(|((wall_ms, ..), key)| (key, wall_ms)).collect()
    }

    /// The wall clocks of the first and the last of them, removals among them.
    pub fn span_beyond(&self, reach: &IdVec<ShardId, u64>) -> Option<(u64, u64)> {
        let mut span: Option<(u64, u64)> = None;
        self.visit_beyond(reach, |_, stamp, _, _| {
            let at = stamp.wall_ms;
            span = Some(span.map_or((at, at), |(from, to)| (from.min(at), to.max(at))));
        });
        span
    }

    /// Shows what this instance did itself beyond `reach`, some of it twice: shard, stamp, whether
    /// it is a write, and key.
    fn visit_beyond(
        &self,
        reach: &IdVec<ShardId, u64>,
        mut visit: impl FnMut(ShardId, Stamp, bool, &dyn Fn() -> Key),
    ) {
        let own = self.replica;
        let is_beyond = |id: ShardId, stamp: Stamp| {
            stamp.dot.origin == own && stamp.dot.seq > reach[id].max(FILL_SEQ)
        };
        for shard in self.shards.iter() {
            let log = &shard.log;
            let positions = log.first()..log.end();
            let made_here = positions.filter(|position| log.origin_at(*position) == own);
            for entry in made_here.filter_map(|position| log.at(position)) {
                let (dot, wall_ms) = (entry.dot(own), entry.wall_ms);
                let stamp = Stamp { dot, wall_ms };
                if is_beyond(shard.id, stamp) {
                    visit(shard.id, stamp, entry.writes() > 0, &|| entry.key());
                }
            }
        }
        let rows = (0..).zip(&self.keyspace.rows);
        for (index, row) in rows.filter(|(_, row)| row.shows()) {
            let stamp = row.write.stamp();
            if is_beyond(row.shard(), stamp) {
                visit(row.shard(), stamp, true, &|| Key::Generated(index));
            }
        }
        for (_, slot) in self.keyspace.objects() {
            if let View::String(scalar) = slot.object.view() {
                let writes = scalar.writes().entries().iter().map(|write| write.stamp);
                for stamp in writes.filter(|stamp| is_beyond(slot.shard, *stamp)) {
                    visit(slot.shard, stamp, true, &|| slot.key.clone());
                }
            }
        }
    }

    /// The dot of the string a key shows.
    fn shown(&self, key: &Key) -> Option<Dot> {
        match self.keyspace.place(key) {
            Place::Nowhere => None,
            Place::Row(index) => {
                let row = &self.keyspace.rows[index as usize];
                row.shows().then(|| row.write.dot())
            }
            Place::Object(at) => match self.keyspace.slot(at).object.view() {
                View::String(scalar) => scalar.writes().winner().map(|write| write.stamp.dot),
                _ => None,
            },
        }
    }

    /// Notes the writes of a general key that a concurrent one hides.
    pub(super) fn note_hidden(&mut self, at: u32) {
        let slot = self.keyspace.slot(at);
        let Some(scalar) = slot.object.types().string() else {
            return;
        };
        let writes = scalar.writes().entries();
        let Some(winner) = scalar.writes().winner().filter(|_| writes.len() > 1) else {
            return;
        };
        for write in writes.iter().filter(|write| write.stamp != winner.stamp) {
            let key = || slot.key.clone();
            self.examples.note(key, write.stamp, winner.stamp);
        }
    }

    /// How far this instance knows the effects of `origin`, by shard.
    pub fn reach(&self, origin: ReplicaId) -> IdVec<ShardId, u64> {
        let clocks = self.shards.iter().map(|shard| shard.frontier.clock);
        clocks
            .map(|clock: VersionVector| clock.seq(origin))
            .collect()
    }
}
