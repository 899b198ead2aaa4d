use crate::engine::rng::Stream;
use crate::id::PopulationId;
use crate::quantity::{Rate, Ratio};
use crate::time::{SimDuration, SimTime};

use super::alias::AliasTable;
use super::arrival::Logarithm;
use super::spread::Spread;
use super::zipf::{self, Zipf};
use super::{
    ArrivalTimes, Arrivals, KeyChoice, Operation, OperationChoice, Popularity, SizeChoice, Sizes,
    mix, mixes,
};

mod fleet;
mod pinned;

const POPULATION: PopulationId = PopulationId(0);

/// The next instant of arrival.
fn next(times: &mut ArrivalTimes, stream: &mut Stream) -> SimTime {
    let mut next = [SimTime::ZERO];
    times.fill(&mut next, stream);
    next[0]
}

/// Fails when `count` of `draws` is more than four standard errors off `share`.
fn check_share(count: usize, draws: usize, share: f64, what: &str) {
    let found = count as f64 / draws as f64;
    let tolerance = 4.0 * (share * (1.0 - share) / draws as f64).sqrt();
    assert!(
        (found - share).abs() <= tolerance,
        "{what}: {found} is not {share} ± {tolerance}"
    );
}

fn counts<N>(buckets: usize, draws: usize, mut draw: impl FnMut() -> N) -> Vec<usize>
where
    usize: TryFrom<N, Error: std::fmt::Debug>,
{
    let mut counts = vec![0; buckets];
    for _ in 0..draws {
        counts[usize::try_from(draw()).expect("a draw is an index")] += 1;
    }
    counts
}

#[test]
fn an_alias_table_keeps_weights() {
    let weights = [3.0, 0.0, 1.0, 4.0, 2.0];
    let table = AliasTable::new(&weights);
    let mut stream = Stream::named(1, "alias");
    let found = counts(5, 100_000, || table.choice(stream.next_u64()));
    for (count, weight) in found.iter().zip(weights) {
        check_share(*count, 100_000, weight / 10.0, "weight");
    }
    assert_eq!(AliasTable::new(&[7.0]).choice(u64::MAX), 0);
}

#[test]
fn even_arrivals_are_exact_over_time() {
    let mut times = ArrivalTimes::new(
        &Arrivals::Constant(Rate { millihertz: 3_000 }),
        SimTime::from_secs(10),
    );
    let mut stream = Stream::named(1, "unused");
    let first: Vec<SimTime> = (0..4).map(|_| next(&mut times, &mut stream)).collect();
    let expected = [0, 333_333_333, 666_666_666, 1_000_000_000];
    assert_eq!(
        first,
        expected.map(|nanos| SimTime::from_secs(10) + SimDuration(nanos))
    );
    for _ in 4..3_000 {
        next(&mut times, &mut stream);
    }
    assert_eq!(next(&mut times, &mut stream), SimTime::from_secs(1_010));
    assert_eq!(stream.next_u64(), Stream::named(1, "unused").next_u64());
    for never in [
        Arrivals::Constant(Rate::default()),
        Arrivals::Poisson(Rate::default()),
    ] {
        let mut times = ArrivalTimes::new(&never, SimTime::ZERO);
        assert_eq!(next(&mut times, &mut stream), SimTime::MAX);
    }
}

#[test]
fn poisson_gaps_are_exponential() {
    let rate = Arrivals::Poisson(Rate {
        millihertz: 1_000_000,
    });
    let mut times = ArrivalTimes::new(&rate, SimTime::ZERO);
    let mut stream = Stream::named(1, "poisson");
    let mut last = SimTime::ZERO;
    let draws = 200_000;
    let gaps: Vec<u64> = (0..draws)
        .map(|_| {
            let at = next(&mut times, &mut stream);
            let gap = at.since(last).0;
            last = at;
            gap
        })
        .collect();
    let mean = gaps.iter().sum::<u64>() as f64 / draws as f64;
    assert!(
        (mean - 1e6).abs() < 4.0 * 1e6 / (draws as f64).sqrt(),
        "mean gap {mean} ns"
    );
    // The median of an exponential gap is ln 2 means, its 90th percentile ln 10.
    for (limit, share) in [(693_147, 0.5), (2_302_585, 0.9), (4_605_170, 0.99)] {
        let within = gaps.iter().filter(|&&gap| gap <= limit).count();
        check_share(within, draws, share, "gap");
    }
}

