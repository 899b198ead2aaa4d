//! Members that come, go and are cleared while others are away: every check of the run holds.

use crate::refusals::outcome;

/// Members `a`, `b` and `c`, with clients on those named.
fn group(assumptions: &str, clients: &str, steps: &str) -> String {
    format!(
        r#"(schema_version: 1, question: "?", storm: "1h", settle: "10m",
        assumptions: ({assumptions}),
        instances: [
            (name: "a", region: "East US", sku: "ComputeOptimized_X3"),
            (name: "b", region: "West Europe", sku: "ComputeOptimized_X3"),
            (name: "c", region: "Southeast Asia", sku: "ComputeOptimized_X3"),
        ],
        fill: [(prefix: "k:", keys: 200, holds: String, value: "100B")],
        traffic: [(fleet: "f", {clients} keys: "k:", mix: "ycsb-a", arrivals: Poisson("2/s"),
            ends: "59m")],
        timeline: [{steps}])"#
    )
}

/// A survivor that is dark when a member is dropped learns of it from the others, and takes
/// nothing more of the dropped one.
#[test]
fn who_was_away_learns_of_the_unlink() {
    let away = [
        (
            r#"Outage(region: "Southeast Asia")"#,
            r#"Return(region: "Southeast Asia")"#,
        ),
        (
            r#"Partition(between: [
                ("Southeast Asia", "East US"), ("Southeast Asia", "West Europe"),
            ])"#,
            "Heal()",
        ),
    ];
    for (begins, ends) in away {
        let steps = format!(
            r#"
            (at: "5m", do: {begins}),
            (at: "20m", do: ForceUnlink(on: "b", drop: "a"), result: Succeeds),
            (at: "30m", do: {ends}),
            (at: "40m", do: Command(on: "a", run: "SET stale 1", reply: "OK")),
            (at: "41m", do: Command(on: "c", run: "GET stale", reply: "(nil)")),
            (at: "42m", do: Command(on: "b", run: "SET fresh 1", reply: "OK")),
            (at: "43m", do: Command(on: "c", run: "GET fresh", reply: "\"1\"")),
        "#
        );
        outcome(&group("", "", &steps), &[]);
    }
}

/// Who never heard of an unlink meets the member again when it is back.
#[test]
fn a_member_is_never_known_twice() {
    let steps = r#"
        (at: "1m", do: Partition(between: ("Southeast Asia", "East US"))),
        (at: "20m", do: ForceUnlink(on: "c", drop: "b"), result: Succeeds),
        (at: "30m", do: ForceLink(on: "b"), result: Succeeds),
    "#;
    outcome(&group("edition: Later", "on: \"a\",", steps), &[]);
}

/// A region that never comes back has lost the fill, too.
#[test]
fn lost_memory_may_stay_lost() {
    let steps = r#"(at: "5m", do: Outage(region: "East US", memory: Lost))"#;
    let two = group("", "on: \"b\",", steps);
    let third = r#"(name: "c", region: "Southeast Asia", sku: "ComputeOptimized_X3"),"#;
    outcome(&two.replace(third, ""), &[]);
}

/// A member that stands alone after a flush of its group is flushed again.
#[test]
fn two_flushes_with_an_unlink_between() {
    let steps = r#"
        (at: "3m", do: Flush(on: "a"), result: Succeeds),
        (at: "5m", do: ForceUnlink(on: "b", drop: "a"), result: Succeeds),
        (at: "8m", do: Flush(on: "a"), result: Succeeds),
    "#;
    outcome(&group("", "", steps), &[]);
}

/// A flush reaches a member that is cut off when it rejoins; what it took meanwhile goes with it.
#[test]
fn a_flush_waits_for_a_member_that_is_cut_off() {
    let steps = r#"
        (at: "1m", do: Command(on: "b", run: "SET old 1", reply: "OK")),
        (at: "2m", do: Partition(between: [
            ("West Europe", "East US"), ("West Europe", "Southeast Asia"),
        ])),
        (at: "5m", do: Flush(on: "a"), result: Succeeds),
        (at: "6m", do: Command(on: "a", run: "GET old", reply: "(nil)")),
        (at: "6m", do: Command(on: "b", run: "GET old", reply: "\"1\"")),
        (at: "7m", do: Command(on: "b", run: "SET meanwhile 1", reply: "OK")),
        (at: "10m", do: Heal()),
        (at: "11m", do: Command(on: "b", run: "GET old", reply: "(nil)")),
        (at: "12m", do: Command(on: "b", run: "GET meanwhile", reply: "(nil)")),
        (at: "12m", do: Command(on: "a", run: "GET meanwhile", reply: "(nil)")),
    "#;
    outcome(&group("", "", steps), &[]);
}

