//! What an instance does that has run out of memory, beside refusing writes (A-OOM).
//!
//! ```text
//!   Resume     full ──► replication into the shard stops ──► below A-RESUME ──► from the backlog
//!                                 └─ without A-UNLATCH ──► nothing comes in until a return
//!   Reserve    as Resume; clients are refused earlier (A-OOM-RESERVE)
//!   Reconcile  full ──► no client is answered ──► below A-RESUME ──► the whole state of each peer
//!                                                                └─► all merged: answered again
//! ```
//!
//! Source: Redis docs, active-active/syncer.md, active-active/planning.md.

use crate::assumption::{Assumptions, OomMode};
use crate::history::{Event, LinkEvent};
use crate::id::{Id, ReplicaId};
use crate::instance::Instance;
use crate::instance::frontier::Frontier;
use crate::instance::link::{Inflow, LinkState};
use crate::instance::parcel::{Parcel, Wire};
use crate::quantity::Ratio;

/// Where an instance stands that counts as inconsistent once it is out of memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// It answers.
    Sound,
    /// It answers nobody, and has no room yet.
    Inconsistent,
    /// It has asked its peers for their whole state.
    Reconciling,
}

/// Up to how many bytes clients may fill a shard of `limit` bytes.
pub(super) fn client_limit(limit: u64, assumptions: &Assumptions) -> u64 {
    match assumptions.oom {
        OomMode::Reconcile | OomMode::Resume => limit,
        OomMode::Reserve => {
            let kept = assumptions.oom_reserve.ppm.min(Ratio::ONE.ppm);
            let open = Ratio {
                ppm: Ratio::ONE.ppm - kept,
            };
            open.of(limit)
        }
    }
}

impl Instance {
    /// Whether clients get answers from every shard.
    #[inline]
    pub fn answers(&self) -> bool {
        self.is_consistent() & !self.some_away
    }

    /// Whether it is not known to lack what its peers have.
    #[inline]
    pub(super) fn is_consistent(&self) -> bool {
        self.standing == Standing::Sound
    }

    /// A shard has run out of memory.
    pub(super) fn on_exhausted(&mut self, wire: &mut impl Wire) {
        let is_member = self.peers().next().is_some();
        if self.assumptions.oom == OomMode::Reconcile && is_member {
            if self.standing == Standing::Sound {
                self.observe_standing(true, wire);
            }
            self.standing = Standing::Inconsistent;
        }
    }

    fn observe_standing(&self, begins: bool, wire: &mut impl Wire) {
        wire.observe(Event::Inconsistent {
            instance: self.id,
            begins,
        });
    }

    /// An inconsistent instance that has room again asks every peer for its whole state.
    pub(super) fn reconcile_if_due(&mut self, wire: &mut impl Wire) {
        let mut parts = self.shards.ids();
        if self.standing != Standing::Inconsistent || !parts.all(|part| self.has_room(part)) {
            return;
        }
        self.standing = Standing::Reconciling;
        for peer in self.peers() {
            if self.incoming[peer.index()].state == LinkState::Online {
                self.connect(peer, wire);
            }
        }
    }

    /// It has taken in what its reachable peers had.
    pub(super) fn end_reconciliation(&mut self, wire: &mut impl Wire) {
        if self.standing == Standing::Reconciling && self.is_caught_up() {
            self.standing = Standing::Sound;
            self.observe_standing(false, wire);
        }
    }

    /// What this instance tells a peer it has, to be sent the rest.
    pub(super) fn told_frontiers(&self) -> Box<[Frontier]> {
        let is_whole = self.standing == Standing::Reconciling;
        let told = |shard: &crate::instance::Shard| {
            if is_whole {
                Frontier::ZERO
            } else {
                shard.frontier
            }
        };
        self.shards.iter().map(told).collect()
    }

    /// Whether replication that stops for want of memory will not resume.
    pub(super) fn stops_for_good(&self) -> bool {
        !self.assumptions.oom_unlatch && self.assumptions.oom != OomMode::Reconcile
    }

    /// Nothing comes in any more, from any peer.
    pub(super) fn exit_replication(&mut self, wire: &mut impl Wire) {
        if self.has_exited {
            return;
        }
        self.has_exited = true;
        for peer in self.peers() {
            let incoming = &mut self.incoming[peer.index()];
            let epoch = incoming.epoch;
            incoming.state = LinkState::Broken;
            incoming.epoch += 1;
            incoming.shards.fill(Inflow::Stopped);
            self.forget_waiting(peer);
            self.signal(peer, epoch, Parcel::Quit, wire);
            self.observe_link(peer, None, LinkEvent::Exited, wire);
        }
        for id in self.shards.ids() {
            self.measure_sync_buffers(id);
        }
    }

    /// A peer takes nothing any more: its stream ends.
    pub(super) fn on_quit(&mut self, peer: ReplicaId, epoch: u32) {
        let outgoing = &mut self.outgoing[peer.index()];
        if outgoing.epoch == Some(epoch) {
            outgoing.epoch = None;
            self.audience_changed = true;
        }
    }
}
