//! What a witness is told, and how finely: the two levels of detail, examples of missed writes,
//! looks between samples.

use meridian::checks::{Checks, Findings, Status};
use meridian::history::{Defeat, Detail, Event, MissedSeen, Observation, OperationResult};
use meridian::id::{InstanceId, RegionId};
use meridian::plan::{Expectation, Judgement, Memory, Operation, Plan, Request, Step, ValueKind};
use meridian::time::{SimDuration, SimTime};
use meridian::world::{Ending, Options, World};

use crate::plans;

fn observed(plan: &Plan, detail: Option<Detail>) -> (Ending, Vec<Observation>, Findings) {
    let mut checks = Checks::new(plan);
    let mut seen = Vec::new();
    let options = Options {
        detail,
        ..Options::default()
    };
    let ending = World::new(plan, options).run(&mut |observation| {
        checks.observe(observation);
        seen.push(observation.clone());
    });
    (ending, seen, checks.finish())
}

/// Reads and updates of a few strings on every member, for 40 s and 20 s of settle.
fn busy(members: usize) -> Plan {
    let mut plan = plans::group(members, 40);
    plans::jitter(&mut plan);
    plan.storm = SimDuration::from_secs(40);
    let strings = plans::populate(&mut plan, "user:", 200, ValueKind::String);
    let mix = [(Operation::Read, 50), (Operation::Update, 50)];
    plans::traffic(&mut plan, strings, 100, &mix);
    plan
}

fn missed(seen: &[Observation]) -> Vec<MissedSeen> {
    let missed = seen
        .iter()
        .filter_map(|observation| match &observation.event {
            Event::Missed(missed) => Some((**missed).clone()),
            _ => None,
        });
    missed.collect()
}

#[test]
fn a_plan_is_told_in_full_up_to_its_number_of_operations() {
    let mut plan = busy(2);
    let told = |plan: &Plan| observed(plan, None).1[0].event.clone();
    // Two fleets of 100 a second for 40 s.
    plan.full_detail_operations = 8_000;
    assert_eq!(told(&plan), Event::Began(Detail::Full));
    plan.full_detail_operations = 7_999;
    assert_eq!(told(&plan), Event::Began(Detail::Summary));
}

#[test]
fn full_detail_tells_every_operation_and_moves_nothing() {
    let mut plan = busy(3);
    let (region, memory) = (RegionId(1), Memory::Kept);
    plans::at(&mut plan, 10_000, Step::Outage { region, memory });
    plans::at(&mut plan, 20_000, Step::Return(region));
    let (summary, told, _) = observed(&plan, Some(Detail::Summary));
    let (full, mut told_in_full, findings) = observed(&plan, Some(Detail::Full));
    assert_eq!(summary.digest, full.digest);
    let mut results = [0_u64; 3];
    for observation in &told_in_full {
        if let Event::Operation(seen) = &observation.event {
            assert!(seen.key.contains("user"), "{}", seen.key);
            let is_write = seen.operation == "update";
            let place = match seen.result {
                OperationResult::Unreachable => 2,
                OperationResult::Acknowledged => 1,
                _ => 0,
            };
            assert_eq!(seen.dot.is_some(), place == 1 && is_write, "{seen:?}");
            results[place] += 1;
        }
    }
    let count = |of: fn(&meridian::world::ClientCounts) -> u64| -> u64 {
        full.fleets.iter().map(|fleet| of(&fleet.counts)).sum()
    };
    let counted = [
        count(|counts| counts.hits + counts.misses),
        count(|counts| counts.writes),
        count(|counts| counts.unavailable),
    ];
    assert_eq!(results, counted);
    assert!(results.iter().all(|result| *result > 0));
    let counted = findings
        .checks
        .iter()
        .find(|one| one.name == "writes one by one");
    assert_eq!(counted.map(|one| one.status), Some(Status::Pass));
    // All else is told alike.
    told_in_full.retain(|seen| !matches!(seen.event, Event::Operation(_) | Event::Effect(_)));
    assert_eq!(told[1..], told_in_full[1..]);
}

