//! The tables of the page: the data behind each chart, and what no chart shows.

use maud::{Markup, html};

use crate::experiment::outcome::{
    Amount, ControlResult, Outcome, Recovery, VerdictStatus, WriteClass,
};
use crate::metrics::series::Series;
use crate::plan::MemoryKind;
use crate::report::summary::{self, sign};
use crate::report::units::{Clock, bytes, dollars, duration_ms, exact, instant_ms, percent};

pub(super) fn verdicts(outcome: &Outcome, clock: Clock) -> Markup {
    let class = |status| match status {
        VerdictStatus::Pass => "pass",
        VerdictStatus::Fail => "fail",
        VerdictStatus::NotEvaluated => "open",
    };
    let words = |status| match status {
        VerdictStatus::Pass => "held",
        VerdictStatus::Fail => "failed",
        VerdictStatus::NotEvaluated => "not evaluated",
    };
    html! {
        div.scroll {
            table {
                tr { th {} th { "verdict" } th { "observed" } th { "demanded" }
                    th.number { "at (" (clock.format()) ")" } th { "detail" } }
                @for one in &outcome.verdicts {
                    tr class=(class(one.status)) {
                        td { (sign(one.status)) " " (words(one.status)) }
                        td { (one.name) }
                        td { (one.observed) }
                        td { (one.limit) }
                        td.number { @if let Some(at_ms) = one.at_ms { (clock.at_ms(at_ms)) } }
                        td { (one.detail) }
                    }
                }
            }
        }
    }
}

pub(super) fn lanes(series: &Series) -> Markup {
    html! {
        table {
            tr { th { "region" } th { "state" } th.number { "from (h:mm:ss)" }
                th.number { "to" } th.number { "for" } }
            @for lane in &series.timeline.lanes {
                @for span in &lane.spans {
                    tr {
                        td { (lane.region) }
                        td { (span.state.words()) }
                        td.number { (instant_ms(span.from.as_millis())) }
                        td.number { (instant_ms(span.to.as_millis())) }
                        td.number { (duration_ms(span.to.since(span.from).as_millis())) }
                    }
                }
            }
        }
    }
}

fn never_or(ms: Option<u64>, words: fn(u64) -> String) -> String {
    ms.map_or_else(|| "never".to_owned(), words)
}

/// Peak and end of each kind, and of the whole under both readings.
pub(super) fn memory(outcome: &Outcome) -> Markup {
    let cell = |amount: Amount| {
        html! {
            td.number { (bytes(amount.peak_bytes)) " / " (bytes(amount.final_bytes)) }
        }
    };
    let oom = |at_ms: Option<u64>| never_or(at_ms, instant_ms);
    html! {
        table {
            tr { th { "instance, peak / end" }
                @for kind in MemoryKind::ALL { th.number { (kind.name().replace('_', " ")) } }
                th.number { "total" } th.number { "limit" } th.number { "fullest shard" } }
            @for one in &outcome.instances {
                tr {
                    td { (one.name) ", " (one.sku) @if !one.linked { " (unlinked)" } }
                    @for kind in MemoryKind::ALL { (cell(one.memory.of(kind))) }
                    (cell(one.memory.total))
                    td.number { (bytes(one.limit_bytes)) }
                    td.number { (percent(one.used_peak_ppm)) }
                }
            }
        }
        p.muted-text { "What piles up while a member is away can be read in two ways (A-METADATA); \
            the rest of the run being the same:" }
        table {
            tr { th { "instance" } th.number { "per effect: peak" } th.number { "out of memory at" }
                th.number { "per state: peak" } th.number { "out of memory at" } }
            @for one in &outcome.instances {
                tr {
                    td { (one.name) }
                    td.number { (bytes(one.readings.per_effect.total.peak_bytes)) }
                    td.number { (oom(one.readings.per_effect.oom_at_ms)) }
                    td.number { (bytes(one.readings.per_state.total.peak_bytes)) }
                    td.number { (oom(one.readings.per_state.oom_at_ms)) }
                }
            }
        }
    }
}

pub(super) fn lag(outcome: &Outcome) -> Markup {
    let lag = |value: Option<u64>| value.map_or_else(|| "-".to_owned(), duration_ms);
    html! {
        table {
            tr { th { "link" } th.number { "effects" } th.number { "bytes" }
                th.number { "dropped" } th.number { "partial syncs" } th.number { "full syncs" }
                th.number { "lag p50" } th.number { "p99" } th.number { "p99.9" }
                th.number { "max" } th.number { "n" } th.number { "egress" } }
            @for link in &outcome.links {
                tr {
                    td { (link.from) " → " (link.to) }
                    td.number { (exact(link.sent_effects)) }
                    td.number { (bytes(link.sent_bytes)) }
                    td.number { (exact(link.dropped)) }
                    td.number { (link.partial_syncs) }
                    td.number { (link.full_syncs) }
                    td.number { (lag(link.lag_ms.map(|lag| lag.p50))) }
                    td.number { (lag(link.lag_ms.map(|lag| lag.p99))) }
                    td.number { (lag(link.lag_ms.map(|lag| lag.p999))) }
                    td.number { (lag(link.lag_ms.map(|lag| lag.max))) }
                    td.number { (exact(link.lag_ms.map_or(0, |lag| lag.count))) }
                    td.number { (dollars(link.micro_usd)) }
                }
            }
        }
    }
}

fn recovery(outcome: &Outcome, of: &Recovery) -> String {
    match of.recovery_ms {
        Some(ms) => duration_ms(ms),
        None if summary::lasts(outcome, &of.fault) => "it lasts to the end".to_owned(),
        None => "not by the end".to_owned(),
    }
}

