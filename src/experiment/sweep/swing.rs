//! How far each axis moves a share: which of them matter.

use std::cmp::Reverse;

use crate::experiment::outcome::{Axis, Measure, Swing, SwingEnd};
use crate::experiment::statistics::{CONFIDENCE, mean_difference};
use crate::experiment::sweep::cells::SeedFates;
use crate::experiment::sweep::grid::Grid;
use crate::quantity::Ratio;

/// The whole, in parts of a million.
const WHOLE: u64 = 1_000_000;

/// The swing of each axis with more than one value, the farthest first. All cells of a seed share
/// their draws, so differences are taken seed by seed, of seeds that tell in all cells.
pub(super) fn swings(grid: Grid<'_>, seeds: &[SeedFates], measure: Measure) -> Vec<Swing> {
    let hits: Vec<Vec<bool>> = seeds.iter().filter_map(|seed| seed.hits(measure)).collect();
    if hits.is_empty() {
        return Vec::new();
    }
    let axes = grid.0.iter().enumerate();
    let several = axes.filter(|(_, axis)| axis.values.len() > 1);
    let mut swings: Vec<Swing> = several
        .map(|(position, axis)| swing(grid, (position, axis), &hits))
        .collect();
    swings.sort_by_key(|swing| Reverse(swing.difference_ppm));
    swings
}

fn swing(grid: Grid<'_>, (position, axis): (usize, &Axis), hits: &[Vec<bool>]) -> Swing {
    let values = axis.values.len();
    let digit: Vec<usize> = (0..grid.count())
        .map(|cell| grid.digits(cell)[position])
        .collect();
    // Under each seed, how many cells with each value are hit.
    let counts: Vec<Vec<i64>> = hits
        .iter()
        .map(|hits| {
            let mut counts = vec![0; values];
            for (hit, digit) in hits.iter().zip(&digit) {
                counts[*digit] += i64::from(*hit);
            }
            counts
        })
        .collect();
    let total = |value: usize| counts.iter().map(|counts| counts[value]).sum::<i64>();
    let low = (0..values).min_by_key(|value| total(*value));
    let high = (0..values).max_by_key(|value| total(*value));
    let (low, high) = low.zip(high).expect("an axis has values");
    let differences: Vec<i64> = counts
        .iter()
        .map(|counts| counts[high] - counts[low])
        .collect();
    let cells = (grid.count() / values) as u64;
    let of = |hits: i64| {
        let all = i128::from(cells) * differences.len() as i128;
        i64::try_from(i128::from(hits) * i128::from(WHOLE) / all).expect("no more than the whole")
    };
    let end = |value: usize| SwingEnd {
        value: axis.values[value].label.clone(),
        share_ppm: of(total(value)).unsigned_abs(),
    };
    // The two are looked for among all pairs, so the bounds are those of all pairs together.
    let pairs = (values * (values - 1) / 2) as u64;
    let left_out = (WHOLE - CONFIDENCE.ppm) / pairs;
    let confidence = Ratio {
        ppm: WHOLE - left_out.max(1),
    };
    let (difference_low_ppm, difference_high_ppm) =
        mean_difference(&differences, cells, confidence);
    Swing {
        axis: axis.name.clone(),
        low: end(low),
        high: end(high),
        seeds: differences.len() as u64,
        difference_ppm: of(differences.iter().sum()),
        difference_low_ppm,
        difference_high_ppm,
    }
}