#[test]
fn logarithms_agree_with_libm() {
    let logarithm = Logarithm::new();
    let mut stream = Stream::named(1, "logarithm");
    let edges = [
        0,
        1,
        1 << 11,
        u64::MAX,
        u64::MAX - (1 << 11),
        1 << 63,
        (1 << 63) - 1,
    ];
    for draw in edges
        .into_iter()
        .chain((0..100_000).map(|_| stream.next_u64()))
    {
        let uniform = ((draw >> 11) + 1) as f64 / (1_u64 << 53) as f64;
        let (found, expected) = (logarithm.negated(draw), -libm::log(uniform));
        assert!(
            (found - expected).abs() < 2e-15 * expected.max(1.0),
            "{draw}: {found}"
        );
    }
}

/// Case G7 (b): Zipf 0.99 over 1000 ranks.
#[test]
fn zipf_is_exact_as_published() {
    let zipf = Zipf::new(1_000, 990);
    let mut stream = Stream::named(1, "zipf");
    let draws = 1_000_000;
    let found = counts(1_000, draws, || zipf.rank(&mut stream));
    for (rank, share) in [0.12938, 0.06514, 0.04360, 0.03280].into_iter().enumerate() {
        check_share(found[rank], draws, share, "rank");
    }
    for (top, share) in [(10, 0.3825), (100, 0.6850), (200, 0.7789)] {
        check_share(found[..top].iter().sum(), draws, share, "top");
    }
}

#[test]
fn the_tail_of_zipf_is_exact() {
    for exponent_milli in [500, 990, 1_000, 1_500] {
        let exponent = f64::from(exponent_milli) / 1_000.0;
        let ranks = 300_000;
        let zipf = Zipf::new(ranks, exponent_milli);
        let weights: Vec<f64> = (1..=ranks)
            .map(|place| libm::pow(f64::from(place), -exponent))
            .collect();
        let total: f64 = weights.iter().sum();
        let mut stream = Stream::named(2, "tail");
        let draws = 1_000_000;
        let found = counts(ranks as usize, draws, || zipf.rank(&mut stream));
        let spans = [
            (0, 1),
            (1_000, 1_030),
            (1_024, 1_032),
            (1_032, 1_040),
            (9_000, 9_050),
        ];
        let wide = [
            (1_024, 20_000),
            (100_000, 100_700),
            (100_000, 300_000),
            (299_000, 300_000),
        ];
        for (from, to) in spans.into_iter().chain(wide) {
            let share = weights[from..to].iter().sum::<f64>() / total;
            let what = format!("exponent {exponent}, ranks {from}..{to}");
            check_share(found[from..to].iter().sum(), draws, share, &what);
        }
    }
}

/// YCSB prints zeta(10^10, 0.99) in its source.
#[test]
fn bucket_weights_add_up_to_the_published_sum() {
    let head: f64 = (1..=1_024)
        .map(|place| libm::pow(f64::from(place), -0.99))
        .sum();
    let total = head + zipf::bucket_weight(1_025.0, 1e10, 0.99);
    assert!((total - 26.469_028_201_783_02).abs() < 1e-9, "{total}");
}

#[test]
fn zipf_reaches_every_size() {
    let mut stream = Stream::named(1, "sizes");
    for ranks in [1, 2, 1_023, 1_024, 1_025, 1_041, 100_000_000, u32::MAX] {
        for exponent_milli in [0, 990, 20_000] {
            let zipf = Zipf::new(ranks, exponent_milli);
            assert!((0..1_000).all(|_| zipf.rank(&mut stream) < ranks));
        }
    }
}

#[test]
fn a_spread_is_a_bijection() {
    for count in [1, 2, 3, 7, 64, 65, 1_000, 4_097, 100_000] {
        for population in [0, 1, 5] {
            let spread = Spread::new(PopulationId(population), count);
            let mut seen = vec![false; count as usize];
            for rank in 0..count {
                let number = spread.number(rank) as usize;
                assert!(!seen[number], "{number} twice below {count}");
                seen[number] = true;
            }
        }
    }
}

