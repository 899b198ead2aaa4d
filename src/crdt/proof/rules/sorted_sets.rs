//! Sorted sets: `Z-*`.

use super::{Scene, sadd, zadd, zincrby, zrem};
use crate::crdt::View;
use crate::crdt::effect::Part;
use crate::crdt::effect::Update::{Expire, Remove, RemoveScore, SetScore};
use crate::crdt::proof::name;
use crate::crdt::tally::Conflict;

impl Scene {
    /// The members and scores that all show in the end.
    fn scores(self) -> Vec<(String, String)> {
        self.ends().scores.into_iter().collect()
    }

    fn score(self, member: &str) -> Option<String> {
        self.ends().scores.remove(member)
    }

    /// The parts of the newest effect.
    fn parts(&self) -> Vec<Part> {
        let newest = self.0.effects.last().expect("something was sent");
        newest.change.parts().to_vec()
    }
}

fn of(score: &str) -> Option<String> {
    super::some(score)
}

#[test]
fn z_1_different_members_unite() {
    let scene = Scene::new()
        .at(0, 1, zadd("x", 1.0))
        .at(1, 1, zadd("y", 2.0));
    let pair = |member: &str, score: &str| (member.to_owned(), score.to_owned());
    assert_eq!(scene.scores(), [pair("x", "1"), pair("y", "2")]);
}

/// Neither the greater nor the sum: the later by wall clock, whichever arrives first.
#[test]
fn z_2_of_two_scores_the_later_by_wall_clock() {
    for (early, late) in [(9.0, 1.0), (1.0, 9.0)] {
        let scene = Scene::new()
            .at(0, 1, zadd("x", early))
            .at(1, 2, zadd("x", late));
        assert_eq!(scene.score("x"), of(&late.to_string()));
        let scene = Scene::new()
            .at(0, 2, zadd("x", late))
            .at(1, 1, zadd("x", early));
        assert_eq!(scene.score("x"), of(&late.to_string()));
    }
}

/// One that has seen the other replaces it, whatever the clocks show.
#[test]
fn z_2_a_score_that_has_seen_the_other_replaces_it() {
    let scene = Scene::new()
        .at(0, 9, zadd("x", 5.0))
        .synced()
        .at(1, 1, zadd("x", 2.0));
    assert_eq!(scene.score("x"), of("2"));
}

#[test]
fn z_3_at_the_same_instant_the_smaller_id() {
    let scene = Scene::new()
        .at(1, 1, zadd("x", 5.0))
        .at(0, 1, zadd("x", 2.0));
    assert_eq!(scene.score("x"), of("2"));
    let scene = Scene::new()
        .at(1, 1, zadd("x", 2.0))
        .at(2, 1, zadd("x", 5.0));
    assert_eq!(scene.score("x"), of("2"));
}

#[test]
fn z_4_increments_add_to_the_common_base() {
    let scene = Scene::given(zadd("x", 10.0));
    let scene = scene
        .at(0, 1, zincrby("x", 2.0))
        .at(1, 9, zincrby("x", -0.5));
    assert_eq!(scene.score("x"), of("11.5"));
    let scene = Scene::new()
        .at(0, 1, zincrby("x", 2.0))
        .at(1, 1, zincrby("x", 3.0));
    assert_eq!(scene.score("x"), of("5"));
}

/// As for counters: binary floating point, the same on every replica.
#[test]
fn z_4_fractions_add_up_in_order_of_replica() {
    let scene = Scene::new()
        .at(2, 1, zincrby("x", 0.3))
        .at(1, 1, zincrby("x", 0.2));
    let scene = scene.sent(2, 1).at(0, 1, zincrby("x", 0.1));
    assert_eq!(scene.score("x"), of("0.6000000000000001"));
}

/// Base and seen increments go, what the removal had not seen stays.
#[test]
fn z_5_zrem_and_zincrby_concurrent_only_the_unseen_increment_is_left() {
    let scene = Scene::given(zadd("x", 10.0))
        .at(1, 1, zincrby("x", 5.0))
        .synced();
    let scene = scene.at(0, 9, zrem("x")).at(1, 1, zincrby("x", 2.0));
    assert_eq!(scene.score("x"), of("2"));
}

#[test]
fn z_6_zrem_and_zadd_concurrent_the_member_survives() {
    let scene = Scene::given(zadd("x", 10.0));
    let scene = scene.at(0, 9, zrem("x")).at(1, 1, zadd("x", 3.0));
    assert_eq!(scene.score("x"), of("3"));
    // Even with the score it had.
    let scene = Scene::given(zadd("x", 10.0));
    let scene = scene.at(0, 9, zrem("x")).at(1, 1, zadd("x", 10.0));
    assert_eq!(scene.score("x"), of("10"));
}

#[test]
fn z_7_zadd_and_zincrby_concurrent_add_up() {
    let scene = Scene::given(zincrby("x", 100.0));
    let scene = scene.at(0, 1, zadd("x", 7.0)).at(1, 9, zincrby("x", 5.0));
    assert_eq!(scene.score("x"), of("12"));
}

