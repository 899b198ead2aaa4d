//! The search itself: over indices, by whatever says whether an index holds.
//!
//! Both ends come first, then a grid between them, all of it: only if its outcomes are one run of
//! holds and one run of fails may what lies between be inferred, and halves be left out.

/// Why an index is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// It is one of both ends.
    End,
    /// It is evidence that outcomes are in order.
    Grid,
    /// It halves what is left.
    Bisection,
}

/// What a search comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// Two neighbours, one of which holds and one of which fails.
    Threshold {
        /// The last that holds.
        holds: u64,
        /// The first that fails.
        fails: u64,
    },
    /// Both ends hold.
    Holds,
    /// Both ends fail.
    Fails,
    /// Outcomes change more than once: between these two, the lower first, they change back.
    Disorder(u64, u64),
}

/// Finds where what holds between 0 and `last` begins to fail, or the other way round. `judge` says
/// of each of some indices whether it holds; `grid` are those that must be in order, between the
/// ends and each more than the one before.
///
/// # Errors
/// As soon as `judge` fails.
///
/// # Panics
/// When there is only one index, or `judge` does not answer for each.
pub fn search<E>(
    last: u64,
    grid: &[u64],
    mut judge: impl FnMut(Phase, &[u64]) -> Result<Vec<bool>, E>,
) -> Result<Found, E> {
    assert!(last > 0, "a search has two ends");
    let ends = judge(Phase::End, &[0, last])?;
    assert_eq!(ends.len(), 2, "each index is judged");
    let (low, high) = (ends[0], ends[1]);
    if low == high {
        return Ok(if low { Found::Holds } else { Found::Fails });
    }
    let judged = match grid {
        [] => Vec::new(),
        grid => judge(Phase::Grid, grid)?,
    };
    assert_eq!(judged.len(), grid.len(), "each index is judged");
    let mut known = vec![(0, low)];
    known.extend(grid.iter().copied().zip(judged));
    known.push((last, high));
    let pairs = || known.windows(2);
    if let Some(back) = pairs().find(|pair| pair[0].1 != low && pair[1].1 == low) {
        return Ok(Found::Disorder(back[0].0, back[1].0));
    }
    let change = pairs().find(|pair| pair[0].1 != pair[1].1);
    let change = change.expect("the ends differ");
    let (mut below, mut above) = (change[0].0, change[1].0);
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        match judge(Phase::Bisection, &[middle])?.as_slice() {
            [same] if *same == low => below = middle,
            [_] => above = middle,
            other => panic!("one index is judged, not {}", other.len()),
        }
    }
    Ok(match low {
        true => Found::Threshold {
            holds: below,
            fails: above,
        },
        false => Found::Threshold {
            holds: above,
            fails: below,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{Found, Phase, search};

    /// What is found where `holds` says what holds, and all that was tried.
    fn found(last: u64, grid: &[u64], holds: impl Fn(u64) -> bool) -> (Found, Vec<(Phase, u64)>) {
        let mut tried = Vec::new();
        let found = search(last, grid, |phase, indices| {
            tried.extend(indices.iter().map(|index| (phase, *index)));
            Ok::<_, ()>(indices.iter().map(|index| holds(*index)).collect())
        });
        (found.expect("nothing fails"), tried)
    }

    /// Grids of each size that fits between the ends.
    fn grids(last: u64) -> impl Iterator<Item = Vec<u64>> {
        (1..=9).map(move |parts| {
            let mut grid: Vec<u64> = (1..parts).map(|part| last * part / parts).collect();
            grid.retain(|index| *index > 0);
            grid.dedup();
            grid
        })
    }

    #[test]
    fn every_threshold_is_found_from_either_side() {
        for last in 1..=33 {
            for grid in grids(last) {
                // The first index that differs from the lower end.
                for first in 1..=last {
                    let (below, tried) = found(last, &grid, |index| index < first);
                    let expected = Found::Threshold {
                        holds: first - 1,
                        fails: first,
                    };
                    assert_eq!(below, expected, "of {last} with {grid:?}");
                    let (above, mirrored) = found(last, &grid, |index| index >= first);
                    let expected = Found::Threshold {
                        holds: first,
                        fails: first - 1,
                    };
                    assert_eq!(above, expected, "of {last} with {grid:?}");
                    assert_eq!(tried, mirrored);
                    let mut known = vec![0];
                    known.extend(&grid);
                    known.push(last);
                    let widest = known.windows(2).map(|pair| pair[1] - pair[0]).max();
                    let halvings = u64::from(widest.expect("two ends").next_power_of_two().ilog2());
                    let most = known.len() as u64 + halvings;
                    assert!(tried.len() as u64 <= most, "{tried:?}: more than {most}");
                    let mut once: Vec<u64> = tried.iter().map(|(_, index)| *index).collect();
                    once.sort_unstable();
                    once.dedup();
                    assert_eq!(once.len(), tried.len(), "nothing is tried twice");
                }
            }
        }
    }

    #[test]
    fn every_disorder_on_the_grid_is_told() {
        let grid = [10, 20, 30, 40, 50, 60];
        let points = [0, 10, 20, 30, 40, 50, 60, 70];
        for outcomes in 0..256_u32 {
            let holds = |index: u64| outcomes >> (index / 10) & 1 == 1;
            let (found, tried) = found(70, &grid, holds);
            let changes = points
                .windows(2)
                .filter(|pair| holds(pair[0]) != holds(pair[1]));
            let changes: Vec<&[u64]> = changes.collect();
            if holds(0) == holds(70) {
                let expected = if holds(0) { Found::Holds } else { Found::Fails };
                assert_eq!((found, tried.len()), (expected, 2), "{outcomes:b}");
            } else if let [_, back, ..] = changes.as_slice() {
                let expected = Found::Disorder(back[0], back[1]);
                assert_eq!((found, tried.len()), (expected, 8), "{outcomes:b}");
            } else {
                let Found::Threshold { holds: one, fails } = found else {
                    panic!("{outcomes:b} is in order, not {found:?}");
                };
                assert!(one.abs_diff(fails) == 1 && holds(one) && !holds(fails));
            }
        }
    }

    #[test]
    fn whoever_judges_can_end_it() {
        for end in 0..5 {
            let mut calls = 0;
            let ended = search(100, &[50], |_, indices| {
                calls += 1;
                match calls > end {
                    true => Err(calls),
                    false => Ok(indices.iter().map(|index| *index < 60).collect()),
                }
            });
            assert_eq!(ended, Err(end + 1));
        }
    }
}
