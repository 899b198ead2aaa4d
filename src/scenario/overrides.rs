//! `--set PATH=VALUE`: values of the file replaced, or added, before anything is read.
//!
//! Paths are those of [`path`]: `instances.0.sku`, `traffic.writers.arrivals`. A field that the
//! file leaves out is added. Values are RON; quotes around a text may be left out. Other flags that
//! set something go the same way.

use ron::value::RawValue;

use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::path::{self, Place};
use crate::scenario::reading::dialect;
use crate::scenario::source::{Piece, Source};
use crate::scenario::span::Span;

/// The flag of overrides.
pub(super) const SET: &str = "--set";

/// Works the overrides of `flag` into a source whose syntax is right; returns what is wrong with
/// them.
pub(super) fn apply(source: &mut Source, flag: &str, overrides: &[String]) -> Vec<Diagnostic> {
    if overrides.is_empty() {
        return Vec::new();
    }
    let document = source.add(flag, &overrides.join("\n"));
    let mut refused = Vec::new();
    let mut base = 0;
    for text in overrides {
        match parsed(text, base).and_then(|set| place(source, &set).map(|place| (set, place))) {
            Ok((set, place)) => splice(source, document, &set, place),
            Err(refusal) => refused.push(refusal),
        }
        base += text.len() + 1;
    }
    refused
        .into_iter()
        .map(|refusal| refusal.diagnostic(source, document))
        .collect()
}

/// Why an override cannot be applied; places are those of the overrides.
struct Refusal {
    code: Code,
    span: Span,
    message: String,
    label: String,
    note: Option<String>,
}

impl Refusal {
    fn diagnostic(self, source: &Source, document: usize) -> Diagnostic {
        let span = source.behind(document, self.span);
        let mut diagnostic = Diagnostic::new(self.code, span, self.message).label(self.label);
        diagnostic.notes.extend(self.note);
        diagnostic
    }
}

/// One override.
struct Setting<'a> {
    /// The steps of the path, each with its place among the overrides.
    path: Vec<(&'a str, usize)>,
    value: &'a str,
    value_at: usize,
    /// Whether the value is no RON by itself, and so a text without its quotes.
    bare: bool,
}

fn parsed(text: &str, base: usize) -> Result<Setting<'_>, Refusal> {
    let malformed = |message: &str| Refusal {
        code: Code::OverrideForm,
        span: Span::new(base, base + text.len()),
        message: message.to_owned(),
        label: "expected `PATH=VALUE`".to_owned(),
        note: Some("for instance `--set storm=10h`".to_owned()),
    };
    let (path, value) = text
        .split_once('=')
        .ok_or_else(|| malformed("an override without `=`"))?;
    let mut steps = Vec::new();
    let mut at = base;
    for step in path.split('.') {
        if step.is_empty() || step.contains(|found: char| found.is_control()) {
            return Err(malformed("the path of an override has an empty step"));
        }
        steps.push((step, at));
        at += step.len() + 1;
    }
    let bare = dialect().from_str::<&RawValue>(value).is_err();
    if bare && (value.trim().is_empty() || value.contains(['"', '\\', '\n'])) {
        return Err(malformed("the value of an override cannot be read"));
    }
    let value_at = base + path.len() + 1;
    Ok(Setting {
        path: steps,
        value,
        value_at,
        bare,
    })
}

fn place(source: &Source, set: &Setting<'_>) -> Result<Place, Refusal> {
    let steps: Vec<&str> = set.path.iter().map(|(step, _)| *step).collect();
    let found = path::follow(source.text(), &steps, "an override");
    found.map(|found| found.place).map_err(|astray| {
        let (step, at) = set.path[astray.step];
        Refusal {
            code: Code::OverridePath,
            span: Span::new(at, at + step.len()),
            message: astray.message,
            label: astray.label,
            note: astray.note,
        }
    })
}

fn splice(source: &mut Source, document: usize, set: &Setting<'_>, place: Place) {
    let mut pieces = Vec::new();
    let mut push = |text: &str, offset: usize, implied: bool| {
        pieces.push(Piece {
            text: text.to_owned(),
            document,
            offset,
            implied,
        });
    };
    let added = match place {
        Place::Instead(_) => &[][..],
        Place::Added(_, first) => &set.path[first..],
    };
    for (index, (step, at)) in added.iter().enumerate() {
        push(step, *at, false);
        let last = index + 1 == added.len();
        push(if last { ": " } else { ": (" }, *at, true);
    }
    let quote = if set.bare { "\"" } else { "" };
    push(quote, set.value_at, true);
    push(set.value, set.value_at, false);
    let last = set.value_at + set.value.len().saturating_sub(1);
    push(quote, last, true);
    let closing = ")".repeat(added.len().saturating_sub(1));
    push(&closing, last, true);
    let at = match place {
        Place::Instead(span) => span,
        Place::Added(at, _) => {
            push(", ", last, true);
            Span::new(at, at)
        }
    };
    source.splice(at, pieces);
}
