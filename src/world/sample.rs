//! Samples: what the witness is shown of memory, clocks, lag and health.

use std::collections::BTreeMap;

use crate::history::{Event, Fingerprint, LagSeen, LedgerSeen, UnderwaySeen};
use crate::id::{Id, InstanceId, ReplicaId, ShardId};
use crate::time::SimTime;
use crate::world::World;

/// Every so many samples the ledger is recounted from the state, which walks every key.
const RECOUNT_EVERY: u64 = 64;

/// Quantiles in parts of a million.
const HALF: u32 = 500_000;
const P99: u32 = 990_000;

impl World<'_> {
    /// Shows the witness the state of everything.
    pub(super) fn sample(&mut self, at: SimTime) {
        let last = at == SimTime::ZERO + self.plan.storm + self.plan.settle;
        let recount = self.samples.is_multiple_of(RECOUNT_EVERY) || last;
        self.samples += 1;
        for id in self.plan.instances.ids() {
            self.sample_shards(at, id);
            self.sample_ledgers(at, id, recount);
            self.sample_links(at, id);
        }
        let mut comparison = std::mem::take(&mut self.comparison);
        let linked: Vec<_> = self
            .plan
            .instances
            .ids()
            .filter(|id| self.is_linked(*id))
            .map(|id| self.instance(id))
            .collect();
        let keys = comparison.unequal_keys(&linked);
        self.comparison = comparison;
        self.observe(at, Event::Unequal { keys });
        if last {
            self.sample_underway(at);
        }
    }

    /// Shows what is on its way and will arrive.
    fn sample_underway(&mut self, at: SimTime) {
        let mut seen: BTreeMap<(InstanceId, InstanceId, ShardId), u64> = BTreeMap::new();
        for region in self.windows.processes() {
            let streams = region.inbound.iter();
            let open = streams.filter(|stream| region.takes(stream));
            for stream in open {
                let to = region.instances[stream.local].id();
                for origin in self.plan.instances.ids() {
                    stream.bring(Self::replica(origin), &mut |shard, seq| {
                        let reach = seen.entry((origin, to, shard)).or_default();
                        *reach = seq.max(*reach);
                    });
                }
            }
        }
        for ((origin, to, shard), seq) in seen {
            let seen = UnderwaySeen {
                origin,
                to,
                shard,
                seq,
            };
            self.observe(at, Event::Underway(seen));
        }
    }

    /// Shows how far each shard of an instance has got.
    pub(super) fn sample_shards(&mut self, at: SimTime, id: InstanceId) {
        for print in self.fingerprints(id) {
            self.observe(at, Event::Fingerprint(print));
        }
    }

    /// How far each shard of an instance has got; nothing of one that does not exist.
    pub(super) fn fingerprints(&self, id: InstanceId) -> Vec<Fingerprint> {
        if self.plane.known(id).is_none() {
            return Vec::new();
        }
        let linked = self.is_linked(id);
        let instance = self.instance(id);
        let shards = instance.shards().iter();
        let print = |shard: &crate::instance::Shard| Fingerprint {
            instance: id,
            shard: shard.id,
            clock: shard.frontier.clock.0,
            digest: shard.digest,
            merging: instance.is_merging(shard.id) || instance.is_stale(),
            linked,
        };
        shards.map(print).collect()
    }

    fn sample_ledgers(&mut self, at: SimTime, id: InstanceId, recount: bool) {
        let instance = self.instance(id);
        let counted = recount.then(|| instance.recount());
        assert!(
            !recount || instance.digests_hold(),
            "digests go with the state"
        );
        let shards = instance.shards().iter();
        let seen = |shard: &crate::instance::Shard| LedgerSeen {
            instance: id,
            shard: shard.id,
            used: shard.ledger.by_kind(),
            limit: shard.ledger.limit(),
            recount: counted.as_ref().map(|counted| counted[shard.id]),
        };
        let seen: Vec<LedgerSeen> = shards.map(seen).collect();
        for ledger in seen {
            self.observe(at, Event::Ledger(ledger));
        }
    }

    /// What arrived at an instance since the last sample.
    fn sample_links(&mut self, at: SimTime, to: InstanceId) {
        let (region, local) = self.homes[to.index()];
        for from in self.plan.instances.ids().filter(|from| *from != to) {
            let unacknowledged = self.instance(from).unacknowledged(Self::replica(to));
            let region = &mut self.windows.processes_mut()[region.index()];
            let inbound = region.inbound_of(ReplicaId::at(from.index()), local);
            let lag = std::mem::take(&mut inbound.lag);
            inbound.lag_total.merge(&lag);
            let seen = LagSeen {
                from,
                to,
                effects: lag.count(),
                p50_us: lag.quantile(HALF).unwrap_or(0),
                p99_us: lag.quantile(P99).unwrap_or(0),
                max_us: lag.max().unwrap_or(0),
                unacknowledged,
            };
            self.observe(at, Event::Lag(seen));
        }
    }

    /// The Geo Replication Healthy metric, at a full minute.
    pub(super) fn sample_health(&mut self, at: SimTime) {
        for instance in self.plan.instances.ids() {
            if !self.region_of(instance).dark && self.plane.known(instance).is_some() {
                let healthy = self.is_healthy(at, instance);
                self.observe(at, Event::Health { instance, healthy });
            }
        }
    }

    /// Whether an instance counts as healthy: its links are in order, and nothing is done to it
    /// that interrupts them.
    pub(super) fn is_healthy(&self, at: SimTime, id: InstanceId) -> bool {
        let within = self.plan.assumptions.healthy_within;
        let scales = |one: &crate::control::Instance| {
            one.resource_state(at) == crate::control::ResourceState::Scaling
        };
        let is_disturbed = self.patching[id] || self.plane.known(id).is_some_and(scales);
        !is_disturbed && !self.is_down(id) && self.instance(id).is_healthy(at, within)
    }
}
