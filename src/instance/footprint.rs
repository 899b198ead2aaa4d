//! What Redis' own layout takes for a key, and what CRDT metadata adds.
//!
//! Source: redis-server 7.0.15 on x86-64 with jemalloc, `used_memory` per key at a dict load of
//! one: 16 B key + 32 B value 136 B, + 100 B 200 B, + 1000 B 1112 B; a set of 1000 members of 16 B
//! 72.3 B a member; a sorted set of 10 members of 16 B with scores of up to seven digits 344 B, of
//! 100 2648 B, of 1000 126.4 B a member; a list of 100 elements of 16 B 2226 B, of 1000 18 452 B,
//! of 1000 elements of 100 B 105 193 B; a stream of 10 entries with one field of 16 B 4344 B, of
//! 1000 32 552 B, of 1000 with 100 B 116 520 B; 154 B a pending entry, and by `MEMORY USAGE` 284 B
//! a group and 282 B a consumer. The metadata on top are assumptions A-KEY, A-ELEMENT and
//! A-TOMBSTONE.

use crate::assumption::Assumptions;
use crate::crdt::Sizes;
use crate::crdt::typed::Kind;

/// Bytes of one key by ledger kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Footprint {
    /// The values.
    pub values: u64,
    /// Redis' overhead of the key and its elements.
    pub keys: u64,
    /// CRDT metadata of what is live.
    pub metadata: u64,
    /// Tombstones.
    pub tombstones: u64,
}

/// A dict entry, rounded up by the allocator, and its bucket's pointer.
const DICT_ENTRY: u64 = 32 + 8;
/// The header of every value that is not embedded in it.
const OBJECT_HEADER: u64 = 16;
/// Longest string that shares an allocation with its header (`OBJ_ENCODING_EMBSTR_SIZE_LIMIT`).
const EMBEDDED_MAX: u64 = 44;
/// Up to so many elements a collection stays one listpack (`*-max-listpack-entries`).
const LISTPACK_ELEMENTS: u64 = 128;
/// Up to this average length of an element it does (`*-max-listpack-value`).
const LISTPACK_VALUE: u64 = 64;
/// A listpack's header and end.
const LISTPACK_FRAME: u64 = 7;
/// What a listpack adds to each short string.
const LISTPACK_ENTRY: u64 = 2;
/// What a whole score of four to seven digits takes in a listpack.
const LISTPACK_SCORE: u64 = 4;
/// A node of a skip list: member, score and a pointer back, and for each level, 4/3 in the mean, a
/// pointer and a span; rounded up by the allocator, 53.3 bytes in the mean. In tenths of a byte.
const SKIPLIST_NODE_TENTHS: u64 = 533;
/// A listpack of a list holds so many bytes, or one element (`list-max-listpack-size`, -2).
const LIST_NODE_BYTES: u64 = 8192;
/// A value of a document beside its bytes: a word for it, one for its name, and its share of
/// headers.
const JSON_VALUE: u64 = 8 + 8 + 8;
/// A quicklist, and each of its nodes.
const QUICKLIST: u64 = 48;
/// See [`QUICKLIST`].
const QUICKLIST_NODE: u64 = 32;
/// A skip list, its head of 32 levels, and the pair of list and dict.
const SKIPLIST: u64 = 32 + 640 + 16;
/// A dict with its two tables' headers.
const DICT: u64 = 96;
/// A stream without its entries.
const STREAM: u64 = 176;
/// The buffer of a stream's last node, taken before there are entries to fill it
/// (`stream-node-max-bytes`).
const STREAM_NODE: u64 = 4096;
/// What a stream adds to each entry: its id and lengths, and its share of a node. In tenths of a
/// byte.
const STREAM_ENTRY_TENTHS: u64 = 163;
/// A consumer group of a stream.
const GROUP: u64 = 284;
/// A consumer of a group.
const CONSUMER: u64 = 282;
/// An entry delivered and not acknowledged, in the lists of group and consumer. In tenths of a
/// byte.
const DELIVERY_TENTHS: u64 = 1540;
/// A deadline in the dict of expiring keys.
const EXPIRY: u64 = 40;

