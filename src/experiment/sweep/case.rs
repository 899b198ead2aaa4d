//! One case: run, judged, boiled down; whatever goes wrong in it stays in it.

use std::collections::BTreeSet;

use crate::engine;
use crate::experiment::outcome::{
    CaseCell, CaseGate, CaseInstance, CaseResult, CaseStatus, Header, Limits, Outcome, Point,
    Status, Verdict, VerdictStatus,
};
use crate::experiment::run::{self, Finished};
use crate::experiment::sweep::limits;
use crate::plan::{Judgement, Plan};
use crate::scenario::diagnostic::Mistakes;
use crate::time::SimTime;
use crate::world::Options;

/// The failure of a run that handled as many events as it may.
const CAPPED: &str = "capped: events";

/// Makes the plan of a point and runs it, if it is not more than a case may be.
pub fn case(
    header: &Header,
    point: Point,
    plan_of: &impl Fn(u64, &[usize]) -> Result<Plan, Mistakes>,
) -> CaseResult {
    let (seed, limits) = (point.seed, header.limits);
    let mut bought_bytes = None;
    let found = contained(seed, || {
        let plan = match plan_of(seed, &header.cell_of(point)) {
            Ok(plan) => plan,
            Err(mistakes) => return wrong(seed, &mistakes),
        };
        bought_bytes = Some(plan.instances.iter().map(|one| one.sku.memory.0).sum());
        let run = || judged(seed, &plan, &run::run(&plan, Options::default(), ""));
        capped(seed, &plan, limits).unwrap_or_else(run)
    });
    CaseResult {
        cell: header.values_at(point).map(|values| CaseCell {
            values,
            bought_bytes,
        }),
        ..found
    }
}

/// Runs a plan as the case of its seed. Beside the result: by when everything in its signature had
/// failed, where that is known.
pub fn timed_case(plan: &Plan, limits: Limits) -> (CaseResult, Option<SimTime>) {
    let mut at = None;
    let case = contained(plan.seed, || {
        if let Some(result) = capped(plan.seed, plan, limits) {
            return result;
        }
        let finished = run::run(plan, Options::default(), "");
        let (failed, _) = failed(plan, &finished);
        let times = failed.iter().map(|verdict| verdict.at_ms);
        at = times.max().flatten().map(SimTime::from_millis);
        judged(plan.seed, plan, &finished)
    });
    (case, at)
}

/// What a case comes to whose plan is more than a case may be.
fn capped(seed: u64, plan: &Plan, limits: Limits) -> Option<CaseResult> {
    let (signature, detail) = limits::exceeded(plan, limits)?;
    Some(CaseResult {
        status: CaseStatus::Capped,
        signature: Some(signature.to_owned()),
        detail,
        ..nothing(seed)
    })
}

/// Does the work of a case; when it panics, that is what the case came to.
pub fn contained(seed: u64, work: impl FnOnce() -> CaseResult) -> CaseResult {
    engine::caught(work).unwrap_or_else(|panic| CaseResult {
        status: CaseStatus::Panic,
        signature: Some(format!("panic at {}", panic.place)),
        detail: panic.message,
        ..nothing(seed)
    })
}