/// The sequence of the write that an example names.
fn seq_of(seen: &[Observation], missed: &MissedSeen) -> Vec<u64> {
    let effects = seen
        .iter()
        .filter_map(|observation| match &observation.event {
            Event::Effect(effect) => Some((observation.at, effect)),
            _ => None,
        });
    let is_it = |at: SimTime| at.as_millis() == missed.at.as_millis();
    effects
        .filter(|(at, effect)| {
            effect.origin == missed.origin && effect.key == missed.key && is_it(*at)
        })
        .map(|(_, effect)| effect.seq)
        .collect()
}

/// The furthest that other members knew the effects of `origin` between two instants.
fn known_elsewhere(seen: &[Observation], origin: InstanceId, from: u64, to: u64) -> u64 {
    let prints = seen.iter().filter(|observation| {
        (SimTime::from_millis(from)..SimTime::from_millis(to)).contains(&observation.at)
    });
    let known = prints.filter_map(|observation| match &observation.event {
        Event::Fingerprint(print) if print.instance != origin => {
            Some(print.clock[usize::from(origin.0)])
        }
        _ => None,
    });
    known.max().expect("there are samples in between")
}

#[test]
fn examples_of_lost_writes_are_in_nobody_elses_history() {
    for memory in [Memory::Kept, Memory::Lost] {
        let mut plan = busy(3);
        // One shard, so that one sequence tells how far a member has got.
        plan.instances
            .iter_mut()
            .for_each(|instance| instance.shards = 1);
        let (region, origin) = (RegionId(0), InstanceId(0));
        let cut = [plans::both(0, 1), plans::both(0, 2)].concat();
        plans::at(&mut plan, 10_000, Step::Partition(cut));
        plans::at(&mut plan, 15_000, Step::Outage { region, memory });
        plans::at(&mut plan, 18_000, Step::Heal(Vec::new()));
        let (on, drop) = (InstanceId(1), origin);
        match memory {
            Memory::Kept => plans::at(
                &mut plan,
                20_000,
                Step::from(Request::ForceUnlink { on, drop }),
            ),
            Memory::Lost => plans::at(&mut plan, 25_000, Step::Return(region)),
        }
        let (_, seen, findings) = observed(&plan, Some(Detail::Full));
        let (_, in_summary, _) = observed(&plan, Some(Detail::Summary));
        assert_eq!(missed(&seen), missed(&in_summary));
        let is_lost = |one: &MissedSeen| !matches!(one.defeat, Defeat::Concurrent { .. });
        let lost: Vec<MissedSeen> = missed(&seen).into_iter().filter(is_lost).collect();
        assert_eq!(lost.len(), 20, "{memory:?}");
        let known = known_elsewhere(&seen, origin, 16_000, 25_000);
        for one in &lost {
            let seqs = seq_of(&seen, one);
            assert!(
                seqs.iter().any(|seq| *seq > known),
                "{known}: {one:?} is {seqs:?}"
            );
            let cause = match memory {
                Memory::Kept => Defeat::Unlinked,
                Memory::Lost => Defeat::MemoryLost,
            };
            assert_eq!((one.defeat, one.origin), (cause, origin));
        }
        let classes = findings.writes.expect("the end was observed");
        assert!(classes.lost >= lost.len() as u64);
    }
}

#[test]
fn examples_of_overwritten_writes_name_what_hid_them() {
    let mut plan = busy(3);
    plans::at(&mut plan, 10_000, Step::Partition(plans::both(0, 1)));
    plans::at(&mut plan, 20_000, Step::Heal(Vec::new()));
    let (_, seen, findings) = observed(&plan, Some(Detail::Full));
    let (_, in_summary, _) = observed(&plan, Some(Detail::Summary));
    let missed = missed(&seen);
    assert_eq!(missed, self::missed(&in_summary));
    let classes = findings.writes.expect("the end was observed");
    assert!(classes.overwritten > 0 && !missed.is_empty() && missed.len() <= 60);
    for one in &missed {
        let Defeat::Concurrent { by, at } = one.defeat else {
            panic!("nothing was lost: {one:?}");
        };
        assert!(by != one.origin && at >= one.at, "{one:?}");
        let hiding = MissedSeen {
            origin: by,
            at,
            ..one.clone()
        };
        assert!(!seq_of(&seen, one).is_empty() && !seq_of(&seen, &hiding).is_empty());
    }
}

