//! What a scenario demands of a run.

use crate::id::InstanceId;
use crate::time::{SimDuration, SimTime};

pub use crate::history::MemoryKind;

/// One demand, and where the scenario makes it.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// What is demanded.
    pub demand: Judgement,
    /// The demand as the scenario words it, for the summary.
    pub text: String,
    /// Where: `line:column`.
    pub place: String,
}

/// What can be demanded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Judgement {
    /// All linked members agree within this time after the storm's end (or the last heal in
    /// settle).
    ConvergesWithin(SimDuration),
    /// At the end some members differ, and every difference has an excuse.
    StaysApart,
    /// No shard of any member ever ran out of memory.
    NoOom,
    /// This member's first shard ran out of memory in this span.
    OomBetween(InstanceId, SimTime, SimTime),
    /// A memory kind of a member, in bytes, at an instant or at its peak, lies in these bounds.
    MemoryOf {
        /// Whose.
        instance: InstanceId,
        /// Of what.
        kind: MemoryKind,
        /// When; `None` means the peak over the run.
        at: Option<SimTime>,
        /// At least so many bytes.
        above: Option<u64>,
        /// At most so many bytes.
        below: Option<u64>,
    },
    /// After `after`, the unstable metadata and tombstones of every linked member fall below this
    /// many bytes within the given time.
    MetadataBelowWithin {
        /// The bytes.
        below: u64,
        /// From when the clock runs.
        after: SimTime,
        /// How long it may take.
        within: SimDuration,
    },
    /// Acknowledged writes that no replica holds any more: between these, both included.
    LostWrites {
        /// At least.
        least: u64,
        /// At most.
        most: u64,
    },
    /// Acknowledged writes hidden by concurrent ones: between these, both included.
    OverwrittenWrites {
        /// At least.
        least: u64,
        /// At most.
        most: u64,
    },
    /// Something must have happened at least once, or the scenario no longer shows what it was
    /// written for.
    Sometimes(Occurrence),
}

/// Something a run can be asked to have shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Occurrence {
    /// A backlog lost an effect that a peer still needed.
    BacklogOverrun,
    /// A link resumed from the backlog.
    PartialSync,
    /// A link resumed by a transfer of state.
    FullSync,
    /// A client was refused for want of memory.
    OomRefusal,
    /// Replication into a full shard stopped.
    ReplicationStopped,
    /// A partition dropped a message that was under way.
    MessageDropped,
    /// Two concurrent writes of one register met.
    ConcurrentWrite,
    /// A removal met an addition it had not seen.
    AddWins,
    /// Concurrent increments met.
    ConcurrentIncrement,
    /// An operator's rule fired.
    RuleFired,
    /// A shard evicted a key.
    Eviction,
}
