//! What the links do: report, break, connect, resume, stop.

use crate::crdt::{MEMBERS_MAX, VersionVector};
use crate::history::LinkEvent;
use crate::id::{Id, ReplicaId, ShardId};
use crate::instance::effect::Entry;
use crate::instance::frontier::Frontier;
use crate::instance::link::{Inflow, LinkState, Outflow};
use crate::instance::parcel::{Cargo, Flight, Item, Origin, Parcel, Relayed, Start, Timer, Wire};
use crate::instance::snapshot::merge_item;
use crate::instance::{Instance, Shard};
use crate::planted::{self, Defect};
use crate::time::{SimDuration, SimTime};

impl Instance {
    /// Takes in what arrived.
    pub fn deliver(&mut self, now: SimTime, flight: Flight, wire: &mut impl Wire) {
        if let Parcel::Effect(entry) = &flight.parcel {
            self.deliver_effect(now, flight.origin(), entry, wire);
            return;
        }
        if let Parcel::Relayed(relayed) = &flight.parcel {
            self.deliver_relayed(now, flight.origin(), relayed, wire);
            return;
        }
        self.now = now;
        let from = flight.from;
        // Who has left the group knows nobody there, though somebody may not have heard of it.
        if self.refuses(flight.origin(), wire) || !self.members.contains(&from) {
            return;
        }
        self.outgoing[from.index()].heard_at = now;
        match &flight.parcel {
            Parcel::Connect => return self.on_connect(from, flight.epoch, wire),
            Parcel::Quit => return self.on_quit(from, flight.epoch),
            Parcel::Request(frontiers) => {
                return self.on_request(from, flight.epoch, frontiers, wire);
            }
            // It is of the other direction, and says nothing of the stream that comes from there.
            Parcel::Alive => return,
            _ => {}
        }
        let incoming = &mut self.incoming[from.index()];
        if flight.epoch != incoming.epoch {
            return;
        }
        incoming.heard_at = now;
        match flight.parcel {
            Parcel::Report(frontiers) => self.on_report(from, &frontiers, wire),
            Parcel::Accept => self.on_accept(from, flight.epoch, wire),
            Parcel::Starts(starts) => self.on_starts(from, &starts, wire),
            Parcel::Chunk(items, clock) => {
                self.on_chunk(from, flight.shard, items.into_vec(), &clock, wire);
            }
            Parcel::SnapshotEnd(frontier) => {
                self.on_snapshot_end(from, flight.shard, &frontier, wire);
            }
            Parcel::Hangup => self.connect(from, wire),
            Parcel::Unlinked(member) => self.learn_unlinked(member, from, wire),
            Parcel::Quit
            | Parcel::Connect
            | Parcel::Request(_)
            | Parcel::Effect(_)
            | Parcel::Relayed(_)
            | Parcel::Alive => {}
        }
    }

    /// Takes in an effect.
    fn deliver_effect(
        &mut self,
        now: SimTime,
        origin: Origin,
        entry: &Entry,
        wire: &mut impl Wire,
    ) {
        if self.hears(origin.from, origin.epoch) {
            self.take_effect(now, origin.from, origin.shard, entry, wire);
            self.heard(origin.from, now);
        } else {
            self.ignore_effect(now, origin, wire);
        }
    }

    /// Takes in an effect that a peer passes on.
    fn deliver_relayed(
        &mut self,
        now: SimTime,
        by: Origin,
        relayed: &Relayed,
        wire: &mut impl Wire,
    ) {
        if !self.hears(by.from, by.epoch) {
            self.ignore_effect(now, by, wire);
            return;
        }
        self.now = now;
        if self.incoming[by.from.index()].shards[by.shard.index()] != Inflow::Stopped {
            self.take_in_order(by.from, relayed.origin, by.shard, &relayed.entry, wire);
        }
        self.heard(by.from, now);
    }

    /// Whether effects that come from a peer by the connection `epoch` are taken. That lasts as
    /// long as nothing but effects comes, and no timer.
    #[inline]
    pub fn hears(&self, from: ReplicaId, epoch: u32) -> bool {
        let incoming = &self.incoming[from.index()];
        epoch == incoming.epoch && !incoming.is_dropped
    }

    /// Takes in an effect of a peer that is heard.
    #[inline(always)]
    pub fn take_effect(
        &mut self,
        now: SimTime,
        from: ReplicaId,
        shard: ShardId,
        entry: &Entry,
        wire: &mut impl Wire,
    ) {
        self.now = now;
        if planted::is(Defect::EffectLost) && entry.dot(from).seq.is_multiple_of(100) {
            return;
        }
        if self.incoming[from.index()].shards[shard.index()] != Inflow::Stopped {
            if self.relay.is_some() {
                self.take_in_order(from, from, shard, entry, wire);
            } else {
                self.apply(from, shard, entry, wire);
            }
        }
    }

