//! Metadata comes and goes: while nothing keeps the members from replicating, what every one of
//! them has had for a while must have been collected, or be going.
//!
//! So it must not grow while all are up, and must shrink after a member returns or is unlinked.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::assumption::Assumptions;
use crate::checks::sample::{Clock, Sample, Sampling};
use crate::checks::verdict::Verdict;
use crate::history::{Conditions, MEMBERS_MAX, MemoryKind, Observation, Roster};
use crate::id::{InstanceId, ShardId};
use crate::time::{SimDuration, SimTime};

/// So many report periods pass before an effect that everybody has must have been collected.
const PERIODS: u64 = 5;
/// How much longer than that the way of a report may take, and the collector's slices.
const SLACK: SimDuration = SimDuration::from_secs(5);
/// An effect deletes at most so many elements on average, each with a tombstone.
const TOMBSTONES_PER_EFFECT: u64 = 4;
/// What scripted commands may add to that, for each shard.
const SHARD_SLACK_BYTES: u64 = 64 * 1024;
/// Collection counts as going on at this part of its nominal rate.
const RATE_PARTS: u64 = 50;
/// A sequence counts effects in its lower bits, lives of its origin in the upper ones.
const LIFE_BITS: u32 = 40;

/// Bounds unstable metadata and tombstones by what has lately been written.
#[derive(Clone, Debug)]
pub struct Rates {
    conditions: Conditions,
    sampling: Sampling,
    window: SimDuration,
    lag_max_us: u64,
    effect_bytes: u64,
    collection_rate: u64,
    calm_since: Option<SimTime>,
    past: VecDeque<(SimTime, BTreeMap<ShardId, Clock>)>,
    before: BTreeMap<InstanceId, (SimTime, u64)>,
    judged: u64,
    /// Members it was violated on.
    violators: BTreeSet<InstanceId>,
    first: Option<(SimTime, String)>,
}

impl Rates {
    /// Nothing seen yet.
    pub fn new(roster: Roster, assumptions: &Assumptions) -> Self {
        let record = assumptions.record_bytes.0;
        let tombstones = TOMBSTONES_PER_EFFECT * assumptions.tombstone_bytes.0;
        Self {
            conditions: Conditions::new(roster),
            sampling: Sampling::default(),
            window: assumptions.report_every * PERIODS + assumptions.collection_slice * 2 + SLACK,
            lag_max_us: assumptions.report_every.as_micros(),
            effect_bytes: record + tombstones,
            collection_rate: assumptions.collection_rate.0,
            calm_since: Some(SimTime::ZERO),
            past: VecDeque::new(),
            before: BTreeMap::new(),
            judged: 0,
            violators: BTreeSet::new(),
            first: None,
        }
    }

    /// Takes in the next observation.
    pub fn observe(&mut self, observation: &Observation) {
        if let Some(sample) = self.sampling.take(observation) {
            self.judge(&sample);
        }
        self.conditions.observe(observation);
    }

    /// The verdict.
    pub fn finish(mut self) -> Vec<Verdict> {
        if let Some(sample) = std::mem::take(&mut self.sampling).finish() {
            self.judge(&sample);
        }
        let limit = "no more than the effects of the last seconds leave, or shrinking";
        let open = Verdict::open("metadata rates", limit);
        let verdict = match self.first {
            Some((at, detail)) => open
                .decided(
                    false,
                    Some(at),
                    "metadata stays though everybody has seen it",
                )
                .befalling(self.violators)
                .with_detail(detail),
            None if self.judged == 0 => {
                open.with_detail("the group was never undisturbed for long enough")
            }
            None => {
                let observed = format!("within bounds at {} samples of instances", self.judged);
                open.decided(true, None, observed)
            }
        };
        vec![verdict]
    }

