//! What a search asks: a value in one place, and one expectation instead of the scenario's own.
//!
//! Both are worked in behind the overrides, as `--set` would, and keep their flags in messages.

use crate::scenario::chance::corners;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::{Diagnostic, Mistakes};
use crate::scenario::overrides;
use crate::scenario::path::{self, Place};
use crate::scenario::reading::syntax_mistake;
use crate::scenario::source::{Piece, Source};
use crate::scenario::span::Span;

/// The field that holds the expectations.
const FIELD: &str = "expect";
/// The flag of the expectation.
const UNTIL: &str = "--until";
/// The flag of the value.
const VARY: &str = "--vary";

/// A value in one place, and the one expectation that judges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked<'a> {
    /// The expectation, as `expect` would have it.
    pub until: &'a str,
    /// The place, as `--set` names it.
    pub path: &'a str,
    /// The value, quotes around a text left out.
    pub value: &'a str,
}

impl Asked<'_> {
    /// Looks at the expectation alone.
    ///
    /// # Errors
    /// When it is not one value, or is left to chance.
    pub(super) fn sound(&self) -> Result<(), Mistakes> {
        let source = Source::new(UNTIL, self.until);
        let drawn = || {
            let whole = Span::new(0, self.until.len());
            let message = "the expectation of a search is left to chance";
            let mistake = Diagnostic::new(Code::BadDraw, whole, message);
            let mistake = mistake.label("expected one that is the same for all seeds");
            (!corners(self.until).is_empty()).then_some(mistake)
        };
        let unreadable = |mistake: Diagnostic| {
            let message = "`--until` is not one expectation";
            Diagnostic::new(mistake.code, mistake.span, message)
                .label(mistake.label)
                .note("write one as `expect` has them: `NoOom`, `ConvergesWithin(\"60s\")`")
        };
        let syntax = syntax_mistake(self.until).map(unreadable);
        match syntax.or_else(drawn) {
            None => Ok(()),
            Some(mistake) => Err(Mistakes::new(source, vec![mistake])),
        }
    }
}

/// Works what is asked into a source whose syntax is right; returns what is wrong with it.
pub(super) fn apply(source: &mut Source, asked: &Asked<'_>) -> Vec<Diagnostic> {
    demand(source, asked.until);
    let setting = format!("{}={}", asked.path, asked.value);
    overrides::apply(source, VARY, &[setting])
}

/// Puts the expectation in place of all others.
fn demand(source: &mut Source, until: &str) {
    let document = source.add(UNTIL, until);
    // A file that is no record has no fields; reading it tells.
    let Ok(found) = path::follow(source.text(), &[FIELD], UNTIL) else {
        return;
    };
    let (at, before, after) = match found.place {
        Place::Instead(span) => (span, "[".to_owned(), "\n]"),
        Place::Added(at, _) => (Span::new(at, at), format!("{FIELD}: ["), "\n], "),
    };
    let piece = |text: &str, offset: usize, implied: bool| Piece {
        text: text.to_owned(),
        document,
        offset,
        implied,
    };
    let pieces = vec![
        piece(&before, 0, true),
        piece(until, 0, false),
        piece(after, until.len().saturating_sub(1), true),
    ];
    source.splice(at, pieces);
}
