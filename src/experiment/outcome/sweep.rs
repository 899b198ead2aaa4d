//! What all cases of a sweep came to together.

use serde::{Deserialize, Serialize};

use crate::experiment::outcome::{Axis, Cells};

/// Everything a sweep found out: `sweep.json`. It depends on the cases alone, not on how many ran
/// at once, where, or in how many pieces.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// The version of this layout: [`SCHEMA_VERSION`](super::SCHEMA_VERSION).
    pub schema_version: u32,
    /// What was swept.
    pub header: Header,
    /// How many cases there were to run.
    pub planned: u64,
    /// How many of them were run: the first ones, in order.
    pub run: u64,
    /// Of those: nothing failed.
    pub passed: u64,
    /// Of those: something did not hold.
    pub failed: u64,
    /// Of those: over a limit.
    pub capped: u64,
    /// Of those: the simulator failed.
    pub panicked: u64,
    /// Whether every case passed, every gate is met and there was a case at all.
    pub holds: bool,
    /// Why no more cases were run.
    pub stopped: Stopped,
    /// All cases that did not pass. Where axes are varied, bounds over several cells take the cases
    /// of one seed as one, as common draws make them alike.
    pub failures: Share,
    /// The same by what failed, the most frequent first.
    pub signatures: Vec<Signature>,
    /// What must happen sometimes, in the scenario's order.
    pub gates: Vec<Gate>,
    /// The members, in the scenario's order.
    pub instances: Vec<InstanceFigures>,
    /// From the end of storm and faults to agreement, in milliseconds.
    pub converge_ms: Figure,
    /// The longest recovery from a fault, in milliseconds; of cases that had one.
    pub recovery_ms: Figure,
    /// The longest time that a fleet went without service because of a fault, in milliseconds; of
    /// cases in which one did.
    pub rto_ms: Figure,
    /// How long a stretch of one member's writes is lost at most, in milliseconds; nothing where no
    /// write is.
    pub rpo_ms: Figure,
    /// Acknowledged writes and removals lost for good.
    pub lost_writes: Figure,
    /// Acknowledged writes hidden by concurrent ones.
    pub overwritten_writes: Figure,
    /// Cell by cell, where axes are varied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cells: Option<Cells>,
}

/// What a sweep is of. Results with different headers do not belong together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The scenario's name.
    pub scenario: String,
    /// The question it answers.
    pub question: String,
    /// Its file, as it was called.
    pub file: String,
    /// SHA-256 of the plan that follows from the file, the overrides and the arm.
    pub plan_sha256: String,
    /// The version of Meridian.
    pub version: String,
    /// Values set on the command line.
    pub overrides: Vec<String>,
    /// The arm, if it is one.
    pub arm: Option<String>,
    /// What is varied: each seed is run in all cells, which are the combinations of values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub axes: Vec<Axis>,
    /// The seeds.
    pub seeds: Seeds,
    /// What a case may be.
    pub limits: Limits,
}

/// A sweep in pieces: `cases.json`, which is all that a machine needs to run one of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseList {
    /// The version of this layout: [`SCHEMA_VERSION`](super::SCHEMA_VERSION).
    pub schema_version: u32,
    /// What is swept.
    pub header: Header,
    /// In how many pieces: the case with index i belongs to the piece i mod `partitions`, from 0.
    pub partitions: u64,
    /// In one of how many cases, at least, each `Sometimes` must happen; `null` for once in all.
    pub sometimes_every: Option<u64>,
    /// The text of the scenario's file.
    pub scenario: String,
}

/// The seeds of a sweep, each run in every cell: one seed in all of them, then the next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seeds {
    /// From the first up to, and without, the second.
    Range(u64, u64),
    /// These.
    List(Vec<u64>),
    /// These, each in one cell alone.
    Points(Vec<Point>),
}

/// A seed in one cell: what a case is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The seed.
    pub seed: u64,
    /// The cell, counted from 0; the values of the last axis change first.
    pub cell: u64,
}

/// What a case may be; what is more counts as a failure. None where nothing is limited beyond what
/// the scenario says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Storm and settle together, in milliseconds.
    pub simulated_ms: Option<u64>,
    /// Bytes that the process would need for the keys, as estimated before the run.
    pub memory_bytes: Option<u64>,
}

/// Why no more cases were run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// There were no more.
    AllRun,
    /// The interval of the share that fails is as narrow as was asked for, in parts of a million.
    Precise {
        /// So narrow.
        width_ppm: u64,
    },
    /// There were no more, and the interval is not as narrow as was asked for.
    NotPrecise {
        /// It should be so narrow.
        wanted_ppm: u64,
        /// It is so wide.
        width_ppm: u64,
    },
    /// The time given was over: a cut at a seed that says nothing about the cases.
    OutOfTime,
}

/// So many of so many, and between which bounds the true share lies with 95 %.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Share {
    /// So many.
    pub count: u64,
    /// Of so many.
    pub of: u64,
    /// The lower bound, in parts of a million.
    pub low_ppm: u64,
    /// The upper bound, in parts of a million. When none was counted, or all were, the bound is
    /// one-sided.
    pub high_ppm: u64,
}

/// Cases that failed in the same way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Signature {
    /// What failed.
    pub signature: String,
    /// In how many cases.
    pub share: Share,
    /// The first seeds with such a case, in order; five at most.
    pub first_seeds: Vec<u64>,
    /// What was seen in the first.
    pub detail: String,
    /// The command line that runs the first again.
    pub reproduce: String,
}

/// Something that must happen sometimes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Gate {
    /// As the scenario words it.
    pub name: String,
    /// In how many of the cases that could have seen it.
    pub share: Share,
    /// In one of how many cases, at least, it must; `null` where once in all is enough.
    pub once_in: Option<u64>,
    /// Whether it did so often.
    pub met: bool,
    /// The first seed in which it did.
    pub first_seed: Option<u64>,
}

/// One member over all cases.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InstanceFigures {
    /// The cache's name.
    pub name: String,
    /// In how many cases it ran out of memory.
    pub out_of_memory: Share,
    /// When, in milliseconds; cases in which it did not come last.
    pub oom_at_ms: Figure,
    /// The largest share of its limit that any shard used, in parts of a million.
    pub used_peak_ppm: Figure,
}

/// A figure over the cases that have it, from the best to the worst of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Figure {
    /// How many cases have it.
    pub cases: u64,
    /// The least.
    pub least: Value,
    /// The greatest.
    pub most: Value,
    /// Quantiles with bounds, the lowest first.
    pub quantiles: Vec<Estimate>,
}

/// One of many values that were seen, or why there is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// It is this.
    At(u64),
    /// It never came to that: later than every instant.
    Never,
    /// There are too few cases to tell, or they are not independent.
    Unknown,
}

/// A quantile, and between which bounds it lies with 95 %.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Estimate {
    /// Which quantile, in parts of a million.
    pub quantile_ppm: u64,
    /// The value itself.
    pub value: Value,
    /// Its lower bound.
    pub low: Value,
    /// Its upper bound.
    pub high: Value,
}
