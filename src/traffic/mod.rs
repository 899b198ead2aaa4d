//! Who sends what when: arrivals, keys, operations, sizes, each from a random stream of its own.
//!
//! Fleets are open loops: what they send depends on their streams alone, never on replies, so it is
//! drawn ahead in blocks. Left out: what clients do when an operation fails, closed loops, bursts
//! and traces.

mod alias;
mod arrival;
mod fleet;
mod mix;
mod popularity;
mod size;
mod spread;
#[cfg(test)]
mod tests;
mod zipf;

pub use arrival::{ArrivalTimes, Arrivals};
pub use fleet::{Arrival, Fleet, FleetConfig, KeySpace, Lane};
pub use mix::{Mix, Operation, OperationChoice, mix, mixes};
pub use popularity::{KeyChoice, Popularity};
pub use size::{SizeChoice, Sizes};
