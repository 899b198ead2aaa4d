//! One scenario and one seed become one outcome; many seeds become one summary.

mod absence;
mod assemble;
mod members;
mod missed;
#[cfg(test)]
mod planted_tests;
mod told;

pub mod outcome;
pub mod reproduce;
pub mod run;
pub mod shrink;
pub mod statistics;
pub mod sweep;
