//! Sweeps as JSON: a row for each case, a line for each failure, the header, the summary.

use std::collections::BTreeMap;

use serde_json::{Error, Value, json};

use crate::experiment::outcome::{CaseList, CaseResult, Header, Summary};

/// A case as one line, with a line break at its end.
pub fn row(case: &CaseResult) -> String {
    let line = serde_json::to_string(case).expect("a case holds nothing that JSON cannot say");
    format!("{line}\n")
}

/// The case in a line.
///
/// # Errors
/// When the line is no JSON, or not that of a case.
pub fn parse_row(line: &str) -> Result<CaseResult, Error> {
    serde_json::from_str(line)
}

/// A case that failed as one line, with the command line that runs it again; a line break at its
/// end. None for one that passed.
pub fn failure(case: &CaseResult, header: &Header) -> Option<String> {
    let signature = case.signature.as_ref()?;
    let values = case.cell.as_ref().map(|cell| &cell.values);
    let mut line = json!({
        "seed": case.seed,
        "signature": signature,
        "detail": case.detail,
        "reproduce": header.reproduce(header.point(case.seed, values)?),
    });
    if let Some(values) = values {
        line["cell"] = json!(values);
    }
    Some(format!("{line}\n"))
}

/// The value of each axis in a line of failures, if it has any.
pub fn values_of_failure(line: &str) -> Option<BTreeMap<String, String>> {
    let mut value: Value = serde_json::from_str(line).ok()?;
    serde_json::from_value(value.get_mut("cell")?.take()).ok()
}

/// The seed in a line of failures, if it is one.
pub fn seed_of_failure(line: &str) -> Option<u64> {
    let value: Value = serde_json::from_str(line).ok()?;
    value.get("seed")?.as_u64()
}

/// The header as a file.
pub fn header(header: &Header) -> String {
    pretty(serde_json::to_string_pretty(header))
}

/// The header in a file.
///
/// # Errors
/// When the text is no JSON, or not that of a header.
pub fn parse_header(text: &str) -> Result<Header, Error> {
    serde_json::from_str(text)
}

/// A case list as a file.
pub fn case_list(list: &CaseList) -> String {
    pretty(serde_json::to_string_pretty(list))
}

/// The case list in a file.
///
/// # Errors
/// When the text is no JSON, or not that of a case list.
pub fn parse_case_list(text: &str) -> Result<CaseList, Error> {
    serde_json::from_str(text)
}

/// The summary as a file.
pub fn summary(summary: &Summary) -> String {
    pretty(serde_json::to_string_pretty(summary))
}

/// The summary as one line, without a line break at its end.
pub fn summary_line(summary: &Summary) -> String {
    serde_json::to_string(summary).expect("a summary holds nothing that JSON cannot say")
}

fn pretty(text: Result<String, Error>) -> String {
    let text = text.expect("nothing in it is more than JSON can say");
    format!("{text}\n")
}
