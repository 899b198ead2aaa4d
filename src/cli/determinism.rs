//! `run --check-determinism`: what a run yields depends on its plan and seed alone.

use thiserror::Error;

use crate::cli::difference;
use crate::cli::run::files;
use crate::experiment::run::{self, Finished};
use crate::plan::Plan;
use crate::report::File;
use crate::world::Options;

/// The run that the others are compared with.
#[derive(Debug)]
pub(super) struct First<'a> {
    /// What it left.
    pub finished: &'a Finished,
    /// Its files.
    pub files: &'a [File],
    /// How it was carried out.
    pub options: Options,
}

/// A run of the same plan came out otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("the run diverges {how}: digest {expected} became {found}; first difference: {first}")]
pub(super) struct Divergence {
    /// How it was carried out.
    how: &'static str,
    /// The digest of the first run.
    expected: String,
    /// Its own.
    found: String,
    /// Where the two begin to differ.
    first: String,
}

/// Runs `plan` with other threads, with half the lookahead, and unobserved. The digest, if it is
/// the same each time and the files are.
///
/// # Errors
/// What differed.
pub(super) fn check(plan: &Plan, first: &First<'_>) -> Result<String, Vec<Divergence>> {
    let Options {
        threads,
        lookahead_divisor,
        ..
    } = first.options;
    let others = if threads == 1 { 2 } else { 1 };
    let threaded = Options {
        threads: others,
        ..first.options
    };
    let halved = Options {
        lookahead_divisor: lookahead_divisor * 2,
        ..first.options
    };
    let divergences = [
        observed(plan, first, threaded, "with other threads"),
        observed(plan, first, halved, "with half the lookahead"),
        unobserved(plan, first),
    ];
    let divergences: Vec<Divergence> = divergences.into_iter().flatten().collect();
    match divergences.is_empty() {
        true => Ok(first.finished.outcome.digest.clone()),
        false => Err(divergences),
    }
}

fn observed(
    plan: &Plan,
    first: &First<'_>,
    options: Options,
    how: &'static str,
) -> Option<Divergence> {
    let expected = &first.finished.outcome;
    let again = run::run(plan, options, &expected.reproduce);
    let difference = difference::first(first.files, &files(plan, &again));
    let found = again.outcome.digest;
    if difference.is_none() && found == expected.digest {
        return None;
    }
    Some(Divergence {
        how,
        expected: expected.digest.clone(),
        found,
        first: difference.unwrap_or_else(|| "none in the files".to_owned()),
    })
}

fn unobserved(plan: &Plan, first: &First<'_>) -> Option<Divergence> {
    let expected = &first.finished.outcome.digest;
    let found = format!("{:016x}", run::digest(plan, first.options));
    (found != *expected).then(|| Divergence {
        how: "when nobody observes it",
        expected: expected.clone(),
        found,
        first: "unknown, as nothing was observed".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::Divergence;

    #[test]
    fn a_divergence_names_itself() {
        let divergence = Divergence {
            how: "with other threads",
            expected: "1".to_owned(),
            found: "2".to_owned(),
            first: "journal.jsonl line 2: `b` became `c`".to_owned(),
        };
        assert_eq!(
            divergence.to_string(),
            "the run diverges with other threads: digest 1 became 2; first difference: \
             journal.jsonl line 2: `b` became `c`"
        );
    }
}
