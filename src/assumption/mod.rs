//! Every constant that no source settles: its id, default, unit and reason, each one settable.
//!
//! The outcome of a run lists the ones in force (contract C2). What a source does settle stands
//! beside the code that uses it, with that source.

mod operations;
mod options;
mod pressure;
pub mod range;
mod table;
mod words;

use crate::quantity::{ByteRate, Bytes, Ratio};
use crate::time::SimDuration;

pub use operations::{Edition, Nodes};
pub use pressure::{Eviction, OomMode};
pub use range::Range;
pub use table::Listed;

/// A-STALE-TEXT by default.
const STALE_TEXT: &str =
    "ERR this instance is stale: it takes no writes until it has caught up with its peers";

/// What a write leaves behind in memory until every linked member has seen it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metadata {
    /// Every effect keeps a record, as the product page words it.
    PerEffect,
    /// Only what the data types themselves need: an overwritten string keeps one register.
    PerState,
}

/// How two writes of one register are ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lww {
    /// Causal order first; the wall clock decides only between concurrent writes (`STR-1`,
    /// `STR-2`).
    CausalFirst,
    /// The wall clock decides always.
    WallFirst,
}

/// Who shares a replication backlog.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BacklogSharing {
    /// One ring for all peers, as Redis documents for a full mesh.
    Shared,
    /// A ring for each peer: what is held grows with the number of peers away.
    PerPeer,
}

/// What a full synchronisation sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FullSync {
    /// Only keys and tombstones that the receiver's clock does not cover.
    Delta,
    /// The whole key space.
    Whole,
}

/// Which part of a key's name is hashed to its slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hashing {
    /// What stands between the first `{` and the first `}` behind it, unless that is empty.
    Oss,
    /// What matches the rules `.*\{(?<tag>.*)\}.*` and then `(?<tag>.*)`; it may be empty.
    Standard,
}

/// Which ids `XADD` takes, and how it completes them: `crdt_xadd_id_uniqueness_mode` (`X-3`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum XaddIds {
    /// `*` or milliseconds alone; the sequence tells the region, so no two entries share an id.
    Strict,
    /// As strict, and full ids too, which may be used twice.
    SemiStrict,
    /// Any ascending id, completed as Redis completes it.
    Liberal,
}

