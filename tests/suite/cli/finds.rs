//! `meridian find`: up to which value an expectation holds.

use serde_json::Value;

use super::Place;

/// A write that meets another one if it falls into one of two cuts. The links are whole again long
/// before the second one.
const TWICE: &str = r#"(
    schema_version: 1,
    question: "when does a write meet another one?",
    seed: 3,
    storm: "2m",
    settle: "20s",
    instances: [
        (name: "redis-us", region: "East US", sku: "Balanced_B3"),
        (name: "redis-eu", region: "West Europe", sku: "Balanced_B3"),
    ],
    timeline: [
        (at: "1s", do: Command(on: "redis-us", run: "SET greeting hello")),
        (at: "10s", do: Partition(between: ("East US", "West Europe"))),
        (at: "11s", do: Command(on: "redis-eu", run: "SET greeting hallo")),
        (at: "20s", do: Heal()),
        (at: "90s", do: Partition(between: ("East US", "West Europe"))),
        (at: "91s", do: Command(on: "redis-eu", run: "SET greeting bonjour")),
        (at: "100s", do: Heal()),
    ],
    expect: [NoOom],
)
"#;

const MEETS: &str = "Sometimes(ConcurrentWrite)";

fn place(name: &str) -> Place {
    let place = Place::new(name);
    place.write("twice.ron", TWICE);
    place
}

/// The call that varies when the write is made.
fn call<'a>(between: &'a str, until: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let call = ["find", "twice.ron", "--vary", "timeline.0.at"];
    let call = [&call[..], &["--between", between, "--until", until], more];
    call.concat()
}

#[test]
fn a_threshold_is_found_and_replays() {
    let place = place("find");
    let call = call("1s..15s", MEETS, &["--precision", "100ms"]);
    let ended = place.run(&call);
    assert!(ended.talk().contains("twice: fails at 1s, 0 of 1 seeds"));
    let text = ended.results(0);
    insta::assert_snapshot!("find", text);
    let replay = text.lines().last().expect("there is a last line");
    let replay = replay
        .strip_prefix("replay: meridian ")
        .expect("it says so");
    let words: Vec<String> = replay
        .split(' ')
        .map(|word| word.trim_matches('\'').to_owned())
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let failed = place.run(&words).results(1);
    assert!(failed.contains("✗ Sometimes(ConcurrentWrite)"), "{failed}");
}

#[test]
fn the_bytes_do_not_depend_on_jobs() {
    let place = place("find-jobs");
    let find = |jobs, format| {
        let more = ["--seeds", "4..8", "--jobs", jobs, "--format", format];
        place.run(&call("1s..15s", MEETS, &more)).results(0)
    };
    assert_eq!(find("1", "text"), find("3", "text"));
    let json = find("1", "json");
    assert_eq!(json, find("3", "json"));
    let found: Value = serde_json::from_str(&json).expect("it is one object");
    assert_eq!(found["found"], "holds_above");
    assert_eq!(found["seeds"]["range"], serde_json::json!([4, 8]));
    let tried = found["tried"].as_array().expect("they are listed");
    assert_eq!(found["runs"], tried.len() * 4);
    assert!(tried.iter().all(|one| one["held"]["of"] == 4), "{json}");
}

#[test]
fn nothing_is_found_where_ends_are_alike() {
    let place = place("find-nothing");
    let holds = place.run(&call("1s..15s", "NoOom", &[])).results(1);
    let fails = place.run(&call("1s..60s", MEETS, &[])).results(1);
    insta::assert_snapshot!("find-nothing", [holds, fails].join("\n"));
}

#[test]
fn outcomes_that_change_back_have_no_threshold() {
    let place = place("find-disorder");
    let told = place.run(&call("1s..95s", MEETS, &[])).results(1);
    insta::assert_snapshot!("find-not-monotone", told);
}

#[test]
fn words_that_make_no_search() {
    let place = place("find-words");
    let told = |words: &[&str]| place.run(words).error(2);
    let until = |until| told(&call("1s..15s", until, &[]));
    let between = |between| told(&call(between, "NoOom", &[]));
    let vary = |path| {
        let call = ["find", "twice.ron", "--vary", path, "--until", "NoOom"];
        told(&[&call[..], &["--between", "1s..15s"]].concat())
    };
    let axis = r#"vary=[(name: "when", set: "timeline.0.at", to: ["1s", "2s"])]"#;
    let all = [
        until("NoOmm"),
        until("NoOom, StaysApart"),
        until("ConvergesWithin(\"60\")"),
        until("Maybe(\"30%\", NoOom)"),
        between("15s..1s"),
        between("1s..15MB"),
        vary("timeline.9.at"),
        vary("expect.0"),
        told(&call("1s..15s", "NoOom", &["--set", axis])),
    ];
    insta::assert_snapshot!("find-words", all.join("\n"));
}

#[test]
fn a_run_that_says_nothing_ends_the_search() {
    let place = place("find-capped");
    let capped = call("1s..15s", "NoOom", &["--set", "events_max=10"]);
    insta::assert_snapshot!("find-capped", place.run(&capped).error(3));
    let none = place.run(&call("1s..15s", "NoOom", &["--seeds", "3..3"]));
    assert_eq!(none.error(4), "nothing to run: there are no seeds\n");
}
