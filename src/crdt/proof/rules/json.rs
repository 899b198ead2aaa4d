//! Documents: `J-*`. `J-15` is a matter of commands.

use super::{Scene, Step};
use crate::crdt::clock::MEMBERS_MAX;
use crate::crdt::effect::Update;
use crate::crdt::json::text::{Layout, print};
use crate::crdt::proof::END;
use crate::crdt::proof::json_alphabet::{assign, insert, remove, take};
use crate::crdt::tally::Conflict;

impl Scene {
    /// The document at one replica, without the numbers of the ops behind its texts.
    fn json_at(&self, at: usize) -> Option<String> {
        let types = self.0.replicas[at].object.types();
        let text = print(&types.json()?.value()?, &Layout::default());
        let mut plain = String::new();
        for char in text.chars() {
            if char == '"' {
                let digits = |char: char| char.is_ascii_digit();
                plain.truncate(plain.trim_end_matches(digits).len());
            }
            plain.push(char);
        }
        Some(plain)
    }

    /// The document that all show in the end.
    fn document(mut self) -> Option<String> {
        self.0.settle();
        let shown = self.json_at(0);
        for at in 1..3 {
            assert_eq!(self.json_at(at), shown);
        }
        shown
    }

    fn do_at(self, at: usize, update: Update) -> Self {
        self.at(at, 0, vec![update])
    }
}

fn check(scene: Scene, expect: &str) {
    assert_eq!(scene.document().as_deref(), Some(expect));
}

fn given(text: &str) -> Scene {
    Scene::given(vec![assign("", text)])
}

