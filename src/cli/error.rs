//! What a user, a file or the file system got wrong. Mistakes inside scenarios are told by
//! [`scenario`](crate::scenario).

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::checks::causal::Misread;
use crate::import;

/// Why a command cannot do what it was asked to.
#[derive(Debug, Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("`{}` cannot be read: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error("`{}` cannot be written: {source}", path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something else stands where a file or folder has to go.
    #[error("`{}` is in the way: expected {expected}", path.display())]
    InTheWay {
        /// Where.
        path: PathBuf,
        /// What could stand there.
        expected: &'static str,
    },
    /// A new file would replace an old one.
    #[error("`{}` exists already, and nothing is overwritten: take another name", .0.display())]
    Exists(PathBuf),
    /// A name that no new file can have.
    #[error("a scenario cannot be called {0:?}: expected a file name, such as `atlantic-cut`")]
    BadName(String),
    /// Two scenarios would leave their files in the same folder.
    #[error(
        "`{}` and `{}` are both called `{name}`, and would write to the same folder: run them one \
         by one, or give one of them another `name`", first.display(), second.display()
    )]
    SameName {
        /// The name of both.
        name: String,
        /// The first one's file.
        first: PathBuf,
        /// The second one's file.
        second: PathBuf,
    },
    /// A file is not the outcome of a run.
    #[error("`{}` is not an outcome that this version reads: {source}", path.display())]
    NotOutcome {
        /// Which.
        path: PathBuf,
        /// Where reading it ended, and why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A line is not a failure of a sweep.
    #[error(
        "`{}` is not a list of failures: line {line} has no `seed`; expected the failures.jsonl \
         of a sweep", path.display()
    )]
    NotFailure {
        /// Which.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
    /// A failure is of no cell of the scenario.
    #[error(
        "`{}`, line {line}, is of no cell of this scenario: expected a `cell` with a value of each \
         axis, as its sweeps write them", path.display()
    )]
    OtherCell {
        /// The file of failures.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
    /// An axis or a value that the scenario does not have.
    #[error("`{}` has no {what}: {known}", path.display())]
    UnknownAxis {
        /// The scenario.
        path: PathBuf,
        /// What was asked for.
        what: String,
        /// Those it has.
        known: String,
    },
    /// Ends and precision between which nothing can be searched.
    #[error(
        "{0}: expected two amounts of one kind, the lower first, and if any a precision of the \
         same kind: `--between 1m..20m --precision 10s`"
    )]
    NoScale(String),
    /// A file is not the header of a sweep.
    #[error("`{}` is not the header of a sweep that this version reads: {source}", path.display())]
    NotSweep {
        /// Which.
        path: PathBuf,
        /// Where reading it ended, and why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Cases of another sweep are in the folder.
    #[error(
        "`{}` is of another sweep: its {what} is {theirs}, here it is {ours}; repeat that one's \
         command line to go on with it, or take another folder", path.display()
    )]
    OtherSweep {
        /// The header that was found.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// As it was found.
        theirs: String,
        /// As it is asked for.
        ours: String,
    },
    /// Cases without a header.
    #[error(
        "`{}` cannot be gone on with: expected `{}`, which says what its cases are of; take \
         another folder", cases.display(), header.display()
    )]
    NoHeader {
        /// The cases.
        cases: PathBuf,
        /// Where their header would be.
        header: PathBuf,
    },
    /// A file is not a case list.
    #[error("`{}` is not a case list that this version reads: {source}", path.display())]
    NotCases {
        /// Which.
        path: PathBuf,
        /// Where reading it ended, and why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The scenario of a case list gives another plan than it did where the list was made.
    #[error(
        "`{}` is of another {what}: expected {expected}, found {found}; make the case list again \
         with this meridian, or run that one", path.display()
    )]
    OtherCases {
        /// The case list.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// As the list has it.
        expected: String,
        /// As it is here.
        found: String,
    },
    /// There is no such partition.
    #[error(
        "the case list has {expected} partitions, not {found}: expected `--partition I/{expected}`"
    )]
    OtherPartitions {
        /// How many it has.
        expected: u64,
        /// How many were meant.
        found: u64,
    },
    /// The environment names no partition.
    #[error(
        "no partition is named in the environment: expected one of {expected}; elsewhere say \
         `--partition I/N`"
    )]
    NoPartition {
        /// The variables that would.
        expected: String,
    },
    /// An engine cannot run so many partitions.
    #[error("{engine} runs {expected} partitions, not {found}")]
    Engine {
        /// What was to run them.
        engine: &'static str,
        /// How many it can.
        expected: &'static str,
        /// How many there are.
        found: u64,
    },
    /// A line is not the case it should be.
    #[error("`{}`, line {line}, is not the case that is due: {problem}", path.display())]
    NotCase {
        /// The file of cases.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// A file is not a history.
    #[error("`{}` is not a history: {misread}", path.display())]
    NotHistory {
        /// Which.
        path: PathBuf,
        /// Where reading it ended, and why.
        misread: Misread,
    },
    /// An outcome stands alone.
    #[error(
        "`{}` cannot be replayed without its plan: expected `{}` beside it, as `run --out` leaves \
         them", outcome.display(), plan.display()
    )]
    NoPlan {
        /// The outcome.
        outcome: PathBuf,
        /// Where its plan would be.
        plan: PathBuf,
    },
    /// A scenario without arms cannot be compared with itself.
    #[error(
        "`{}` has no arms: expected `arms: [(name: …, runbook: […])]` in it, or two results",
        .0.display()
    )]
    NoArms(PathBuf),
    /// One result alone.
    #[error("`{}` is all there is to compare: expected a second result", .0.display())]
    OneResult(PathBuf),
    /// An arm that the scenario does not have.
    #[error("`{}` has no arm called `{name}`: {known}", path.display())]
    UnknownArm {
        /// The scenario.
        path: PathBuf,
        /// What was asked for.
        name: String,
        /// Those it has.
        known: String,
    },
    /// A folder where a file is expected.
    #[error("`{}` is a folder: expected its `outcome.json` or `plan.ron`", .0.display())]
    Folder(PathBuf),
    /// There is nothing to explain under this name.
    #[error("there is nothing called `{code}`{hint}")]
    UnknownCode {
        /// What was asked for.
        code: String,
        /// What could be meant, and where to look.
        hint: String,
    },
    /// What was given cannot be imported.
    #[error(transparent)]
    Import(#[from] import::Error),
    /// Results cannot be printed.
    #[error("the results cannot be printed: {0}")]
    Output(#[source] io::Error),
}
