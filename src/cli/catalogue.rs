//! `meridian catalogue`: what a scenario can name.

use crate::assumption::Assumptions;
use crate::catalogue::{Region, regions, rtt, skus};
use crate::checks::listed;
use crate::cli::args::Topic;
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::control::Refusal;
use crate::instance::command::table::{Command, Status, commands};
use crate::report::table::{self, Flush};
use crate::scenario::diagnostic::Code;
use crate::traffic::mixes;

type Header = &'static [(&'static str, Flush)];

/// Prints the list `topic`, only the rows with all `words` in them.
///
/// # Errors
/// When it cannot be printed.
pub(super) fn list(terminal: &Terminal, topic: Topic, words: &[String]) -> Result<Exit, Error> {
    let (header, mut rows) = match topic {
        Topic::Regions => region_rows(),
        Topic::Skus => sku_rows(),
        Topic::Rtt => rtt_rows(),
        Topic::Mixes => mix_rows(),
        Topic::Commands => command_rows(),
        Topic::Checks => check_rows(),
        Topic::Errors => error_rows(),
        Topic::Assumptions => assumption_rows(),
    };
    let wanted: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    rows.retain(|row| {
        let row = row.join("  ").to_lowercase();
        wanted.iter().all(|word| row.contains(word.as_str()))
    });
    if rows.is_empty() {
        terminal.say(&format!("nothing matches {}\n", words.join(" ")));
        return Ok(Exit::Nothing);
    }
    terminal.data(&table::text(header, &rows))?;
    Ok(Exit::Holds)
}

fn row<const COLUMNS: usize>(cells: [&str; COLUMNS]) -> Vec<String> {
    cells.map(str::to_owned).into()
}

fn region_rows() -> (Header, Vec<Vec<String>>) {
    let header = &[
        ("region", Flush::Left),
        ("arm name", Flush::Left),
        ("continent", Flush::Left),
    ];
    let rows = regions()
        .iter()
        .map(|one| row([one.name, one.arm_name, one.continent.name()]));
    (header, rows.collect())
}

fn sku_rows() -> (Header, Vec<Vec<String>>) {
    let header = &[
        ("sku", Flush::Left),
        ("tier", Flush::Left),
        ("memory", Flush::Right),
        ("vCPUs", Flush::Right),
        ("shards", Flush::Right),
        ("connections", Flush::Right),
        ("in groups", Flush::Left),
        ("note", Flush::Left),
    ];
    let rows = skus().iter().map(|sku| {
        row([
            sku.name,
            sku.tier.name(),
            &sku.memory.to_string(),
            &sku.vcpus.to_string(),
            &sku.shards.to_string(),
            &sku.connections_max.to_string(),
            if sku.geo_replicated { "yes" } else { "no" },
            sku.note,
        ])
    });
    (header, rows.collect())
}

fn rtt_rows() -> (Header, Vec<Vec<String>>) {
    let header = &[
        ("from", Flush::Left),
        ("to", Flush::Left),
        ("median", Flush::Right),
        ("P95/P50", Flush::Right),
        ("", Flush::Left),
    ];
    let pair = |from: &'static Region, to: &'static Region| {
        let found = rtt(from, to).ok()?;
        let jitter = found
            .jitter
            .map_or_else(|| "-".to_owned(), |jitter| jitter.to_string());
        let mirrored = if found.mirrored {
            "published for the other direction"
        } else {
            ""
        };
        Some(row([
            from.name,
            to.name,
            &found.p50.to_string(),
            &jitter,
            mirrored,
        ]))
    };
    let rows = regions()
        .iter()
        .flat_map(|from| regions().iter().filter_map(move |to| pair(from, to)));
    (header, rows.collect())
}

fn mix_rows() -> (Header, Vec<Vec<String>>) {
    let rows = mixes().iter().map(|mix| row([mix.name, mix.description]));
    (
        &[("mix", Flush::Left), ("what it does", Flush::Left)],
        rows.collect(),
    )
}

fn command_rows() -> (Header, Vec<Vec<String>>) {
    let header = &[
        ("command", Flush::Left),
        ("group", Flush::Left),
        ("status", Flush::Left),
        ("rules", Flush::Left),
        ("what it does", Flush::Left),
    ];
    let cells = |command: &Command| {
        let name = command.name.to_uppercase().replace('|', " ");
        let (status, what) = match command.status {
            Status::Modelled(_) => ("modelled", command.summary),
            Status::Unmodelled(reason) => ("not modelled", reason),
            Status::Refused(reason) => ("refused", reason),
        };
        row([&name, command.group, status, command.rules, what])
    };
    (header, commands().map(cells).collect())
}

fn check_rows() -> (Header, Vec<Vec<String>>) {
    let header = &[
        ("name", Flush::Left),
        ("in a scenario", Flush::Left),
        ("meaning", Flush::Left),
    ];
    let rows = listed::ALL.iter();
    let rows = rows.map(|one| row([one.name, one.form.unwrap_or("always checked"), one.meaning]));
    (header, rows.collect())
}

fn error_rows() -> (Header, Vec<Vec<String>>) {
    let header = &[
        ("code", Flush::Left),
        ("of", Flush::Left),
        ("meaning", Flush::Left),
    ];
    let codes = Code::ALL
        .iter()
        .map(|code| row([code.id(), "scenario", code.explanation().title]));
    let refusals = Refusal::ALL.iter();
    let refusals = refusals.map(|one| row([one.id(), "control plane", &one.to_string()]));
    (header, codes.chain(refusals).collect())
}

fn assumption_rows() -> (Header, Vec<Vec<String>>) {
    let header = &[
        ("id", Flush::Left),
        ("field", Flush::Left),
        ("default", Flush::Left),
        ("range", Flush::Left),
        ("meaning", Flush::Left),
    ];
    let rows = Assumptions::default().listed().into_iter();
    (
        header,
        rows.map(|one| {
            let value = shortened(&one.value);
            row([one.id, one.field, &value, &one.range, one.meaning])
        })
        .collect(),
    )
}

/// A text in so few characters that the columns behind it stay in sight; `explain` has it whole.
fn shortened(text: &str) -> String {
    const SHOWN_MAX: usize = 24;
    if text.chars().count() <= SHOWN_MAX {
        return text.to_owned();
    }
    let shown: String = text.chars().take(SHOWN_MAX - 1).collect();
    format!("{shown}…")
}
