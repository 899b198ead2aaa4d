//! The integration tests: the library as its users see it.

mod command_edges;
mod commands;
mod replica;
mod transcripts;
