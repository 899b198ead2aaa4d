//! Collection: memory given back once every linked member has seen what it was kept for.
//!
//! Incremental, in slices: so many bytes of records a slice, so many objects looked at.

use crate::assumption::BacklogSharing;
use crate::crdt::{Update, Value};
use crate::id::{Id, ReplicaId, ShardId};
use crate::instance::Instance;
use crate::instance::MemoryKind;
use crate::instance::effect::Key;
use crate::instance::keyspace::Ticket;
use crate::instance::parcel::{Timer, Wire};
use crate::instance::row::PlainWrite;
use crate::planted::{self, Defect};

impl Instance {
    /// Wakes the collector if there is something for it.
    pub(super) fn collect_if_due(&mut self, wire: &mut impl Wire) {
        if !self.collecting && self.shards.iter().any(crate::instance::Shard::has_due) {
            self.collecting = true;
            wire.timer(self.now + self.assumptions.collection_slice, Timer::Collect);
        }
    }

    /// Collects one slice.
    pub(super) fn on_collect_due(&mut self, wire: &mut impl Wire) {
        self.collecting = false;
        let slice = self.assumptions.collection_slice.0;
        let rate = self.assumptions.collection_rate.0;
        let bytes = u128::from(rate) * u128::from(slice) / 1_000_000_000;
        let mut budget = u64::try_from(bytes).unwrap_or(u64::MAX);
        for id in self.shards.ids() {
            let before = self.shards[id].ledger.total();
            budget -= self.shards[id].collect_records(budget);
            self.collect_objects(id);
            let shard = &mut self.shards[id];
            shard.counts.collected_bytes += before.saturating_sub(shard.ledger.total());
            self.note_memory(id, wire);
        }
        self.collect_if_due(wire);
    }

    /// Looks at the oldest objects on a shard's list.
    fn collect_objects(&mut self, id: ShardId) {
        if !self.shards[id].collectable {
            return;
        }
        let most = self.assumptions.collection_objects as usize;
        let looks = self.shards[id].pending.len().min(most);
        for _ in 0..looks {
            let Some(ticket) = self.shards[id].pending.pop_front() else {
                break;
            };
            if self.keyspace.holds(ticket) {
                self.collect_object(id, ticket.at);
            }
        }
        let shard = &mut self.shards[id];
        shard.looked += looks;
        if shard.looked >= shard.pending.len() {
            shard.collectable = false;
            shard.looked = 0;
        }
    }

    fn collect_object(&mut self, id: ShardId, at: u32) {
        let shard = &mut self.shards[id];
        let slot = self.keyspace.slot_mut(at);
        slot.queued = false;
        let before = slot.measure(&self.assumptions);
        let (clock, mut stable) = (shard.frontier.clock, shard.stable.clock);
        // Of a dropped member, all that is still to come is what some survivor has and another
        // lacks: a removal may have seen more, which nobody has any more.
        for member in self.dropped.iter().map(|member| member.index()) {
            if stable.0[member] == clock.0[member] {
                stable.0[member] = u64::MAX;
            }
        }
        if !planted::is(Defect::TombstonesKept) {
            slot.object.collect(&clock, &stable, &mut shard.tally);
        }
        shard.counts.collected += 1;
        self.settle_slot(id, at, &before);
        self.compact_slot(id, at);
    }

    /// Makes a general key a row again, or nothing, where that is all it is.
    pub(super) fn compact_slot(&mut self, id: ShardId, at: u32) {
        let clock = self.shards[id].frontier.clock;
        let slot = self.keyspace.slot(at);
        if slot.object.is_vacant() {
            self.keyspace.remove(at);
            return;
        }
        let Key::Generated(key) = slot.key else {
            return;
        };
        let Some((stamp, value)) = slot.object.as_plain_write(&clock) else {
            return;
        };
        let Value::Generated { len, tag } = *value else {
            return;
        };
        self.keyspace.remove(at);
        self.keyspace.rows[key as usize].set(PlainWrite::new(stamp, len, tag));
    }

    /// Deletes the keys and fields whose deadline has passed and whose deadline is this instance's
    /// (`EXP-4`, `H-9`). A stale instance makes no effects: it waits until it has caught up.
    pub(super) fn on_expire_due(&mut self, wire: &mut impl Wire) {
        self.expiring = false;
        while let Some((deadline, ticket)) = self.deadlines.first().copied() {
            if self.stale || deadline >= self.wall_ms() {
                break;
            }
            self.deadlines.pop_first();
            self.expire(deadline, ticket, wire);
        }
        self.expire_if_due(wire);
    }

    fn expire(&mut self, deadline: u64, ticket: Ticket, wire: &mut impl Wire) {
        if !self.keyspace.holds(ticket) {
            return;
        }
        let slot = self.keyspace.slot(ticket.at);
        let key = slot.key.clone();
        if slot
            .object
            .deadline()
            .is_some_and(|now| now.at_ms == deadline && now.owner == self.replica)
        {
            let id = slot.shard;
            self.shards[id].counts.expired += 1;
            self.change(key, vec![Update::Remove], wire);
            return;
        }
        let fields = slot.object.fields_due(self.replica, self.wall_ms());
        if !fields.is_empty() {
            let removals = fields.into_iter().map(Update::RemoveField).collect();
            self.change(key, removals, wire);
        }
    }

    /// Plans the next expiry.
    pub(super) fn expire_if_due(&mut self, wire: &mut impl Wire) {
        let Some((deadline, _)) = self.deadlines.first() else {
            return;
        };
        if !self.expiring {
            self.expiring = true;
            let wait = deadline.saturating_sub(self.wall_ms()).max(1);
            let wait = crate::time::SimDuration::from_millis(wait.min(EXPIRY_PERIOD_MS));
            wire.timer(self.now + wait, Timer::Expire);
        }
    }

    /// Alone in its group, everything is stable at once.
    pub(super) fn settle_alone(&mut self, wire: &mut impl Wire) {
        let own: [ReplicaId; 1] = [self.replica];
        for shard in self.shards.iter_mut() {
            shard.settle_stable(self.replica, &own);
        }
        self.collect_if_due(wire);
    }

    /// Charges every shard's backlog, after a peer has acknowledged something or is gone.
    pub(super) fn measure_backlogs(&mut self) {
        if self.assumptions.backlog_sharing == BacklogSharing::PerPeer {
            for id in self.shards.ids() {
                self.measure_backlog(id);
            }
        }
    }

    /// Charges a shard's backlog: the ring, or under `PerPeer` what of it each peer has yet to
    /// acknowledge.
    pub(super) fn measure_backlog(&mut self, id: ShardId) {
        let shard = &mut self.shards[id];
        if self.assumptions.backlog_sharing == BacklogSharing::Shared {
            shard.settle_shared_backlog();
            return;
        }
        let peers = self.members.iter().filter(|peer| **peer != self.replica);
        let held = peers.map(|peer| shard.private_backlog(*peer)).sum();
        shard.ledger.set(MemoryKind::Backlog, held);
    }
}

/// Deadlines are looked at this often at least.
///
/// Source: redis.conf, `hz 10`: ten active expiry cycles a second.
const EXPIRY_PERIOD_MS: u64 = 100;
