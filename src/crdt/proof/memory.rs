//! What types take: in Redis, which the ledger counts, and here.

use crate::assumption::Assumptions;
use crate::crdt::Rules;
use crate::crdt::clock::{Dot, FILL_SEQ, Stamp, VersionVector};
use crate::crdt::effect::Update;
use crate::crdt::elements::Collection;
use crate::crdt::layout::{DICT_ENTRY, Layout};
use crate::crdt::object::{Object, Sizes};
use crate::crdt::tally::Tally;
use crate::crdt::typed::Kind;
use crate::crdt::value::{Name, Value};
use crate::id::{Id, ReplicaId};

/// What Redis takes for a key with a name of 16 bytes beside its value.
const KEY: u64 = DICT_ENTRY + 32;

fn taken(kind: Kind, elements: u64, element_bytes: u64) -> u64 {
    let sizes = Sizes {
        elements,
        element_bytes,
        ..Sizes::default()
    };
    let Layout { overhead, values } = kind.layout(&sizes);
    overhead + values
}

fn assert_near(taken: u64, redis: f64, by: f64) {
    let taken = taken as f64;
    assert!((taken - redis).abs() < by, "{taken} bytes, not {redis}");
}

#[test]
fn a_large_set_takes_what_redis_takes() {
    assert_near(taken(Kind::Set, 1000, 16_000), 72_300.0, 500.0);
}

#[test]
fn sorted_sets_take_what_redis_takes() {
    let redis = |members: u64| KEY + taken(Kind::SortedSet, members, 16 * members);
    assert_eq!((redis(10), redis(100)), (344, 2648));
    assert_near(redis(1000), 126_400.0, 500.0);
}

#[test]
fn lists_take_what_redis_takes() {
    let measured = [(100, 16, 2226), (1000, 16, 18_452), (1000, 100, 105_193)];
    for (elements, length, redis) in measured {
        let ours = KEY + taken(Kind::List, elements, elements * length);
        assert_near(ours, f64::from(redis), f64::from(redis) * 0.01);
    }
    // Too long for a node: each has one of its own.
    assert_eq!(taken(Kind::List, 3, 30_000), 16 + 48 + 3 * (32 + 10_240));
}

#[test]
fn streams_take_what_redis_takes() {
    let measured = [(10, 16, 4344), (1000, 16, 32_552), (1000, 100, 116_520)];
    for (entries, value, redis) in measured {
        let ours = KEY + taken(Kind::Stream, entries, entries * (value + 1));
        assert_near(ours, f64::from(redis), f64::from(redis) * 0.05);
    }
}

#[test]
fn what_a_region_alone_keeps_takes_memory() {
    let sizes = Sizes {
        groups: 1,
        ..Sizes::default()
    };
    let attended = Sizes {
        consumers: 2,
        deliveries: 10,
        ..sizes
    };
    let [idle, busy] = [sizes, attended].map(|sizes| Kind::Stream.layout(&sizes));
    assert_eq!(busy.overhead - idle.overhead, 2 * 282 + 1540);
    assert!(idle.overhead > 284 && idle.values == 0);
}

/// One key that a hundred thousand such updates have filled.
fn filled(update: impl Fn(usize) -> Update) -> Object {
    let (mut object, mut clock) = (Object::new(), VersionVector::FILLED);
    let rules = Rules::from(&Assumptions::default());
    let origin = ReplicaId::at(0);
    for number in 0..ELEMENTS {
        let seq = FILL_SEQ + 1 + number as u64;
        let dot = Dot { origin, seq };
        let stamp = Stamp { dot, wall_ms: seq };
        let effect = object.effect(stamp, &clock, rules, [update(number)]);
        let effect = effect.expect("the update changes something");
        object.apply(&effect, &clock, rules, &mut Tally::default());
        clock.observe(dot);
    }
    object
}

const ELEMENTS: usize = 100_000;

fn name(number: usize) -> Name {
    format!("m{number}").into_bytes().into()
}

/// Elements of large collections take so many bytes each, what is allocated for more included: the
/// bar is what they take in the `crdts` crate, which `benches/types` measures, 172 and 509.
#[test]
fn members_and_fields_are_small() {
    let set = filled(|number| Update::AddMember(name(number)));
    let bytes = set.types().set().map(|set| set.elements().bytes());
    assert_eq!(bytes.map(|bytes| bytes / ELEMENTS), Some(SET_BYTES));
    let hash =
        filled(|number| Update::SetField(name(number), Value::Generated { len: 10, tag: 1 }));
    let bytes = hash.types().hash().map(|hash| hash.elements().bytes());
    assert_eq!(bytes.map(|bytes| bytes / ELEMENTS), Some(HASH_BYTES));
}

/// A member in a set: entry and its share of the index.
const SET_BYTES: usize = 48;
/// A field of a hash.
const HASH_BYTES: usize = 144;

/// Removals leave no more places free than there are entries, and the next entries take these.
#[test]
fn free_places_are_taken_again() {
    let half = filled(|number| match number % 2 {
        0 => Update::AddMember(name(number)),
        _ => Update::RemoveMember(name(number - 1)),
    });
    let set = half.types().set().expect("its memory is left");
    assert_eq!(set.len(), 0);
    assert!(set.elements().places() <= ELEMENTS / 2 + 16);
    let gone = filled(|number| match number.checked_sub(ELEMENTS / 2) {
        None => Update::AddMember(name(number)),
        Some(added) => Update::RemoveMember(name(added)),
    });
    let set = gone.types().set().expect("its memory is left");
    assert!(set.elements().places() <= ELEMENTS / 2 + 17);
}

/// A removal of the key passes by free places.
#[test]
fn a_removal_passes_by_free_places() {
    let gone = filled(|number| match ELEMENTS - number {
        1 => Update::Remove,
        2..6 => Update::RemoveMember(name(number - 50)),
        _ => Update::AddMember(name(number)),
    });
    assert!(!gone.is_live());
}
