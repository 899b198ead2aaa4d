//! What befalls nodes and streams: stalled streams, patches, and how files tell of them.

use meridian::experiment::outcome::Outcome;
use meridian::scenario;

use crate::refusals::outcome;

pub(crate) const AWAY: &str = r#"reply: "(error) no connection to the server""#;

/// Members `a` and `b` of two shards each, some 40 ms apart: `bar` is in shard 0, `foo` in shard 1.
pub(crate) fn group(options: &str, assumptions: &str, steps: &str) -> String {
    format!(
        r#"(schema_version: 1, question: "?", storm: "1h", settle: "1m",
        epoch: "2025-06-02T00:00:00Z",
        assumptions: ({assumptions}),
        instances: [
            (name: "a", region: "East US", sku: "Balanced_B10", shards: 2, {options}),
            (name: "b", region: "West Europe", sku: "Balanced_B10", shards: 2),
        ],
        timeline: [{steps}])"#
    )
}

/// The faults of a run, with what they touched.
pub(crate) fn faults(outcome: &Outcome) -> Vec<(String, u64)> {
    let faults = outcome.faults.iter();
    faults.map(|one| (one.name.clone(), one.touched)).collect()
}

/// One shard's stream stands still and the others flow; it goes on from the backlog.
#[test]
fn a_stalled_shard_waits_alone() {
    let steps = r#"
        (at: "1m", do: Stall(on: "b", from: "a", shards: 0)),
        (at: "61s", do: Command(on: "a", run: "SET bar 1", reply: "OK")),
        (at: "61s", do: Command(on: "a", run: "SET foo 1", reply: "OK")),
        (at: "62s", do: Command(on: "b", run: "GET bar", reply: "(nil)")),
        (at: "62s", do: Command(on: "b", run: "GET foo", reply: "\"1\"")),
        (at: "63s", do: Command(on: "b", run: "SET bar 2", reply: "OK")),
        (at: "64s", do: Command(on: "a", run: "STRLEN bar", reply: "(integer) 1")),
        (at: "5m", do: Resume(on: "b", from: "a", shards: 0)),
        (at: "302s", do: Command(on: "b", run: "GET bar", reply: "\"2\"")),
        (at: "302s", do: Command(on: "a", run: "GET bar", reply: "\"2\"")),
    "#;
    let outcome = outcome(&group("", "", steps), &[]);
    let held = [("b takes nothing in from a: shard 0".to_owned(), 1)];
    assert_eq!(faults(&outcome), held);
    let link = outcome.links.iter().find(|link| link.to == "b");
    let link = link.expect("the link is there");
    assert!(link.partial_syncs >= 1);
    assert_eq!(link.full_syncs, 0);
}

/// A hung syncer takes nothing in from anybody while its peers get everything; the metric tells.
#[test]
fn a_hung_syncer_is_not_healthy() {
    let steps = r#"
        (at: "1m", do: Stall(on: "b")),
        (at: "90s", do: Command(on: "a", run: "SET foo 1", reply: "OK")),
        (at: "90s", do: Command(on: "b", run: "SET bar 1", reply: "OK")),
        (at: "100s", do: Command(on: "b", run: "GET foo", reply: "(nil)")),
        (at: "100s", do: Command(on: "a", run: "GET bar", reply: "\"1\"")),
        (at: "10m", do: Resume(on: "b")),
    "#;
    let alert = r#"alerts: [(name: "hung", when: Unhealthy(on: "b", lasting: "5m"))],
        expect: [Sometimes(RuleFired)],
        timeline: ["#;
    let text = group("", "", steps).replace("timeline: [", alert);
    outcome(&text, &[]);
}

/// A patch waits for its window, drains one node after the other, and the metric is 0 meanwhile.
#[test]
fn a_patch_keeps_to_its_window() {
    let steps = format!(
        r#"
        (at: "10m", do: Patch(on: "a")),
        (at: "11m", do: Show("a"), then: Serves("a")),
        (at: "2h", do: Show("a"), then: Serves("a")),
        (at: "127m", do: Command(on: "a", run: "GET bar", reply: "(nil)")),
        (at: "7650100ms", do: Command(on: "a", run: "GET bar", {AWAY})),
        (at: "7650100ms", do: Command(on: "a", run: "GET foo", reply: "(nil)")),
        (at: "8100100ms", do: Command(on: "a", run: "GET bar", reply: "(nil)")),
        (at: "8100100ms", do: Command(on: "a", run: "GET foo", {AWAY})),
    "#
    );
    let windows = r#"maintenance: [
        (day: Monday, hour: 2, lasts: "9h"), (day: Friday, hour: 22, lasts: "9h"),
    ]"#;
    let text = group(windows, "", &steps).replace("storm: \"1h\"", "storm: \"3h\"");
    let outcome = outcome(&text, &[]);
    let patched = faults(&outcome);
    assert_eq!(patched[0], ("a patched".to_owned(), 2));
    assert_eq!(outcome.faults[0].from_ms, 2 * 3_600_000);
    assert_eq!(outcome.faults[0].to_ms, Some(2 * 3_600_000 + 900_000));
    let urgent = text.replace("Patch(on: \"a\")", "Patch(on: \"a\", urgent: true)");
    let urgent = urgent
        .replace("7650100ms", "1050100ms")
        .replace("8100100ms", "1500100ms");
    let outcome = crate::refusals::outcome(&urgent, &[]);
    assert_eq!(outcome.faults[0].from_ms, 600_000);
}

