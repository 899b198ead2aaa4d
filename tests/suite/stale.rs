//! Stale mode, statement by statement: a member that has lost its memory and not caught up.
//!
//! Source: Redis docs, active-active/syncer.md and app-failover-active-active.md.

use meridian::checks::{Checks, Status};
use meridian::history::{Event, LinkEvent, MemoryKind, Observation};
use meridian::id::{InstanceId, RegionId};
use meridian::network::Delay;
use meridian::plan::{Memory, Operation, Plan, Request, Step, ValueKind};
use meridian::quantity::{ByteRate, Bytes};
use meridian::scenario;
use meridian::time::{SimDuration, SimTime};
use meridian::world::{Options, World};

use crate::plans;
use crate::world_laws::{assert_agreement, assert_honest};

const STALE: &str =
    "(error) ERR this instance is stale: it takes no writes until it has caught up with its peers";

/// Runs a plan whose checks hold; what each command was answered.
fn told(mut plan: Plan) -> (Vec<String>, Vec<Observation>) {
    plan.timeline.sort_by_key(|timed| timed.at);
    let (mut checks, mut seen) = (Checks::new(&plan), Vec::new());
    World::new(&plan, Options::default()).run(&mut |observation| {
        checks.observe(observation);
        seen.push(observation.clone());
    });
    for verdict in checks.finish().checks {
        assert_ne!(verdict.status, Status::Fail, "{verdict:#?}");
    }
    let replies = seen.iter().filter_map(|one| match &one.event {
        Event::Command(command) => Some(command.reply.clone()),
        _ => None,
    });
    (replies.collect(), seen)
}

/// The second of so many members loses its memory at 5 s, and is back at 7 s.
fn returning(members: usize) -> Plan {
    let mut plan = plans::group(members, 40);
    let (region, memory) = (RegionId(1), Memory::Lost);
    plans::at(&mut plan, 5_000, Step::Outage { region, memory });
    plans::at(&mut plan, 7_000, Step::Return(region));
    plan
}

/// It answers reads and refuses writes, those of a transaction too; to know that it is not stale a
/// client must write.
#[test]
fn a_stale_member_reads_and_does_not_write() {
    let mut plan = returning(2);
    let lines = [
        (1_000, 1, "SET mine a", "OK"),
        (1_001, 0, "SET theirs b", "OK"),
        (7_001, 1, "GET mine", "(nil)"),
        (7_002, 1, "SET mine c", STALE),
        (7_003, 1, "DEL mine", STALE),
        (7_004, 1, "MULTI", "OK"),
        (7_005, 1, "SET mine c", STALE),
        (
            7_006,
            1,
            "EXEC",
            "(error) EXECABORT Transaction discarded because of previous errors.",
        ),
        (7_007, 1, "EXISTS mine", "(integer) 0"),
        // Released by the merge: its own older writes have come back to it.
        (9_000, 1, "GET mine", "\"a\""),
        (9_001, 1, "GET theirs", "\"b\""),
        (9_002, 1, "SET mine d", "OK"),
        (19_000, 0, "GET mine", "\"d\""),
    ];
    for (at, on, text, _) in lines {
        plans::command(&mut plan, at, on, text);
    }
    let expected: Vec<&str> = lines.iter().map(|line| line.3).collect();
    assert_eq!(told(plan).0, expected);
}

/// One that has never been written to is ready at once, though what it holds is old, or nothing.
#[test]
fn a_member_never_written_to_is_never_stale() {
    let mut plan = returning(3);
    let lines = [
        (1_000, 0, "SET theirs a", "OK"),
        (7_001, 1, "GET theirs", "(nil)"),
        (7_002, 1, "SET mine b", "OK"),
        (7_003, 1, "SET theirs c", "OK"),
        (7_004, 1, "GET mine", "\"b\""),
        (15_000, 1, "GET mine", "\"b\""),
        (15_001, 0, "GET mine", "\"b\""),
        (15_002, 2, "GET mine", "\"b\""),
        // It had not seen the other: the later by wall clock.
        (15_003, 0, "GET theirs", "\"c\""),
        (15_004, 1, "GET theirs", "\"c\""),
    ];
    for (at, on, text, _) in lines {
        plans::command(&mut plan, at, on, text);
    }
    let expected: Vec<&str> = lines.iter().map(|line| line.3).collect();
    let (replies, seen) = told(plan.clone());
    assert_eq!(replies, expected);
    assert_agreement(&plan, &seen);
}

