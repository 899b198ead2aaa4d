use super::{Expectations, all_hold};
use crate::assumption::Assumptions;
use crate::catalogue::sku;
use crate::checks::quiescence::{Agreement, Difference};
use crate::checks::verdict::{Status, Verdict};
use crate::checks::writes::Classes;
use crate::history::fixture::{EAST, SHARD, WEST, at, ledger, link, print};
use crate::history::{CommandSeen, Event, LinkEvent, MetSeen, Observation, RuleEvent};
use crate::id::{IdVec, InstanceId, RegionId};
use crate::plan::expectation::Occurrence;
use crate::plan::{
    AtStart, Expectation, InstancePlan, Judgement, MemoryKind, Options, Plan, RegionPlan, Step,
    TieBreak, TimedStep,
};
use crate::time::{SimDuration, SimTime};

/// Two members, a storm of 100 s, and one demand.
fn plan(demand: Option<Judgement>) -> Plan {
    let region = |name: &str| RegionPlan {
        name: name.to_owned(),
        clock_offset_ms: 0,
    };
    let instance = |name: &str, region| InstancePlan {
        name: name.to_owned(),
        region: RegionId(region),
        sku: sku("Balanced_B3").expect("the catalogue has it"),
        shards: 1,
        eviction: crate::assumption::Eviction::NoEviction,
        at_start: AtStart::Member,
        options: Options::default(),
    };
    let expectation = |demand| Expectation {
        demand,
        text: "the demand".to_owned(),
        place: "12:3".to_owned(),
    };
    Plan {
        name: "made-up".to_owned(),
        question: String::new(),
        seed: 1,
        drawn: false,
        storm: SimDuration::from_secs(100),
        settle: SimDuration::from_secs(60),
        epoch_ms: 0,
        tie_break: TieBreak::Ordered,
        sample_every: SimDuration::from_secs(10),
        full_detail_operations: 0,
        events_max: u64::MAX,
        assumptions: Assumptions::default(),
        regions: [region("East US"), region("West Europe")]
            .into_iter()
            .collect(),
        routes: Vec::new(),
        group: "group".to_owned(),
        principals: Vec::new(),
        instances: [instance("east", 0), instance("west", 1)]
            .into_iter()
            .collect(),
        populations: IdVec::new(),
        fleets: IdVec::new(),
        timeline: Vec::new(),
        rules: Vec::new(),
        arms: Vec::new(),
        axes: Vec::new(),
        expectations: demand.map(expectation).into_iter().collect(),
    }
}

fn verdict(
    demand: Judgement,
    history: &[Observation],
    agreement: &Agreement,
    writes: Option<&Classes>,
) -> Verdict {
    let mut check = Expectations::new(&plan(Some(demand)));
    for observation in history {
        check.observe(observation);
    }
    let mut verdicts = check.finish(agreement, writes);
    assert_eq!(verdicts.len(), 1);
    assert_eq!(all_hold(&verdicts), verdicts[0].status == Status::Pass);
    verdicts.remove(0)
}

fn check(demand: Judgement, history: &[Observation]) -> Status {
    verdict(demand, history, &Agreement::default(), None).status
}

fn full(seconds: u64, instance: InstanceId) -> Observation {
    at(
        seconds,
        Event::Memory {
            instance,
            shard: SHARD,
            full: true,
        },
    )
}

fn sampled(seconds: u64, instance: InstanceId, unstable: u64) -> [Observation; 2] {
    [
        at(seconds, Event::Fingerprint(print(instance, &[], 0))),
        at(seconds, Event::Ledger(ledger(instance, 500, unstable))),
    ]
}

#[test]
fn running_out_of_memory_is_seen() {
    let mut history = sampled(10, EAST, 0).to_vec();
    assert_eq!(check(Judgement::NoOom, &[]), Status::NotEvaluated);
    assert_eq!(check(Judgement::NoOom, &history), Status::Pass);
    let span =
        |from, to| Judgement::OomBetween(WEST, SimTime::from_secs(from), SimTime::from_secs(to));
    assert_eq!(check(span(0, 99), &history), Status::Fail);
    history.extend([full(20, EAST), full(30, WEST), full(50, WEST)]);
    assert_eq!(check(Judgement::NoOom, &history), Status::Fail);
    assert_eq!(check(span(30, 30), &history), Status::Pass);
    assert_eq!(
        check(span(31, 60), &history),
        Status::Fail,
        "the first time counts"
    );
}

