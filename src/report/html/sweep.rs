//! `sweep.html`: a sweep on one page, which loads nothing and runs nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::experiment::outcome::{Figure as Numbers, Summary};
use crate::report::chart::Figure;
use crate::report::draw::{Place, svg};
use crate::report::html::{STYLE, cells};
use crate::report::sweep::text::{self, Row};
use crate::report::sweep::words;
use crate::report::units::{exact, percent};

/// The page of one sweep with its charts.
pub fn page(summary: &Summary, figures: &[Figure]) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (text::name(summary)) " · Meridian" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(summary))
                @if !summary.signatures.is_empty() {
                    h2 { "Failures" }
                    (failures(summary))
                }
                @if !summary.gates.is_empty() {
                    h2 { "Over all cases" }
                    (gates(summary))
                }
                @for one in figures { (figure(one)) }
                @match &summary.cells {
                    Some(of) => (cells::tables(summary, of)),
                    None => (numbers(summary)),
                }
                (foot(summary))
            }
        }
    };
    page.into_string()
}

fn head(summary: &Summary) -> Markup {
    let (class, word) = match summary.holds {
        true => ("status status-pass", "PASS"),
        false => ("status status-fail", "FAIL"),
    };
    let header = &summary.header;
    html! {
        h1 { (text::name(summary)) " " span class=(class) { (word) } }
        p { (header.question) }
        p.muted-text {
            "Meridian " (header.version) " · plan " (header.plan_sha256)
            @for set in &header.overrides { " · " (set) }
        }
        div.answer {
            ul {
                li { (words::count(&summary.failures)) " cases fail: "
                    (words::share(&summary.failures)) " with 95 %." }
                li { (exact(summary.passed)) " passed, " (exact(summary.failed)) " failed, "
                    (exact(summary.capped)) " over a limit, "
                    (exact(summary.panicked)) " ended by a bug of the simulator." }
                @if let Some(of) = &summary.cells { (cells::answers(summary, of)) }
                @if let Some(stopped) =
                    words::stopped(summary.stopped, summary.run, summary.planned) {
                    li { (stopped) "." }
                }
            }
        }
    }
}

fn failures(summary: &Summary) -> Markup {
    html! {
        div.scroll {
            table {
                tr { th { "failure" } th.number { "cases" } th { "share (95 %)" }
                    th { "first seeds" } th { "seen in the first" } th { "run it again" } }
                @for one in &summary.signatures {
                    tr.fail {
                        td { (one.signature) }
                        td.number { (exact(one.share.count)) }
                        td { (words::share(&one.share)) }
                        td { @for (index, seed) in one.first_seeds.iter().enumerate() {
                            @if index > 0 { ", " } (seed) } }
                        td { (one.detail) }
                        td { pre { (one.reproduce) } }
                    }
                }
            }
        }
    }
}

fn gates(summary: &Summary) -> Markup {
    html! {
        div.scroll {
            table {
                tr { th {} th { "must happen" } th.number { "cases" } th { "share (95 %)" }
                    th { "demanded" } th.number { "first seed" } }
                @for gate in &summary.gates {
                    tr class=(if gate.met { "pass" } else { "fail" }) {
                        td { (if gate.met { "✓ met" } else { "✗ not met" }) }
                        td { (gate.name) }
                        td.number { (words::count(&gate.share)) }
                        td { (words::share(&gate.share)) }
                        td { @match gate.once_in {
                            Some(runs) => { "in 1 of " (exact(runs)) " cases" }
                            None => { "once" }
                        } }
                        td.number { @if let Some(seed) = gate.first_seed { (seed) } }
                    }
                }
            }
        }
    }
}

fn figure(figure: &Figure) -> Markup {
    html! {
        figure {
            figcaption {
                h3 { (figure.title) }
                p.muted-text { (figure.subject) }
            }
            (PreEscaped(svg(figure, Place::Page { names_faults: false })))
            p.muted-text { "Each case: " a href="cases.jsonl" { "cases.jsonl" }
                ", this chart alone: "
                a href={ "charts/" (figure.name) ".svg" } { (figure.name) ".svg" } }
        }
    }
}

fn numbers(summary: &Summary) -> Markup {
    let peaks = summary.instances.iter().map(|one| Row {
        name: format!("{}: fullest shard", one.name),
        unit: percent,
        figure: &one.used_peak_ppm,
        worst: one.used_peak_ppm.most,
    });
    let rows: Vec<Row<'_>> = text::rows(summary).into_iter().chain(peaks).collect();
    let cells = |numbers: &Numbers, unit| -> Vec<String> {
        let quantiles = numbers.quantiles.iter();
        quantiles.map(|one| words::estimate(one, unit)).collect()
    };
    html! {
        h2 { "Figures" }
        p.muted-text {
            "Quantiles over the cases that ended by themselves; in brackets the 95 % interval of "
            "each, whatever the distribution. ? : too few cases for a bound."
        }
        div.scroll {
            table {
                tr { th { "figure" } th.number { "cases" } th.number { "5 %" }
                    th.number { "median" } th.number { "95 %" } th.number { "worst" } }
                @for row in &rows {
                    tr {
                        td { (row.name) }
                        td.number { (exact(row.figure.cases)) }
                        @for cell in cells(row.figure, row.unit) { td.number { (cell) } }
                        td.number { (words::value(row.worst, row.unit)) }
                    }
                }
            }
        }
    }
}

fn foot(summary: &Summary) -> Markup {
    html! {
        p.muted-text {
            "The same cases give the same bytes on every machine, in any number of pieces. Beside "
            "this page: " a href="sweep.json" { "sweep.json" } ", "
            a href="cases.jsonl" { "cases.jsonl" } ", "
            a href="failures.jsonl" { "failures.jsonl" }
            " (" (exact(summary.failures.count)) " lines)."
        }
    }
}
