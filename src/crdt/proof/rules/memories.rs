//! What each remembered context is for: histories in which it alone decides.
//!
//! Random histories seldom get there: it takes a removal, a reset or a new beginning that comes
//! before what it had seen, and then a merge, a delta or a compaction at that very moment.

use super::{Scene, hset, set, some};
use crate::assumption::Lww;
use crate::crdt::clock::{Dot, Stamp, VersionVector};
use crate::crdt::effect::Update::{Add, Amend, Expire, Remove, RemoveField};
use crate::crdt::object::Object;
use crate::crdt::proof::{name, value};
use crate::crdt::run::EPOCH_SHIFT;
use crate::crdt::tally::Tally;
use crate::crdt::typed::View;
use crate::crdt::{Effect, Rules, Update};
use crate::id::ReplicaId;

fn of(size: usize) -> Scene {
    Scene::of(size, Lww::CausalFirst)
}

/// The removal of a key comes before the write it removes, and is passed on by a merge.
#[test]
fn a_merge_brings_the_removals_of_a_key() {
    let scene = of(4).at(0, 1, set("w")).sent(0, 1).at(1, 2, vec![Remove]);
    let scene = scene.sent(1, 2).merged(2, 3).sent(0, 3);
    assert_eq!(scene.shown(3).string, None);
    assert_eq!(scene.string(), None);
}

#[test]
fn a_merge_brings_the_removals_of_a_field() {
    let other = hset("g", "stays");
    let scene = Scene::of(4, Lww::CausalFirst).at(2, 1, other);
    let scene = scene.at(0, 1, hset("f", "w")).sent(0, 1);
    let scene = scene.at(1, 2, vec![RemoveField(name("f"))]);
    let scene = scene.sent(1, 2).merged(2, 3).sent(0, 3);
    let fields = scene.shown(3).fields.into_keys().collect::<Vec<_>>();
    assert_eq!(fields, ["g"]);
    assert_eq!(scene.field("f"), None);
}

/// Replica 0 counts to 2, resets that, and counts on; replica 1 has seen it all, has dropped what
/// was reset, and resets again: its effect no longer names the first run, but its context does.
fn reset_without_naming() -> Scene {
    let scene = of(4).at(0, 1, vec![Add(1)]).one(0, 2);
    let scene = scene.at(0, 1, vec![Add(1)]);
    let scene = scene.one(0, 3).one(0, 3);
    let scene = scene.at(0, 1, set("0")).at(0, 1, vec![Add(1)]);
    scene.sent(0, 1).at(1, 1, set("5")).sent(1, 2)
}

#[test]
fn a_merge_erases_what_a_reset_had_seen_of_a_longer_run() {
    let scene = reset_without_naming();
    assert_eq!(scene.shown(2).string, some("5"));
    assert_eq!(scene.shown(3).string, some("2"));
    let scene = scene.merged(2, 3);
    assert_eq!(scene.shown(3).string, some("5"));
    let scene = reset_without_naming().merged(3, 2);
    assert_eq!(scene.shown(2).string, some("5"));
    assert_eq!(scene.string(), some("5"));
}

/// As before, but the replica that knows of the reset knows nothing of the run.
#[test]
fn a_merge_erases_a_run_that_only_the_reset_had_seen() {
    let ahead = || {
        let scene = of(4).at(0, 1, vec![Add(1)]).one(0, 3);
        let scene = scene.at(0, 1, set("0")).at(0, 1, vec![Add(1)]);
        scene.sent(0, 1).at(1, 1, set("5")).sent(1, 2)
    };
    let scene = ahead().merged(3, 2);
    assert_eq!(scene.shown(2).string, some("5"));
    let scene = ahead().merged(2, 3);
    assert_eq!(scene.shown(3).string, some("5"));
    assert_eq!(scene.string(), some("5"));
}

/// Replica 3 has the increment, and a write that came after its reset, but not the reset. All that
/// replica 1 has beside that is what the reset had seen.
#[test]
fn a_delta_brings_what_a_reset_had_seen() {
    let scene = of(4).at(0, 1, vec![Add(1)]).sent(0, 1);
    let scene = scene.at(1, 1, set("5")).sent(1, 2);
    let scene = scene.at(2, 2, set("7")).sent(2, 1).sent(2, 3).sent(0, 3);
    assert_eq!(scene.shown(3).string, some("8"));
    let scene = scene.caught_up(1, 3);
    assert_eq!(scene.shown(3).string, some("7"));
    assert_eq!(scene.string(), some("7"));
}

/// Replica 0 sets a deadline while replica 2 deletes; replica 1 has seen both, finds no key, and
/// makes it anew: that deadline is void.
fn anew() -> Scene {
    let scene = of(5).at(0, 1, set("x")).sent(0, 2);
    let scene = scene.at(2, 1, vec![Remove]);
    let scene = scene.at(0, 1, vec![Expire { deadline_ms: 200 }]);
    let scene = scene.sent(0, 1).sent(2, 1);
    scene.at(1, 1, vec![Amend(value("7"))])
}

