//! How the control plane behaves: which text of the product page holds, how long operations take.

use crate::assumption::table::{COUNT, DURATION, FLOW, Listed, WORD};
use crate::assumption::{Assumptions, range};
use crate::time::SimDuration;

/// Which text of the product page holds where it changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Edition {
    /// The page of May 2025.
    Seed,
    /// The page as it reads later: no Flash in a group, a dropped member can be force-linked.
    Later,
}

/// How nodes are lost and exchanged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Nodes {
    /// A-FAILOVER-PLANNED: how long an instance answers nobody at a planned failover.
    pub planned_failover: SimDuration,
    /// A-FAILOVER-UNPLANNED: how long lost primaries answer nobody.
    pub unplanned_failover: SimDuration,
    /// A-REPLICA-LAG: how far replicas are behind their primaries.
    pub replica_lag: SimDuration,
    /// A-PATCHING: how long it takes to patch the nodes of an instance.
    pub patching: SimDuration,
}

impl Default for Nodes {
    fn default() -> Self {
        Self {
            planned_failover: SimDuration::from_millis(500),
            unplanned_failover: SimDuration::from_secs(12),
            replica_lag: SimDuration::from_millis(1),
            patching: SimDuration::from_secs(900),
        }
    }
}

impl Edition {
    fn name(self) -> &'static str {
        match self {
            Self::Seed => "Seed",
            Self::Later => "Later",
        }
    }
}

/// One assumption whose field, range and value go by one name.
macro_rules! listed {
    ($set:ident.$field:ident in $range:ident, $unit:ident, $id:literal: $meaning:literal
        because $reason:literal) => {
        Listed {
            id: $id,
            field: stringify!($field),
            unit: $unit,
            range: range::$range.to_string(),
            value: $set.$field.to_string(),
            meaning: $meaning,
            reason: $reason,
        }
    };
}

impl Assumptions {
    /// Instances made and deleted.
    pub(super) fn listed_creation(&self) -> Vec<Listed> {
        vec![
            Listed {
                id: "A-EDITION",
                field: "edition",
                unit: WORD,
                range: "Seed or Later".to_owned(),
                value: self.edition.name().to_owned(),
                meaning: "which text of the product page holds where it changed.",
                reason: "how-to-active-geo-replication of May 2025, and as it reads later: no \
                    Flash in a group, a dropped member may be force-linked, scaling down alone",
            },
            listed!(self.creation in CREATION, DURATION, "A-CREATION":
                "how long the creation of an instance takes."
                because "no figure is published; it can exceed 30 minutes \
                    (terraform-provider-azurerm issue 30932)"),
            listed!(self.joining in JOINING, DURATION, "A-JOINING":
                "what joining a group adds to a creation."
                because "no figure is published; as a force-link"),
            listed!(self.deletion in DELETION, DURATION, "A-DELETION":
                "how long the deletion of an instance takes."
                because "no figure is published"),
        ]
    }

    /// Links made and ended.
    pub(super) fn listed_links_made(&self) -> Vec<Listed> {
        vec![
            listed!(self.force_linking in FORCE_LINKING, DURATION, "A-FORCE-LINKING":
                "how long a force-link keeps the instance unavailable."
                because "how-to-active-geo-replication: several minutes"),
            listed!(self.link_failure in LINK_FAILURE, DURATION, "A-LINK-FAILURE":
                "after how long a link that cannot be made fails."
                because "terraform-provider-azurerm issue 31353: about ten minutes"),
            Listed {
                id: "A-STRANGERS",
                field: "strangers_link",
                unit: WORD,
                range: "true or false".to_owned(),
                value: self.strangers_link.to_string(),
                meaning: "whether databases in no group become one by a force-link that names \
                    them.",
                reason: "terraform-provider-azurerm issue 31353: it never completes, and times \
                    out; Redis Enterprise's own groups can be made of databases that hold data",
            },
            listed!(self.unlink_visible in UNLINK_VISIBLE, DURATION, "A-UNLINK-VISIBLE":
                "how long a dropped member is still listed."
                because "azure-sdk-for-net pull request 28370 waits up to five minutes"),
        ]
    }

    /// Settings and data changed.
    pub(super) fn listed_changes(&self) -> Vec<Listed> {
        vec![
            listed!(self.updating in UPDATING, DURATION, "A-UPDATING":
                "how long a change of settings takes."
                because "no figure is published"),
            listed!(self.flushing in FLUSHING, DURATION, "A-FLUSHING":
                "how long a flush takes to be reported as done; the data goes at once."
                because "no figure is published"),
            listed!(self.settling in SETTLING, DURATION, "A-SETTLING":
                "how long the resource state follows behind the operation."
                because "terraform-provider-azurerm polls both states; the lag is not published"),
        ]
    }

    /// Sizes changed.
    pub(super) fn listed_scaling(&self) -> Vec<Listed> {
        vec![
            listed!(self.scaling in SCALING, DURATION, "A-SCALING":
                "how long the scaling of an empty, idle instance takes."
                because "how-to-scale: about ten minutes"),
            listed!(self.scaling_rate in SCALING_RATE, FLOW, "A-SCALING-RATE":
                "how fast a node's data moves while it scales."
                because "how-to-scale: longer with data; no figure is published"),
            listed!(self.scaling_passes in SCALING_PASSES, COUNT, "A-SCALING-PASSES":
                "how often an instance's data moves while it scales, and so how often it fails \
                 over."
                because "how-to-scale: one node is drained, rebuilt and swapped, then the other"),
        ]
    }

    /// Nodes lost and exchanged.
    pub(super) fn listed_nodes(&self) -> Vec<Listed> {
        let nodes = &self.nodes;
        vec![
            listed!(nodes.planned_failover in PLANNED_FAILOVER, DURATION, "A-FAILOVER-PLANNED":
                "how long an instance answers nobody at a planned failover."
                because "failover page: less than a second"),
            listed!(nodes.unplanned_failover in UNPLANNED_FAILOVER, DURATION,
                "A-FAILOVER-UNPLANNED":
                "how long lost primaries answer nobody."
                because "failover page: 10 to 15 seconds"),
            listed!(nodes.replica_lag in REPLICA_LAG, DURATION, "A-REPLICA-LAG":
                "how far replicas are behind the primaries they replace."
                because "no figure is published for one region; replicas feed the other \
                    regions, so it is less than what effects take to the nearest"),
            listed!(nodes.patching in PATCHING, DURATION, "A-PATCHING":
                "how long it takes to patch the two nodes of an instance."
                because "monitoring page: patching alone holds the metric at 0 for minutes up to \
                    an hour"),
        ]
    }
}
