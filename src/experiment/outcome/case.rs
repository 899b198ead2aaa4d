//! What one case of a sweep came to: an outcome boiled down to what a summary needs.

use serde::{Deserialize, Serialize};

use crate::experiment::outcome::CaseCell;

/// One case: a scenario, or one of its arms, under one seed. A line of `cases.jsonl`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseResult {
    /// The seed of every random stream of the run.
    pub seed: u64,
    /// The value of each axis; left out where nothing is varied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<CaseCell>,
    /// How it ended.
    pub status: CaseStatus,
    /// What failed, by kind and subject and not by figures, so that equal failures are equal here;
    /// `null` when nothing did.
    pub signature: Option<String>,
    /// What was seen of the first thing that failed, with figures; empty when nothing did.
    pub detail: String,
    /// The digest over everything handled; empty when the run did not end.
    pub digest: String,
    /// When the run ended.
    pub ended_at_ms: u64,
    /// From the end of the storm, or of the last fault if later, until all linked members agreed
    /// for good; `null` when they did not.
    pub converge_ms: Option<u64>,
    /// The longest recovery from a fault; `null` when there was none to recover from.
    pub recovery_ms: Option<u64>,
    /// Faults from which the group never recovered.
    pub unrecovered: u64,
    /// The longest time that a fleet went without service because of a fault, from the beginning
    /// of the fault; `null` when none did, or none was served again.
    pub rto_ms: Option<u64>,
    /// Fleets that were never served again after a fault, once for each fault.
    pub unserved: u64,
    /// Acknowledged writes and removals that no member holds any more.
    pub lost_writes: u64,
    /// How long a stretch of one member's time they make up at most; `null` when none is lost, or
    /// none of the lost ones is known by itself.
    pub rpo_ms: Option<u64>,
    /// Acknowledged writes hidden by concurrent ones.
    pub overwritten_writes: u64,
    /// The members, in the scenario's order.
    pub instances: Vec<CaseInstance>,
    /// What the scenario wants to see sometimes, in its order.
    pub gates: Vec<CaseGate>,
}

/// How a case ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStatus {
    /// All that must hold in every run held.
    Pass,
    /// Something did not hold, or an expectation was never evaluated.
    Fail,
    /// It was more than a case may be, or was cut short.
    Capped,
    /// The simulator itself failed.
    Panic,
}

/// One member in one case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseInstance {
    /// The cache's name.
    pub name: String,
    /// When its first shard ran out of memory; `null` when none did.
    pub oom_at_ms: Option<u64>,
    /// The largest share of its limit that any shard used, in parts of a million.
    pub used_peak_ppm: u64,
}

/// Whether something that is wanted sometimes happened in one case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseGate {
    /// As the scenario words it: `Sometimes(FullSync)`.
    pub name: String,
    /// Whether it did; `null` when nobody could have seen it.
    pub hit: Option<bool>,
}
