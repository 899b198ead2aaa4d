//! What was shrunk as a scenario file: as short as it can be, and with what it shows at its head.

use std::fmt;

use crate::experiment::reproduce::quoted;
use crate::experiment::shrink::{Ended, Failure, Judge, Shrunk, Size};
use crate::scenario;

/// No line of the head is wider, but for words that are.
const WIDTH: usize = 100;

/// Where a plan came from, and where it goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The command line that runs the plan as it was at first.
    pub reproduce: String,
    /// The file that the scenario goes to.
    pub file: String,
}

/// The file that was written does not fail as the plan did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diverged {
    /// The signature that was expected.
    pub expected: String,
    /// What was found instead: a signature, that nothing failed, or a mistake.
    pub found: String,
}

impl fmt::Display for Diverged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "what was shrunk fails differently when it is read again: expected {}, found {}",
            self.expected, self.found
        )
    }
}

impl Shrunk {
    /// The scenario file. It is read and run once more, by `judge`, before it is returned.
    ///
    /// # Errors
    /// When that run does not fail in the same way.
    pub fn file(&self, origin: &Origin, judge: &Judge<'_>) -> Result<String, Diverged> {
        let text = format!(
            "{}{}",
            self.head(origin),
            scenario::concise_form(&self.plan)
        );
        let found = match scenario::parse(&origin.file, &text, &[]) {
            Ok(plan) => judge(&plan).map_or_else(
                || "nothing failed".to_owned(),
                |Failure { signature, .. }| signature,
            ),
            Err(mistakes) => mistakes.to_string(),
        };
        let expected = self.failure.signature.clone();
        match found == expected {
            true => Ok(text),
            false => Err(Diverged { expected, found }),
        }
    }

    fn head(&self, origin: &Origin) -> String {
        let Self { runs, budget, .. } = self;
        let ended = match self.ended {
            Ended::FixedPoint => format!("{runs}; no smaller plan that was tried fails alike"),
            Ended::Budget => format!("{runs} of {budget}: the budget ran out, more may shrink it"),
            Ended::Interrupted => format!("{runs}; interrupted, the same command shrinks it more"),
        };
        let facts = [
            ("fails", self.failure.signature.clone()),
            ("seen", self.failure.detail.clone()),
            ("before", self.before.to_string()),
            ("after", Size::of(&self.plan).to_string()),
            ("runs", ended),
            ("of", origin.reproduce.clone()),
            ("by", format!("meridian {}", env!("CARGO_PKG_VERSION"))),
            ("replay", format!("meridian run {}", quoted(&origin.file))),
        ];
        let mut head =
            String::from("// Shrunk from a larger plan that fails in the same way.\n//\n");
        for (name, text) in facts {
            head += &wrapped(name, &text);
        }
        head
    }
}

/// A fact as lines of a comment; whatever the text holds stays in them.
fn wrapped(name: &str, text: &str) -> String {
    let mut lines = String::new();
    let mut line = format!("//   {name:<8}");
    let indent = line.len();
    let plain = text.replace(char::is_control, " ");
    for word in plain.split(' ').filter(|word| !word.is_empty()) {
        let is_first = line.chars().count() <= indent;
        if !is_first && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines += &format!("{line}\n");
            line = format!("//{}", " ".repeat(indent - 2));
        } else if !is_first {
            line.push(' ');
        }
        line += word;
    }
    format!("{lines}{}\n", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn facts_stay_within_their_comment() {
        assert_eq!(
            wrapped("fails", "NoOom on east"),
            "//   fails   NoOom on east\n"
        );
        assert_eq!(wrapped("seen", "a\n) b"), "//   seen    a ) b\n");
        assert_eq!(wrapped("seen", ""), "//   seen\n");
        let long = wrapped("seen", &"word ".repeat(30));
        let lines: Vec<&str> = long.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(
            lines
                .iter()
                .all(|line| line.starts_with("//  ") && line.len() <= 100)
        );
    }
}
