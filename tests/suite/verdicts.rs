//! The checks over whole runs: what holds in a sound world, and what they say of it.

use meridian::checks::{Checks, Findings, Status};
use meridian::id::{InstanceId, RegionId};
use meridian::metrics::recorder::{Record, Recorder};
use meridian::metrics::timeline::LaneState;
use meridian::plan::{Memory, Operation, Plan, Request, Step, ValueKind};
use meridian::quantity::Bytes;
use meridian::time::{SimDuration, SimTime};
use meridian::world::{Options, World};

use crate::plans;

fn judge(plan: &Plan) -> (Findings, Record) {
    let mut checks = Checks::new(plan);
    let rules = plan.rules.iter().map(|rule| rule.name.clone()).collect();
    let mut recorder = Recorder::new(plan.roster(), rules, plan.sample_every);
    let ending = World::new(plan, Options::default()).run(&mut |observation| {
        checks.observe(observation);
        recorder.observe(observation);
    });
    let record = recorder.finish(SimTime::ZERO + plan.storm, ending.at);
    (checks.finish(), record)
}

/// Strings, counters and sets in use on every member, for two minutes and a minute of settle.
fn busy(members: usize) -> Plan {
    let mut plan = plans::group(members, 40);
    plans::jitter(&mut plan);
    plan.storm = SimDuration::from_secs(120);
    plan.settle = SimDuration::from_secs(60);
    plan.full_detail_operations = u64::MAX;
    let strings = plans::populate(&mut plan, "user:", 2_000, ValueKind::String);
    let mix = [
        (Operation::Read, 40),
        (Operation::Update, 45),
        (Operation::Delete, 15),
    ];
    plans::traffic(&mut plan, strings, 300, &mix);
    let sets = plans::populate(&mut plan, "set:", 50, ValueKind::Set { members: 5 });
    let members = 20;
    let mix = [
        (Operation::AddMember { members }, 60),
        (Operation::RemoveMember { members }, 30),
    ];
    plans::traffic(&mut plan, sets, 50, &mix);
    let counters = plans::populate(&mut plan, "count:", 50, ValueKind::Counter);
    plans::traffic(
        &mut plan,
        counters,
        50,
        &[(Operation::Increment, 80), (Operation::Delete, 20)],
    );
    plan
}

/// Every check was evaluated and passed.
fn assert_all_pass(findings: &Findings) {
    for verdict in findings.checks.iter().chain(&findings.expectations) {
        assert_eq!(verdict.status, Status::Pass, "{verdict:#?}");
    }
    assert!(findings.hold());
}

#[test]
fn an_undisturbed_group_passes_every_check() {
    let (findings, record) = judge(&busy(3));
    assert_all_pass(&findings);
    assert!(findings.agreement.all && findings.agreement.differences.is_empty());
    assert!(record.series.timeline.faults.is_empty());
    assert_eq!(record.series.len(), 181);
}

#[test]
fn recovery_is_dated_and_the_lane_tells_it() {
    let mut plan = busy(3);
    plan.assumptions.backlog_bytes = Some(Bytes(40_000));
    plans::at(
        &mut plan,
        20_000,
        Step::Outage {
            region: RegionId(1),
            memory: Memory::Kept,
        },
    );
    plans::at(&mut plan, 50_000, Step::Return(RegionId(1)));
    let (findings, record) = judge(&plan);
    assert_all_pass(&findings);
    let took = findings.agreement.recoveries[0]
        .took
        .expect("the region came back");
    assert!(
        took > SimDuration::ZERO && took < SimDuration::from_secs(20),
        "{took}"
    );
    let lane = &record.series.timeline.lanes[1];
    let states: Vec<LaneState> = lane.spans.iter().map(|span| span.state).collect();
    // A short moment passes until the peers answer that the backlog no longer helps.
    let expected = [
        LaneState::Up,
        LaneState::Dark,
        LaneState::Up,
        LaneState::Resyncing,
        LaneState::Up,
    ];
    assert_eq!(states, expected);
}

#[test]
fn a_dropped_member_is_excused_and_frees_the_others() {
    let mut plan = busy(3);
    plans::at(
        &mut plan,
        20_000,
        Step::Outage {
            region: RegionId(0),
            memory: Memory::Kept,
        },
    );
    let (on, drop) = (InstanceId(1), InstanceId(0));
    plans::at(
        &mut plan,
        60_000,
        Step::from(Request::ForceUnlink { on, drop }),
    );
    let (findings, record) = judge(&plan);
    assert_all_pass(&findings);
    let reasons: Vec<_> = findings
        .agreement
        .differences
        .iter()
        .map(|found| found.reason.as_deref())
        .collect();
    assert_eq!(reasons, [Some("redis-0 is unlinked"); 2]);
    assert!(
        findings
            .agreement
            .differences
            .iter()
            .all(|found| found.keys > Some(0))
    );
    let west = record.series.instance(on);
    let metadata = |second: usize| west.memory[second][3] + west.memory[second][4];
    assert!(metadata(59) > 10 * metadata(15) && metadata(75) < metadata(59) / 5);
}

#[test]
fn partitions_and_lost_memory_pass_every_check() {
    let mut plan = busy(4);
    plans::at(&mut plan, 10_000, Step::Partition(plans::both(0, 1)));
    plans::at(
        &mut plan,
        15_000,
        Step::Partition(vec![(RegionId(2), RegionId(0))]),
    );
    plans::at(&mut plan, 30_000, Step::Heal(plans::both(0, 1)));
    plans::at(
        &mut plan,
        40_000,
        Step::Outage {
            region: RegionId(3),
            memory: Memory::Lost,
        },
    );
    plans::at(&mut plan, 60_000, Step::Return(RegionId(3)));
    let (findings, _) = judge(&plan);
    assert_all_pass(&findings);
    assert_eq!(findings.agreement.recoveries.len(), 3);
}
