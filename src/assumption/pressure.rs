//! What happens as memory runs short: which keys go, and what an instance without memory does.

use crate::assumption::Assumptions;
use crate::assumption::range;
use crate::assumption::table::{COUNT, DURATION, Listed, SHARE, WORD};

/// What goes when memory is full. Source: Azure REST API, redisEnterprise databases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[allow(missing_docs, reason = "Redis' own names")]
pub enum Eviction {
    AllKeysLfu,
    AllKeysLru,
    AllKeysRandom,
    VolatileLru,
    VolatileLfu,
    VolatileTtl,
    VolatileRandom,
    NoEviction,
}

impl Eviction {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::AllKeysLfu,
        Self::AllKeysLru,
        Self::AllKeysRandom,
        Self::VolatileLru,
        Self::VolatileLfu,
        Self::VolatileTtl,
        Self::VolatileRandom,
        Self::NoEviction,
    ];

    /// Whether only keys with a deadline go.
    pub fn is_volatile(self) -> bool {
        matches!(
            self,
            Self::VolatileLru | Self::VolatileLfu | Self::VolatileTtl | Self::VolatileRandom
        )
    }

    /// Whether it goes by how often a key is used.
    pub fn is_by_frequency(self) -> bool {
        matches!(self, Self::AllKeysLfu | Self::VolatileLfu)
    }

    /// Whether it goes by when a key was last used.
    pub fn is_by_recency(self) -> bool {
        matches!(self, Self::AllKeysLru | Self::VolatileLru)
    }
}

/// What an instance does that runs out of memory, by the generation of the engine. Source: Redis
/// docs, databases/active-active/syncer.md and planning.md; release notes 6.0.20 and 8.4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OomMode {
    /// Before 6.0.20: the instance counts as inconsistent, answers no client, and once it has room
    /// takes the whole state of each peer again.
    Reconcile,
    /// From 6.0.20 on: what needs memory is refused, replication into a full shard stops, and
    /// resumes by itself once there is room (A-UNLATCH).
    Resume,
    /// From 8.4 on: clients are refused before the limit is reached (A-OOM-RESERVE), replication
    /// at the limit.
    Reserve,
}

impl OomMode {
    fn name(self) -> &'static str {
        match self {
            Self::Reconcile => "Reconcile",
            Self::Resume => "Resume",
            Self::Reserve => "Reserve",
        }
    }
}

impl Assumptions {
    /// How keys are chosen and how many go.
    pub(super) fn listed_eviction(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-EVICT-START",
                field: "eviction_start",
                unit: SHARE,
                range: range::EVICTION_START.to_string(),
                value: self.eviction_start.to_string(),
                meaning: "at what share of its limit a shard begins to evict, under a policy that \
                    does.",
                reason: "Redis docs: an Active-Active database evicts from 80 % of a shard's \
                    limit; heuristics may put it off up to 100 %",
            },
            Listed {
                id: "A-EVICT-SAMPLES",
                field: "eviction_samples",
                unit: COUNT,
                range: range::EVICTION_SAMPLES.to_string(),
                value: self.eviction_samples.to_string(),
                meaning: "how many keys are drawn and compared for each one evicted.",
                reason: "redis.conf: maxmemory-samples 5",
            },
            Listed {
                id: "A-EVICT-SLICE",
                field: "eviction_slice",
                unit: DURATION,
                range: range::EVICTION_SLICE.to_string(),
                value: self.eviction_slice.to_string(),
                meaning: "how often a shard that has reached A-EVICT-START evicts.",
                reason: "not published; redis.conf: hz 10, ten rounds of background work a second",
            },
            Listed {
                id: "A-EVICT-KEYS",
                field: "eviction_keys",
                unit: COUNT,
                range: range::EVICTION_KEYS.to_string(),
                value: self.eviction_keys.to_string(),
                meaning: "how many keys a shard evicts in one slice at its limit; below it so \
                    much less as it is nearer to A-EVICT-START, and one key at least.",
                reason: "Redis docs: the rate of eviction rises as memory does; by how much is \
                    not published",
            },
        ]
    }

    /// How the use of keys is remembered.
    pub(super) fn listed_use(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-LRU-CLOCK",
                field: "lru_resolution",
                unit: DURATION,
                range: range::LRU_RESOLUTION.to_string(),
                value: self.lru_resolution.to_string(),
                meaning: "the grain of the clock that tells when a key was last used.",
                reason: "Redis 7 source: LRU_CLOCK_RESOLUTION, 1000 ms",
            },
            Listed {
                id: "A-LFU-LOG",
                field: "lfu_log_factor",
                unit: COUNT,
                range: range::LFU_LOG_FACTOR.to_string(),
                value: self.lfu_log_factor.to_string(),
                meaning: "how much harder each further step of a key's frequency is to take.",
                reason: "redis.conf: lfu-log-factor 10",
            },
            Listed {
                id: "A-LFU-DECAY",
                field: "lfu_decay_minutes",
                unit: COUNT,
                range: range::LFU_DECAY_MINUTES.to_string(),
                value: self.lfu_decay_minutes.to_string(),
                meaning: "after how many idle minutes a key's frequency falls by one; never with \
                    0.",
                reason: "redis.conf: lfu-decay-time 1",
            },
        ]
    }

    /// What an instance without memory does.
    pub(super) fn listed_shortage(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-OOM",
                field: "oom",
                unit: WORD,
                range: "Reconcile, Resume or Reserve".to_owned(),
                value: self.oom.name().to_owned(),
                meaning: "what an instance does that runs out of memory: it answers nobody and \
                    takes its peers' whole state afterwards, or stops replication into the full \
                    shard and resumes it, or refuses clients before it refuses replication.",
                reason: "Redis docs, by generation: before 6.0.20, from 6.0.20, from 8.4 on",
            },
            Listed {
                id: "A-UNLATCH",
                field: "oom_unlatch",
                unit: WORD,
                range: "true or false".to_owned(),
                value: self.oom_unlatch.to_string(),
                meaning: "whether replication that stopped for want of memory resumes by itself; \
                    otherwise nothing comes in any more until the instance has been away. Not \
                    under `Reconcile`.",
                reason: "Redis docs: crdt_syncer_auto_oom_unlatch, true for new databases; \
                    otherwise the syncer exits",
            },
            Listed {
                id: "A-OOM-RESERVE",
                field: "oom_reserve",
                unit: SHARE,
                range: range::OOM_RESERVE.to_string(),
                value: self.oom_reserve.to_string(),
                meaning: "what share of a shard's limit is kept from clients, under `Reserve`.",
                reason: "Redis docs: replication_oom_threshold_percent, 5 unless set",
            },
        ]
    }
}
