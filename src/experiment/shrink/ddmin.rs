//! Delta debugging over a list.
//!
//! Source: Zeller and Hildebrandt, *Simplifying and Isolating Failure-Inducing Input*, IEEE
//! Transactions on Software Engineering 28(2), 2002: algorithm `ddmin`.

use std::ops::Range;

/// Says which of several cuts of a list is the first that fails as the whole list does.
pub(super) type First<'a, T> = dyn FnMut(&[T], &[Cut]) -> Option<usize> + 'a;

/// What is kept of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Cut {
    /// These entries.
    To(Range<usize>),
    /// All but these.
    Without(Range<usize>),
}

impl Cut {
    /// What it leaves of `items`.
    pub(super) fn of<T: Clone>(&self, items: &[T]) -> Vec<T> {
        match self {
            Self::To(range) => items[range.clone()].to_vec(),
            Self::Without(range) => [&items[..range.start], &items[range.end..]].concat(),
        }
    }
}

/// The least of `items` that can be found: nothing of it can be left out alone.
pub(super) fn ddmin<T: Clone>(mut items: Vec<T>, first: &mut First<'_, T>) -> Vec<T> {
    if items.is_empty() || first(&items, &[Cut::To(0..0)]).is_some() {
        return Vec::new();
    }
    let mut parts = 2;
    while items.len() > 1 {
        let cuts = cuts(items.len(), parts);
        match first(&items, &cuts) {
            Some(at) => {
                items = cuts[at].of(&items);
                parts = match cuts[at] {
                    Cut::To(_) => 2,
                    Cut::Without(_) => (parts - 1).max(2),
                };
            }
            None if parts >= items.len() => break,
            None => parts = (parts * 2).min(items.len()),
        }
    }
    items
}

/// Each of so many parts alone, and then all but each; of two halves these are the same.
fn cuts(len: usize, parts: usize) -> Vec<Cut> {
    let ranges = (0..parts).map(|part| part * len / parts..(part + 1) * len / parts);
    let alone = ranges.clone().map(Cut::To);
    match parts {
        2 => alone.collect(),
        _ => alone.chain(ranges.map(Cut::Without)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::ddmin;

    /// What is left of 0 to `count` where `fails` says what fails, and how many lists were tried.
    fn left(count: u32, fails: impl Fn(&[u32]) -> bool) -> (Vec<u32>, usize) {
        let mut tried = 0;
        let left = ddmin((0..count).collect(), &mut |items, cuts| {
            cuts.iter().position(|cut| {
                tried += 1;
                fails(&cut.of(items))
            })
        });
        (left, tried)
    }

    #[test]
    fn two_that_fail_together_are_all_that_is_left() {
        let (both, tried) = left(8, |items| items.contains(&2) && items.contains(&7));
        assert_eq!(both, [2, 7]);
        // Nothing: 1. Halves: 2. Of four parts 4 alone and 1 left out. Of the six left: 3 and 2. Of
        // four: 2, then 4 and 2. Of three: 3 and 2. Of the two: 2.
        assert_eq!(tried, 28);
        let (both, tried) = left(256, |items| items.contains(&20) && items.contains(&230));
        assert_eq!(both, [20, 230]);
        assert!(tried < 120, "{tried} lists were tried");
    }

    #[test]
    fn one_is_found_by_halves() {
        let (one, tried) = left(64, |items| items.contains(&63));
        assert_eq!(one, [63]);
        assert_eq!(tried, 1 + 2 * 6);
    }

    #[test]
    fn nothing_is_left_where_nothing_is_needed_and_all_where_all_is() {
        assert_eq!(left(9, |_| true), (vec![], 1));
        assert_eq!(left(0, |_| true), (vec![], 0));
        let (all, _) = left(5, |items| items.len() == 5);
        assert_eq!(all, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn of_what_is_left_nothing_can_be_left_out() {
        let fails = |items: &[u32]| items.iter().filter(|one| **one % 3 == 1).count() >= 3;
        let (least, _) = left(40, fails);
        assert!(fails(&least));
        for at in 0..least.len() {
            let fewer = [&least[..at], &least[at + 1..]].concat();
            assert!(!fails(&fewer), "{least:?} without its entry {at}");
        }
    }
}
