//! What a terminal shows of a run: verdicts first, then the answer, in at most forty lines.

use crate::experiment::outcome::{
    AbsenceOutcome, ControlResult, InstanceOutcome, LinkOutcome, Outcome, RtoOutcome, Status,
    Verdict, VerdictStatus, WriteClass,
};
use crate::report::table::{self, Flush};
use crate::report::units::{Clock, bytes, count, dollars, duration_ms, exact, instant_ms, percent};

/// Rows of one kind shown before the rest is only counted.
const ROWS_MAX: usize = 8;
/// Examples of missed writes shown of each kind.
const EXAMPLES_MAX: usize = 2;
/// Times without service shown.
const SERVICES_MAX: usize = 2;

/// The summary, with a line break at its end.
pub fn text(outcome: &Outcome) -> String {
    let clock = Clock::of_run(outcome.ended_at_ms);
    let mut text = format!(
        "{}  {}  seed {}  {} simulated\n",
        status(outcome.status),
        outcome.scenario,
        outcome.seed,
        duration_ms(outcome.ended_at_ms)
    );
    text += &verdicts(outcome, clock);
    text += &instances(outcome, clock);
    text += &links(outcome);
    text += &facts(outcome, clock);
    text += &format!(
        "digest: {}\nreproduce: {}\n",
        outcome.digest, outcome.reproduce
    );
    text
}

/// The word for a status.
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Pass => "PASS",
        Status::Fail => "FAIL",
        Status::Capped => "CAPPED",
    }
}

/// The sign for a verdict.
pub fn sign(status: VerdictStatus) -> &'static str {
    match status {
        VerdictStatus::Pass => "✓",
        VerdictStatus::Fail => "✗",
        VerdictStatus::NotEvaluated => "?",
    }
}

fn verdicts(outcome: &Outcome, clock: Clock) -> String {
    if outcome.verdicts.is_empty() {
        return String::new();
    }
    let of = |status: VerdictStatus| {
        outcome
            .verdicts
            .iter()
            .filter(move |one| one.status == status)
    };
    let failed = of(VerdictStatus::Fail);
    let open = of(VerdictStatus::NotEvaluated);
    let held = of(VerdictStatus::Pass);
    let held_count = held.clone().count();
    let held_max = ROWS_MAX.saturating_sub(outcome.verdicts.len() - held_count);
    // An expectation that was not evaluated fails the run; a check that was not is a note.
    let rows: Vec<_> = if outcome.status == Status::Pass {
        let rows = failed.chain(held.take(held_max)).chain(open);
        rows.map(|verdict| verdict_row(verdict, clock)).collect()
    } else {
        let rows = failed.chain(open).chain(held.take(held_max));
        rows.map(|verdict| verdict_row(verdict, clock)).collect()
    };
    let header = [
        ("verdict", Flush::Left),
        ("observed", Flush::Left),
        ("demanded", Flush::Left),
        ("", Flush::Left),
    ];
    let held_shown = held_count.min(held_max);
    table::text(&header, &rows) + &left_out(held_count, held_shown, "verdicts that hold")
}

fn verdict_row(verdict: &Verdict, clock: Clock) -> Vec<String> {
    let at = match (verdict.status, verdict.at_ms) {
        (VerdictStatus::Fail, Some(at_ms)) => format!("first at {}", clock.at_ms(at_ms)),
        _ => String::new(),
    };
    let observed = match verdict.status {
        VerdictStatus::NotEvaluated => format!("not evaluated: {}", verdict.detail),
        VerdictStatus::Pass | VerdictStatus::Fail => verdict.observed.clone(),
    };
    let name = format!("{} {}", sign(verdict.status), verdict.name);
    vec![name, observed, verdict.limit.clone(), at]
}

fn instances(outcome: &Outcome, clock: Clock) -> String {
    let row = |one: &InstanceOutcome| {
        let oom = one
            .oom_at_ms
            .map_or_else(|| "-".to_owned(), |at_ms| clock.at_ms(at_ms));
        let live = one.memory.values.peak_bytes + one.memory.keys.peak_bytes;
        let waiting = |amount: crate::experiment::outcome::Amount| {
            format!(
                "{} / {}",
                bytes(amount.peak_bytes),
                bytes(amount.final_bytes)
            )
        };
        vec![
            if one.linked {
                one.name.clone()
            } else {
                format!("{} (unlinked)", one.name)
            },
            bytes(live),
            bytes(one.memory.metadata.peak_bytes),
            waiting(one.memory.tombstones),
            waiting(one.memory.unstable),
            bytes(one.memory.backlog.peak_bytes),
            waiting(one.memory.total),
            percent(one.used_peak_ppm),
            oom,
        ]
    };
    let header = [
        ("memory, peak / end", Flush::Left),
        ("data", Flush::Right),
        ("metadata", Flush::Right),
        ("tombstones", Flush::Right),
        ("unstable", Flush::Right),
        ("backlog", Flush::Right),
        ("total", Flush::Right),
        ("fullest", Flush::Right),
        ("OOM at", Flush::Right),
    ];
    let rows: Vec<_> = outcome.instances.iter().map(row).collect();
    table::text(&header, &rows)
}