/// There is nothing that could take the place of a node without a replica.
#[test]
fn a_node_without_a_replica_takes_its_data_with_it() {
    let steps = r#"
        (at: "1m", do: Command(on: "d", run: "SET x 1", reply: "OK")),
        (at: "2m", do: Failover(on: "d")),
        (at: "3m", do: Command(on: "d", run: "GET x", reply: "(nil)")),
    "#;
    let alone = r#"
            (name: "d", region: "Japan East", sku: "Balanced_B10", at_start: Alone,
                high_availability: false),
        ],
        fill"#;
    let text = group("", "on: \"a\",", steps).replacen("],\n        fill", alone, 1);
    outcome(&text, &[]);
}

/// Each group has a scaling lock of its own.
#[test]
fn locks_are_of_their_group() {
    let steps = r#"
        (at: "1m", do: Create(instance: "d", group: "other", linked: "d"), result: Succeeds),
        (at: "30m", do: Scale(on: "d", to: "ComputeOptimized_X5"), then: Unlocked),
        (at: "31m", do: Scale(on: "a", to: "ComputeOptimized_X5"), then: [
            Locked(leader: "a", to: "ComputeOptimized_X5"),
        ]),
    "#;
    let absent = r#"
            (name: "d", region: "Japan East", sku: "ComputeOptimized_X3", at_start: Absent),
        ],
        fill"#;
    let text = group("", "on: \"a\",", steps).replacen("],\n        fill", absent, 1);
    outcome(&text, &[]);
}

/// The first of a group has nobody to catch up with, and whoever was deleted is not missed.
#[test]
fn one_member_left_is_whole() {
    let steps = r#"
        (at: "5m", do: Delete(on: "b"), result: Succeeds),
        (at: "15m", do: Delete(on: "c"), result: Succeeds),
        (at: "20m", do: Delete(on: "b"), result: Refused("E-NOT-FOUND")),
        (at: "25m", do: Delete(on: "a"), result: Succeeds),
        (at: "32m", do: Create(instance: "d"), result: Succeeds),
        (at: "55m", do: Command(on: "d", run: "SET x 1", reply: "OK")),
    "#;
    let absent = r#"
            (name: "d", region: "Japan East", sku: "ComputeOptimized_X3", at_start: Absent),
        ],
        fill"#;
    let text = group("", "on: \"a\",", steps).replacen("],\n        fill", absent, 1);
    let outcome = outcome(&text, &[]);
    assert!(outcome.convergence.converged);
    assert_eq!(outcome.convergence.excuses, [], "nobody is left to differ");
    let refused = outcome.control.iter().find_map(|one| one.detail.as_deref());
    let told = refused.is_some_and(|text| text.contains("`b`, deleted at 10m"));
    assert!(told, "{refused:?}");
}

/// What one group of one has is nobody's in another, until a force-link is let through to both.
#[test]
fn groups_of_one_are_strangers() {
    let steps = |result: &str, seen: &str| {
        format!(
            r#"
            (at: "1m", do: Create(instance: "d", group: "other", linked: "d"), result: Succeeds),
            (at: "1m", do: Create(instance: "e", linked: "e"), result: Refused("E-SPLIT")),
            (at: "2m", do: Delete(on: "b")),
            (at: "7m", do: Delete(on: "c")),
            (at: "24m", do: Command(on: "d", run: "SET x d", reply: "OK")),
            (at: "25m", do: Create(instance: "e", linked: ["a", "d", "e", "e"]),
                result: Refused("E-SPLIT")),
            (at: "26m", do: Create(instance: "e", linked: ["a", "d", "e"]), result: {result}),
            (at: "58m", do: Command(on: "a", run: "GET x", reply: "{seen}")),
        "#
        )
    };
    let absent = r#"
            (name: "d", region: "Japan East", sku: "ComputeOptimized_X3", at_start: Absent),
            (name: "e", region: "Japan West", sku: "ComputeOptimized_X3", at_start: Absent),
        ],
        fill"#;
    let ways = [
        ("", "Fails(\"E-LINK-TIMEOUT\")", "(nil)"),
        ("strangers_link: true", "Succeeds", "\\\"d\\\""),
    ];
    for (assumption, result, seen) in ways {
        let text = group(assumption, "on: \"a\",", &steps(result, seen));
        outcome(&text.replacen("],\n        fill", absent, 1), &[]);
    }
}

/// An instance without clustering is one shard, until it gets a clustering policy.
#[test]
fn one_shard_until_clustered() {
    let steps = r#"
        (at: "1m", do: Show("d"), then: Shards(on: "d", are: 1)),
        (at: "2m", do: Update(on: "d", set: Clustering(OssCluster)), result: Succeeds),
        (at: "30m", do: Show("d"), then: Shards(on: "d", are: 2)),
    "#;
    let alone = r#"
            (name: "d", region: "Japan East", sku: "Balanced_B10", at_start: Alone,
                clustering: NoCluster),
        ],
        fill"#;
    let text = group("", "on: \"a\",", steps).replacen("],\n        fill", alone, 1);
    outcome(&text, &[]);
}
