//! What the cells of a sweep came to: one for each combination of its axes' values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::experiment::outcome::{Figure, Share};
use crate::plan;

/// One thing that a sweep varies.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// What it is called.
    pub name: String,
    /// What it sets, as `--set` names it.
    pub set: Vec<String>,
    /// Who decides on it.
    pub kind: AxisKind,
    /// Its values, in the scenario's order.
    pub values: Vec<AxisValue>,
}

/// Who decides on the value of an axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AxisKind {
    /// Whoever builds the system.
    Choice,
    /// Nobody: what is chosen must stand all of its values.
    Circumstance,
    /// Nobody knows it: results are given as a band over its values.
    Band,
}

/// One value of an axis.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisValue {
    /// What it is called.
    pub label: String,
    /// As the scenario writes it.
    pub written: String,
    /// What an hour with it costs, in millionths of a US dollar; `null` when nobody said.
    pub micro_usd_per_hour: Option<u64>,
}

/// The cell of one case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseCell {
    /// The label of each axis' value, by the name of the axis.
    pub values: BTreeMap<String, String>,
    /// The memory of all its instances as bought; `null` when the scenario is wrong in this cell.
    pub bought_bytes: Option<u64>,
}

/// All cells, and what they say together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cells {
    /// Each cell; the values of the last axis change first.
    pub each: Vec<CellFigures>,
    /// The settings of the axes that are bands, each over all other axes; empty without any.
    pub band: Vec<BandFigures>,
    /// By which figure axes are weighed: whether members run out of memory, or whether cases fail
    /// where no member ever does.
    pub measure: Measure,
    /// How far each axis moves that share, the farthest first.
    pub swings: Vec<Swing>,
    /// What to choose; `null` where nothing is to be chosen.
    pub cheapest: Option<Cheapest>,
}

/// One cell over all its cases.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CellFigures {
    /// The label of each axis' value, in the order of the axes.
    pub values: Vec<String>,
    /// Cases that did not pass.
    pub failures: Share,
    /// Cases in which a member ran out of memory; of those that ended by themselves.
    pub out_of_memory: Share,
    /// When the first member did, in milliseconds.
    pub oom_at_ms: Figure,
    /// From the end of storm and faults to agreement, in milliseconds.
    pub converge_ms: Figure,
    /// The longest time that a fleet went without service because of a fault, in milliseconds; of
    /// cases in which one did.
    pub rto_ms: Figure,
    /// How long a stretch of one member's writes is lost at most, in milliseconds.
    pub rpo_ms: Figure,
    /// The largest share of its limit that any shard of any member used, in parts of a million.
    pub used_peak_ppm: Figure,
    /// Acknowledged writes and removals lost for good.
    pub lost_writes: Figure,
    /// The memory of all its instances as bought.
    pub bought_bytes: Option<u64>,
    /// What an hour costs, in millionths of a US dollar, where axes have prices.
    pub micro_usd_per_hour: Option<u64>,
}

/// One setting of what no source settles, over all other axes. Cases of one seed are taken as one
/// where bounds are stated.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BandFigures {
    /// The label of each band's value, in the order of the axes.
    pub values: Vec<String>,
    /// Cases that did not pass.
    pub failures: Share,
    /// Cases in which a member ran out of memory.
    pub out_of_memory: Share,
    /// When the first member did, in milliseconds.
    pub oom_at_ms: Figure,
}

/// A share that axes are weighed by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Cases in which a member runs out of memory.
    OutOfMemory,
    /// Cases that do not pass.
    Failures,
}

/// How far an axis moves a share: the difference between two of its values, paired by seed and
/// averaged over the other axes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Swing {
    /// The axis.
    pub axis: String,
    /// The value with the least share.
    pub low: SwingEnd,
    /// The value with the greatest.
    pub high: SwingEnd,
    /// Over so many seeds: those of which all cells count.
    pub seeds: u64,
    /// The difference, in parts of a million.
    pub difference_ppm: i64,
    /// Its lower bound, with 95 % for all pairs of the axis' values together.
    pub difference_low_ppm: i64,
    /// Its upper bound.
    pub difference_high_ppm: i64,
}

/// One end of a swing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SwingEnd {
    /// The label of the value.
    pub value: String,
    /// The share, in parts of a million.
    pub share_ppm: u64,
}

/// The cheapest of what is to be chosen among those of which every case passed: with each value of
/// each band, and under each seed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cheapest {
    /// What counts as its cost.
    pub by: CostUnit,
    /// The one for all circumstances together; `null` when none stands them all.
    pub overall: Option<Chosen>,
    /// The one for each combination of circumstances, where there are any.
    pub each: Vec<ForCircumstances>,
}

/// What a configuration costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostUnit {
    /// The sum of what its values cost an hour.
    MicroUsdPerHour,
    /// The memory of all instances as bought.
    BoughtBytes,
}

/// A configuration of which every case passed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Chosen {
    /// The label of each chosen value, in the order of the axes that are choices.
    pub values: Vec<String>,
    /// What it costs.
    pub cost: u64,
    /// Its failing cases in a cell: none of so many, and so at most so large a share.
    pub failures: Share,
    /// The values of others that always pass at the same cost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equals: Vec<Vec<String>>,
}

/// What to choose for one combination of circumstances.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ForCircumstances {
    /// The label of each circumstance's value, in the order of the axes that are circumstances.
    pub values: Vec<String>,
    /// What stands it at the least cost; `null` when nothing does.
    pub chosen: Option<Chosen>,
}

impl From<&plan::Axis> for Axis {
    fn from(axis: &plan::Axis) -> Self {
        let values = axis.values.iter().map(|value| AxisValue {
            label: value.label.clone(),
            written: value.written.clone(),
            micro_usd_per_hour: value.micro_usd_per_hour,
        });
        Self {
            name: axis.name.clone(),
            set: axis.set.clone(),
            kind: match axis.kind {
                plan::AxisKind::Choice => AxisKind::Choice,
                plan::AxisKind::Circumstance => AxisKind::Circumstance,
                plan::AxisKind::Band => AxisKind::Band,
            },
            values: values.collect(),
        }
    }
}
