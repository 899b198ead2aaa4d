//! Words of the file that are words of the model, letter for letter.

use crate::assumption::{
    BacklogSharing, Edition, Eviction, FullSync, Hashing, Lww, Metadata, OomMode, XaddIds,
};
use crate::plan::expectation::Occurrence;
use crate::plan::request::{Clustering, LinkState, Module, ProvisioningState, ResourceState};
use crate::plan::rule::Aggregation;
use crate::plan::{AtStart, Memory, MemoryKind, TieBreak, Weekday};
use crate::scenario::schema::TieBreakChoice;
use crate::scenario::schema::assumptions::{
    BacklogSharingChoice, EditionChoice, FullSyncChoice, HashingChoice, LwwChoice, MetadataChoice,
    OomChoice, XaddIdsChoice,
};
use crate::scenario::schema::expectation::{MemoryKindChoice, OccurrenceChoice};
use crate::scenario::schema::place::{
    AtStartChoice, ClusteringChoice, DayChoice, EvictionChoice, ModuleChoice,
};
use crate::scenario::schema::request::{LinkChoice, ProvisioningChoice, ResourceChoice};
use crate::scenario::schema::rule::AggregationChoice;
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
    EditionChoice Edition { Seed Later }
    OomChoice OomMode { Reconcile Resume Reserve }
    EvictionChoice Eviction {
        AllKeysLfu AllKeysLru AllKeysRandom VolatileLru VolatileLfu VolatileTtl VolatileRandom
        NoEviction
    }
    AtStartChoice AtStart { Member Alone Absent }
    ClusteringChoice Clustering { OssCluster EnterpriseCluster NoCluster }
    DayChoice Weekday { Monday Tuesday Wednesday Thursday Friday Saturday Sunday }
    ModuleChoice Module { RediSearch RedisJson RedisBloom RedisTimeSeries }
    ResourceChoice ResourceState {
        Running Creating CreateFailed Updating UpdateFailed Deleting DeleteFailed Scaling
        ScalingFailed
    }
    ProvisioningChoice ProvisioningState { Succeeded Failed Creating Updating Deleting }
    LinkChoice LinkState { Linked Linking LinkFailed Unlinking UnlinkFailed }
    AggregationChoice Aggregation { Each Maximum Minimum Average }
    MemoryChoice Memory { Kept Lost }
    MemoryKindChoice MemoryKind {
        Values Keys Metadata Tombstones Unstable Backlog SyncBuffers
    }
    OccurrenceChoice Occurrence {
        BacklogOverrun PartialSync FullSync OomRefusal ReplicationStopped MessageDropped
        ConcurrentWrite AddWins ConcurrentIncrement RuleFired Eviction
    }
}
