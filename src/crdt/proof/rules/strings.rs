//! Strings and counters: `STR-*` and `CNT-*`.

use super::{Scene, expire, set, some};
use crate::crdt::effect::Update::{Add, AddFloat, Amend, Expire, Remove, Write};
use crate::crdt::number::{COUNTER_MAX, Number, counter_fits};
use crate::crdt::proof::judge::seen;
use crate::crdt::proof::value;
use crate::crdt::typed::Kind;

#[test]
fn str_1_concurrent_sets_the_later_clock_wins_and_a_tie_the_smaller_id() {
    let later = Scene::new().at(0, 5, set("early")).at(1, 6, set("late"));
    assert_eq!(later.string(), some("late"));
    let tie = Scene::new()
        .at(1, 5, set("one"))
        .at(0, 5, set("zero"))
        .at(2, 5, set("two"));
    assert_eq!(tie.string(), some("zero"));
}

#[test]
fn str_2_a_set_that_has_seen_another_wins_whatever_the_clocks() {
    let scene = Scene::new()
        .at(0, 100, set("old"))
        .synced()
        .at(1, 1, set("new"));
    assert_eq!(scene.string(), some("new"));
}

#[test]
fn str_3_concurrent_appends_keep_one_side_whole() {
    let scene = Scene::given(set("a"));
    let scene = scene
        .at(0, 1, vec![Amend(value("ab"))])
        .at(1, 2, vec![Amend(value("ac"))]);
    assert_eq!(scene.string(), some("ac"));
}

#[test]
fn str_4_del_and_set_concurrent_set_survives() {
    let scene = Scene::given(set("old"))
        .at(0, 9, vec![Remove])
        .at(1, 1, set("new"));
    assert_eq!(scene.string(), some("new"));
}

#[test]
fn str_4_del_takes_what_it_had_seen_and_a_hidden_write_shows() {
    let scene = Scene::new()
        .at(0, 9, set("seen"))
        .at(1, 1, set("hidden"))
        .sent(0, 2);
    assert_eq!(scene.at(2, 10, vec![Remove]).string(), some("hidden"));
}

#[test]
fn str_5_del_and_append_concurrent_the_appended_value_survives() {
    let scene = Scene::given(set("a"))
        .at(0, 9, vec![Remove])
        .at(1, 1, vec![Amend(value("ab"))]);
    assert_eq!(scene.string(), some("ab"));
}

#[test]
fn str_6_setex_is_a_set_and_an_expire() {
    let setex = vec![Write(value("a")), Expire { deadline_ms: 70 }];
    let expected = Scene::given(setex).ends();
    assert_eq!(expected.string, some("a"));
    assert_eq!(expected.deadline, Some((70, 0)));
}

#[test]
fn str_6_setnx_may_succeed_in_two_regions() {
    // Each decided by what it saw, nothing; the effects are plain sets.
    let scene = Scene::new().at(0, 2, set("left")).at(1, 1, set("right"));
    assert_eq!(scene.string(), some("left"));
}

#[test]
fn str_8_counters_and_registers_are_strings() {
    for updates in [set("text"), vec![Add(1)]] {
        let mut scene = Scene::given(updates);
        scene.0.settle();
        assert_eq!(scene.0.replicas[1].object.sizes().kind, Some(Kind::String));
    }
}

#[test]
fn cnt_1_concurrent_increments_add_up() {
    let scene = Scene::given(vec![Add(10)]);
    let scene = scene
        .at(0, 1, vec![Add(5)])
        .at(1, 2, vec![Add(-3)])
        .at(2, 3, vec![Add(1)]);
    assert_eq!(scene.string(), some("13"));
}

#[test]
fn cnt_2_counters_stay_within_59_bits() {
    assert!(counter_fits(COUNTER_MAX) && counter_fits(-COUNTER_MAX));
    assert!(!counter_fits(COUNTER_MAX + 1) && !counter_fits(-COUNTER_MAX - 1));
    // Five regions at the bound together still fit an integer.
    assert!(COUNTER_MAX.checked_mul(5).is_some());
}

#[test]
fn cnt_3_set_and_incr_concurrent_the_unseen_increment_stays_on_top() {
    let scene = Scene::given(vec![Add(100)])
        .at(0, 1, set("7"))
        .at(1, 2, vec![Add(5)]);
    assert_eq!(scene.string(), some("12"));
}

#[test]
fn cnt_3_set_erases_the_part_of_a_run_it_had_seen() {
    let scene = Scene::new().at(1, 0, vec![Add(1)]).synced();
    let scene = scene
        .at(1, 0, vec![Add(10)])
        .at(0, 0, set("0"))
        .at(1, 0, vec![Add(100)]);
    assert_eq!(scene.string(), some("110"));
}

#[test]
fn cnt_4_a_text_hides_the_counter_until_the_next_set() {
    let scene = Scene::given(set("5"))
        .at(0, 1, set("text"))
        .at(1, 2, vec![Add(1)])
        .synced();
    let shown = seen(&scene.0.replicas[2].object);
    assert_eq!(shown.string, some("text"));
    assert_eq!(scene.at(2, 3, set("40")).string(), some("40"));
}

#[test]
fn cnt_5_del_and_incr_concurrent_only_the_unseen_increment_is_left() {
    let scene = Scene::given(vec![Add(100)])
        .at(0, 1, vec![Remove])
        .at(1, 2, vec![Add(5)]);
    assert_eq!(scene.string(), some("5"));
}

#[test]
fn cnt_6_append_and_incr_concurrent_are_a_set_and_an_increment() {
    let scene = Scene::given(set("1"))
        .at(0, 1, vec![Amend(value("12"))])
        .at(1, 2, vec![Add(5)]);
    assert_eq!(scene.string(), some("17"));
}

#[test]
fn cnt_7_counters_expire_like_keys() {
    let scene = Scene::given(vec![Add(1)])
        .at(0, 1, expire(50))
        .at(1, 1, vec![Add(1)]);
    let expected = scene.ends();
    assert_eq!(
        (expected.string, expected.deadline),
        (some("2"), Some((50, 0)))
    );
}

#[test]
fn cnt_floats_add_up_in_order_of_replica_and_start_anew_after_a_reset() {
    let scene = Scene::given(vec![AddFloat(0.3)])
        .at(1, 0, set("0"))
        .synced();
    assert_eq!(scene.at(0, 0, vec![AddFloat(0.1)]).string(), some("0.1"));
    let scene =
        Scene::given(set("10.5"))
            .at(2, 0, vec![AddFloat(0.25)])
            .at(0, 0, vec![AddFloat(0.25)]);
    assert_eq!(scene.string(), some("11"));
    // Sums are binary floating point, in order of replica: 0.1 + 0.2 is not 0.3, but it is the
    // same everywhere, whoever hears of which increment first.
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let mut scene = Scene::new();
        for at in order {
            let amount = [0.1, 0.2, 0.3][at];
            scene = scene.at(at, 0, vec![AddFloat(amount)]);
        }
        assert_eq!(scene.string(), some("0.6000000000000001"));
    }
    let two = Scene::new().at(1, 0, vec![AddFloat(0.2)]);
    let two = two.at(0, 0, vec![AddFloat(0.1)]);
    assert_eq!(two.string(), some("0.30000000000000004"));
    assert_eq!(Number::parse(b"007"), Some(Number::Float(7.0)));
    assert_eq!(Number::parse(b"inf"), None);
}
