//! What a run found out about one member of the group.

use serde::{Deserialize, Serialize};

use crate::plan::MemoryKind;

/// One member at the end of the run, and the extremes it went through.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InstanceOutcome {
    /// The cache's name.
    pub name: String,
    /// Where it is: `East US`.
    pub region: String,
    /// What was bought: `Balanced_B3`.
    pub sku: String,
    /// Whether it was still a member of the group at the end.
    pub linked: bool,
    /// Live keys at the end.
    pub keys: u64,
    /// The ledger, summed over the shards.
    pub memory: Memory,
    /// What data may fill, summed over the shards.
    pub limit_bytes: u64,
    /// The largest share of its limit that any shard used, in parts of a million.
    pub used_peak_ppm: u64,
    /// When its first shard ran out of memory.
    pub oom_at_ms: Option<u64>,
    /// The same run's memory under both readings of the product page's "metadata build-up".
    pub readings: Readings,
    /// What became of effects from peers.
    pub effects: Effects,
    /// How its inbound links caught up.
    pub syncs: Syncs,
    /// Keys evicted.
    pub evicted: u64,
    /// Keys that expired.
    pub expired: u64,
    /// Tombstones and records collected.
    pub collected: u64,
    /// Bytes that the collection gave back.
    pub collected_bytes: u64,
    /// Shard by shard.
    pub shards: Vec<ShardOutcome>,
}

/// One shard's part of the ledger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShardOutcome {
    /// Its number, from 0.
    pub shard: u16,
    /// Live keys at the end.
    pub keys: u64,
    /// The ledger.
    pub memory: Memory,
    /// What data may fill.
    pub limit_bytes: u64,
    /// Keys evicted.
    pub evicted: u64,
    /// When it ran out of memory.
    pub oom_at_ms: Option<u64>,
}

/// Bytes in the ledger, by kind; the fields stand in the order of [`MemoryKind::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// The bytes of values, as the allocator rounds them.
    pub values: Amount,
    /// Redis' own overhead of keys and elements.
    pub keys: Amount,
    /// CRDT metadata of what is live.
    pub metadata: Amount,
    /// What deletions keep until they are stable.
    pub tombstones: Amount,
    /// What effects keep until they are stable.
    pub unstable: Amount,
    /// The replication backlog.
    pub backlog: Amount,
    /// Snapshots being sent or merged.
    pub sync_buffers: Amount,
    /// All kinds together; its peak is at most the sum of theirs, which need not coincide.
    pub total: Amount,
}

impl Memory {
    /// The amount of one kind.
    pub fn of(&self, kind: MemoryKind) -> Amount {
        match kind {
            MemoryKind::Values => self.values,
            MemoryKind::Keys => self.keys,
            MemoryKind::Metadata => self.metadata,
            MemoryKind::Tombstones => self.tombstones,
            MemoryKind::Unstable => self.unstable,
            MemoryKind::Backlog => self.backlog,
            MemoryKind::SyncBuffers => self.sync_buffers,
        }
    }

    /// Amounts by kind, in the order of [`MemoryKind::ALL`], and of all kinds together.
    pub fn from_amounts(kinds: [Amount; MemoryKind::ALL.len()], total: Amount) -> Self {
        let [
            values,
            keys,
            metadata,
            tombstones,
            unstable,
            backlog,
            sync_buffers,
        ] = kinds;
        Self {
            values,
            keys,
            metadata,
            tombstones,
            unstable,
            backlog,
            sync_buffers,
            total,
        }
    }
}

/// An amount of memory over a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Amount {
    /// The most there was at any time.
    pub peak_bytes: u64,
    /// What was there at the end.
    pub final_bytes: u64,
}

/// The same run under both readings of what piles up while a member is away (`A-METADATA`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Readings {
    /// Every write not yet seen by all linked members keeps its record.
    pub per_effect: Reading,
    /// Only what the data types themselves need is kept.
    pub per_state: Reading,
}

/// An instance's memory under one reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Reading {
    /// All kinds together.
    pub total: Amount,
    /// When the first shard would have run out of memory, the rest of the run being the same.
    pub oom_at_ms: Option<u64>,
}

/// What became of effects from peers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Effects {
    /// Applied one by one.
    pub applied: u64,
    /// Known already, so left out.
    pub filtered: u64,
    /// Arrived inside a full synchronisation.
    pub merged: u64,
}

/// How inbound links caught up after a cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Syncs {
    /// Resumed from the sender's backlog.
    pub partial: u64,
    /// Resumed by a transfer of state.
    pub full: u64,
    /// Bytes of state received in full synchronisations.
    pub full_bytes: u64,
    /// Time spent in full synchronisations, added up.
    pub full_ms: u64,
}
