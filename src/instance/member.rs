//! What happens to an instance as a member: outage, return, lost memory, a member dropped.

use std::sync::Arc;

use crate::crdt::Change;
use crate::history::{ControlResult, ControlSeen, Event};
use crate::id::{Id, InstanceId, ReplicaId};
use crate::instance::effect::{Body, Key};
use crate::instance::link::{Inflow, LinkState, Outflow};
use crate::instance::parcel::{Parcel, Timer, Wire};
use crate::instance::shortage::Standing;
use crate::instance::{Instance, LIFE_BITS};
use crate::planted::{self, Defect};
use crate::time::SimTime;

impl Instance {
    /// Both copies of every shard are gone, and there is no persistence in a group.
    pub fn lose_memory(&mut self, now: SimTime) {
        self.now = now;
        self.keyspace.clear();
        self.deadlines.clear();
        self.examples.clear();
        for shard in self.shards.iter_mut() {
            shard.lose_memory(self.replica);
        }
        if let Some(evictor) = &mut self.evictor {
            evictor.clear();
        }
        self.standing = Standing::Sound;
        self.audience_changed = true;
        for outgoing in &mut self.outgoing {
            outgoing.epoch = None;
            outgoing.shards.fill(Outflow::Live);
        }
        for incoming in &mut self.incoming {
            incoming.shards.fill(Inflow::Streaming);
        }
        if let Some(relay) = &mut self.relay {
            relay.clear();
        }
        self.announces_life = false;
        self.memory_losses += 1;
        self.stale = self.peers().next().is_some() && self.has_written();
        if planted::is(Defect::StaleWrites) {
            self.stale = false;
        }
        if planted::is(Defect::ClockReused) {
            self.stale = false;
            return;
        }
        self.life += 1;
    }

    /// All data is discarded by request, on every member alike: nothing is to be caught up with.
    pub fn wipe(&mut self, now: SimTime) {
        self.lose_memory(now);
        self.connections.clear();
        self.stale = false;
    }

    /// At time zero it is in no group and holds nothing.
    pub fn stand_apart(&mut self) {
        for part in self.shards.iter_mut() {
            part.lose_memory(self.replica);
        }
        self.stand_alone(SimTime::ZERO);
    }

    /// It belongs to no group: nobody is known, and nothing that a group shares.
    pub fn stand_alone(&mut self, now: SimTime) {
        self.now = now;
        self.members = vec![self.replica];
        self.dropped.clear();
        self.audience_changed = true;
        for (incoming, outgoing) in self.incoming.iter_mut().zip(&mut self.outgoing) {
            incoming.state = LinkState::Broken;
            incoming.epoch += 1;
            incoming.stalled.fill(false);
            outgoing.epoch = None;
        }
    }

    /// It becomes one of `members`, and gets what they have: it answers reads, and takes writes
    /// once it has caught up; the first of a group has nothing to catch up with.
    /// Source: Redis docs, active-active/manage.md.
    pub fn enter(&mut self, now: SimTime, members: Vec<ReplicaId>, wire: &mut impl Wire) {
        self.now = now;
        self.members = members;
        self.dropped.clear();
        self.stale = self.peers().next().is_some();
        for peer in self.peers() {
            self.meet_member(peer, wire);
        }
    }

    /// A member has joined the group.
    pub fn admit_member(&mut self, now: SimTime, member: ReplicaId, wire: &mut impl Wire) {
        self.now = now;
        self.dropped.retain(|other| *other != member);
        self.members.retain(|other| *other != member);
        self.members.push(member);
        self.members.sort_unstable();
        self.meet_member(member, wire);
    }

    /// A link in both directions to a member that is new to this one: it is known to have nothing.
    fn meet_member(&mut self, member: ReplicaId, wire: &mut impl Wire) {
        for part in self.shards.iter_mut() {
            part.forget_reports(member, self.now);
        }
        let incoming = &mut self.incoming[member.index()];
        incoming.is_dropped = false;
        incoming.tries = 0;
        incoming.shards.fill(Inflow::Streaming);
        let outgoing = &mut self.outgoing[member.index()];
        outgoing.epoch = None;
        outgoing.heard_at = self.now;
        self.audience_changed = true;
        self.connect(member, wire);
    }

    /// A member has left by itself.
    pub fn part_from(&mut self, now: SimTime, member: ReplicaId, wire: &mut impl Wire) {
        self.now = now;
        self.drop_member(member, wire);
    }

    /// Whether it has ever made an effect: one that has not has no clock to use anew, and is ready
    /// at once. Source: Redis docs, app-failover-active-active.md.
    fn has_written(&self) -> bool {
        let mut shards = self.shards.iter();
        shards.any(|shard| shard.acknowledged + shard.removals > 0)
    }

    /// What a timer comes to while the region is dark: reports and collection go on once it is
    /// back, everything else is over.
    pub fn sleep_through(&mut self, now: SimTime, timer: Timer, wire: &mut impl Wire) {
        self.now = now;
        match timer {
            Timer::Report => wire.timer(now + self.assumptions.report_every, Timer::Report),
            Timer::Collect => self.collecting = false,
            Timer::Expire => self.expiring = false,
            Timer::Evict => self.end_eviction(),
            Timer::Pump(peer) => self.outgoing[peer.index()].pumping = false,
            Timer::Reconnect(..) => {}
        }
    }

