use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use crate::engine::rng::Stream;
use crate::quantity::{ByteRate, Ratio};
use crate::time::{SimDuration, SimTime};

use super::delay::Segment;
use super::wire::{Divisor, Wire};
use super::{Degradation, Delay, Route, lookahead};

mod delay;

const WIDE: ByteRate = ByteRate(u64::MAX);
const NO_LOSS: Ratio = Ratio { ppm: 0 };

fn ms(millis: u64) -> SimDuration {
    SimDuration::from_millis(millis)
}

fn plain(delay: SimDuration, bandwidth: ByteRate) -> Route {
    Route::new(Delay::Constant(delay), bandwidth, NO_LOSS, ms(200))
}

fn atlantic() -> Delay {
    Delay::from_rtt(
        ms(80),
        Ratio { ppm: 1_040_000 },
        Ratio { ppm: 900_000 },
        Ratio::ONE,
    )
    .expect("the figures are sound")
}

/// When a message has left that is sent alone.
fn depart(route: &mut Route, now: SimTime, bytes: u64) -> Vec<SimTime> {
    let mut times = Vec::new();
    route.depart(std::iter::once((now, bytes)), &mut times);
    times
}

/// Sends with one stream for delay and loss.
fn send(route: &mut Route, now: SimTime, bytes: u64, stream: &mut dyn FnMut() -> u64) -> SimTime {
    let (delay, loss) = (stream(), stream());
    let mut times = depart(route, now, bytes);
    route.arrive(&mut times, || delay, || loss);
    times[0]
}

#[test]
fn a_wire_is_exact_over_time() {
    let mut wire = Wire::new(3);
    let total: u64 = (0..300).map(|_| wire.transmission(1).0).sum();
    assert_eq!(total, 100_000_000_000);
    let mut wire = Wire::new(125_000_000);
    assert_eq!(wire.transmission(1_500), SimDuration(12_000));
    assert_eq!(wire.transmission(u64::MAX), SimDuration(u64::MAX));
    assert_eq!(Wire::new(1).transmission(7), SimDuration::from_secs(7));
    assert_eq!(
        Wire::new(u64::MAX).transmission(1_000_000_000),
        SimDuration::ZERO
    );
}

#[test]
fn messages_queue_for_the_wire() {
    let mut route = plain(ms(40), ByteRate(1_000_000));
    let now = SimTime::from_secs(1);
    let mut stream = || 0;
    assert_eq!(
        send(&mut route, now, 1_000, &mut stream),
        SimTime::from_millis(1_041)
    );
    assert_eq!(
        send(&mut route, now, 1_000, &mut stream),
        SimTime::from_millis(1_042)
    );
    assert_eq!(route.queue(now), ms(2));
    assert_eq!(route.queue(now + ms(5)), SimDuration::ZERO);
    assert_eq!(send(&mut route, now + ms(5), 0, &mut stream), now + ms(45));
    let counters = route.counters();
    assert_eq!(
        (counters.messages, counters.bytes, counters.retransmissions),
        (3, 2_000, 0)
    );
}

#[test]
fn a_message_draws_what_its_route_needs() {
    let varying = Delay::Quantiles(vec![(0, ms(1)), (1_000_000, ms(2))]);
    for (delay, varies) in [(Delay::Constant(ms(1)), 0), (varying, 3)] {
        for (loss, loses) in [(NO_LOSS, 0), (Ratio::ONE, 3)] {
            let mut route = Route::new(delay.clone(), WIDE, loss, ms(200));
            let (mut delays, mut losses) = (0, 0);
            for _ in 0..3 {
                let draw_delay = || {
                    delays += 1;
                    0
                };
                let draw_loss = || {
                    losses += 1;
                    0
                };
                let mut times = depart(&mut route, SimTime::ZERO, 10);
                route.arrive(&mut times, draw_delay, draw_loss);
            }
            assert_eq!((delays, losses), (varies, loses));
        }
    }
}

