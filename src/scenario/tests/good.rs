//! Right files, their plans and their normal forms.

use super::{EVERYTHING, SMALL, faceless, plan};
use crate::plan::Step;
use crate::scenario::{explain_plan, normal_form, parse, reference, starter};

#[test]
fn everything_loads_into_its_normal_form() {
    insta::assert_snapshot!("everything", normal_form(&plan(EVERYTHING)));
}

#[test]
fn the_normal_form_is_a_fixed_point() {
    for text in [EVERYTHING, &starter("first")] {
        let first = plan(text);
        let normal = normal_form(&first);
        let again = parse("plan.ron", &normal, &[]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(normal_form(&again), normal);
        let mut named = first;
        if named.name == "test" {
            named.name = again.name.clone();
        }
        assert_eq!(faceless(again), faceless(named));
    }
}

#[test]
fn the_starter_is_a_scenario() {
    let plan = plan(&starter("first"));
    assert_eq!(plan.fleets.len(), 2);
    assert!(starter("first").contains("meridian run first.ron"));
}

#[test]
fn a_plan_explains_itself() {
    insta::assert_snapshot!("explained", explain_plan(&plan(EVERYTHING)));
}

#[test]
fn the_reference_names_every_word() {
    insta::assert_snapshot!("reference", reference());
}

#[test]
fn degradations_keep_the_loss_of_their_routes() {
    let plan = plan(EVERYTHING);
    let losses: Vec<u64> = plan
        .timeline
        .iter()
        .filter_map(|step| match &step.step {
            Step::Degrade { loss, .. } => Some(loss.ppm),
            _ => None,
        })
        .collect();
    // What is restored is as it was, whatever that is.
    assert_eq!(losses, [0, 1_000, 0, 100_000]);
}

#[test]
fn ten_thousand_steps_load() {
    let steps: String = (0..10_000)
        .map(|number| {
            format!(
                "(at: \"{number}ms\", do: Command(on: \"redis-us\", run: \"INCR {number}\")),\n"
            )
        })
        .collect();
    let text = SMALL.replace("timeline: [", &format!("timeline: [\n{steps}"));
    assert_eq!(plan(&text).timeline.len(), 10_002);
}