#[test]
fn memory_is_judged_at_an_instant_and_at_its_peak() {
    let mut history = Vec::new();
    for (seconds, unstable) in [(10, 100), (20, 700), (30, 300)] {
        history.extend(sampled(seconds, EAST, unstable));
        history.extend(sampled(seconds, WEST, 9_999));
    }
    let level = |at: Option<u64>, above, below| {
        let (instance, kind, at) = (EAST, MemoryKind::Unstable, at.map(SimTime::from_secs));
        check(
            Judgement::MemoryOf {
                instance,
                kind,
                at,
                above,
                below,
            },
            &history,
        )
    };
    assert_eq!(level(None, Some(700), Some(700)), Status::Pass);
    assert_eq!(level(None, None, Some(699)), Status::Fail);
    assert_eq!(level(Some(25), Some(300), Some(300)), Status::Pass);
    assert_eq!(level(Some(20), Some(701), None), Status::Fail);
    assert_eq!(level(Some(31), Some(1), None), Status::NotEvaluated);
}

#[test]
fn metadata_must_fall_in_time_on_every_linked_member() {
    let mut history = Vec::new();
    for (seconds, east, west) in [
        (10, 900, 900),
        (20, 100, 900),
        (30, 100, 400),
        (40, 100, 100),
    ] {
        history.extend(sampled(seconds, EAST, east));
        history.extend(sampled(seconds, WEST, west));
    }
    let falls = |below, after, within| {
        let (after, within) = (SimTime::from_secs(after), SimDuration::from_secs(within));
        check(
            Judgement::MetadataBelowWithin {
                below,
                after,
                within,
            },
            &history,
        )
    };
    assert_eq!(falls(500, 15, 15), Status::Pass);
    assert_eq!(falls(500, 15, 14), Status::Fail);
    assert_eq!(falls(100, 15, 99), Status::Fail, "below is not at");
    assert_eq!(falls(500, 41, 99), Status::NotEvaluated);
}

#[test]
fn agreement_is_dated_from_the_last_heal() {
    let seconds = SimTime::from_secs;
    let converges = |agreement: &Agreement| {
        let demand = Judgement::ConvergesWithin(SimDuration::from_secs(20));
        verdict(demand, &[], agreement, None).status
    };
    let agreed = |since: Option<u64>, healed: Option<u64>| Agreement {
        judged_at: Some(seconds(160)),
        since: since.map(seconds),
        healed_at: healed.map(seconds),
        ..Agreement::default()
    };
    assert_eq!(converges(&agreed(Some(120), None)), Status::Pass);
    assert_eq!(converges(&agreed(Some(130), None)), Status::Fail);
    assert_eq!(converges(&agreed(Some(130), Some(110))), Status::Pass);
    assert_eq!(converges(&agreed(Some(50), Some(40))), Status::Pass);
    assert_eq!(converges(&agreed(None, None)), Status::Fail);
    assert_eq!(converges(&Agreement::default()), Status::NotEvaluated);
}

#[test]
fn staying_apart_needs_a_difference_and_its_excuse() {
    let judge = |reasons: &[Option<&str>], passes| {
        let difference = |reason: &Option<&str>| Difference {
            between: [EAST, WEST],
            keys: None,
            reason: reason.map(str::to_owned),
            shard: SHARD,
            passes,
        };
        let agreement = Agreement {
            judged_at: Some(SimTime::from_secs(160)),
            differences: reasons.iter().map(difference).collect(),
            ..Agreement::default()
        };
        verdict(Judgement::StaysApart, &[], &agreement, None).status
    };
    let apart = |reasons| judge(reasons, false);
    assert_eq!(apart(&[Some("west is unlinked")]), Status::Pass);
    let underway = [Some(
        "the last effects of east are still on their way to west",
    )];
    assert_eq!(judge(&underway, true), Status::Fail);
    assert_eq!(apart(&[]), Status::Fail);
    assert_eq!(apart(&[Some("west is unlinked"), None]), Status::Fail);
}

