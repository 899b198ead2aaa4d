//! What a data type touches: its file, a line in the list of types, what travels for it, and its
//! commands. Whatever else has a case for each type goes by the list and its trait.

use super::source::Source;
use super::{assert_bites, assert_everywhere};

/// Where types may be told apart, and why.
const KNOWING: &[&str] = &[
    // The list of types.
    "src/crdt/typed.rs",
    // What travels: wanted, sent, taken in.
    "src/crdt/effect.rs",
    "src/crdt/intent/",
    "src/crdt/apply.rs",
    // Commands, and their proof.
    "src/instance/command/",
    "src/crdt/proof/",
    // The witness that counts writes one by one.
    "src/world/detail.rs",
];

/// Rooms that speak of something else by such a name: a report's format.
const ELSEWHERE: &[&str] = &["cli", "report"];

/// Kinds whose names mean other things too.
const COMMON: &[&str] = &["String", "Hash", "Set", "List", "Stream"];

/// The kinds in the list of types, which a line each declares as `Kind = number: Type in …`.
fn listed() -> Vec<String> {
    let list = super::source::read("src/crdt/typed.rs");
    let kind = |line: &str| {
        let (kind, rest) = line.trim().split_once(" = ")?;
        let (number, _) = rest.split_once(": ")?;
        number.parse::<u8>().ok().map(|_| kind.to_owned())
    };
    list.lines().filter_map(kind).collect()
}

/// The type is named where nothing should know of it.
fn knowing_a_type(source: &Source, kinds: &[String]) -> Vec<String> {
    let is_among = |paths: &[&str]| paths.iter().any(|path| source.path.starts_with(path));
    let Some(room) = source.room() else {
        return Vec::new();
    };
    if is_among(KNOWING) || ELSEWHERE.contains(&room) {
        return Vec::new();
    }
    let uncommon = kinds.iter().filter(|kind| !COMMON.contains(&kind.as_str()));
    let named = uncommon.flat_map(|kind| {
        let is_home = ["Datatype", "Collection"]
            .iter()
            .any(|of| source.code.contains(&format!("impl {of} for {kind} ")));
        let is_part = source
            .path
            .starts_with(&format!("src/crdt/{}/", kind.to_lowercase()));
        let words = source.words().filter(move |_| !is_home && !is_part);
        let it = words.filter(move |(_, word)| word == kind);
        it.map(|(at, word)| source.wrong(at, &format!("a case for `{word}` alone")))
    });
    named.collect()
}

#[test]
fn a_type_is_known_in_few_places() {
    let kinds = listed();
    assert_eq!(kinds.len(), 8, "all kinds are found: {kinds:?}");
    assert_everywhere(|source| knowing_a_type(source, &kinds));
}

#[test]
fn knowledge_of_a_type_is_found() {
    assert_bites(
        |source| knowing_a_type(source, &listed()),
        "src/instance/footprint.rs",
        "match kind { Kind::HyperLogLog => 7, _ => 0 }",
        "match kind { Kind::List => 7, _ => kind.layout(sizes) }",
    );
}

#[test]
fn a_type_has_its_commands_and_its_file() {
    let outside = super::source::tree().into_iter().filter(|source| {
        let is_named = source.words().any(|(_, word)| word == "HyperLogLog");
        is_named && source.path.starts_with("src/") && !source.path.contains("/proof/")
    });
    let mut paths: Vec<String> = outside.map(|source| source.path).collect();
    paths.retain(|path| !path.starts_with("src/instance/command/"));
    assert_eq!(
        paths,
        [
            "src/crdt/effect.rs",
            "src/crdt/hyperloglog.rs",
            "src/crdt/intent/collections.rs",
            "src/crdt/typed.rs",
        ]
    );
}
