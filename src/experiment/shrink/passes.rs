//! The passes, in their order.

use std::cell::RefCell;

use crate::experiment::shrink::failure::Failure;
use crate::experiment::shrink::search::Search;
use crate::experiment::shrink::{actions, cast, load, magnitudes, phases, rounded};
use crate::plan::Plan;
use crate::scenario;

/// Smaller plans for one place of a plan, the smallest first; none behind the last place.
type Places = fn(&Plan, &Failure, usize) -> Option<Vec<Plan>>;

/// How a pass makes plans smaller.
enum Way {
    /// By itself.
    Own(fn(&mut Search<'_>)),
    /// Place by place: a place that yields is tried again.
    Each(Places),
}

/// What is made smaller, and how. Expectations come first, as one that holds now may not hold any
/// more in a smaller plan, which then would fail in another way; what makes runs shorter comes
/// early.
const PASSES: [(&str, Way); 25] = [
    ("expectations", Way::Own(actions::expectations)),
    ("faults", Way::Own(actions::faults)),
    ("steps", Way::Own(actions::steps)),
    ("rules", Way::Own(actions::rules)),
    ("demands", Way::Each(actions::demands)),
    ("tail", Way::Each(phases::tail)),
    ("lead", Way::Each(phases::lead)),
    ("settling", Way::Each(phases::settle)),
    ("instances", Way::Each(cast::instances)),
    ("directions", Way::Each(actions::directions)),
    ("fleets", Way::Each(load::fleets)),
    ("operations", Way::Each(load::mixes)),
    ("principals", Way::Each(cast::principals)),
    ("populations", Way::Each(load::unused)),
    ("keys", Way::Each(load::keys)),
    ("popularity", Way::Each(load::popularity)),
    ("rates", Way::Each(magnitudes::rates)),
    ("windows", Way::Each(phases::windows)),
    ("lengths", Way::Each(phases::lengths)),
    ("magnitudes", Way::Each(magnitudes::faults)),
    ("reactions", Way::Each(magnitudes::reactions)),
    ("defaults", Way::Own(defaults)),
    ("clocks and losses", Way::Own(clocks_and_losses)),
    ("round times", Way::Each(rounded::times)),
    ("round amounts", Way::Each(rounded::amounts)),
];

/// All passes again and again, until none of them finds anything or no more runs may be made.
pub(super) fn all(search: &mut Search<'_>) {
    loop {
        let before = scenario::normal_form(&search.plan);
        for (name, way) in &PASSES {
            if search.is_over() {
                return;
            }
            search.pass = name;
            match way {
                Way::Own(pass) => pass(search),
                Way::Each(places) => each(search, *places),
            }
        }
        if scenario::normal_form(&search.plan) == before {
            return;
        }
    }
}

/// Goes from place to place. What yields is tried again before the next, and nothing before it.
fn each(search: &mut Search<'_>, places: Places) {
    let mut from = 0;
    loop {
        let (plan, failure) = (search.plan.clone(), search.failure.clone());
        let slots = RefCell::new(Vec::new());
        let of_slot = |slot| places(&plan, &failure, slot).map(|plans| (slot, plans));
        let candidates = (from..).map_while(of_slot).flat_map(|(slot, plans)| {
            let all = std::iter::repeat_n(slot, plans.len());
            slots.borrow_mut().extend(all);
            plans
        });
        match search.take(candidates) {
            Some(taken) => from = slots.borrow()[taken],
            None => return,
        }
    }
}

/// What has a default, by groups and then alone.
fn defaults(search: &mut Search<'_>) {
    while search.take(scenario::defaulted(&search.plan)).is_some() {}
}

/// What the defaults have left of clocks that are off and of routes that lose.
fn clocks_and_losses(search: &mut Search<'_>) {
    each(search, magnitudes::clocks);
    each(search, magnitudes::losses);
}

/// A plan with a change.
pub(super) fn with(plan: &Plan, change: impl FnOnce(&mut Plan)) -> Plan {
    let mut changed = plan.clone();
    change(&mut changed);
    changed
}
