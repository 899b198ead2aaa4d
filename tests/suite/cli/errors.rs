//! What users are told when the command line, a file or a folder is wrong: word for word.

use std::fs;

use super::Place;

/// The width of what is compared here.
const COLUMNS: usize = 84;

/// What a call that fails says on stderr, wrapped.
#[track_caller]
fn told(place: &Place, words: &[&str]) -> String {
    wrapped(&place.run(words).error(2))
}

fn wrapped(talk: &str) -> String {
    let mut text = String::new();
    for line in talk.lines() {
        let mut width = 0;
        for word in line.split_inclusive(' ') {
            if width + word.len() > COLUMNS {
                text.push_str("\n  ");
                width = 2;
            }
            text.push_str(word);
            width += word.len();
        }
        text.push('\n');
    }
    text
}

#[test]
fn scenarios_that_cannot_be_read() {
    let place = Place::new("unreadable");
    place.write("bytes.ron", [0xff, 0xfe]);
    fs::create_dir_all(place.path("folder.ron")).expect("a folder can be made");
    insta::assert_snapshot!(told(&place, &["run", "absent.ron"]), @"");
    insta::assert_snapshot!(told(&place, &["run", "folder.ron"]), @"");
    insta::assert_snapshot!(told(&place, &["validate", "bytes.ron"]), @"");
}

#[test]
fn flags_that_make_no_sense() {
    let place = Place::new("flags");
    let told = |words: &[&str]| told(&place, &[&["run", "cut.ron"], words].concat());
    insta::assert_snapshot!(told(&["--threads", "0"]), @"");
    insta::assert_snapshot!(told(&["--seed", "-1"]), @"");
    insta::assert_snapshot!(told(&["--sed", "1"]), @"");
    insta::assert_snapshot!(told(&["--format", "yaml"]), @"");
    insta::assert_snapshot!(told(&["--set", "strom=2h"]), @"");
    insta::assert_snapshot!(told(&place, &["run"]), @"");
}

#[test]
fn folders_that_results_cannot_go_to() {
    let place = Place::new("in_the_way");
    place.write("file", "mine");
    let told = |words: &[&str]| told(&place, &[&["run", "cut.ron"], words].concat());
    insta::assert_snapshot!(told(&["--out", "file"]), @"");
    insta::assert_snapshot!(told(&["--out", "file/below"]), @"");
    place.write("again.ron", place.read("cut.ron").replace("seed: 3", "name: \"cut\""));
    insta::assert_snapshot!(told(&["again.ron", "--out", "out"]), @"");
    fs::create_dir_all(place.path("taken/series.csv")).expect("a folder can be made");
    let taken = place.run(&["run", "cut.ron", "--out", "taken"]);
    insta::assert_snapshot!(taken.talk(), @"");
    let left = fs::read_dir(place.path("taken")).expect("the folder can be read");
    assert_eq!(left.count(), 1, "nothing half written is left");
    taken.results(2);
}

#[test]
fn what_cannot_be_replayed() {
    let place = Place::new("unreplayable");
    place.write("outcome.json", "{}");
    let told = |path: &str| told(&place, &["replay", path]);
    insta::assert_snapshot!(told("."), @"");
    insta::assert_snapshot!(told("absent.json"), @"");
    insta::assert_snapshot!(told("outcome.json"), @"");
    place.run(&["run", "cut.ron", "--out", "out"]).results(0);
    fs::remove_file(place.path("out/plan.ron")).expect("the plan can be removed");
    insta::assert_snapshot!(told("out/outcome.json"), @"");
}

#[test]
fn names_that_nothing_has() {
    let place = Place::new("unknown");
    let told = |words: &[&str]| told(&place, words);
    insta::assert_snapshot!(told(&["explain", "E-UNLINK-SLF"]), @"");
    insta::assert_snapshot!(told(&["explain", "zzz"]), @"");
    insta::assert_snapshot!(told(&["man", "rnu"]), @"");
    insta::assert_snapshot!(told(&["catalogue", "region"]), @"");
    insta::assert_snapshot!(told(&["completions", "tcsh"]), @"");
}
