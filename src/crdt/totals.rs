//! Running totals over the elements of a collection, so that sizes and digests cost O(1).

use crate::crdt::object::Sizes;

/// What one element weighs, or all of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Totals {
    /// Elements a client sees.
    pub(crate) live: u64,
    /// Bytes of their names and values.
    pub(crate) live_bytes: u64,
    /// Elements with removals to remember.
    pub(crate) tombstones: u64,
    /// Runs of increments.
    pub(crate) counter_parts: u64,
    /// Writes hidden by a concurrent one.
    pub(crate) siblings: u64,
    /// Elements with a deadline of their own.
    pub(crate) limited: u64,
    /// Elements of which a collection could still free something.
    pub(crate) pending: u64,
    /// Sum of the elements' hashes.
    pub(crate) digest: u64,
}

impl Totals {
    /// Counts an element in.
    #[inline]
    pub(crate) fn add(&mut self, element: &Totals) {
        self.live += element.live;
        self.live_bytes += element.live_bytes;
        self.tombstones += element.tombstones;
        self.counter_parts += element.counter_parts;
        self.siblings += element.siblings;
        self.limited += element.limited;
        self.pending += element.pending;
        self.digest = self.digest.wrapping_add(element.digest);
    }

    /// Counts an element out.
    #[inline]
    pub(crate) fn subtract(&mut self, element: &Totals) {
        self.live -= element.live;
        self.live_bytes -= element.live_bytes;
        self.tombstones -= element.tombstones;
        self.counter_parts -= element.counter_parts;
        self.siblings -= element.siblings;
        self.limited -= element.limited;
        self.pending -= element.pending;
        self.digest = self.digest.wrapping_sub(element.digest);
    }

    /// Adds the totals of a collection to the sizes of its key.
    pub(crate) fn measure(&self, sizes: &mut Sizes) {
        sizes.elements += self.live;
        sizes.element_bytes += self.live_bytes;
        sizes.element_tombstones += self.tombstones;
        sizes.counter_parts += self.counter_parts;
        sizes.siblings += self.siblings;
        sizes.limited_elements += self.limited;
    }
}
