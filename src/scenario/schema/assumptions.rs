//! The assumptions a scenario can set, by the names of [`crate::assumption::Assumptions`].

use crate::quantity::{ByteRate, Bytes, Ratio};
use crate::scenario::schema::leaf::{Quantity, Text};
use crate::scenario::schema::macros::{choice, record};
use crate::time::SimDuration;

record! {
    /// What no source settles. `meridian catalogue assumptions` lists defaults and reasons.
    AssumptionFields {
        /// A-METADATA: which reading of "metadata build-up" is charged.
        metadata: MetadataChoice,
        /// A-LWW: how registers are ordered.
        lww: LwwChoice,
        /// A-KEY: CRDT metadata of a live key.
        key_bytes: Quantity<Bytes>,
        /// A-ELEMENT: CRDT metadata of a live element.
        element_bytes: Quantity<Bytes>,
        /// A-RECORD: what one effect keeps until it is stable, under `PerEffect`.
        record_bytes: Quantity<Bytes>,
        /// A-TOMBSTONE: what a deletion keeps until it is stable.
        tombstone_bytes: Quantity<Bytes>,
        /// A-COLLECT: how fast an instance gives memory back.
        collection_rate: Quantity<ByteRate>,
        /// A-SLICE: how often the collector works.
        collection_slice: Quantity<SimDuration>,
        /// A-REPORT: how often a member tells each peer its clock.
        report_every: Quantity<SimDuration>,
        /// A-USABLE: the share of a SKU's memory that data may fill.
        usable_share: Quantity<Ratio>,
        /// A-BACKLOG: the share of a SKU's memory that its backlogs take.
        backlog_share: Quantity<Ratio>,
        /// A-BACKLOG-SIZE: a fixed size for each shard's backlog, instead.
        backlog_bytes: Quantity<Bytes>,
        /// A-BACKLOG-SHARING: one backlog for all peers, or one for each.
        backlog_sharing: BacklogSharingChoice,
        /// A-FULL-SYNC: what a full synchronisation sends.
        full_sync: FullSyncChoice,
        /// A-CHUNK: how much of a snapshot travels in one piece.
        chunk_bytes: Quantity<Bytes>,
        /// A-WIRE: what an effect takes on the wire beside its payload.
        wire_bytes: Quantity<Bytes>,
        /// A-BANDWIDTH: what a route carries, unless it says otherwise.
        bandwidth: Quantity<ByteRate>,
        /// A-SEND-BUFFER: how far ahead of the route a sender may queue.
        send_buffer: Quantity<SimDuration>,
        /// A-RETRANSMIT: how long a lost message waits before it is sent again.
        retransmit: Quantity<SimDuration>,
        /// A-SILENCE: how long a link may be silent before it counts as broken.
        silence: Quantity<SimDuration>,
        /// A-RECONNECT-MIN: the first pause before a broken link is tried again.
        reconnect_min: Quantity<SimDuration>,
        /// A-RECONNECT-MAX: the longest such pause.
        reconnect_max: Quantity<SimDuration>,
        /// A-HEALTH: how recent a peer's acknowledgement must be.
        healthy_within: Quantity<SimDuration>,
        /// A-INGESTION: how late a metric reaches rules and alerts.
        ingestion_delay: Quantity<SimDuration>,
        /// A-READD: whether adding a present member makes a fresh dot.
        readd_is_fresh: bool,
        /// A-LSET: whether the new elements of concurrent LSETs of one element all stay.
        lset_keeps_all: bool,
        /// A-XADD-IDS: which ids `XADD` takes.
        xadd_ids: XaddIdsChoice,
        /// A-XADD-STRIDE: what lies between two sequences of one region in one millisecond.
        xadd_stride: u32,
        /// A-JITTER: P95 over P50 of a route the sample does not cover.
        jitter: Quantity<Ratio>,
        /// A-FLOOR: the least delay of a route, as a share of its median.
        delay_floor: Quantity<Ratio>,
        /// A-TAIL: how far the longest delay lies beyond P95, as a share of P95 beyond the median.
        delay_tail: Quantity<Ratio>,
        /// A-MIRROR: whether a figure published for one direction counts for the other.
        mirror: bool,
        /// A-LOCAL: how long a message takes between two instances of one region.
        local_delay: Quantity<SimDuration>,
        /// A-RESUME: to what share of its limit a full shard must fall to take effects again.
        resume_share: Quantity<Ratio>,
        /// A-COLLECT-OBJECTS: how many keys a shard looks at in one slice of collection.
        collection_objects: u32,
        /// A-ITEM: what a key takes in a full synchronisation beside its name and value.
        item_bytes: Quantity<Bytes>,
        /// A-REPORT-SIZE: what a clock report takes on the wire for each shard.
        report_bytes: Quantity<Bytes>,
        /// A-SIGNAL-SIZE: what a message without a payload takes on the wire.
        signal_bytes: Quantity<Bytes>,
        /// A-STALE-TEXT: what a stale instance answers to a write.
        stale_text: Text,
        /// A-CAUSAL: whether members relay what they receive, in causal order.
        causal_consistency: bool,
        /// A-HASHING: which part of a key's name is hashed to its slot.
        hashing: HashingChoice,
        /// A-EVICT-START: at what share of its limit a shard begins to evict.
        eviction_start: Quantity<Ratio>,
        /// A-EVICT-SAMPLES: how many keys are compared for each one evicted.
        eviction_samples: u32,
        /// A-EVICT-SLICE: how often a shard under pressure evicts.
        eviction_slice: Quantity<SimDuration>,
        /// A-EVICT-KEYS: how many keys a shard evicts in one slice at its limit.
        eviction_keys: u32,
        /// A-LRU-CLOCK: the grain of the clock that tells when a key was last used.
        lru_resolution: Quantity<SimDuration>,
        /// A-LFU-LOG: how much harder each further step of a key's frequency is to take.
        lfu_log_factor: u32,
        /// A-LFU-DECAY: after how many idle minutes a key's frequency falls by one.
        lfu_decay_minutes: u32,
        /// A-OOM: what an instance does that runs out of memory.
        oom: OomChoice,
        /// A-UNLATCH: whether replication into a full shard resumes by itself.
        oom_unlatch: bool,
        /// A-OOM-RESERVE: what share of the limit is kept from clients, under `Reserve`.
        oom_reserve: Quantity<Ratio>,
        /// A-EDITION: which text of the product page holds where it changed.
        edition: EditionChoice,
        /// A-STRANGERS: whether databases in no group become one by a force-link that names them.
        strangers_link: bool,
        /// A-CREATION: how long the creation of an instance takes.
        creation: Quantity<SimDuration>,
        /// A-JOINING: what joining a group adds to a creation.
        joining: Quantity<SimDuration>,
        /// A-FORCE-LINKING: how long a force-link keeps the instance unavailable.
        force_linking: Quantity<SimDuration>,
        /// A-LINK-FAILURE: after how long a link that cannot be made fails.
        link_failure: Quantity<SimDuration>,
        /// A-UNLINK-VISIBLE: how long a dropped member is still listed.
        unlink_visible: Quantity<SimDuration>,
        /// A-DELETION: how long the deletion of an instance takes.
        deletion: Quantity<SimDuration>,
        /// A-UPDATING: how long a change of settings takes.
        updating: Quantity<SimDuration>,
        /// A-FLUSHING: how long a flush takes to be reported as done.
        flushing: Quantity<SimDuration>,
        /// A-SCALING: how long the scaling of an empty, idle instance takes.
        scaling: Quantity<SimDuration>,
        /// A-SCALING-RATE: how fast a node's data moves while it scales.
        scaling_rate: Quantity<ByteRate>,
        /// A-SCALING-PASSES: how often an instance's data moves while it scales.
        scaling_passes: u32,
        /// A-SETTLING: how long the resource state follows behind the operation.
        settling: Quantity<SimDuration>,
        /// A-FAILOVER-PLANNED: how long an instance answers nobody at a planned failover.
        planned_failover: Quantity<SimDuration>,
        /// A-FAILOVER-UNPLANNED: how long lost primaries answer nobody.
        unplanned_failover: Quantity<SimDuration>,
        /// A-REPLICA-LAG: how far replicas are behind the primaries they replace.
        replica_lag: Quantity<SimDuration>,
        /// A-PATCHING: how long it takes to patch the two nodes of an instance.
        patching: Quantity<SimDuration>,
    }
}