    /// Notes when a peer was last heard.
    #[inline]
    pub fn heard(&mut self, from: ReplicaId, now: SimTime) {
        self.incoming[from.index()].heard_at = now;
    }

    /// An effect has come from a peer that is not heard.
    #[cold]
    pub fn ignore_effect(&mut self, now: SimTime, origin: Origin, wire: &mut impl Wire) {
        self.now = now;
        self.refuses(origin, wire);
    }

    /// Whether a parcel comes from a member that was dropped.
    #[cold]
    fn refuses(&mut self, origin: Origin, wire: &mut impl Wire) -> bool {
        if !self.incoming[origin.from.index()].is_dropped {
            return false;
        }
        self.shards[origin.shard].counts.refused_effects += 1;
        self.observe_link(origin.from, None, LinkEvent::Refused, wire);
        true
    }

    /// A parcel of the link from `from` was dropped on its way: the connection is broken.
    pub fn on_dropped(&mut self, now: SimTime, from: ReplicaId, epoch: u32, wire: &mut impl Wire) {
        self.now = now;
        if self.members.contains(&from) && self.incoming[from.index()].epoch == epoch {
            self.break_link(from, wire);
        }
    }

    fn on_report(&mut self, from: ReplicaId, frontiers: &[Option<Frontier>], wire: &mut impl Wire) {
        for (id, frontier) in self.shards.ids().zip(frontiers) {
            // A report must not overtake effects that wait.
            if let Some(frontier) = frontier
                .as_ref()
                .filter(|_| !self.is_waiting(from, Some(id)))
            {
                let inflow = self.incoming[from.index()].shards[id.index()];
                let overtakes = inflow != Inflow::Streaming;
                let shard = &mut self.shards[id];
                shard.note_report(from, frontier, overtakes, self.now);
                shard.settle_stable(self.replica, &self.members);
            }
        }
        self.measure_backlogs();
        self.collect_if_due(wire);
    }

    /// Reports the clock to every peer, and notices the silent ones.
    pub(super) fn on_report_due(&mut self, wire: &mut impl Wire) {
        wire.timer(self.now + self.assumptions.report_every, Timer::Report);
        self.announce_life(wire);
        for peer in self.peers() {
            self.check_outgoing(peer);
            self.report_to(peer, wire);
            self.check_incoming(peer, wire);
            self.check_waiting(peer, wire);
        }
        for id in self.shards.ids() {
            self.close_merges(id);
        }
        self.reconcile_if_due(wire);
        if self.members.len() == 1 {
            self.settle_alone(wire);
        }
    }

    /// Tells a peer what is applied here; where no stream leads to it, at least that its own comes.
    fn report_to(&mut self, peer: ReplicaId, wire: &mut impl Wire) {
        let (outgoing, incoming) = (&self.outgoing[peer.index()], &self.incoming[peer.index()]);
        if let Some(epoch) = outgoing.epoch {
            let report = |shard: &Shard| {
                let caught_up = outgoing.is_caught_up(shard.id);
                caught_up.then_some(shard.frontier)
            };
            let frontiers = self.shards.iter().map(report).collect();
            self.signal(peer, epoch, Parcel::Report(frontiers), wire);
        } else if incoming.state == LinkState::Online {
            self.signal(peer, incoming.epoch, Parcel::Alive, wire);
        }
    }

    /// Stops the stream to a peer of which nothing is heard any more, until it asks again.
    fn check_outgoing(&mut self, peer: ReplicaId) {
        let outgoing = &mut self.outgoing[peer.index()];
        if self.now.since(outgoing.heard_at) > self.assumptions.silence {
            outgoing.epoch = None;
            self.audience_changed = true;
        }
    }

    fn check_incoming(&mut self, peer: ReplicaId, wire: &mut impl Wire) {
        let incoming = &self.incoming[peer.index()];
        let silent = self.now.since(incoming.heard_at) > self.assumptions.silence;
        if incoming.state == LinkState::Online && silent {
            self.break_link(peer, wire);
            return;
        }
        let mut inflows = incoming.shards.iter().zip(self.shards.ids());
        let has_room =
            inflows.any(|(inflow, part)| *inflow == Inflow::Stopped && self.may_resume(peer, part));
        if incoming.state == LinkState::Online && has_room {
            self.connect(peer, wire);
        }
    }

