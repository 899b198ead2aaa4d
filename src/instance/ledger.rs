//! The memory ledger of one shard: charged and refunded where state changes.
//!
//! A check recomputes it from the state (contract C9).

use crate::quantity::Bytes;

pub use crate::history::MemoryKind;

/// Bytes in use by kind, the most there ever were, and the limit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ledger {
    used: [u64; MemoryKind::COUNT],
    /// The peaks before the last refund, as the next three.
    peak: [u64; MemoryKind::COUNT],
    total: u64,
    total_peak: u64,
    lean_peak: u64,
    limit: u64,
    /// Up to where clients may fill it.
    client_limit: u64,
    /// From where on somebody wants to know.
    mark: u64,
}

impl Ledger {
    /// Nothing in use, of `limit` bytes.
    pub fn new(limit: Bytes) -> Self {
        Self {
            used: [0; MemoryKind::COUNT],
            peak: [0; MemoryKind::COUNT],
            total: 0,
            total_peak: 0,
            lean_peak: 0,
            limit: limit.0,
            client_limit: limit.0,
            mark: limit.0,
        }
    }

    /// Takes another limit.
    pub fn set_limit(&mut self, limit: Bytes) {
        self.limit = limit.0;
    }

    /// Up to how many bytes clients may fill it.
    pub fn client_limit(&self) -> u64 {
        self.client_limit
    }

    /// Lets clients fill it up to `client_limit` only, and marks it from `mark` bytes in use on.
    pub fn set_marks(&mut self, client_limit: u64, mark: u64) {
        self.client_limit = client_limit.min(self.limit);
        self.mark = mark.min(self.limit);
    }

    /// Takes `bytes` into use.
    #[inline(always)]
    pub fn charge(&mut self, kind: MemoryKind, bytes: u64) {
        self.used[kind as usize] += bytes;
        self.total += bytes;
    }

    /// Gives `bytes` back.
    ///
    /// # Panics
    /// When more is given back than was taken.
    pub fn refund(&mut self, kind: MemoryKind, bytes: u64) {
        assert!(
            self.used[kind as usize] >= bytes,
            "{} gives back more than it took",
            kind.name()
        );
        // What is in use has only grown since the last refund: now is when it was the most.
        self.note_peaks();
        self.used[kind as usize] -= bytes;
        self.total -= bytes;
    }

    fn note_peaks(&mut self) {
        self.peak = self.peaks();
        self.total_peak = self.total_peak();
        self.lean_peak = self.lean_peak();
    }

    /// Replaces `old` bytes in use by `new` ones.
    pub fn adjust(&mut self, kind: MemoryKind, old: u64, new: u64) {
        if new > old {
            self.charge(kind, new - old);
        } else if new < old {
            self.refund(kind, old - new);
        }
    }

    /// Sets what a kind uses, for kinds that are measured rather than counted.
    pub fn set(&mut self, kind: MemoryKind, bytes: u64) {
        self.adjust(kind, self.used[kind as usize], bytes);
    }

    /// Bytes in use of one kind.
    pub fn used(&self, kind: MemoryKind) -> u64 {
        self.used[kind as usize]
    }

    /// Bytes in use of every kind, in the order of [`MemoryKind::ALL`].
    pub fn by_kind(&self) -> [u64; MemoryKind::COUNT] {
        self.used
    }

    /// The most of every kind, each at its own time.
    pub fn peaks(&self) -> [u64; MemoryKind::COUNT] {
        std::array::from_fn(|kind| self.peak[kind].max(self.used[kind]))
    }

    /// Bytes in use.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The most ever in use.
    pub fn total_peak(&self) -> u64 {
        self.total_peak.max(self.total)
    }

    /// The most ever in use, unstable records left out.
    pub fn lean_peak(&self) -> u64 {
        let unstable = self.used[MemoryKind::Unstable as usize];
        self.lean_peak.max(self.total - unstable)
    }

    /// How much may be in use.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Whether nothing more may be taken.
    pub fn is_full(&self) -> bool {
        self.total >= self.limit
    }

    /// Whether clients may take nothing more.
    #[inline]
    pub fn is_full_for_clients(&self) -> bool {
        self.total >= self.client_limit
    }

    /// Whether as much is in use as somebody wants to know.
    #[inline]
    pub fn is_marked(&self) -> bool {
        self.total >= self.mark
    }

    /// Everything is gone; the peaks stay.
    pub fn clear(&mut self) {
        self.note_peaks();
        self.used = [0; MemoryKind::COUNT];
        self.total = 0;
    }
}
