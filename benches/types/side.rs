//! What the cases have in common.

use std::any::Any;

use meridian::assumption::Assumptions;
use meridian::crdt::{Dot, Effect, FILL_SEQ, Object, Rules, Stamp, Tally, Update, VersionVector};
use meridian::id::{Id, ReplicaId};

/// Measures one step: nanoseconds an element.
pub(crate) type Clock<'a> = dyn FnMut(&mut dyn FnMut() -> usize) -> f64 + 'a;

/// Two things that do the same.
pub(crate) struct Case {
    /// What it is called.
    pub(crate) name: &'static str,
    /// How many elements are built.
    pub(crate) elements: usize,
    /// Whether Meridian is held to fewer bytes and less time.
    pub(crate) is_held: bool,
    /// What is measured, in order.
    pub(crate) steps: &'static [&'static str],
    /// This repository's.
    pub(crate) meridian: Side,
    /// The crate's.
    pub(crate) crdts: Side,
}

/// One of them.
pub(crate) struct Side {
    /// Builds all elements and hands them over.
    pub(crate) build: fn() -> Box<dyn Any>,
    /// Runs and measures the steps.
    pub(crate) run: fn(&mut Clock<'_>) -> Vec<f64>,
}

/// The elements in an order without locality: a permutation of the numbers below `count`.
pub(crate) fn shuffled(count: usize) -> impl Iterator<Item = usize> {
    // Any odd number that has no factor in common with a power of ten permutes.
    (0..count).map(move |index| index * 7_654_321 % count)
}

/// A replica of one object.
#[derive(Clone, Debug)]
pub(crate) struct Replica {
    /// What it holds.
    pub(crate) object: Object,
    /// What it has seen.
    pub(crate) clock: VersionVector,
    own: ReplicaId,
    rules: Rules,
    tally: Tally,
}

impl Replica {
    /// The replica of the member at `index`, which holds nothing.
    pub(crate) fn new(index: usize) -> Self {
        Self {
            object: Object::new(),
            clock: VersionVector::FILLED,
            own: ReplicaId::at(index),
            rules: Rules::from(&Assumptions::default()),
            tally: Tally::default(),
        }
    }

    /// A client's update: the effect it makes, applied here.
    pub(crate) fn update(&mut self, update: Update) -> Effect {
        let seq = self.clock.0[self.own.index()].max(FILL_SEQ) + 1;
        let dot = Dot {
            origin: self.own,
            seq,
        };
        let stamp = Stamp { dot, wall_ms: seq };
        let made = self.object.effect(stamp, &self.clock, self.rules, [update]);
        let effect = made.expect("the update changes something");
        self.take(&effect);
        effect
    }

    /// An effect arrives.
    pub(crate) fn take(&mut self, effect: &Effect) {
        self.object
            .apply(effect, &self.clock, self.rules, &mut self.tally);
        self.clock.observe(effect.dot());
    }

    /// Another replica's state arrives.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.object.merge(
            &other.object,
            &self.clock,
            &other.clock,
            self.rules,
            &mut self.tally,
        );
        self.clock.join(&other.clock);
    }
}
