//! Looks: after a fault has ended, a member was dropped or the storm is over, the clocks alone are
//! shown in quick succession, so that recovery is not only as fine as the samples.
//!
//! ```text
//! look at once, then every 100 ms, then every eighth of the time since,
//!   until all that was somewhere is everywhere (in settle: until all are equal),
//!   or until samples come as often
//! ```

use crate::history::Fingerprint;
use crate::id::ShardId;
use crate::time::{SimDuration, SimTime};
use crate::world::{Instant, World};

/// The least time between two looks, and so the finest grain of a recovery.
const LOOK_EVERY_MIN: SimDuration = SimDuration::from_millis(100);

/// Later looks are this part of the time passed apart: the grain stays 12.5 %.
const LOOK_PARTS: u64 = 8;

/// What a series of looks waits for.
#[derive(Clone, Debug)]
pub(super) struct Look {
    since: SimTime,
    /// What some linked member had when it began, by shard; none before the first look.
    goal: Option<Vec<Fingerprint>>,
}

impl World<'_> {
    /// Begins a series of looks at this instant.
    pub(super) fn look_from(&mut self, at: SimTime) {
        let is_begun = self.looks.last().is_some_and(|look| look.since == at);
        if !self.options.observed || self.plan.sample_every <= LOOK_EVERY_MIN || is_begun {
            return;
        }
        self.looks.push(Look {
            since: at,
            goal: None,
        });
        let look = Instant::Look(self.looks.len() - 1);
        // After all else that is due now, as that may change who is a member.
        self.instants.entry(at).or_default().push(look);
    }

    /// One look; plans the next, if there is still something to see.
    pub(super) fn look(&mut self, at: SimTime, index: usize) {
        for id in self.plan.instances.ids() {
            self.sample_shards(at, id);
        }
        let prints = self.plan.instances.ids();
        let prints = prints.flat_map(|id| self.fingerprints(id));
        let prints: Vec<Fingerprint> = prints.filter(|print| print.linked).collect();
        let is_settling = at >= SimTime::ZERO + self.plan.storm;
        let look = &mut self.looks[index];
        let goal = look.goal.get_or_insert_with(|| prints.clone());
        if has_all(&prints, goal) && (!is_settling || are_equal(&prints)) {
            return;
        }
        let pause = SimDuration(at.since(look.since).0 / LOOK_PARTS).max(LOOK_EVERY_MIN);
        let end = SimTime::ZERO + self.plan.storm + self.plan.settle;
        if pause < self.plan.sample_every && at + pause < end {
            let look = Instant::Look(index);
            self.instants.entry(at + pause).or_default().push(look);
        }
    }
}

/// Whether every replica of a shard is whole and has all that any of `goal` has.
fn has_all(prints: &[Fingerprint], goal: &[Fingerprint]) -> bool {
    prints.iter().all(|print| {
        let wanted = goal.iter().filter(|wanted| wanted.shard == print.shard);
        let covers = |wanted: &Fingerprint| {
            let mut pairs = wanted.clock.iter().zip(print.clock);
            pairs.all(|(wanted, has)| *wanted <= has)
        };
        let mut wanted = wanted;
        !print.merging && wanted.all(covers)
    })
}

/// Whether all replicas of each shard have applied the same and hold the same.
fn are_equal(prints: &[Fingerprint]) -> bool {
    let state = |print: &Fingerprint| (print.clock, print.digest);
    let of = |shard: ShardId| prints.iter().find(|print| print.shard == shard).map(state);
    prints
        .iter()
        .all(|print| of(print.shard) == Some(state(print)))
}