/// Replica 3 has seen the new key alone and amends it; replica 4 has all but the new beginning. All
/// that replica 1 has beside that is which deadlines are void.
#[test]
fn a_delta_brings_which_deadlines_are_void() {
    let scene = anew().sent(1, 3).at(3, 1, vec![Amend(value("8"))]);
    let scene = scene.sent(3, 1).sent(3, 4).sent(0, 4).sent(2, 4);
    assert_eq!(scene.shown(4).deadline, Some((200, 0)));
    let scene = scene.caught_up(1, 4);
    assert_eq!(scene.shown(4).deadline, None);
    assert_eq!(scene.deadline(), None);
}

#[test]
fn a_merge_brings_which_deadlines_are_void() {
    let scene = anew().sent(1, 3).merged(3, 4).sent(0, 4);
    assert_eq!(scene.shown(4).deadline, None);
    assert_eq!(scene.deadline(), None);
}

/// A deadline that had seen the new key stands for what was void for that one, where the new
/// beginning itself has not arrived.
#[test]
fn a_deadline_tells_of_the_void_ones_it_had_seen() {
    let both = vec![Amend(value("8")), Expire { deadline_ms: 50 }];
    let scene = anew().sent(1, 3).at(3, 1, both);
    let scene = scene.sent(3, 4).sent(0, 4).sent(2, 4);
    assert_eq!(scene.shown(4).deadline, Some((50, 3)));
    assert_eq!(scene.deadline(), Some((50, 3)));
}

/// A row holds no removals: with one to remember a key stays in its general form.
#[test]
fn a_key_with_removals_is_no_row() {
    let scene = of(3).at(0, 9, set("w")).sent(0, 1).at(1, 1, vec![Remove]);
    let scene = scene.at(2, 1, set("x")).sent(1, 2).compacted(2).sent(0, 2);
    assert_eq!(scene.shown(2).string, some("x"));
    assert_eq!(scene.string(), some("x"));
}

/// A row holds no clock of its own: a key that a merge has brought ahead of its replica is none.
#[test]
fn a_key_ahead_of_its_replica_is_no_row() {
    let scene = of(3).at(0, 9, set("old")).at(0, 1, set("new")).sent(0, 2);
    let scene = scene.snapshot(2, 1).compacted(1).one(0, 1);
    assert_eq!(scene.shown(1).string, some("new"));
    assert_eq!(scene.string(), some("new"));
}

/// A row does not hold what its write will kill on arrival either.
#[test]
fn a_key_that_foresees_is_no_row() {
    let scene = of(3).at(0, 9, set("w")).sent(0, 1);
    let scene = scene.at(1, 1, vec![Amend(value("wb"))]).sent(1, 2);
    let scene = scene.at(2, 1, set("x")).compacted(2).sent(0, 2);
    assert_eq!(scene.shown(2).string, some("x"));
    assert_eq!(scene.string(), some("x"));
}

/// By wall clock a write foresees nothing, but the deadline it takes away does.
#[test]
fn a_key_whose_deadline_foresees_is_no_row() {
    let scene = Scene::of(4, Lww::WallFirst).at(0, 1, set("x"));
    let scene = scene.at(0, 1, vec![Expire { deadline_ms: 200 }]).sent(0, 1);
    let scene = scene.at(1, 2, set("y")).sent(1, 2).compacted(2);
    let scene = scene.at(2, 3, vec![Expire { deadline_ms: 10 }]);
    let scene = scene.sent(2, 3).sent(0, 3);
    assert_eq!(scene.shown(3).deadline, Some((10, 2)));
    assert_eq!(scene.deadline(), Some((10, 2)));
}

/// An origin that has lost its memory does not go on with a run of its former life: what it was
/// told of that run may lack the last increments, and others have them.
#[test]
fn a_run_ends_with_the_life_of_its_origin() {
    let rules = Rules::PLAIN;
    let made = |object: &Object, seq: u64, clock: &VersionVector| -> Effect {
        let dot = Dot {
            origin: ReplicaId(0),
            seq,
        };
        let stamp = Stamp { dot, wall_ms: 1 };
        let update = vec![Update::Add(1)];
        let effect = object.effect(stamp, clock, rules, update);
        effect.expect("an increment changes something")
    };
    let mut tally = Tally::default();
    let mut apply = |object: &mut Object, clock: &mut VersionVector, effect: &Effect| {
        object.apply(effect, clock, rules, &mut tally);
        clock.observe(effect.dot());
    };
    // One member has both increments, the other only the first.
    let (mut knows, mut clock) = (Object::new(), VersionVector::FILLED);
    let first = made(&knows, 2, &clock);
    apply(&mut knows, &mut clock, &first);
    let (mut lacks, mut their_clock) = (knows.clone(), clock);
    let second = made(&knows, 3, &clock);
    apply(&mut knows, &mut clock, &second);
    // The origin comes back with what the other one has.
    let third = made(&lacks, (1 << EPOCH_SHIFT) + 1, &their_clock);
    apply(&mut lacks, &mut their_clock, &third);
    apply(&mut knows, &mut clock, &third);
    let shown = |object: &Object| match object.view() {
        View::String(scalar) => scalar.bytes().map(|bytes| bytes.into_owned()),
        other => panic!("a counter is a string, not {other:?}"),
    };
    assert_eq!(shown(&lacks).as_deref(), Some(&b"2"[..]));
    assert_eq!(shown(&knows).as_deref(), Some(&b"3"[..]));
}
