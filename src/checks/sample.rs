//! Samples put together again from the observations of one instant.

use std::collections::BTreeMap;

use crate::history::{Event, Fingerprint, LagSeen, LedgerSeen, MEMBERS_MAX, Observation};
use crate::id::{InstanceId, ShardId};
use crate::time::SimTime;

/// What each replica has applied of each origin, by sequence.
pub(super) type Clock = [u64; MEMBERS_MAX];

/// What one sample showed.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// When it was taken.
    pub(super) at: SimTime,
    /// The state of each shard of each replica.
    pub(super) prints: BTreeMap<(ShardId, InstanceId), Fingerprint>,
    /// The memory of each shard of each replica.
    pub(super) ledgers: BTreeMap<(InstanceId, ShardId), LedgerSeen>,
    /// How late effects arrived on each link.
    pub(super) lags: Vec<LagSeen>,
}

impl Sample {
    /// All shards, in order.
    pub(super) fn shards(&self) -> Vec<ShardId> {
        let mut shards: Vec<ShardId> = self.prints.keys().map(|(shard, _)| *shard).collect();
        shards.dedup();
        shards
    }

    /// The replicas of a shard.
    pub(super) fn replicas(&self, shard: ShardId) -> impl Iterator<Item = &Fingerprint> {
        let all = (shard, InstanceId(0))..=(shard, InstanceId(u16::MAX));
        self.prints.range(all).map(|(_, print)| print)
    }

    /// The replicas of a shard that the group counts as members.
    pub(super) fn linked(&self, shard: ShardId) -> impl Iterator<Item = &Fingerprint> {
        self.replicas(shard).filter(|print| print.linked)
    }

    /// Whether all linked replicas of every shard have applied the same and hold the same.
    pub(super) fn agrees(&self) -> bool {
        self.shards().into_iter().all(|shard| {
            let mut linked = self.linked(shard);
            let Some(first) = linked.next() else {
                return true;
            };
            !first.merging && linked.all(|other| is_equal(first, other))
        })
    }

    /// Whether linked replicas that have applied the same differ.
    pub(super) fn is_torn(&self) -> bool {
        self.shards().into_iter().any(|shard| {
            let linked: Vec<&Fingerprint> = self.linked(shard).collect();
            let differ = |one: &Fingerprint| {
                let mut same = linked.iter().filter(|other| other.clock == one.clock);
                same.any(|other| !is_equal(one, other))
            };
            linked.iter().any(|one| differ(one))
        })
    }

    /// What every linked replica of a shard has applied.
    pub(super) fn meet(&self, shard: ShardId) -> Clock {
        let mut meet = [u64::MAX; MEMBERS_MAX];
        for print in self.linked(shard) {
            for (least, seq) in meet.iter_mut().zip(print.clock) {
                *least = (*least).min(seq);
            }
        }
        meet
    }

    /// What some linked replica of a shard has applied.
    pub(super) fn join(&self, shard: ShardId) -> Clock {
        let mut join = [0; MEMBERS_MAX];
        for print in self.linked(shard) {
            for (most, seq) in join.iter_mut().zip(print.clock) {
                *most = (*most).max(seq);
            }
        }
        join
    }
}

/// Whether two replicas have applied the same and hold the same.
pub(super) fn is_equal(one: &Fingerprint, other: &Fingerprint) -> bool {
    one.clock == other.clock && one.digest == other.digest && !one.merging && !other.merging
}

/// Puts samples together.
#[derive(Clone, Debug, Default)]
pub(super) struct Sampling {
    open: Option<Sample>,
}

impl Sampling {
    /// Takes in the next observation. Returns the sample before it, when that is now complete.
    pub(super) fn take(&mut self, observation: &Observation) -> Option<Sample> {
        let complete = match &self.open {
            Some(open) if open.at < observation.at => self.open.take(),
            _ => None,
        };
        match &observation.event {
            Event::Fingerprint(print) => {
                let key = (print.shard, print.instance);
                self.at(observation.at).prints.insert(key, *print);
            }
            Event::Ledger(ledger) => {
                let key = (ledger.instance, ledger.shard);
                self.at(observation.at).ledgers.insert(key, *ledger);
            }
            Event::Lag(lag) => self.at(observation.at).lags.push(*lag),
            _ => {}
        }
        complete
    }

    /// The last sample.
    pub(super) fn finish(self) -> Option<Sample> {
        self.open
    }

    fn at(&mut self, at: SimTime) -> &mut Sample {
        self.open.get_or_insert_with(|| Sample {
            at,
            prints: BTreeMap::new(),
            ledgers: BTreeMap::new(),
            lags: Vec::new(),
        })
    }
}
