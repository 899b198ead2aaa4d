//! Less time: the tail of the storm, its quiet beginning, the settling, fleets' windows, how long
//! faults last.

use crate::experiment::shrink::actions::units;
use crate::experiment::shrink::failure::Failure;
use crate::experiment::shrink::passes::with;
use crate::plan::Plan;
use crate::time::{SimDuration, SimTime};

/// No storm is made shorter than this: there is nothing to see in it.
const STORM_MIN: SimDuration = SimDuration::from_secs(1);

/// So much of the time until the failure, and no less than a second, is left behind it.
const BEHIND: u64 = 20;

/// The storm up to shortly behind the failure, or to a part of it.
pub(super) fn tail(plan: &Plan, failure: &Failure, slot: usize) -> Option<Vec<Plan>> {
    if slot > 0 {
        return None;
    }
    let storm = plan.storm;
    let until = failure.at.map_or(storm, |at| at.since(SimTime::ZERO));
    let behind = until + (until / BEHIND).max(STORM_MIN);
    // What hardly shortens the storm would be undone by rounding it.
    let parts = [behind, STORM_MIN, storm / 10, storm / 2, storm * 3 / 4];
    let worth = STORM_MIN..storm * 9 / 10;
    let parts = parts.into_iter().filter(|one| worth.contains(one));
    Some(parts.map(|one| cut(plan, one)).collect())
}

/// The plan with a shorter storm.
pub(super) fn cut(plan: &Plan, storm: SimDuration) -> Plan {
    let end = SimTime::ZERO + storm;
    with(plan, |plan| {
        plan.storm = storm;
        plan.timeline.retain(|timed| timed.at <= end);
        let fleets = plan.fleets.iter().filter(|fleet| fleet.starts < end);
        plan.fleets = fleets.cloned().collect();
        for fleet in plan.fleets.iter_mut() {
            fleet.ends = fleet.ends.min(end);
        }
    })
}

/// The time before the first step, all of it or half.
pub(super) fn lead(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let first = plan.timeline.first().filter(|_| slot == 0)?.at;
    let lead = first.since(SimTime::ZERO);
    let leads = [lead, lead / 2].into_iter();
    let worth = leads.filter(|one| *one > SimDuration::ZERO && *one < plan.storm);
    Some(worth.map(|one| earlier(plan, one)).collect())
}

/// The plan with everything earlier.
fn earlier(plan: &Plan, by: SimDuration) -> Plan {
    let moved = |at: SimTime| SimTime::ZERO + (at.since(SimTime::ZERO) - by);
    with(plan, |plan| {
        plan.storm = plan.storm - by;
        for timed in &mut plan.timeline {
            timed.at = moved(timed.at);
        }
        for fleet in plan.fleets.iter_mut() {
            (fleet.starts, fleet.ends) = (moved(fleet.starts), moved(fleet.ends));
        }
        let fleets = plan.fleets.iter().filter(|fleet| fleet.starts < fleet.ends);
        plan.fleets = fleets.cloned().collect();
    })
}

/// The settling: none, or half of it.
pub(super) fn settle(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let lengths = [SimDuration::ZERO, plan.settle / 10, plan.settle / 2];
    (slot == 0).then(|| {
        lengths
            .map(|length| with(plan, |plan| plan.settle = length))
            .into()
    })
}

/// Each fleet's window: the first or the second half of it.
pub(super) fn windows(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let (id, fleet) = plan.fleets.entries().nth(slot)?;
    let length = fleet.ends.since(fleet.starts);
    if length < SimDuration::from_secs(1) {
        return Some(Vec::new());
    }
    let middle = fleet.starts + length / 2;
    Some(vec![
        with(plan, |plan| {
            plan.fleets[id].ends = fleet.starts + length / 10
        }),
        with(plan, |plan| plan.fleets[id].ends = middle),
        with(plan, |plan| plan.fleets[id].starts = middle),
    ])
}

/// How long each fault lasts: a tenth of it, or half.
pub(super) fn lengths(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let unit = units(plan).into_iter().nth(slot)?;
    let [begin, end] = unit[..] else {
        return Some(Vec::new());
    };
    let begins = plan.timeline[begin].at;
    let length = plan.timeline[end].at.since(begins);
    let shorter = [length / 10, length / 2].into_iter();
    let shorter = shorter.filter(|one| *one > SimDuration::ZERO);
    let plans = shorter.map(|one| {
        with(plan, |plan| {
            plan.timeline[end].at = begins + one;
            plan.timeline.sort_by_key(|timed| timed.at);
        })
    });
    Some(plans.collect())
}
