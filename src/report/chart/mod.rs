//! Charts as descriptions: what they find, show and say. [`draw`](crate::report::draw) draws them.
//!
//! All charts of a run share one time axis, so that they can stand one above the other. Amounts
//! start at 0, panels of one chart share one scale, faults are shaded through all of them.

mod cells;
pub mod control;
pub mod divergence;
pub mod lag;
pub mod lanes;
pub mod layout;
pub mod memory;
pub mod sweep;

use crate::experiment::outcome::Outcome;
use crate::metrics::series::Series;
use crate::report::palette::Tint;
use crate::report::units::Clock;

/// One picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    /// The name of its file, without `.svg`.
    pub name: &'static str,
    /// What it found.
    pub title: String,
    /// What it shows, with units, and how to read it.
    pub subject: String,
    /// Which run it is of, and what the shading means.
    pub source: String,
    /// The right end of the time axis.
    pub end_ms: u64,
    /// What the axis is called.
    pub axis: String,
    /// Instants on the axis, with their labels.
    pub ticks: Vec<(u64, String)>,
    /// Spans shaded through all panels.
    pub shades: Vec<Shade>,
    /// The panels, from top to bottom.
    pub panels: Vec<Panel>,
}

/// A span of time that is shaded and named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shade {
    /// Its beginning.
    pub from_ms: u64,
    /// Its end.
    pub to_ms: u64,
    /// Its name.
    pub label: String,
}

/// One coordinate system: time to the right, an amount upwards from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Panel {
    /// Its name, above it; may be empty.
    pub title: String,
    /// The height of its coordinate system, in pixels.
    pub height: i32,
    /// Room above it, in pixels, for its title and for what marks write there.
    pub headroom: i32,
    /// The upper end of its axis.
    pub y_max: u64,
    /// Amounts on its axis, with their labels.
    pub y_ticks: Vec<(u64, String)>,
    /// Whether the amounts are also lines behind the data.
    pub grid: bool,
    /// What is drawn, in this order; areas below the shading, everything else above it.
    pub marks: Vec<Mark>,
    /// What is written at the right end.
    pub ends: Vec<EndLabel>,
}

/// A point: milliseconds to the right, amount upwards.
pub type Point = (u64, u64);

/// Something drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mark {
    /// Everything between the amounts and 0.
    Area {
        /// Its fill.
        tint: Tint,
        /// Its upper edge, from left to right.
        points: Vec<Point>,
    },
    /// A line.
    Line {
        /// Its colour.
        tint: Tint,
        /// How it is drawn.
        stroke: Stroke,
        /// Its corners, from left to right; a single one is drawn as a dot.
        points: Vec<Point>,
    },
    /// A rectangle, with what is written inside where there is room.
    Bar {
        /// Its fill.
        tint: Tint,
        /// Left and lower corner.
        from: Point,
        /// Right and upper corner.
        to: Point,
        /// What is written inside.
        text: Option<String>,
    },
    /// A marked point.
    Dot {
        /// Its colour.
        tint: Tint,
        /// Where.
        at: Point,
    },
    /// Words beside a point.
    Words {
        /// The point.
        at: Point,
        /// How far right of it (or left, below 0) they stand, in tenths of a pixel.
        right: i32,
        /// How far above it their middle is, in tenths of a pixel.
        up: i32,
        /// Which side of the words is at the point.
        align: Align,
        /// What they say.
        text: String,
    },
    /// A dotted line that joins words in the headroom to the point they are about.
    Needle {
        /// The point.
        at: Point,
        /// How far above the panel it begins, in tenths of a pixel.
        up: i32,
    },
}

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stroke {
    /// Whole, the thickest.
    Solid,
    /// In dashes.
    Dashed,
    /// In dots, the thinnest.
    Dotted,
}

/// Which side of words is at their point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// The words begin there.
    Left,
    /// Their middle is there.
    Middle,
    /// The words end there.
    Right,
}

/// Words at the right end of a panel, level with what they name, as far as others leave room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EndLabel {
    /// The amount they are level with.
    pub level: u64,
    /// What they say.
    pub text: String,
    /// How what they name is drawn.
    pub key: Key,
}

/// The sample beside an end label.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Key {
    /// A filled square.
    Fill(Tint),
    /// A piece of line.
    Line(Tint, Stroke),
    /// Nothing: the words are about the whole panel.
    None,
}

/// What all charts of a run have in common.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    /// The run.
    pub outcome: &'a Outcome,
    /// What was sampled.
    pub series: &'a Series,
    /// How instants are written.
    pub clock: Clock,
}

impl<'a> Sheet<'a> {
    /// The charts of one run.
    pub fn new(outcome: &'a Outcome, series: &'a Series) -> Self {
        Self {
            outcome,
            series,
            clock: Clock::of_run(series.end.as_millis()),
        }
    }

    /// A figure without panels.
    fn figure(&self, name: &'static str, title: String, subject: String) -> Figure {
        let end_ms = self.series.end.as_millis().max(1);
        let faults = &self.series.timeline.faults;
        let shades = faults.iter().map(|fault| Shade {
            from_ms: fault.from.as_millis(),
            to_ms: fault.to.as_millis().min(end_ms),
            label: fault.label.clone(),
        });
        Figure {
            name,
            title,
            subject,
            source: self.source(),
            end_ms,
            axis: format!("time since the start ({})", self.clock.format()),
            ticks: layout::time_ticks(end_ms, self.clock),
            shades: shades.collect(),
            panels: Vec::new(),
        }
    }

    /// Which run this is, and what the shading means.
    fn source(&self) -> String {
        let Outcome {
            scenario,
            seed,
            version,
            digest,
            ..
        } = self.outcome;
        let shading = match self.series.timeline.faults.as_slice() {
            [] => "no faults",
            _ => "shaded: faults, named above the first panel",
        };
        format!("{scenario}, seed {seed}, Meridian {version}, digest {digest}; {shading}")
    }
}

/// Words in the headroom of a panel, each with a needle to its point; and the rows they take.
pub(crate) fn callouts(notes: &[(Point, String)], end_ms: u64, y_max: u64) -> (Vec<Mark>, i32) {
    let anchor = |at_ms: u64| layout::x(at_ms, end_ms) + 4 * layout::PX;
    // From right to left: words then stand above later needles, and no needle crosses words.
    let mut notes: Vec<&(Point, String)> = notes.iter().collect();
    notes.sort_by(|a, b| b.cmp(a));
    let words: Vec<_> = notes
        .iter()
        .map(|(at, text)| (anchor(at.0), false, text.as_str()))
        .collect();
    let room = layout::PLOT + layout::RIGHT - 8 * layout::PX;
    let mut marks = Vec::new();
    let mut count = 0;
    for ((point, text), placed) in notes.iter().zip(layout::rows(&words, room)) {
        let up = placed.row * layout::LINE + layout::LINE / 2;
        let at = (point.0, y_max);
        let right = placed.left - layout::x(point.0, end_ms);
        marks.push(Mark::Needle { at: *point, up });
        marks.push(Mark::Words {
            at,
            right,
            up,
            align: Align::Left,
            text: text.clone(),
        });
        count = count.max(placed.row + 1);
    }
    (marks, count)
}

/// The charts of one run, in the order they stand on the page. A chart without data is left out.
pub fn figures(outcome: &Outcome, series: &Series) -> Vec<Figure> {
    let sheet = Sheet::new(outcome, series);
    [
        lanes::figure(&sheet),
        control::figure(&sheet),
        memory::figure(&sheet),
        lag::figure(&sheet),
        divergence::figure(&sheet),
    ]
    .into_iter()
    .flatten()
    .collect()
}
