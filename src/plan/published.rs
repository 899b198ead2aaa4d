//! Delays that follow from published round trips, and which of them are mirrored (A-MIRROR).

use crate::assumption::Assumptions;
use crate::catalogue::{self, Rtt};
use crate::id::RegionId;
use crate::network::{Delay, DelayError};
use crate::plan::Plan;
use crate::quantity::Ratio;

/// A route that goes by a figure published for the other direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mirrored {
    /// Where messages start.
    pub from: RegionId,
    /// Where they arrive.
    pub to: RegionId,
    /// Whether the median is mirrored.
    pub median: bool,
    /// Whether P95 over the median is.
    pub jitter: bool,
}

/// The one-way delay that follows from a published round trip.
///
/// # Errors
/// When the assumptions on jitter, floor or tail make no delay of it.
pub fn published_delay(rtt: &Rtt, assumptions: &Assumptions) -> Result<Delay, DelayError> {
    let known = rtt
        .jitter
        .filter(|_| assumptions.mirror || !rtt.jitter_mirrored);
    Delay::from_rtt(
        rtt.p50,
        known.unwrap_or(assumptions.jitter).max(Ratio::ONE),
        assumptions.delay_floor,
        assumptions.delay_tail,
    )
}

impl Plan {
    /// The routes whose delay is the one that the other direction's figures make. A route with a
    /// delay of the scenario's own is none of them.
    pub fn mirrored(&self) -> Vec<Mirrored> {
        if !self.assumptions.mirror {
            return Vec::new();
        }
        let mirrored = self.routes.iter().filter_map(|route| {
            let place = |id: RegionId| catalogue::region(&self.regions[id].name);
            let rtt = catalogue::rtt(place(route.from)?, place(route.to)?).ok()?;
            let is_default = published_delay(&rtt, &self.assumptions).ok()? == route.delay;
            (is_default && (rtt.mirrored || rtt.jitter_mirrored)).then_some(Mirrored {
                from: route.from,
                to: route.to,
                median: rtt.mirrored,
                jitter: rtt.jitter_mirrored,
            })
        });
        mirrored.collect()
    }
}
