//! From what was seen and counted to an outcome.

use crate::checks::{Findings, Status as Judged, Verdict as Judgement};
use crate::experiment::outcome::{
    AlertOutcome, Anomalies, AssumptionInForce, CommandOutcome, ControlOutcome, ControlResult,
    Convergence, Cost, Counter, Excuse, FaultOutcome, MessageOutcome, Outcome, Recovery,
    SCHEMA_VERSION, ShowLink, ShowLinked, ShowOutcome, Status, Verdict, VerdictStatus,
};
use crate::experiment::service::{self, Outage};
use crate::experiment::{members, missed};
use crate::history::{
    ControlResult as Seen, ControlSeen, Event, MissedSeen, Observation, RuleEvent, ShowSeen,
};
use crate::id::InstanceId;
use crate::metrics::recorder::Record;
use crate::plan::{Plan, Trigger};
use crate::time::{SimDuration, SimTime};
use crate::world::Ending;

/// A rule or alert that fired.
#[derive(Clone, Copy, Debug)]
struct Firing {
    at: SimTime,
    rule: usize,
    on: InstanceId,
    resolved: Option<SimTime>,
}

/// A request, who made it, and how its operation ended.
#[derive(Clone, Debug)]
struct Requested {
    at: SimTime,
    seen: ControlSeen,
    rule: Option<usize>,
    end: Option<(SimTime, ControlSeen)>,
}

/// Observations that stand in the outcome as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    commands: Vec<Observation>,
    messages: Vec<Observation>,
    shows: Vec<Observation>,
    requests: Vec<Requested>,
    firings: Vec<Firing>,
    /// When shards ran out of memory.
    out_of_memory: Vec<SimTime>,
    missed: Vec<MissedSeen>,
    outages: Vec<Outage>,
    acting: Option<usize>,
}

impl Notes {
    /// Takes in the next observation.
    pub(super) fn observe(&mut self, observation: &Observation) {
        match &observation.event {
            Event::Missed(seen) => self.missed.push((**seen).clone()),
            Event::Command(_) => self.commands.push(observation.clone()),
            Event::Message(_) => self.messages.push(observation.clone()),
            Event::Show(_) => self.shows.push(observation.clone()),
            Event::Rule { rule, on, what } => self.note_rule(observation.at, (*rule, *on), *what),
            Event::Memory { full: true, .. } => self.out_of_memory.push(observation.at),
            Event::Control(seen) => self.note_control(observation.at, seen),
            Event::Fault(seen) => self.outages.extend(Outage::of(observation.at, seen)),
            _ => {}
        }
    }

    fn note_rule(&mut self, at: SimTime, (rule, on): (usize, InstanceId), what: RuleEvent) {
        match what {
            RuleEvent::Acts => self.acting = Some(rule),
            RuleEvent::Fires => self.firings.push(Firing {
                at,
                rule,
                on,
                resolved: None,
            }),
            RuleEvent::Resolves => {
                let mut open = self.firings.iter_mut().rev();
                if let Some(firing) = open.find(|one| (one.rule, one.on) == (rule, on)) {
                    firing.resolved = Some(at);
                }
            }
        }
    }

    /// A request is made, or the operation of an earlier one ends.
    fn note_control(&mut self, at: SimTime, seen: &ControlSeen) {
        if seen.is_made() {
            self.requests.push(Requested {
                at,
                seen: seen.clone(),
                rule: self.acting.take(),
                end: None,
            });
            return;
        }
        let begun = |one: &&mut Requested| {
            one.seen.operation.is_some() && one.seen.operation == seen.operation
        };
        if let Some(requested) = self.requests.iter_mut().find(begun) {
            requested.end = Some((at, seen.clone()));
        }
    }
}

/// The outcome of a run.
pub(super) fn outcome(
    plan: &Plan,
    ending: &Ending,
    findings: &Findings,
    record: &Record,
    notes: Notes,
    reproduce: &str,
) -> Outcome {
    let verdicts = findings
        .expectations
        .iter()
        .chain(&findings.checks)
        .map(|judged| verdict(plan, judged, ending.capped))
        .collect();
    let status = match (ending.capped, findings.hold()) {
        (true, _) => Status::Capped,
        (false, true) => Status::Pass,
        (false, false) => Status::Fail,
    };
    let links = members::links(plan, ending);
    let egress = links.iter().map(|link| link.micro_usd).sum();
    Outcome {
        schema_version: SCHEMA_VERSION,
        scenario: plan.name.clone(),
        question: plan.question.clone(),
        seed: plan.seed,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        digest: format!("{:016x}", ending.digest),
        status,
        storm_ms: plan.storm.as_millis(),
        ended_at_ms: ending.at.as_millis(),
        verdicts,
        operations: service::operations(plan, ending, &notes.outages),
        commands: commands(plan, &notes),
        messages: messages(plan, &notes),
        shows: shows(plan, &notes),
        instances: members::instances(plan, ending, record),
        links,
        control: control(plan, &notes),
        alerts: alerts(plan, record, &notes),
        absences: Vec::new(),
        faults: faults(record, ending),
        convergence: convergence(plan, findings),
        writes: missed::writes(plan, findings, &notes.missed),
        anomalies: Anomalies {
            lost_updates: findings.writes.as_ref().map(|classes| classes.overwritten),
            ..Anomalies::default()
        },
        cost: Cost {
            egress_micro_usd: egress,
            instances_micro_usd: None,
        },
        assumptions: assumptions(plan),
        reproduce: reproduce.to_owned(),
    }
}