    fn judge(&mut self, sample: &Sample) {
        // A look at the clocks alone tells nothing of memory.
        if sample.ledgers.is_empty() {
            return;
        }
        self.note_calm(sample);
        let meets = sample
            .shards()
            .into_iter()
            .map(|shard| (shard, sample.meet(shard)));
        self.past.push_back((sample.at, meets.collect()));
        let is_old = |at: SimTime| at + self.window <= sample.at;
        while self.past.get(1).is_some_and(|(at, _)| is_old(*at)) {
            self.past.pop_front();
        }
        let (at, stable) = &self.past[0];
        let is_calm = self
            .calm_since
            .is_some_and(|since| since <= *at && is_old(*at));
        if !is_calm {
            self.before.clear();
            return;
        }
        for instance in self.conditions.roster().instances.ids() {
            if self.conditions.is_unlinked(instance) {
                continue;
            }
            let bound = self.bound(sample, instance, stable);
            let held = held(sample, instance);
            self.judged += 1;
            let excess = held.saturating_sub(bound);
            let before = self.before.insert(instance, (sample.at, excess));
            let Some((earlier, before)) = before.filter(|_| excess > 0) else {
                continue;
            };
            if excess + self.progress(sample.at.since(earlier)) > before {
                let name = self.conditions.roster().name(instance);
                let text = format!(
                    "{name} holds {held} bytes of unstable metadata and tombstones where the \
                     latest effects account for {bound}; {before} more than that at {earlier}, \
                     {excess} now"
                );
                self.violators.insert(instance);
                self.first.get_or_insert((sample.at, text));
            }
        }
    }

    /// Since when nothing has kept the members from replicating: no fault, no broken link, and
    /// effects that arrive well within a report period.
    fn note_calm(&mut self, sample: &Sample) {
        let is_member = |id: InstanceId| !self.conditions.is_unlinked(id);
        let is_late = sample
            .lags
            .iter()
            .any(|lag| is_member(lag.from) && is_member(lag.to) && lag.p99_us > self.lag_max_us);
        if is_late || !self.conditions.is_calm() {
            self.calm_since = None;
        } else {
            let changed_at = self.conditions.changed_at();
            let since = self.calm_since.unwrap_or(sample.at);
            self.calm_since = Some(since.max(changed_at));
        }
    }

    /// What effects that somebody may not have had a while ago, by `stable`, may still keep.
    fn bound(
        &self,
        sample: &Sample,
        instance: InstanceId,
        stable: &BTreeMap<ShardId, Clock>,
    ) -> u64 {
        let mut bound = 0_u64;
        for shard in sample.shards() {
            let mine = sample
                .prints
                .get(&(shard, instance))
                .map(|print| print.clock);
            let (Some(mine), Some(stable)) = (mine, stable.get(&shard)) else {
                return u64::MAX;
            };
            let effects = (0..MEMBERS_MAX).map(|origin| between(stable[origin], mine[origin]));
            let effects = effects.fold(0, u64::saturating_add);
            if effects > 0 {
                let bytes = effects.saturating_mul(self.effect_bytes);
                bound = bound
                    .saturating_add(bytes)
                    .saturating_add(SHARD_SLACK_BYTES);
            }
        }
        bound
    }

    /// What collection gives back in `time` at the very least, while there is something.
    fn progress(&self, time: SimDuration) -> u64 {
        let bytes = u128::from(self.collection_rate / RATE_PARTS) * u128::from(time.0);
        u64::try_from(bytes / 1_000_000_000).unwrap_or(u64::MAX)
    }
}

/// The effects between two sequences of one origin; no limit when it lost its memory between them.
fn between(earlier: u64, later: u64) -> u64 {
    if earlier >> LIFE_BITS == later >> LIFE_BITS {
        later.saturating_sub(earlier)
    } else {
        u64::MAX
    }
}

/// Unstable metadata and tombstones of an instance, in bytes.
fn held(sample: &Sample, instance: InstanceId) -> u64 {
    let all = (instance, ShardId(0))..=(instance, ShardId(u16::MAX));
    let of = |kind: MemoryKind| {
        sample
            .ledgers
            .range(all.clone())
            .map(move |(_, seen)| seen.used[kind as usize])
            .sum::<u64>()
    };
    of(MemoryKind::Unstable) + of(MemoryKind::Tombstones)
}

