//! Bytes and nanoseconds an element of the data types, beside the `crdts` crate.
//!
//! `cargo bench --bench types [-- CASE]`. Each case runs both sides by turns, several rounds, and
//! takes the median. Bytes are what the process grows by, allocator and all: each side builds in a
//! process of its own (Linux only). Meridian's names are byte strings, as a client sends them; the
//! other side has numbers in their place, which is the best case for it.

#![allow(
    clippy::cast_possible_truncation,
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a bench counts small things, reads the clock of the machine, prints, and runs beside \
              hash maps"
)]

mod counters;
mod fields;
mod keys;
mod sets;
mod side;

use std::process::Command;
use std::time::Instant;

use side::{Case, Side};

/// Each side of a case is measured so many times.
const ROUNDS: usize = 5;

fn main() {
    let cases = [sets::case(), keys::case(), fields::case(), counters::case()];
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, case, side] = &words[..]
        && flag == "--grow"
    {
        let case = cases.iter().find(|one| one.name == case);
        let case = case.expect("a process is started for a case there is");
        println!("{}", grown_by(side_of(case, side)));
        return;
    }
    let wanted = words.iter().find(|word| !word.starts_with('-'));
    let mut rows = Vec::new();
    for case in &cases {
        if wanted.is_none_or(|name| case.name.contains(name.as_str())) {
            rows.extend(report(case));
        }
    }
    summarise(&rows);
}

/// One measurement: Meridian's figure by the other side's.
struct Row {
    case: &'static str,
    what: String,
    ratio: f64,
    /// Whether it must be below one.
    is_held: bool,
}

/// Each row's ratio, and which rows are not within the bar: below one in sets and maps.
fn summarise(rows: &[Row]) {
    println!("\nmeridian / crdts");
    for row in rows {
        let verdict = match row.ratio < 1.0 {
            true => "within",
            false if row.is_held => "OVER",
            false => "over, no bar",
        };
        println!(
            "  {:<9} {:<34} {:>6.2}  {verdict}",
            row.case, row.what, row.ratio
        );
    }
    let held: Vec<&Row> = rows.iter().filter(|row| row.is_held).collect();
    let within = held.iter().filter(|row| row.ratio < 1.0).count();
    println!(
        "{within} of {} rows of sets and maps are within the bar",
        held.len()
    );
}

fn side_of<'a>(case: &'a Case, name: &str) -> &'a Side {
    match name {
        "meridian" => &case.meridian,
        _ => &case.crdts,
    }
}

/// How many bytes the process grows by while a side is built.
fn grown_by(side: &Side) -> u64 {
    let before = resident();
    let kept = (side.build)();
    let grown = resident().saturating_sub(before);
    drop(kept);
    grown
}

/// Bytes of this process in memory.
///
/// Source: proc(5), `/proc/self/statm`, the second field, in pages of 4 KiB.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|word| word.parse().ok());
    pages.unwrap_or(0_u64) * 4096
}

fn grown_apart(case: &Case, side: &str) -> Option<f64> {
    let me = std::env::current_exe().ok()?;
    let args = ["--grow", case.name, side];
    let output = Command::new(me).args(args).output().ok()?;
    let grown: f64 = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    (grown > 0.0).then_some(grown / case.elements as f64)
}

fn report(case: &Case) -> Vec<Row> {
    println!("{}: {} elements", case.name, case.elements);
    let mut rows = Vec::new();
    let bytes = ["meridian", "crdts"].map(|side| grown_apart(case, side));
    if let [Some(ours), Some(theirs)] = bytes {
        rows.push(line(case, "bytes an element".to_owned(), ours, theirs));
    }
    let steps = |side: &Side| (side.run)(&mut |step| clocked(step));
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push((steps(&case.meridian), steps(&case.crdts)));
    }
    for (at, step) in case.steps.iter().enumerate() {
        let ours = median(rounds.iter().map(|(ours, _)| ours[at]));
        let theirs = median(rounds.iter().map(|(_, theirs)| theirs[at]));
        rows.push(line(case, format!("{step}, ns an element"), ours, theirs));
    }
    rows
}

/// Nanoseconds an element that a step takes. A step returns how many elements it went through.
fn clocked(step: &mut dyn FnMut() -> usize) -> f64 {
    let start = Instant::now();
    let elements = step();
    start.elapsed().as_secs_f64() * 1e9 / elements as f64
}

fn line(case: &Case, what: String, ours: f64, theirs: f64) -> Row {
    let ratio = ours / theirs;
    println!("  {what:<34} meridian {ours:>8.1}   crdts {theirs:>8.1}   ratio {ratio:>5.2}");
    Row {
        case: case.name,
        what,
        ratio,
        is_held: case.is_held,
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
