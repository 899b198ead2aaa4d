//! The total order of events.

use crate::engine::digest::mix;
use crate::time::SimTime;

/// What kind of event this is; events of one instant run in the order of this list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Class {
    /// Control plane and faults.
    Control,
    /// Messages arriving.
    Delivery,
    /// Timers.
    Timer,
    /// Operations of clients.
    Client,
    /// Sampling.
    Observation,
}

/// How events of one instant and class are ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TieBreak {
    /// By target, source and sequence.
    Ordered,
    /// Shuffled across sources by a hash of this seed.
    Seeded(u64),
}

/// An event's place in the total order, but for its sequence within its source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Order {
    /// When.
    pub at: SimTime,
    /// Of what kind.
    pub class: Class,
    shuffle: u64,
    target: u32,
    source: u32,
}

impl Order {
    /// Later than every event.
    pub const NEVER: Self = Self {
        at: SimTime::MAX,
        class: Class::Observation,
        shuffle: 0,
        target: 0,
        source: 0,
    };
}

impl TieBreak {
    /// The place of an event from `source` at `target`.
    pub fn order(self, at: SimTime, class: Class, target: u32, source: u32) -> Order {
        let shuffle = match self {
            Self::Ordered => 0,
            Self::Seeded(seed) => {
                mix(seed ^ mix(at.0) ^ (u64::from(target) << 32 | u64::from(source)))
            }
        };
        Order {
            at,
            class,
            shuffle,
            target,
            source,
        }
    }
}
