//! How long effects take from link to link: lines for a few links, a heatmap for many.

use super::layout::{LABEL, LEFT, PX, log2, time_ticks};
use super::{EndLabel, Figure, Key, Mark, Panel, Point, Sheet, Stroke};
use crate::metrics::series::{Lag, LinkSeries};
use crate::report::font::fit;
use crate::report::palette::Tint;
use crate::report::units::{duration_ms, duration_us};

/// More links than this are drawn as a heatmap.
const LINKS_MAX: usize = 6;
/// Lines have a corner or two in each of so many columns of the plot.
const COLUMNS: u64 = 160;
/// The most columns of a heatmap.
const CELLS_MAX: u64 = 18;
/// The height of a panel with lines, in pixels.
const HEIGHT: i32 = 66;
/// The height of a row of cells, in pixels.
const CELL_HEIGHT: i32 = 20;
/// What the logarithmic scale may begin and end with, in microseconds.
const ROUND: [u64; 11] = [
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    60_000_000,
    600_000_000,
    3_600_000_000,
    36_000_000_000,
];

/// One of the figures of a sample.
type Quantile = fn(&Lag) -> u64;

/// The chart; `None` when no effect was applied over any link.
pub fn figure(sheet: &Sheet<'_>) -> Option<Figure> {
    let links: Vec<&LinkSeries> = sheet
        .series
        .links
        .iter()
        .filter(|one| has_lag(one))
        .collect();
    if links.is_empty() {
        return None;
    }
    let lags = || links.iter().flat_map(|link| link.lag.iter().flatten());
    let least = lags().map(|lag| lag.p50_us).min()?;
    let most = lags().map(|lag| lag.max_us).max()?;
    let is_map = links.len() > LINKS_MAX;
    let subject = if is_map {
        "Replication lag by link: the worst p99 of a sample in each cell; empty: nothing arrived"
    } else {
        "Replication lag by link, logarithmic: p50, p99 and the slowest of each sample; \
         labels: the whole run; no line: nothing arrived"
    };
    let mut figure = sheet.figure("lag", title(sheet), subject.to_owned());
    figure.panels = if is_map {
        links
            .iter()
            .map(|link| cells(sheet, link, least, most))
            .collect()
    } else {
        links
            .iter()
            .map(|link| lines(sheet, link, least, most))
            .collect()
    };
    Some(figure)
}

fn has_lag(link: &LinkSeries) -> bool {
    link.lag.iter().any(Option::is_some)
}

fn title(sheet: &Sheet<'_>) -> String {
    let links = sheet
        .outcome
        .links
        .iter()
        .filter_map(|link| Some((link.lag_ms?, link)));
    let Some((slow, _)) = links.clone().max_by_key(|(lag, _)| lag.p50) else {
        return String::new();
    };
    let (worst, link) = links
        .max_by_key(|(lag, _)| lag.max)
        .expect("there is one just above");
    format!(
        "Of the writes that arrive half do within {} on every link; the slowest took {} ({} → {})",
        duration_ms(slow.p50),
        duration_ms(worst.max),
        link.from,
        link.to
    )
}

fn name(sheet: &Sheet<'_>, link: &LinkSeries) -> String {
    let (from, to) = (
        sheet.series.instance(link.from),
        sheet.series.instance(link.to),
    );
    format!("{} → {}", from.name, to.name)
}

/// One link as lines on the common logarithmic scale.
fn lines(sheet: &Sheet<'_>, link: &LinkSeries, least: u64, most: u64) -> Panel {
    let floor = ROUND
        .iter()
        .rev()
        .find(|&&tick| tick <= least)
        .copied()
        .unwrap_or(1);
    let level = |us: u64| log2(us.max(floor)) - log2(floor);
    let most = most.max(floor * 10);
    let ceiling = ROUND
        .iter()
        .find(|&&tick| tick >= most)
        .copied()
        .unwrap_or(most);
    let y_max = level(ceiling);
    let quantiles: [(Tint, Stroke, Quantile); 3] = [
        (Tint::Grey, Stroke::Dotted, |lag| lag.max_us),
        (Tint::Vermillion, Stroke::Dashed, |lag| lag.p99_us),
        (Tint::Blue, Stroke::Solid, |lag| lag.p50_us),
    ];
    let mut marks = Vec::new();
    for (tint, stroke, value) in quantiles {
        for points in pieces(sheet, link, |lag| level(value(lag))) {
            marks.push(Mark::Line {
                tint,
                stroke,
                points,
            });
        }
    }
    let ticks = ROUND
        .iter()
        .filter(|&&tick| tick >= floor && level(tick) <= y_max);
    let step = ticks.clone().count().div_ceil(4).max(1);
    Panel {
        title: name(sheet, link),
        height: HEIGHT,
        headroom: 26,
        y_max,
        y_ticks: ticks
            .step_by(step)
            .map(|&us| (level(us), duration_us(us)))
            .collect(),
        grid: true,
        marks,
        ends: ends(sheet, link, &level),
    }
}

