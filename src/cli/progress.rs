//! How far a run is: one line, written over on a terminal, repeated now and then elsewhere.
//!
//! The clock of the machine is read here and nowhere else; nothing of it reaches a result.

#![expect(
    clippy::disallowed_types,
    reason = "progress is told in the user's time; no run sees it"
)]

use std::time::{Duration, Instant};

use crate::cli::terminal::Terminal;
use crate::time::{SimDuration, SimTime};

/// How often the line is written over.
const LIVE_EVERY: Duration = Duration::from_millis(100);
/// How often a line is added where none can be written over.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The progress of one run.
#[derive(Debug)]
pub(super) struct Progress<'a> {
    terminal: &'a Terminal,
    name: &'a str,
    end: SimTime,
    begun: Instant,
    told: Instant,
    shown: bool,
}

impl<'a> Progress<'a> {
    /// The run called `name`, which lasts so long.
    pub(super) fn new(terminal: &'a Terminal, name: &'a str, length: SimDuration) -> Self {
        let now = Instant::now();
        Self {
            terminal,
            name,
            end: SimTime::ZERO + length,
            begun: now,
            told: now,
            shown: false,
        }
    }

    /// The run has reached `at`.
    pub(super) fn reach(&mut self, at: SimTime) {
        let now = Instant::now();
        let pause = if self.terminal.is_live() {
            LIVE_EVERY
        } else {
            LINE_EVERY
        };
        if now.duration_since(self.told) < pause {
            return;
        }
        self.told = now;
        self.shown = true;
        let line = line(self.name, at, self.end, now.duration_since(self.begun));
        if self.terminal.is_live() {
            self.terminal.say(&format!("\r{line}\x1b[K"));
        } else {
            self.terminal.say(&format!("{line}\n"));
        }
    }

    /// The run has ended: the line makes room for its results.
    pub(super) fn end(self) {
        if self.shown && self.terminal.is_live() {
            self.terminal.say("\r\x1b[K");
        }
    }
}

fn line(name: &str, at: SimTime, end: SimTime, took: Duration) -> String {
    let done = at.as_millis().min(end.as_millis());
    let all = end.as_millis().max(1);
    let percent = done * 100 / all;
    let at = SimTime::from_secs(done / 1000);
    let seconds = took.as_secs();
    // The first second tells little about the others.
    let left = match seconds {
        0 => String::new(),
        _ => format!(", about {} s left", seconds * (all - done) / done.max(1)),
    };
    format!("{name}: {percent} %, {at} of {end}, {seconds} s{left}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::line;
    use crate::time::SimTime;

    #[test]
    fn a_line_says_how_long_it_will_take() {
        let (at, end) = (
            SimTime::from_millis(3_600_005),
            SimTime::from_secs(4 * 3600),
        );
        assert_eq!(
            line("cut", at, end, Duration::from_secs(5)),
            "cut: 25 %, 1h of 4h, 5 s, about 14 s left"
        );
        assert_eq!(
            line("cut", SimTime::ZERO, end, Duration::ZERO),
            "cut: 0 %, 0s of 4h, 0 s"
        );
    }
}
