//! Axes: the values of one cell of a sweep, put where the axes set them before anything is read.
//!
//! Each value is set as `--set` would, one axis after the other, and keeps its place in the axis:
//! what is wrong with it is pointed out there.

use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::outline::{Node, Parts};
use crate::scenario::overrides::SET;
use crate::scenario::path::{self, Astray, Place};
use crate::scenario::source::{Piece, Source};
use crate::scenario::span::Span;

/// The field that holds the axes.
pub(super) const FIELD: &str = "vary";

/// One thing that an axis sets.
#[derive(Clone, Copy)]
struct Slot {
    /// Which axis, by position.
    axis: usize,
    /// Which of its paths.
    path: usize,
}

/// What one slot sets, in the text as it is now.
struct Setting {
    /// The axis, for messages.
    whose: String,
    /// The path.
    path: String,
    /// Where it stands, without its quotes.
    path_at: usize,
    /// The value that is due.
    value: Span,
}

/// Puts the values of a cell in their places: of each axis the value with this position, of axes
/// beyond them the first. Returns what is wrong; then the places of mistakes hold, and the text is
/// not to be read.
///
/// What is no axis at all stays as it is: reading the field tells.
pub(super) fn apply(source: &mut Source, cell: &[usize]) -> Vec<Diagnostic> {
    let mut set: Vec<(Slot, Vec<String>)> = Vec::new();
    let mut refused: Vec<(Slot, Astray)> = Vec::new();
    for slot in slots(source.text()) {
        let Some(setting) = setting(source.text(), slot, cell) else {
            continue;
        };
        match placed(source, &setting, &set) {
            Ok((place, exact)) => {
                splice(source, &setting, place);
                set.push((slot, exact));
            }
            Err(astray) => refused.push((slot, astray)),
        }
    }
    // Only now the text stays as it is.
    let text = source.text();
    let told = refused.into_iter().filter_map(|(slot, astray)| {
        let setting = setting(text, slot, cell)?;
        let span = setting.step(astray.step);
        let mut mistake = Diagnostic::new(Code::AxisPath, span, astray.message).label(astray.label);
        mistake.notes.extend(astray.note);
        Some(mistake)
    });
    told.collect()
}

/// The axes, as far as they look like some.
fn axes(text: &str) -> Vec<Node> {
    match path::top(text, FIELD).map(|field| field.parts) {
        Some(Parts::Items(axes)) => axes,
        _ => Vec::new(),
    }
}

fn part(text: &str, axis: &Node, name: &str) -> Option<Node> {
    match &axis.parts {
        Parts::Fields(entries) => path::field(text, entries.clone(), name),
        _ => None,
    }
}

/// One value, or those of a list.
fn several(node: Node) -> Vec<Node> {
    match node.parts {
        Parts::Items(items) => items,
        _ => vec![node],
    }
}

fn slots(text: &str) -> Vec<Slot> {
    let of = |(axis, node): (usize, &Node)| {
        let paths = part(text, node, "set").map_or(0, |set| several(set).len());
        (0..paths).map(move |path| Slot { axis, path })
    };
    axes(text).iter().enumerate().flat_map(of).collect()
}

/// What a slot sets; none where the axis is not whole.
fn setting(text: &str, slot: Slot, cell: &[usize]) -> Option<Setting> {
    let axis = axes(text).into_iter().nth(slot.axis)?;
    let path = several(part(text, &axis, "set")?)
        .into_iter()
        .nth(slot.path)?;
    let written = path.span.of(text);
    let inner = written.trim_start_matches(['r', '#']).strip_prefix('"')?;
    let path_at = path.span.start + (written.len() - inner.len());
    let Parts::Items(values) = part(text, &axis, "to")?.parts else {
        return None;
    };
    let due = cell.get(slot.axis).copied().unwrap_or(0);
    let value = values.into_iter().nth(due)?.span;
    Some(Setting {
        whose: match path::name(text, &axis) {
            Some(name) => format!("the axis `{name}`"),
            None => "this axis".to_owned(),
        },
        path: inner.trim_end_matches('#').trim_end_matches('"').to_owned(),
        path_at,
        value,
    })
}

impl Setting {
    fn steps(&self) -> Vec<&str> {
        self.path.split('.').collect()
    }

    /// Where a step of the path stands.
    fn step(&self, index: usize) -> Span {
        let before: usize = self.steps()[..index].iter().map(|one| one.len() + 1).sum();
        let start = self.path_at + before;
        Span::new(start, start + self.steps()[index].len())
    }
}

/// Where a value goes, and the exact path to it.
fn placed(
    source: &Source,
    setting: &Setting,
    set: &[(Slot, Vec<String>)],
) -> Result<(Place, Vec<String>), Astray> {
    let steps = setting.steps();
    let astray = |step: usize, message: String, label: &str| Astray {
        step,
        message,
        label: label.to_owned(),
        note: None,
    };
    if let Some(step) = steps.iter().position(|step| step.is_empty()) {
        let message = format!("the path of {} has an empty step", setting.whose);
        return Err(astray(step, message, "for instance `storm`"));
    }
    if steps[0] == FIELD {
        let message = format!("{} sets axes", setting.whose);
        return Err(astray(0, message, "an axis cannot vary axes"));
    }
    let found = path::follow(source.text(), &steps, &setting.whose)?;
    let is_lost = |(_, earlier): &&(Slot, Vec<String>)| {
        earlier.starts_with(&found.exact) || earlier == &found.exact
    };
    if set.iter().any(|earlier| is_lost(&earlier)) {
        let message = format!("{} sets what an axis before has set", setting.whose);
        return Err(astray(steps.len() - 1, message, "that value would be lost"));
    }
    if let Place::Instead(span) = found.place
        && let Some(flag) = source.flag_within(span)
    {
        let message = format!("{} sets what `{flag}` has set", setting.whose);
        let help = match flag {
            SET => "leave the `--set` out; `--axis NAME=VALUE` chooses a value",
            _ => "`--set vary=[]` leaves all axes out",
        };
        return Err(Astray {
            note: Some(help.to_owned()),
            ..astray(steps.len() - 1, message, "that value would be lost")
        });
    }
    Ok((found.place, found.exact))
}

fn splice(source: &mut Source, setting: &Setting, place: Place) {
    let steps = setting.steps();
    let (at, first) = match place {
        Place::Instead(span) => (span, steps.len()),
        Place::Added(at, first) => (Span::new(at, at), first),
    };
    let implied = |text: &str| source.implied(text.to_owned(), setting.value);
    let mut pieces: Vec<Piece> = Vec::new();
    for index in first..steps.len() {
        pieces.extend(source.pieces_of(setting.step(index)));
        let is_last = index + 1 == steps.len();
        pieces.push(implied(if is_last { ": " } else { ": (" }));
    }
    pieces.extend(source.pieces_of(setting.value));
    let added = steps.len() - first;
    pieces.push(implied(&")".repeat(added.saturating_sub(1))));
    if added > 0 {
        pieces.push(implied(", "));
    }
    source.splice(at, pieces);
}
