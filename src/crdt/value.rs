//! What a register holds: a client's bytes, or a generated value that stands for so many bytes.

use std::borrow::Cow;
use std::sync::Arc;

use crate::crdt::digest;

/// The name of a field or member.
pub type Name = Arc<[u8]>;

/// A value. Cloning never copies bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Bytes a client sent.
    Bytes(Arc<[u8]>),
    /// A value of generated traffic: its length in bytes and what tells it from others.
    Generated {
        /// Length in bytes.
        len: u32,
        /// What tells it from other generated values.
        tag: u32,
    },
}

impl Value {
    /// A value of a client's bytes.
    pub fn from_bytes(bytes: impl AsRef<[u8]>) -> Self {
        Self::Bytes(Arc::from(bytes.as_ref()))
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Generated { len, .. } => *len as usize,
        }
    }

    /// Whether there is no byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes; those of a generated value are its tag in hexadecimal, repeated.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
            Self::Generated { len, tag } => {
                let pattern = format!("v{tag:08x}-");
                Cow::Owned(pattern.bytes().cycle().take(*len as usize).collect())
            }
        }
    }

    /// Hash of the content. A generated value is hashed as length and tag, not as its bytes.
    pub fn digest(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => digest::of_bytes(bytes),
            Self::Generated { len, tag } => {
                digest::fold(digest::fold(2, u64::from(*len)), u64::from(*tag))
            }
        }
    }
}
