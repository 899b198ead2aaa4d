//! `meridian find`: up to which value of a scenario an expectation holds.

use std::ops::ControlFlow;
use std::path::Path;

use crate::cli::args::{Find, Format};
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::sweep::{cores, interrupt};
use crate::cli::terminal::Terminal;
use crate::engine::parallel::Workers;
use crate::experiment::find::{self, Broken, BrokenRun, Progress, Question, Stopped};
use crate::experiment::outcome::{Seeds, Threshold, ThresholdFound};
use crate::report::find as report;
use crate::scenario::{self, Asked, Scale};

/// Where lines can be written over, one is after so many runs.
const LIVE_EVERY: u64 = 10;

/// Finds what `request` names.
///
/// # Errors
/// When something cannot be read or printed, or the values are no amounts to search among.
pub(super) fn find(terminal: &Terminal, request: &Find) -> Result<Exit, Error> {
    let (from, to) = &request.between;
    let scale = Scale::new(from, to, request.precision.as_deref()).map_err(Error::NoScale)?;
    if request.seeds.is_some_and(|(from, until)| from == until) {
        terminal.say("nothing to run: there are no seeds\n");
        return Ok(Exit::Nothing);
    }
    let Some(question) = asked(terminal, request, scale)? else {
        return Ok(Exit::Wrong);
    };
    let workers = Workers::new(request.jobs.unwrap_or_else(cores));
    let mut talk = Talk::new(terminal, &question);
    interrupt::watch();
    let found = find::find(&question, &workers, &mut |progress| {
        talk.reach(progress);
        match interrupt::is_asked() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    talk.end();
    match found {
        Ok(threshold) => told(terminal, &threshold, request.format),
        Err(Stopped::Interrupted) => {
            terminal.say("interrupted: nothing was found\n");
            Ok(Exit::Incomplete)
        }
        Err(Stopped::Broken(run)) => Ok(broken(terminal, &run)),
    }
}

/// The question, once both ends make a scenario; none where one does not, which has been told.
///
/// # Errors
/// When the scenario cannot be read again.
fn asked(terminal: &Terminal, request: &Find, scale: Scale) -> Result<Option<Question>, Error> {
    let path: &Path = &request.scenario;
    let first = request.seeds.map(|(from, _)| from);
    let load = |index| {
        let asked = Asked {
            until: &request.until,
            path: &request.vary,
            value: &scale.at(index),
        };
        scenario::load_asked(path, &request.overrides, &asked, first)
    };
    let plan = match load(0).and_then(|plan| load(scale.last()).map(|_| plan)) {
        Ok(plan) => plan,
        Err(mistakes) => {
            terminal.say(&mistakes.render(terminal.colours_talk()));
            return Ok(None);
        }
    };
    Ok(Some(Question {
        name: plan.name,
        question: plan.question,
        scenario: (path.to_string_lossy().into_owned(), output::read(path)?),
        overrides: request.overrides.clone(),
        path: request.vary.clone(),
        scale,
        until: request.until.clone(),
        seeds: match request.seeds {
            Some((from, until)) => Seeds::Range(from, until),
            None => Seeds::List(vec![plan.seed]),
        },
    }))
}

/// Prints what was found. Returns what it means.
///
/// # Errors
/// When it cannot be printed.
fn told(terminal: &Terminal, threshold: &Threshold, format: Format) -> Result<Exit, Error> {
    match format {
        Format::Text => terminal.summary(&report::text(threshold))?,
        Format::Json => terminal.data(&format!("{}\n", report::json_line(threshold)))?,
    }
    Ok(match threshold.found {
        ThresholdFound::HoldsBelow | ThresholdFound::HoldsAbove => Exit::Holds,
        ThresholdFound::BothHold | ThresholdFound::BothFail | ThresholdFound::NotMonotone => {
            Exit::Fails
        }
    })
}

/// Tells of a run that says nothing of its value.
fn broken(terminal: &Terminal, run: &BrokenRun) -> Exit {
    let at = format!("at {} with seed {}", run.value, run.seed);
    let exit = match &run.why {
        Broken::Wrong(mistakes) => {
            terminal.say(&mistakes.render(terminal.colours_talk()));
            terminal.error(&format!("{at} the scenario is wrong: nothing was found"));
            Exit::Wrong
        }
        Broken::Capped(events) => {
            terminal.error(&format!(
                "{at} the run hit its cap of {events} events: nothing was found; `events_max` \
                 allows more"
            ));
            Exit::Incomplete
        }
        Broken::Panic(place, message) => {
            terminal.error(&format!("{at} the run panicked at {place}: {message}"));
            Exit::Bug
        }
    };
    terminal.say(&format!("reproduce: {}\n", run.reproduce));
    exit
}

/// Says how far the search is.
struct Talk<'a> {
    terminal: &'a Terminal,
    question: &'a Question,
    is_told: bool,
}

impl<'a> Talk<'a> {
    fn new(terminal: &'a Terminal, question: &'a Question) -> Self {
        Self {
            terminal,
            question,
            is_told: false,
        }
    }

    /// A line is written over after some runs, or added after each value.
    fn reach(&mut self, progress: Progress<'_>) {
        let name = &self.question.name;
        match (progress, self.terminal.is_live()) {
            (Progress::Run(runs, value), true) if runs == 1 || runs % LIVE_EVERY == 0 => {
                let line = format!("{name}: {runs} runs, now with {value}");
                self.terminal.say(&format!("\r{line}\x1b[K"));
            }
            (Progress::Value(tried), false) => {
                let (does, held) = (if tried.holds { "holds" } else { "fails" }, tried.held);
                let of = format!("{} of {} seeds hold", held.count, held.of);
                let value = &tried.value;
                self.terminal
                    .say(&format!("{name}: {does} at {value}, {of}\n"));
            }
            _ => return,
        }
        self.is_told = true;
    }

    /// The line makes room for the result.
    fn end(&self) {
        if self.is_told && self.terminal.is_live() {
            self.terminal.say("\r\x1b[K");
        }
    }
}