/// A run that was cut short decides nothing but what had failed at some instant before.
fn verdict(plan: &Plan, judged: &Judgement, capped: bool) -> Verdict {
    let failed_before = judged.status == Judged::Fail && judged.at.is_some();
    let mut verdict = Verdict {
        name: judged.name.clone(),
        status: match judged.status {
            Judged::Pass => VerdictStatus::Pass,
            Judged::Fail => VerdictStatus::Fail,
            Judged::NotEvaluated => VerdictStatus::NotEvaluated,
        },
        observed: judged.observed.clone(),
        limit: judged.limit.clone(),
        at_ms: judged.at.map(SimTime::as_millis),
        detail: judged.detail.clone(),
        subjects: judged.subjects.iter().map(|id| name(plan, *id)).collect(),
    };
    verdict.subjects.sort_unstable();
    let judges_the_end = judged.name == crate::checks::QUIESCENCE;
    if capped && (judges_the_end || !failed_before) {
        verdict.status = VerdictStatus::NotEvaluated;
        verdict.detail = "the run was cut short by its cap on events".to_owned();
    }
    verdict
}

pub(super) fn name(plan: &Plan, instance: InstanceId) -> String {
    plan.instances[instance].name.clone()
}

fn commands(plan: &Plan, notes: &Notes) -> Vec<CommandOutcome> {
    let outcomes = notes.commands.iter().filter_map(|observation| {
        let Event::Command(seen) = &observation.event else {
            return None;
        };
        Some(CommandOutcome {
            at_ms: observation.at.as_millis(),
            on: name(plan, seen.on),
            command: seen.text.clone(),
            reply: seen.reply.clone(),
            effects: seen.effects,
        })
    });
    outcomes.collect()
}

fn messages(plan: &Plan, notes: &Notes) -> Vec<MessageOutcome> {
    let outcomes = notes.messages.iter().filter_map(|observation| {
        let Event::Message(seen) = &observation.event else {
            return None;
        };
        Some(MessageOutcome {
            at_ms: observation.at.as_millis(),
            on: name(plan, seen.on),
            client: seen.client.clone(),
            channel: seen.channel.clone(),
            pattern: seen.pattern.clone(),
            text: seen.text.clone(),
        })
    });
    outcomes.collect()
}

fn shows(plan: &Plan, notes: &Notes) -> Vec<ShowOutcome> {
    let outcomes = notes.shows.iter().filter_map(|observation| {
        let Event::Show(seen) = &observation.event else {
            return None;
        };
        Some(show(plan, observation.at, seen))
    });
    outcomes.collect()
}

fn show(plan: &Plan, at: SimTime, seen: &ShowSeen) -> ShowOutcome {
    let listed = |peer: InstanceId| {
        let linked = seen.arm.iter().flat_map(|arm| &arm.linked);
        let mut states = linked.filter(|(id, _)| *id == peer).map(|(_, state)| state);
        states.next().cloned()
    };
    let links = seen.links.iter().map(|link| ShowLink {
        peer: name(plan, link.peer),
        state: listed(link.peer).unwrap_or_else(|| "Unlinked".to_owned()),
        unsent_writes: link.unsent,
        unlink_loses_writes: link.unlink_loses,
        holds_back_bytes: link.holds_back,
    });
    let counters = seen.counters.iter().map(|(name, value)| Counter {
        name: (*name).to_owned(),
        value: *value,
    });
    let linked = seen.arm.iter().flat_map(|arm| &arm.linked);
    let arm = seen.arm.as_ref();
    ShowOutcome {
        at_ms: at.as_millis(),
        on: name(plan, seen.on),
        state: match arm {
            Some(arm) if seen.reachable => arm.resource.clone(),
            Some(_) => "Unreachable".to_owned(),
            None => "Absent".to_owned(),
        },
        provisioning: arm.map(|arm| arm.provisioning.clone()),
        sku: arm.map(|arm| arm.sku.to_owned()),
        shards: arm.map_or(0, |arm| arm.shards),
        shard_limit_bytes: arm.map_or(0, |arm| arm.shard_limit),
        linked_databases: linked
            .map(|(id, state)| ShowLinked {
                name: name(plan, *id),
                state: state.clone(),
            })
            .collect(),
        links: links.collect(),
        skus: arm
            .iter()
            .flat_map(|arm| &arm.offers)
            .map(|sku| (*sku).to_owned())
            .collect(),
        counters: counters.collect(),
        unsent_writes: seen.links.iter().map(|link| link.unsent).max().unwrap_or(0),
    }
}

