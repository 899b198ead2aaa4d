//! `meridian sweep`: one scenario under many seeds.
//!
//! ```text
//! scenario ─► header ─► store: what is kept already ─► cases, in order ─► store, fold
//!                                                            └─ pace ─┘      └─► summary, files
//! ```

pub(super) mod cases;
mod emit;
pub(super) mod interrupt;
pub(super) mod merge;
mod pace;
mod store;

use std::ops::ControlFlow;
use std::path::Path;
use std::thread;

use crate::cli::args::{Format, Sweep, Swept};
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::run::of_arm;
use crate::cli::terminal::Terminal;
use crate::engine::parallel::Workers;
use crate::experiment::outcome::{CaseResult, Header, Limits, Point, Seeds, Stopped, Summary};
use crate::experiment::sweep::{self, Fold, Part, Recipe};
use crate::plan::Plan;
use crate::quantity::Ratio;
use crate::report::sweep as report;
use crate::scenario;

use pace::Pace;
use store::{Names, Store};

/// A plan, and what its cases are.
pub(super) struct Work {
    /// The plan of each seed.
    pub recipe: Recipe,
    /// What its cases are.
    pub header: Header,
    /// Which of them to run.
    pub part: Part,
}

/// When a sweep is over, beside when all its cases are.
#[derive(Clone, Copy, Default)]
pub(super) struct Until {
    /// The interval is so narrow.
    pub precision: Option<Ratio>,
    /// So much time is over.
    pub time: Option<crate::time::SimDuration>,
}

impl Until {
    fn is_precise(self, fold: &Fold) -> bool {
        self.precision.is_some_and(|wanted| fold.is_precise(wanted))
    }
}

/// Sweeps what `request` names.
///
/// # Errors
/// When something cannot be read, written or printed.
pub(super) fn sweep(terminal: &Terminal, request: &Sweep) -> Result<Exit, Error> {
    if let (Some(cases), Some(out)) = (&request.cases, &request.out) {
        return cases::partition(terminal, request, (cases, out));
    }
    let scenario = request
        .scenario
        .as_deref()
        .expect("it or a case list is required");
    let seeds = match &request.rerun {
        Some(_) => Seeds::List(Vec::new()),
        None => Seeds::Range(request.of.seeds.0, request.of.seeds.1),
    };
    let nothing = || {
        terminal.say("nothing to run: there are no seeds\n");
        Ok(Exit::Nothing)
    };
    if seeds.count() == 0 && request.rerun.is_none() {
        return nothing();
    }
    let Some(recipe) = planned(terminal, scenario, &request.of)? else {
        return Ok(Exit::Wrong);
    };
    let mut header = headed(&recipe.plan, scenario, &request.of, seeds);
    if let Some(path) = &request.rerun {
        header.seeds = failing(path, &header)?;
    }
    if header.count() == 0 {
        return nothing();
    }
    let part = Part::WHOLE;
    let work = Work {
        recipe,
        header,
        part,
    };
    let until = Until {
        precision: request.until_width,
        time: request.time,
    };
    let (mut store, kept) = match &request.out {
        Some(folder) => {
            let names = Names::whole();
            let enough = |rows: &[CaseResult]| enough(&work.header, until, rows);
            let (store, kept) = Store::open(folder, &names, &work.header, part, enough)?;
            (Some(store), kept)
        }
        None => (None, Vec::new()),
    };
    let jobs = request.jobs.unwrap_or_else(cores);
    let fold = carried_out(terminal, &work, (jobs, until), (&kept, &mut store))?;
    let summary = fold.summary(until.precision, request.of.sometimes_every);
    if let (Some(store), Some(folder)) = (store, &request.out) {
        store.finish()?;
        output::write(folder, &report::files(&summary, &fold.distributions()))?;
    }
    told(terminal, &summary, request.format, request.out.as_deref())
}

/// How many cases run at once unless somebody says so.
pub(super) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// What the plans to sweep are made of; none when the scenario is wrong, which has been told.
///
/// # Errors
/// When it has no such arm.
fn planned(terminal: &Terminal, path: &Path, of: &Swept) -> Result<Option<Recipe>, Error> {
    let plan = match scenario::load_every_way(path, &of.overrides, Some(0)) {
        Ok(plan) => plan,
        Err(mistakes) => {
            terminal.say(&mistakes.render(terminal.colours_talk()));
            return Ok(None);
        }
    };
    let plan = match &of.arm {
        Some(arm) => of_arm(path, &plan, arm)?,
        None => plan,
    };
    Ok(Some(Recipe {
        plan,
        scenario: (path.to_string_lossy().into_owned(), output::read(path)?),
        overrides: of.overrides.clone(),
        arm: of.arm.clone(),
    }))
}

