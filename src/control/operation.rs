//! Long-running operations: what they are, and how long they take.

use crate::assumption::Assumptions;
use crate::catalogue::Sku;
use crate::control::instance::ResourceState;
use crate::id::InstanceId;
use crate::quantity::{ByteRate, Bytes, Ratio};
use crate::time::{SimDuration, SimTime};

/// An operation, never the same twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct OperationId(pub u32);

/// Whom a link is made to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Peers {
    /// The members of one group, or nobody: the group is new.
    Members,
    /// Databases that are in no group with one another: whether that ever completes is an
    /// assumption (A-STRANGERS).
    Strangers(Vec<InstanceId>),
}

/// What an operation does to the instance it occupies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Create { joins: Option<Peers> },
    Delete,
    ForceLink { peers: Peers },
    Scale { to: &'static Sku },
    Update,
    Flush,
}

impl Kind {
    /// What ARM shows meanwhile.
    pub(super) fn under_way(&self) -> ResourceState {
        match self {
            Self::Create { .. } => ResourceState::Creating,
            Self::Delete => ResourceState::Deleting,
            Self::Scale { .. } => ResourceState::Scaling,
            Self::ForceLink { .. } | Self::Update | Self::Flush => ResourceState::Updating,
        }
    }

    /// What ARM shows when it failed.
    pub(super) fn failed(&self) -> ResourceState {
        match self {
            Self::Create { .. } => ResourceState::CreateFailed,
            Self::Delete => ResourceState::DeleteFailed,
            Self::Scale { .. } => ResourceState::ScalingFailed,
            Self::ForceLink { .. } | Self::Update | Self::Flush => ResourceState::UpdateFailed,
        }
    }
}

/// An operation under way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Operation {
    pub(super) id: OperationId,
    pub(super) kind: Kind,
    pub(super) due: SimTime,
}

/// How busy an instance is: what the control plane asks of the data plane.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Load {
    /// Bytes in use.
    pub used: Bytes,
    /// The share of the processors that is busy.
    pub cpu: Ratio,
}

/// How long operations take. Assumptions where the reference gives a range or an example.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timings {
    /// A creation. Can exceed 30 minutes (Terraform issue 30932).
    pub creation: SimDuration,
    /// What a join adds to a creation.
    pub join: SimDuration,
    /// A force-link: "several minutes" (how-to-active-geo-replication).
    pub force_link: SimDuration,
    /// Until a link that cannot be made fails: about ten minutes (Terraform issue 31353).
    pub link_failure: SimDuration,
    /// How long a dropped member is still listed: up to five minutes (Azure SDK pull request
    /// 28370).
    pub unlink_visible: SimDuration,
    /// A deletion.
    pub deletion: SimDuration,
    /// A change of settings.
    pub update: SimDuration,
    /// A flush.
    pub flush: SimDuration,
    /// The scaling of an empty instance: about ten minutes (how-to-scale).
    pub scale_empty: SimDuration,
    /// How fast a node's data moves while scaling.
    pub scale_rate: ByteRate,
    /// How often the data moves: both nodes are rebuilt.
    pub scale_passes: u64,
    /// How long the resource state follows behind the operation.
    pub settling: SimDuration,
}

impl From<&Assumptions> for Timings {
    fn from(set: &Assumptions) -> Self {
        Self {
            creation: set.creation,
            join: set.joining,
            force_link: set.force_linking,
            link_failure: set.link_failure,
            unlink_visible: set.unlink_visible,
            deletion: set.deletion,
            update: set.updating,
            flush: set.flushing,
            scale_empty: set.scaling,
            scale_rate: set.scaling_rate,
            scale_passes: u64::from(set.scaling_passes),
            settling: set.settling,
        }
    }
}

impl Default for Timings {
    fn default() -> Self {
        Self::from(&Assumptions::default())
    }
}

impl Timings {
    /// A scaling under this load: `(empty + used / rate x passes) x (1 + cpu)`.
    pub(super) fn scaling(&self, load: Load) -> SimDuration {
        const NANOS: u128 = 1_000_000_000;
        let rate = u128::from(self.scale_rate.0.max(1));
        let moved = u128::from(load.used.0) * NANOS / rate;
        let moved = SimDuration(u64::try_from(moved).unwrap_or(u64::MAX)) * self.scale_passes;
        let quiet = self.scale_empty + moved;
        quiet + SimDuration(load.cpu.of(quiet.0))
    }
}
