//! What a run yields (contract C10): plain data, stable field order, integers in the unit their
//! name ends with, nothing that depends on machine, time of day or threads.
//!
//! A field that nothing fills yet is empty or `null`, never absent. Times are milliseconds of
//! simulated time since the start of the run; money is millionths of a US dollar.

mod case;
mod cell;
mod consistency;
mod find;
mod instance;
mod sweep;
mod traffic;

use serde::{Deserialize, Serialize};

pub use case::{CaseGate, CaseInstance, CaseResult, CaseStatus};
pub use cell::{
    Axis, AxisKind, AxisValue, BandFigures, CaseCell, CellFigures, Cells, Cheapest, Chosen,
    CostUnit, ForCircumstances, Measure, Swing, SwingEnd,
};
pub use consistency::{
    Anomalies, Convergence, Cost, Excuse, FaultOutcome, Recovery, WriteClass, WriteExample, Writes,
};
pub use find::{Spacing, Threshold, ThresholdFound, Tried, TriedFailure, TriedPhase};
pub use instance::{
    Amount, Effects, InstanceOutcome, Memory, Reading, Readings, ShardOutcome, Syncs,
};
pub use sweep::{
    CaseList, Estimate, Figure, Gate, Header, InstanceFigures, Limits, Point, Seeds, Share,
    Signature, Stopped, Summary, Value,
};
pub use traffic::{
    AbsenceOutcome, AlertOutcome, CommandOutcome, ControlOutcome, ControlResult, Counter,
    FleetOutcome, LinkOutcome, MessageOutcome, Quantiles, Results, RtoOutcome, ShowLink,
    ShowLinked, ShowOutcome,
};

/// The version of the JSON layout; a field that changes its meaning raises it.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything one run found out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// [`SCHEMA_VERSION`] of the program that wrote it.
    pub schema_version: u32,
    /// The scenario's name: its file's stem.
    pub scenario: String,
    /// The question the scenario answers.
    pub question: String,
    /// The seed of every random stream of the run.
    pub seed: u64,
    /// The version of Meridian.
    pub version: String,
    /// The digest over everything handled, as 16 hexadecimal digits.
    pub digest: String,
    /// Whether the run did what its scenario demands.
    pub status: Status,
    /// How long traffic and faults lasted.
    pub storm_ms: u64,
    /// When the run ended: the storm and what it took to settle.
    pub ended_at_ms: u64,
    /// One verdict for each expectation and each built-in check, expectations first.
    pub verdicts: Vec<Verdict>,
    /// What each fleet's operations came to.
    pub operations: Vec<FleetOutcome>,
    /// The scripted commands, in the order they ran.
    pub commands: Vec<CommandOutcome>,
    /// The messages that scripted clients received, in the order they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MessageOutcome>,
    /// What the `Show` steps saw, in the order they ran.
    pub shows: Vec<ShowOutcome>,
    /// The members, in the scenario's order.
    pub instances: Vec<InstanceOutcome>,
    /// The directed links, by sender and then receiver.
    pub links: Vec<LinkOutcome>,
    /// The requests to the control plane, in the order they were made.
    pub control: Vec<ControlOutcome>,
    /// The operator's rules that fired.
    pub alerts: Vec<AlertOutcome>,
    /// How long the group was a member short.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<AbsenceOutcome>,
    /// The faults, by the time they began.
    pub faults: Vec<FaultOutcome>,
    /// Whether and when the members agreed.
    pub convergence: Convergence,
    /// What became of every acknowledged write.
    pub writes: Writes,
    /// What clients would call surprises.
    pub anomalies: Anomalies,
    /// What the traffic cost.
    pub cost: Cost,
    /// The assumptions in force, by id.
    pub assumptions: Vec<AssumptionInForce>,
    /// The command line that runs the same plan again.
    pub reproduce: String,
}

/// Whether a run did what its scenario demands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every verdict is a pass, or a built-in check that needed more detail than was kept.
    Pass,
    /// An expectation or a check failed, or an expectation was never evaluated.
    Fail,
    /// The run hit its cap on events or simulated time before its end.
    Capped,
}

/// What one expectation or check came to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// The expectation as the scenario words it, or the check's name.
    pub name: String,
    /// Passed, failed or never evaluated.
    pub status: VerdictStatus,
    /// What was seen, in words and readable units; empty when nothing was.
    pub observed: String,
    /// What was demanded, in words and readable units.
    pub limit: String,
    /// When it was first violated, or, for a pass, when it was decided; `null` when neither.
    pub at_ms: Option<u64>,
    /// What a reader needs beside that: instances, keys, the place in the scenario.
    pub detail: String,
    /// The members it was violated on, in the order of the alphabet; none where its name tells, or
    /// where it concerns all together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<String>,
}

/// Passed, failed or never evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictStatus {
    /// It held.
    Pass,
    /// It was violated.
    Fail,
    /// Nothing was observed that could decide it; an expectation left so fails the run.
    NotEvaluated,
}

/// One assumption of the run, and what it would be by default.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AssumptionInForce {
    /// Its id: `A-RECORD`.
    pub id: String,
    /// The value in force, with its unit.
    pub value: String,
    /// The default, with its unit.
    pub default: String,
    /// What it means and why the default is what it is.
    pub source: String,
    /// What it was applied to in this run, where that is not everything: the routes that
    /// A-MIRROR gave the other direction's figures.
    #[serde(default)]
    pub applied_to: Vec<String>,
}

impl AssumptionInForce {
    /// Whether the scenario or the command line set it to something else than the default.
    pub fn is_changed(&self) -> bool {
        self.value != self.default
    }
}
