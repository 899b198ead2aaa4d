//! Metrics, as Azure takes them at each full minute, and a few that it hides.

use crate::id::{Id, InstanceId};
use crate::instance::MemoryKind;
use crate::plan::Metric;
use crate::quantity::Ratio;
use crate::time::SimTime;
use crate::world::World;

/// What was counted up to the last full minute.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Minute {
    evicted: u64,
    expired: u64,
    operations: u64,
}

const SECONDS: u64 = 60;

impl World<'_> {
    /// A metric of an instance at a full minute.
    pub(super) fn metric(&self, at: SimTime, metric: Metric, instance: InstanceId) -> u64 {
        let (now, before) = (self.counted(instance), self.minutes[instance]);
        match metric {
            Metric::UsedMemoryPercentage => self.used_memory(instance).ppm,
            Metric::UsedMemory => self.used_bytes(instance),
            Metric::GeoReplicationHealthy => u64::from(self.is_healthy(at, instance)),
            Metric::TotalKeys => self.instance(instance).key_count(),
            Metric::EvictedKeys => now.evicted - before.evicted,
            Metric::ExpiredKeys => now.expired - before.expired,
            Metric::OperationsPerSecond => (now.operations - before.operations) / SECONDS,
            Metric::PendingLocalWritesMax => {
                let one = self.instance(instance);
                let pending = one.peers().map(|peer| one.unacknowledged(peer));
                pending.max().unwrap_or(0)
            }
            Metric::UnstableBytes => {
                let shards = self.instance(instance).shards().iter();
                shards
                    .map(|shard| shard.ledger.used(MemoryKind::Unstable))
                    .sum()
            }
        }
    }

    /// Counts go on from here.
    pub(super) fn tally_minute(&mut self) {
        self.minutes = self
            .plan
            .instances
            .ids()
            .map(|id| self.counted(id))
            .collect();
    }

    fn counted(&self, instance: InstanceId) -> Minute {
        let shards = self.instance(instance).shards().iter();
        let (evicted, expired) = shards
            .map(|shard| (shard.counts.evicted, shard.counts.expired))
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let (_, local) = self.homes[instance.index()];
        let fleets = self.region_of(instance).clients.iter();
        let fleets = fleets.filter(|clients| clients.local == local);
        Minute {
            evicted,
            expired,
            operations: fleets
                .map(|clients| clients.counts.sent - clients.counts.unavailable)
                .sum(),
        }
    }

    /// Bytes over all shards, with their replicas. Source: best-practices-memory-management.
    fn used_bytes(&self, instance: InstanceId) -> u64 {
        let once = self.instance(instance).bytes_used();
        let has_replicas = self.plane.known(instance);
        let has_replicas = has_replicas.is_none_or(|one| one.configuration.high_availability);
        if has_replicas { once * 2 } else { once }
    }

    /// Used memory of the fullest shard, as a share of its limit.
    fn used_memory(&self, instance: InstanceId) -> Ratio {
        let shares = self.instance(instance).gauges().map(|(used, limit)| {
            let used = u128::from(used) * u128::from(Ratio::ONE.ppm);
            u64::try_from(used / u128::from(limit.max(1))).unwrap_or(u64::MAX)
        });
        Ratio {
            ppm: shares.max().unwrap_or(0),
        }
    }
}
