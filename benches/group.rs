//! Client operations a second on one core: a group under YCSB A, everything on.
//!
//! `cargo bench --bench group [-- MEMBERS KEYS RATE SECONDS]`; the rate is each region's.

#![allow(
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a bench reads the clock of the machine and prints"
)]

use std::time::Instant;

use meridian::scenario;
use meridian::world::{Options, World};

/// Where the members are, each with clients of its own.
const REGIONS: [&str; 5] = [
    "East US",
    "West Europe",
    "Southeast Asia",
    "Japan East",
    "Brazil South",
];

/// Members, keys, operations a second in each region, simulated seconds.
const CASES: [[usize; 4]; 4] = [
    [3, 100_000, 10_000, 600],
    [3, 1_000_000, 10_000, 600],
    [5, 100_000, 10_000, 300],
    [5, 1_000_000, 10_000, 300],
];

fn main() {
    let given: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    match <[usize; 4]>::try_from(given) {
        Ok(case) => measure(case),
        Err(_) => CASES.into_iter().for_each(measure),
    }
}

fn measure(case: [usize; 4]) {
    let [members, keys, rate, _] = case;
    let text = scenario_of(case);
    let plan = scenario::parse("group.ron", &text, &[]).expect("the bench's scenario is valid");
    let world = World::new(&plan, Options::default());
    let start = Instant::now();
    let ending = world.run(&mut |_| {});
    let each = start.elapsed().as_secs_f64() * 1e9 / ending.operations as f64;
    println!(
        "{members} regions, {keys:>7} keys, {rate}/s in each: {} operations, {each:.1} ns each, \
         {:.2} M/s, digest {:016x}",
        ending.operations,
        1e3 / each,
        ending.digest
    );
}

fn scenario_of([members, keys, rate, seconds]: [usize; 4]) -> String {
    let members: String = REGIONS[..members]
        .iter()
        .map(|region| {
            let name = region.to_lowercase().replace(' ', "-");
            format!("(name: \"{name}\", region: \"{region}\", sku: \"Balanced_B50\"),")
        })
        .collect();
    format!(
        "(schema_version: 1, question: \"How fast is a group?\", seed: 7, \
         storm: \"{seconds}s\", settle: \"5s\", \
         instances: [{members}], \
         fill: [(prefix: \"user:\", keys: {keys}, value: \"100B\")], \
         traffic: [(fleet: \"app\", arrivals: Poisson(\"{rate}/s\"), mix: \"ycsb-a\", \
         keys: \"user:\")])"
    )
}
