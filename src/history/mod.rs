//! The history of a run: what a witness could see, as a stream, never stored whole.
//!
//! Checks and metrics fold over it and never look into the model, so they can be tested with
//! histories written by hand, and cannot pass by reading the very field that is wrong.
//!
//! Observations come in the order of their instants. Those of one sample share one instant.

pub mod conditions;
mod detail;
mod fault;
#[cfg(test)]
pub(crate) mod fixture;
mod memory;
pub mod roster;

use crate::id::{InstanceId, ShardId};
use crate::time::SimTime;

pub use conditions::Conditions;
pub use detail::{Detail, EffectSeen, KeyPart, OperationResult, OperationSeen, Touch, TouchKind};
pub use fault::{FaultKind, FaultSeen};
pub use memory::MemoryKind;
pub use roster::Roster;

/// How many members a group has at most.
pub const MEMBERS_MAX: usize = 5;

/// How many kinds of memory there are.
pub const MEMORY_KINDS: usize = MemoryKind::COUNT;

/// One observation and its instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Observation {
    /// When.
    pub at: SimTime,
    /// What.
    pub event: Event,
}

/// What can be observed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// The run begins, and will be told in this detail.
    Began(Detail),
    /// An operation of a fleet; in full detail only.
    Operation(Box<OperationSeen>),
    /// An effect of a client's write, or of a key that expired; in full detail only.
    Effect(Box<EffectSeen>),
    /// A scripted command and its reply.
    Command(Box<CommandSeen>),
    /// A message that a scripted client has received.
    Message(Box<MessageSeen>),
    /// What a `Show` step saw.
    Show(Box<ShowSeen>),
    /// Something happened to the link that carries `from`'s effects to `to`.
    Link {
        /// Whose effects.
        from: InstanceId,
        /// Who takes them.
        to: InstanceId,
        /// The shard, where only one is concerned.
        shard: Option<ShardId>,
        /// What.
        what: LinkEvent,
    },
    /// A shard ran out of memory, or has room again.
    Memory {
        /// Whose.
        instance: InstanceId,
        /// Which shard.
        shard: ShardId,
        /// Whether it is full now.
        full: bool,
    },
    /// A shard has evicted a key, for the first time.
    Evicting {
        /// Whose.
        instance: InstanceId,
        /// Which shard.
        shard: ShardId,
    },
    /// An instance that ran out of memory counts as inconsistent, or no longer does.
    Inconsistent {
        /// Which.
        instance: InstanceId,
        /// Whether it begins.
        begins: bool,
    },
    /// A fault began or ended.
    Fault(FaultSeen),
    /// A request to the control plane was answered, or its effect became known somewhere.
    Control(ControlSeen),
    /// All that these instances have acknowledged so far was removed by a flush.
    Flushed(Vec<InstanceId>),
    /// The scaling lock is held from here on, by its leader and for its size; or is not.
    Lock(Option<(InstanceId, &'static str)>),
    /// Whether a condition on the control plane holds.
    State(Box<StateSeen>),
    /// A rule of the runbook or an alert fires, resolves, or is acted upon.
    Rule {
        /// The rule's place in the plan.
        rule: usize,
        /// The instance on which the metric crossed.
        on: InstanceId,
        /// What happened.
        what: RuleEvent,
    },
    /// The state of one shard of one replica, at a sample.
    Fingerprint(Fingerprint),
    /// Memory of one shard, at a sample.
    Ledger(LedgerSeen),
    /// What a link has carried since the last sample.
    Lag(LagSeen),
    /// The Geo Replication Healthy metric of an instance, at a full minute.
    Health {
        /// Whose.
        instance: InstanceId,
        /// Whether every linked peer has acknowledged lately and no full sync runs.
        healthy: bool,
    },
    /// How many keys differ between the linked members, at a sample.
    Unequal {
        /// Keys.
        keys: u64,
    },
    /// Two members that differ, and on how many keys, at the end.
    Apart {
        /// The two, the smaller id first.
        between: [InstanceId; 2],
        /// Keys.
        keys: u64,
    },
    /// Effects that are on their way when the run ends.
    Underway(UnderwaySeen),
    /// What an instance met with over the run, at the end.
    Met(MetSeen),
    /// What became of the writes, at the end.
    Writes(Box<WritesSeen>),
    /// A write that its user misses, at the end; a few of each kind and origin.
    Missed(Box<MissedSeen>),
}

/// A scripted command as its client saw it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommandSeen {
    /// Its step in the timeline.
    pub step: usize,
    /// Where it was sent.
    pub on: InstanceId,
    /// The command.
    pub text: String,
    /// The reply, in redis-cli's text form.
    pub reply: String,
    /// Effects it sent to each peer.
    pub effects: u64,
}

