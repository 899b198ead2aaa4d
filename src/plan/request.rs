//! What operators ask of the control plane, and what a scenario says must come of it.

use crate::catalogue::Sku;
use crate::id::InstanceId;
use crate::plan::Step;
use crate::quantity::Bytes;

pub use crate::control::{
    Change, Clustering, Configuration, GROUP_NAME_MAX, INSTANCE_NAME_MAX, LinkState, Module,
    Persistence, ProvisioningState, Refusal, ResourceState, is_name,
};

/// Where an instance is at time zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AtStart {
    /// A member of the group.
    Member,
    /// It serves, in no group.
    Alone,
    /// It is created by a request, or never.
    Absent,
}

/// A request as an operator sends it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Make an instance of the plan.
    Create {
        /// Which.
        instance: InstanceId,
        /// The group to make or to join; none for an instance that stands alone.
        group: Option<Listed>,
        /// What its database is called.
        database: String,
        /// Whether zones are asked for.
        zones: bool,
        /// Its size; the plan's when none: a group that has scaled takes only its own.
        sku: Option<&'static Sku>,
    },
    /// Link an instance to a group; its data is discarded.
    ForceLink {
        /// The instance that is in no group.
        on: InstanceId,
        /// The group, and who is expected in it.
        group: Listed,
    },
    /// Drop a member without its consent.
    ForceUnlink {
        /// The surviving member the request is sent to.
        on: InstanceId,
        /// The member to drop.
        drop: InstanceId,
    },
    /// Delete an instance; a member leaves its group.
    Delete {
        /// Which.
        on: InstanceId,
    },
    /// Give an instance another size.
    Scale {
        /// Which.
        on: InstanceId,
        /// The size.
        to: &'static Sku,
    },
    /// Change one setting of an instance.
    Update {
        /// Which.
        on: InstanceId,
        /// The setting.
        change: Change,
    },
    /// Remove all data of an instance and of every member of its group.
    Flush {
        /// Any of them.
        on: InstanceId,
        /// Who asks; none for somebody who may.
        by: Option<String>,
    },
}

/// A group as a request names it: by nickname, with the databases expected in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The nickname; none for the group's own.
    pub nickname: Option<String>,
    /// The databases' instances as the request writes them; none for all members and the instance
    /// itself.
    pub linked: Option<Vec<String>>,
}

impl Request {
    /// The instance it is sent to, or that it makes.
    pub fn on(&self) -> InstanceId {
        match self {
            Self::Create { instance, .. } => *instance,
            Self::ForceLink { on, .. }
            | Self::ForceUnlink { on, .. }
            | Self::Delete { on }
            | Self::Scale { on, .. }
            | Self::Update { on, .. }
            | Self::Flush { on, .. } => *on,
        }
    }
}

/// A request and what must come of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// The request.
    pub request: Request,
    /// How it must end.
    pub fate: Option<Fate>,
    /// What must be true of the state right after it was decided.
    pub then: Vec<Condition>,
}

impl From<Request> for Asked {
    /// A request of which nothing is demanded.
    fn from(request: Request) -> Self {
        Self {
            request,
            fate: None,
            then: Vec::new(),
        }
    }
}

/// How a request must end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is accepted.
    Accepted,
    /// It is accepted, and its operation succeeds.
    Succeeds,
    /// It is refused, by this rule.
    Refused(Refusal),
    /// It is accepted, and its operation fails, by this rule.
    Fails(Refusal),
}

