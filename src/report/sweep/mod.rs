//! A sweep as people and programs read it: text, JSON, charts, one page.

pub(in crate::report) mod cells;
pub mod json;
#[cfg(test)]
mod tests;
pub mod text;
pub mod words;

use crate::experiment::outcome::Summary;
use crate::experiment::sweep::Distribution;
use crate::report::{File, chart, draw, html};

/// The files of a sweep beside its cases, in the order of their paths.
pub fn files(summary: &Summary, distributions: &[Distribution]) -> Vec<File> {
    let file = |path: &str, text: String| File {
        path: path.to_owned(),
        text,
    };
    let figures = chart::sweep::figures(summary, distributions);
    let mut files = vec![
        file("sweep.json", json::summary(summary)),
        file("sweep.html", html::sweep::page(summary, &figures)),
    ];
    files.extend(figures.iter().map(|figure| {
        let path = format!("charts/{}.svg", figure.name);
        file(&path, draw::svg(figure, draw::Place::File))
    }));
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}
