//! Results side by side: what one decision changed against another, or one version against the
//! next.

use crate::experiment::outcome::{ControlResult, Outcome, VerdictStatus};
use crate::report::summary;
use crate::report::table::{self, Flush};
use crate::report::units::{Clock, bytes, dollars, exact, percent};

/// A value that is the first column's.
const SAME: &str = "=";

/// A result, with what happened in it.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// What it is called here.
    pub name: &'a str,
    /// What the run came to.
    pub outcome: &'a Outcome,
    /// Its `journal.jsonl`; empty when there is none.
    pub journal: &'a str,
}

/// A table of the results, the first being what the others are set against, and where each of them
/// leaves its path. Equal values are written once.
///
/// # Panics
/// When there are no columns.
pub fn text(columns: &[Column<'_>]) -> String {
    let first = columns.first().expect("there is something to compare");
    let longest = columns.iter().map(|column| column.outcome.ended_at_ms);
    let clock = Clock::of_run(longest.max().unwrap_or(0));
    let mut header = vec![("", Flush::Left)];
    header.extend(columns.iter().map(|column| (column.name, Flush::Left)));
    let mut rows: Vec<Vec<String>> = FIGURES
        .iter()
        .map(|(label, figure)| row(label, columns, |outcome| figure(outcome, clock)))
        .collect();
    rows.extend(verdicts(columns));
    let mut text = table::text(&header, &rows);
    for other in &columns[1..] {
        text += &format!(
            "{} | {}: {}\n",
            first.name,
            other.name,
            parting(first, other, clock)
        );
    }
    text
}

/// The verdicts that hold in the first and not in a later one: what a change has broken.
pub fn regressions(columns: &[Column<'_>]) -> Vec<String> {
    let Some((first, others)) = columns.split_first() else {
        return Vec::new();
    };
    let held = first.outcome.verdicts.iter();
    let held = held.filter(|verdict| verdict.status == VerdictStatus::Pass);
    let broken = held.flat_map(|verdict| {
        let fails =
            |other: &&Column<'_>| status(other.outcome, &verdict.name) != Some(verdict.status);
        let failing = others.iter().filter(fails);
        failing.map(|other| format!("{} no longer holds in {}", verdict.name, other.name))
    });
    broken.collect()
}

/// A figure, and how it reads.
type Figure = (&'static str, fn(&Outcome, Clock) -> String);

const FIGURES: &[Figure] = &[
    ("result", |outcome, _| {
        summary::status(outcome.status).to_owned()
    }),
    ("out of memory", out_of_memory),
    ("fullest shard", |outcome, _| {
        let instances = outcome.instances.iter();
        percent(instances.map(|one| one.used_peak_ppm).max().unwrap_or(0))
    }),
    ("unstable effects, most", |outcome, _| {
        let instances = outcome.instances.iter();
        let peaks = instances.map(|one| one.memory.unstable.peak_bytes);
        bytes(peaks.max().unwrap_or(0))
    }),
    ("writes acknowledged", |outcome, _| {
        exact(outcome.writes.acknowledged)
    }),
    ("writes lost", |outcome, _| {
        exact(outcome.writes.durability_loss)
    }),
    ("writes overwritten", |outcome, _| {
        exact(outcome.writes.concurrently_overwritten)
    }),
    ("operations unanswered", |outcome, _| {
        exact(results(outcome, |results| results.unreachable))
    }),
    ("writes refused for memory", |outcome, _| {
        exact(results(outcome, |results| results.oom))
    }),
    ("alerts", alerts),
    ("requests", |outcome, _| {
        let refused = outcome.control.iter();
        let refused = refused
            .filter(|one| one.result != ControlResult::Ok)
            .count();
        match (outcome.control.len(), refused) {
            (all, 0) => all.to_string(),
            (all, refused) => format!("{all}, {refused} refused or failed"),
        }
    }),
    ("members at the end", |outcome, _| {
        let linked = outcome.instances.iter().filter(|one| one.linked);
        let names: Vec<&str> = linked.map(|one| one.name.as_str()).collect();
        names.join(", ")
    }),
    ("a member short", |outcome, clock| {
        let absences = outcome.absences.iter();
        let words: Vec<String> = absences.map(|one| summary::absence(one, clock)).collect();
        match words.is_empty() {
            true => "never".to_owned(),
            false => words.join("; "),
        }
    }),
    ("they agree from", |outcome, clock| {
        let at = outcome.convergence.at_ms;
        at.map_or_else(|| "never".to_owned(), |at| clock.at_ms(at))
    }),
    ("full synchronisations", |outcome, _| {
        exact(outcome.links.iter().map(|link| link.full_syncs).sum())
    }),
    ("egress", |outcome, _| {
        dollars(outcome.cost.egress_micro_usd)
    }),
    ("digest", |outcome, _| outcome.digest.clone()),
];

fn out_of_memory(outcome: &Outcome, clock: Clock) -> String {
    let instances = outcome.instances.iter();
    let full = instances.filter_map(|one| Some((one.oom_at_ms?, &one.name)));
    full.min().map_or_else(
        || "never".to_owned(),
        |(at, name)| format!("{name} at {}", clock.at_ms(at)),
    )
}

fn alerts(outcome: &Outcome, clock: Clock) -> String {
    let mut told: Vec<String> = Vec::new();
    for alert in &outcome.alerts {
        let known = outcome.alerts.iter().find(|one| one.rule == alert.rule);
        if known.is_some_and(|first| std::ptr::eq(first, alert)) {
            told.push(format!(
                "{} at {}",
                alert.rule,
                clock.at_ms(alert.told_at_ms)
            ));
        }
    }
    match told.is_empty() {
        true => "none".to_owned(),
        false => told.join("; "),
    }
}

fn results(outcome: &Outcome, of: fn(&crate::experiment::outcome::Results) -> u64) -> u64 {
    outcome
        .operations
        .iter()
        .map(|fleet| of(&fleet.results))
        .sum()
}

fn row(label: &str, columns: &[Column<'_>], figure: impl Fn(&Outcome) -> String) -> Vec<String> {
    let mut row = vec![label.to_owned()];
    for column in columns {
        let value = figure(column.outcome);
        let is_same = row.get(1).is_some_and(|first| *first == value);
        row.push(if is_same { SAME.to_owned() } else { value });
    }
    row
}

fn status(outcome: &Outcome, name: &str) -> Option<VerdictStatus> {
    let mut verdicts = outcome.verdicts.iter();
    verdicts
        .find(|verdict| verdict.name == name)
        .map(|verdict| verdict.status)
}

/// The verdicts that are not the same everywhere.
fn verdicts(columns: &[Column<'_>]) -> Vec<Vec<String>> {
    let mut names: Vec<&str> = Vec::new();
    for verdict in columns.iter().flat_map(|column| &column.outcome.verdicts) {
        if !names.contains(&verdict.name.as_str()) {
            names.push(&verdict.name);
        }
    }
    names.retain(|name| {
        let first = status(columns[0].outcome, name);
        columns
            .iter()
            .any(|column| status(column.outcome, name) != first)
    });
    let shown = |outcome: &Outcome, name: &str| {
        let mut verdicts = outcome.verdicts.iter();
        let verdict = verdicts.find(|verdict| verdict.name == name);
        verdict.map_or_else(String::new, |verdict| {
            format!("{} {}", summary::sign(verdict.status), verdict.observed)
        })
    };
    names
        .into_iter()
        .map(|name| row(name, columns, |outcome| shown(outcome, name)))
        .collect()
}

/// What happened first in one and not in the other.
fn parting(one: &Column<'_>, other: &Column<'_>, clock: Clock) -> String {
    if one.journal.is_empty() || other.journal.is_empty() {
        return match one.outcome.digest == other.outcome.digest {
            true => "the same run".to_owned(),
            false => "no journal tells where they part".to_owned(),
        };
    }
    let (mut ours, mut theirs) = (happenings(one.journal), happenings(other.journal));
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return "nothing happens in one that does not in the other".to_owned(),
            (ours, theirs) if ours == theirs => {}
            (ours, theirs) => {
                let at = [&ours, &theirs];
                let at = at.iter().filter_map(|one| Some(one.as_ref()?.0)).min();
                let at = clock.at_ms(at.unwrap_or(0));
                let words = |one| words(one, clock);
                return format!("they part at {at}\n  {}\n  {}", words(ours), words(theirs));
            }
        }
    }
}

/// What a journal tells but for verdicts: when, and what.
fn happenings(journal: &str) -> impl Iterator<Item = (u64, String)> + '_ {
    journal.lines().filter_map(|line| {
        let entry: serde_json::Value = serde_json::from_str(line).ok()?;
        let of = |key: &str| entry[key].as_str().unwrap_or_default();
        let is_verdict = of("kind") == crate::metrics::journal::JournalKind::Verdict.name();
        let (subject, text) = (of("subject"), of("text"));
        let what = match text.starts_with(subject) {
            true => text.to_owned(),
            false => format!("{subject} {text}"),
        };
        (!is_verdict).then(|| (entry["at_ms"].as_u64().unwrap_or(0), what))
    })
}

fn words(happening: Option<(u64, String)>, clock: Clock) -> String {
    happening.map_or_else(
        || "nothing more".to_owned(),
        |(at, what)| format!("{} {what}", clock.at_ms(at)),
    )
}

#[cfg(test)]
mod tests {
    use super::{Column, regressions, text};
    use crate::experiment::outcome::{ControlResult, Outcome, VerdictStatus};
    use crate::report::fixture::{Runbook, outcome, series};

    fn finished(runbook: Runbook) -> Outcome {
        outcome(&series(3, runbook), runbook)
    }

    fn column<'a>(name: &'a str, outcome: &'a Outcome, journal: &'a str) -> Column<'a> {
        Column {
            name,
            outcome,
            journal,
        }
    }

    fn line(at_ms: u64, kind: &str, subject: &str, text: &str) -> String {
        let entry = serde_json::json!({
            "at_ms": at_ms, "kind": kind, "subject": subject, "text": text,
        });
        format!("{entry}\n")
    }

    /// The cells of a row after its label.
    fn row(table: &str, label: &str) -> Vec<String> {
        let found = table
            .lines()
            .find(|line| line.trim_start().starts_with(label));
        let found = found.unwrap_or_else(|| panic!("no {label} in\n{table}"));
        let cells = found.trim().split("  ").map(str::trim);
        let mut cells = cells.filter(|cell| !cell.is_empty()).map(str::to_owned);
        assert_eq!(cells.next().as_deref(), Some(label));
        cells.collect()
    }

    #[test]
    fn a_regression_held_at_first_and_fails_in_any_other() {
        let first = finished(Runbook::Unlink);
        let passing = |one: &Outcome| {
            let verdicts = one.verdicts.iter().enumerate();
            let mut passing = verdicts.filter(|(_, one)| one.status == VerdictStatus::Pass);
            passing.next().expect("something holds").0
        };
        let (mut open, mut mended) = (first.clone(), first.clone());
        let broken = passing(&first);
        open.verdicts[broken].status = VerdictStatus::NotEvaluated;
        let columns = [
            column("a", &first, ""),
            column("b", &first, ""),
            column("c", &open, ""),
        ];
        let name = &first.verdicts[broken].name;
        let expected = format!("{name} no longer holds in c");
        assert_eq!(regressions(&columns), [expected]);
        mended.verdicts[broken].status = VerdictStatus::Pass;
        let columns = [column("c", &open, ""), column("a", &mended, "")];
        assert!(regressions(&columns).is_empty(), "what was mended");
    }

    #[test]
    fn figures_are_set_against_the_first() {
        let mut first = finished(Runbook::Unlink);
        let mut other = first.clone();
        // The longest run says how instants are written.
        first.ended_at_ms = 600_000;
        let again = other.alerts[0].clone();
        other.alerts.push(again);
        other.control[0].result = ControlResult::Failed;
        (other.instances[0].oom_at_ms, other.instances[1].oom_at_ms) =
            (Some(7_200_000), Some(3_600_000));
        other.instances[2].oom_at_ms = None;
        let columns = [
            column("a", &first, ""),
            column("b", &other, ""),
            column("c", &other, ""),
            column("d", &first, ""),
        ];
        let table = text(&columns);
        let failed = "1, 1 refused or failed";
        assert_eq!(row(&table, "requests"), ["1", failed, failed, "="]);
        let west = "west at 1:00";
        let full = row(&table, "out of memory");
        assert_eq!(full[1..], [west, west, "="], "{table}");
        assert_eq!(row(&table, "alerts")[1..], ["=", "=", "="], "{table}");
        for verdict in &first.verdicts {
            assert!(!table.contains(&verdict.name), "{table}");
        }
    }

    #[test]
    fn results_part_where_one_tells_what_another_does_not() {
        let outcome = finished(Runbook::Unlink);
        let part = |one: &str, other: &str| {
            let columns = [column("a", &outcome, one), column("b", &outcome, other)];
            let text = text(&columns);
            let from = text.find("a | b").expect("it says where they part");
            text[from..].to_owned()
        };
        let begins = line(60_000, "fault", "East US", "East US dark begins");
        let verdict = line(70_000, "verdict", "NoOom", "holds");
        let acted = line(150_000, "control", "asia", "force-unlink east: accepted");
        let both = part(&(begins.clone() + &verdict), &begins);
        assert!(both.contains("nothing happens in one that"), "{both}");
        let parted = part(&(begins.clone() + &acted), &begins);
        let told = [
            "they part at 0:02",
            "asia force-unlink east",
            "nothing more",
        ];
        assert!(told.iter().all(|told| parted.contains(told)), "{parted}");
        let later = part(&acted, &begins);
        let told = ["they part at 0:01", "0:01 East US dark begins"];
        assert!(told.iter().all(|told| later.contains(told)), "{later}");
        assert!(part(&begins, "").contains("the same run"));
    }
}
