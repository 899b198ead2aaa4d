//! The charts of a sweep's cells: the parameter map, the tornado, what to choose where.

use super::layout::{self, amounts};
use super::sweep::source;
use super::{EndLabel, Figure, Key, Mark, Panel, Stroke};
use crate::experiment::outcome::{Axis, AxisKind, Cells, Cheapest, Summary, Swing};
use crate::experiment::sweep::Grid;
use crate::report::font::{Weight, fit, width};
use crate::report::palette::Tint;
use crate::report::sweep::cells::{Map, difference, measured, overall};
use crate::report::sweep::words;

/// The whole, in parts of a million.
const WHOLE: u64 = 1_000_000;
/// The side of a cell on its panel's axes.
const SIDE: u64 = 1_000;
/// What is left free between cells, of its side.
const GAP: u64 = 40;
/// The height of a row of cells, in pixels.
const ROW: i32 = 26;
/// The height of a bar, in pixels.
const BAR: i32 = 18;
/// The most panels of a map.
const PANELS_MAX: usize = 12;
/// Left of a row of cells: room for its label.
const ROW_LABEL: i32 = layout::LEFT - 24 * layout::PX;

/// The charts of the cells.
pub(super) fn figures(summary: &Summary, cells: &Cells) -> Vec<Figure> {
    let axes = &summary.header.axes;
    let chosen = cells.cheapest.as_ref();
    [
        Some(map(summary, cells)),
        tornado(summary, cells),
        chosen.and_then(|cheapest| choices(summary, axes, cheapest)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// One square of a map.
struct Square {
    text: String,
    tint: Tint,
}

/// The squares of a grid: the first axis downwards, the second to the right, a panel for each
/// combination of the others.
struct Sheet<'a> {
    axes: &'a [Axis],
    squares: Vec<Square>,
}

impl Sheet<'_> {
    fn columns(&self) -> usize {
        self.axes.get(1).map_or(1, |axis| axis.values.len())
    }

    fn rows(&self) -> usize {
        self.axes.first().map_or(1, |axis| axis.values.len())
    }

    fn panels(&self) -> usize {
        self.squares.len() / (self.rows() * self.columns())
    }

    /// How to read it: `outage downwards, writes to the right`.
    fn reading(&self) -> String {
        let words = ["downwards", "to the right"];
        let named = self.axes.iter().zip(words);
        let mut parts: Vec<String> = named
            .map(|(axis, word)| format!("{} {word}", axis.name))
            .collect();
        if self.axes.len() > 2 {
            let others: Vec<&str> = self.axes[2..].iter().map(|one| one.name.as_str()).collect();
            parts.push(format!("a panel for each {}", others.join(" and ")));
        }
        if self.panels() > PANELS_MAX {
            parts.push(format!("{PANELS_MAX} of {} panels", self.panels()));
        }
        parts.join(", ")
    }

    fn figure(&self, name: &'static str, title: String, subject: String, of: &Summary) -> Figure {
        let columns = self.columns() as u64;
        let room = layout::PLOT / i32::try_from(columns).unwrap_or(i32::MAX) - 6 * layout::PX;
        let second = self.axes.get(1);
        let values = second.into_iter().flat_map(|axis| &axis.values);
        let labels = (0..).zip(values);
        Figure {
            name,
            title,
            subject,
            source: source(of),
            end_ms: columns * SIDE,
            axis: second.map_or_else(String::new, |axis| axis.name.clone()),
            ticks: labels
                .map(|(at, value)| {
                    let label = fit(&value.label, layout::LABEL, room);
                    (at * SIDE + SIDE / 2, label)
                })
                .collect(),
            shades: Vec::new(),
            panels: (0..self.panels().min(PANELS_MAX))
                .map(|panel| self.panel(panel, room))
                .collect(),
        }
    }

    fn panel(&self, panel: usize, room: i32) -> Panel {
        let others = Grid(self.axes.get(2..).unwrap_or_default());
        let labels = others.0.iter().zip(others.labels(panel));
        let mut names: Vec<String> = labels
            .map(|(axis, label)| format!("{}: {label}", axis.name))
            .collect();
        names.extend(
            self.axes
                .first()
                .map(|axis| format!("{} downwards", axis.name)),
        );
        let rows = self.rows() as u64;
        let up = |row: u64| (rows - 1 - row) * SIDE;
        let values = self.axes.first().into_iter().flat_map(|axis| &axis.values);
        let row_labels = (0..).zip(values).map(|(row, value)| {
            let label = fit(&value.label, layout::LABEL, ROW_LABEL);
            (up(row) + SIDE / 2, label)
        });
        let mut marks = Vec::new();
        for row in 0..self.rows() {
            for column in 0..self.columns() {
                let number = (row * self.columns() + column) * self.panels() + panel;
                let square = &self.squares[number];
                let (left, bottom) = (column as u64 * SIDE, up(row as u64));
                let is_room = width(&square.text, layout::LABEL, Weight::Regular) <= room;
                marks.push(Mark::Bar {
                    tint: square.tint,
                    from: (left, bottom + GAP / 2),
                    to: (left + SIDE, bottom + SIDE - GAP / 2),
                    text: is_room.then(|| square.text.clone()),
                });
            }
        }
        Panel {
            title: names.join(", "),
            height: ROW * i32::try_from(rows).unwrap_or(1),
            headroom: 28,
            y_max: rows * SIDE,
            y_ticks: row_labels.collect(),
            grid: false,
            marks,
            ends: Vec::new(),
        }
    }
}

/// Six steps from nothing to the whole; only nothing has the first.
fn step(ppm: u64) -> Tint {
    let step = (ppm.min(WHOLE) * 5).div_ceil(WHOLE);
    Tint::Step(u8::try_from(step).expect("five at most"))
}

/// The parameter map.
fn map(summary: &Summary, cells: &Cells) -> Figure {
    let map = Map::new(&summary.header.axes, cells);
    let squares = map.shares.iter().map(|share| Square {
        text: words::part(share),
        tint: match share.of {
            0 => Tint::Calm,
            _ => step(words::part_ppm(share)),
        },
    });
    let sheet = Sheet {
        axes: &map.axes,
        squares: squares.collect(),
    };
    let parts = || map.shares.iter().map(|share| words::part_ppm(share));
    let (least, most) = (parts().min().unwrap_or(0), parts().max().unwrap_or(0));
    let what = measured(cells.measure);
    let title = format!(
        "The {what} goes from {} to {} over all cells",
        words::share_ppm(least),
        words::share_ppm(most)
    );
    let cases = map.shares.iter().map(|share| share.of).max().unwrap_or(0);
    let subject = format!(
        "{}{what}, of {cases} cases in a cell{}: {}",
        "In each square the ",
        map.worst_of(),
        sheet.reading()
    );
    sheet.figure("map", title, subject, summary)
}

/// Which axis moves the share most.
fn tornado(summary: &Summary, cells: &Cells) -> Option<Figure> {
    let most = cells.swings.iter().map(reach).max()?;
    let moves = |one: &&Swing| one.high.share_ppm > 0;
    cells.swings.iter().find(moves)?;
    let scale: Vec<u64> = amounts(most, 8)
        .into_iter()
        .filter(|at| *at <= WHOLE)
        .collect();
    let end = scale.last().copied().unwrap_or(WHOLE).max(most).max(1);
    let what = measured(cells.measure);
    Some(Figure {
        name: "tornado",
        title: moving_most(&cells.swings, what)?,
        subject: format!(
            "The {what} at the values of each axis with the least and the most, averaged over all \
             other axes; line: where the greater may lie, with 95 %; at the right their difference \
             in points, paired by seed"
        ),
        source: source(summary),
        end_ms: end,
        axis: what.to_owned(),
        ticks: scale
            .iter()
            .map(|at| (*at, words::share_ppm(*at)))
            .collect(),
        shades: Vec::new(),
        panels: cells.swings.iter().map(bar).collect(),
    })
}

/// Which axis moves the share most, as far as that can be told.
fn moving_most(swings: &[Swing], what: &str) -> Option<String> {
    let (first, second) = (swings.first()?, swings.get(1));
    if first.difference_low_ppm <= 0 {
        return Some(format!(
            "{} seeds do not tell yet whether anything moves the {what}",
            first.seeds
        ));
    }
    let is_close = |second: &&Swing| second.difference_high_ppm >= first.difference_low_ppm;
    let rival = match second.filter(is_close) {
        Some(second) => format!("; whether {} moves it more is open", second.axis),
        None => String::new(),
    };
    let far = if rival.is_empty() { " most" } else { "" };
    Some(format!(
        "{} moves the {what}{far}: {} at {}, {} at {}{rival}",
        first.axis,
        words::share_ppm(first.low.share_ppm),
        first.low.value,
        words::share_ppm(first.high.share_ppm),
        first.high.value
    ))
}

/// From where to where the greater share of a swing may lie, the lesser as it is.
fn whisker(swing: &Swing) -> (u64, u64) {
    let from_low = |difference: i64| {
        let end = swing.low.share_ppm.saturating_add_signed(difference);
        end.min(WHOLE)
    };
    (
        from_low(swing.difference_low_ppm),
        from_low(swing.difference_high_ppm),
    )
}

/// How far a swing goes to the right.
fn reach(swing: &Swing) -> u64 {
    whisker(swing).1.max(swing.high.share_ppm)
}

fn bar(swing: &Swing) -> Panel {
    let (low, high) = (&swing.low, &swing.high);
    let (least, most) = whisker(swing);
    Panel {
        title: format!(
            "{}: {} at {} to {} at {}",
            swing.axis,
            words::share_ppm(low.share_ppm),
            low.value,
            words::share_ppm(high.share_ppm),
            high.value
        ),
        height: BAR,
        headroom: 22,
        y_max: 2,
        y_ticks: Vec::new(),
        grid: false,
        marks: vec![
            Mark::Bar {
                tint: Tint::Blue,
                from: (low.share_ppm, 0),
                to: (high.share_ppm, 2),
                text: None,
            },
            Mark::Line {
                tint: Tint::Vermillion,
                stroke: Stroke::Solid,
                points: vec![(least, 1), (most, 1)],
            },
        ],
        ends: vec![EndLabel {
            level: 1,
            text: difference(swing),
            key: Key::None,
        }],
    }
}

/// The cheapest configuration for each circumstance.
fn choices(summary: &Summary, axes: &[Axis], cheapest: &Cheapest) -> Option<Figure> {
    let of = axes.iter().filter(|one| one.kind == AxisKind::Circumstance);
    let circumstances: Vec<Axis> = of.cloned().collect();
    let mut costs: Vec<u64> = cheapest
        .each
        .iter()
        .filter_map(|one| one.chosen.as_ref())
        .map(|chosen| chosen.cost)
        .collect();
    costs.sort_unstable();
    costs.dedup();
    let squares = cheapest.each.iter().map(|one| match &one.chosen {
        None => Square {
            text: "none".to_owned(),
            tint: Tint::Calm,
        },
        Some(chosen) => Square {
            text: chosen.values.join(" + "),
            tint: {
                let rank = costs.partition_point(|cost| *cost < chosen.cost);
                step(WHOLE * rank as u64 / costs.len().max(2).saturating_sub(1) as u64)
            },
        },
    });
    let ties = cheapest.each.iter().filter_map(|one| one.chosen.as_ref());
    // Where all cost the same, cost does not choose.
    let is_a_tie = costs.len() < 2 && ties.clone().any(|chosen| !chosen.equals.is_empty());
    if circumstances.is_empty() || is_a_tie {
        return None;
    }
    let sheet = Sheet {
        axes: &circumstances,
        squares: squares.collect(),
    };
    let choices: Vec<&str> = axes
        .iter()
        .filter(|axis| axis.kind == AxisKind::Choice)
        .map(|axis| axis.name.as_str())
        .collect();
    let subject = format!(
        "The cheapest {} with which every case passes, darker where it costs more: {}",
        choices.join(" and "),
        sheet.reading()
    );
    let title = overall(axes, cheapest);
    let mut letters = title.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let title: String = first.into_iter().chain(letters).collect();
    Some(sheet.figure("cheapest", title, subject, summary))
}