    /// The region is back: every link is connected anew. No client's connection has lasted.
    pub fn come_back(&mut self, now: SimTime, wire: &mut impl Wire) {
        self.now = now;
        self.connections.clear();
        self.has_exited = false;
        for peer in self.peers() {
            self.incoming[peer.index()].tries = 0;
            self.connect(peer, wire);
        }
        self.collect_if_due(wire);
        self.expire_if_due(wire);
        for id in self.shards.ids() {
            self.evict_if_due(id, wire);
        }
    }

    /// Drops a member at this instance's operator's request, and tells the other members.
    pub fn force_unlink(&mut self, now: SimTime, member: ReplicaId, wire: &mut impl Wire) {
        self.now = now;
        let others: Vec<ReplicaId> = self.peers().filter(|peer| *peer != member).collect();
        for peer in others {
            if let Some(epoch) = self.outgoing[peer.index()].epoch {
                self.signal(peer, epoch, Parcel::Unlinked(member), wire);
            }
        }
        self.drop_member(member, wire);
    }

    /// Learns from another member that one was dropped.
    pub(super) fn learn_unlinked(
        &mut self,
        member: ReplicaId,
        _from: ReplicaId,
        wire: &mut impl Wire,
    ) {
        if !self.members.contains(&member) || planted::is(Defect::UnlinkUnheeded) {
            return;
        }
        self.drop_member(member, wire);
        wire.observe(Event::Control(ControlSeen {
            request: "force-unlink".to_owned(),
            on: self.id,
            result: ControlResult::Learned,
            text: String::new(),
            step: None,
            operation: None,
            dropped: Some(InstanceId::at(member.index())),
            joined: None,
        }));
    }

    /// The dropped member's reports no longer hold collection back, its effects are refused. Links
    /// between survivors start anew, so that those who know more of its effects pass them on.
    fn drop_member(&mut self, member: ReplicaId, wire: &mut impl Wire) {
        self.members.retain(|other| *other != member);
        self.dropped.push(member);
        self.audience_changed = true;
        self.outgoing[member.index()].epoch = None;
        let incoming = &mut self.incoming[member.index()];
        incoming.state = LinkState::Broken;
        incoming.is_dropped = true;
        for shard in self.shards.iter_mut() {
            shard.settle_stable(self.replica, &self.members);
        }
        self.measure_backlogs();
        self.forget_waiting(member);
        for peer in self.peers() {
            if let Some(epoch) = self.outgoing[peer.index()].epoch.take() {
                self.signal(peer, epoch, Parcel::Hangup, wire);
            }
        }
        self.leave_stale_if_caught_up(wire);
        self.collect_if_due(wire);
    }

    /// Whether every link that can be reached has caught up, and there is one.
    pub(super) fn is_caught_up(&self) -> bool {
        let reachable = |peer: &ReplicaId| self.incoming[peer.index()].state != LinkState::Broken;
        let mut peers = self.peers().filter(reachable).peekable();
        peers.peek().is_some() && peers.all(|peer| self.flows_from(peer))
    }

    /// Whether all that a peer sends is applied as it comes.
    fn flows_from(&self, peer: ReplicaId) -> bool {
        let incoming = &self.incoming[peer.index()];
        incoming.state == LinkState::Online && incoming.is_streaming()
    }

    /// A restarted instance takes writes again once it has caught up with every linked peer. One
    /// that cannot be reached may be the only one that has some of its older writes, and what it
    /// writes from now on tells all others that they know these.
    pub(super) fn leave_stale_if_caught_up(&mut self, wire: &mut impl Wire) {
        if !self.stale || !self.peers().all(|peer| self.flows_from(peer)) {
            return;
        }
        self.stale = false;
        let own = self.replica;
        for shard in self.shards.iter_mut() {
            shard.log.leave_out(shard.frontier.clock.seq(own));
        }
        for peer in self.peers() {
            let started = self.shards.iter().zip(&self.outgoing[peer.index()].started);
            let mut lacking = started.filter(|(shard, seq)| shard.frontier.clock.seq(own) > **seq);
            if lacking.next().is_none() {
                continue;
            }
            // Its stream began before all of that had come back.
            if let Some(epoch) = self.outgoing[peer.index()].epoch.take() {
                self.audience_changed = true;
                self.signal(peer, epoch, Parcel::Hangup, wire);
            }
        }
        self.announces_life = true;
    }

    /// Tells the others, if it has not, that it goes on after it has lost its memory. Of its
    /// earlier effects they have all that anybody has, and what removals had seen of the rest need
    /// not be kept.
    pub(super) fn announce_life(&mut self, wire: &mut impl Wire) {
        if !std::mem::take(&mut self.announces_life) {
            return;
        }
        for id in self.shards.ids() {
            let last = self.shards[id].frontier.clock.seq(self.replica);
            if last >> LIFE_BITS < self.life {
                let (key, change) = (Key::Named(Arc::default()), Change::Life);
                self.ship_stateless(id, Body { key, change }, wire);
            }
        }
    }
}
