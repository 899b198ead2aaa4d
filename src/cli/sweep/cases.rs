//! `meridian cases`: a sweep taken to pieces; and one of the pieces.

use std::path::Path;

use crate::cli::args::{Cases, Partition, Sweep};
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::sweep::store::{Names, Store, turn};
use crate::cli::sweep::{Until, Work, carried_out, cores, emit, headed, interrupt, planned};
use crate::cli::terminal::Terminal;
use crate::experiment::outcome::{CaseList, SCHEMA_VERSION, Seeds};
use crate::experiment::sweep::{self, Part, Recipe};
use crate::plan::Plan;
use crate::report::sweep::json;
use crate::scenario;

/// Writes the case list that `request` asks for, and prints the job file.
///
/// # Errors
/// When something cannot be read, written or printed.
pub(in crate::cli) fn cases(terminal: &Terminal, request: &Cases) -> Result<Exit, Error> {
    let Some(recipe) = planned(terminal, &request.scenario, &request.of)? else {
        return Ok(Exit::Wrong);
    };
    let seeds = Seeds::Range(request.of.seeds.0, request.of.seeds.1);
    if seeds.count() == 0 {
        terminal.say("nothing to run: there are no seeds\n");
        return Ok(Exit::Nothing);
    }
    let list = CaseList {
        schema_version: SCHEMA_VERSION,
        header: headed(&recipe.plan, &request.scenario, &request.of, seeds),
        partitions: request.partitions,
        sometimes_every: request.of.sometimes_every,
        scenario: recipe.scenario.1,
    };
    let job = request
        .emit
        .map(|engine| emit::job(engine, &request.out, list.partitions));
    let job = job.transpose()?;
    output::write_one(&request.out, json::case_list(&list))?;
    terminal.say(&format!(
        "{}: {} cases in {} partitions\n",
        request.out.display(),
        list.header.count(),
        list.partitions
    ));
    if let Some(job) = job {
        terminal.data(&job)?;
    }
    Ok(Exit::Holds)
}

/// Reads a case list, with the plan of its cases.
///
/// # Errors
/// When it cannot be read, or is of another version or plan. Mistakes in its scenario, which has
/// been read before, make it another plan.
pub(super) fn listed(path: &Path) -> Result<(CaseList, Plan), Error> {
    let list = json::parse_case_list(&output::read(path)?);
    let list = list.map_err(|source| Error::NotCases {
        path: path.to_owned(),
        source: source.into(),
    })?;
    let header = &list.header;
    let other = |what, expected: &str, found: String| Error::OtherCases {
        path: path.to_owned(),
        what,
        expected: expected.to_owned(),
        found,
    };
    let version = env!("CARGO_PKG_VERSION");
    if header.version != version {
        return Err(other("version", &header.version, version.to_owned()));
    }
    let expected = &header.plan_sha256;
    let wrong = |_| other("plan", expected, "mistakes in its scenario".to_owned());
    let plan = scenario::parse_seeded(&header.file, &list.scenario, &header.overrides, Some(0));
    let plan = plan.map_err(wrong)?;
    let plan = match &header.arm {
        Some(arm) => crate::cli::run::of_arm(path, &plan, arm)?,
        None => plan,
    };
    let seeds = header.seeds.clone();
    let (file, arm) = (&header.file, header.arm.as_deref());
    let again = sweep::header(&plan, file, &header.overrides, arm, seeds, header.limits);
    match (again.plan_sha256 == *expected, again.axes == header.axes) {
        (true, true) => Ok((list, plan)),
        (false, _) => Err(other("plan", expected, again.plan_sha256)),
        (_, false) => {
            let found = again.difference(header).map(|(_, ours, _)| ours);
            let axes = "those of its header";
            Err(other("axes", axes, found.unwrap_or_default()))
        }
    }
}