    /// Marks a link broken and plans the next try.
    pub(super) fn break_link(&mut self, peer: ReplicaId, wire: &mut impl Wire) {
        let incoming = &mut self.incoming[peer.index()];
        if incoming.state == LinkState::Broken {
            return;
        }
        let is_news = !std::mem::replace(&mut incoming.told_broken, true);
        incoming.state = LinkState::Broken;
        incoming.epoch += 1;
        let pause = self.assumptions.reconnect_min * (1 << incoming.tries.min(16));
        incoming.tries += 1;
        let pause = pause.min(self.assumptions.reconnect_max);
        let epoch = incoming.epoch;
        wire.timer(self.now + pause, Timer::Reconnect(peer, epoch));
        self.forget_waiting(peer);
        if is_news {
            self.observe_link(peer, None, LinkEvent::Broken, wire);
        }
    }

    /// A pause is over, or an answer is overdue.
    pub(super) fn on_reconnect_due(&mut self, peer: ReplicaId, epoch: u32, wire: &mut impl Wire) {
        let incoming = &self.incoming[peer.index()];
        if !self.members.contains(&peer) || incoming.epoch != epoch {
            return;
        }
        match incoming.state {
            LinkState::Online => {}
            LinkState::Broken => self.connect(peer, wire),
            LinkState::Connecting => self.break_link(peer, wire),
        }
    }

    /// Asks a peer to (re)start its stream.
    pub(super) fn connect(&mut self, peer: ReplicaId, wire: &mut impl Wire) {
        let incoming = &mut self.incoming[peer.index()];
        incoming.state = LinkState::Connecting;
        incoming.epoch += 1;
        let epoch = incoming.epoch;
        self.forget_waiting(peer);
        let answer_by = self.now + self.assumptions.silence;
        wire.timer(answer_by, Timer::Reconnect(peer, epoch));
        self.signal(peer, epoch, Parcel::Connect, wire);
    }

    /// A peer has given its connection up and asks for a new one. Nothing streams until it is known
    /// to hear the answer: it may be cut off one way.
    fn on_connect(&mut self, peer: ReplicaId, epoch: u32, wire: &mut impl Wire) {
        self.outgoing[peer.index()].epoch = None;
        self.audience_changed = true;
        self.signal(peer, epoch, Parcel::Accept, wire);
    }

    /// The source hears this receiver, and is heard.
    fn on_accept(&self, from: ReplicaId, epoch: u32, wire: &mut impl Wire) {
        self.signal(from, epoch, Parcel::Request(self.told_frontiers()), wire);
    }

    /// Starts a peer's stream as it asks.
    fn on_request(
        &mut self,
        peer: ReplicaId,
        epoch: u32,
        frontiers: &[Frontier],
        wire: &mut impl Wire,
    ) {
        // It may have been out of reach when they were dropped.
        for member in &self.dropped {
            self.signal(peer, epoch, Parcel::Unlinked(*member), wire);
        }
        let starts: Vec<Start> = self
            .shards
            .ids()
            .zip(frontiers)
            .map(|(id, frontier)| self.start_shard(peer, id, frontier, wire))
            .collect();
        self.outgoing[peer.index()].epoch = Some(epoch);
        self.audience_changed = true;
        self.signal(peer, epoch, Parcel::Starts(starts.into()), wire);
        self.pump(peer, wire);
    }

    /// Decides how one shard of a peer's stream goes on.
    fn start_shard(
        &mut self,
        peer: ReplicaId,
        id: ShardId,
        theirs: &Frontier,
        wire: &mut impl Wire,
    ) -> Start {
        let shard = &self.shards[id];
        let of_own = |frontier: &Frontier| frontier.clock.seq(self.replica);
        let started = of_own(&shard.frontier).max(of_own(theirs));
        self.outgoing[peer.index()].started[id.index()] = started;
        let resumed = shard.log.resume(&theirs.clock);
        // Replaying the log would bring back what others have deleted and forgotten.
        let mut of_others = theirs.clock;
        of_others.0[peer.index()] = 0;
        let has_nothing = of_others == VersionVector::ZERO;
        let reach = shard.reach();
        let mut dropped = self.dropped.iter();
        let lacks_dropped = dropped.any(|member| reach.seq(*member) > theirs.clock.seq(*member));
        // Nor does a log give a member back its own effects, which it has lost with its memory.
        let lacks_own = shard.frontier.clock.seq(peer) > theirs.clock.seq(peer);
        match resumed {
            Some(cursor) if !lacks_dropped && !has_nothing && !lacks_own => {
                let end = shard.log.end();
                self.go_on(peer, id, Outflow::from_position(cursor, end));
                Start::Partial
            }
            _ => {
                if resumed.is_none() && !has_nothing {
                    self.observe_out(peer, id, LinkEvent::Overrun, wire);
                }
                self.take_snapshot(peer, id, theirs, wire);
                Start::Full(self.shards[id].reach())
            }
        }
    }

