//! Where things go, so that nothing overlaps and nothing is cut off: integers, in tenths of a pixel
//! where not said otherwise.

use crate::report::font::{Weight, width};
use crate::report::units::Clock;

/// One pixel.
pub const PX: i32 = 10;
/// The width of every figure.
pub const WIDTH: i32 = 1_120 * PX;
/// Left of the plots: amounts and the names of lanes.
pub const LEFT: i32 = 128 * PX;
/// Right of the plots: labels of series.
pub const RIGHT: i32 = 224 * PX;
/// The width of the plots.
pub const PLOT: i32 = WIDTH - LEFT - RIGHT;
/// The size of labels.
pub const LABEL: i32 = 11 * PX;
/// From one line of labels to the next.
pub const LINE: i32 = 14 * PX;

/// Where `at_ms` is, from the left edge of a plot that ends at `end_ms`.
pub fn x(at_ms: u64, end_ms: u64) -> i32 {
    let plot = u128::from(PLOT.unsigned_abs());
    let offset = u128::from(at_ms.min(end_ms)) * plot / u128::from(end_ms.max(1));
    i32::try_from(offset).expect("an instant within the run lies within the plot")
}

/// Round instants for a time axis: at most twelve steps.
pub fn time_ticks(end_ms: u64, clock: Clock) -> Vec<(u64, String)> {
    const SECOND: u64 = 1_000;
    const MINUTE: u64 = 60 * SECOND;
    const HOUR: u64 = 60 * MINUTE;
    const STEPS: [u64; 17] = [
        SECOND,
        2 * SECOND,
        5 * SECOND,
        10 * SECOND,
        30 * SECOND,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        4 * HOUR,
        6 * HOUR,
        12 * HOUR,
        24 * HOUR,
    ];
    let fits = |step: &&u64| end_ms / **step <= 12;
    let step = STEPS
        .iter()
        .find(fits)
        .copied()
        .unwrap_or(end_ms.div_ceil(12 * HOUR) * HOUR);
    (0..=end_ms / step)
        .map(|n| (n * step, clock.at_ms(n * step)))
        .collect()
}

/// A round upper end for amounts up to `most`, and round amounts from 0 to it, `parts` of them or
/// a few more: steps of 1, 2, 2.5 or 5 times a power of ten.
pub fn amounts(most: u64, parts: u64) -> Vec<u64> {
    let least_step = most.div_ceil(parts.max(1)).max(1);
    let mut power = 1u64;
    let step = 'found: loop {
        for (times, divisor) in [(1, 1), (2, 1), (5, 2), (5, 1)] {
            let step = power.saturating_mul(times) / divisor;
            if step >= least_step && step * divisor == power.saturating_mul(times) {
                break 'found step;
            }
        }
        power = power.saturating_mul(10);
    };
    (0..=most.div_ceil(step).max(1)).map(|n| n * step).collect()
}

/// Moves `wanted` (ascending) apart until neighbours are `gap` apart, as little as it takes, all of
/// them between `top` and `bottom` as long as there is room.
pub fn spread(wanted: &[i32], gap: i32, top: i32, bottom: i32) -> Vec<i32> {
    let mut placed: Vec<i32> = Vec::with_capacity(wanted.len());
    // Each cluster of touching labels is centred on the mean of what its members want.
    let mut clusters: Vec<(i32, i32, i32)> = Vec::new();
    for &want in wanted {
        clusters.push((want, 1, want));
        while let [.., (_, count, first), (sum, more, next)] = clusters.as_slice()
            && first + count * gap > *next
        {
            let (sum, count) = (clusters[clusters.len() - 2].0 + sum, count + more);
            let centre = sum / count;
            clusters.truncate(clusters.len() - 2);
            let height = (count - 1) * gap;
            let lowest_start = (bottom - height).max(top);
            clusters.push((sum, count, (centre - height / 2).clamp(top, lowest_start)));
        }
    }
    for (_, count, first) in clusters {
        placed.extend((0..count).map(|n| first + n * gap));
    }
    placed
}

