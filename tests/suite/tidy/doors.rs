//! One door for each outside crate, and for the file system.

use super::source::{Source, read, tree};
use super::{assert_bites, assert_none};

/// Outside crates and where each may be named: a file, or a folder with everything in it.
const DOORS: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["src/scenario/diagnostic.rs"]),
    ("clap", &["src/cli/args.rs", "src/cli/args/"]),
    ("clap_complete", &["src/cli/args.rs"]),
    ("clap_mangen", &["src/cli/args.rs"]),
    ("ctrlc", &["src/cli/sweep/interrupt.rs"]),
    ("comfy_table", &["src/report/table.rs"]),
    (
        "libm",
        &[
            "src/engine/",
            "src/experiment/statistics/",
            "src/instance/command/geohash.rs",
            "src/scenario/chance/",
            "src/traffic/",
        ],
    ),
    ("hashbrown", &["src/engine/index.rs"]),
    ("maud", &["src/report/html.rs", "src/report/html/"]),
    ("plotters", &["src/report/svg.rs"]),
    ("plotters_backend", &["src/report/canvas.rs"]),
    ("prefetch_index", &["src/engine/prefetch.rs"]),
    ("rand", &["src/engine/rng.rs"]),
    ("rand_chacha", &["src/engine/rng.rs"]),
    ("rayon", &["src/engine/parallel.rs"]),
    ("ron", &["src/scenario/"]),
    ("rustc_hash", &["src/engine/table.rs"]),
    ("serde", &["src/scenario/", "src/experiment/outcome/"]),
    ("serde_json", &["src/report/", "src/import/json.rs"]),
    ("strsim", &["src/catalogue/mod.rs"]),
    ("thiserror", &["src/"]),
];

/// Where files are read and written.
const FILES: &[&str] = &[
    "src/cli/",
    "src/scenario/load.rs",
    "src/experiment/planted_tests.rs",
];

/// The one place that may build on the standard library's hash tables.
const TABLE: &str = "src/engine/table.rs";

#[test]
fn outside_crates_come_in_by_their_doors() {
    super::assert_everywhere(strangers);
}

#[test]
fn strangers_are_found() {
    let good = "use crate::engine::Stream;";
    assert_bites(strangers, "src/traffic/made_up.rs", "use rand::Rng;", good);
    assert_bites(
        strangers,
        "src/world/made_up.rs",
        "fn f() { rayon::join(a, b); }",
        good,
    );
    assert_bites(
        strangers,
        "src/report/html.rs",
        "use plotters::prelude::Rectangle;",
        good,
    );
    assert_bites(
        strangers,
        "src/metrics/made_up.rs",
        "use {serde::Serialize, std::fmt};",
        good,
    );
    let at_the_door = "use rand::Rng;\nfn f(rand: u8) { self.rand::<u8>(); crate::rand::f() }";
    assert_none(&strangers(&Source::new("src/engine/rng.rs", at_the_door)));
}

#[test]
fn files_are_touched_at_their_door() {
    super::assert_everywhere(file_access);
}

#[test]
fn file_access_is_found() {
    let good = "use std::fmt;";
    assert_bites(file_access, "src/report/made_up.rs", "use std::fs;", good);
    assert_bites(
        file_access,
        "src/report/made_up.rs",
        "use std::{fmt, fs::File};",
        good,
    );
    assert_bites(
        file_access,
        "src/report/made_up.rs",
        "fn f() { std::fs::read(p) }",
        good,
    );
    assert_none(&file_access(&Source::new("src/cli/run.rs", "use std::fs;")));
}

#[test]
fn hash_tables_have_no_iterator() {
    super::assert_everywhere(hash_tables);
}

#[test]
fn hash_tables_are_found() {
    let good = "use std::collections::BTreeMap; // a HashMap would do";
    assert_bites(
        hash_tables,
        "src/crdt/made_up.rs",
        "use std::collections::HashMap;",
        good,
    );
    assert_bites(
        hash_tables,
        "tests/suite/made_up.rs",
        "fn f(set: HashSet<u8>) {}",
        good,
    );
    assert_none(&hash_tables(&Source::new(
        TABLE,
        "use std::collections::HashMap;",
    )));
}

