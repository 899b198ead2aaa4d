//! Streams that stall: a link that fails for some shards alone, a syncer that hangs.
//!
//! The connection stands and the peers keep hearing that the receiver is there, but nothing comes
//! into some of its shards. Source: Redis docs, active-active/syncer.md: replication is per shard.

use crate::history::LinkEvent;
use crate::id::{Id, ReplicaId, ShardId};
use crate::instance::Instance;
use crate::instance::link::Inflow;
use crate::instance::parcel::Wire;
use crate::time::SimTime;

impl Instance {
    /// Nothing comes from these peers into these parts any more.
    pub fn stall(
        &mut self,
        now: SimTime,
        peers: &[ReplicaId],
        parts: &[ShardId],
        wire: &mut impl Wire,
    ) {
        self.now = now;
        for peer in peers {
            for part in parts {
                let incoming = &mut self.incoming[peer.index()];
                incoming.stalled[part.index()] = true;
                incoming.shards[part.index()] = Inflow::Stopped;
                self.measure_sync_buffers(*part);
                self.observe_link(*peer, Some(*part), LinkEvent::Stalled, wire);
            }
        }
    }

    /// What stalled goes on, from the peers' backlogs as far as they reach.
    pub fn go_on_from(
        &mut self,
        now: SimTime,
        peers: &[ReplicaId],
        parts: &[ShardId],
        wire: &mut impl Wire,
    ) {
        self.now = now;
        for peer in peers {
            let incoming = &mut self.incoming[peer.index()];
            for part in parts {
                incoming.stalled[part.index()] = false;
            }
            if self.members.contains(peer) {
                self.connect(*peer, wire);
            }
        }
    }

    /// Tells of the parts into which nothing comes from a peer, though its link carries.
    pub(super) fn observe_held(&self, from: ReplicaId, wire: &mut impl Wire) {
        for part in self.shards.ids() {
            if self.is_held(from, part) {
                self.observe_link(from, Some(part), LinkEvent::Stalled, wire);
            }
        }
    }

    fn is_held(&self, from: ReplicaId, part: ShardId) -> bool {
        self.away[part] || self.incoming[from.index()].stalled[part.index()]
    }

    /// Whether a stream into a part that stopped may go on.
    pub(super) fn may_resume(&self, from: ReplicaId, part: ShardId) -> bool {
        !self.is_held(from, part) && self.has_room(part)
    }
}
