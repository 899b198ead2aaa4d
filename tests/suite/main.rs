//! One integration binary for everything that needs the whole.

mod assumed;
mod backlogs;
mod cli;
mod collections;
mod command_edges;
mod commands;
mod conflicts;
mod coverage;
mod detail;
mod fuzzed;
mod group;
mod group_rules;
mod growth;
mod plans;
mod published;
mod replica;
mod rules;
mod scenarios;
mod stream_play;
mod stream_rules;
mod streams;
mod tidy;
mod told;
mod transcripts;
mod verdicts;
mod world_laws;
