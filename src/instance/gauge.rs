//! How full shards are.
//!
//! The slots are divided into parts, each with a log, streams and a ledger of its own; a shard has
//! one part, or several where the group may come to a size with more shards. So a shard is split by
//! giving its parts limits of their own, and nothing moves: its limit is what its parts' limits
//! come to, and its parts fill it together.

use std::ops::Range;

use crate::assumption::Assumptions;
use crate::id::{Id, ShardId};
use crate::instance::shortage::client_limit;
use crate::instance::{Eviction, Instance, Ledger, MemoryKind};
use crate::quantity::Bytes;

/// Gives a ledger the limit of its part of a shard, with what follows from it.
pub(super) fn set_limit(
    ledger: &mut Ledger,
    limit: Bytes,
    policy: Eviction,
    assumptions: &Assumptions,
) {
    let mark = match policy {
        Eviction::NoEviction => limit.0,
        _ => assumptions.eviction_start.of(limit.0),
    };
    ledger.set_limit(limit);
    ledger.set_marks(client_limit(limit.0, assumptions), mark);
}

impl Instance {
    /// Takes another size: so many shards, and so much memory for data over all of them.
    ///
    /// # Panics
    /// When the shards are not a divisor of the parts.
    pub fn resize(&mut self, shards: u16, usable: Bytes) {
        let parts = u16::try_from(self.shards.len()).expect("parts are counted in 16 bits");
        assert!(
            parts.is_multiple_of(shards),
            "{parts} parts do not fit into {shards} shards"
        );
        self.parts_of_shard = parts / shards;
        let limit = Bytes(usable.0 / u64::from(parts));
        for part in self.shards.iter_mut() {
            set_limit(&mut part.ledger, limit, self.policy, &self.assumptions);
        }
    }

    /// How many shards it has.
    pub fn shard_count(&self) -> u16 {
        let parts = u16::try_from(self.shards.len()).expect("parts are counted in 16 bits");
        parts / self.parts_of_shard
    }

    /// Bytes in use and the limit of every shard.
    pub fn gauges(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let parts = usize::from(self.parts_of_shard);
        let firsts = self.shards.ids().step_by(parts);
        firsts.map(|first| (self.used(first), self.limit(first)))
    }

    /// Bytes in use over all shards.
    pub fn bytes_used(&self) -> u64 {
        let parts = self.shards.iter();
        parts.map(|part| part.ledger.total()).sum()
    }

    /// The parts on the shard of a part, itself included.
    pub(super) fn mates(&self, part: ShardId) -> impl Iterator<Item = ShardId> + use<> {
        let parts = usize::from(self.parts_of_shard);
        let first = part.index() / parts * parts;
        let mates: Range<usize> = first..first + parts;
        mates.map(ShardId::at)
    }

    fn sum(&self, part: ShardId, of: impl Fn(&Ledger) -> u64) -> u64 {
        let mates = self.mates(part);
        mates.map(|mate| of(&self.shards[mate].ledger)).sum()
    }

    /// Whether a shard has several parts.
    #[inline]
    fn is_divided(&self) -> bool {
        self.parts_of_shard > 1
    }

    /// Bytes in use on the shard of a part.
    pub(super) fn used(&self, part: ShardId) -> u64 {
        self.sum(part, Ledger::total)
    }

    /// Bytes of unstable records there.
    pub(super) fn unstable(&self, part: ShardId) -> u64 {
        self.sum(part, |ledger| ledger.used(MemoryKind::Unstable))
    }

    /// How much may be in use there.
    pub(super) fn limit(&self, part: ShardId) -> u64 {
        self.sum(part, Ledger::limit)
    }

    /// Whether nothing more may be taken there.
    #[inline]
    pub(super) fn is_full(&self, part: ShardId) -> bool {
        if self.is_divided() {
            return self.used(part) >= self.limit(part);
        }
        self.shards[part].ledger.is_full()
    }

    /// Whether clients may take nothing more there.
    #[inline]
    pub(super) fn is_full_for_clients(&self, part: ShardId) -> bool {
        if self.is_divided() {
            return self.used(part) >= self.sum(part, Ledger::client_limit);
        }
        self.shards[part].ledger.is_full_for_clients()
    }

    /// Whether a full shard has so much room again that it takes effects of peers (A-RESUME).
    pub(super) fn has_room(&self, part: ShardId) -> bool {
        self.used(part) < self.assumptions.resume_share.of(self.limit(part))
    }

    /// Whether as much is in use there as somebody wants to know.
    #[inline]
    pub(super) fn is_marked(&self, part: ShardId) -> bool {
        self.is_divided() || self.shards[part].ledger.is_marked()
    }
}
