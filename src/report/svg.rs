//! The one place that knows plotters: coordinate systems, axes and shapes, drawn on our
//! [`Canvas`], which gives the same bytes on every machine. What is drawn where, [`draw`] decides.
//!
//! [`draw`]: crate::report::draw

use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::combinators::{BindKeyPoints, WithKeyPoints};
use plotters::coord::types::RangedCoordu64;
use plotters::prelude::{
    ChartBuilder, ChartContext, Circle, Color, DrawingArea, FontStyle, IntoDrawingArea, IntoFont,
    LabelAreaPosition, PathElement, Polygon, RGBColor, Rectangle, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::report::canvas::{Canvas, Tenths, escaped};
use crate::report::chart::layout::{LABEL, LEFT, PX, RIGHT, WIDTH};
use crate::report::chart::{Align, Figure, Panel, Point, Stroke};
use crate::report::font::{self, Weight};
use crate::report::palette::{TextTint, Tint};

/// Why drawing cannot fail.
const DRAWN: &str = "drawing into a string succeeds";
/// Below the last panel: the labels of the time axis.
pub(crate) const AXIS: i32 = 22 * PX;
/// How strongly faults are shaded.
const SHADE: f64 = 0.13;

type Axis = WithKeyPoints<RangedCoordu64>;

/// A corner on the sheet, in tenths of a pixel.
pub(crate) type Corner = (i32, i32);

/// How letters look.
#[derive(Clone, Copy)]
pub(crate) struct Letters {
    /// Their size.
    pub(crate) size: i32,
    /// How heavy they are.
    pub(crate) weight: Weight,
    /// What they are painted with.
    pub(crate) tint: TextTint,
}

impl Letters {
    /// A label.
    pub(crate) const LABEL: Self = Self {
        size: LABEL,
        weight: Weight::Regular,
        tint: TextTint::Ink,
    };
}

/// The sheet, and the text it writes into, for the groups around what is drawn.
pub(crate) struct Pen {
    root: DrawingArea<Canvas, Shift>,
    text: Rc<RefCell<String>>,
}

/// A part of the sheet that holds one panel.
pub(crate) struct Plot {
    area: DrawingArea<Canvas, Shift>,
    is_last: bool,
}

/// The coordinate system of a panel.
pub(crate) struct Coordinates<'a>(ChartContext<'a, Canvas, Cartesian2d<Axis, Axis>>);

impl Pen {
    /// An empty sheet for `figure`, `height` tenths of a pixel high.
    pub(crate) fn new(figure: &Figure, height: i32) -> Self {
        let (wide, high) = (Tenths(WIDTH), Tenths(height));
        let (title, subject) = (escaped(&figure.title), escaped(&figure.subject));
        let head = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" \
             role=\"img\" font-family=\"{}\">\n<title>{title}</title>\n<desc>{subject}</desc>\n",
            font::FAMILY
        );
        let text = Rc::new(RefCell::new(head));
        let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
        let root = Canvas {
            text: Rc::clone(&text),
            size,
        }
        .into_drawing_area();
        let pen = Self { root, text };
        pen.group(Tint::Paper.class(), None, || {
            pen.root.fill(&color(Tint::Paper)).expect(DRAWN);
        });
        pen
    }

    /// The document.
    pub(crate) fn finish(self) -> String {
        self.text.borrow_mut().push_str("</svg>\n");
        self.text.take()
    }

    /// Everything that `draw` draws, in a group of this class.
    pub(crate) fn group(&self, class: &str, dashes: Option<&str>, draw: impl FnOnce()) {
        let dashes = dashes.map_or(String::new(), |d| format!(" stroke-dasharray=\"{d}\""));
        writeln!(self.text.borrow_mut(), "<g class=\"{class}\"{dashes}>").expect(DRAWN);
        draw();
        self.text.borrow_mut().push_str("</g>\n");
    }

    /// Words, level with their middle.
    pub(crate) fn words(&self, text: &str, at: Corner, align: Align, letters: Letters) {
        let side = match align {
            Align::Left => HPos::Left,
            Align::Middle => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = match letters.weight {
            Weight::Regular => FontStyle::Normal,
            Weight::Bold => FontStyle::Bold,
        };
        let font = (font::FAMILY, letters.size, style).into_font();
        let paint = text_color(letters.tint);
        let anchor = Pos::new(side, VPos::Center);
        let style = TextStyle::from(font).color(&paint).pos(anchor);
        self.root.draw_text(text, &style, at).expect(DRAWN);
    }

    /// A filled rectangle from its upper left to its lower right corner.
    pub(crate) fn rectangle(&self, corners: [Corner; 2], tint: Tint) {
        let opacity = if tint == Tint::Shade { SHADE } else { 1.0 };
        let fill = color(tint).mix(opacity).filled();
        self.root.draw(&Rectangle::new(corners, fill)).expect(DRAWN);
    }

    /// A filled circle.
    pub(crate) fn disc(&self, at: Corner, radius: i32, tint: Tint) {
        let fill = color(tint).filled();
        self.root.draw(&Circle::new(at, radius, fill)).expect(DRAWN);
    }

    /// A line from corner to corner, in a group of its own.
    pub(crate) fn line(&self, corners: Vec<Corner>, tint: Tint, stroke: Stroke) {
        let (dashes, width) = match stroke {
            Stroke::Solid => (None, 16),
            Stroke::Dashed => (Some("6 4"), 12),
            Stroke::Dotted => (Some("1.5 2.5"), 10),
        };
        let style = color(tint).stroke_width(width);
        self.group(&format!("{}-line", tint.class()), dashes, || {
            self.root
                .draw(&PathElement::new(corners, style))
                .expect(DRAWN);
        });
    }

    /// The part of the sheet that holds `panel`, from `top` down.
    pub(crate) fn plot(&self, top: i32, panel: &Panel, is_last: bool) -> Plot {
        let below = (panel.headroom + panel.height) * PX + if is_last { AXIS } else { 0 };
        let size = (WIDTH.unsigned_abs(), below.unsigned_abs());
        Plot {
            area: self.root.clone().shrink((0, top), size),
            is_last,
        }
    }
}

