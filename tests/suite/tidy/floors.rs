//! Floors: imports run down only, and never in a circle.

use super::source::{Source, tree};
use super::{assert_bites, assert_none};

/// The rooms from the ground up, each with what it may import. Every room may import only what
/// stands above it in this table, so there can be no circle.
const ROOMS: &[(&str, &[&str])] = &[
    ("id", &[]),
    ("quantity", &[]),
    ("planted", &[]),
    ("time", &["quantity"]),
    ("assumption", &["quantity", "time"]),
    ("engine", &["id", "quantity", "time"]),
    ("catalogue", &["id", "quantity", "time"]),
    ("crdt", &["id", "planted", "assumption", "engine"]),
    (
        "network",
        &[
            "id",
            "quantity",
            "time",
            "assumption",
            "engine",
            "catalogue",
        ],
    ),
    (
        "control",
        &[
            "id",
            "quantity",
            "planted",
            "time",
            "assumption",
            "engine",
            "catalogue",
        ],
    ),
    ("history", &["id", "quantity", "time"]),
    (
        "traffic",
        &["id", "quantity", "time", "assumption", "engine", "network"],
    ),
    (
        "instance",
        &[
            "id",
            "quantity",
            "planted",
            "time",
            "assumption",
            "engine",
            "crdt",
            "history",
        ],
    ),
    (
        "plan",
        &[
            "id",
            "quantity",
            "time",
            "assumption",
            "catalogue",
            "network",
            "control",
            "history",
            "traffic",
        ],
    ),
    (
        "scenario",
        &[
            "id",
            "quantity",
            "time",
            "assumption",
            "engine",
            "catalogue",
            "crdt",
            "network",
            "traffic",
            "instance",
            "plan",
        ],
    ),
    (
        "checks",
        &[
            "id",
            "quantity",
            "time",
            "assumption",
            "engine",
            "catalogue",
            "history",
            "plan",
        ],
    ),
    (
        "metrics",
        &[
            "id",
            "quantity",
            "time",
            "assumption",
            "engine",
            "catalogue",
            "history",
        ],
    ),
    (
        "world",
        &[
            "id",
            "quantity",
            "planted",
            "time",
            "assumption",
            "engine",
            "catalogue",
            "crdt",
            "network",
            "control",
            "history",
            "traffic",
            "instance",
            "plan",
            "metrics",
        ],
    ),
    (
        "experiment",
        &[
            "id",
            "quantity",
            "planted",
            "time",
            "assumption",
            "engine",
            "catalogue",
            "crdt",
            "network",
            "control",
            "history",
            "traffic",
            "instance",
            "plan",
            "scenario",
            "checks",
            "metrics",
            "world",
        ],
    ),
    (
        "report",
        &[
            "id",
            "quantity",
            "time",
            "assumption",
            "catalogue",
            "plan",
            "checks",
            "metrics",
            "experiment",
        ],
    ),
    ("import", &["assumption", "catalogue", "control"]),
    (
        "cli",
        &[
            "id",
            "quantity",
            "time",
            "assumption",
            "engine",
            "catalogue",
            "control",
            "traffic",
            "instance",
            "world",
            "plan",
            "scenario",
            "import",
            "checks",
            "metrics",
            "experiment",
            "report",
        ],
    ),
];

#[test]
fn imports_run_down_only() {
    super::assert_everywhere(climbing);
}

#[test]
fn climbing_is_found() {
    let good = "use crate::history::Observation;";
    assert_bites(
        climbing,
        "src/checks/made_up.rs",
        "use crate::instance::Instance;",
        good,
    );
    assert_bites(
        climbing,
        "src/checks/made_up.rs",
        "fn f() { crate::world::g() }",
        good,
    );
    assert_bites(
        climbing,
        "src/checks.rs",
        "use crate::{plan::Plan, metrics::{A, B}};",
        good,
    );
    assert_bites(
        climbing,
        "src/engine/made_up.rs",
        "use crate::crdt::Dot;",
        "use crate::id::Id;",
    );
    assert_bites(climbing, "src/new_room/mod.rs", "struct A;", "");
    let own = "use crate::engine::Agenda;\n// use crate::world::World;";
    assert_none(&climbing(&Source::new("src/engine/made_up.rs", own)));
}

#[test]
fn the_table_is_a_ladder() {
    assert_none(&circles(ROOMS));
    assert!(!circles(&[("a", &["b"]), ("b", &["a"])]).is_empty());
}

#[test]
fn every_room_of_the_table_is_built() {
    let sources = tree();
    let rooms = ROOMS.iter().map(|(room, _)| *room);
    let missing = rooms.filter(|room| !sources.iter().any(|source| source.room() == Some(room)));
    let missing: Vec<String> = missing
        .map(|room| format!("src/{room}: no such room"))
        .collect();
    assert_none(&missing);
}

/// Imports of rooms that a source's own room may not know.
fn climbing(source: &Source) -> Vec<String> {
    let Some(room) = source.room() else {
        return Vec::new();
    };
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        let nothing = source.code.trim().is_empty();
        let wrong = || source.wrong(0, &format!("room `{room}` stands on no floor"));
        return if nothing { Vec::new() } else { vec![wrong()] };
    };
    let imported = imports(source).into_iter();
    imported
        .filter(|(_, other)| other != room && !allowed.contains(&other.as_str()))
        .map(|(at, other)| source.wrong(at, &format!("`{room}` may not import `{other}`")))
        .collect()
}

/// Every room named after `crate::`, with its offset.
fn imports(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, word) in source.words().filter(|(_, word)| *word == "crate") {
        let (_, after) = source.around(at, word);
        let Some(after) = after.strip_prefix("::") else {
            continue;
        };
        match after.trim_start().strip_prefix('{') {
            Some(group) => found.extend(heads(group).into_iter().map(|head| (at, head))),
            None => found.extend(first_word(after).map(|head| (at, head))),
        }
    }
    found
}

/// The first words of the members of a group of imports, `a::{b, c}, d}`.
fn heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                heads.extend(first_word(&group[start..at]));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    heads
}

fn first_word(text: &str) -> Option<String> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// Rooms that import something which does not stand above them.
fn circles(rooms: &[(&str, &[&str])]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (floor, (room, allowed)) in rooms.iter().enumerate() {
        let below: Vec<&str> = rooms[..floor].iter().map(|(room, _)| *room).collect();
        let climbing = allowed.iter().filter(|other| !below.contains(*other));
        wrong.extend(climbing.map(|other| format!("`{room}` imports `{other}` from above")));
    }
    wrong
}