#[test]
fn recovery_and_convergence_are_finer_than_samples() {
    let mut plan = busy(3);
    plan.sample_every = SimDuration::from_secs(60);
    plan.settle = SimDuration::from_secs(30);
    plans::at(&mut plan, 5_000, Step::Partition(plans::both(0, 1)));
    plans::at(&mut plan, 7_000, Step::Heal(Vec::new()));
    let within = |limit| Expectation {
        text: String::new(),
        place: String::new(),
        demand: Judgement::ConvergesWithin(limit),
    };
    plan.expectations = vec![
        within(SimDuration::from_secs(2)),
        within(SimDuration::from_millis(1)),
    ];
    let (observed_digest, seen, findings) = {
        let (ending, seen, findings) = observed(&plan, None);
        (ending.digest, seen, findings)
    };
    let unobserved = Options {
        observed: false,
        ..Options::default()
    };
    let silent = World::new(&plan, unobserved).run(&mut |_| {});
    assert_eq!(observed_digest, silent.digest);
    let statuses: Vec<Status> = findings.expectations.iter().map(|one| one.status).collect();
    assert_eq!(
        statuses,
        [Status::Pass, Status::Fail],
        "{:?}",
        findings.expectations
    );
    let took = findings.agreement.recoveries[0].took.expect("it healed");
    assert!(
        took > SimDuration::ZERO && took < SimDuration::from_secs(10),
        "{took}"
    );
    // A bounded number of looks, however long the run.
    let mut instants: Vec<SimTime> = seen
        .iter()
        .filter(|one| matches!(one.event, Event::Fingerprint(_)))
        .map(|one| one.at)
        .collect();
    instants.dedup();
    assert!(instants.len() < 100, "{}", instants.len());
}

/// Additions to HyperLogLogs and their removals, counted one by one, come to what the tallies say.
#[test]
fn writes_of_hyperloglogs_are_counted_one_by_one() {
    let mut plan = plans::group(3, 40);
    let commands = [
        (100, 0, "PFADD {t}h a b"),
        (1_000, 0, "PFADD {t}h c"),
        (1_005, 1, "DEL {t}h"),
        (1_010, 2, "PFADD {t}h d"),
        (2_000, 2, "PFADD {t}h e"),
        (2_010, 0, "PFADD {t}h f g"),
        (3_000, 1, "PFADD {t}g x"),
        (4_000, 1, "COPY {t}g {t}h REPLACE"),
        (4_010, 2, "PFADD {t}h lost"),
        (5_000, 0, "PFCOUNT {t}h"),
    ];
    for (millis, on, text) in commands {
        let step = Step::Command {
            on: InstanceId(on),
            client: None,
            text: text.to_owned(),
            reply: None,
            effects: None,
        };
        plans::at(&mut plan, millis, step);
    }
    let (_, seen, findings) = observed(&plan, Some(Detail::Full));
    let counted = seen
        .iter()
        .find_map(|observation| match &observation.event {
            Event::Command(seen) if seen.text.starts_with("PFCOUNT") => Some(seen.reply.clone()),
            _ => None,
        });
    assert_eq!(counted.as_deref(), Some("(integer) 1"));
    let mut verdicts = findings.checks.iter();
    let verdict = verdicts.find(|verdict| verdict.name == "writes one by one");
    let verdict = verdict.expect("it is judged");
    assert_eq!(verdict.status, Status::Pass, "{verdict:?}");
}