#[cfg(test)]
mod tests {
    use super::Rates;
    use crate::assumption::Assumptions;
    use crate::checks::verdict::{Status, Verdict};
    use crate::history::fixture::{EAST, WEST, at, cut, ledger, print, roster, unlink};
    use crate::history::{Event, Observation};
    use crate::id::InstanceId;

    fn judge(history: &[Observation]) -> Verdict {
        let mut check = Rates::new(roster(2), &Assumptions::default());
        for observation in history {
            check.observe(observation);
        }
        check.finish().remove(0)
    }

    /// Samples each 10 s: East has written `effects` a second, everybody has got them; each member
    /// holds `unstable(seconds)` bytes.
    fn samples(until: u64, effects: u64, unstable: impl Fn(u64) -> u64) -> Vec<Observation> {
        let mut history = Vec::new();
        for seconds in (0..=until).step_by(10) {
            for instance in [EAST, WEST] {
                let clock = [effects * seconds, 0];
                let seen = ledger(instance, 500, unstable(seconds));
                history.push(at(
                    seconds,
                    Event::Fingerprint(print(instance, &clock, seconds)),
                ));
                history.push(at(seconds, Event::Ledger(seen)));
            }
        }
        history
    }

    fn with(mut history: Vec<Observation>, events: &[Observation]) -> Vec<Observation> {
        history.extend_from_slice(events);
        history.sort_by_key(|observation| observation.at);
        history
    }

    #[test]
    fn a_level_that_fits_the_write_rate_passes() {
        // 500 effects a second, each a record of 120 bytes for two seconds.
        let verdict = judge(&samples(300, 500, |_| 500 * 120 * 2));
        assert_eq!(verdict.status, Status::Pass);
    }

    #[test]
    fn metadata_that_is_never_collected_fails() {
        let verdict = judge(&samples(300, 500, |seconds| 500 * 120 * seconds));
        assert_eq!(verdict.status, Status::Fail);
        assert!(
            verdict.detail.starts_with("east holds"),
            "{}",
            verdict.detail
        );
    }

    #[test]
    fn without_traffic_not_one_byte_may_stay() {
        assert_eq!(judge(&samples(300, 0, |_| 0)).status, Status::Pass);
        assert_eq!(judge(&samples(300, 0, |_| 120)).status, Status::Fail);
    }

    #[test]
    fn it_may_grow_during_a_cut_and_must_shrink_after_it() {
        let cut_off = [at(1, cut(0, 1, true)), at(1_001, cut(0, 1, false))];
        let growing = |seconds: u64| 1_000_000 * seconds.min(1_001);
        let stays = judge(&with(samples(1_300, 10, growing), &cut_off));
        assert_eq!(stays.status, Status::Fail);
        let shrinking = |seconds: u64| {
            growing(seconds).saturating_sub(100_000_000 * seconds.saturating_sub(1_001))
        };
        let shrinks = judge(&with(samples(1_300, 10, shrinking), &cut_off));
        assert_eq!(shrinks.status, Status::Pass, "{}", shrinks.detail);
        let only_the_cut = judge(&with(samples(1_000, 10, growing), &cut_off[..1]));
        assert_eq!(only_the_cut.status, Status::NotEvaluated);
    }

    #[test]
    fn it_must_shrink_after_an_unlink_among_those_who_stay() {
        let events = [at(1, cut(0, 1, true)), at(500, unlink(WEST, EAST))];
        let judge = |unstable: fn(InstanceId, u64) -> u64| {
            let mut history = samples(900, 0, |_| 0);
            for Observation { at, event } in &mut history {
                if let Event::Ledger(seen) = event {
                    seen.used[4] = unstable(seen.instance, at.as_millis() / 1_000);
                }
            }
            judge(&with(history, &events)).status
        };
        assert_eq!(
            judge(|_, seconds| if seconds < 505 { 50_000_000 } else { 0 }),
            Status::Pass
        );
        assert_eq!(judge(|_, _| 50_000_000), Status::Fail);
        let alone = |id, seconds| {
            if id == EAST || seconds < 505 {
                50_000_000
            } else {
                0
            }
        };
        assert_eq!(judge(alone), Status::Pass, "a dropped member is not judged");
    }
}