fn headed(plan: &Plan, path: &Path, of: &Swept, seeds: Seeds) -> Header {
    let limits = Limits {
        simulated_ms: of.simulated_max.map(|length| length.as_millis()),
        memory_bytes: of.memory_max.map(|bytes| bytes.0),
    };
    let file = path.to_string_lossy();
    let arm = of.arm.as_deref();
    sweep::header(plan, &file, &of.overrides, arm, seeds, limits)
}

/// The seeds in a file of failures, each once, in its order; with axes, each in its cell.
fn failing(path: &Path, header: &Header) -> Result<Seeds, Error> {
    let mut points: Vec<Point> = Vec::new();
    for (index, line) in output::read(path)?.lines().enumerate() {
        let seed = report::json::seed_of_failure(line).ok_or_else(|| Error::NotFailure {
            path: path.to_owned(),
            line: index + 1,
        })?;
        let values = report::json::values_of_failure(line);
        let point = header.point(seed, values.as_ref());
        let point = point.ok_or_else(|| Error::OtherCell {
            path: path.to_owned(),
            line: index + 1,
        })?;
        if !points.contains(&point) {
            points.push(point);
        }
    }
    Ok(match header.axes.is_empty() {
        true => Seeds::List(points.iter().map(|point| point.seed).collect()),
        false => Seeds::Points(points),
    })
}

/// How many of these cases a sweep that had not been interrupted would have run before it stopped.
fn enough(header: &Header, until: Until, rows: &[CaseResult]) -> usize {
    let mut fold = Fold::new(header);
    let is_last = |case: &CaseResult| {
        fold.add(case);
        until.is_precise(&fold)
    };
    let last = rows.iter().position(is_last);
    last.map_or(rows.len(), |last| last + 1)
}

/// Runs what is not kept yet, keeps it, and folds all.
///
/// # Errors
/// When a case cannot be kept: what was kept before stays.
fn carried_out(
    terminal: &Terminal,
    work: &Work,
    (jobs, until): (usize, Until),
    (kept, store): (&[CaseResult], &mut Option<Store>),
) -> Result<Fold, Error> {
    let Work {
        recipe,
        header,
        part,
    } = work;
    let (mut fold, mut failed) = (Fold::new(header), Ok(()));
    let mut pace = Pace::new(
        terminal,
        header,
        (kept.len() as u64, part.count(header.count())),
    );
    kept.iter().for_each(|case| fold.add(case));
    if until.is_precise(&fold) {
        return Ok(fold);
    }
    let take = |case: CaseResult| {
        fold.add(&case);
        pace.reach(&case, &fold);
        failed = store
            .as_mut()
            .map_or(Ok(()), |store| store.keep(&case, header));
        let is_over = failed.is_err() || until.is_precise(&fold) || pace.is_over(until.time);
        let is_over = is_over || interrupt::is_asked();
        match is_over {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    let plan_of = |seed, cell: &[usize]| recipe.plan_of(seed, cell);
    interrupt::watch();
    let todo = (*part, kept.len() as u64);
    sweep::cases(&Workers::new(jobs), header, todo, plan_of, take);
    pace.end();
    if interrupt::is_asked() {
        terminal.say("interrupted: the same command goes on from here\n");
    }
    failed.map(|()| fold)
}

/// Prints a summary. Returns what it means.
///
/// # Errors
/// When it cannot be printed.
pub(super) fn told(
    terminal: &Terminal,
    summary: &Summary,
    format: Format,
    folder: Option<&Path>,
) -> Result<Exit, Error> {
    match format {
        Format::Text => terminal.summary(&report::text::text(summary))?,
        Format::Json => {
            terminal.data(&format!("{}\n", report::json::summary_line(summary)))?;
            if let Some(first) = summary.signatures.first() {
                terminal.say(&format!("reproduce: {}\n", first.reproduce));
            }
        }
    }
    if let Some(folder) = folder {
        terminal.say(&format!(
            "report: {}\n",
            folder.join("sweep.html").display()
        ));
    }
    let exit = match summary.holds {
        true => Exit::Holds,
        false => Exit::Fails,
    };
    Ok(match summary.stopped {
        Stopped::OutOfTime => exit.max(Exit::Incomplete),
        _ => exit,
    })
}
