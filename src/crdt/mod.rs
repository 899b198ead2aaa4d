//! The data types: a local update becomes an effect, effects are applied, states are merged,
//! what is stable is collected.
//!
//! Nothing here knows time, the network or memory limits: stamps and clocks arrive as arguments.
//!
//! # How a key decides
//!
//! Links are FIFO per origin, so what a replica has observed is a [`clock::VersionVector`],
//! exactly. Each effect carries the vector its origin had observed. Two ideas carry everything
//! else:
//!
//! - **A state is a function of the effects delivered.** A register write kills the writes its
//!   context covers, a removal the writes, members and increments its context covers. A context
//!   that reaches beyond what this replica has seen is remembered, and kills on arrival.
//! - **A key knows how far it has seen.** A merged state brings a key up to the sender's clock
//!   before the replica's own clock gets there; the key keeps that clock, works as a filter until
//!   the replica has caught up, and adds it to the context of local updates.
//!
//! # How a type is added
//!
//! A type is one file: its state, how it takes in what arrives, and the trait [`Datatype`], which
//! says how it merges, what is collected, what a digest sees, what it counts as and what Redis
//! takes for it. One line in the list at the head of `typed` makes its kind, its name, its view,
//! its place under a key and in the ledger from that. What its commands want and what travels for
//! them are a variant each of [`Update`] and of `effect::Part`, and `intent` and `apply` a line
//! each; `proof` is given its alphabet and an oracle. Its commands go by the command table.
//!
//! Left out: how effects travel, who calls whom, what a byte of metadata costs.

pub mod antichain;
pub mod clock;
pub mod consumer_group;
pub mod effect;
pub mod expiry;
pub mod hash;
pub mod hybrid;
pub mod hyperloglog;
pub mod json;
pub mod layout;
pub mod list;
pub mod number;
pub mod object;
pub mod run;
pub mod scalar;
pub mod sequence;
pub mod set;
pub mod sketch;
pub mod stream;
pub mod stream_id;
pub mod stream_op;
pub mod tally;
pub mod typed;
pub mod value;
pub mod zset;

mod apply;
mod counter;
mod dense;
mod digest;
mod elements;
mod few;
mod intent;
mod label;
mod removals;
mod totals;

use crate::assumption::{Assumptions, Lww};
use crate::id::Id;

pub use clock::{Dot, FILL_SEQ, MEMBERS_MAX, Stamp, VersionVector};
pub use effect::{Change, Effect, Update};
pub use layout::Layout;
pub use object::{Object, Sizes};
pub use tally::{Conflict, Tally};
pub use typed::View;
pub use value::{Name, Value};

/// The assumptions that change what a data type does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// A-LWW: how registers are ordered.
    pub lww: Lww,
    /// A-READD: whether adding a present member makes a fresh dot (`S-2`).
    pub readd_is_fresh: bool,
    /// A-LSET: whether the new elements of concurrent `LSET`s all stay (`L-7`).
    pub lset_keeps_all: bool,
}

impl Rules {
    /// What a key that holds plain writes alone goes by.
    pub const PLAIN: Self = Self {
        lww: Lww::CausalFirst,
        readd_is_fresh: true,
        lset_keeps_all: true,
    };
}

impl From<&Assumptions> for Rules {
    fn from(assumptions: &Assumptions) -> Self {
        Self {
            lww: assumptions.lww,
            readd_is_fresh: assumptions.readd_is_fresh,
            lset_keeps_all: assumptions.lset_keeps_all,
        }
    }
}

/// What a data type must do to live under a key. Its own updates it takes by methods of its own.
pub trait Datatype: Default + Clone {
    /// What `TYPE` calls it.
    const NAME: &'static str;

    /// What Redis takes for what a client sees of it, beside what a key of any type takes.
    fn layout(sizes: &Sizes) -> Layout;
    /// The same without what its region alone knows: what a full synchronisation sends.
    fn shared(&self) -> Self {
        self.clone()
    }
    /// An arriving removal takes away the key. `known` are the removals known before it, the last
    /// of each origin.
    fn remove_key(&mut self, by: &Arrival<'_>, _known: &VersionVector, tally: &mut Tally) {
        self.remove(&by.before(), tally);
    }
    /// Whether a client sees anything of it.
    fn is_live(&self) -> bool;
    /// Whether nothing is left, not even memory of removals.
    fn is_vacant(&self) -> bool;
    /// Whether a collection could still free something.
    fn is_pending(&self) -> bool;
    /// The stamp of its newest surviving write, which decides the visible type (MA-09).
    fn newest(&self) -> Option<Stamp>;
    /// Takes away what `context` covers; increments go by their erasures instead.
    fn remove(&mut self, context: &VersionVector, tally: &mut Tally);
    /// Takes in another replica's state.
    fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally);
    /// Forgets what no arrival can need.
    fn collect(&mut self, horizon: &Horizon, tally: &mut Tally);
    /// Hash of the live state, 0 when there is none. Collection leaves it alone.
    fn digest(&self) -> u64;
    /// Adds what it holds to `sizes`.
    fn measure(&self, sizes: &mut Sizes);
    /// Adds its live writes by origin.
    fn count_writes(&self, present: &mut [u64; 5], overwritten: &mut [u64; 5]);
    /// Whether it holds a dot or a removal that `clock` does not cover.
    fn newer_than(&self, clock: &VersionVector) -> bool;
}