/// A published message as a subscriber saw it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageSeen {
    /// The instance it is connected to.
    pub on: InstanceId,
    /// Whose connection.
    pub client: String,
    /// The pattern it listens to, when it was not the channel by name.
    pub pattern: Option<String>,
    /// The channel.
    pub channel: String,
    /// What was said.
    pub text: String,
    /// Whether the channel is a sharded one.
    pub is_sharded: bool,
}

/// What an operator would look up about an instance, and what Azure does not show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShowSeen {
    /// Its step in the timeline.
    pub step: usize,
    /// The instance.
    pub on: InstanceId,
    /// Whether its region is up.
    pub reachable: bool,
    /// Whether it is a member of the group.
    pub linked: bool,
    /// What ARM shows of it; none where there is no such instance.
    pub arm: Option<ArmSeen>,
    /// Its peers.
    pub links: Vec<LinkShown>,
    /// Counters, by the names Redis Enterprise and Azure have for them.
    pub counters: Vec<(&'static str, u64)>,
}

/// What ARM shows of an instance, in ARM's words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArmSeen {
    /// Its resource state.
    pub resource: String,
    /// The state of its latest operation.
    pub provisioning: String,
    /// Its size.
    pub sku: &'static str,
    /// The sizes it can scale to.
    pub offers: Vec<&'static str>,
    /// The linked databases it lists, itself among them, with their states.
    pub linked: Vec<(InstanceId, String)>,
    /// How many shards it has.
    pub shards: u16,
    /// Bytes that each shard may use.
    pub shard_limit: u64,
}

/// What an instance knows of one peer, which Azure does not show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkShown {
    /// The peer.
    pub peer: InstanceId,
    /// Whether its effects come in.
    pub carries: bool,
    /// Own effects that are not even on their way to it.
    pub unsent: u64,
    /// Writes of the peer that no other member has: what unlinking it now would lose.
    pub unlink_loses: u64,
    /// Bytes of records that are kept because it has not acknowledged them.
    pub holds_back: u64,
}

/// What happens to a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RuleEvent {
    /// What it watches has held for long enough.
    Fires,
    /// It holds no more: an alert is over.
    Resolves,
    /// The operator acts on it.
    Acts,
}

/// What happens to links.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkEvent {
    /// It went silent or lost a message.
    Broken,
    /// It carries effects again, all shards resumed from the backlog.
    Resumed,
    /// A shard resumed from the backlog.
    PartialSync,
    /// A shard's state is being sent.
    FullSyncStarted {
        /// Keys in the snapshot.
        keys: u64,
        /// Its size on the wire.
        bytes: u64,
    },
    /// A shard's state has been merged.
    FullSyncDone,
    /// The backlog lost an effect that the peer still needed.
    Overrun,
    /// Replication into a full shard stopped.
    Stopped,
    /// Nothing comes into a shard, by a fault of the link or of its syncer.
    Stalled,
    /// Replication into an instance ended, as a shard of it was full and nothing is to resume it.
    Exited,
    /// A message was dropped on arrival.
    Dropped,
    /// A message of a member that is no longer one was refused.
    Refused,
}

/// A step of the control plane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ControlSeen {
    /// The request: `force-unlink redis-us`.
    pub request: String,
    /// Where.
    pub on: InstanceId,
    /// How it went.
    pub result: ControlResult,
    /// What was found and what would have been accepted, where it was refused or failed.
    pub text: String,
    /// The step of the timeline that made it, if one did.
    pub step: Option<usize>,
    /// The operation it began, by which its end is told.
    pub operation: Option<u32>,
    /// The member that is one no more, dropped or gone by itself.
    pub dropped: Option<InstanceId>,
    /// The instance that has become a member.
    pub joined: Option<InstanceId>,
}

impl ControlSeen {
    /// Whether this is the request itself, and not its end or what others learn of it.
    pub fn is_made(&self) -> bool {
        matches!(
            self.result,
            ControlResult::Accepted | ControlResult::Refused(_)
        )
    }
}

/// Whether something that a step says of the control plane holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateSeen {
    /// The step of the timeline.
    pub step: usize,
    /// Which of its conditions.
    pub number: usize,
    /// Whether it holds.
    pub holds: bool,
    /// What was found.
    pub found: String,
}