#[test]
fn every_dependency_has_a_door_and_is_used() {
    assert_none(&unused(&read("Cargo.toml"), &tree()));
}

#[test]
fn idle_dependencies_are_found() {
    let used = Source::new("src/engine/rng.rs", "use rand::Rng;");
    let judge = |toml: &str| unused(toml, std::slice::from_ref(&used)).len();
    assert_eq!(
        judge("[dependencies]\nrand = \"0.10\"\n[dev-dependencies]\ninsta = \"1\""),
        0
    );
    assert_eq!(
        judge("[dependencies]\nrand = \"0.10\"\nserde_json = \"1\""),
        1
    );
    assert_eq!(
        judge("[dependencies]\nanyhow = \"1\""),
        2,
        "it has no door and no use"
    );
}

/// Outside crates named where they have no door. Tests and benches are not built into the product.
fn strangers(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    if !source.path.starts_with("src/") {
        return wrong;
    }
    for (name, doors) in DOORS {
        if !is_within(source, doors) {
            let what = format!("`{name}` has its door elsewhere: {}", doors.join(", "));
            wrong.extend(
                uses(source, name)
                    .into_iter()
                    .map(|at| source.wrong(at, &what)),
            );
        }
    }
    wrong
}

/// Where a crate is named: `name::`, or `use name`, and not as a part of another path.
fn uses(source: &Source, name: &str) -> Vec<usize> {
    let words = source.words().filter(|(_, word)| *word == name);
    let is_crate = |(at, word): &(usize, &str)| {
        let (before, after) = source.around(*at, word);
        let is_part = before.ends_with("::") || before.ends_with('.');
        let is_generic = after.starts_with("::<");
        !is_part && !is_generic && (after.starts_with("::") || before.ends_with("use"))
    };
    words.filter(is_crate).map(|(at, _)| at).collect()
}

fn file_access(source: &Source) -> Vec<String> {
    if !source.path.starts_with("src/") || is_within(source, FILES) {
        return Vec::new();
    }
    let is_file_system = |(at, word): &(usize, &str)| {
        let (before, _) = source.around(*at, word);
        let statement = before.rsplit(';').next().unwrap_or(before);
        before.ends_with("std::") || (statement.contains("use std::{") && !before.ends_with('.'))
    };
    let found = source
        .words()
        .filter(|(_, word)| *word == "fs")
        .filter(is_file_system);
    found
        .map(|(at, _)| source.wrong(at, "files are touched in `cli` and on loading only"))
        .collect()
}

fn hash_tables(source: &Source) -> Vec<String> {
    // Benches run beside what others build on.
    if source.path == TABLE || source.path.starts_with("benches/") {
        return Vec::new();
    }
    let found = source
        .words()
        .filter(|(_, word)| ["HashMap", "HashSet"].contains(word));
    found
        .map(|(at, word)| source.wrong(at, &format!("`{word}`: use `engine::Table`")))
        .collect()
}

/// Dependencies without a door, and such that nothing names.
fn unused(manifest: &str, sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    let section = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    let names = lines
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim());
    for name in names {
        let name = name.replace('-', "_");
        if !DOORS.iter().any(|(door, _)| *door == name) {
            wrong.push(format!("Cargo.toml: `{name}` has no door"));
        }
        let is_used =
            |source: &Source| source.path.starts_with("src/") && !uses(source, &name).is_empty();
        if !sources.iter().any(is_used) {
            wrong.push(format!("Cargo.toml: nothing uses `{name}`"));
        }
    }
    wrong
}

fn is_within(source: &Source, places: &[&str]) -> bool {
    let is_in = |place: &&str| {
        source.path == **place || (place.ends_with('/') && source.path.starts_with(*place))
    };
    places.iter().any(is_in)
}