/// What the parts of one arriving effect are judged by. Most need little of it: what can be made
/// from the rest is, on demand, as copies of clocks just written to hold a processor up.
pub struct Arrival<'a> {
    /// The effect's dot and wall clock.
    pub stamp: Stamp,
    /// What its origin had observed, the effect itself included: what its removals suppress from
    /// now on.
    pub after: &'a VersionVector,
    /// The assumptions in force.
    pub rules: Rules,
    /// The replica's clock before the effect.
    replica: &'a VersionVector,
    /// How far merges have brought the key ahead of it.
    merged: &'a Memory,
    /// What earlier removals of the whole key had observed, if there were any.
    gate: Option<VersionVector>,
}

impl Arrival<'_> {
    /// What its origin had observed: what its removals take away.
    pub fn before(&self) -> VersionVector {
        let Dot { origin, seq } = self.stamp.dot;
        let mut before = *self.after;
        before.0[origin.index()] = seq.saturating_sub(1);
        before
    }

    /// Whether its origin had observed `dot`.
    pub fn had_seen(&self, dot: Dot) -> bool {
        self.after.covers(dot) && dot != self.stamp.dot
    }

    /// What this key has seen, the effect included.
    pub fn seen(&self) -> VersionVector {
        let mut seen = *self.replica;
        self.merged.extend(&mut seen);
        seen.observe(self.stamp.dot);
        seen
    }

    /// Whether this key has seen all of `context`, given the effect.
    #[inline]
    pub fn has_seen(&self, context: &VersionVector) -> bool {
        let merged = self.merged.0.as_deref().unwrap_or(&VersionVector::ZERO);
        let own = self.stamp.dot.origin.index();
        let both = self.replica.0.iter().zip(&merged.0);
        context
            .0
            .iter()
            .zip(both)
            .enumerate()
            .all(|(at, (context, (replica, merged)))| {
                context <= replica.max(merged) || (at == own && *context <= self.stamp.dot.seq)
            })
    }

    /// What this key had seen without the effect.
    fn seen_before(&self) -> VersionVector {
        let mut seen = self.seen();
        let Dot { origin, seq } = self.stamp.dot;
        seen.0[origin.index()] = seq - 1;
        seen
    }

    /// What earlier removals of the whole key had observed.
    pub fn gate(&self) -> VersionVector {
        self.gate.unwrap_or(VersionVector::ZERO)
    }

    /// Whether no earlier removal of the whole key is remembered.
    pub fn is_ungated(&self) -> bool {
        self.gate.is_none()
    }
}

/// The two clocks of a merge, for one key.
#[derive(Clone, Copy)]
pub struct Sides {
    /// What the receiver's key has seen.
    pub mine: VersionVector,
    /// What the sender's key has seen.
    pub theirs: VersionVector,
    /// What removals known to the receiver had observed.
    pub my_gate: VersionVector,
    /// What removals known to the sender had observed.
    pub their_gate: VersionVector,
    /// The removals known to the receiver.
    pub my_removals: VersionVector,
    /// The removals known to the sender.
    pub their_removals: VersionVector,
    /// The assumptions in force.
    pub rules: Rules,
}

impl Sides {
    /// Whether something live at the receiver alone has died at the sender.
    pub fn kills_mine(&self, dot: Dot) -> bool {
        self.theirs.covers(dot) || self.their_gate.covers(dot)
    }

    /// Whether something live at the sender alone has died at the receiver.
    pub fn kills_theirs(&self, dot: Dot) -> bool {
        self.mine.covers(dot) || self.my_gate.covers(dot)
    }

    /// What the merged key has seen.
    pub fn seen(&self) -> VersionVector {
        self.mine.joined(&self.theirs)
    }

    /// The same sides, for a part of the key with removals of its own.
    pub fn within(&self, mine: &Memory, theirs: &Memory) -> Sides {
        self.beneath(&mine.vector(), &theirs.vector())
    }

    /// The same, given what the removals had observed.
    pub fn beneath(mut self, mine: &VersionVector, theirs: &VersionVector) -> Sides {
        self.my_gate.join(mine);
        self.their_gate.join(theirs);
        self
    }
}

/// What a collection goes by.
#[derive(Clone, Copy)]
pub struct Horizon {
    /// What this key has seen: no arrival at or below it gets this far.
    pub seen: VersionVector,
    /// What every linked member has seen, and has told so.
    pub stable: VersionVector,
    /// Whether every linked member has seen all removals of the key.
    pub is_settled: bool,
}

/// A remembered context: nothing until needed.
#[derive(Clone, Default, Debug)]
pub struct Memory(Option<Box<VersionVector>>);

impl Memory {
    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether the remembered context covers `dot`.
    pub fn covers(&self, dot: Dot) -> bool {
        self.0.as_ref().is_some_and(|vector| vector.covers(dot))
    }

    /// Adds a context.
    pub fn join(&mut self, context: &VersionVector) {
        match &mut self.0 {
            Some(vector) => vector.join(context),
            None => self.0 = Some(Box::new(*context)),
        }
    }

    /// Adds another memory.
    pub fn join_memory(&mut self, other: &Memory) {
        if let Some(vector) = &other.0 {
            self.join(vector);
        }
    }

    /// What is remembered; zeros where nothing is.
    pub fn vector(&self) -> VersionVector {
        self.0.as_deref().copied().unwrap_or_default()
    }

    /// Adds what is remembered to `vector`.
    pub fn extend(&self, vector: &mut VersionVector) {
        if let Some(own) = &self.0 {
            vector.join(own);
        }
    }

    /// Forgets a context that is within `vector`.
    pub fn forget_within(&mut self, vector: &VersionVector) {
        if self.is_within(vector) {
            self.0 = None;
        }
    }

    /// Whether all that is remembered is within `vector`.
    pub fn is_within(&self, vector: &VersionVector) -> bool {
        self.0.as_ref().is_none_or(|own| own.is_within(vector))
    }
}

#[cfg(test)]
mod proof;
