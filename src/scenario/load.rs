//! A scenario's way in: text, overrides, schema, plan.

use std::path::Path;
use std::string::FromUtf8Error;
use std::{fs, io};

use crate::plan::Plan;
use crate::scenario::asked::{self, Asked};
use crate::scenario::chance::{self, Settling};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::{Diagnostic, Mistakes};
use crate::scenario::lower::lower;
use crate::scenario::overrides::{self, SET};
use crate::scenario::path;
use crate::scenario::reading::{read, syntax_mistake};
use crate::scenario::schema::Scenario;
use crate::scenario::source::Source;
use crate::scenario::span::{Field, Span};
use crate::scenario::vary;

/// The largest file that is read: no scenario comes near it.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The seed of a scenario that names none.
const SEED: u64 = 1;

/// Loads the scenario in the file at `path`, with `overrides` of the form `PATH=VALUE`. What it
/// leaves to chance is drawn from its own seed.
///
/// # Errors
/// All mistakes in the file and the overrides.
pub fn load(path: &Path, overrides: &[String]) -> Result<Plan, Mistakes> {
    load_seeded(path, overrides, None)
}

/// The same with another seed than the file's.
///
/// # Errors
/// All mistakes in the file and the overrides, as far as the seed draws them.
pub fn load_seeded(path: &Path, overrides: &[String], seed: Option<u64>) -> Result<Plan, Mistakes> {
    load_cell(path, overrides, &[], seed)
}

/// The same in one cell of the file's axes: of each axis the value with this position, of those
/// beyond `cell` the first.
///
/// # Errors
/// All mistakes in the file and the overrides, as far as cell and seed have them.
pub fn load_cell(
    path: &Path,
    overrides: &[String],
    cell: &[usize],
    seed: Option<u64>,
) -> Result<Plan, Mistakes> {
    let (shown, text) = text_of(path)?;
    parse_cell(&shown, &text, overrides, cell, seed)
}

/// As [`load_seeded`], and the other ways that the file can be taken are checked, too: an axis has
/// each of its values once, and each draw comes out each way once, ranges at both ends.
///
/// # Errors
/// All mistakes as the seed draws the file, or of the first other way that has any.
pub fn load_every_way(
    path: &Path,
    overrides: &[String],
    seed: Option<u64>,
) -> Result<Plan, Mistakes> {
    let (shown, text) = text_of(path)?;
    parse_every_way(&shown, &text, overrides, seed)
}

/// What the file at `path` says, and what it is called in messages.
fn text_of(path: &Path) -> Result<(String, String), Mistakes> {
    let shown = path.display().to_string();
    let unreadable = |problem: &str, help: &str| {
        let message = format!("`{shown}` cannot be read: {problem}");
        let diagnostic = Diagnostic::new(Code::Unreadable, Span::default(), message).note(help);
        Mistakes::new(Source::new(&shown, ""), vec![diagnostic])
    };
    let failed = |error: &io::Error| unreadable(&error.to_string(), help_for(error));
    let file = fs::metadata(path).map_err(|error| failed(&error))?;
    if file.is_dir() {
        return Err(unreadable("it is a folder", "name a scenario file in it"));
    }
    if file.len() > BYTES_MAX {
        let problem = format!("it has {} bytes, more than {BYTES_MAX}", file.len());
        return Err(unreadable(
            &problem,
            "no scenario needs that many; check the path",
        ));
    }
    let bytes = fs::read(path).map_err(|error| failed(&error))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((shown, text)),
        Err(error) => Err(not_text(&shown, &error)),
    }
}

fn help_for(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "check the path; `meridian new NAME` writes a starter scenario",
        io::ErrorKind::PermissionDenied => "check who may read the file",
        _ => "check the path and the file",
    }
}

/// A file that is no UTF-8: points at the first byte that is none.
fn not_text(shown: &str, error: &FromUtf8Error) -> Mistakes {
    let bytes = error.as_bytes();
    let at = error.utf8_error().valid_up_to();
    let message = format!("`{shown}` cannot be read: it is not UTF-8 text");
    let help = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it looks like UTF-16; save it as UTF-8",
        _ => "save the file as UTF-8",
    };
    // Up to here the text is as the file has it, so that the place is right.
    let text = String::from_utf8_lossy(bytes);
    let span = Span::new(at, at + char::REPLACEMENT_CHARACTER.len_utf8());
    let diagnostic = Diagnostic::new(Code::Unreadable, span, message)
        .label(format!("byte 0x{:02X} has no meaning here", bytes[at]))
        .note(help);
    Mistakes::new(Source::new(shown, &text), vec![diagnostic])
}

/// Loads the scenario `text`, called `path` in messages; its name is the stem of that path. What it
/// leaves to chance is drawn from its own seed.
///
/// # Errors
/// All mistakes in the text and the overrides.
pub fn parse(path: &str, text: &str, overrides: &[String]) -> Result<Plan, Mistakes> {
    parse_seeded(path, text, overrides, None)
}

/// The same with another seed than the text's.
///
/// # Errors
/// All mistakes in the text and the overrides, as far as the seed draws them.
pub fn parse_seeded(
    path: &str,
    text: &str,
    overrides: &[String],
    seed: Option<u64>,
) -> Result<Plan, Mistakes> {
    parse_cell(path, text, overrides, &[], seed)
}

