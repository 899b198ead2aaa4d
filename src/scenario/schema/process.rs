//! Faults that come by chance.

use crate::quantity::Ratio;
use crate::scenario::schema::leaf::{OneOrMany, Quantity, Text};
use crate::scenario::schema::macros::{choice, record};
use crate::scenario::schema::moment::ClockOffset;
use crate::scenario::schema::place::Pair;
use crate::scenario::schema::timeline::MemoryChoice;
use crate::time::{SimDuration, SimTime};

record! {
    /// Faults that befall each of several targets again and again, at times the seed draws. The
    /// gaps between them are exponential, and so is what their lengths have above the least.
    FaultProcess {
        /// What it is called; its draws go by it.
        name: Text,
        /// What befalls each target.
        what: Hazard,
        /// The mean time from the beginning, or the end of a fault, to the next of that target.
        every: Quantity<SimDuration>,
        /// The mean time until a fault is repaired; when left out, faults of regions last for good
        /// and others as long as the storm. Failovers and patches end by themselves.
        lasts: Quantity<SimDuration>,
        /// The least time until it is; a tenth of the mean when left out.
        at_least: Quantity<SimDuration>,
        /// How many of them there may be at once: what would be one more does not happen; 1 when
        /// left out.
        at_once: u32,
        /// How many there are at most; any number when left out.
        at_most: u32,
        /// When the first may come; at the start when left out.
        from: Quantity<SimTime>,
        /// After when none begins; the end of the storm when left out.
        until: Quantity<SimTime>,
    }
}

choice! {
    /// What befalls the targets of a fault process. Each region, pair or instance that is named is
    /// a target; all are when none is named.
    Hazard {
        /// A region goes dark.
        Outage {
            /// The regions.
            regions: OneOrMany<Text>,
            /// Whether its instances lose what they hold; `Kept` when left out.
            memory: MemoryChoice,
        },
        /// Messages no longer get through.
        Partition {
            /// Pairs of regions, cut in both directions.
            between: OneOrMany<Pair>,
            /// Pairs of regions, cut from the first to the second only.
            one_way: OneOrMany<Pair>,
        },
        /// A route gets worse.
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
        /// A region's wall clock goes wrong.
        Skew {
            /// The regions.
            regions: OneOrMany<Text>,
            /// How far it is ahead of its usual time, or with a minus behind.
            by: Quantity<ClockOffset>,
        },
        /// A zone of a region is lost, and with it every second primary of each instance there.
        ZoneLoss {
            /// The regions.
            regions: OneOrMany<Text>,
        },
        /// The replica of one shard, drawn each time, takes the place of its primary.
        Failover {
            /// The instances.
            on: OneOrMany<Text>,
            /// Whether the replica is brought up to date first; it is not when left out.
            planned: bool,
        },
        /// Nothing comes into one shard, drawn each time, of an instance.
        Stall {
            /// The instances.
            on: OneOrMany<Text>,
        },
        /// The nodes of an instance are exchanged for patched ones, one after the other.
        Patch {
            /// The instances.
            on: OneOrMany<Text>,
            /// Whether it does not wait for a maintenance window, as host updates do not.
            urgent: bool,
        },
    }
}
