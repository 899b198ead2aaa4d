//! What a file leaves to chance, and what seeds make of it.

use std::collections::BTreeSet;

use super::SMALL;
use crate::plan::{Plan, Step};
use crate::quantity::Rate;
use crate::scenario::{normal_form, parse, parse_every_way, parse_seeded};
use crate::time::{SimDuration, SimTime};

const HEAL: &str = "(at: \"20m\", do: Heal()),";
const STORM: &str = "storm: \"1h\"";

fn drawn(changes: &[(&str, &str)], seed: u64) -> Plan {
    let text = changed(changes);
    parse_seeded("test.ron", &text, &[], Some(seed)).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SMALL.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

fn storms(draw: &str, seeds: u64) -> Vec<SimDuration> {
    let storm = format!("storm: {draw}");
    let changes = [(STORM, storm.as_str())];
    (0..seeds).map(|seed| drawn(&changes, seed).storm).collect()
}

#[test]
fn a_range_is_drawn_from_end_to_end() {
    let (least, most) = (SimDuration::from_secs(3_600), SimDuration::from_secs(7_200));
    let mut all = storms("Between(\"1h\", \"2h\")", 400);
    assert_eq!(
        all,
        storms("Between(\"1h\", \"2h\")", 400),
        "the seed alone decides"
    );
    all.sort_unstable();
    assert!(all[0] >= least && all[399] <= most);
    assert!(all[0] < least + SimDuration::from_secs(60), "{}", all[0]);
    assert!(all[399] + SimDuration::from_secs(60) > most, "{}", all[399]);
    let middle = all[200].as_millis();
    assert!(
        middle.abs_diff(5_400_000) < 360_000,
        "{middle} of 3600000 to 7200000"
    );
    assert!(
        all.iter().all(|one| one.0 % 1_000_000 == 0),
        "whole milliseconds"
    );
    assert_eq!(
        storms("Between(\"90m\", \"90m\")", 3),
        [SimDuration::from_secs(5_400); 3]
    );
}

#[test]
fn each_order_of_magnitude_is_as_likely() {
    let rate = |seed| {
        let draw = [("\"60/s\"", "LogBetween(\"1/s\", \"100/s\")")];
        let plan = drawn(&draw, seed);
        let fleet = plan.fleets.iter().next().expect("there is one");
        fleet.arrivals.rate()
    };
    let rates: Vec<Rate> = (0..400).map(rate).collect();
    let slow = rates.iter().filter(|rate| rate.millihertz < 10_000).count();
    assert!((160..=240).contains(&slow), "{slow} of 400 below 10/s");
    let range = 1_000..=100_000;
    assert!(rates.iter().all(|rate| range.contains(&rate.millihertz)));
}

#[test]
fn one_of_several_is_taken_whole() {
    let all = storms(
        "OneOf([\"1h\", Between(\"2h\", \"3h\"), OneOf([\"4h\"])])",
        60,
    );
    let hours: BTreeSet<u64> = all.iter().map(|one| one.as_millis() / 3_600_000).collect();
    assert_eq!(hours, BTreeSet::from([1, 2, 4]));
}

#[test]
fn entries_may_be_missing() {
    let changes = [(HEAL, "Maybe(\"25%\", (at: \"15m\", do: Heal()))")];
    let steps = |seed| drawn(&changes, seed).timeline.len();
    let there = (0..400).filter(|seed| steps(*seed) == 2).count();
    assert!((70..=130).contains(&there), "{there} of 400");
    assert!((0..400).all(|seed| (1..=2).contains(&steps(seed))));
}

/// Contract C6: a fault that is taken out moves no other draw.
#[test]
fn draws_do_not_know_of_one_another() {
    let cut =
        "(at: Between(\"1m\", \"9m\"), do: Partition(between: (\"East US\", \"West Europe\"))),";
    let before = "(at: \"10m\", do: Partition(between: (\"East US\", \"West Europe\"))),";
    let with =
        format!("Maybe(\"50%\", (at: OneOf([\"30s\", \"40s\"]), do: Show(\"redis-us\"))), {cut}");
    let first = |changes: &[(&str, &str)], seed| {
        let plan = drawn(changes, seed);
        let mut cuts = plan.timeline.iter();
        let cut = cuts.find(|timed| matches!(timed.step, Step::Partition(_)));
        cut.expect("it is there").at
    };
    let times: Vec<SimTime> = (0..50).map(|seed| first(&[(before, cut)], seed)).collect();
    let others: Vec<SimTime> = (0..50)
        .map(|seed| first(&[(before, &with)], seed))
        .collect();
    assert_eq!(times, others);
    assert!(times.iter().collect::<BTreeSet<_>>().len() > 40);
    // Two of the same text are two draws.
    let twice = format!(
        "{}{}",
        cut.replace(
            "Partition(between: (\"East US\", \"West Europe\"))",
            "Show(\"redis-us\")"
        ),
        cut.replace(
            "Partition(between: (\"East US\", \"West Europe\"))",
            "Show(\"redis-us\")"
        )
    );
    let plan = drawn(&[(before, &twice), (HEAL, "")], 7);
    assert_ne!(plan.timeline[0].at, plan.timeline[1].at);
}

/// Contract C6: a plan has no chance in it, and comes out as it goes in.
#[test]
fn a_plan_is_drawn_already() {
    let changes = [(STORM, "storm: Between(\"1h\", \"2h\")")];
    let plan = drawn(&changes, 7);
    assert!(plan.drawn && !drawn(&[], 7).drawn);
    let normal = normal_form(&plan);
    let again = parse_seeded("test.ron", &normal, &[], Some(8)).expect("it is valid");
    assert!(!again.drawn);
    assert_eq!(again.storm, plan.storm);
}

#[test]
fn the_seed_of_the_file_draws_unless_another_is_given() {
    let text = changed(&[(STORM, "storm: Between(\"1h\", \"2h\")")]);
    let storm = |overrides: &[String], seed| {
        let plan = parse_seeded("test.ron", &text, overrides, seed).expect("it is valid");
        (plan.seed, plan.storm)
    };
    let seven = storm(&[], None);
    assert_eq!(seven.0, 7);
    assert_eq!(storm(&[], Some(7)), seven);
    assert_eq!(storm(&["seed=9".to_owned()], None), storm(&[], Some(9)));
    let set = storm(&[r#"storm=Between("3h","3h")"#.to_owned()], None);
    assert_eq!(
        set,
        (7, SimDuration::from_secs(10_800)),
        "an override may draw, too"
    );
}

#[test]
fn wrong_draws_are_pointed_out() {
    let wrong = [
        ("Between(\"1h\")", "expected two ends"),
        ("Between(\"2h\", \"1h\")", "\"2h\" is more than \"1h\""),
        ("Between(\"2h\", \"1GB\")", "no amounts of one kind"),
        ("LogBetween(\"0s\", \"1h\")", "has no logarithm"),
        ("OneOf([])", "expected values in brackets"),
        ("OneOf(\"1h\")", "expected values in brackets"),
        ("Maybe(\"50%\", \"1h\")", "expected an entry of a list"),
        ("Between(\"1h\", \"9e99h\")", "no amounts of one kind"),
    ];
    for (draw, expected) in wrong {
        let right = "settle: OneOf([\"10m\", \"20m\"])";
        let changes = [
            ("settle: \"10m\"", right),
            (STORM, &format!("storm: {draw}")),
        ];
        let text = changed(&changes);
        let mistakes = parse("test.ron", &text, &[])
            .expect_err("it is wrong")
            .to_string();
        let message = format!("{draw}:\n{mistakes}");
        assert!(
            mistakes.contains("E0904") && mistakes.contains("test.ron:5:12"),
            "{message}"
        );
        assert!(mistakes.contains(expected), "{message}");
        assert!(
            mistakes.contains("1 mistake;"),
            "right draws are not told: {message}"
        );
    }
    let text = changed(&[(HEAL, "Maybe(\"150%\", (at: \"15m\", do: Heal())),")]);
    let mistakes = parse("test.ron", &text, &[])
        .expect_err("it is wrong")
        .to_string();
    assert!(mistakes.contains("`150%` is no probability"), "{mistakes}");
}

/// Whatever the seed, a mistake in any alternative is found.
#[test]
fn every_way_is_checked() {
    let check = |changes: &[(&str, &str)]| {
        let text = changed(changes);
        let is_right = |seed: &u64| parse_seeded("ways.ron", &text, &[], Some(*seed)).is_ok();
        let right = (0..50).find(is_right).expect("most seeds draw it right");
        let checked = parse_every_way("ways.ron", &text, &[], Some(right));
        checked.map_err(|mistakes| mistakes.to_string())
    };
    let step = |at: &str| format!("(at: {at}, do: Heal()),");
    let late = check(&[(HEAL, &step("OneOf([\"20m\", Between(\"30m\", \"2h\")])"))]);
    let late = late
        .map(|plan| plan.storm)
        .expect_err("two hours are too late");
    assert!(
        late.contains("2h is too late") && late.contains("ways.ron:19:"),
        "{late}"
    );
    let twice = check(&[(HEAL, "Maybe(\"1%\", (at: \"5m\", do: Heal())),")]);
    let twice = twice
        .map(|plan| plan.storm)
        .expect_err("nothing is cut so early");
    assert!(twice.contains("nothing is cut"), "{twice}");
    check(&[(HEAL, &step("Between(\"20m\", \"1h\")"))]).expect("all of these are in time");
}

/// A wrong override is pointed out where it stands, whatever the file draws.
#[test]
fn wrong_overrides_keep_their_place() {
    let text = changed(&[(STORM, "storm: OneOf([\"1h\", \"2h\"])")]);
    let flags = ["traffic.writer.keys=x".to_owned()];
    let mistakes = parse("test.ron", &text, &flags).expect_err("there is no such fleet");
    let told = mistakes.to_string();
    assert!(told.contains("--set:1:9"), "{told}");
    assert!(told.contains("did you mean `writers`?"), "{told}");
    assert!(told.contains("1 mistake;"), "{told}");
}
