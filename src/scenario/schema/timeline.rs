//! What happens when: scripted steps.

use crate::quantity::Ratio;
use crate::scenario::schema::leaf::{OneOrMany, Quantity, Text};
use crate::scenario::schema::macros::{choice, record};
use crate::scenario::schema::moment::ClockOffset;
use crate::scenario::schema::place::Pair;
use crate::scenario::schema::request::{Condition, Fate, Setting};
use crate::time::SimTime;

record! {
    /// Something that happens at an instant.
    Step {
        /// When, counted from the start.
        at: Quantity<SimTime>,
        /// What.
        r#do: Action,
        /// How the request must end.
        result: Fate,
        /// What the control plane must show: right after the request was decided, or at `Show`.
        then: OneOrMany<Condition>,
    }
}

record! {
    /// A published message, as a subscriber receives it.
    Message {
        /// The channel.
        channel: Text,
        /// The pattern by which it came, when it was not the channel by name.
        pattern: Text,
        /// What is said.
        text: Text,
    }
}

choice! {
    /// What a step does.
    Action {
        /// A literal command, as a client in the instance's region would send it.
        Command {
            /// The instance.
            on: Text,
            /// Whose connection it comes on, by any name: `MULTI` and `WATCH` concern one of them.
            /// Commands without a client share one.
            client: Text,
            /// The command, as typed into redis-cli.
            run: Text,
            /// The reply it must get, as redis-cli prints it.
            reply: Text,
            /// How many effects it must send to each peer.
            effects: u64,
        },
        /// What a client must have received from the channels it listens to, since the last such
        /// step for it or since the start, in order.
        Received {
            /// The instance.
            on: Text,
            /// Whose connection.
            client: Text,
            /// The messages; none is `[]`.
            messages: OneOrMany<Message>,
        },
        /// Records what an operator would look up on an instance: state, counters, unsent writes.
        Show(Text),
        /// A region goes dark.
        Outage {
            /// The region.
            region: Text,
            /// Whether its instances lose what they hold; `Kept` when left out.
            memory: MemoryChoice,
        },
        /// A dark region comes back.
        Return {
            /// The region.
            region: Text,
        },
        /// Messages no longer get through.
        Partition {
            /// Pairs of regions, cut in both directions.
            between: OneOrMany<Pair>,
            /// Pairs of regions, cut from the first to the second only.
            one_way: OneOrMany<Pair>,
        },
        /// Partitions end; all of them when no pair is given.
        Heal {
            /// Pairs of regions, healed in both directions.
            between: OneOrMany<Pair>,
            /// Pairs of regions, healed from the first to the second only.
            one_way: OneOrMany<Pair>,
        },
        /// Routes get worse.
        Degrade {
            /// Pairs of regions, in both directions.
            between: OneOrMany<Pair>,
            /// Pairs of regions, from the first to the second only.
            one_way: OneOrMany<Pair>,
            /// The delay, as a share of what it was: at least 100%.
            delay: Quantity<Ratio>,
            /// The bandwidth, as a share of what it was: at most 100%.
            bandwidth: Quantity<Ratio>,
            /// The share of messages lost; the route's own when left out.
            loss: Quantity<Ratio>,
        },
        /// Degraded routes are as they were.
        Restore {
            /// Pairs of regions, in both directions.
            between: OneOrMany<Pair>,
            /// Pairs of regions, from the first to the second only.
            one_way: OneOrMany<Pair>,
        },
        /// A region's wall clock goes wrong, or is set right.
        Skew {
            /// The region.
            region: Text,
            /// How far it is ahead of its usual time, or with a minus behind; right when left out.
            by: Quantity<ClockOffset>,
        },
        /// Replicas take the place of primaries.
        Failover {
            /// The instance.
            on: Text,
            /// The shards, counted from zero; all when left out.
            shards: OneOrMany<u16>,
            /// Whether the replicas are brought up to date first; they are not when left out.
            planned: bool,
        },
        /// A zone of a region is lost, and with it every second primary of each instance there.
        ZoneLoss {
            /// The region.
            region: Text,
        },
        /// Nothing comes into shards of an instance: a link that fails for some shards alone, or a
        /// syncer that hangs.
        Stall {
            /// The instance.
            on: Text,
            /// From which peers; from all when left out.
            from: OneOrMany<Text>,
            /// Into which shards, counted from zero; into all when left out.
            shards: OneOrMany<u16>,
        },
        /// What stalled goes on.
        Resume {
            /// As in `Stall`.
            on: Text,
            /// As in `Stall`.
            from: OneOrMany<Text>,
            /// As in `Stall`.
            shards: OneOrMany<u16>,
        },
        /// The nodes of an instance are exchanged for patched ones, one after the other.
        Patch {
            /// The instance.
            on: Text,
            /// Whether it does not wait for a maintenance window, as host updates do not.
            urgent: bool,
        },
        /// A survivor drops a member without its consent.
        ForceUnlink {
            /// The surviving instance that the request is sent to.
            on: Text,
            /// The instance to drop.
            drop: Text,
        },
        /// An instance that is absent is made.
        Create {
            /// The instance.
            instance: Text,
            /// The group to make or join; the scenario's when left out.
            group: Text,
            /// The databases listed as linked; all members and itself when left out.
            linked: OneOrMany<Text>,
            /// Whether it stands alone, in no group.
            alone: bool,
            /// What its database is called; `default` when left out.
            database: Text,
            /// Whether zones are asked for.
            zones: bool,
            /// Its size; the declared one when left out.
            sku: Text,
        },
        /// An instance that is in no group joins one; its data is discarded.
        ForceLink {
            /// The instance.
            on: Text,
            /// The group; the scenario's when left out.
            group: Text,
            /// The databases expected in it; all members and itself when left out.
            linked: OneOrMany<Text>,
        },
        /// An instance goes; a member leaves its group gracefully.
        Delete {
            /// The instance.
            on: Text,
        },
        /// An instance gets another size.
        Scale {
            /// The instance.
            on: Text,
            /// The size, as Azure writes it.
            to: Text,
        },
        /// A setting changes.
        Update {
            /// The instance.
            on: Text,
            /// The setting.
            set: Setting,
        },
        /// All data of an instance and of every member of its group is removed.
        Flush {
            /// Any of them.
            on: Text,
            /// Who asks, one of `principals`; somebody who may when left out.
            by: Text,
        },
    }
}

choice! {
    /// Whether an outage destroys.
    MemoryChoice {
        /// Unreachable only.
        Kept,
        /// Both copies of every shard are gone.
        Lost,
    }
}
