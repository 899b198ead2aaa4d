//! The leaves of the schema: names, amounts with a unit, one or many.

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::quantity::{ByteRate, Bytes, ParseQuantityError, Problem, Ratio, Rate};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::reading::{Raw, raw, refuse};
use crate::scenario::schema::reference::{Described, Reference};
use crate::scenario::span::{Field, Sp};
use crate::scenario::stumble::{head, kind};
use crate::time::{SimDuration, SimTime};

pub(in crate::scenario) use crate::scenario::schema::moment::{ClockOffset, Epoch};

/// A name or any other text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct Text(pub String);

/// An amount that is written as text, with its unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct Quantity<T>(pub T);

/// One value, or a list of them.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::scenario) struct OneOrMany<T>(pub Vec<Field<T>>);

/// A quantity, or something with a name of its own.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::scenario) enum Either<T, C> {
    /// The quantity.
    Plain(Quantity<T>),
    /// The other.
    Chosen(C),
}

/// A decimal number without a unit, in millionths.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct Decimal {
    /// Millionths.
    pub millionths: u64,
}

/// A share of a memory, or an amount of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::scenario) enum MemoryAmount {
    /// So much of what is usable.
    Share(Ratio),
    /// So many bytes.
    Bytes(Bytes),
}

/// Why a text is not the quantity it should be.
pub(in crate::scenario) struct Unreadable {
    /// What is wrong, in one line.
    pub message: String,
    /// What was expected.
    pub expected: String,
    /// What it may have been meant to say.
    pub instead: Option<String>,
}

/// Something that is written as text with a unit.
pub(in crate::scenario) trait Written: Sized {
    /// The mistake of writing it wrongly.
    const CODE: Code;
    /// What it is called.
    const KIND: &'static str;
    /// An example, without quotes.
    const EXAMPLE: &'static str;
    /// Reads it.
    fn read(text: &str) -> Result<Self, Unreadable>;
    /// Writes it so that it reads back the same.
    fn write(&self) -> String;
}

macro_rules! written {
    ($($type:ty: $code:ident $kind:literal $example:literal)*) => {
        $(impl Written for $type {
            const CODE: Code = Code::$code;
            const KIND: &'static str = $kind;
            const EXAMPLE: &'static str = $example;
            fn read(text: &str) -> Result<Self, Unreadable> {
                text.parse().map_err(|error| unreadable(text, error))
            }
            fn write(&self) -> String {
                self.to_string()
            }
        })*
    };
}

written! {
    SimDuration: Duration "duration" "30s"
    SimTime: Duration "time since the start" "2h30m"
    Bytes: Bytes "amount of bytes" "1KB"
    ByteRate: ByteRate "bandwidth" "1Gbit/s"
    Rate: Rate "rate" "60/s"
    Ratio: Share "share" "80%"
}

fn unreadable(text: &str, error: ParseQuantityError) -> Unreadable {
    let instead = match &error.problem {
        Problem::UnknownUnit { unit, known } => {
            let same = known.split(", ").find(|known| known.eq_ignore_ascii_case(unit));
            let plural = || known.split(", ").find(|known| unit.strip_suffix('s') == Some(known));
            same.or_else(plural).map(|known| text.replacen(unit.as_str(), known, 1))
        }
        _ => None,
    };
    Unreadable {
        message: format!("`{}` is not {}: {}", error.found, error.expected, error.problem),
        expected: format!("expected something like {}", error.example),
        instead,
    }
}

impl Written for MemoryAmount {
    const CODE: Code = Code::Bytes;
    const KIND: &'static str = "share or amount of memory";
    const EXAMPLE: &'static str = "50%";
    fn read(text: &str) -> Result<Self, Unreadable> {
        if text.trim_end().ends_with('%') {
            Ratio::read(text).map(Self::Share)
        } else {
            Bytes::read(text).map(Self::Bytes)
        }
    }
    fn write(&self) -> String {
        match self {
            Self::Share(share) => share.write(),
            Self::Bytes(bytes) => bytes.write(),
        }
    }
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
            let mut diagnostic = Diagnostic::new(T::CODE, head(raw), unreadable.message)
                .label(unreadable.expected);
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
    let quoted = raw.text.starts_with('"') || raw.text.starts_with("r\"") || raw.text.starts_with("r#\"");
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
        Ok(Self(vec![Field::Given(Sp { value, span: raw.span })]))
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

impl<'de, T: Written, C: Deserialize<'de>> Deserialize<'de> for Either<T, C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = raw(deserializer)?;
        let word = raw.text.starts_with(|first: char| first.is_ascii_uppercase());
        if word { raw.read_within().map(Self::Chosen) } else { raw.read_within().map(Self::Plain) }
    }
}

impl<T: Written, C: Serialize> Serialize for Either<T, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(quantity) => quantity.serialize(serializer),
            Self::Chosen(choice) => choice.serialize(serializer),
        }
    }
}

impl Decimal {
    /// The number, if `text` is one with at most six decimals.
    fn parse(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 6 {
            return None;
        }
        let whole: u64 = whole.parse().ok()?;
        let part: u64 = format!("{decimals:0<6}").parse().ok()?;
        let millionths = whole.checked_mul(1_000_000)?.checked_add(part)?;
        Some(Self { millionths })
    }

    fn text(self) -> String {
        let decimals = format!("{:06}", self.millionths % 1_000_000);
        let trimmed = decimals.trim_end_matches('0');
        let point = if trimmed.is_empty() { "" } else { "." };
        format!("{}{point}{trimmed}", self.millionths / 1_000_000)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = raw(deserializer)?;
        Self::parse(raw.text.trim_matches('"')).ok_or_else(|| {
            let message = format!("`{}` is not a decimal number", head(raw).len_limited(raw));
            refuse(
                Diagnostic::new(Code::Decimal, head(raw), message)
                    .label("expected digits, with at most six decimals: `0.99`"),
            )
        })
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.text();
        let raw = ron::value::RawValue::from_ron(&text).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl Described for Text {
    fn kind() -> String {
        "\"text\"".to_owned()
    }
    fn register(_reference: &mut Reference) {}
}

impl Described for Decimal {
    fn kind() -> String {
        "decimal".to_owned()
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

impl<T: Written, C: Described> Described for Either<T, C> {
    fn kind() -> String {
        format!("\"{}\" or {}", T::KIND, C::kind())
    }
    fn register(reference: &mut Reference) {
        C::register(reference);
    }
}
