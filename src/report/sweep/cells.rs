//! Cells as people read them: which of them stand out, and what to choose.

use crate::experiment::outcome::{
    Axis, AxisKind, BandFigures, CellFigures, Cells, Cheapest, Chosen, CostUnit, Measure, Share,
    Summary, Swing,
};
use crate::experiment::sweep::Grid;
use crate::report::sweep::words;
use crate::report::table::{self, Flush};
use crate::report::units::{bytes, dollars, exact};

/// Rows of one kind shown before the rest is only counted.
const ROWS_MAX: usize = 9;
const SWINGS_MAX: usize = 4;
/// Values of an axis that stand beside each other; more of a single axis stand one below the other.
const COLUMNS_MAX: usize = 6;

/// The shares of all cells by the axes that are no bands, the worst of each band.
pub(in crate::report) struct Map<'a> {
    /// The axes.
    pub axes: Vec<Axis>,
    /// The bands, by name.
    pub bands: Vec<&'a str>,
    /// The share of each combination of values, in the order of the axes' grid.
    pub shares: Vec<&'a Share>,
}

impl<'a> Map<'a> {
    /// The map of a sweep.
    pub(in crate::report) fn new(axes: &'a [Axis], cells: &'a Cells) -> Self {
        let is_band = |axis: &&Axis| axis.kind == AxisKind::Band;
        let known = [AxisKind::Choice, AxisKind::Circumstance];
        let grid = Grid(axes);
        let worst = |first: usize| {
            let all = grid.alike(first, &known).into_iter();
            let all = all.map(|cell| of_cell(&cells.each[cell], cells.measure));
            all.max_by_key(|share| words::part_ppm(share))
        };
        Self {
            axes: axes.iter().filter(|axis| !is_band(axis)).cloned().collect(),
            bands: axes
                .iter()
                .filter(is_band)
                .map(|axis| axis.name.as_str())
                .collect(),
            shares: grid.firsts(&known).into_iter().filter_map(worst).collect(),
        }
    }

    /// What is shown of bands: ` (the worst of record)`.
    pub(in crate::report) fn worst_of(&self) -> String {
        match self.bands.as_slice() {
            [] => String::new(),
            bands => format!(" (the worst of {})", bands.join(" and ")),
        }
    }
}

/// The share of a cell that axes are weighed by.
fn of_cell(cell: &CellFigures, measure: Measure) -> &Share {
    match measure {
        Measure::OutOfMemory => &cell.out_of_memory,
        Measure::Failures => &cell.failures,
    }
}

/// What a measure counts: `share of cases that run out of memory`.
pub(in crate::report) fn measured(measure: Measure) -> &'static str {
    match measure {
        Measure::OutOfMemory => "share of cases that run out of memory",
        Measure::Failures => "share of cases that fail",
    }
}

/// What a terminal shows of the cells.
pub(in crate::report) fn text(summary: &Summary, cells: &Cells) -> String {
    let axes = &summary.header.axes;
    let mut text = map(&Map::new(axes, cells), cells.measure);
    text += &swings(cells);
    for line in bands(axes, cells) {
        text += &format!("  {line}\n");
    }
    if let Some(cheapest) = &cells.cheapest {
        text += &format!("{}\n", overall(axes, cheapest));
    }
    text
}

/// A row for each combination of all axes but the last, and a column for each value of that.
fn map(map: &Map<'_>, measure: Measure) -> String {
    let Some((last, others)) = map.axes.split_last() else {
        return String::new();
    };
    if others.is_empty() && last.values.len() > COLUMNS_MAX {
        return column(map, last, measure);
    }
    let what = measured(measure).to_owned() + &map.worst_of();
    let mut header: Vec<(&str, Flush)> = vec![(&what, Flush::Left)];
    let columns = last.values.iter();
    header.extend(columns.map(|value| (value.label.as_str(), Flush::Right)));
    let rows = Grid(others);
    let row = |(number, shares): (usize, &[&Share])| {
        let labels = others.iter().zip(rows.labels(number));
        let labels: Vec<String> = labels
            .map(|(axis, label)| format!("{} {label}", axis.name))
            .collect();
        let name = match labels.as_slice() {
            [] => format!("by {}", last.name),
            labels => labels.join(", "),
        };
        let shares = shares.iter().map(|share| words::part(share));
        std::iter::once(name).chain(shares).collect()
    };
    let all: Vec<Vec<String>> = map
        .shares
        .chunks(last.values.len())
        .enumerate()
        .map(row)
        .collect();
    let shown = &all[..all.len().min(ROWS_MAX)];
    let more = match all.len() - shown.len() {
        0 => String::new(),
        more => format!("  … and {more} more rows\n"),
    };
    table::text(&header, shown) + &more
}

