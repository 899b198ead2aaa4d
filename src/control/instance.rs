//! Instances: what is configured, and the states ARM shows.

use std::fmt;

pub use crate::assumption::{Edition, Eviction};
use crate::catalogue::{Sku, Tier};
use crate::control::operation::{Kind, Operation};
use crate::control::refusal::{Refusal, Refused};
use crate::quantity::Bytes;
use crate::time::SimTime;

/// The most characters of an instance's name. Source: Azure resource naming rules,
/// Microsoft.Cache/redisEnterprise.
pub const INSTANCE_NAME_MAX: usize = 60;

/// The most characters of a group's nickname. Source: Terraform provider azurerm.
pub const GROUP_NAME_MAX: usize = 63;

/// How clients find a key's shard. Source: architecture page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Clustering {
    /// Clients dial the shards' nodes.
    OssCluster,
    /// One proxy endpoint.
    EnterpriseCluster,
    /// A single shard, up to 25 GB.
    NoCluster,
}

/// A module. Source: Azure REST API, redisEnterprise databases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[allow(missing_docs, reason = "Redis' own names")]
pub enum Module {
    RediSearch,
    RedisJson,
    RedisBloom,
    RedisTimeSeries,
}

/// How data is kept on disk; one way at most. Source: Azure REST API, redisEnterprise databases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Persistence {
    /// A log, synced each second.
    AppendOnly,
    /// A snapshot each so many hours: 1, 6 or 12.
    Snapshot {
        /// The hours.
        hours: u8,
    },
}

/// What is set at creation, and partly later.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Configuration {
    /// The size.
    pub sku: &'static Sku,
    /// Whether every shard has a replica.
    pub high_availability: bool,
    /// How clients find a key's shard.
    pub clustering: Clustering,
    /// What goes when memory is full.
    pub eviction: Eviction,
    /// The modules, sorted, none twice.
    pub modules: Vec<Module>,
    /// How data is kept on disk.
    pub persistence: Option<Persistence>,
    /// Whether clients must speak TLS.
    pub tls: bool,
}

impl Configuration {
    /// Azure's defaults for a size. Source: Azure REST API; Terraform provider azurerm.
    pub fn of(sku: &'static Sku) -> Self {
        Self {
            sku,
            high_availability: true,
            clustering: Clustering::OssCluster,
            eviction: Eviction::VolatileLru,
            modules: Vec::new(),
            persistence: None,
            tls: true,
        }
    }

    /// Into how many shards the keys are divided. Source: architecture page, clustering policies.
    pub fn shards(&self) -> u16 {
        match self.clustering {
            Clustering::NoCluster => 1,
            Clustering::OssCluster | Clustering::EnterpriseCluster => self.sku.shards,
        }
    }

    /// Whether an instance can be like this.
    ///
    /// # Errors
    /// The first rule that is in the way.
    pub fn is_possible(&self) -> Result<(), Refused> {
        const NO_CLUSTER_MAX: Bytes = Bytes(25_000_000_000);
        if self.modules.contains(&Module::RediSearch) {
            if self.clustering != Clustering::EnterpriseCluster {
                return refuse(Refusal::SearchCluster, self.clustering, "EnterpriseCluster");
            }
            if self.eviction != Eviction::NoEviction {
                return refuse(Refusal::SearchEvict, self.eviction, "NoEviction");
            }
        }
        if self.clustering == Clustering::NoCluster && self.sku.memory > NO_CLUSTER_MAX {
            return refuse(Refusal::NoClusterSize, self.sku.name, "at most 25 GB");
        }
        Ok(())
    }

    /// Whether such an instance can be a member of a group.
    ///
    /// # Errors
    /// The first prerequisite that is not met.
    pub fn is_linkable(&self, edition: Edition) -> Result<(), Refused> {
        let is_flash = self.sku.tier == Tier::FlashOptimized;
        if is_flash && edition == Edition::Later {
            return refuse(Refusal::FlashGeo, self.sku.name, "another tier");
        }
        if !self.sku.geo_replicated {
            return refuse(Refusal::SkuGeo, self.sku.name, "Balanced_B3 or larger");
        }
        if is_flash && self.eviction != Eviction::NoEviction {
            return refuse(Refusal::FlashEvict, self.eviction, "NoEviction");
        }
        if !self.high_availability {
            let found = format_args!("it turned off");
            return refuse(Refusal::NoHa, found, "high availability");
        }
        let allowed = [Module::RediSearch, Module::RedisJson];
        if let Some(other) = self.modules.iter().find(|one| !allowed.contains(one)) {
            return refuse(Refusal::Module, other, "RediSearch and RedisJSON");
        }
        if let Some(persistence) = self.persistence {
            return refuse(Refusal::Persist, persistence, "no persistence");
        }
        Ok(())
    }

    /// Whether it is configured as a group's member `theirs` is.
    ///
    /// # Errors
    /// `E-MISMATCH` with the first field that differs.
    pub(super) fn matches(&self, theirs: &Self) -> Result<(), Refused> {
        let differs = |field: &str, mine: &dyn fmt::Debug, theirs: &dyn fmt::Debug| {
            let found = format!("{field} {mine:?}");
            Err(Refused::new(
                Refusal::Mismatch,
                found,
                format!("{theirs:?}, as the group"),
            ))
        };
        if self.sku != theirs.sku {
            return differs("SKU", &self.sku.name, &theirs.sku.name);
        }
        if self.eviction != theirs.eviction {
            return differs("eviction policy", &self.eviction, &theirs.eviction);
        }
        if self.clustering != theirs.clustering {
            return differs("clustering policy", &self.clustering, &theirs.clustering);
        }
        if self.modules != theirs.modules {
            return differs("modules", &self.modules, &theirs.modules);
        }
        if self.tls != theirs.tls {
            return differs("TLS", &self.tls, &theirs.tls);
        }
        Ok(())
    }
}

