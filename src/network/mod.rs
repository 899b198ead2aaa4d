//! Routes between regions: delay, jitter, bandwidth, loss; a verdict for each message.

use crate::time::SimDuration;

/// The one-way delay of a route.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Delay {
    /// Always the same.
    Constant(SimDuration),
    /// Points of the distribution function, `(share in millionths, delay)`, ascending, from the
    /// least possible delay at share 0 to the greatest at 1 000 000; linear between them.
    Quantiles(Vec<(u32, SimDuration)>),
    /// One of several delays, with weights.
    Mixture(Vec<(u32, Delay)>),
}
