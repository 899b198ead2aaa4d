//! Members that come, go and are cleared while others are away: every check of the run holds.

use meridian::history::Event;
use meridian::scenario;
use meridian::world::{Options, World};

use crate::refusals::outcome;

/// Members `a`, `b` and `c`, with clients on those named.
pub(crate) fn group(assumptions: &str, clients: &str, steps: &str) -> String {
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
        (at: "30m", do: Scale(on: "d", to: "ComputeOptimized_X5"), then: [
            Unlocked, Locked(leader: "d", to: "ComputeOptimized_X5"),
        ]),
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

/// A member cut off from some, or one way, is still reached by a flush.
#[test]
fn a_flush_reaches_who_is_not_wholly_cut_off() {
    let cuts = [
        r#"between: ("West Europe", "East US")"#,
        r#"one_way: [("West Europe", "East US"), ("West Europe", "Southeast Asia")]"#,
    ];
    for cut in cuts {
        let steps = format!(
            r#"
            (at: "1m", do: Command(on: "b", run: "SET old 1", reply: "OK")),
            (at: "2m", do: Partition({cut})),
            (at: "5m", do: Flush(on: "a"), result: Succeeds),
            (at: "6m", do: Command(on: "b", run: "GET old", reply: "(nil)")),
            (at: "10m", do: Heal()),
        "#
        );
        outcome(&group("", "on: \"a\",", &steps), &[]);
    }
}

/// A flush that is owed is carried out once, when the member can be reached, and not before.
#[test]
fn an_owed_flush_waits_for_all_that_keeps_it() {
    let steps = r#"
        (at: "1m", do: Command(on: "b", run: "SET old 1", reply: "OK")),
        (at: "2m", do: Partition(between: [
            ("West Europe", "East US"), ("West Europe", "Southeast Asia"),
        ])),
        (at: "5m", do: Flush(on: "a"), result: Succeeds),
        (at: "6m", do: Outage(region: "West Europe")),
        (at: "7m", do: Return(region: "West Europe")),
        (at: "8m", do: Command(on: "b", run: "GET old", reply: "\"1\"")),
        (at: "9m", do: Outage(region: "West Europe")),
        (at: "10m", do: Heal()),
        (at: "630s", do: Delete(on: "b"), result: Refused("E-UNREACHABLE")),
        (at: "11m", do: Return(region: "West Europe")),
        (at: "12m", do: Command(on: "b", run: "GET old", reply: "(nil)")),
        (at: "13m", do: Command(on: "b", run: "SET new 1", reply: "OK")),
        (at: "14m", do: Outage(region: "West Europe")),
        (at: "15m", do: Return(region: "West Europe")),
        (at: "16m", do: Command(on: "b", run: "GET new", reply: "\"1\"")),
    "#;
    outcome(&group("", "on: \"a\",", steps), &[]);
}

/// Who is dropped while it owes a flush owes it no more.
#[test]
fn who_is_dropped_owes_no_flush() {
    let steps = r#"
        (at: "1m", do: Command(on: "b", run: "SET old 1", reply: "OK")),
        (at: "2m", do: Partition(between: [
            ("West Europe", "East US"), ("West Europe", "Southeast Asia"),
        ])),
        (at: "5m", do: Flush(on: "a"), result: Succeeds),
        (at: "8m", do: ForceUnlink(on: "a", drop: "b"), result: Succeeds),
        (at: "15m", do: Heal()),
        (at: "16m", do: Command(on: "b", run: "GET old", reply: "\"1\"")),
    "#;
    outcome(&group("", "on: \"a\",", steps), &[]);
}

/// A node without a replica is away as long as after any failover that nobody planned.
#[test]
fn a_lost_node_is_away_for_as_long_as_a_failover_takes() {
    let steps = r#"
        (at: "2m", do: Failover(on: "d", planned: true)),
        (at: "131s", do: Show("d"), then: Closed("d")),
        (at: "133s", do: Show("d"), then: Serves("d")),
    "#;
    let alone = r#"
            (name: "d", region: "Japan East", sku: "Balanced_B10", at_start: Alone,
                high_availability: false),
        ],
        fill"#;
    let text = group("", "on: \"a\",", steps).replacen("],\n        fill", alone, 1);
    outcome(&text, &[]);
}

