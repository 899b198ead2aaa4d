//! Increments: cumulative sums per origin, and what resets had observed of them (`CNT-1` to
//! `CNT-7`).
//!
//! An origin adds to a *run*, a sum that only it extends; its effects carry the whole sum, so an
//! effect that comes late or twice cannot count twice. A `SET` or `DEL` carries how far it had seen
//! each run (*erased*); what it had not seen stays. When an origin sees its run erased in full it
//! starts a new one, so that an erased run is never extended by one who knows of its end.

use crate::crdt::clock::{Dot, MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::run::{Amount, EPOCH_SHIFT, Reach, Run, RunId};
use crate::crdt::tally::Tally;
use crate::crdt::{Arrival, Horizon, Memory, Sides};
use crate::id::Id;
use crate::planted::{self, Defect};

/// The runs of one counter, in order of origin and age.
#[derive(Clone, Default, Debug)]
pub(crate) struct Counters {
    runs: Vec<Run>,
    /// What the erasing effects had observed: evidence for a delta synchronisation.
    erased_at: Memory,
}

impl Counters {
    pub(crate) fn is_live(&self) -> bool {
        self.runs.iter().any(Run::is_live)
    }

    /// Whether something live is not covered by `clock`.
    pub(crate) fn is_live_beyond(&self, clock: &VersionVector) -> bool {
        self.runs
            .iter()
            .any(|run| run.is_live() && !clock.covers(run.dot()))
    }

    pub(crate) fn is_vacant(&self) -> bool {
        self.runs.is_empty() && self.erased_at.is_empty()
    }

    pub(crate) fn is_pending(&self) -> bool {
        !self.erased_at.is_empty() || self.runs.iter().any(|run| !run.is_live())
    }

    /// The greatest stamp among the origins' last increments.
    pub(crate) fn newest(&self) -> Option<Stamp> {
        let mut last = [None; MEMBERS_MAX];
        for run in self.runs.iter().filter(|run| run.is_live()) {
            last[run.id.origin.index()] = Some(run.stamp());
        }
        last.into_iter().fold(None, Stamp::newest)
    }

    /// What the increments add up to, in order of origin: floating-point sums depend on it.
    pub(crate) fn total(&self) -> Amount {
        let live = self.runs.iter().filter(|run| run.is_live());
        live.fold(Amount::default(), |sum, run| sum.plus(run.live_amount()))
    }

    pub(crate) fn len(&self) -> usize {
        self.runs.len()
    }

    /// The run that a local increment makes of the origin's present one.
    pub(crate) fn extended(&self, dot: Dot, amount: Amount) -> (RunId, Reach) {
        let is_open = |run: &&Run| {
            run.id.origin == dot.origin
                && run.is_live()
                && run.added.seq >> EPOCH_SHIFT == dot.seq >> EPOCH_SHIFT
        };
        let (id, before) = self.runs.iter().rev().find(is_open).map_or_else(
            || {
                (
                    RunId {
                        origin: dot.origin,
                        from: dot.seq - 1,
                    },
                    Reach::default(),
                )
            },
            |run| (run.id, run.added),
        );
        let count = before.count + 1;
        (
            id,
            Reach {
                seq: dot.seq,
                count,
                amount: before.amount.plus(amount),
            },
        )
    }

    /// How far a local reset sees each run. Erased runs are told again: who erased them may be
    /// unknown elsewhere.
    pub(crate) fn erasures(&self) -> Vec<(RunId, Reach)> {
        self.runs
            .iter()
            .filter(|run| run.added.seq > 0)
            .map(|run| (run.id, run.added))
            .collect()
    }

    /// Takes in an arriving increment; says whether it met increments it had not seen.
    pub(crate) fn add(
        &mut self,
        id: RunId,
        added: Reach,
        stamp: Stamp,
        after: &VersionVector,
        tally: &mut Tally,
    ) -> bool {
        let mut live = self.live_counts();
        live[id.origin.index()] += 1;
        let meets = self.is_live_beyond(after);
        // A reset that has seen this much of the run may have come first.
        let is_late = self.erased_at.covers(stamp.dot);
        let run = self.run_mut(id);
        if added.seq > run.added.seq {
            run.added = added;
            run.wall_ms = stamp.wall_ms;
        }
        if is_late {
            run.erase_all();
        }
        self.drop_closed();
        self.count_fallen(&live, tally);
        meets
    }

    /// Takes in what a reset had observed.
    pub(crate) fn erase(
        &mut self,
        erasures: &[(RunId, Reach)],
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        let live = self.live_counts();
        for (id, erased) in erasures {
            let run = self.run_mut(*id);
            if erased.seq > run.erased.seq {
                run.erased = *erased;
            }
        }
        for run in self
            .runs
            .iter_mut()
            .filter(|run| arrival.had_seen(run.dot()) || planted::is(Defect::ResetTakesAll))
        {
            run.erase_all();
        }
        self.erased_at.join(arrival.after);
        self.drop_closed();
        self.count_fallen(&live, tally);
    }

    pub(crate) fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        let find = |runs: &[Run], id: RunId| runs.binary_search_by_key(&id, |run| run.id);
        let is_dead = |clock: &VersionVector, other: &Counters, run: &Run| {
            clock.covers(run.dot()) || other.erased_at.covers(run.dot())
        };
        let mut merged: Vec<Run> = Vec::with_capacity(self.runs.len() + theirs.runs.len());
        for mine in &self.runs {
            let mut run = *mine;
            match find(&theirs.runs, mine.id) {
                // Mine may be what is left of a run that was erased in full and dropped.
                Ok(at) if mine.added.seq == 0 && sides.mine.covers(theirs.runs[at].dot()) => {}
                Ok(at) => {
                    let other = &theirs.runs[at];
                    run.join(other);
                    // What one side has of the run may all have been seen by a reset on the other.
                    let (longer, resets) = if other.added.seq > mine.added.seq {
                        (other, &self.erased_at)
                    } else {
                        (mine, &theirs.erased_at)
                    };
                    if other.added.seq != mine.added.seq && resets.covers(longer.dot()) {
                        run.erase_all();
                    }
                }
                // They had all of it and have dropped it, as erased in full; or a reset known to
                // them had seen all of it.
                Err(_) if mine.added.seq > 0 && is_dead(&sides.theirs, theirs, mine) => {
                    run.erase_all();
                }
                Err(_) => {}
            }
            let kept = mine.added.count.saturating_sub(run.erased.count);
            let fallen = mine.live_count().saturating_sub(kept);
            tally.superseded[mine.id.origin.index()] += fallen;
            merged.push(run);
        }
        for run in &theirs.runs {
            if find(&self.runs, run.id).is_ok() {
                continue;
            }
            let mut run = *run;
            if run.added.seq > 0 && sides.mine.covers(run.dot()) {
                continue;
            }
            if run.added.seq > 0 && self.erased_at.covers(run.dot()) {
                run.erase_all();
            }
            merged.push(run);
        }
        merged.sort_by_key(|run| run.id);
        self.runs = merged;
        self.erased_at.join_memory(&theirs.erased_at);
        self.drop_closed();
    }

    pub(crate) fn collect(&mut self, horizon: &Horizon) {
        if !self.erased_at.is_within(&horizon.stable) {
            return;
        }
        self.erased_at.forget_within(&horizon.stable);
        // Every member knows the end of these runs, so their origins start new ones.
        self.runs.retain(Run::is_live);
    }

    pub(crate) fn newer_than(&self, clock: &VersionVector) -> bool {
        !self.erased_at.is_within(clock) || self.runs.iter().any(|run| !clock.covers(run.dot()))
    }

    pub(crate) fn digest(&self) -> u64 {
        self.runs
            .iter()
            .filter(|run| run.is_live())
            .fold(0, |sum, run| {
                let amount = run.live_amount();
                let words = [
                    run.live_count(),
                    amount.whole as u64,
                    amount.float.to_bits(),
                ];
                sum.wrapping_add(
                    words
                        .into_iter()
                        .fold(digest::of_stamp(&run.stamp()), digest::fold),
                )
            })
    }

    pub(crate) fn live_counts(&self) -> [u64; MEMBERS_MAX] {
        let mut counts = [0; MEMBERS_MAX];
        for run in &self.runs {
            counts[run.id.origin.index()] += run.live_count();
        }
        counts
    }

    fn run_mut(&mut self, id: RunId) -> &mut Run {
        let at = match self.runs.binary_search_by_key(&id, |run| run.id) {
            Ok(at) => at,
            Err(at) => {
                self.runs.insert(at, Run::new(id));
                at
            }
        };
        &mut self.runs[at]
    }

    /// Drops erased runs whose origin has gone on to a newer one: nothing can be added to them.
    fn drop_closed(&mut self) {
        let mut started = [0; MEMBERS_MAX];
        for run in self.runs.iter().filter(|run| run.added.seq > 0) {
            let entry = &mut started[run.id.origin.index()];
            *entry = run.id.from.max(*entry);
        }
        self.runs
            .retain(|run| run.is_live() || run.id.from >= started[run.id.origin.index()]);
    }

    fn count_fallen(&self, expected: &[u64; MEMBERS_MAX], tally: &mut Tally) {
        let live = self.live_counts();
        for (origin, fallen) in tally.superseded.iter_mut().enumerate() {
            *fallen += expected[origin] - live[origin];
        }
    }
}