pub(crate) fn mistakes(text: &str) -> String {
    let mistakes = scenario::parse("incidents.ron", text, &[]).expect_err("it is refused");
    mistakes.render(false)
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let few = r#"maintenance: [(day: Monday, hour: 2, lasts: "5h")]"#;
    let short = r#"maintenance: [
        (day: Monday, hour: 24, lasts: "90m"), (day: Friday, hour: 1, lasts: "20h"),
    ]"#;
    let cases = [
        (
            group(
                "",
                "",
                r#"(at: "1m", do: Failover(on: "a", shards: [1, 2]))"#,
            ),
            "a shard of `a` is 2, out of range",
        ),
        (
            group("", "", r#"(at: "1m", do: Resume(on: "a"))"#),
            "these streams do not stall at",
        ),
        (
            group(
                "",
                "",
                r#"(at: "1m", do: Stall(on: "a")), (at: "2m", do: Stall(on: "a"))"#,
            ),
            "these streams stall already at",
        ),
        (
            group(few, "", ""),
            "1 maintenance windows of 5h a week are too few",
        ),
        (group(short, "", ""), "the hour is 24, out of range"),
        (group(short, "", ""), "the window is 1h30m, out of range"),
        (
            group("", "", r#"(at: "2h", do: ZoneLoss(region: "East US"))"#),
            "is too late: the storm ends",
        ),
    ];
    for (text, expected) in cases {
        let found = mistakes(&text);
        assert!(found.contains(expected), "{found}");
    }
}

/// A maintenance window of so many hours from the first, and others that make the week full.
fn windowed(lasts: &str) -> String {
    let windows = format!(
        r#"maintenance: [
        (day: Monday, hour: 2, lasts: "{lasts}"), (day: Friday, hour: 1, lasts: "20h"),
    ]"#
    );
    group(&windows, "", "")
}

#[test]
fn windows_are_long_enough_alone_and_together() {
    let alone = r#"maintenance: [(day: Monday, hour: 2, lasts: "20h")]"#;
    let two = r#"maintenance: [
        (day: Monday, hour: 2, lasts: "5h"), (day: Friday, hour: 2, lasts: "5h"),
    ]"#;
    let found = mistakes(&group(alone, "", ""));
    assert!(
        found.contains("1 maintenance windows of 20h a week are too few"),
        "{found}"
    );
    let found = mistakes(&group(two, "", ""));
    assert!(
        found.contains("2 maintenance windows of 10h a week are too few"),
        "{found}"
    );
    for lasts in ["3h", "5h30m", "25h"] {
        let found = mistakes(&windowed(lasts));
        assert!(found.contains("the window is"), "{lasts}: {found}");
    }
    for lasts in ["4h", "24h"] {
        outcome(&windowed(lasts), &[]);
    }
}

