//! Why nothing can be imported.

use thiserror::Error;

use crate::control::Refusal;

/// Why nothing can be imported: what was found, where, and what would be accepted.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Error {
    /// A file larger than any that Azure prints.
    #[error("`{input}` has {bytes} bytes: expected at most {}", super::BYTES_MAX)]
    TooLarge {
        /// Which.
        input: String,
        /// How many bytes it has.
        bytes: usize,
    },
    /// A file is no text.
    #[error("`{input}` is not text at byte {at}: expected UTF-8, or UTF-16 with its mark: {help}")]
    NotText {
        /// Which.
        input: String,
        /// Where the text ends.
        at: usize,
        /// What it looks like.
        help: &'static str,
    },
    /// A file that begins like JSON and is none.
    #[error("`{input}` is not JSON: {problem}")]
    NotJson {
        /// Which.
        input: String,
        /// What is wrong, with line and column.
        problem: String,
    },
    /// A value that is not what Azure has in its place.
    #[error("{at}: found {found}, expected {expected}")]
    Unexpected {
        /// File and JSON pointer, or file and line.
        at: String,
        /// What stands there.
        found: String,
        /// What could.
        expected: &'static str,
    },
    /// A quoted text of a script has no end.
    #[error("{at}: the quote {quote} has no end: expected another one")]
    OpenQuote {
        /// File, line and column.
        at: String,
        /// The quote.
        quote: char,
    },
    /// No input tells of a cache.
    #[error(
        "no cache is in {inputs}: expected the JSON of `az redisenterprise show`, or lines with \
         `az redisenterprise create` or `New-AzRedisEnterpriseCache`"
    )]
    Nothing {
        /// The inputs' names.
        inputs: String,
    },
    /// Two places say different things about one cache.
    #[error("{0}")]
    Contradiction(Box<Contradiction>),
    /// Several caches have the name that a place says no more than.
    #[error("{at}: which `{name}` is meant? There are {known}; expected its resource group")]
    Ambiguous {
        /// Where the name stands.
        at: String,
        /// The name.
        name: String,
        /// The caches of that name.
        known: String,
    },
    /// More than one group.
    #[error(
        "several groups: {groups}; a scenario has one: name it with `--group NICKNAME`, or leave \
         the others' files out"
    )]
    SeveralGroups {
        /// The groups and their members.
        groups: String,
    },
    /// No group is called as demanded.
    #[error("no group is called `{wanted}`: {known}")]
    NoSuchGroup {
        /// The name.
        wanted: String,
        /// What there is instead.
        known: String,
    },
    /// Too many members.
    #[error(
        "{}: the group `{group}` has {count} members ({names}); accepted: at most {max}",
        Refusal::GroupFull.id()
    )]
    GroupFull {
        /// The group.
        group: String,
        /// How many members it has.
        count: usize,
        /// Their names.
        names: String,
        /// How many a group can have.
        max: usize,
    },
    /// Too many caches, the ones outside the group included.
    #[error("{count} caches ({names}); a scenario has at most {max} instances: {help}")]
    TooMany {
        /// How many.
        count: usize,
        /// Their names.
        names: String,
        /// How many a scenario can have.
        max: usize,
        /// How to have fewer.
        help: &'static str,
    },
}

/// Two places that say different things about one cache.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error(
    "`{cache}` has two {what}: `{first}` ({first_at}) and `{second}` ({second_at}); expected one, \
     so leave one of them out"
)]
pub struct Contradiction {
    /// Which cache.
    pub cache: String,
    /// Values of what.
    pub what: &'static str,
    /// One value.
    pub first: String,
    /// Where it stands.
    pub first_at: String,
    /// Another.
    pub second: String,
    /// Where that stands.
    pub second_at: String,
}
