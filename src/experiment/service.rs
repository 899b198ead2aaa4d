//! What became of fleets: their operations by result, and how long faults left them without
//! service.

use std::collections::BTreeMap;

use crate::experiment::assemble::name;
use crate::experiment::outcome::{FleetOutcome, Results, RtoOutcome};
use crate::history::{FaultKind, FaultSeen};
use crate::id::RegionId;
use crate::plan::Plan;
use crate::time::{SimDuration, SimTime};
use crate::world::{Ending, FleetEnding};

/// A fault that keeps clients from instances.
#[derive(Clone, Debug)]
pub(super) struct Outage {
    from: SimTime,
    label: String,
    regions: Vec<RegionId>,
}

impl Outage {
    /// The one that begins here, if it is of that kind.
    pub(super) fn of(at: SimTime, seen: &FaultSeen) -> Option<Self> {
        let keeps_away = match seen.kind {
            FaultKind::Outage
            | FaultKind::MemoryLoss
            | FaultKind::Failover
            | FaultKind::Maintenance => true,
            FaultKind::Partition | FaultKind::Degradation | FaultKind::Skew | FaultKind::Stall => {
                false
            }
        };
        (seen.begins && keeps_away).then(|| Self {
            from: at,
            label: seen.label.clone(),
            regions: seen.regions.clone(),
        })
    }
}

/// The fleets, in the plan's order.
pub(super) fn operations(plan: &Plan, ending: &Ending, outages: &[Outage]) -> Vec<FleetOutcome> {
    let outcomes = ending.fleets.iter().map(|fleet| {
        let planned = &plan.fleets[fleet.id];
        let counts = &fleet.counts;
        let results = Results {
            reads: counts.hits + counts.misses,
            writes: counts.writes,
            oom: counts.out_of_memory,
            unreachable: counts.unavailable,
            timed_out: 0,
            errors: counts.stale,
        };
        let region = plan.instances[planned.instance].region;
        FleetOutcome {
            fleet: planned.name.clone(),
            instance: name(plan, planned.instance),
            sent: counts.sent,
            results,
            latency_us: None,
            staleness_ms: None,
            rto_ms: recovery_times(fleet, region, outages),
        }
    });
    outcomes.collect()
}

/// How long a fleet went without service, for each fault that left it so. What begins while
/// several faults are on is the doing of the one that came last.
fn recovery_times(fleet: &FleetEnding, region: RegionId, outages: &[Outage]) -> Vec<RtoOutcome> {
    // Of each fault the longest time; none, which is longer than all, where service never came.
    let mut found: BTreeMap<usize, Option<SimDuration>> = BTreeMap::new();
    for interruption in &fleet.interruptions {
        let began =
            |outage: &Outage| outage.regions.contains(&region) && outage.from <= interruption.from;
        let Some(cause) = outages.iter().rposition(began) else {
            continue;
        };
        let took = interruption.to.map(|to| to.since(outages[cause].from));
        let longest = found.entry(cause).or_insert(took);
        *longest = longest.zip(took).map(|(known, took)| known.max(took));
    }
    let each = found.into_iter().map(|(cause, took)| RtoOutcome {
        fault: outages[cause].label.clone(),
        rto_ms: took.map(SimDuration::as_millis),
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::{Outage, recovery_times};
    use crate::id::{FleetId, Id, RegionId};
    use crate::time::SimTime;
    use crate::world::{ClientCounts, FleetEnding, Interruption};

    fn found(interruptions: &[(u64, Option<u64>)]) -> Vec<(String, Option<u64>)> {
        let outage = |from, label: &str, region| Outage {
            from: SimTime::from_secs(from),
            label: label.to_owned(),
            regions: vec![RegionId::at(region)],
        };
        let outages = [
            outage(10, "first", 0),
            outage(15, "elsewhere", 1),
            outage(30, "second", 0),
        ];
        let interruption = |(from, to): &(u64, Option<u64>)| Interruption {
            from: SimTime::from_secs(*from),
            to: to.map(SimTime::from_secs),
        };
        let fleet = FleetEnding {
            id: FleetId::at(0),
            counts: ClientCounts::default(),
            interruptions: interruptions.iter().map(interruption).collect(),
        };
        let found = recovery_times(&fleet, RegionId::at(0), &outages).into_iter();
        found.map(|one| (one.fault, one.rto_ms)).collect()
    }

    #[test]
    fn a_recovery_time_runs_from_the_beginning_of_its_fault() {
        assert_eq!(
            found(&[(11, Some(20))]),
            [("first".to_owned(), Some(10_000))]
        );
        assert_eq!(found(&[(5, Some(8))]), [], "no fault was on");
        let both = [
            ("first".to_owned(), Some(12_000)),
            ("second".to_owned(), None),
        ];
        assert_eq!(found(&[(11, Some(20)), (21, Some(22)), (31, None)]), both);
    }

    #[test]
    fn what_never_comes_back_is_longer_than_all_that_did() {
        let never = [("first".to_owned(), None)];
        assert_eq!(found(&[(11, Some(20)), (25, None)]), never);
    }
}
