use crate::engine::rng::Stream;
use crate::quantity::Ratio;
use crate::time::SimDuration;

use super::super::{Delay, DelayError};
use super::{NO_LOSS, atlantic, check_share, ms};

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
    let jitter = Delay::from_rtt(ms(80), low, Ratio::ONE, Ratio::ONE);
    assert_eq!(jitter, Err(DelayError::JitterBelowOne(low)));
    assert_eq!(
        Delay::from_rtt(ms(80), Ratio::ONE, NO_LOSS, Ratio::ONE),
        Err(DelayError::ZeroFloor)
    );
    let high = Ratio { ppm: 1_000_001 };
    let floor = Delay::from_rtt(ms(80), Ratio::ONE, high, Ratio::ONE);
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
        (39_910_244, 41_763_902),
        (40_613_802, 40_677_432),
        (42_607_498, 41_514_443),
        (37_184_622, 5_000_000),
        (40_311_906, 38_807_154),
        (40_419_204, 39_772_838),
        (41_515_283, 40_727_798),
        (39_158_008, 40_280_903),
    ];
    assert_eq!(first, pinned);
}

/// The least draw that stands for a share in millionths.
fn draw_at(share: u64) -> u64 {
    let draw = (u128::from(share) << 64).div_ceil(1_000_000);
    u64::try_from(draw).expect("the share is below one")
}
