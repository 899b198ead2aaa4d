//! Planted defects: each must be caught by a check in one of 200 cases, none of which fails without
//! it, and that case must shrink to a few actions.
//!
//! `MERIDIAN_UPDATE=1 cargo test --lib planted` writes the table anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::{env, fs};

use crate::engine::parallel::Workers;
use crate::experiment::outcome::{CaseResult, CaseStatus, Limits};
use crate::experiment::shrink::{self, Failure, Size};
use crate::experiment::sweep::{Recipe, timed_case};
use crate::plan::Plan;
use crate::planted::{self, Defect};
use crate::scenario;

const CHAOS: &str = include_str!("chaos.ron");
const SEEDS: u64 = 200;
/// Runs that shrinking may take.
const BUDGET: u64 = 300;
/// Steps and rules that may be left then.
const ACTIONS_MAX: usize = 5;
const TABLE: &str = "tests/planted-defects.md";

fn chaos() -> Recipe {
    let text = CHAOS.to_owned();
    let plan = scenario::parse_seeded("chaos.ron", &text, &[], Some(0));
    Recipe {
        plan: plan.expect("the scenario is sound"),
        scenario: ("chaos.ron".to_owned(), text),
        overrides: Vec::new(),
        arm: None,
    }
}

/// The first case with a defect, or with none, that `counts`.
fn first(
    recipe: &Recipe,
    defect: Option<Defect>,
    counts: impl Fn(CaseStatus) -> bool,
) -> Option<CaseResult> {
    let work = |seed| {
        let plan = recipe.plan_of(seed, &[]).expect("every draw is sound");
        planted::with(defect, || timed_case(&plan, Limits::default()).0)
    };
    let mut found = None;
    Workers::new(2).in_order(SEEDS, work, |_, result| {
        if counts(result.status) {
            found = Some(result);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    found
}

/// The checks that failed, without whom that befell.
fn checks(case: &CaseResult) -> String {
    let signature = case.signature.as_deref().unwrap_or_default();
    let parts = signature.split("; ");
    let names = parts.map(|part| part.split_once(" on ").map_or(part, |(check, _)| check));
    let names: BTreeSet<&str> = names.collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// How a plan fails with a defect that does not fail without it: in one way as good as in another,
/// as the defect alone can be the cause.
fn failure_by(defect: Defect, plan: &Plan) -> Option<Failure> {
    let failure = planted::with(Some(defect), || shrink::failure(plan))?;
    let innocent = planted::with(None, || shrink::failure(plan)).is_none();
    innocent.then(|| Failure {
        signature: "a check fails".to_owned(),
        ..failure
    })
}

/// How large a case is after it was shrunk.
fn shrunk(recipe: &Recipe, defect: Defect, seed: u64) -> Size {
    let plan = recipe.plan_of(seed, &[]).expect("every draw is sound");
    let judge = |plan: &Plan| failure_by(defect, plan);
    let mut watch = |_| ControlFlow::Continue(());
    let shrunk = shrink::shrink(&plan, BUDGET, (&judge, &Workers::new(2)), &mut watch);
    let shrunk = shrunk.expect("its normal form loads");
    Size::of(&shrunk.expect("the defect alone makes it fail").plan)
}

#[test]
fn nothing_fails_without_a_defect() {
    let failed = first(&chaos(), None, |status| status != CaseStatus::Pass);
    assert_eq!(failed, None);
}

#[test]
fn every_planted_defect_is_caught_by_a_check() {
    let recipe = chaos();
    let mut text = format!(
        "# Which check catches which planted defect\n\nOf a sweep of {SEEDS} seeds that all pass: \
         the first seed with which a check fails once the\ndefect is there, and what \
         {BUDGET} runs shrink that case to, which still passes without the\ndefect. \
         `MERIDIAN_UPDATE=1 cargo test --lib planted` writes it anew.\n\n\
         | defect | caught by | seed | shrunk to |\n|---|---|--:|---|\n",
    );
    let (mut missed, mut large) = (Vec::new(), Vec::new());
    for (defect, words) in Defect::ALL {
        match first(&recipe, Some(defect), |status| status == CaseStatus::Fail) {
            Some(case) => {
                let (checks, seed) = (checks(&case), case.seed);
                let size = shrunk(&recipe, defect, seed);
                writeln!(text, "| {words} | {checks} | {seed} | {size} |")
                    .expect("a String takes all");
                if size.steps + size.rules > ACTIONS_MAX {
                    large.push((defect, size));
                }
            }
            None => missed.push(defect),
        }
    }
    assert!(missed.is_empty(), "no check catches {missed:?}");
    assert!(
        large.is_empty(),
        "more is left than {ACTIONS_MAX} actions: {large:?}"
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE);
    if env::var_os("MERIDIAN_UPDATE").is_some_and(|value| value == "1") {
        fs::write(&path, &text).expect("the table can be written");
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == text,
        "{TABLE} is not what the checks catch; MERIDIAN_UPDATE=1 writes it anew"
    );
}
