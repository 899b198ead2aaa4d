//! What a generated key takes on an instance.

use crate::assumption::Assumptions;
use crate::plan::ValueKind;

/// A generated key, as far as its memory depends on it.
#[derive(Clone, Copy)]
pub(super) struct KeyShape {
    pub name_bytes: u64,
    pub kind: ValueKind,
    pub value_bytes: u64,
    pub expires: bool,
}

/// The bytes of one key in Redis' layout, with the CRDT metadata on top.
///
/// Source: redis-server 7.0.15 with jemalloc, measured: 16 B key + 32 B value 136 B, + 1000 B
/// 1112 B, a deadline 40 B, a set of 1000 members of 16 B 72.3 B a member.
pub(super) fn key_bytes(shape: &KeyShape, assumptions: &Assumptions) -> u64 {
    let (elements, value) = match shape.kind {
        ValueKind::String => (0, string_value(shape.value_bytes)),
        ValueKind::Counter => (0, OBJECT_HEADER),
        ValueKind::Hash { fields } => {
            let fields = u64::from(fields);
            (fields, collection(fields, FIELD_BYTES, Some(shape.value_bytes)))
        }
        ValueKind::Set { members } => {
            let members = u64::from(members);
            (members, collection(members, MEMBER_BYTES, None))
        }
    };
    let deadline = if shape.expires { EXPIRY } else { 0 };
    let metadata = elements.saturating_mul(assumptions.element_bytes.0);
    (DICT_ENTRY + string(shape.name_bytes) + deadline + assumptions.key_bytes.0)
        .saturating_add(value)
        .saturating_add(metadata)
}

/// An entry of a dict, rounded up by the allocator, and its bucket's pointer.
const DICT_ENTRY: u64 = 32 + 8;
/// A deadline's entry in the dict of expiring keys.
const EXPIRY: u64 = 40;
/// The header of every value.
const OBJECT_HEADER: u64 = 16;
/// The longest string that shares an allocation with its header.
const EMBEDDED_MAX: u64 = 44;
/// Up to so many elements, none longer than 64 bytes, a collection is one listpack.
const LISTPACK_ELEMENTS: u64 = 128;
const LISTPACK_VALUE: u64 = 64;
/// A dict with its two tables' headers.
const DICT: u64 = 96;
/// The length of a generated field's name.
const FIELD_BYTES: u64 = 8;
/// The length of a generated member.
const MEMBER_BYTES: u64 = 16;

/// `bytes` rounded up to jemalloc's size classes: four for each doubling above 128.
fn allocated(bytes: u64) -> u64 {
    match bytes {
        0..=8 => 8,
        9..=128 => bytes.next_multiple_of(16),
        _ => {
            let doubling = (bytes - 1).ilog2();
            bytes.next_multiple_of(1 << (doubling - 2))
        }
    }
}

/// A dynamic string with its header and terminator.
fn string(len: u64) -> u64 {
    let header = match len {
        0..32 => 1,
        32..256 => 3,
        256..65_536 => 5,
        _ => 9,
    };
    allocated(header + len + 1)
}

fn string_value(len: u64) -> u64 {
    if len <= EMBEDDED_MAX {
        allocated(OBJECT_HEADER + 3 + len + 1)
    } else {
        OBJECT_HEADER + string(len)
    }
}

/// A hash of `count` fields with values, or a set of `count` members without.
fn collection(count: u64, name: u64, value: Option<u64>) -> u64 {
    let small = count <= LISTPACK_ELEMENTS && value.unwrap_or(name).max(name) <= LISTPACK_VALUE;
    if small {
        let one = 2 + name + value.map_or(0, |value| 2 + value);
        return OBJECT_HEADER + allocated(7 + count * one);
    }
    let one = DICT_ENTRY + string(name) + value.map_or(0, string);
    (OBJECT_HEADER + DICT).saturating_add(count.saturating_mul(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redis(kind: ValueKind, value_bytes: u64, expires: bool) -> u64 {
        let bare = Assumptions {
            key_bytes: crate::quantity::Bytes(0),
            element_bytes: crate::quantity::Bytes(0),
            ..Assumptions::default()
        };
        key_bytes(&KeyShape { name_bytes: 16, kind, value_bytes, expires }, &bare)
    }

    #[test]
    fn keys_take_what_redis_takes() {
        assert_eq!(redis(ValueKind::String, 32, false), 136);
        assert_eq!(redis(ValueKind::String, 100, false), 200);
        assert_eq!(redis(ValueKind::String, 1000, false), 1112);
        assert_eq!(redis(ValueKind::String, 32, true), 176);
        assert_eq!(redis(ValueKind::Counter, 0, false), 88);
        assert_eq!(redis(ValueKind::Hash { fields: 10 }, 8, false), 312);
        let set = redis(ValueKind::Set { members: 1_000 }, 0, false);
        assert!((71_000..74_000).contains(&set), "{set} bytes for 1000 members");
    }
}
