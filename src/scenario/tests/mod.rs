//! Whole files in, plans or messages out.

mod good;

use super::{normal_form, parse};
use crate::plan::Plan;

/// The plan of a file that must be right.
fn plan(text: &str) -> Plan {
    match parse("test.ron", text, &[]) {
        Ok(plan) => plan,
        Err(mistakes) => panic!("{mistakes}"),
    }
}

/// A plan as text, without the lines it was made from.
fn faceless(mut plan: Plan) -> String {
    plan.timeline.iter_mut().for_each(|step| step.place.clear());
    plan.expectations.iter_mut().for_each(|expectation| expectation.place.clear());
    format!("{plan:#?}")
}
