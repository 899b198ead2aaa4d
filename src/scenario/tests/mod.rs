//! Whole files in, plans or messages out.

mod assumed;
mod bad;
mod chance;
mod concise;
mod faults;
mod good;
mod mutated;
mod outlined;
mod overridden;
mod vary;
mod wrong;

use crate::plan::Plan;
use crate::scenario::diagnostic::Mistakes;
use crate::scenario::parse;

/// A small right file to make mistakes in.
const SMALL: &str = include_str!("small.ron");
/// Everything a scenario can say.
const EVERYTHING: &str = include_str!("everything.ron");

/// The plan of a file that must be right.
fn plan(text: &str) -> Plan {
    match parse("test.ron", text, &[]) {
        Ok(plan) => plan,
        Err(mistakes) => panic!("{mistakes}"),
    }
}

/// What is wrong with a file that must be wrong.
fn mistakes(text: &str, overrides: &[&str]) -> Mistakes {
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    parse("test.ron", text, &overrides).expect_err("the file is wrong on purpose")
}

/// A plan as text, without the lines it was made from.
fn faceless(mut plan: Plan) -> String {
    plan.timeline.iter_mut().for_each(|step| step.place.clear());
    plan.expectations
        .iter_mut()
        .for_each(|expectation| expectation.place.clear());
    format!("{plan:#?}")
}
