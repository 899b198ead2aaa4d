//! Deadlines, types side by side, and the case that pairs cannot decide: `EXP-*`, MA-09, `STR-1`.

use super::{Scene, expire, sadd, set, some, srem};
use crate::assumption::Lww;
use crate::crdt::Rules;
use crate::crdt::clock::{Dot, Stamp, VersionVector};
use crate::crdt::effect::Update::{Add, AddMember, Amend, Persist, Remove};
use crate::crdt::expiry::{DEADLINE_MS_MAX, deadline_fits};
use crate::crdt::object::Object;
use crate::crdt::proof::{name, value};
use crate::crdt::tally::Tally;
use crate::crdt::typed::View;
use crate::id::ReplicaId;

#[test]
fn exp_1_the_longer_deadline_wins_not_the_later_clock() {
    let scene = Scene::given(set("a"))
        .at(1, 1, expire(200))
        .at(0, 9, expire(100));
    assert_eq!(scene.deadline(), Some((200, 1)));
    let tie = Scene::given(set("a"))
        .at(1, 1, expire(200))
        .at(2, 9, expire(200));
    assert_eq!(tie.deadline(), Some((200, 1)));
}

#[test]
fn exp_2_persist_and_expire_concurrent_the_key_stays_for_ever() {
    let scene = Scene::given(set("a")).at(0, 0, expire(50)).synced();
    let scene = scene.at(1, 1, vec![Persist]).at(2, 9, expire(900));
    assert_eq!(scene.deadline(), None);
}

#[test]
fn exp_3_a_later_expire_replaces_a_longer_one() {
    let scene = Scene::given(set("a"))
        .at(0, 9, expire(200))
        .synced()
        .at(1, 1, expire(100));
    assert_eq!(scene.deadline(), Some((100, 1)));
}

#[test]
fn exp_5_a_key_past_its_deadline_is_hidden_and_held() {
    let scene = Scene::given(set("a")).at(0, 1, expire(100)).synced();
    let object = &scene.0.replicas[2].object;
    assert!(object.is_live_at(100) && !object.is_live_at(101));
    assert!(object.is_live());
}

#[test]
fn exp_7_deadlines_fit_49_bits() {
    assert!(deadline_fits(0) && deadline_fits(DEADLINE_MS_MAX));
    assert!(!deadline_fits(DEADLINE_MS_MAX + 1));
}

#[test]
fn exp_8_an_addition_concurrent_to_the_expiry_survives() {
    let scene = Scene::given(sadd("a")).at(0, 1, expire(100)).synced();
    // The owner's expiry is a DEL of what it had seen.
    let expected = scene.at(0, 101, vec![Remove]).at(1, 99, sadd("b")).ends();
    assert_eq!(expected.members.into_iter().collect::<Vec<_>>(), ["b"]);
    assert_eq!(expected.deadline, None);
}

#[test]
fn exp_10_set_and_expire_concurrent_set_persists() {
    let scene = Scene::given(set("a"))
        .at(0, 9, expire(100))
        .at(1, 1, set("b"));
    assert_eq!(scene.deadline(), None);
    let kept = Scene::given(set("a"))
        .at(0, 9, expire(100))
        .at(1, 1, vec![Amend(value("b"))]);
    assert_eq!(kept.deadline(), Some((100, 0)));
}

#[test]
fn ma_9_the_type_with_the_newest_write_is_visible_and_del_shows_the_other() {
    let scene = Scene::new()
        .at(0, 5, set("a"))
        .at(1, 6, sadd("a"))
        .sent(1, 2);
    let clash = Scene::new().at(0, 5, set("a")).at(1, 6, sadd("a"));
    assert_eq!(clash.ends().visible, "set");
    let expected = scene.at(2, 7, vec![Remove]).ends();
    assert_eq!((expected.visible, expected.string), ("string", some("a")));
}

