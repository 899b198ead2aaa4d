//! What operators watch, and what they do about it.

use crate::quantity::{Bytes, Ratio};
use crate::scenario::schema::List;
use crate::scenario::schema::leaf::{OneOrMany, Quantity, Text};
use crate::scenario::schema::macros::{choice, record};
use crate::scenario::schema::request::Condition;
use crate::scenario::schema::timeline::{Action, Step};
use crate::time::SimDuration;

record! {
    /// What an operator does when something has held for a while. Fires once.
    Rule {
        /// The rule's name.
        name: Text,
        /// What makes it fire.
        when: Trigger,
        /// How long the operator takes to act; at once when left out.
        reaction: Quantity<SimDuration>,
        /// What is then done: requests, to the instance that crossed unless they say `on`, and
        /// faults.
        then: OneOrMany<Action>,
    }
}

record! {
    /// What tells an operator, and does nothing. It resolves, and may fire again.
    Alert {
        /// The alert's name.
        name: Text,
        /// What makes it fire.
        when: Trigger,
    }
}

record! {
    /// Another decision on the same day: what it adds to the scenario. Seed and draws are the same.
    Arm {
        /// The arm's name.
        name: Text,
        /// What happens when, beside what happens anyway.
        timeline: List<Step>,
        /// What an operator does, beside what they do anyway.
        runbook: List<Rule>,
    }
}

choice! {
    /// Something that is watched. Metrics are taken at each full minute.
    Trigger {
        /// `usedmemorypercentage`: used memory of the fullest shard, as a share of its limit.
        UsedMemory {
            /// The instances watched; every one when left out.
            on: OneOrMany<Text>,
            /// Fires at or above this.
            above: Quantity<Ratio>,
            /// Fires at or below this.
            below: Quantity<Ratio>,
            /// For how long it must stay there; not at all when left out.
            lasting: Quantity<SimDuration>,
            /// How the values of that time become one; each must be there when left out.
            aggregation: AggregationChoice,
        },
        /// `geoReplicationHealthy` is 0. Azure advises to wait for 60 minutes.
        Unhealthy {
            /// The instances watched; every one when left out.
            on: OneOrMany<Text>,
            /// For how long it must stay there; not at all when left out.
            lasting: Quantity<SimDuration>,
            /// How the values of that time become one; each must be 0 when left out.
            aggregation: AggregationChoice,
        },
        /// A metric in bytes.
        Bytes {
            /// Which.
            metric: BytesMetric,
            /// The instances watched; every one when left out.
            on: OneOrMany<Text>,
            /// Fires at or above this.
            above: Quantity<Bytes>,
            /// Fires at or below this.
            below: Quantity<Bytes>,
            /// For how long it must stay there; not at all when left out.
            lasting: Quantity<SimDuration>,
            /// How the values of that time become one; each must be there when left out.
            aggregation: AggregationChoice,
        },
        /// A metric that counts.
        Count {
            /// Which.
            metric: CountMetric,
            /// The instances watched; every one when left out.
            on: OneOrMany<Text>,
            /// Fires at or above this.
            above: u64,
            /// Fires at or below this.
            below: u64,
            /// For how long it must stay there; not at all when left out.
            lasting: Quantity<SimDuration>,
            /// How the values of that time become one; each must be there when left out.
            aggregation: AggregationChoice,
        },
        /// A state, looked at ten times a second.
        State {
            /// What must hold.
            is: Condition,
            /// For how long without a break; not at all when left out.
            lasting: Quantity<SimDuration>,
        },
    }
}

choice! {
    /// How the values of a window become one.
    AggregationChoice {
        /// They do not: each must be beyond the threshold.
        Each,
        /// The greatest.
        Maximum,
        /// The least.
        Minimum,
        /// Their mean.
        Average,
    }
}

choice! {
    /// A metric in bytes.
    BytesMetric {
        /// `usedmemory`: over all shards and their replicas.
        UsedMemory,
        /// Metadata kept because some peer has not acknowledged it. Azure does not show it.
        UnstableBytes,
    }
}

choice! {
    /// A metric that counts.
    CountMetric {
        /// `totalkeys`.
        TotalKeys,
        /// `evictedkeys`, in the last minute.
        EvictedKeys,
        /// `expiredkeys`, in the last minute.
        ExpiredKeys,
        /// `operationsPerSecond`, over the last minute.
        OperationsPerSecond,
        /// `pending_local_writes_max`: writes that the slowest peer has not acknowledged. Azure
        /// does not show it.
        PendingLocalWritesMax,
    }
}
