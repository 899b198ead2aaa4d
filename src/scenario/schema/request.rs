//! What operators ask for, how it must end, and what must be true of the state after it.

use crate::quantity::Bytes;
use crate::scenario::schema::List;
use crate::scenario::schema::leaf::{OneOrMany, Quantity, Text};
use crate::scenario::schema::macros::{choice, record};
use crate::scenario::schema::place::{
    ClusteringChoice, EvictionChoice, ModuleChoice, PersistenceChoice,
};
use crate::scenario::span::Field;

record! {
    /// Somebody who sends requests.
    Principal {
        /// The name.
        name: Text,
        /// Whether a flush is permitted; it is not when left out.
        may_flush: bool,
    }
}

choice! {
    /// A setting of an instance.
    Setting {
        /// Whether every shard has a replica.
        HighAvailability(bool),
        /// How clients find a key's shard.
        Clustering(ClusteringChoice),
        /// What goes when memory runs short.
        Eviction(EvictionChoice),
        /// The modules; none is `[]`.
        Modules(List<ModuleChoice>),
        /// How data is kept on disk.
        Persistence(PersistenceChoice),
        /// Whether clients must speak TLS.
        Tls(bool),
        /// The linked databases, sent along.
        Linked(List<Text>),
    }
}

choice! {
    /// How a request must end.
    Fate {
        /// It is accepted.
        Accepted,
        /// It is accepted, and its operation succeeds.
        Succeeds,
        /// It is refused, by the rule of this id: `E-SCALE-LOCK`.
        Refused(Text),
        /// It is accepted, and its operation fails, by the rule of this id: `E-LINK-TIMEOUT`.
        Fails(Text),
    }
}

choice! {
    /// What the control plane must show at this instant.
    Condition {
        /// An instance's resource state.
        Resource {
            /// The instance.
            on: Text,
            /// The state, as ARM names it.
            is: ResourceChoice,
        },
        /// The state of an instance's latest operation.
        Provisioning {
            /// The instance.
            on: Text,
            /// The state, as ARM names it.
            is: ProvisioningChoice,
        },
        /// All that an instance lists as linked databases.
        Links {
            /// The instance.
            on: Text,
            /// Every listed instance with its state, in any order; none is `[]`.
            are: List<(Field<Text>, Field<LinkChoice>)>,
        },
        /// The group's scaling lock is held.
        Locked {
            /// Who scaled first.
            leader: Text,
            /// To which size, as Azure writes it.
            to: Text,
        },
        /// No scaling lock is held.
        Unlocked,
        /// Sizes that an instance can scale to, and sizes that it cannot.
        Offers {
            /// The instance.
            on: Text,
            /// These are offered.
            has: OneOrMany<Text>,
            /// These are not.
            lacks: OneOrMany<Text>,
            /// These are offered and no others; none is `[]`.
            only: OneOrMany<Text>,
        },
        /// An instance's memory for data.
        Usable {
            /// The instance.
            on: Text,
            /// Over all shards.
            is: Quantity<Bytes>,
            /// Of each shard.
            of_shard: Quantity<Bytes>,
        },
        /// How many shards an instance has.
        Shards {
            /// The instance.
            on: Text,
            /// So many.
            are: u16,
        },
        /// An instance takes a peer's whole state.
        Syncing {
            /// The instance.
            on: Text,
            /// The peer; any when left out.
            from: Text,
        },
        /// Clients reach an instance.
        Serves(Text),
        /// Clients do not reach an instance.
        Closed(Text),
    }
}

choice! {
    /// An instance's state, as ARM names it.
    ResourceChoice {
        /// In order.
        Running,
        /// Being made.
        Creating,
        /// Not made.
        CreateFailed,
        /// Being changed.
        Updating,
        /// Not changed.
        UpdateFailed,
        /// Going.
        Deleting,
        /// Not gone.
        DeleteFailed,
        /// Getting another size.
        Scaling,
        /// Did not get another size.
        ScalingFailed,
    }
}

choice! {
    /// The state of the latest operation, as ARM names it.
    ProvisioningChoice {
        /// Ended well.
        Succeeded,
        /// Ended badly.
        Failed,
        /// An instance is being made.
        Creating,
        /// An instance is being changed.
        Updating,
        /// An instance is going.
        Deleting,
    }
}

choice! {
    /// The state of a link, as ARM names it.
    LinkChoice {
        /// In order.
        Linked,
        /// Being made.
        Linking,
        /// Not made.
        LinkFailed,
        /// Being ended.
        Unlinking,
        /// Not ended.
        UnlinkFailed,
    }
}
