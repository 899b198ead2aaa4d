//! What an outcome says of members and links.

use crate::experiment::outcome::{
    Amount, Effects, InstanceOutcome, LinkOutcome, Memory, Quantiles, Reading, Readings,
    ShardOutcome, Syncs,
};
use crate::id::InstanceId;
use crate::instance::{Counts, MemoryKind};
use crate::metrics::histogram::Histogram;
use crate::metrics::recorder::Record;
use crate::plan::Plan;
use crate::time::SimTime;
use crate::world::{Ending, InstanceEnding, LinkEnding, ShardEnding};

/// Microseconds in a millisecond.
const MICROS: u64 = 1000;
/// Bytes in a GB, as Azure prices them.
const GB: u128 = 1_000_000_000;

/// The members, in the plan's order.
pub(super) fn instances(plan: &Plan, ending: &Ending, record: &Record) -> Vec<InstanceOutcome> {
    ending
        .instances
        .iter()
        .map(|instance| member(plan, ending, instance, record))
        .collect()
}

fn member(
    plan: &Plan,
    ending: &Ending,
    instance: &InstanceEnding,
    record: &Record,
) -> InstanceOutcome {
    let made = &plan.instances[instance.id];
    let shards = &instance.shards;
    let count = |of: fn(&Counts) -> u64| shards.iter().map(|shard| of(&shard.counts)).sum();
    let series = record.series.instance(instance.id);
    let oom = |of: fn(&ShardEnding) -> Option<SimTime>| {
        shards.iter().filter_map(of).min().map(SimTime::as_millis)
    };
    let syncs = ending.links.iter().filter(|link| link.to == instance.id);
    let (partial, full) = syncs.fold((0, 0), |(partial, full), link| {
        (partial + link.partial_syncs, full + link.full_syncs)
    });
    InstanceOutcome {
        name: made.name.clone(),
        region: plan.regions[made.region].name.clone(),
        sku: made.sku.name.to_owned(),
        linked: instance.linked,
        keys: instance.keys,
        memory: memory_of(shards, &series.memory),
        limit_bytes: shards.iter().map(|shard| shard.limit).sum(),
        used_peak_ppm: shards.iter().map(used_peak).max().unwrap_or(0),
        oom_at_ms: oom(|shard| shard.oom_at),
        readings: readings(plan, shards, oom),
        effects: Effects {
            applied: count(|counts| counts.applied),
            filtered: count(|counts| counts.filtered),
            merged: count(|counts| counts.merged),
        },
        syncs: Syncs {
            partial,
            full,
            full_bytes: count(|counts| counts.merged_bytes),
            full_ms: count(|counts| counts.merging_ms),
        },
        evicted: count(|counts| counts.evicted),
        expired: count(|counts| counts.expired),
        collected: count(|counts| counts.collected),
        collected_bytes: count(|counts| counts.collected_bytes),
        shards: shards.iter().map(shard_outcome).collect(),
    }
}

fn used_peak(shard: &ShardEnding) -> u64 {
    let share = u128::from(shard.total_peak) * 1_000_000 / u128::from(shard.limit.max(1));
    u64::try_from(share).unwrap_or(u64::MAX)
}

fn shard_outcome(shard: &ShardEnding) -> ShardOutcome {
    let kinds = std::array::from_fn(|kind| Amount {
        peak_bytes: shard.peak[kind],
        final_bytes: shard.used[kind],
    });
    let total = Amount {
        peak_bytes: shard.total_peak,
        final_bytes: shard.total,
    };
    ShardOutcome {
        shard: shard.id.0,
        keys: shard.keys,
        memory: Memory::from_amounts(kinds, total),
        limit_bytes: shard.limit,
        evicted: shard.counts.evicted,
        oom_at_ms: shard.oom_at.map(SimTime::as_millis),
    }
}

