//! Amounts: what is written with a unit, and plain decimal numbers.

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::quantity::{ByteRate, Bytes, ParseQuantityError, Problem, Rate, Ratio};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::reading::{raw, refuse};
use crate::scenario::schema::reference::{Described, Reference};
use crate::scenario::stumble::head;
use crate::time::{SimDuration, SimTime};

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
            let message = "this is not a plain decimal number";
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

impl Described for Decimal {
    fn kind() -> String {
        "decimal".to_owned()
    }
    fn register(_reference: &mut Reference) {}
}