fn links(outcome: &Outcome) -> String {
    let row = |link: &LinkOutcome| {
        let lag = |value: Option<u64>| value.map_or_else(|| "-".to_owned(), duration_ms);
        vec![
            format!("{} → {}", link.from, link.to),
            count(link.sent_effects),
            bytes(link.sent_bytes),
            count(link.dropped),
            format!("{} / {}", link.partial_syncs, link.full_syncs),
            lag(link.lag_ms.map(|lag| lag.p50)),
            lag(link.lag_ms.map(|lag| lag.p99)),
            lag(link.lag_ms.map(|lag| lag.max)),
        ]
    };
    let header = [
        ("link", Flush::Left),
        ("effects", Flush::Right),
        ("sent", Flush::Right),
        ("dropped", Flush::Right),
        ("syncs part/full", Flush::Right),
        ("lag p50", Flush::Right),
        ("p99", Flush::Right),
        ("max", Flush::Right),
    ];
    let rows: Vec<_> = outcome.links.iter().take(ROWS_MAX).map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    table::text(&header, &rows) + &left_out(outcome.links.len(), rows.len(), "links")
}

fn left_out(all: usize, shown: usize, what: &str) -> String {
    if all > shown {
        format!("  … and {} more {what}\n", all - shown)
    } else {
        String::new()
    }
}

/// How long the group was without a member, and how exposed.
pub fn absence(one: &AbsenceOutcome, clock: Clock) -> String {
    let mut text = format!("{} from {}", one.member, clock.at_ms(one.dropped_at_ms));
    match (one.rejoined_at_ms, one.whole_at_ms) {
        (None, _) => text += " on",
        (Some(rejoined), None) => {
            let lasted = duration_ms(rejoined - one.dropped_at_ms);
            text += &format!(", a member again after {lasted}, and whole never");
        }
        (Some(rejoined), Some(whole)) => {
            let lasted = [rejoined, whole].map(|at| duration_ms(at - one.dropped_at_ms));
            let [rejoined, whole] = lasted;
            text += &format!(", a member again after {rejoined}, whole after {whole}");
        }
    }
    text += &format!(
        "; of the {} left one had at most {} effects alone",
        one.members_left,
        count(one.alone_most)
    );
    text
}

/// One line each: writes, convergence, control, faults that touched nothing, cost, readings.
fn facts(outcome: &Outcome, clock: Clock) -> String {
    let mut text = format!("writes: {}\n", writes(outcome));
    for line in missed(outcome, clock) {
        text += &line;
    }
    text += &format!("convergence: {}\n", convergence(outcome));
    for line in service(outcome) {
        text += &format!("service: {line}\n");
    }
    for request in outcome.control.iter().take(4) {
        let result = match (request.result, &request.error) {
            (ControlResult::Ok, _) => "ok".to_owned(),
            (ControlResult::Refused, Some(error)) => format!("refused: {error}"),
            (ControlResult::Refused, None) => "refused".to_owned(),
            (ControlResult::Failed, Some(error)) => format!("failed: {error}"),
            (ControlResult::Failed, None) => "failed".to_owned(),
        };
        let by = request
            .rule
            .as_ref()
            .map_or(String::new(), |rule| format!(" by rule {rule}"));
        let at = clock.at_ms(request.at_ms);
        text += &format!(
            "control: {} on {} at {at}{by}, {result}\n",
            request.request, request.on
        );
    }
    for absence in &outcome.absences {
        text += &format!("absence: {}\n", self::absence(absence, clock));
    }
    for fault in outcome
        .faults
        .iter()
        .filter(|fault| fault.touched == 0)
        .take(3)
    {
        text += &format!("note: the fault \"{}\" touched nothing\n", fault.name);
    }
    if let Some(line) = readings(outcome, clock) {
        text += &line;
    }
    if outcome.cost.egress_micro_usd > 0 {
        text += &format!("egress: {}\n", dollars(outcome.cost.egress_micro_usd));
    }
    text
}

/// How long faults left clients without service, the longest first.
pub fn service(outcome: &Outcome) -> Vec<String> {
    let fleets = outcome.operations.iter();
    let mut times: Vec<(&str, &RtoOutcome)> = fleets
        .flat_map(|one| one.rto_ms.iter().map(|time| (one.instance.as_str(), time)))
        .collect();
    // None, which is for ever, comes first.
    times.sort_by_key(|(_, one)| one.rto_ms.map(std::cmp::Reverse));
    times.dedup_by_key(|(instance, one)| (*instance, one.fault.as_str(), one.rto_ms));
    let line = |(instance, one): &(&str, &RtoOutcome)| match one.rto_ms {
        None => format!(
            "clients of {instance} were not served again after \"{}\"",
            one.fault
        ),
        Some(ms) => {
            let lasted = duration_ms(ms);
            format!(
                "clients of {instance} were served again {lasted} into \"{}\"",
                one.fault
            )
        }
    };
    times.iter().take(SERVICES_MAX).map(line).collect()
}

