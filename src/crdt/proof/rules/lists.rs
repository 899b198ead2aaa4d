//! Lists: `L-*`.

use super::{Scene, Step};
use crate::assumption::Lww;
use crate::crdt::effect::Update::{
    self, InsertElements, Remove, RemoveElements, SetElement, TakeElements,
};
use crate::crdt::proof::{END, value};
use crate::crdt::tally::Conflict;

impl Scene {
    /// The elements that all show in the end, without the numbers of the ops that put them in.
    fn elements(self) -> Vec<String> {
        plain(self.ends().elements)
    }

    fn elements_at(&self, at: usize) -> Vec<String> {
        plain(self.shown(at).elements)
    }

    fn met(&self, at: usize, conflict: Conflict) -> u64 {
        self.0.replicas[at].tally.met[conflict.index()]
    }

    /// All three tell their clocks, and collect what they can.
    fn collected(mut self) -> Self {
        for _ in 0..2 {
            for from in 0..3 {
                self.0.step(Step::Report { from });
            }
            self = self.synced();
            for at in 0..3 {
                self.0.step(Step::Collect { at });
            }
        }
        self
    }

    fn collected_at(mut self, at: usize) -> Self {
        self.0.step(Step::Collect { at });
        self
    }

    fn tombstones(&self, at: usize) -> u64 {
        self.0.replicas[at].object.sizes().element_tombstones
    }
}

fn plain(elements: Vec<String>) -> Vec<String> {
    let digits = |text: &String| {
        text.trim_end_matches(|digit: char| digit.is_ascii_digit())
            .len()
    };
    let without = |mut text: String| {
        text.truncate(digits(&text));
        text
    };
    elements.into_iter().map(without).collect()
}

fn insert(position: u64, texts: &[&str]) -> Vec<Update> {
    let values = texts.iter().map(|text| value(text)).collect();
    vec![InsertElements(position, values)]
}

fn rpush(texts: &[&str]) -> Vec<Update> {
    insert(END, texts)
}

fn lpush(text: &str) -> Vec<Update> {
    insert(0, &[text])
}

fn pop(position: u64) -> Vec<Update> {
    vec![TakeElements(position, 1)]
}

fn rem(position: u64) -> Vec<Update> {
    vec![RemoveElements(position, 1)]
}

fn lset(position: u64, text: &str) -> Vec<Update> {
    vec![SetElement(position, value(text))]
}

#[test]
fn l_1_concurrent_pushes_are_all_kept_in_one_order() {
    let scene = Scene::given(rpush(&["a", "z"]));
    let scene = scene
        .at(0, 1, rpush(&["p", "q"]))
        .at(1, 1, rpush(&["x", "y"]));
    // Equal counters: the smaller replica first; a run stays together.
    assert_eq!(scene.elements(), ["a", "z", "p", "q", "x", "y"]);
    let scene = Scene::given(rpush(&["a", "z"]));
    let scene = scene
        .at(1, 1, insert(1, &["x"]))
        .at(2, 1, insert(1, &["y"]));
    assert_eq!(scene.elements(), ["a", "x", "y", "z"]);
    let scene = Scene::given(rpush(&["a"]));
    let scene = scene.at(2, 1, lpush("x")).at(1, 1, lpush("y"));
    assert_eq!(scene.elements(), ["y", "x", "a"]);
}

/// Appends one by one stay together too: each stands behind the one before it.
#[test]
fn l_1_runs_of_appends_are_not_interleaved() {
    let mut scene = Scene::given(rpush(&["a"]));
    for text in ["p", "q", "r"] {
        scene = scene.at(0, 1, rpush(&[text]));
    }
    for text in ["x", "y", "z"] {
        scene = scene.at(1, 1, rpush(&[text]));
    }
    assert_eq!(scene.elements(), ["a", "p", "q", "r", "x", "y", "z"]);
}

/// Who has seen more comes nearer to the place, whatever the replica.
#[test]
fn l_1_a_later_insertion_lands_nearer() {
    let scene = Scene::given(rpush(&["a", "z"]));
    let scene = scene
        .at(0, 9, insert(1, &["x"]))
        .synced()
        .at(2, 1, insert(1, &["y"]));
    assert_eq!(scene.elements(), ["a", "y", "x", "z"]);
}

#[test]
fn l_1_insertions_at_one_place_are_counted() {
    let scene = Scene::given(rpush(&["a"]));
    let scene = scene
        .at(0, 1, rpush(&["x"]))
        .at(1, 1, rpush(&["y"]))
        .synced();
    assert_eq!(scene.met(0, Conflict::InsertInsert), 1);
    assert_eq!(scene.met(1, Conflict::InsertInsert), 1);
    let scene = scene
        .at(0, 1, rpush(&["b"]))
        .synced()
        .at(1, 1, lpush("c"))
        .synced();
    assert_eq!(
        scene.met(0, Conflict::InsertInsert),
        1,
        "these had seen the others"
    );
}

