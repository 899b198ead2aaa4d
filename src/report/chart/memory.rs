//! Memory of each instance by kind, against its limit.

use super::layout::amounts;
use super::{EndLabel, Figure, Key, Mark, Panel, Point, Sheet, Stroke, callouts};
use crate::experiment::outcome::{InstanceOutcome, Memory};
use crate::id::{Id, InstanceId};
use crate::metrics::series::{InstanceSeries, KINDS};
use crate::plan::MemoryKind;
use crate::report::palette::{Tint, memory as memory_tint};
use crate::report::units::{bytes, duration_ms, percent};

/// Limits that are so many times what is ever used would leave nothing of it to be seen.
const FAR: u64 = 5;
/// The height of a panel, in pixels.
const HEIGHT: i32 = 124;
/// Stacks have a corner or two in each of so many columns of the plot.
const COLUMNS: u64 = 260;
/// A kind whose peak is a smaller part of the scale is thinner than a hair, and left out.
const HAIRLINE: u64 = 300;

/// The chart; `None` without instances or samples.
pub fn figure(sheet: &Sheet<'_>) -> Option<Figure> {
    let series = sheet.series;
    if series.instances.is_empty() || series.is_empty() {
        return None;
    }
    let instances = || series.instances.iter();
    let totals = instances().flat_map(|one| one.memory.iter().map(|kinds| kinds.iter().sum()));
    let most_used: u64 = totals.max().unwrap_or(0);
    let limits = instances().flat_map(|one| one.limit_bytes.iter().copied());
    let most_allowed = limits.max().unwrap_or(0);
    let limits_show = most_used.saturating_mul(FAR) >= most_allowed;
    let (top, limit_words) = if limits_show {
        (most_used.max(most_allowed), "dashed the limit, ")
    } else {
        (most_used, "the limit far above, ")
    };
    let subject = format!(
        "Memory by kind: stacked, {limit_words}labels: peak → end; every panel has the same scale"
    );
    let mut figure = sheet.figure("memory", title(sheet), subject);
    let scale = amounts(top, 3);
    figure.panels = instances()
        .enumerate()
        .map(|(index, instance)| panel(sheet, InstanceId::at(index), instance, &scale, limits_show))
        .collect();
    Some(figure)
}

fn title(sheet: &Sheet<'_>) -> String {
    let instances = &sheet.outcome.instances;
    let clock = sheet.clock;
    let first = instances
        .iter()
        .filter_map(|one| Some((one.oom_at_ms?, one)))
        .min_by_key(|o| o.0);
    if let Some((at_ms, instance)) = first {
        let mut faults = sheet.series.timeline.faults.iter();
        let fault = faults
            .rfind(|fault| fault.from.as_millis() <= at_ms)
            .map(|fault| {
                let after = duration_ms(at_ms - fault.from.as_millis());
                format!(", {after} after \"{}\" began", fault.label)
            });
        let fault = fault.unwrap_or_default();
        return format!(
            "{} runs out of memory first, at {}{fault}",
            instance.name,
            clock.at_ms(at_ms)
        );
    }
    let fullest = instances
        .iter()
        .enumerate()
        .max_by_key(|(_, one)| one.used_peak_ppm);
    fullest.map_or_else(String::new, |(index, one)| {
        let used = &sheet.series.instances[index].used_ppm;
        let row = (0..used.len())
            .rev()
            .max_by_key(|&row| used[row])
            .unwrap_or(0);
        let Memory { total, .. } = one.memory;
        let falls = total.final_bytes < total.peak_bytes / 20 * 19;
        let end = bytes(total.final_bytes);
        format!(
            "No instance runs out of memory: {} comes closest, its fullest shard at {} of its \
             limit at {}{}",
            one.name,
            percent(one.used_peak_ppm),
            clock.at(sheet.series.at[row]),
            if falls {
                format!("; it ends at {end}")
            } else {
                String::new()
            }
        )
    })
}

/// A kind in the words of a label.
fn kind_words(kind: MemoryKind) -> &'static str {
    match kind {
        MemoryKind::Values => "values",
        MemoryKind::Keys => "keys",
        MemoryKind::Metadata => "live metadata",
        MemoryKind::Tombstones => "tombstones",
        MemoryKind::Unstable => "unstable metadata",
        MemoryKind::Backlog => "backlog",
        MemoryKind::SyncBuffers => "sync buffers",
    }
}