/// As [`load_cell`], for the scenario `text`, called `path` in messages.
///
/// # Errors
/// All mistakes in the text and the overrides, as far as cell and seed have them.
pub fn parse_cell(
    path: &str,
    text: &str,
    overrides: &[String],
    cell: &[usize],
    seed: Option<u64>,
) -> Result<Plan, Mistakes> {
    let settling = |source: &Source| Settling::Seed(seed.unwrap_or_else(|| seed_of(source)));
    settled((path, text), (overrides, None), cell, settling)
}

/// As [`load_seeded`], with what a search asks worked in.
///
/// # Errors
/// All mistakes in the file, the overrides and what is asked, as far as the seed draws them.
pub fn load_asked(
    path: &Path,
    overrides: &[String],
    asked: &Asked<'_>,
    seed: Option<u64>,
) -> Result<Plan, Mistakes> {
    let (shown, text) = text_of(path)?;
    parse_asked(&shown, &text, overrides, asked, seed)
}

/// As [`load_asked`], for the scenario `text`, called `path` in messages.
///
/// # Errors
/// All mistakes in the text, the overrides and what is asked, as far as the seed draws them.
pub fn parse_asked(
    path: &str,
    text: &str,
    overrides: &[String],
    asked: &Asked<'_>,
    seed: Option<u64>,
) -> Result<Plan, Mistakes> {
    asked.sound()?;
    let settling = |source: &Source| Settling::Seed(seed.unwrap_or_else(|| seed_of(source)));
    settled((path, text), (overrides, Some(asked)), &[], settling)
}

/// As [`load_every_way`], for the scenario `text`, called `path` in messages.
///
/// # Errors
/// All mistakes as the seed draws the text, or of the first other way that has any.
pub fn parse_every_way(
    path: &str,
    text: &str,
    overrides: &[String],
    seed: Option<u64>,
) -> Result<Plan, Mistakes> {
    let plan = parse_seeded(path, text, overrides, seed)?;
    for (position, axis) in plan.axes.iter().enumerate() {
        for (index, value) in axis.values.iter().enumerate().skip(1) {
            let mut cell = vec![0; position];
            cell.push(index);
            let so = format!("so it is with `{}` at `{}`", axis.name, value.label);
            let checked = parse_cell(path, text, overrides, &cell, seed);
            checked.map_err(|mistakes| mistakes.noted(&so))?;
        }
    }
    let mut source = Source::new(path, text);
    overrides::apply(&mut source, SET, overrides);
    vary::apply(&mut source, &[]);
    for corner in chance::corners(source.text()) {
        settled((path, text), (overrides, None), &[], |_| corner)?;
    }
    Ok(plan)
}

/// The seed that a text names.
fn seed_of(source: &Source) -> u64 {
    let found = path::top(source.text(), "seed");
    let text = found.map(|value| value.span.of(source.text()));
    text.and_then(|text| text.parse().ok()).unwrap_or(SEED)
}

fn settled(
    (path, text): (&str, &str),
    (overrides, asked): (&[String], Option<&Asked<'_>>),
    cell: &[usize],
    settling: impl Fn(&Source) -> Settling,
) -> Result<Plan, Mistakes> {
    let mut source = Source::new(path, text);
    if let Some(mistake) = syntax_mistake(source.text()) {
        return Err(Mistakes::new(source, vec![mistake]));
    }
    let mut mistakes = overrides::apply(&mut source, SET, overrides);
    if let Some(asked) = asked {
        mistakes.extend(asked::apply(&mut source, asked));
    }
    // An override's value is RON by itself, but the whole may still break with it.
    let broken = syntax_mistake(source.text());
    let mut drawn = false;
    let mut seed = None;
    if broken.is_none() {
        // The places of wrong overrides hold for the text as it is now.
        let stays = !mistakes.is_empty() && is_open(source.text());
        if !stays {
            mistakes.extend(vary::apply(&mut source, cell));
        }
        // What is not settled cannot be read: it would be told twice, and right draws with it.
        if stays || (!mistakes.is_empty() && is_open(source.text())) {
            return Err(Mistakes::new(source, mistakes));
        }
        let settling = settling(&source);
        seed = settling.seed();
        let (found, wrong) = chance::settle(&mut source, settling);
        if !wrong.is_empty() {
            mistakes.extend(wrong);
            return Err(Mistakes::new(source, mistakes));
        }
        drawn = found;
    }
    let (scenario, misread) = match broken {
        None => read::<Scenario>(&source),
        Some(mistake) => (Field::Broken(Span::default()), vec![mistake]),
    };
    mistakes.extend(misread);
    if let Field::Given(scenario) = &scenario {
        match lower(scenario, stem(path), &source, &mistakes, seed) {
            Ok(mut plan) if mistakes.is_empty() => {
                plan.drawn |= drawn;
                return Ok(plan);
            }
            Ok(_) => {}
            Err(more) => mistakes.extend(more),
        }
    }
    Err(Mistakes::new(source, mistakes))
}

/// Whether a text leaves something to the seed or to a sweep.
fn is_open(text: &str) -> bool {
    path::top(text, vary::FIELD).is_some() || !chance::corners(text).is_empty()
}

fn stem(path: &str) -> &str {
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str());
    stem.filter(|stem| !stem.is_empty()).unwrap_or("scenario")
}
