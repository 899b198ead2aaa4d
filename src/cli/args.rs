//! The command line as clap reads it, and what clap makes of it: completions, the manual.
//!
//! Beyond this file a command is plain data.

mod finds;
mod shrinks;
mod sweeps;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, ColorChoice, Command, CommandFactory, FromArgMatches};
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::exit::Exit;

pub(super) use finds::Find;
pub(super) use shrinks::Shrink;
pub(super) use sweeps::{Cases, Engine, Merge, Partition, Sweep, Swept};

/// More threads than this help no run: a group has at most five regions.
const THREADS_MAX: u64 = 64;

const EXAMPLES: &str = "\
Examples:
  meridian new atlantic-cut                     a commented scenario to begin with
  meridian validate atlantic-cut.ron            every mistake at once
  meridian run atlantic-cut.ron --out out       run it; the report is out/report.html
  meridian run atlantic-cut.ron --seed 7 --set storm=2h
  meridian replay out/outcome.json              the same run again, compared
  meridian sweep atlantic-cut.ron --seeds 0..1000 --out out
  meridian shrink atlantic-cut.ron --seed 17 --out small.ron
  meridian find drill.ron --vary timeline.1.at --between 1m..2h --until NoOom
  meridian compare drill.ron                    the scenario's arms side by side
  meridian import azure caches.json             a scenario's group from what Azure prints";

const IMPORT_EXAMPLES: &str = "\
Examples:
  az redisenterprise list --resource-group myResourceGroup > caches.json
  meridian import azure caches.json --out group.ron
  meridian validate group.ron                   points at what is missing

  az redisenterprise list | meridian import azure - --group replicationGroup
  meridian import azure create-caches.ps1       from New-AzRedisEnterpriseCache lines";

const EXIT_CODES: &str = "\
Exit codes:
  0   all expectations hold
  1   an expectation failed or was never evaluated
  2   the command line, a scenario or a file is wrong
  3   incomplete: a run hit its cap, a sweep ran out of its time, or what was imported lacks
      something
  4   nothing was selected
  5   a replay or a determinism check diverged
  70  internal error
Of several scenarios the worst counts, in the order 70, 2, 5, 3, 1, 4, 0.

Results go to standard output, progress and diagnostics to standard error.";

/// Simulates geo-replicated Redis caches in Azure: what breaks, when, and what it costs
///
/// A scenario says who is where, what clients do, what goes wrong and what must hold. Running it
/// gives verdicts, figures and a report. The same scenario and seed give the same bytes anywhere.
#[derive(Parser)]
#[command(name = "meridian", version, after_help = EXAMPLES)]
#[command(after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
struct Line {
    /// Colours; NO_COLOR and TERM=dumb turn `auto` off
    #[arg(
        long = "color",
        global = true,
        value_name = "WHEN",
        default_value = "auto"
    )]
    colour: Colour,
    #[command(subcommand)]
    request: Request,
}

/// When output is coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal
    Auto,
    /// Wherever it goes
    Always,
    /// Nowhere
    Never,
}

