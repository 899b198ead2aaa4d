//! A discrete-event kernel that knows no word of the domain.
//!
//! Logical processes affect one another only by messages that take time, so each may run alone up
//! to a horizon that no message sent meanwhile can reach: conservative synchronous windows with
//! lookahead (Nicol 1993; Fujimoto, *Parallel and Distributed Simulation Systems*, chapter 3).
//! One thread or many, the result is the same.
//!
//! # Order of events (a published contract)
//!
//! Events run by `(time, class, target, source, per-source sequence)`. Classes of one instant run
//! in this order: control and faults, deliveries, timers, client operations, observations.
//! Under a seeded tie-break, sources of one instant and class are shuffled by a hash of the seed,
//! the instant and the source; what one source sends stays in its order.

pub mod agenda;
pub mod caught;
pub mod digest;
pub mod index;
pub mod order;
pub mod parallel;
pub mod prefetch;
pub mod rng;
pub mod sha256;
pub mod table;
pub mod window;

pub use agenda::Agenda;
pub use caught::{Panic, caught};
pub use digest::{Digest, mix};
pub use index::Index;
pub use order::{Class, Order, TieBreak};
pub use prefetch::prefetch;
pub use rng::Stream;
pub use sha256::sha256;
pub use table::Table;
pub use window::{Process, Windows};
