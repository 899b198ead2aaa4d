//! How far a sweep is, and whether its time is over.
//!
//! The clock of the machine decides here how many cases are run, where that was asked for, and
//! nothing about any of them.

#![expect(
    clippy::disallowed_types,
    reason = "progress is told in the user's time; no case sees it"
)]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::cli::terminal::Terminal;
use crate::experiment::outcome::{CaseResult, Header};
use crate::experiment::sweep::Fold;
use crate::time::SimDuration;

/// How often the line is written over.
const LIVE_EVERY: Duration = Duration::from_millis(100);
/// How often a line is added where none can be written over.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// Ways of failing that are told as they are met; the summary has them all.
const TOLD_MAX: usize = 10;

/// The progress of one sweep.
pub(super) struct Pace<'a> {
    terminal: &'a Terminal,
    header: &'a Header,
    /// Cases that were there before.
    kept: u64,
    all: u64,
    begun: Instant,
    told: Option<Instant>,
    met: BTreeSet<String>,
}

impl<'a> Pace<'a> {
    /// The sweep begins, or goes on, with so many of all cases done.
    pub(super) fn new(terminal: &'a Terminal, header: &'a Header, (kept, all): (u64, u64)) -> Self {
        if kept > 0 {
            terminal.say(&format!("{kept} of {all} cases are kept from before\n"));
        }
        Self {
            terminal,
            header,
            kept,
            all,
            begun: Instant::now(),
            told: None,
            met: BTreeSet::new(),
        }
    }

    /// One more case is over.
    pub(super) fn reach(&mut self, case: &CaseResult, fold: &Fold) {
        self.tell_failure(case);
        let now = Instant::now();
        let pause = match self.terminal.is_live() {
            true => LIVE_EVERY,
            false => LINE_EVERY,
        };
        if now.duration_since(self.told.unwrap_or(self.begun)) < pause {
            return;
        }
        self.told = Some(now);
        let counts = Counts {
            done: fold.run(),
            kept: self.kept,
            all: self.all,
            failed: fold.failures(),
        };
        let line = line(
            &self.header.scenario,
            counts,
            now.duration_since(self.begun),
        );
        match self.terminal.is_live() {
            true => self.terminal.say(&format!("\r{line}\x1b[K")),
            false => self.terminal.say(&format!("{line}\n")),
        }
    }

    /// Each way of failing is told at once, with the command that shows it.
    fn tell_failure(&mut self, case: &CaseResult) {
        let Some(signature) = &case.signature else {
            return;
        };
        if self.met.len() >= TOLD_MAX || !self.met.insert(signature.clone()) {
            return;
        }
        let before = match self.terminal.is_live() {
            true => "\r\x1b[K",
            false => "",
        };
        let values = case.cell.as_ref().map(|cell| &cell.values);
        let Some(point) = self.header.point(case.seed, values) else {
            return;
        };
        let reproduce = self.header.reproduce(point);
        let of = match values {
            None => format!("seed {}", case.seed),
            Some(_) => format!(
                "seed {} with {}",
                case.seed,
                self.header.labels_at(point).join(", ")
            ),
        };
        self.terminal.say(&format!(
            "{before}{of} fails: {signature}\n  reproduce: {reproduce}\n"
        ));
    }

    /// Whether so much time is over.
    pub(super) fn is_over(&self, time: Option<SimDuration>) -> bool {
        time.is_some_and(|time| self.begun.elapsed() >= Duration::from_nanos(time.0))
    }

    /// The line makes room for the summary.
    pub(super) fn end(self) {
        if self.told.is_some() && self.terminal.is_live() {
            self.terminal.say("\r\x1b[K");
        }
    }
}

/// How many cases there are of each kind.
#[derive(Clone, Copy)]
struct Counts {
    done: u64,
    kept: u64,
    all: u64,
    failed: u64,
}

fn line(name: &str, counts: Counts, took: Duration) -> String {
    let Counts {
        done,
        kept,
        all,
        failed,
    } = counts;
    let ran = u128::from(done.saturating_sub(kept));
    let ms = took.as_millis().max(1);
    let tenths = ran * 10_000 / ms;
    // The first second tells little about the others.
    let left = match (ran, took.as_secs()) {
        (0, _) | (_, 0) => String::new(),
        _ => {
            let seconds = u128::from(all.saturating_sub(done)) * ms / ran / 1_000;
            format!(", about {seconds} s left")
        }
    };
    format!(
        "{name}: {} %, {done} of {all} cases, {failed} failed, {}.{} a second{left}",
        done * 100 / all.max(1),
        tenths / 10,
        tenths % 10,
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Counts, line};

    #[test]
    fn a_line_says_how_fast_it_goes_and_how_long_it_will_take() {
        let counts = Counts {
            done: 150,
            kept: 100,
            all: 1_000,
            failed: 3,
        };
        assert_eq!(
            line("cut", counts, Duration::from_secs(4)),
            "cut: 15 %, 150 of 1000 cases, 3 failed, 12.5 a second, about 68 s left"
        );
        let first = Counts {
            done: 1,
            kept: 0,
            all: 3,
            failed: 0,
        };
        assert_eq!(
            line("cut", first, Duration::from_millis(500)),
            "cut: 33 %, 1 of 3 cases, 0 failed, 2.0 a second"
        );
    }
}
