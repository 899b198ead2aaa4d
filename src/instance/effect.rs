//! What travels: one effect, small enough for one cache line.

use std::sync::Arc;

use crate::crdt::{Change, Dot, VersionVector};
use crate::id::{Id, ReplicaId};

/// The name of a key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Key {
    /// A generated key: an index over all populations. Rendered only for display.
    Generated(u32),
    /// A key of a scripted command.
    Named(Arc<[u8]>),
}

/// One effect, as logs keep it and links carry it. The origin is that of the log or link.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What the origin had observed, this effect included: its own component is the dot.
    pub after: VersionVector,
    /// The origin's wall clock, in milliseconds since 1970.
    pub wall_ms: u64,
    /// What changed.
    pub payload: Payload,
}

/// What an effect changes.
#[derive(Clone, Debug)]
pub enum Payload {
    /// A generated string was set.
    Write {
        /// Which.
        key: u32,
        /// The value's length.
        bytes: u32,
        /// The value's content, as a tag.
        tag: u32,
    },
    /// Anything else.
    Body(Arc<Body>),
}

/// The general form of an effect.
#[derive(Debug)]
pub struct Body {
    /// The key.
    pub key: Key,
    /// The change.
    pub change: Change,
}

/// Writes are counted one by one; a removal is none.
const WRITES_OF_A_PLAIN_WRITE: u64 = 1;

impl Entry {
    /// The effect's dot.
    pub fn dot(&self, origin: ReplicaId) -> Dot {
        Dot {
            origin,
            seq: self.after.0[origin.index()],
        }
    }

    /// The key it changes.
    pub fn key(&self) -> Key {
        match &self.payload {
            Payload::Write { key, .. } => Key::Generated(*key),
            Payload::Body(body) => body.key.clone(),
        }
    }

    /// Bytes of key and value on the wire, without framing. A generated key counts as 16.
    #[inline]
    pub fn payload_bytes(&self) -> u64 {
        match &self.payload {
            Payload::Write { bytes, .. } => GENERATED_KEY_BYTES + u64::from(*bytes),
            Payload::Body(body) => body.payload_bytes(),
        }
    }

    /// How many writes the effect acknowledges.
    pub fn writes(&self) -> u64 {
        match &self.payload {
            Payload::Write { .. } => WRITES_OF_A_PLAIN_WRITE,
            Payload::Body(body) => body.change.writes(),
        }
    }

    /// Whether the effect keeps an unstable record: one that only removes leaves a tombstone
    /// instead, not both.
    pub fn keeps_record(&self) -> bool {
        match &self.payload {
            Payload::Write { .. } => true,
            Payload::Body(body) => body.change.writes() > 0,
        }
    }
}

impl Body {
    /// Bytes of key and value on the wire.
    pub(super) fn payload_bytes(&self) -> u64 {
        let key = match &self.key {
            Key::Generated(_) => GENERATED_KEY_BYTES,
            Key::Named(name) => name.len() as u64,
        };
        key + self.change.payload_bytes()
    }
}

/// How long the name of a generated key counts as, in the ledger and on the wire.
///
/// Source: the key length of the measurements that `footprint` goes by, 16 bytes: a prefix and a
/// number. A population that needs another makes its values longer or shorter instead.
pub const GENERATED_KEY_BYTES: u64 = 16;

const _: () = assert!(size_of::<Entry>() == 64, "an effect fills one cache line");
