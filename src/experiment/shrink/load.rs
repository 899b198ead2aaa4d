//! Less traffic and fewer keys: fleets, what they do, and what they do it to.

use crate::experiment::shrink::failure::Failure;
use crate::experiment::shrink::passes::with;
use crate::id::{Id, IdVec, PopulationId};
use crate::plan::{Plan, Popularity, Population, Sizes, ValueKind};
use crate::quantity::Ratio;

/// All fleets, then each.
pub(super) fn fleets(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let gone = plan.fleets.ids().nth(slot)?;
    let mut plans = Vec::new();
    if slot == 0 {
        plans.push(with(plan, |plan| plan.fleets = IdVec::new()));
    }
    plans.push(with(plan, |plan| {
        let others = plan.fleets.entries().filter(|(id, _)| *id != gone);
        plan.fleets = others.map(|(_, fleet)| fleet.clone()).collect();
    }));
    Some(plans)
}

/// Operations of each fleet's mix: one of them alone, then all but one.
pub(super) fn mixes(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let (id, fleet) = plan.fleets.entries().nth(slot)?;
    if fleet.mix.len() < 2 {
        return Some(Vec::new());
    }
    let operations = 0..fleet.mix.len();
    let alone = operations.clone().map(|at| {
        with(plan, |plan| {
            plan.fleets[id].mix = vec![(fleet.mix[at].0, 1)];
        })
    });
    let without = operations.map(|at| {
        with(plan, |plan| {
            plan.fleets[id].mix.remove(at);
        })
    });
    Some(alone.chain(without).collect())
}

/// Populations that no fleet uses.
pub(super) fn unused(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let gone = plan.populations.ids().nth(slot)?;
    if plan.fleets.iter().any(|fleet| fleet.population == gone) {
        return Some(Vec::new());
    }
    Some(vec![with(plan, |plan| {
        let others = plan.populations.entries().filter(|(id, _)| *id != gone);
        plan.populations = others.map(|(_, one)| one.clone()).collect();
        for fleet in plan.fleets.iter_mut().filter(|one| one.population > gone) {
            fleet.population = PopulationId::at(fleet.population.index() - 1);
        }
    })])
}

/// The keys of each population: fewer, smaller, simpler, and used alike.
pub(super) fn keys(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let id = plan.populations.ids().nth(slot)?;
    let own = &plan.populations[id];
    let mut plans = Vec::new();
    let mut push = |change: &dyn Fn(&mut Population)| {
        plans.push(with(plan, |plan| change(&mut plan.populations[id])));
    };
    push(&|one| one.filled = 0);
    for keys in [1, own.keys / 10, own.keys / 2] {
        push(&|one| {
            one.keys = keys.max(1).min(one.keys);
            one.filled = one.filled.min(one.keys);
        });
    }
    push(&|one| one.filled /= 2);
    push(&|one| one.expiring = Ratio::default());
    push(&|one| one.tagged = Ratio::default());
    match own.kind {
        ValueKind::Hash { fields } if fields > 1 => {
            push(&|one| one.kind = ValueKind::Hash { fields: fields / 2 });
        }
        ValueKind::Set { members } if members > 1 => {
            let members = members / 2;
            push(&|one| one.kind = ValueKind::Set { members });
        }
        _ => {}
    }
    let sizes = match &own.value_bytes {
        Sizes::Constant(size) => [1, size / 10, size / 2].map(|less| less.max(1).min(*size)),
        Sizes::Uniform(from, to) => [*from, from / 2 + to / 2, *to],
        Sizes::Weighted(sizes) => {
            let each = sizes.iter().map(|(size, _)| *size);
            [
                each.clone().min().unwrap_or(1),
                sizes.first().map_or(1, |(size, _)| *size),
                each.max().unwrap_or(1),
            ]
        }
    };
    for size in sizes {
        push(&|one| one.value_bytes = Sizes::Constant(size));
    }
    Some(plans)
}

/// Which keys each fleet uses: all alike.
pub(super) fn popularity(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let id = plan.fleets.ids().nth(slot)?;
    Some(vec![with(plan, |plan| {
        plan.fleets[id].popularity = Popularity::Uniform;
    })])
}