/// Who has seen both types writes on the one that is shown, however far its clock is behind.
#[test]
fn ma_9_a_write_that_has_seen_the_hidden_type_keeps_it_hidden() {
    let clash = || {
        let scene = Scene::new().at(0, 50, sadd("a")).at(1, 60, set("x"));
        scene.synced()
    };
    let appended = clash().at(2, 10, vec![Amend(value("xy"))]).ends();
    assert_eq!((appended.visible, appended.string), ("string", some("xy")));
    let counted = clash().at(0, 60, set("1")).synced().at(2, 0, vec![Add(1)]);
    let counted = counted.ends();
    assert_eq!((counted.visible, counted.string), ("string", some("2")));
    // The other way round: what is left of the set was added by one who had seen the string.
    let scene = Scene::new().at(0, 60, sadd("a")).at(1, 50, set("x"));
    let scene = scene.synced().at(2, 10, sadd("b")).at(2, 11, srem("a"));
    let left = scene.ends();
    assert_eq!(left.visible, "set");
    assert_eq!(left.members.into_iter().collect::<Vec<_>>(), ["b"]);
}

/// Concurrent to it, the clocks decide, as between any two writes.
#[test]
fn ma_9_a_write_that_has_not_seen_the_other_type_goes_by_the_clock() {
    let scene = Scene::given(set("x")).at(1, 10, vec![Amend(value("xy"))]);
    let scene = scene.at(2, 20, vec![Remove, AddMember(name("a"))]);
    assert_eq!(scene.ends().visible, "set");
}

/// Where the wall clock decides always, it decides here too.
#[test]
fn ma_9_by_wall_clock_a_late_write_of_a_slow_clock_is_hidden() {
    let scene = Scene::of(3, Lww::WallFirst);
    let scene = scene.at(0, 50, sadd("a")).at(1, 60, set("x")).synced();
    let scene = scene.at(1, 61, vec![Remove, Amend(value("xy"))]);
    assert_eq!(scene.ends().visible, "string");
    let scene = Scene::of(3, Lww::WallFirst);
    let scene = scene.at(1, 40, set("x")).synced().at(0, 50, sadd("a"));
    let scene = scene.synced().at(2, 10, vec![Amend(value("xy"))]);
    assert_eq!(scene.ends().visible, "set");
}

/// "Causal first, else the wall clock" is not transitive: `b` follows `a` with an earlier clock,
/// and `c`, concurrent to both, stands between. Whatever the order of arrival, `c` must win: `a` is
/// gone by `b`, and `c` beats `b`.
#[test]
fn the_cyclic_case_ends_alike_in_every_order_of_arrival() {
    let rules = Rules::PLAIN;
    let clock = VersionVector::FILLED;
    let stamp = |origin, wall_ms| Stamp {
        dot: Dot {
            origin: ReplicaId(origin),
            seq: 2,
        },
        wall_ms,
    };
    let (nobody, mut tally) = (Object::new(), Tally::default());
    let a = nobody
        .effect(stamp(0, 30), &clock, rules, set("a"))
        .expect("a write");
    let mut saw_a = nobody.clone();
    saw_a.apply(&a, &clock, rules, &mut tally);
    let b = saw_a
        .effect(stamp(1, 10), &a.after, rules, set("b"))
        .expect("a write");
    let c = nobody
        .effect(stamp(2, 20), &clock, rules, set("c"))
        .expect("a write");
    let mut digests = Vec::new();
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let (mut object, mut clock) = (Object::new(), VersionVector::FILLED);
        for index in order {
            let effect = [&a, &b, &c][index];
            object.apply(effect, &clock, rules, &mut tally);
            clock.observe(effect.dot());
        }
        let View::String(scalar) = object.view() else {
            panic!("a string is there")
        };
        assert_eq!(
            scalar.bytes().as_deref(),
            Some(&b"c"[..]),
            "in order {order:?}"
        );
        digests.push(object.digest());
    }
    digests.dedup();
    assert_eq!(digests.len(), 1);
}
