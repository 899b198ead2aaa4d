//! Outcomes as JSON: one object a line for programs, indented for files.

use serde_json::{Error, Value};

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

/// The outcome in `text`, as [`line()`] or [`file()`] wrote it.
///
/// # Errors
/// When the text is no JSON, or lacks a field of an outcome: with line and column.
pub fn parse(text: &str) -> Result<Outcome, Error> {
    serde_json::from_str(text)
}

/// The first field in which two outcomes differ, as its path and both values in JSON: fields by
/// name, as the digest, which differs whenever anything does, comes last. `None` when they are the
/// same, or one of them is no JSON.
pub fn first_difference(before: &str, after: &str) -> Option<(String, String, String)> {
    let mut before: Value = serde_json::from_str(before).ok()?;
    let mut after: Value = serde_json::from_str(after).ok()?;
    let digest = |outcome: &mut Value| outcome.as_object_mut().and_then(|map| map.remove("digest"));
    let digests = (digest(&mut before), digest(&mut after));
    let found = differing(&before, &after, String::new());
    found.or_else(|| match digests {
        (Some(one), Some(other)) => differing(&one, &other, "digest".to_owned()),
        _ => None,
    })
}

fn differing(before: &Value, after: &Value, path: String) -> Option<(String, String, String)> {
    let below = |name: &str| match path.as_str() {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    let within = match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let both = old
                .iter()
                .filter_map(|(name, value)| Some((name, value, new.get(name)?)));
            let mut both = both.map(|(name, old, new)| differing(old, new, below(name)));
            both.find_map(|found| found)
        }
        (Value::Array(old), Value::Array(new)) => {
            let mut both = old.iter().zip(new).enumerate();
            both.find_map(|(index, (old, new))| differing(old, new, below(&index.to_string())))
        }
        _ => None,
    };
    within.or_else(|| (before != after).then(|| (path, before.to_string(), after.to_string())))
}
