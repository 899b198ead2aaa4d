//! Cases kept in a folder: a header that says what they are of, and a line for each, in order.
//!
//! Lines are appended to a file that ends in `.tmp`, each as soon as it is due, and the file takes
//! its name once it is whole. So whatever ends the program, what it had kept is there, but for a
//! torn last line, which is run again; and a file without `.tmp` is complete.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::error::Error;
use crate::cli::output;
use crate::cli::terminal::Terminal;
use crate::experiment::outcome::{CaseResult, Header};
use crate::experiment::sweep::Part;
use crate::report::sweep::json;

/// What the files are called.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// The header.
    pub header: String,
    /// The cases.
    pub cases: String,
    /// Those that failed; none where nobody asks for them.
    pub failures: Option<String>,
}

impl Names {
    /// Those of a sweep in one piece.
    pub(super) fn whole() -> Self {
        Self {
            header: "header.json".to_owned(),
            cases: "cases.jsonl".to_owned(),
            failures: Some("failures.jsonl".to_owned()),
        }
    }

    /// Those of one partition: `part-3-of-64.jsonl`.
    pub(super) fn of(part: Part) -> Self {
        let stem = format!("part-{}-of-{}", part.number, part.of);
        Self {
            header: format!("{stem}.header.json"),
            cases: format!("{stem}.jsonl"),
            failures: None,
        }
    }
}

/// Files that grow.
#[derive(Debug)]
pub(super) struct Store {
    cases: Growing,
    failures: Option<Growing>,
}

/// One file that grows.
#[derive(Debug)]
struct Growing {
    place: PathBuf,
    beside: PathBuf,
    file: File,
}

impl Store {
    /// The store in `folder`, and the cases that are kept there already: the first of those of
    /// the part, so many as are `enough`.
    ///
    /// # Errors
    /// When what is there is of another sweep, or no store, and when files cannot be written.
    pub(super) fn open(
        folder: &Path,
        names: &Names,
        header: &Header,
        part: Part,
        enough: impl Fn(&[CaseResult]) -> usize,
    ) -> Result<(Self, Vec<CaseResult>), Error> {
        output::prepare(folder)?;
        let place = folder.join(&names.cases);
        let is_known = belongs(&folder.join(&names.header), header)?;
        let (path, text) = match (place.exists(), beside(&place).exists()) {
            (true, _) => (place.clone(), output::read(&place)?),
            (false, true) => (beside(&place), output::read(&beside(&place))?),
            (false, false) => (place.clone(), String::new()),
        };
        if !is_known && !text.is_empty() {
            return Err(Error::NoHeader {
                cases: path,
                header: folder.join(&names.header),
            });
        }
        let mut kept = rows(&path, &text, header, part)?;
        kept.truncate(enough(&kept));
        replace(&folder.join(&names.header), &json::header(header))?;
        let text: String = kept.iter().map(json::row).collect();
        let cases = Growing::new(place, &text)?;
        let failed = kept.iter().filter_map(|case| json::failure(case, header));
        let failures = match &names.failures {
            Some(name) => Some(Growing::new(
                folder.join(name),
                &failed.collect::<String>(),
            )?),
            None => None,
        };
        Ok((Self { cases, failures }, kept))
    }

    /// Keeps one more case.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn keep(&mut self, case: &CaseResult, header: &Header) -> Result<(), Error> {
        if let (Some(failures), Some(line)) = (&mut self.failures, json::failure(case, header)) {
            failures.add(&line)?;
        }
        self.cases.add(&json::row(case))
    }

    /// All that is to be kept is there: the files take their names.
    ///
    /// # Errors
    /// When one cannot be written to its end.
    pub(super) fn finish(self) -> Result<(), Error> {
        self.failures.map_or(Ok(()), Growing::finish)?;
        self.cases.finish()
    }
}

impl Growing {
    fn new(place: PathBuf, text: &str) -> Result<Self, Error> {
        let beside = beside(&place);
        replace(&beside, text)?;
        let file = OpenOptions::new().append(true).open(&beside);
        let file = file.map_err(|source| Error::Unwritable {
            path: beside.clone(),
            source,
        })?;
        Ok(Self {
            place,
            beside,
            file,
        })
    }

    fn add(&mut self, line: &str) -> Result<(), Error> {
        let written = self.file.write_all(line.as_bytes());
        written.map_err(|source| Error::Unwritable {
            path: self.beside.clone(),
            source,
        })
    }

    fn finish(self) -> Result<(), Error> {
        let named = self.file.sync_all();
        let named = named.and_then(|()| fs::rename(&self.beside, &self.place));
        named.map_err(|source| Error::Unwritable {
            path: self.place,
            source,
        })
    }
}

fn beside(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}

/// Waits until no other program is at work on this partition in this folder: say, one whose worker
/// was given up as dead. The turn lasts as long as the file is open; a file system without locks
/// has no turns.
///
/// # Errors
/// When the folder cannot be written to, or the lock cannot be waited for.
pub(super) fn turn(terminal: &Terminal, folder: &Path, part: Part) -> Result<File, Error> {
    output::prepare(folder)?;
    let (number, of) = (part.number, part.of);
    let path = folder.join(format!("part-{number}-of-{of}.lock"));
    let unwritable = |source| Error::Unwritable {
        path: path.clone(),
        source,
    };
    let file = File::create(&path).map_err(unwritable)?;
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        terminal.say(&format!(
            "partition {number}/{of}: waiting for another program that is at work on it\n"
        ));
        file.lock().map_err(unwritable)?;
    }
    Ok(file)
}

/// Puts a text in a file's place, whole or not at all.
fn replace(place: &Path, text: &str) -> Result<(), Error> {
    let mut name = place.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let written = fs::write(&new, text).and_then(|()| fs::rename(&new, place));
    written.map_err(|source| Error::Unwritable {
        path: place.to_owned(),
        source,
    })
}

/// Whether there is a header, which is then one of the same sweep.
///
/// # Errors
/// When it is of another one, or no header.
pub(super) fn belongs(path: &Path, header: &Header) -> Result<bool, Error> {
    if !path.exists() {
        return Ok(false);
    }
    let found = json::parse_header(&output::read(path)?);
    let found = found.map_err(|source| Error::NotSweep {
        path: path.to_owned(),
        source: source.into(),
    })?;
    match found.difference(header) {
        None => Ok(true),
        Some((what, theirs, ours)) => Err(Error::OtherSweep {
            path: path.to_owned(),
            what,
            theirs,
            ours,
        }),
    }
}

/// The cases in a text, without a torn line at its end and without those that are not asked for.
///
/// # Errors
/// When a line is no case, or not the one that is due.
pub(super) fn rows(
    path: &Path,
    text: &str,
    header: &Header,
    part: Part,
) -> Result<Vec<CaseResult>, Error> {
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    let mut rows = Vec::new();
    for (at, line) in (0_u64..).zip(whole.lines()) {
        let index = part.index(at);
        if index >= header.count() {
            break;
        }
        let wrong = |problem: String| Error::NotCase {
            path: path.to_owned(),
            line: at + 1,
            problem,
        };
        let row = json::parse_row(line).map_err(|error| wrong(error.to_string()))?;
        let due = header.at(index);
        if row.seed != due.seed {
            let problem = format!("it is of seed {}, expected {}", row.seed, due.seed);
            return Err(wrong(problem));
        }
        let values = row.cell.as_ref().map(|cell| &cell.values);
        if values != header.values_at(due).as_ref() {
            let expected = header.labels_at(due).join(", ");
            return Err(wrong(format!("it is of another cell, expected {expected}")));
        }
        rows.push(row);
    }
    Ok(rows)
}
