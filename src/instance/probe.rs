//! What a witness may ask of an instance: recounts from the state, and comparisons.

use crate::assumption::BacklogSharing;
use crate::crdt::MEMBERS_MAX;
use crate::id::{Id, IdVec, ReplicaId, ShardId};
use crate::instance::contest::Hidden;
use crate::instance::effect::{GENERATED_KEY_BYTES, Key};
use crate::instance::footprint::{self, Footprint};
use crate::instance::ledger::MemoryKind;
use crate::instance::link::{Inflow, Outflow};
use crate::instance::{Instance, Shard};

/// What a replica knows of the writes of one origin.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Custody {
    /// Applied here.
    pub applied: u64,
    /// Of its deletions, removed elements and deadlines: how many are applied here.
    pub removals: u64,
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
            let value = u64::from(row.write.bytes);
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
            total[MemoryKind::Backlog as usize] = self.recount_backlog(shard);
            let relay = self.relay.as_ref();
            let waiting = relay.map_or(0, |relay| relay.recount(shard.id, &shard.log));
            total[MemoryKind::SyncBuffers as usize] = self.open_snapshots(shard.id) + waiting;
        }
        totals
    }

    /// The backlog's bytes from the log's entries: all of them, or under `PerPeer` for each peer
    /// those from the oldest on that it lacked.
    fn recount_backlog(&self, shard: &Shard) -> u64 {
        match self.assumptions.backlog_sharing {
            BacklogSharing::Shared => shard.log.recount_from(0),
            BacklogSharing::PerPeer => {
                let peers = self.peers();
                peers.map(|peer| shard.recount_private_backlog(peer)).sum()
            }
        }
    }

    fn open_snapshots(&self, id: ShardId) -> u64 {
        let open = self.peers().map(|peer| {
            let outflow = &self.outgoing[peer.index()].shards[id.index()];
            let sending = matches!(outflow, Outflow::State(_));
            let merging = self.incoming[peer.index()].shards[id.index()] == Inflow::Merging;
            u64::from(sending) + u64::from(merging)
        });
        open.sum::<u64>() * self.assumptions.chunk_bytes.0
    }

    /// Whether keys of `shard` may be ahead of its clock: a full synchronisation is under way, was
    /// stopped half merged, or came from a member that was merging another's state itself.
    pub fn is_merging(&self, shard: ShardId) -> bool {
        let mut inflows = self.incoming.iter().map(|link| link.shards[shard.index()]);
        inflows.any(|inflow| inflow == Inflow::Merging) || self.is_ahead(shard)
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
                custody.removals += shard.frontier.prefix[at].removals;
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
            let dot = row.write.dot();
            present[dot.origin.index()] += u64::from(!dot.is_fill());
            for write in self.keyspace.hidden(row).iter().flat_map(Hidden::iter) {
                let dot = write.dot();
                hidden[dot.origin.index()] += u64::from(!dot.is_fill());
            }
        }
        let objects = self.keyspace.objects();
        for (_, slot) in objects.filter(|(_, slot)| concerns(slot.shard)) {
            slot.object.count_writes(&mut present, &mut hidden);
        }
        (present, hidden)
    }

    /// Effects of this instance that are not even on their way to `peer`: while a stream leads to
    /// it, what that has yet to send; while none does, all that `peer` has not acknowledged.
    pub fn unsent(&self, peer: ReplicaId) -> u64 {
        let outgoing = &self.outgoing[peer.index()];
        if outgoing.epoch.is_none() {
            return self.unacknowledged(peer);
        }
        let shards = self.shards.iter().zip(&outgoing.shards);
        let unsent = shards.map(|(shard, outflow)| match outflow {
            Outflow::Live => 0,
            Outflow::Behind { cursor } => shard.log.end() - cursor,
            Outflow::State(_) => shard.unacknowledged(self.replica, peer),
        });
        unsent.sum()
    }

    /// Bytes of records that are kept because `peer` has not acknowledged their effects.
    pub fn held_back_by(&self, peer: ReplicaId) -> u64 {
        let held = |shard: &Shard| -> u64 {
            let (here, there) = (&shard.frontier, &shard.reports[peer.index()]);
            let origins = here.prefix.iter().zip(&there.prefix);
            origins
                .map(|(here, there)| here.record_bytes.saturating_sub(there.record_bytes))
                .sum()
        };
        self.shards.iter().map(held).sum()
    }

    /// Effects of this instance that `peer` has not acknowledged, by what this one knows.
    pub fn unacknowledged(&self, peer: ReplicaId) -> u64 {
        let shards = self.shards.iter();
        shards
            .map(|shard| shard.unacknowledged(self.replica, peer))
            .sum()
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
#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Instance, MemoryKind};
    use crate::assumption::{Assumptions, BacklogSharing};
    use crate::crdt::VersionVector;
    use crate::id::{InstanceId, ReplicaId, ShardId};
    use crate::instance::effect::{Entry, Payload};
    use crate::instance::{Naming, Setup};
    use crate::quantity::Bytes;

    const SHARD: ShardId = ShardId(0);

    /// A member of a group of three, with one shard.
    fn instance(backlog_sharing: BacklogSharing) -> Instance {
        Instance::new(Setup {
            id: InstanceId(0),
            replica: ReplicaId(0),
            members: vec![ReplicaId(0), ReplicaId(1), ReplicaId(2)],
            places: 3,
            shards: 1,
            shard_limit: Bytes(1_000_000),
            backlog: Bytes(100_000),
            wall_ms_at_start: 0,
            assumptions: Arc::new(Assumptions {
                backlog_sharing,
                ..Assumptions::default()
            }),
            naming: Arc::new(Naming::default()),
            shard_of: Arc::new(Vec::new()),
            seed: 1,
            eviction: crate::assumption::Eviction::NoEviction,
            tells_idle_times: false,
        })
    }

    fn entry(seq: u64) -> Entry {
        let mut after = VersionVector::FILLED;
        after.0[0] = seq;
        Entry {
            after,
            wall_ms: 0,
            payload: Payload::Write {
                key: 0,
                bytes: 24,
                tag: 0,
            },
        }
    }

    /// The recount goes by the log alone: whatever the ledger says, it counts the effects.
    #[test]
    fn a_backlog_that_the_ledger_forgot_is_found() {
        for (sharing, rings) in [(BacklogSharing::Shared, 1), (BacklogSharing::PerPeer, 2)] {
            let mut instance = instance(sharing);
            let kind = MemoryKind::Backlog;
            instance.shards[SHARD].log.append(&entry(2));
            instance.shards[SHARD].log.append(&entry(3));
            // 16 B of name, 24 B of value and 60 B of framing, twice for each ring.
            let held = 200 * rings;
            assert_eq!(instance.recount()[SHARD][kind as usize], held);
            assert_eq!(instance.shards[SHARD].ledger.used(kind), 0);
            instance.measure_backlog(SHARD);
            assert_eq!(instance.shards[SHARD].ledger.used(kind), held);
            instance.shards[SHARD].ledger.charge(kind, 1);
            assert_eq!(instance.recount()[SHARD][kind as usize], held);
        }
    }

    /// A peer that has acknowledged the first of two effects holds up the second alone.
    #[test]
    fn what_a_peer_acknowledged_leaves_its_backlog() {
        let mut instance = instance(BacklogSharing::PerPeer);
        let shard = &mut instance.shards[SHARD];
        shard.log.append(&entry(2));
        shard.log.append(&entry(3));
        let mut report = shard.reports[1];
        report.clock.0[0] = 2;
        shard.note_report(ReplicaId(1), &report, false, crate::time::SimTime::ZERO);
        let kind = MemoryKind::Backlog;
        assert_eq!(instance.recount()[SHARD][kind as usize], 300);
        instance.measure_backlog(SHARD);
        assert_eq!(instance.shards[SHARD].ledger.used(kind), 300);
    }
}
