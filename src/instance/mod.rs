//! One cache in one region: what it holds, and what it answers to clients.

pub mod command;
pub mod slot;
