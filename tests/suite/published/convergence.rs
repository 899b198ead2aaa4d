//! Case G8: how long after the last write all replicas agree.
//!
//! Source: mean round trips on EC2 over a week, one ping a second (Bailis, 2013-05-17,
//! `ping-pctiles.json`), in tenths of a millisecond. One-way delays are half of them.

use meridian::engine::Stream;
use meridian::history::Event;
use meridian::id::{InstanceId, RegionId};
use meridian::network::{Delay, Route};
use meridian::plan::{Plan, Step};
use meridian::quantity::{ByteRate, Ratio};
use meridian::time::{SimDuration, SimTime};
use meridian::world::{Options, World};

use crate::plans;

const VA: u16 = 0;
const IR: u16 = 1;
const SI: u16 = 2;
const SP: u16 = 3;
const ROUND_TRIPS: [(u16, u16, u64); 6] = [
    (VA, IR, 1_079),
    (VA, SI, 2_535),
    (VA, SP, 1_634),
    (IR, SI, 2_341),
    (IR, SP, 2_398),
    (SI, SP, 3_628),
];
/// So wide that bytes take no time.
const WIDE: ByteRate = ByteRate(1_000_000_000_000_000);
const WRITE_MS: u64 = 1_000;

fn one_way(from: RegionId, to: RegionId) -> SimDuration {
    let pair = (from.0.min(to.0), from.0.max(to.0));
    let found = ROUND_TRIPS.iter().find(|(a, b, _)| (*a, *b) == pair);
    let (_, _, tenths) = found.expect("every pair is published");
    SimDuration::from_micros(tenths * 100 / 2)
}

/// A full mesh of the four places, and a write at each of `writers`.
fn mesh(writers: &[u16]) -> Plan {
    let mut plan = plans::group(4, 1);
    for route in &mut plan.routes {
        route.delay = Delay::Constant(one_way(route.from, route.to));
        route.bandwidth = WIDE;
    }
    plan.storm = SimDuration::from_secs(2);
    plan.settle = SimDuration::from_secs(1);
    for writer in writers {
        let command = Step::Command {
            on: InstanceId(*writer),
            client: None,
            text: format!("SET key:{writer} value"),
            reply: Some("OK".to_owned()),
            effects: Some(1),
        };
        plans::at(&mut plan, WRITE_MS, command);
    }
    plan
}

/// Whether all replicas agree, clock by clock and digest by digest, so long after the writes. A
/// run is sampled at its start and at multiples of one period, so the period picks the instant.
fn agree_after(writers: &[u16], wait: SimDuration) -> bool {
    let mut plan = mesh(writers);
    let at = SimTime::from_millis(WRITE_MS) + wait;
    plan.sample_every = at.since(SimTime::ZERO);
    let mut prints = Vec::new();
    let mut unequal = None;
    World::new(&plan, Options::default()).run(&mut |seen| {
        if seen.at != at {
            return;
        }
        match seen.event {
            Event::Fingerprint(print) => prints.push(print),
            Event::Unequal { keys } => unequal = Some(keys),
            _ => {}
        }
    });
    assert_eq!(prints.len(), 4 * 2, "four replicas of two shards at {at}");
    let same = prints.iter().all(|print| {
        let first = &prints[usize::from(print.shard.0)];
        (print.clock, print.digest) == (first.clock, first.digest)
    });
    assert_eq!(
        same,
        unequal == Some(0),
        "keys and digests tell the same at {at}"
    );
    same
}

/// They agree exactly then: a tick before they do not, a tick after they do.
fn assert_agree_at(writers: &[u16], micros: u64) {
    let tick = SimDuration::from_nanos(1);
    let wait = SimDuration::from_micros(micros);
    assert!(
        !agree_after(writers, wait - tick),
        "{writers:?} a tick early"
    );
    assert!(agree_after(writers, wait + tick), "{writers:?} a tick late");
}

#[test]
fn g8_replicas_agree_after_the_longest_delay_from_the_writer() {
    assert_agree_at(&[VA], 126_750);
    assert_agree_at(&[IR], 119_900);
    assert_agree_at(&[SP], 181_400);
    assert_agree_at(&[VA, IR, SI, SP], 181_400);
}

/// Loss with a fixed retransmission timer: d + τ·G, where P(G = k) = p^k (1 − p). Messages are far
/// enough apart that none waits for one before it.
#[test]
fn g8_loss_delays_by_the_retransmission_timer() {
    const MESSAGES: u64 = 200_000;
    let (delay, timer) = (SimDuration::from_millis(100), SimDuration::from_millis(200));
    let loss = Ratio { ppm: 50_000 };
    let mut route = Route::new(Delay::Constant(delay), WIDE, loss, timer);
    let mut stream = Stream::named(8, "case G8");
    let delays: Vec<f64> = (0..MESSAGES)
        .map(|index| {
            let now = SimTime::from_secs(20 * index);
            let mut times = Vec::new();
            route.depart(std::iter::once((now, 200)), &mut times);
            route.arrive(&mut times, || 0, || stream.next_u64());
            times[0].since(now).as_micros() as f64 / 1_000.0
        })
        .collect();
    let messages = MESSAGES as f64;
    let mean = delays.iter().sum::<f64>() / messages;
    let error = 200.0 * 0.05_f64.sqrt() / 0.95 / messages.sqrt();
    assert!((mean - 110.526).abs() < 4.0 * error, "mean {mean} ms");
    for (beyond, share) in [(100.0, 0.05), (300.0, 0.0025)] {
        let found = delays.iter().filter(|delay| **delay > beyond).count() as f64 / messages;
        let tolerance = 4.0 * (share * (1.0 - share) / messages).sqrt();
        assert!(
            (found - share).abs() < tolerance,
            "P(delay > {beyond} ms) = {found}"
        );
    }
}
