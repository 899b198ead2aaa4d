//! From a figure's description to its picture: what is drawn where, and in which order.

use crate::report::chart::layout::{LABEL, LEFT, LINE, PLOT, PX, RIGHT, WIDTH, rows, spread, x};
use crate::report::chart::{Align, Figure, Key, Mark, Panel, Stroke};
use crate::report::font::{Weight, fit, wrap};
use crate::report::palette::{TextTint, Tint};
use crate::report::svg::{AXIS, Coordinates, Corner, Letters, Pen};

/// The size of titles.
const TITLE: i32 = 16 * PX;
/// From one line of a title to the next.
const TITLE_LINE: i32 = 21 * PX;
/// From one line below a title to the next.
const SOURCE_LINE: i32 = 15 * PX;
/// Above and below everything.
const MARGIN: i32 = 6 * PX;
/// From the right edge of a plot to the words of its end labels, past their keys.
const KEY: i32 = 28 * PX;

const MUTED: Letters = Letters {
    tint: TextTint::Muted,
    ..Letters::LABEL
};
const BOLD: Letters = Letters {
    weight: Weight::Bold,
    ..Letters::LABEL
};

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
pub fn svg(figure: &Figure, place: Place) -> String {
    let head = Head::new(figure, place);
    let high = |panel: &Panel| (panel.headroom + panel.height) * PX;
    let panels: i32 = figure.panels.iter().map(high).sum();
    let height = head.height + panels + AXIS + LINE + MARGIN;
    let pen = Pen::new(figure, height);
    head.draw(&pen);
    draw_panels(&pen, figure, head.height);
    pen.group("muted", None, || {
        let at = (LEFT + PLOT / 2, height - LINE / 2 - MARGIN / 2);
        pen.words(&figure.axis, at, Align::Middle, MUTED);
    });
    pen.finish()
}

/// What stands above the panels.
struct Head {
    title: Vec<String>,
    lines: Vec<String>,
    /// Names of faults: left end and middle.
    names: Vec<(Corner, String)>,
    height: i32,
}

impl Head {
    fn new(figure: &Figure, place: Place) -> Self {
        let room = WIDTH - 32 * PX;
        let mut head = Self {
            title: vec![],
            lines: vec![],
            names: vec![],
            height: MARGIN,
        };
        if place == Place::File {
            head.title = wrap(&figure.title, TITLE, Weight::Bold, room);
            head.lines = wrap(&figure.subject, LABEL, Weight::Regular, room);
            head.lines
                .extend(wrap(&figure.source, LABEL, Weight::Regular, room));
            let lines = |lines: &[String]| i32::try_from(lines.len()).expect("a few lines");
            head.height += lines(&head.title) * TITLE_LINE + lines(&head.lines) * SOURCE_LINE;
            head.height += 10 * PX;
        }
        if place
            != (Place::Page {
                names_faults: false,
            })
        {
            head.name_faults(figure);
        }
        head
    }

    fn name_faults(&mut self, figure: &Figure) {
        let middle = |from, to| (x(from, figure.end_ms) + x(to, figure.end_ms)) / 2;
        let shades = figure.shades.iter();
        let words: Vec<_> = shades
            .map(|shade| {
                (
                    middle(shade.from_ms, shade.to_ms),
                    true,
                    shade.label.as_str(),
                )
            })
            .collect();
        let placed = rows(&words, PLOT + RIGHT - 8 * PX);
        let Some(deep) = placed.iter().map(|one| one.row + 1).max() else {
            return;
        };
        for (place, shade) in placed.iter().zip(&figure.shades) {
            let middle = self.height + (deep - place.row) * LINE - LINE / 2;
            self.names
                .push(((LEFT + place.left, middle), shade.label.clone()));
        }
        self.height += deep * LINE + 2 * PX;
    }

    fn draw(&self, pen: &Pen) {
        let left = 16 * PX;
        let mut top = MARGIN;
        pen.group("ink", None, || {
            for line in &self.title {
                let letters = Letters {
                    size: TITLE,
                    ..BOLD
                };
                pen.words(line, (left, top + TITLE_LINE / 2), Align::Left, letters);
                top += TITLE_LINE;
            }
        });
        pen.group("muted", None, || {
            for line in &self.lines {
                pen.words(line, (left, top + SOURCE_LINE / 2), Align::Left, MUTED);
                top += SOURCE_LINE;
            }
        });
        pen.group("ink", None, || {
            for (at, name) in &self.names {
                pen.words(name, *at, Align::Left, Letters::LABEL);
            }
        });
    }
}

