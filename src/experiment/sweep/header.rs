//! What a sweep is of, and its seeds.

use crate::engine::sha256;
use crate::experiment::outcome::{Axis, AxisValue, Header, Limits, Point, Seeds};
use crate::experiment::reproduce;
use crate::experiment::sweep::recipe::seeded;
use crate::plan::Plan;
use crate::scenario;

/// The header of a sweep of `plan`, that of seed 0 in the first cell, read from `file` with
/// `overrides`; the plan is already that of `arm`, if there is one.
pub fn header(
    plan: &Plan,
    file: &str,
    overrides: &[String],
    arm: Option<&str>,
    seeds: Seeds,
    limits: Limits,
) -> Header {
    Header {
        scenario: plan.name.clone(),
        question: plan.question.clone(),
        file: file.to_owned(),
        plan_sha256: sha256(scenario::normal_form(&seeded(plan, 0)).as_bytes()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        overrides: overrides.to_vec(),
        arm: arm.map(str::to_owned),
        axes: plan.axes.iter().map(Axis::from).collect(),
        seeds,
        limits,
    }
}

impl Header {
    /// The command line that runs one case again.
    pub fn reproduce(&self, point: Point) -> String {
        let named = self.axes.iter().zip(self.labels_at(point));
        let axes: Vec<String> = named
            .map(|(axis, label)| format!("{}={label}", axis.name))
            .collect();
        let arm = self.arm.as_deref();
        reproduce::line(&self.file, point.seed, &self.overrides, &axes, arm)
    }

    /// The first thing in which another header is of something else, as its name and both values;
    /// the end of a range of seeds may differ, as the beginning is the same.
    pub fn difference(&self, other: &Self) -> Option<(&'static str, String, String)> {
        let limit = |limits: Limits, of: fn(Limits) -> Option<u64>| {
            of(limits).map_or_else(|| "none".to_owned(), |limit| limit.to_string())
        };
        let facts = |one: &Self| {
            [
                ("version", one.version.clone()),
                ("scenario", one.scenario.clone()),
                ("arm", one.arm.clone().unwrap_or_else(|| "none".to_owned())),
                ("overrides", one.overrides.join(" ")),
                ("axes", worded(&one.axes)),
                ("plan", one.plan_sha256.clone()),
                ("seeds", one.seeds.beginning()),
                (
                    "simulated-max",
                    limit(one.limits, |limits| limits.simulated_ms),
                ),
                (
                    "memory-max",
                    limit(one.limits, |limits| limits.memory_bytes),
                ),
            ]
        };
        let mut both = facts(self).into_iter().zip(facts(other));
        let ((name, ours), (_, theirs)) = both.find(|(ours, theirs)| ours != theirs)?;
        Some((name, ours, theirs))
    }
}

/// All that is said of axes, in a few words.
fn worded(axes: &[Axis]) -> String {
    let value = |value: &AxisValue| {
        let price = value.micro_usd_per_hour;
        let price = price.map_or_else(String::new, |price| format!(" at {price}"));
        format!("{} ({}{price})", value.label, value.written)
    };
    let axis = |axis: &Axis| {
        let values: Vec<String> = axis.values.iter().map(value).collect();
        let set = axis.set.join(" ");
        format!(
            "{} {:?} of {set}: {}",
            axis.name,
            axis.kind,
            values.join(", ")
        )
    };
    match axes {
        [] => "none".to_owned(),
        axes => axes.iter().map(axis).collect::<Vec<_>>().join("; "),
    }
}

impl Seeds {
    /// How many there are.
    pub fn count(&self) -> u64 {
        match self {
            Self::Range(from, until) => until.saturating_sub(*from),
            Self::List(list) => list.len() as u64,
            Self::Points(points) => points.len() as u64,
        }
    }

    /// The seed with this index.
    ///
    /// # Panics
    /// When there is no such seed.
    pub fn at(&self, index: u64) -> u64 {
        let index_in = |length: usize| {
            let index = usize::try_from(index).ok().filter(|index| *index < length);
            index.expect("there is such a seed")
        };
        match self {
            Self::Range(from, until) => {
                assert!(index < until.saturating_sub(*from), "there is such a seed");
                from + index
            }
            Self::List(list) => list[index_in(list.len())],
            Self::Points(points) => points[index_in(points.len())].seed,
        }
    }

    /// As the command line writes them: `0..1000`, or how many are listed.
    pub fn text(&self) -> String {
        match self {
            Self::Range(from, until) => format!("{from}..{until}"),
            Self::List(list) => format!("{} listed", list.len()),
            Self::Points(points) => format!("{} listed", points.len()),
        }
    }

    /// What must be equal for results to go on from.
    fn beginning(&self) -> String {
        match self {
            Self::Range(from, _) => format!("{from}.."),
            Self::List(list) => {
                let words: Vec<String> = list.iter().map(u64::to_string).collect();
                words.join(",")
            }
            Self::Points(points) => {
                let word = |point: &Point| format!("{} in {}", point.seed, point.cell);
                points.iter().map(word).collect::<Vec<_>>().join(",")
            }
        }
    }
}
