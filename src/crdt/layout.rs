//! What Redis' own layout takes for what a client sees of a key, beside its entry in the key space.
//!
//! Source: redis-server 7.0.15 on x86-64 with jemalloc, `used_memory` per key at a dict load of
//! one: 16 B key + 32 B value 136 B, + 100 B 200 B, + 1000 B 1112 B; a set of 1000 members of 16 B
//! 72.3 B a member; a sorted set of 10 members of 16 B with scores of up to seven digits 344 B, of
//! 100 2648 B, of 1000 126.4 B a member; a list of 100 elements of 16 B 2226 B, of 1000 18 452 B,
//! of 1000 elements of 100 B 105 193 B; a stream of 10 entries with one field of 16 B 4344 B, of
//! 1000 32 552 B, of 1000 with 100 B 116 520 B; 154 B a pending entry, and by `MEMORY USAGE` 284 B
//! a group and 282 B a consumer.

use crate::crdt::object::Sizes;

/// Bytes of one value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Layout {
    /// Redis' overhead of the elements.
    pub overhead: u64,
    /// The values.
    pub values: u64,
}

/// A dict entry, rounded up by the allocator, and its bucket's pointer.
pub const DICT_ENTRY: u64 = 32 + 8;
/// The header of every value that is not embedded in it.
pub const OBJECT_HEADER: u64 = 16;
/// Longest string that shares an allocation with its header (`OBJ_ENCODING_EMBSTR_SIZE_LIMIT`).
const EMBEDDED_MAX: u64 = 44;
/// Up to so many elements a collection stays one listpack (`*-max-listpack-entries`).
pub(crate) const LISTPACK_ELEMENTS: u64 = 128;
/// Up to this average length of an element it does (`*-max-listpack-value`).
pub(crate) const LISTPACK_VALUE: u64 = 64;
/// A listpack's header and end.
pub(crate) const LISTPACK_FRAME: u64 = 7;
/// What a listpack adds to each short string.
pub(crate) const LISTPACK_ENTRY: u64 = 2;
/// A dict with its two tables' headers.
const DICT: u64 = 96;

impl Layout {
    /// The string among what `sizes` counts.
    pub fn text(sizes: &Sizes) -> Self {
        let length = Some(sizes.string_bytes).filter(|length| *length > 0);
        Self {
            overhead: 0,
            values: length.map_or(0, string_value),
        }
    }

    /// The same and a collection, each element so many strings, one or two: a listpack while it is
    /// small, a hash table beyond. All strings count as equally long.
    pub fn strings(sizes: &Sizes, each: u64) -> Self {
        let text = Self::text(sizes);
        let (elements, payload) = (sizes.elements, sizes.element_bytes);
        if elements == 0 {
            return text;
        }
        let strings = each * elements;
        if elements <= LISTPACK_ELEMENTS && payload / strings <= LISTPACK_VALUE {
            let bytes = allocated(LISTPACK_FRAME + payload + strings * LISTPACK_ENTRY);
            return text.and(OBJECT_HEADER + bytes - payload.min(bytes), payload);
        }
        let allocated = strings * string(payload / strings);
        text.and(
            OBJECT_HEADER + DICT + elements * DICT_ENTRY + allocated - payload,
            payload,
        )
    }

    /// The same and so much more.
    #[must_use]
    pub fn and(self, overhead: u64, values: u64) -> Self {
        Self {
            overhead: self.overhead + overhead,
            values: self.values + values,
        }
    }
}

/// `bytes` rounded up to jemalloc's size classes: 8, 16, 32 … 128, then four for each doubling.
pub fn allocated(bytes: u64) -> u64 {
    match bytes {
        0 => 0,
        1..=8 => 8,
        9..=16 => 16,
        17..=128 => bytes.next_multiple_of(16),
        _ => {
            let doubling = u64::BITS - (bytes - 1).leading_zeros() - 1;
            bytes.next_multiple_of(1 << (doubling - 2))
        }
    }
}

/// A dynamic string of `len` bytes with its header and terminator.
pub fn string(len: u64) -> u64 {
    let header = match len {
        0..32 => 1,
        32..256 => 3,
        256..65_536 => 5,
        _ => 9,
    };
    allocated(header + len + 1)
}

/// The value of a string of `len` bytes.
pub fn string_value(len: u64) -> u64 {
    if len <= EMBEDDED_MAX {
        allocated(OBJECT_HEADER + 3 + len + 1)
    } else {
        OBJECT_HEADER + string(len)
    }
}

#[cfg(test)]
mod tests {
    use super::allocated;

    #[test]
    fn size_classes_are_jemallocs() {
        let classes: Vec<u64> = [1, 9, 17, 33, 129, 161, 193, 225, 257, 321, 1025]
            .map(allocated)
            .into_iter()
            .collect();
        assert_eq!(classes, [8, 16, 32, 48, 160, 192, 224, 256, 320, 384, 1280]);
    }
}