/// A statement about what the control plane shows at an instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    /// An instance's resource state.
    Resource(InstanceId, ResourceState),
    /// The state of an instance's latest operation.
    Provisioning(InstanceId, ProvisioningState),
    /// All that an instance lists as linked databases, with their states, in any order.
    Links(InstanceId, Vec<(InstanceId, LinkState)>),
    /// The group's scaling lock, with who leads and to which size.
    Locked(InstanceId, &'static Sku),
    /// No scaling lock is held.
    Unlocked,
    /// Sizes that an instance can scale to, and sizes that it cannot.
    Offers {
        /// Whose.
        on: InstanceId,
        /// These are offered.
        has: Vec<&'static Sku>,
        /// These are not.
        lacks: Vec<&'static Sku>,
        /// Whether those in `has` are all there are.
        nothing_else: bool,
    },
    /// An instance's memory for data, over all shards.
    Usable(InstanceId, Bytes),
    /// What each shard of an instance may use.
    UsableOfShard(InstanceId, Bytes),
    /// How many shards an instance has.
    Shards(InstanceId, u16),
    /// Whether clients reach an instance.
    Serves(InstanceId, bool),
    /// An instance takes a peer's whole state; any peer's where none is named.
    Syncing(InstanceId, Option<InstanceId>),
}

impl Condition {
    /// The instance it is about; none for a lock that nobody holds.
    pub fn on(&self) -> Option<InstanceId> {
        match self {
            Self::Resource(on, _)
            | Self::Provisioning(on, _)
            | Self::Links(on, _)
            | Self::Locked(on, _)
            | Self::Offers { on, .. }
            | Self::Usable(on, _)
            | Self::UsableOfShard(on, _)
            | Self::Shards(on, _)
            | Self::Serves(on, _)
            | Self::Syncing(on, _) => Some(*on),
            Self::Unlocked => None,
        }
    }

    /// The condition in words, instances by the names that `named` gives.
    pub fn words<'a>(&self, named: &dyn Fn(InstanceId) -> &'a str) -> String {
        match self {
            Self::Resource(on, is) => format!("resource state of {}: {is:?}", named(*on)),
            Self::Provisioning(on, is) => format!("provisioning state of {}: {is:?}", named(*on)),
            Self::Links(on, links) => {
                let links = links.iter();
                let links = links.map(|(id, state)| format!("{} {state:?}", named(*id)));
                let links: Vec<String> = links.collect();
                format!("links of {}: {}", named(*on), some(&links.join(", ")))
            }
            Self::Locked(leader, to) => format!("lock: {} leads to {}", named(*leader), to.name),
            Self::Unlocked => "lock: none".to_owned(),
            Self::Offers {
                on,
                has,
                lacks,
                nothing_else,
            } => {
                let names = |skus: &[&'static Sku]| {
                    let names: Vec<&str> = skus.iter().map(|sku| sku.name).collect();
                    some(&names.join(", "))
                };
                let (on, has) = (named(*on), names(has));
                let only = if *nothing_else { " only" } else { "" };
                let without = match lacks.as_slice() {
                    [] => String::new(),
                    lacks => format!(", not {}", names(lacks)),
                };
                format!("sizes for {on}: {has}{only}{without}")
            }
            Self::Usable(on, is) => format!("usable memory of {}: {is}", named(*on)),
            Self::UsableOfShard(on, is) => {
                format!("usable memory of a shard of {}: {is}", named(*on))
            }
            Self::Shards(on, are) => format!("shards of {}: {are}", named(*on)),
            Self::Serves(on, true) => format!("clients of {}: reach it", named(*on)),
            Self::Syncing(on, None) => format!("full synchronisation of {}: runs", named(*on)),
            Self::Syncing(on, Some(from)) => {
                let (on, from) = (named(*on), named(*from));
                format!("full synchronisation of {on} from {from}: runs")
            }
            Self::Serves(on, false) => format!("clients of {}: do not reach it", named(*on)),
        }
    }
}

/// A list, or that there is nothing in it.
fn some(list: &str) -> String {
    if list.is_empty() { "none" } else { list }.to_owned()
}

impl From<Request> for Step {
    /// The step that makes a request of which nothing is demanded.
    fn from(request: Request) -> Self {
        Self::Request(Box::new(request.into()))
    }
}