/// Words above a panel, placed so that none covers another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placed {
    /// Their left edge, from the left edge of the plot.
    pub left: i32,
    /// Their row, from 0 at the bottom.
    pub row: i32,
}

/// Finds room for words at instants: each `(left or centre, text)` in the lowest row where it
/// covers nothing, kept between 0 and `room`.
pub fn rows(words: &[(i32, bool, &str)], room: i32) -> Vec<Placed> {
    let mut taken: Vec<Vec<(i32, i32)>> = Vec::new();
    let mut place = |&(anchor, centred, text): &(i32, bool, &str)| {
        let wide = width(text, LABEL, Weight::Regular);
        let left = if centred { anchor - wide / 2 } else { anchor };
        let left = left.min(room - wide).max(0);
        let span = (left - LABEL, left + wide + LABEL);
        let is_free = |row: &Vec<(i32, i32)>| row.iter().all(|&(a, b)| b <= span.0 || span.1 <= a);
        let row = taken.iter().position(is_free).unwrap_or(taken.len());
        if row == taken.len() {
            taken.push(Vec::new());
        }
        taken[row].push((left, left + wide));
        Placed {
            left,
            row: i32::try_from(row).expect("a few rows"),
        }
    };
    words.iter().map(&mut place).collect()
}

/// The logarithm to base 2 of `value`, in 1/1024, from integers alone; of 0 as of 1.
pub fn log2(value: u64) -> u64 {
    let value = value.max(1);
    let whole = value.ilog2();
    let mut mantissa = u128::from(value) << (63 - whole);
    let mut result = u64::from(whole);
    for _ in 0..10 {
        mantissa = (mantissa * mantissa) >> 63;
        result <<= 1;
        if mantissa >> 64 != 0 {
            mantissa >>= 1;
            result += 1;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{LABEL, amounts, log2, rows, spread, time_ticks};
    use crate::report::units::Clock;

    #[test]
    fn labels_move_apart_and_stay_inside() {
        assert_eq!(spread(&[10, 50, 90], 20, 0, 100), [10, 50, 90]);
        assert_eq!(spread(&[50, 50, 50], 20, 0, 100), [30, 50, 70]);
        assert_eq!(spread(&[95, 98, 100], 20, 0, 100), [60, 80, 100]);
        assert_eq!(spread(&[0, 1, 2, 60], 20, 0, 100), [0, 20, 40, 60]);
    }

    #[test]
    fn words_above_a_panel_never_cover_one_another() {
        let placed = rows(
            &[
                (0, false, "first"),
                (100, false, "second"),
                (9_000, true, "x"),
            ],
            7_000,
        );
        assert_eq!(placed.iter().map(|p| p.row).collect::<Vec<_>>(), [0, 1, 0]);
        assert!(placed[2].left + LABEL / 2 < 7_000);
    }

    #[test]
    fn axes_have_round_amounts_and_instants() {
        assert_eq!(amounts(2_400, 3), [0, 1_000, 2_000, 3_000]);
        assert_eq!(amounts(240, 4), [0, 100, 200, 300]);
        assert_eq!(amounts(9, 4), [0, 5, 10]);
        assert_eq!(amounts(0, 4), [0, 1]);
        let ticks = time_ticks(30_600_000, Clock::of_run(30_600_000));
        assert_eq!(ticks.len(), 9);
        assert_eq!(ticks[1], (3_600_000, "1:00".to_owned()));
    }

    #[test]
    fn logarithms_are_those_of_a_slide_rule() {
        assert_eq!(log2(1), 0);
        assert_eq!(log2(8), 3 * 1_024);
        // log2(10) = 3.3219
        assert_eq!(log2(10), 3_401);
        assert_eq!(log2(1_000_000), 20_409);
    }
}
