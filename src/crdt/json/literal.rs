//! A JSON value by itself, without history: what a command writes and reads.

use std::sync::Arc;

/// A JSON value. Cloning never copies text.
#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without fraction and exponent that fits 64 bits.
    Int(i64),
    /// Any other number; always finite.
    Double(f64),
    /// A string.
    Text(Arc<str>),
    /// Values in order.
    Array(Vec<Self>),
    /// Values by name, each name once, in the order they came in.
    Object(Vec<(Arc<str>, Self)>),
}

impl Literal {
    /// The number of values, this one and all within it.
    pub fn nodes(&self) -> u32 {
        1 + match self {
            Self::Array(items) => items.iter().map(Self::nodes).sum(),
            Self::Object(fields) => fields.iter().map(|(_, value)| value.nodes()).sum::<u32>(),
            _ => 0,
        }
    }

    /// Bytes of its names and scalars.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Null | Self::Bool(_) => 1,
            Self::Int(_) | Self::Double(_) => 8,
            Self::Text(text) => text.len() as u64,
            Self::Array(items) => items.iter().map(Self::bytes).sum(),
            Self::Object(fields) => {
                let each = fields.iter();
                each.map(|(name, value)| name.len() as u64 + value.bytes())
                    .sum()
            }
        }
    }

    /// The value that `steps` lead to from here.
    pub fn at(&self, steps: &[Step]) -> Option<&Self> {
        let Some((first, rest)) = steps.split_first() else {
            return Some(self);
        };
        match (self, first) {
            (Self::Object(fields), Step::Field(name)) => {
                let (_, value) = fields.iter().find(|(known, _)| known == name)?;
                value.at(rest)
            }
            (Self::Array(items), Step::Index(index)) => {
                items.get(usize::try_from(*index).ok()?)?.at(rest)
            }
            _ => None,
        }
    }
}

/// One step down into a value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Step {
    /// To a field of an object.
    Field(Arc<str>),
    /// To the element of an array before which so many stand.
    Index(u64),
}

/// What a command does at one place of a document as it finds it.
#[derive(Clone, PartialEq, Debug)]
pub struct Revision {
    /// Where: every step but the last of an assignment leads to what is there.
    pub path: Vec<Step>,
    /// What.
    pub deed: Deed,
}

/// What becomes of a place.
#[derive(Clone, PartialEq, Debug)]
pub enum Deed {
    /// It holds this now.
    Assign(Literal),
    /// A field or element goes. The whole document goes with its key.
    Remove,
    /// An element goes, and a client is given it.
    Take,
    /// These come into the array there, where so many elements stand before them.
    Insert(u64, Vec<Literal>),
}
