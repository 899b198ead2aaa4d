//! HyperLogLogs: `HLL-*`.

use std::collections::BTreeMap;

use super::{Scene, expire, sadd, set};
use crate::crdt::effect::Update::{Raise, Remove};
use crate::crdt::effect::{Part, Update};
use crate::crdt::sketch::{Malformed, Sketch};
use crate::crdt::tally::Conflict;

impl Scene {
    /// The registers that all show in the end.
    fn registers(self) -> Option<BTreeMap<u16, u8>> {
        self.ends().registers
    }
}

fn pfadd(registers: &[(u16, u8)]) -> Vec<Update> {
    vec![Raise(registers.to_vec())]
}

fn of(registers: &[(u16, u8)]) -> Option<BTreeMap<u16, u8>> {
    Some(registers.iter().copied().collect())
}

#[test]
fn hll_1_the_greater_of_each_pair_of_registers() {
    let scene = Scene::given(pfadd(&[(1, 1)]));
    let scene = scene.at(0, 1, pfadd(&[(1, 4), (2, 2), (9, 1)]));
    let scene = scene.at(1, 9, pfadd(&[(1, 3), (2, 5), (4, 7)]));
    assert_eq!(scene.registers(), of(&[(1, 4), (2, 5), (4, 7), (9, 1)]));
}

/// Elements counted in two regions are counted once: the sketch of the union, bit for bit.
#[test]
fn hll_1_a_merge_is_the_sketch_of_the_union() {
    let names: Vec<String> = (0..3000)
        .map(|number| format!("element {number}"))
        .collect();
    let sketch = |from: usize, to: usize| Sketch::of(names[from..to].iter().map(String::as_bytes));
    let scene = Scene::new();
    let scene = scene.at(0, 1, pfadd(sketch(0, 2000).registers()));
    let scene = scene
        .at(1, 1, pfadd(sketch(1000, 3000).registers()))
        .synced();
    assert_eq!(scene.registers(), of(sketch(0, 3000).registers()));
}

/// The documented example: what was added concurrently to the `DEL` goes with the rest.
#[test]
fn hll_2_del_wins_over_a_concurrent_addition() {
    for late in [0, 99] {
        let scene = Scene::given(pfadd(&[(1, 1)]));
        let scene = scene.at(0, late, pfadd(&[(2, 2)])).at(1, 50, vec![Remove]);
        let ends = scene.ends();
        assert_eq!((ends.visible, ends.registers), ("", None));
    }
}

#[test]
fn hll_2_del_wins_over_a_concurrent_expire() {
    let scene = Scene::given(pfadd(&[(1, 1)]));
    let ends = scene.at(0, 9, expire(500)).at(1, 1, vec![Remove]).ends();
    assert_eq!((ends.visible, ends.deadline), ("", None));
}

/// In a third region, whichever comes first, and by merged states too.
#[test]
fn hll_2_del_wins_in_every_order_of_arrival() {
    let both = || {
        let scene = Scene::given(pfadd(&[(1, 1)]));
        scene.at(0, 1, pfadd(&[(2, 2)])).at(1, 1, vec![Remove])
    };
    for scene in [
        both().sent(0, 2).sent(1, 2),
        both().sent(1, 2).sent(0, 2),
        both().merged(0, 2).merged(1, 2),
        both().merged(1, 2).merged(0, 2),
        both().sent(1, 2).caught_up(2, 0),
    ] {
        assert_eq!(scene.shown(2).registers, None);
        assert_eq!(scene.registers(), None);
    }
}

/// An expiry is a `DEL` (`EXP-8`).
#[test]
fn hll_2_an_expiry_wins_over_a_concurrent_addition() {
    let scene = Scene::given(pfadd(&[(1, 1)]))
        .at(0, 1, expire(100))
        .synced();
    let scene = scene.at(0, 101, vec![Remove]).at(1, 99, pfadd(&[(2, 2)]));
    assert_eq!(scene.registers(), None);
}

#[test]
fn hll_3_an_addition_that_has_seen_the_del_makes_a_new_one() {
    let scene = Scene::given(pfadd(&[(1, 1)]))
        .at(0, 1, vec![Remove])
        .synced();
    let scene = scene.at(1, 0, pfadd(&[(2, 2)]));
    assert_eq!(scene.registers(), of(&[(2, 2)]));
}

/// An addition that comes before the removal it has seen takes away what that removal would.
#[test]
fn hll_3_an_addition_brings_the_removals_it_has_seen() {
    let early = || {
        let scene = Scene::given(pfadd(&[(1, 1)]))
            .at(0, 1, vec![Remove])
            .sent(0, 1);
        scene.at(1, 1, pfadd(&[(2, 2)])).sent(1, 2)
    };
    assert_eq!(early().shown(2).registers, of(&[(2, 2)]));
    let scene = early().sent(0, 2);
    assert_eq!(scene.shown(2).registers, of(&[(2, 2)]));
    // The third passes it on, and with it that the old one is gone.
    let scene = early().at(2, 1, pfadd(&[(3, 3)])).sent(2, 0);
    assert_eq!(scene.registers(), of(&[(2, 2), (3, 3)]));
    let scene = early().caught_up(2, 0);
    assert_eq!(scene.registers(), of(&[(2, 2)]));
}

/// One that has seen the `DEL` survives beside one that has not.
#[test]
fn hll_3_of_two_additions_the_one_that_has_seen_the_del_survives() {
    let scene = Scene::given(pfadd(&[(1, 1)]))
        .at(0, 1, vec![Remove])
        .sent(0, 1);
    let scene = scene.at(1, 1, pfadd(&[(2, 2)])).at(2, 9, pfadd(&[(3, 3)]));
    assert_eq!(scene.registers(), of(&[(2, 2)]));
}

