//! Demands on memory.

use std::collections::{BTreeMap, BTreeSet};

use crate::checks::sample::{Sample, Sampling};
use crate::checks::verdict::Verdict;
use crate::history::{Event, MemoryKind, Observation, Roster};
use crate::id::{InstanceId, ShardId};
use crate::quantity::Bytes;
use crate::time::{SimDuration, SimTime};

/// When a shard first ran out of memory, of one instance or of any.
#[derive(Clone, Debug)]
pub(super) struct FirstOom {
    of: Option<InstanceId>,
    span: Option<(SimTime, SimTime)>,
    was_sampled: bool,
    first: Option<(SimTime, InstanceId, ShardId)>,
    /// Whose shards ever ran full, where none may.
    full: BTreeSet<InstanceId>,
}

impl FirstOom {
    /// No shard of any member may.
    pub(super) fn never() -> Self {
        Self {
            of: None,
            span: None,
            was_sampled: false,
            first: None,
            full: BTreeSet::new(),
        }
    }

    /// The first shard of `instance` must within a span, both ends included.
    pub(super) fn between(instance: InstanceId, from: SimTime, to: SimTime) -> Self {
        Self {
            of: Some(instance),
            span: Some((from, to)),
            ..Self::never()
        }
    }

    pub(super) fn observe(&mut self, observation: &Observation) {
        match observation.event {
            Event::Ledger(_) => self.was_sampled = true,
            Event::Memory {
                instance,
                shard,
                full: true,
            } if self.of.is_none_or(|of| of == instance) => {
                self.first.get_or_insert((observation.at, instance, shard));
                self.full.insert(instance);
            }
            _ => {}
        }
    }

    pub(super) fn judge(self, mut open: Verdict, roster: &Roster) -> Verdict {
        open.limit = match self.span {
            None => "never".to_owned(),
            Some((from, to)) => format!("between {from} and {to}"),
        };
        let at = self.first.map(|(at, _, _)| at);
        let observed = match self.first {
            Some((at, instance, shard)) => {
                format!("{} shard {} at {at}", roster.name(instance), shard.0)
            }
            None if self.was_sampled => "no shard was ever full".to_owned(),
            None => return open,
        };
        let holds = match self.span {
            None => at.is_none(),
            Some((from, to)) => at.is_some_and(|at| (from..=to).contains(&at)),
        };
        // A demand on one instance has its name in it.
        let full = self.full.into_iter().filter(|_| self.of.is_none());
        open.decided(holds, at, observed).befalling(full)
    }
}

/// A kind of memory of one instance, at an instant or at its peak.
///
/// Samples show it, so the peak is the greatest of the samples, and an instant's the first sample
/// at or after it.
#[derive(Clone, Debug)]
pub(super) struct Level {
    of: (InstanceId, MemoryKind),
    at: Option<SimTime>,
    above: Option<u64>,
    below: Option<u64>,
    sampling: BTreeMap<ShardId, u64>,
    sampled_at: SimTime,
    found: Option<(SimTime, u64)>,
}

impl Level {
    pub(super) fn new(
        of: (InstanceId, MemoryKind),
        at: Option<SimTime>,
        above: Option<u64>,
        below: Option<u64>,
    ) -> Self {
        let (sampling, sampled_at, found) = (BTreeMap::new(), SimTime::ZERO, None);
        Self {
            of,
            at,
            above,
            below,
            sampling,
            sampled_at,
            found,
        }
    }

    pub(super) fn observe(&mut self, observation: &Observation) {
        if observation.at > self.sampled_at {
            self.close();
            self.sampled_at = observation.at;
        }
        let Event::Ledger(seen) = &observation.event else {
            return;
        };
        let (instance, kind) = self.of;
        if seen.instance == instance {
            self.sampling.insert(seen.shard, seen.used[kind as usize]);
        }
    }

    /// Ends the sample whose shards have been gathered.
    fn close(&mut self) {
        if self.sampling.is_empty() {
            return;
        }
        let total: u64 = std::mem::take(&mut self.sampling).values().sum();
        let is_wanted = match (self.at, self.found) {
            (_, None) => self.at.is_none_or(|at| self.sampled_at >= at),
            (None, Some((_, most))) => total > most,
            (Some(_), Some(_)) => false,
        };
        if is_wanted {
            self.found = Some((self.sampled_at, total));
        }
    }

    pub(super) fn judge(mut self, mut open: Verdict) -> Verdict {
        self.close();
        let bounds = [("at least", self.above), ("at most", self.below)];
        let words = |(word, bound): (&str, Option<u64>)| Some(format!("{word} {}", Bytes(bound?)));
        let bounds: Vec<String> = bounds.into_iter().filter_map(words).collect();
        open.limit = bounds.join(", ");
        let Some((at, bytes)) = self.found else {
            return open;
        };
        let holds = self.above.is_none_or(|above| bytes >= above)
            && self.below.is_none_or(|below| bytes <= below);
        open.decided(holds, Some(at), Bytes(bytes).to_string())
    }
}

/// Unstable metadata and tombstones of every linked member fall below a bound in time.
#[derive(Clone, Debug)]
pub(super) struct Sinking {
    below: u64,
    after: SimTime,
    within: SimDuration,
    sampling: Sampling,
    most: u64,
    last: Option<(SimTime, u64)>,
    /// Who held too much at the last sample.
    above: Vec<InstanceId>,
    reached: Option<SimTime>,
}

impl Sinking {
    pub(super) fn new(below: u64, after: SimTime, within: SimDuration) -> Self {
        let (sampling, most, last, reached) = (Sampling::default(), 0, None, None);
        let above = Vec::new();
        Self {
            below,
            after,
            within,
            sampling,
            most,
            last,
            above,
            reached,
        }
    }

    pub(super) fn observe(&mut self, observation: &Observation) {
        if let Some(sample) = self.sampling.take(observation) {
            self.note(&sample);
        }
    }

    fn note(&mut self, sample: &Sample) {
        let linked = sample.prints.values().filter(|print| print.linked);
        let mut held: BTreeMap<InstanceId, u64> = linked.map(|print| (print.instance, 0)).collect();
        for ((instance, _), seen) in &sample.ledgers {
            if let Some(held) = held.get_mut(instance) {
                *held += seen.used[MemoryKind::Unstable as usize];
                *held += seen.used[MemoryKind::Tombstones as usize];
            }
        }
        let Some(most) = held.values().copied().max() else {
            return;
        };
        self.most = self.most.max(most);
        if sample.at < self.after {
            return;
        }
        self.last = Some((sample.at, most));
        let above = held.iter().filter(|(_, held)| **held >= self.below);
        self.above = above.map(|(member, _)| *member).collect();
        if most < self.below {
            self.reached.get_or_insert(sample.at);
        }
    }

    pub(super) fn judge(mut self, mut open: Verdict) -> Verdict {
        if let Some(sample) = std::mem::take(&mut self.sampling).finish() {
            self.note(&sample);
        }
        let below = Bytes(self.below);
        open.limit = format!("below {below} within {} of {}", self.within, self.after);
        let most = Bytes(self.most);
        match (self.reached, self.last) {
            (Some(at), _) => {
                let took = at.since(self.after);
                let observed = format!("below {below} after {took}, from {most} at most");
                open.decided(took <= self.within, Some(at), observed)
            }
            (None, Some((at, held))) => {
                let observed = format!("still {}", Bytes(held));
                open.decided(false, Some(at), observed)
                    .befalling(self.above)
            }
            (None, None) => open,
        }
    }
}
