//! Round numbers: whole hours, minutes or seconds, and 1, 2 or 5 with zeros behind.

use std::collections::BTreeSet;

use crate::experiment::shrink::failure::Failure;
use crate::experiment::shrink::passes::with;
use crate::plan::{Arrivals, Plan, Sizes};
use crate::time::{SimDuration, SimTime};

/// What times are rounded to, in milliseconds.
const UNITS_MS: [u64; 12] = [
    3_600_000, 1_800_000, 600_000, 300_000, 60_000, 30_000, 10_000, 5_000, 1_000, 500, 100, 10,
];

/// No time moves by more than this part of itself.
const MOVED: u64 = 8;

/// Times: all at once, then each value wherever it stands.
pub(super) fn times(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let mut values = BTreeSet::new();
    each_time(&mut plan.clone(), &mut |time| {
        values.insert(time);
        time
    });
    let Some(slot) = slot.checked_sub(1) else {
        let coarsest = |time| rounded(time).first().copied().unwrap_or(time);
        return Some(vec![with(plan, |plan| {
            each_time(plan, &mut |time| coarsest(time))
        })]);
    };
    let value = values.into_iter().nth(slot)?;
    let plans = rounded(value).into_iter().map(|to| {
        with(plan, |plan| {
            each_time(plan, &mut |time| if time == value { to } else { time });
        })
    });
    Some(plans.collect())
}

/// Rounder times near one, the roundest first; none that is less round than it is.
fn rounded(nanos: u64) -> Vec<u64> {
    let units = UNITS_MS.iter().map(|ms| SimDuration::from_millis(*ms).0);
    let rougher = units.take_while(|unit| !nanos.is_multiple_of(*unit));
    let near = rougher.map(|unit| nanos.saturating_add(unit / 2) / unit * unit);
    let mut near: Vec<u64> = near
        .filter(|to| to.abs_diff(nanos) <= nanos / MOVED)
        .collect();
    near.dedup();
    near
}

/// Puts what `change` makes of it in the place of every time, in nanoseconds.
fn each_time(plan: &mut Plan, change: &mut dyn FnMut(u64) -> u64) {
    let mut length = |one: &mut SimDuration| *one = SimDuration(change(one.0));
    length(&mut plan.storm);
    length(&mut plan.settle);
    for rule in &mut plan.rules {
        length(&mut rule.reaction);
    }
    let mut time = |one: &mut SimTime| *one = SimTime(change(one.0));
    for timed in &mut plan.timeline {
        time(&mut timed.at);
    }
    for fleet in plan.fleets.iter_mut() {
        time(&mut fleet.starts);
        time(&mut fleet.ends);
    }
    plan.timeline.sort_by_key(|timed| timed.at);
}

/// Rates, numbers of keys and sizes: all at once, then each value wherever it stands.
pub(super) fn amounts(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let mut values = BTreeSet::new();
    each_amount(&mut plan.clone(), &mut |amount| {
        values.insert(amount);
        amount
    });
    let Some(slot) = slot.checked_sub(1) else {
        return Some(vec![with(plan, |plan| each_amount(plan, &mut preferred))]);
    };
    let value = values.into_iter().nth(slot)?;
    Some(vec![with(plan, |plan| {
        each_amount(plan, &mut |amount| match amount == value {
            true => preferred(amount),
            false => amount,
        });
    })])
}

/// The largest of 1, 2, 5, 10, 20, 50 and so on that is not above an amount.
fn preferred(amount: u64) -> u64 {
    let power = 10_u64.pow(amount.checked_ilog10().unwrap_or(0));
    match amount / power {
        0 => 0,
        1 => power,
        2..=4 => 2 * power,
        _ => 5 * power,
    }
}

fn each_amount(plan: &mut Plan, change: &mut dyn FnMut(u64) -> u64) {
    for fleet in plan.fleets.iter_mut() {
        let (Arrivals::Constant(rate) | Arrivals::Poisson(rate)) = &mut fleet.arrivals;
        rate.millihertz = change(rate.millihertz);
    }
    // No amount becomes larger, so each still fits.
    let mut small = |one: &mut u32| *one = u32::try_from(change(u64::from(*one))).unwrap_or(*one);
    for population in plan.populations.iter_mut() {
        small(&mut population.keys);
        small(&mut population.filled);
        if let Sizes::Constant(size) = &mut population.value_bytes {
            small(size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{preferred, rounded};

    #[test]
    fn times_become_round_and_stay_near() {
        let of = |ms: u64| {
            let near = rounded(ms * 1_000_000).into_iter();
            near.map(|to| to / 1_000_000).collect::<Vec<_>>()
        };
        assert_eq!(of(307_300), [300_000, 310_000, 305_000, 307_000, 307_500]);
        assert!(of(3_600_000).is_empty(), "nothing is rounder");
        assert!(of(90_000).is_empty(), "nothing rounder is near");
        assert_eq!(of(3_700_000)[0], 3_600_000);
        assert!(of(0).is_empty());
    }

    #[test]
    fn amounts_are_preferred_numbers() {
        let of = [0, 1, 3, 7, 10, 19, 999, 4_321].map(preferred);
        assert_eq!(of, [0, 1, 2, 5, 10, 10, 500, 2_000]);
    }
}
