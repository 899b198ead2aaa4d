//! The concise form: a plan as a scenario that says no more than it must.
//!
//! It is the normal form without all that its absence does not change. What may be left out is
//! tried, so that no default is known in two places.

use crate::plan::Plan;
use crate::scenario::load::parse;
use crate::scenario::normal::normal_form;
use crate::scenario::outline::{Entry, Node, Parts, outline, skip_blanks};
use crate::scenario::span::Span;

/// What the texts that are tried are called; the normal form names its plan itself.
const TRIED: &str = "tried.ron";

/// Fields of the whole that have a default of their own and shape neither phases nor lists.
const PLAIN: [&str; 6] = [
    "epoch",
    "sample_every",
    "full_detail_operations",
    "events_max",
    "tie_break",
    "group",
];

/// Lists whose entries differ from a default in what their fields say.
const LISTS: [&str; 3] = ["instances", "routes", "regions"];

/// The plan as RON, without what reading it fills in by itself. Reading it again gives the plan
/// that its normal form gives.
pub fn concise_form(plan: &Plan) -> String {
    let expected = normal_form(plan);
    let mut text = expected.clone();
    thin(&mut text, &outline(&expected, 0), &expected);
    text
}

/// The plans that come of leaving something to its default: all assumptions, all of a list or each
/// field alone. Those that are no scenario and those that are the same plan are not among them.
pub fn defaulted(plan: &Plan) -> Vec<Plan> {
    let text = normal_form(plan);
    let mut plans = Vec::new();
    for spans in defaults(&text) {
        let found = parse(TRIED, &without(&text, &spans), &[]);
        plans.extend(found.ok().filter(|found| normal_form(found) != text));
    }
    plans
}

/// Leaves out of a value what can be: from its end to its beginning, so that places before stay
/// right, and the whole before its parts.
fn thin(text: &mut String, node: &Node, expected: &str) {
    match &node.parts {
        Parts::Fields(entries) => {
            for entry in entries.iter().rev() {
                if !left_out(text, whole(entry), expected) {
                    let name = entry.name.of(text).to_owned();
                    match LISTS.contains(&name.as_str()) {
                        true => thin_list(text, &entry.value, expected),
                        false => thin(text, &entry.value, expected),
                    }
                }
            }
        }
        Parts::Items(items) => {
            let items = items.iter().rev();
            items.for_each(|item| thin(text, item, expected));
        }
        Parts::Leaf => {}
    }
}

/// The same for a list whose entries may all be left out.
fn thin_list(text: &mut String, list: &Node, expected: &str) {
    let Parts::Items(items) = &list.parts else {
        return;
    };
    for item in items.iter().rev() {
        if !left_out(text, item.span, expected) {
            thin(text, item, expected);
        }
    }
}

/// Leaves something out if it may be.
fn left_out(text: &mut String, span: Span, expected: &str) -> bool {
    let shorter = without(text, &[span]);
    let may = parse(TRIED, &shorter, &[]).is_ok_and(|found| normal_form(&found) == expected);
    if may {
        *text = shorter;
    }
    may
}

/// A field with its name.
fn whole(entry: &Entry) -> Span {
    Span::new(entry.name.start, entry.value.span.end)
}

/// What can be left out together, the most first.
fn defaults(text: &str) -> Vec<Vec<Span>> {
    let Parts::Fields(entries) = outline(text, 0).parts else {
        return Vec::new();
    };
    let named = |name: &str| entries.iter().find(|entry| entry.name.of(text) == name);
    let mut groups: Vec<Vec<Span>> = Vec::new();
    let assumptions = named("assumptions");
    let routes = named("routes");
    groups.extend(
        [assumptions, routes]
            .into_iter()
            .flatten()
            .map(|one| vec![whole(one)]),
    );
    let plain = PLAIN.iter().filter_map(|name| named(name));
    groups.extend(plain.map(|one| vec![whole(one)]));
    for list in LISTS.iter().filter_map(|name| named(name)) {
        groups.extend(columns(text, &list.value));
    }
    if let Some(Parts::Fields(each)) = assumptions.map(|one| &one.value.parts) {
        groups.extend(each.iter().map(|one| vec![whole(one)]));
    }
    groups
}

/// Each field of a list's entries, of all of them together and then of each one.
fn columns(text: &str, list: &Node) -> Vec<Vec<Span>> {
    let Parts::Items(items) = &list.parts else {
        return Vec::new();
    };
    let mut columns: Vec<(&str, Vec<Span>)> = Vec::new();
    for item in items {
        let Parts::Fields(entries) = &item.parts else {
            continue;
        };
        for entry in entries {
            let name = entry.name.of(text);
            match columns.iter_mut().find(|(known, _)| *known == name) {
                Some((_, spans)) => spans.push(whole(entry)),
                None => columns.push((name, vec![whole(entry)])),
            }
        }
    }
    let together = columns.iter().map(|(_, spans)| spans.clone());
    let alone = columns.iter().filter(|(_, spans)| spans.len() > 1);
    let alone = alone.flat_map(|(_, spans)| spans.iter().map(|span| vec![*span]));
    together.chain(alone).collect()
}

/// The text without these parts, each with its comma and the blanks up to what comes next.
fn without(text: &str, spans: &[Span]) -> String {
    let mut spans = spans.to_vec();
    spans.sort();
    let mut shorter = text.to_owned();
    for span in spans.into_iter().rev() {
        let mut end = skip_blanks(&shorter, span.end);
        let mut start = span.start;
        if shorter[end..].starts_with(',') {
            end = skip_blanks(&shorter, end + 1);
            // The blanks before a closing bracket are those of its own line.
            if shorter[end..].starts_with([')', ']']) {
                start = shorter[..start].trim_end().len();
                end = span.end + shorter[span.end..].find(',').unwrap_or(0) + 1;
            }
        } else {
            // The last of its list: the comma before it goes with it.
            let before = shorter[..start].trim_end();
            start = before.strip_suffix(',').unwrap_or(before).len();
            end = span.end;
        }
        shorter.replace_range(start..end, "");
    }
    shorter
}
