//! The table of assumptions: ids, values and reasons, for outcomes and `explain`.

use crate::assumption::Assumptions;
use crate::assumption::range;

const BYTES: &str = "bytes, as `\"120B\"` or `\"1MB\"`";
pub(super) const DURATION: &str = "a duration, as `\"100ms\"` or `\"5s\"`";
pub(super) const SHARE: &str = "a share, as `\"80%\"`";
pub(super) const FLOW: &str = "bytes a second, as `\"200MB/s\"`";
pub(super) const COUNT: &str = "a number";
pub(super) const WORD: &str = "a word";
const TEXT: &str = "a text in quotes";

/// One assumption of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its id: `A-RECORD`.
    pub id: &'static str,
    /// Its field in a scenario's `assumptions`.
    pub field: &'static str,
    /// What it is measured in, and how a scenario writes that.
    pub unit: &'static str,
    /// The values it takes, both ends included.
    pub range: String,
    /// The value in force, as a scenario writes it.
    pub value: String,
    /// What it is.
    pub meaning: &'static str,
    /// Why the default is what it is.
    pub reason: &'static str,
}

impl Assumptions {
    /// All assumptions with the values in force.
    pub fn listed(&self) -> Vec<Listed> {
        let mut listed = self.listed_memory();
        listed.extend(self.listed_collection());
        listed.extend(self.listed_links());
        listed.extend(self.listed_wire());
        listed.extend(self.listed_rest());
        listed.extend(self.listed_metrics());
        listed.extend(self.listed_streams());
        listed.extend(self.listed_details());
        listed.extend(self.listed_eviction());
        listed.extend(self.listed_use());
        listed.extend(self.listed_shortage());
        listed.extend(self.listed_routes());
        listed.extend(self.listed_options());
        listed.extend(self.listed_creation());
        listed.extend(self.listed_links_made());
        listed.extend(self.listed_changes());
        listed.extend(self.listed_scaling());
        listed.extend(self.listed_nodes());
        listed
    }

