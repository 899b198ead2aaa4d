//! One integration binary for everything that needs the whole.

mod command_edges;
mod commands;
mod plans;
mod replica;
mod transcripts;
mod world_laws;
