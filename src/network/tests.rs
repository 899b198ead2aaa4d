use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use crate::engine::rng::Stream;
use crate::quantity::{ByteRate, Ratio};
use crate::time::{SimDuration, SimTime};

use super::route::Wire;
use super::{Degradation, Delay, DelayError, Route, lookahead};

const WIDE: ByteRate = ByteRate(u64::MAX);
const NO_LOSS: Ratio = Ratio { ppm: 0 };

fn ms(millis: u64) -> SimDuration {
    SimDuration::from_millis(millis)
}

fn plain(delay: SimDuration, bandwidth: ByteRate) -> Route {
    Route::new(Delay::Constant(delay), bandwidth, NO_LOSS, ms(200))
}

fn atlantic() -> Delay {
    Delay::from_rtt(ms(80), Ratio { ppm: 1_040_000 }, Ratio { ppm: 900_000 })
        .expect("the figures are sound")
}

#[test]
fn delays_are_validated() {
    let points = |points: &[(u32, u64)]| {
        Delay::new_quantiles(
            points
                .iter()
                .map(|&(share, delay)| (share, ms(delay)))
                .collect(),
        )
    };
    assert!(points(&[(0, 1), (1_000_000, 1)]).is_ok());
    assert_eq!(
        points(&[(0, 0), (1_000_000, 1)]),
        Err(DelayError::ZeroFloor)
    );
    let unsorted = |ppm: u64| {
        Err(DelayError::Unsorted {
            share: Ratio { ppm },
        })
    };
    assert_eq!(
        points(&[(0, 1), (500_000, 3), (1_000_000, 2)]),
        unsorted(1_000_000)
    );
    assert_eq!(points(&[(0, 1), (0, 2), (1_000_000, 2)]), unsorted(0));
    for incomplete in [
        &[][..],
        &[(0, 1)],
        &[(1, 1), (1_000_000, 2)],
        &[(0, 1), (999_999, 2)],
    ] {
        assert!(matches!(
            points(incomplete),
            Err(DelayError::Incomplete { .. })
        ));
    }
    assert_eq!(
        points(&[(0, 1), (1_000_000, 4_000_000)]),
        Err(DelayError::TooLong(ms(4_000_000)))
    );
    assert_eq!(
        Delay::new_constant(SimDuration::ZERO),
        Err(DelayError::ZeroFloor)
    );
    assert_eq!(Delay::new_mixture(vec![]), Err(DelayError::NoWeight));
    assert_eq!(
        Delay::new_mixture(vec![(0, Delay::Constant(ms(1)))]),
        Err(DelayError::NoWeight)
    );
    let heavy = vec![
        (u32::MAX, Delay::Constant(ms(1))),
        (1, Delay::Constant(ms(1))),
    ];
    assert_eq!(Delay::new_mixture(heavy), Err(DelayError::TooMuchWeight));
    let nested = vec![(1, Delay::Constant(SimDuration::ZERO))];
    assert_eq!(Delay::new_mixture(nested), Err(DelayError::ZeroFloor));
    let low = Ratio { ppm: 999_999 };
    let jitter = Delay::from_rtt(ms(80), low, Ratio::ONE);
    assert_eq!(jitter, Err(DelayError::JitterBelowOne(low)));
    assert_eq!(
        Delay::from_rtt(ms(80), Ratio::ONE, NO_LOSS),
        Err(DelayError::ZeroFloor)
    );
    let high = Ratio { ppm: 1_000_001 };
    let floor = Delay::from_rtt(ms(80), Ratio::ONE, high);
    assert_eq!(floor, Err(DelayError::FloorAboveOne(high)));
    insta::assert_snapshot!(
        DelayError::Incomplete { first: NO_LOSS, last: low },
        @"the quantiles must start at share 0 and end at share 1, but go from 0% to 99.9999%"
    );
}

#[test]
fn a_round_trip_becomes_quantiles() {
    let expected = [
        (0, 36_000),
        (500_000, 40_000),
        (950_000, 41_600),
        (1_000_000, 43_200),
    ];
    let points = expected.map(|(share, micros)| (share, SimDuration::from_micros(micros)));
    assert_eq!(atlantic(), Delay::Quantiles(points.to_vec()));
    assert_eq!(atlantic().floor(), ms(36));
    assert_eq!(atlantic().median(), ms(40));
    assert_eq!(atlantic().ceiling(), SimDuration::from_micros(43_200));
}