/// Heals between others do not end what keeps a flush from a member.
#[test]
fn a_flush_waits_for_the_right_heal() {
    let steps = r#"
        (at: "1m", do: Command(on: "b", run: "SET old 1", reply: "OK")),
        (at: "2m", do: Partition(between: [
            ("West Europe", "East US"), ("West Europe", "Southeast Asia"),
            ("East US", "Southeast Asia"),
        ])),
        (at: "3m", do: Command(on: "b", run: "SET before 1", reply: "OK")),
        (at: "5m", do: Flush(on: "a"), result: Succeeds),
        (at: "7m", do: Heal(between: ("East US", "Southeast Asia"))),
        (at: "8m", do: Command(on: "b", run: "SET after 1", reply: "OK")),
        (at: "9m", do: Command(on: "b", run: "GET old", reply: "\"1\"")),
        (at: "10m", do: Heal()),
        (at: "11m", do: Command(on: "b", run: "GET old", reply: "(nil)")),
        (at: "11m", do: Command(on: "b", run: "GET before", reply: "(nil)")),
        (at: "11m", do: Command(on: "b", run: "GET after", reply: "(nil)")),
    "#;
    outcome(&group("", "on: \"a\",", steps), &[]);
}

/// A flush of a former member takes what it alone has: the group keeps what it got.
#[test]
fn a_former_member_flushes_its_own_alone() {
    let steps = r#"
        (at: "4m", do: Command(on: "a", run: "SET x 1", reply: "OK")),
        (at: "5m", do: ForceUnlink(on: "b", drop: "a"), result: Succeeds),
        (at: "6m", do: Command(on: "a", run: "SET y 1", reply: "OK")),
        (at: "11m", do: Flush(on: "a"), result: Succeeds),
        (at: "13m", do: Command(on: "a", run: "SET z 1", reply: "OK")),
    "#;
    let outcome = outcome(&group("", "on: \"b\",", steps), &[]);
    let writes = &outcome.writes;
    assert_eq!((writes.flushed, writes.durability_loss), (1, 1));
}

/// A member is dropped, and its link to who cannot know it yet goes on: what a flush takes from it
/// alone does not come back that way, nor does the other take it for a member that has all.
#[test]
fn a_former_member_that_is_flushed_hears_nobody() {
    let steps = r#"
        (at: "1m", do: Partition(between: [
            ("East US", "West Europe"), ("East US", "Southeast Asia"),
        ])),
        (at: "5m", do: ForceUnlink(on: "a", drop: "c"), result: Succeeds),
        (at: "10m", do: Flush(on: "c"), result: Succeeds),
        (at: "12m", do: Command(on: "b", run: "SET after 1", reply: "OK")),
        (at: "13m", do: Command(on: "c", run: "GET after", reply: "(nil)")),
        (at: "14m", do: Command(on: "c", run: "DBSIZE", reply: "(integer) 0")),
        (at: "30m", do: Heal()),
    "#;
    outcome(&group("", "on: [\"a\", \"b\"],", steps), &[]);
}

/// A flush is of its own group, and leaves those of others.
#[test]
fn a_flush_is_of_its_group() {
    let steps = r#"
        (at: "1m", do: Create(instance: "d", group: "other", linked: "d"), result: Succeeds),
        (at: "30m", do: Flush(on: "d"), result: Succeeds),
    "#;
    let absent = r#"
            (name: "d", region: "Japan East", sku: "ComputeOptimized_X3", at_start: Absent),
        ],
        fill"#;
    let text = group("", "on: \"a\",", steps).replacen("],\n        fill", absent, 1);
    assert_eq!(outcome(&text, &[]).writes.flushed, 0);
}

/// A stream that goes on does not bring back whom the group has dropped meanwhile.
#[test]
fn a_stream_from_a_dropped_member_stays_off() {
    let steps = r#"
        (at: "1m", do: Stall(on: "c", from: "a")),
        (at: "5m", do: ForceUnlink(on: "b", drop: "a"), result: Succeeds),
        (at: "10m", do: Resume(on: "c", from: "a")),
        (at: "11m", do: Command(on: "a", run: "SET stale 1", reply: "OK")),
        (at: "12m", do: Command(on: "c", run: "GET stale", reply: "(nil)")),
    "#;
    outcome(&group("", "on: \"b\",", steps), &[]);
}

