//! Client operations a second on one core: a group under YCSB A, everything on.
//!
//! `cargo bench --bench group [-- MEMBERS KEYS RATE SECONDS]`; the rate is each region's.
//!
//! Machines differ, and one machine from minute to minute. So where `redis-server` and
//! `redis-benchmark` are installed, each case stands between two rounds of them (`-P 16 -r 100000
//! -t set,get`) and is given as a multiple of the harmonic mean of SET and GET a second.

#![allow(
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a bench reads the clock of the machine and prints"
)]

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

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
    let redis = Redis::start();
    let mut before = redis.as_ref().and_then(Redis::rate);
    let cases = <[usize; 4]>::try_from(given).map_or(CASES.to_vec(), |case| vec![case]);
    for case in cases {
        let (text, rate) = measure(case);
        let after = redis.as_ref().and_then(Redis::rate);
        match before.zip(after) {
            Some((before, after)) => {
                let redis = f64::midpoint(before, after);
                println!(
                    "{text}, {:.1} times a redis-server ({:.2} M/s)",
                    rate / redis,
                    redis / 1e6
                );
            }
            None => println!("{text}"),
        }
        before = after;
    }
}

/// A real server beside the simulated ones, stopped when dropped.
struct Redis {
    server: Child,
    port: u16,
}

impl Redis {
    /// Starts one; none where it is not installed.
    fn start() -> Option<Self> {
        let local = (Ipv4Addr::LOCALHOST, 0);
        let port = TcpListener::bind(local).ok()?.local_addr().ok()?.port();
        let server = Command::new("redis-server")
            .args(["--port", &port.to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .ok()?;
        let redis = Self { server, port };
        let answers = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        let tries = 0..100;
        tries.into_iter().find(|_| {
            thread::sleep(Duration::from_millis(20));
            answers()
        })?;
        Some(redis)
    }

    /// Commands a second, the harmonic mean of SET and GET.
    fn rate(&self) -> Option<f64> {
        let done = Command::new("redis-benchmark")
            .args(["-p", &self.port.to_string()])
            .args(["-P", "16", "-r", "100000", "-n", "1000000"])
            .args(["-t", "set,get", "--csv"])
            .output()
            .ok()?;
        let text = String::from_utf8(done.stdout).ok()?;
        let rates: Vec<f64> = text
            .lines()
            .filter_map(|line| line.split(',').nth(1)?.trim_matches('"').parse().ok())
            .collect();
        let [set, get] = rates[..] else {
            return None;
        };
        Some(2.0 / (1.0 / set + 1.0 / get))
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // A server that is gone already is as good.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

/// Runs a case. Returns what to print, and the client operations a second.
fn measure(case: [usize; 4]) -> (String, f64) {
    let [members, keys, rate, _] = case;
    let text = scenario_of(case);
    let plan = scenario::parse("group.ron", &text, &[]).expect("the bench's scenario is valid");
    let world = World::new(&plan, Options::default());
    let start = Instant::now();
    let ending = world.run(&mut |_| {});
    let each = start.elapsed().as_secs_f64() * 1e9 / ending.operations as f64;
    let text = format!(
        "{members} regions, {keys:>7} keys, {rate}/s in each: {} operations, {each:.1} ns each, \
         {:.2} M/s, digest {:016x}",
        ending.operations,
        1e3 / each,
        ending.digest
    );
    (text, 1e9 / each)
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
