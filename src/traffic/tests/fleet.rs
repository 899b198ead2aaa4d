use crate::quantity::Rate;
use crate::time::SimTime;

use super::super::{Arrival, Arrivals, Fleet, FleetConfig, KeySpace, Lane, Operation, Sizes, mix};
use super::POPULATION;

fn config<'a>(sizes: &'a Sizes, name: &'static str) -> FleetConfig<'a> {
    let mix = mix(name).expect("the test names a mix that there is");
    FleetConfig {
        name: "web",
        arrivals: &Arrivals::Poisson(Rate {
            millihertz: 1_000_000,
        }),
        key_space: KeySpace {
            population: POPULATION,
            filled: 1_000,
            keys: 2_000,
        },
        lane: Lane {
            index: 1,
            stride: 3,
        },
        popularity: &mix.popularity,
        mix: mix.operations,
        sizes,
        starts: SimTime::from_secs(1),
        ends: SimTime::from_secs(3),
    }
}

fn all(config: &FleetConfig<'_>) -> Vec<Arrival> {
    let mut fleet = Fleet::new(7, config);
    let mut arrivals = Vec::new();
    while let Some(arrival) = fleet.ahead().first() {
        assert_eq!(arrival.at, fleet.next_at());
        arrivals.push(*arrival);
        fleet.advance(|_| ());
    }
    assert_eq!(fleet.next_at(), SimTime::MAX);
    arrivals
}

#[test]
fn a_fleet_sends_in_order_within_its_time() {
    let sizes = Sizes::Uniform(10, 20);
    let arrivals = all(&config(&sizes, "ycsb-a"));
    assert!(
        (1_800..2_200).contains(&arrivals.len()),
        "{} arrivals",
        arrivals.len()
    );
    assert!(arrivals.is_sorted_by_key(|arrival| arrival.at));
    assert!(arrivals[0].at >= SimTime::from_secs(1));
    assert!(
        arrivals
            .iter()
            .all(|arrival| arrival.at < SimTime::from_secs(3))
    );
    assert!(
        arrivals
            .iter()
            .all(|arrival| arrival.key < 2_000 && arrival.bytes <= 20)
    );
    assert!(
        (0..)
            .zip(&arrivals)
            .all(|(index, arrival)| arrival.tag == 3 * index + 1)
    );
    let mut idle = config(&sizes, "ycsb-a");
    idle.ends = idle.starts;
    let fleet = Fleet::new(7, &idle);
    assert_eq!((fleet.next_at(), fleet.ahead().len()), (SimTime::MAX, 0));
}

#[test]
fn what_changes_one_purpose_moves_no_other() {
    let (small, large) = (Sizes::Constant(10), Sizes::Uniform(10, 20));
    let first = all(&config(&small, "ycsb-a"));
    let second = all(&config(&large, "ycsb-b"));
    assert_eq!(first.len(), second.len());
    assert!(
        first
            .iter()
            .zip(&second)
            .all(|(a, b)| (a.at, a.key) == (b.at, b.key))
    );
    assert!(
        first
            .iter()
            .zip(&second)
            .any(|(a, b)| a.operation != b.operation)
    );
    let mut slow = config(&small, "ycsb-a");
    slow.arrivals = &Arrivals::Constant(Rate {
        millihertz: 500_000,
    });
    for (a, b) in first.iter().zip(all(&slow)) {
        assert_eq!((a.key, a.operation, a.extra), (b.key, b.operation, b.extra));
    }
}

#[test]
fn inserts_of_several_fleets_never_meet() {
    let sizes = Sizes::Constant(10);
    let mut numbers = Vec::new();
    for index in 0..3 {
        let mut one = config(&sizes, "ycsb-d");
        one.lane = Lane { index, stride: 3 };
        let arrivals = all(&one);
        let inserted: Vec<u32> = arrivals
            .iter()
            .filter(|arrival| arrival.operation == Operation::Insert)
            .map(|arrival| arrival.key)
            .collect();
        assert!(inserted.len() > 50);
        assert_eq!(inserted[..2], [1_000 + index, 1_003 + index]);
        numbers.extend(inserted);
    }
    numbers.sort_unstable();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn inserts_begin_again_when_numbers_run_out() {
    let sizes = Sizes::Constant(10);
    let mut full = config(&sizes, "ycsb-d");
    full.key_space.keys = 1_010;
    let inserted = |config: &FleetConfig<'_>| -> Vec<u32> {
        let arrivals = all(config);
        let inserts = arrivals
            .iter()
            .filter(|arrival| arrival.operation == Operation::Insert);
        inserts.map(|arrival| arrival.key).take(5).collect()
    };
    assert_eq!(inserted(&full), [1_001, 1_004, 1_007, 1_001, 1_004]);
    full.key_space.keys = 1_000;
    assert_eq!(inserted(&full), [999; 5]);
}
