//! Fault processes and swarm mode, from the file to the plan.

use super::{SMALL, faceless, mistakes};
use crate::plan::{Incident, Plan, Step};
use crate::quantity::Ratio;
use crate::scenario::diagnostic::Code;
use crate::scenario::{normal_form, parse, parse_every_way, parse_seeded};

const STEPS: &str = "    timeline: [";

/// The small file with these fields besides.
fn with(fields: &str) -> String {
    assert!(SMALL.contains(STEPS));
    SMALL.replacen(STEPS, &format!("{fields}\n{STEPS}"), 1)
}

fn drawn(fields: &str, seed: u64) -> Plan {
    let text = with(fields);
    parse_seeded("test.ron", &text, &[], Some(seed)).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The steps that the file does not script.
fn faults(fields: &str, seed: u64) -> Vec<Step> {
    let plan = drawn(fields, seed);
    let scripted = plan_of(SMALL).timeline.len();
    let steps: Vec<Step> = plan.timeline.into_iter().map(|timed| timed.step).collect();
    assert!(steps.len() >= scripted);
    let is_drawn = |step: &Step| !matches!(step, Step::Partition(_) | Step::Heal(_));
    steps.into_iter().filter(is_drawn).collect()
}

fn plan_of(text: &str) -> Plan {
    parse("test.ron", text, &[]).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn one(what: &str) -> String {
    format!("    faults: [(name: \"it\", what: {what}, every: \"10m\")],")
}

#[test]
fn every_hazard_comes_to_steps_that_read_back() {
    let hazards = [
        "Outage()",
        "Outage(regions: \"East US\", memory: Lost)",
        "Degrade(delay: \"300%\")",
        "Degrade(one_way: (\"East US\", \"West Europe\"), loss: \"5%\")",
        "Skew(regions: [\"East US\"], by: \"-3s\")",
        "ZoneLoss()",
        "Failover(planned: true)",
        "Stall(on: \"redis-eu\")",
        "Patch(urgent: true)",
    ];
    for what in hazards {
        let found: usize = (0..5).map(|seed| faults(&one(what), seed).len()).sum();
        assert!(found > 4, "{what}: {found} in five hours");
        let plan = drawn(&one(what), 3);
        assert!(plan.drawn);
        let again = plan_of(&normal_form(&plan));
        let mut plan = plan;
        plan.drawn = false;
        assert_eq!(faceless(plan), faceless(again), "{what}");
    }
}

#[test]
fn cuts_of_the_other_pairs_leave_the_script_alone() {
    let cuts = "    faults: [(name: \"it\", \
                what: Partition(one_way: (\"East US\", \"West Europe\")), \
                every: \"5m\", lasts: \"1m\")],";
    let text = with(cuts);
    let found = mistakes(&text, &[]);
    assert_eq!(found.list()[0].code, Code::Contested, "{found}");
}

#[test]
fn a_shard_is_drawn_each_time() {
    let shards = |seed| {
        let steps = faults(&one("Failover(on: \"redis-us\")"), seed);
        steps.into_iter().filter_map(|step| match step {
            Step::Incident(Incident::Failover { shards, .. }) => Some(shards[0]),
            _ => None,
        })
    };
    let drawn: Vec<u16> = (0..20).flat_map(shards).collect();
    assert!(drawn.contains(&0) && drawn.contains(&1), "{drawn:?}");
    assert!(drawn.iter().all(|shard| *shard < 2), "{drawn:?}");
}

#[test]
fn what_makes_no_sense_is_told() {
    let codes = |fields: &str| {
        let found = parse_every_way("test.ron", &with(fields), &[], None);
        let found = found.expect_err("it is wrong on purpose");
        found
            .list()
            .iter()
            .map(|one| one.code)
            .collect::<Vec<Code>>()
    };
    let outage =
        |rest: &str| format!("    faults: [(name: \"it\", what: Outage(), every: \"10m\"{rest})],");
    assert_eq!(
        codes(&outage(", lasts: \"1m\", at_least: \"2m\"")),
        [Code::OutOfRange]
    );
    assert_eq!(codes(&outage(", at_least: \"2m\"")), [Code::NoRepair]);
    assert_eq!(codes(&outage(", at_once: 0")), [Code::OutOfRange]);
    assert_eq!(codes(&outage(", from: \"3h\"")), [Code::OutsideRun]);
    assert_eq!(
        codes(&outage(", from: \"30m\", until: \"20m\"")),
        [Code::ReversedSpan]
    );
    let patches = "    faults: [(name: \"it\", what: Patch(), every: \"1m\", lasts: \"1m\")],";
    assert_eq!(codes(patches), [Code::NoRepair]);
    assert_eq!(
        codes(&one("Outage(regions: \"Mars\")")),
        [Code::UnknownRegion]
    );
    assert_eq!(
        codes(&one("Degrade()")),
        [Code::NoChange],
        "told once for all pairs"
    );
    assert_eq!(codes(&one("Stall(on: [])")), [Code::MissingField]);
    let often = "    faults: [(name: \"it\", what: Patch(), every: \"1ms\")],";
    assert_eq!(codes(often), [Code::OutOfRange]);
    let nameless = "    faults: [(what: Patch(), every: \"1m\")], faults_at_once: 0,";
    assert_eq!(codes(nameless), [Code::MissingField, Code::OutOfRange]);
    let twice = "    faults: [(name: \"a\", what: Patch(), every: \"1m\"), \
                 (name: \"a\", what: ZoneLoss(), every: \"1m\")],";
    assert_eq!(codes(twice), [Code::DuplicateName]);
}

#[test]
fn lost_primaries_that_may_come_are_judged_before_they_do() {
    // No seed draws a failover within the storm; the replicas are behind the peers all the same.
    let rare = "    assumptions: (replica_lag: \"10s\"), \
                faults: [(name: \"it\", what: ZoneLoss(), every: \"1000h\")],";
    let found = mistakes(&with(rare), &[]);
    assert_eq!(found.list()[0].code, Code::OutOfRange, "{found}");
}

#[test]
fn a_restored_route_has_the_loss_it_had() {
    let text = SMALL.replacen(
        STEPS,
        "    routes: [(between: (\"East US\", \"West Europe\"), loss: \"1%\")],\n    timeline: [\n\
         (at: \"1m\", do: Degrade(between: (\"East US\", \"West Europe\"), delay: \"200%\")),\n\
         (at: \"2m\", do: Restore(between: (\"East US\", \"West Europe\"))),",
        1,
    );
    let plan = plan_of(&text);
    let losses = plan.timeline.iter().filter_map(|timed| match &timed.step {
        Step::Degrade { delay, loss, .. } => Some((*delay, *loss)),
        _ => None,
    });
    let percent = |percent: u64| Ratio {
        ppm: percent * 10_000,
    };
    let losses: Vec<(Ratio, Ratio)> = losses.collect();
    assert_eq!(
        losses,
        [(percent(200), percent(1)), (Ratio::ONE, percent(0))]
    );
}

const SWARM: &str = "    swarm: true, faults: [\
    (name: \"dark\", what: Outage(), every: \"5m\", lasts: \"5m\"),\
    (name: \"slow\", what: Degrade(delay: \"200%\"), every: \"5m\", lasts: \"1m\")],";

#[test]
fn a_swarm_leaves_out_half_of_everything() {
    let seeds = 200;
    let plans: Vec<Plan> = (0..seeds).map(|seed| drawn(SWARM, seed)).collect();
    let share = |holds: &dyn Fn(&Plan) -> bool| plans.iter().filter(|plan| holds(plan)).count();
    let about_half = 70..=130;
    let is_dark = |plan: &Plan| {
        let mut steps = plan.timeline.iter();
        steps.any(|timed| matches!(timed.step, Step::Outage { .. }))
    };
    let dark = share(&is_dark);
    assert!(about_half.contains(&dark), "{dark} of {seeds} have outages");
    let ruled = share(&|plan| plan.rules.iter().any(|rule| !rule.is_alert()));
    assert!(
        about_half.contains(&ruled),
        "{ruled} of {seeds} have the rule"
    );
    let busy = share(&|plan| plan.fleets.iter().next().is_some());
    assert!(
        (130..=170).contains(&busy),
        "{busy}: three of four have one of two families"
    );
    // Without repairs all that is dark returns with the storm, and only then.
    let unrepaired = plans.iter().filter(|plan| is_dark(plan)).filter(|plan| {
        let mut steps = plan.timeline.iter();
        steps.all(|timed| {
            !matches!(timed.step, Step::Return(_))
                || timed.at.since(crate::time::SimTime::ZERO) == plan.storm
        })
    });
    let unrepaired = unrepaired.count();
    assert!(
        (dark / 3..dark * 2 / 3 + 5).contains(&unrepaired),
        "{unrepaired} of {dark}"
    );
}

#[test]
fn what_a_swarm_leaves_out_moves_no_other_draw() {
    let bare = SWARM.replacen("swarm: true, ", "", 1);
    let slow = |plan: &Plan| {
        let steps = plan.timeline.iter();
        let all = steps.filter(|timed| matches!(timed.step, Step::Degrade { .. }));
        all.map(|timed| timed.at).collect::<Vec<_>>()
    };
    let same = (0..40).filter(|seed| {
        let (all, some) = (slow(&drawn(&bare, *seed)), slow(&drawn(SWARM, *seed)));
        !some.is_empty() && some == all
    });
    assert!(
        same.count() >= 5,
        "neither left out nor unrepaired: a quarter"
    );
}
