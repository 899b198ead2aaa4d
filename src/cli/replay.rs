//! `meridian replay`: the run that left an outcome once more, compared with it.

use std::path::{Path, PathBuf};

use crate::cli::args::Replay;
use crate::cli::difference;
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::run::{carried_out, files, reproduce, verdict};
use crate::cli::terminal::Terminal;
use crate::experiment::outcome::{Outcome, VerdictStatus};
use crate::experiment::run::Finished;
use crate::plan::Plan;
use crate::report::{File, json, summary};
use crate::scenario;
use crate::world::{Detail, Options};

const OUTCOME: &str = "outcome.json";
const PLAN: &str = "plan.ron";
/// The files beside an outcome that tell where a replay leaves its path.
const TELLING: [&str; 2] = [JOURNAL, "series.csv"];
const JOURNAL: &str = "journal.jsonl";

/// What is replayed.
#[derive(Debug)]
struct Recorded {
    plan: PathBuf,
    /// What the run came to, if that is known.
    outcome: Option<Outcome>,
    /// What else it left.
    files: Vec<File>,
}

/// Runs again what `request` names.
///
/// # Errors
/// When it cannot be read, or results cannot be printed.
pub(super) fn replay(terminal: &Terminal, request: &Replay) -> Result<Exit, Error> {
    let recorded = recorded(&request.path)?;
    let plan = match scenario::load(&recorded.plan, &[]) {
        Ok(plan) => plan,
        Err(mistakes) => {
            terminal.say(&mistakes.render(terminal.colours_talk()));
            return Ok(Exit::Wrong);
        }
    };
    let reproduce = match &recorded.outcome {
        Some(outcome) => outcome.reproduce.clone(),
        None => reproduce(&recorded.plan, plan.seed, &[], None),
    };
    let options = Options {
        threads: request.threads.count,
        detail: Some(Detail::Full),
        ..Options::default()
    };
    let Ok(finished) = carried_out(terminal, &plan, options, &reproduce) else {
        terminal.say(&format!("reproduce: {reproduce}\n"));
        return Ok(Exit::Bug);
    };
    terminal.summary(&summary::text(&finished.outcome))?;
    let exit = verdict(&finished.outcome);
    let Some(outcome) = &recorded.outcome else {
        terminal.say(&format!(
            "nothing to compare with: no {OUTCOME} beside the plan\n"
        ));
        return Ok(exit);
    };
    let files = &recorded.files;
    Ok(exit.max(compared(terminal, outcome, files, &plan, &finished)))
}

fn recorded(path: &Path) -> Result<Recorded, Error> {
    if path.is_dir() {
        return Err(Error::Folder(path.to_owned()));
    }
    let beside = |name: &str| path.with_file_name(name);
    let is_outcome = path
        .extension()
        .is_some_and(|extension| extension == "json");
    if is_outcome {
        let outcome = outcome(path)?;
        let plan = beside(PLAN);
        if !plan.exists() {
            return Err(Error::NoPlan {
                outcome: path.to_owned(),
                plan,
            });
        }
        return Ok(Recorded {
            plan,
            files: left(path, &outcome),
            outcome: Some(outcome),
        });
    }
    // Only a plan that a run left belongs to the outcome beside it.
    let is_left = path.file_name().is_some_and(|name| name == PLAN) && beside(OUTCOME).exists();
    let outcome = is_left.then(|| outcome(&beside(OUTCOME))).transpose()?;
    let files = outcome
        .as_ref()
        .map_or_else(Vec::new, |outcome| left(path, outcome));
    Ok(Recorded {
        plan: path.to_owned(),
        outcome,
        files,
    })
}

fn outcome(path: &Path) -> Result<Outcome, Error> {
    json::parse(&output::read(path)?).map_err(|source| Error::NotOutcome {
        path: path.to_owned(),
        source: source.into(),
    })
}

/// The files of the recorded run, as far as they are still there.
fn left(beside: &Path, outcome: &Outcome) -> Vec<File> {
    let told = TELLING.iter().filter_map(|name| {
        let text = output::read(&beside.with_file_name(name)).ok()?;
        let path = (*name).to_owned();
        Some(without_verdicts(File { path, text }))
    });
    let judged = repeatable(outcome, &unjudged(outcome));
    [judged].into_iter().chain(told).collect()
}

/// The journal's verdicts are those of the outcome.
fn without_verdicts(mut file: File) -> File {
    if file.path == JOURNAL {
        let is_verdict = |line: &&str| line.contains("\"kind\":\"verdict\"");
        let lines = file.text.split_inclusive('\n');
        file.text = lines.filter(|line| !is_verdict(line)).collect();
    }
    file
}

/// The verdicts that a run left open: a replay, which sees more, may decide them.
fn unjudged(outcome: &Outcome) -> Vec<String> {
    let open = outcome.verdicts.iter();
    open.filter(|verdict| verdict.status == VerdictStatus::NotEvaluated)
        .map(|verdict| verdict.name.clone())
        .collect()
}

/// What a replay must repeat of an outcome: not the version of the program, nor the places in the
/// scenario, as the plan that is replayed is another text, nor the verdicts that were left open.
fn repeatable(outcome: &Outcome, unjudged: &[String]) -> File {
    let mut outcome = outcome.clone();
    outcome.version.clear();
    outcome
        .verdicts
        .retain(|verdict| !unjudged.contains(&verdict.name));
    for verdict in &mut outcome.verdicts {
        verdict.detail.clear();
    }
    File {
        path: OUTCOME.to_owned(),
        text: json::file(&outcome),
    }
}

fn compared(
    terminal: &Terminal,
    recorded: &Outcome,
    left: &[File],
    plan: &Plan,
    finished: &Finished,
) -> Exit {
    let again = files(plan, finished).into_iter();
    let mut again: Vec<File> = again.map(without_verdicts).collect();
    again.retain(|file| file.path != OUTCOME);
    again.push(repeatable(&finished.outcome, &unjudged(recorded)));
    let (was, is) = (&recorded.digest, &finished.outcome.digest);
    let Some(difference) = difference::first(left, &again) else {
        terminal.say(&format!("the same run: digest {is}\n"));
        return Exit::Holds;
    };
    let digests = match was == is {
        true => format!("the digest is {is} again"),
        false => format!("digest {was} became {is}"),
    };
    terminal.error(&format!(
        "the replay diverges: {digests}; first difference: {difference}"
    ));
    let this = env!("CARGO_PKG_VERSION");
    if recorded.version != this {
        let other = &recorded.version;
        terminal.say(&format!(
            "the outcome is of meridian {other}, this is meridian {this}\n"
        ));
    }
    terminal.say(&format!("reproduce: {}\n", recorded.reproduce));
    Exit::Diverged
}
