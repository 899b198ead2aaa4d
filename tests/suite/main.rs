//! One integration binary for everything that needs the whole.

mod plans;
mod tidy;
mod world_laws;
