//! When a key or field expires, and who may say so (`EXP-1` to `EXP-12`).
//!
//! `EXPIRE`, `PERSIST` and a plain `SET` are writes of the deadline. A causally later one replaces
//! those it had seen (`EXP-3`); of concurrent ones the longest counts, and "for ever" is the
//! longest (`EXP-1`, `EXP-2`, `EXP-10`). The origin of the one that counts owns the expiry
//! (`EXP-4`). Deadlines are milliseconds of each region's own clock (`EXP-12`); hiding a key past
//! its deadline and sending the removal is the instance's part (`EXP-5`, `EXP-6`, `EXP-9`,
//! `EXP-11`).

use std::cmp::Reverse;

use crate::crdt::antichain::{Antichain, Contend, Entry};
use crate::crdt::clock::VersionVector;
use crate::crdt::digest;
use crate::crdt::scalar::Text;
use crate::crdt::tally::{Conflict, Tally};
use crate::crdt::{Arrival, Horizon, Rules};
use crate::id::ReplicaId;

/// The latest deadline an active-active database takes (`EXP-7`).
///
/// Source: Redis docs, active-active/develop/develop-for-aa.md: expiration in 0 to 2^49.
pub const DEADLINE_MS_MAX: u64 = 1 << 49;

/// Whether a deadline is in range (`EXP-7`).
pub fn deadline_fits(deadline_ms: u64) -> bool {
    deadline_ms <= DEADLINE_MS_MAX
}

/// A deadline that counts, and who owns it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deadline {
    /// Milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// The replica whose `EXPIRE` won: it alone expires actively (`EXP-4`).
    pub owner: ReplicaId,
}

impl Deadline {
    /// Whether the deadline is past. Redis keeps a key through the millisecond of its deadline.
    pub fn is_past(&self, now_ms: u64) -> bool {
        now_ms > self.at_ms
    }
}

/// One write of a deadline; `None` stands for "for ever".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit(pub Option<u64>);

impl Contend for Limit {
    const IS_COUNTED: bool = false;
    const CONFLICT: Conflict = Conflict::Expiry;

    fn beats(left: &Entry<Self>, right: &Entry<Self>) -> bool {
        let rank = |entry: &Entry<Self>| {
            let dot = entry.stamp.dot;
            (
                entry.item.0.unwrap_or(u64::MAX),
                Reverse(dot.origin),
                dot.seq,
            )
        };
        rank(left) > rank(right)
    }

    fn is_causal(_rules: Rules) -> bool {
        true
    }
}

/// The deadline writes of one key or field.
///
/// A plain `SET` writes "for ever" along with its value. Where that is all there is, nothing is
/// stored: it follows from the sole surviving write. So a plain string has no expiry state.
#[derive(Clone, Default, Debug)]
pub(crate) struct Limits(Option<Box<Antichain<Limit>>>);

impl Limits {
    /// The deadline that counts.
    pub(crate) fn deadline(&self) -> Option<Deadline> {
        let entry = self.0.as_ref()?.winner()?;
        entry.item.0.map(|at_ms| Deadline {
            at_ms,
            owner: entry.stamp.dot.origin,
        })
    }

    /// Takes the writes out, what follows from `texts` included.
    pub(crate) fn expand(&mut self, texts: Option<&Antichain<Text>>) -> Antichain<Limit> {
        match self.0.take() {
            Some(limits) => *limits,
            None => implied(texts),
        }
    }

    /// Puts them back, unless they follow from `texts`.
    pub(crate) fn compress(&mut self, limits: Antichain<Limit>, texts: Option<&Antichain<Text>>) {
        let implied = implied(texts);
        let follows = limits.foreseen().is_empty() && limits.entries() == implied.entries();
        self.0 = (!follows).then(|| Box::new(limits));
    }

    /// What a local deadline write knows to be dead beyond what it has observed.
    pub(crate) fn extend_beyond(&self, vector: &mut VersionVector) {
        if let Some(limits) = &self.0 {
            limits.foreseen().extend(vector);
        }
    }

    /// Whether a collection could still free something, given whether a client sees what is limited.
    pub(crate) fn is_pending(&self, is_live: bool) -> bool {
        let Some(limits) = &self.0 else { return false };
        let is_endless = limits.winner().is_none_or(|entry| entry.item.0.is_none());
        limits.is_pending() || is_endless || !is_live
    }

    /// Whether every limit stored is "for ever" and seen by `replica`.
    pub(crate) fn are_endless_within(&self, replica: &VersionVector) -> bool {
        self.0.as_ref().is_none_or(|limits| {
            let is_seen =
                |entry: &Entry<Limit>| entry.item.0.is_none() && replica.covers(entry.stamp.dot);
            limits.foreseen().is_within(replica) && limits.entries().iter().all(is_seen)
        })
    }

    /// Whether nothing is stored.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Forgets what is stable. `texts` are the writes beside it; `is_live` says whether a client sees
    /// what it limits, `is_bare` whether nothing but the limits is left.
    pub(crate) fn collect(
        &mut self,
        texts: Option<&mut Antichain<Text>>,
        is_live: bool,
        is_bare: bool,
        horizon: &Horizon,
    ) {
        let mut limits = self.expand(texts.as_deref());
        limits.collect(horizon, &mut Tally::default());
        let entries = texts.as_deref().map_or(&[][..], Antichain::entries);
        let is_stable = limits.foreseen().is_empty()
            && !limits.newer_than(&horizon.stable)
            && entries
                .iter()
                .all(|entry| horizon.stable.covers(entry.stamp.dot));
        let is_endless = limits.winner().is_none_or(|entry| entry.item.0.is_none());
        let counts = if is_live { !is_endless } else { !is_bare };
        if counts || !is_stable {
            self.compress(limits, texts.as_deref());
        } else if let Some(sole) = texts.and_then(Antichain::sole_mut) {
            // Every later write has seen this one: whether it persisted no longer matters.
            sole.item.persists = true;
        }
    }

    pub(crate) fn newer_than(&self, clock: &VersionVector) -> bool {
        self.0
            .as_ref()
            .is_some_and(|limits| limits.newer_than(clock))
    }

    /// Hash of the deadline that counts, 0 when there is none.
    pub(crate) fn digest(&self) -> u64 {
        let Some(entry) = self.0.as_ref().and_then(|limits| limits.winner()) else {
            return 0;
        };
        let Some(at_ms) = entry.item.0 else { return 0 };
        digest::fold(digest::of_stamp(&entry.stamp), at_ms)
    }
}

/// The deadline writes that follow from a sole surviving write.
fn implied(texts: Option<&Antichain<Text>>) -> Antichain<Limit> {
    match texts.map_or(&[][..], Antichain::entries) {
        [sole] if sole.item.persists => Antichain::of(Entry {
            stamp: sole.stamp,
            item: Limit(None),
        }),
        _ => Antichain::default(),
    }
}

/// Takes in a deadline write.
pub(crate) fn limit(
    limits: &mut Antichain<Limit>,
    item: Limit,
    beyond: Option<&VersionVector>,
    gate: &VersionVector,
    arrival: &Arrival<'_>,
    tally: &mut Tally,
) {
    let entry = Entry {
        stamp: arrival.stamp,
        item,
    };
    limits.write(entry, beyond, gate, arrival, tally);
}
