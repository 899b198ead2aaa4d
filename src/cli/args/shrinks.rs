//! The command line of shrinking.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::cli::args::seed;
use crate::cli::args::sweeps::jobs;

/// What to shrink.
#[derive(Args)]
pub(in crate::cli) struct Shrink {
    /// Scenario file
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// The seed that fails, instead of the scenario's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = seed)]
    pub seed: Option<u64>,
    /// Sets a value of the scenario: storm=2h, instances.redis-eu.sku=Balanced_B5
    #[arg(long = "set", value_name = "PATH=VALUE", action = ArgAction::Append)]
    pub overrides: Vec<String>,
    /// Shrinks one of the scenario's arms instead of the scenario as it stands
    #[arg(long, value_name = "NAME")]
    pub arm: Option<String>,
    /// Writes the scenario to this file; without it the scenario is printed
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Ends after so many runs
    #[arg(long, value_name = "N", default_value = "500")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub runs: u64,
    /// Runs at once, instead of one on each core; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<usize>,
}
