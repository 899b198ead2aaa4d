//! Chance in a file: values drawn from a range, one of several, entries that may be missing.
//!
//! ```text
//! Between("10m", "2h")      any value between the two, both included
//! LogBetween("1/s", "1k/s") the same, each order of magnitude as likely as the next
//! OneOf(["1h", "6h"])       one of these, each as likely
//! Maybe("30%", (at: …))     an entry of a list, there with this probability
//! ```
//!
//! They may stand wherever a value may, one within the other too, and are replaced by what the seed
//! draws before anything is read: everything behind sees a file without chance. Each has a stream
//! of its own, called after the names and texts that lead to it, so that a value that is added or
//! taken out moves no other.

mod draw;
mod kind;
mod range;
pub(super) mod scale;

use crate::scenario::chance::draw::{Draw, draw};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::outline::{Entry, Node, Parts, outline};
use crate::scenario::path::name;
use crate::scenario::source::{Piece, Source};
use crate::scenario::span::Span;
use crate::scenario::vary;

use crate::engine::rng::Stream;

/// How what is left to chance is settled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Settling {
    /// As the seed draws it.
    Seed(u64),
    /// Everything as written first, but for the draw that stands here: that takes this alternative.
    /// Of a range the ends are the alternatives.
    Corner(Span, usize),
}

impl Settling {
    /// The seed that draws.
    pub(super) fn seed(self) -> Option<u64> {
        match self {
            Self::Seed(seed) => Some(seed),
            Self::Corner(..) => None,
        }
    }
}

/// Settles all that a source, whose syntax is right, leaves to chance. Returns whether there is
/// any, and what is wrong with it: then the source stays as it is.
pub(super) fn settle(source: &mut Source, settling: Settling) -> (bool, Vec<Diagnostic>) {
    let text = source.text().to_owned();
    let mut settler = Settler {
        source,
        text: &text,
        settling,
        found: false,
        mistakes: Vec::new(),
    };
    let mut edits = Vec::new();
    settler.visit(&outline(&text, 0), "", &mut edits);
    let (found, mistakes) = (settler.found, settler.mistakes);
    if mistakes.is_empty() {
        for (span, pieces) in edits.into_iter().rev() {
            source.splice(span, pieces);
        }
    }
    (found, mistakes)
}

/// Everything as written first, and every other alternative of every draw.
pub(super) fn corners(text: &str) -> Vec<Settling> {
    let mut corners = Vec::new();
    enumerate(text, &outline(text, 0), &mut corners);
    if !corners.is_empty() {
        // No value stands nowhere: everything as written first.
        corners.insert(0, Settling::Corner(Span::default(), 0));
    }
    corners
}

fn enumerate(text: &str, node: &Node, corners: &mut Vec<Settling>) {
    if let Some(Ok(draw)) = draw(text, node) {
        let others = 1..draw.alternatives();
        corners.extend(others.map(|one| Settling::Corner(node.span, one)));
    }
    match &node.parts {
        Parts::Fields(entries) => entries
            .iter()
            .filter(|entry| is_settled(text, entry))
            .for_each(|entry| enumerate(text, &entry.value, corners)),
        Parts::Items(items) => items.iter().for_each(|item| enumerate(text, item, corners)),
        Parts::Leaf => {}
    }
}

/// Axes keep the draws among their values: they are drawn where they are set.
fn is_settled(text: &str, entry: &Entry) -> bool {
    entry.name.of(text) != vary::FIELD
}

/// What replaces a part of the text.
type Edit = (Span, Vec<Piece>);

struct Settler<'a> {
    source: &'a Source,
    text: &'a str,
    settling: Settling,
    found: bool,
    mistakes: Vec<Diagnostic>,
}