/// The ledger of an instance. Its peaks are those of the samples, as its shards' own peaks need
/// not coincide; where nothing was sampled the shards' peaks are added up.
fn memory_of(shards: &[ShardEnding], sampled: &[[u64; MemoryKind::COUNT]]) -> Memory {
    let kinds = std::array::from_fn(|kind| {
        let last: u64 = shards.iter().map(|shard| shard.used[kind]).sum();
        let peaks: u64 = shards.iter().map(|shard| shard.peak[kind]).sum();
        let seen = sampled.iter().map(|sample| sample[kind]).max();
        Amount {
            peak_bytes: seen.unwrap_or(peaks).max(last),
            final_bytes: last,
        }
    });
    let last: u64 = shards.iter().map(|shard| shard.total).sum();
    let peaks: u64 = shards.iter().map(|shard| shard.total_peak).sum();
    let seen = sampled
        .iter()
        .map(|sample| sample.iter().sum::<u64>())
        .max();
    let total = Amount {
        peak_bytes: seen.unwrap_or(peaks).max(last),
        final_bytes: last,
    };
    Memory::from_amounts(kinds, total)
}

/// Both readings of the metadata, as far as one run can tell: without records everything else is
/// the same; with them only where they were charged.
fn readings(
    plan: &Plan,
    shards: &[ShardEnding],
    oom: impl Fn(fn(&ShardEnding) -> Option<SimTime>) -> Option<u64>,
) -> Readings {
    let charged = plan.assumptions.metadata == crate::assumption::Metadata::PerEffect;
    let unstable = MemoryKind::Unstable as usize;
    let total = Amount {
        peak_bytes: shards.iter().map(|shard| shard.total_peak).sum(),
        final_bytes: shards.iter().map(|shard| shard.total).sum(),
    };
    let without = Amount {
        peak_bytes: shards.iter().map(|shard| shard.peak_without_records).sum(),
        final_bytes: shards
            .iter()
            .map(|shard| shard.total - shard.used[unstable])
            .sum(),
    };
    let per_state = Reading {
        total: without,
        oom_at_ms: oom(|shard| shard.oom_without_records_at),
    };
    let per_effect = Reading {
        total,
        oom_at_ms: oom(|shard| shard.oom_at),
    };
    Readings {
        per_effect: if charged {
            per_effect
        } else {
            Reading::default()
        },
        per_state,
    }
}

/// The links, by sender and then receiver.
pub(super) fn links(plan: &Plan, ending: &Ending) -> Vec<LinkOutcome> {
    ending
        .links
        .iter()
        .map(|link| link_outcome(plan, link))
        .collect()
}

fn link_outcome(plan: &Plan, link: &LinkEnding) -> LinkOutcome {
    let name = |instance: InstanceId| plan.instances[instance].name.clone();
    LinkOutcome {
        from: name(link.from),
        to: name(link.to),
        sent_bytes: link.sent_bytes,
        sent_effects: link.sent_effects,
        dropped: link.dropped,
        partial_syncs: link.partial_syncs,
        full_syncs: link.full_syncs,
        lag_ms: quantiles(&link.lag),
        micro_usd: price(plan, link),
    }
}

fn price(plan: &Plan, link: &LinkEnding) -> u64 {
    let (from, to) = (
        plan.instances[link.from].region,
        plan.instances[link.to].region,
    );
    let route = plan
        .routes
        .iter()
        .find(|route| route.from == from && route.to == to);
    let rate = route.map_or(0, |route| route.micro_usd_per_gb);
    let price = u128::from(link.sent_bytes) * u128::from(rate) / GB;
    u64::try_from(price).unwrap_or(u64::MAX)
}

fn quantiles(lag: &Histogram) -> Option<Quantiles> {
    let at = |ppm: u32| Some(lag.quantile(ppm)? / MICROS);
    Some(Quantiles {
        count: lag.count(),
        p50: at(500_000)?,
        p95: at(950_000)?,
        p99: at(990_000)?,
        p999: at(999_000)?,
        max: lag.max()? / MICROS,
    })
}
