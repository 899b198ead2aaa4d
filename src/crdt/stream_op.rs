//! What is done to a stream: by a command, and in an effect.

use std::sync::Arc;

use crate::crdt::stream_id::{EntryId, Progress};
use crate::crdt::value::Name;

/// What an entry holds: names and values in turn.
pub type Fields = Arc<[Name]>;

/// What a command does to a stream, and what an effect says of it.
#[derive(Clone, PartialEq, Debug)]
pub enum StreamOp {
    /// `XADD`.
    Append {
        /// Its id.
        id: EntryId,
        /// Names and values in turn.
        fields: Fields,
    },
    /// `XDEL`, `XTRIM`: the observed entries of this id go.
    Delete(EntryId),
    /// What the origin's tree has seen, from now on.
    Head(Head),
    /// `XGROUP CREATE`.
    Create {
        /// Its name.
        group: Name,
        /// Where it starts.
        start: Progress,
    },
    /// `XGROUP DESTROY`: the group goes, unobserved creations too.
    Destroy(Name),
    /// All groups go, unobserved ones too: part of `DEL`, never asked for on its own.
    DestroyAll,
    /// `XACK`, where it completes a gap-free prefix.
    Acknowledge {
        /// The group.
        group: Name,
        /// Up to where each tree is acknowledged.
        upto: Progress,
    },
}

impl StreamOp {
    /// Whether it counts as a write. What is done to groups leaves no value to be classed.
    pub fn is_write(&self) -> bool {
        matches!(self, Self::Append { .. })
    }

    /// Whether it makes a stream where there is none.
    pub(crate) fn makes(&self) -> bool {
        matches!(self, Self::Append { .. } | Self::Create { .. })
    }

    /// Whether it only takes away.
    pub(crate) fn is_removal(&self) -> bool {
        matches!(self, Self::Delete(_) | Self::Destroy(_) | Self::DestroyAll)
    }

    /// Bytes of names, values and ids.
    pub(crate) fn payload_bytes(&self) -> u64 {
        match self {
            Self::Append { fields, .. } => EntryId::BYTES + bytes_of(fields),
            Self::Delete(_) => EntryId::BYTES,
            // The count alone: ids are in the entries it goes with.
            Self::Head(_) => size_of::<u64>() as u64,
            Self::Create { group, start: at } | Self::Acknowledge { group, upto: at } => {
                let told = at.0.iter().filter(|id| **id != EntryId::ZERO).count() as u64;
                group.len() as u64 + told * EntryId::BYTES
            }
            Self::Destroy(group) => group.len() as u64,
            Self::DestroyAll => 0,
        }
    }
}

/// What one region's tree has seen come and go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Head {
    /// The last id, whether its entry stands or not.
    pub last: EntryId,
    /// How many entries were ever added.
    pub added: u64,
    /// The greatest id that its region deleted by `XDEL`, of whatever tree.
    pub deleted: EntryId,
}

/// Bytes of names and values.
pub(crate) fn bytes_of(fields: &Fields) -> u64 {
    fields.iter().map(|word| word.len() as u64).sum()
}