/// How many writes of the first instance were lost, and why.
fn loss(text: &str) -> (u64, Option<&'static str>) {
    let plan = scenario::parse("loss.ron", text, &[]);
    let plan = plan.unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
    let mut found = (0, None);
    World::new(&plan, Options::default()).run(&mut |seen| {
        if let Event::Writes(writes) = &seen.event
            && writes.lost > 0
        {
            found = (writes.lost, writes.cause);
        }
    });
    found
}

/// What took a write first is why it is lost, whatever befell its member, or others, later.
#[test]
fn a_loss_has_the_cause_that_took_it() {
    let cut = r#"
        (at: "1m", do: Partition(between: [
            ("East US", "West Europe"), ("East US", "Southeast Asia"),
        ])),
        (at: "2m", do: Command(on: "a", run: "SET x 1", reply: "OK")),
    "#;
    let dark = r#"
        (at: "3m", do: Outage(region: "East US", memory: Lost)),
        (at: "4m", do: Return(region: "East US")),
        (at: "5m", do: Heal()),
        (at: "20m", do: ForceUnlink(on: "c", drop: "b"), result: Succeeds),
    "#;
    let dropped = r#"(at: "3m", do: ForceUnlink(on: "b", drop: "a"), result: Succeeds),"#;
    let and_wrote = r#"(at: "10m", do: Command(on: "a", run: "SET y 1", reply: "OK")),"#;
    let cases = [
        (dark.to_owned(), 1, "memory was lost before they were sent"),
        (
            dropped.to_owned(),
            1,
            "the only member that had them was unlinked",
        ),
        (
            dropped.to_owned() + and_wrote,
            2,
            "the member was unlinked before it had sent them",
        ),
    ];
    for (steps, lost, cause) in cases {
        let text = group("", "on: \"b\",", &(cut.to_owned() + &steps));
        let text = text.replace("\"ycsb-a\"", "\"ycsb-c\"");
        assert_eq!(loss(&text), (lost, Some(cause)), "{steps}");
    }
}

/// The same of an instance that no group has.
#[test]
fn a_lone_loss_has_its_cause() {
    let cases = [
        (r#"Failover(on: "d")"#, "a node without a replica was lost"),
        (
            r#"Delete(on: "d")"#,
            "the instance was deleted before it had sent them",
        ),
    ];
    let alone = r#"
            (name: "d", region: "Japan East", sku: "Balanced_B10", at_start: Alone,
                high_availability: false),
        ],
        fill"#;
    for (act, cause) in cases {
        let steps = format!(
            r#"
            (at: "1m", do: Command(on: "d", run: "SET x 1", reply: "OK")),
            (at: "2m", do: {act}),
        "#
        );
        let text = group("", "on: \"a\",", &steps).replacen("],\n        fill", alone, 1);
        let text = text.replace("\"ycsb-a\"", "\"ycsb-c\"");
        assert_eq!(loss(&text), (1, Some(cause)), "{act}");
        let example = &outcome(&text, &[]).writes.examples[0];
        assert_eq!(example.key, "x", "{act}");
    }
}

/// A rule acts once, however often it would; an alert fires each time, and resolves between.
#[test]
fn a_rule_acts_once() {
    let steps = r#"
        (at: "5m", do: Outage(region: "East US")),
        (at: "10m", do: Return(region: "East US")),
        (at: "20m", do: Outage(region: "East US")),
        (at: "30m", do: Return(region: "East US")),
    "#;
    let rules = r#"
        runbook: [(name: "clear", when: State(is: Closed("a"), lasting: "2m"), reaction: "1m",
            then: Flush(on: "b"))],
        alerts: [(name: "away", when: State(is: Closed("a"), lasting: "2m"))],
        timeline: ["#;
    let text = group("", "on: \"b\",", steps).replace("timeline: [", rules);
    let outcome = outcome(&text, &[]);
    let requests: Vec<u64> = outcome.control.iter().map(|one| one.at_ms).collect();
    assert_eq!(requests, [8 * 60_000]);
    let alerts = outcome.alerts.iter();
    let alerts = alerts.filter(|one| one.rule == "away");
    let told: Vec<_> = alerts
        .map(|one| (one.fired_at_ms, one.resolved_at_ms))
        .collect();
    let minutes = |from: u64, to: u64| (from * 60_000, Some(to * 60_000));
    assert_eq!(told, [minutes(7, 10), minutes(22, 30)]);
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
