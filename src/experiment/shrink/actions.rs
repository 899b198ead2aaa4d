//! Fewer actions: steps of the timeline, rules, and what is demanded of them.

use std::collections::BTreeSet;

use crate::experiment::shrink::failure::Failure;
use crate::experiment::shrink::passes::with;
use crate::experiment::shrink::search::Search;
use crate::id::RegionId;
use crate::plan::{Incident, Plan, Step};
use crate::quantity::Ratio;

/// Steps, a fault and what ends it as one.
pub(super) fn faults(search: &mut Search<'_>) {
    search.thin(units(&search.plan), |plan, kept| {
        with_steps(plan, &kept.concat())
    });
}

/// Steps, each alone: of a fault also its end.
pub(super) fn steps(search: &mut Search<'_>) {
    let all: Vec<usize> = (0..search.plan.timeline.len()).collect();
    search.thin(all, with_steps);
}

/// Rules and alerts.
pub(super) fn rules(search: &mut Search<'_>) {
    let all = search.plan.rules.clone();
    search.thin(all, |plan, kept| {
        with(plan, |plan| plan.rules = kept.to_vec())
    });
}

/// Expectations: those that hold need not be asked.
pub(super) fn expectations(search: &mut Search<'_>) {
    let all = search.plan.expectations.clone();
    search.thin(all, |plan, kept| {
        with(plan, |plan| plan.expectations = kept.to_vec())
    });
}

/// What steps demand of replies, fates and states: of all steps, then of each.
pub(super) fn demands(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let count = plan.timeline.len();
    if slot > count || count == 0 {
        return None;
    }
    let of = match slot {
        0 => 0..count,
        slot => slot - 1..slot,
    };
    Some(vec![with(plan, |plan| {
        for timed in &mut plan.timeline[of] {
            demand_nothing(&mut timed.step);
        }
    })])
}

/// Pairs of regions that faults lie between: each is left alone.
pub(super) fn directions(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let mut pairs = BTreeSet::new();
    let mut scratch = plan.clone();
    scratch.each_step(&mut |step| {
        let routes = step.routes_mut().into_iter().flatten();
        pairs.extend(routes.map(|(from, to)| ((*from).min(*to), (*from).max(*to))));
    });
    let (one, other) = pairs.into_iter().nth(slot)?;
    Some(vec![with(plan, |plan| {
        let is_other = |&(from, to): &(RegionId, RegionId)| {
            (from, to) != (one, other) && (from, to) != (other, one)
        };
        plan.timeline
            .retain_mut(|timed| keep_routes(&mut timed.step, &is_other));
    })])
}

/// Leaves of the routes of a step those that `keep` names; whether any are left, where the step
/// names routes at all.
pub(super) fn keep_routes(step: &mut Step, keep: &dyn Fn(&(RegionId, RegionId)) -> bool) -> bool {
    let Some(routes) = step.routes_mut() else {
        return true;
    };
    let named_any = !routes.is_empty();
    routes.retain(keep);
    !named_any || !routes.is_empty()
}

fn with_steps(plan: &Plan, kept: &[usize]) -> Plan {
    let mut kept = kept.to_vec();
    kept.sort_unstable();
    with(plan, |plan| {
        let steps = kept.iter().map(|at| plan.timeline[*at].clone());
        plan.timeline = steps.collect();
    })
}

/// The steps by their positions: what ends a fault stands with the fault.
pub(super) fn units(plan: &Plan) -> Vec<Vec<usize>> {
    let steps: Vec<&Step> = plan.timeline.iter().map(|timed| &timed.step).collect();
    let mut units: Vec<Vec<usize>> = Vec::new();
    let mut taken = BTreeSet::new();
    for (at, step) in steps.iter().enumerate() {
        if taken.contains(&at) {
            continue;
        }
        let later = (at + 1..steps.len()).filter(|later| !taken.contains(later));
        let end = later.into_iter().find(|later| ends(steps[*later], step));
        taken.extend(end);
        units.push([Some(at), end].into_iter().flatten().collect());
    }
    units
}

/// Faults that steps begin and none ends.
pub(super) fn lasting(plan: &Plan) -> usize {
    let alone = units(plan).into_iter().filter(|unit| unit.len() == 1);
    let steps = alone.map(|unit| &plan.timeline[unit[0]].step);
    steps.filter(|step| has_an_end(step)).count()
}

/// Whether a step begins a fault that lasts until another step ends it.
fn has_an_end(step: &Step) -> bool {
    match step {
        Step::Outage { .. } | Step::Partition(_) | Step::Incident(Incident::Stall(_)) => true,
        Step::Skew { by_ms, .. } => *by_ms != 0,
        Step::Degrade { .. } => !is_harmless(step),
        _ => false,
    }
}

/// Whether a step ends the fault that another one begins.
fn ends(step: &Step, fault: &Step) -> bool {
    match (fault, step) {
        (Step::Outage { region, .. }, Step::Return(back)) => region == back,
        (
            Step::Skew { region, .. },
            Step::Skew {
                region: right,
                by_ms: 0,
            },
        ) => region == right,
        (Step::Partition(cut), Step::Heal(healed)) => healed.is_empty() || meet(cut, healed),
        (Step::Degrade { routes, .. }, Step::Degrade { routes: later, .. }) => {
            !is_harmless(fault) && is_harmless(step) && meet(routes, later)
        }
        (Step::Incident(Incident::Stall(one)), Step::Incident(Incident::Resume(other))) => {
            one.on == other.on
        }
        _ => false,
    }
}

fn meet(one: &[(RegionId, RegionId)], other: &[(RegionId, RegionId)]) -> bool {
    one.iter().any(|route| other.contains(route))
}

/// Whether a degradation puts delay and bandwidth back to what they were.
fn is_harmless(step: &Step) -> bool {
    let Step::Degrade {
        delay, bandwidth, ..
    } = step
    else {
        return false;
    };
    (*delay, *bandwidth) == (Ratio::ONE, Ratio::ONE)
}

fn demand_nothing(step: &mut Step) {
    match step {
        Step::Command { reply, effects, .. } => {
            *reply = None;
            *effects = None;
        }
        Step::Show(_, then) => then.clear(),
        Step::Request(asked) => {
            asked.fate = None;
            asked.then.clear();
        }
        _ => {}
    }
}
