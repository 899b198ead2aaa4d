//! Meridian: a deterministic discrete-event simulator of geo-replicated Redis clusters.
//!
//! It simulates the active geo-replication of Azure Managed Redis, whose engine is Redis Enterprise
//! Active-Active: up to five caches in as many regions, all of which take writes.
//!
//! # A run, from file to chart
//!
//! ```text
//!  scenario.ron ──scenario──► Plan ──world──► history ─┬─ checks  ─┐
//!                                                      └─ metrics ─┴─ experiment ──► report
//! ```
//!
//! A *scenario* file is read, every mistake in it pointed out, and lowered to a *plan*: plain data
//! without choices. The *world* carries the plan out and shows what happens to a witness, as a
//! stream of observations. Checks and metrics fold over that stream; they never look into the
//! model. The *outcome* is what they found, and `report` renders it.
//!
//! # The house
//!
//! Imports run down only; `tests/suite/tidy.rs` holds that, and the one door of each outside crate.
//!
//! | floor | rooms |
//! |---|---|
//! | 1 | [`id`], [`quantity`], [`time`], [`assumption`], [`engine`], [`catalogue`]; `planted` |
//! | 2 | [`crdt`]: the data types; [`network`]: routes; [`control`]: the group; [`history`] |
//! | 3 | [`instance`]: one cache; [`traffic`]: who sends what when |
//! | 4 | [`plan`], [`scenario`], [`checks`], [`metrics`], [`import`]: from what Azure prints |
//! | 5 | [`world`]: regions as logical processes, advanced in windows |
//! | 6 | [`experiment`]: a plan becomes an outcome |
//! | 7 | [`report`]: text, JSON, CSV, charts, one page |
//! | 8 | [`cli`] |
//!
//! # What must stay true
//!
//! - The same plan gives the same bytes, whatever the threads, the windows or the onlookers.
//! - Every constant has a source or is a named assumption that a scenario can set.
//! - A check judges what a witness could see, and has a history in which it fails.
//! - A history has two levels of detail, and neither moves the run; what was not looked at is
//!   reported as not evaluated.
//! - Refusals are values, bugs are panics.

pub mod assumption;
pub mod catalogue;
pub mod checks;
pub mod cli;
pub mod control;
pub mod crdt;
pub mod engine;
pub mod experiment;
pub mod history;
pub mod id;
pub mod import;
pub mod instance;
pub mod metrics;
pub mod network;
pub mod plan;
mod planted;
pub mod quantity;
pub mod report;
pub mod scenario;
pub mod time;
pub mod traffic;
pub mod world;
