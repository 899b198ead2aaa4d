//! The journal: every fault, control step and verdict of a run, in the order they happened.

use crate::time::SimTime;

/// One line of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalEntry {
    /// When it happened.
    pub at: SimTime,
    /// What kind of thing it is.
    pub kind: JournalKind,
    /// What it happened to: an instance, a region, a link (`east->west`), a check.
    pub subject: String,
    /// What happened, in words.
    pub text: String,
}

/// What kind of thing a journal entry tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JournalKind {
    /// A fault began or ended.
    Fault,
    /// A request, and each step of carrying it out.
    Control,
    /// An operator's rule fired, or its metric fell below the threshold again.
    Alert,
    /// A link broke, resumed or began a full synchronisation.
    Link,
    /// A shard ran out of memory, or has room again.
    Memory,
    /// A check or an expectation was decided.
    Verdict,
}

impl JournalKind {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Control => "control",
            Self::Alert => "alert",
            Self::Link => "link",
            Self::Memory => "memory",
            Self::Verdict => "verdict",
        }
    }
}
