//! A drawing back end that writes SVG the same on every machine.
//!
//! Its unit is a tenth of a pixel: `123` is printed as `12.3`, from the integer. One element stands
//! on one line, paths as steps from corner to corner.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::{self, Write};
use std::rc::Rc;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle,
};

use crate::report::font::{Weight, width};

/// Why writing cannot fail.
const WRITTEN: &str = "writing to a string succeeds";

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// A sheet and what is drawn on it.
#[derive(Debug)]
pub struct Canvas {
    /// The text so far; shared with whoever writes groups around the elements.
    pub text: Rc<RefCell<String>>,
    /// Width and height, in tenths of a pixel.
    pub size: (u32, u32),
}

impl Canvas {
    fn element(&self, element: fmt::Arguments<'_>) -> Drawn {
        let mut text = self.text.borrow_mut();
        text.write_fmt(element).expect(WRITTEN);
        text.push('\n');
        Ok(())
    }
}

impl DrawingBackend for Canvas {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect(point, point, &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (x, y) = (Tenths(upper_left.0), Tenths(upper_left.1));
        let wide = Tenths(bottom_right.0 - upper_left.0);
        let high = Tenths(bottom_right.1 - upper_left.1);
        let Some(paint) = (if fill { filled(style) } else { stroked(style) }) else {
            return Ok(());
        };
        self.element(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{high}\" {paint}/>"
        ))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let Some(paint) = stroked(style) else {
            return Ok(());
        };
        let steps = steps(corners);
        self.element(format_args!(
            "<path d=\"{steps}\" {paint} stroke-linejoin=\"round\"/>"
        ))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let Some(paint) = (if fill { filled(style) } else { stroked(style) }) else {
            return Ok(());
        };
        let (x, y) = (Tenths(center.0), Tenths(center.1));
        let radius = Tenths(i32::try_from(radius).expect("a radius fits on a sheet"));
        self.element(format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" {paint}/>"
        ))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let Some(paint) = filled(style) else {
            return Ok(());
        };
        let steps = steps(corners);
        self.element(format_args!("<path d=\"{steps}z\" {paint}/>"))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        if text.is_empty() || style.color().alpha <= 0.0 {
            return Ok(());
        }
        let size = size(style);
        // Where the baseline is, for letters of 0.76 em above and 0.24 em below it.
        let (x, y) = match style.anchor().v_pos {
            VPos::Top => (at.0, at.1 + size * 76 / 100),
            VPos::Center => (at.0, at.1 + size * 36 / 100),
            VPos::Bottom => (at.0, at.1 - size * 24 / 100),
        };
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let bold = if weight(style) == Weight::Bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let (x, y, size, paint) = (Tenths(x), Tenths(y), Tenths(size), Hex(style.color().rgb));
        let text = escaped(text);
        self.element(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}{bold} \
             fill=\"{paint}\">{text}</text>"
        ))
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = size(style);
        Ok((
            width(text, size, weight(style)).unsigned_abs(),
            size.unsigned_abs(),
        ))
    }
}

/// A coordinate as it is printed: `12.3`, `12`, `-.5`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tenths(pub i32);

impl fmt::Display for Tenths {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.unsigned_abs() / 10, self.0.unsigned_abs() % 10);
        if self.0 < 0 {
            formatter.write_char('-')?;
        }
        match (whole, part) {
            (_, 0) => write!(formatter, "{whole}"),
            (0, _) => write!(formatter, ".{part}"),
            _ => write!(formatter, "{whole}.{part}"),
        }
    }
}

/// A colour as it is printed: `#0072b2`.
struct Hex((u8, u8, u8));

impl fmt::Display for Hex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (red, green, blue) = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// `text` with what XML reserves written out.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn filled(style: &impl BackendStyle) -> Option<String> {
    let BackendColor { alpha, rgb } = style.color();
    let opacity = match hundredths(alpha) {
        0 => return None,
        100 => String::new(),
        part => format!(" fill-opacity=\".{part:02}\""),
    };
    Some(format!("fill=\"{}\"{opacity}", Hex(rgb)))
}

fn stroked(style: &impl BackendStyle) -> Option<String> {
    let BackendColor { alpha, rgb } = style.color();
    let opacity = match hundredths(alpha) {
        0 => return None,
        100 => String::new(),
        part => format!(" stroke-opacity=\".{part:02}\""),
    };
    let wide = Tenths(i32::try_from(style.stroke_width()).expect("a line fits on a sheet"));
    Some(format!(
        "fill=\"none\" stroke=\"{}\" stroke-width=\"{wide}\"{opacity}",
        Hex(rgb)
    ))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it lies in 0..=100"
)]
fn hundredths(alpha: f64) -> u32 {
    (alpha.clamp(0.0, 1.0) * 100.0).round() as u32
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "text is a few hundred tenths high"
)]
fn size(style: &impl BackendTextStyle) -> i32 {
    style.size().round() as i32
}

fn weight(style: &impl BackendTextStyle) -> Weight {
    match style.style() {
        FontStyle::Bold => Weight::Bold,
        _ => Weight::Regular,
    }
}

/// The corners as the data of a path: the first as it is, the others as steps from one to the next,
/// without corners that lie on a straight line.
fn steps(corners: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut kept: Vec<BackendCoord> = Vec::new();
    for corner in corners {
        if kept.last() == Some(&corner) {
            continue;
        }
        if let [.., a, b] = kept.as_slice()
            && is_between(*a, *b, corner)
        {
            kept.pop();
        }
        kept.push(corner);
    }
    let mut text = String::new();
    for (index, &(x, y)) in kept.iter().enumerate() {
        if index == 0 {
            write!(text, "M{} {}", Tenths(x), Tenths(y)).expect(WRITTEN);
            continue;
        }
        let (before_x, before_y) = kept[index - 1];
        match (x - before_x, y - before_y) {
            (right, 0) => write!(text, "h{}", Tenths(right)).expect(WRITTEN),
            (0, down) => write!(text, "v{}", Tenths(down)).expect(WRITTEN),
            (right, down) => write!(text, "l{} {}", Tenths(right), Tenths(down)).expect(WRITTEN),
        }
    }
    text
}

/// Whether `b` lies on the straight way from `a` to `c`.
fn is_between(a: BackendCoord, b: BackendCoord, c: BackendCoord) -> bool {
    let step = |from: BackendCoord, to: BackendCoord| {
        (
            i64::from(to.0) - i64::from(from.0),
            i64::from(to.1) - i64::from(from.1),
        )
    };
    let ((ax, ay), (bx, by)) = (step(a, b), step(b, c));
    ax * by == ay * bx && ax * bx + ay * by >= 0
}

#[cfg(test)]
mod tests {
    use super::{Tenths, escaped, steps};

    #[test]
    fn coordinates_are_printed_from_integers() {
        let texts: Vec<_> = [123, 120, 5, -5, -123, 0]
            .map(|n| Tenths(n).to_string())
            .into();
        assert_eq!(texts, ["12.3", "12", ".5", "-.5", "-12.3", "0"]);
    }

    #[test]
    fn a_path_leaves_out_what_lies_on_the_way() {
        let corners = [
            (0, 0),
            (10, 0),
            (20, 0),
            (20, 0),
            (30, 10),
            (40, 20),
            (40, 5),
            (40, 30),
        ];
        assert_eq!(steps(corners), "M0 0h2l2 2v-1.5v2.5");
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escaped("a<b & \"c\""), "a&lt;b &amp; &quot;c&quot;");
    }
}
