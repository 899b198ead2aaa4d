//! What befalls nodes and streams: failovers, lost zones, stalled streams, patches.

use meridian::experiment::outcome::Outcome;
use meridian::scenario;

use crate::refusals::outcome;

const AWAY: &str = r#"reply: "(error) no connection to the server""#;

/// Members `a` and `b` of two shards each, some 40 ms apart: `bar` is in shard 0, `foo` in shard 1.
fn group(options: &str, assumptions: &str, steps: &str) -> String {
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
fn faults(outcome: &Outcome) -> Vec<(String, u64)> {
    let faults = outcome.faults.iter();
    faults.map(|one| (one.name.clone(), one.touched)).collect()
}

/// What the replicas lacked is gone, and a peer never had it; the other shard does not notice.
#[test]
fn a_failover_loses_what_replicas_lack() {
    let steps = format!(
        r#"
        (at: "59s", do: Command(on: "a", run: "SET bar old", reply: "OK")),
        (at: "59980ms", do: Command(on: "a", run: "SET bar kept", reply: "OK")),
        (at: "59995ms", do: Command(on: "a", run: "SET bar lost", reply: "OK")),
        (at: "59995ms", do: Command(on: "a", run: "SET foo there", reply: "OK")),
        (at: "1m", do: Failover(on: "a", shards: 0)),
        (at: "61s", do: Command(on: "a", run: "GET bar", {AWAY})),
        (at: "61s", do: Command(on: "a", run: "GET foo", reply: "\"there\"")),
        (at: "61s", do: Show("a"), then: Closed("a")),
        (at: "71990ms", do: Command(on: "a", run: "SET bar more", {AWAY})),
        (at: "72010ms", do: Command(on: "a", run: "GET bar", reply: "\"kept\"")),
        (at: "80s", do: Command(on: "b", run: "GET bar", reply: "\"kept\"")),
        (at: "81s", do: Command(on: "a", run: "SET bar more", reply: "OK")),
        (at: "82s", do: Command(on: "b", run: "GET bar", reply: "\"more\"")),
    "#
    );
    let outcome = outcome(&group("", r#"replica_lag: "10ms""#, &steps), &[]);
    assert_eq!(outcome.writes.durability_loss, 1);
    let example = &outcome.writes.examples[0];
    assert_eq!(
        (example.key.as_str(), example.detail.as_str()),
        ("bar", "a failover discarded it before it was sent")
    );
    let away = [("a fails over: shard 0".to_owned(), 2)];
    assert_eq!(faults(&outcome), away);
}

/// Replicas feed the other regions, so a lag above the way to the nearest is none that can be.
#[test]
fn replicas_are_not_behind_peers() {
    let steps = r#"(at: "1m", do: Failover(on: "a"))"#;
    let found = mistakes(&group("", r#"replica_lag: "800ms""#, steps));
    let expected = "replicas are 800ms behind, and the nearest peer";
    assert!(found.contains(expected), "{found}");
    let planned = steps.replace("on: \"a\"", "on: \"a\", planned: true");
    outcome(&group("", r#"replica_lag: "800ms""#, &planned), &[]);
}

/// The replicas are brought up to date first: half a second, and nothing is lost.
#[test]
fn a_planned_failover_loses_nothing() {
    let steps = format!(
        r#"
        (at: "59999ms", do: Command(on: "a", run: "SET bar kept", reply: "OK")),
        (at: "1m", do: Failover(on: "a", planned: true)),
        (at: "60499ms", do: Command(on: "a", run: "GET foo", {AWAY})),
        (at: "60501ms", do: Command(on: "a", run: "GET bar", reply: "\"kept\"")),
        (at: "65s", do: Command(on: "b", run: "GET bar", reply: "\"kept\"")),
    "#
    );
    let outcome = outcome(&group("", "", &steps), &[]);
    assert_eq!(outcome.writes.durability_loss, 0);
    assert_eq!(faults(&outcome), [("a fails over".to_owned(), 1)]);
}

/// A zone has every second primary of each instance in its region.
#[test]
fn a_lost_zone_takes_half_the_primaries() {
    let steps = format!(
        r#"
        (at: "1m", do: ZoneLoss(region: "East US")),
        (at: "61s", do: Command(on: "a", run: "GET bar", {AWAY})),
        (at: "61s", do: Command(on: "a", run: "GET foo", reply: "(nil)")),
        (at: "61s", do: Command(on: "b", run: "GET bar", reply: "(nil)")),
        (at: "73s", do: Show("a"), then: Serves("a")),
    "#
    );
    outcome(&group("", "", &steps), &[]);
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

fn mistakes(text: &str) -> String {
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
