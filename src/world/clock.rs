//! The regions' wall clocks: how far they are off, and when what they showed was.

use crate::history::FaultKind;
use crate::id::{IdVec, InstanceId, RegionId};
use crate::plan::Plan;
use crate::time::SimTime;
use crate::world::World;

/// How far each region's clock has been off: since when, and by how many milliseconds.
#[derive(Clone, Debug)]
pub(super) struct Clocks {
    epoch_ms: u64,
    offsets: IdVec<RegionId, Vec<(SimTime, i64)>>,
}

impl Clocks {
    /// As they go at time zero.
    pub(super) fn new(plan: &Plan) -> Self {
        let regions = plan.regions.iter();
        let offsets = regions.map(|region| vec![(SimTime::ZERO, region.clock_offset_ms)]);
        Self {
            epoch_ms: plan.epoch_ms,
            offsets: offsets.collect(),
        }
    }

    /// From `at` on a region's clock is off by so much.
    pub(super) fn set(&mut self, at: SimTime, region: RegionId, offset_ms: i64) {
        self.offsets[region].push((at, offset_ms));
    }

    /// What a clock that is off by so much showed at time zero.
    pub(super) fn at_zero(&self, offset_ms: i64) -> u64 {
        self.epoch_ms.saturating_add_signed(offset_ms)
    }

    /// Whether a region's clock is off by something else than at time zero.
    pub(super) fn is_skewed(&self, region: RegionId) -> bool {
        let offsets = &self.offsets[region];
        offsets.last().map(|last| last.1) != offsets.first().map(|first| first.1)
    }

    /// When a region's clock last showed this, in milliseconds since 1970.
    pub(super) fn instant_of(&self, region: RegionId, wall_ms: u64) -> SimTime {
        let offsets = &self.offsets[region];
        let mut until = SimTime::MAX;
        for (since, offset_ms) in offsets.iter().rev() {
            let shown = SimTime::from_millis(wall_ms.saturating_sub(self.at_zero(*offset_ms)));
            // The clock shows whole milliseconds.
            if (since.as_millis()..=until.as_millis()).contains(&shown.as_millis()) {
                return shown;
            }
            until = *since;
        }
        SimTime::ZERO
    }
}

impl World<'_> {
    /// A region's wall clock goes wrong by so much, or with zero right.
    pub(super) fn skew(&mut self, at: SimTime, region: RegionId, by_ms: i64) {
        if by_ms == 0 && !self.clocks.is_skewed(region) {
            return;
        }
        let usual = self.plan.regions[region].clock_offset_ms;
        let offset_ms = usual.saturating_add(by_ms);
        self.clocks.set(at, region, offset_ms);
        let wall_ms = self.clocks.at_zero(offset_ms);
        for id in self.instances_of(region) {
            self.with_instance(at, id, |instance, _| instance.set_clock(wall_ms));
        }
        let (kind, begins) = (FaultKind::Skew, by_ms != 0);
        let world = self.windows.processes_mut();
        self.faults.skew(region, begins, world);
        let label = format!("{} clock wrong", self.plan.regions[region].name);
        self.fault(at, label, vec![region], &[], kind, begins);
    }

    /// All clocks go right.
    pub(super) fn set_clocks_right(&mut self, at: SimTime) {
        for region in self.plan.regions.ids() {
            self.skew(at, region, 0);
        }
    }

    /// When the region's wall clock of an instance showed `wall_ms`.
    pub(super) fn instant_of(&self, instance: InstanceId, wall_ms: u64) -> SimTime {
        let region = self.plan.instances[instance].region;
        self.clocks.instant_of(region, wall_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::Clocks;
    use crate::id::RegionId;
    use crate::time::SimTime;

    #[test]
    fn what_a_clock_showed_was_when_it_went_that_way() {
        let seconds = SimTime::from_secs;
        let mut clocks = Clocks {
            epoch_ms: 1_000_000,
            offsets: [vec![(SimTime::ZERO, 0)]].into_iter().collect(),
        };
        let region = RegionId(0);
        clocks.set(seconds(10), region, 60_000);
        assert!(clocks.is_skewed(region));
        clocks.set(seconds(20), region, 0);
        assert!(!clocks.is_skewed(region));
        let instant = |wall_ms| clocks.instant_of(region, wall_ms);
        assert_eq!(instant(1_005_000), seconds(5));
        assert_eq!(instant(1_075_000), seconds(75), "it shows so twice");
        assert_eq!(instant(1_025_000), seconds(25));
        assert_eq!(clocks.at_zero(60_000), 1_060_000);
    }
}
