//! What is written as a draw.

use crate::quantity::Ratio;
use crate::scenario::chance::range::Range;
use crate::scenario::outline::{Node, Parts};
use crate::scenario::span::Span;

/// A draw as the file has it.
#[derive(Debug)]
pub(super) enum Draw<'a> {
    /// One of these.
    OneOf(&'a [Node]),
    /// This, or nothing.
    Maybe(Ratio, &'a Node),
    /// Something between two ends.
    Between(Range),
}

impl Draw<'_> {
    /// How many ways it can come out, as far as these are told apart: a range has two ends.
    pub(super) fn alternatives(&self) -> usize {
        match self {
            Self::OneOf(all) => all.len(),
            Self::Maybe(..) | Self::Between(_) => 2,
        }
    }
}

/// What is wrong with a draw.
#[derive(Debug)]
pub(super) struct Wrong {
    pub span: Span,
    pub found: String,
    pub expected: String,
}

/// The draw that a value is written as; none when it is a plain value.
pub(super) fn draw<'a>(text: &str, node: &'a Node) -> Option<Result<Draw<'a>, Wrong>> {
    let word = text.get(node.span.start..node.open)?.trim();
    let items: &[Node] = match &node.parts {
        Parts::Items(items) => items,
        Parts::Fields(_) | Parts::Leaf => &[],
    };
    let wrong = |expected: &str| {
        Err(Wrong {
            span: node.span,
            found: format!("`{word}` does not say what to draw from"),
            expected: expected.to_owned(),
        })
    };
    let drawn = match (word, items) {
        ("OneOf", [list]) => match &list.parts {
            Parts::Items(all) if !all.is_empty() => Ok(Draw::OneOf(all)),
            _ => wrong("expected values in brackets: `OneOf([\"1h\", \"6h\"])`"),
        },
        ("OneOf", _) => wrong("expected values in brackets: `OneOf([\"1h\", \"6h\"])`"),
        ("Between" | "LogBetween", [from, to]) => {
            let (from, to) = (from.span.of(text), to.span.of(text));
            let range = Range::new(from, to, word == "LogBetween");
            range.map(Draw::Between).map_err(|found| Wrong {
                span: node.span,
                found,
                expected: "expected two amounts of one kind, the lower one first".to_owned(),
            })
        }
        ("Between" | "LogBetween", _) => wrong("expected two ends: `Between(\"10m\", \"2h\")`"),
        ("Maybe", [share, entry]) => {
            let share_text = share.span.of(text).trim_matches('"');
            match share_text.parse::<Ratio>() {
                Ok(share) if share <= Ratio::ONE => Ok(Draw::Maybe(share, entry)),
                _ => Err(Wrong {
                    span: share.span,
                    found: format!("`{share_text}` is no probability"),
                    expected: "expected a share of at most one, such as \"30%\"".to_owned(),
                }),
            }
        }
        ("Maybe", _) => wrong("expected a share and an entry: `Maybe(\"30%\", (at: …, do: …))`"),
        _ => return None,
    };
    Some(drawn)
}
