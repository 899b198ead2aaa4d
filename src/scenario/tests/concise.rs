//! Plans as scenarios that say no more than they must.

use super::{EVERYTHING, SMALL, plan};
use crate::scenario::{concise_form, defaulted, normal_form, parse, starter};

#[test]
fn what_is_left_out_makes_no_difference() {
    for text in [EVERYTHING, SMALL, &starter("first")] {
        let plan = plan(text);
        let concise = concise_form(&plan);
        let again = parse("concise.ron", &concise, &[]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(normal_form(&again), normal_form(&plan), "{concise}");
        assert_eq!(
            concise_form(&again),
            concise,
            "nothing more can be left out"
        );
        assert!(concise.len() < normal_form(&plan).len());
    }
}

#[test]
fn a_small_scenario_stays_small() {
    let concise = concise_form(&plan(SMALL));
    assert!(!concise.contains("assumptions"), "{concise}");
    assert!(!concise.contains("routes"), "{concise}");
    assert!(!concise.contains("high_availability"), "{concise}");
}

#[test]
fn each_default_is_another_plan() {
    assert!(
        defaulted(&plan(SMALL)).is_empty(),
        "all is as it is by default"
    );
    let changed = SMALL.replacen(
        "instances:",
        "assumptions: (backlog_bytes: \"1MB\", record_bytes: \"240B\"), tie_break: Seeded,\n\
         instances:",
        1,
    );
    let changed = plan(&changed);
    let plans = defaulted(&changed);
    // All assumptions, the tie-break, and each of the two assumptions.
    assert_eq!(plans.len(), 4);
    assert_eq!(plans[0].assumptions, plan(SMALL).assumptions);
    for plan in plans {
        assert_ne!(normal_form(&plan), normal_form(&changed));
    }
}
