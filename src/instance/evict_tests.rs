use super::{Handle, POOL_MAX, Pooled, Walk, admit, slice_budget};
use crate::engine::Stream;

#[test]
fn a_walk_comes_to_every_place_once() {
    let mut stream = Stream::named(3, "walk");
    let mut orders = std::collections::BTreeSet::new();
    for length in [0, 1, 2, 3, 12, 97, 100] {
        for _ in 0..20 {
            let walked: Vec<usize> = Walk::over(length, &mut stream).collect();
            let mut sorted = walked.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..length).collect::<Vec<_>>());
            orders.insert(walked);
        }
    }
    assert!(orders.len() > 40, "{} orders", orders.len());
}

/// The first of a walk over a few is any of them, about as often.
#[test]
fn a_walk_begins_anywhere() {
    let mut stream = Stream::named(3, "walk");
    let mut times = [0; 6];
    for _ in 0..6_000 {
        for at in Walk::over(6, &mut stream).take(1) {
            times[at] += 1;
        }
    }
    assert!(
        times.iter().all(|times| (900..1_100).contains(times)),
        "{times:?}"
    );
}

fn pooled(scores: &[u64]) -> Vec<(u64, u32)> {
    let mut pool = Vec::new();
    for (number, score) in (0..).zip(scores) {
        let handle = Handle::Row(number);
        admit(
            &mut pool,
            Pooled {
                score: *score,
                handle,
            },
        );
    }
    let told = pool.into_iter().map(|kept| match kept.handle {
        Handle::Row(number) => (kept.score, number),
        Handle::Named(_) => panic!("only rows were put in"),
    });
    told.collect()
}

/// What `evictionPoolPopulate` makes of the same draws.
#[test]
fn the_pool_keeps_the_best_sixteen() {
    assert_eq!(pooled(&[5, 9, 1]), [(1, 2), (5, 0), (9, 1)]);
    // Of equal ones the first drawn is the better.
    assert_eq!(pooled(&[5, 5, 5]), [(5, 2), (5, 1), (5, 0)]);
    let ascending: Vec<u64> = (0..20).collect();
    let kept: Vec<u64> = pooled(&ascending).iter().map(|(score, _)| *score).collect();
    assert_eq!(kept, (4..20).collect::<Vec<_>>());
    // A full pool takes nothing that is not better than its worst.
    let mut full = vec![7; POOL_MAX];
    full.push(7);
    full.push(6);
    let kept = pooled(&full);
    assert_eq!(kept.len(), POOL_MAX);
    assert!(kept.iter().all(|(_, number)| *number < 16), "{kept:?}");
}

#[test]
fn more_keys_go_the_nearer_the_limit_is() {
    let budget = |used| slice_budget(used, 800, 1_000, 100);
    let budgets = [700, 799, 800, 801, 850, 900, 1_000, 1_200].map(budget);
    assert_eq!(budgets, [0, 0, 1, 1, 25, 50, 100, 100]);
    // Put off up to the limit, eviction begins there with all it may.
    assert_eq!(
        [999, 1_000].map(|used| slice_budget(used, 1_000, 1_000, 7)),
        [0, 7]
    );
}
