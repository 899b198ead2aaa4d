//! What ron stumbled over, in the words of a scenario.
//!
//! ron's places are exact for some mistakes and a blank away for others, so each kind is placed
//! anew: by the outline where a name is known, at the end of the token before where something is
//! missing.

use ron::Error;
use ron::error::{Position, SpannedError};

use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::outline::{Entry, Parts, outline, runaway_text, unclosed};
use crate::scenario::reading::Raw;
use crate::scenario::schema::reference::plain_name;
use crate::scenario::span::Span;
use crate::scenario::suggest::{closest, did_you_mean, listed};

/// What a scenario looks like, and where one is to be had.
const STARTER: &str =
    "a scenario is `( … )` with fields in it, in RON; `meridian new` writes a starter";

/// A text that is no RON.
pub(super) fn syntax(text: &str, error: &SpannedError) -> Diagnostic {
    let at = offset(text, error.span.end).max(offset(text, error.span.start));
    if text.starts_with('\u{feff}') {
        let span = Span::new(0, '\u{feff}'.len_utf8());
        return Diagnostic::new(Code::Syntax, span, "the text begins with a byte order mark")
            .label("most editors do not show it")
            .note("save the file as UTF-8 without a byte order mark");
    }
    if let Some(start) = runaway_text(text, at) {
        return unclosed_text(text, start);
    }
    match (&error.code, unclosed(text)) {
        (Error::ExpectedComma, _) if text[at..].starts_with(':') => stray_field(text, at),
        (Error::ExpectedComma, _) => missing(text, at, "a comma"),
        (Error::ExpectedMapColon, _) => missing(text, at, "a colon"),
        (Error::Eof | Error::ExpectedStructLikeEnd, Some(open)) => {
            let message = format!("`{}` is never closed", &text[open..=open]);
            Diagnostic::new(Code::Syntax, Span::new(open, open + 1), message).label("opened here")
        }
        (Error::Eof, None) => {
            Diagnostic::new(Code::Syntax, Span::new(0, 0), "there is no scenario in it")
                .label("nothing, or nothing but blanks and comments")
                .note(STARTER)
        }
        (Error::ExceededRecursionLimit, _) => {
            let message = "brackets are nested too deeply";
            Diagnostic::new(Code::Syntax, token_at(text, at), message)
                .label("deeper than is read")
                .note("no scenario needs more than a dozen")
        }
        (Error::TrailingCharacters, _) => {
            let message = "something stands behind the end of the scenario";
            Diagnostic::new(Code::Syntax, token_at(text, at), message)
                .label("expected nothing more")
                .note(STARTER)
        }
        (Error::ExpectedStringEnd, _) => {
            unclosed_text(text, offset(text, error.span.start).min(at))
        }
        (code, _) => {
            let span = token_at(text, at);
            Diagnostic::new(Code::Syntax, span, format!("no RON: {}", lowered(code)))
                .label("here the text can no longer be read")
        }
    }
}

/// What is missing belongs behind the token before, not in front of the next.
fn missing(text: &str, at: usize, what: &str) -> Diagnostic {
    let end = text[..at].trim_end().len();
    let start = text[..end]
        .char_indices()
        .next_back()
        .map_or(0, |(start, _)| start);
    Diagnostic::new(
        Code::Syntax,
        Span::new(start, end),
        format!("{what} is missing"),
    )
    .label(format!("{what} is expected behind this"))
}

/// A colon where a list has only values: most likely the list was never closed.
fn stray_field(text: &str, at: usize) -> Diagnostic {
    let message = "a field stands where only a value can";
    let diagnostic = Diagnostic::new(Code::Syntax, Span::new(at, at + 1), message)
        .label("a comma or a closing bracket is expected before this");
    match unclosed(&text[..at]) {
        Some(open) => diagnostic.related(Span::new(open, open + 1), "not closed yet"),
        None => diagnostic,
    }
}

fn unclosed_text(text: &str, start: usize) -> Diagnostic {
    let line_end = text[start..]
        .find('\n')
        .map_or(text.len(), |length| start + length);
    Diagnostic::new(
        Code::Syntax,
        Span::new(start, line_end),
        "a text is never closed",
    )
    .label("a `\"` is missing in this line or after it")
}

/// A value that is RON but not what belongs there; and what to leave out so that the rest can be
/// read.
pub(super) fn shape(raw: Raw<'_>, error: &Error) -> (Diagnostic, Option<Span>) {
    match error {
        Error::NoSuchStructField {
            expected,
            found,
            outer,
        } => unknown_field(raw, found, expected, outer.as_deref()),
        Error::DuplicateStructField { field, .. } => repeated_field(raw, field),
        Error::NoSuchEnumVariant {
            expected, found, ..
        } => (unknown_variant(raw, found, expected), None),
        Error::IntegerOutOfBounds => {
            let negative = raw.text.starts_with('-');
            let label = if negative {
                "must not be negative"
            } else {
                "more than this can hold"
            };
            let message = "the number is out of range";
            (
                Diagnostic::new(Code::OutOfRange, raw.span, message).label(label),
                None,
            )
        }
        other => (wrong_type(raw, other), None),
    }
}

