//! A threshold as people and programs read it.

use crate::experiment::outcome::{
    Seeds, Spacing, Threshold, ThresholdFound, Tried, TriedFailure, TriedPhase,
};
use crate::report::sweep::words;
use crate::report::table::{self, Flush};
use crate::report::units::exact;

/// The threshold as one line, without a line break at its end.
pub fn json_line(threshold: &Threshold) -> String {
    serde_json::to_string(threshold).expect("it holds nothing that JSON cannot say")
}

/// The threshold, with a line break at its end.
pub fn text(threshold: &Threshold) -> String {
    let word = match threshold.found {
        ThresholdFound::HoldsBelow | ThresholdFound::HoldsAbove => "FOUND",
        ThresholdFound::BothHold | ThresholdFound::BothFail => "NOTHING TO FIND",
        ThresholdFound::NotMonotone => "NOT MONOTONE",
    };
    let Threshold { from, to, .. } = threshold;
    let mut text = format!(
        "{word}  {}  {} with {} from {from} to {to}\n{}\n",
        threshold.scenario,
        threshold.until,
        threshold.path,
        result(threshold),
    );
    text += &tried(threshold);
    text += &format!("{}\n", effort(threshold));
    if threshold.found == ThresholdFound::NotMonotone {
        text +=
            "there is no one threshold: a sweep with an axis over these values shows the whole\n";
    }
    if let Some(reproduce) = &threshold.reproduce {
        text += &format!("replay: {reproduce}\n");
    }
    text
}

/// What was found, in one line.
fn result(threshold: &Threshold) -> String {
    let of = |value: &Option<String>| value.clone().unwrap_or_default();
    let (holds, fails) = (of(&threshold.holds_at), of(&threshold.fails_at));
    match threshold.found {
        ThresholdFound::HoldsBelow => format!("holds up to {holds}, fails from {fails}"),
        ThresholdFound::HoldsAbove => format!("fails up to {fails}, holds from {holds}"),
        ThresholdFound::BothHold => "it holds at both ends".to_owned(),
        ThresholdFound::BothFail => "it fails at both ends".to_owned(),
        ThresholdFound::NotMonotone => disorder(threshold),
    }
}

fn disorder(threshold: &Threshold) -> String {
    let holds = |value: &String| {
        let mut tried = threshold.tried.iter();
        let does = tried.any(|one| one.value == *value && one.holds);
        if does { "holds" } else { "fails" }
    };
    let both = threshold.disorder.iter().flatten();
    let both: Vec<String> = both
        .map(|value| format!("{} at {value}", holds(value)))
        .collect();
    let first = threshold.tried.first().map(|one| &one.value);
    let below = first.map_or("", |value| holds(value));
    format!("it {}, though it {below} below", both.join(" and "))
}

fn tried(threshold: &Threshold) -> String {
    let is_one = threshold.seeds.count() == 1;
    let row = |one: &Tried| {
        let mut cells = vec![
            format!("{} {}", if one.holds { "✓" } else { "✗" }, one.value),
            match one.phase {
                TriedPhase::End => "end",
                TriedPhase::Grid => "grid",
                TriedPhase::Bisection => "bisection",
            }
            .to_owned(),
        ];
        if !is_one {
            cells.extend([words::count(&one.held), words::share(&one.held)]);
        }
        let seen = |failure: &TriedFailure| match is_one {
            true => failure.detail.clone(),
            false => format!("seed {}: {}", failure.seed, failure.detail),
        };
        cells.push(one.failure.as_ref().map_or_else(String::new, seen));
        cells
    };
    let mut header = vec![("tried", Flush::Left), ("as", Flush::Left)];
    if !is_one {
        header.extend([
            ("seeds that hold", Flush::Right),
            ("share (95 %)", Flush::Left),
        ]);
    }
    header.push(("first failure", Flush::Left));
    let rows: Vec<Vec<String>> = threshold.tried.iter().map(row).collect();
    table::text(&header, &rows)
}

/// How well it is known, and what that took.
fn effort(threshold: &Threshold) -> String {
    let seeds = match &threshold.seeds {
        Seeds::List(list) if list.len() == 1 => format!("seed {}", list[0]),
        seeds => format!("{}, all of them with each value", words::seeds(seeds)),
    };
    let runs = match threshold.runs {
        1 => "1 run".to_owned(),
        runs => format!("{} runs", exact(runs)),
    };
    let precision = &threshold.precision;
    let grid = threshold.tried.iter();
    let grid = grid.filter(|one| one.phase == TriedPhase::Grid).count();
    let spacing = match threshold.spacing {
        Spacing::Linear => "equal distances",
        Spacing::Geometric => "equal ratios",
    };
    let evidence = match (threshold.found, grid) {
        (ThresholdFound::HoldsBelow | ThresholdFound::HoldsAbove, 0) => {
            "; nothing between the ends shows that it changes once only".to_owned()
        }
        (ThresholdFound::HoldsBelow | ThresholdFound::HoldsAbove, _) => {
            format!("; it changes once only over both ends and a grid of {grid} at {spacing}")
        }
        _ => String::new(),
    };
    format!("precision {precision}; {runs}, {seeds}{evidence}")
}
