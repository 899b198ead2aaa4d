//! Plans made by hand, for tests that need no file.

use meridian::assumption::{Assumptions, Eviction};
use meridian::catalogue;
use meridian::id::{IdVec, InstanceId, PopulationId, RegionId};
use meridian::network::Delay;
use meridian::plan::{
    Arrivals, AtStart, FleetPlan, InstancePlan, Operation, Options, Plan, Popularity, Population,
    RegionPlan, RoutePlan, Sizes, Step, TieBreak, TimedStep, ValueKind,
};
use meridian::quantity::{ByteRate, Rate, Ratio};
use meridian::time::{SimDuration, SimTime};

/// A group whose members are `one_way_ms` apart, on one small SKU with two shards, without keys
/// and traffic.
pub(crate) fn group(members: usize, one_way_ms: u64) -> Plan {
    let names = [
        "East US",
        "West Europe",
        "Southeast Asia",
        "Japan East",
        "Brazil South",
    ];
    let regions: IdVec<RegionId, RegionPlan> = names
        .iter()
        .take(members)
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
            sku: catalogue::sku("Balanced_B3").expect("the SKU is in the catalogue"),
            shards: 2,
            eviction: Eviction::NoEviction,
            at_start: AtStart::Member,
            options: Options::default(),
        })
        .collect();
    Plan {
        name: "by-hand".to_owned(),
        question: String::new(),
        seed: 7,
        drawn: false,
        storm: SimDuration::from_secs(20),
        settle: SimDuration::from_secs(20),
        epoch_ms: 1_767_571_200_000,
        tie_break: TieBreak::Ordered,
        sample_every: SimDuration::from_secs(1),
        full_detail_operations: 0,
        events_max: u64::MAX,
        assumptions: Assumptions::default(),
        routes: routes(&regions, one_way_ms),
        regions,
        instances,
        group: "group".to_owned(),
        principals: Vec::new(),
        populations: IdVec::new(),
        fleets: IdVec::new(),
        timeline: Vec::new(),
        rules: Vec::new(),
        arms: Vec::new(),
        axes: Vec::new(),
        expectations: Vec::new(),
    }
}

fn routes(regions: &IdVec<RegionId, RegionPlan>, one_way_ms: u64) -> Vec<RoutePlan> {
    let mut routes = Vec::new();
    for from in regions.ids() {
        for to in regions.ids().filter(|to| *to != from) {
            routes.push(RoutePlan {
                from,
                to,
                delay: Delay::Constant(SimDuration::from_millis(one_way_ms)),
                bandwidth: ByteRate(125_000_000),
                loss: Ratio { ppm: 0 },
                micro_usd_per_gb: 50_000,
            });
        }
    }
    routes
}

/// Lets delays vary, so that effects of different origins overtake one another.
pub(crate) fn jitter(plan: &mut Plan) {
    for route in &mut plan.routes {
        route.delay = Delay::Quantiles(vec![
            (0, SimDuration::from_millis(20)),
            (500_000, SimDuration::from_millis(40)),
            (1_000_000, SimDuration::from_millis(120)),
        ]);
    }
}

/// Adds `keys` keys of a kind, half of them there from the start.
pub(crate) fn populate(plan: &mut Plan, prefix: &str, keys: u32, kind: ValueKind) -> PopulationId {
    plan.populations.push(Population {
        prefix: prefix.to_owned(),
        filled: keys / 2,
        keys,
        kind,
        value_bytes: Sizes::Uniform(20, 300),
        tagged: Ratio { ppm: 100_000 },
        expiring: Ratio { ppm: 0 },
        time_to_live: (SimDuration::ZERO, SimDuration::ZERO),
    })
}

/// Adds a fleet on every member, so many operations a second each, for the whole storm.
pub(crate) fn traffic(plan: &mut Plan, on: PopulationId, rate: u64, mix: &[(Operation, u32)]) {
    for instance in plan.instances.ids() {
        plan.fleets.push(FleetPlan {
            name: format!("{}-{}", plan.populations[on].prefix, instance.0),
            instance,
            arrivals: Arrivals::Poisson(Rate {
                millihertz: rate * 1000,
            }),
            population: on,
            popularity: Popularity::Zipf {
                exponent_milli: 990,
            },
            mix: mix.to_vec(),
            starts: SimTime::ZERO,
            ends: SimTime::ZERO + plan.storm,
        });
    }
}

/// Adds a step of the timeline.
pub(crate) fn at(plan: &mut Plan, millis: u64, step: Step) {
    let at = SimTime::from_millis(millis);
    plan.timeline.push(TimedStep {
        at,
        step,
        place: String::new(),
    });
}

/// Both directions between two regions.
pub(crate) fn both(left: u16, right: u16) -> Vec<(RegionId, RegionId)> {
    vec![
        (RegionId(left), RegionId(right)),
        (RegionId(right), RegionId(left)),
    ]
}

/// Gives every member this policy.
pub(crate) fn evict(plan: &mut Plan, policy: Eviction) {
    for instance in plan.instances.iter_mut() {
        instance.eviction = policy;
    }
}

/// Gives every shard about so many bytes.
pub(crate) fn limit(plan: &mut Plan, bytes: u64) {
    let instance = &plan.instances[InstanceId(0)];
    let usable = bytes * u64::from(instance.shards);
    let ppm = usable * 1_000_000 / instance.sku.memory.0;
    plan.assumptions.usable_share = Ratio { ppm };
}

/// A literal command on one member.
pub(crate) fn command(plan: &mut Plan, millis: u64, on: u16, text: &str) {
    send(plan, millis, on, None, text);
}

/// The same from a client by name.
pub(crate) fn by_client(plan: &mut Plan, millis: u64, on: u16, client: &str, text: &str) {
    send(plan, millis, on, Some(client.to_owned()), text);
}

fn send(plan: &mut Plan, millis: u64, on: u16, client: Option<String>, text: &str) {
    let step = Step::Command {
        on: InstanceId(on),
        client,
        text: text.to_owned(),
        reply: None,
        effects: None,
    };
    at(plan, millis, step);
}
