//! The command line: flags, files, terminal, exit codes.
//!
//! ```text
//! args ─► run, sweep, shrink, find, compare, replay, check, validate, new, import, … ─► Exit
//!          └─ scenario, experiment, report, import ─► output (files), terminal (text)
//! ```
//!
//! Only here is anything printed or written. Left out, as yet: traces.

mod args;
pub mod bug;
mod catalogue;
mod check;
mod compare;
mod determinism;
mod difference;
pub mod error;
mod exit;
mod explain;
mod find;
mod import;
mod output;
mod progress;
mod replay;
mod run;
mod shrink;
mod sweep;
mod terminal;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::scenario;

use args::Request;
use error::Error;
pub use exit::Exit;
use terminal::Terminal;

/// Does what the command line `line`, the program's name first, asks for.
pub fn run(line: impl Iterator<Item = OsString>) -> Exit {
    match args::parse(line) {
        Ok((request, colour)) => {
            let terminal = Terminal::new(colour);
            let ended = fulfil(&terminal, request);
            terminal.exit(ended)
        }
        Err(exit) => exit,
    }
}

fn fulfil(terminal: &Terminal, request: Request) -> Result<Exit, Error> {
    match request {
        Request::Run(request) => run::run(terminal, &request),
        Request::Sweep(request) => sweep::sweep(terminal, &request),
        Request::Cases(request) => sweep::cases::cases(terminal, &request),
        Request::Merge(request) => sweep::merge::merge(terminal, &request),
        Request::Shrink(request) => shrink::shrink(terminal, &request),
        Request::Find(request) => find::find(terminal, &request),
        Request::Compare(request) => compare::compare(terminal, &request),
        Request::Replay(request) => replay::replay(terminal, &request),
        Request::Validate { scenarios } => validate(terminal, &scenarios),
        Request::Check { histories } => check::check(terminal, &histories),
        Request::New { name } => new(terminal, name.as_deref()),
        Request::Import { source } => import::import(terminal, &source),
        Request::Catalogue { topic, words } => catalogue::list(terminal, topic, &words),
        Request::Explain { code } => explain::explain(terminal, &code),
        Request::Completions { shell } => {
            terminal.data(&args::completions(shell))?;
            Ok(Exit::Holds)
        }
        Request::Man { command } => manual(terminal, command.as_deref()),
    }
}

/// Points out every mistake of every file.
fn validate(terminal: &Terminal, scenarios: &[PathBuf]) -> Result<Exit, Error> {
    let mut worst = Exit::Holds;
    for path in scenarios {
        match scenario::load_every_way(path, &[], None) {
            Ok(_) => terminal.data(&format!("{}: no mistakes\n", path.display()))?,
            Err(mistakes) => {
                terminal.say(&mistakes.render(terminal.colours_talk()));
                worst = Exit::Wrong;
            }
        }
    }
    Ok(worst)
}

/// Writes or prints a scenario to begin with.
fn new(terminal: &Terminal, name: Option<&str>) -> Result<Exit, Error> {
    let Some(name) = name else {
        terminal.data(&scenario::starter("scenario"))?;
        return Ok(Exit::Holds);
    };
    let stem = name.strip_suffix(".ron").unwrap_or(name);
    let path = PathBuf::from(format!("{stem}.ron"));
    let is_named = path
        .file_name()
        .is_some_and(|name| !name.as_encoded_bytes().starts_with(b"."));
    // The name stands in a comment of the file, which a line break would end.
    if !is_named || name.contains(char::is_control) {
        return Err(Error::BadName(name.to_owned()));
    }
    output::write_new(&path, &scenario::starter(stem))?;
    let path = path.display();
    terminal.data(&format!("{path}\n"))?;
    terminal.say(&format!("written; next: meridian run {path} --out out\n"));
    Ok(Exit::Holds)
}

fn manual(terminal: &Terminal, command: Option<&str>) -> Result<Exit, Error> {
    let page = args::manual(command).map_err(|known| {
        let code = command.unwrap_or_default().to_owned();
        let hint = format!("; the commands are {}", known.join(", "));
        Error::UnknownCode { code, hint }
    })?;
    terminal.data(&page)?;
    Ok(Exit::Holds)
}
