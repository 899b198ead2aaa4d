//! What holds of every run, holds of one that evicts.

use meridian::assumption::Eviction;
use meridian::id::RegionId;
use meridian::plan::{Memory, Plan, Step};
use meridian::quantity::{Bytes, Ratio};
use meridian::time::SimDuration;
use meridian::world::{Options, World};

use crate::eviction::squeeze;
use crate::plans;
use crate::world_laws::{assert_agreement, assert_counted, assert_honest, busy, run};

/// Traffic of every kind on keys half of which have a deadline, on shards too small for it.
fn crowded(policy: Eviction, seed: u64) -> Plan {
    let mut plan = busy(3, seed);
    for population in plan.populations.iter_mut() {
        population.expiring = Ratio { ppm: 500_000 };
        population.time_to_live = (SimDuration::from_secs(5), SimDuration::from_secs(1_000));
    }
    plan.assumptions.backlog_bytes = Some(Bytes(40_000));
    plan.assumptions.chunk_bytes = Bytes(10_000);
    squeeze(&mut plan, 10_000, 90);
    plans::evict(&mut plan, policy);
    plan
}

/// Whatever is evicted where: members agree at the end, ledgers are what a recount finds (C9), and
/// every write is accounted for.
#[test]
fn eviction_keeps_the_laws() {
    for (seed, policy) in (70..).zip(Eviction::ALL) {
        let mut plan = crowded(policy, seed);
        plan.sample_every = SimDuration::from_millis(100);
        let (ending, seen) = run(&plan, Options::default());
        assert_agreement(&plan, &seen);
        assert_honest(&plan, &seen);
        assert_counted(&plan);
        let evicted: u64 = ending
            .instances
            .iter()
            .flat_map(|one| &one.shards)
            .fold(0, |sum, shard| sum + shard.counts.evicted);
        assert_eq!(evicted > 0, policy != Eviction::NoEviction, "{policy:?}");
        plans::at(&mut plan, 2_000, Step::Partition(plans::both(0, 1)));
        plans::at(&mut plan, 8_000, Step::Heal(plans::both(0, 1)));
        let (region, memory) = (RegionId(2), Memory::Lost);
        plans::at(&mut plan, 9_000, Step::Outage { region, memory });
        plans::at(&mut plan, 12_000, Step::Return(region));
        let (_, seen) = run(&plan, Options::default());
        assert_agreement(&plan, &seen);
        assert_honest(&plan, &seen);
        // The same with room for everything, and keys going all the while.
        plans::limit(&mut plan, 10_000_000);
        plan.assumptions.eviction_start = Ratio { ppm: 10_000 };
        let (_, seen) = run(&plan, Options::default());
        assert_agreement(&plan, &seen);
        assert_honest(&plan, &seen);
        assert_counted(&plan);
    }
}

#[test]
fn eviction_is_the_same_whatever_the_threads() {
    for policy in [Eviction::AllKeysLfu, Eviction::VolatileRandom] {
        let mut plan = crowded(policy, 90);
        plans::at(&mut plan, 2_000, Step::Partition(plans::both(0, 1)));
        plans::at(&mut plan, 6_000, Step::Heal(Vec::new()));
        let (alone, seen) = run(&plan, Options::default());
        for (threads, lookahead_divisor) in [(2, 1), (1, 2)] {
            let options = Options {
                threads,
                lookahead_divisor,
                ..Options::default()
            };
            let (other, seen_other) = run(&plan, options);
            assert_eq!(alone.digest, other.digest, "{policy:?}");
            assert_eq!(seen, seen_other, "{policy:?}");
        }
        let unobserved = Options {
            observed: false,
            ..Options::default()
        };
        assert_eq!(alone.digest, run(&plan, unobserved).0.digest);
    }
}

/// Each assumption of eviction changes a run that evicts.
#[test]
fn what_eviction_goes_by_changes_it() {
    type Setting = fn(&mut meridian::assumption::Assumptions);
    let settings: [(&str, Eviction, Setting); 7] = [
        ("eviction_start", Eviction::AllKeysRandom, |set| {
            set.eviction_start = Ratio { ppm: 700_000 };
        }),
        ("eviction_samples", Eviction::AllKeysLru, |set| {
            set.eviction_samples = 20;
        }),
        ("eviction_slice", Eviction::AllKeysRandom, |set| {
            set.eviction_slice = SimDuration::from_millis(300);
        }),
        ("eviction_keys", Eviction::AllKeysRandom, |set| {
            set.eviction_keys = 1;
        }),
        ("lru_resolution", Eviction::AllKeysLru, |set| {
            set.lru_resolution = SimDuration::from_millis(1);
        }),
        ("lfu_log_factor", Eviction::AllKeysLfu, |set| {
            set.lfu_log_factor = 0;
        }),
        ("lfu_decay_minutes", Eviction::AllKeysLfu, |set| {
            set.lfu_decay_minutes = 0;
        }),
    ];
    for (name, policy, set) in settings {
        let mut plan = crowded(policy, 95);
        // Most keys go.
        plan.assumptions.eviction_start = Ratio { ppm: 300_000 };
        // Past a full minute of the wall clock.
        plan.epoch_ms += 55_000;
        let mut other = plan.clone();
        set(&mut other.assumptions);
        let digest = |plan: &Plan| World::new(plan, Options::default()).run(&mut |_| {}).digest;
        assert_ne!(digest(&plan), digest(&other), "{name} changes nothing");
    }
}
