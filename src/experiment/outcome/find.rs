//! What a search for a threshold came to.

use serde::{Deserialize, Serialize};

use crate::experiment::outcome::{Seeds, Share};

/// Everything a search found out: what `meridian find --format json` prints. It depends neither on
/// how many runs were made at once nor on the clock. Values are amounts as a scenario writes them,
/// without quotes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The version of this layout: [`SCHEMA_VERSION`](super::SCHEMA_VERSION).
    pub schema_version: u32,
    /// The scenario's name.
    pub scenario: String,
    /// The question it answers.
    pub question: String,
    /// Its file, as it was called.
    pub file: String,
    /// The version of Meridian.
    pub version: String,
    /// Values set on the command line.
    pub overrides: Vec<String>,
    /// What is varied, as `--set` names it.
    pub path: String,
    /// The lower end of what is tried.
    pub from: String,
    /// The upper end.
    pub to: String,
    /// How far neighbours among what may be tried are apart at most.
    pub precision: String,
    /// How the points of the grid lie.
    pub spacing: Spacing,
    /// The expectation that judges, as it was written.
    pub until: String,
    /// The seeds, the same for all values: a value holds when each of them does.
    pub seeds: Seeds,
    /// What was found.
    pub found: ThresholdFound,
    /// The value next to `fails_at` that holds; `null` when no threshold was found.
    pub holds_at: Option<String>,
    /// The value next to `holds_at` that fails; `null` when no threshold was found.
    pub fails_at: Option<String>,
    /// The first two neighbours, the lower one first, between which outcomes change back; `null`
    /// when they do not.
    pub disorder: Option<[String; 2]>,
    /// How many runs were made.
    pub runs: u64,
    /// What was tried, in this order. All seeds of a value are run, also behind one that fails.
    pub tried: Vec<Tried>,
    /// The command line of a run that fails: where a threshold was found, at `fails_at`; `null`
    /// when nothing fails.
    pub reproduce: Option<String>,
}

/// How the points of a grid lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// At equal distances.
    Linear,
    /// At equal ratios.
    Geometric,
}

/// What a search can find.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdFound {
    /// Lower values hold, higher ones fail.
    HoldsBelow,
    /// Higher values hold, lower ones fail.
    HoldsAbove,
    /// Both ends hold: nothing more was tried.
    BothHold,
    /// Both ends fail: nothing more was tried.
    BothFail,
    /// Outcomes change more than once, so that there is no one threshold.
    NotMonotone,
}

/// One value that was tried.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// The value.
    pub value: String,
    /// Why it was tried.
    pub phase: TriedPhase,
    /// Whether it holds: with every seed.
    pub holds: bool,
    /// Seeds with which it holds, and 95 % bounds of their share.
    pub held: Share,
    /// The first seed with which it does not; `null` when there is none.
    pub failure: Option<TriedFailure>,
}

/// Why a value is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriedPhase {
    /// It is one of both ends.
    End,
    /// It shows whether outcomes are in order.
    Grid,
    /// It halves what is left.
    Bisection,
}

/// A run in which the expectation did not hold.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriedFailure {
    /// Its seed.
    pub seed: u64,
    /// What was seen, and what was demanded.
    pub detail: String,
}
