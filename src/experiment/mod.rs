//! One scenario and one seed become one outcome.

mod assemble;
mod members;
pub mod outcome;
pub mod run;
