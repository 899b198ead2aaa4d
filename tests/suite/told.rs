//! What an outcome says must be what happened: memory that is full from the start, deadlines of
//! filled keys, lost removals, what each fault touched, looks at an instant, runs cut short.

use meridian::experiment::outcome::{Outcome, VerdictStatus};
use meridian::experiment::run;
use meridian::scenario;
use meridian::world::Options;

const TWO: &str = r#"schema_version: 1, question: "?", seed: 3, instances: [
    (name: "us", region: "East US", sku: "Balanced_B3"),
    (name: "eu", region: "West Europe", sku: "Balanced_B3"),
],"#;

/// The outcome of a group of two with these fields.
fn outcome(fields: &str) -> Outcome {
    let text = format!("({TWO} {fields})");
    let plan = scenario::parse("told.ron", &text, &[]);
    let plan = plan.unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    run::run(&plan, Options::default(), "").outcome
}

fn verdict(outcome: &Outcome, name: &str) -> (VerdictStatus, String) {
    let found = outcome
        .verdicts
        .iter()
        .find(|one| one.name.starts_with(name));
    let found = found.unwrap_or_else(|| panic!("no verdict {name}"));
    (found.status, found.observed.clone())
}

fn keys_shown(outcome: &Outcome, show: usize) -> u64 {
    let mut counters = outcome.shows[show].counters.iter();
    let keys = counters.find(|counter| counter.name == "totalkeys");
    keys.expect("it is always shown").value
}

#[test]
fn a_shard_that_is_filled_beyond_its_limit_is_out_of_memory() {
    let outcome = outcome(
        r#"storm: "5s", settle: "5s",
        fill: [(prefix: "u:", memory: "60%", value: "1KB", hash_tag_share: "100%")],
        expect: [NoOom]"#,
    );
    assert_eq!(outcome.instances[0].oom_at_ms, Some(0));
    assert_eq!(verdict(&outcome, "NoOom").0, VerdictStatus::Fail);
}

#[test]
fn filled_keys_expire_at_their_deadlines() {
    let outcome = outcome(
        r#"storm: "60s", settle: "60s",
        fill: [(prefix: "s:", keys: 400, value: "10B", ttl_share: "100%", ttl: ("20s", "50s"))],
        timeline: [(at: "15s", do: Show("us")), (at: "40s", do: Show("us"))],
        expect: [ConvergesWithin("10s")]"#,
    );
    let keys = |show: usize| keys_shown(&outcome, show);
    assert_eq!(keys(0), 400);
    assert!((100..300).contains(&keys(1)), "{}", keys(1));
    assert!(outcome.instances.iter().all(|one| one.keys == 0));
}

#[test]
fn a_deadline_survives_a_reload() {
    let outcome = outcome(
        r#"storm: "60s", settle: "120s", timeline: [
            (at: "1s", do: Command(on: "us", run: "SET k v EX 100")),
            (at: "10s", do: Outage(region: "East US", memory: Lost)),
            (at: "20s", do: Return(region: "East US")),
            (at: "50s", do: Command(on: "us", run: "GET k", reply: "\"v\"")),
            (at: "150s", do: Command(on: "us", run: "EXISTS k", reply: "(integer) 0")),
        ], expect: [ConvergesWithin("60s")]"#,
    );
    assert_eq!(verdict(&outcome, "reply to `EXISTS").0, VerdictStatus::Pass);
    assert!(outcome.instances.iter().all(|one| one.keys == 0));
}

#[test]
fn a_lost_removal_is_a_lost_write() {
    let outcome = outcome(
        r#"storm: "2m", settle: "1m", timeline: [
            (at: "1s", do: Command(on: "us", run: "SET k v")),
            (at: "1s", do: Command(on: "us", run: "SADD s a b")),
            (at: "2s", do: Command(on: "us", run: "SET live v")),
            (at: "10s", do: Partition(between: [("East US", "West Europe")])),
            (at: "20s", do: Command(on: "us", run: "DEL k")),
            (at: "20s", do: Command(on: "us", run: "SREM s a")),
            (at: "20s", do: Command(on: "us", run: "EXPIRE live 30")),
            (at: "30s", do: Outage(region: "East US", memory: Lost)),
            (at: "40s", do: Heal()),
            (at: "60s", do: Return(region: "East US")),
            (at: "90s", do: Command(on: "us", run: "GET k", reply: "\"v\"")),
        ], expect: [LostWrites(equals: 0)]"#,
    );
    assert_eq!(
        (outcome.writes.removals, outcome.writes.removals_lost),
        (3, 3)
    );
    assert_eq!(outcome.writes.durability_loss, 0);
    let lost = verdict(&outcome, "LostWrites");
    assert_eq!(lost, (VerdictStatus::Fail, "3".to_owned()));
}