/// The first missed writes of each kind, in words.
fn missed(outcome: &Outcome, clock: Clock) -> Vec<String> {
    let kinds = [
        (WriteClass::DurabilityLoss, "lost"),
        (WriteClass::ConcurrentlyOverwritten, "overwritten"),
    ];
    let mut lines = Vec::new();
    for (class, name) in kinds {
        let examples = outcome.writes.examples.iter();
        let of_class = examples.filter(|example| example.class == class);
        for example in of_class.take(EXAMPLES_MAX) {
            let at = clock.at_ms(example.at_ms);
            lines.push(format!(
                "  {name}, for example: {} of {} at {at}, {}\n",
                example.key, example.origin, example.detail
            ));
        }
    }
    lines
}

/// The classes of acknowledged writes that hold any.
pub fn writes(outcome: &Outcome) -> String {
    let writes = &outcome.writes;
    let classes = [
        ("superseded", writes.superseded),
        (
            "overwritten by concurrent ones",
            writes.concurrently_overwritten,
        ),
        ("lost against causal order", writes.causal_inversion),
        ("lost to the group", writes.durability_loss),
        ("flushed", writes.flushed),
        ("UNEXPLAINED", writes.unexplained),
    ];
    let mut text = format!(
        "{} acknowledged = {} present",
        exact(writes.acknowledged),
        exact(writes.present)
    );
    for (name, amount) in classes.into_iter().filter(|(_, amount)| *amount > 0) {
        text += &format!(" + {} {name}", exact(amount));
    }
    if let Some(ms) = writes.rpo_ms {
        text += &format!(", of up to {} of one member's time", duration_ms(ms));
    }
    if writes.removals > 0 {
        let (all, lost) = (exact(writes.removals), exact(writes.removals_lost));
        text += &format!("; beside them {all} removals, {lost} of them lost");
    }
    text
}

/// Whether a fault was still there when the run ended.
pub fn lasts(outcome: &Outcome, fault: &str) -> bool {
    let mut faults = outcome.faults.iter();
    faults.any(|one| one.name == fault && one.to_ms.is_none())
}

/// Whether and when the members agreed, and what excuses those that do not.
pub fn convergence(outcome: &Outcome) -> String {
    let convergence = &outcome.convergence;
    let mut text = match (convergence.converged, convergence.at_ms) {
        (true, Some(at_ms)) => format!("linked members agree from {}", instant_ms(at_ms)),
        (true, None) => "linked members agree".to_owned(),
        (false, _) => "linked members do not all agree".to_owned(),
    };
    for recovery in &convergence.recovery_ms {
        let fault = &recovery.fault;
        text += &match recovery.recovery_ms {
            None if lasts(outcome, fault) => format!("; \"{fault}\" lasts to the end"),
            None => format!("; not by the end after \"{fault}\""),
            Some(0) => format!("; at once after \"{fault}\""),
            Some(ms) => format!("; {} after \"{fault}\"", duration_ms(ms)),
        };
    }
    for (index, excuse) in convergence.excuses.iter().enumerate() {
        let [one, other] = &excuse.between;
        text += if index == 0 { "; apart: " } else { ", " };
        text += &format!("{one} and {other} by {} keys", count(excuse.keys));
        let next = convergence.excuses.get(index + 1);
        // One reason stands once, after the last of the pairs it excuses.
        if next.is_none_or(|next| next.reason != excuse.reason) {
            text += &format!(" ({})", excuse.reason);
        }
    }
    if convergence.unexcused_keys > 0 {
        text += &format!(
            "; {} keys WITHOUT EXCUSE",
            exact(convergence.unexcused_keys)
        );
    }
    text
}

/// When memory runs out under each reading of the product page; `None` when under neither.
fn readings(outcome: &Outcome, clock: Clock) -> Option<String> {
    let first = |times: Vec<(u64, &str)>| {
        let first = times.into_iter().min();
        first.map_or_else(
            || "never".to_owned(),
            |(at, name)| format!("{name} {}", clock.at_ms(at)),
        )
    };
    let all = &outcome.instances;
    let times = |reading: fn(&InstanceOutcome) -> Option<u64>| {
        all.iter()
            .filter_map(|one| Some((reading(one)?, one.name.as_str())))
            .collect::<Vec<_>>()
    };
    let effect = times(|one| one.readings.per_effect.oom_at_ms);
    let state = times(|one| one.readings.per_state.oom_at_ms);
    if effect.is_empty() && state.is_empty() {
        return None;
    }
    let (effect, state) = (first(effect), first(state));
    Some(format!(
        "first OOM by reading (A-METADATA): per effect {effect}; per state {state}\n"
    ))
}