#[test]
fn hot_keys_lie_apart() {
    let spread = Spread::new(POPULATION, 1_000_000);
    let eighths = counts(8, 4_000, {
        let mut rank = 0;
        move || {
            rank += 1;
            spread.number(rank - 1) / 125_000
        }
    });
    assert!(
        eighths.iter().all(|count| (420..580).contains(count)),
        "{eighths:?}"
    );
    assert_ne!(
        Spread::new(PopulationId(0), 1_000).number(0),
        Spread::new(PopulationId(1), 1_000).number(0)
    );
}

#[test]
fn hot_spots_and_uniform_keys_keep_their_shares() {
    let mut stream = Stream::named(1, "spots");
    let share = |percent: u64| Ratio {
        ppm: percent * 10_000,
    };
    let spot = Popularity::HotSpot {
        keys: share(20),
        operations: share(80),
    };
    let mut keys = KeyChoice::new(&spot, POPULATION, 1_000);
    let spread = Spread::new(POPULATION, 1_000);
    let found = counts(1_000, 200_000, || keys.draw(&mut stream, 0));
    let hot = (0..200)
        .map(|rank| found[spread.number(rank) as usize])
        .sum();
    check_share(hot, 200_000, 0.8, "hot");
    check_share(
        found[spread.number(0) as usize],
        200_000,
        0.004,
        "one hot key",
    );
    check_share(
        found[spread.number(999) as usize],
        200_000,
        0.000_25,
        "one cold key",
    );
    let mut all = KeyChoice::new(&Popularity::Uniform, POPULATION, 10);
    for count in counts(10, 100_000, || all.draw(&mut stream, 0)) {
        check_share(count, 100_000, 0.1, "uniform");
    }
}

#[test]
fn the_latest_keys_are_drawn_most() {
    let latest = Popularity::Latest {
        exponent_milli: 990,
    };
    let mut keys = KeyChoice::new(&latest, POPULATION, 5_000);
    let mut stream = Stream::named(1, "latest");
    assert_eq!(keys.draw(&mut stream, 0), 0);
    let found = counts(1_000, 200_000, || keys.draw(&mut stream, 999));
    check_share(found[999], 200_000, 0.12938, "newest");
    check_share(found[998], 200_000, 0.06514, "second newest");
    check_share(found[900..].iter().sum(), 200_000, 0.6850, "newest tenth");
}

#[test]
fn sizes_keep_their_distribution() {
    let mut stream = Stream::named(1, "sizes");
    assert_eq!(
        SizeChoice::new(&Sizes::Constant(100)).draw(&mut stream),
        100
    );
    let uniform = SizeChoice::new(&Sizes::Uniform(5, 9));
    let found = counts(10, 100_000, || uniform.draw(&mut stream));
    for count in &found[5..=9] {
        check_share(*count, 100_000, 0.2, "uniform size");
    }
    let whole = SizeChoice::new(&Sizes::Uniform(0, u32::MAX));
    assert!((0..100).any(|_| whole.draw(&mut stream) > u32::MAX / 2));
    let weighted = SizeChoice::new(&Sizes::Weighted(vec![(1, 9), (7, 1)]));
    let found = counts(10, 100_000, || weighted.draw(&mut stream));
    check_share(found[7], 100_000, 0.1, "weighted size");
    assert_eq!(found[1] + found[7], 100_000);
}

#[test]
fn mixes_keep_their_weights() {
    let e = mix("YCSB-E").expect("E is one of YCSB's");
    let choice = OperationChoice::new(e.operations);
    let mut stream = Stream::named(1, "mix");
    let drawn: Vec<_> = (0..100_000)
        .map(|_| choice.choose(stream.next_u64()))
        .collect();
    let lengths: Vec<u32> = drawn
        .iter()
        .filter(|one| one.0 == Operation::Scan { length_max: 100 })
        .map(|one| one.1)
        .collect();
    check_share(lengths.len(), drawn.len(), 0.95, "scans");
    assert_eq!(
        (lengths.iter().min(), lengths.iter().max()),
        (Some(&1), Some(&100))
    );
    let short = lengths.iter().filter(|&&length| length <= 25).count();
    check_share(short, lengths.len(), 0.25, "short scans");
    assert_eq!(mix("ycsb-z"), None);
    for mix in mixes() {
        assert!(super::mix(mix.name).is_some() && !mix.description.is_empty());
        OperationChoice::new(mix.operations);
    }
}
