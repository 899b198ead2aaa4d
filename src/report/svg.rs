//! The one place that draws: figures to SVG, through plotters and a back end of our own.
//!
//! plotters' own SVG has whole pixels and guesses at the width of text. Ours is [`canvas`]: one figure
//! gives the same bytes on every machine.
//!
//! [`canvas`]: crate::report::canvas

use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::combinators::{BindKeyPoints, WithKeyPoints};
use plotters::coord::types::RangedCoordu64;
use plotters::prelude::{
    ChartBuilder, ChartContext, Circle, Color, DrawingArea, FontStyle, IntoDrawingArea, IntoFont,
    LabelAreaPosition, PathElement, Polygon, RGBColor, Rectangle, ShapeStyle, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::report::canvas::{Canvas, Tenths, escaped};
use crate::report::chart::layout::{LABEL, LEFT, LINE, PLOT, PX, RIGHT, WIDTH, rows, spread, x};
use crate::report::chart::{Align, Figure, Key, Mark, Panel, Stroke};
use crate::report::font::{self, Weight, wrap};
use crate::report::palette::{TextTint, Tint};

/// Why drawing cannot fail.
const DRAWN: &str = "drawing into a string succeeds";
/// The size of titles.
const TITLE: i32 = 16 * PX;
/// Below the last panel: labels of the axis, and its name.
const AXIS: i32 = 22 * PX;
/// From the left edge of end labels to their words.
const KEY: i32 = 22 * PX;

/// Where a figure will stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// In a file of its own: with its title and source.
    File,
    /// On the page, which says both; faults are named by the first figure alone.
    Page {
        /// Whether this is the first.
        names_faults: bool,
    },
}

/// The figure as an SVG element, which is a document of its own too.
pub fn draw(figure: &Figure, place: Place) -> String {
    let head = Head::new(figure, place);
    let panels: i32 = figure
        .panels
        .iter()
        .map(|panel| (panel.headroom + panel.height) * PX)
        .sum();
    let height = head.height + panels + AXIS + LINE + 6 * PX;
    let text = Rc::new(RefCell::new(String::new()));
    let (wide, high) = (WIDTH.unsigned_abs(), height.unsigned_abs());
    let root = Canvas {
        text: Rc::clone(&text),
        size: (wide, high),
    }
    .into_drawing_area();
    let pen = Pen { root, text };
    pen.open(figure, height);
    pen.group(Tint::Paper.class(), None, || {
        pen.root.fill(&color(Tint::Paper)).expect(DRAWN)
    });
    pen.head(&head);
    pen.panels(figure, head.height, height);
    pen.text.borrow_mut().push_str("</svg>\n");
    pen.text.take()
}

/// What stands above the panels.
struct Head {
    title: Vec<String>,
    lines: Vec<String>,
    /// Names of faults: left edge and middle.
    names: Vec<(i32, i32, String)>,
    height: i32,
}

impl Head {
    fn new(figure: &Figure, place: Place) -> Self {
        let room = WIDTH - 32 * PX;
        let (mut title, mut lines) = (Vec::new(), Vec::new());
        let mut height = 6 * PX;
        if place == Place::File {
            title = wrap(&figure.title, TITLE, Weight::Bold, room);
            lines = wrap(&figure.subject, LABEL, Weight::Regular, room);
            lines.extend(wrap(&figure.source, LABEL, Weight::Regular, room));
            height += count(title.len()) * 21 * PX + count(lines.len()) * 15 * PX + 10 * PX;
        }
        let mut names = Vec::new();
        if place
            != (Place::Page {
                names_faults: false,
            })
        {
            let middle = |from, to| (x(from, figure.end_ms) + x(to, figure.end_ms)) / 2;
            let words: Vec<_> = figure
                .shades
                .iter()
                .map(|shade| {
                    (
                        middle(shade.from_ms, shade.to_ms),
                        true,
                        shade.label.as_str(),
                    )
                })
                .collect();
            let placed = rows(&words, PLOT + RIGHT - 8 * PX);
            let deep = placed.iter().map(|one| one.row + 1).max().unwrap_or(0);
            for (place, shade) in placed.iter().zip(&figure.shades) {
                let middle = height + (deep - place.row) * LINE - LINE / 2;
                names.push((LEFT + place.left, middle, shade.label.clone()));
            }
            height += deep * LINE + if deep > 0 { 2 * PX } else { 0 };
        }
        Self {
            title,
            lines,
            names,
            height,
        }
    }
}

fn count(lines: usize) -> i32 {
    i32::try_from(lines).expect("a few lines")
}