/// The lines of one quantile, broken where nothing arrived for more than three samples.
fn pieces(sheet: &Sheet<'_>, link: &LinkSeries, value: impl Fn(&Lag) -> u64) -> Vec<Vec<Point>> {
    let series = sheet.series;
    let measured = |row: usize| link.lag[row].as_ref().map(&value);
    let mut kept = series.extremes(COLUMNS, measured);
    // Both ends of a gap must be there, or it would look wider than it is.
    let is_end = |row: usize| {
        let at = |row: usize| link.lag.get(row).is_some_and(Option::is_some);
        at(row) && (!at(row + 1) || row == 0 || !at(row - 1))
    };
    kept.extend((0..series.len()).filter(|&row| is_end(row)));
    kept.sort_unstable();
    kept.dedup();
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let mut before: Option<usize> = None;
    for row in kept {
        let point = (
            series.at[row].as_millis(),
            measured(row).expect("only measured rows stay"),
        );
        let gap = before.is_none_or(|before| {
            let silent = (before + 1..row)
                .filter(|&row| link.lag[row].is_none())
                .count();
            silent > 3
        });
        match pieces.last_mut() {
            Some(piece) if !gap => piece.push(point),
            _ => pieces.push(vec![point]),
        }
        before = Some(row);
    }
    pieces
}

/// The whole run's quantiles, level with the last sample.
fn ends(sheet: &Sheet<'_>, link: &LinkSeries, level: &impl Fn(u64) -> u64) -> Vec<EndLabel> {
    let Some(last) = link.lag.iter().rev().flatten().next() else {
        return Vec::new();
    };
    let (from, to) = (
        sheet.series.instance(link.from),
        sheet.series.instance(link.to),
    );
    let mut links = sheet.outcome.links.iter();
    let whole = links.find(|one| one.from == from.name && one.to == to.name);
    let Some(whole) = whole.and_then(|one| one.lag_ms) else {
        return Vec::new();
    };
    let label = |name: &str, us: u64, ms: u64, tint: Tint, stroke: Stroke| EndLabel {
        level: level(us),
        text: format!("{name} {}", duration_ms(ms)),
        key: Key::Line(tint, stroke),
    };
    vec![
        label("p50", last.p50_us, whole.p50, Tint::Blue, Stroke::Solid),
        label(
            "p99",
            last.p99_us,
            whole.p99,
            Tint::Vermillion,
            Stroke::Dashed,
        ),
        label("max", last.max_us, whole.max, Tint::Grey, Stroke::Dotted),
    ]
}

/// One link as a row of cells, the number in each.
fn cells(sheet: &Sheet<'_>, link: &LinkSeries, least: u64, most: u64) -> Panel {
    let end_ms = sheet.series.end.as_millis().max(1);
    let mut marks = Vec::new();
    let wide = cell_ms(sheet);
    for cell in 0..end_ms.div_ceil(wide) {
        let (from, to) = (wide * cell, (wide * (cell + 1)).min(end_ms));
        let rows = sheet.series.at.iter().zip(&link.lag);
        let inside = rows.filter(|(at, _)| (from..to).contains(&at.as_millis()));
        let Some(worst) = inside
            .filter_map(|(_, lag)| Some(lag.as_ref()?.p99_us))
            .max()
        else {
            continue;
        };
        let span = (log2(most) - log2(least)).max(1);
        let step = (log2(worst.max(least)) - log2(least)) * 6 / (span + 1);
        let tint = Tint::Step(u8::try_from(step).unwrap_or(5));
        let text = Some(compact(worst));
        marks.push(Mark::Bar {
            tint,
            from: (from, 0),
            to: (to, 2),
            text,
        });
    }
    Panel {
        title: String::new(),
        height: CELL_HEIGHT,
        headroom: 2,
        y_max: 2,
        y_ticks: vec![(1, fit(&name(sheet, link), LABEL, LEFT - 12 * PX))],
        grid: false,
        marks,
        ends: Vec::new(),
    }
}

/// How long a cell is: half a step of the time axis, or a whole one where that makes too many.
fn cell_ms(sheet: &Sheet<'_>) -> u64 {
    let end_ms = sheet.series.end.as_millis().max(1);
    let step = time_ticks(end_ms, sheet.clock)
        .get(1)
        .map_or(end_ms, |tick| tick.0);
    let half = (step / 2).max(1);
    if end_ms.div_ceil(half) <= CELLS_MAX {
        half
    } else {
        step
    }
}

/// A duration in at most five characters: `84ms`, `1.2s`, `12min`, `6.0h`.
fn compact(us: u64) -> String {
    match us / 1_000 {
        ms @ 0..1_000 => format!("{ms}ms"),
        ms @ ..10_000 => format!("{}.{}s", ms / 1_000, ms % 1_000 / 100),
        ms @ ..100_000 => format!("{}s", ms / 1_000),
        ms @ ..6_000_000 => format!("{}min", ms / 60_000),
        ms => format!("{}.{}h", ms / 3_600_000, ms % 3_600_000 / 360_000),
    }
}
