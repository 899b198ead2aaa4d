//! The table of assumptions, and what a scenario may make of each.

use super::{SMALL, mistakes, plan};
use crate::assumption::{Assumptions, OomMode, XaddIds};
use crate::network::Delay;
use crate::scenario::schema::assumptions::AssumptionFields;
use crate::scenario::schema::reference::Described;
use crate::scenario::{explain_plan, normal_form};
use crate::time::SimDuration;

/// The small scenario with these assumptions.
fn with(assumptions: &str) -> String {
    let fields = format!("seed: 7, assumptions: ({assumptions}),");
    SMALL.replacen("seed: 7,", &fields, 1)
}

#[test]
fn the_table_and_the_format_name_the_same_assumptions() {
    let listed = Assumptions::default().listed();
    let mut of_table: Vec<(String, &str)> = listed
        .iter()
        .map(|one| (one.id.to_owned(), one.field))
        .collect();
    let mut of_format: Vec<(String, &str)> = AssumptionFields::fields()
        .iter()
        .map(|(field, meaning)| {
            let id = meaning.split(':').next().unwrap_or_default();
            (id.trim().to_owned(), *field)
        })
        .collect();
    of_table.sort();
    of_format.sort();
    assert_eq!(of_table, of_format);
    let distinct = of_table.windows(2).all(|pair| pair[0].0 != pair[1].0);
    assert!(distinct, "every assumption has an id of its own");
    for one in &listed {
        let told = [one.unit, &one.range, &one.value, one.meaning, one.reason];
        assert!(told.iter().all(|text| !text.is_empty()), "{one:?}");
    }
}

/// The ends of a range are taken and stand in the list; what lies beyond the greater is refused,
/// with the range.
#[test]
fn every_range_is_held() {
    let mut checked = 0;
    // One small key, so that it fits whatever the memory.
    let with = |assumptions: &str| {
        let one = "keys: 1, value: \"1B\"";
        with(assumptions).replacen("keys: 1000, value: \"1KB\"", one, 1)
    };
    for one in Assumptions::default().listed() {
        let Some((least, most)) = one.range.split_once(" to ") else {
            continue;
        };
        if one.field == "stale_text" {
            continue;
        }
        // The longest pause is never below the shortest.
        let other = match one.field {
            "reconnect_min" => "reconnect_max: \"24h\", ",
            "reconnect_max" => "reconnect_min: \"1ms\", ",
            _ => "",
        };
        let is_number = one.unit == "a number";
        let quoted = |value: &str| match is_number {
            true => value.to_owned(),
            false => format!("\"{value}\""),
        };
        for end in [least, most] {
            let text = with(&format!("{other}{}: {}", one.field, quoted(end)));
            let listed = plan(&text).assumptions.listed();
            let now = listed.iter().find(|other| other.field == one.field);
            assert_eq!(now.map(|now| &*now.value), Some(end), "{}", one.field);
        }
        let beyond = match is_number {
            true => "1000000001".to_owned(),
            false => format!("\"{}\"", grown(most)),
        };
        let refused = mistakes(&with(&format!("{}: {beyond}", one.field)), &[]).to_string();
        let named =
            refused.contains("out of range") && refused.contains(&format!("`{}`", one.field));
        assert!(named, "{}: {refused}", one.field);
        checked += 1;
    }
    assert_eq!(checked, 54, "ranges");
}

/// A written amount, ten times as large.
fn grown(amount: &str) -> String {
    let digits = amount.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = &amount[..amount.len() - digits.len()];
    format!("{number}0{digits}")
}

#[test]
fn words_and_texts_are_settable() {
    let set = "mirror: false, xadd_ids: Liberal, stale_text: \"LOADING not yet\", \
               oom: Reconcile, oom_unlatch: false";
    let set = plan(&with(set)).assumptions;
    assert_eq!((set.oom, set.oom_unlatch), (OomMode::Reconcile, false));
    assert!(!set.mirror);
    assert_eq!(set.xadd_ids, XaddIds::Liberal);
    assert_eq!(set.stale_text, "LOADING not yet");
    for text in ["", "  ", "a\\tb", &"x".repeat(201)] {
        let refused = mistakes(&with(&format!("stale_text: \"{text}\"")), &[]).to_string();
        assert!(refused.contains("1 to 200 printable"), "{refused}");
    }
}

/// West Europe's round trip to Indonesia Central is published for one direction only.
fn one_way(assumptions: &str) -> String {
    let text = with(assumptions).replace("East US", "Indonesia Central");
    assert!(text.contains("Indonesia Central"));
    text
}

#[test]
fn a_mirrored_route_is_told() {
    let plan = plan(&one_way(""));
    let told: Vec<(&str, &str, bool)> = plan
        .mirrored()
        .iter()
        .map(|route| {
            let name = |id| plan.regions[id].name.as_str();
            (name(route.from), name(route.to), route.median)
        })
        .collect();
    assert_eq!(told, [("West Europe", "Indonesia Central", true)]);
    let explained = explain_plan(&plan);
    let lines = explained
        .lines()
        .filter(|line| line.contains("mirrored (A-MIRROR)"));
    assert_eq!(lines.count(), 1, "{explained}");
    // The normal form has the delays as numbers; that they were mirrored is still known.
    let again = super::plan(&normal_form(&plan));
    assert_eq!(again.mirrored(), plan.mirrored());
}

#[test]
fn a_route_with_a_delay_of_its_own_is_not_mirrored() {
    let routes = "routes: [(between: (\"Indonesia Central\", \"West Europe\"), delay: \"90ms\")],";
    let text = one_way("mirror: false").replacen("seed: 7,", &format!("seed: 7, {routes}"), 1);
    let plan = plan(&text);
    assert_eq!(plan.mirrored(), []);
    assert_eq!(
        plan.routes[0].delay,
        Delay::Constant(SimDuration::from_millis(90))
    );
}

#[test]
fn without_mirroring_the_pair_is_named() {
    insta::assert_snapshot!("not_mirrored", mistakes(&one_way("mirror: false"), &[]));
}

/// P95 falls back to A-JITTER where only the other direction has one and mirroring is off.
#[test]
fn without_mirroring_jitter_is_assumed() {
    let text = |assumptions: &str| {
        let text = with(assumptions).replace("East US", "Australia East");
        text.replace("West Europe", "East US 2")
    };
    let routes = |text: &str| -> Vec<SimDuration> {
        let plan = plan(text);
        plan.routes
            .iter()
            .map(|route| route.delay.ceiling())
            .collect()
    };
    let (on, off) = (routes(&text("")), routes(&text("mirror: false")));
    let changed = on.iter().zip(&off).filter(|(on, off)| on != off).count();
    assert_eq!(changed, 1, "{on:?} {off:?}");
}

#[test]
fn the_tail_is_settable() {
    let ceiling = |tail: &str| {
        let plan = plan(&with(&format!("delay_tail: \"{tail}\", jitter: \"200%\"")));
        let delay = &plan.routes[0].delay;
        let Delay::Quantiles(points) = delay else {
            panic!("a published delay has quantiles: {delay:?}")
        };
        (points[2].1, points[1].1, delay.ceiling())
    };
    let (p95, _, most) = ceiling("0%");
    assert_eq!(most, p95);
    let (p95, median, most) = ceiling("300%");
    assert_eq!(most, p95 + (p95 - median) + (p95 - median) + (p95 - median));
}
