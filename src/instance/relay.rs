//! Causal consistency, where it is on: members relay what they receive (A-CAUSAL).
//!
//! Each member keeps the order in which effects came to it, its own and those of others, in one
//! log, and streams them in that order: an effect of another goes to the other N - 2 members, too.
//! So whoever gets an effect of a member has got from it, or knew before, all that this member had
//! observed; what comes twice the observed clock filters.
//!
//! ```text
//!   arrives ──known?──► filtered
//!      └──► all it had observed here? ──yes──► applied ──► log, and on to the other N - 2
//!                    └──no──► parked behind its link until it is, or the link starts anew
//! ```
//!
//! Where a member knows effects only by a transfer of state, its log lacks them, and a stream of it
//! may bring an effect before what that had observed. It is parked then, in its link's order: what
//! it waits for comes from its own origin, or by state, as a link on which something waits longer
//! than makes silence (A-SILENCE) starts anew. The clock reports of a link wait for what is parked
//! on it. What waits for a member that was dropped waits no longer. What waits is in memory, and
//! charged with the buffers of synchronisation.
//!
//! Order is kept among all effects of a shard, which is more than is promised: that is for a key.
//! Source: Redis docs, active-active/causal-consistency.md.

use std::collections::VecDeque;

use crate::assumption::BacklogSharing;
use crate::id::{Id, ReplicaId, ShardId};
use crate::instance::effect::Entry;
use crate::instance::link::{Inflow, LinkState, Outflow};
use crate::instance::log::Log;
use crate::instance::parcel::{Cargo, Parcel, Relayed, Wire};
use crate::instance::{Instance, LIFE_BITS};
use crate::time::SimTime;

/// From how many members on there is anybody to relay to.
pub(super) const MEMBERS_LEAST: usize = 3;

/// What waits on each link, by its source.
#[derive(Clone, Debug, Default)]
pub(super) struct Relay {
    links: Vec<Parked>,
}

/// What waits on one connection, each shard's in the order it came.
#[derive(Clone, Debug, Default)]
struct Parked {
    epoch: u32,
    since: SimTime,
    shards: Vec<VecDeque<Relayed>>,
    /// What each shard's take, framing included.
    bytes: Vec<u64>,
}

impl Relay {
    /// Nothing waits on so many links of so many shards.
    pub(super) fn new(links: usize, shards: u16) -> Self {
        let link = Parked {
            shards: vec![VecDeque::new(); usize::from(shards)],
            bytes: vec![0; usize::from(shards)],
            ..Parked::default()
        };
        Self {
            links: vec![link; links],
        }
    }

    /// Whether something waits on the connection `epoch` from a peer, of one shard or any.
    fn waits(&self, from: ReplicaId, epoch: u32, shard: Option<ShardId>) -> bool {
        let link = &self.links[from.index()];
        let shards = link.shards.iter().enumerate();
        let mut concerned = shards.filter(|(at, _)| shard.is_none_or(|shard| shard.index() == *at));
        link.epoch == epoch && concerned.any(|(_, queue)| !queue.is_empty())
    }

    /// Bytes of what waits for one shard.
    pub(super) fn bytes(&self, id: ShardId) -> u64 {
        let links = self.links.iter();
        links.map(|link| link.bytes[id.index()]).sum()
    }

    /// The same, counted anew, by the sizes that the shard's log has for effects.
    pub(super) fn recount(&self, id: ShardId, log: &Log) -> u64 {
        let links = self.links.iter();
        let waiting = links.flat_map(|link| &link.shards[id.index()]);
        waiting.map(|relayed| log.size(&relayed.entry)).sum()
    }

    /// Nothing waits any more.
    pub(super) fn clear(&mut self) {
        self.links.iter_mut().for_each(Parked::clear);
    }
}

impl Parked {
    fn clear(&mut self) {
        self.shards.iter_mut().for_each(VecDeque::clear);
        self.bytes.fill(0);
    }
}

impl Instance {
    /// Takes in an effect of `origin` that came by the link from `from`, when all that it had
    /// observed is here.
    #[cold]
    pub(super) fn take_in_order(
        &mut self,
        from: ReplicaId,
        origin: ReplicaId,
        id: ShardId,
        entry: &Entry,
        wire: &mut impl Wire,
    ) {
        if !self.is_waiting(from, Some(id)) && self.is_due(origin, id, entry) {
            self.apply_and_relay(from, origin, id, entry, wire);
            self.release(id, wire);
            return;
        }
        if self.shards[id].ledger.is_full() {
            self.stop(from, id, wire);
            return;
        }
        let (now, epoch) = (self.now, self.incoming[from.index()].epoch);
        let is_first = !self.is_waiting(from, None);
        let bytes = self.shards[id].log.size(entry);
        if let Some(relay) = &mut self.relay {
            let link = &mut relay.links[from.index()];
            link.epoch = epoch;
            if is_first {
                link.since = now;
            }
            link.bytes[id.index()] += bytes;
            let entry = entry.clone();
            link.shards[id.index()].push_back(Relayed { origin, entry });
        }
        self.measure_sync_buffers(id);
        self.note_memory(id, wire);
    }

