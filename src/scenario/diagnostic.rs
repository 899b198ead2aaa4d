//! Mistakes in a scenario, pointed out: code, place, caret, suggestion.

use std::fmt;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use crate::scenario::source::Source;
use crate::scenario::span::Span;

pub use crate::scenario::code::{Code, Explanation, explain};

/// How many mistakes of one file are shown; the rest are counted.
const SHOWN_MAX: usize = 50;

/// One mistake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Which kind of mistake.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What stands beside the caret.
    pub label: String,
    /// Other places that have to do with it.
    pub related: Vec<(Span, String)>,
    /// What else helps, one line each.
    pub notes: Vec<String>,
    /// A change that would mend it.
    pub fix: Option<Fix>,
}

/// A change of the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// What it replaces.
    pub span: Span,
    /// By what.
    pub text: String,
}

impl Diagnostic {
    /// A mistake of the kind `code` at `span`.
    pub(super) fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            fix: None,
        }
    }

    /// Whether both say the same, wherever they stand.
    fn is_like(&self, other: &Self) -> bool {
        let said = |one: &Self| (one.code, one.message.clone(), one.label.clone());
        said(self) == said(other)
    }

    /// Says something beside the caret.
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Points at another place.
    pub(super) fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Adds a line of help.
    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Offers a change.
    pub(super) fn fix(mut self, title: impl Into<String>, span: Span, text: String) -> Self {
        self.fix = Some(Fix {
            title: title.into(),
            span,
            text,
        });
        self
    }
}

/// All mistakes of one scenario, in the order of the text.
#[derive(Clone, Debug)]
pub struct Mistakes {
    source: Source,
    list: Vec<Diagnostic>,
}

impl Mistakes {
    /// The mistakes of `list` in `source`, sorted and each one once.
    pub(super) fn new(source: Source, mut list: Vec<Diagnostic>) -> Self {
        list.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
        let mut unique: Vec<Diagnostic> = Vec::with_capacity(list.len());
        for diagnostic in list {
            // A value of an axis stands once in the file, and wherever the axis sets it.
            let place = source.locus(diagnostic.span);
            let is_known = unique
                .iter()
                .any(|one| source.locus(one.span) == place && one.is_like(&diagnostic));
            if !is_known {
                unique.push(diagnostic);
            }
        }
        Self {
            source,
            list: unique,
        }
    }

    /// The same mistakes, each with one more line of help.
    pub(super) fn noted(mut self, note: &str) -> Self {
        for mistake in &mut self.list {
            mistake.notes.push(note.to_owned());
        }
        self
    }

    /// The mistakes.
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// Where they are.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// All of them as text for a terminal, with colours or without.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let mut text = String::new();
        for diagnostic in self.list.iter().take(SHOWN_MAX) {
            text.push_str(&renderer.render(&self.report(diagnostic)));
            text.push_str("\n\n");
        }
        text.push_str(&renderer.render(&[Group::with_title(
            Level::ERROR.primary_title(self.summary()),
        )]));
        text.push('\n');
        text
    }

    fn summary(&self) -> String {
        let path = &self.source.documents()[0].path;
        let count = match self.list.len() {
            1 => "1 mistake".to_owned(),
            count if count > SHOWN_MAX => format!("{count} mistakes ({SHOWN_MAX} shown)"),
            count => format!("{count} mistakes"),
        };
        match self.list.first() {
            None => format!("{path}: no mistakes"),
            Some(first) => {
                format!(
                    "{path}: {count}; `meridian explain {}` says more",
                    first.code.id()
                )
            }
        }
    }

    fn report<'a>(&'a self, diagnostic: &'a Diagnostic) -> Vec<Group<'a>> {
        let title = Level::ERROR
            .primary_title(&diagnostic.message)
            .id(diagnostic.code.id());
        if diagnostic.code == Code::Unreadable && diagnostic.span == Span::default() {
            let helps = diagnostic.notes.iter();
            let helps = helps.map(|note| Level::HELP.message(note));
            return vec![Group::with_title(title).elements(helps)];
        }
        let locus = self.source.locus(diagnostic.span);
        let mut snippet = self.snippet(locus.document);
        let primary = AnnotationKind::Primary.span(range(locus.span));
        snippet = snippet.annotation(primary.label(&diagnostic.label));
        let mut elsewhere = Vec::new();
        for (span, label) in &diagnostic.related {
            let other = self.source.locus(*span);
            let context = AnnotationKind::Context.span(range(other.span)).label(label);
            if other.document == locus.document {
                snippet = snippet.annotation(context);
            } else {
                elsewhere.push(self.snippet(other.document).annotation(context));
            }
        }
        let mut group = title.element(snippet).elements(elsewhere);
        for note in &diagnostic.notes {
            group = group.element(Level::HELP.message(note));
        }
        let mut groups = vec![group];
        if let Some(fix) = &diagnostic.fix {
            let locus = self.source.locus(fix.span);
            let patch = Patch::new(range(locus.span), &fix.text);
            let text = &self.source.documents()[locus.document];
            let snippet = Snippet::source(&text.text).path(&text.path).patch(patch);
            groups.push(Level::HELP.secondary_title(&fix.title).element(snippet));
        }
        groups
    }

    fn snippet<A: Clone>(&self, document: usize) -> Snippet<'_, A> {
        let document = &self.source.documents()[document];
        Snippet::source(&document.text).path(&document.path)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(false))
    }
}

impl std::error::Error for Mistakes {}

fn range(span: Span) -> Range<usize> {
    span.start..span.end
}
