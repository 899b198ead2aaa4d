//! Failovers and lost zones: what replicas lack is gone, and what is away answers nobody.

use meridian::instance::shard_of_slot;
use meridian::instance::slot::{TagRule, slot};

use crate::incidents::{AWAY, faults, group, mistakes};
use crate::refusals::outcome;

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

/// What was made after the replicas' state is gone, and what was removed after it is back.
#[test]
fn a_failover_takes_keys_back_to_what_replicas_have() {
    let fill = r#"fill: [(prefix: "k:", keys: 40, holds: String, value: "100B")],
        timeline: ["#;
    let steps = r#"
        (at: "59s", do: Command(on: "a", run: "SADD set x", reply: "(integer) 1")),
        (at: "59s", do: Command(on: "a", run: "SET gone 1", reply: "OK")),
        (at: "59s", do: Command(on: "a", run: "DEL k:7", reply: "(integer) 1")),
        (at: "59s", do: Command(on: "b", run: "SET k:8 theirs", reply: "OK")),
        (at: "59995ms", do: Command(on: "a", run: "SADD set y", reply: "(integer) 1")),
        (at: "59995ms", do: Command(on: "a", run: "SET made 1", reply: "OK")),
        (at: "59995ms", do: Command(on: "a", run: "DEL gone", reply: "(integer) 1")),
        (at: "59995ms", do: Command(on: "a", run: "SET k:7 mine", reply: "OK")),
        (at: "59995ms", do: Command(on: "a", run: "SET k:8 mine", reply: "OK")),
        (at: "59995ms", do: Command(on: "a", run: "DEL k:9", reply: "(integer) 1")),
        (at: "1m", do: Failover(on: "a")),
        (at: "80s", do: Command(on: "a", run: "SMEMBERS set", reply: "1) \"x\"")),
        (at: "80s", do: Command(on: "a", run: "GET gone", reply: "\"1\"")),
        (at: "80s", do: Command(on: "a", run: "EXISTS made", reply: "(integer) 0")),
        (at: "80s", do: Command(on: "a", run: "EXISTS k:7", reply: "(integer) 0")),
        (at: "80s", do: Command(on: "a", run: "GET k:8", reply: "\"theirs\"")),
        (at: "80s", do: Command(on: "a", run: "STRLEN k:9", reply: "(integer) 100")),
        (at: "81s", do: Command(on: "b", run: "GET gone", reply: "\"1\"")),
        (at: "81s", do: Command(on: "b", run: "EXISTS made", reply: "(integer) 0")),
        (at: "81s", do: Command(on: "b", run: "GET k:8", reply: "\"theirs\"")),
    "#;
    let text = group("", r#"replica_lag: "10ms""#, steps).replace("timeline: [", fill);
    let outcome = outcome(&text, &[]);
    assert!(outcome.writes.durability_loss >= 4, "{:?}", outcome.writes);
}

/// What is in a dark region fails over no more: nothing is lost, and nothing told.
#[test]
fn nothing_befalls_what_is_down() {
    let steps = r#"
        (at: "59s", do: Command(on: "a", run: "SET bar kept", reply: "OK")),
        (at: "1m", do: Outage(region: "East US")),
        (at: "2m", do: Failover(on: "a")),
        (at: "150s", do: Show("a"), then: Closed("a")),
        (at: "3m", do: Failover(on: "a", planned: true)),
        (at: "4m", do: Return(region: "East US")),
        (at: "5m", do: Command(on: "a", run: "GET bar", reply: "\"kept\"")),
    "#;
    let outcome = outcome(&group("", "", steps), &[]);
    let names: Vec<String> = faults(&outcome).into_iter().map(|one| one.0).collect();
    assert_eq!(names, ["East US dark"]);
}

/// Each shard of an instance that is to grow has several parts, and all of them fail over.
#[test]
fn a_shard_of_many_parts_fails_over_whole() {
    let keys = ["bar", "foo", "a", "b", "c", "d", "e", "f", "g", "h"];
    let mut steps = String::new();
    for key in keys {
        let shard = shard_of_slot(slot(key.as_bytes(), TagRule::Oss), 2);
        let reply = match shard {
            0 => AWAY,
            _ => r#"reply: "(nil)""#,
        };
        steps += &format!(r#"(at: "61s", do: Command(on: "a", run: "GET {key}", {reply})),"#);
    }
    let steps = format!(
        r#"
        (at: "1m", do: Failover(on: "a", shards: 0)),
        {steps}
        (at: "2m", do: Failover(on: "a", shards: [1, 0, 1], planned: true)),
        (at: "3m", do: Scale(on: "a", to: "Balanced_B20"), result: Succeeds),
        (at: "40m", do: Failover(on: "a", shards: 5)),
    "#
    );
    let outcome = outcome(&group("", "", &steps), &[]);
    let names: Vec<String> = faults(&outcome).into_iter().map(|one| one.0).collect();
    let expected = [
        "a fails over: shard 0",
        "a fails over",
        "a fails over: shard 5",
    ];
    assert_eq!(names, expected);
}

/// The nearest peer counts, and a lag as long as the way to it is too long.
#[test]
fn replicas_lag_less_than_the_nearest_peer() {
    let steps = r#"(at: "1m", do: ZoneLoss(region: "East US"))"#;
    let third = r#"instances: [
            (name: "c", region: "East US 2", sku: "Balanced_B10", shards: 2),"#;
    let text = |lag: &str| {
        let text = group("", &format!(r#"replica_lag: "{lag}""#), steps);
        text.replace("instances: [", third)
    };
    let found = mistakes(&text("30ms"));
    let nearest = found
        .split("the nearest peer ")
        .nth(1)
        .expect("it says which");
    let nearest = nearest.split_whitespace().next().expect("how near");
    assert!(mistakes(&text(nearest)).contains("the nearest peer"));
}

/// Connections do not survive their primaries, and what was to be executed goes with them.
#[test]
fn a_failover_ends_transactions() {
    let steps = r#"
        (at: "59s", do: Command(on: "a", client: "c", run: "MULTI", reply: "OK")),
        (at: "59s", do: Command(on: "a", client: "c", run: "SET bar 1", reply: "QUEUED")),
        (at: "1m", do: Failover(on: "a", planned: true)),
        (at: "61s", do: Command(on: "a", client: "c", run: "EXEC",
            reply: "(error) ERR EXEC without MULTI")),
    "#;
    outcome(&group("", "", steps), &[]);
}

/// While any shard is away, the instance does not serve as a whole.
#[test]
fn failovers_overlap() {
    let steps = format!(
        r#"
        (at: "1m", do: Failover(on: "a", shards: 0)),
        (at: "65s", do: Failover(on: "a", shards: 1, planned: true)),
        (at: "70s", do: Show("a"), then: Closed("a")),
        (at: "70s", do: Command(on: "a", run: "GET bar", {AWAY})),
        (at: "70s", do: Command(on: "a", run: "GET foo", reply: "(nil)")),
        (at: "73s", do: Show("a"), then: Serves("a")),
    "#
    );
    outcome(&group("", "", &steps), &[]);
}

/// What expires in the instant before a failover is back with the replicas, and expires anew.
#[test]
fn what_was_due_expires_after_a_failover() {
    let steps = r#"
        (at: "59955ms", do: Command(on: "a", run: "SET bar 1 PX 40", reply: "OK")),
        (at: "59999ms", do: Command(on: "a", run: "DBSIZE", reply: "(integer) 0")),
        (at: "1m", do: Failover(on: "a")),
        (at: "80s", do: Command(on: "a", run: "DBSIZE", reply: "(integer) 0")),
    "#;
    outcome(&group("", r#"replica_lag: "10ms""#, steps), &[]);
}

/// Whatever waits at a shard that is away when the run ends is excused by that.
#[test]
fn a_run_may_end_amid_a_failover() {
    for planned in [false, true] {
        let steps = format!(
            r#"
            (at: "3599s", do: Failover(on: "a", planned: {planned})),
            (at: "3599500ms", do: Command(on: "b", run: "SET bar 1", reply: "OK")),
        "#
        );
        let text = group("", r#"planned_failover: "30s""#, &steps);
        let outcome = outcome(&text.replace(r#"settle: "1m""#, r#"settle: "5s""#), &[]);
        let mut excuses = outcome.convergence.excuses.iter();
        let stalls = "nothing comes into shard 0 of a";
        let is_excused = excuses.any(|one| one.reason.contains(stalls));
        assert!(is_excused, "{:?}", outcome.convergence.excuses);
    }
}
