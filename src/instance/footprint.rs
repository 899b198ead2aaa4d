//! What Redis' own layout takes for a key, and what CRDT metadata adds.
//!
//! The layout is the types' own ([`crdt::layout`](crate::crdt::layout)). The metadata on top are
//! assumptions A-KEY, A-ELEMENT and A-TOMBSTONE.

use crate::assumption::Assumptions;
use crate::crdt::Sizes;
use crate::crdt::layout::{DICT_ENTRY, string};

pub use crate::crdt::layout::{allocated, string_value};

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

/// A deadline in the dict of expiring keys.
const EXPIRY: u64 = 40;
/// A deadline of a hash's field. Source: Redis 7.4 source, `ExpireMeta` in src/ebuckets.h.
const FIELD_EXPIRY: u64 = 16;

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
    footprint.metadata += sizes.elements * assumptions.element_bytes.0;
    let layout = kind.layout(sizes);
    footprint.keys += layout.overhead;
    footprint.values += layout.values;
    footprint
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
}