    /// What waited on a connection that is over will come again.
    pub(super) fn forget_waiting(&mut self, from: ReplicaId) {
        if let Some(relay) = &mut self.relay {
            relay.links[from.index()].clear();
            for id in self.shards.ids() {
                self.measure_sync_buffers(id);
            }
        }
    }

    /// Whether something waits on the link from a peer, of one shard or any.
    pub(super) fn is_waiting(&self, from: ReplicaId, shard: Option<ShardId>) -> bool {
        let epoch = self.incoming[from.index()].epoch;
        let relay = self.relay.as_ref();
        relay.is_some_and(|relay| relay.waits(from, epoch, shard))
    }

    /// Whether an effect is known, or all that its origin had observed before it is.
    fn is_due(&self, origin: ReplicaId, id: ShardId, entry: &Entry) -> bool {
        let clock = &self.shards[id].frontier.clock;
        let seq = entry.after.seq(origin);
        let known = clock.seq(origin);
        let begins_a_life = seq & ((1 << LIFE_BITS) - 1) == 1;
        let follows = seq <= known + 1 || begins_a_life;
        let is_here = |(at, incoming): (usize, &crate::instance::Incoming)| {
            at == origin.index() || incoming.is_dropped || entry.after.0[at] <= clock.0[at]
        };
        seq <= known || follows && self.incoming.iter().enumerate().all(is_here)
    }

    fn apply_and_relay(
        &mut self,
        from: ReplicaId,
        origin: ReplicaId,
        id: ShardId,
        entry: &Entry,
        wire: &mut impl Wire,
    ) {
        let shard = &self.shards[id];
        let is_new = entry.after.seq(origin) > shard.frontier.clock.seq(origin);
        if is_new && self.is_full(id) {
            self.stop(from, id, wire);
            return;
        }
        self.apply(origin, id, entry, wire);
        if is_new {
            self.pass_on(origin, id, entry, wire);
        }
    }

    /// Applies what waited and waits for nothing any more, on any link, until no more is due.
    pub(super) fn release(&mut self, id: ShardId, wire: &mut impl Wire) {
        let mut goes_on = self.relay.is_some();
        while goes_on {
            goes_on = false;
            for from in self.peers() {
                while let Some(due) = self.next_due(from, id) {
                    self.apply_and_relay(from, due.origin, id, &due.entry, wire);
                    goes_on = true;
                }
            }
        }
    }

    /// Takes out the effect that has waited longest on a link, if it is due.
    fn next_due(&mut self, from: ReplicaId, id: ShardId) -> Option<Relayed> {
        let incoming = &self.incoming[from.index()];
        let takes = incoming.shards[id.index()] != Inflow::Stopped && !incoming.is_dropped;
        let epoch = incoming.epoch;
        let link = &self.relay.as_ref()?.links[from.index()];
        let first = link.shards[id.index()].front()?;
        if !takes || link.epoch != epoch || !self.is_due(first.origin, id, &first.entry) {
            return None;
        }
        let link = &mut self.relay.as_mut()?.links[from.index()];
        let due = link.shards[id.index()].pop_front()?;
        link.bytes[id.index()] -= self.shards[id].log.size(&due.entry);
        self.measure_sync_buffers(id);
        Some(due)
    }

    /// Puts an effect of another member into the log and sends it to all but its origin.
    fn pass_on(&mut self, origin: ReplicaId, id: ShardId, entry: &Entry, wire: &mut impl Wire) {
        let log = &self.shards[id].log;
        let (cursor, bytes) = (log.end(), log.size(entry));
        for peer in self.peers().filter(|peer| *peer != origin) {
            let outgoing = &self.outgoing[peer.index()];
            let Some(epoch) = outgoing.epoch.filter(|_| outgoing.is_caught_up(id)) else {
                continue;
            };
            if wire.queue(peer) > self.assumptions.send_buffer {
                self.go_on(peer, id, Outflow::Behind { cursor });
                continue;
            }
            let entry = entry.clone();
            let cargo = Cargo {
                made_at: self.now,
                shard: id,
                epoch,
                parcel: Parcel::Relayed(Box::new(Relayed { origin, entry })),
            };
            wire.send(peer, cargo, bytes);
        }
        self.shards[id].log.append_of(origin, entry);
        self.pump_later(id, wire);
        if self.assumptions.backlog_sharing == BacklogSharing::Shared {
            self.shards[id].settle_shared_backlog();
        } else {
            self.measure_backlog(id);
        }
        self.note_memory(id, wire);
    }

    /// Starts a link anew on which something has waited too long: what it waits for may come by
    /// state alone.
    pub(super) fn check_waiting(&mut self, peer: ReplicaId, wire: &mut impl Wire) {
        let is_online = self.incoming[peer.index()].state == LinkState::Online;
        if !is_online || !self.is_waiting(peer, None) {
            return;
        }
        let since = self
            .relay
            .as_ref()
            .map(|relay| relay.links[peer.index()].since);
        if since.is_some_and(|since| self.now.since(since) > self.assumptions.silence) {
            self.connect(peer, wire);
        }
    }
}
