//! Shrinking by judges that only look at the plan, so that nothing needs to run.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Mutex;

use crate::engine::parallel::Workers;
use crate::experiment::outcome::Limits;
use crate::experiment::shrink::{Ended, Failure, Judge, Origin, Shrunk, Size, shrink};
use crate::experiment::sweep;
use crate::id::FleetId;
use crate::plan::{Incident, Plan, Step};
use crate::quantity::Ratio;
use crate::scenario;
use crate::time::{SimDuration, SimTime};

const SCENARIO: &str = r#"(
    schema_version: 1,
    question: "what is left?",
    storm: "2m10s",
    settle: "1m",
    tie_break: Seeded,
    instances: [
        (name: "us", region: "East US", sku: "Balanced_B3"),
        (name: "eu", region: "West Europe", sku: "Balanced_B3"),
        (name: "asia", region: "Southeast Asia", sku: "Balanced_B3"),
    ],
    principals: [(name: "ops", may_flush: true)],
    regions: [(name: "West Europe", clock_offset: "3s")],
    routes: [(between: ("East US", "West Europe"), delay: "40ms", loss: "2%")],
    assumptions: (backlog_bytes: "1MB", record_bytes: "240B"),
    fill: [
        (prefix: "user:", keys: 1000, value: "300B", ttl_share: "10%", ttl: ("1m", "2m")),
        (prefix: "cart:", keys: 50, value: "1KB"),
    ],
    traffic: [
        (fleet: "app", on: ["us", "asia"], arrivals: Poisson("100/s"), mix: "ycsb-a",
            keys: "user:"),
        (fleet: "shop", on: "eu", arrivals: Poisson("7/s"), mix: "ycsb-b", keys: "cart:"),
    ],
    timeline: [
        (at: "5s", do: Command(on: "eu", run: "SET greeting hello", reply: "OK")),
        (at: "11s", do: Partition(between: [
            ("East US", "Southeast Asia"), ("West Europe", "Southeast Asia"),
        ])),
        (at: "17s", do: Heal()),
        (at: "21s", do: Degrade(between: ("East US", "Southeast Asia"), delay: "300%",
            loss: "10%")),
        (at: "27s", do: Restore(between: ("East US", "Southeast Asia"))),
        (at: "33s", do: Stall(on: "eu", from: ["us", "asia"])),
        (at: "36s", do: Resume(on: "eu", from: ["us", "asia"])),
        (at: "44s", do: Outage(region: "East US", memory: Lost)),
        (at: "61s", do: Return(region: "East US")),
        (at: "71s", do: Failover(on: "eu")),
        (at: "90s", do: Flush(on: "eu", by: "ops"), result: Succeeds),
    ],
    runbook: [(
        name: "unlink",
        when: UsedMemory(on: ["eu", "asia"], above: "80%", lasting: "5m"),
        reaction: "10m",
        then: ForceUnlink(drop: "us"),
    )],
    alerts: [(name: "full", when: UsedMemory(on: "us", above: "90%"))],
    expect: [NoOom, ConvergesWithin("30s"), LostWrites(at_most: 0)],
)
"#;

