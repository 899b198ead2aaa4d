//! What an instance does that has run out of memory (A-OOM), by generation of the engine.

use meridian::assumption::{Eviction, OomMode};
use meridian::checks::{Checks, Status};
use meridian::history::{Event, LinkEvent, Observation};
use meridian::id::{InstanceId, RegionId};
use meridian::plan::{Memory, Operation, Plan, Step, ValueKind};
use meridian::quantity::{Bytes, Ratio};
use meridian::time::{SimDuration, SimTime};
use meridian::world::{Ending, Options, World};

use crate::plans;
use crate::world_laws::{assert_agreement, assert_honest};

/// Three members; the first two cannot hear one another for six seconds, and what their writes
/// keep until the third has told it all fills their shards. Later there is room again.
fn crowded(mode: OomMode) -> Plan {
    let mut plan = plans::group(3, 40);
    plan.storm = SimDuration::from_secs(20);
    plan.settle = SimDuration::from_secs(40);
    let keys = plans::populate(&mut plan, "user:", 1_000, ValueKind::String);
    plans::traffic(&mut plan, keys, 200, &[(Operation::Update, 1)]);
    plan.assumptions.backlog_bytes = Some(Bytes(20_000));
    plan.assumptions.chunk_bytes = Bytes(10_000);
    for instance in plan.instances.iter_mut() {
        instance.shards = 1;
    }
    plans::at(&mut plan, 3_000, Step::Partition(plans::both(0, 1)));
    plans::at(&mut plan, 9_000, Step::Heal(plans::both(0, 1)));
    plan.assumptions.oom = mode;
    // What is used at 3 s, and a little more.
    plans::limit(&mut plan, 480_000);
    plan
}

/// A run whose checks hold.
fn run(plan: &Plan) -> (Ending, Vec<Observation>) {
    let (mut checks, mut seen) = (Checks::new(plan), Vec::new());
    let ending = World::new(plan, Options::default()).run(&mut |observation| {
        checks.observe(observation);
        seen.push(observation.clone());
    });
    for verdict in checks.finish().checks {
        assert_ne!(verdict.status, Status::Fail, "{verdict:#?}");
    }
    (ending, seen)
}

fn links(seen: &[Observation], what: LinkEvent) -> Vec<(SimTime, InstanceId, InstanceId)> {
    let told = seen.iter().filter_map(|one| match one.event {
        Event::Link {
            from, to, what: w, ..
        } if w == what => Some((one.at, from, to)),
        _ => None,
    });
    told.collect()
}

fn refusals(ending: &Ending) -> [u64; 2] {
    let fleets = ending.fleets.iter();
    fleets.fold([0, 0], |[full, gone], fleet| {
        [
            full + fleet.counts.out_of_memory,
            gone + fleet.counts.unavailable,
        ]
    })
}

fn first_oom(ending: &Ending) -> Option<SimTime> {
    let shards = ending.instances.iter().flat_map(|one| &one.shards);
    shards.filter_map(|shard| shard.oom_at).min()
}

/// From 6.0.20 on: clients are refused, replication into the full shard stops and resumes by
/// itself, and nobody is left unanswered.
#[test]
fn replication_into_a_full_shard_stops_and_resumes() {
    let plan = crowded(OomMode::Resume);
    let (ending, seen) = run(&plan);
    assert!(first_oom(&ending).is_some());
    assert!(!links(&seen, LinkEvent::Stopped).is_empty());
    assert!(links(&seen, LinkEvent::Exited).is_empty());
    let [full, gone] = refusals(&ending);
    assert!(full > 0 && gone == 0, "{full} {gone}");
    assert_agreement(&plan, &seen);
    assert_honest(&plan, &seen);
}

/// Without A-UNLATCH nothing comes into the instance any more, from no peer and into no shard:
/// members stay apart, and the history says why.
#[test]
fn without_unlatching_replication_ends() {
    let mut plan = crowded(OomMode::Resume);
    plan.assumptions.oom_unlatch = false;
    let (ending, seen) = run(&plan);
    let exited = links(&seen, LinkEvent::Exited);
    assert!(!exited.is_empty());
    for (at, _, to) in &exited {
        let of_target = exited.iter().filter(|(_, _, other)| other == to);
        assert_eq!(of_target.count(), 2, "every link into {to:?}");
        let later = |event: &&(SimTime, InstanceId, InstanceId)| event.0 > *at && event.2 == *to;
        let resumed = links(&seen, LinkEvent::Resumed);
        assert_eq!(resumed.iter().filter(later).count(), 0, "into {to:?}");
    }
    let unequal = seen.iter().rev().find_map(|one| match one.event {
        Event::Unequal { keys } => Some(keys),
        _ => None,
    });
    assert!(unequal > Some(0), "{unequal:?}");
    assert_honest(&plan, &seen);
    // Its peers have noticed: they send no more than was under way.
    let (ended, _, to) = exited[0];
    let dropped = ending.links.iter().filter(|link| link.to == to);
    let sent: u64 = dropped.map(|link| link.sent_effects).sum();
    let seconds = ended.as_millis() / 1_000 + 2;
    assert!(sent < seconds * 2 * 250, "{sent} in {seconds} s");
}

