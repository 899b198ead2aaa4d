//! What a terminal shows of a sweep: what fails, what happens sometimes, figures; in at most 25
//! lines, with axes in at most 30.

use crate::experiment::outcome::{Figure, Gate, Signature, Summary, Value};
use crate::report::sweep::{cells, words};
use crate::report::table::{self, Flush};
use crate::report::units::{duration_ms, exact};

/// Rows of one kind shown before the rest is only counted.
const FAILURES_MAX: usize = 4;
const FAILURES_WITH_CELLS_MAX: usize = 2;
const GATES_MAX: usize = 3;
/// The median, in parts of a million.
const HALF: u64 = 500_000;

/// The summary, with a line break at its end.
pub fn text(summary: &Summary) -> String {
    let header = &summary.header;
    let mut text = format!(
        "{}  {}  {}  {} cases fail: {}\n",
        if summary.holds { "PASS" } else { "FAIL" },
        header.scenario,
        words::cases(header),
        words::count(&summary.failures),
        words::share(&summary.failures),
    );
    let most = match summary.cells {
        None => FAILURES_MAX,
        Some(_) => FAILURES_WITH_CELLS_MAX,
    };
    text += &failures(&summary.signatures, most);
    text += &gates(&summary.gates);
    text += &match &summary.cells {
        None => figures(summary),
        Some(of) => cells::text(summary, of),
    };
    if let Some(stopped) = words::stopped(summary.stopped, summary.run, summary.planned) {
        text += &format!("{stopped}\n");
    }
    if let Some(first) = summary.signatures.first() {
        text += &format!("replay: {}\n", first.reproduce);
    }
    text
}

fn failures(signatures: &[Signature], most: usize) -> String {
    if signatures.is_empty() {
        return String::new();
    }
    let row = |one: &Signature| {
        let seeds: Vec<String> = one.first_seeds.iter().map(u64::to_string).collect();
        let more = match one.share.count > one.first_seeds.len() as u64 {
            true => ", …",
            false => "",
        };
        vec![
            format!("✗ {}", one.signature),
            exact(one.share.count),
            words::share(&one.share),
            format!("{}{more}", seeds.join(", ")),
        ]
    };
    let header = [
        ("failure", Flush::Left),
        ("cases", Flush::Right),
        ("share (95 %)", Flush::Left),
        ("first seeds", Flush::Left),
    ];
    let rows: Vec<_> = signatures.iter().take(most).map(row).collect();
    table::text(&header, &rows) + &left_out(signatures.len(), most, "failures")
}

fn gates(gates: &[Gate]) -> String {
    if gates.is_empty() {
        return String::new();
    }
    let row = |gate: &Gate| {
        let demanded = match gate.once_in {
            Some(runs) => format!("1 of {}", exact(runs)),
            None => "once".to_owned(),
        };
        vec![
            format!("{} {}", if gate.met { "✓" } else { "✗" }, gate.name),
            words::count(&gate.share),
            words::share(&gate.share),
            demanded,
        ]
    };
    let header = [
        ("over all cases", Flush::Left),
        ("cases", Flush::Right),
        ("share (95 %)", Flush::Left),
        ("demanded", Flush::Left),
    ];
    // What is not met must be seen.
    let mut ordered: Vec<&Gate> = gates.iter().collect();
    ordered.sort_by_key(|gate| gate.met);
    let rows: Vec<_> = ordered.into_iter().take(GATES_MAX).map(row).collect();
    table::text(&header, &rows) + &left_out(gates.len(), GATES_MAX, "of these")
}

/// A figure in words: its name, the cases that have it, its quantiles, its worst value.
pub(in crate::report) struct Row<'a> {
    /// What it is.
    pub name: String,
    /// In which unit.
    pub unit: fn(u64) -> String,
    /// Its numbers.
    pub figure: &'a Figure,
    /// The worst of them.
    pub worst: Value,
}

/// The figures of a sweep.
pub(in crate::report) fn rows(summary: &Summary) -> Vec<Row<'_>> {
    let members = summary.instances.iter().map(|one| Row {
        name: format!("{} out of memory at", one.name),
        unit: duration_ms,
        figure: &one.oom_at_ms,
        worst: one.oom_at_ms.least,
    });
    let others = [
        (
            "agreement after",
            duration_ms as fn(u64) -> String,
            &summary.converge_ms,
        ),
        ("longest recovery", duration_ms, &summary.recovery_ms),
        ("clients unserved for", duration_ms, &summary.rto_ms),
        ("writes lost of", duration_ms, &summary.rpo_ms),
        ("writes lost", exact, &summary.lost_writes),
        ("writes overwritten", exact, &summary.overwritten_writes),
    ];
    let others = others.map(|(name, unit, figure)| Row {
        name: name.to_owned(),
        unit,
        figure,
        worst: figure.most,
    });
    members
        .chain(others)
        .filter(|row| row.figure.cases > 0)
        .collect()
}

fn figures(summary: &Summary) -> String {
    let row = |row: &Row<'_>| {
        let mut cells = vec![row.name.clone(), exact(row.figure.cases)];
        let quantiles = row.figure.quantiles.iter();
        // The page has all intervals; here there is room for one.
        cells.extend(quantiles.map(|one| match one.quantile_ppm {
            HALF => words::estimate(one, row.unit),
            _ => words::value(one.value, row.unit),
        }));
        cells.push(words::value(row.worst, row.unit));
        cells
    };
    let rows: Vec<_> = rows(summary).iter().map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let header = [
        ("figure", Flush::Left),
        ("cases", Flush::Right),
        ("5 %", Flush::Right),
        ("median (95 %)", Flush::Right),
        ("95 %", Flush::Right),
        ("worst", Flush::Right),
    ];
    table::text(&header, &rows)
}

fn left_out(all: usize, shown: usize, what: &str) -> String {
    match all > shown {
        true => format!("  … and {} more {what}\n", all - shown),
        false => String::new(),
    }
}

/// What a sweep is called on a page: with its arm, which its name has, and its seeds.
pub(in crate::report) fn name(summary: &Summary) -> String {
    format!(
        "{}, {}",
        summary.header.scenario,
        words::cases(&summary.header)
    )
}
