//! One scenario and one seed become one outcome; many seeds become one summary, many
//! values one threshold.

mod absence;
mod assemble;
mod members;
mod missed;
#[cfg(test)]
mod planted_tests;
mod service;
mod told;

pub mod find;
pub mod outcome;
pub mod reproduce;
pub mod run;
pub mod shrink;
pub mod statistics;
pub mod sweep;
