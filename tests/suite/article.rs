//! The table of what the product page states: all that it points to is there.

use std::fs;
use std::path::Path;

use meridian::control::Refusal;

const FOLDER: &str = "scenarios/control";

fn table() -> String {
    fs::read_to_string(Path::new(FOLDER).join("README.md")).expect("tests run where it is")
}

/// The parts of `text` between `open` and the next `close`.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    let parts = text.split(open).skip(1);
    parts
        .filter_map(|part| Some(part.split_once(close)?.0))
        .collect()
}

#[test]
fn every_link_leads_to_a_file() {
    let text = table();
    let links = between(&text, "](", ")");
    assert!(links.len() > 30, "{}", links.len());
    for link in links {
        assert!(Path::new(FOLDER).join(link).is_file(), "{link}");
    }
}

#[test]
fn every_scenario_of_the_folder_is_listed() {
    let text = table();
    for entry in fs::read_dir(FOLDER).expect("the folder can be read") {
        let name = entry.expect("it can be read").file_name();
        let name = name.to_string_lossy().into_owned();
        if name.ends_with(".ron") {
            assert!(text.contains(&format!("]({name}) |")), "{name}");
        }
    }
}

#[test]
fn every_test_and_every_refusal_it_names_exists() {
    let text = table();
    let tests = fs::read_to_string("src/control/tests/article.rs").expect("it can be read");
    let named = between(&text, "`article::", "`");
    assert!(!named.is_empty());
    for name in named {
        assert!(tests.contains(&format!("fn {name}()")), "{name}");
    }
    let is_id = |word: &&str| word.starts_with("E-");
    let words = text.split(|c: char| !c.is_ascii_uppercase() && c != '-');
    let ids: Vec<&str> = words.filter(is_id).collect();
    assert!(ids.len() > 10, "{ids:?}");
    for id in ids {
        assert!(Refusal::ALL.iter().any(|one| one.id() == id), "{id}");
    }
}
