//! Standard output is data, standard error is talk.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};

use crate::cli::args::Colour;
use crate::cli::error::Error;
use crate::cli::exit::Exit;

/// Where results and talk go, and whether in colour.
#[derive(Debug)]
pub(super) struct Terminal {
    colour_out: bool,
    colour_err: bool,
    live: bool,
    /// Whoever read the results has gone.
    closed: Cell<bool>,
}

impl Terminal {
    /// The terminal of this process.
    pub(super) fn new(colour: Colour) -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        let plain = set("NO_COLOR").is_some() || dumb;
        let coloured = |is_terminal: bool| match colour {
            Colour::Auto => is_terminal && !plain,
            Colour::Always => true,
            Colour::Never => false,
        };
        let live = io::stderr().is_terminal();
        Self {
            colour_out: coloured(io::stdout().is_terminal()),
            colour_err: coloured(live),
            live: live && !dumb,
            closed: Cell::new(false),
        }
    }

    /// Whether talk is coloured.
    pub(super) fn colours_talk(&self) -> bool {
        self.colour_err
    }

    /// Whether a line of talk can be written over.
    pub(super) fn is_live(&self) -> bool {
        self.live
    }

    /// Prints results. Once their reader has gone, as `head` does, nothing more is printed.
    ///
    /// # Errors
    /// When they cannot be written for any other reason.
    pub(super) fn data(&self, text: &str) -> Result<(), Error> {
        if self.closed.get() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed.set(true);
                Ok(())
            }
            written => written.map_err(Error::Output),
        }
    }

    /// Prints a summary, its marks in colour where there is colour.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn summary(&self, text: &str) -> Result<(), Error> {
        if self.colour_out {
            self.data(&marked(text))
        } else {
            self.data(text)
        }
    }

    /// Says something beside the results. When nobody can hear it, it is lost.
    pub(super) fn say(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Says what went wrong.
    pub(super) fn error(&self, error: &impl Display) {
        let label = if self.colour_err {
            "\x1b[1;31merror\x1b[0m"
        } else {
            "error"
        };
        self.say(&format!("{label}: {error}\n"));
    }

    /// How a command ended that may have met an error, which is told.
    pub(super) fn exit(&self, ended: Result<Exit, Error>) -> Exit {
        ended.unwrap_or_else(|error| {
            self.error(&error);
            Exit::Wrong
        })
    }
}

/// A summary with the marks at the beginning of its lines in colour.
fn marked(text: &str) -> String {
    const MARKS: [(&str, &str); 6] = [
        ("PASS", "32"),
        ("FAIL", "31"),
        ("CAPPED", "33"),
        ("  ✓", "32"),
        ("  ✗", "31"),
        ("  ?", "33"),
    ];
    let line = |line: &str| {
        let mark = MARKS.iter().find_map(|(mark, colour)| {
            let rest = line.strip_prefix(mark)?;
            Some(format!("\x1b[1;{colour}m{mark}\x1b[0m{rest}"))
        });
        mark.unwrap_or_else(|| line.to_owned())
    };
    text.split_inclusive('\n').map(line).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn marks_are_coloured_and_nothing_else() {
        let text = "PASS  a\n  ✗ no PASS  ✓\n";
        let coloured = super::marked(text);
        assert_eq!(
            coloured,
            "\x1b[1;32mPASS\x1b[0m  a\n\x1b[1;31m  ✗\x1b[0m no PASS  ✓\n"
        );
    }
}
