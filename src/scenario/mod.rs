//! x
mod code;
pub mod diagnostic;
mod lower;
mod normal;
mod outline;
mod reading;
mod schema;
mod source;
mod span;
mod stumble;
mod suggest;
