use crate::quantity::{Bytes, Rate, Ratio};
use crate::time::SimDuration;

use super::{Continent, Region, Tier, micro_usd_per_gb, nearest, region, regions, rtt, sku, skus};

fn place(name: &str) -> &'static Region {
    region(name).expect("the test names a region of the table")
}

#[test]
fn every_row_is_read() {
    assert_eq!(regions().len(), 55);
    assert_eq!(skus().len(), 44);
    let pairs = || {
        regions()
            .iter()
            .flat_map(|from| regions().iter().map(move |to| (from, to)))
    };
    let found: Vec<_> = pairs()
        .filter_map(|(from, to)| rtt(from, to).ok())
        .collect();
    let direct = found.iter().filter(|rtt| !rtt.mirrored).count();
    assert_eq!(direct, 2_350);
    assert_eq!(found.len() - direct, 102);
    assert!(
        found
            .iter()
            .all(|rtt| rtt.p50 >= SimDuration::from_millis(3))
    );
    for continent in Continent::ALL {
        assert!(
            regions().iter().any(|region| region.continent == continent),
            "{continent:?}"
        );
    }
}

#[test]
fn a_round_trip_is_published_mirrored_or_refused() {
    let there = rtt(place("East US"), place("West Europe")).expect("the pair is in the table");
    assert!(!there.mirrored);
    assert!((80..95).contains(&there.p50.as_millis()), "{there:?}");
    let mirrored = rtt(place("West Europe"), place("Indonesia Central")).expect("one way only");
    let published = rtt(place("Indonesia Central"), place("West Europe")).expect("in the table");
    assert!(mirrored.mirrored && !published.mirrored);
    assert_eq!(mirrored.p50, published.p50);
    let refused = rtt(place("Spain Central"), place("East US")).expect_err("in neither direction");
    assert_eq!(
        refused.to_string(),
        "no round-trip time is published between `Spain Central` and `East US`, in either \
         direction; give the one-way delay yourself: \
         `routes: [(from: \"Spain Central\", to: \"East US\", delay: \"40ms\")]`"
    );
    assert!(rtt(place("East US"), place("East US")).is_err());
}

#[test]
fn jitter_comes_from_the_sample() {
    let listed = rtt(place("Australia East"), place("East US 2")).expect("in the table");
    assert_eq!(listed.jitter, Some(Ratio { ppm: 1_142_857 }));
    let reverse = rtt(place("East US 2"), place("Australia East")).expect("in the table");
    assert_eq!(reverse.jitter, listed.jitter);
    assert!(reverse.jitter_mirrored && !listed.jitter_mirrored);
    let both_ways = rtt(place("Canada Central"), place("Brazil South")).expect("in the table");
    assert_eq!(both_ways.jitter, Some(Ratio { ppm: 1_023_255 }));
    let absent = rtt(place("Japan East"), place("Korea South")).expect("in the table");
    assert_eq!((absent.jitter, absent.jitter_mirrored), (None, false));
    let sample = include_str!("data/azure-region-rtt-ms-p50-p95-2026-07-sample.csv");
    assert_eq!(super::csv::rows::<4>(sample).count(), 173);
}

#[test]
fn regions_answer_to_both_names() {
    assert_eq!(place("East US 2").arm_name, "eastus2");
    assert_eq!(place("eastus2").name, "East US 2");
    assert_eq!(place("EAST us 2").name, "East US 2");
    assert_eq!(
        place("Qatar Central").continent,
        Continent::MiddleEastAfrica
    );
    assert_eq!(region("westeurpoe"), None);
    for one in regions() {
        assert_eq!(region(one.name), Some(one));
        assert_eq!(region(one.arm_name), Some(one));
    }
}

#[test]
fn the_nearest_names_come_first() {
    let names = || regions().iter().map(|region| region.arm_name);
    assert_eq!(nearest("westus9", names())[0], "westus");
    assert_eq!(nearest("westeurpoe", names())[0], "westeurope");
    assert_eq!(nearest("East-US", names())[0], "eastus");
    assert_eq!(nearest("qqq", names()), Vec::<&str>::new());
    assert_eq!(
        nearest("balancedb3", skus().iter().map(|sku| sku.name))[0],
        "Balanced_B3"
    );
    assert!(nearest("us", names()).len() <= 3);
}

#[test]
fn skus_are_typed() {
    let small = sku("Balanced_B3").expect("B3 is in the table");
    assert_eq!(
        (small.tier, small.memory),
        (Tier::Balanced, Bytes(3_000_000_000))
    );
    assert_eq!(
        (small.vcpus, small.shards, small.connections_max),
        (2, 2, 15_000)
    );
    assert_eq!(
        small.throughput,
        Some(Rate {
            millihertz: 230_000_000
        })
    );
    assert!(small.geo_replicated);
    let least = sku("balanced_b0").expect("B0 is in the table");
    assert_eq!(least.memory, Bytes(500_000_000));
    assert!(!least.geo_replicated);
    let flash = sku("FlashOptimized_A250").expect("A250 is in the table");
    assert_eq!(flash.throughput, None);
    assert!(flash.geo_replicated && flash.note.contains("NoEviction"));
    assert_eq!(sku("Balanced_B4"), None);
    assert!(skus().iter().all(|sku| sku.shards > 0 && sku.vcpus > 0));
    assert_eq!(skus().iter().filter(|sku| sku.geo_replicated).count(), 42);
    assert_eq!(
        skus().iter().filter(|sku| sku.throughput.is_some()).count(),
        18
    );
}

#[test]
fn the_sender_pays() {
    let price = |from: &str, to: &str| micro_usd_per_gb(place(from), place(to));
    assert_eq!(price("East US", "East US"), 0);
    assert_eq!(price("East US", "West US"), 20_000);
    assert_eq!(price("East US", "West Europe"), 50_000);
    assert_eq!(price("Japan East", "East US"), 80_000);
    assert_eq!(price("Brazil South", "East US"), 160_000);
    assert_eq!(price("East US", "Brazil South"), 50_000);
    for from in regions() {
        for to in regions() {
            assert_eq!(micro_usd_per_gb(from, to) == 0, from == to);
        }
    }
}
