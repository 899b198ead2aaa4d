//! The first draws of every distribution: whoever changes one changes the outcome of every run.

use crate::engine::rng::Stream;
use crate::id::PopulationId;
use crate::quantity::{Rate, Ratio};
use crate::time::SimTime;

use super::super::spread::Spread;
use super::super::{
    ArrivalTimes, Arrivals, KeyChoice, OperationChoice, Popularity, SizeChoice, Sizes, mix,
};
use super::next;

const ZIPF: Popularity = Popularity::Zipf {
    exponent_milli: 990,
};
const LATEST: Popularity = Popularity::Latest {
    exponent_milli: 990,
};

fn first<T>(mut draw: impl FnMut(&mut Stream) -> T) -> [T; 8] {
    let mut stream = Stream::named(7, "pinned");
    std::array::from_fn(|_| draw(&mut stream))
}

fn first_keys(popularity: &Popularity) -> [u32; 8] {
    let mut keys = KeyChoice::new(popularity, PopulationId(0), 1_000_000);
    first(|stream| keys.draw(stream, 999_999))
}

#[test]
fn arrivals_are_pinned() {
    let rate = Rate {
        millihertz: 1_000_000,
    };
    let mut poisson = ArrivalTimes::new(&Arrivals::Poisson(rate), SimTime::ZERO);
    assert_eq!(
        first(|stream| next(&mut poisson, stream).0),
        [
            1_013_820, 2_300_663, 2_927_079, 3_062_950, 4_163_265, 4_696_539, 4_923_565, 5_304_939
        ]
    );
    let mut even = ArrivalTimes::new(
        &Arrivals::Constant(Rate { millihertz: 7_000 }),
        SimTime::ZERO,
    );
    assert_eq!(
        first(|stream| next(&mut even, stream).0),
        [
            0,
            142_857_142,
            285_714_285,
            428_571_428,
            571_428_571,
            714_285_714,
            857_142_857,
            1_000_000_000
        ]
    );
}

#[test]
fn keys_are_pinned() {
    assert_eq!(
        first_keys(&Popularity::Uniform),
        [
            362_830, 276_141, 534_504, 872_955, 332_766, 586_680, 796_900, 682_922
        ]
    );
    assert_eq!(
        first_keys(&ZIPF),
        [
            384_570, 727_269, 553_252, 698_471, 34_434, 45_521, 512_049, 840_174
        ]
    );
    assert_eq!(
        first_keys(&LATEST),
        [
            999_990, 999_997, 992_516, 999_509, 960_244, 266_146, 999_956, 999_999
        ]
    );
    let (keys, operations) = (Ratio { ppm: 200_000 }, Ratio { ppm: 800_000 });
    assert_eq!(
        first_keys(&Popularity::HotSpot { keys, operations }),
        [
            892_495, 677_328, 613_322, 650_432, 738_849, 607_746, 719_523, 233_672
        ]
    );
    let spread = Spread::new(PopulationId(0), 1_000_000);
    let mut rank = 0..;
    let hottest = first(|_| spread.number(rank.next().expect("ranks go on")));
    assert_eq!(
        hottest,
        [
            509_025, 166_557, 727_269, 270_306, 366_250, 958_458, 257_362, 849_563
        ]
    );
}

#[test]
fn sizes_and_operations_are_pinned() {
    let uniform = SizeChoice::new(&Sizes::Uniform(1, 1_000));
    assert_eq!(
        first(|stream| uniform.draw(stream)),
        [363, 277, 535, 873, 333, 587, 797, 683]
    );
    let weighted = SizeChoice::new(&Sizes::Weighted(vec![(10, 5), (100, 3), (1_000, 2)]));
    assert_eq!(
        first(|stream| weighted.draw(stream)),
        [100, 10, 100, 10, 10, 100, 1_000, 1_000]
    );
    let e = OperationChoice::new(mix("ycsb-e").expect("E is one of YCSB's").operations);
    assert_eq!(
        first(|stream| e.choose(stream.next_u64()).1),
        [52, 52, 1_634_411_882, 66, 49, 5, 13, 57]
    );
    let a = OperationChoice::new(mix("ycsb-a").expect("A is one of YCSB's").operations);
    assert_eq!(
        first(|stream| a.choose(stream.next_u64()).1),
        [
            2_211_079_331,
            2_219_118_547,
            1_634_411_882,
            2_824_563_978,
            2_082_203_790,
            188_414_409,
            542_917_807,
            2_422_979_086
        ]
    );
}