/// The same under load, with filled keys: whatever it writes before it is reloaded is merged.
#[test]
fn a_member_never_written_to_may_write_while_it_is_reloaded() {
    for seed in 0..4 {
        let mut plan = returning(3);
        plan.seed = seed;
        plans::jitter(&mut plan);
        let keys = plans::populate(&mut plan, "user:", 2_000, ValueKind::String);
        let mix = [(Operation::Update, 7), (Operation::Delete, 2)];
        plans::traffic(&mut plan, keys, 300, &mix);
        for fleet in plan.fleets.iter_mut().filter(|one| one.instance.0 == 1) {
            fleet.starts = meridian::time::SimTime::from_millis(7_000);
        }
        let (_, seen) = told(plan.clone());
        assert_agreement(&plan, &seen);
        assert_honest(&plan, &seen);
    }
}

/// Keys of peers appear while it is still stale: as their state is merged, before all of it is.
#[test]
fn keys_of_peers_appear_while_it_is_stale() {
    let mut plan = returning(2);
    plans::populate(&mut plan, "user:", 8_000, ValueKind::String);
    plan.assumptions.chunk_bytes = Bytes(20_000);
    for route in plan.routes.iter_mut() {
        route.bandwidth = ByteRate(300_000);
    }
    plans::command(&mut plan, 1_000, 1, "SET mine a");
    let some = "EXISTS user:0 user:1 user:2 user:3999";
    plans::command(&mut plan, 8_500, 1, some);
    plans::command(&mut plan, 8_502, 1, "SET mine b");
    plans::command(&mut plan, 19_000, 1, some);
    plans::command(&mut plan, 19_001, 1, "SET mine b");
    let (replies, _) = told(plan);
    // One of the four is under its tagged name.
    let (some, all) = ("(integer) 2", "(integer) 3");
    assert_eq!(replies, ["OK", some, STALE, all, "OK"]);
}

/// It is released by whom it can reach, and not before it can reach somebody.
#[test]
fn a_stale_member_alone_stays_so() {
    let mut plan = returning(2);
    plans::command(&mut plan, 1_000, 1, "SET mine a");
    plans::at(&mut plan, 6_000, Step::Partition(plans::both(0, 1)));
    plans::at(&mut plan, 15_000, Step::Heal(plans::both(0, 1)));
    plans::command(&mut plan, 14_900, 1, "SET mine b");
    plans::command(&mut plan, 35_000, 1, "SET mine b");
    plan.storm = SimDuration::from_secs(40);
    assert_eq!(told(plan).0, ["OK", STALE, "OK"]);
}

/// What it writes once released has clocks that were never used: no peer takes it for known, though
/// it had written much before, of which they have all.
#[test]
fn clocks_are_not_used_anew() {
    let mut plan = returning(3);
    for number in 0..50 {
        let text = format!("SET k{number} before");
        plans::command(&mut plan, 1_000 + number, 1, &text);
        let text = format!("SET k{number} after");
        plans::command(&mut plan, 15_000 + number, 1, &text);
        for on in [0, 2] {
            let text = format!("GET k{number}");
            plans::command(&mut plan, 17_000 + number, on, &text);
        }
    }
    let (replies, _) = told(plan);
    let after = replies.iter().filter(|reply| *reply == "\"after\"").count();
    assert_eq!(after, 100);
}

