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

use crate::crdt::MEMBERS_MAX;
use crate::history::{Event, LinkEvent};
use crate::id::{Id, IdVec, ReplicaId, ShardId};
use crate::instance::Instance;
use crate::instance::frontier::Frontier;
use crate::instance::parcel::{Addressee, HeldUp, Item, Timer, Wire};
use crate::time::SimTime;

/// A link as its receiver sees it.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Whether it carries.
    pub state: LinkState,
    /// Whether the witness knows that it does not.
    pub told_broken: bool,
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
    /// Whether its source has been dropped from the group.
    pub is_dropped: bool,
    /// What each shard does with what arrives.
    pub shards: Vec<Inflow>,
    /// Shards into which nothing comes, by a fault of the link or of the syncer.
    pub stalled: Vec<bool>,
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
    /// Refuses it: it is full, or away, or its stream stalls.
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
    /// For each shard, how far the source's own effects went when the stream began, or those its
    /// receiver had by then.
    pub started: Vec<u64>,
    /// When the receiver last told anything: asked, reported, or said that it is there.
    pub heard_at: SimTime,
}

/// Where one shard of a link is, at its source.
#[derive(Clone, Debug)]
pub(super) enum Outflow {
    /// Everything is sent: an effect goes out as it is made.
    Live,
    /// The log has to be sent, from the position of the next effect on.
    Behind {
        /// That position.
        cursor: u64,
    },
    /// State is sent first.
    State(Box<Snapshot>),
}

impl Outflow {
    /// Goes on from a position of a log that ends at `end`.
    pub(super) fn from_position(cursor: u64, end: u64) -> Self {
        if cursor == end {
            Self::Live
        } else {
            Self::Behind { cursor }
        }
    }
}

/// The peers that get a shard's effects as they are made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Audience {
    /// Two audiences of an instance with one number are the same peers on the same connections; 0
    /// is none's.
    pub number: u32,
    addressees: [Addressee; MEMBERS_MAX - 1],
    count: usize,
    /// Whether others have a stream too, and get them later from the log.
    pub(super) some_wait: bool,
}

impl Audience {
    /// Those peers.
    #[inline]
    pub fn addressees(&self) -> &[Addressee] {
        &self.addressees[..self.count]
    }

    /// Whether both are the same but for their numbers.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.addressees() == other.addressees() && self.some_wait == other.some_wait
    }
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
            told_broken: false,
            epoch: 0,
            heard_at: SimTime::ZERO,
            partial_syncs: 0,
            full_syncs: 0,
            merging_since: SimTime::ZERO,
            tries: 0,
            is_dropped: false,
            shards: vec![Inflow::Streaming; usize::from(shards)],
            stalled: vec![false; usize::from(shards)],
        }
    }

    /// Whether some shard's stream stalls.
    pub fn is_stalled(&self) -> bool {
        self.stalled.contains(&true)
    }

    /// Whether every shard applies what arrives.
    pub(super) fn is_streaming(&self) -> bool {
        let mut shards = self.shards.iter();
        shards.all(|inflow| *inflow == Inflow::Streaming)
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
    pub(super) fn open(count: u16) -> Self {
        let shards = vec![Outflow::Live; usize::from(count)];
        Self {
            epoch: Some(0),
            shards,
            pumping: false,
            turn: 0,
            started: vec![0; usize::from(count)],
            heard_at: SimTime::ZERO,
        }
    }

    /// Whether everything of `shard` is sent.
    pub(super) fn is_caught_up(&self, shard: ShardId) -> bool {
        matches!(self.shards[shard.index()], Outflow::Live)
    }
}

impl Instance {
    /// How one shard of the stream to `peer` goes on.
    pub(super) fn go_on(&mut self, peer: ReplicaId, id: ShardId, outflow: Outflow) {
        self.outgoing[peer.index()].shards[id.index()] = outflow;
        self.audience_changed = true;
    }

    /// Finds out to whom the effects of each shard go at once, after a stream has changed.
    #[cold]
    pub(super) fn settle_audience(&mut self) {
        let mut settled: IdVec<ShardId, Audience> = IdVec::default();
        for id in self.shards.ids() {
            let mut audience = self.audience_of(id);
            let same = settled.iter().find(|other| other.is(&audience));
            audience.number = same.map_or_else(
                || {
                    self.audiences += 1;
                    self.audiences
                },
                |other| other.number,
            );
            settled.push(audience);
        }
        self.audience = settled;
        self.audience_changed = false;
    }

    /// To whom the effects of a shard go at once.
    pub(super) fn audience_of(&self, id: ShardId) -> Audience {
        let mut audience = Audience::default();
        for to in self.peers() {
            let outgoing = &self.outgoing[to.index()];
            let Some(epoch) = outgoing.epoch else {
                continue;
            };
            if outgoing.is_caught_up(id) {
                audience.addressees[audience.count] = Addressee { to, epoch };
                audience.count += 1;
            } else {
                audience.some_wait = true;
            }
        }
        audience
    }

    /// An effect could not go at once to those `held_up`: they get it from the log, as do all that
    /// are behind already.
    #[cold]
    pub(super) fn hold_back(&mut self, id: ShardId, held_up: HeldUp, wire: &mut impl Wire) {
        let cursor = self.shards[id].log.end();
        let audience = self.audience[id];
        for (at, addressee) in audience.addressees().iter().enumerate() {
            if held_up.contains(at) {
                self.go_on(addressee.to, id, Outflow::Behind { cursor });
            }
        }
        self.pump_later(id, wire);
    }

    /// Sends on soon to all that are behind.
    pub(super) fn pump_later(&mut self, id: ShardId, wire: &mut impl Wire) {
        for peer in self.peers() {
            let outgoing = &mut self.outgoing[peer.index()];
            if outgoing.epoch.is_some() && !outgoing.is_caught_up(id) && !outgoing.pumping {
                outgoing.pumping = true;
                let again = self.now + self.assumptions.send_buffer / 2;
                wire.timer(again, Timer::Pump(peer));
            }
        }
    }

    /// Tells the witness of something that happened to the link from `from`.
    pub(super) fn observe_link(
        &self,
        from: ReplicaId,
        shard: Option<ShardId>,
        what: LinkEvent,
        wire: &mut impl Wire,
    ) {
        let from = crate::id::InstanceId::at(from.index());
        wire.observe(Event::Link {
            from,
            to: self.id,
            shard,
            what,
        });
    }

    /// Tells the witness of something that happened to the link to `to`.
    pub(super) fn observe_out(
        &self,
        to: ReplicaId,
        shard: ShardId,
        what: LinkEvent,
        wire: &mut impl Wire,
    ) {
        let to = crate::id::InstanceId::at(to.index());
        wire.observe(Event::Link {
            from: self.id,
            to,
            shard: Some(shard),
            what,
        });
    }
}