/// A deadline of a hash's field. Source: Redis 7.4 source, `ExpireMeta` in src/ebuckets.h.
const FIELD_EXPIRY: u64 = 16;

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
fn string(len: u64) -> u64 {
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

/// The key of any type, by the length of its name.
pub fn key_overhead(name: u64) -> u64 {
    DICT_ENTRY + string(name)
}

/// A key that holds one plain string.
pub fn plain(name: u64, value: u64, assumptions: &Assumptions) -> Footprint {
    Footprint {
        values: string_value(value),
        keys: key_overhead(name),
        metadata: assumptions.key_bytes.0,
        tombstones: 0,
    }
}

/// A key in its general form.
pub fn general(name: u64, sizes: &Sizes, assumptions: &Assumptions) -> Footprint {
    let mut footprint = Footprint {
        tombstones: (sizes.key_tombstones + sizes.element_tombstones)
            * assumptions.tombstone_bytes.0,
        ..Footprint::default()
    };
    let Some(kind) = sizes.kind else {
        return footprint;
    };
    footprint.keys = key_overhead(name);
    if sizes.has_deadline {
        footprint.keys += EXPIRY;
    }
    footprint.metadata = assumptions.key_bytes.0;
    footprint.keys += sizes.limited_elements * FIELD_EXPIRY;
    if kind == Kind::String || sizes.string_bytes > 0 {
        footprint.values += string_value(sizes.string_bytes);
    }
    let elements = sizes.elements;
    if kind == Kind::Stream {
        let (keys, values) = stream(elements, sizes.element_bytes);
        footprint.metadata += elements * assumptions.element_bytes.0;
        footprint.keys += keys
            + sizes.groups * GROUP
            + sizes.consumers * CONSUMER
            + sizes.deliveries * DELIVERY_TENTHS / 10;
        footprint.values += values;
    } else if elements > 0 {
        footprint.metadata += elements * assumptions.element_bytes.0;
        let payload = sizes.element_bytes;
        let (keys, values) = match kind {
            Kind::Hash => collection(elements, 2 * elements, payload),
            Kind::SortedSet => sorted(elements, payload),
            Kind::List => list(elements, payload),
            Kind::String | Kind::Set | Kind::Stream | Kind::HyperLogLog => {
                collection(elements, elements, payload)
            }
            Kind::Json => document(elements, payload),
        };
        footprint.keys += keys;
        footprint.values += values;
    }
    footprint
}

/// Overhead and values of a collection of so many elements, each one string or, in a hash, two:
/// a listpack while it is small, a hash table beyond. All strings count as equally long.
fn collection(elements: u64, strings: u64, payload: u64) -> (u64, u64) {
    if elements <= LISTPACK_ELEMENTS && payload / strings <= LISTPACK_VALUE {
        let bytes = LISTPACK_FRAME + payload + strings * LISTPACK_ENTRY;
        return (
            OBJECT_HEADER + allocated(bytes) - payload.min(allocated(bytes)),
            payload,
        );
    }
    let allocated = strings * string(payload / strings);
    (
        OBJECT_HEADER + DICT + elements * DICT_ENTRY + allocated - payload,
        payload,
    )
}

/// Overhead and values of a sorted set: as of a set, and the scores, which count as overhead.
fn sorted(members: u64, payload: u64) -> (u64, u64) {
    if members <= LISTPACK_ELEMENTS && payload / members <= LISTPACK_VALUE {
        let bytes = LISTPACK_FRAME + payload + members * (LISTPACK_ENTRY + LISTPACK_SCORE);
        return (OBJECT_HEADER + allocated(bytes) - payload, payload);
    }
    let (keys, values) = collection(members, members, payload);
    let nodes = members * SKIPLIST_NODE_TENTHS / 10;
    (keys + SKIPLIST + nodes, values)
}

/// Overhead and values of a list: a quicklist of listpacks, each filled to its limit. All elements
/// count as equally long.
fn list(elements: u64, payload: u64) -> (u64, u64) {
    let length = payload / elements;
    let entry = length + list_entry(length);
    let most = (LIST_NODE_BYTES - LISTPACK_FRAME) / entry;
    let in_node = most.clamp(1, elements);
    let (full, rest) = (elements / in_node, elements % in_node);
    let node = |elements: u64| match elements {
        0 => 0,
        _ => QUICKLIST_NODE + allocated(LISTPACK_FRAME + elements * entry),
    };
    let bytes = OBJECT_HEADER + QUICKLIST + full * node(in_node) + node(rest);
    (bytes.saturating_sub(payload), payload)
}

/// Overhead and values of a document: each value a word in its container, and a third of them a
/// string or container with a header of its own (an estimate; RedisJSON's `IValue` is one word, its
/// strings and containers have headers of 8 to 16 bytes).
fn document(values: u64, payload: u64) -> (u64, u64) {
    (OBJECT_HEADER + values * JSON_VALUE, payload)
}

/// What a listpack adds to a string of so many bytes.
fn list_entry(length: u64) -> u64 {
    match length {
        0..64 => LISTPACK_ENTRY,
        64..126 => 3,
        126..4096 => 4,
        _ => 8,
    }
}

/// Overhead and values of a stream, over all trees: what does not fill a node takes one.
fn stream(entries: u64, payload: u64) -> (u64, u64) {
    let bytes = payload + entries * STREAM_ENTRY_TENTHS / 10;
    (STREAM + bytes.max(STREAM_NODE) - payload, payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_strings_take_what_redis_takes() {
        let redis = |value: u64| {
            let footprint = plain(16, value, &Assumptions::default());
            footprint.values + footprint.keys
        };
        assert_eq!(redis(32), 136);
        assert_eq!(redis(100), 200);
        assert_eq!(redis(1000), 1112);
    }

    #[test]
    fn size_classes_are_jemallocs() {
        let classes: Vec<u64> = [1, 9, 17, 33, 129, 161, 193, 225, 257, 321, 1025]
            .map(allocated)
            .into_iter()
            .collect();
        assert_eq!(classes, [8, 16, 32, 48, 160, 192, 224, 256, 320, 384, 1280]);
    }

    #[test]
    fn a_large_set_takes_what_redis_takes() {
        let (keys, values) = collection(1000, 1000, 16_000);
        let per_member = (keys + values) as f64 / 1000.0;
        assert!(
            (per_member - 72.3).abs() < 0.5,
            "{per_member} bytes a member"
        );
    }

    #[test]
    fn lists_take_what_redis_takes() {
        let measured = [(100, 16, 2226), (1000, 16, 18_452), (1000, 100, 105_193)];
        for (elements, length, redis) in measured {
            let (keys, values) = list(elements, elements * length);
            assert_eq!(values, elements * length);
            let ours = key_overhead(16) + keys + values;
            let off = ours.abs_diff(redis) as f64 / redis as f64;
            assert!(off < 0.01, "{elements} of {length} B: {ours}, not {redis}");
        }
        // Too long for a node: each has one of its own.
        let (keys, values) = list(3, 30_000);
        assert_eq!(keys + values, 16 + 48 + 3 * (32 + 10_240));
    }

    #[test]
    fn streams_take_what_redis_takes() {
        let redis = |entries: u64, value: u64| {
            let sizes = Sizes {
                kind: Some(Kind::Stream),
                elements: entries,
                element_bytes: entries * (value + 1),
                ..Sizes::default()
            };
            let taken = general(16, &sizes, &Assumptions::default());
            taken.keys + taken.values
        };
        let measured = [(10, 16, 4344), (1000, 16, 32_552), (1000, 100, 116_520)];
        for (entries, value, bytes) in measured {
            let off = redis(entries, value).abs_diff(bytes);
            assert!(
                off * 20 < bytes,
                "{entries} entries of {value}: off by {off}"
            );
        }
    }

    #[test]
    fn what_a_region_alone_keeps_takes_memory() {
        let sizes = Sizes {
            kind: Some(Kind::Stream),
            groups: 1,
            ..Sizes::default()
        };
        let attended = Sizes {
            consumers: 2,
            deliveries: 10,
            ..sizes
        };
        let [idle, busy] =
            [sizes, attended].map(|sizes| general(1, &sizes, &Assumptions::default()));
        assert_eq!(busy.keys - idle.keys, 2 * CONSUMER + DELIVERY_TENTHS);
        assert!(idle.keys > GROUP && idle.values == 0);
    }

    #[test]
    fn sorted_sets_take_what_redis_takes() {
        let redis = |members: u64| {
            let (keys, values) = sorted(members, 16 * members);
            key_overhead(16) + keys + values
        };
        assert_eq!((redis(10), redis(100)), (344, 2648));
        let per_member = redis(1000) as f64 / 1000.0;
        assert!(
            (per_member - 126.4).abs() < 0.5,
            "{per_member} bytes a member"
        );
    }
}
