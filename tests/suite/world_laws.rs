//! What must hold of every run: agreement, honest ledgers, every write accounted for, and the same
//! bytes whatever the threads, the windows or the onlookers.

use meridian::checks::{Checks, Status};
use meridian::history::{Detail, Event, Fingerprint, Observation};
use meridian::id::RegionId;
use meridian::plan::{Memory, Operation, Plan, Request, Step, ValueKind};
use meridian::world::{Ending, Options, World};

use crate::plans;

pub(crate) fn run(plan: &Plan, options: Options) -> (Ending, Vec<Observation>) {
    let mut seen = Vec::new();
    let ending = World::new(plan, options).run(&mut |observation| seen.push(observation.clone()));
    (ending, seen)
}

/// Every kind of operation on every kind of key, for a group of so many members.
pub(crate) fn busy(members: usize, seed: u64) -> Plan {
    let mut plan = plans::group(members, 40);
    plan.seed = seed;
    plans::jitter(&mut plan);
    let strings = plans::populate(&mut plan, "user:", 2000, ValueKind::String);
    let counters = plans::populate(&mut plan, "count:", 50, ValueKind::Counter);
    let sets = plans::populate(&mut plan, "set:", 50, ValueKind::Set { members: 5 });
    let strings_mix = [
        (Operation::Read, 40),
        (Operation::Update, 45),
        (Operation::Delete, 15),
    ];
    plans::traffic(&mut plan, strings, 300, &strings_mix);
    let counters_mix = [(Operation::Increment, 80), (Operation::Delete, 20)];
    plans::traffic(&mut plan, counters, 50, &counters_mix);
    let sets_mix = [
        (Operation::AddMember { members: 20 }, 60),
        (Operation::RemoveMember { members: 20 }, 30),
        (Operation::Delete, 10),
    ];
    plans::traffic(&mut plan, sets, 50, &sets_mix);
    plan
}

/// The last fingerprint of every shard of every linked member.
fn final_prints(seen: &[Observation]) -> Vec<Fingerprint> {
    let end = seen.last().expect("a run is observed").at;
    let prints = seen.iter().filter(|observation| observation.at == end);
    prints
        .filter_map(|observation| match &observation.event {
            Event::Fingerprint(print) if print.linked => Some(*print),
            _ => None,
        })
        .collect()
}

pub(crate) fn assert_agreement(plan: &Plan, seen: &[Observation]) {
    let prints = final_prints(seen);
    for print in &prints {
        for other in prints.iter().filter(|other| other.shard == print.shard) {
            assert_eq!(
                print.clock, other.clock,
                "seed {}: clocks of {print:?}",
                plan.seed
            );
            assert_eq!(
                print.digest, other.digest,
                "seed {}: digests of {print:?}",
                plan.seed
            );
        }
    }
    let unequal = seen
        .iter()
        .rev()
        .find_map(|observation| match observation.event {
            Event::Unequal { keys } => Some(keys),
            _ => None,
        });
    assert_eq!(
        unequal,
        Some(0),
        "seed {}: keys not equal at the end",
        plan.seed
    );
}

pub(crate) fn assert_honest(plan: &Plan, seen: &[Observation]) {
    for observation in seen {
        match &observation.event {
            Event::Ledger(ledger) => {
                if let Some(recount) = ledger.recount {
                    assert_eq!(ledger.used, recount, "seed {}: {observation:?}", plan.seed);
                }
            }
            Event::Writes(writes) => {
                let classes = writes.present + writes.superseded + writes.overwritten + writes.lost;
                assert_eq!(
                    writes.acknowledged, classes,
                    "seed {}: {writes:?}",
                    plan.seed
                );
            }
            _ => {}
        }
    }
}

#[test]
fn members_agree_after_every_kind_of_traffic() {
    for seed in 0..6 {
        let plan = busy(3, seed);
        let (_, seen) = run(&plan, Options::default());
        assert_agreement(&plan, &seen);
        assert_honest(&plan, &seen);
    }
}