    /// What memory is made of.
    fn listed_memory(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-METADATA",
                field: "metadata",
                unit: WORD,
                range: "PerEffect or PerState".to_owned(),
                value: self.metadata.name().to_owned(),
                meaning: "which reading of \"metadata build-up\" is charged.",
                reason: "the product page speaks of a build-up of metadata; what is kept is not \
                    \
                    published",
            },
            Listed {
                id: "A-LWW",
                field: "lww",
                unit: WORD,
                range: "CausalFirst or WallFirst".to_owned(),
                value: self.lww.name().to_owned(),
                meaning: "how registers are ordered.",
                reason: "Redis docs: vector clocks first, the wall clock only between concurrent \
                    \
                    writes",
            },
            Listed {
                id: "A-KEY",
                field: "key_bytes",
                unit: BYTES,
                range: range::KEY_BYTES.to_string(),
                value: self.key_bytes.to_string(),
                meaning: "CRDT metadata of a live key, on top of Redis' own layout.",
                reason: "measured at three regions: +128 B a key (Ctrip, 2020), good to 25 %",
            },
            Listed {
                id: "A-ELEMENT",
                field: "element_bytes",
                unit: BYTES,
                range: range::ELEMENT_BYTES.to_string(),
                value: self.element_bytes.to_string(),
                meaning: "CRDT metadata of a live element of a collection.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-RECORD",
                field: "record_bytes",
                unit: BYTES,
                range: range::RECORD_BYTES.to_string(),
                value: self.record_bytes.to_string(),
                meaning: "what one effect keeps until it is stable, under `PerEffect`.",
                reason: "no figure is published",
            },
        ]
    }

    /// What deletions keep, and how it is given back.
    fn listed_collection(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-TOMBSTONE",
                field: "tombstone_bytes",
                unit: BYTES,
                range: range::TOMBSTONE_BYTES.to_string(),
                value: self.tombstone_bytes.to_string(),
                meaning: "what a deleted key or element keeps until its deletion is stable.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-COLLECT",
                field: "collection_rate",
                unit: FLOW,
                range: range::COLLECTION_RATE.to_string(),
                value: self.collection_rate.to_string(),
                meaning: "how fast an instance gives memory back.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-SLICE",
                field: "collection_slice",
                unit: DURATION,
                range: range::COLLECTION_SLICE.to_string(),
                value: self.collection_slice.to_string(),
                meaning: "how often the collector works.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-REPORT",
                field: "report_every",
                unit: DURATION,
                range: range::REPORT_EVERY.to_string(),
                value: self.report_every.to_string(),
                meaning: "how often a member tells each peer its clock.",
                reason: "no figure is published",
            },
        ]
    }

    /// Backlogs and links.
    fn listed_links(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-USABLE",
                field: "usable_share",
                unit: SHARE,
                range: range::USABLE_SHARE.to_string(),
                value: self.usable_share.to_string(),
                meaning: "the share of a SKU's memory that data may fill.",
                reason: "Azure docs: about 20 % of a SKU's memory is reserved",
            },
            Listed {
                id: "A-BACKLOG",
                field: "backlog_share",
                unit: SHARE,
                range: range::BACKLOG_SHARE.to_string(),
                value: self.backlog_share.to_string(),
                meaning: "the share of a SKU's memory that its backlogs take, before the \
                    clamp.",
                reason: "Redis docs: 1 % of the database, 1 to 250 MB a shard",
            },
            Listed {
                id: "A-BACKLOG-SIZE",
                field: "backlog_bytes",
                unit: BYTES,
                range: range::BACKLOG_BYTES.to_string(),
                value: self
                    .backlog_bytes
                    .map_or_else(|| "None".to_owned(), |bytes| bytes.to_string()),
                meaning: "a fixed size for each shard's backlog, instead of the share.",
                reason: "Redis docs: crdt_repl_backlog_size may be set",
            },
            Listed {
                id: "A-BACKLOG-SHARING",
                field: "backlog_sharing",
                unit: WORD,
                range: "Shared or PerPeer".to_owned(),
                value: self.backlog_sharing.name().to_owned(),
                meaning: "one backlog for all peers, or one for each.",
                reason: "Redis docs: typically one backlog for all peers of a full mesh",
            },
        ]
    }

    /// What travels on a link.
    fn listed_wire(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-FULL-SYNC",
                field: "full_sync",
                unit: WORD,
                range: "Delta or Whole".to_owned(),
                value: self.full_sync.name().to_owned(),
                meaning: "what a full synchronisation sends.",
                reason: "release note RS209889: only changes are sent",
            },
            Listed {
                id: "A-CHUNK",
                field: "chunk_bytes",
                unit: BYTES,
                range: range::CHUNK_BYTES.to_string(),
                value: self.chunk_bytes.to_string(),
                meaning: "how much of a snapshot travels in one piece.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-WIRE",
                field: "wire_bytes",
                unit: BYTES,
                range: range::WIRE_BYTES.to_string(),
                value: self.wire_bytes.to_string(),
                meaning: "what an effect takes on the wire beside its payload.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-BANDWIDTH",
                field: "bandwidth",
                unit: FLOW,
                range: range::BANDWIDTH.to_string(),
                value: self.bandwidth.to_string(),
                meaning: "what a route carries, where the scenario does not say.",
                reason: "no figure is published; 1 Gbit/s",
            },
            Listed {
                id: "A-SEND-BUFFER",
                field: "send_buffer",
                unit: DURATION,
                range: range::SEND_BUFFER.to_string(),
                value: self.send_buffer.to_string(),
                meaning: "how far ahead of the route a sender may queue.",
                reason: "no figure is published",
            },
        ]
    }

    /// Failures and what operators see.
    fn listed_rest(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-RETRANSMIT",
                field: "retransmit",
                unit: DURATION,
                range: range::RETRANSMIT.to_string(),
                value: self.retransmit.to_string(),
                meaning: "how long a lost message waits before it is sent again.",
                reason: "the least retransmission timeout of Linux TCP",
            },
            Listed {
                id: "A-SILENCE",
                field: "silence",
                unit: DURATION,
                range: range::SILENCE.to_string(),
                value: self.silence.to_string(),
                meaning: "how long a link may be silent before both its ends give it up.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-RECONNECT-MIN",
                field: "reconnect_min",
                unit: DURATION,
                range: range::RECONNECT_MIN.to_string(),
                value: self.reconnect_min.to_string(),
                meaning: "the first pause before a broken link is tried again; it doubles.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-RECONNECT-MAX",
                field: "reconnect_max",
                unit: DURATION,
                range: range::RECONNECT_MAX.to_string(),
                value: self.reconnect_max.to_string(),
                meaning: "the longest pause between two tries.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-HEALTH",
                field: "healthy_within",
                unit: DURATION,
                range: range::HEALTHY_WITHIN.to_string(),
                value: self.healthy_within.to_string(),
                meaning: "how recent a peer's acknowledgement must be for the group to count as \
                    \
                    healthy.",
                reason: "no figure is published",
            },
        ]
    }

    /// What operators see, and the rest.
    fn listed_metrics(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-INGESTION",
                field: "ingestion_delay",
                unit: DURATION,
                range: range::INGESTION_DELAY.to_string(),
                value: self.ingestion_delay.to_string(),
                meaning: "how late a metric reaches rules and alerts.",
                reason: "Azure metrics have a grain of one minute; how late they are seen is not \
                    \
                    published",
            },
            Listed {
                id: "A-READD",
                field: "readd_is_fresh",
                unit: WORD,
                range: "true or false".to_owned(),
                value: self.readd_is_fresh.to_string(),
                meaning: "whether adding a present member makes a fresh dot (`S-2`, MA-04).",
                reason: "Redis docs: an update of an element wins over its removal",
            },
            Listed {
                id: "A-LSET",
                field: "lset_keeps_all",
                unit: WORD,
                range: "true or false".to_owned(),
                value: self.lset_keeps_all.to_string(),
                meaning: "whether the new elements of concurrent LSETs of one element all stay \
                    side by side (`L-7`, MA-06); otherwise the later by wall clock is shown.",
                reason: "no source says what becomes of them",
            },
        ]
    }

    /// How streams name their entries.
    fn listed_streams(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-XADD-IDS",
                field: "xadd_ids",
                unit: WORD,
                range: "Strict, SemiStrict or Liberal".to_owned(),
                value: self.xadd_ids.name().to_owned(),
                meaning: "which ids `XADD` takes (`X-3`).",
                reason: "Redis docs: crdt_xadd_id_uniqueness_mode, strict unless set",
            },
            Listed {
                id: "A-XADD-STRIDE",
                field: "xadd_stride",
                unit: COUNT,
                range: range::XADD_STRIDE.to_string(),
                value: self.xadd_stride.to_string(),
                meaning: "what lies between two sequences of one region in one millisecond \
                    (`X-4`, MA-07).",
                reason: "Redis docs show the first of a millisecond, the region's number; a \
                    stride keeps the next ones apart from other regions'",
            },
        ]
    }

    /// How full synchronisations, clock reports and full shards are handled.
    fn listed_details(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-RESUME",
                field: "resume_share",
                unit: SHARE,
                range: range::RESUME_SHARE.to_string(),
                value: self.resume_share.to_string(),
                meaning: "to what share of its limit a full shard must fall before it takes \
                    effects of peers again.",
                reason: "Redis docs: replication resumes by itself once memory is available; \
                    from what use on is not published",
            },
            Listed {
                id: "A-COLLECT-OBJECTS",
                field: "collection_objects",
                unit: COUNT,
                range: range::COLLECTION_OBJECTS.to_string(),
                value: self.collection_objects.to_string(),
                meaning: "how many keys with something to collect a shard looks at in one \
                    slice.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-ITEM",
                field: "item_bytes",
                unit: BYTES,
                range: range::ITEM_BYTES.to_string(),
                value: self.item_bytes.to_string(),
                meaning: "what a key takes in a full synchronisation beside its name and \
                    value.",
                reason: "no figure is published; type, deadline, lengths and one stamp",
            },
            Listed {
                id: "A-REPORT-SIZE",
                field: "report_bytes",
                unit: BYTES,
                range: range::REPORT_BYTES.to_string(),
                value: self.report_bytes.to_string(),
                meaning: "what a clock report takes on the wire for each shard.",
                reason: "no figure is published; five components with their sums",
            },
            Listed {
                id: "A-SIGNAL-SIZE",
                field: "signal_bytes",
                unit: BYTES,
                range: range::SIGNAL_BYTES.to_string(),
                value: self.signal_bytes.to_string(),
                meaning: "what a message without a payload takes on the wire.",
                reason: "no figure is published; a header",
            },
            Listed {
                id: "A-STALE-TEXT",
                field: "stale_text",
                unit: TEXT,
                range: "1 to 200 printable characters".to_owned(),
                value: self.stale_text.clone(),
                meaning: "what a stale instance answers to a write.",
                reason: "Redis docs: a stale instance refuses writes; in what words is not \
                    published",
            },
        ]
    }

    /// How long messages take, where no source says.
    fn listed_routes(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-JITTER",
                field: "jitter",
                unit: SHARE,
                range: range::JITTER.to_string(),
                value: self.jitter.to_string(),
                meaning: "P95 over P50 of a route the sample does not cover.",
                reason: "median over 173 pairs of Azure's latency page, 2026-07",
            },
            Listed {
                id: "A-FLOOR",
                field: "delay_floor",
                unit: SHARE,
                range: range::DELAY_FLOOR.to_string(),
                value: self.delay_floor.to_string(),
                meaning: "the least delay of a route, as a share of its median.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-TAIL",
                field: "delay_tail",
                unit: SHARE,
                range: range::DELAY_TAIL.to_string(),
                value: self.delay_tail.to_string(),
                meaning: "how far the longest delay of a route lies beyond P95, as a share of \
                    what P95 lies beyond the median.",
                reason: "no higher percentile is published; a normal tail would have its P99.9 \
                    there",
            },
            Listed {
                id: "A-MIRROR",
                field: "mirror",
                unit: WORD,
                range: "true or false".to_owned(),
                value: self.mirror.to_string(),
                meaning: "whether a figure published for one direction of a pair counts for the \
                    other.",
                reason: "a round trip travels both ways; Azure publishes some pairs one way \
                    only",
            },
            Listed {
                id: "A-LOCAL",
                field: "local_delay",
                unit: DURATION,
                range: range::LOCAL_DELAY.to_string(),
                value: self.local_delay.to_string(),
                meaning: "how long a message takes between two instances of one region.",
                reason: "half of 1.55 ms, a 64-byte TCP echo across zones of UK South \
                    (simonpainter.com/azure-latency-1)",
            },
        ]
    }
}