#[test]
fn j_1_of_two_documents_the_smaller_instance_wins_entirely() {
    let document = |at: usize| vec![assign("", [r#"{"a":"x"}"#, r#"{"b":"y"}"#][at])];
    for (first, second) in [(0, 1), (1, 0)] {
        let scene = Scene::new()
            .at(first, 9 - first as u64, document(first))
            .at(second, 1, document(second));
        check(scene, r#"{"a":"x"}"#);
    }
}

#[test]
fn j_1_time_is_never_used() {
    let scene = Scene::new().at(0, 1, vec![assign("", r#""early""#)]).at(
        1,
        1000,
        vec![assign("", r#""late""#)],
    );
    check(scene, r#""early""#);
}

#[test]
fn j_2_a_new_document_wins_over_an_update_inside_the_old_one() {
    for (creator, updater) in [(0, 1), (1, 0)] {
        let scene = given(r#"{"f":"v"}"#)
            .do_at(creator, assign("", r#"{"g":"w"}"#))
            .do_at(updater, assign("f", r#"["x"]"#));
        check(scene, r#"{"g":"w"}"#);
    }
}

#[test]
fn j_3_a_new_document_wins_over_a_deletion() {
    for (creator, deleter) in [(0, 1), (1, 0)] {
        let scene = given(r#"{"f":"v"}"#)
            .do_at(deleter, Update::Remove)
            .do_at(creator, assign("", r#"{"f":"w"}"#));
        check(scene, r#"{"f":"w"}"#);
    }
}

#[test]
fn j_4_a_deletion_wins_over_an_update_inside() {
    for (deleter, updater) in [(0, 1), (1, 0)] {
        let scene = given(r#"{"f":"v"}"#)
            .do_at(deleter, Update::Remove)
            .do_at(updater, assign("f", r#"["x"]"#));
        assert_eq!(scene.document(), None);
    }
}

#[test]
fn j_4_and_so_it_does_as_a_state() {
    let scene = given(r#"{"o":{"f":"v"}}"#)
        .do_at(0, Update::Remove)
        .do_at(1, assign("o.f", r#"{"deep":["x"]}"#))
        .merged(0, 1)
        .merged(1, 2);
    assert_eq!(scene.json_at(1), None);
    assert_eq!(scene.json_at(2), None);
    assert_eq!(scene.document(), None);
}

#[test]
fn j_5_of_two_values_of_a_field_the_smaller_instance_wins() {
    let scene = given(r#"{"f":"a"}"#)
        .at(1, 500, vec![assign("f", r#""c""#)])
        .at(0, 1, vec![assign("f", r#""b""#)]);
    check(scene, r#"{"f":"b"}"#);
    let scene = given(r#"{"f":"a"}"#)
        .do_at(1, assign("f", r#""c""#))
        .sent(1, 0)
        .do_at(0, assign("f", r#""b""#));
    check(scene, r#"{"f":"b"}"#);
    let scene = given(r#"{"f":"a"}"#)
        .do_at(0, assign("f", r#""b""#))
        .sent(0, 1)
        .do_at(1, assign("f", r#""c""#));
    check(scene, r#"{"f":"c"}"#);
}

#[test]
fn j_6_of_two_types_the_smaller_instance_wins_with_what_came_in_later() {
    let scene = given("{}")
        .do_at(0, assign("a", "{}"))
        .do_at(1, assign("a", "[]"))
        .do_at(0, assign("a.x", r#""y""#))
        .do_at(1, insert("a", 0, &[r#""z""#]));
    check(scene, r#"{"a":{"x":"y"}}"#);
}

#[test]
fn j_7_a_new_container_wins_over_an_update_inside_the_old_one() {
    let scene = given(r#"{"colors":{"blue":"b"}}"#)
        .do_at(0, assign("colors.red", r#""r""#))
        .do_at(1, assign("colors", "{}"))
        .do_at(1, assign("colors.green", r#""g""#));
    assert_eq!(
        scene.json_at(0).as_deref(),
        Some(r#"{"colors":{"blue":"b","red":"r"}}"#)
    );
    check(scene, r#"{"colors":{"green":"g"}}"#);
}

#[test]
fn j_8_clear_takes_what_it_saw_and_no_more() {
    let scene = given(r#"{"colors":{"blue":"b"},"list":["x"]}"#)
        .do_at(0, assign("colors.red", r#""r""#))
        .do_at(0, insert("list", END, &[r#""y""#]))
        .do_at(1, remove("colors.blue"))
        .do_at(1, remove("list.0"))
        .do_at(1, assign("colors.green", r#""g""#));
    check(scene, r#"{"colors":{"red":"r","green":"g"},"list":["y"]}"#);
}

#[test]
fn j_9_fields_of_one_object_merge() {
    let scene = given(r#"{"a":"x"}"#)
        .do_at(0, assign("b", r#""y""#))
        .do_at(1, assign("c", r#""z""#))
        .do_at(2, remove("a"));
    check(scene, r#"{"c":"z","b":"y"}"#);
}

#[test]
fn j_9_a_name_keeps_its_place_when_its_value_is_replaced() {
    let scene = given(r#"{"b":"x","a":"y"}"#)
        .do_at(1, assign("b", r#""w""#))
        .do_at(1, assign("0x", r#""v""#));
    check(scene, r#"{"b":"w","a":"y","0x":"v"}"#);
}

#[test]
fn j_10_arrays_keep_every_sides_order() {
    let scene = given(r#"["a","b","c"]"#)
        .do_at(0, take("1"))
        .do_at(1, insert("", 0, &[r#""y""#]))
        .do_at(0, insert("", 1, &[r#""x""#]))
        .do_at(1, insert("", 2, &[r#""z""#]));
    check(scene, r#"["y","a","x","z","c"]"#);
    let scene = given(r#"{"grocery":[]}"#)
        .do_at(0, insert("grocery", END, &[r#""eggs""#]))
        .do_at(1, insert("grocery", END, &[r#""milk""#]))
        .do_at(0, insert("grocery", END, &[r#""ham""#]))
        .do_at(1, insert("grocery", END, &[r#""flour""#]));
    check(scene, r#"{"grocery":["eggs","ham","milk","flour"]}"#);
}

#[test]
fn j_10_an_element_taken_twice_is_gone_once() {
    let mut scene = given(r#"["a","b"]"#)
        .do_at(0, take("0"))
        .do_at(1, take("0"));
    scene = scene.synced();
    assert_eq!(scene.0.replicas[0].tally.met[Conflict::TakeTake.index()], 1);
    check(scene, r#"["b"]"#);
}

/// `JSON.DEL` gives the element to nobody: beside an `ARRPOP` it is no second taking.
#[test]
fn j_10_an_element_taken_and_deleted_is_taken_once() {
    for (first, second) in [(take("0"), remove("0")), (remove("0"), take("0"))] {
        let scene = given(r#"["a","b"]"#).do_at(0, first).do_at(1, second);
        let scene = scene.synced();
        for replica in &scene.0.replicas {
            assert_eq!(replica.tally.met[Conflict::TakeTake.index()], 0);
        }
        check(scene, r#"["b"]"#);
    }
}

#[test]
fn j_11_a_removed_element_wins_over_an_update_inside_it() {
    for (remover, updater) in [(0, 1), (1, 0)] {
        for update in [assign("todo.0.done", "true"), assign("todo.0", r#""new""#)] {
            let scene = given(r#"{"todo":[{"done":false}]}"#)
                .do_at(remover, take("todo.0"))
                .do_at(updater, update);
            check(scene, r#"{"todo":[]}"#);
        }
    }
}

#[test]
fn j_12_a_deleted_field_wins_over_an_update_under_it() {
    for (remover, updater) in [(0, 1), (1, 0)] {
        let scene = given(r#"{"o":{"p":"x"},"q":"y"}"#)
            .do_at(remover, remove("o"))
            .do_at(updater, assign("o.p", r#""z""#))
            .do_at(updater, assign("q", r#""w""#));
        check(scene, r#"{"q":"w"}"#);
    }
}

#[test]
fn j_12_a_new_value_wins_over_a_deletion_of_the_field() {
    for (remover, writer) in [(0, 1), (1, 0)] {
        let scene = given(r#"{"o":{"p":"x"}}"#)
            .do_at(remover, remove("o"))
            .do_at(writer, assign("o", r#"{"p":"z"}"#));
        check(scene, r#"{"o":{"p":"z"}}"#);
    }
}

#[test]
fn j_13_results_are_assigned_and_not_summed() {
    let scene = given(r#"{"n":1,"flag":true}"#)
        .do_at(0, assign("n", "2"))
        .do_at(1, assign("n", "11"))
        .do_at(0, assign("flag", "false"))
        .do_at(1, assign("flag", "false"));
    check(scene, r#"{"n":2,"flag":false}"#);
}

#[test]
fn j_14_a_new_place_dies_with_its_document() {
    let scene = given(r#"{"a":"x"}"#)
        .do_at(0, Update::Remove)
        .do_at(1, assign("b", r#"{"c":["d"]}"#))
        .do_at(1, assign("b.e", r#""f""#));
    assert_eq!(scene.document(), None);
}

/// Links are in order one by one: an update can overtake what it is inside of.
#[test]
fn j_7_an_update_waits_for_its_container() {
    let scene = given(r#"{"a":"x"}"#)
        .do_at(0, assign("o", r#"{"p":["q"]}"#))
        .sent(0, 1)
        .do_at(1, insert("o.p", END, &[r#""r""#]))
        .do_at(1, assign("o.s", r#""t""#))
        .sent(1, 2);
    assert_eq!(scene.json_at(2).as_deref(), Some(r#"{"a":"x"}"#));
    let scene = scene.sent(0, 2);
    assert_eq!(
        scene.json_at(2).as_deref(),
        Some(r#"{"a":"x","o":{"p":["q","r"],"s":"t"}}"#)
    );
    check(scene, r#"{"a":"x","o":{"p":["q","r"],"s":"t"}}"#);
}

#[test]
fn j_12_memories_of_removals_go_when_all_have_seen_them() {
    let mut scene = given(r#"{"a":"x","l":["y","z"]}"#)
        .do_at(0, remove("a"))
        .do_at(0, take("l.0"));
    assert_eq!(scene.0.replicas[0].object.sizes().element_tombstones, 2);
    for _ in 0..2 {
        scene = scene.synced();
        for from in 0..3 {
            scene.0.step(Step::Report { from });
        }
        scene = scene.synced();
        scene.0.step(Step::Collect { at: 0 });
    }
    assert_eq!(scene.0.replicas[0].object.sizes().element_tombstones, 0);
    assert_eq!(scene.json_at(0).as_deref(), Some(r#"{"l":["z"]}"#));
}

#[test]
fn j_5_sizes_count_what_shows_and_what_is_hidden() {
    let scene = given(r#"{"a":"x"}"#)
        .do_at(0, assign("a", "1"))
        .do_at(1, assign("a", "true"))
        .synced();
    let sizes = scene.0.replicas[2].object.sizes();
    assert_eq!(
        (sizes.elements, sizes.element_bytes, sizes.siblings),
        (2, 9, 1)
    );
    // The document and the field of the smaller instance show, the other's value does not.
    let (mut present, mut overwritten) = ([0; MEMBERS_MAX], [0; MEMBERS_MAX]);
    let object = &scene.0.replicas[2].object;
    object.count_writes(&mut present, &mut overwritten);
    assert_eq!((present, overwritten), ([2, 0, 0, 0, 0], [0, 1, 0, 0, 0]));
}