/// Arms may grow instances, and name the shards they then have.
#[test]
fn shards_are_those_of_the_largest_arm() {
    let steps = r#"(at: "40m", do: Failover(on: "a", shards: 5, planned: true))"#;
    let arms = r#"arms: [
            (name: "grow", timeline: [
                (at: "1m", do: Scale(on: "a", to: "Balanced_B20")),
            ]),
            (name: "wait"),
        ],
        timeline: ["#;
    let found = mistakes(&group("", "", steps));
    assert!(
        found.contains("a shard of `a` is 5, out of range"),
        "{found}"
    );
    let text = group("", "", steps).replace("timeline: [(at: \"40m\"", "TIMELINE");
    let text = text.replace("TIMELINE", &format!("{arms}(at: \"40m\""));
    scenario::parse("incidents.ron", &text, &[]).expect("some arm has that shard");
}

/// Everything that was held back is counted, from every peer and for every shard.
#[test]
fn what_a_stall_holds_back_is_counted() {
    let steps = r#"
        (at: "1m", do: Stall(on: "b", shards: [1, 0])),
        (at: "61s", do: Command(on: "a", run: "SET foo 1", reply: "OK")),
        (at: "61s", do: Command(on: "a", run: "SET bar 1", reply: "OK")),
        (at: "62s", do: Command(on: "a", run: "SET bar 2", reply: "OK")),
        (at: "5m", do: Resume(on: "b", shards: [0, 1])),
        (at: "302s", do: Command(on: "b", run: "GET bar", reply: "\"2\"")),
        (at: "50m", do: Stall(on: "a", from: "b")),
        (at: "51m", do: Command(on: "b", run: "SET foo 3", reply: "OK")),
    "#;
    let outcome = outcome(&group("", "", steps), &[]);
    let expected = [
        ("b takes nothing in: shards 0, 1".to_owned(), 3),
        ("a takes nothing in from b".to_owned(), 1),
    ];
    assert_eq!(faults(&outcome), expected);
    assert_eq!(
        outcome.faults[1].to_ms,
        Some(3_600_000),
        "it ends with the storm"
    );
}