fn plan() -> Plan {
    scenario::parse("whole.ron", SCENARIO, &[]).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn failing(signature: &str) -> Failure {
    Failure {
        signature: signature.to_owned(),
        detail: "as it was seen".to_owned(),
        at: None,
    }
}

/// Shrinks the scenario with so many jobs.
fn shrunk_by(jobs: usize, budget: u64, judge: &Judge<'_>) -> Shrunk {
    let workers = Workers::new(jobs);
    let found = shrink(&plan(), budget, (judge, &workers), &mut |_| {
        ControlFlow::Continue(())
    });
    let found = found.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    found.expect("the whole plan fails")
}

/// Shrinks the scenario as long as `fails` holds.
fn shrunk(fails: impl Fn(&Plan) -> bool + Sync) -> Shrunk {
    let found = shrunk_by(1, 5_000, &|plan| fails(plan).then(|| failing("it")));
    assert_eq!(found.ended, Ended::FixedPoint);
    found
}

fn has(plan: &Plan, wanted: impl Fn(&Step) -> bool) -> bool {
    plan.timeline.iter().any(|timed| wanted(&timed.step))
}

fn names(plan: &Plan) -> Vec<&str> {
    plan.instances.iter().map(|one| one.name.as_str()).collect()
}

#[test]
fn what_fails_always_shrinks_to_next_to_nothing() {
    let found = shrunk(|_| true);
    let text = scenario::concise_form(&found.plan);
    insta::assert_snapshot!(text, @r#"
    (
        schema_version: 1,
        name: "whole",
        question: "what is left?",
        storm: "1s",
        settle: "0s",
        instances: [
            (name: "asia", region: "Southeast Asia", sku: "Balanced_B3"),
        ],
    )
    "#);
    assert_eq!(Size::of(&plan()), found.before);
}

#[test]
fn a_fault_keeps_what_ends_it_and_nothing_else() {
    let found = shrunk(|plan| has(plan, |step| matches!(step, Step::Return(_))));
    let steps: Vec<&Step> = found.plan.timeline.iter().map(|one| &one.step).collect();
    assert!(
        matches!(steps[..], [Step::Outage { .. }, Step::Return(_)]),
        "{steps:?}"
    );
    assert_eq!(names(&found.plan), ["us"]);
    let found = shrunk(|plan| has(plan, |step| matches!(step, Step::Outage { .. })));
    assert_eq!(
        found.plan.timeline.len(),
        1,
        "a fault can do without its end"
    );
}

/// A fault that nobody mends keeps members from agreeing, too: that is another failure.
#[test]
fn no_repair_is_left_out_where_members_do_not_agree_in_time() {
    let judge = |plan: &Plan| {
        let cut = has(plan, |step| matches!(step, Step::Partition(_)));
        cut.then(|| failing("ConvergesWithin(\"30s\")"))
    };
    let found = shrunk_by(1, 5_000, &judge);
    assert!(has(&found.plan, |step| matches!(step, Step::Heal(_))));
    assert_eq!(found.plan.timeline.len(), 2);
}

#[test]
fn an_instance_goes_with_all_that_names_it() {
    let is_stall = |step: &Step| matches!(step, Step::Incident(Incident::Stall(_)));
    let found = shrunk(|plan| has(plan, is_stall) && !plan.rules.is_empty());
    // A stall of all streams needs no peer, one of some needs one.
    assert_eq!(names(&found.plan).len(), 2, "{:?}", found.plan.timeline);
    assert_eq!(found.plan.timeline.len(), 1);
    assert_eq!(found.plan.rules.len(), 1);
    assert_eq!(found.plan.regions.len(), 2);
    let found = shrunk(|plan| {
        let is_partition = |step: &Step| matches!(step, Step::Partition(_));
        has(plan, is_partition) && names(plan).contains(&"eu")
    });
    assert_eq!(names(&found.plan), ["eu", "asia"]);
}

#[test]
fn amounts_shrink_and_become_round() {
    let found = shrunk(|plan| {
        let rate = plan.fleets.get(FleetId(0)).map(|one| one.arrivals.rate());
        let keys = plan.populations.iter().any(|one| one.keys >= 30);
        plan.storm >= SimDuration::from_secs(33)
            && rate.is_some_and(|rate| rate.millihertz >= 7_000)
            && keys
    });
    let fleet = &found.plan.fleets[FleetId(0)];
    assert_eq!(found.plan.fleets.len(), 1);
    assert_eq!(fleet.arrivals.rate().to_string(), "10/s");
    assert_eq!(found.plan.storm.to_string(), "40s");
    let keys: Vec<u32> = found.plan.populations.iter().map(|one| one.keys).collect();
    assert_eq!(keys, [50]);
}

#[test]
fn faults_become_shorter_and_milder() {
    let found = shrunk(|plan| {
        let is_bad = |step: &Step| match step {
            Step::Degrade { delay, .. } => delay.ppm > 1_200_000,
            _ => false,
        };
        let ends = plan.timeline.len() > 1;
        has(plan, is_bad) && ends
    });
    let [first, second] = &found.plan.timeline[..] else {
        panic!("{:?}", found.plan.timeline)
    };
    let Step::Degrade { delay, loss, .. } = &first.step else {
        panic!("{first:?}")
    };
    assert_eq!(
        (delay.to_string(), *loss),
        ("125%".to_owned(), Ratio::default())
    );
    assert_eq!(first.at, SimTime::ZERO, "nothing is waited for");
    assert!(second.at <= SimTime::from_millis(10), "{second:?}");
}

#[test]
fn the_tail_behind_the_failure_is_cut() {
    let found = shrunk_by(1, 5_000, &|plan| {
        let end = SimDuration::from_secs(50);
        let at = Some(SimTime::from_secs(50));
        (plan.storm > end).then(|| Failure {
            at,
            ..failing("it")
        })
    });
    assert!(found.plan.storm <= SimDuration::from_secs(60));
    assert_eq!(found.plan.settle, SimDuration::ZERO);
}

#[test]
fn the_signature_is_kept_where_another_failure_is_nearer() {
    let judge = |plan: &Plan| {
        let is_flush = |step: &Step| matches!(step, Step::Request(_));
        let is_lost = |step: &Step| matches!(step, Step::Outage { .. });
        match (has(plan, is_flush), has(plan, is_lost)) {
            (true, true) => Some(failing("wanted")),
            _ => Some(failing("another")),
        }
    };
    let found = shrunk_by(1, 5_000, &judge);
    assert_eq!(found.failure.signature, "wanted");
    assert_eq!(found.plan.timeline.len(), 2);
}

#[test]
fn a_panic_is_a_failure_like_any_other() {
    let judge = |plan: &Plan| {
        let case = sweep::contained(plan.seed, || {
            let both = [true, false].map(|wants_heal| {
                has(plan, |step| match step {
                    Step::Heal(_) => wants_heal,
                    Step::Incident(Incident::Failover { .. }) => !wants_heal,
                    _ => false,
                })
            });
            assert!(both != [true, true], "the two meet");
            sweep::timed_case(plan, too_short()).0
        });
        case.signature.map(|signature| failing(&signature))
    };
    let found = shrunk_by(1, 5_000, &judge);
    let signature = &found.failure.signature;
    assert!(
        signature.starts_with("panic at src/experiment/shrink/tests.rs:"),
        "{signature}"
    );
    // What is healed must have been cut.
    assert_eq!(found.plan.timeline.len(), 3);
}

/// No plan is small enough to be run.
fn too_short() -> Limits {
    Limits {
        simulated_ms: Some(0),
        memory_bytes: None,
    }
}

#[test]
fn any_number_of_jobs_finds_the_same() {
    let judge = |plan: &Plan| {
        let is_wanted = |step: &Step| matches!(step, Step::Return(_));
        (has(plan, is_wanted) && plan.fleets.len() > 1).then(|| failing("it"))
    };
    for budget in [1, 7, 40, 5_000] {
        let alone = shrunk_by(1, budget, &judge);
        let text = scenario::normal_form(&alone.plan);
        for jobs in [2, 5] {
            let several = shrunk_by(jobs, budget, &judge);
            assert_eq!(
                several.runs, alone.runs,
                "{jobs} jobs, at most {budget} runs"
            );
            assert_eq!(several.ended, alone.ended);
            assert_eq!(scenario::normal_form(&several.plan), text);
        }
    }
}

#[test]
fn nothing_is_run_twice_and_no_more_than_may_be() {
    let met = Mutex::new(BTreeSet::new());
    let judge = |plan: &Plan| {
        let mut met = met.lock().expect("nobody panics");
        let is_new = met.insert(scenario::normal_form(plan));
        assert!(is_new, "a plan is run twice");
        has(plan, |step| matches!(step, Step::Heal(_))).then(|| failing("it"))
    };
    let found = shrunk_by(1, 30, &judge);
    assert_eq!((found.runs, found.ended), (30, Ended::Budget));
    assert_eq!(met.lock().expect("nobody panics").len(), 30);
}

#[test]
fn a_plan_that_passes_is_not_shrunk_and_one_can_be_left_off() {
    let workers = Workers::new(1);
    let none = shrink(&plan(), 9, (&|_| None, &workers), &mut |_| {
        ControlFlow::Continue(())
    });
    assert!(none.is_ok_and(|none| none.is_none()));
    let fails = |_: &Plan| Some(failing("it"));
    let left_off = shrink(
        &plan(),
        9,
        (&fails, &workers),
        &mut |progress| match progress.runs < 3 {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        },
    );
    let left_off = left_off.ok().flatten().expect("it fails");
    assert_eq!((left_off.runs, left_off.ended), (3, Ended::Interrupted));
}

#[test]
fn the_file_is_replayed_before_it_is_kept() {
    let found = shrunk(|plan| has(plan, |step| matches!(step, Step::Heal(_))));
    let origin = Origin {
        reproduce: "meridian run whole.ron --seed 1".to_owned(),
        file: "small.ron".to_owned(),
    };
    let text = found.file(&origin, &|_| Some(failing("it")));
    let text = text.expect("it fails alike");
    assert!(text.starts_with("// Shrunk from "), "{text}");
    assert!(
        text.contains("\n//   replay  meridian run small.ron\n"),
        "{text}"
    );
    let again = scenario::parse("small.ron", &text, &[]).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        scenario::normal_form(&again),
        scenario::normal_form(&found.plan)
    );
    let other = found.file(&origin, &|_| Some(failing("another")));
    assert_eq!(
        other.map_err(|diverged| diverged.found),
        Err("another".to_owned())
    );
    assert!(found.file(&origin, &|_| None).is_err());
}