pub(super) fn divergence(outcome: &Outcome) -> Markup {
    let convergence = &outcome.convergence;
    html! {
        p { (summary::convergence(outcome)) }
        @if !convergence.recovery_ms.is_empty() {
            table {
                tr { th { "fault" } th.number { "from its end to agreement" } }
                @for one in &convergence.recovery_ms {
                    tr {
                        td { (one.fault) }
                        td.number { (recovery(outcome, one)) }
                    }
                }
            }
        }
        @if !convergence.excuses.is_empty() {
            table {
                tr { th { "between" } th.number { "keys apart" } th { "because" } }
                @for one in &convergence.excuses {
                    tr {
                        td { (one.between[0]) " and " (one.between[1]) }
                        td.number { (exact(one.keys)) }
                        td { (one.reason) }
                    }
                }
            }
        }
    }
}

pub(super) fn commands(outcome: &Outcome, clock: Clock) -> Markup {
    html! {
        div.scroll {
            table {
                tr { th.number { "at (" (clock.format()) ")" } th { "on" } th { "command" }
                    th { "reply" } th.number { "effects" } }
                @for one in &outcome.commands {
                    tr {
                        td.number { (clock.at_ms(one.at_ms)) }
                        td { (one.on) }
                        td { code { (one.command) } }
                        td { pre { (one.reply) } }
                        td.number { (one.effects) }
                    }
                }
            }
        }
    }
}

pub(super) fn control(outcome: &Outcome, clock: Clock) -> Markup {
    let result = |result| match result {
        ControlResult::Ok => "ok",
        ControlResult::Refused => "refused",
        ControlResult::Failed => "failed",
    };
    html! {
        table {
            tr { th.number { "at (" (clock.format()) ")" } th { "request" } th { "on" }
                th { "by" } th { "result" } th.number { "ended" } th { "found" } }
            @for one in &outcome.control {
                tr {
                    td.number { (clock.at_ms(one.at_ms)) }
                    td { (one.request) }
                    td { (one.on) }
                    td { @if let Some(rule) = &one.rule { "rule " (rule) } @else { "script" } }
                    td { (result(one.result)) @if let Some(error) = &one.error { ": " (error) } }
                    td.number { @if let Some(at) = one.ended_at_ms { (clock.at_ms(at)) } }
                    td { @if let Some(detail) = &one.detail { (detail) } }
                }
            }
        }
        @for absence in &outcome.absences {
            p { "A member short: " (summary::absence(absence, clock)) "." }
        }
    }
}

/// The classes of acknowledged writes, and a few of the lost and the overwritten.
pub(super) fn writes(outcome: &Outcome, clock: Clock) -> Markup {
    let writes = &outcome.writes;
    let classes = [
        ("present", writes.present, "still in a value at the end"),
        (
            "superseded",
            writes.superseded,
            "replaced by a later operation that had seen them",
        ),
        (
            "concurrently overwritten",
            writes.concurrently_overwritten,
            "hidden by a concurrent write: a lost update to its user",
        ),
        (
            "causal inversion",
            writes.causal_inversion,
            "defeated against causal order",
        ),
        (
            "durability loss",
            writes.durability_loss,
            "held by no surviving member any more",
        ),
        (
            "flushed",
            writes.flushed,
            "removed with all else by a flush",
        ),
        ("unexplained", writes.unexplained, "must be 0"),
        (
            "beside them: removals",
            writes.removals,
            "deletions, removed elements and deadlines: they leave no value",
        ),
        (
            "removals lost",
            writes.removals_lost,
            "applied by no surviving member",
        ),
    ];
    html! {
        table {
            tr { th { "acknowledged writes" } th.number { (exact(writes.acknowledged)) } th {} }
            @for (name, amount, meaning) in classes {
                tr { td { (name) } td.number { (exact(amount)) } td { (meaning) } }
            }
        }
        @if !writes.examples.is_empty() {
            details {
                summary { "examples of lost and overwritten writes ("
                    (exact(writes.examples_left_out)) " more)" }
                table {
                    tr { th { "key" } th { "class" } th { "acknowledged by" }
                        th.number { "at (" (clock.format()) ")" } th { "what defeated it" } }
                    @for one in &writes.examples {
                        tr {
                            td { code { (one.key) } }
                            td { (class(one.class)) }
                            td { (one.origin) }
                            td.number { (clock.at_ms(one.at_ms)) }
                            td { (one.detail) }
                        }
                    }
                }
            }
        }
    }
}

/// What a class is called.
fn class(class: WriteClass) -> &'static str {
    match class {
        WriteClass::Present => "present",
        WriteClass::Superseded => "superseded",
        WriteClass::ConcurrentlyOverwritten => "overwritten",
        WriteClass::CausalInversion => "lost against causal order",
        WriteClass::DurabilityLoss => "lost for good",
        WriteClass::Unexplained => "unexplained",
    }
}

pub(super) fn assumptions(outcome: &Outcome) -> Markup {
    html! {
        div.scroll {
            table {
                tr { th { "id" } th { "in force" } th { "default" } th { "what and why" } }
                @for one in &outcome.assumptions {
                    tr class=(if one.is_changed() { "changed" } else { "default" }) {
                        td { code { (one.id) } }
                        td { (one.value) }
                        td { (one.default) }
                        td {
                            (one.source)
                            @for applied in &one.applied_to {
                                br;
                                (applied)
                            }
                        }
                    }
                }
            }
        }
    }
}