impl Plot {
    /// The coordinate system of `panel`, in this part of the sheet.
    pub(crate) fn coordinates(&self, figure: &Figure, panel: &Panel) -> Coordinates<'_> {
        let instants: Vec<u64> = figure.ticks.iter().map(|tick| tick.0).collect();
        let amounts: Vec<u64> = panel.y_ticks.iter().map(|tick| tick.0).collect();
        let below = if self.is_last { AXIS } else { 0 };
        let chart = ChartBuilder::on(&self.area)
            .margin_top(panel.headroom * PX)
            .margin_right(RIGHT)
            .set_label_area_size(LabelAreaPosition::Left, LEFT)
            .set_label_area_size(LabelAreaPosition::Bottom, below)
            .build_cartesian_2d(
                (0..figure.end_ms).with_key_points(instants),
                (0..panel.y_max.max(1)).with_key_points(amounts),
            );
        Coordinates(chart.expect(DRAWN))
    }
}

impl Coordinates<'_> {
    /// Where a point is on the sheet.
    pub(crate) fn corner(&self, point: Point) -> Corner {
        self.0.backend_coord(&point)
    }

    /// The corners of a line through `points`.
    pub(crate) fn corners(&self, points: &[Point]) -> Vec<Corner> {
        points.iter().map(|point| self.corner(*point)).collect()
    }

    /// Everything between `points` and 0.
    pub(crate) fn area(&mut self, points: &[Point], tint: Tint) {
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return;
        };
        let mut corners = points.to_vec();
        corners.extend([(last.0, 0), (first.0, 0)]);
        self.0
            .draw_series([Polygon::new(corners, color(tint))])
            .expect(DRAWN);
    }

    /// A line at each amount of the axis.
    pub(crate) fn grid(&mut self) {
        let nothing = |_: &u64| String::new();
        self.0
            .configure_mesh()
            .disable_x_mesh()
            .disable_axes()
            .bold_line_style(color(Tint::Grid).stroke_width(PX.unsigned_abs()))
            .x_label_formatter(&nothing)
            .y_label_formatter(&nothing)
            .draw()
            .expect(DRAWN);
    }

    /// The axes with their labels; the time axis below the last panel only.
    pub(crate) fn axes(&mut self, figure: &Figure, panel: &Panel) {
        let find = |ticks: &[(u64, String)], at: u64| {
            let tick = ticks.iter().find(|tick| tick.0 == at);
            tick.map_or_else(String::new, |tick| tick.1.clone())
        };
        let font = (font::FAMILY, LABEL).into_font();
        self.0
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
}

fn color(tint: Tint) -> RGBColor {
    let (red, green, blue) = tint.rgb();
    RGBColor(red, green, blue)
}

fn text_color(tint: TextTint) -> RGBColor {
    match tint {
        TextTint::Ink => color(Tint::Ink),
        TextTint::Muted => color(Tint::Muted),
        TextTint::White => RGBColor(0xff, 0xff, 0xff),
        TextTint::Dark => RGBColor(0x33, 0x33, 0x33),
    }
}
