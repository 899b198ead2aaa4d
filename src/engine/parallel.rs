//! Threads: the same function over many items, on one core or several.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;

use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};

/// Workers that advance items independently of one another. With one thread there are none.
#[derive(Debug)]
pub struct Workers {
    pool: Option<ThreadPool>,
}

impl Workers {
    /// `threads` workers.
    ///
    /// # Panics
    /// When the operating system grants no threads.
    pub fn new(threads: usize) -> Self {
        let pool = (threads > 1).then(|| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("the operating system grants threads")
        });
        Self { pool }
    }

    /// Calls `work` on every item. The items share nothing, so their order does not matter.
    pub fn each<T: Send>(&self, items: &mut [T], work: impl Fn(&mut T) + Sync + Send) {
        match &self.pool {
            None => items.iter_mut().for_each(work),
            Some(pool) => pool.install(|| items.par_iter_mut().for_each(work)),
        }
    }
    /// Calls `work` on 0, 1, 2 and so on below `count`, and shows `take` the results in this order,
    /// each as soon as it and all before it are there, on the thread of the caller. When `take`
    /// breaks, no more work begins, and what is under way is thrown away: so what is taken does not
    /// depend on how many workers there are.
    pub fn in_order<T: Send>(
        &self,
        count: u64,
        work: impl Fn(u64) -> T + Sync,
        mut take: impl FnMut(u64, T) -> ControlFlow<()>,
    ) {
        let Some(pool) = &self.pool else {
            let _ = (0..count).try_for_each(|index| take(index, work(index)));
            return;
        };
        let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
        let (send, receive) = mpsc::channel();
        let (work, todo, stop) = (&work, (&next, count), &stop);
        pool.in_place_scope(|scope| {
            for _ in 0..pool.current_num_threads() {
                let send = send.clone();
                scope.spawn(move |_| draw(&send, work, todo, stop));
            }
            drop(send);
            let mut early = BTreeMap::new();
            let mut due = 0;
            for (index, result) in receive {
                early.insert(index, result);
                while let Some(result) = early.remove(&due) {
                    if take(due, result).is_break() {
                        stop.store(true, Ordering::Relaxed);
                        return;
                    }
                    due += 1;
                }
            }
        });
    }
}

/// One worker's share: the next that nobody has begun, until there is none.
fn draw<T>(
    send: &mpsc::Sender<(u64, T)>,
    work: &impl Fn(u64) -> T,
    (next, count): (&AtomicU64, u64),
    stop: &AtomicBool,
) {
    while !stop.load(Ordering::Relaxed) {
        let index = next.fetch_add(1, Ordering::Relaxed);
        // Nobody listens any more when what came before was enough.
        if index >= count || send.send((index, work(index))).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::thread;
    use std::time::Duration;

    use super::Workers;

    /// What is taken of 50 results, where early ones come late and `take` breaks at `end`.
    fn taken(threads: usize, end: u64) -> Vec<(u64, u64)> {
        let mut taken = Vec::new();
        let work = |index: u64| {
            thread::sleep(Duration::from_micros(if index.is_multiple_of(7) {
                900
            } else {
                10
            }));
            index * index
        };
        Workers::new(threads).in_order(50, work, |index, result| {
            taken.push((index, result));
            match index == end {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        taken
    }

    #[test]
    fn results_come_in_order_from_any_number_of_workers() {
        for end in [0, 13, 49, 60] {
            let expected: Vec<(u64, u64)> = (0..=end.min(49)).map(|at| (at, at * at)).collect();
            for threads in [1, 2, 5] {
                assert_eq!(
                    taken(threads, end),
                    expected,
                    "{threads} threads, until {end}"
                );
            }
        }
        Workers::new(3).in_order(
            0,
            |index| index,
            |_, _| unreachable!("there is nothing to do"),
        );
    }
}
