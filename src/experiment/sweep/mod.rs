//! Sweeps: one scenario under many seeds, each case boiled down as soon as it is over.
//!
//! ```text
//! Header ─ seeds ─► cases, several at once ─► CaseResult, in order ─► Fold ─► Summary
//!    └─ plan, once for all               caught, limited   └─► rows kept by the caller
//! ```
//!
//! A case depends on its seed alone, so what a sweep finds depends neither on how many cases run at
//! once nor on where they run: rows made in pieces elsewhere fold to the same summary. Whoever
//! calls [`cases`] keeps the rows and decides, by them alone, when to stop. Left out, as yet: draws
//! in scenarios themselves, which would make a plan of its own for each seed, in the place of
//! `plan_of`.
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
//! sweep::cases(&workers, &header, (Part::WHOLE, 0), |seed| sweep::seeded(&plan, seed), |case| {
//!     fold.add(&case);
//!     ControlFlow::Continue(())
//! });
//! assert_eq!(fold.summary(None, None).run, 2);
//! ```

mod case;
mod figure;
mod fold;
mod header;
mod limits;
mod part;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use crate::engine::parallel::Workers;
use crate::experiment::outcome::{CaseResult, Header};
use crate::plan::Plan;

pub use case::{case, contained};
pub use figure::Distribution;
pub use fold::{CHECK_EVERY, Fold};
pub use header::{header, seeded};
pub use limits::memory_estimate;
pub use part::Part;

/// Runs the cases of a part of a sweep but for so many that are done, as many at once as there are
/// workers, and shows `take` their results in the order of the seeds, until it breaks.
///
/// `plan_of` makes a case's plan: [`seeded`] does for a scenario without draws of its own.
pub fn cases(
    workers: &Workers,
    header: &Header,
    (part, done): (Part, u64),
    plan_of: impl Fn(u64) -> Plan + Sync,
    mut take: impl FnMut(CaseResult) -> ControlFlow<()>,
) {
    let seeds = &header.seeds;
    let todo = part.count(seeds.count()).saturating_sub(done);
    let work = |index: u64| {
        let seed = seeds.at(part.index(done + index));
        case(seed, &plan_of, header.limits)
    };
    workers.in_order(todo, work, |_, result| take(result));
}
