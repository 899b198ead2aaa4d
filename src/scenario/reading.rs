//! Reading RON through serde without stopping at the first mistake.
//!
//! Every field of the schema is a [`Field`]. It takes its value as raw text (a slice of the source,
//! so its address tells its place), reads that text on its own, and turns a failure into a reported
//! mistake and a broken field. What is left to fail in a struct is a field name that is unknown or
//! repeated: such fields are blanked out, and the text is read again, until nothing new turns up.

use std::cell::RefCell;

use ron::error::SpannedError;
use ron::extensions::Extensions;
use ron::value::RawValue;
use serde::{Deserialize, Deserializer};

use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::outline::{outline, skip_blanks};
use crate::scenario::source::Source;
use crate::scenario::span::{Field, Sp, Span};
use crate::scenario::stumble;

/// What a value says that has reported its own mistakes.
const REPORTED: &str = "already reported";

/// How often the text is read again at most: each round needs a new mistake.
const ROUNDS_MAX: usize = 64;

thread_local! {
    static READING: RefCell<Option<Reading>> = const { RefCell::new(None) };
}

/// What is known while a text is read.
#[derive(Default)]
struct Reading {
    /// The address of its first byte.
    base: usize,
    /// Where overrides stand in it.
    overridden: Vec<Span>,
    /// Mistakes that the next round will find again.
    passing: Vec<Diagnostic>,
    /// Mistakes that the next round will not see, and what has to be blanked out for it.
    blanked: Vec<(Diagnostic, Span)>,
}

/// A value in the text, before it is read.
#[derive(Clone, Copy)]
pub(super) struct Raw<'de> {
    /// Its text, without blanks and comments around it.
    pub text: &'de str,
    /// Where it stands.
    pub span: Span,
}

/// The dialect of RON that scenarios are written in.
pub(super) fn dialect() -> ron::Options {
    ron::Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_NEWTYPES)
}

/// Whether ron can read a text at all.
///
/// # Errors
/// The one mistake that makes the text no RON.
pub(super) fn check_syntax(text: &str) -> Result<(), Diagnostic> {
    let whole = dialect().from_str::<&RawValue>(text);
    whole.map(|_| ()).map_err(|error| stumble::syntax(text, &error))
}

/// Reads a text whose syntax is right; mistakes are returned beside what could be read.
pub(super) fn read<T>(source: &Source) -> (Field<T>, Vec<Diagnostic>)
where
    T: for<'de> Deserialize<'de>,
{
    let mut text = source.text().to_owned();
    let mut lasting = Vec::new();
    for _ in 0..ROUNDS_MAX {
        let (field, reading) = round::<T>(&text, source);
        if reading.blanked.is_empty() {
            lasting.extend(reading.passing);
            return (field, lasting);
        }
        for (diagnostic, span) in reading.blanked {
            lasting.push(diagnostic);
            blank_out(&mut text, span);
        }
    }
    (Field::Broken(Span::default()), lasting)
}

fn round<T>(text: &str, source: &Source) -> (Field<T>, Reading)
where
    T: for<'de> Deserialize<'de>,
{
    let reading = Reading {
        base: text.as_ptr() as usize,
        overridden: source.overridden(),
        ..Reading::default()
    };
    READING.with_borrow_mut(|slot| *slot = Some(reading));
    let outcome = dialect().from_str::<Field<T>>(text);
    let mut reading = READING.take().expect("the reading was put there above");
    let field = outcome.unwrap_or_else(|error| {
        reading.passing.push(stumble::syntax(text, &error));
        Field::Broken(Span::default())
    });
    (field, reading)
}

/// Overwrites `span` with blanks, and the comma behind it.
fn blank_out(text: &mut String, span: Span) {
    let after = skip_blanks(text, span.end);
    let comma = text[after..].starts_with(',').then(|| Span::new(after, after + 1));
    for span in [Some(span), comma].into_iter().flatten() {
        let blanks: String = span.of(text).chars().flat_map(blanks_like).collect();
        text.replace_range(span.start..span.end, &blanks);
    }
}

fn blanks_like(found: char) -> impl Iterator<Item = char> {
    let blank = if found == '\n' { '\n' } else { ' ' };
    std::iter::repeat_n(blank, found.len_utf8())
}

/// Takes the next value as text.
pub(super) fn raw<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Raw<'de>, D::Error> {
    let text = <&'de RawValue>::deserialize(deserializer)?.get_ron();
    let start = skip_blanks(text, 0);
    let end = outline(text, start).span.end.max(start);
    let trimmed = &text[start..end];
    let base = READING.with_borrow(|slot| slot.as_ref().map_or(0, |reading| reading.base));
    let start = (trimmed.as_ptr() as usize).saturating_sub(base);
    Ok(Raw { text: trimmed, span: Span::new(start, start + trimmed.len()) })
}

/// Reports a mistake in a value and stands for it as an error.
pub(super) fn refuse<E: serde::de::Error>(diagnostic: Diagnostic) -> E {
    report(diagnostic);
    E::custom(REPORTED)
}

fn report(diagnostic: Diagnostic) {
    READING.with_borrow_mut(|slot| {
        if let Some(reading) = slot {
            reading.passing.push(diagnostic);
        }
    });
}

impl<'de> Raw<'de> {
    /// Reads the value as a `T`; a failure is reported.
    pub(super) fn read<T: Deserialize<'de>>(self) -> Option<T> {
        match dialect().from_str::<T>(self.text) {
            Ok(value) => Some(value),
            Err(SpannedError { code: ron::Error::Message(text), .. }) if text == REPORTED => None,
            Err(error) => {
                self.complain(&error);
                None
            }
        }
    }

    /// Reads the value as a `T`, within the reading of another value.
    pub(super) fn read_within<T: Deserialize<'de>, E: serde::de::Error>(self) -> Result<T, E> {
        self.read().ok_or_else(|| E::custom(REPORTED))
    }

    /// Whether an override put it there: quotes may then be missing.
    pub(super) fn is_overridden(self) -> bool {
        READING.with_borrow(|slot| {
            let overridden = slot.iter().flat_map(|reading| &reading.overridden);
            overridden.into_iter().any(|span| span.holds(self.span))
        })
    }

    fn complain(self, error: &SpannedError) {
        match stumble::shape(self, &error.code) {
            (diagnostic, None) => report(diagnostic),
            (diagnostic, Some(span)) => READING.with_borrow_mut(|slot| {
                if let Some(reading) = slot {
                    reading.blanked.push((diagnostic, span));
                }
            }),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = raw(deserializer)?;
        Ok(match raw.read::<T>() {
            Some(value) => Self::Given(Sp { value, span: raw.span }),
            None => Self::Broken(raw.span),
        })
    }
}
