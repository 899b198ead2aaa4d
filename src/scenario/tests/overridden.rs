//! Files with `--set`.

use super::{SMALL, mistakes, plan};
use crate::plan::{Arrivals, Plan};
use crate::quantity::{Bytes, Rate};
use crate::scenario::parse;
use crate::time::{SimDuration, SimTime};

fn with(overrides: &[&str]) -> Plan {
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    parse("test.ron", SMALL, &overrides).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn values_are_replaced_and_added() {
    let plan = with(&[
        "seed=9",
        "storm=2h",
        "assumptions.record_bytes=140B",
        "assumptions.lww=WallFirst",
        "instances.0.sku=Balanced_B5",
        "instances.redis-eu.sku=\"Balanced_B5\"",
        "traffic.writers.arrivals=Constant(\"5k/s\")",
        "traffic.writers.starts=1m",
        "timeline.0.at=11m",
        "name=renamed",
        "fill.user:.value=2KB",
        "seed=10",
    ]);
    assert_eq!((plan.seed, plan.storm), (10, SimDuration::from_secs(7_200)));
    assert_eq!(plan.assumptions.record_bytes, Bytes(140));
    assert!(plan.instances.iter().all(|instance| instance.sku.name == "Balanced_B5"));
    let arrivals = Arrivals::Constant(Rate { millihertz: 5_000_000 });
    assert!(plan.fleets.iter().all(|fleet| fleet.arrivals == arrivals));
    assert_eq!(plan.fleets.iter().map(|fleet| fleet.starts).min(), Some(SimTime::from_secs(60)));
    assert_eq!(plan.timeline[0].at, SimTime::from_secs(660));
    assert_eq!(plan.name, "renamed");
}

#[test]
fn an_override_of_nothing_changes_nothing() {
    assert_eq!(format!("{:?}", with(&["seed=7"])), format!("{:?}", plan(SMALL)));
}

#[test]
fn mistakes_point_at_the_flag() {
    let flags = [
        "storm=10x",
        "sede=9",
        "instances.2.sku=Balanced_B5",
        "traffic.writes.arrivals=Poisson(\"1/s\")",
        "seed.x=1",
        "settle",
        "assumptions.recrd_bytes=1B",
        "instances.0.region=Wets Europe",
        "question=a \"b",
    ];
    insta::assert_snapshot!("overrides", mistakes(SMALL, &flags).to_string());
}

#[test]
fn places_in_the_file_stay_what_they_were() {
    let text = SMALL.replace("Heal()", "Heel()");
    let plain = mistakes(&text, &[]);
    let set = mistakes(&text, &["storm=2h", "seed=123456"]);
    let place = |mistakes: &crate::scenario::diagnostic::Mistakes| {
        mistakes.source().place(mistakes.list()[0].span)
    };
    assert_eq!(place(&plain), place(&set));
}
