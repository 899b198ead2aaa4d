//! Weaker: rates, faults, reactions, clocks.

use crate::experiment::shrink::failure::Failure;
use crate::experiment::shrink::passes::with;
use crate::plan::{Arrivals, Incident, Memory, Plan, Step};
use crate::quantity::{Rate, Ratio};
use crate::time::SimDuration;

/// How often each fleet does something: a tenth, or half as often.
pub(super) fn rates(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let (id, fleet) = plan.fleets.entries().nth(slot)?;
    let millihertz = fleet.arrivals.rate().millihertz;
    let less = [millihertz / 100, millihertz / 10, millihertz / 2].into_iter();
    let plans = less.map(|millihertz| {
        let rate = Rate { millihertz };
        with(plan, |plan| match &mut plan.fleets[id].arrivals {
            Arrivals::Constant(own) | Arrivals::Poisson(own) => *own = rate,
        })
    });
    Some(plans.collect())
}

/// Each fault: as harmless as it can be, then half as bad.
pub(super) fn faults(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let timed = plan.timeline.get(slot)?;
    let put = |step: Step| with(plan, |plan| plan.timeline[slot].step = step);
    Some(milder(&timed.step).into_iter().map(put).collect())
}

/// Milder forms of a step, the mildest first.
fn milder(step: &Step) -> Vec<Step> {
    match step {
        Step::Outage {
            region,
            memory: Memory::Lost,
        } => vec![Step::Outage {
            region: *region,
            memory: Memory::Kept,
        }],
        Step::Incident(Incident::Failover {
            on,
            shards,
            planned: false,
        }) => vec![Step::Incident(Incident::Failover {
            on: *on,
            shards: shards.clone(),
            planned: true,
        })],
        Step::Degrade {
            routes,
            delay,
            bandwidth,
            loss,
        } => {
            let with = |delay: Ratio, bandwidth: Ratio, loss: Ratio| Step::Degrade {
                routes: routes.clone(),
                delay,
                bandwidth,
                loss,
            };
            let half = |from: Ratio, to: Ratio| Ratio {
                ppm: u64::midpoint(from.ppm, to.ppm),
            };
            let none = Ratio::default();
            vec![
                with(Ratio::ONE, *bandwidth, *loss),
                with(*delay, Ratio::ONE, *loss),
                with(*delay, *bandwidth, none),
                with(half(*delay, Ratio::ONE), *bandwidth, *loss),
                with(*delay, half(*bandwidth, Ratio::ONE), *loss),
                with(*delay, *bandwidth, half(*loss, none)),
            ]
        }
        _ => Vec::new(),
    }
}

/// How long the operator takes behind each rule: no time, or half.
pub(super) fn reactions(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let own = plan.rules.get(slot)?.reaction;
    let less = [SimDuration::ZERO, own / 2];
    let plans = less.map(|less| with(plan, |plan| plan.rules[slot].reaction = less));
    Some(plans.into())
}

/// How far each region's clock is off: half of it.
pub(super) fn clocks(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let id = plan.regions.ids().nth(slot)?;
    Some(vec![with(plan, |plan| {
        plan.regions[id].clock_offset_ms /= 2;
    })])
}

/// How much each route loses: half of it.
pub(super) fn losses(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let ppm = plan.routes.get(slot)?.loss.ppm / 2;
    Some(vec![with(plan, |plan| {
        plan.routes[slot].loss = Ratio { ppm }
    })])
}
