//! `meridian run`: scenarios to outcomes.

use std::path::{Path, PathBuf};

use crate::cli::args::{Format, Run};
use crate::cli::bug::{self, Bug};
use crate::cli::determinism;
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::progress::Progress;
use crate::cli::terminal::Terminal;
use crate::experiment::outcome::{Outcome, Status};
use crate::experiment::reproduce;
use crate::experiment::run::{self, Finished};
use crate::plan::{Axis, Plan};
use crate::report::{self, File, json, summary};
use crate::scenario;
use crate::world::Options;

/// A scenario ready to be run.
#[derive(Debug)]
struct Ready {
    path: PathBuf,
    plan: Plan,
    reproduce: String,
    folder: Option<PathBuf>,
}

/// Runs all scenarios of `request`.
///
/// # Errors
/// When results cannot be printed or nothing can be kept; what is wrong with one scenario alone is
/// told, and the others are run.
pub(super) fn run(terminal: &Terminal, request: &Run) -> Result<Exit, Error> {
    let (mut all, mut worst) = load(terminal, request);
    if let Some(out) = &request.out {
        place(&mut all, out, request.scenarios.len() > 1)?;
    }
    for (index, ready) in all.iter().enumerate() {
        if index > 0 && request.format == Format::Text {
            terminal.data("\n")?;
        }
        let exit = if request.explain {
            terminal.data(&scenario::explain_plan(&ready.plan))?;
            Exit::Holds
        } else {
            one(terminal, request, ready)?
        };
        worst = worst.max(exit);
    }
    Ok(worst)
}

/// Loads every scenario before the first is run: a mistake in the last one shows at once.
fn load(terminal: &Terminal, request: &Run) -> (Vec<Ready>, Exit) {
    let mut worst = Exit::Holds;
    let mut all = Vec::new();
    for path in &request.scenarios {
        match ready(terminal, path, request) {
            Ok(Some(ready)) => all.push(ready),
            Ok(None) => worst = Exit::Wrong,
            Err(error) => {
                terminal.error(&error);
                worst = Exit::Wrong;
            }
        }
    }
    (all, worst)
}

/// Loads one scenario; none when it is wrong, which has been told.
///
/// # Errors
/// When it has no such arm, axis or value.
fn ready(terminal: &Terminal, path: &Path, request: &Run) -> Result<Option<Ready>, Error> {
    let (overrides, seed) = (&request.overrides, request.seed);
    let loaded = |cell: &[usize]| {
        let plan = scenario::load_cell(path, overrides, cell, seed);
        plan.map_err(|mistakes| terminal.say(&mistakes.render(terminal.colours_talk())))
    };
    let Ok(mut plan) = loaded(&[]) else {
        return Ok(None);
    };
    if !request.axes.is_empty() {
        let cell = cell(path, &plan.axes, &request.axes)?;
        let Ok(other) = loaded(&cell) else {
            return Ok(None);
        };
        plan = other;
    }
    let arm = request.arm.as_deref();
    let file = path.to_string_lossy();
    let reproduce = reproduce::line(&file, plan.seed, overrides, &request.axes, arm);
    if let Some(arm) = arm {
        plan = of_arm(path, &plan, arm)?;
    }
    Ok(Some(Ready {
        path: path.to_owned(),
        plan,
        reproduce,
        folder: None,
    }))
}

/// The position of each axis' value, where `NAME=VALUE` says so, and the first elsewhere.
///
/// # Errors
/// When there is no such axis, or it has no such value.
fn cell(path: &Path, axes: &[Axis], wanted: &[String]) -> Result<Vec<usize>, Error> {
    let unknown = |what: String, known: Vec<&str>| Error::UnknownAxis {
        path: path.to_owned(),
        what,
        known: match known.is_empty() {
            true => "it has none".to_owned(),
            false => format!("expected one of `{}`", known.join("`, `")),
        },
    };
    let mut cell = vec![0; axes.len()];
    for text in wanted {
        let (name, label) = text.split_once('=').unwrap_or((text, ""));
        let axis = axes.iter().position(|axis| axis.name == name);
        let axis = axis.ok_or_else(|| {
            let names = axes.iter().map(|axis| axis.name.as_str()).collect();
            unknown(format!("axis called `{name}`"), names)
        })?;
        let values = &axes[axis].values;
        let value = values.iter().position(|value| value.label == label);
        cell[axis] = value.ok_or_else(|| {
            let labels = values.iter().map(|value| value.label.as_str()).collect();
            unknown(format!("value `{label}` of its axis `{name}`"), labels)
        })?;
    }
    Ok(cell)
}