#[test]
fn members_agree_after_partitions_and_outages() {
    for seed in 10..16 {
        let mut plan = busy(4, seed);
        plan.assumptions.backlog_bytes =
            (seed % 2 == 0).then_some(meridian::quantity::Bytes(40_000));
        plans::at(&mut plan, 2_000, Step::Partition(plans::both(0, 1)));
        plans::at(
            &mut plan,
            5_000,
            Step::Partition(vec![(RegionId(2), RegionId(0))]),
        );
        plans::at(&mut plan, 9_000, Step::Heal(plans::both(0, 1)));
        plans::at(
            &mut plan,
            10_000,
            Step::Outage {
                region: RegionId(3),
                memory: Memory::Kept,
            },
        );
        plans::at(&mut plan, 15_000, Step::Return(RegionId(3)));
        let (_, seen) = run(&plan, Options::default());
        assert_agreement(&plan, &seen);
        assert_honest(&plan, &seen);
    }
}

#[test]
fn a_region_that_lost_its_memory_is_reloaded() {
    for seed in 20..24 {
        let mut plan = busy(3, seed);
        plans::at(
            &mut plan,
            6_000,
            Step::Outage {
                region: RegionId(1),
                memory: Memory::Lost,
            },
        );
        plans::at(&mut plan, 12_000, Step::Return(RegionId(1)));
        let (_, seen) = run(&plan, Options::default());
        assert_agreement(&plan, &seen);
        assert_honest(&plan, &seen);
    }
}

#[test]
fn survivors_agree_after_a_force_unlink() {
    for seed in 30..34 {
        let mut plan = busy(3, seed);
        let (on, drop) = (meridian::id::InstanceId(1), meridian::id::InstanceId(0));
        plans::at(
            &mut plan,
            4_000,
            Step::Partition(vec![(RegionId(0), RegionId(2))]),
        );
        plans::at(
            &mut plan,
            5_000,
            Step::Outage {
                region: RegionId(0),
                memory: Memory::Kept,
            },
        );
        plans::at(
            &mut plan,
            10_000,
            Step::from(Request::ForceUnlink { on, drop }),
        );
        plans::at(&mut plan, 15_000, Step::Return(RegionId(0)));
        let (_, seen) = run(&plan, Options::default());
        assert_agreement(&plan, &seen);
        assert_honest(&plan, &seen);
    }
}

/// Where the wall clock decides always, skewed clocks and cuts change who wins, not the laws: the
/// members agree, writes add up, ledgers are honest.
#[test]
fn members_agree_by_wall_clock_after_partitions() {
    for seed in 50..54 {
        let mut plan = busy(4, seed);
        plan.assumptions.lww = meridian::assumption::Lww::WallFirst;
        plan.assumptions.backlog_bytes =
            (seed % 2 == 0).then_some(meridian::quantity::Bytes(40_000));
        plan.regions[RegionId(1)].clock_offset_ms = 2_500;
        plan.regions[RegionId(2)].clock_offset_ms = -4_000;
        plans::at(&mut plan, 2_000, Step::Partition(plans::both(0, 1)));
        plans::at(
            &mut plan,
            4_000,
            Step::Partition(vec![(RegionId(3), RegionId(2))]),
        );
        plans::at(&mut plan, 8_000, Step::Heal(plans::both(0, 1)));
        plans::at(
            &mut plan,
            12_000,
            Step::Heal(vec![(RegionId(3), RegionId(2))]),
        );
        let (by_wall, seen) = run(&plan, Options::default());
        assert_agreement(&plan, &seen);
        assert_honest(&plan, &seen);
        plan.assumptions.lww = meridian::assumption::Lww::CausalFirst;
        let (by_cause, _) = run(&plan, Options::default());
        assert_ne!(by_wall.digest, by_cause.digest, "the clocks decide nothing");
    }
}

/// Full detail moves nothing, and every write is found, one by one, where the tallies have it.
pub(crate) fn assert_counted(plan: &Plan) {
    let mut checks = Checks::new(plan);
    let full = Options {
        detail: Some(Detail::Full),
        ..Options::default()
    };
    let ending = World::new(plan, full).run(&mut |seen| checks.observe(seen));
    let (summary, seen) = run(plan, Options::default());
    assert_eq!(summary.digest, ending.digest, "seed {}", plan.seed);
    let is_full = |event: &Event| matches!(event, Event::Operation(_) | Event::Effect(_));
    assert!(!seen.iter().any(|observation| is_full(&observation.event)));
    let verdicts = checks.finish().checks;
    let counted = verdicts.iter().find(|one| one.name == "writes one by one");
    let counted = counted.expect("it is a built-in check");
    assert_eq!(
        counted.status,
        Status::Pass,
        "seed {}: {counted:#?}",
        plan.seed
    );
}