#[test]
fn z_8_del_takes_what_it_had_seen() {
    let given = || Scene::given(vec![SetScore(name("x"), 10.0), SetScore(name("y"), 1.0)]);
    let scene = given().at(0, 9, vec![Remove]).at(1, 1, zadd("x", 3.0));
    assert_eq!(scene.scores(), [("x".to_owned(), "3".to_owned())]);
    let scene = given().at(1, 1, zincrby("y", 4.0)).synced();
    let scene = scene.at(0, 9, vec![Remove]).at(1, 1, zincrby("y", 2.0));
    assert_eq!(scene.scores(), [("y".to_owned(), "2".to_owned())]);
}

/// A decision is the replica's own; what it sends is the plain `ZADD` or `ZINCRBY`.
#[test]
fn z_9_what_is_sent_is_the_resulting_score_or_increment() {
    let scene = Scene::given(zadd("x", 10.0)).at(0, 1, zadd("x", 12.0));
    let [Part::SetScore { member, score, .. }] = &scene.parts()[..] else {
        panic!("a score alone: {:?}", scene.parts());
    };
    assert_eq!((&member[..], *score), (&b"x"[..], 12.0));
    let scene = scene
        .synced()
        .at(0, 2, zincrby("x", 1.0))
        .at(0, 3, zincrby("x", 1.0));
    let [Part::AddScore { reach, .. }] = &scene.parts()[..] else {
        panic!("an increment alone: {:?}", scene.parts());
    };
    assert_eq!((reach.count, reach.amount.float), (2, 2.0));
}

/// Two regions pop the same member: each removal takes what it had seen, none takes more.
#[test]
fn z_10_two_regions_may_pop_one_member() {
    let both = vec![SetScore(name("a"), 1.0), SetScore(name("b"), 2.0)];
    let scene = Scene::given(both.clone())
        .at(0, 1, zrem("a"))
        .at(1, 1, zrem("a"));
    assert_eq!(scene.scores(), [("b".to_owned(), "2".to_owned())]);
    let range = vec![RemoveScore(name("a")), RemoveScore(name("b"))];
    let scene = Scene::given(both).at(0, 9, range).at(1, 1, zadd("c", 3.0));
    assert_eq!(scene.scores(), [("c".to_owned(), "3".to_owned())]);
}

/// A removal of what this replica does not show sends nothing.
#[test]
fn zrem_of_a_member_not_seen_has_no_effect() {
    let scene = Scene::new().at(0, 1, zadd("x", 1.0)).at(1, 2, zrem("x"));
    assert_eq!(scene.0.ops.len(), 1);
    assert_eq!(scene.score("x"), of("1"));
}

/// What was removed stays so when the score it had seen comes late, from a third replica.
#[test]
fn a_late_score_falls_to_the_removal_that_had_seen_it() {
    let scene = Scene::new()
        .at(0, 1, zadd("x", 1.0))
        .sent(0, 1)
        .at(1, 2, zrem("x"));
    let scene = scene.sent(1, 2);
    assert!(scene.shown(2).scores.is_empty());
    let scene = scene.sent(0, 2);
    assert!(scene.shown(2).scores.is_empty());
    assert_eq!(scene.score("x"), None);
}

/// A removal that came with a merged state goes on to the next replica with one.
#[test]
fn a_merged_removal_is_passed_on() {
    let scene = Scene::given(zadd("x", 1.0)).at(1, 1, zrem("x"));
    let scene = scene.caught_up(1, 2).caught_up(2, 0);
    assert!(scene.shown(0).scores.is_empty());
    assert_eq!(scene.score("x"), None);
}

/// Equal scores of different members, written alike, are not the same state.
#[test]
fn the_digest_tells_members_and_scores_apart() {
    let digest = |member, score| {
        let scene = Scene::new().at(0, 1, zadd(member, score));
        scene.0.replicas[0].object.digest()
    };
    assert_eq!(digest("x", 1.0), digest("x", 1.0));
    assert_ne!(digest("x", 1.0), digest("y", 1.0));
    assert_ne!(digest("x", 1.0), digest("x", 2.0));
}

/// An infinite increment is a score: a sum of infinities has no parts to take away.
#[test]
fn an_infinite_increment_writes_its_result() {
    let scene = Scene::given(zadd("x", 1.0)).at(0, 1, zincrby("x", f64::INFINITY));
    assert!(matches!(scene.parts()[..], [Part::SetScore { .. }]));
    let scene = scene
        .synced()
        .at(1, 2, zadd("x", 3.0))
        .at(0, 1, zincrby("x", 2.0));
    assert_eq!(scene.score("x"), of("5"));
    let scene = Scene::given(zadd("x", -1e308)).at(0, 1, zincrby("x", 1e308));
    let scene = scene.at(0, 2, zincrby("x", 1e308));
    // The run would overflow, the score does not; what it had added goes into the score.
    assert!(matches!(
        scene.parts()[..],
        [Part::SetScore { .. }, Part::EraseScore { .. }]
    ));
    // The oracle adds up from the left, and would end at infinity.
    assert_eq!(scene.synced().shown(1).scores["x"], 1e308.to_string());
}