/// The plan of one arm.
///
/// # Errors
/// When there is no such arm.
pub(super) fn of_arm(path: &Path, plan: &Plan, name: &str) -> Result<Plan, Error> {
    let arm = plan.arms.iter().find(|arm| arm.name == name);
    arm.map(|arm| plan.of_arm(arm)).ok_or_else(|| {
        let names: Vec<String> = plan
            .arms
            .iter()
            .map(|arm| format!("`{}`", arm.name))
            .collect();
        let known = match names.is_empty() {
            true => "it has none".to_owned(),
            false => format!("its arms are {}", names.join(", ")),
        };
        Error::UnknownArm {
            path: path.to_owned(),
            name: name.to_owned(),
            known,
        }
    })
}

/// Gives every scenario its folder.
fn place(all: &mut [Ready], out: &Path, several: bool) -> Result<(), Error> {
    for index in 0..all.len() {
        let (before, rest) = all.split_at_mut(index);
        let ready = &mut rest[0];
        let folder = match several {
            true => output::folder(out, &ready.plan.name),
            false => out.to_owned(),
        };
        let taken = |other: &&Ready| other.folder.as_ref() == Some(&folder);
        if let Some(first) = before.iter().find(taken) {
            return Err(Error::SameName {
                name: ready.plan.name.clone(),
                first: first.path.clone(),
                second: ready.path.clone(),
            });
        }
        output::prepare(&folder)?;
        ready.folder = Some(folder);
    }
    Ok(())
}

fn one(terminal: &Terminal, request: &Run, ready: &Ready) -> Result<Exit, Error> {
    let options = Options {
        threads: request.threads.count,
        ..Options::default()
    };
    let failed = |exit: Exit| {
        terminal.say(&format!("reproduce: {}\n", ready.reproduce));
        exit
    };
    let Ok(finished) = carried_out(terminal, &ready.plan, options, &ready.reproduce) else {
        return Ok(failed(Exit::Bug));
    };
    let files = files(&ready.plan, &finished);
    let mut exit = verdict(&finished.outcome);
    match request.format {
        Format::Text => terminal.summary(&summary::text(&finished.outcome))?,
        Format::Json => {
            terminal.data(&format!("{}\n", json::line(&finished.outcome)))?;
            if exit != Exit::Holds {
                failed(exit);
            }
        }
    }
    if let Some(folder) = &ready.folder {
        match output::write(folder, &files) {
            Ok(()) => {
                let report = folder.join("report.html");
                terminal.say(&format!("report: {}\n", report.display()));
            }
            Err(error) => {
                terminal.error(&error);
                exit = exit.max(failed(Exit::Wrong));
            }
        }
    }
    if request.check_determinism {
        let first = determinism::First {
            finished: &finished,
            files: &files,
            options,
        };
        match bug::caught(|| determinism::check(&ready.plan, &first)) {
            Ok(Ok(digest)) => terminal.say(&format!(
                "deterministic: other threads, half the lookahead and no observer give {digest}\n"
            )),
            Ok(Err(divergences)) => {
                for divergence in divergences {
                    terminal.error(&divergence);
                }
                let reproduce = format!("{} --check-determinism", ready.reproduce);
                terminal.say(&format!("reproduce: {reproduce}\n"));
                exit = exit.max(Exit::Diverged);
            }
            Err(Bug) => exit = failed(Exit::Bug),
        }
    }
    Ok(exit)
}

/// Carries a plan out, showing how far it is.
///
/// # Errors
/// When it panics.
pub(super) fn carried_out(
    terminal: &Terminal,
    plan: &Plan,
    options: Options,
    reproduce: &str,
) -> Result<Finished, Bug> {
    let mut progress = Progress::new(terminal, &plan.name, plan.storm + plan.settle);
    let finished =
        bug::caught(|| run::watched(plan, options, reproduce, &mut |at| progress.reach(at)));
    progress.end();
    finished
}

/// All files of a run: its report and its plan.
pub(super) fn files(plan: &Plan, finished: &Finished) -> Vec<File> {
    let mut files = report::files(&finished.outcome, &finished.series, &finished.journal);
    files.push(File {
        path: "plan.ron".to_owned(),
        text: scenario::normal_form(plan),
    });
    files
}

/// What an outcome means to whoever ran it.
pub(super) fn verdict(outcome: &Outcome) -> Exit {
    match outcome.status {
        Status::Pass => Exit::Holds,
        Status::Fail => Exit::Fails,
        Status::Capped => Exit::Incomplete,
    }
}

/// The command line that runs a scenario again.
pub(super) fn reproduce(path: &Path, seed: u64, overrides: &[String], arm: Option<&str>) -> String {
    reproduce::line(&path.to_string_lossy(), seed, overrides, &[], arm)
}
