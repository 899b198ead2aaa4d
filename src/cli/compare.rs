//! `meridian compare`: the arms of a scenario, or results, side by side.

use std::path::{Path, PathBuf};

use crate::cli::args::{Compare, Format};
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::run::{carried_out, files, reproduce, verdict};
use crate::cli::terminal::Terminal;
use crate::experiment::outcome::Outcome;
use crate::plan::Plan;
use crate::report::comparison::{self, Column};
use crate::report::{journal, json};
use crate::scenario;
use crate::world::Options;

const OUTCOME: &str = "outcome.json";
const JOURNAL: &str = "journal.jsonl";

/// What the scenario is called without any of its arms.
const AS_IT_STANDS: &str = "as it stands";

/// A result that is shown.
struct Shown {
    name: String,
    outcome: Outcome,
    journal: String,
}

/// Compares what `request` names.
///
/// # Errors
/// When something cannot be read, written or printed.
pub(super) fn compare(terminal: &Terminal, request: &Compare) -> Result<Exit, Error> {
    match &request.files[..] {
        [only] if is_scenario(only) => arms(terminal, request, only),
        files => results(terminal, request.format, files),
    }
}

fn is_scenario(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ron")
}

/// Runs a scenario and each of its arms.
fn arms(terminal: &Terminal, request: &Compare, path: &Path) -> Result<Exit, Error> {
    let plan = match scenario::load_seeded(path, &request.overrides, request.seed) {
        Ok(plan) => plan,
        Err(mistakes) => {
            terminal.say(&mistakes.render(terminal.colours_talk()));
            return Ok(Exit::Wrong);
        }
    };
    if plan.arms.is_empty() {
        return Err(Error::NoArms(path.to_owned()));
    }
    let again = |arm: Option<&str>| reproduce(path, plan.seed, &request.overrides, arm);
    let mut all: Vec<(String, Plan, String)> = vec![(
        AS_IT_STANDS.to_owned(),
        Plan {
            arms: Vec::new(),
            ..plan.clone()
        },
        again(None),
    )];
    all.extend(plan.arms.iter().map(|arm| {
        let name = arm.name.clone();
        (name, plan.of_arm(arm), again(Some(&arm.name)))
    }));
    let (mut shown, mut worst) = (Vec::new(), Exit::Holds);
    for (name, plan, again) in all {
        let options = Options {
            threads: request.threads.count,
            ..Options::default()
        };
        let Ok(finished) = carried_out(terminal, &plan, options, &again) else {
            terminal.say(&format!("reproduce: {again}\n"));
            return Ok(Exit::Bug);
        };
        // That a decision was the wrong one is an answer; that a run was cut short is none.
        if verdict(&finished.outcome) == Exit::Incomplete {
            worst = Exit::Incomplete;
        }
        if let Some(out) = &request.out {
            let folder = output::folder(out, &name);
            output::prepare(&folder)?;
            output::write(&folder, &files(&plan, &finished))?;
        }
        shown.push(Shown {
            name,
            journal: journal::lines(&finished.journal),
            outcome: finished.outcome,
        });
    }
    show(terminal, request.format, &shown)?;
    Ok(worst)
}

/// Sets results that runs have left side by side.
fn results(terminal: &Terminal, format: Format, files: &[PathBuf]) -> Result<Exit, Error> {
    if files.len() < 2 {
        return Err(Error::OneResult(files[0].clone()));
    }
    let shown: Vec<Shown> = files
        .iter()
        .map(|path| left(path))
        .collect::<Result<_, _>>()?;
    let regressions = show(terminal, format, &shown)?;
    for regression in &regressions {
        terminal.say(&format!("{regression}\n"));
    }
    Ok(match regressions.is_empty() {
        true => Exit::Holds,
        false => Exit::Fails,
    })
}

/// What a run has left: in a folder, or by its outcome.
fn left(path: &Path) -> Result<Shown, Error> {
    let file = match path.is_dir() {
        true => path.join(OUTCOME),
        false => path.to_owned(),
    };
    let outcome: Outcome =
        json::parse(&output::read(&file)?).map_err(|source| Error::NotOutcome {
            path: file.clone(),
            source: source.into(),
        })?;
    let journal = output::read(&file.with_file_name(JOURNAL)).unwrap_or_default();
    Ok(Shown {
        name: path.display().to_string(),
        outcome,
        journal,
    })
}

/// Prints a comparison. Returns what holds in the first and not in another.
fn show(terminal: &Terminal, format: Format, shown: &[Shown]) -> Result<Vec<String>, Error> {
    let columns: Vec<Column<'_>> = shown
        .iter()
        .map(|one| Column {
            name: &one.name,
            outcome: &one.outcome,
            journal: &one.journal,
        })
        .collect();
    match format {
        Format::Text => terminal.data(&comparison::text(&columns))?,
        Format::Json => {
            for one in shown {
                terminal.data(&format!("{}\n", json::line(&one.outcome)))?;
            }
        }
    }
    Ok(comparison::regressions(&columns))
}