    fn on_starts(&mut self, from: ReplicaId, starts: &[Start], wire: &mut impl Wire) {
        let incoming = &mut self.incoming[from.index()];
        incoming.state = LinkState::Online;
        incoming.told_broken = false;
        incoming.tries = 0;
        incoming.merging_since = self.now;
        let held = self.away.iter().zip(&incoming.stalled);
        let held = held.map(|(away, stalled)| *away || *stalled);
        for ((inflow, start), held) in incoming.shards.iter_mut().zip(starts).zip(held) {
            *inflow = match start {
                _ if held => Inflow::Stopped,
                Start::Partial => Inflow::Streaming,
                Start::Full(_) => Inflow::Merging,
            };
        }
        for (id, start) in self.shards.ids().zip(starts) {
            let Start::Full(reach) = start else { continue };
            if !reach.is_within(self.shards[id].clock()) {
                self.number_ahead(id, reach);
            }
        }
        for (shard, start) in starts.iter().enumerate() {
            if *start == Start::Partial {
                self.incoming[from.index()].partial_syncs += 1;
                let id = Some(ShardId::at(shard));
                self.observe_link(from, id, LinkEvent::PartialSync, wire);
            }
            self.measure_sync_buffers(ShardId::at(shard));
        }
        self.observe_link(from, None, LinkEvent::Resumed, wire);
        self.observe_held(from, wire);
        self.leave_stale_if_caught_up(wire);
        self.end_reconciliation(wire);
    }

    fn on_chunk(
        &mut self,
        from: ReplicaId,
        id: ShardId,
        items: Vec<Item>,
        clock: &Frontier,
        wire: &mut impl Wire,
    ) {
        if self.incoming[from.index()].shards[id.index()] != Inflow::Merging {
            return;
        }
        if self.is_full(id) {
            self.stop(from, id, wire);
            return;
        }
        let framing = self.assumptions.item_bytes.0;
        let bytes: u64 = items.iter().map(|item| item.bytes(framing)).sum();
        self.shards[id].counts.merged_bytes += bytes;
        let number = self.number_ahead(id, &clock.clock);
        for item in items {
            merge_item(self, id, item, &clock.clock, number);
        }
        if planted::is(Defect::ClockBeforeState) {
            self.shards[id].observe_merged(clock);
        }
        self.expire_if_due(wire);
        self.note_memory(id, wire);
    }

    fn on_snapshot_end(
        &mut self,
        from: ReplicaId,
        id: ShardId,
        frontier: &Frontier,
        wire: &mut impl Wire,
    ) {
        let inflow = &mut self.incoming[from.index()].shards[id.index()];
        if *inflow != Inflow::Merging {
            return;
        }
        *inflow = Inflow::Streaming;
        let incoming = &mut self.incoming[from.index()];
        incoming.full_syncs += 1;
        let took = self.now.since(incoming.merging_since);
        let shard = &mut self.shards[id];
        if self.relay.is_some() {
            shard.log.skip(&frontier.clock, &shard.frontier.clock);
        }
        shard.observe_merged(frontier);
        shard.counts.full_syncs += 1;
        shard.counts.merging_ms += took.as_millis();
        self.close_merges(id);
        self.measure_sync_buffers(id);
        self.observe_link(from, Some(id), LinkEvent::FullSyncDone, wire);
        self.release(id, wire);
        self.leave_stale_if_caught_up(wire);
        self.end_reconciliation(wire);
    }

    /// Sends a parcel without effects.
    pub(super) fn signal(&self, to: ReplicaId, epoch: u32, parcel: Parcel, wire: &mut impl Wire) {
        let bytes = match &parcel {
            Parcel::Report(_) | Parcel::Request(_) => {
                self.assumptions.report_bytes.0 * self.shards.len() as u64
            }
            _ => self.assumptions.signal_bytes.0,
        };
        let cargo = Cargo {
            made_at: self.now,
            shard: ShardId(0),
            epoch,
            parcel,
        };
        wire.send(to, cargo, bytes);
    }

    /// Whether every linked peer has acknowledged within `within` and no full sync runs.
    pub fn is_healthy(&self, now: SimTime, within: SimDuration) -> bool {
        self.peers().all(|peer| {
            let recent = self
                .shards
                .iter()
                .all(|shard| now.since(shard.reported_at[peer.index()]) <= within);
            let incoming = &self.incoming[peer.index()];
            let flows = !incoming.is_merging() && !incoming.is_stalled();
            recent && incoming.state == LinkState::Online && flows
        })
    }
}

const _: () = assert!(
    MEMBERS_MAX == crate::history::MEMBERS_MAX,
    "both count a group's members"
);