/// A link that breaks and resumes from the backlog while the member is stale loses no key (the
/// behaviour since 7.8.2-34, RS114258).
#[test]
fn a_partial_sync_into_a_stale_member_loses_nothing() {
    let mut plan = returning(3);
    plan.storm = SimDuration::from_secs(60);
    // The third member's state takes long: the second stays stale for its sake.
    plans::populate(&mut plan, "user:", 8_000, ValueKind::String);
    plan.assumptions.chunk_bytes = Bytes(20_000);
    for route in plan.routes.iter_mut() {
        let ends = (route.from, route.to);
        route.delay = Delay::Constant(SimDuration::from_millis(40));
        if ends == (RegionId(2), RegionId(1)) {
            route.bandwidth = ByteRate(100_000);
        }
    }
    plans::command(&mut plan, 1_000, 1, "SET mine a");
    plans::at(&mut plan, 10_000, Step::Partition(plans::both(0, 1)));
    for number in 0..20 {
        let text = format!("SET k{number} v");
        plans::command(&mut plan, 10_100 + number, 0, &text);
    }
    plans::at(&mut plan, 11_000, Step::Heal(plans::both(0, 1)));
    plans::command(&mut plan, 14_000, 1, "SET mine b");
    for number in 0..20 {
        plans::command(&mut plan, 14_100 + number, 1, &format!("GET k{number}"));
    }
    plans::command(&mut plan, 59_000, 1, "SET mine b");
    let (replies, seen) = told(plan.clone());
    assert_eq!(replies[21], STALE);
    assert!(replies[22..42].iter().all(|reply| reply == "\"v\""));
    assert_eq!(replies[42], "OK");
    let resumed = seen.iter().any(|one| {
        let what = &one.event;
        matches!(
            what,
            Event::Link {
                from: InstanceId(0),
                to: InstanceId(1),
                what: meridian::history::LinkEvent::PartialSync,
                ..
            }
        ) && one.at.as_millis() > 11_000
    });
    assert!(resumed, "by a partial synchronisation");
    assert_agreement(&plan, &seen);
}

/// Three members, of which the first loses its memory.
fn scripted(timeline: &str) -> Plan {
    let text = format!(
        r#"(schema_version: 1, question: "What comes back?", seed: 1, storm: "60s", settle: "20s",
        instances: [
            (name: "a", region: "East US", sku: "Balanced_B3"),
            (name: "b", region: "West Europe", sku: "Balanced_B3"),
            (name: "c", region: "Southeast Asia", sku: "Balanced_B3"),
        ], timeline: [{timeline}])"#
    );
    scenario::parse("stale.ron", &text, &[]).expect("it is valid")
}

/// A peer that was cut off from it has nothing of it to give back; another one has, and must send
/// its state, also to a member that has merged the first one's by then.
#[test]
fn its_own_writes_come_back_from_whoever_has_them() {
    let plan = scripted(
        r#"(at: "6262ms", do: Partition(between: [("West Europe", "East US")])),
        (at: "7419ms", do: Command(on: "a", run: "SET d 0")),
        (at: "7420ms", do: Command(on: "a", run: "INCR n")),
        (at: "10188ms", do: Outage(region: "East US", memory: Lost)),
        (at: "12667ms", do: Heal()),
        (at: "19188ms", do: Return(region: "East US")),
        (at: "40s", do: Command(on: "a", run: "INCR n")),
        (at: "50s", do: Command(on: "a", run: "MGET d n")),
        (at: "50s", do: Command(on: "b", run: "MGET d n")),
        (at: "50s", do: Command(on: "c", run: "MGET d n")),"#,
    );
    let (replies, _) = told(plan);
    let both = "1) \"0\"\n2) \"2\"";
    let expected = ["OK", "(integer) 1", "(integer) 2", both, both, both];
    assert_eq!(replies, expected);
}

/// A peer that it cannot reach may be the only one that has some of its writes: it waits for it,
/// or what it writes next would tell the others that they know these. Meanwhile it catches up with
/// the other one again and again, whatever its tries with the first have come to.
#[test]
fn a_stale_member_waits_for_peers_that_it_cannot_reach() {
    let mut timeline = r#"(at: "6262ms", do: Partition(between: [("West Europe", "East US")])),
        (at: "7419ms", do: Command(on: "a", run: "SET d 0")),
        (at: "7420ms", do: Command(on: "a", run: "INCR n")),
        (at: "9s", do: Partition(between: [("Southeast Asia", "East US")])),
        (at: "10188ms", do: Outage(region: "East US", memory: Lost)),
        (at: "12s", do: Return(region: "East US")),"#
        .to_owned();
    for start in [14, 27, 41] {
        timeline += &format!(
            r#"(at: "{start}s", do: Heal(between: [("West Europe", "East US")])),
            (at: "{}s", do: Command(on: "a", run: "SET d 1")),
            (at: "{}s", do: Partition(between: [("West Europe", "East US")])),"#,
            start + 11,
            start + 12,
        );
    }
    let mut plan = scripted(&timeline);
    plan.storm = SimDuration::from_secs(100);
    plans::at(&mut plan, 55_000, Step::Heal(Vec::new()));
    plans::command(&mut plan, 80_000, 0, "INCR n");
    for on in 0..3 {
        plans::command(&mut plan, 90_000, on, "MGET d n");
    }
    let (replies, seen) = told(plan.clone());
    let both = "1) \"0\"\n2) \"2\"";
    let (stale, last) = ([STALE; 3], ["(integer) 2", both, both, both]);
    assert_eq!(
        replies,
        [&["OK", "(integer) 1"][..], &stale, &last].concat()
    );
    assert_agreement(&plan, &seen);
}

