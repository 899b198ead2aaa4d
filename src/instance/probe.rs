//! What a witness may ask of an instance: recounts from the state, and comparisons.

use crate::crdt::MEMBERS_MAX;
use crate::id::{Id, IdVec, ReplicaId, ShardId};
use crate::instance::Instance;
use crate::instance::contest::Hidden;
use crate::instance::effect::GENERATED_KEY_BYTES;
use crate::instance::footprint::{self, Footprint};
use crate::instance::ledger::MemoryKind;
use crate::instance::link::Inflow;

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

    /// What this replica knows of the writes of each origin, over all shards.
    pub fn custody(&self) -> [Custody; MEMBERS_MAX] {
        let (present, hidden) = self.live_writes(None);
        let mut custody: [Custody; MEMBERS_MAX] = Default::default();
        for (at, custody) in custody.iter_mut().enumerate() {
            custody.present = present[at];
            custody.overwritten = hidden[at];
            for shard in &self.shards {
                custody.applied += shard.frontier.prefix[at].writes;
                custody.superseded += shard.tally.superseded[at];
                custody.overwritten += shard.tally.overwritten[at];
            }
        }
        custody
    }

    /// Writes that are live, of one shard or all, by origin: those that show, and those hidden by
    /// concurrent ones.
    pub(super) fn live_writes(
        &self,
        only: Option<ShardId>,
    ) -> ([u64; MEMBERS_MAX], [u64; MEMBERS_MAX]) {
        let (mut present, mut hidden) = ([0; MEMBERS_MAX], [0; MEMBERS_MAX]);
        let concerns = |shard: ShardId| only.is_none_or(|only| only == shard);
        let rows = self.keyspace.rows.iter();
        for row in rows.filter(|row| row.shows() && concerns(row.shard())) {
            let dot = row.dot();
            present[dot.origin.index()] += u64::from(!dot.is_fill());
            for write in self.keyspace.hidden(row).iter().flat_map(Hidden::iter) {
                let dot = write.stamp.dot;
                hidden[dot.origin.index()] += u64::from(!dot.is_fill());
            }
        }
        let objects = self.keyspace.objects();
        for (_, slot) in objects.filter(|(_, slot)| concerns(slot.shard)) {
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

    /// Keys that hold something, as `DBSIZE` counts them.
    pub fn key_count(&self) -> u64 {
        self.key_counts().iter().sum()
    }

    /// Keys of each shard that hold something.
    pub fn key_counts(&self) -> IdVec<ShardId, u64> {
        let mut counts: IdVec<ShardId, u64> = self.shards.iter().map(|_| 0).collect();
        for row in self.keyspace.rows.iter().filter(|row| row.shows()) {
            counts[row.shard()] += 1;
        }
        for (_, slot) in self.keyspace.objects() {
            counts[slot.shard] += u64::from(slot.object.is_live());
        }
        counts
    }
}
