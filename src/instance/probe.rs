//! What a witness may ask of an instance: recounts from the state, and comparisons.

use crate::crdt::MEMBERS_MAX;
use crate::id::{Id, IdVec, ReplicaId, ShardId};
use crate::instance::Instance;
use crate::instance::contest::Hidden;
use crate::instance::effect::{GENERATED_KEY_BYTES, Key};
use crate::instance::footprint::{self, Footprint};
use crate::instance::keyspace::Place;
use crate::instance::ledger::MemoryKind;
use crate::instance::link::Inflow;
use crate::instance::row::RowState;

/// What a replica knows of the writes of one origin.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Custody {
    /// Applied here.
    pub applied: u64,
    /// Their effect is in the value.
    pub present: u64,
    /// Replaced by something that had seen them.
    pub superseded: u64,
    /// Hidden or replaced by a concurrent write.
    pub overwritten: u64,
}

impl Instance {
    /// Memory by kind, counted anew from the state of every shard.
    pub fn recount(&self) -> IdVec<ShardId, [u64; MemoryKind::COUNT]> {
        let mut totals: IdVec<ShardId, [u64; MemoryKind::COUNT]> =
            self.shards.iter().map(|_| [0; MemoryKind::COUNT]).collect();
        let mut add = |id: ShardId, taken: &Footprint| {
            let total = &mut totals[id];
            total[MemoryKind::Values as usize] += taken.values;
            total[MemoryKind::Keys as usize] += taken.keys;
            total[MemoryKind::Metadata as usize] += taken.metadata;
            total[MemoryKind::Tombstones as usize] += taken.tombstones;
        };
        for row in self.keyspace.rows.iter().filter(|row| row.shows()) {
            let value = u64::from(row.bytes);
            add(
                row.shard(),
                &footprint::plain(GENERATED_KEY_BYTES, value, &self.assumptions),
            );
        }
        for (_, slot) in self.keyspace.objects() {
            let sizes = slot.object.sizes();
            add(
                slot.shard,
                &footprint::general(slot.name_bytes(), &sizes, &self.assumptions),
            );
        }
        for shard in self.shards.iter() {
            let total = &mut totals[shard.id];
            total[MemoryKind::Unstable as usize] = shard.recount_records();
            total[MemoryKind::Backlog as usize] = shard.ledger.used(MemoryKind::Backlog);
            total[MemoryKind::SyncBuffers as usize] = self.open_snapshots(shard.id);
        }
        totals
    }

    fn open_snapshots(&self, id: ShardId) -> u64 {
        let open = self.peers().map(|peer| {
            let sending = self.outgoing[peer.index()].shards[id.index()]
                .snapshot
                .is_some();
            let merging = self.incoming[peer.index()].shards[id.index()] == Inflow::Merging;
            u64::from(sending) + u64::from(merging)
        });
        open.sum::<u64>() * self.assumptions.chunk_bytes.0
    }

    /// Whether a full synchronisation into `shard` is half merged.
    pub fn is_merging(&self, shard: ShardId) -> bool {
        self.incoming
            .iter()
            .any(|link| link.shards[shard.index()] == Inflow::Merging)
    }

    /// What this replica knows of the writes of `origin`, over all shards.
    pub fn custody(&self, origin: ReplicaId) -> Custody {
        let (mut present, mut hidden) = ([0; MEMBERS_MAX], [0; MEMBERS_MAX]);
        for id in self.shards.ids() {
            let (shown, covered) = self.live_writes(id);
            for at in 0..MEMBERS_MAX {
                present[at] += shown[at];
                hidden[at] += covered[at];
            }
        }
        let at = origin.index();
        let sum = |of: fn(&crate::instance::Shard, usize) -> u64| {
            self.shards.iter().map(|shard| of(shard, at)).sum::<u64>()
        };
        Custody {
            applied: sum(|shard, at| shard.frontier.prefix[at].writes),
            present: present[at],
            superseded: sum(|shard, at| shard.tally.superseded[at]),
            overwritten: sum(|shard, at| shard.tally.overwritten[at]) + hidden[at],
        }
    }

