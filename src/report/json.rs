//! Outcomes as JSON: one object a line for programs, indented for files.

use serde_json::Error;

use crate::experiment::outcome::Outcome;

/// The outcome as one line, without a line break at its end.
pub fn line(outcome: &Outcome) -> String {
    serde_json::to_string(outcome).expect("an outcome holds nothing that JSON cannot say")
}

/// The outcome as a file: indented, with a line break at its end.
pub fn file(outcome: &Outcome) -> String {
    let mut text = serde_json::to_string_pretty(outcome)
        .expect("an outcome holds nothing that JSON cannot say");
    text.push('\n');
    text
}

/// The outcome in `text`, as [`line`] or [`file`] wrote it.
///
/// # Errors
/// When the text is no JSON, or lacks a field of an outcome: with line and column.
pub fn parse(text: &str) -> Result<Outcome, Error> {
    serde_json::from_str(text)
}
