//! Fault processes: what befalls targets again and again, drawn from the seed into plain steps.
//!
//! ```text
//! every target ─ its own stream ─► candidates ─ budgets, by time ─► faults ─► steps, in pairs
//! ```
//!
//! Each target of each process draws gaps and lengths from a stream of its own, whether or not a
//! fault then comes to pass: a process more or less, or a smaller budget, moves no other draw.

mod schedule;
#[cfg(test)]
mod tests;

use crate::id::{InstanceId, RegionId};
use crate::plan::{Incident, Step};
use crate::time::{SimDuration, SimTime};

pub(super) use schedule::{Bounds, schedule};

/// Something that befalls each of several targets again and again.
#[derive(Clone, Debug)]
pub(super) struct Process {
    /// What it is called: its streams are named after it.
    pub name: String,
    /// Where the scenario says so: `line:column`.
    pub place: String,
    /// What it befalls.
    pub targets: Vec<Target>,
    /// The mean time to a fault of one target.
    pub every: SimDuration,
    /// When a fault is over.
    pub lasts: Lasting,
    /// How many of its faults there may be at once.
    pub at_once: u32,
    /// How many of its faults there may be.
    pub at_most: u32,
    /// From when they come.
    pub from: SimTime,
    /// Until when they begin.
    pub until: SimTime,
}

/// When a fault is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lasting {
    /// By itself: as far as budgets go, as soon as it has begun.
    Instant,
    /// When it is repaired, with the storm at the latest.
    Repaired {
        /// After how long on average.
        mean: SimDuration,
        /// At least after so long.
        least: SimDuration,
    },
    /// With the storm.
    Storm,
    /// Never.
    ForGood,
}

/// What a process can befall.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// What it is called: its stream is named after it.
    pub name: String,
    /// The faults of it; which one it is is drawn each time.
    pub variants: Vec<Variant>,
}

/// A fault: how it begins and how it ends.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    /// What begins it.
    pub begin: Vec<Step>,
    /// What ends it; empty for what ends by itself.
    pub end: Vec<Step>,
}

/// What a fault holds while it lasts: no two may hold the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Hold {
    /// A region's light.
    Light(RegionId),
    /// A region's clock.
    Clock(RegionId),
    /// Whether messages get from one region to another.
    Way(RegionId, RegionId),
    /// How well they do.
    Quality(RegionId, RegionId),
    /// What comes into an instance.
    Streams(InstanceId),
}

/// What a step takes hold of, or lets go; none where it means all ways at once.
pub(super) fn holds(step: &Step) -> Option<Vec<Hold>> {
    Some(match step {
        Step::Outage { region, .. } | Step::Return(region) => vec![Hold::Light(*region)],
        Step::Skew { region, .. } => vec![Hold::Clock(*region)],
        Step::Heal(ways) if ways.is_empty() => return None,
        Step::Partition(ways) | Step::Heal(ways) => {
            ways.iter().map(|way| Hold::Way(way.0, way.1)).collect()
        }
        Step::Degrade { routes, .. } => {
            let routes = routes.iter();
            routes.map(|way| Hold::Quality(way.0, way.1)).collect()
        }
        Step::Incident(Incident::Stall(streams) | Incident::Resume(streams)) => {
            vec![Hold::Streams(streams.on)]
        }
        Step::Incident(_)
        | Step::Request(_)
        | Step::Command { .. }
        | Step::Received { .. }
        | Step::Show(..) => Vec::new(),
    })
}

impl Process {
    /// All that its faults may take hold of.
    pub(super) fn holds(&self) -> impl Iterator<Item = Hold> {
        let variants = self.targets.iter().flat_map(|target| &target.variants);
        variants.flat_map(Variant::holds)
    }
}

impl Variant {
    fn holds(&self) -> impl Iterator<Item = Hold> {
        self.begin.iter().filter_map(holds).flatten()
    }
}