/// What the user asks for.
#[derive(Subcommand)]
pub(super) enum Request {
    /// Run scenarios and judge what happens
    Run(Run),
    /// Run a scenario under many seeds, and judge them together
    ///
    /// Each seed is a case. Failures are grouped by what failed, shares and quantiles have 95 %
    /// intervals, and each `Sometimes` of the scenario must happen in some case instead of in each.
    /// The results depend on the seeds alone, not on how many cases run at once.
    Sweep(Sweep),
    /// Take a sweep to pieces that other machines can run
    ///
    /// The case list holds the scenario and its seeds: with it, `meridian sweep --cases` runs one
    /// partition anywhere, and `meridian merge` puts them together.
    Cases(Cases),
    /// Put the partitions of a sweep together: the same bytes as the sweep in one piece
    Merge(Merge),
    /// Find the smallest plan that fails as a scenario does under a seed
    ///
    /// Leaves out steps, rules, instances and fleets, shortens and weakens what is left and rounds
    /// its numbers, as long as the same thing fails. The result is a scenario file that has been
    /// run once more; it depends on the scenario and the seed alone, not on how many runs are made
    /// at once.
    Shrink(Shrink),
    /// Find up to which value of a scenario an expectation holds
    ///
    /// Tries both ends, then a grid between them; where its outcomes change once only, halves what
    /// is left down to the precision. Values share seeds, and a value holds when it does with each
    /// of them. Exit code 1 says that both ends hold, that both fail, or that outcomes change more
    /// than once. The result does not depend on how many runs are made at once.
    Find(Find),
    /// Set the arms of a scenario side by side, or results that runs have left
    ///
    /// A scenario's arms are other decisions on the same day, with the same seed and draws: each is
    /// run, and so is the scenario as it stands. Of results the first is what the others are set
    /// against; a verdict that holds there and not in another one makes exit code 1.
    Compare(Compare),
    /// Run again what left an outcome, and compare
    Replay(Replay),
    /// Point out every mistake in scenarios
    Validate {
        /// Scenario files
        #[arg(required = true, value_name = "SCENARIO")]
        scenarios: Vec<PathBuf>,
    },
    /// Judge histories from elsewhere: what clients saw, or what replicas applied
    ///
    /// A client history has a session a line, `alice: w(x,1) r(y,0)`: 0 is the value before any
    /// write, and no two writes of a key are equal. It is judged by the bad patterns of causal
    /// consistency, causal convergence and causal memory, and by the session guarantees. A history
    /// of effects has an application a line, `a: b2 saw a1 = 9f3c`: replica a applies the second
    /// effect of b, whose origin had applied the first of a; then its state is 9f3c. A # begins a
    /// comment.
    Check {
        /// History files
        #[arg(required = true, value_name = "HISTORY")]
        histories: Vec<PathBuf>,
    },
    /// Write a commented scenario to begin with
    New {
        /// Writes NAME.ron, which must not exist; without it the scenario is printed
        name: Option<String>,
    },
    /// Begin a scenario with a group that exists elsewhere
    Import {
        /// Where it exists
        #[command(subcommand)]
        source: Source,
    },
    /// List what a scenario can name
    Catalogue {
        /// Which list
        topic: Topic,
        /// Only rows that contain all these words
        #[arg(value_name = "WORD")]
        words: Vec<String>,
    },
    /// Say what a code or a name means, and where it comes from
    ///
    /// Knows the codes of scenario mistakes (E0301), the refusals of the control plane
    /// (E-UNLINK-SELF), the assumptions (A-RECORD), the checks and expectations (quiescence,
    /// NoOom), and `scenario`: all that a scenario file can say.
    Explain {
        /// A code or a name
        #[arg(required = true, value_name = "CODE")]
        code: Vec<String>,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual as roff: `meridian man | man -l -`
    Man {
        /// The page of one command
        command: Option<String>,
    },
}

/// Where a group comes from.
#[derive(Subcommand)]
pub(super) enum Source {
    /// From what `az` prints of caches, or from lines that create them
    ///
    /// Reads the JSON of `az redisenterprise show`, `az redisenterprise list`, `az redisenterprise
    /// database show` and of the REST API, and scripts with `az redisenterprise create`, `az
    /// redisenterprise database create`, New-AzRedisEnterpriseCache or
    /// New-AzRedisEnterpriseCacheDatabase. All files are one input. Nothing is guessed: what no
    /// file says is asked for by a comment in the scenario; one that begins with `!!` keeps it
    /// from loading, and then the exit code is 3.
    #[command(after_help = IMPORT_EXAMPLES)]
    Azure(Azure),
}

/// What Azure printed, and where the scenario goes.
#[derive(Args)]
pub(super) struct Azure {
    /// Files with JSON or create lines; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Of several groups, the one to import, alone
    #[arg(long, value_name = "NICKNAME")]
    pub group: Option<String>,
    /// Writes the scenario to this file, which must not exist; without it the scenario is printed
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
}

/// How to run scenarios.
#[derive(Args)]
pub(super) struct Run {
    /// Scenario files
    #[arg(required = true, value_name = "SCENARIO")]
    pub scenarios: Vec<PathBuf>,
    /// The seed of all randomness, instead of the scenario's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = seed)]
    pub seed: Option<u64>,
    /// Sets a value of the scenario: storm=2h, instances.redis-eu.sku=Balanced_B5
    #[arg(long = "set", value_name = "PATH=VALUE", action = ArgAction::Append)]
    pub overrides: Vec<String>,
    /// Takes this value of an axis of the scenario, instead of the first: size=Balanced_B10
    #[arg(long = "axis", value_name = "NAME=VALUE", action = ArgAction::Append)]
    pub axes: Vec<String>,
    /// Runs one of the scenario's arms instead of the scenario as it stands
    #[arg(long, value_name = "NAME")]
    pub arm: Option<String>,
    /// Leaves outcome, plan, series, journal, charts and report in this folder, or in one folder
    /// for each of several scenarios
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// How outcomes are printed; json: one object a line
    #[arg(long, default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    pub threads: Threads,
    /// Prints the plan that follows from a scenario, and runs nothing
    #[arg(long, conflicts_with_all = ["out", "check_determinism"])]
    pub explain: bool,
    /// Runs again with other threads, with half the lookahead and unobserved, and compares
    #[arg(long)]
    pub check_determinism: bool,
}

/// What to compare.
#[derive(Args)]
pub(super) struct Compare {
    /// A scenario with arms; or outcomes, or the folders they are in
    #[arg(required = true, value_name = "SCENARIO|OUTCOME")]
    pub files: Vec<PathBuf>,
    /// The seed of all randomness, instead of the scenario's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = seed)]
    pub seed: Option<u64>,
    /// Sets a value of the scenario: storm=2h, instances.redis-eu.sku=Balanced_B5
    #[arg(long = "set", value_name = "PATH=VALUE", action = ArgAction::Append)]
    pub overrides: Vec<String>,
    /// Leaves what each arm's run leaves in a folder of this one
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// How it is printed; json: an outcome a line
    #[arg(long, default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    pub threads: Threads,
}

/// What to run again.
#[derive(Args)]
pub(super) struct Replay {
    /// An outcome.json with its plan.ron beside it, or a plan.ron
    #[arg(value_name = "OUTCOME|PLAN")]
    pub path: PathBuf,
    #[command(flatten)]
    pub threads: Threads,
}

/// How many threads a run has.
#[derive(Args)]
pub(super) struct Threads {
    /// Threads that advance regions; the outcome does not depend on it
    #[arg(
        long = "threads",
        value_name = "N",
        default_value = "1",
        allow_negative_numbers = true
    )]
    #[arg(value_parser = threads)]
    pub count: usize,
}

