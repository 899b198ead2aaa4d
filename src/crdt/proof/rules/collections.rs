//! Hashes and sets: `H-*` and `S-*`.

use super::{Scene, hset, sadd, some, srem};
use crate::crdt::Rules;
use crate::crdt::clock::{Dot, Stamp, VersionVector};
use crate::crdt::effect::Update::{
    AddField, AddFieldFloat, AddMember, ExpireField, PersistField, Remove, RemoveField, SetField,
};
use crate::crdt::object::Object;
use crate::crdt::proof::{name, value};
use crate::crdt::tally::Tally;
use crate::id::ReplicaId;

#[test]
fn h_1_different_fields_unite() {
    let expected = Scene::new()
        .at(0, 1, hset("f", "a"))
        .at(1, 1, hset("g", "b"))
        .ends();
    assert_eq!(expected.fields.into_keys().collect::<Vec<_>>(), ["f", "g"]);
}

#[test]
fn h_2_one_field_is_a_register() {
    let scene = Scene::new()
        .at(0, 1, hset("f", "early"))
        .at(1, 2, hset("f", "late"));
    assert_eq!(scene.field("f"), some("late"));
}

#[test]
fn h_3_hdel_and_hset_concurrent_the_field_survives() {
    let scene = Scene::given(hset("f", "old"));
    let scene = scene
        .at(0, 9, vec![RemoveField(name("f"))])
        .at(1, 1, hset("f", "new"));
    assert_eq!(scene.field("f"), some("new"));
}

#[test]
fn h_4_del_takes_observed_fields_alone() {
    let expected = Scene::given(hset("f", "a"))
        .at(0, 9, vec![Remove])
        .at(1, 1, hset("g", "b"))
        .ends();
    assert_eq!(expected.fields.into_keys().collect::<Vec<_>>(), ["g"]);
}

#[test]
fn h_5_concurrent_hincrby_add_up() {
    let add = |amount| vec![AddField(name("f"), amount)];
    let float = vec![AddFieldFloat(name("f"), 0.5)];
    let scene = Scene::given(add(1))
        .at(0, 1, add(2))
        .at(1, 1, add(4))
        .at(2, 1, float);
    assert_eq!(scene.field("f"), some("7.5"));
}

/// As for counters: binary floating point, the same on every replica.
#[test]
fn h_5_fractions_of_a_field_add_up_in_order_of_replica() {
    let add = |amount| vec![AddFieldFloat(name("f"), amount)];
    let scene = Scene::new().at(2, 1, add(0.3)).at(1, 1, add(0.2));
    let scene = scene.sent(2, 1).at(0, 1, add(0.1));
    assert_eq!(scene.field("f"), some("0.6000000000000001"));
}

#[test]
fn h_6_hset_and_hincrby_concurrent_as_cnt_3() {
    let scene = Scene::given(vec![AddField(name("f"), 100)]);
    let scene = scene
        .at(0, 1, hset("f", "7"))
        .at(1, 1, vec![AddField(name("f"), 5)]);
    assert_eq!(scene.field("f"), some("12"));
}

#[test]
fn h_7_hdel_and_hincrby_concurrent_only_the_unseen_increment_is_left() {
    for removal in [RemoveField(name("f")), Remove] {
        let scene = Scene::given(vec![AddField(name("f"), 100)]);
        let scene = scene
            .at(0, 1, vec![removal])
            .at(1, 1, vec![AddField(name("f"), 5)]);
        assert_eq!(scene.field("f"), some("5"));
    }
}

#[test]
fn h_8_one_command_on_two_fields_is_one_effect() {
    let hmset = vec![
        SetField(name("f"), value("a")),
        SetField(name("g"), value("b")),
    ];
    let scene = Scene::given(hmset);
    assert_eq!(scene.0.ops.len(), 1);
    assert_eq!(scene.ends().fields.len(), 2);
}

#[test]
fn h_9_fields_expire_by_the_rules_of_keys() {
    let deadline = |scene: Scene| scene.ends().fields["f"].1;
    let given = || Scene::given(hset("f", "a"));
    let until = |at_ms| vec![ExpireField(name("f"), at_ms)];
    assert_eq!(
        deadline(given().at(0, 9, until(100)).at(1, 1, until(200))),
        Some(200)
    );
    let persist = vec![PersistField(name("f"))];
    assert_eq!(
        deadline(given().at(0, 9, until(100)).at(1, 1, persist)),
        None
    );
    assert_eq!(
        deadline(given().at(0, 9, until(200)).synced().at(1, 1, until(100))),
        Some(100)
    );
    assert_eq!(
        deadline(given().at(0, 9, until(200)).at(1, 1, hset("f", "b"))),
        None
    );
}

#[test]
fn s_1_additions_unite() {
    let scene = Scene::new()
        .at(0, 1, sadd("a"))
        .at(1, 1, sadd("b"))
        .at(2, 1, sadd("a"));
    assert_eq!(scene.members(), ["a", "b"]);
}

#[test]
fn s_2_sadd_and_srem_concurrent_the_member_stays_even_if_it_was_there() {
    let scene = Scene::given(sadd("a"))
        .at(0, 9, srem("a"))
        .at(1, 1, sadd("a"));
    assert_eq!(scene.members(), ["a"]);
}

#[test]
fn s_2_without_fresh_dots_a_present_member_is_not_added_again() {
    let rules = Rules {
        readd_is_fresh: false,
        lset_keeps_all: true,
        ..Rules::PLAIN
    };
    let (mut object, mut clock) = (Object::new(), VersionVector::FILLED);
    let stamp = |seq| Stamp {
        dot: Dot {
            origin: ReplicaId(0),
            seq,
        },
        wall_ms: 0,
    };
    let effect = object
        .effect(stamp(2), &clock, rules, sadd("a"))
        .expect("a is new");
    object.apply(&effect, &clock, rules, &mut Tally::default());
    clock.observe(stamp(2).dot);
    assert_eq!(object.effect(stamp(3), &clock, rules, sadd("a")), None);
    assert!(
        object
            .effect(stamp(3), &clock, Rules::PLAIN, sadd("a"))
            .is_some()
    );
}

#[test]
fn s_3_srem_of_a_member_not_seen_has_no_effect() {
    let scene = Scene::new().at(0, 1, sadd("a")).at(1, 2, srem("a"));
    assert_eq!(scene.0.ops.len(), 1);
    assert_eq!(scene.members(), ["a"]);
}

#[test]
fn s_4_two_removals_remove() {
    let scene = Scene::given(sadd("a"))
        .at(0, 1, srem("a"))
        .at(1, 2, srem("a"));
    assert!(scene.members().is_empty());
}

#[test]
fn s_5_del_and_sadd_concurrent_the_addition_survives_alone() {
    let scene = Scene::given(sadd("a"))
        .at(0, 9, vec![Remove])
        .at(1, 1, sadd("b"));
    assert_eq!(scene.members(), ["b"]);
}

#[test]
fn s_6_two_regions_may_pop_one_member() {
    // Each picked it locally; the effects are removals of what both had seen.
    let both = vec![AddMember(name("a")), AddMember(name("b"))];
    let scene = Scene::given(both).at(0, 1, srem("a")).at(1, 1, srem("a"));
    assert_eq!(scene.members(), ["b"]);
}

#[test]
fn s_7_a_store_replaces_what_it_had_seen() {
    let store = vec![Remove, AddMember(name("c"))];
    let scene = Scene::given(sadd("a")).at(0, 1, store).at(1, 1, sadd("b"));
    assert_eq!(scene.members(), ["b", "c"]);
}
