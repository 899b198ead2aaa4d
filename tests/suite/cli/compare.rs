//! `meridian compare`: arms of a scenario, and results, side by side.

use super::{Place, SCENARIO};

/// The scenario with arms: nothing else, a member dropped, and a rule.
fn armed() -> String {
    SCENARIO.replace(
        "    expect:",
        r#"    arms: [
        (name: "nothing else"),
        (name: "drop it", timeline: [
            (at: "6s", do: ForceUnlink(on: "redis-eu", drop: "redis-us")),
        ]),
        (name: "drop it when told", runbook: [(
            name: "drop", when: State(is: Closed("redis-us")), reaction: "1s",
            then: ForceUnlink(on: "redis-eu", drop: "redis-us"),
        )]),
    ],
    expect:"#,
    )
}

#[test]
fn arms_are_the_same_day_decided_otherwise() {
    let place = Place::new("compare-arms");
    place.write("armed.ron", armed());
    let ended = place.run(&["compare", "armed.ron", "--out", "out"]);
    assert_eq!(ended.code, Some(0), "{}", ended.talk);
    insta::assert_snapshot!("compare-arms", ended.out);
    let digest = |arm: &str| {
        let outcome = place.read(&format!("out/{arm}/outcome.json"));
        let outcome: serde_json::Value = serde_json::from_str(&outcome).expect("it is JSON");
        outcome["digest"].clone()
    };
    assert_eq!(
        digest("as it stands"),
        digest("nothing else"),
        "the draws are the same"
    );
    assert_ne!(digest("as it stands"), digest("drop it"));
    // A plan that an arm has left is that arm's.
    let replayed = place.run(&["replay", "out/drop it/outcome.json"]);
    assert_eq!(replayed.code, Some(0), "{}", replayed.talk);
    // An arm alone is what it is beside the others.
    let alone = place.run(&["run", "armed.ron", "--arm", "drop it", "--format", "json"]);
    let alone: serde_json::Value = serde_json::from_str(&alone.out).expect("it is JSON");
    assert_eq!(alone["digest"], digest("drop it"));
    let reproduce = alone["reproduce"].as_str().expect("it is text");
    assert!(reproduce.ends_with("--arm 'drop it'"), "{reproduce}");
}

#[test]
fn results_are_set_against_the_first() {
    let place = Place::new("compare-results");
    place.write("armed.ron", armed());
    place.run(&["run", "cut.ron", "--out", "before"]);
    let set = "expect=[ConvergesWithin(\"1ms\"),NoOom]";
    place.run(&["run", "cut.ron", "--seed", "4", "--out", "after"]);
    place.run(&["run", "cut.ron", "--set", set, "--out", "worse"]);
    let same = place.run(&["compare", "before", "before/outcome.json"]);
    assert_eq!(same.code, Some(0));
    assert!(
        same.out
            .contains("nothing happens in one that does not in the other"),
        "{}",
        same.out
    );
    let other = place.run(&["compare", "before", "after"]);
    assert_eq!(other.code, Some(0), "{}{}", other.out, other.talk);
    let worse = place.run(&["compare", "before", "worse"]);
    assert_eq!(worse.code, Some(1), "{}", worse.out);
    let told = "ConvergesWithin(\"10s\") no longer holds in worse";
    assert!(worse.talk.contains(told), "{}", worse.talk);
}

#[test]
fn what_cannot_be_compared_is_told() {
    let place = Place::new("compare-errors");
    place.write("armed.ron", armed());
    let twice = armed().replace("\"drop it when told\"", "\"drop it\"");
    place.write("twice.ron", twice);
    let wrong = armed().replace("drop: \"redis-us\")),", "drop: \"redis-uk\")),");
    place.write("wrong.ron", wrong);
    let cases: [(&[&str], &str); 6] = [
        (&["compare", "cut.ron"], "`cut.ron` has no arms"),
        (
            &["compare", "one.json"],
            "`one.json` is all there is to compare",
        ),
        (&["compare", "cut.ron", "armed.ron"], "is not an outcome"),
        (&["compare", "twice.ron"], "two arms are called `drop it`"),
        (&["compare", "wrong.ron"], "`redis-uk`"),
        (
            &["run", "armed.ron", "--arm", "wait"],
            "`armed.ron` has no arm called `wait`: its arms are `nothing else`, `drop it`, `drop \
             it when told`",
        ),
    ];
    for (words, expected) in cases {
        let ended = place.run(words);
        assert_eq!(ended.code, Some(2), "{}", ended.talk);
        assert!(ended.talk.contains(expected), "{}", ended.talk);
        assert_eq!(ended.talk.matches(expected).count(), 1, "{}", ended.talk);
    }
}

/// What is told of the first run that is compared holds of each: the seed, the settings, the arm.
#[test]
fn an_arm_leaves_what_reproduces_it() {
    let place = Place::new("compare-reproduces");
    place.write("armed.ron", armed());
    let words = ["compare", "armed.ron", "--seed", "9", "--set", "settle=30s"];
    let ended = place.run(&[&words[..], &["--out", "out", "--format", "json"]].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.talk);
    let lines: Vec<serde_json::Value> = ended
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .collect();
    assert_eq!(lines.len(), 4, "a line for each");
    for line in &lines {
        assert_eq!(line["seed"], 9);
        assert_eq!(line["ended_at_ms"], 50_000);
        let again = line["reproduce"].as_str().expect("it is text");
        assert!(
            again.contains("--seed 9") && again.contains("settle=30s"),
            "{again}"
        );
    }
    let plan = place.read("out/drop it/plan.ron");
    assert!(!plan.contains("drop it when told"), "an arm has no arms");
}

/// A run that was cut short is no answer.
#[test]
fn a_capped_arm_leaves_the_comparison_incomplete() {
    let place = Place::new("compare-capped");
    place.write("armed.ron", armed());
    let ended = place.run(&["compare", "armed.ron", "--set", "events_max=300"]);
    assert_eq!(ended.code, Some(3), "{}{}", ended.out, ended.talk);
}

/// What an arm does comes in its place among what all do.
#[test]
fn steps_of_an_arm_stand_between_the_others() {
    let place = Place::new("compare-order");
    let early = r#"(name: "early", timeline: [
            (at: "14s", do: Command(on: "redis-eu", run: "SET greeting first", reply: "OK")),
            (at: "16s", do: Command(on: "redis-eu", run: "GET greeting", reply: "\"hello\"")),
        ]),
        (name: "nothing else"),"#;
    let text = armed().replace("(name: \"nothing else\"),", early);
    place.write("armed.ron", text);
    let ended = place.run(&["run", "armed.ron", "--arm", "early", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.talk);
}
