//! `report.html`: everything a reviewer needs on one page, which loads nothing and runs nothing.

mod cells;
pub mod sweep;
mod tables;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::experiment::outcome::{Outcome, Status, VerdictStatus};
use crate::metrics::series::Series;
use crate::report::chart::{self, Figure};
use crate::report::draw::{Place, svg};
use crate::report::summary;
use crate::report::units::{Clock, duration_ms};

/// The page's style, for light and dark.
const STYLE: &str = include_str!("page.css");

/// The page of one run.
pub fn page(outcome: &Outcome, series: &Series) -> String {
    let figures = chart::figures(outcome, series);
    let clock = Clock::of_run(outcome.ended_at_ms);
    let has_control = figures.iter().any(|figure| figure.name == "control");
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (outcome.scenario) " · Meridian" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(outcome))
                (answer(&figures, outcome))
                h2 { "Verdicts" }
                (tables::verdicts(outcome, clock))
                h2 { "Over time" }
                @if !series.timeline.faults.is_empty() {
                    p.muted-text { "Shaded: faults, named above the first chart." }
                }
                @for (index, one) in figures.iter().enumerate() {
                    (figure(one, index == 0, outcome, series))
                }
                @if !outcome.commands.is_empty() {
                    h2 { "Commands" }
                    (tables::commands(outcome, clock))
                }
                @if !outcome.control.is_empty() && !has_control {
                    h2 { "Control" }
                    (tables::control(outcome, clock))
                }
                h2 { "Writes" }
                (tables::writes(outcome, clock))
                h2 { "Assumptions in force" }
                p.muted-text { "Bold: set by the scenario or the command line." }
                (tables::assumptions(outcome))
                (foot(outcome))
            }
        }
    };
    page.into_string()
}

fn head(outcome: &Outcome) -> Markup {
    let class = match outcome.status {
        Status::Pass => "status status-pass",
        Status::Fail => "status status-fail",
        Status::Capped => "status status-capped",
    };
    let minus = |status| {
        outcome
            .verdicts
            .iter()
            .filter(|one| one.status == status)
            .count()
    };
    html! {
        h1 { (outcome.scenario) " " span class=(class) { (summary::status(outcome.status)) } }
        p { (outcome.question) }
        p.muted-text {
            "seed " (outcome.seed) " · Meridian " (outcome.version) " · digest " (outcome.digest)
            " · " (duration_ms(outcome.ended_at_ms)) " simulated · "
            (minus(VerdictStatus::Pass)) " held, " (minus(VerdictStatus::Fail)) " failed, "
            (minus(VerdictStatus::NotEvaluated)) " not evaluated"
        }
    }
}

/// What the charts found, before the charts.
fn answer(figures: &[Figure], outcome: &Outcome) -> Markup {
    html! {
        div.answer {
            ul {
                @for figure in figures {
                    li { (figure.title) "." }
                }
                li { "Writes: " (summary::writes(outcome)) "." }
                li { "Convergence: " (summary::convergence(outcome)) "." }
                @for line in summary::service(outcome) { li { "Service: " (line) "." } }
            }
        }
    }
}

fn figure(figure: &Figure, is_first: bool, outcome: &Outcome, series: &Series) -> Markup {
    let table = match figure.name {
        "lanes" => tables::lanes(series),
        "memory" => tables::memory(outcome),
        "lag" => tables::lag(outcome),
        "control" => tables::control(outcome, Clock::of_run(outcome.ended_at_ms)),
        _ => tables::divergence(outcome),
    };
    html! {
        figure {
            figcaption {
                h3 { (figure.title) }
                p.muted-text { (figure.subject) }
            }
            (PreEscaped(svg(figure, Place::Page { names_faults: is_first })))
            details {
                summary { "the figures as a table" }
                div.scroll { (table) }
                p { "Every sample: " a href="series.csv" { "series.csv" } ", this chart alone: "
                    a href={ "charts/" (figure.name) ".svg" } { (figure.name) ".svg" } }
            }
        }
    }
}

fn foot(outcome: &Outcome) -> Markup {
    html! {
        h2 { "Run it again" }
        pre { (outcome.reproduce) }
        p.muted-text {
            "The same command gives the same bytes on every machine. Beside this page: "
            a href="outcome.json" { "outcome.json" } ", "
            a href="plan.ron" { "plan.ron" } ", "
            a href="series.csv" { "series.csv" } ", "
            a href="journal.jsonl" { "journal.jsonl" } "."
        }
    }
}
