//! `meridian shrink`: the smallest scenario that fails in the same way.

use super::Place;

/// Three caches, of which one loses its memory while it is cut off; and much that has nothing to do
/// with it.
const SCENARIO: &str = r#"(
    schema_version: 1,
    question: "is anything lost?",
    seed: 3,
    storm: "2m10s",
    settle: "1m",
    instances: [
        (name: "redis-us", region: "East US", sku: "Balanced_B3"),
        (name: "redis-eu", region: "West Europe", sku: "Balanced_B3"),
        (name: "redis-sea", region: "Southeast Asia", sku: "Balanced_B3"),
    ],
    fill: [
        (prefix: "user:", keys: 100, value: "100B"),
        (prefix: "cart:", keys: 50, value: "1KB"),
    ],
    traffic: [
        (fleet: "app", on: "redis-eu", arrivals: Poisson("20/s"), mix: "ycsb-a", keys: "user:"),
        (fleet: "shop", on: "redis-sea", arrivals: Poisson("7/s"), mix: "ycsb-b", keys: "cart:"),
    ],
    timeline: [
        (at: "5s", do: Command(on: "redis-eu", run: "SET greeting hello", reply: "OK")),
        (at: "11s", do: Partition(between: ("West Europe", "Southeast Asia"))),
        (at: "17s", do: Heal(between: ("West Europe", "Southeast Asia"))),
        (at: "21s", do: Degrade(between: ("East US", "Southeast Asia"), loss: "10%")),
        (at: "27s", do: Restore(between: ("East US", "Southeast Asia"))),
        (at: "33s", do: Show("redis-sea")),
        (at: "41s", do: Partition(between: [
            ("East US", "West Europe"), ("East US", "Southeast Asia"),
        ])),
        (at: "43s", do: Command(on: "redis-us", run: "INCR visits")),
        (at: "44s", do: Outage(region: "East US", memory: Lost)),
        (at: "52s", do: Command(on: "redis-sea", run: "INCR visits")),
        (at: "61s", do: Return(region: "East US")),
        (at: "66s", do: Heal()),
        (at: "71s", do: Failover(on: "redis-eu")),
        (at: "91s", do: Outage(region: "West Europe")),
        (at: "97s", do: Return(region: "West Europe")),
    ],
    expect: [ConvergesWithin("30s"), LostWrites(at_most: 0), NoOom],
)
"#;

fn place(name: &str) -> Place {
    let place = Place::new(name);
    place.write("whole.ron", SCENARIO);
    place
}

#[test]
fn what_is_left_is_what_the_failure_needs() {
    let place = place("shrink");
    let run = |jobs, out| place.run(&["shrink", "whole.ron", "--jobs", jobs, "--out", out]);
    let ended = run("1", "small.ron");
    let expected = "before: 15 steps, no rules, 3 instances, 2 fleets, 150 keys, 3m10s\n\
                    after:  2 steps, no rules, 1 instance, no fleets, no keys, ";
    assert!(ended.talk().contains(expected), "{}", ended.talk());
    assert_eq!(ended.results(0), "small.ron\n");
    let text = place.read("small.ron");
    let step = |what: &str| text.matches(what).count();
    assert_eq!(
        (step("(at: "), step("INCR visits"), step("Outage(")),
        (2, 1, 1)
    );
    assert!(
        text.contains("\n//   fails   LostWrites(equals: 0) on redis-us\n"),
        "{text}"
    );
    // It fails as the whole does, and there is nothing more to leave out.
    let again = place.run(&["run", "small.ron"]).results(1);
    assert!(again.contains("✗ LostWrites(equals: 0)"), "{again}");
    let twice = place.run(&["shrink", "small.ron"]);
    assert!(
        twice.talk().contains("after:  2 steps, "),
        "{}",
        twice.talk()
    );
    // Two at once find the same, and the same head stands above it.
    run("2", "small.ron").results(0);
    assert_eq!(place.read("small.ron"), text);
    // Without a file it is printed.
    let printed = place.run(&["shrink", "whole.ron"]).results(0);
    assert_eq!(printed, text.replace("small.ron", "shrunk.ron"));
}

#[test]
fn a_budget_that_ran_out_is_told() {
    let place = place("shrink-budget");
    let ended = place.run(&["shrink", "whole.ron", "--runs", "12"]);
    let talk = ended.talk().to_owned();
    assert!(
        talk.contains("12 runs: the budget ran out, `--runs` gives more\n"),
        "{talk}"
    );
    let text = ended.results(0);
    assert!(
        text.contains("\n//   runs    12 of 12: the budget ran out"),
        "{text}"
    );
    place.write("less.ron", text);
    let again = place.run(&["run", "less.ron"]).results(1);
    assert!(again.contains("✗ LostWrites(equals: 0)"), "{again}");
}

#[test]
fn what_passes_is_not_shrunk() {
    let place = place("shrink-passes");
    assert_eq!(
        place.run(&["shrink", "cut.ron", "--seed", "5"]).error(1),
        "nothing to shrink: cut passes with seed 5\n"
    );
    let gate = [
        "shrink",
        "cut.ron",
        "--set",
        "expect=[Sometimes(OomRefusal)]",
    ];
    let told = place.run(&gate).error(1);
    assert!(
        told.contains("is asked of a sweep, not of one seed"),
        "{told}"
    );
    assert!(
        place
            .run(&["shrink", "none.ron"])
            .error(2)
            .contains("none.ron")
    );
    let arm = place.run(&["shrink", "cut.ron", "--arm", "late"]).error(2);
    assert!(arm.contains("no arm called `late`"), "{arm}");
    place.run(&["shrink", "cut.ron", "--runs", "0"]).error(2);
}