fn unknown_field(
    raw: Raw<'_>,
    found: &str,
    expected: &[&str],
    outer: Option<&str>,
) -> (Diagnostic, Option<Span>) {
    let Some(entry) = entries(raw, found).into_iter().next() else {
        return (wrong_type(raw, &Error::ExpectedIdentifier), None);
    };
    let place = outer.map_or(String::new(), |outer| {
        format!(" in `{}`", plain_name(outer))
    });
    let message = format!("unknown field `{found}`{place}");
    let mut diagnostic = Diagnostic::new(Code::UnknownField, entry.name, message)
        .label("no such field")
        .note(format!("the fields here are {}", listed(expected)));
    if let Some(near) = closest(found, expected.iter().copied()) {
        diagnostic = diagnostic.fix(did_you_mean(near), entry.name, near.to_owned());
    }
    (
        diagnostic,
        Some(Span::new(entry.name.start, entry.value.span.end)),
    )
}

fn repeated_field(raw: Raw<'_>, field: &str) -> (Diagnostic, Option<Span>) {
    let entries = entries(raw, field);
    let [first, second, ..] = entries.as_slice() else {
        return (wrong_type(raw, &Error::ExpectedIdentifier), None);
    };
    let diagnostic = Diagnostic::new(
        Code::RepeatedField,
        second.name,
        format!("`{field}` is given twice"),
    )
    .label("given again here")
    .related(first.name, "first given here");
    (
        diagnostic,
        Some(Span::new(second.name.start, second.value.span.end)),
    )
}

fn unknown_variant(raw: Raw<'_>, found: &str, expected: &[&str]) -> Diagnostic {
    let span = Span::new(
        raw.span.start,
        raw.span.start + found.len().min(raw.text.len()),
    );
    let mut diagnostic = Diagnostic::new(Code::UnknownVariant, span, format!("unknown `{found}`"))
        .label("not known here")
        .note(format!("what can stand here: {}", listed(expected)));
    if let Some(near) = closest(found, expected.iter().copied()) {
        diagnostic = diagnostic.fix(did_you_mean(near), span, near.to_owned());
    }
    diagnostic
}

fn wrong_type(raw: Raw<'_>, error: &Error) -> Diagnostic {
    let expected = match error {
        Error::ExpectedInteger => "a whole number".to_owned(),
        Error::InvalidIntegerDigit { .. } => "a whole number in decimal digits".to_owned(),
        Error::ExpectedBoolean => "`true` or `false`".to_owned(),
        Error::ExpectedString => "a text in quotes".to_owned(),
        Error::ExpectedArray => "a list: `[…]`".to_owned(),
        Error::ExpectedStructLike
        | Error::ExpectedNamedStructLike(_)
        | Error::ExpectedDifferentStructName { .. } => "fields in parentheses: `(…)`".to_owned(),
        Error::ExpectedIdentifier => "names: fields are written `name: value`".to_owned(),
        Error::ExpectedStructLikeEnd => "fewer values".to_owned(),
        Error::ExpectedDifferentLength { expected, .. } => expected.clone(),
        Error::InvalidValueForType { expected, .. } => expected.clone(),
        other => lowered(other),
    };
    let (expected, found) = match error {
        // A whole number was read up to its point.
        Error::TrailingCharacters if kind(raw.text) == "a number" => {
            ("a whole number".to_owned(), "a fraction")
        }
        _ => (expected, kind(raw.text)),
    };
    let message = format!("expected {expected}, found {found}");
    Diagnostic::new(Code::WrongType, head(raw), message).label(format!("this is {found}"))
}

/// What a value looks like.
pub(super) fn kind(text: &str) -> &'static str {
    match text.trim_start_matches('-').chars().next() {
        None => "nothing",
        Some('"') => "a text",
        Some('0'..='9' | '.' | '+') => "a number",
        Some('[') => "a list",
        Some('(') => "something in parentheses",
        Some('{') => "a map",
        Some(_) if text.contains('(') => "a word with parentheses",
        Some(_) => "a word",
    }
}

/// The part of a value that a caret line can show: all of a short one, the first line of a long
/// one.
pub(super) fn head(raw: Raw<'_>) -> Span {
    let first = raw.text.lines().next().unwrap_or_default().trim_end();
    Span::new(raw.span.start, raw.span.start + first.len())
}

fn entries(raw: Raw<'_>, name: &str) -> Vec<Entry> {
    let Parts::Fields(fields) = outline(raw.text, 0).parts else {
        return Vec::new();
    };
    let mut matching = Vec::new();
    for mut entry in fields {
        if entry.name.of(raw.text).trim_start_matches("r#") == name {
            entry.name = moved(entry.name, raw.span.start);
            entry.value.span = moved(entry.value.span, raw.span.start);
            matching.push(entry);
        }
    }
    matching
}

fn moved(span: Span, by: usize) -> Span {
    Span::new(span.start + by, span.end + by)
}

fn lowered(error: &Error) -> String {
    let text = error.to_string();
    let mut rest = text.chars();
    rest.next().map_or(String::new(), |first| {
        first.to_lowercase().chain(rest).collect()
    })
}

/// The byte at `position`; ron counts lines and columns from 1, columns in characters.
fn offset(text: &str, position: Position) -> usize {
    let lines = text
        .split_inclusive('\n')
        .take(position.line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    let line = &text[start..];
    let column = position.col.saturating_sub(1);
    start
        + line
            .char_indices()
            .nth(column)
            .map_or(line.len(), |(at, _)| at)
}

/// One character at `at`, or the last one of the text.
fn token_at(text: &str, at: usize) -> Span {
    let start = match text[at..].chars().next() {
        Some(_) => at,
        None => text
            .trim_end()
            .char_indices()
            .next_back()
            .map_or(0, |(last, _)| last),
    };
    Span::new(
        start,
        start + text[start..].chars().next().map_or(0, char::len_utf8),
    )
}
