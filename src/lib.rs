//! Meridian: a deterministic discrete-event simulator of geo-replicated Redis clusters.

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
pub mod instance;
pub mod metrics;
pub mod network;
pub mod plan;
pub mod quantity;
pub mod report;
pub mod scenario;
pub mod time;
pub mod traffic;
pub mod world;