/// A case whose scenario is wrong as the seed draws it.
fn wrong(seed: u64, mistakes: &Mistakes) -> CaseResult {
    let codes: BTreeSet<&str> = mistakes.list().iter().map(|one| one.code.id()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let first = mistakes.list().first();
    CaseResult {
        status: CaseStatus::Fail,
        signature: Some(format!("wrong scenario: {}", codes.join(", "))),
        detail: first.map_or_else(String::new, |one| one.message.clone()),
        ..nothing(seed)
    }
}

/// A case of which nothing is known.
fn nothing(seed: u64) -> CaseResult {
    CaseResult {
        seed,
        cell: None,
        status: CaseStatus::Pass,
        signature: None,
        detail: String::new(),
        digest: String::new(),
        ended_at_ms: 0,
        converge_ms: None,
        recovery_ms: None,
        unrecovered: 0,
        rto_ms: None,
        unserved: 0,
        lost_writes: 0,
        rpo_ms: None,
        overwritten_writes: 0,
        instances: Vec::new(),
        gates: Vec::new(),
    }
}

/// What a run came to.
pub(super) fn judged(seed: u64, plan: &Plan, finished: &Finished) -> CaseResult {
    let outcome = &finished.outcome;
    let (failed, gates) = failed(plan, finished);
    let (status, signature) = match (outcome.status, failed.is_empty()) {
        (Status::Capped, _) => (CaseStatus::Capped, Some(CAPPED.to_owned())),
        (_, true) => (CaseStatus::Pass, None),
        (_, false) => (CaseStatus::Fail, Some(signature(&failed))),
    };
    let detail = match (status, failed.first()) {
        (CaseStatus::Capped, _) => format!("the run handled {} events", plan.events_max),
        (_, Some(verdict)) => detail(verdict),
        (_, None) => String::new(),
    };
    let recoveries = &outcome.convergence.recovery_ms;
    let services = || outcome.operations.iter().flat_map(|fleet| &fleet.rto_ms);
    let instances = outcome.instances.iter().map(|one| CaseInstance {
        name: one.name.clone(),
        oom_at_ms: one.oom_at_ms,
        used_peak_ppm: one.used_peak_ppm,
    });
    CaseResult {
        status,
        signature,
        detail,
        digest: outcome.digest.clone(),
        ended_at_ms: outcome.ended_at_ms,
        converge_ms: converge_ms(outcome),
        recovery_ms: recoveries.iter().filter_map(|one| one.recovery_ms).max(),
        unrecovered: recoveries
            .iter()
            .filter(|one| one.recovery_ms.is_none())
            .count() as u64,
        rto_ms: services().filter_map(|one| one.rto_ms).max(),
        unserved: services().filter(|one| one.rto_ms.is_none()).count() as u64,
        lost_writes: outcome.writes.durability_loss + outcome.writes.removals_lost,
        rpo_ms: outcome.writes.rpo_ms,
        overwritten_writes: outcome.writes.concurrently_overwritten,
        instances: instances.collect(),
        gates,
        ..nothing(seed)
    }
}

/// The verdicts that fail a case, and what is wanted sometimes.
fn failed<'a>(plan: &Plan, finished: &'a Finished) -> (Vec<&'a Verdict>, Vec<CaseGate>) {
    let (mut failed, mut gates) = (Vec::new(), Vec::new());
    for (index, verdict) in finished.outcome.verdicts.iter().enumerate() {
        let demand = plan.expectations.get(index).map(|one| &one.demand);
        if matches!(demand, Some(Judgement::Sometimes(_))) {
            gates.push(gate(verdict));
        } else if fails(verdict, index < finished.demands) {
            failed.push(verdict);
        }
    }
    (failed, gates)
}

/// A demand that nothing decided did not hold; a check that nothing decided found nothing.
fn fails(verdict: &Verdict, is_demand: bool) -> bool {
    match verdict.status {
        VerdictStatus::Pass => false,
        VerdictStatus::Fail => true,
        VerdictStatus::NotEvaluated => is_demand,
    }
}

fn gate(verdict: &Verdict) -> CaseGate {
    CaseGate {
        name: verdict.name.clone(),
        hit: match verdict.status {
            VerdictStatus::Pass => Some(true),
            VerdictStatus::Fail => Some(false),
            VerdictStatus::NotEvaluated => None,
        },
    }
}

/// How long agreement took once storm and faults were over.
fn converge_ms(outcome: &Outcome) -> Option<u64> {
    let ends = outcome.faults.iter().filter_map(|fault| fault.to_ms);
    let start = ends.fold(outcome.storm_ms, u64::max);
    Some(outcome.convergence.at_ms?.saturating_sub(start))
}

/// What failed and whom it befell, each once and in the order of the alphabet.
fn signature(failed: &[&Verdict]) -> String {
    let parts: BTreeSet<String> = failed.iter().map(|one| part(one)).collect();
    let parts: Vec<String> = parts.into_iter().collect();
    parts.join("; ")
}

fn part(verdict: &Verdict) -> String {
    match (verdict.status, verdict.subjects.as_slice()) {
        (VerdictStatus::NotEvaluated, _) => format!("{} not evaluated", verdict.name),
        (_, []) => verdict.name.clone(),
        (_, subjects) => format!("{} on {}", verdict.name, subjects.join(", ")),
    }
}

/// What a verdict that does not hold saw, and what was demanded.
pub(in crate::experiment) fn detail(verdict: &Verdict) -> String {
    match verdict.status {
        VerdictStatus::NotEvaluated => format!("{}: not evaluated", verdict.name),
        _ => format!(
            "{}: {}, demanded: {}",
            verdict.name, verdict.observed, verdict.limit
        ),
    }
}
