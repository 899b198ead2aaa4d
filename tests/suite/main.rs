//! One integration binary for everything that needs the whole.

mod plans;
mod world_laws;
