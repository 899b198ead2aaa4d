//! Sync links: one stream of effects for each ordered pair of members.
//!
//! ```text
//!             a message lost, silence, stopped for memory
//!   Online ──────────────────────────────────────────────► Broken
//!     ▲                                                      │ after a pause that doubles
//!     │ the stream starts                                    ▼
//!     └────────────────────────────────────────────────  Connecting ──no answer──► Broken
//! ```
//!
//! The receiver pulls (Source: Redis docs, active-active/syncer.md): it connects; once the source's
//! answer has reached it, it tells its clock, and the source goes on from its backlog, or sends its
//! state when the backlog is overrun. So it takes three messages until a stream starts, as with a
//! TCP handshake and PSYNC, and where one direction is cut nothing is streamed into it. The source
//! stops when it has heard nothing of its receiver for as long as makes silence (A-SILENCE):
//! no connection outlives its acknowledgements.

use std::collections::VecDeque;

use crate::id::ShardId;
use crate::instance::frontier::Frontier;
use crate::instance::parcel::Item;
use crate::time::SimTime;

/// A link as its receiver sees it.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Whether it carries.
    pub state: LinkState,
    /// The connection's number: what an older one still has under way is ignored.
    pub epoch: u32,
    /// When something last arrived.
    pub heard_at: SimTime,
    /// Times a shard resumed from the source's backlog.
    pub partial_syncs: u64,
    /// Times a shard took a transfer of state.
    pub full_syncs: u64,
    /// Since when it merges.
    pub merging_since: SimTime,
    /// Tries since it broke.
    pub tries: u32,
    /// What each shard does with what arrives.
    pub shards: Vec<Inflow>,
}

/// Whether a link carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkState {
    /// It does.
    Online,
    /// It waits for the next try.
    Broken,
    /// It has asked and waits for an answer.
    Connecting,
}

/// What a shard does with what arrives from one peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inflow {
    /// Applies it.
    Streaming,
    /// Merges a snapshot; its clock rises when that is complete.
    Merging,
    /// Refuses it, being full.
    Stopped,
}

/// A link as its source sees it.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    /// The connection's number, while there is one.
    pub epoch: Option<u32>,
    /// Where each shard is.
    pub shards: Vec<Outflow>,
    /// Whether a pump is scheduled.
    pub pumping: bool,
    /// The shard whose turn it is.
    pub turn: usize,
    /// When the receiver last told anything: asked, reported, or said that it is there.
    pub heard_at: SimTime,
}

/// Where one shard of a link is, at its source.
#[derive(Clone, Debug, Default)]
pub(super) struct Outflow {
    /// The position in the log of the next effect to send.
    pub cursor: u64,
    /// State being sent first.
    pub snapshot: Option<Snapshot>,
}

/// A shard's state, taken at one instant and sent piece by piece.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    /// What is yet to be sent.
    pub items: VecDeque<Item>,
    /// The clock at which it was taken.
    pub frontier: Frontier,
    /// The log's end at that instant: the tail to send afterwards starts there.
    pub tail: u64,
}

impl Incoming {
    /// A link that has carried since the start.
    pub fn online(shards: u16) -> Self {
        Self {
            state: LinkState::Online,
            epoch: 0,
            heard_at: SimTime::ZERO,
            partial_syncs: 0,
            full_syncs: 0,
            merging_since: SimTime::ZERO,
            tries: 0,
            shards: vec![Inflow::Streaming; usize::from(shards)],
        }
    }

    /// Whether some shard is merging a snapshot.
    pub fn is_merging(&self) -> bool {
        self.shards.contains(&Inflow::Merging)
    }

    /// Whether some shard refuses what arrives.
    pub fn is_stopped(&self) -> bool {
        self.shards.contains(&Inflow::Stopped)
    }
}

impl Outgoing {
    /// A link that has carried since the start.
    pub(super) fn open(shards: u16) -> Self {
        let shards = vec![Outflow::default(); usize::from(shards)];
        Self {
            epoch: Some(0),
            shards,
            pumping: false,
            turn: 0,
            heard_at: SimTime::ZERO,
        }
    }

    /// Whether `shard` has sent everything up to the log's `end`.
    pub(super) fn is_caught_up(&self, shard: ShardId, end: u64) -> bool {
        let outflow = &self.shards[usize::from(shard.0)];
        outflow.snapshot.is_none() && outflow.cursor == end
    }
}
