//! The state of each region, from what holds in the group.

use crate::history::Conditions;
use crate::id::{Id, InstanceId, RegionId};
use crate::metrics::timeline::{LaneState, RegionLane};
use crate::time::SimTime;

/// Writes the state of every region at `at` into its lane.
pub(super) fn update(lanes: &mut [RegionLane], conditions: &Conditions, at: SimTime) {
    for (index, lane) in lanes.iter_mut().enumerate() {
        lane.change(at, state(conditions, RegionId::at(index)));
    }
}

/// Where several states hold, the worst.
fn state(conditions: &Conditions, region: RegionId) -> LaneState {
    let roster = conditions.roster();
    let here: Vec<InstanceId> = roster.instances_in(region).collect();
    let is_unlinked = |instance: &InstanceId| conditions.is_unlinked(*instance);
    let any = |of: fn(&Conditions, InstanceId) -> bool| {
        here.iter().any(|instance| of(conditions, *instance))
    };
    // Routes to former members concern nobody.
    let is_peer = |other: &RegionId| {
        let mut there = roster.instances_in(*other);
        *other != region && (here.is_empty() || there.any(|instance| !is_unlinked(&instance)))
    };
    let others: Vec<RegionId> = roster.regions.ids().filter(is_peer).collect();
    let is_joined = |holds: fn(&Conditions, RegionId, RegionId) -> bool| {
        let both = |other: &RegionId| {
            holds(conditions, region, *other) || holds(conditions, *other, region)
        };
        others.iter().any(both)
    };
    let states = [
        (LaneState::Dark, conditions.is_dark(region)),
        (
            LaneState::Unlinked,
            !here.is_empty() && here.iter().all(is_unlinked),
        ),
        (LaneState::FailingOver, conditions.is_failing_over(region)),
        (LaneState::OutOfMemory, any(Conditions::is_full)),
        (LaneState::Partitioned, is_joined(Conditions::is_cut)),
        (LaneState::Resyncing, any(Conditions::is_syncing)),
        (LaneState::Degraded, is_joined(Conditions::is_degraded)),
    ];
    let holding = states.into_iter().find(|(_, holds)| *holds);
    holding.map_or(LaneState::Up, |(state, _)| state)
}