type Axis = WithKeyPoints<RangedCoordu64>;
type Chart<'a> = ChartContext<'a, Canvas, Cartesian2d<Axis, Axis>>;

/// The drawing area, and the text it writes into, for the groups around what is drawn.
struct Pen {
    root: DrawingArea<Canvas, Shift>,
    text: Rc<RefCell<String>>,
}

impl Pen {
    fn open(&self, figure: &Figure, height: i32) {
        let (wide, high) = (Tenths(WIDTH), Tenths(height));
        let (title, subject) = (escaped(&figure.title), escaped(&figure.subject));
        write!(
            self.text.borrow_mut(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" \
             role=\"img\" font-family=\"{}\">\n<title>{title}</title>\n<desc>{subject}</desc>\n",
            font::FAMILY
        )
        .expect(DRAWN);
    }

    /// Everything that `draw` draws, in a group of this class.
    fn group(&self, class: &str, dashes: Option<&str>, draw: impl FnOnce()) {
        let dashes = dashes.map_or(String::new(), |d| format!(" stroke-dasharray=\"{d}\""));
        writeln!(self.text.borrow_mut(), "<g class=\"{class}\"{dashes}>").expect(DRAWN);
        draw();
        self.text.borrow_mut().push_str("</g>\n");
    }

    fn words(&self, text: &str, at: (i32, i32), align: Align, size: i32, style: TextTint) {
        self.lettering(
            text,
            at,
            align,
            (size, FontStyle::Normal),
            text_color(style),
        );
    }

    fn lettering(
        &self,
        text: &str,
        at: (i32, i32),
        align: Align,
        (size, weight): (i32, FontStyle),
        color: RGBColor,
    ) {
        let side = match align {
            Align::Left => HPos::Left,
            Align::Middle => HPos::Center,
            Align::Right => HPos::Right,
        };
        let font = (font::FAMILY, size, weight).into_font();
        let style = TextStyle::from(font)
            .color(&color)
            .pos(Pos::new(side, VPos::Center));
        self.root.draw_text(text, &style, at).expect(DRAWN);
    }

    fn head(&self, head: &Head) {
        let left = 16 * PX;
        let mut middle = 6 * PX;
        self.group("ink", None, || {
            for line in &head.title {
                let (at, ink) = ((left, middle + 10 * PX), color(Tint::Ink));
                self.lettering(line, at, Align::Left, (TITLE, FontStyle::Bold), ink);
                middle += 21 * PX;
            }
        });
        self.group("muted", None, || {
            for line in &head.lines {
                let (at, muted) = ((left, middle + 8 * PX), color(Tint::Muted));
                self.lettering(line, at, Align::Left, (LABEL, FontStyle::Normal), muted);
                middle += 15 * PX;
            }
        });
        self.group("ink", None, || {
            for (left, middle, name) in &head.names {
                self.words(name, (*left, *middle), Align::Left, LABEL, TextTint::Ink);
            }
        });
    }

    fn panels(&self, figure: &Figure, top: i32, bottom: i32) {
        let mut areas = Vec::new();
        let mut edge = top;
        for (index, panel) in figure.panels.iter().enumerate() {
            let is_last = index + 1 == figure.panels.len();
            let below = (panel.headroom + panel.height) * PX;
            let deep = if is_last { below + AXIS } else { below };
            let size = (WIDTH.unsigned_abs(), deep.unsigned_abs());
            areas.push((self.root.clone().shrink((0, edge), size), panel, is_last));
            edge += below;
        }
        let mut charts: Vec<(Chart<'_>, &Panel)> = areas
            .iter()
            .map(|(area, panel, is_last)| (chart(area, figure, panel, *is_last), *panel))
            .collect();
        for (chart, panel) in &mut charts {
            self.backdrop(chart, panel);
        }
        self.group(Tint::Shade.class(), None, || {
            for shade in &figure.shades {
                let span = [shade.from_ms, shade.to_ms].map(|at| LEFT + x(at, figure.end_ms));
                let [from, to] = span;
                let ends = [(from, top), (to.max(from + PX), edge)];
                let fill = color(Tint::Shade).mix(0.13).filled();
                self.root.draw(&Rectangle::new(ends, fill)).expect(DRAWN);
            }
        });
        for (chart, panel) in &mut charts {
            self.group("axis", None, || axis(chart, figure, panel));
            for mark in &panel.marks {
                self.mark(chart, panel, mark);
            }
            self.ends(chart, panel);
        }
        self.group("muted", None, || {
            let at = (LEFT + PLOT / 2, bottom - LINE / 2 - 4 * PX);
            let style = (LABEL, FontStyle::Normal);
            self.lettering(&figure.axis, at, Align::Middle, style, color(Tint::Muted));
        });
    }

    /// What the shading covers: title, grid, areas.
    fn backdrop(&self, chart: &mut Chart<'_>, panel: &Panel) {
        if !panel.title.is_empty() {
            let top = chart.backend_coord(&(0, panel.y_max)).1 - panel.headroom * PX;
            let at = (LEFT, top + LINE / 2 + 2 * PX);
            self.group("ink", None, || {
                let style = (LABEL, FontStyle::Bold);
                self.lettering(&panel.title, at, Align::Left, style, color(Tint::Ink));
            });
        }
        if panel.grid {
            self.group(Tint::Grid.class(), None, || grid(chart));
        }
        for mark in &panel.marks {
            if let Mark::Area { tint, points } = mark {
                self.group(tint.class(), None, || {
                    let last = points.last().map_or(0, |point| point.0);
                    let first = points.first().map_or(0, |point| point.0);
                    let mut corners = points.clone();
                    corners.extend([(last, 0), (first, 0)]);
                    let area = Polygon::new(corners, color(*tint));
                    chart.draw_series([area]).expect(DRAWN);
                });
            }
        }
    }

    fn mark(&self, chart: &mut Chart<'_>, panel: &Panel, mark: &Mark) {
        match mark {
            Mark::Area { .. } => {}
            Mark::Line { tint, points, .. } if points.len() == 1 => {
                self.group(&format!("{}-dot", tint.class()), None, || {
                    let dot = Circle::new(points[0], 15, color(*tint).filled());
                    chart.draw_series([dot]).expect(DRAWN);
                });
            }
            Mark::Line {
                tint,
                stroke,
                points,
            } => self.line(*tint, *stroke, |style| {
                chart
                    .draw_series([PathElement::new(points.clone(), style)])
                    .expect(DRAWN);
            }),
            Mark::Bar {
                tint,
                from,
                to,
                text,
            } => {
                let (low, high) = (chart.backend_coord(from), chart.backend_coord(to));
                let ends = [(low.0, high.1), (high.0.max(low.0 + PX), low.1)];
                self.group(tint.class(), None, || {
                    self.bar(ends, *tint, text.as_deref())
                });
            }
            Mark::Dot { tint, at } => {
                let at = chart.backend_coord(at);
                self.group("dot", None, || {
                    let ring = Circle::new(at, 60, color(Tint::Paper).filled());
                    self.root.draw(&ring).expect(DRAWN);
                    let dot = Circle::new(at, 45, color(*tint).filled());
                    self.root.draw(&dot).expect(DRAWN);
                });
            }
            Mark::Words {
                at,
                right,
                up,
                align,
                text,
            } => {
                let (left, middle) = chart.backend_coord(at);
                self.group("ink", None, || {
                    self.words(
                        text,
                        (left + right, middle - up),
                        *align,
                        LABEL,
                        TextTint::Ink,
                    );
                });
            }
            Mark::Needle { at_ms, up } => {
                let (left, top) = chart.backend_coord(&(*at_ms, panel.y_max));
                self.line(Tint::Ink, Stroke::Dotted, |style| {
                    let needle = vec![(left, top - up - LINE / 3), (left, top)];
                    self.root
                        .draw(&PathElement::new(needle, style))
                        .expect(DRAWN);
                });
            }
        }
    }

    fn line(&self, tint: Tint, stroke: Stroke, draw: impl FnOnce(ShapeStyle)) {
        let (dashes, width) = match stroke {
            Stroke::Solid => (None, 16),
            Stroke::Dashed => (Some("6 4"), 12),
            Stroke::Dotted => (Some("1.5 2.5"), 10),
        };
        let class = format!("{}-line", tint.class());
        self.group(&class, dashes, || draw(color(tint).stroke_width(width)));
    }

    fn bar(&self, ends: [(i32, i32); 2], tint: Tint, text: Option<&str>) {
        self.root
            .draw(&Rectangle::new(ends, color(tint).filled()))
            .expect(DRAWN);
        let [(left, top), (right, bottom)] = ends;
        if let Some(text) = text {
            let middle = ((left + right) / 2, (top + bottom) / 2);
            self.words(text, middle, Align::Middle, LABEL, tint.text_upon());
        }
    }

    /// The labels at the right end, moved apart, each with a line to its level.
    fn ends(&self, chart: &Chart<'_>, panel: &Panel) {
        let level = |amount: u64| chart.backend_coord(&(0, amount)).1;
        let mut ends: Vec<_> = panel
            .ends
            .iter()
            .map(|end| (level(end.level), end))
            .collect();
        // Upwards in the stack is up on the sheet, also where levels are equal.
        ends.reverse();
        ends.sort_by_key(|(level, _)| *level);
        let wanted: Vec<i32> = ends.iter().map(|(level, _)| *level).collect();
        let (top, bottom) = (level(panel.y_max) - 8 * PX, level(0) + 2 * PX);
        let left = LEFT + PLOT;
        for ((level, end), middle) in ends.iter().zip(spread(&wanted, LINE - 10, top, bottom)) {
            self.line(Tint::Muted, Stroke::Dotted, |style| {
                let leader = vec![(left + 2 * PX, *level), (left + 8 * PX, middle)];
                self.root
                    .draw(&PathElement::new(leader, style))
                    .expect(DRAWN);
            });
            self.key(end.key, left + 10 * PX, middle);
            let room = RIGHT - 10 * PX - KEY;
            let text = font::fit(&end.text, LABEL, room);
            self.group("ink", None, || {
                let at = (left + 6 * PX + KEY, middle);
                self.words(&text, at, Align::Left, LABEL, TextTint::Ink);
            });
        }
    }

    fn key(&self, key: Key, left: i32, middle: i32) {
        match key {
            Key::Fill(tint) => self.group(tint.class(), None, || {
                let corners = [
                    (left + 3 * PX, middle - 4 * PX),
                    (left + 11 * PX, middle + 4 * PX),
                ];
                self.root
                    .draw(&Rectangle::new(corners, color(tint).filled()))
                    .expect(DRAWN);
            }),
            Key::Line(tint, stroke) => self.line(tint, stroke, |style| {
                let sample = vec![(left, middle), (left + 14 * PX, middle)];
                self.root
                    .draw(&PathElement::new(sample, style))
                    .expect(DRAWN);
            }),
        }
    }
}

/// The coordinate system of a panel, in its part of the sheet.
fn chart<'a>(
    area: &'a DrawingArea<Canvas, Shift>,
    figure: &Figure,
    panel: &Panel,
    is_last: bool,
) -> Chart<'a> {
    let instants: Vec<u64> = figure.ticks.iter().map(|tick| tick.0).collect();
    let amounts: Vec<u64> = panel.y_ticks.iter().map(|tick| tick.0).collect();
    ChartBuilder::on(area)
        .margin_top(panel.headroom * PX)
        .margin_right(RIGHT)
        .set_label_area_size(LabelAreaPosition::Left, LEFT)
        .set_label_area_size(LabelAreaPosition::Bottom, if is_last { AXIS } else { 0 })
        .build_cartesian_2d(
            (0..figure.end_ms).with_key_points(instants),
            (0..panel.y_max.max(1)).with_key_points(amounts),
        )
        .expect(DRAWN)
}