#[test]
fn l_2_del_and_push_concurrent_only_the_push_is_left() {
    let scene = Scene::given(rpush(&["a", "b"]));
    let scene = scene
        .at(0, 9, vec![Remove])
        .at(1, 1, rpush(&["c"]))
        .synced();
    assert_eq!(scene.met(0, Conflict::AddRemove), 1);
    assert_eq!(scene.elements(), ["c"]);
}

/// An element that arrives after the `DEL` that had seen it is gone.
#[test]
fn l_2_del_removes_what_it_saw_where_that_comes_later() {
    let scene = Scene::new().at(0, 1, rpush(&["a"])).sent(0, 1);
    let scene = scene.at(1, 1, vec![Remove]).sent(1, 2).sent(0, 2);
    assert!(scene.elements_at(2).is_empty());
    assert!(scene.elements().is_empty());
}

#[test]
fn l_3_one_element_popped_twice_is_given_twice_and_gone_once() {
    let scene = Scene::given(rpush(&["a", "b", "c"]));
    let scene = scene.at(0, 1, pop(0)).at(1, 1, pop(0)).synced();
    assert_eq!(scene.elements_at(2), ["b", "c"]);
    for at in 0..3 {
        assert_eq!(scene.met(at, Conflict::TakeTake), 1, "at {at}");
    }
    assert_eq!(scene.elements(), ["b", "c"]);
}

/// However the second one is learnt of: by its effect, or by a state.
#[test]
fn l_3_a_delivery_is_counted_once_where_a_state_brings_it() {
    let scene = Scene::given(rpush(&["a", "b"]));
    let scene = scene.at(0, 1, pop(0)).at(1, 1, pop(0));
    let scene = scene.merged(1, 0).merged(1, 0).merged(0, 1);
    assert_eq!(scene.met(0, Conflict::TakeTake), 1);
    assert_eq!(scene.met(1, Conflict::TakeTake), 1);
    assert_eq!(scene.elements(), ["b"]);
}

/// A removal that gives nothing to a client is no delivery.
#[test]
fn l_3_a_trimmed_element_is_not_delivered() {
    let scene = Scene::given(rpush(&["a", "b"]));
    let scene = scene.at(0, 1, pop(0)).at(1, 1, rem(0)).synced();
    assert_eq!(scene.met(2, Conflict::TakeTake), 0);
    assert_eq!(scene.elements(), ["b"]);
}

#[test]
fn l_4_pop_and_push_concurrent_both_apply() {
    let scene = Scene::given(rpush(&["a", "b"]));
    let scene = scene
        .at(0, 1, pop(0))
        .at(1, 1, lpush("x"))
        .at(2, 1, rpush(&["y"]));
    assert_eq!(scene.elements(), ["x", "b", "y"]);
    let scene = Scene::given(rpush(&["a"]));
    let scene = scene.at(0, 1, pop(0)).at(1, 1, rpush(&["y"]));
    assert_eq!(scene.elements(), ["y"]);
}

/// The second removal must not take another element of the same value.
#[test]
fn l_5_two_removals_of_one_element_remove_it_once() {
    let scene = Scene::given(rpush(&["a", "a", "b", "a"]));
    let scene = scene.at(0, 1, rem(0)).at(1, 1, rem(0)).at(2, 1, pop(0));
    assert_eq!(scene.elements(), ["a", "b", "a"]);
}

/// A removal may come before its element, by another link.
#[test]
fn l_5_a_removal_that_comes_first_removes_on_arrival() {
    let scene = Scene::new().at(0, 1, rpush(&["a", "b"])).sent(0, 1);
    let scene = scene.at(1, 1, pop(0)).sent(1, 2).sent(0, 2);
    assert_eq!(scene.elements_at(2), ["b"]);
    assert_eq!(scene.elements(), ["b"]);
}

#[test]
fn l_6_lset_and_pop_concurrent_the_new_value_survives() {
    for taken in [pop(1), rem(1)] {
        let scene = Scene::given(rpush(&["a", "b", "c"]));
        let scene = scene.at(0, 1, lset(1, "n")).at(1, 9, taken);
        assert_eq!(scene.elements(), ["a", "n", "c"]);
    }
}

