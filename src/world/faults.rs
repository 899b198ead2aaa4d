//! How much each fault touched: a fault that touched nothing is a test of nothing.

use crate::history::FaultKind;
use crate::id::{Id, RegionId};
use crate::world::region::Region;

/// A directed route.
type Way = (RegionId, RegionId);

/// A region, and the place of an instance in it.
type Home = (RegionId, usize);

/// A fault and what it has touched so far.
#[derive(Clone, Debug)]
struct Counted {
    kind: FaultKind,
    /// What befalls one instance: by which label, and which.
    on: Option<(String, Home)>,
    /// Regions still dark, or none.
    regions: Vec<RegionId>,
    /// Routes still cut or degraded, each with the messages it had carried when that began.
    ways: Vec<(Way, u64)>,
    /// Regions whose clock is still wrong, with the operations they had handled when it went so.
    clocks: Vec<(RegionId, u64)>,
    touched: u64,
}

impl Counted {
    /// A fault that concerns nothing yet.
    fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            on: None,
            regions: Vec::new(),
            ways: Vec::new(),
            clocks: Vec::new(),
            touched: 0,
        }
    }
}

/// All faults, in the order they began.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    all: Vec<Counted>,
}

impl Faults {
    /// Regions go dark.
    pub(super) fn darken(&mut self, region: RegionId, kind: FaultKind) {
        self.all.push(Counted {
            regions: vec![region],
            ..Counted::new(kind)
        });
    }

    /// A dark region comes back: what found it dark is counted.
    pub(super) fn lighten(&mut self, region: RegionId, world: &mut [Region]) {
        let mut open = self.all.iter_mut();
        if let Some(fault) = open.rfind(|fault| fault.regions.contains(&region)) {
            fault.touched += std::mem::take(&mut world[region.index()].dark_drops);
            fault.regions.clear();
        }
    }

    /// A clock goes wrong, or right: the operations of its region meanwhile are counted.
    pub(super) fn skew(&mut self, region: RegionId, begins: bool, world: &[Region]) {
        let operations = world[region.index()].operations;
        for fault in self
            .all
            .iter_mut()
            .filter(|fault| fault.kind == FaultKind::Skew)
        {
            let over = fault.clocks.extract_if(.., |(wrong, _)| *wrong == region);
            fault.touched += over.map(|(_, before)| operations - before).sum::<u64>();
        }
        if begins {
            self.all.push(Counted {
                clocks: vec![(region, operations)],
                ..Counted::new(FaultKind::Skew)
            });
        }
    }

    /// Routes are cut, or degraded (anew): a route has one fault of a kind at a time.
    pub(super) fn begin(&mut self, kind: FaultKind, ways: &[Way], world: &mut [Region]) {
        self.end(kind, ways, world);
        let ways = ways.iter().map(|way| (*way, carried(*way, world)));
        self.all.push(Counted {
            ways: ways.collect(),
            ..Counted::new(kind)
        });
    }

    /// Routes are as they should be again: what a cut has dropped, or a degraded route carried, is
    /// counted.
    pub(super) fn end(&mut self, kind: FaultKind, ways: &[Way], world: &mut [Region]) {
        for fault in self.all.iter_mut().filter(|fault| fault.kind == kind) {
            let over = fault.ways.extract_if(.., |(way, _)| ways.contains(way));
            for ((from, to), before) in over {
                fault.touched += match kind {
                    FaultKind::Degradation => carried((from, to), world) - before,
                    _ => std::mem::take(&mut world[to.index()].cut_drops[from.index()]),
                };
            }
        }
    }

    /// Something befalls an instance.
    pub(super) fn begin_on(&mut self, kind: FaultKind, home: Home, label: &str) {
        self.all.push(Counted {
            on: Some((label.to_owned(), home)),
            ..Counted::new(kind)
        });
    }

    /// It is over, and has touched so much; of a failover what the instance turned away is counted.
    pub(super) fn end_on(&mut self, label: &str, touched: Option<u64>, world: &mut [Region]) {
        let open = self.all.iter_mut();
        let mut open = open.filter(|fault| fault.on.as_ref().is_some_and(|on| on.0 == label));
        if let Some(fault) = open.next_back() {
            let Some((_, (region, local))) = fault.on.take() else {
                return;
            };
            let instance = &mut world[region.index()].instances[local];
            fault.touched += touched.unwrap_or_else(|| instance.take_turned_away());
        }
    }

    /// Counts what faults that last to the end have touched. Returns the counts of all, in order of
    /// their beginnings.
    pub(super) fn close(mut self, world: &mut [Region]) -> Vec<u64> {
        let open = self.all.clone();
        for fault in open {
            for region in fault.regions {
                self.lighten(region, world);
            }
            for (region, _) in fault.clocks {
                self.skew(region, false, world);
            }
            if let Some((label, _)) = &fault.on {
                self.end_on(label, None, world);
            }
            let ways: Vec<Way> = fault.ways.iter().map(|(way, _)| *way).collect();
            self.end(fault.kind, &ways, world);
        }
        self.all.iter().map(|fault| fault.touched).collect()
    }
}

/// How many messages a route has carried.
fn carried((from, to): Way, world: &[Region]) -> u64 {
    let exit = &world[from.index()].fabric.exits[to.index()];
    exit.as_ref()
        .map_or(0, |exit| exit.route.counters().messages)
}
