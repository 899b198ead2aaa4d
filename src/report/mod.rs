//! A run's outcome as people and programs read it: text, JSON, CSV, charts, one page.
//!
//! Everything here makes text out of an [`Outcome`] and its [`Series`]; `cli` writes it. The only
//! floats of the program are born here, inside the drawing library.

pub mod canvas;
pub mod chart;
pub mod comparison;
pub mod draw;
pub mod find;
pub mod font;
pub mod html;
pub mod journal;
pub mod json;
pub mod palette;
pub mod series_csv;
pub mod summary;
pub mod svg;
pub mod sweep;
pub mod table;
pub mod units;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use crate::experiment::outcome::Outcome;
use crate::metrics::journal::JournalEntry;
use crate::metrics::series::Series;

/// A file of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Its path below the output folder, with `/` between folders.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// The files a run leaves behind, apart from its plan, in the order of their paths.
pub fn files(outcome: &Outcome, series: &Series, journal: &[JournalEntry]) -> Vec<File> {
    let file = |path: &str, text: String| File {
        path: path.to_owned(),
        text,
    };
    let figures = chart::figures(outcome, series);
    let mut files = vec![
        file("journal.jsonl", journal::lines(journal)),
        file("outcome.json", json::file(outcome)),
        file("report.html", html::page(outcome, series)),
        file("series.csv", series_csv::text(series)),
    ];
    files.extend(figures.iter().map(|figure| {
        let path = format!("charts/{}.svg", figure.name);
        File {
            path,
            text: draw::svg(figure, draw::Place::File),
        }
    }));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}
