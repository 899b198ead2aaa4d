//! The text of a scenario, and where each byte of it came from: the file, or an override.

use crate::scenario::span::Span;

/// A text that mistakes can be pointed out in: the file, or what a flag said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// What it is called in messages: the path of the file, or the flag.
    pub path: String,
    /// What it says.
    pub text: String,
    /// Where its lines begin.
    lines: Vec<usize>,
}

impl Document {
    fn new(path: &str, text: &str) -> Self {
        let later = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(later).collect();
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            lines,
        }
    }
}

/// A stretch of one document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Locus {
    /// Which document, as an index.
    pub document: usize,
    /// Which part of it.
    pub span: Span,
}

/// A run of bytes with one origin.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The bytes.
    pub text: String,
    /// Whose.
    pub document: usize,
    /// Where the document has them.
    pub offset: usize,
    /// Whether they stand in no document (brackets, quotes, names that an override implies): all of
    /// them then belong to `offset`.
    pub implied: bool,
}

/// What is read: a file with the overrides worked in.
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    documents: Vec<Document>,
    pieces: Vec<Piece>,
}

impl Source {
    /// A file called `path` with the content `text`, as it stands.
    pub fn new(path: &str, text: &str) -> Self {
        let document = Document::new(path, text);
        let piece = Piece {
            text: text.to_owned(),
            document: 0,
            offset: 0,
            implied: false,
        };
        Self {
            text: text.to_owned(),
            documents: vec![document],
            pieces: vec![piece],
        }
    }

    /// The whole text, overrides worked in.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file, then what flags said; overrides stand one a line.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// Adds a document of what `flag` said, which is not part of the text yet; returns its index.
    pub(super) fn add(&mut self, flag: &str, text: &str) -> usize {
        self.documents.push(Document::new(flag, text));
        self.documents.len() - 1
    }

    /// A span for what `span` of a flag's document says, though it is not part of the text: such
    /// documents lie behind its end, one after the other. Good until the next [`Source::splice`].
    pub(super) fn behind(&self, document: usize, span: Span) -> Span {
        let before = self.documents[1..document].iter();
        let before: usize = before.map(|one| one.text.len() + 1).sum();
        let shift = self.text.len() + 1 + before;
        Span::new(shift + span.start, shift + span.end)
    }

    /// The flag's document that such a span is of, and where it begins there.
    fn beyond(&self, span: Span) -> Option<(usize, usize)> {
        let mut from = span.start.checked_sub(self.text.len() + 1)?;
        for (index, document) in self.documents.iter().enumerate().skip(1) {
            if from <= document.text.len() {
                return Some((index, from));
            }
            from -= document.text.len() + 1;
        }
        None
    }

    /// Replaces what stands at `span`.
    ///
    /// # Panics
    /// When `span` leaves the text or cuts a character in two.
    pub(super) fn splice(&mut self, span: Span, replacement: Vec<Piece>) {
        let mut pieces = Vec::with_capacity(self.pieces.len() + replacement.len() + 1);
        let mut after = Vec::new();
        let mut start = 0;
        for piece in self.pieces.drain(..) {
            let end = start + piece.text.len();
            if start < span.start {
                pieces.push(piece.part(0, span.start.min(end) - start));
            }
            if end > span.end {
                let from = span.end.max(start) - start;
                after.push(piece.part(from, piece.text.len()));
            }
            start = end;
        }
        pieces.extend(replacement);
        pieces.extend(after);
        self.text = pieces.iter().map(|piece| piece.text.as_str()).collect();
        self.pieces = pieces;
    }

    /// The pieces that make up what stands at `span`.
    pub(super) fn pieces_of(&self, span: Span) -> Vec<Piece> {
        let mut found = Vec::new();
        let mut start = 0;
        for piece in &self.pieces {
            let end = start + piece.text.len();
            let (from, to) = (span.start.max(start), span.end.min(end));
            if from < to {
                found.push(piece.part(from - start, to - start));
            }
            start = end;
        }
        found
    }

    /// A text that no document has, instead of what stands at `span`.
    pub(super) fn implied(&self, text: String, span: Span) -> Piece {
        let (document, offset) = self.origin(span.start);
        Piece {
            text,
            document,
            offset,
            implied: true,
        }
    }

