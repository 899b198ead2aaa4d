//! What users are told when the command line, a file or a folder is wrong: word for word.

use std::fs;

use crate::cli::Place;

#[test]
fn scenarios_that_cannot_be_read() {
    let place = Place::new("unreadable");
    place.write("bytes.ron", [0xff, 0xfe]);
    fs::create_dir_all(place.path("folder.ron")).expect("a folder can be made");
    insta::assert_snapshot!(place.run(&["run", "absent.ron"]).error(2), @"");
    insta::assert_snapshot!(place.run(&["run", "folder.ron"]).error(2), @"");
    insta::assert_snapshot!(place.run(&["validate", "bytes.ron"]).error(2), @"");
}

#[test]
fn flags_that_make_no_sense() {
    let place = Place::new("flags");
    let told = |words: &[&str]| place.run(&[&["run", "cut.ron"], words].concat()).error(2);
    insta::assert_snapshot!(told(&["--threads", "0"]), @"");
    insta::assert_snapshot!(told(&["--seed", "-1"]), @"");
    insta::assert_snapshot!(told(&["--sed", "1"]), @"");
    insta::assert_snapshot!(told(&["--format", "yaml"]), @"");
    insta::assert_snapshot!(told(&["--set", "strom=2h"]), @"");
    insta::assert_snapshot!(place.run(&["run"]).error(2), @"");
}

#[test]
fn folders_that_results_cannot_go_to() {
    let place = Place::new("in_the_way");
    place.write("file", "mine");
    let told = |out: &str| place.run(&["run", "cut.ron", "--out", out]).error(2);
    insta::assert_snapshot!(told("file"), @"");
    insta::assert_snapshot!(told("file/below"), @"");
    let twice = place.run(&["run", "cut.ron", "cut.ron", "--out", "out"]);
    insta::assert_snapshot!(twice.error(2), @"");
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
    let told = |path: &str| place.run(&["replay", path]).error(2);
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
    let told = |words: &[&str]| place.run(words).error(2);
    insta::assert_snapshot!(told(&["explain", "E-UNLINK-SLF"]), @"");
    insta::assert_snapshot!(told(&["explain", "zzz"]), @"");
    insta::assert_snapshot!(told(&["man", "rnu"]), @"");
    insta::assert_snapshot!(told(&["catalogue", "region"]), @"");
    insta::assert_snapshot!(told(&["completions", "tcsh"]), @"");
}