#[test]
fn uniform_draws_hit_the_quantiles() {
    let delay = atlantic();
    let sample = |share: u64| delay.sample(draw_at(share)).as_micros();
    assert_eq!(delay.sample(0), delay.floor());
    assert!(delay.ceiling() - delay.sample(u64::MAX) <= SimDuration(1));
    assert_eq!(sample(250_000), 38_000);
    assert_eq!(sample(500_000), 40_000);
    assert_eq!(sample(725_000), 40_800);
    assert_eq!(sample(975_000), 42_400);
    let mut stream = Stream::named(1, "quantiles");
    let draws = 100_000;
    let below = |limit: u64, stream: &mut Stream| {
        (0..draws)
            .filter(|_| delay.sample(stream.next_u64()) <= SimDuration(limit))
            .count()
    };
    for (limit_us, share) in [
        (38_000_u64, 0.25),
        (40_000, 0.5),
        (41_600, 0.95),
        (42_400, 0.975),
    ] {
        check_share(below(limit_us * 1_000, &mut stream), draws, share);
    }
}

#[test]
fn a_mixture_keeps_its_weights() {
    let delay = Delay::new_mixture(vec![
        (9, Delay::Constant(ms(10))),
        (0, Delay::Constant(ms(1))),
        (1, atlantic()),
    ])
    .expect("the mixture is sound");
    assert_eq!((delay.floor(), delay.median()), (ms(10), ms(10)));
    assert_eq!(delay.ceiling(), SimDuration::from_micros(43_200));
    let mut stream = Stream::named(1, "mixture");
    let draws: Vec<_> = (0..100_000)
        .map(|_| delay.sample(stream.next_u64()))
        .collect();
    check_share(
        draws.iter().filter(|&&delay| delay == ms(10)).count(),
        draws.len(),
        0.9,
    );
    check_share(
        draws.iter().filter(|&&delay| delay > ms(40)).count(),
        draws.len(),
        0.05,
    );
    assert!(
        draws
            .iter()
            .all(|&delay| delay == ms(10) || delay >= ms(36))
    );
}

#[test]
fn samples_are_pinned() {
    let mut stream = Stream::named(7, "route 0→1 delay");
    let mixture = Delay::Mixture(vec![(1, Delay::Constant(ms(5))), (3, atlantic())]);
    let first: Vec<_> = (0..8)
        .map(|_| stream.next_u64())
        .map(|draw| (atlantic().sample(draw).0, mixture.sample(draw).0))
        .collect();
    let pinned = [
        (39_910_243, 41_763_902),
        (40_613_802, 40_677_431),
        (42_607_498, 41_514_443),
        (37_184_621, 5_000_000),
        (40_311_906, 38_807_154),
        (40_419_204, 39_772_837),
        (41_515_282, 40_727_798),
        (39_158_007, 40_280_902),
    ];
    assert_eq!(first, pinned);
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
        route.send(now, 1_000, &mut stream),
        SimTime::from_millis(1_041)
    );
    assert_eq!(
        route.send(now, 1_000, &mut stream),
        SimTime::from_millis(1_042)
    );
    assert_eq!(route.queue(now), ms(2));
    assert_eq!(route.queue(now + ms(5)), SimDuration::ZERO);
    assert_eq!(route.send(now + ms(5), 0, &mut stream), now + ms(45));
    let counters = route.counters();
    assert_eq!(
        (counters.messages, counters.bytes, counters.retransmissions),
        (3, 2_000, 0)
    );
}

#[test]
fn every_message_takes_two_draws() {
    for loss in [NO_LOSS, Ratio::ONE] {
        let mut route = Route::new(Delay::Constant(ms(1)), WIDE, loss, ms(200));
        let mut draws = 0;
        let mut stream = || {
            draws += 1;
            0
        };
        let stream: &mut dyn FnMut() -> u64 = &mut stream;
        for _ in 0..3 {
            route.send(SimTime::ZERO, 10, stream);
        }
        assert_eq!(draws, 6);
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
            route.send(now, 100, &mut || stream.next_u64()).since(now)
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
    let arrival = route.send(SimTime::ZERO, 1, &mut || u64::MAX / 2);
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
        route.send(SimTime::ZERO, 1_000, &mut stream),
        SimTime::from_millis(310)
    );
    route.heal();
    assert_eq!((route.floor(), route.degradation()), (ms(40), None));
    let now = SimTime::from_secs(1);
    assert_eq!(route.send(now, 1_000, &mut stream), now + ms(41));
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
            let arrival = route.send(now, bytes, &mut || stream.next_u64());
            prop_assert!(arrival >= now + route.floor());
            prop_assert!(arrival >= last);
            last = arrival;
        }
    }

    #[test]
    fn a_wire_divides_as_division_does(rate in 1_u64.., bytes in 0_u64..18_000_000_000) {
        let mut wire = Wire::new(rate);
        let parts = u128::from(bytes) * 1_000_000_000;
        prop_assert_eq!(u128::from(wire.transmission(bytes).0), parts / u128::from(rate));
        prop_assert_eq!(u128::from(wire.carry), parts % u128::from(rate));
    }
}

/// The least draw that stands for a share in millionths.
fn draw_at(share: u64) -> u64 {
    let draw = (u128::from(share) << 64).div_ceil(1_000_000);
    u64::try_from(draw).expect("the share is below one")
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
