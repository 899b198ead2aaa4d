//! Paths to values of a file: `instances.redis-us.sku`.
//!
//! A path names fields by name, and entries of lists by position (from 0) or by their `name`,
//! `fleet` or `prefix`. A field that the file leaves out can be added.

use crate::scenario::outline::{Entry, Node, Parts, outline};
use crate::scenario::span::Span;
use crate::scenario::suggest::{closest, listed};

/// By which fields an entry of a list is called.
const NAMES: [&str; 3] = ["name", "fleet", "prefix"];

/// Where a path leads.
pub(super) struct Found {
    /// What happens there to a value that is set.
    pub place: Place,
    /// The path with entries of lists by position: the same for all paths to one place.
    pub exact: Vec<String>,
}

/// Where a value goes.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Instead of what stands here.
    Instead(Span),
    /// Behind an opening bracket, with the steps of the path from this one on.
    Added(usize, usize),
}

/// A path that leads nowhere.
pub(super) struct Astray {
    /// Which of its steps does not.
    pub step: usize,
    /// What is wrong.
    pub message: String,
    /// What stands beside the step.
    pub label: String,
    /// What else helps.
    pub note: Option<String>,
}

/// Follows the path of something, which `whose` names in messages.
pub(super) fn follow(text: &str, steps: &[&str], whose: &str) -> Result<Found, Astray> {
    let mut node = outline(text, 0);
    let mut exact = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let added = |open: usize, mut exact: Vec<String>| {
            exact.extend(steps[index..].iter().map(|step| (*step).to_owned()));
            Ok(Found {
                place: Place::Added(open + 1, index),
                exact,
            })
        };
        let next = match node.parts {
            Parts::Fields(entries) => match field(text, entries, step) {
                Some(value) => Some(((*step).to_owned(), value)),
                None => return added(node.open, exact),
            },
            Parts::Items(items) if items.is_empty() && text[node.open..].starts_with('(') => {
                return added(node.open, exact);
            }
            Parts::Items(items) => Some(item(text, items, step, index)?),
            Parts::Leaf => None,
        };
        let (name, value) = next.ok_or_else(|| Astray {
            step: index,
            message: format!("the path of {whose} leads nowhere at `{step}`"),
            label: "what comes before is a plain value".to_owned(),
            note: None,
        })?;
        exact.push(name);
        node = value;
    }
    Ok(Found {
        place: Place::Instead(node.span),
        exact,
    })
}

/// What stands at a field of the whole, if it has that.
pub(super) fn top(text: &str, name: &str) -> Option<Node> {
    let Parts::Fields(entries) = outline(text, 0).parts else {
        return None;
    };
    field(text, entries, name)
}

/// The value of the field with this name.
pub(super) fn field(text: &str, entries: Vec<Entry>, name: &str) -> Option<Node> {
    let named = |entry: &Entry| entry.name.of(text).trim_start_matches("r#") == name;
    entries.into_iter().find(named).map(|entry| entry.value)
}

/// The entry of a list that a step names, with its position.
fn item(text: &str, items: Vec<Node>, step: &str, index: usize) -> Result<(String, Node), Astray> {
    let count = items.len();
    let names: Vec<String> = items.iter().filter_map(|item| name(text, item)).collect();
    let position = match step.parse::<usize>() {
        Ok(position) => position,
        Err(_) => items
            .iter()
            .position(|item| name(text, item).as_deref() == Some(step))
            .unwrap_or(count),
    };
    if let Some(found) = items.into_iter().nth(position) {
        return Ok((position.to_string(), found));
    }
    let near = closest(step, names.iter().map(String::as_str));
    let label = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "no such entry".to_owned(),
    };
    Err(Astray {
        step: index,
        message: format!("the list has no entry `{step}`"),
        label,
        note: Some(match names.as_slice() {
            [] => format!("it has {count}, counted from 0"),
            names => format!("it has {count}, counted from 0, called {}", listed(names)),
        }),
    })
}

/// What an entry of a list is called.
pub(super) fn name(text: &str, item: &Node) -> Option<String> {
    let Parts::Fields(entries) = &item.parts else {
        return None;
    };
    let named = entries
        .iter()
        .find(|entry| NAMES.contains(&entry.name.of(text)))?;
    Some(named.value.span.of(text).trim_matches('"').to_owned())
}