choice! {
    /// Which text of the product page holds where it changed.
    EditionChoice {
        /// The page of May 2025.
        Seed,
        /// The page as it reads later.
        Later,
    }
}

choice! {
    /// What an instance does that runs out of memory.
    OomChoice {
        /// It answers no client, and takes the whole state of its peers once it has room.
        Reconcile,
        /// Replication into the full shard stops and resumes.
        Resume,
        /// Clients are refused before replication is.
        Reserve,
    }
}

choice! {
    /// What a write leaves behind until every linked member has seen it.
    MetadataChoice {
        /// A record for every effect.
        PerEffect,
        /// Only what the data types need.
        PerState,
    }
}

choice! {
    /// How two writes of one register are ordered.
    LwwChoice {
        /// Causal order first.
        CausalFirst,
        /// The wall clock always.
        WallFirst,
    }
}

choice! {
    /// Which part of a key's name is hashed to its slot.
    HashingChoice {
        /// The first hash tag, by Redis' own rule.
        Oss,
        /// What the regular expressions of the standard policy match.
        Standard,
    }
}

choice! {
    /// Which ids `XADD` takes.
    XaddIdsChoice {
        /// `*` or milliseconds alone.
        Strict,
        /// Full ids too.
        SemiStrict,
        /// Any ascending id.
        Liberal,
    }
}

choice! {
    /// Who shares a replication backlog.
    BacklogSharingChoice {
        /// All peers.
        Shared,
        /// Nobody.
        PerPeer,
    }
}

choice! {
    /// What a full synchronisation sends.
    FullSyncChoice {
        /// What the receiver lacks.
        Delta,
        /// Everything.
        Whole,
    }
}