impl Settler<'_> {
    /// Collects the edits within a value that `path` leads to, in the order of the text.
    fn visit(&mut self, node: &Node, path: &str, edits: &mut Vec<Edit>) {
        match draw(self.text, node) {
            None => self.visit_parts(node, path, edits),
            Some(Ok(Draw::Maybe(..))) => self.refuse(
                node.span,
                "`Maybe` stands where a value is needed",
                "expected an entry of a list; `OneOf` chooses between values",
            ),
            Some(Ok(Draw::OneOf(all))) => {
                self.found = true;
                let index = self.alternative(node, path, all);
                let pieces = self.pieces(&all[index], &format!("{path}/{index}"));
                edits.push((node.span, pieces));
            }
            Some(Ok(Draw::Between(range))) => {
                self.found = true;
                let text = match self.settling {
                    Settling::Seed(seed) => range.draw(&mut Stream::named(seed, path)),
                    Settling::Corner(at, end) => range.end(if at == node.span { end } else { 0 }),
                };
                edits.push((node.span, vec![self.source.implied(text, node.span)]));
            }
            Some(Err(wrong)) => self.refuse(wrong.span, &wrong.found, &wrong.expected),
        }
    }

    fn visit_parts(&mut self, node: &Node, path: &str, edits: &mut Vec<Edit>) {
        match &node.parts {
            Parts::Fields(entries) => {
                for entry in entries.iter().filter(|entry| is_settled(self.text, entry)) {
                    let path = format!("{path}.{}", entry.name.of(self.text));
                    self.visit(&entry.value, &path, edits);
                }
            }
            Parts::Items(items) => self.visit_items(node, items, path, edits),
            Parts::Leaf => {}
        }
    }

    fn visit_items(&mut self, list: &Node, items: &[Node], path: &str, edits: &mut Vec<Edit>) {
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{}]", self.called(items, index));
            match draw(self.text, item) {
                Some(Ok(Draw::Maybe(share, inner))) => {
                    self.found = true;
                    let is_there = match self.settling {
                        Settling::Seed(seed) => Stream::named(seed, &path).chance(share),
                        Settling::Corner(at, alternative) => at != item.span || alternative == 0,
                    };
                    let edit = if is_there {
                        (item.span, self.pieces(inner, &path))
                    } else {
                        let next = items.get(index + 1).map(|next| next.span.start);
                        let end = next.unwrap_or(list.span.end - 1);
                        (Span::new(item.span.start, end), Vec::new())
                    };
                    edits.push(edit);
                }
                _ => self.visit(item, &path, edits),
            }
        }
    }

    /// What an entry of a list is called in the names of streams: its name, or its text and how
    /// often that came before.
    fn called(&self, items: &[Node], index: usize) -> String {
        let text = |item: &Node| match name(self.text, item) {
            Some(name) => name,
            None => item.span.of(self.text).to_owned(),
        };
        let own = text(&items[index]);
        let before = items[..index].iter().filter(|item| text(item) == own);
        match before.count() {
            0 => own,
            times => format!("{own} {times}"),
        }
    }

    /// Which of several values it is.
    fn alternative(&self, node: &Node, path: &str, all: &[Node]) -> usize {
        match self.settling {
            Settling::Seed(seed) => {
                let drawn = Stream::named(seed, path).below(all.len() as u64);
                usize::try_from(drawn).expect("there are few alternatives")
            }
            Settling::Corner(at, alternative) if at == node.span => alternative,
            // What a corner is about must be there.
            Settling::Corner(at, _) => {
                let around = all.iter().position(|one| one.span.holds(at));
                around.unwrap_or(0)
            }
        }
    }

    /// The text of a value with what is drawn within it.
    fn pieces(&mut self, node: &Node, path: &str) -> Vec<Piece> {
        let mut edits = Vec::new();
        self.visit(node, path, &mut edits);
        let mut pieces = Vec::new();
        let mut at = node.span.start;
        for (span, replacement) in edits {
            pieces.extend(self.source.pieces_of(Span::new(at, span.start)));
            pieces.extend(replacement);
            at = span.end;
        }
        pieces.extend(self.source.pieces_of(Span::new(at, node.span.end)));
        pieces
    }

    fn refuse(&mut self, span: Span, found: &str, expected: &str) {
        self.mistakes
            .push(Diagnostic::new(Code::BadDraw, span, found).label(expected));
    }
}