fn control(plan: &Plan, notes: &Notes) -> Vec<ControlOutcome> {
    let outcomes = notes.requests.iter().map(|requested| {
        let Requested {
            at,
            seen,
            rule,
            end,
        } = requested;
        let last = end.as_ref().map_or(seen, |(_, end)| end);
        let (result, error) = match last.result {
            Seen::Refused(id) => (ControlResult::Refused, Some(id.to_owned())),
            Seen::Failed(id) => (ControlResult::Failed, Some(id.to_owned())),
            Seen::Accepted | Seen::Succeeded | Seen::Learned => (ControlResult::Ok, None),
        };
        ControlOutcome {
            at_ms: at.as_millis(),
            request: seen.request.clone(),
            on: name(plan, seen.on),
            rule: rule.map(|rule| plan.rules[rule].name.clone()),
            result,
            error,
            detail: Some(last.text.clone()).filter(|text| !text.is_empty()),
            ended_at_ms: end.as_ref().map(|(at, _)| at.as_millis()),
        }
    });
    outcomes.collect()
}

fn alerts(plan: &Plan, record: &Record, notes: &Notes) -> Vec<AlertOutcome> {
    let outcomes = notes.firings.iter().map(|firing| {
        let rule = &plan.rules[firing.rule];
        let (window, late) = match &rule.when {
            Trigger::Metric(watch) => (watch.window, plan.assumptions.ingestion_delay),
            Trigger::State { lasting, .. } => (*lasting, SimDuration::ZERO),
        };
        let told = firing.at + late;
        let mut faults = record.series.timeline.faults.iter();
        let is_explained = faults.any(|one| one.from <= firing.at && firing.at < one.to + window);
        let mut shortages = notes.out_of_memory.iter();
        AlertOutcome {
            rule: rule.name.clone(),
            on: name(plan, firing.on),
            fired_at_ms: firing.at.as_millis(),
            told_at_ms: told.as_millis(),
            resolved_at_ms: firing.resolved.map(|at| at.as_millis()),
            false_alarm: !is_explained,
            before_oom_ms: shortages.find(|at| **at >= firing.at).map(|at| {
                i64::try_from(at.as_millis()).unwrap_or(i64::MAX) - told.as_millis().cast_signed()
            }),
        }
    });
    outcomes.collect()
}

/// A fault that is still on at the end has no end of its own.
fn faults(record: &Record, ending: &Ending) -> Vec<FaultOutcome> {
    let outcomes = record
        .series
        .timeline
        .faults
        .iter()
        .zip(&ending.touched)
        .map(|(fault, touched)| FaultOutcome {
            name: fault.label.clone(),
            from_ms: fault.from.as_millis(),
            to_ms: (fault.to < ending.at).then(|| fault.to.as_millis()),
            touched: *touched,
        });
    outcomes.collect()
}

fn convergence(plan: &Plan, findings: &Findings) -> Convergence {
    let agreement = &findings.agreement;
    let excused = agreement.differences.iter().filter_map(|difference| {
        let [one, other] = difference.between;
        Some(Excuse {
            between: [name(plan, one), name(plan, other)],
            keys: difference.keys.unwrap_or(0),
            reason: difference.reason.clone()?,
        })
    });
    let mut excuses: Vec<Excuse> = excused.collect();
    excuses.sort_by(|one, other| one.reason.cmp(&other.reason));
    let unexcused = agreement
        .differences
        .iter()
        .filter(|pair| pair.reason.is_none());
    Convergence {
        converged: agreement.since.is_some(),
        at_ms: agreement.since.map(SimTime::as_millis),
        recovery_ms: agreement
            .recoveries
            .iter()
            .map(|recovery| Recovery {
                fault: recovery.fault.clone(),
                recovery_ms: recovery.took.map(crate::time::SimDuration::as_millis),
            })
            .collect(),
        excuses,
        unexcused_keys: unexcused.map(|pair| pair.keys.unwrap_or(0)).sum(),
    }
}

fn assumptions(plan: &Plan) -> Vec<AssumptionInForce> {
    let defaults = crate::assumption::Assumptions::default().listed();
    let listed = plan.assumptions.listed().into_iter().zip(defaults);
    listed
        .map(|(listed, default)| AssumptionInForce {
            id: listed.id.to_owned(),
            value: listed.value,
            default: default.value,
            source: format!("{} {}", listed.meaning, listed.reason),
            applied_to: match listed.id {
                "A-MIRROR" => mirrored(plan),
                _ => Vec::new(),
            },
        })
        .collect()
}

/// The routes that go by figures of the other direction, and by which.
fn mirrored(plan: &Plan) -> Vec<String> {
    let routes = plan.mirrored().into_iter().map(|route| {
        let name = |id| plan.regions[id].name.as_str();
        let figures = match (route.median, route.jitter) {
            (true, true) => "median and P95",
            (true, false) => "median",
            _ => "P95",
        };
        format!("{} to {}: {figures}", name(route.from), name(route.to))
    });
    routes.collect()
}