/// How a request went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ControlResult {
    /// Accepted: what it does at once is done, and its operation runs.
    Accepted,
    /// Its operation has ended well.
    Succeeded,
    /// Its operation has failed, with the product's error id.
    Failed(&'static str),
    /// Another member has learned of it.
    Learned,
    /// Refused, with the product's error id.
    Refused(&'static str),
}

/// A replica's state, as one number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fingerprint {
    /// Whose.
    pub instance: InstanceId,
    /// Which shard.
    pub shard: ShardId,
    /// What it has applied, by origin. Two replicas with equal clocks must have equal digests.
    pub clock: [u64; MEMBERS_MAX],
    /// The digest of values and live causal metadata.
    pub digest: u64,
    /// Whether a full synchronisation is half merged: the clock then tells less than the state.
    pub merging: bool,
    /// Whether the group still counts it as a member.
    pub linked: bool,
}

/// A ledger at a sample, and its recount from the state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LedgerSeen {
    /// Whose.
    pub instance: InstanceId,
    /// Which shard.
    pub shard: ShardId,
    /// Bytes by kind, as charged.
    pub used: [u64; MEMORY_KINDS],
    /// The limit.
    pub limit: u64,
    /// The same, counted anew from the state; not at every sample, as it walks every key.
    pub recount: Option<[u64; MEMORY_KINDS]>,
}

/// How late the effects on a link arrived, between two samples.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LagSeen {
    /// Whose effects.
    pub from: InstanceId,
    /// Who takes them.
    pub to: InstanceId,
    /// How many arrived.
    pub effects: u64,
    /// Half of them were at most this late, in microseconds.
    pub p50_us: u64,
    /// 99 of 100 were at most this late, in microseconds.
    pub p99_us: u64,
    /// The latest, in microseconds.
    pub max_us: u64,
    /// Effects of `from` that `to` has not acknowledged, by what `from` knows.
    pub unacknowledged: u64,
}

/// What an instance met with over the run, where no other observation tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MetSeen {
    /// Whose clients and whose data.
    pub on: InstanceId,
    /// Writes of clients refused for want of memory.
    pub refused_for_memory: u64,
    /// Concurrent writes of one register that met.
    pub concurrent_writes: u64,
    /// Removals that met an addition they had not seen.
    pub add_wins: u64,
    /// Concurrent increments that met.
    pub concurrent_increments: u64,
    /// Keys evicted.
    pub evicted: u64,
}

/// How far messages on their way to a member bring the effects of an origin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnderwaySeen {
    /// Who made the effects.
    pub origin: InstanceId,
    /// Whom they are about to reach.
    pub to: InstanceId,
    /// Of which shard.
    pub shard: ShardId,
    /// The last of them, by its sequence.
    pub seq: u64,
}

/// An acknowledged write that is lost, or hidden by a concurrent one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissedSeen {
    /// The key it wrote.
    pub key: String,
    /// Who acknowledged it.
    pub origin: InstanceId,
    /// When.
    pub at: SimTime,
    /// What defeated it.
    pub defeat: Defeat,
}

/// What defeats a write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Defeat {
    /// A concurrent write hides it.
    Concurrent {
        /// Whose.
        by: InstanceId,
        /// When that was acknowledged.
        at: SimTime,
    },
    /// Its origin's memory was lost before it was sent.
    MemoryLost,
    /// A request discarded it before it was sent: which.
    Discarded(&'static str),
    /// Its origin was unlinked before it was sent, if not before it was written.
    Unlinked,
}

/// What became of the writes of one origin, at the end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WritesSeen {
    /// Whose writes.
    pub origin: usize,
    /// Acknowledged to clients.
    pub acknowledged: u64,
    /// Their effect is in the value.
    pub present: u64,
    /// Something that had seen them replaced them.
    pub superseded: u64,
    /// A concurrent write hides or replaced them.
    pub overwritten: u64,
    /// In no surviving member of the group.
    pub lost: u64,
    /// Removed with all else by a flush.
    pub flushed: u64,
    /// Deletions, removed elements and deadlines, which leave no value to be classed.
    pub removals: u64,
    /// Of those, how many no surviving member of the group has applied.
    pub removals_lost: u64,
    /// Why, where some are lost.
    pub cause: Option<&'static str>,
    /// When the first and the last of the lost ones were made: of those that went at once, where
    /// they went at several times. None when none is lost, or none of them is known one by one.
    pub lost_span: Option<(SimTime, SimTime)>,
    /// The member by whose word this is: of those linked the one that has applied most of them,
    /// of these one that has lost its memory least often, of these the origin itself; none when no
    /// member is left.
    pub keeper: Option<InstanceId>,
}
