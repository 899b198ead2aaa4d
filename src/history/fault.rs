//! Faults as histories tell of them.

use crate::id::RegionId;

/// A fault, as the scenario names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FaultSeen {
    /// What it is: `East US dark`, `East US | West Europe cut`, `redis-us fails over`. Of failovers
    /// and stalls the label tells one from another.
    pub label: String,
    /// The regions concerned.
    pub regions: Vec<RegionId>,
    /// The ordered routes concerned, for a partition or a degradation. When such a fault ends in
    /// parts, each part is told with its routes: a label may cover what several faults began.
    pub routes: Vec<(RegionId, RegionId)>,
    /// What kind.
    pub kind: FaultKind,
    /// True when it begins, false when it ends.
    pub begins: bool,
}

/// Kinds of faults.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FaultKind {
    /// A region is dark, its memory kept.
    Outage,
    /// A region is dark, its memory lost.
    MemoryLoss,
    /// Messages do not get through.
    Partition,
    /// Messages take longer, fewer fit, or more get lost.
    Degradation,
    /// A region's wall clock is wrong.
    Skew,
    /// Shards of an instance are away while their replicas take over.
    Failover,
    /// Streams into shards of an instance stand still.
    Stall,
    /// Nodes of an instance are patched.
    Maintenance,
}