fn refuse(refusal: Refusal, found: impl fmt::Debug, accepted: &str) -> Result<(), Refused> {
    Err(Refused::new(refusal, format!("{found:?}"), accepted))
}

/// An instance's state as ARM names it (`resourceState`). Source: Azure REST API,
/// redisEnterprise; those that nothing here leads to are left out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[allow(missing_docs, reason = "ARM's own names")]
pub enum ResourceState {
    Running,
    Creating,
    CreateFailed,
    Updating,
    UpdateFailed,
    Deleting,
    DeleteFailed,
    Scaling,
    ScalingFailed,
}

/// The state of the latest operation as ARM names it (`provisioningState`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[allow(missing_docs, reason = "ARM's own names")]
pub enum ProvisioningState {
    Succeeded,
    Failed,
    Creating,
    Updating,
    Deleting,
}

/// How the last operation ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    /// The last operation succeeded; the resource's own state follows at `settled`.
    Done {
        last: ResourceState,
        settled: SimTime,
    },
    /// The last operation failed.
    Failed(ResourceState),
}

/// An instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instance {
    /// Its name: case matters.
    pub name: String,
    /// What is configured.
    pub configuration: Configuration,
    /// Whether requests reach it.
    pub reachable: bool,
    /// Whether it was dropped from a group and not linked again since.
    pub former: bool,
    /// Whether a flush that it missed clears it when it is back.
    pub owes_flush: bool,
    /// Since when it is gone for good.
    pub(super) deleted_at: Option<SimTime>,
    pub(super) phase: Phase,
    /// The operation that runs.
    pub(super) operation: Option<Operation>,
}

impl Instance {
    pub(super) fn new(name: String, configuration: Configuration) -> Self {
        Self {
            name,
            configuration,
            reachable: true,
            former: false,
            owes_flush: false,
            deleted_at: None,
            phase: Phase::Done {
                last: ResourceState::Running,
                settled: SimTime::ZERO,
            },
            operation: None,
        }
    }

    /// Why no request reaches an instance that was deleted: `E-NOT-FOUND`.
    pub(super) fn is_gone(&self) -> Refused {
        let since = self.deleted_at.unwrap_or(SimTime::ZERO);
        let found = format!("`{}`, deleted at {since}", self.name);
        Refused::new(Refusal::NotFound, found, "an instance that is there")
    }

    /// The resource's own state: it follows a success of the operation with a lag.
    pub fn resource_state(&self, now: SimTime) -> ResourceState {
        match (&self.operation, &self.phase) {
            (Some(operation), _) => operation.kind.under_way(),
            (None, Phase::Done { last, settled }) if now < *settled => *last,
            (None, Phase::Failed(state)) => *state,
            (None, Phase::Done { .. }) => ResourceState::Running,
        }
    }

    /// The latest operation's state.
    pub fn provisioning_state(&self) -> ProvisioningState {
        match (&self.operation, &self.phase) {
            (Some(operation), _) => match operation.kind.under_way() {
                ResourceState::Creating => ProvisioningState::Creating,
                ResourceState::Deleting => ProvisioningState::Deleting,
                _ => ProvisioningState::Updating,
            },
            (None, Phase::Failed(_)) => ProvisioningState::Failed,
            (None, _) => ProvisioningState::Succeeded,
        }
    }

    /// Whether a request that changes something can be taken.
    ///
    /// # Errors
    /// `E-BUSY` with the state.
    pub(super) fn is_settled(&self, now: SimTime) -> Result<(), Refused> {
        let state = self.resource_state(now);
        let rests = matches!(
            state,
            ResourceState::Running
                | ResourceState::CreateFailed
                | ResourceState::UpdateFailed
                | ResourceState::DeleteFailed
                | ResourceState::ScalingFailed
        );
        if rests {
            return Ok(());
        }
        let found = format!("`{}` {state:?}", self.name);
        Err(Refused::new(Refusal::Busy, found, "a settled state"))
    }

    /// Where an accepted scaling leads.
    pub(super) fn heading(&self) -> Option<&'static Sku> {
        match self.operation.as_ref()?.kind {
            Kind::Scale { to } => Some(to),
            _ => None,
        }
    }
}

/// Whether `name` is one to sixty (`longest`) letters, digits and single hyphens inside.
///
/// # Errors
/// `E-NAME`.
/// Whether an instance or a group may be called so.
///
/// # Errors
/// `E-NAME`, with what names are made of.
pub fn is_name(name: &str, longest: usize) -> Result<(), Refused> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let ends = name.starts_with('-') || name.ends_with('-') || name.contains("--");
    if name.is_empty() || name.len() > longest || ends || !name.chars().all(is_allowed) {
        let accepted = format!("1 to {longest} letters, digits and single hyphens inside");
        return Err(Refused::new(Refusal::Name, format!("`{name}`"), accepted));
    }
    Ok(())
}
