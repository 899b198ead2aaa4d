//! The reports of a run made by hand: words as snapshots, pictures as bytes.

use super::fixture::{Runbook, outcome, series};
use super::{files, json, summary};
use crate::metrics::journal::{JournalEntry, JournalKind};
use crate::metrics::series::Series;
use crate::time::SimTime;

fn journal() -> Vec<JournalEntry> {
    let entry = |seconds, kind, subject: &str, text: &str| JournalEntry {
        at: SimTime::from_secs(seconds),
        kind,
        subject: subject.to_owned(),
        text: text.to_owned(),
    };
    vec![
        entry(3_600, JournalKind::Fault, "East US", "dark, memory kept"),
        entry(
            15_120,
            JournalKind::Control,
            "asia",
            "force-unlink east: ok",
        ),
    ]
}

#[test]
fn the_summary_says_it_in_forty_lines() {
    let series = series(3, Runbook::Unlink);
    let text = summary::text(&outcome(&series, Runbook::Unlink));
    assert!(text.lines().count() <= 40);
    insta::assert_snapshot!("summary", text);
    let text = summary::text(&outcome(&series, Runbook::None));
    insta::assert_snapshot!("summary-of-a-failure", text);
}

#[test]
fn an_outcome_survives_its_json() {
    let outcome = outcome(&series(3, Runbook::None), Runbook::None);
    let line = json::line(&outcome);
    assert!(!line.contains('\n'));
    assert_eq!(
        json::parse(&line).expect("what was written is read"),
        outcome
    );
    assert_eq!(
        json::parse(&json::file(&outcome)).expect("the file too"),
        outcome
    );
}

#[test]
fn every_file_is_the_same_twice_and_small_enough() {
    for (members, runbook) in [(3, Runbook::Unlink), (3, Runbook::None), (5, Runbook::None)] {
        let write = || {
            let series = series(members, runbook);
            files(&outcome(&series, runbook), &series, &journal())
        };
        let (once, twice) = (write(), write());
        assert_eq!(once, twice);
        let paths: Vec<_> = once.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "charts/divergence.svg",
                "charts/lag.svg",
                "charts/lanes.svg",
                "charts/memory.svg",
                "journal.jsonl",
                "outcome.json",
                "report.html",
                "series.csv"
            ]
        );
        for file in &once {
            let svg = file.path.ends_with(".svg");
            assert!(
                !svg || file.text.len() < 150_000,
                "{}: {}",
                file.path,
                file.text.len()
            );
        }
    }
}

#[test]
fn a_run_without_samples_has_a_report_too() {
    let full = series(3, Runbook::Unlink);
    let mut outcome = outcome(&full, Runbook::Unlink);
    let files_of_nothing = files(&outcome, &Series::default(), &[]);
    assert!(
        files_of_nothing
            .iter()
            .all(|file| !file.path.ends_with(".svg"))
    );
    let mut one = Series {
        end: SimTime(1),
        at: vec![SimTime::ZERO],
        ..Series::default()
    };
    one.keys_unequal.push(0);
    outcome.instances.clear();
    outcome.links.clear();
    assert!(
        files(&outcome, &one, &[])
            .iter()
            .any(|file| file.path == "charts/divergence.svg")
    );
}

#[test]
fn a_chart_is_what_it_was() {
    let series = series(3, Runbook::Unlink);
    let files = files(&outcome(&series, Runbook::Unlink), &series, &journal());
    let lanes = files
        .into_iter()
        .find(|file| file.path == "charts/lanes.svg");
    let bytes = lanes.expect("the lanes are drawn").text.into_bytes();
    insta::assert_binary_snapshot!("lanes.svg", bytes);
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let series = series(3, Runbook::None);
    let files = files(&outcome(&series, Runbook::None), &series, &journal());
    let page = &files
        .iter()
        .find(|file| file.path == "report.html")
        .expect("there is a page")
        .text;
    for foreign in ["<script", "src=", "@import", "url(", "<link"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    let addresses: Vec<_> = page
        .match_indices("http")
        .map(|(at, _)| &page[at..at + 26])
        .collect();
    assert!(
        addresses
            .iter()
            .all(|one| *one == "http://www.w3.org/2000/svg"),
        "{addresses:?}"
    );
    assert!(
        page.contains("SET greeting &lt;hello&gt;"),
        "text is escaped"
    );
}
