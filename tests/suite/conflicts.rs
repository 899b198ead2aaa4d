//! The conflict scenarios: a short one for each type, documentation that runs. Every reply in them
//! stands as it is expected, so that each passes is all there is to see.

use std::fs;
use std::path::PathBuf;

use meridian::experiment::outcome::{Status, VerdictStatus};
use meridian::experiment::run;
use meridian::scenario;
use meridian::world::Options;

const FOLDER: &str = "scenarios/conflicts";

fn files() -> Vec<PathBuf> {
    let entries = fs::read_dir(FOLDER).expect("tests run where `Cargo.toml` is");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    files.sort();
    files
}

#[test]
fn each_ends_as_written() {
    for file in files() {
        let plan = scenario::load(&file, &[]);
        let plan = plan.unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
        let finished = run::run(&plan, Options::default(), "");
        let unmet: Vec<_> = finished
            .outcome
            .verdicts
            .iter()
            .filter(|verdict| verdict.status == VerdictStatus::Fail)
            .collect();
        assert!(unmet.is_empty(), "{}: {unmet:#?}", file.display());
        assert_eq!(finished.outcome.status, Status::Pass, "{}", file.display());
    }
}

/// Replies alone would also be right if nothing met: each scenario makes writes concurrent.
#[test]
fn each_states_replies_of_both_regions() {
    for file in files() {
        let text = fs::read_to_string(&file).expect("it can be read");
        for region in ["us", "eu"] {
            let stated = text.matches(&format!("Command(on: \"{region}\"")).count();
            assert!(stated >= 3, "{}: {region}", file.display());
        }
        let silent = text
            .lines()
            .filter(|line| line.contains("Command(") && !line.contains("reply: "));
        assert_eq!(silent.count(), 0, "{}", file.display());
    }
}
