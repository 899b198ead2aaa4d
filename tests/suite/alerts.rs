//! Metrics and alerts: what Azure would show of a group, and when somebody is told.

use meridian::experiment::outcome::Outcome;

use crate::refusals::outcome;

/// Three members with 200 keys, the second with clients: what is told of an alert on that.
fn watched(steps: &str, when: &str) -> Outcome {
    let text = format!(
        r#"(schema_version: 1, question: "?", storm: "30m", settle: "2m",
        instances: [
            (name: "a", region: "East US", sku: "Balanced_B10"),
            (name: "b", region: "West Europe", sku: "Balanced_B10"),
            (name: "c", region: "Southeast Asia", sku: "Balanced_B10"),
            (name: "d", region: "Japan East", sku: "Balanced_B10", at_start: Absent),
        ],
        fill: [(prefix: "k:", keys: 200, holds: String, value: "100B")],
        traffic: [(fleet: "f", on: "b", keys: "k:", mix: "ycsb-a", arrivals: Constant("5/s"))],
        timeline: [{steps}],
        alerts: [(name: "told", when: {when})])"#
    );
    outcome(&text, &[])
}

/// When and on whom it fired, in minutes.
fn fired(steps: &str, when: &str) -> Vec<(u64, String)> {
    let outcome = watched(steps, when);
    let alerts = outcome.alerts.iter();
    let fired = alerts.map(|one| (one.fired_at_ms / 60_000, one.on.clone()));
    fired.collect()
}

const DARK: &str = r#"
    (at: "210s", do: Outage(region: "East US")),
    (at: "930s", do: Return(region: "East US")),
"#;

fn first(when: u64, on: &str) -> Vec<(u64, String)> {
    vec![(when, on.to_owned())]
}

/// What Azure cannot reach it has no metrics of: nothing holds of them, and no mean counts them.
#[test]
fn what_is_not_there_is_not_judged() {
    assert_eq!(
        fired(DARK, r#"Unhealthy(on: ["a", "d"], lasting: "3m")"#),
        []
    );
    let mean = |below: u64| {
        format!(
            r#"Count(metric: TotalKeys, on: "a", below: {below}, aggregation: Average,
            lasting: "5m")"#
        )
    };
    assert_eq!(fired(DARK, &mean(199)), []);
    assert_eq!(fired(DARK, &mean(200))[0], (5, "a".to_owned()));
}

/// Operations are counted by the second, of each instance for itself, and only those answered.
#[test]
fn operations_are_those_answered() {
    let each = r#"Count(metric: OperationsPerSecond, on: ["a", "b"], above: 5)"#;
    assert_eq!(fired("", each), first(1, "b"));
    let more = r#"Count(metric: OperationsPerSecond, on: ["a", "b"], above: 6)"#;
    assert_eq!(fired("", more), []);
    let least = r#"Count(metric: OperationsPerSecond, on: ["b", "a"], above: 5,
        aggregation: Minimum, lasting: "3m")"#;
    assert_eq!(fired("", least), first(3, "b"));
    let failover = r#"(at: "610s", do: Failover(on: "b"))"#;
    let fewer = r#"Count(metric: OperationsPerSecond, on: "b", below: 4)"#;
    assert_eq!(fired(failover, fewer)[0], (11, "b".to_owned()));
    let least = r#"Count(metric: OperationsPerSecond, on: "b", below: 4,
        aggregation: Minimum, lasting: "3m")"#;
    let alert = &watched(failover, least).alerts[0];
    assert_eq!(
        alert.resolved_at_ms,
        Some(14 * 60_000),
        "the least of three"
    );
}

/// The slowest peer counts.
#[test]
fn writes_pend_for_the_slowest_peer() {
    let cut = r#"(at: "5m", do: Partition(between: ("West Europe", "East US")))"#;
    let pending = r#"Count(metric: PendingLocalWritesMax, on: ["a", "b"], above: 100)"#;
    assert_eq!(fired(cut, pending), first(6, "b"));
}

/// Replicas take memory too, and `usedmemory` has them in it.
#[test]
fn used_memory_is_that_of_replicas_too() {
    let show = r#"(at: "30m", do: Show("c"))"#;
    let shown = watched(show, "Unhealthy()");
    let counters = &shown.shows[0].counters;
    let used = counters.iter().find(|one| one.name == "usedmemory");
    let twice = used.expect("it is shown").value * 2;
    let above = |bytes: u64| format!(r#"Bytes(metric: UsedMemory, on: "d", above: "{bytes}B")"#);
    assert_eq!(fired("", &above(1)), [], "there is no such instance");
    let above = |bytes: u64| above(bytes).replace("\"d\"", "\"c\"");
    assert!(!fired("", &above(twice / 10 * 9)).is_empty());
    assert!(fired("", &above(twice / 10 * 13)).is_empty());
}
