//! What must hold for a run to pass.

use crate::quantity::Bytes;
use crate::scenario::schema::leaf::{Quantity, Text};
use crate::scenario::schema::macros::choice;
use crate::time::{SimDuration, SimTime};

choice! {
    /// A demand on the run. One that is never evaluated fails.
    Expect {
        /// All linked members agree within this time after the storm.
        ConvergesWithin(Quantity<SimDuration>),
        /// At the end members differ, each difference with an excuse.
        StaysApart,
        /// No shard ever runs out of memory.
        NoOom,
        /// An instance's first shard runs out of memory in this span.
        OomBetween {
            /// The instance.
            on: Text,
            /// Not before.
            from: Quantity<SimTime>,
            /// Not after.
            to: Quantity<SimTime>,
        },
        /// A kind of memory of an instance lies in bounds.
        MemoryOf {
            /// The instance.
            on: Text,
            /// The kind.
            kind: MemoryKindChoice,
            /// When; the peak of the run when left out.
            at: Quantity<SimTime>,
            /// At least so much.
            above: Quantity<Bytes>,
            /// At most so much.
            below: Quantity<Bytes>,
        },
        /// Unstable metadata and tombstones of every linked member fall below an amount in time.
        MetadataBelowWithin {
            /// The amount.
            below: Quantity<Bytes>,
            /// From when the clock runs.
            after: Quantity<SimTime>,
            /// How long it may take.
            within: Quantity<SimDuration>,
        },
        /// Acknowledged writes that no replica holds any more.
        LostWrites {
            /// Exactly so many.
            equals: u64,
            /// At least so many.
            at_least: u64,
            /// At most so many.
            at_most: u64,
        },
        /// Acknowledged writes hidden by concurrent ones.
        OverwrittenWrites {
            /// Exactly so many.
            equals: u64,
            /// At least so many.
            at_least: u64,
            /// At most so many.
            at_most: u64,
        },
        /// Something happens at least once.
        Sometimes(OccurrenceChoice),
    }
}

choice! {
    /// A kind of memory in the ledger.
    MemoryKindChoice {
        /// The bytes of values.
        Values,
        /// Redis' own overhead of keys and elements.
        Keys,
        /// CRDT metadata of what is live.
        Metadata,
        /// What deletions keep until they are stable.
        Tombstones,
        /// What effects keep until they are stable.
        Unstable,
        /// The replication backlog.
        Backlog,
        /// Snapshots being sent or merged.
        SyncBuffers,
    }
}

choice! {
    /// Something a run can show.
    OccurrenceChoice {
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
}
