//! What a check or an expectation came to.

use crate::id::InstanceId;
use crate::time::SimTime;

/// One verdict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The check's name, or the expectation as the scenario words it.
    pub name: String,
    /// Passed, failed or never evaluated.
    pub status: Status,
    /// What was seen, in words; empty when nothing was.
    pub observed: String,
    /// What was demanded, in words.
    pub limit: String,
    /// When it was first violated, or decided.
    pub at: Option<SimTime>,
    /// What a reader needs beside that: instances, shards, the place in the scenario.
    pub detail: String,
    /// The members it was violated on, each once and in order; none where its name tells, or where
    /// it concerns all together.
    pub subjects: Vec<InstanceId>,
}

/// Passed, failed or never evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// It held.
    Pass,
    /// It was violated.
    Fail,
    /// Nothing was observed that could decide it.
    NotEvaluated,
}

impl Verdict {
    /// A verdict that nothing has decided yet.
    pub(super) fn open(name: impl Into<String>, limit: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            status: Status::NotEvaluated,
            observed: String::new(),
            limit: limit.into(),
            at: None,
            detail: String::new(),
            subjects: Vec::new(),
        }
    }

    /// The same, decided.
    pub(super) fn decided(
        mut self,
        holds: bool,
        at: Option<SimTime>,
        observed: impl Into<String>,
    ) -> Self {
        self.status = if holds { Status::Pass } else { Status::Fail };
        self.at = at;
        self.observed = observed.into();
        self
    }

    /// The same, with the members it was violated on, if it was.
    pub(super) fn befalling(mut self, members: impl IntoIterator<Item = InstanceId>) -> Self {
        if self.status == Status::Fail {
            self.subjects.extend(members);
        }
        self.subjects.sort_unstable();
        self.subjects.dedup();
        self
    }

    /// The same, with what a reader needs beside.
    pub(super) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}
