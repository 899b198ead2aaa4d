//! Whom steps, rules and demands name.

use crate::id::{InstanceId, RegionId};
use crate::plan::rule::Trigger;
use crate::plan::{Condition, Incident, Judgement, Plan, Request, Step};

/// Looks at an instance that is named, and may put another in its place.
pub type OnInstance<'a> = dyn FnMut(&mut InstanceId) + 'a;

impl Step {
    /// Shows `look` every instance that the step names by id.
    pub fn each_instance(&mut self, look: &mut OnInstance<'_>) {
        match self {
            Self::Command { on, .. } | Self::Received { on, .. } => look(on),
            Self::Show(on, then) => {
                look(on);
                then.iter_mut().for_each(|one| one.each_instance(look));
            }
            Self::Incident(incident) => incident.each_instance(look),
            Self::Request(asked) => {
                asked.request.each_instance(look);
                asked
                    .then
                    .iter_mut()
                    .for_each(|one| one.each_instance(look));
            }
            Self::Outage { .. }
            | Self::Return(_)
            | Self::Skew { .. }
            | Self::Partition(_)
            | Self::Heal(_)
            | Self::Degrade { .. } => {}
        }
    }

    /// Shows `look` every region that the step names.
    pub fn each_region(&mut self, look: &mut dyn FnMut(&mut RegionId)) {
        match self {
            Self::Outage { region, .. }
            | Self::Return(region)
            | Self::Skew { region, .. }
            | Self::Incident(Incident::ZoneLoss(region)) => look(region),
            Self::Partition(_) | Self::Heal(_) | Self::Degrade { .. } => {
                for (from, to) in self.routes_mut().into_iter().flatten() {
                    look(from);
                    look(to);
                }
            }
            Self::Command { .. }
            | Self::Received { .. }
            | Self::Show(..)
            | Self::Incident(_)
            | Self::Request(_) => {}
        }
    }

    /// The routes that a step on routes names; none for any other step.
    pub fn routes_mut(&mut self) -> Option<&mut Vec<(RegionId, RegionId)>> {
        match self {
            Self::Partition(routes) | Self::Heal(routes) | Self::Degrade { routes, .. } => {
                Some(routes)
            }
            _ => None,
        }
    }
}

impl Incident {
    fn each_instance(&mut self, look: &mut OnInstance<'_>) {
        match self {
            Self::Failover { on, .. } | Self::Patch { on, .. } => look(on),
            Self::Stall(streams) | Self::Resume(streams) => {
                look(&mut streams.on);
                streams.from.iter_mut().for_each(look);
            }
            Self::ZoneLoss(_) => {}
        }
    }
}

impl Request {
    fn each_instance(&mut self, look: &mut OnInstance<'_>) {
        match self {
            Self::ForceUnlink { on, drop } => {
                look(on);
                look(drop);
            }
            Self::Create { instance: on, .. }
            | Self::ForceLink { on, .. }
            | Self::Delete { on }
            | Self::Scale { on, .. }
            | Self::Update { on, .. }
            | Self::Flush { on, .. } => look(on),
        }
    }
}

impl Condition {
    /// Shows `look` every instance that the condition is about.
    pub fn each_instance(&mut self, look: &mut OnInstance<'_>) {
        match self {
            Self::Links(on, links) => {
                look(on);
                links.iter_mut().for_each(|(other, _)| look(other));
            }
            Self::Syncing(on, from) => {
                look(on);
                from.iter_mut().for_each(look);
            }
            Self::Resource(on, _)
            | Self::Provisioning(on, _)
            | Self::Locked(on, _)
            | Self::Offers { on, .. }
            | Self::Usable(on, _)
            | Self::UsableOfShard(on, _)
            | Self::Shards(on, _)
            | Self::Serves(on, _) => look(on),
            Self::Unlocked => {}
        }
    }
}

impl Trigger {
    /// Shows `look` every instance that is watched.
    pub fn each_instance(&mut self, look: &mut OnInstance<'_>) {
        match self {
            Self::Metric(watch) => watch.on.iter_mut().for_each(look),
            Self::State { condition, .. } => condition.each_instance(look),
        }
    }
}

impl Judgement {
    /// Shows `look` the instance that the demand is about, if it is about one.
    pub fn each_instance(&mut self, look: &mut OnInstance<'_>) {
        match self {
            Self::OomBetween(on, ..) | Self::MemoryOf { instance: on, .. } => look(on),
            Self::ConvergesWithin(_)
            | Self::StaysApart
            | Self::NoOom
            | Self::MetadataBelowWithin { .. }
            | Self::LostWrites { .. }
            | Self::OverwrittenWrites { .. }
            | Self::Sometimes(_) => {}
        }
    }
}

impl Plan {
    /// Shows `look` every step of the timeline and of the rules, to change.
    pub fn each_step(&mut self, look: &mut dyn FnMut(&mut Step)) {
        let steps = self.timeline.iter_mut().map(|timed| &mut timed.step);
        let responses = self.rules.iter_mut().flat_map(|rule| &mut rule.then);
        steps
            .chain(responses.map(|response| &mut response.step))
            .for_each(look);
    }
}