/// Runs one partition of the case list at `path`. That cases fail is for the merge to judge.
///
/// # Errors
/// When something cannot be read or written.
pub(super) fn partition(
    terminal: &Terminal,
    request: &Sweep,
    (path, out): (&Path, &Path),
) -> Result<Exit, Error> {
    let (list, plan) = listed(path)?;
    let environment = |name: &str| std::env::var(name).ok()?.parse().ok();
    let part = match request.partition {
        Some(Partition::Of(number, of)) => Part { number, of },
        _ => named(&environment, list.partitions)?,
    };
    if part.of != list.partitions || part.number == 0 || part.number > part.of {
        return Err(Error::OtherPartitions {
            expected: list.partitions,
            found: part.of.max(part.number),
        });
    }
    let work = Work {
        recipe: Recipe {
            plan,
            scenario: (list.header.file.clone(), list.scenario),
            overrides: list.header.overrides.clone(),
            arm: list.header.arm.clone(),
        },
        header: list.header,
        part,
    };
    let _turn = turn(terminal, out, part)?;
    let (store, kept) = Store::open(out, &Names::of(part), &work.header, part, <[_]>::len)?;
    let mut store = Some(store);
    let jobs = request.jobs.unwrap_or_else(cores);
    carried_out(
        terminal,
        &work,
        (jobs, Until::default()),
        (&kept, &mut store),
    )?;
    if interrupt::is_asked() {
        return Ok(Exit::Incomplete);
    }
    store.map_or(Ok(()), Store::finish)?;
    terminal.say(&format!(
        "partition {}/{}: {} cases in {}\n",
        part.number,
        part.of,
        part.count(work.header.count()),
        out.join(Names::of(part).cases).display()
    ));
    Ok(Exit::Holds)
}

/// A variable that says which partition this is, from which number it counts, and the variable
/// that says how many there are.
///
/// Source: the manuals of Slurm (sbatch, job arrays), Kubernetes (Indexed Jobs), AWS Batch (array
/// jobs), GitLab CI (parallel), CircleCI, Buildkite and Google Batch.
const ENGINES: [(&str, u64, Option<&str>); 7] = [
    ("JOB_COMPLETION_INDEX", 0, None),
    ("AWS_BATCH_JOB_ARRAY_INDEX", 0, None),
    ("CI_NODE_INDEX", 1, Some("CI_NODE_TOTAL")),
    ("CIRCLE_NODE_INDEX", 0, Some("CIRCLE_NODE_TOTAL")),
    (
        "BUILDKITE_PARALLEL_JOB",
        0,
        Some("BUILDKITE_PARALLEL_JOB_COUNT"),
    ),
    ("BATCH_TASK_INDEX", 0, Some("BATCH_TASK_COUNT")),
    ("SLURM_ARRAY_TASK_ID", 0, Some("SLURM_ARRAY_TASK_COUNT")),
];

/// The partition that the environment names, of so many unless it says how many.
///
/// # Errors
/// When it names none.
fn named(variable: &dyn Fn(&str) -> Option<u64>, partitions: u64) -> Result<Part, Error> {
    for (name, first, total) in ENGINES {
        let Some(index) = variable(name) else {
            continue;
        };
        // A Slurm array begins where its user says.
        let first = match name {
            "SLURM_ARRAY_TASK_ID" => variable("SLURM_ARRAY_TASK_MIN").unwrap_or(1),
            _ => first,
        };
        return Ok(Part {
            number: (index + 1).saturating_sub(first),
            of: total.and_then(variable).unwrap_or(partitions),
        });
    }
    let names: Vec<&str> = ENGINES.iter().map(|(name, ..)| *name).collect();
    Err(Error::NoPartition {
        expected: names.join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::named;
    use crate::experiment::sweep::Part;

    #[test]
    fn engines_count_in_their_own_ways() {
        let of = |variables: &[(&str, u64)]| {
            let value = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| *value)
            };
            named(&value, 8)
                .map(|Part { number, of }| (number, of))
                .ok()
        };
        assert_eq!(of(&[("JOB_COMPLETION_INDEX", 0)]), Some((1, 8)));
        assert_eq!(of(&[("AWS_BATCH_JOB_ARRAY_INDEX", 7)]), Some((8, 8)));
        assert_eq!(
            of(&[("CI_NODE_INDEX", 1), ("CI_NODE_TOTAL", 4)]),
            Some((1, 4))
        );
        let circle = [("CIRCLE_NODE_INDEX", 0), ("CIRCLE_NODE_TOTAL", 4)];
        assert_eq!(of(&circle), Some((1, 4)));
        let slurm = |min: u64, id: u64| {
            of(&[
                ("SLURM_ARRAY_TASK_ID", id),
                ("SLURM_ARRAY_TASK_MIN", min),
                ("SLURM_ARRAY_TASK_COUNT", 3),
            ])
        };
        assert_eq!(slurm(1, 3), Some((3, 3)));
        assert_eq!(slurm(0, 0), Some((1, 3)));
        assert_eq!(of(&[("SOMETHING", 1)]), None);
    }
}
