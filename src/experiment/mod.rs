//! One scenario and one seed become one outcome.

pub mod outcome;