/// An operator brings it back: a restart connects every link anew, and here leaves room as well.
#[test]
fn an_ended_replication_begins_anew_after_a_return() {
    let mut plan = crowded(OomMode::Resume);
    plan.assumptions.oom_unlatch = false;
    plan.storm = SimDuration::from_secs(60);
    for (step, at) in [(0, 14_000), (1, 30_000), (2, 46_000)] {
        let (region, memory) = (RegionId(step), Memory::Lost);
        plans::at(&mut plan, at, Step::Outage { region, memory });
        plans::at(&mut plan, at + 500, Step::Return(region));
    }
    // No traffic that could fill them again.
    for fleet in plan.fleets.iter_mut() {
        fleet.ends = SimTime::from_millis(10_000);
    }
    let (_, seen) = run(&plan);
    assert!(!links(&seen, LinkEvent::Exited).is_empty());
    assert_agreement(&plan, &seen);
}

/// Before 6.0.20: no client is answered, and once there is room the whole state of each peer is
/// taken again.
#[test]
fn an_inconsistent_instance_answers_nobody_and_reconciles() {
    let mut plan = crowded(OomMode::Reconcile);
    for (tick, on) in (0..34).flat_map(|tick| [(tick, 0), (tick, 1)]) {
        plans::command(&mut plan, 500 * tick + 3_250, on, "GET k");
    }
    plan.timeline.sort_by_key(|timed| timed.at);
    let (ending, seen) = run(&plan);
    let mut spans: Vec<(InstanceId, SimTime, Option<SimTime>)> = Vec::new();
    for one in &seen {
        if let Event::Inconsistent { instance, begins } = one.event {
            if begins {
                spans.push((instance, one.at, None));
            } else {
                let mut open = spans.iter_mut().rev();
                let span = open.find(|span| span.0 == instance);
                span.expect("what ends has begun").2 = Some(one.at);
            }
        }
    }
    assert!(!spans.is_empty());
    for (instance, from, to) in &spans {
        let to = to.expect("each comes to an end");
        // In between the state of every peer is merged.
        let merged = links(&seen, LinkEvent::FullSyncDone);
        for peer in (0..3).map(InstanceId).filter(|peer| peer != instance) {
            let is_of = |(at, source, target): &(SimTime, InstanceId, InstanceId)| {
                (from..=&to).contains(&at) && *source == peer && target == instance
            };
            assert!(merged.iter().any(is_of), "{peer:?} → {instance:?}");
        }
    }
    let is_out = |at: SimTime, on: InstanceId| {
        let mut spans = spans.iter();
        spans.any(|(instance, from, to)| {
            *instance == on && (*from..to.expect("it ends")).contains(&at)
        })
    };
    let (mut answered, mut unanswered) = (0, 0);
    for one in &seen {
        if let Event::Command(command) = &one.event {
            let expected = if is_out(one.at, command.on) {
                unanswered += 1;
                "(error) no connection to the server"
            } else {
                answered += 1;
                "(nil)"
            };
            assert_eq!(command.reply, expected, "{one:?}");
        }
    }
    assert!(answered > 0 && unanswered > 0, "{answered} {unanswered}");
    let [_, gone] = refusals(&ending);
    assert!(gone > 0);
    assert_agreement(&plan, &seen);
}

/// One member writes, the other only takes: from 8.4 on the writer's clients are refused while
/// both take effects of peers.
fn one_writer(mode: OomMode, reserve_ppm: u64) -> Plan {
    let mut plan = plans::group(2, 40);
    let keys = plans::populate(&mut plan, "user:", 20_000, ValueKind::String);
    plan.populations[keys].filled = 0;
    plans::traffic(&mut plan, keys, 400, &[(Operation::Insert, 1)]);
    plan.fleets = plan.fleets.iter().take(1).cloned().collect();
    plan.assumptions.backlog_bytes = Some(Bytes(20_000));
    for instance in plan.instances.iter_mut() {
        instance.shards = 1;
    }
    plan.assumptions.chunk_bytes = Bytes(10_000);
    plan.assumptions.oom = mode;
    plan.assumptions.oom_reserve = Ratio { ppm: reserve_ppm };
    plans::limit(&mut plan, 1_200_000);
    plan
}