fn grid(chart: &mut Chart<'_>) {
    let nothing = |_: &u64| String::new();
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_axes()
        .bold_line_style(color(Tint::Grid).stroke_width(PX.unsigned_abs()))
        .x_label_formatter(&nothing)
        .y_label_formatter(&nothing)
        .draw()
        .expect(DRAWN);
}

fn axis(chart: &mut Chart<'_>, figure: &Figure, panel: &Panel) {
    let find = |ticks: &[(u64, String)], at: u64| {
        let tick = ticks.iter().find(|tick| tick.0 == at);
        tick.map_or_else(String::new, |tick| tick.1.clone())
    };
    let font = (font::FAMILY, LABEL).into_font();
    chart
        .configure_mesh()
        .disable_mesh()
        .axis_style(color(Tint::Muted).stroke_width(PX.unsigned_abs()))
        .set_all_tick_mark_size(4 * PX)
        .label_style(TextStyle::from(font).color(&color(Tint::Ink)))
        .x_label_formatter(&|at| find(&figure.ticks, *at))
        .y_label_formatter(&|at| find(&panel.y_ticks, *at))
        .draw()
        .expect(DRAWN);
}

fn color(tint: Tint) -> RGBColor {
    let (red, green, blue) = tint.rgb();
    RGBColor(red, green, blue)
}

fn text_color(tint: TextTint) -> RGBColor {
    match tint {
        TextTint::Ink => color(Tint::Ink),
        TextTint::White => RGBColor(0xff, 0xff, 0xff),
        TextTint::Dark => RGBColor(0x33, 0x33, 0x33),
    }
}
