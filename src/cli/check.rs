//! `meridian check`: histories from elsewhere, judged alone.

use std::fs;
use std::path::PathBuf;

use crate::checks::causal::{self, Finding};
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;

/// Judges every file and prints what was found.
///
/// # Errors
/// When a file cannot be read, or is not a history.
pub(super) fn check(terminal: &Terminal, histories: &[PathBuf]) -> Result<Exit, Error> {
    let mut worst = Exit::Holds;
    for path in histories {
        let text = fs::read_to_string(path).map_err(|source| Error::Unreadable {
            path: path.clone(),
            source,
        })?;
        let findings = causal::judge(&text).map_err(|misread| Error::NotHistory {
            path: path.clone(),
            misread,
        })?;
        let mut told = format!("{}\n", path.display());
        for finding in &findings {
            told += &format!("  {finding}\n");
        }
        terminal.data(&told)?;
        worst = worst.max(exit(&findings));
    }
    Ok(worst)
}

fn exit(findings: &[Finding]) -> Exit {
    if findings.iter().all(Finding::is_held) {
        Exit::Holds
    } else {
        Exit::Fails
    }
}