/// Opposite infinities that meet make zero.
#[test]
fn infinite_sums_that_cancel_out_make_zero() {
    let scene = Scene::given(zadd("x", f64::NEG_INFINITY));
    let scene = scene
        .at(1, 1, zincrby("x", 1e308))
        .at(2, 1, zincrby("x", 1e308))
        .synced();
    assert_eq!(scene.shown(0).scores["x"], "0");
}

/// A set and a sorted set under one key do not mix (MA-09): `ZREM` leaves a set's member alone.
#[test]
fn removals_leave_other_types_alone() {
    let scene = Scene::new()
        .at(0, 1, sadd("x"))
        .at(1, 2, zadd("x", 1.0))
        .synced();
    assert_eq!(scene.shown(0).visible, "sorted set");
    let scene = scene.at(0, 3, zrem("x"));
    let ends = scene.ends();
    assert_eq!(
        (ends.visible, ends.members.len(), ends.scores.len()),
        ("set", 1, 0)
    );
}

#[test]
fn conflicts_on_scores_are_counted() {
    let met = |scene: Scene, kind: Conflict| {
        let replicas = scene.synced().0.replicas;
        replicas
            .iter()
            .map(|replica| replica.tally.met[kind.index()])
            .sum::<u64>()
    };
    let given = || Scene::given(zadd("x", 1.0));
    let pair = |left, right| given().at(0, 1, left).at(1, 1, right);
    assert_eq!(
        met(pair(zadd("x", 2.0), zadd("x", 3.0)), Conflict::WriteWrite),
        3
    );
    assert_eq!(
        met(
            pair(zincrby("x", 2.0), zincrby("x", 3.0)),
            Conflict::IncrementIncrement
        ),
        3
    );
    assert!(
        met(
            pair(zadd("x", 2.0), zincrby("x", 3.0)),
            Conflict::WriteIncrement
        ) > 0
    );
    assert!(met(pair(zrem("x"), zadd("x", 3.0)), Conflict::WriteRemove) > 0);
    assert!(
        met(
            pair(zrem("x"), zincrby("x", 3.0)),
            Conflict::IncrementRemove
        ) > 0
    );
}

/// Equal scores stand in the order of the members' bytes, and minus zero equals zero.
#[test]
fn members_stand_by_score_then_by_bytes() {
    let scores = [("b", 1.0), ("a", 1.0), ("c", -1.0), ("z", -0.0), ("y", 0.0)];
    let adds = scores.map(|(member, score)| SetScore(name(member), score));
    let scene = Scene::given(adds.to_vec());
    let View::SortedSet(sorted) = scene.0.replicas[1].object.view() else {
        panic!("a sorted set is shown");
    };
    let ranked = sorted.ranked();
    let order: Vec<&[u8]> = ranked.iter().map(|(name, _)| &name[..]).collect();
    assert_eq!(order, [b"c", b"y", b"z", b"a", b"b"]);
}

/// Names of members count, each once; runs of increments and memory of removals as elsewhere.
#[test]
fn sizes_count_members_runs_and_removals() {
    let sizes = |scene: &Scene| scene.0.replicas[0].object.sizes();
    let scene = Scene::given(vec![SetScore(name("ab"), 1.0), SetScore(name("c"), 2.0)]);
    let held = sizes(&scene);
    assert_eq!(
        (held.elements, held.element_bytes, held.counter_parts),
        (2, 3, 0)
    );
    let scene = scene
        .at(0, 1, zincrby("ab", 1.0))
        .at(1, 1, zincrby("ab", 1.0))
        .synced();
    assert_eq!(sizes(&scene).counter_parts, 2);
    let scene = scene
        .at(0, 2, zadd("c", 1.0))
        .at(1, 2, zadd("c", 3.0))
        .synced();
    assert_eq!(sizes(&scene).siblings, 1);
    let scene = scene.at(0, 3, zrem("ab"));
    let held = sizes(&scene);
    assert_eq!(
        (held.elements, held.element_bytes, held.element_tombstones),
        (1, 1, 1)
    );
}

/// A new sorted set under a name that had a deadline lives for ever.
#[test]
fn a_key_made_anew_has_no_deadline() {
    let scene = Scene::given(zadd("x", 1.0)).at(0, 1, vec![Expire { deadline_ms: 50 }]);
    let scene = scene.at(0, 2, zrem("x")).at(0, 3, zincrby("x", 2.0));
    assert_eq!(scene.shown(0).deadline, None);
    assert_eq!(scene.score("x"), of("2"));
}
