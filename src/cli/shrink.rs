//! `meridian shrink`: the smallest plan that fails as a scenario does, as a scenario file.

use std::ops::ControlFlow;

use crate::cli::args::Shrink;
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::run::{of_arm, reproduce};
use crate::cli::sweep::{cores, interrupt};
use crate::cli::terminal::Terminal;
use crate::engine::parallel::Workers;
use crate::experiment::shrink::{self, Ended, Origin, Progress, Shrunk, Size, failure};
use crate::experiment::sweep;
use crate::plan::{Judgement, Plan};
use crate::scenario;

/// What the file is called in its own head when it is printed.
const PRINTED: &str = "shrunk.ron";

/// Where lines can be written over, one is after so many runs.
const LIVE_EVERY: u64 = 10;

/// Shrinks what `request` names.
///
/// # Errors
/// When something cannot be read, written or printed.
pub(super) fn shrink(terminal: &Terminal, request: &Shrink) -> Result<Exit, Error> {
    let path = &request.scenario;
    let plan = match scenario::load_seeded(path, &request.overrides, request.seed) {
        Ok(plan) => plan,
        Err(mistakes) => {
            terminal.say(&mistakes.render(terminal.colours_talk()));
            return Ok(Exit::Wrong);
        }
    };
    let plan = match &request.arm {
        Some(arm) => of_arm(path, &plan, arm)?,
        None => plan,
    };
    let plan = sweep::seeded(&plan, plan.seed);
    if let Some(out) = &request.out {
        output::prepare(output::folder_of(out))?;
    }
    let workers = Workers::new(request.jobs.unwrap_or_else(cores));
    let mut talk = Talk::new(terminal, request.runs);
    interrupt::watch();
    let shrunk = shrink::shrink(&plan, request.runs, (&failure, &workers), &mut |progress| {
        talk.reach(progress);
        match interrupt::is_asked() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    talk.end();
    let arm = request.arm.as_deref();
    let reproduce = reproduce(path, plan.seed, &request.overrides, arm);
    match shrunk {
        Ok(Some(shrunk)) => keep(terminal, request, &shrunk, reproduce),
        Ok(None) => {
            terminal.say(&passes(&plan));
            Ok(Exit::Fails)
        }
        Err(mistakes) => {
            terminal.say(&mistakes.render(terminal.colours_talk()));
            Ok(Exit::Wrong)
        }
    }
}

/// Writes or prints what was found, and says how it was.
fn keep(
    terminal: &Terminal,
    request: &Shrink,
    shrunk: &Shrunk,
    reproduce: String,
) -> Result<Exit, Error> {
    let out = request.out.as_deref();
    let file = out.map_or(PRINTED.into(), |out| out.to_string_lossy());
    let origin = Origin {
        reproduce,
        file: file.into_owned(),
    };
    let text = match shrunk.file(&origin, &failure) {
        Ok(text) => text,
        Err(diverged) => {
            terminal.error(&diverged);
            terminal.say(&format!("reproduce: {}\n", origin.reproduce));
            return Ok(Exit::Diverged);
        }
    };
    match out {
        Some(out) => {
            output::write_one(out, text)?;
            terminal.data(&format!("{}\n", out.display()))?;
        }
        None => terminal.data(&text)?,
    }
    terminal.say(&told(shrunk));
    Ok(match shrunk.ended {
        Ended::Interrupted => Exit::Incomplete,
        Ended::FixedPoint | Ended::Budget => Exit::Holds,
    })
}

fn told(shrunk: &Shrunk) -> String {
    let runs = shrunk.runs;
    let ended = match shrunk.ended {
        Ended::FixedPoint => format!("{runs} runs, and nothing smaller that was tried fails alike"),
        Ended::Budget => format!("{runs} runs: the budget ran out, `--runs` gives more"),
        Ended::Interrupted => format!("{runs} runs: interrupted"),
    };
    format!(
        "fails:  {}\nbefore: {}\nafter:  {}\n{ended}\n",
        shrunk.failure.signature,
        shrunk.before,
        Size::of(&shrunk.plan)
    )
}

/// What is said of a plan that passes.
fn passes(plan: &Plan) -> String {
    let is_gate = |demand: &Judgement| matches!(demand, Judgement::Sometimes(_));
    let has_gates = plan.expectations.iter().any(|one| is_gate(&one.demand));
    let gates = match has_gates {
        true => " (`Sometimes` is asked of a sweep, not of one seed)",
        false => "",
    };
    let (name, seed) = (&plan.name, plan.seed);
    format!("nothing to shrink: {name} passes with seed {seed}{gates}\n")
}

/// Says how far the search is.
struct Talk<'a> {
    terminal: &'a Terminal,
    budget: u64,
    told: Option<Progress>,
}

impl<'a> Talk<'a> {
    fn new(terminal: &'a Terminal, budget: u64) -> Self {
        Self {
            terminal,
            budget,
            told: None,
        }
    }

    fn reach(&mut self, now: Progress) {
        let is_live = self.terminal.is_live();
        let is_news = self.told.is_none_or(|told| match is_live {
            true => now.runs >= told.runs + LIVE_EVERY || now.size != told.size,
            false => now.pass != told.pass && now.size != told.size,
        });
        if !is_news {
            return;
        }
        let Progress { pass, runs, size } = now;
        let line = format!("{runs} of {} runs, {pass}: {size}", self.budget);
        match is_live {
            true => self.terminal.say(&format!("\r{line}\x1b[K")),
            false => self.terminal.say(&format!("{line}\n")),
        }
        self.told = Some(now);
    }

    /// The line makes room for the result.
    fn end(&self) {
        if self.told.is_some() && self.terminal.is_live() {
            self.terminal.say("\r\x1b[K");
        }
    }
}