#[test]
fn clients_are_refused_before_replication_is() {
    let (ending, seen) = run(&one_writer(OomMode::Reserve, 50_000));
    let [full, _] = refusals(&ending);
    assert!(full > 0);
    assert_eq!(first_oom(&ending), None, "the limit is never reached");
    assert!(links(&seen, LinkEvent::Stopped).is_empty());
    for instance in &ending.instances {
        let shard = &instance.shards[0];
        let share = shard.total_peak * 1_000 / shard.limit;
        assert!((950..957).contains(&share), "{share} ‰ at the peak");
    }
    let (wide, _) = run(&one_writer(OomMode::Reserve, 200_000));
    let share = |ending: &Ending| {
        let shard = &ending.instances[0].shards[0];
        shard.total_peak * 1_000 / shard.limit
    };
    assert!((800..807).contains(&share(&wide)), "{}", share(&wide));
    // The generation before has no such band.
    let (before, _) = run(&one_writer(OomMode::Resume, 50_000));
    assert!(first_oom(&before).is_some());
    // Nothing kept from clients is nothing kept.
    let (none, _) = run(&one_writer(OomMode::Reserve, 0));
    assert_eq!(none.digest, before.digest);
}

/// At the limit everything is refused: what two members have each written up to the band, cut off
/// from one another, is too much for either.
#[test]
fn at_the_limit_the_reserve_stops_replication_too() {
    let mut plan = one_writer(OomMode::Reserve, 50_000);
    let mut second = plan.fleets[meridian::id::FleetId(0)].clone();
    second.instance = InstanceId(1);
    second.name = "second".to_owned();
    plan.fleets.push(second);
    plans::at(&mut plan, 500, Step::Partition(plans::both(0, 1)));
    plans::at(&mut plan, 15_000, Step::Heal(plans::both(0, 1)));
    let (ending, seen) = run(&plan);
    assert!(first_oom(&ending) > Some(SimTime::from_millis(15_000)));
    let stopped = links(&seen, LinkEvent::Stopped);
    assert!(!stopped.is_empty());
    assert_honest(&plan, &seen);
}

/// Under a policy the band is where keys go at once: clients are never refused.
#[test]
fn eviction_keeps_clients_out_of_the_reserve() {
    let mut plan = one_writer(OomMode::Reserve, 50_000);
    plan.assumptions.eviction_start = Ratio::ONE;
    plans::evict(&mut plan, Eviction::AllKeysRandom);
    let (ending, _) = run(&plan);
    assert_eq!(refusals(&ending), [0, 0]);
    let shard = &ending.instances[0].shards[0];
    assert!(shard.counts.evicted > 0);
    assert!(shard.total_peak < shard.limit / 1_000 * 960, "{shard:?}");
}

/// Where every member is full, nobody takes a command that would delete anything: the verdict says
/// so, though all agree.
#[test]
fn a_group_that_is_full_everywhere_is_told_to_be_stuck() {
    let mut plan = plans::group(2, 40);
    plan.assumptions.oom = OomMode::Reconcile;
    let keys = plans::populate(&mut plan, "user:", 4_000, ValueKind::String);
    plans::traffic(&mut plan, keys, 200, &[(Operation::Update, 1)]);
    plans::limit(&mut plan, 400_000);
    plans::command(&mut plan, 15_000, 0, "DEL user:1");
    plans::command(&mut plan, 15_000, 1, "DEL user:1");
    let (mut checks, mut replies) = (Checks::new(&plan), Vec::new());
    World::new(&plan, Options::default()).run(&mut |observation| {
        checks.observe(observation);
        if let Event::Command(command) = &observation.event {
            replies.push(command.reply.clone());
        }
    });
    assert_eq!(replies, ["(error) no connection to the server"; 2]);
    let verdicts = checks.finish().checks;
    let quiescence = verdicts.iter().find(|one| one.name == "quiescence");
    let observed = &quiescence.expect("it is always judged").observed;
    let stuck = "out of memory and answering no client: redis-0, redis-1; no client can delete \
                 anything, only what expires or is evicted makes room";
    assert!(observed.ends_with(stuck), "{observed}");
}
