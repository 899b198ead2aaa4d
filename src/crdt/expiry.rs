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
use crate::crdt::{Arrival, Horizon, Memory, Rules, Sides};
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
#[derive(Clone, Default, Debug)]
pub(crate) struct Chain {
    writes: Antichain<Limit>,
    /// What was observed by updates that found the key or field gone and made it anew: the
    /// deadlines they left behind.
    voided: Memory,
}

impl Chain {
    /// The writes that follow from a sole surviving write of a value.
    fn implied(texts: Option<&Antichain<Text>>) -> Self {
        let writes = match texts.map_or(&[][..], Antichain::entries) {
            [sole] if sole.item.persists => Antichain::of(Entry {
                stamp: sole.stamp,
                item: Limit(None),
            }),
            _ => Antichain::default(),
        };
        Self {
            writes,
            voided: Memory::default(),
        }
    }

    fn is_endless(&self) -> bool {
        self.writes
            .winner()
            .is_none_or(|entry| entry.item.0.is_none())
    }

    /// Takes in a deadline write; `gate` is what removals known before it had observed.
    pub(crate) fn write(
        &mut self,
        item: Limit,
        beyond: Option<&VersionVector>,
        gate: &VersionVector,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        let mut gate = *gate;
        self.voided.extend(&mut gate);
        let entry = Entry {
            stamp: arrival.stamp,
            item,
        };
        self.writes.write(entry, beyond, &gate, arrival, tally);
    }

    /// An update has made anew what it found gone: the deadlines it observed are void.
    pub(crate) fn void(&mut self, arrival: &Arrival<'_>) {
        self.remove(&arrival.before());
        self.voided.join(arrival.after);
    }

    /// Takes away what a removal had observed.
    pub(crate) fn remove(&mut self, context: &VersionVector) {
        self.writes.remove(context, &mut Tally::default());
    }

    /// Takes in another replica's deadline writes.
    pub(crate) fn merge(&mut self, theirs: &Chain, sides: &Sides, tally: &mut Tally) {
        let sides = sides.within(&self.voided, &theirs.voided);
        // A stable "for ever" that was collected is the value's own now (`Limits::collect`).
        for mine in self.writes.entries_mut() {
            let is_endless = |their: &&Entry<Limit>| their.item.0.is_none();
            let mut endless = theirs.writes.entries().iter().filter(is_endless);
            if endless.any(|their| their.stamp == mine.stamp) {
                mine.item = Limit(None);
            }
        }
        self.writes.merge(&theirs.writes, &sides, tally);
        self.voided.join_memory(&theirs.voided);
    }
}

/// The deadline writes as they are stored.
///
/// A plain `SET` writes "for ever" along with its value. Where that is all there is, nothing is
/// stored: it follows from the sole surviving write. So a plain string has no expiry state.
#[derive(Clone, Default, Debug)]
pub(crate) struct Limits(Option<Box<Chain>>);

impl Limits {
    /// The deadline that counts.
    pub(crate) fn deadline(&self) -> Option<Deadline> {
        let entry = self.0.as_ref()?.writes.winner()?;
        entry.item.0.map(|at_ms| Deadline {
            at_ms,
            owner: entry.stamp.dot.origin,
        })
    }

    /// Takes the writes out, what follows from `texts` included.
    pub(crate) fn expand(&mut self, texts: Option<&Antichain<Text>>) -> Chain {
        self.0
            .take()
            .map_or_else(|| Chain::implied(texts), |chain| *chain)
    }

    /// Puts them back, unless they follow from `texts`.
    pub(crate) fn compress(&mut self, chain: Chain, texts: Option<&Antichain<Text>>) {
        let follows = chain.voided.is_empty()
            && chain.writes.foreseen().is_empty()
            && chain.writes.entries() == Chain::implied(texts).writes.entries();
        self.0 = (!follows).then(|| Box::new(chain));
    }

    /// What a local deadline write knows to be dead beyond what it has observed.
    pub(crate) fn extend_beyond(&self, vector: &mut VersionVector) {
        if let Some(chain) = &self.0 {
            chain.writes.foreseen().extend(vector);
            chain.voided.extend(vector);
        }
    }

    /// Whether a collection could still free something, given whether a client sees what is
    /// limited.
    pub(crate) fn is_pending(&self, is_live: bool) -> bool {
        self.0.as_ref().is_some_and(|chain| {
            !is_live || !chain.voided.is_empty() || chain.writes.is_pending() || chain.is_endless()
        })
    }

    /// Whether each of `texts` takes the deadline away and nothing else is to be known, but what
    /// `replica` has seen: then the limits can be made again from the writes.
    pub(crate) fn follow_from(&self, texts: &Antichain<Text>, replica: &VersionVector) -> bool {
        let writes = texts.entries();
        let persists = writes.iter().all(|write| write.item.persists);
        let Some(chain) = &self.0 else {
            return persists && writes.len() == 1;
        };
        let limits = chain.writes.entries();
        let matches = |limit: &Entry<Limit>| {
            limit.item.0.is_none() && writes.iter().any(|write| write.stamp == limit.stamp)
        };
        persists
            && chain.voided.is_empty()
            && chain.writes.foreseen().is_within(replica)
            && limits.len() == writes.len()
            && limits.iter().all(matches)
    }

    /// Whether nothing is stored.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Forgets what is stable. `texts` are the writes beside it; `is_live` says whether a client
    /// sees what it limits, `is_bare` whether nothing but the limits is left.
    pub(crate) fn collect(
        &mut self,
        texts: Option<&mut Antichain<Text>>,
        is_live: bool,
        is_bare: bool,
        horizon: &Horizon,
    ) {
        let mut chain = self.expand(texts.as_deref());
        chain.writes.collect(horizon, &mut Tally::default());
        chain.voided.forget_within(&horizon.stable);
        let entries = texts.as_deref().map_or(&[][..], Antichain::entries);
        let is_stable = chain.voided.is_empty()
            && chain.writes.foreseen().is_empty()
            && !chain.writes.newer_than(&horizon.stable)
            && entries
                .iter()
                .all(|entry| horizon.stable.covers(entry.stamp.dot));
        let counts = if is_live {
            !chain.is_endless()
        } else {
            !is_bare
        };
        if counts || !is_stable {
            self.compress(chain, texts.as_deref());
        } else if let Some(sole) = texts.and_then(Antichain::sole_mut) {
            // Every later write has seen this one: whether it persisted no longer matters.
            sole.item.persists = true;
        }
    }

    /// Whether it holds something that `clock` does not cover.
    pub(crate) fn newer_than(&self, clock: &VersionVector) -> bool {
        let chain = self.0.as_ref();
        chain.is_some_and(|it| !it.voided.is_within(clock) || it.writes.newer_than(clock))
    }

    /// Hash of the deadline that counts, 0 when there is none.
    pub(crate) fn digest(&self) -> u64 {
        let winner = self.0.as_ref().and_then(|chain| chain.writes.winner());
        let deadline = winner.and_then(|entry| Some((entry.stamp, entry.item.0?)));
        deadline.map_or(0, |(stamp, at_ms)| {
            digest::fold(digest::of_stamp(&stamp), at_ms)
        })
    }
}
