//! Client operations a second on one core: a group under YCSB A, everything on.
//!
//! `cargo bench --bench group [-- MEMBERS KEYS RATE SECONDS]`

use std::time::Instant;

use meridian::assumption::Assumptions;
use meridian::catalogue;
use meridian::id::{IdVec, InstanceId, RegionId};
use meridian::network::Delay;
use meridian::plan::{
    Arrivals, FleetPlan, InstancePlan, Operation, Plan, Popularity, Population, RegionPlan,
    RoutePlan, Sizes, TieBreak, ValueKind,
};
use meridian::quantity::{ByteRate, Rate, Ratio};
use meridian::time::{SimDuration, SimTime};
use meridian::world::{Options, World};

fn main() {
    let given: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    let cases = match given.as_slice() {
        [members, keys, rate, seconds] => vec![(*members, *keys, *rate, *seconds)],
        _ => vec![
            (3, 100_000, 100_000, 10),
            (3, 1_000_000, 100_000, 10),
            (5, 100_000, 100_000, 6),
            (5, 1_000_000, 100_000, 6),
        ],
    };
    for (members, keys, rate, seconds) in cases {
        let plan = plan(members, keys, rate, seconds);
        let world = World::new(&plan, Options::default());
        let start = Instant::now();
        let ending = world.run(&mut |_| {});
        let elapsed = start.elapsed();
        let each = elapsed.as_nanos() as f64 / ending.operations as f64;
        println!(
            "{members} regions, {keys:>8} keys, {rate}/s each: {:>10} operations, {:>6.1} ns each, \
             {:.2} M/s, {} windows, digest {:016x}",
            ending.operations,
            each,
            1e3 / each,
            ending.windows,
            ending.digest
        );
    }
}

/// Members 40 ms apart, each with clients of its own.
fn plan(members: u64, keys: u64, rate: u64, seconds: u64) -> Plan {
    let names = [
        "East US",
        "West Europe",
        "Southeast Asia",
        "Japan East",
        "Brazil South",
    ];
    let regions: IdVec<RegionId, RegionPlan> = names
        .iter()
        .take(members as usize)
        .map(|name| RegionPlan {
            name: (*name).to_owned(),
            clock_offset_ms: 0,
        })
        .collect();
    let instances: IdVec<InstanceId, InstancePlan> = regions
        .ids()
        .map(|region| InstancePlan {
            name: format!("redis-{}", region.0),
            region,
            sku: catalogue::sku("Balanced_B50").expect("the SKU is in the catalogue"),
            shards: 2,
        })
        .collect();
    let mut routes = Vec::new();
    for from in regions.ids() {
        for to in regions.ids().filter(|to| *to != from) {
            routes.push(RoutePlan {
                from,
                to,
                delay: Delay::Quantiles(vec![
                    (0, SimDuration::from_millis(36)),
                    (500_000, SimDuration::from_millis(40)),
                    (950_000, SimDuration::from_millis(42)),
                    (1_000_000, SimDuration::from_millis(45)),
                ]),
                bandwidth: ByteRate(1_250_000_000),
                loss: Ratio { ppm: 0 },
                micro_usd_per_gb: 50_000,
            });
        }
    }
    let populations = [Population {
        prefix: "user:".to_owned(),
        filled: keys as u32,
        keys: keys as u32,
        kind: ValueKind::String,
        value_bytes: Sizes::Constant(100),
        tagged: Ratio { ppm: 0 },
        expiring: Ratio { ppm: 0 },
        time_to_live: (SimDuration::ZERO, SimDuration::ZERO),
    }]
    .into_iter()
    .collect();
    let storm = SimDuration::from_secs(seconds);
    let fleets = instances
        .ids()
        .map(|instance| FleetPlan {
            name: format!("fleet-{}", instance.0),
            instance,
            arrivals: Arrivals::Poisson(Rate {
                millihertz: rate * 1000,
            }),
            population: meridian::id::PopulationId(0),
            popularity: Popularity::Zipf {
                exponent_milli: 990,
            },
            mix: vec![(Operation::Read, 50), (Operation::Update, 50)],
            starts: SimTime::ZERO,
            ends: SimTime::ZERO + storm,
        })
        .collect();
    Plan {
        name: "group".to_owned(),
        question: String::new(),
        seed: 7,
        storm,
        settle: SimDuration::from_secs(5),
        epoch_ms: 1_767_571_200_000,
        tie_break: TieBreak::Ordered,
        sample_every: SimDuration::from_secs(1),
        full_detail_operations: 0,
        events_max: u64::MAX,
        assumptions: Assumptions::default(),
        regions,
        routes,
        instances,
        populations,
        fleets,
        timeline: Vec::new(),
        rules: Vec::new(),
        expectations: Vec::new(),
    }
}
