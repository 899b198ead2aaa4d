//! The runbook and the alerts: what is watched, and what is done about it.

use crate::id::InstanceId;
use crate::plan::{Condition, Request, Step};
use crate::quantity::{Bytes, Ratio};
use crate::time::SimDuration;

/// When something holds for a while, something is done, once. A rule that does nothing is an alert:
/// it fires each time, and resolves when what it watches holds no more.
#[derive(Clone, Debug)]
pub struct RulePlan {
    /// The rule's name.
    pub name: String,
    /// What makes it fire.
    pub when: Trigger,
    /// How long the operator takes to act.
    pub reaction: SimDuration,
    /// What is then done, in order; nothing for an alert.
    pub then: Vec<Response>,
}

/// What makes a rule fire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trigger {
    /// A metric, as Azure takes it at each full minute.
    Metric(Watch),
    /// Something about the state, looked at ten times a second.
    State {
        /// What must hold.
        condition: Condition,
        /// For how long without a break.
        lasting: SimDuration,
    },
}

/// A metric, whose, and how it is judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watch {
    /// The metric.
    pub metric: Metric,
    /// The instances watched; the first to cross counts.
    pub on: Vec<InstanceId>,
    /// On which side of what value it fires.
    pub bound: Bound,
    /// How the values of a window become one.
    pub aggregation: Aggregation,
    /// The window: with [`Aggregation::Each`], for how long every value must be on that side.
    pub window: SimDuration,
}

/// A threshold, in the metric's unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// Fires at or above.
    AtLeast(u64),
    /// Fires at or below.
    AtMost(u64),
}

impl Bound {
    /// Whether a value is on the side that fires.
    pub fn holds(self, value: u64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }
}

/// How the values of a window become one. Source: Azure Monitor, metric alerts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Aggregation {
    /// They do not: each must be on that side.
    Each,
    /// The greatest.
    Maximum,
    /// The least.
    Minimum,
    /// Their mean, rounded down.
    Average,
}

/// What a rule watches: the first as Azure names them, the last as Redis Enterprise does, which
/// Azure does not show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metric {
    /// `usedmemorypercentage`: of the fullest shard, in parts of a million of its limit.
    UsedMemoryPercentage,
    /// `usedmemory`: bytes over all shards and their replicas.
    UsedMemory,
    /// `geoReplicationHealthy`: 1, or 0.
    GeoReplicationHealthy,
    /// `totalkeys`.
    TotalKeys,
    /// `evictedkeys`, since the last full minute.
    EvictedKeys,
    /// `expiredkeys`, since the last full minute.
    ExpiredKeys,
    /// `operationsPerSecond`, over the last minute.
    OperationsPerSecond,
    /// `pending_local_writes_max`: own writes that the slowest peer has not acknowledged.
    PendingLocalWritesMax,
    /// Bytes of metadata kept because some peer has not acknowledged it.
    UnstableBytes,
}

impl Metric {
    /// The name by which Azure or Redis Enterprise knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::UsedMemoryPercentage => "usedmemorypercentage",
            Self::UsedMemory => "usedmemory",
            Self::GeoReplicationHealthy => "geoReplicationHealthy",
            Self::TotalKeys => "totalkeys",
            Self::EvictedKeys => "evictedkeys",
            Self::ExpiredKeys => "expiredkeys",
            Self::OperationsPerSecond => "operationsPerSecond",
            Self::PendingLocalWritesMax => "pending_local_writes_max",
            Self::UnstableBytes => "unstable bytes",
        }
    }

    /// A value of it in words.
    pub fn words(self, value: u64) -> String {
        match self {
            Self::UsedMemoryPercentage => Ratio { ppm: value }.to_string(),
            Self::UsedMemory | Self::UnstableBytes => Bytes(value).to_string(),
            _ => value.to_string(),
        }
    }
}

/// Something that is done when a rule fires.
#[derive(Clone, Debug)]
pub struct Response {
    /// A request or a fault.
    pub step: Step,
    /// Whether the request goes to the instance that crossed.
    pub to_crossing: bool,
}

impl Response {
    /// What is done when `crossing` is the instance that crossed.
    pub fn step(&self, crossing: InstanceId) -> Step {
        let mut step = self.step.clone();
        if let Step::Request(asked) = &mut step
            && self.to_crossing
        {
            asked.request.send_to(crossing);
        }
        step
    }
}

impl Request {
    /// Sends it to another instance.
    fn send_to(&mut self, to: InstanceId) {
        match self {
            Self::Create { instance: on, .. }
            | Self::ForceLink { on, .. }
            | Self::ForceUnlink { on, .. }
            | Self::Delete { on }
            | Self::Scale { on, .. }
            | Self::Update { on, .. }
            | Self::Flush { on, .. } => *on = to,
        }
    }
}

impl RulePlan {
    /// Whether it only tells.
    pub fn is_alert(&self) -> bool {
        self.then.is_empty()
    }
}

impl Trigger {
    /// What makes the rule fire, in words, instances by the names that `named` gives.
    pub fn words<'a>(&self, named: &dyn Fn(InstanceId) -> &'a str) -> String {
        match self {
            Self::Metric(watch) => {
                let on: Vec<&str> = watch.on.iter().map(|id| named(*id)).collect();
                let metric = watch.metric;
                let bound = match watch.bound {
                    Bound::AtLeast(value) => format!("at or above {}", metric.words(value)),
                    Bound::AtMost(value) => format!("at or below {}", metric.words(value)),
                };
                let aggregated = match watch.aggregation {
                    Aggregation::Each => String::new(),
                    other => format!("{other:?} of ").to_lowercase(),
                };
                let (name, on) = (metric.name(), on.join(" or "));
                format!("{aggregated}{name} of {on} {bound} for {}", watch.window)
            }
            Self::State { condition, lasting } => {
                format!("{} for {lasting}", condition.words(named))
            }
        }
    }
}
