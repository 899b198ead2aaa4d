//! Sweeps: one scenario under many seeds, each case boiled down as soon as it is over.
//!
//! ```text
//! Header ─ seeds ─► cases, several at once ─► CaseResult, in order ─► Fold ─► Summary
//!    └─ plan, once for all               caught, limited   └─► rows kept by the caller
//! ```
//!
//! With axes each seed is run in every cell, the combinations of their values: one seed in all of
//! them, then the next, so that more seeds go on where fewer ended. All cells share draws.
//!
//! A case depends on its seed and cell alone, so what a sweep finds depends neither on how many
//! cases run at once nor on where they run: rows made in pieces elsewhere fold to the same
//! summary. Whoever calls [`cases`] keeps the rows and decides, by them alone, when to stop. A
//! [`Recipe`] makes the plan of each seed, also where the scenario leaves something to chance.
//!
//! ```
//! use std::ops::ControlFlow;
//! use meridian::engine::parallel::Workers;
//! use meridian::experiment::outcome::{Limits, Seeds};
//! use meridian::experiment::sweep::{self, Fold, Part};
//! use meridian::scenario;
//!
//! let plan = scenario::parse("mine.ron", &scenario::starter("mine"), &[]).expect("it is sound");
//! let header = sweep::header(&plan, "mine.ron", &[], None, Seeds::Range(0, 2), Limits::default());
//! let mut fold = Fold::new(&header);
//! let workers = Workers::new(2);
//! let plan_of = |seed, _: &[usize]| Ok(sweep::seeded(&plan, seed));
//! sweep::cases(&workers, &header, (Part::WHOLE, 0), plan_of, |case| {
//!     fold.add(&case);
//!     ControlFlow::Continue(())
//! });
//! assert_eq!(fold.summary(None, None).run, 2);
//! ```

mod case;
mod cells;
mod cheapest;
mod figure;
mod fold;
mod grid;
mod header;
mod limits;
mod part;
mod recipe;
mod swing;
#[cfg(test)]
mod tests;
mod times;

use std::ops::ControlFlow;

use crate::engine::parallel::Workers;
use crate::experiment::outcome::{CaseResult, Header};
use crate::plan::Plan;
use crate::scenario::diagnostic::Mistakes;

pub(in crate::experiment) use case::detail;
pub use case::{case, contained, timed_case};
pub(in crate::experiment) use figure::share;
pub use figure::{Distribution, Timed};
pub use fold::{CHECK_EVERY, Fold};
pub use grid::Grid;
pub use header::header;
pub use limits::memory_estimate;
pub use part::Part;
pub use recipe::{Recipe, seeded};

/// Runs the cases of a part of a sweep but for so many that are done, as many at once as there are
/// workers, and shows `take` their results in order, each seed in all cells, until it breaks.
///
/// `plan_of` makes a case's plan, as [`Recipe::plan_of`] does; a seed that draws a wrong scenario
/// is a case that fails.
pub fn cases(
    workers: &Workers,
    header: &Header,
    (part, done): (Part, u64),
    plan_of: impl Fn(u64, &[usize]) -> Result<Plan, Mistakes> + Sync,
    mut take: impl FnMut(CaseResult) -> ControlFlow<()>,
) {
    let todo = part.count(header.count()).saturating_sub(done);
    let work = |index: u64| case(header, header.at(part.index(done + index)), &plan_of);
    workers.in_order(todo, work, |_, result| take(result));
}