fn panel(
    sheet: &Sheet<'_>,
    id: InstanceId,
    instance: &InstanceSeries,
    scale: &[u64],
    limit_shows: bool,
) -> Panel {
    let y_max = *scale.last().expect("a scale has its upper end");
    let end_ms = sheet.series.end.as_millis().max(1);
    let outcome = sheet.outcome.instances.get(id.index());
    let shown: Vec<usize> = (0..KINDS)
        .filter(|&kind| peak(instance, kind).saturating_mul(HAIRLINE) >= y_max)
        .collect();
    let mut marks = areas(sheet, instance, &shown);
    let mut ends = ends(instance, &shown);
    if limit_shows {
        marks.push(Mark::Line {
            tint: Tint::Ink,
            stroke: Stroke::Dashed,
            points: points(sheet, |row| instance.limit_bytes[row]),
        });
        ends.extend(limit_end(instance));
    }
    let (dots, notes) = notes(sheet, id, instance, y_max);
    marks.extend(dots);
    let (callouts, rows) = callouts(&notes, end_ms, y_max);
    marks.extend(callouts);
    let sku = outcome.map_or(String::new(), |one: &InstanceOutcome| {
        format!(", {}", one.sku)
    });
    let limit = match instance.limit_bytes.last() {
        Some(limit) if !limit_shows => format!(", limit {}", bytes(*limit)),
        _ => String::new(),
    };
    Panel {
        title: format!("{} ({}{sku}{limit})", instance.name, instance.region),
        height: HEIGHT,
        headroom: 30 + rows * 14,
        y_max,
        y_ticks: scale
            .iter()
            .map(|&amount| (amount, bytes(amount)))
            .collect(),
        grid: true,
        marks,
        ends,
    }
}

/// Where the instance ran out of memory, and what is said of it and of rules that fired.
fn notes(
    sheet: &Sheet<'_>,
    id: InstanceId,
    instance: &InstanceSeries,
    y_max: u64,
) -> (Option<Mark>, Vec<(Point, String)>) {
    let series = sheet.series;
    let mut notes = Vec::new();
    for firing in series
        .timeline
        .firings
        .iter()
        .filter(|firing| firing.on == id)
    {
        let text = format!("{} fires {}", firing.rule, sheet.clock.at(firing.at));
        notes.push(((firing.at.as_millis(), y_max), text));
    }
    let ooms = || {
        series
            .timeline
            .ooms
            .iter()
            .filter(|mark| mark.instance == id)
    };
    let dot = ooms().next().map(|first| {
        let row = series
            .at
            .partition_point(|at| *at < first.at)
            .min(series.len() - 1);
        let at = (first.at.as_millis(), instance.memory[row].iter().sum());
        let shards = sheet
            .outcome
            .instances
            .get(id.index())
            .map_or(0, |one| one.shards.len());
        let mut text = format!("out of memory {}", sheet.clock.at(first.at));
        if shards > 1 {
            let full = ooms().count();
            text += &format!(
                " (shard {} first, {full} of {shards} in the end)",
                first.shard.0
            );
        }
        notes.push((at, text));
        Mark::Dot {
            tint: Tint::Vermillion,
            at,
        }
    });
    (dot, notes)
}

fn peak(instance: &InstanceSeries, kind: usize) -> u64 {
    instance
        .memory
        .iter()
        .map(|kinds| kinds[kind])
        .max()
        .unwrap_or(0)
}

/// The stack, uppermost first, so that each area covers all but its own part of the one before.
fn areas(sheet: &Sheet<'_>, instance: &InstanceSeries, shown: &[usize]) -> Vec<Mark> {
    let total = |row: usize| Some(instance.memory[row].iter().sum());
    let rows = sheet.series.extremes(COLUMNS, total);
    let upper_edge = |&kind: &usize| {
        let level = |row: &usize| instance.memory[*row][..=kind].iter().sum();
        let edge = rows
            .iter()
            .map(|row| (sheet.series.at[*row].as_millis(), level(row)));
        Mark::Area {
            tint: memory_tint(MemoryKind::ALL[kind]),
            points: edge.collect(),
        }
    };
    shown.iter().rev().map(upper_edge).collect()
}

fn points(sheet: &Sheet<'_>, value: impl Fn(usize) -> u64) -> Vec<Point> {
    let rows = sheet.series.extremes(COLUMNS, |row| Some(value(row)));
    rows.into_iter()
        .map(|row| (sheet.series.at[row].as_millis(), value(row)))
        .collect()
}

fn ends(instance: &InstanceSeries, shown: &[usize]) -> Vec<EndLabel> {
    let Some(last) = instance.memory.last() else {
        return Vec::new();
    };
    shown
        .iter()
        .map(|&kind| {
            let below: u64 = last[..kind].iter().sum();
            let peak = peak(instance, kind);
            let name = kind_words(MemoryKind::ALL[kind]);
            let text = if last[kind] < peak / 20 * 19 {
                format!("{name} {} → {}", bytes(peak), bytes(last[kind]))
            } else {
                format!("{name} {}", bytes(last[kind]))
            };
            let key = Key::Fill(memory_tint(MemoryKind::ALL[kind]));
            EndLabel {
                level: below + last[kind] / 2,
                text,
                key,
            }
        })
        .collect()
}

fn limit_end(instance: &InstanceSeries) -> Option<EndLabel> {
    let limit = *instance.limit_bytes.last()?;
    Some(EndLabel {
        level: limit,
        text: format!("limit {}", bytes(limit)),
        key: Key::Line(Tint::Ink, Stroke::Dashed),
    })
}