/// One axis alone: a row for each of its values.
fn column(map: &Map<'_>, axis: &Axis, measure: Measure) -> String {
    let what = measured(measure).to_owned() + &map.worst_of();
    let header = [(axis.name.as_str(), Flush::Left), (&what, Flush::Right)];
    let rows = axis.values.iter().zip(&map.shares);
    let rows: Vec<Vec<String>> = rows
        .map(|(value, share)| vec![value.label.clone(), words::part(share)])
        .collect();
    let shown = &rows[..rows.len().min(ROWS_MAX)];
    let more = match rows.len() - shown.len() {
        0 => String::new(),
        more => format!("  … and {more} more rows\n"),
    };
    table::text(&header, shown) + &more
}

fn swings(cells: &Cells) -> String {
    let row = |swing: &Swing| {
        let end = |end: &crate::experiment::outcome::SwingEnd| {
            format!("{} at {}", words::share_ppm(end.share_ppm), end.value)
        };
        vec![
            swing.axis.clone(),
            end(&swing.low),
            end(&swing.high),
            difference(swing),
        ]
    };
    let rows: Vec<Vec<String>> = cells.swings.iter().take(SWINGS_MAX).map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let header = [
        ("what moves it most", Flush::Left),
        ("least", Flush::Left),
        ("most", Flush::Left),
        ("difference in points (95 %)", Flush::Left),
    ];
    table::text(&header, &rows)
}

/// A difference of shares: `46.3 (40.1 to 52)`.
pub(in crate::report) fn difference(swing: &Swing) -> String {
    format!(
        "{} ({} to {})",
        points(swing.difference_ppm),
        points(swing.difference_low_ppm),
        points(swing.difference_high_ppm)
    )
}

/// Points of a hundred, from parts of a million.
fn points(ppm: i64) -> String {
    let sign = if ppm < 0 { "−" } else { "" };
    let tenths = (ppm.unsigned_abs() + 500) / 1_000;
    match tenths % 10 {
        0 => format!("{sign}{}", tenths / 10),
        part => format!("{sign}{}.{part}", tenths / 10),
    }
}

/// The headline figures over what no source settles, a line each.
pub(in crate::report) fn bands(axes: &[Axis], cells: &Cells) -> Vec<String> {
    let names: Vec<&str> = axes
        .iter()
        .filter(|axis| axis.kind == AxisKind::Band)
        .map(|axis| axis.name.as_str())
        .collect();
    let share = |what: &str, of: fn(&BandFigures) -> &Share| {
        let key = |one: &&BandFigures| words::part_ppm(of(one));
        let low = cells.band.iter().min_by_key(key)?;
        let high = cells.band.iter().max_by_key(key)?;
        let end =
            |one: &BandFigures| format!("{} at {}", words::part(of(one)), one.values.join(", "));
        Some(format!(
            "{what}: {} to {}, by {}",
            end(low),
            end(high),
            names.join(" and ")
        ))
    };
    let first = |one: &BandFigures| match one.oom_at_ms.least {
        least @ crate::experiment::outcome::Value::At(_) => format!(
            "after {}",
            words::value(least, crate::report::units::duration_ms)
        ),
        _ => "never".to_owned(),
    };
    let times: Vec<String> = cells
        .band
        .iter()
        .map(|one| format!("{} ({})", first(one), one.values.join(", ")))
        .collect();
    let mut lines: Vec<String> = Vec::new();
    lines.extend(share("out of memory", |one| &one.out_of_memory));
    lines.extend(share("failing", |one| &one.failures));
    if !times.is_empty() && times.len() <= 4 {
        lines.push(format!("first out of memory: {}", times.join("; ")));
    }
    lines
}

/// What to choose for all circumstances.
pub(in crate::report) fn overall(axes: &[Axis], cheapest: &Cheapest) -> String {
    let names = |kind: AxisKind| -> Vec<&str> {
        let of = axes.iter().filter(|axis| axis.kind == kind);
        of.map(|axis| axis.name.as_str()).collect()
    };
    let stands = match names(AxisKind::Circumstance).as_slice() {
        [] => String::new(),
        all => format!(", whatever {}", all.join(" and ")),
    };
    match &cheapest.overall {
        Some(chosen) => format!(
            "cheapest that always passes{stands}: {}",
            told(cheapest, chosen)
        ),
        None => format!(
            "no {} always passes{stands}",
            names(AxisKind::Choice).join(" and ")
        ),
    }
}

/// A configuration, what it costs, and how sure it is.
pub(in crate::report) fn told(cheapest: &Cheapest, chosen: &Chosen) -> String {
    let others = match chosen.equals.as_slice() {
        [] => String::new(),
        [other] => format!(" or {}", other.join(" and ")),
        others => format!(" or one of {} others", others.len()),
    };
    format!(
        "{}{others}, {}; in each cell 0 of {} cases fail (at most {})",
        chosen.values.join(" and "),
        cost(cheapest.by, chosen.cost),
        exact(chosen.failures.of),
        words::share_ppm(chosen.failures.high_ppm)
    )
}

/// A cost with its unit.
pub(in crate::report) fn cost(by: CostUnit, amount: u64) -> String {
    match by {
        CostUnit::MicroUsdPerHour => format!("{} an hour", dollars(amount)),
        CostUnit::BoughtBytes => format!("{} of memory bought", bytes(amount)),
    }
}
