//! The cells of a sweep on its page.

use maud::{Markup, html};

use crate::experiment::outcome::{Axis, AxisKind, CellFigures, Cells, Cheapest, Figure, Summary};
use crate::report::sweep::cells::{bands, cost, difference, overall};
use crate::report::sweep::words;
use crate::report::units::{bytes, dollars, duration_ms, exact, percent};

/// What a reader wants to know first.
pub(super) fn answers(summary: &Summary, cells: &Cells) -> Markup {
    let axes = &summary.header.axes;
    html! {
        @if let Some(cheapest) = &cells.cheapest { li { (overall(axes, cheapest)) "." } }
        @for line in bands(axes, cells) { li { (line) "." } }
    }
}

/// The tables of the cells.
pub(super) fn tables(summary: &Summary, cells: &Cells) -> Markup {
    let axes = &summary.header.axes;
    html! {
        @if !cells.swings.is_empty() {
            h2 { "What moves it most" }
            (swings(cells))
        }
        @if let Some(cheapest) = &cells.cheapest {
            @if !cheapest.each.is_empty() {
                h2 { "What to choose" }
                (choices(axes, cheapest))
            }
        }
        h2 { "Cells" }
        p.muted-text {
            "All cells have the same seeds, but for the last one of a sweep that was interrupted. "
            "Shares and medians with 95 % intervals, which hold for one cell; over several the "
            "cases of a seed count as one. "
            "? : too few cases for a bound."
        }
        (each(axes, cells))
    }
}

fn swings(cells: &Cells) -> Markup {
    html! {
        div.scroll { table {
            tr { th { "axis" } th { "least at" } th.number { "share" } th { "most at" }
                th.number { "share" } th.number { "difference in points (95 %)" }
                th.number { "seeds" } }
            @for swing in &cells.swings {
                tr {
                    td { (swing.axis) }
                    td { (swing.low.value) }
                    td.number { (words::share_ppm(swing.low.share_ppm)) }
                    td { (swing.high.value) }
                    td.number { (words::share_ppm(swing.high.share_ppm)) }
                    td.number { (difference(swing)) }
                    td.number { (exact(swing.seeds)) }
                }
            }
        } }
    }
}

fn choices(axes: &[Axis], cheapest: &Cheapest) -> Markup {
    html! {
        div.scroll { table {
            tr {
                @for axis in axes.iter().filter(|one| one.kind == AxisKind::Circumstance) {
                    th { (axis.name) }
                }
                th { "cheapest that always passes" } th.number { "cost" }
                th.number { "failing, a cell" }
            }
            @for one in &cheapest.each {
                tr {
                    @for value in &one.values { td { (value) } }
                    @match &one.chosen {
                        None => { td { "none" } td.number {} td.number {} }
                        Some(chosen) => {
                            td { (chosen.values.join(" + ")) }
                            td.number { (cost(cheapest.by, chosen.cost)) }
                            td.number { (words::share(&chosen.failures)) }
                        }
                    }
                }
            }
        } }
    }
}

fn each(axes: &[Axis], cells: &Cells) -> Markup {
    html! {
        div.scroll { table {
            tr {
                @for axis in axes { th { (axis.name) } }
                th.number { "failing" } th.number { "out of memory" }
                th.number { "first out of memory, median" }
                th.number { "earliest" }
                th.number { "agreement, median" } th.number { "fullest shard, at most" }
                th.number { "writes lost, at most" } th.number { "bought" }
            }
            @for cell in &cells.each {
                tr class=(if cell.failures.count > 0 { "fail" } else { "pass" }) {
                    @for value in &cell.values { td { (value) } }
                    td.number { (words::share(&cell.failures)) }
                    td.number { (words::share(&cell.out_of_memory)) }
                    td.number { (median(&cell.oom_at_ms)) }
                    td.number { (words::value(cell.oom_at_ms.least, duration_ms)) }
                    td.number { (median(&cell.converge_ms)) }
                    td.number { (words::value(cell.used_peak_ppm.most, percent)) }
                    td.number { (words::value(cell.lost_writes.most, exact)) }
                    td.number { (bought(cell)) }
                }
            }
        } }
    }
}

fn median(figure: &Figure) -> String {
    let half = figure.quantiles.get(1);
    half.map_or_else(String::new, |half| words::estimate(half, duration_ms))
}

fn bought(cell: &CellFigures) -> String {
    let price = cell.micro_usd_per_hour;
    let price = price.map(|price| format!("{} an hour", dollars(price)));
    let parts: Vec<String> = cell
        .bought_bytes
        .map(bytes)
        .into_iter()
        .chain(price)
        .collect();
    parts.join(", ")
}
