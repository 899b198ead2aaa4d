//! Rows: generated keys in their compact form, half a cache line each.

use crate::crdt::clock::SEQ_BITS;
use crate::crdt::{Dot, FILL_SEQ, Stamp, VersionVector};
use crate::engine::mix;
use crate::id::ShardId;
use crate::planted::{self, Defect};

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

/// A write of a string under a generated key, in three words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlainWrite {
    /// The dot in one word: its origin above its sequence.
    dot: u64,
    /// The writer's wall clock, in milliseconds.
    pub wall_ms: u64,
    /// The value's length in bytes.
    pub bytes: u32,
    /// The value's content, as a tag.
    pub tag: u32,
}

const SEQ_MASK: u64 = (1 << SEQ_BITS) - 1;

impl PlainWrite {
    /// No write at all.
    pub(super) const NONE: Self = Self {
        dot: 0,
        wall_ms: 0,
        bytes: 0,
        tag: 0,
    };

    /// A write stamped so, of a value of `bytes` bytes told apart by `tag`.
    #[inline]
    pub fn new(stamp: Stamp, bytes: u32, tag: u32) -> Self {
        Self {
            dot: stamp.dot.packed(),
            wall_ms: stamp.wall_ms,
            bytes,
            tag,
        }
    }

    /// Which write it is.
    #[inline]
    pub fn dot(&self) -> Dot {
        Dot::unpacked(self.dot)
    }

    /// Which write it is, and when it was made.
    #[inline]
    pub fn stamp(&self) -> Stamp {
        Stamp {
            dot: self.dot(),
            wall_ms: self.wall_ms,
        }
    }

    /// The index of the member that made it.
    #[inline]
    pub(super) fn origin(&self) -> usize {
        (self.dot >> SEQ_BITS) as usize
    }

    #[inline]
    fn seq(&self) -> u64 {
        self.dot & SEQ_MASK
    }

    /// Whether it was filled in at time zero.
    #[inline]
    pub(super) fn is_fill(&self) -> bool {
        self.seq() <= FILL_SEQ
    }

    /// Whether `clock` has observed it.
    #[inline]
    pub(super) fn is_within(&self, clock: &VersionVector) -> bool {
        self.seq() <= clock.0[self.origin()]
    }

    /// Whether both are the same write.
    #[inline]
    pub(super) fn is(&self, other: &Self) -> bool {
        self.dot == other.dot
    }

    /// Whether it wins over a concurrent one, as [`Stamp::beats`] has it.
    #[inline]
    pub(super) fn beats(&self, other: &Self) -> bool {
        if planted::is(Defect::NoTieBreak) {
            return self.wall_ms > other.wall_ms;
        }
        // The smaller origin wins, and of one origin's writes the later.
        let rank = |write: &Self| (write.wall_ms, write.dot ^ !SEQ_MASK);
        rank(self) > rank(other)
    }

    /// The part of its shard's digest that `key` contributes when this write is all it holds.
    ///
    /// The dot names the write; value and wall clock are there to catch a replica that mangles
    /// them.
    #[inline]
    pub(super) fn digest(&self, key: u32) -> u64 {
        let value = u64::from(self.tag) << 32 | u64::from(self.bytes);
        mix(self.dot ^ self.wall_ms.rotate_left(17) ^ value.rotate_left(34) ^ spread(key))
    }
}

fn spread(key: u32) -> u64 {
    u64::from(key)
        .wrapping_add(1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A generated key. Aligned, so that none lies across two cache lines.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub struct Row {
    /// The write it shows, if it shows one.
    pub write: PlainWrite,
    /// Where the general form is, or the hidden writes.
    pub object: u32,
    shard: u16,
    /// What the row holds.
    pub state: RowState,
    /// The snapshot that brought what the row shows, or what that has replaced, by its number in
    /// its shard; 0 for none.
    pub brought_by: u8,
}

impl Row {
    /// A key that is not there, of `shard`.
    pub fn absent(shard: ShardId) -> Self {
        Self {
            write: PlainWrite::NONE,
            object: 0,
            shard: shard.0,
            state: RowState::Absent,
            brought_by: 0,
        }
    }

    /// Sets the row to one uncontested write.
    #[inline]
    pub fn set(&mut self, write: PlainWrite) {
        self.write = write;
        self.state = RowState::Plain;
        self.brought_by = 0;
    }

    /// The key's shard.
    pub fn shard(&self) -> ShardId {
        ShardId(self.shard)
    }

    /// Whether both show the same write, or neither holds anything; a general form shows nothing.
    pub fn shows_same(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.write, &other.write);
        let difference = (mine.dot ^ theirs.dot)
            | (mine.wall_ms ^ theirs.wall_ms)
            | u64::from(mine.bytes ^ theirs.bytes)
            | u64::from(mine.tag ^ theirs.tag);
        (difference == 0 && self.shows() && other.shows())
            || (self.state == RowState::Absent && other.state == RowState::Absent)
    }

    /// Whether the row itself shows a string.
    #[inline]
    pub fn shows(&self) -> bool {
        matches!(self.state, RowState::Plain | RowState::Contested)
    }

    /// Whether one uncontested string is all the key holds.
    pub fn is_plain(&self) -> bool {
        self.state == RowState::Plain
    }
}

const _: () = assert!(size_of::<Row>() == 32, "a row is half a cache line");