#[test]
fn writes_are_counted_at_the_end() {
    let classes = Classes {
        lost: 7,
        overwritten: 3,
        ..Classes::default()
    };
    let judge = |demand, classes| verdict(demand, &[], &Agreement::default(), classes);
    let lost = |least, most| Judgement::LostWrites { least, most };
    assert_eq!(judge(lost(7, 7), Some(&classes)).status, Status::Pass);
    assert_eq!(judge(lost(0, 6), Some(&classes)).status, Status::Fail);
    assert_eq!(judge(lost(0, 6), Some(&classes)).limit, "at most 6");
    assert_eq!(judge(lost(0, 9), None).status, Status::NotEvaluated);
    let overwritten = Judgement::OverwrittenWrites {
        least: 4,
        most: u64::MAX,
    };
    assert_eq!(judge(overwritten, Some(&classes)).status, Status::Fail);
}

#[test]
fn what_must_happen_sometimes_must_happen() {
    let met = MetSeen {
        on: EAST,
        refused_for_memory: 0,
        concurrent_writes: 2,
        add_wins: 0,
        concurrent_increments: 0,
        evicted: 3,
    };
    let mut history = sampled(10, EAST, 0).to_vec();
    let once =
        |occurrence, history: &[Observation]| check(Judgement::Sometimes(occurrence), history);
    assert_eq!(once(Occurrence::PartialSync, &[]), Status::NotEvaluated);
    assert_eq!(once(Occurrence::PartialSync, &history), Status::Fail);
    assert_eq!(
        once(Occurrence::ConcurrentWrite, &history),
        Status::NotEvaluated
    );
    history.push(at(11, link(EAST, WEST, LinkEvent::PartialSync)));
    history.push(at(
        12,
        Event::Rule {
            rule: 0,
            on: EAST,
            what: RuleEvent::Fires,
        },
    ));
    history.push(at(99, Event::Met(met)));
    for (occurrence, status) in [
        (Occurrence::PartialSync, Status::Pass),
        (Occurrence::RuleFired, Status::Pass),
        (Occurrence::ConcurrentWrite, Status::Pass),
        (Occurrence::Eviction, Status::Pass),
        (Occurrence::FullSync, Status::Fail),
        (Occurrence::BacklogOverrun, Status::Fail),
        (Occurrence::AddWins, Status::Fail),
        (Occurrence::OomRefusal, Status::Fail),
    ] {
        assert_eq!(once(occurrence, &history), status, "{occurrence:?}");
    }
}

#[test]
fn replies_and_effects_are_judged_one_by_one() {
    let mut plan = plan(None);
    let step = |reply: Option<&str>, effects| TimedStep {
        at: SimTime::from_secs(5),
        step: Step::Command {
            on: EAST,
            client: None,
            text: "INCR n".to_owned(),
            reply: reply.map(str::to_owned),
            effects,
        },
        place: "7:9".to_owned(),
    };
    plan.timeline = vec![
        step(None, None),
        step(Some("(integer) 1"), Some(1)),
        step(Some("x"), None),
    ];
    let mut check = Expectations::new(&plan);
    let seen = CommandSeen {
        step: 1,
        on: EAST,
        text: "INCR n".to_owned(),
        reply: "(integer) 1".to_owned(),
        effects: 2,
    };
    check.observe(&at(5, Event::Command(Box::new(seen))));
    let verdicts = check.finish(&Agreement::default(), None);
    let found: Vec<_> = verdicts
        .iter()
        .map(|verdict| (verdict.name.as_str(), verdict.status))
        .collect();
    assert_eq!(
        found,
        [
            ("reply to `INCR n` on east", Status::Pass),
            ("effects of `INCR n` on east", Status::Fail),
            ("reply to `INCR n` on east", Status::NotEvaluated),
        ]
    );
    let effects = &verdicts[1];
    assert_eq!(
        (effects.observed.as_str(), effects.limit.as_str()),
        ("2", "1")
    );
    assert_eq!(effects.detail, "7:9");
}
