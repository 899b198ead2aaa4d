//! Rows: generated keys in their compact form, half a cache line each.

use crate::crdt::{Dot, Stamp};
use crate::engine::mix;
use crate::id::{Id, ReplicaId, ShardId};

/// What a row holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowState {
    /// Nothing.
    Absent,
    /// One string, written once and not contested: the row is all there is.
    Plain,
    /// Several concurrent writes: the row shows the winner and says where the others are.
    Contested,
    /// The general form; the row says where.
    General,
}

/// A generated key.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    dot: u64,
    /// The writer's wall clock, in milliseconds.
    pub wall_ms: u64,
    /// The value's length in bytes.
    pub bytes: u32,
    /// The value's content, as a tag.
    pub tag: u32,
    /// Where the general form is, or the hidden writes.
    pub object: u32,
    shard: u16,
    /// What the row holds.
    pub state: RowState,
    /// The snapshot that brought what the row shows, by its number in its shard; 0 for none.
    pub brought_by: u8,
}

const SEQ_BITS: u32 = 56;

impl Row {
    /// A key that is not there, of `shard`.
    pub fn absent(shard: ShardId) -> Self {
        let state = RowState::Absent;
        Self {
            dot: 0,
            wall_ms: 0,
            bytes: 0,
            tag: 0,
            object: 0,
            shard: shard.0,
            state,
            brought_by: 0,
        }
    }

    /// Sets the row to one uncontested write.
    pub fn set(&mut self, stamp: Stamp, bytes: u32, tag: u32) {
        self.dot = (stamp.dot.origin.index() as u64) << SEQ_BITS | stamp.dot.seq;
        self.wall_ms = stamp.wall_ms;
        self.bytes = bytes;
        self.tag = tag;
        self.state = RowState::Plain;
        self.brought_by = 0;
    }

    /// The key's shard.
    pub fn shard(&self) -> ShardId {
        ShardId(self.shard)
    }

    /// The dot of the write.
    pub fn dot(&self) -> Dot {
        let origin = ReplicaId::at((self.dot >> SEQ_BITS) as usize);
        Dot {
            origin,
            seq: self.dot & ((1 << SEQ_BITS) - 1),
        }
    }

    /// The stamp of the write.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            dot: self.dot(),
            wall_ms: self.wall_ms,
        }
    }

    /// Whether both hold the same write, or neither any.
    pub fn same_write(&self, other: &Self) -> bool {
        !self.shows() && !other.shows()
            || (self.dot, self.wall_ms, self.bytes, self.tag)
                == (other.dot, other.wall_ms, other.bytes, other.tag)
    }

    /// Whether both show the same write, or neither holds anything; a general form shows nothing.
    pub fn shows_same(&self, other: &Self) -> bool {
        let difference = (self.dot ^ other.dot)
            | (self.wall_ms ^ other.wall_ms)
            | u64::from(self.bytes ^ other.bytes)
            | u64::from(self.tag ^ other.tag);
        (difference == 0 && self.shows() && other.shows())
            || (self.state == RowState::Absent && other.state == RowState::Absent)
    }

    /// Whether the row itself shows a string.
    pub fn shows(&self) -> bool {
        matches!(self.state, RowState::Plain | RowState::Contested)
    }

    /// Whether one uncontested string is all the key holds.
    pub fn is_plain(&self) -> bool {
        self.state == RowState::Plain
    }
}

/// The part of a shard's digest that a key with one plain generated write contributes.
///
/// The dot names the write; value and wall clock are there to catch a replica that mangles them.
pub(super) fn plain_digest(key: u32, stamp: Stamp, bytes: u32, tag: u32) -> u64 {
    let dot = (stamp.dot.origin.index() as u64) << SEQ_BITS | stamp.dot.seq;
    let value = u64::from(tag) << 32 | u64::from(bytes);
    mix(dot ^ stamp.wall_ms.rotate_left(17) ^ value.rotate_left(34) ^ spread(key))
}

fn spread(key: u32) -> u64 {
    u64::from(key)
        .wrapping_add(1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

const _: () = assert!(size_of::<Row>() == 32, "a row is half a cache line");
