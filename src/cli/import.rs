//! `meridian import`: a group that exists elsewhere becomes the beginning of a scenario.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::cli::args::{Azure, Source};
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::terminal::Terminal;
use crate::import::{self, BYTES_MAX, Input};
use crate::scenario;

/// Prints or writes the scenario that follows from `source`, and says whether it loads.
///
/// # Errors
/// When a file cannot be read, is not what it should be, or when the scenario cannot be written.
pub(super) fn import(terminal: &Terminal, source: &Source) -> Result<Exit, Error> {
    match source {
        Source::Azure(request) => azure(terminal, request),
    }
}

fn azure(terminal: &Terminal, request: &Azure) -> Result<Exit, Error> {
    let inputs: Result<Vec<Input>, Error> = request.files.iter().map(|path| input(path)).collect();
    let text = import::azure(&inputs?, request.group.as_deref())?;
    let shown = match &request.out {
        None => {
            terminal.data(&text)?;
            PathBuf::from("the scenario")
        }
        Some(path) => {
            output::write_new(path, &text)?;
            terminal.data(&format!("{}\n", path.display()))?;
            path.clone()
        }
    };
    match scenario::parse(&shown.to_string_lossy(), &text, &[]) {
        Ok(_) => {
            terminal.say("it loads; next: write your question, and what should happen\n");
            Ok(Exit::Holds)
        }
        Err(mistakes) => {
            let count = mistakes.list().len();
            terminal.say(&format!(
                "it does not load yet: see the comments in it that begin with `!!` ({count} \
                 mistake{} as `meridian validate` counts)\n",
                if count == 1 { "" } else { "s" }
            ));
            Ok(Exit::Incomplete)
        }
    }
}

/// A file, or standard input for `-`, up to one byte more than is taken.
fn input(path: &Path) -> Result<Input, Error> {
    let unreadable = |source: io::Error| Error::Unreadable {
        path: path.to_owned(),
        source,
    };
    let limit = BYTES_MAX as u64 + 1;
    let mut bytes = Vec::new();
    let (name, read) = if path == Path::new("-") {
        let read = io::stdin().lock().take(limit).read_to_end(&mut bytes);
        ("standard input".to_owned(), read)
    } else {
        let file = fs::File::open(path).map_err(unreadable)?;
        let read = file.take(limit).read_to_end(&mut bytes);
        (path.display().to_string(), read)
    };
    read.map_err(unreadable)?;
    Ok(Input { name, bytes })
}