/// It does not wait for a peer that is dropped from the group; what only that one has is lost.
#[test]
fn a_stale_member_does_not_wait_for_a_dropped_peer() {
    let timeline = |unlinks: &str| {
        format!(
            r#"(at: "1s", do: Command(on: "a", run: "SET d 0")),
            (at: "5s", do: Outage(region: "Southeast Asia", memory: Kept)),
            (at: "6s", do: Outage(region: "East US", memory: Lost)),
            (at: "8s", do: Return(region: "East US")),
            (at: "20s", do: Command(on: "a", run: "SET d 1")),
            {unlinks}
            (at: "40s", do: Command(on: "a", run: "SET d 2")),"#
        )
    };
    assert_eq!(told(scripted(&timeline(""))).0, ["OK", STALE, STALE]);
    let unlinks = r#"(at: "30s", do: ForceUnlink(on: "b", drop: "c")),"#;
    assert_eq!(told(scripted(&timeline(unlinks))).0, ["OK", STALE, "OK"]);
}

/// With nobody left there is nothing to catch up with.
#[test]
fn a_stale_member_whose_last_peer_is_dropped_is_ready() {
    let mut plan = returning(2);
    plan.storm = SimDuration::from_secs(30);
    let (region, memory) = (RegionId(0), Memory::Kept);
    plans::command(&mut plan, 1_000, 1, "SET mine a");
    plans::at(&mut plan, 4_000, Step::Outage { region, memory });
    plans::command(&mut plan, 12_000, 1, "SET mine b");
    let (on, drop) = (InstanceId(1), InstanceId(0));
    plans::at(
        &mut plan,
        13_000,
        Step::from(Request::ForceUnlink { on, drop }),
    );
    plans::command(&mut plan, 14_000, 1, "SET mine c");
    assert_eq!(told(plan).0, ["OK", STALE, "OK"]);
}

/// A full synchronisation of so much data over so thin a route that it takes seconds.
fn returning_slowly() -> Plan {
    let mut plan = returning(2);
    plans::populate(&mut plan, "user:", 8_000, ValueKind::String);
    plan.sample_every = SimDuration::from_millis(50);
    plan.assumptions.chunk_bytes = Bytes(20_000);
    for route in plan.routes.iter_mut() {
        route.bandwidth = ByteRate(300_000);
    }
    plan
}

/// Memory that is lost while a state is sent or merged held its buffers, too.
#[test]
fn a_full_synchronisation_ends_with_the_memory_of_either_side() {
    for lost in [0, 1] {
        let mut plan = returning_slowly();
        plan.storm = SimDuration::from_secs(40);
        plans::command(&mut plan, 1_000, 1, "SET mine a");
        plans::command(&mut plan, 1_000, 0, "SET theirs a");
        let (region, memory) = (RegionId(lost), Memory::Lost);
        plans::at(&mut plan, 8_000, Step::Outage { region, memory });
        plans::at(&mut plan, 18_000, Step::Return(region));
        let (_, seen) = told(plan.clone());
        assert_honest(&plan, &seen);
        let kind = MemoryKind::SyncBuffers as usize;
        let dark = SimTime::from_secs(9)..SimTime::from_secs(18);
        for one in seen.iter().filter(|one| dark.contains(&one.at)) {
            if let Event::Ledger(ledger) = &one.event {
                assert!(
                    ledger.instance.0 != lost || ledger.used[kind] == 0,
                    "{one:?}"
                );
            }
        }
    }
}

