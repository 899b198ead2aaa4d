//! The command line of searches for a threshold.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::cli::args::Format;
use crate::cli::args::sweeps::{jobs, seeds};

/// Fields that a search settles itself.
const SETTLED: [&str; 4] = ["expect", "seed", "vary", "schema_version"];

/// What to find.
#[derive(Args)]
pub(in crate::cli) struct Find {
    /// Scenario file
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// What is varied, as --set names it: timeline.1.at, assumptions.backlog_bytes
    #[arg(long, value_name = "PATH", value_parser = varied)]
    pub vary: String,
    /// From which amount to which: 1m..20m, 10%..60%, 1k/s..50k/s, 1MB..2GB, 1..100
    #[arg(long, value_name = "A..B", allow_hyphen_values = true, value_parser = between)]
    pub between: (String, String),
    /// The expectation that judges alone, as `expect` would have it: 'ConvergesWithin("60s")'
    #[arg(long, value_name = "EXPECTATION")]
    pub until: String,
    /// How near to each other the last value that holds and the first that fails must be; a
    /// hundredth of the whole when left out, rounded down
    #[arg(long, value_name = "P")]
    pub precision: Option<String>,
    /// Demands of each value that it holds with all these seeds, from A up to, and without, B,
    /// instead of with the scenario's own
    #[arg(long, value_name = "A..B", value_parser = seeds)]
    pub seeds: Option<(u64, u64)>,
    /// Runs at once, instead of one on each core; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<usize>,
    /// Sets a value of the scenario: storm=2h, instances.redis-eu.sku=Balanced_B5
    #[arg(long = "set", value_name = "PATH=VALUE", action = ArgAction::Append)]
    pub overrides: Vec<String>,
    /// How the result is printed; json: one object
    #[arg(long, default_value = "text")]
    pub format: Format,
}

fn varied(text: &str) -> Result<String, String> {
    let first = text.split('.').next().unwrap_or_default();
    if SETTLED.contains(&first) {
        return Err(format!("`{first}` cannot be varied here"));
    }
    let is_path = !text.contains('=') && text.split('.').all(|step| !step.is_empty());
    match is_path {
        true => Ok(text.to_owned()),
        false => Err("expected a path, as `--set` names it: timeline.1.at".to_owned()),
    }
}

fn between(text: &str) -> Result<(String, String), String> {
    match text.split_once("..") {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => {
            Ok((from.trim().to_owned(), to.trim().to_owned()))
        }
        _ => Err("expected two amounts, the lower first: 1m..20m".to_owned()),
    }
}
