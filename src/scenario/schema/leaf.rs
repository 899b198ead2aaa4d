//! The leaves of the schema: names, amounts with a unit, one or many.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::reading::{Raw, raw, refuse};
use crate::scenario::schema::amount::Written;
use crate::scenario::schema::reference::{Described, Reference};
use crate::scenario::span::{Field, Sp};
use crate::scenario::stumble::{head, kind};

/// A name or any other text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct Text(pub String);

/// An amount that is written as text, with its unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct Quantity<T>(pub T);

/// One value, or a list of them.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::scenario) struct OneOrMany<T>(pub Vec<Field<T>>);

/// A text, or something that begins with a word.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::scenario) enum Either<P, C> {
    /// The text.
    Plain(P),
    /// The other.
    Chosen(C),
}

impl<'de, T: Written> Deserialize<'de> for Quantity<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = raw(deserializer)?;
        let Some(text) = text_of(raw) else {
            let message = format!("expected a {} in quotes, found {}", T::KIND, kind(raw.text));
            let diagnostic = Diagnostic::new(T::CODE, head(raw), message)
                .label(format!("write it like `\"{}\"`", T::EXAMPLE));
            return Err(refuse(diagnostic));
        };
        T::read(&text).map(Self).map_err(|unreadable| {
            let mut diagnostic =
                Diagnostic::new(T::CODE, head(raw), unreadable.message).label(unreadable.expected);
            if let Some(instead) = unreadable.instead {
                let title = "this may be meant";
                diagnostic = diagnostic.fix(title, raw.span, format!("\"{instead}\""));
            }
            refuse(diagnostic)
        })
    }
}

impl<T: Written> Serialize for Quantity<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.write())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = raw(deserializer)?;
        text_of(raw).map(Self).ok_or_else(|| {
            let message = format!("expected a text in quotes, found {}", kind(raw.text));
            refuse(Diagnostic::new(Code::WrongType, head(raw), message).label("put it in quotes"))
        })
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The content of a text; an override may leave out the quotes.
fn text_of(raw: Raw<'_>) -> Option<String> {
    let quoted = raw
        .text
        .trim_start_matches('r')
        .trim_start_matches('#')
        .starts_with('"');
    if quoted {
        raw.read::<String>()
    } else {
        raw.is_overridden().then(|| raw.text.to_owned())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = raw(deserializer)?;
        if raw.text.starts_with('[') {
            return raw.read_within().map(Self);
        }
        let value = raw.read_within()?;
        Ok(Self(vec![Field::Given(Sp {
            value,
            span: raw.span,
        })]))
    }
}

impl<T: Serialize> Serialize for OneOrMany<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [only] => only.serialize(serializer),
            many => many.serialize(serializer),
        }
    }
}

impl<'de, P, C> Deserialize<'de> for Either<P, C>
where
    P: Deserialize<'de> + Described,
    C: Deserialize<'de> + Described,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = raw(deserializer)?;
        if raw.text.starts_with(['[', '(']) {
            let found = kind(raw.text);
            let message = format!("expected {}, found {found}", Self::kind());
            let words = C::words().join("(…)` or `");
            let diagnostic = Diagnostic::new(Code::WrongType, head(raw), message)
                .label(format!("begin it with a word: `{words}(…)`"));
            return Err(refuse(diagnostic));
        }
        let word = raw
            .text
            .starts_with(|first: char| first.is_ascii_uppercase());
        if word {
            raw.read_within().map(Self::Chosen)
        } else {
            raw.read_within().map(Self::Plain)
        }
    }
}

impl<P: Serialize, C: Serialize> Serialize for Either<P, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(plain) => plain.serialize(serializer),
            Self::Chosen(choice) => choice.serialize(serializer),
        }
    }
}

impl Described for Text {
    fn kind() -> String {
        "\"text\"".to_owned()
    }
    fn register(_reference: &mut Reference) {}
}

impl<T: Written> Described for Quantity<T> {
    fn kind() -> String {
        format!("\"{}\"", T::KIND)
    }
    fn register(_reference: &mut Reference) {}
}

impl<T: Described> Described for OneOrMany<T> {
    fn kind() -> String {
        format!("{0} or [{0}, …]", T::kind())
    }
    fn register(reference: &mut Reference) {
        T::register(reference);
    }
}

impl<P: Described, C: Described> Described for Either<P, C> {
    fn kind() -> String {
        format!("{} or {}", P::kind(), C::kind())
    }
    fn register(reference: &mut Reference) {
        P::register(reference);
        C::register(reference);
    }
}
