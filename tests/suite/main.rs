//! One integration binary for everything that needs the whole.

mod plans;
mod tidy;
mod verdicts;
mod world_laws;
