//! One integration binary for everything that needs the whole.

mod cli;
mod command_edges;
mod commands;
mod plans;
mod replica;
mod tidy;
mod transcripts;
mod verdicts;
mod world_laws;
