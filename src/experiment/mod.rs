//! One scenario and one seed become one outcome.

mod absence;
mod assemble;
mod members;
mod missed;
mod told;

pub mod outcome;
pub mod run;