#[test]
fn every_fault_counts_what_it_touched() {
    let outcome = outcome(
        r#"storm: "100s", settle: "20s",
        fill: [(prefix: "u:", keys: 100, value: "10B")],
        traffic: [(fleet: "a", arrivals: Constant("20/s"), mix: Own([(Update, 1)]), keys: "u:")],
        timeline: [
            (at: "10s", do: Partition(between: [("East US", "West Europe")])),
            (at: "11s", do: Heal(one_way: [("East US", "West Europe")])),
            (at: "12s", do: Heal()),
            (at: "30s", do: Partition(between: [("East US", "West Europe")])),
            (at: "60s", do: Heal()),
            (at: "70s", do: Degrade(between: [("East US", "West Europe")], delay: "300%")),
            (at: "80s", do: Restore(between: [("East US", "West Europe")])),
        ], expect: [ConvergesWithin("20s")]"#,
    );
    let touched: Vec<u64> = outcome.faults.iter().map(|fault| fault.touched).collect();
    let [short, long, degraded] = touched[..] else {
        panic!("{touched:?}");
    };
    assert!(short > 30 && short < long, "{touched:?}");
    // Two ways, 20 a second each, for ten seconds, and the reports.
    assert!((400..460).contains(&degraded), "{touched:?}");
}

#[test]
fn a_look_sees_what_happened_at_its_instant() {
    let outcome = outcome(
        r#"storm: "5s", settle: "5s", timeline: [
            (at: "1s", do: Command(on: "us", run: "SET k v")),
            (at: "1s", do: Show("us")),
        ], expect: [ConvergesWithin("1s")]"#,
    );
    assert_eq!(keys_shown(&outcome, 0), 1);
    let agreed = outcome.convergence.at_ms.expect("they agree");
    assert!(
        agreed > 1_000,
        "equal from {agreed} ms though one had written at 1 s"
    );
}

#[test]
fn a_run_cut_short_decides_nothing() {
    let outcome = outcome(
        r#"storm: "5m", settle: "1m", events_max: 2000,
        fill: [(prefix: "u:", keys: 100, value: "10B")],
        traffic: [(fleet: "a", arrivals: Constant("500/s"), mix: "ycsb-a", keys: "u:")],
        expect: [NoOom, LostWrites(equals: 0)]"#,
    );
    for verdict in &outcome.verdicts {
        assert_eq!(verdict.status, VerdictStatus::NotEvaluated, "{verdict:?}");
    }
}

#[test]
fn a_stream_waits_for_a_receiver_that_hears_it() {
    let outcome = outcome(
        r#"storm: "120s", settle: "30s",
        fill: [(prefix: "u:", keys: 100, value: "10B")],
        traffic: [(fleet: "a", arrivals: Constant("50/s"), mix: Own([(Update, 1)]), keys: "u:")],
        timeline: [
            (at: "10s", do: Partition(one_way: [("East US", "West Europe")])),
            (at: "100s", do: Heal()),
        ], expect: [ConvergesWithin("30s")]"#,
    );
    let link = outcome.links.iter().find(|link| link.from == "us");
    let link = link.expect("two members are linked");
    // 50 a second over two minutes reach West Europe once. What is under way when the cut begins,
    // and until the receiver has said that it is cut off, is sent twice: about a second's worth.
    assert!(
        (6_000..6_100).contains(&link.sent_effects),
        "{} effects sent",
        link.sent_effects
    );
    assert!(link.dropped < 200, "{} parcels dropped", link.dropped);
    let convergence = verdict(&outcome, "ConvergesWithin").0;
    assert_eq!(convergence, VerdictStatus::Pass);
}

#[test]
fn what_a_slow_link_cannot_take_waits_in_the_backlog_and_is_sent_once() {
    // An update of 600 bytes and its framing fifty times a second are some 33 kB/s, three times
    // what the degraded link takes: queues grow too long at once.
    let outcome = outcome(
        r#"storm: "60s", settle: "120s",
        fill: [(prefix: "u:", keys: 100, value: "600B")],
        traffic: [(fleet: "a", arrivals: Constant("50/s"), mix: Own([(Update, 1)]), keys: "u:")],
        timeline: [
            (at: "10s", do: Degrade(
                between: [("East US", "West Europe")], delay: "100%", bandwidth: "0.008%",
            )),
        ], expect: [ConvergesWithin("110s")]"#,
    );
    for link in &outcome.links {
        assert_eq!(link.sent_effects, 3_000, "from {}", link.from);
        assert_eq!(
            (link.partial_syncs, link.full_syncs, link.dropped),
            (0, 0, 0)
        );
        let lag = link.lag_ms.as_ref().expect("effects arrive");
        assert!(lag.max > 5_000, "it waits in the backlog: {lag:?}");
    }
    let convergence = verdict(&outcome, "ConvergesWithin").0;
    assert_eq!(convergence, VerdictStatus::Pass);
}