/// How outcomes are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Format {
    /// A summary for people
    Text,
    /// An object a line for programs
    Json,
}

/// A list of the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Topic {
    /// Azure's regions
    Regions,
    /// The sizes of Azure Managed Redis
    Skus,
    /// Round-trip times between regions
    Rtt,
    /// Mixes of client operations
    Mixes,
    /// Redis commands, and what becomes of them
    Commands,
    /// Built-in checks and expectations
    Checks,
    /// Codes of mistakes and refusals
    Errors,
    /// What no source settles
    Assumptions,
}

/// What the user asks for, and whether in colour.
///
/// # Errors
/// How the program ends when the line asks only for help or cannot be understood; the user has
/// been told.
pub(super) fn parse(line: impl Iterator<Item = OsString>) -> Result<(Request, Colour), Exit> {
    let line: Vec<OsString> = line.collect();
    let command = Line::command().color(colour_choice(&line));
    let parsed = command
        .try_get_matches_from(line)
        .and_then(|matches| Line::from_arg_matches(&matches));
    match parsed {
        Ok(line) => Ok((line.request, line.colour)),
        Err(told) => {
            // Help that nobody reads to its end is no error.
            let _ = told.print();
            Err(if told.use_stderr() {
                Exit::Wrong
            } else {
                Exit::Holds
            })
        }
    }
}

/// `--color` must be known before the line is read, as reading it may end in help.
fn colour_choice(line: &[OsString]) -> ColorChoice {
    let wanted = line.iter().zip(line.iter().skip(1).chain(line.last()));
    let wanted = wanted.filter_map(
        |(word, next)| match word.to_str()?.strip_prefix("--color") {
            Some("") => next.to_str(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        },
    );
    match wanted.last() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

fn threads(text: &str) -> Result<usize, String> {
    let count = text
        .parse()
        .ok()
        .filter(|count| (1..=THREADS_MAX).contains(count));
    count
        .and_then(|count| usize::try_from(count).ok())
        .ok_or_else(|| format!("expected a number of threads from 1 to {THREADS_MAX}"))
}

/// The script that completes command lines in `shell`.
pub(super) fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Line::command(), "meridian", &mut script);
    String::from_utf8(script).expect("scripts are made of the UTF-8 names of this file")
}

/// The manual's page of the program, or of one of its commands, as roff.
///
/// # Errors
/// The names of all commands, when there is none called `name`.
pub(super) fn manual(name: Option<&str>) -> Result<String, Vec<String>> {
    let mut program = Line::command();
    program.build();
    let page = match name {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(command) => command.clone(),
            None => return Err(command_names(&program)),
        },
    };
    let mut roff = Vec::new();
    Man::new(page)
        .manual("Meridian")
        .source(concat!("meridian ", env!("CARGO_PKG_VERSION")))
        .render(&mut roff)
        .expect("memory takes all that is written into it");
    Ok(String::from_utf8(roff).expect("the manual is made of the UTF-8 texts of this file"))
}

fn command_names(program: &Command) -> Vec<String> {
    program
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::{ColorChoice, CommandFactory};

    use super::{Line, colour_choice};

    #[test]
    fn the_command_line_is_sound() {
        Line::command().debug_assert();
    }

    #[test]
    fn colour_is_known_before_the_line_is_read() {
        let choice = |line: &[&str]| {
            let line: Vec<OsString> = line.iter().map(OsString::from).collect();
            colour_choice(&line)
        };
        assert_eq!(choice(&["meridian", "run"]), ColorChoice::Auto);
        assert_eq!(
            choice(&["meridian", "--color", "never"]),
            ColorChoice::Never
        );
        assert_eq!(
            choice(&["meridian", "run", "--color=always"]),
            ColorChoice::Always
        );
        assert_eq!(choice(&["meridian", "--color"]), ColorChoice::Auto);
    }
}
