//! Histories from elsewhere, judged alone: what clients saw, or what replicas applied.
//!
//! ```text
//! alice: w(x,1) r(x,2)      clients: one session a line, in the order of its operations;
//! bob:   w(x,2) r(x,1)      0 is the value before any write, no two writes of a key are equal
//!
//! b: b1                     effects: a replica applies the first effect of `b`
//! a: b1                     … and so does another
//! a: a1 saw b1 = 9f3c       `saw`: what the effect's origin had applied; `=`: the state after it
//! ```
//!
//! A client history is causally consistent unless it shows one of the bad patterns of Bouajjani,
//! Enea, Guerraoui and Hamza, *On verifying causal consistency*, POPL 2017. With values that are
//! distinct each read names its write, and the plain form is decided in time proportional to
//! operations times sessions.

mod effects;
mod history;
mod memory;
mod order;
mod patterns;
mod sessions;
#[cfg(test)]
mod tests;

use std::fmt;

pub use effects::Effects;
pub use history::History;

/// What cannot be read in a history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misread {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What was found, and what was expected.
    pub message: String,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

/// One question and its answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What was asked.
    pub name: &'static str,
    /// The answer.
    pub answer: Answer,
}

/// Whether something holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It does.
    Holds,
    /// It does not: the pattern that shows it, and where.
    Violated {
        /// The pattern's name.
        pattern: &'static str,
        /// The operations or effects that make it up.
        witness: String,
    },
    /// It cannot be judged; why.
    Unjudged(String),
}

impl Finding {
    fn holds(name: &'static str) -> Self {
        let answer = Answer::Holds;
        Self { name, answer }
    }

    fn violated(name: &'static str, pattern: &'static str, witness: String) -> Self {
        let answer = Answer::Violated { pattern, witness };
        Self { name, answer }
    }

    /// Whether it is known to hold.
    pub fn is_held(&self) -> bool {
        self.answer == Answer::Holds
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Answer::Holds => write!(f, "holds     {}", self.name),
            Answer::Violated { pattern, witness } => {
                write!(f, "violated  {}: {pattern}: {witness}", self.name)
            }
            Answer::Unjudged(why) => write!(f, "unjudged  {}: {why}", self.name),
        }
    }
}

/// Reads and judges a history of clients or of effects, whichever it is.
///
/// # Errors
/// The first line that cannot be read.
pub fn judge(text: &str) -> Result<Vec<Finding>, Misread> {
    if effects::is_of_effects(text) {
        Ok(Effects::parse(text)?.judge())
    } else {
        Ok(History::parse(text)?.judge())
    }
}

/// The lines of a history that say something: number, place of the first character, text; what
/// follows a `#` is a comment.
fn lines(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    text.lines().enumerate().filter_map(|(number, line)| {
        let line = line.split('#').next().unwrap_or_default();
        let said = line.trim();
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        (!said.is_empty()).then_some((number + 1, indent + 1, said))
    })
}

impl History {
    /// All that can be asked of a client history.
    pub fn judge(&self) -> Vec<Finding> {
        const NAMES: [&str; 3] = ["causal consistency", "causal convergence", "causal memory"];
        let order = match order::Order::of(self) {
            Ok(order) => order,
            Err(cycle) => {
                let witness = self.chain(&cycle);
                let found = NAMES.map(|name| Finding::violated(name, "CyclicCO", witness.clone()));
                return found.into_iter().chain(sessions::unjudged()).collect();
            }
        };
        let mut findings = match patterns::plain(self, &order) {
            Some((pattern, witness)) => NAMES
                .map(|name| Finding::violated(name, pattern, witness.clone()))
                .to_vec(),
            None => vec![
                Finding::holds(NAMES[0]),
                patterns::converging(self, &order).map_or_else(
                    || Finding::holds(NAMES[1]),
                    |witness| Finding::violated(NAMES[1], "CyclicCF", witness),
                ),
                memory::judge(self, &order, NAMES[2]),
            ],
        };
        findings.extend(sessions::judge(self, &order));
        findings
    }
}
