//! The command lines of sweeps, whole and in pieces.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use crate::cli::args::Format;
use crate::quantity::{Bytes, Ratio};
use crate::time::SimDuration;

/// More cases at once than this help nobody.
const JOBS_MAX: u64 = 1024;

/// What to sweep.
#[derive(Args)]
pub(in crate::cli) struct Sweep {
    /// Scenario file
    #[arg(value_name = "SCENARIO", required_unless_present = "cases")]
    pub scenario: Option<PathBuf>,
    #[command(flatten)]
    pub of: Swept,
    /// Cases that run at once, instead of one on each core; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<usize>,
    /// Keeps cases, failures, summary and report in this folder. Each case is kept as soon as it
    /// and all before it are over: after an interruption the same command goes on from there
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Runs only the seeds that are listed in a failures.jsonl
    #[arg(long, value_name = "FAILURES", conflicts_with = "seeds")]
    pub rerun: Option<PathBuf>,
    /// Stops once the share that fails is known this well: its 95 % interval is so narrow
    #[arg(long, value_name = "SHARE")]
    pub until_width: Option<Ratio>,
    /// Stops after so much time, at the end of a case; what is left makes exit code 3
    #[arg(long = "for", value_name = "TIME")]
    pub time: Option<SimDuration>,
    /// How the summary is printed; json: one object
    #[arg(long, default_value = "text")]
    pub format: Format,
    /// Runs one partition of a case list that `meridian cases` has made; nothing is summed up
    #[arg(long, value_name = "CASES", requires = "partition", requires = "out")]
    #[arg(conflicts_with_all = ["scenario", "seeds", "overrides", "arm", "rerun", "until_width"])]
    #[arg(conflicts_with_all = ["sometimes_every", "simulated_max", "memory_max", "time"])]
    pub cases: Option<PathBuf>,
    /// Which partition, from 1/N to N/N; auto: as Slurm, Kubernetes, AWS Batch, GitLab, CircleCI,
    /// Buildkite or Google Batch say in the environment
    #[arg(long, value_name = "I/N|auto", requires = "cases", value_parser = partition)]
    pub partition: Option<Partition>,
}

/// One of the partitions of a case list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cli) enum Partition {
    /// The one that the environment names.
    Auto,
    /// This one of so many, from 1.
    Of(u64, u64),
}

/// How to take a sweep to pieces.
#[derive(Args)]
pub(in crate::cli) struct Cases {
    /// Scenario file
    #[arg(required = true, value_name = "SCENARIO")]
    pub scenario: PathBuf,
    #[command(flatten)]
    pub of: Swept,
    /// In how many partitions
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub partitions: u64,
    /// The case list to write
    #[arg(long, value_name = "CASES")]
    pub out: PathBuf,
    /// Prints a job file that runs and merges all partitions with this engine
    #[arg(long, value_name = "ENGINE")]
    pub emit: Option<Engine>,
}

/// What runs partitions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(in crate::cli) enum Engine {
    /// GNU parallel, here or over ssh
    Parallel,
    /// A Slurm array job
    Slurm,
    /// A Kubernetes Indexed Job
    K8s,
    /// An AWS Batch array job
    AwsBatch,
    /// A matrix of GitHub Actions
    Github,
    /// Parallel jobs of GitLab CI
    Gitlab,
    /// Dask distributed, in Python
    Dask,
}

/// What to put together.
#[derive(Args)]
pub(in crate::cli) struct Merge {
    /// Folders that partitions were written to
    #[arg(required = true, value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// The case list they are of
    #[arg(long, value_name = "CASES")]
    pub cases: PathBuf,
    /// Leaves in this folder what the sweep in one piece would have left
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How the summary is printed; json: one object
    #[arg(long, default_value = "text")]
    pub format: Format,
}

/// What the cases of a sweep are, wherever they run.
#[derive(Args)]
pub(in crate::cli) struct Swept {
    /// The seeds, one a case: from A up to, and without, B
    #[arg(long, value_name = "A..B", default_value = "0..100", value_parser = seeds)]
    pub seeds: (u64, u64),
    /// Sets a value of the scenario: storm=2h, instances.redis-eu.sku=Balanced_B5
    #[arg(long = "set", value_name = "PATH=VALUE", action = ArgAction::Append)]
    pub overrides: Vec<String>,
    /// Sweeps one of the scenario's arms instead of the scenario as it stands
    #[arg(long, value_name = "NAME")]
    pub arm: Option<String>,
    /// Demands each `Sometimes` of the scenario in one of N cases at least, instead of once in all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub sometimes_every: Option<u64>,
    /// Counts a case with more than this to simulate as a failure
    #[arg(long, value_name = "DURATION")]
    pub simulated_max: Option<SimDuration>,
    /// Counts a case whose keys would take more memory than this, as estimated, as a failure
    #[arg(long, value_name = "BYTES")]
    pub memory_max: Option<Bytes>,
}

pub(super) fn seeds(text: &str) -> Result<(u64, u64), String> {
    let both = text.split_once("..").and_then(|(from, until)| {
        let (from, until) = (from.parse().ok()?, until.parse().ok()?);
        (from <= until).then_some((from, until))
    });
    both.ok_or_else(|| "expected two whole numbers, the lower first: 0..1000".to_owned())
}

pub(super) fn jobs(text: &str) -> Result<usize, String> {
    let count = text
        .parse()
        .ok()
        .filter(|count| (1..=JOBS_MAX).contains(count));
    count
        .and_then(|count| usize::try_from(count).ok())
        .ok_or_else(|| format!("expected a number of cases from 1 to {JOBS_MAX}"))
}

fn partition(text: &str) -> Result<Partition, String> {
    if text == "auto" {
        return Ok(Partition::Auto);
    }
    let both = text.split_once('/');
    let both = both.and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    match both {
        Some((0, of)) => Err(format!(
            "partitions are counted from 1: 1/{of} to {of}/{of}"
        )),
        Some((number, of)) if number <= of => Ok(Partition::Of(number, of)),
        _ => Err("expected a number and how many there are, such as 3/64, or auto".to_owned()),
    }
}