    /// Writes of one shard that are live, by origin: those that show, and those hidden by
    /// concurrent
    /// ones.
    pub(super) fn live_writes(&self, id: ShardId) -> ([u64; MEMBERS_MAX], [u64; MEMBERS_MAX]) {
        let (mut present, mut hidden) = ([0; MEMBERS_MAX], [0; MEMBERS_MAX]);
        let rows = self.keyspace.rows.iter();
        for row in rows.filter(|row| row.shows() && row.shard() == id) {
            let dot = row.dot();
            present[dot.origin.index()] += u64::from(!dot.is_fill());
            for write in self.keyspace.hidden(row).iter().flat_map(Hidden::iter) {
                let dot = write.stamp.dot;
                hidden[dot.origin.index()] += u64::from(!dot.is_fill());
            }
        }
        for (_, slot) in self.keyspace.objects().filter(|(_, slot)| slot.shard == id) {
            slot.object.count_writes(&mut present, &mut hidden);
        }
        (present, hidden)
    }

    /// Effects of this instance that `peer` has not acknowledged, by what this one knows.
    pub fn unacknowledged(&self, peer: ReplicaId) -> u64 {
        let own = self.replica.index();
        let behind = self.shards.iter().map(|shard| {
            let done = shard.frontier.prefix[own].effects;
            done.saturating_sub(shard.reports[peer.index()].prefix[own].effects)
        });
        behind.sum()
    }

    /// The name of a key, for display.
    pub fn name_of(&self, key: &Key) -> String {
        match key {
            Key::Generated(index) => String::from_utf8_lossy(&self.naming.render(*index)).into(),
            Key::Named(name) => String::from_utf8_lossy(name).into(),
        }
    }

    /// Keys that hold something, as `DBSIZE` counts them.
    pub fn key_count(&self) -> u64 {
        let rows = self.keyspace.rows.iter().filter(|row| row.shows()).count();
        let objects = self
            .keyspace
            .objects()
            .filter(|(_, slot)| slot.object.is_live())
            .count();
        (rows + objects) as u64
    }

    /// Keys of one shard that hold something.
    pub fn key_count_of(&self, shard: ShardId) -> u64 {
        let rows = self.keyspace.rows.iter();
        let rows = rows
            .filter(|row| row.shows() && row.shard() == shard)
            .count();
        let objects = self.keyspace.objects();
        let objects = objects
            .filter(|(_, slot)| slot.shard == shard && slot.object.is_live())
            .count();
        (rows + objects) as u64
    }

    /// The part of its shard's digest that a key contributes.
    fn contribution(&self, key: &Key) -> u64 {
        match self.keyspace.place(key) {
            Place::Nowhere => 0,
            Place::Object(at) => self.keyspace.slot(at).measure(&self.assumptions).digest,
            Place::Row(index) => {
                let row = &self.keyspace.rows[index as usize];
                if row.state == RowState::Absent {
                    return 0;
                }
                crate::instance::row::plain_digest(index, row.stamp(), row.bytes, row.tag)
            }
        }
    }
}

/// How many keys are not equal in all of `replicas`.
pub fn unequal_keys(replicas: &[&Instance]) -> u64 {
    let Some((first, others)) = replicas.split_first() else {
        return 0;
    };
    let same = |shard: ShardId| {
        others
            .iter()
            .all(|other| other.shards[shard].digest == first.shards[shard].digest)
    };
    let differing: Vec<bool> = first.shards.ids().map(|shard| !same(shard)).collect();
    if !differing.contains(&true) {
        return 0;
    }
    let mut unequal = 0;
    for (index, row) in first.keyspace.rows.iter().enumerate() {
        if !differing[row.shard().index()] {
            continue;
        }
        let plainly_equal = others.iter().all(|other| {
            let theirs = &other.keyspace.rows[index];
            row.state != RowState::General
                && theirs.state != RowState::General
                && row.same_write(theirs)
        });
        if !plainly_equal {
            let key = Key::Generated(u32::try_from(index).expect("rows are indexed by u32"));
            let mine = first.contribution(&key);
            let equal = others.iter().all(|other| other.contribution(&key) == mine);
            unequal += u64::from(!equal);
        }
    }
    unequal + unequal_names(first, others)
}

/// How many named keys are not equal.
fn unequal_names(first: &Instance, others: &[&Instance]) -> u64 {
    let mut names = std::collections::BTreeSet::new();
    for replica in others.iter().copied().chain([first]) {
        for (_, slot) in replica.keyspace.objects() {
            if let Key::Named(name) = &slot.key {
                names.insert(name.clone());
            }
        }
    }
    let unequal = names.into_iter().filter(|name| {
        let key = Key::Named(name.clone());
        let mine = first.contribution(&key);
        others.iter().any(|other| other.contribution(&key) != mine)
    });
    unequal.count() as u64
}