/// The assumptions of one run. [`Assumptions::default`] is the table of the documentation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assumptions {
    /// A-METADATA: which reading of "metadata build-up" is charged.
    pub metadata: Metadata,
    /// A-LWW: how registers are ordered.
    pub lww: Lww,
    /// A-KEY: CRDT metadata of a live key, on top of Redis' own layout.
    pub key_bytes: Bytes,
    /// A-ELEMENT: CRDT metadata of a live element of a collection.
    pub element_bytes: Bytes,
    /// A-RECORD: what one effect keeps until it is stable, under `PerEffect`.
    pub record_bytes: Bytes,
    /// A-TOMBSTONE: what a deleted key or element keeps until its deletion is stable.
    pub tombstone_bytes: Bytes,
    /// A-COLLECT: how fast an instance gives memory back.
    pub collection_rate: ByteRate,
    /// A-SLICE: how often the collector works.
    pub collection_slice: SimDuration,
    /// A-REPORT: how often a member tells each peer its clock.
    pub report_every: SimDuration,
    /// A-USABLE: the share of a SKU's memory that data may fill.
    pub usable_share: Ratio,
    /// A-BACKLOG: the share of a SKU's memory that its backlogs take, before the clamp.
    pub backlog_share: Ratio,
    /// A-BACKLOG-SIZE: a fixed size for each shard's backlog, instead of the share.
    pub backlog_bytes: Option<Bytes>,
    /// A-BACKLOG-SHARING: one backlog for all peers, or one for each.
    pub backlog_sharing: BacklogSharing,
    /// A-FULL-SYNC: what a full synchronisation sends.
    pub full_sync: FullSync,
    /// A-CHUNK: how much of a snapshot travels in one piece.
    pub chunk_bytes: Bytes,
    /// A-WIRE: what an effect takes on the wire beside its payload.
    pub wire_bytes: Bytes,
    /// A-BANDWIDTH: what a route carries, where the scenario does not say.
    pub bandwidth: ByteRate,
    /// A-SEND-BUFFER: how far ahead of the route a sender may queue.
    pub send_buffer: SimDuration,
    /// A-RETRANSMIT: how long a lost message waits before it is sent again.
    pub retransmit: SimDuration,
    /// A-SILENCE: how long a link may be silent before both its ends give it up.
    pub silence: SimDuration,
    /// A-RECONNECT-MIN: the first pause before a broken link is tried again; it doubles.
    pub reconnect_min: SimDuration,
    /// A-RECONNECT-MAX: the longest pause between two tries.
    pub reconnect_max: SimDuration,
    /// A-HEALTH: how recent a peer's acknowledgement must be for the group to count as healthy.
    pub healthy_within: SimDuration,
    /// A-INGESTION: how late a metric reaches rules and alerts.
    pub ingestion_delay: SimDuration,
    /// A-READD: whether adding a present member makes a fresh dot (`S-2`, MA-04).
    pub readd_is_fresh: bool,
    /// A-LSET: whether the new elements of concurrent `LSET`s of one element all stay (`L-7`,
    /// MA-06).
    pub lset_keeps_all: bool,
    /// A-XADD-IDS: which ids `XADD` takes.
    pub xadd_ids: XaddIds,
    /// A-XADD-STRIDE: what lies between two sequences of one region in one millisecond (`X-4`).
    pub xadd_stride: u32,
    /// A-JITTER: P95 over P50 of a route the sample does not cover.
    pub jitter: Ratio,
    /// A-FLOOR: the least delay of a route, as a share of its median.
    pub delay_floor: Ratio,
    /// A-TAIL: how far the longest delay lies beyond P95, as a share of what P95 lies beyond the
    /// median.
    pub delay_tail: Ratio,
    /// A-MIRROR: whether a figure published for one direction of a pair counts for the other.
    pub mirror: bool,
    /// A-LOCAL: how long a message takes between two instances of one region.
    pub local_delay: SimDuration,
    /// A-RESUME: to what share of its limit a full shard must fall before it takes effects of
    /// peers again.
    pub resume_share: Ratio,
    /// A-COLLECT-OBJECTS: how many keys with something to collect a shard looks at in one slice.
    pub collection_objects: u32,
    /// A-ITEM: what a key takes in a full synchronisation beside its name and value.
    pub item_bytes: Bytes,
    /// A-REPORT-SIZE: what a clock report takes on the wire for each shard.
    pub report_bytes: Bytes,
    /// A-SIGNAL-SIZE: what a message without a payload takes on the wire.
    pub signal_bytes: Bytes,
    /// A-STALE-TEXT: what a stale instance answers to a write.
    pub stale_text: String,
    /// A-CAUSAL: whether members relay what they receive, so that effects on a key come everywhere
    /// in causal order (MA-21).
    pub causal_consistency: bool,
    /// A-HASHING: which part of a key's name is hashed to its slot.
    pub hashing: Hashing,
    /// A-EVICT-START: at what share of its limit a shard begins to evict.
    pub eviction_start: Ratio,
    /// A-EVICT-SAMPLES: how many keys are compared for each one evicted.
    pub eviction_samples: u32,
    /// A-EVICT-SLICE: how often a shard under pressure evicts.
    pub eviction_slice: SimDuration,
    /// A-EVICT-KEYS: how many keys a shard evicts in one slice at its limit.
    pub eviction_keys: u32,
    /// A-LRU-CLOCK: the grain of the clock that tells when a key was last used.
    pub lru_resolution: SimDuration,
    /// A-LFU-LOG: how much harder each further step of a key's frequency is to take.
    pub lfu_log_factor: u32,
    /// A-LFU-DECAY: after how many idle minutes a key's frequency falls by one; never with 0.
    pub lfu_decay_minutes: u32,
    /// A-OOM: what an instance does that runs out of memory.
    pub oom: OomMode,
    /// A-UNLATCH: whether replication into a full shard resumes by itself.
    pub oom_unlatch: bool,
    /// A-OOM-RESERVE: what share of the limit is kept from clients, under `Reserve`.
    pub oom_reserve: Ratio,
    /// A-EDITION: which text of the product page holds where it changed.
    pub edition: Edition,
    /// A-STRANGERS: whether databases in no group become one by a force-link that names them.
    pub strangers_link: bool,
    /// A-CREATION: how long the creation of an instance takes.
    pub creation: SimDuration,
    /// A-JOINING: what joining a group adds to a creation.
    pub joining: SimDuration,
    /// A-FORCE-LINKING: how long a force-link keeps the instance unavailable.
    pub force_linking: SimDuration,
    /// A-LINK-FAILURE: after how long a link that cannot be made fails.
    pub link_failure: SimDuration,
    /// A-UNLINK-VISIBLE: how long a dropped member is still listed.
    pub unlink_visible: SimDuration,
    /// A-DELETION: how long the deletion of an instance takes.
    pub deletion: SimDuration,
    /// A-UPDATING: how long a change of settings takes.
    pub updating: SimDuration,
    /// A-FLUSHING: how long a flush takes to be reported as done.
    pub flushing: SimDuration,
    /// A-SCALING: how long the scaling of an empty, idle instance takes.
    pub scaling: SimDuration,
    /// A-SCALING-RATE: how fast a node's data moves while it scales.
    pub scaling_rate: ByteRate,
    /// A-SCALING-PASSES: how often an instance's data moves while it scales.
    pub scaling_passes: u32,
    /// A-SETTLING: how long the resource state follows behind the operation.
    pub settling: SimDuration,
    /// How nodes are lost and exchanged.
    pub nodes: Nodes,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            metadata: Metadata::PerEffect,
            lww: Lww::CausalFirst,
            key_bytes: Bytes(128),
            element_bytes: Bytes(48),
            record_bytes: Bytes(120),
            tombstone_bytes: Bytes(120),
            collection_rate: ByteRate(200_000_000),
            collection_slice: SimDuration::from_millis(100),
            report_every: SimDuration::from_secs(1),
            usable_share: Ratio { ppm: 800_000 },
            backlog_share: Ratio { ppm: 10_000 },
            backlog_bytes: None,
            backlog_sharing: BacklogSharing::Shared,
            full_sync: FullSync::Delta,
            chunk_bytes: Bytes(1_000_000),
            wire_bytes: Bytes(60),
            bandwidth: ByteRate(125_000_000),
            send_buffer: SimDuration::from_millis(250),
            retransmit: SimDuration::from_millis(200),
            silence: SimDuration::from_secs(5),
            reconnect_min: SimDuration::from_secs(1),
            reconnect_max: SimDuration::from_secs(10),
            healthy_within: SimDuration::from_secs(30),
            ingestion_delay: SimDuration::from_secs(60),
            readd_is_fresh: true,
            lset_keeps_all: true,
            xadd_ids: XaddIds::Strict,
            xadd_stride: 16,
            jitter: Ratio { ppm: 1_040_000 },
            delay_floor: Ratio { ppm: 900_000 },
            delay_tail: Ratio::ONE,
            mirror: true,
            local_delay: SimDuration::from_micros(775),
            resume_share: Ratio { ppm: 990_000 },
            collection_objects: 20_000,
            item_bytes: Bytes(48),
            report_bytes: Bytes(160),
            signal_bytes: Bytes(64),
            stale_text: STALE_TEXT.to_owned(),
            causal_consistency: false,
            hashing: Hashing::Oss,
            eviction_start: Ratio { ppm: 800_000 },
            eviction_samples: 5,
            eviction_slice: SimDuration::from_millis(100),
            eviction_keys: 10_000,
            lru_resolution: SimDuration::from_secs(1),
            lfu_log_factor: 10,
            lfu_decay_minutes: 1,
            oom: OomMode::Resume,
            oom_unlatch: true,
            oom_reserve: Ratio { ppm: 50_000 },
            edition: Edition::Seed,
            strangers_link: false,
            creation: SimDuration::from_secs(900),
            joining: SimDuration::from_secs(300),
            force_linking: SimDuration::from_secs(300),
            link_failure: SimDuration::from_secs(600),
            unlink_visible: SimDuration::from_secs(60),
            deletion: SimDuration::from_secs(300),
            updating: SimDuration::from_secs(60),
            flushing: SimDuration::from_secs(60),
            scaling: SimDuration::from_secs(600),
            scaling_rate: ByteRate(50_000_000),
            scaling_passes: 2,
            settling: SimDuration::from_secs(30),
            nodes: Nodes::default(),
        }
    }
}
