//! `meridian merge`: partitions to the bytes of a sweep in one piece.

use std::path::{Path, PathBuf};

use crate::cli::args::Merge;
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::sweep::store::{Names, belongs, rows};
use crate::cli::sweep::{cases, told};
use crate::cli::terminal::Terminal;
use crate::experiment::outcome::{CaseResult, Header};
use crate::experiment::sweep::{Fold, Part};
use crate::report::File;
use crate::report::sweep::{self as report, json};

/// The cases of one partition.
enum Found {
    /// All of them.
    Whole(Vec<CaseResult>),
    /// None, or not all of them.
    Missing,
    /// Two folders have other cases.
    Different(PathBuf, PathBuf),
}

/// Puts together what `request` names.
///
/// # Errors
/// When something cannot be read, written or printed, or is of another sweep.
pub(in crate::cli) fn merge(terminal: &Terminal, request: &Merge) -> Result<Exit, Error> {
    let (list, _) = cases::listed(&request.cases)?;
    let (header, of) = (&list.header, list.partitions);
    let count = header.count();
    let mut all: Vec<(u64, CaseResult)> = Vec::new();
    let (mut missing, mut differs) = (Vec::new(), false);
    for number in 1..=of {
        let part = Part { number, of };
        match found(&request.folders, part, header)? {
            Found::Whole(cases) => {
                all.extend((0..).zip(cases).map(|(at, case)| (part.index(at), case)));
            }
            Found::Missing => missing.push(format!("{number}/{of}")),
            Found::Different(one, other) => {
                let (one, other) = (one.display(), other.display());
                terminal.error(&format!("`{one}` and `{other}` have other cases"));
                differs = true;
            }
        }
    }
    if differs {
        return Ok(Exit::Diverged);
    }
    if !missing.is_empty() {
        let which = missing.join(", ");
        terminal.error(&format!(
            "of {of} partitions {} are missing: {which}",
            missing.len()
        ));
        return Ok(Exit::Incomplete);
    }
    all.sort_by_key(|(index, _)| *index);
    assert_eq!(all.len() as u64, count, "whole partitions have all cases");
    let mut fold = Fold::new(header);
    all.iter().for_each(|(_, case)| fold.add(case));
    let summary = fold.summary(None, list.sometimes_every);
    let cases = all.iter().map(|(_, case)| case);
    let mut files = report::files(&summary, &fold.distributions());
    let names = Names::whole();
    let file = |path: &str, text: String| File {
        path: path.to_owned(),
        text,
    };
    files.push(file(&names.header, json::header(header)));
    files.push(file(&names.cases, cases.clone().map(json::row).collect()));
    let failures = cases
        .filter_map(|case| json::failure(case, header))
        .collect();
    files.extend(names.failures.map(|name| file(&name, failures)));
    output::write(&request.out, &files)?;
    told(terminal, &summary, request.format, Some(&request.out))
}

/// The cases of a partition in those folders that have them all.
fn found(folders: &[PathBuf], part: Part, header: &Header) -> Result<Found, Error> {
    let names = Names::of(part);
    let mut first: Option<(PathBuf, Vec<CaseResult>)> = None;
    for folder in folders {
        let path = folder.join(&names.cases);
        if !path.exists() {
            continue;
        }
        if !belongs(&folder.join(&names.header), header)? {
            return Err(Error::NoHeader {
                cases: path,
                header: folder.join(&names.header),
            });
        }
        let cases = whole(&path, part, header)?;
        match (&first, cases) {
            (_, None) => {}
            (None, Some(cases)) => first = Some((path, cases)),
            (Some((_, known)), Some(cases)) if *known == cases => {}
            (Some((one, _)), Some(_)) => return Ok(Found::Different(one.clone(), path)),
        }
    }
    Ok(first.map_or(Found::Missing, |(_, cases)| Found::Whole(cases)))
}

/// The cases in a file, if they are all that a partition has.
fn whole(path: &Path, part: Part, header: &Header) -> Result<Option<Vec<CaseResult>>, Error> {
    let cases = rows(path, &output::read(path)?, header, part)?;
    let expected = part.count(header.count());
    Ok((cases.len() as u64 == expected).then_some(cases))
}
