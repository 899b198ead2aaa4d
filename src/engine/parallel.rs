//! Threads: the same function over many items, on one core or several.

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
}