/// The new element stands where the old one stood, whatever came in beside that.
#[test]
fn l_6_lset_keeps_the_place() {
    let scene = Scene::given(rpush(&["a", "b", "c"]));
    let scene = scene.at(0, 1, lset(1, "n")).at(1, 1, insert(1, &["x"]));
    assert_eq!(scene.elements(), ["a", "x", "n", "c"]);
    let scene = Scene::given(rpush(&["a", "b", "c"]));
    let scene = scene.at(0, 1, lset(1, "n")).at(1, 1, insert(2, &["x"]));
    assert_eq!(scene.elements(), ["a", "n", "x", "c"]);
}

#[test]
fn l_7_two_lsets_of_one_element_both_stay() {
    let scene = Scene::given(rpush(&["a", "b"]));
    let scene = scene.at(0, 1, lset(0, "x")).at(1, 9, lset(0, "y"));
    assert_eq!(scene.elements(), ["x", "y", "b"]);
}

fn one_shown() -> Scene {
    let mut scene = Scene::new();
    scene.0.rules.lset_keeps_all = false;
    scene.at(0, 0, rpush(&["a", "b"])).synced()
}

/// A-LSET: the later by wall clock is shown; of equal ones that of the smaller replica.
#[test]
fn l_7_where_one_stays_it_is_the_later() {
    let scene = one_shown().at(0, 1, lset(0, "x")).at(1, 9, lset(0, "y"));
    assert_eq!(scene.elements(), ["y", "b"]);
    let scene = one_shown().at(2, 1, lset(0, "x")).at(1, 1, lset(0, "y"));
    assert_eq!(scene.elements(), ["y", "b"]);
    let scene = one_shown()
        .at(0, 9, lset(0, "x"))
        .synced()
        .at(1, 1, lset(0, "y"));
    assert_eq!(
        scene.elements(),
        ["y", "b"],
        "one that has seen the other replaces it"
    );
}

/// A removal of the one that is shown takes along those that it hides, but none it has not seen.
#[test]
fn l_7_where_one_stays_a_removal_takes_the_hidden_ones_along() {
    let both = || one_shown().at(0, 1, lset(0, "x")).at(1, 9, lset(0, "y"));
    assert_eq!(both().synced().at(2, 1, pop(0)).elements(), ["b"]);
    assert_eq!(
        both().synced().at(2, 1, lset(0, "z")).elements(),
        ["z", "b"]
    );
    assert_eq!(both().sent(1, 2).at(2, 1, pop(0)).elements(), ["x", "b"]);
    assert_eq!(both().synced().at(2, 1, vec![Remove]).elements().len(), 0);
}

#[test]
fn l_8_ltrim_and_push_concurrent_only_what_was_seen_is_trimmed() {
    let scene = Scene::given(rpush(&["a", "b", "c", "d"]));
    let trim = vec![RemoveElements(2, 2), RemoveElements(0, 1)];
    let scene = scene
        .at(0, 9, trim)
        .at(1, 1, rpush(&["x"]))
        .at(2, 1, lpush("y"));
    assert_eq!(scene.elements(), ["y", "b", "x"]);
}

#[test]
fn l_9_an_insertion_beside_a_removed_pivot_keeps_its_place() {
    let given = || Scene::given(rpush(&["a", "b", "c"]));
    let after = given().at(0, 1, rem(1)).at(1, 1, insert(2, &["x"]));
    assert_eq!(after.elements(), ["a", "x", "c"]);
    let before = given().at(0, 1, rem(1)).at(1, 1, insert(1, &["x"]));
    assert_eq!(before.elements(), ["a", "x", "c"]);
    let first = given().at(0, 1, rem(0)).at(1, 1, insert(1, &["x"]));
    assert_eq!(first.elements(), ["x", "b", "c"]);
}

/// A tombstone goes once nothing can come in beside it, and not before.
#[test]
fn l_9_a_tombstone_stays_until_all_have_seen_it() {
    let scene = Scene::given(rpush(&["a", "b", "c"]));
    let scene = scene
        .at(1, 1, insert(2, &["x"]))
        .at(0, 1, rem(1))
        .sent(0, 2);
    let scene = scene.collected_at(0).collected_at(2);
    assert_eq!((scene.tombstones(0), scene.tombstones(2)), (1, 1));
    let scene = scene.synced().collected();
    for at in 0..3 {
        assert_eq!(scene.tombstones(at), 0, "at {at}");
    }
    assert_eq!(scene.elements(), ["a", "x", "c"]);
}

/// One that a `DEL` had seen before it arrived stays until all have seen the `DEL`.
#[test]
fn l_9_a_tombstone_from_a_del_stays_until_all_have_seen_that() {
    let scene = Scene::new().at(0, 1, rpush(&["a"])).sent(0, 1);
    let mut scene = scene.at(1, 1, vec![Remove]).sent(1, 2).sent(0, 2);
    for from in [0, 1] {
        scene.0.step(Step::Report { from });
    }
    // Nobody has told replica 0 of the removal yet.
    let scene = scene.at(0, 1, insert(1, &["x"])).one(0, 2).sent(1, 2);
    let scene = scene.collected_at(2);
    assert_eq!(scene.tombstones(2), 1);
    let scene = scene.sent(0, 2);
    assert_eq!(scene.elements_at(2), ["x"]);
    assert_eq!(scene.elements(), ["x"]);
}

