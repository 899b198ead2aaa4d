//! Swarm mode: each seed goes without some of what usually happens.
//!
//! What a run never does is often what lets a defect show: without repairs metadata piles up,
//! without deletions keys do. So each seed leaves out each family of faults and operations with
//! probability one half, and what prevents trouble, too: repairs and the rules of the runbook.
//!
//! Source: Groce, Zhang, Eide, Chen, Regehr: Swarm Testing, ISSTA 2012.

use crate::engine::rng::Stream;
use crate::id::IdVec;
use crate::plan::{FleetPlan, Operation, Plan, RulePlan};
use crate::quantity::Ratio;
use crate::scenario::process::{Lasting, Process};

/// With which probability something is left out.
const LEFT_OUT: Ratio = Ratio { ppm: 500_000 };

/// Families that are not left out weigh up to two to this power times as much as the file says.
const DOUBLINGS_MAX: u64 = 6;

/// Weights are held below this before they are multiplied, so that no sum overflows.
const WEIGHT_MAX: u32 = 1 << 16;

/// Leaves out processes and repairs: a fault that is not repaired ends with the storm.
pub(super) fn thin_processes(processes: &mut Vec<Process>, seed: u64) {
    processes.retain(|process| !is_left_out(seed, &format!("fault {}", process.name)));
    for process in processes {
        let is_repaired = matches!(process.lasts, Lasting::Repaired { .. });
        if is_left_out(seed, &format!("repair {}", process.name)) && is_repaired {
            process.lasts = Lasting::Storm;
        }
    }
}

/// Leaves out rules of the runbook, not alerts, and families of operations; the others change
/// their weights.
pub(super) fn thin(plan: &mut Plan, seed: u64) {
    let is_kept =
        |rule: &RulePlan| rule.is_alert() || !is_left_out(seed, &format!("rule {}", rule.name));
    plan.rules.retain(is_kept);
    for arm in &mut plan.arms {
        arm.rules.retain(is_kept);
    }
    let fleets = plan.fleets.iter().cloned().filter_map(|mut fleet| {
        fleet.mix = thinned(&fleet, seed);
        let acts = fleet.mix.iter().any(|(_, weight)| *weight > 0);
        acts.then_some(fleet)
    });
    plan.fleets = fleets.collect::<IdVec<_, _>>();
}

fn thinned(fleet: &FleetPlan, seed: u64) -> Vec<(Operation, u32)> {
    let mix = fleet.mix.iter().filter_map(|(operation, weight)| {
        let family = family(operation);
        let doublings = stream(seed, &format!("weight {family}")).below(DOUBLINGS_MAX + 1);
        let weight = (*weight).min(WEIGHT_MAX) << doublings;
        (!is_left_out(seed, &format!("operation {family}"))).then_some((*operation, weight))
    });
    mix.collect()
}

/// What operations of one kind are called, whatever they are told beside.
fn family(operation: &Operation) -> &'static str {
    match operation {
        Operation::Read => "Read",
        Operation::Update => "Update",
        Operation::Insert => "Insert",
        Operation::Scan { .. } => "Scan",
        Operation::ReadModifyWrite => "ReadModifyWrite",
        Operation::Delete => "Delete",
        Operation::Increment => "Increment",
        Operation::AddMember { .. } => "AddMember",
        Operation::RemoveMember { .. } => "RemoveMember",
    }
}

fn is_left_out(seed: u64, what: &str) -> bool {
    stream(seed, what).chance(LEFT_OUT)
}

fn stream(seed: u64, what: &str) -> Stream {
    Stream::named(seed, &format!("swarm {what}"))
}
