//! A scenario's way in: text, overrides, schema, plan.

use std::fs;
use std::path::Path;

use crate::plan::Plan;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::{Diagnostic, Mistakes};
use crate::scenario::lower::lower;
use crate::scenario::overrides;
use crate::scenario::reading::{check_syntax, read};
use crate::scenario::schema::Scenario;
use crate::scenario::source::Source;
use crate::scenario::span::{Field, Span};

/// The largest file that is read: no scenario comes near it.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Loads the scenario in the file at `path`, with `overrides` of the form `PATH=VALUE`.
///
/// # Errors
/// All mistakes in the file and the overrides.
pub fn load(path: &Path, overrides: &[String]) -> Result<Plan, Mistakes> {
    let shown = path.display().to_string();
    match text_of(path) {
        Ok(text) => parse(&shown, &text, overrides),
        Err(problem) => {
            let message = format!("`{shown}` cannot be read: {problem}");
            let diagnostic = Diagnostic::new(Code::Unreadable, Span::default(), message);
            Err(Mistakes::new(Source::new(&shown, ""), vec![diagnostic]))
        }
    }
}

fn text_of(path: &Path) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > BYTES_MAX {
        return Err(format!("it has {size} bytes, more than {BYTES_MAX}"));
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.utf8_error().to_string())
}

/// Loads the scenario `text`, called `path` in messages; its name is the stem of that path.
///
/// # Errors
/// All mistakes in the text and the overrides.
pub fn parse(path: &str, text: &str, overrides: &[String]) -> Result<Plan, Mistakes> {
    let mut source = Source::new(path, text);
    if let Err(mistake) = check_syntax(source.text()) {
        return Err(Mistakes::new(source, vec![mistake]));
    }
    let mut mistakes = overrides::apply(&mut source, overrides);
    let read = match check_syntax(source.text()) {
        Ok(()) => read::<Scenario>(&source),
        // An override can only break the syntax together with a text that ron reads leniently.
        Err(mistake) => (Field::Broken(Span::default()), vec![mistake]),
    };
    let (scenario, misread) = read;
    mistakes.extend(misread);
    if let Field::Given(scenario) = &scenario {
        match lower(scenario, stem(path), &source) {
            Ok(plan) if mistakes.is_empty() => return Ok(plan),
            Ok(_) => {}
            Err(more) => mistakes.extend(more),
        }
    }
    Err(Mistakes::new(source, mistakes))
}

fn stem(path: &str) -> &str {
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str());
    stem.filter(|stem| !stem.is_empty()).unwrap_or("scenario")
}