/// Case G8: d = 100 ms, p = 5 %, retransmission after 200 ms; mean 110.526 ms.
#[test]
fn loss_delays_as_published() {
    let mut route = Route::new(
        Delay::Constant(ms(100)),
        WIDE,
        Ratio { ppm: 50_000 },
        ms(200),
    );
    let mut stream = Stream::named(1, "loss");
    let draws = 200_000;
    let delays: Vec<SimDuration> = (0..draws)
        .map(|index| {
            // Far apart, so that no message waits for one before it.
            let now = SimTime::from_secs(60 * index);
            send(&mut route, now, 100, &mut || stream.next_u64()).since(now)
        })
        .collect();
    let sum: u64 = delays.iter().map(|delay| delay.as_micros()).sum();
    let mean_us = sum as f64 / draws as f64;
    // The deviation of G is sqrt(p) / (1 - p).
    let deviation_us = 200_000.0 * 0.05_f64.sqrt() / 0.95;
    let tolerance = 4.0 * deviation_us / (draws as f64).sqrt();
    assert!((mean_us - 110_526.3).abs() < tolerance, "mean {mean_us} us");
    check_share(
        delays.iter().filter(|&&delay| delay > ms(100)).count(),
        delays.len(),
        0.05,
    );
    check_share(
        delays.iter().filter(|&&delay| delay > ms(300)).count(),
        delays.len(),
        0.0025,
    );
    assert_eq!(route.counters().retransmissions, sum / 200_000 - draws / 2);
}

#[test]
fn a_route_that_loses_all_delivers_in_the_end() {
    let mut route = Route::new(Delay::Constant(ms(100)), WIDE, Ratio::ONE, ms(200));
    let arrival = send(&mut route, SimTime::ZERO, 1, &mut || u64::MAX / 2);
    assert_eq!(arrival, SimTime::ZERO + ms(100 + 64 * 200));
}

#[test]
fn a_degraded_route_is_worse_until_it_heals() {
    let mut route = plain(ms(40), ByteRate(1_000_000));
    let mut stream = || u64::MAX / 3;
    route.degrade(Degradation {
        delay: Ratio { ppm: 2_500_000 },
        bandwidth: Ratio { ppm: 100_000 },
        loss: Ratio { ppm: 500_000 },
    });
    assert_eq!((route.floor(), route.median()), (ms(100), ms(100)));
    // 10 ms on the wire, 100 ms under way, lost once.
    assert_eq!(
        send(&mut route, SimTime::ZERO, 1_000, &mut stream),
        SimTime::from_millis(310)
    );
    route.heal();
    assert_eq!((route.floor(), route.degradation()), (ms(40), None));
    let now = SimTime::from_secs(1);
    assert_eq!(send(&mut route, now, 1_000, &mut stream), now + ms(41));
}

#[test]
fn the_lookahead_is_the_least_floor() {
    let routes = [plain(ms(40), WIDE), plain(ms(7), WIDE), plain(ms(90), WIDE)];
    assert_eq!(lookahead(&routes), Some(ms(7)));
    assert_eq!(lookahead(&routes[..0]), None);
}

proptest! {
    #[test]
    fn arrivals_keep_order_and_floor(
        sends in proptest::collection::vec((0_u64..50_000_000, 0_u64..100_000), 1..200),
        seed in 0_u64..1_000,
    ) {
        let loss = Ratio { ppm: 200_000 };
        let mut route = Route::new(atlantic(), ByteRate(10_000_000), loss, ms(200));
        let mut stream = Stream::named(seed, "order");
        let (mut now, mut last) = (SimTime::ZERO, SimTime::ZERO);
        for (gap, bytes) in sends {
            now += SimDuration(gap);
            let arrival = send(&mut route, now, bytes, &mut || stream.next_u64());
            prop_assert!(arrival >= now + route.floor());
            prop_assert!(arrival >= last);
            last = arrival;
        }
    }

    #[test]
    fn division_is_exact(value in 1_u64.., shift in 0_u32..64, dividend in 0_u64..) {
        let value = (value >> shift).max(1);
        let divided = Divisor::new(value).divide(dividend);
        prop_assert_eq!(divided, (dividend / value, dividend % value));
    }

    #[test]
    fn segments_sample_as_their_delay(draw in proptest::num::u64::ANY) {
        let segments = atlantic().segments();
        prop_assert_eq!(Segment::sample(&segments, draw), atlantic().sample(draw));
    }
}

/// Fails when `count` of `draws` is more than four standard errors off `share`.
fn check_share(count: usize, draws: usize, share: f64) {
    let found = count as f64 / draws as f64;
    let tolerance = 4.0 * (share * (1.0 - share) / draws as f64).sqrt();
    assert!(
        (found - share).abs() <= tolerance,
        "{found} is not {share} within {tolerance}"
    );
}
