//! Planted defects: each must be caught by a check in one of some sweep's cases, in which nothing
//! fails without it.
//!
//! `MERIDIAN_UPDATE=1 cargo test --lib planted` writes the table anew.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::{env, fs};

use crate::engine::parallel::Workers;
use crate::experiment::outcome::{CaseResult, CaseStatus, Limits};
use crate::experiment::sweep::{Recipe, case};
use crate::planted::{self, Defect};
use crate::scenario;

const CHAOS: &str = include_str!("chaos.ron");
const SEEDS: u64 = 200;

fn recipe() -> Recipe {
    let text = env::var("CHAOS").map_or(CHAOS.to_owned(), |path| fs::read_to_string(path).unwrap());
    let plan = scenario::parse_seeded("chaos.ron", &text, &[], Some(0)).expect("it is sound");
    Recipe {
        plan,
        scenario: ("chaos.ron".to_owned(), text),
        overrides: Vec::new(),
        arm: None,
    }
}

/// The cases that fail with a defect, or without one, the first `most` of them.
fn failing(recipe: &Recipe, defect: Option<Defect>, most: usize) -> Vec<CaseResult> {
    let plan_of = |seed| recipe.plan_of(seed);
    let work = |seed| planted::with(defect, || case(seed, &plan_of, Limits::default()));
    let mut failing = Vec::new();
    Workers::new(2).in_order(SEEDS, work, |_, result| {
        if result.status != CaseStatus::Pass {
            failing.push(result);
        }
        match failing.len() == most {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    failing
}

#[test]
fn explore() {
    let recipe = recipe();
    let mut text = String::new();
    let most = env::var("MOST").map_or(1, |most| most.parse().unwrap());
    let only = env::var("ONLY").unwrap_or_default();
    if only.is_empty() || only == "none" {
        let start = std::time::Instant::now();
        for row in failing(&recipe, None, most) {
            writeln!(
                text,
                "none: {} {:?} {}",
                row.seed, row.signature, row.detail
            )
            .unwrap();
        }
        writeln!(text, "{:?}", start.elapsed()).unwrap();
    }
    for (defect, _) in Defect::ALL {
        if only == "none"
            || !only.is_empty() && !only.split(',').any(|one| format!("{defect:?}") == one)
        {
            continue;
        }
        let start = std::time::Instant::now();
        for row in failing(&recipe, Some(defect), most) {
            writeln!(
                text,
                "{defect:?}: {} {:?} {}",
                row.seed, row.signature, row.detail
            )
            .unwrap();
        }
        writeln!(text, "{defect:?} {:?}", start.elapsed()).unwrap();
    }
    println!("{text}");
}
