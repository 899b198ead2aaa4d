//! Cells: their order, and what rows made by hand come to.

use std::collections::BTreeMap;

use super::{headed, made, plan};
use crate::experiment::outcome::{
    Axis, AxisKind, AxisValue, CaseCell, CaseResult, Cells, CostUnit, Header, Measure, Point, Seeds,
};
use crate::experiment::sweep::Fold;

fn axis(name: &str, kind: AxisKind, labels: &[&str], prices: &[u64]) -> Axis {
    let values = labels.iter().enumerate().map(|(index, label)| AxisValue {
        label: (*label).to_owned(),
        written: format!("{label:?}"),
        micro_usd_per_hour: prices.get(index).copied(),
    });
    Axis {
        name: name.to_owned(),
        set: vec!["storm".to_owned()],
        kind,
        values: values.collect(),
    }
}

/// Two sizes, three lengths of an outage, two readings.
fn grid(prices: &[u64]) -> Vec<Axis> {
    vec![
        axis("outage", AxisKind::Circumstance, &["1m", "2m", "3m"], &[]),
        axis("size", AxisKind::Choice, &["small", "large"], prices),
        axis("reading", AxisKind::Band, &["low", "high"], &[]),
    ]
}

fn header(axes: Vec<Axis>, seeds: Seeds) -> Header {
    Header {
        axes,
        seeds,
        ..headed(&plan("NoOom"), 4)
    }
}

/// Whether a case runs out of memory: the small one when the outage is long enough, and under seed
/// 0 a little earlier; the large one in the longest, under half of the seeds.
fn is_full(seed: u64, values: &BTreeMap<String, String>) -> bool {
    let of = |name: &str| values[name].as_str();
    match (of("size"), of("outage"), of("reading")) {
        ("small", "3m", _) | ("small", "2m", "high") => true,
        ("small", "2m", _) => seed == 0,
        ("large", "3m", "high") => seed.is_multiple_of(2),
        _ => false,
    }
}

fn row(header: &Header, point: Point) -> CaseResult {
    let values = header.values_at(point).expect("there are axes");
    let full = is_full(point.seed, &values);
    let bought = match values["size"].as_str() {
        "small" => 3_000,
        _ => 6_000,
    };
    let mut row = made(point.seed, full.then_some("NoOom on one"));
    row.instances[0].oom_at_ms = full.then_some(1_000 + point.seed);
    row.cell = Some(CaseCell {
        values,
        bought_bytes: Some(bought),
    });
    row
}

fn cells(header: &Header) -> Cells {
    let mut fold = Fold::new(header);
    (0..header.count()).for_each(|index| fold.add(&row(header, header.at(index))));
    fold.summary(None, None).cells.expect("there are axes")
}

#[test]
fn each_seed_is_run_in_all_cells_before_the_next() {
    let header = header(grid(&[]), Seeds::Range(5, 7));
    assert_eq!(header.count(), 24);
    let told = |index: u64| {
        let point = header.at(index);
        (point.seed, header.labels_at(point).join(" "))
    };
    assert_eq!(told(0), (5, "1m small low".to_owned()));
    assert_eq!(told(1), (5, "1m small high".to_owned()));
    assert_eq!(told(2), (5, "1m large low".to_owned()));
    assert_eq!(told(11), (5, "3m large high".to_owned()));
    assert_eq!(told(12), (6, "1m small low".to_owned()));
    for index in 0..24 {
        let point = header.at(index);
        let values = header.values_at(point);
        assert_eq!(header.point(point.seed, values.as_ref()), Some(point));
    }
    let longer = Header {
        seeds: Seeds::Range(5, 9),
        ..header.clone()
    };
    assert_eq!(longer.difference(&header), None, "more seeds go on");
    assert_eq!(longer.at(23), header.at(23));
    let other = Header {
        axes: grid(&[1, 2]),
        ..header.clone()
    };
    let told = header.difference(&other).map(|(what, ..)| what);
    assert_eq!(told, Some("axes"));
    let line = header.reproduce(header.at(11));
    let axes = "--axis outage=3m --axis size=large --axis reading=high";
    assert_eq!(line, format!("meridian run cut.ron --seed 5 {axes}"));
}

