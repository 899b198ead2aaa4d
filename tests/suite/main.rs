//! One integration binary for everything that needs the whole.

mod cli;
mod command_edges;
mod commands;
mod detail;
mod growth;
mod plans;
mod published;
mod replica;
mod scenarios;
mod tidy;
mod transcripts;
mod verdicts;
mod world_laws;
