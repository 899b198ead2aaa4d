//! Scenario files: RON text to a [`Plan`](crate::plan::Plan), with every mistake pointed out.
//!
//! ```text
//! file ─ overrides, chance ─► source ─ ron, serde ─► schema ─ names, units, rules ─► plan
//!                                └──────── places of all values ────────┴─► mistakes, all at once
//! ```
//!
//! `schema` says what can be written and knows no rule; `lower` knows the rules and makes the plan;
//! `normal` writes a plan back as a file in which nothing is left to a default, `concise` as one in
//! which all is that can be. No text makes any of them panic. `chance` settles the values a file
//! leaves to the seed, `process` the faults that come by chance, `swarm` what a seed goes without,
//! `vary` what it leaves to a sweep, and `asked` what a search asks of it.

mod asked;
mod chance;
mod code;
mod concise;
pub mod diagnostic;
mod explain;
mod load;
mod lower;
mod normal;
mod outline;
mod overrides;
mod path;
mod process;
mod reading;
mod schema;
mod source;
mod span;
mod starter;
mod stumble;
mod suggest;
mod swarm;
#[cfg(test)]
mod tests;
mod vary;

pub use asked::Asked;
pub use chance::scale::Scale;
pub use concise::{concise_form, defaulted};
pub use explain::{AssumptionInForce, assumptions_in_force, explain_plan};
pub use load::{load, load_asked, load_cell, load_every_way, load_seeded};
pub use load::{parse, parse_asked, parse_cell, parse_every_way, parse_seeded};
pub use normal::normal_form;
pub use schema::reference::reference;
pub use starter::starter;