#[test]
fn every_cell_has_its_shares() {
    let header = header(grid(&[]), Seeds::Range(0, 8));
    let cells = cells(&header);
    let shares: Vec<u64> = cells
        .each
        .iter()
        .map(|cell| cell.out_of_memory.count)
        .collect();
    assert_eq!(shares, [0, 0, 0, 0, 1, 8, 0, 0, 8, 8, 0, 4]);
    let one = &cells.each[11];
    assert_eq!(one.values, ["3m", "large", "high"]);
    assert_eq!((one.failures.of, one.bought_bytes), (8, Some(6_000)));
    // Half of 8: the exact interval of 4 of 8.
    assert_eq!(
        (one.failures.low_ppm / 1_000, one.failures.high_ppm / 1_000),
        (157, 842)
    );
    let band: Vec<(u64, u64)> = cells
        .band
        .iter()
        .map(|one| (one.out_of_memory.count, one.out_of_memory.of))
        .collect();
    assert_eq!(band, [(9, 48), (20, 48)]);
}

#[test]
fn what_moves_it_most_comes_first() {
    let header = header(grid(&[]), Seeds::Range(0, 8));
    let cells = cells(&header);
    assert_eq!(cells.measure, Measure::OutOfMemory);
    let told: Vec<(&str, &str, &str)> = cells
        .swings
        .iter()
        .map(|one| {
            (
                one.axis.as_str(),
                one.low.value.as_str(),
                one.high.value.as_str(),
            )
        })
        .collect();
    let expected = [
        ("outage", "1m", "3m"),
        ("size", "large", "small"),
        ("reading", "low", "high"),
    ];
    assert_eq!(told, expected);
    let shares: Vec<(u64, u64)> = cells
        .swings
        .iter()
        .map(|one| (one.low.share_ppm, one.high.share_ppm))
        .collect();
    // Of 32 cases with an outage of 3 minutes 20 are full; of 48 small ones 25, of large ones 4.
    assert_eq!(
        shares,
        [(0, 625_000), (83_333, 520_833), (187_500, 416_666)]
    );
    for swing in &cells.swings {
        let within = swing.difference_low_ppm..=swing.difference_high_ppm;
        assert!(within.contains(&swing.difference_ppm), "{swing:?}");
        assert!(swing.difference_low_ppm < swing.difference_high_ppm);
        assert_eq!(swing.seeds, 8);
    }
}

#[test]
fn a_seed_without_all_cells_is_no_pair() {
    let header = header(grid(&[]), Seeds::Range(0, 8));
    let mut fold = Fold::new(&header);
    (0..30).for_each(|index| fold.add(&row(&header, header.at(index))));
    let cells = fold.summary(None, None).cells.expect("there are axes");
    assert!(cells.swings.iter().all(|swing| swing.seeds == 2));
}

#[test]
fn the_cheapest_that_always_passes() {
    let of = |axes: Vec<Axis>| {
        let cells = cells(&header(axes, Seeds::Range(0, 8)));
        cells.cheapest.expect("there is a choice")
    };
    let found = of(grid(&[]));
    assert_eq!(found.by, CostUnit::BoughtBytes);
    assert_eq!(found.overall, None, "the large one is full at times");
    let each: Vec<Option<(&str, u64)>> = found
        .each
        .iter()
        .map(|one| {
            one.chosen
                .as_ref()
                .map(|one| (one.values[0].as_str(), one.cost))
        })
        .collect();
    assert_eq!(each, [Some(("small", 3_000)), Some(("large", 6_000)), None]);
    let sure = found.each[0].chosen.as_ref().map(|one| one.failures);
    // None of 8: 1 - 0.05^(1/8).
    assert_eq!(sure.map(|one| (one.of, one.high_ppm)), Some((8, 312_344)));
    let priced = of(grid(&[900_000, 200_000]));
    assert_eq!(priced.by, CostUnit::MicroUsdPerHour);
    let first = priced.each[0].chosen.as_ref().expect("both pass");
    assert_eq!((first.values[0].as_str(), first.cost), ("large", 200_000));
    let mut short = grid(&[]);
    short[0].values.truncate(2);
    let overall = of(short).overall.expect("the large one stands two minutes");
    assert_eq!(overall.values, ["large"]);
}

/// All cells of a seed are alike, so they do not count as so many independent runs.
#[test]
fn cases_of_one_seed_are_one_where_bounds_are_stated() {
    let header = header(grid(&[]), Seeds::Range(0, 8));
    let mut fold = Fold::new(&header);
    (0..header.count()).for_each(|index| fold.add(&row(&header, header.at(index))));
    let summary = fold.summary(None, None);
    assert_eq!((summary.failures.count, summary.failures.of), (29, 96));
    // Those of 2.4 of 8.
    assert_eq!(
        (
            summary.failures.low_ppm / 1_000,
            summary.failures.high_ppm / 1_000
        ),
        (51, 696)
    );
}