/// Grids and areas of all panels, the shading through all of them, then everything else.
fn draw_panels(pen: &Pen, figure: &Figure, top: i32) {
    let mut plots = Vec::new();
    let mut bottom = top;
    for (index, panel) in figure.panels.iter().enumerate() {
        plots.push(pen.plot(bottom, panel, index + 1 == figure.panels.len()));
        bottom += (panel.headroom + panel.height) * PX;
    }
    let on = plots.iter().zip(&figure.panels);
    let mut panels: Vec<(Coordinates<'_>, &Panel)> = on
        .map(|(plot, panel)| (plot.coordinates(figure, panel), panel))
        .collect();
    for (on, panel) in &mut panels {
        draw_backdrop(pen, on, panel);
    }
    pen.group(Tint::Shade.class(), None, || {
        for shade in &figure.shades {
            let [from, to] = [shade.from_ms, shade.to_ms].map(|at| LEFT + x(at, figure.end_ms));
            pen.rectangle([(from, top), (to.max(from + PX), bottom)], Tint::Shade);
        }
    });
    for (on, panel) in &mut panels {
        pen.group("axis", None, || on.axes(figure, panel));
        for mark in &panel.marks {
            draw_mark(pen, on, panel, mark);
        }
        draw_ends(pen, on, panel);
    }
}

/// What the shading covers: title, grid, areas.
fn draw_backdrop(pen: &Pen, on: &mut Coordinates<'_>, panel: &Panel) {
    if !panel.title.is_empty() {
        let (left, top) = on.corner((0, panel.y_max));
        let at = (left, top - panel.headroom * PX + LINE);
        pen.group("ink", None, || {
            pen.words(&panel.title, at, Align::Left, BOLD)
        });
    }
    if panel.grid {
        pen.group(Tint::Grid.class(), None, || on.grid());
    }
    for mark in &panel.marks {
        if let Mark::Area { tint, points } = mark {
            pen.group(tint.class(), None, || on.area(points, *tint));
        }
    }
}

fn draw_mark(pen: &Pen, on: &Coordinates<'_>, panel: &Panel, mark: &Mark) {
    match mark {
        Mark::Area { .. } => {}
        Mark::Line { tint, points, .. } if points.len() == 1 => {
            pen.group(tint.class(), None, || {
                pen.disc(on.corner(points[0]), 15, *tint)
            });
        }
        Mark::Line {
            tint,
            stroke,
            points,
        } => pen.line(on.corners(points), *tint, *stroke),
        Mark::Bar {
            tint,
            from,
            to,
            text,
        } => {
            let ((left, bottom), (right, top)) = (on.corner(*from), on.corner(*to));
            let corners = [(left, top), (right.max(left + PX), bottom)];
            pen.group(tint.class(), None, || {
                draw_bar(pen, corners, *tint, text.as_deref())
            });
        }
        Mark::Dot { tint, at } => pen.group("dot", None, || {
            pen.disc(on.corner(*at), 60, Tint::Paper);
            pen.disc(on.corner(*at), 45, *tint);
        }),
        Mark::Words {
            at,
            right,
            up,
            align,
            text,
        } => {
            let (left, middle) = on.corner(*at);
            let at = (left + right, middle - up);
            pen.group("ink", None, || pen.words(text, at, *align, Letters::LABEL));
        }
        Mark::Needle { at, up } => {
            let top = on.corner((at.0, panel.y_max)).1 - up - LINE / 3;
            let (left, bottom) = on.corner(*at);
            let corners = vec![(left, top), (left, bottom)];
            pen.line(corners, Tint::Ink, Stroke::Dotted);
        }
    }
}

fn draw_bar(pen: &Pen, corners: [Corner; 2], tint: Tint, text: Option<&str>) {
    let [(left, top), (right, bottom)] = corners;
    // Half a pixel of paper on either side keeps neighbours apart.
    let slit = if right - left > 4 * PX { PX / 2 } else { 0 };
    pen.rectangle([(left + slit, top), (right - slit, bottom)], tint);
    if let Some(text) = text {
        let letters = Letters {
            tint: tint.text_upon(),
            ..Letters::LABEL
        };
        let middle = ((left + right) / 2, (top + bottom) / 2);
        pen.words(text, middle, Align::Middle, letters);
    }
}

/// The labels at the right end, moved apart, each with a line to its level.
fn draw_ends(pen: &Pen, on: &Coordinates<'_>, panel: &Panel) {
    let level = |amount: u64| on.corner((0, amount)).1;
    // Upwards in the stack is up on the sheet, also where levels are equal.
    let mut ends: Vec<_> = panel
        .ends
        .iter()
        .rev()
        .map(|end| (level(end.level), end))
        .collect();
    ends.sort_by_key(|(level, _)| *level);
    let wanted: Vec<i32> = ends.iter().map(|(level, _)| *level).collect();
    let (top, bottom) = (level(panel.y_max) - 8 * PX, level(0) + 2 * PX);
    let left = LEFT + PLOT;
    for ((level, end), middle) in ends.iter().zip(spread(&wanted, LINE - PX, top, bottom)) {
        if end.key == Key::None {
            let at = (left + 8 * PX, middle);
            pen.group("muted", None, || {
                pen.words(&end.text, at, Align::Left, MUTED)
            });
            continue;
        }
        let leader = vec![(left + 2 * PX, *level), (left + 8 * PX, middle)];
        pen.line(leader, Tint::Muted, Stroke::Dotted);
        draw_key(pen, end.key, left + 10 * PX, middle);
        let text = fit(&end.text, LABEL, RIGHT - KEY - 4 * PX);
        let at = (left + KEY, middle);
        pen.group("ink", None, || {
            pen.words(&text, at, Align::Left, Letters::LABEL)
        });
    }
}

fn draw_key(pen: &Pen, key: Key, left: i32, middle: i32) {
    match key {
        Key::None => {}
        Key::Fill(tint) => pen.group(tint.class(), None, || {
            let (near, far) = (left + 3 * PX, left + 11 * PX);
            pen.rectangle([(near, middle - 4 * PX), (far, middle + 4 * PX)], tint);
        }),
        Key::Line(tint, stroke) => {
            pen.line(vec![(left, middle), (left + 14 * PX, middle)], tint, stroke);
        }
    }
}