    /// What flags put there, without what they imply.
    pub(super) fn overridden(&self) -> Vec<Span> {
        self.put().map(|(span, _)| span).collect()
    }

    /// The flag that put something into what stands at `span`.
    pub(super) fn flag_within(&self, span: Span) -> Option<&str> {
        let mut put = self.put();
        let (_, document) = put.find(|(given, _)| span.holds(*given))?;
        Some(&self.documents[document].path)
    }

    /// What flags put there, and the index of each one's document.
    fn put(&self) -> impl Iterator<Item = (Span, usize)> {
        let mut start = 0;
        let places = self.pieces.iter().map(move |piece| {
            let end = start + piece.text.len();
            let span = Span::new(start, end);
            start = end;
            (span, piece)
        });
        let given = places.filter(|(_, piece)| piece.document > 0 && !piece.implied);
        given.map(|(span, piece)| (span, piece.document))
    }

    /// Where the documents say what stands at `span`.
    pub(super) fn locus(&self, span: Span) -> Locus {
        if let Some((document, from)) = self.beyond(span) {
            let said = &self.documents[document].text;
            let to = from + (span.end - span.start);
            let from = floor_boundary(said, from);
            let span = Span::new(from, ceil_boundary(said, to));
            return Locus { document, span };
        }
        let (document, start) = self.origin(span.start);
        let last = self.origin(span.end.saturating_sub(1).max(span.start));
        let end = match last {
            (same, end) if same == document && span.end > span.start => end.max(start) + 1,
            _ => start,
        };
        let text = &self.documents[document].text;
        let start = floor_boundary(text, start);
        Locus {
            document,
            span: Span::new(start, ceil_boundary(text, end.max(start))),
        }
    }

    /// `line:column` of the beginning of `span`, both from 1, in its document.
    pub fn place(&self, span: Span) -> String {
        let locus = self.locus(span);
        let document = &self.documents[locus.document];
        let line = document
            .lines
            .partition_point(|start| *start <= locus.span.start);
        let start = document.lines[line.saturating_sub(1)];
        let column = 1 + document.text[start..locus.span.start].chars().count();
        format!("{line}:{column}")
    }

    fn origin(&self, at: usize) -> (usize, usize) {
        let mut start = 0;
        let mut last = (0, 0);
        for piece in &self.pieces {
            let inside = at.saturating_sub(start).min(piece.text.len());
            last = (
                piece.document,
                piece.offset + if piece.implied { 0 } else { inside },
            );
            start += piece.text.len();
            if at < start {
                break;
            }
        }
        last
    }
}

impl Piece {
    fn part(&self, from: usize, to: usize) -> Self {
        let shift = if self.implied { 0 } else { from };
        Self {
            text: self.text[from..to].to_owned(),
            offset: self.offset + shift,
            ..*self
        }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceil_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_knows_its_document() {
        let mut source = Source::new("a.ron", "(storm: \"8h\", seed: 7)");
        let document = source.add("--set", "storm=9h");
        let piece = |text: &str, offset, implied| Piece {
            text: text.to_owned(),
            document,
            offset,
            implied,
        };
        source.splice(
            Span::new(8, 12),
            vec![
                piece("\"", 6, true),
                piece("9h", 6, false),
                piece("\"", 8, true),
            ],
        );
        assert_eq!(source.text(), "(storm: \"9h\", seed: 7)");
        assert_eq!(
            source.locus(Span::new(9, 11)),
            Locus {
                document: 1,
                span: Span::new(6, 8)
            }
        );
        let seed = source.text().find('7').expect("the seed is in the text");
        let locus = source.locus(Span::new(seed, seed + 1));
        assert_eq!(
            locus,
            Locus {
                document: 0,
                span: Span::new(20, 21)
            }
        );
        assert_eq!(source.place(Span::new(seed, seed + 1)), "1:21");
        let until = source.add("--until", "NoOom");
        for (document, span) in [(document, Span::new(0, 5)), (until, Span::new(2, 5))] {
            let path = source.behind(document, span);
            assert_eq!(source.locus(path), Locus { document, span });
        }
    }
}
