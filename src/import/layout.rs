//! The scenario as text: what is said as fields, what is missing as comments in its place.

use crate::import::facts::Found;
use crate::import::group::{Cast, Role};
use crate::import::instance::Line;
use crate::import::judge::Judged;
use crate::import::note::Note;

const FRAME: &str = "    \
    // Yours to say: the question, how long the run is, the keys, the clients, what goes wrong.
    question: \"To be filled in: what do you want to know of these caches?\",
    storm: \"1h\",
";

const WISHES: &str = "
    // Azure does not say which keys exist, or who reads and writes them:
    // fill: [(prefix: \"user:\", keys: 50_000, value: \"1KB\")],
    // traffic: [(fleet: \"app\", arrivals: Poisson(\"50/s\"), mix: \"ycsb-a\", keys: \"user:\")],
    // timeline: [(at: \"10m\", do: Outage(region: \"East US\"))],
    // expect: [ConvergesWithin(\"60s\"), NoOom],
";

/// The text of the scenario.
pub(super) fn text(inputs: &[&str], found: &Found, cast: &Cast, judged: &Judged) -> String {
    let mut text = head(inputs, found, cast, judged);
    text.push_str("(\n    schema_version: 1,\n");
    text.push_str(FRAME);
    text.push('\n');
    group(&mut text, cast, judged);
    text.push_str("    instances: [\n");
    for instance in &judged.instances {
        text.push_str("        (\n");
        for line in &instance.lines {
            match line {
                Line::Field(name, value) => {
                    text.push_str(&format!("            {name}: {value},\n"))
                }
                Line::Note(note) => text.push_str(&note.lines(12)),
            }
        }
        text.push_str("        ),\n");
    }
    text.push_str("    ],\n");
    if !judged.routes.is_empty() {
        text.push('\n');
        for note in &judged.routes {
            text.push_str(&note.lines(4));
        }
    }
    text.push_str(WISHES);
    text.push_str(")\n");
    text
}

fn head(inputs: &[&str], found: &Found, cast: &Cast, judged: &Judged) -> String {
    let count = |count: usize, what: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {what}{plural}")
    };
    let members = cast
        .players
        .iter()
        .filter(|player| player.role == Role::Member);
    let members = match members.count() {
        0 => "in no group".to_owned(),
        members => format!("{members} in a group"),
    };
    let caches = count(cast.players.len(), "cache");
    let from = inputs.join(", ");
    let mut notes = vec![Note::aside(format!(
        "Imported by `meridian import azure` from {from}: {caches}, {members}."
    ))];
    let between = judged.instances.iter().flat_map(|instance| &instance.lines);
    let between = between.filter_map(|line| match line {
        Line::Note(note) => Some(note),
        Line::Field(..) => None,
    });
    let all = between.chain(&judged.group).chain(&judged.routes);
    match all.filter(|note| note.blocks).count() {
        0 => {}
        blocks => notes.push(Note::aside(format!(
            "It does not load until what the {} with `!!` {} of is mended.",
            count(blocks, "comment"),
            if blocks == 1 { "tells" } else { "tell" }
        ))),
    }
    if !cast.left_out.is_empty() {
        let names = cast.left_out.join(", ");
        notes.push(Note::aside(format!(
            "Not in the group asked for, and left out: {names}."
        )));
    }
    notes.extend(found.notes.iter().cloned());
    notes.iter().map(|note| note.lines(0)).collect()
}

fn group(text: &mut String, cast: &Cast, judged: &Judged) {
    for note in &judged.group {
        text.push_str(&note.lines(4));
    }
    let has_members = cast
        .players
        .iter()
        .any(|player| player.role == Role::Member);
    match &cast.nickname {
        Some(nickname) => text.push_str(&format!("    group: {:?},\n", nickname.value)),
        None if has_members => {
            let note = "The group's nickname is not in the input; it is called `group` here.";
            text.push_str(&Note::aside(note).lines(4));
        }
        None => {}
    }
}
