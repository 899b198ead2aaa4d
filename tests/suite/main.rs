//! The integration tests: the library as its users see it.

mod commands;
mod replica;
mod transcripts;