#[test]
fn hll_4_two_deletions_delete() {
    let scene = Scene::given(pfadd(&[(1, 1)]));
    let scene = scene.at(0, 1, vec![Remove]).at(1, 1, vec![Remove]);
    assert_eq!(scene.registers(), None);
}

/// A `SET` of a HyperLogLog's bytes replaces what is there: a `DEL`, and an addition that has seen
/// it. So it wins over concurrent additions.
#[test]
fn hll_5_a_set_of_a_sketch_replaces_the_registers() {
    let scene = Scene::given(pfadd(&[(1, 9), (2, 2)]));
    let scene = scene
        .at(0, 1, vec![Remove, Raise(vec![(1, 1)])])
        .at(1, 9, pfadd(&[(3, 3)]));
    assert_eq!(scene.registers(), of(&[(1, 1)]));
    // Any other value makes it a register.
    let scene = Scene::given(pfadd(&[(1, 9)]));
    let text = [vec![Remove], set("text")].concat();
    let ends = scene.at(0, 1, text).at(1, 9, pfadd(&[(3, 3)])).ends();
    assert_eq!((ends.visible, ends.registers), ("string", None));
}

#[test]
fn what_adds_nothing_sends_nothing() {
    let scene = Scene::given(pfadd(&[(1, 4), (2, 2)]));
    let scene = scene.at(1, 1, pfadd(&[(1, 4), (2, 1)]));
    assert_eq!(scene.0.ops.len(), 1);
    let scene = scene.at(1, 1, pfadd(&[(1, 5), (2, 1)]));
    let parts = scene.0.effects[1].change.parts();
    let [Part::Raise(raise)] = parts else {
        panic!("registers alone: {parts:?}");
    };
    assert_eq!(
        (&raise.registers[..], raise.count),
        (&[(1, 5), (2, 1)][..], 1)
    );
}

/// With no element at all the key is there, and empty.
#[test]
fn an_empty_one_is_a_key() {
    let ends = Scene::new().at(0, 1, pfadd(&[])).ends();
    assert_eq!((ends.visible, ends.registers), ("hyperloglog", of(&[])));
}

/// Memory of a removal goes when all have seen it, and nothing comes back.
#[test]
fn a_collected_removal_stays_one() {
    let mut scene = Scene::given(pfadd(&[(1, 1)])).at(0, 1, vec![Remove]);
    scene.0.settle();
    assert!(scene.0.replicas[1].object.is_vacant());
    let scene = scene.at(1, 2, pfadd(&[(2, 2)])).merged(1, 0).merged(0, 2);
    assert_eq!(scene.registers(), of(&[(2, 2)]));
}

/// A set under the same name is another matter: what takes it away leaves what it had not seen,
/// but not a HyperLogLog.
#[test]
fn removals_of_a_clash_leave_unseen_members_only() {
    let clash = Scene::new()
        .at(0, 1, sadd("a"))
        .at(1, 2, pfadd(&[(1, 1)]))
        .synced();
    assert_eq!(clash.shown(0).visible, "hyperloglog");
    let scene = clash
        .at(0, 3, vec![Remove])
        .at(1, 3, pfadd(&[(2, 2)]))
        .at(2, 1, sadd("b"));
    let ends = scene.ends();
    assert_eq!((ends.visible, ends.registers), ("set", None));
    assert_eq!(ends.members.into_iter().collect::<Vec<_>>(), ["b"]);
}

#[test]
fn an_addition_that_meets_a_removal_is_counted_as_a_conflict() {
    let scene = Scene::given(pfadd(&[(1, 1)]));
    let scene = scene
        .at(0, 1, pfadd(&[(2, 2)]))
        .at(1, 1, vec![Remove])
        .synced();
    let met = scene
        .0
        .replicas
        .iter()
        .map(|it| it.tally.met[Conflict::AddRemove.index()]);
    assert_eq!(met.collect::<Vec<_>>(), [1, 1, 1]);
}

/// Registers written alike by others, and others written alike, are not the same state.
#[test]
fn the_digest_tells_registers_and_writers_apart() {
    let digest = |at, register| {
        let scene = Scene::new().at(at, 1, pfadd(&[(register, 2)]));
        scene.0.replicas[at].object.digest()
    };
    assert_eq!(digest(0, 1), digest(0, 1));
    assert_ne!(digest(0, 1), digest(0, 2));
    assert_ne!(digest(0, 1), digest(1, 1));
}

/// The newest addition decides which type shows, whoever made it.
#[test]
fn the_newest_addition_decides_the_visible_type() {
    let scene = Scene::new()
        .at(0, 1, pfadd(&[(1, 1)]))
        .at(1, 9, pfadd(&[(2, 2)]));
    let ends = scene.at(2, 5, sadd("a")).ends();
    assert_eq!((ends.visible, ends.members.len()), ("hyperloglog", 1));
}

#[test]
fn sizes_are_those_of_the_bytes() {
    let sizes =
        |registers: &[(u16, u8)]| Scene::given(pfadd(registers)).0.replicas[0].object.sizes();
    assert_eq!(sizes(&[]).string_bytes, 18);
    assert_eq!(sizes(&[(0, 1)]).string_bytes, 19);
    assert_eq!(sizes(&[(9, 33)]).string_bytes, 12_304);
    let sketch = |bytes: &[u8]| Sketch::parse(bytes);
    assert_eq!(sketch(b"HYLL"), Err(Malformed::Other));
}