/// A list that is deleted again and again gives back what earlier removals took.
#[test]
fn l_9_tombstones_of_earlier_dels_go() {
    let mut scene = Scene::new();
    for _ in 0..8 {
        scene = scene
            .at(0, 1, rpush(&["x"]))
            .at(0, 1, vec![Remove])
            .synced();
        for from in 0..3 {
            scene.0.step(Step::Report { from });
        }
        scene = scene.synced();
        // Nobody has seen this one yet, so the key's removals are never all settled.
        scene = scene.at(0, 1, rpush(&["y"])).at(0, 1, vec![Remove]);
        scene = scene.collected_at(0);
        assert_eq!(scene.tombstones(0), 1);
    }
}

/// A queue that is pushed to all the time gives back what was popped.
#[test]
fn l_9_tombstones_of_a_busy_queue_go() {
    let mut scene = Scene::given(rpush(&["a", "b"]));
    for _ in 0..10 {
        scene = scene.at(0, 1, rpush(&["x"])).at(1, 1, pop(0)).collected();
        scene = scene.at(0, 1, rpush(&["y"]));
        assert!(
            scene.tombstones(0) <= 1,
            "{} tombstones",
            scene.tombstones(0)
        );
        scene = scene.at(1, 1, pop(0));
    }
}

#[test]
fn l_10_moves_of_one_element_put_it_in_twice() {
    // Each key has its own effect; this is the destination's side, and that of one rotated list.
    let scene = Scene::new().at(0, 1, lpush("a")).at(1, 1, lpush("a"));
    assert_eq!(scene.elements(), ["a", "a"]);
    let rotate = || vec![InsertElements(END, vec![value("a")]), TakeElements(0, 1)];
    let scene = Scene::given(rpush(&["a", "b"]));
    let scene = scene.at(0, 1, rotate()).at(1, 1, rotate()).synced();
    assert_eq!(scene.met(2, Conflict::TakeTake), 1);
    assert_eq!(scene.elements(), ["b", "a", "a"]);
}

/// What a state brought counts as seen, even where its counter is ahead of all clocks here.
#[test]
fn l_1_an_insertion_lands_before_what_a_state_brought() {
    let mut scene = Scene::of(4, Lww::CausalFirst);
    for _ in 0..9 {
        scene.0.step(Step::Elsewhere { at: 2 });
    }
    let scene = scene.sent(2, 0).at(0, 1, lpush("a")).sent(0, 1);
    let scene = scene.merged(1, 3).at(3, 1, lpush("b"));
    assert_eq!(scene.elements_at(3), ["b", "a"]);
    assert_eq!(scene.elements(), ["b", "a"]);
}

/// The same elements in another order are another list.
#[test]
fn l_1_the_digest_tells_the_order() {
    let of = |position: u64| {
        let scene = Scene::given(rpush(&["a"])).at(0, 1, insert(position, &["b"]));
        (scene.0.replicas[0].object.digest(), scene.elements())
    };
    let (first, last) = (of(0), of(1));
    assert_eq!(
        (first.1, last.1),
        (vec!["b".into(), "a".into()], vec!["a".into(), "b".into()])
    );
    assert_ne!(first.0, last.0);
}

/// An element waits, unseen, for the one it was put behind; then it stands where it belongs.
#[test]
fn an_element_waits_for_its_neighbour() {
    let scene = Scene::new().at(0, 1, rpush(&["a"])).sent(0, 1);
    let scene = scene
        .at(1, 1, rpush(&["b"]))
        .at(1, 1, rpush(&["c"]))
        .sent(1, 2);
    assert!(scene.elements_at(2).is_empty());
    let scene = scene.sent(0, 2);
    assert_eq!(scene.elements_at(2), ["a", "b", "c"]);
    assert_eq!(scene.elements(), ["a", "b", "c"]);
}

/// A list that was emptied and collected counts on from where it was.
#[test]
fn an_emptied_list_leaves_nothing() {
    let scene = Scene::given(rpush(&["a", "b"]))
        .at(1, 1, pop(0))
        .at(1, 1, pop(0));
    let scene = scene.synced().collected();
    for at in 0..3 {
        assert!(scene.0.replicas[at].object.is_vacant(), "at {at}");
    }
    assert_eq!(scene.at(2, 1, rpush(&["c"])).elements(), ["c"]);
}