/// A peer whose stream began while the member still merged, so without some of its older writes,
/// gets them all the same.
#[test]
fn what_comes_back_late_is_passed_on_to_whom_streams_already() {
    let mut plan = returning(3);
    plan.storm = SimDuration::from_secs(60);
    plans::populate(&mut plan, "user:", 8_000, ValueKind::String);
    plan.assumptions.chunk_bytes = Bytes(20_000);
    for route in plan.routes.iter_mut() {
        route.delay = Delay::Constant(SimDuration::from_millis(40));
        if (route.from, route.to) == (RegionId(2), RegionId(1)) {
            route.bandwidth = ByteRate(100_000);
        }
    }
    plans::at(&mut plan, 1_000, Step::Partition(plans::both(0, 1)));
    for number in 0..20 {
        plans::command(&mut plan, 4_000 + number, 1, &format!("SET k{number} v"));
    }
    plans::at(&mut plan, 5_500, Step::Heal(plans::both(0, 1)));
    plans::command(&mut plan, 50_000, 1, "SET mine a");
    for number in 0..20 {
        plans::command(&mut plan, 59_000 + number, 0, &format!("GET k{number}"));
    }
    let (replies, seen) = told(plan.clone());
    assert_eq!(replies[20], "OK");
    assert!(
        replies[21..].iter().all(|reply| reply == "\"v\""),
        "{replies:?}"
    );
    assert_agreement(&plan, &seen);
}

/// The receiver of a full synchronisation pays for its buffer as long as it merges.
#[test]
fn a_merge_is_charged_from_its_start() {
    let mut plan = returning_slowly();
    plans::command(&mut plan, 1_000, 1, "SET mine a");
    let (_, seen) = told(plan.clone());
    let of_link = |what: LinkEvent| {
        let found = seen.iter().find(|one| {
            matches!(&one.event, Event::Link { to: InstanceId(1), what: found, .. }
                if *found == what && one.at.as_millis() > 7_000)
        });
        found.expect("it is reloaded").at
    };
    let (from, to) = (
        of_link(LinkEvent::Resumed),
        of_link(LinkEvent::FullSyncDone),
    );
    let kind = MemoryKind::SyncBuffers as usize;
    let charged = seen.iter().filter_map(|one| match &one.event {
        Event::Ledger(ledger) if ledger.instance.0 == 1 && (from..to).contains(&one.at) => {
            Some(ledger.used[kind])
        }
        _ => None,
    });
    let charged: Vec<u64> = charged.collect();
    assert!(charged.len() > 4, "samples fall into the merge");
    assert_eq!(charged, vec![20_000; charged.len()]);
    assert_honest(&plan, &seen);
}

/// That a peer hears this member does not show that its own stream comes: one that lost its memory
/// streams to nobody until it is asked, and whom nothing reaches from it must ask.
#[test]
fn a_stream_that_ended_is_noticed_though_its_source_is_heard() {
    let plan = scripted(
        r#"(at: "1s", do: Outage(region: "Southeast Asia", memory: Lost)),
        (at: "1001ms", do: Return(region: "Southeast Asia")),
        (at: "1400ms", do: Partition(between: [("East US", "West Europe")])),
        (at: "1401ms", do: Outage(region: "East US", memory: Lost)),
        (at: "1402ms", do: Command(on: "b", run: "ZADD z 4 x")),
        (at: "2400ms", do: Heal()),
        (at: "2401ms", do: Return(region: "East US")),
        (at: "20s", do: Command(on: "a", run: "SET k 1")),
        (at: "50s", do: Command(on: "c", run: "GET k")),"#,
    );
    let (replies, seen) = told(plan.clone());
    assert_eq!(replies, ["(integer) 1", "OK", "\"1\""]);
    assert_agreement(&plan, &seen);
}

/// Its deadlines pass while it is stale; the removals are sent once it has caught up, and stand in
/// its log like any other effect.
#[test]
fn a_stale_member_expires_nothing() {
    let plan = scripted(
        r#"(at: "1s", do: Command(on: "a", run: "SET k 1 PX 3000")),
        (at: "1100ms", do: Outage(region: "East US", memory: Lost)),
        (at: "9s", do: Return(region: "East US")),
        (at: "40s", do: Command(on: "a", run: "DBSIZE")),
        (at: "40s", do: Command(on: "b", run: "DBSIZE")),"#,
    );
    let (replies, _) = told(plan);
    assert_eq!(replies, ["OK", "(integer) 0", "(integer) 0"]);
}
