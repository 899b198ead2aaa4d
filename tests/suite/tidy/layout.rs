//! What lies where in the repository.

use super::assert_none;
use super::source::{files, names, top};

/// What may lie at the top, beside files and folders that begin with a dot.
const TOP: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "src",
    "scenarios",
    "reports",
    "tests",
    "benches",
];

/// What cargo and runs leave there; never committed.
const MADE: &[&str] = &["target", "out"];

#[test]
fn the_top_level_is_calm() {
    assert_none(&strays(&names(top())));
}

#[test]
fn strays_are_found() {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    assert_none(&strays(&names(&["src", ".ci", "Cargo.toml", "target"])));
    assert_eq!(strays(&names(&["src", "notes.md", "examples"])).len(), 2);
}

#[test]
fn every_scenario_has_a_snapshot_and_a_report() {
    let below = |folder: &str, extension: &str| {
        let mut found = Vec::new();
        files(&top().join(folder), extension, &mut found);
        found
    };
    // Those in `conflicts/` state every reply themselves.
    let mut scenarios = below("scenarios", "ron");
    scenarios.retain(|path| !path.starts_with("scenarios/conflicts/"));
    let snapshots = below("tests", "snap");
    assert_none(&without(
        &scenarios,
        &snapshots,
        "snapshot",
        |name, stem| {
            let (_, file) = name.rsplit_once('/').unwrap_or(("", name));
            file == format!("{}.snap", stem.replace('/', "-"))
        },
    ));
    let reports = below("reports", "html");
    assert_none(&without(&scenarios, &reports, "report", |name, stem| {
        name == format!("reports/{stem}/report.html")
    }));
}

#[test]
fn scenarios_without_a_report_are_found() {
    let list = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let scenarios = list(&["scenarios/flagship.ron", "scenarios/long-cut.ron"]);
    let judge = |reports: &[&str]| {
        without(&scenarios, &list(reports), "report", |name, stem| {
            name == stem
        })
        .len()
    };
    assert_eq!(judge(&["flagship", "long-cut"]), 0);
    assert_eq!(judge(&["flagship", "long-cut-2"]), 1);
    assert_eq!(judge(&[]), 2);
}

fn strays(found: &[String]) -> Vec<String> {
    let is_known = |name: &&String| {
        TOP.contains(&name.as_str()) || name.starts_with('.') || MADE.contains(&name.as_str())
    };
    let strays = found.iter().filter(|name| !is_known(name));
    strays
        .map(|name| format!("{name}: does not belong at the top"))
        .collect()
}

/// Scenarios to which none of `found` belongs.
fn without(
    scenarios: &[String],
    found: &[String],
    what: &str,
    belongs: impl Fn(&str, &str) -> bool,
) -> Vec<String> {
    let stem = |path: &str| {
        let below = path.trim_start_matches("scenarios/");
        below.trim_end_matches(".ron").to_owned()
    };
    let is_missing = |path: &&String| !found.iter().any(|name| belongs(name, &stem(path)));
    let missing = scenarios.iter().filter(is_missing);
    missing
        .map(|path| format!("{path}: has no {what}"))
        .collect()
}
