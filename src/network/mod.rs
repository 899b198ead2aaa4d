//! Routes between regions: delay, jitter, bandwidth, loss; an arrival time for each message.
//!
//! A route is seen by its sender, in one direction. Left out: partitions, which the receiver
//! decides at delivery, since they may begin while a message is under way; congestion by others'
//! traffic; and the bandwidth that a retransmission takes.

mod delay;
mod route;
#[cfg(test)]
mod tests;
mod wire;

pub use delay::{Delay, DelayError};
pub use route::{Degradation, Route, RouteCounters, lookahead};
