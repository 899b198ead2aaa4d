//! Words of the file that are words of the model, letter for letter.

use crate::assumption::{
    BacklogSharing, Eviction, FullSync, Hashing, Lww, Metadata, OomMode, XaddIds,
};
use crate::plan::expectation::Occurrence;
use crate::plan::{Memory, MemoryKind, TieBreak};
use crate::scenario::schema::TieBreakChoice;
use crate::scenario::schema::assumptions::{
    BacklogSharingChoice, FullSyncChoice, HashingChoice, LwwChoice, MetadataChoice, OomChoice,
    XaddIdsChoice,
};
use crate::scenario::schema::expectation::{MemoryKindChoice, OccurrenceChoice};
use crate::scenario::schema::place::EvictionChoice;
use crate::scenario::schema::timeline::MemoryChoice;

macro_rules! twins {
    ($($choice:ident $domain:ident { $($word:ident)* })*) => {
        $(
            impl From<&$choice> for $domain {
                fn from(choice: &$choice) -> Self {
                    match choice {
                        $($choice::$word => Self::$word,)*
                    }
                }
            }

            impl From<$domain> for $choice {
                fn from(domain: $domain) -> Self {
                    match domain {
                        $($domain::$word => Self::$word,)*
                    }
                }
            }
        )*
    };
}

twins! {
    TieBreakChoice TieBreak { Ordered Seeded }
    MetadataChoice Metadata { PerEffect PerState }
    HashingChoice Hashing { Oss Standard }
    LwwChoice Lww { CausalFirst WallFirst }
    BacklogSharingChoice BacklogSharing { Shared PerPeer }
    FullSyncChoice FullSync { Delta Whole }
    XaddIdsChoice XaddIds { Strict SemiStrict Liberal }
    OomChoice OomMode { Reconcile Resume Reserve }
    EvictionChoice Eviction {
        AllKeysLfu AllKeysLru AllKeysRandom VolatileLru VolatileLfu VolatileTtl VolatileRandom
        NoEviction
    }
    MemoryChoice Memory { Kept Lost }
    MemoryKindChoice MemoryKind {
        Values Keys Metadata Tombstones Unstable Backlog SyncBuffers
    }
    OccurrenceChoice Occurrence {
        BacklogOverrun PartialSync FullSync OomRefusal ReplicationStopped MessageDropped
        ConcurrentWrite AddWins ConcurrentIncrement RuleFired Eviction
    }
}
