//! What an operator asks for, and what the world has to carry out.

use crate::catalogue::Sku;
use crate::control::group::MemberId;
use crate::control::instance::{Clustering, Configuration, Eviction, Module, Persistence};
use crate::control::operation::{Load, OperationId};
use crate::control::refusal::Refused;
use crate::id::InstanceId;
use crate::quantity::Bytes;
use crate::time::SimTime;

/// A request, as an operator sends it. Linked databases are named by their instances' names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// A new instance, alone or in a group.
    Create(Creation),
    /// An instance that is in no group joins one; its data is discarded.
    ForceLink {
        /// The database that is not yet in the group.
        on: InstanceId,
        /// The group and who is expected in it.
        group: Grouping,
    },
    /// A member is dropped without its consent.
    ForceUnlink {
        /// The surviving member that the request is sent to.
        on: InstanceId,
        /// The member to drop.
        drop: InstanceId,
    },
    /// An instance goes; a member leaves its group gracefully.
    Delete {
        /// The instance.
        on: InstanceId,
    },
    /// An instance takes another size.
    Scale {
        /// The instance.
        on: InstanceId,
        /// The size.
        to: &'static Sku,
        /// What it carries at this instant.
        load: Load,
    },
    /// A setting changes.
    Update {
        /// The instance.
        on: InstanceId,
        /// The setting.
        change: Change,
    },
    /// All data of an instance, and of every member of its group, is removed.
    Flush {
        /// Any member.
        on: InstanceId,
        /// Whether the principal that asks is allowed to.
        permitted: bool,
    },
}

/// A group by its nickname, with the members expected in it, the sender included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grouping {
    /// The nickname.
    pub nickname: String,
    /// The names of the instances.
    pub linked: Vec<String>,
}

/// What a creation asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Creation {
    /// The instance's name.
    pub name: String,
    /// The database's name: `default`.
    pub database: String,
    /// Whether zones are asked for.
    pub zones: bool,
    /// The settings.
    pub configuration: Configuration,
    /// The group to create or to join.
    pub group: Option<Grouping>,
}

/// A change of one setting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Every shard gets a replica, or none.
    HighAvailability(bool),
    /// How clients find a key's shard.
    Clustering(Clustering),
    /// What goes when memory is full.
    Eviction(Eviction),
    /// The modules.
    Modules(Vec<Module>),
    /// How data is kept on disk.
    Persistence(Option<Persistence>),
    /// Whether clients must speak TLS.
    Tls(bool),
    /// The linked databases, sent along.
    Linked(Vec<String>),
}

/// A request taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// The operation that now runs.
    pub operation: OperationId,
    /// When to call [`Control::finish`](super::Control::finish).
    pub due: SimTime,
    /// The instance it is about: of a creation, the new one.
    pub instance: InstanceId,
    /// What happens at once.
    pub effects: Vec<Effect>,
}

/// An operation at its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finished {
    /// Why it failed, if it did.
    pub failure: Option<Refused>,
    /// What happens now.
    pub effects: Vec<Effect>,
}

/// What the world carries out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// An empty instance begins to serve.
    Create(InstanceId),
    /// An instance is gone.
    Remove(InstanceId),
    /// An instance takes no connections.
    Close(InstanceId),
    /// An instance takes connections again.
    Open(InstanceId),
    /// All data of one instance is discarded.
    Wipe(InstanceId, Discard),
    /// A member joins, under a number never used before; it gets the group's data.
    Join(InstanceId, MemberId),
    /// A member is dropped; `on` is the first to know.
    Unlink {
        /// The survivor.
        on: InstanceId,
        /// The dropped one.
        dropped: InstanceId,
    },
    /// A member left by itself; the rest reconfigure.
    Leave(InstanceId),
    /// A flush reaches an instance.
    Flush {
        /// Which.
        on: InstanceId,
        /// Whether it is the one that was asked; the others may be out of reach from there.
        is_asked: bool,
    },
    /// One of an instance's nodes is exchanged for another: a planned failover.
    Blip {
        /// The instance.
        instance: InstanceId,
        /// When.
        at: SimTime,
    },
    /// An instance's machines or its usable memory are others now.
    Capacity {
        /// The instance.
        instance: InstanceId,
        /// Processors and connections are this size's.
        sku: &'static Sku,
        /// Into how many shards its keys are divided.
        shards: u16,
        /// Memory for data, over all shards; while a lock is held, at most the original size's.
        usable: Bytes,
    },
}

/// Why an instance's data is discarded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Discard {
    /// It takes the data of the group it joins.
    ForceLink,
    /// There is no replica that could serve while its node is exchanged.
    NoReplica,
}
