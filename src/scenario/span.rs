//! Where in the source a value stands, and the field that remembers it.
//!
//! A [`Field`] never fails to load: what is wrong with its value is reported on the side and the
//! field becomes [`Field::Broken`], so that one mistake hides no other.

use serde::{Serialize, Serializer};

/// A stretch of the source, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The text it covers; empty where it leaves `text` or cuts a character in two.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether `other` lies inside.
    pub fn holds(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// A value and where the file says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sp<T> {
    /// The value.
    pub value: T,
    /// Where it stands, without the blanks and comments around it.
    pub span: Span,
}

/// A field of the file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Field<T> {
    /// Left out.
    #[default]
    Absent,
    /// Given, and already reported as a mistake.
    Broken(Span),
    /// Given.
    Given(Sp<T>),
}

impl<T> Field<T> {
    /// A field that no file gives: what the normal form is made of.
    pub fn of(value: T) -> Self {
        Self::Given(Sp { value, span: Span::default() })
    }

    /// Whether it was left out.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether it was given, rightly or wrongly.
    pub fn is_given(&self) -> bool {
        !self.is_absent()
    }

    /// The value with its place, if it could be read.
    pub fn given(&self) -> Option<&Sp<T>> {
        match self {
            Self::Given(spanned) => Some(spanned),
            Self::Absent | Self::Broken(_) => None,
        }
    }

    /// The value, if it could be read.
    pub fn value(&self) -> Option<&T> {
        self.given().map(|spanned| &spanned.value)
    }

    /// Where it stands, if it was given.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Absent => None,
            Self::Broken(span) => Some(*span),
            Self::Given(spanned) => Some(spanned.span),
        }
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Given(spanned) => spanned.value.serialize(serializer),
            Self::Absent | Self::Broken(_) => serializer.serialize_unit(),
        }
    }
}
