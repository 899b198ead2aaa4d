//! Asking for memory ahead of its use.

/// Asks for the cache line in which `items[index]` begins, so that it is there when it is used. A
/// hint: it changes nothing but time, and an index beyond the end is no error.
#[inline(always)]
pub fn prefetch<T>(items: &[T], index: usize) {
    prefetch_index::prefetch_index(items, index);
}
