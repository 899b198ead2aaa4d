//! The table of assumptions: ids, values and reasons, for outcomes and `explain`.

use crate::assumption::{Assumptions, BacklogSharing, FullSync, Lww, Metadata};

/// One assumption of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its id: `A-RECORD`.
    pub id: &'static str,
    /// Its field in a scenario's `assumptions`.
    pub field: &'static str,
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
        listed.extend(self.listed_links());
        listed.extend(self.listed_rest());
        listed
    }

    /// What memory is made of.
    fn listed_memory(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-METADATA",
                field: "metadata",
                value: self.metadata.name().to_owned(),
                meaning: "which reading of \"metadata build-up\" is charged.",
                reason: "the product page speaks of a build-up of metadata; what is kept is not \
                    published",
            },
            Listed {
                id: "A-LWW",
                field: "lww",
                value: self.lww.name().to_owned(),
                meaning: "how registers are ordered.",
                reason: "Redis docs: vector clocks first, the wall clock only between concurrent \
                    writes",
            },
            Listed {
                id: "A-KEY",
                field: "key_bytes",
                value: self.key_bytes.to_string(),
                meaning: "CRDT metadata of a live key, on top of Redis' own layout.",
                reason: "measured at three regions: +128 B a key (Ctrip, 2020), good to 25 %",
            },
            Listed {
                id: "A-ELEMENT",
                field: "element_bytes",
                value: self.element_bytes.to_string(),
                meaning: "CRDT metadata of a live element of a collection.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-RECORD",
                field: "record_bytes",
                value: self.record_bytes.to_string(),
                meaning: "what one effect keeps until it is stable, under `PerEffect`.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-TOMBSTONE",
                field: "tombstone_bytes",
                value: self.tombstone_bytes.to_string(),
                meaning: "what a deleted key or element keeps until its deletion is stable.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-COLLECT",
                field: "collection_rate",
                value: self.collection_rate.to_string(),
                meaning: "how fast an instance gives memory back.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-SLICE",
                field: "collection_slice",
                value: self.collection_slice.to_string(),
                meaning: "how often the collector works.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-REPORT",
                field: "report_every",
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
                value: self.usable_share.to_string(),
                meaning: "the share of a SKU's memory that data may fill.",
                reason: "Azure docs: about 20 % of a SKU's memory is reserved",
            },
            Listed {
                id: "A-BACKLOG",
                field: "backlog_share",
                value: self.backlog_share.to_string(),
                meaning: "the share of a SKU's memory that its backlogs take, before the clamp.",
                reason: "Redis docs: 1 % of the database, 1 to 250 MB a shard",
            },
            Listed {
                id: "A-BACKLOG-SIZE",
                field: "backlog_bytes",
                value: self
                    .backlog_bytes
                    .map_or_else(|| "None".to_owned(), |bytes| bytes.to_string()),
                meaning: "a fixed size for each shard's backlog, instead of the share.",
                reason: "Redis docs: crdt_repl_backlog_size may be set",
            },
            Listed {
                id: "A-BACKLOG-SHARING",
                field: "backlog_sharing",
                value: self.backlog_sharing.name().to_owned(),
                meaning: "one backlog for all peers, or one for each.",
                reason: "Redis docs: typically one backlog for all peers of a full mesh",
            },
            Listed {
                id: "A-FULL-SYNC",
                field: "full_sync",
                value: self.full_sync.name().to_owned(),
                meaning: "what a full synchronisation sends.",
                reason: "release note RS209889: only changes are sent",
            },
            Listed {
                id: "A-CHUNK",
                field: "chunk_bytes",
                value: self.chunk_bytes.to_string(),
                meaning: "how much of a snapshot travels in one piece.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-WIRE",
                field: "wire_bytes",
                value: self.wire_bytes.to_string(),
                meaning: "what an effect takes on the wire beside its payload.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-BANDWIDTH",
                field: "bandwidth",
                value: self.bandwidth.to_string(),
                meaning: "what a route carries, where the scenario does not say.",
                reason: "no figure is published; 1 Gbit/s",
            },
            Listed {
                id: "A-SEND-BUFFER",
                field: "send_buffer",
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
                value: self.retransmit.to_string(),
                meaning: "how long a lost message waits before it is sent again.",
                reason: "the least retransmission timeout of Linux TCP",
            },
            Listed {
                id: "A-SILENCE",
                field: "silence",
                value: self.silence.to_string(),
                meaning: "how long a link may be silent before it counts as broken.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-RECONNECT-MIN",
                field: "reconnect_min",
                value: self.reconnect_min.to_string(),
                meaning: "the first pause before a broken link is tried again; it doubles.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-RECONNECT-MAX",
                field: "reconnect_max",
                value: self.reconnect_max.to_string(),
                meaning: "the longest pause between two tries.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-HEALTH",
                field: "healthy_within",
                value: self.healthy_within.to_string(),
                meaning: "how recent a peer's acknowledgement must be for the group to count as \
                    healthy.",
                reason: "no figure is published",
            },
            Listed {
                id: "A-INGESTION",
                field: "ingestion_delay",
                value: self.ingestion_delay.to_string(),
                meaning: "how late a metric reaches rules and alerts.",
                reason: "Azure metrics have a grain of one minute; how late they are seen is not \
                    published",
            },
            Listed {
                id: "A-READD",
                field: "readd_is_fresh",
                value: self.readd_is_fresh.to_string(),
                meaning: "whether adding a present member makes a fresh dot (`S-2`, MA-04).",
                reason: "Redis docs: an update of an element wins over its removal",
            },
            Listed {
                id: "A-JITTER",
                field: "jitter",
                value: self.jitter.to_string(),
                meaning: "P95 over P50 of a route the sample does not cover.",
                reason: "median over 173 pairs of Azure's latency page, 2026-07",
            },
            Listed {
                id: "A-FLOOR",
                field: "delay_floor",
                value: self.delay_floor.to_string(),
                meaning: "the least delay of a route, as a share of its median.",
                reason: "no figure is published",
            },
        ]
    }
}

impl Metadata {
    fn name(self) -> &'static str {
        match self {
            Self::PerEffect => "PerEffect",
            Self::PerState => "PerState",
        }
    }
}

impl Lww {
    fn name(self) -> &'static str {
        match self {
            Self::CausalFirst => "CausalFirst",
            Self::WallFirst => "WallFirst",
        }
    }
}

impl BacklogSharing {
    fn name(self) -> &'static str {
        match self {
            Self::Shared => "Shared",
            Self::PerPeer => "PerPeer",
        }
    }
}

impl FullSync {
    fn name(self) -> &'static str {
        match self {
            Self::Delta => "Delta",
            Self::Whole => "Whole",
        }
    }
}