#[test]
fn every_write_is_counted_one_by_one() {
    for seed in 50..54 {
        assert_counted(&busy(3, seed));
        // Between two members no order is in doubt: every class is exact.
        let mut pair = busy(2, seed);
        plans::at(&mut pair, 2_000, Step::Partition(plans::both(0, 1)));
        plans::at(&mut pair, 6_000, Step::Heal(Vec::new()));
        assert_counted(&pair);
        let mut cut = busy(4, seed);
        cut.assumptions.backlog_bytes =
            (seed % 2 == 0).then_some(meridian::quantity::Bytes(40_000));
        plans::at(&mut cut, 2_000, Step::Partition(plans::both(0, 1)));
        let asymmetric = vec![(RegionId(2), RegionId(0))];
        plans::at(&mut cut, 5_000, Step::Partition(asymmetric));
        plans::at(&mut cut, 12_000, Step::Heal(Vec::new()));
        assert_counted(&cut);
        let mut lossy = busy(3, seed);
        let (region, memory) = (RegionId(1), Memory::Lost);
        plans::at(&mut lossy, 5_000, Step::Partition(plans::both(1, 2)));
        plans::at(&mut lossy, 6_000, Step::Outage { region, memory });
        plans::at(&mut lossy, 8_000, Step::Heal(Vec::new()));
        plans::at(&mut lossy, 12_000, Step::Return(region));
        assert_counted(&lossy);
        let mut unlinked = busy(3, seed);
        let (region, memory) = (RegionId(0), Memory::Kept);
        plans::at(&mut unlinked, 4_000, Step::Partition(plans::both(0, 2)));
        plans::at(&mut unlinked, 5_000, Step::Outage { region, memory });
        let (on, drop) = (meridian::id::InstanceId(1), meridian::id::InstanceId(0));
        plans::at(
            &mut unlinked,
            10_000,
            Step::from(Request::ForceUnlink { on, drop }),
        );
        assert_counted(&unlinked);
    }
}

#[test]
fn threads_windows_and_onlookers_change_nothing() {
    let mut plan = busy(3, 40);
    plans::at(&mut plan, 2_000, Step::Partition(plans::both(0, 1)));
    plans::at(&mut plan, 6_000, Step::Heal(Vec::new()));
    let (alone, seen) = run(&plan, Options::default());
    let (threaded, seen_threaded) = run(
        &plan,
        Options {
            threads: 2,
            ..Options::default()
        },
    );
    assert_eq!(alone.digest, threaded.digest, "one thread or two");
    assert_eq!(seen, seen_threaded, "one thread or two");
    let (halved, seen_halved) = run(
        &plan,
        Options {
            lookahead_divisor: 2,
            ..Options::default()
        },
    );
    assert_eq!(alone.digest, halved.digest, "half the lookahead");
    assert_eq!(seen, seen_halved, "half the lookahead");
    let (unobserved, _) = run(
        &plan,
        Options {
            observed: false,
            ..Options::default()
        },
    );
    assert_eq!(alone.digest, unobserved.digest, "nobody looking");
}

/// A region that is dark acknowledges nothing: its peers stop sending to it once that is noticed.
#[test]
fn nobody_sends_to_the_dark_for_long() {
    let mut plan = busy(3, 60);
    let (region, memory) = (RegionId(2), Memory::Kept);
    plans::at(&mut plan, 2_000, Step::Outage { region, memory });
    plans::at(&mut plan, 18_000, Step::Return(region));
    let (ending, seen) = run(&plan, Options::default());
    assert_agreement(&plan, &seen);
    let noticed_s = plan.assumptions.silence.as_millis() / 1_000 + 2;
    // At most 400 operations a second on each member, not all of them writes.
    for link in ending.links.iter().filter(|link| link.to.0 == 2) {
        assert!(link.dropped > 0, "the outage dropped nothing");
        assert!(link.dropped < 400 * noticed_s, "{} dropped", link.dropped);
    }
}