/// A lone shard is on the first node: exchanging the other disturbs nobody, but for the metric.
#[test]
fn a_patch_is_over_when_both_nodes_are() {
    let steps = format!(
        r#"
        (at: "10m", do: Patch(on: "a", urgent: true)),
        (at: "1050100ms", do: Command(on: "a", run: "GET bar", {AWAY})),
        (at: "1500100ms", do: Command(on: "a", run: "GET bar", reply: "(nil)")),
    "#
    );
    let alert = r#"alerts: [(name: "patched", when: Unhealthy(on: "a", lasting: "5m"))],
        timeline: ["#;
    let text = group("", "", &steps).replace("timeline: [", alert);
    let outcome = outcome(&text.replace("shards: 2", "shards: 1"), &[]);
    let [alert] = &outcome.alerts[..] else {
        panic!("one alert: {:?}", outcome.alerts);
    };
    assert_eq!(alert.fired_at_ms, 15 * 60_000);
    assert_eq!(alert.resolved_at_ms, Some(25 * 60_000));
}

/// However cuts are made and healed, once all are healed an alert has nothing to point at.
#[test]
fn an_alert_long_after_the_last_fault_is_false() {
    let cuts = [
        r#"(at: "1m", do: Partition(one_way: ("East US", "West Europe"))),
           (at: "2m", do: Partition(one_way: ("West Europe", "East US"))),
           (at: "3m", do: Heal()),"#,
        r#"(at: "1m", do: Partition(between: ("East US", "West Europe"))),
           (at: "2m", do: Heal(one_way: ("East US", "West Europe"))),
           (at: "3m", do: Heal(one_way: ("West Europe", "East US"))),"#,
    ];
    let alert = r#"alerts: [(name: "unhealthy", when: Unhealthy(on: "a", lasting: "5m"))],
        timeline: ["#;
    for cuts in cuts {
        for (at, is_false) in [("20m", true), ("3m", false)] {
            let scale = format!(r#"(at: "{at}", do: Scale(on: "a", to: "Balanced_B20")),"#);
            let text = group("", "", &(cuts.to_owned() + &scale));
            let outcome = outcome(&text.replace("timeline: [", alert), &[]);
            assert_eq!(outcome.alerts[0].false_alarm, is_false, "{cuts} {at}");
        }
    }
}

/// A file with two arms, the first of which has these steps.
fn armed(assumptions: &str, steps: &str, arm: &str) -> String {
    let arms = format!(
        r#"arms: [(name: "act", timeline: [{arm}]), (name: "wait")],
        timeline: ["#
    );
    group("", assumptions, steps).replacen("timeline: [", &arms, 1)
}

/// What is wrong with the shared part is told once; an arm is read with all that comes before it.
#[test]
fn an_arm_goes_on_from_what_all_share() {
    let outage = r#"(at: "1m", do: Outage(region: "East US"))"#;
    let back = r#"(at: "2m", do: Return(region: "East US"))"#;
    let continued = armed("", outage, back);
    scenario::parse("incidents.ron", &continued, &[]).expect("there is something to return from");
    let wrong = armed("", &outage.replace("1m", "2h"), "");
    assert_eq!(mistakes(&wrong).matches("is too late").count(), 1);
    let failover = r#"(at: "1m", do: Failover(on: "a"))"#;
    let found = mistakes(&armed(r#"replica_lag: "800ms""#, "", failover));
    assert!(found.contains("replicas are 800ms behind"), "{found}");
}

/// A relaying ring that has lost what a peer lacks still holds effects which that peer has.
#[test]
fn a_stalled_peer_holds_up_no_more_than_the_ring() {
    let text = r#"(schema_version: 1, question: "?", storm: "20m", settle: "1m",
        assumptions: (causal_consistency: true, backlog_sharing: PerPeer, backlog_bytes: "100KB"),
        instances: [
            (name: "a", region: "East US", sku: "Balanced_B10"),
            (name: "b", region: "East US", sku: "Balanced_B10"),
            (name: "c", region: "West Europe", sku: "Balanced_B10"),
        ],
        fill: [(prefix: "k:", keys: 500, holds: String, value: "100B")],
        traffic: [(fleet: "f", keys: "k:", mix: "ycsb-a", arrivals: Poisson("20/s"),
            ends: "19m")],
        timeline: [
            (at: "1m", do: Stall(on: "b", from: "a")),
            (at: "15m", do: Resume(on: "b", from: "a")),
        ])"#;
    outcome(text, &[]);
}

/// One patch follows the other, and who does not exist is not touched.
#[test]
fn nodes_are_patched_once_at_a_time() {
    let steps = r#"
        (at: "5m", do: Patch(on: "a", urgent: true)),
        (at: "7m", do: Patch(on: "a", urgent: true)),
        (at: "40m", do: Delete(on: "b"), result: Succeeds),
        (at: "50m", do: Failover(on: "b")),
        (at: "51m", do: Stall(on: "b", from: "a")),
        (at: "52m", do: Resume(on: "b", from: "a")),
        (at: "53m", do: Patch(on: "b", urgent: true)),
        (at: "54m", do: ZoneLoss(region: "West Europe")),
    "#;
    let outcome = outcome(&group("", r#"patching: "10m""#, steps), &[]);
    let patches = outcome.faults.iter().filter(|one| one.name == "a patched");
    let times: Vec<(u64, Option<u64>)> = patches.map(|one| (one.from_ms, one.to_ms)).collect();
    let minutes = |from: u64, to: u64| (from * 60_000, Some(to * 60_000));
    assert_eq!(times, [minutes(5, 15), minutes(17, 27)]);
    let on_b = faults(&outcome)
        .into_iter()
        .filter(|one| one.0.starts_with("b "));
    let nothing = |what: &str| (format!("b {what}: it does not exist"), 0);
    assert_eq!(
        on_b.collect::<Vec<_>>(),
        [
            nothing("fails over"),
            nothing("takes nothing in"),
            nothing("patched")
        ]
    );
}
