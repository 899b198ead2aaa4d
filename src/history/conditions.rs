//! What holds at an instant, as far as the observations so far tell: faults, links, memory,
//! membership. Checks take their excuses from here, charts the states of their lanes.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{ControlResult, Event, FaultKind, FaultSeen, LinkEvent, Observation, Roster};
use crate::id::{InstanceId, RegionId, ShardId};
use crate::time::SimTime;

/// The state of the group, folded from its history.
#[derive(Clone, Debug)]
pub struct Conditions {
    roster: Roster,
    faults: Vec<Fault>,
    broken: BTreeSet<(InstanceId, InstanceId)>,
    syncing: BTreeSet<(InstanceId, InstanceId, ShardId)>,
    stopped: BTreeSet<(InstanceId, InstanceId, ShardId)>,
    stalled: BTreeSet<(InstanceId, InstanceId, ShardId)>,
    exited: BTreeSet<(InstanceId, InstanceId)>,
    full: BTreeSet<(InstanceId, ShardId)>,
    /// Who is no member: since when, if it ever was one.
    unlinked: BTreeMap<InstanceId, Option<SimTime>>,
    changed_at: SimTime,
}

/// A fault, over or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Its name: `East US dark`.
    pub label: String,
    /// What it is.
    pub kind: FaultKind,
    /// When it began.
    pub from: SimTime,
    /// When it was over.
    pub to: Option<SimTime>,
    /// The regions it began in.
    pub began_in: Vec<RegionId>,
    /// The regions it still darkens, or joins by the routes it touches.
    pub regions: Vec<RegionId>,
    /// The routes it still touches.
    pub routes: Vec<(RegionId, RegionId)>,
}

/// Why the effects of one member may not have reached another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Obstacle {
    /// One of the two is no longer a member.
    Unlinked(InstanceId),
    /// A region is dark.
    Dark(RegionId),
    /// The route is cut.
    Cut(RegionId, RegionId),
    /// Replication into a full shard has stopped.
    Stopped(InstanceId, ShardId),
    /// Nothing comes into a shard, by a fault of the link, its syncer or its node.
    Stalled(InstanceId, ShardId),
    /// A shard was full, and replication into the instance does not resume by itself.
    Exited(InstanceId),
    /// A full synchronisation is still running.
    Syncing(InstanceId, InstanceId, ShardId),
    /// The link is broken and has not been connected again.
    Broken(InstanceId, InstanceId),
    /// They were made so late that they are still on their way.
    Underway(InstanceId, InstanceId),
}

impl Obstacle {
    /// In words, with names.
    pub fn words(&self, roster: &Roster) -> String {
        match self {
            Self::Unlinked(member) => format!("{} is unlinked", roster.name(*member)),
            Self::Dark(region) => format!("{} is still dark", roster.regions[*region]),
            Self::Cut(from, to) => {
                format!(
                    "{} → {} is still cut",
                    roster.regions[*from], roster.regions[*to]
                )
            }
            Self::Stopped(member, shard) => {
                let name = roster.name(*member);
                format!(
                    "replication into {name} stopped: its shard {} is full",
                    shard.0
                )
            }
            Self::Stalled(member, shard) => {
                let name = roster.name(*member);
                format!("nothing comes into shard {} of {name}", shard.0)
            }
            Self::Exited(member) => {
                let name = roster.name(*member);
                format!("replication into {name} ended when a shard of it was full")
            }
            Self::Syncing(from, to, _) => {
                let (from, to) = (roster.name(*from), roster.name(*to));
                format!("a full synchronisation {from} → {to} is still running")
            }
            Self::Broken(from, to) => {
                let (from, to) = (roster.name(*from), roster.name(*to));
                format!("the link {from} → {to} is still broken")
            }
            Self::Underway(from, to) => {
                let (from, to) = (roster.name(*from), roster.name(*to));
                format!("the last effects of {from} are still on their way to {to}")
            }
        }
    }
}

impl Conditions {
    /// Everybody up, and linked who is from the start.
    pub fn new(roster: Roster) -> Self {
        let outside = roster.instances.entries().filter(|(_, one)| !one.linked);
        let unlinked = outside.map(|(id, _)| (id, None)).collect();
        Self {
            roster,
            faults: Vec::new(),
            broken: BTreeSet::new(),
            syncing: BTreeSet::new(),
            stopped: BTreeSet::new(),
            stalled: BTreeSet::new(),
            exited: BTreeSet::new(),
            full: BTreeSet::new(),
            unlinked,
            changed_at: SimTime::ZERO,
        }
    }

    /// Takes in the next observation.
    pub fn observe(&mut self, observation: &Observation) {
        let at = observation.at;
        match &observation.event {
            Event::Fault(fault) => {
                if fault.begins {
                    self.begin(at, fault);
                } else {
                    self.end(at, fault);
                }
            }
            Event::Link {
                from,
                to,
                shard,
                what,
            } => self.on_link(at, *from, *to, *shard, *what),
            Event::Memory {
                instance,
                shard,
                full,
            } => {
                self.changed_at = at;
                if *full {
                    self.full.insert((*instance, *shard));
                } else {
                    self.full.remove(&(*instance, *shard));
                }
            }
            Event::Control(control) => {
                let refused = matches!(control.result, ControlResult::Refused(_));
                if let Some(dropped) = control.dropped.filter(|_| !refused) {
                    self.unlink(at, dropped);
                }
                if let Some(joined) = control.joined {
                    self.changed_at = at;
                    self.unlinked.remove(&joined);
                }
            }
            _ => {}
        }
    }

    /// Who takes part.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// All faults so far, by the time they began.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// When anything here last changed.
    pub fn changed_at(&self) -> SimTime {
        self.changed_at
    }

    /// Whether a member has been dropped from the group.
    pub fn is_unlinked(&self, instance: InstanceId) -> bool {
        self.unlinked.contains_key(&instance)
    }

    /// Members dropped from the group since then, and not linked again.
    pub fn dropped_since(&self, since: SimTime) -> impl Iterator<Item = InstanceId> {
        let dropped = self.unlinked.iter();
        let dropped = dropped.filter(move |(_, at)| at.is_some_and(|at| at >= since));
        dropped.map(|(id, _)| *id)
    }

    /// Whether a region is dark.
    pub fn is_dark(&self, region: RegionId) -> bool {
        let darkens = |fault: &Fault| {
            matches!(fault.kind, FaultKind::Outage | FaultKind::MemoryLoss)
                && fault.regions.contains(&region)
        };
        self.open_faults().any(darkens)
    }

    /// Whether shards of an instance in a region are away while their replicas take over.
    pub fn is_failing_over(&self, region: RegionId) -> bool {
        self.open_faults()
            .any(|fault| fault.kind == FaultKind::Failover && fault.regions.contains(&region))
    }

    /// Whether messages from one region do not reach another.
    pub fn is_cut(&self, from: RegionId, to: RegionId) -> bool {
        self.touches(FaultKind::Partition, from, to)
    }

    /// Whether the route from one region to another is worse than it should be.
    pub fn is_degraded(&self, from: RegionId, to: RegionId) -> bool {
        self.touches(FaultKind::Degradation, from, to)
    }

    /// Whether a shard of an instance is out of memory.
    pub fn is_full(&self, instance: InstanceId) -> bool {
        self.full.iter().any(|(full, _)| *full == instance)
    }

    /// Whether a full synchronisation into an instance is running.
    pub fn is_syncing(&self, to: InstanceId) -> bool {
        self.syncing.iter().any(|(_, into, _)| *into == to)
    }

    /// Whether nothing keeps the members still linked from replicating.
    pub fn is_calm(&self) -> bool {
        let is_member = |instance: &InstanceId| !self.unlinked.contains_key(instance);
        let concerns_members = |fault: &Fault| match fault.kind {
            FaultKind::Outage | FaultKind::MemoryLoss | FaultKind::Failover | FaultKind::Stall => {
                fault.regions.iter().any(|region| self.has_members(*region))
            }
            FaultKind::Maintenance | FaultKind::Skew => false,
            FaultKind::Partition | FaultKind::Degradation => {
                let both = |(from, to): &(RegionId, RegionId)| {
                    self.has_members(*from) && self.has_members(*to)
                };
                fault.routes.iter().any(both)
            }
        };
        self.broken.is_empty()
            && self.syncing.is_empty()
            && self.stopped.is_empty()
            && self.stalled.is_empty()
            && self.exited.is_empty()
            && !self.full.iter().any(|(instance, _)| is_member(instance))
            && !self.open_faults().any(concerns_members)
    }

    /// Why effects of `from` in `shard` may not have reached `to`; none when they should have.
    pub fn obstacle(&self, from: InstanceId, to: InstanceId, shard: ShardId) -> Option<Obstacle> {
        let (source, target) = (self.roster.region(from), self.roster.region(to));
        if let Some(member) = [from, to]
            .into_iter()
            .find(|member| self.is_unlinked(*member))
        {
            return Some(Obstacle::Unlinked(member));
        }
        if let Some(region) = [source, target]
            .into_iter()
            .find(|region| self.is_dark(*region))
        {
            return Some(Obstacle::Dark(region));
        }
        // A link needs both directions: its receiver connects and acknowledges.
        for (from, to) in [(source, target), (target, source)] {
            if self.is_cut(from, to) {
                return Some(Obstacle::Cut(from, to));
            }
        }
        if self.exited.contains(&(from, to)) {
            Some(Obstacle::Exited(to))
        } else if self.stopped.contains(&(from, to, shard)) {
            Some(Obstacle::Stopped(to, shard))
        } else if self.stalled.contains(&(from, to, shard)) {
            Some(Obstacle::Stalled(to, shard))
        } else if self.syncing.contains(&(from, to, shard)) {
            Some(Obstacle::Syncing(from, to, shard))
        } else if self.broken.contains(&(from, to)) {
            Some(Obstacle::Broken(from, to))
        } else {
            None
        }
    }

    fn open_faults(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(|fault| fault.to.is_none())
    }

    fn touches(&self, kind: FaultKind, from: RegionId, to: RegionId) -> bool {
        self.open_faults()
            .any(|fault| fault.kind == kind && fault.routes.contains(&(from, to)))
    }

    fn has_members(&self, region: RegionId) -> bool {
        self.roster
            .instances_in(region)
            .any(|instance| !self.is_unlinked(instance))
    }

    fn begin(&mut self, at: SimTime, seen: &FaultSeen) {
        // A route that is degraded anew is no longer degraded as before.
        self.end(at, seen);
        self.faults.push(Fault {
            label: seen.label.clone(),
            kind: seen.kind,
            from: at,
            to: None,
            began_in: seen.regions.clone(),
            regions: seen.regions.clone(),
            routes: seen.routes.clone(),
        });
    }

    fn end(&mut self, at: SimTime, seen: &FaultSeen) {
        self.changed_at = at;
        for fault in self.faults.iter_mut().filter(|fault| fault.to.is_none()) {
            let is_over = match (fault.kind, seen.kind) {
                (
                    FaultKind::Outage | FaultKind::MemoryLoss,
                    FaultKind::Outage | FaultKind::MemoryLoss,
                )
                | (FaultKind::Skew, FaultKind::Skew) => {
                    fault
                        .regions
                        .retain(|region| !seen.regions.contains(region));
                    fault.regions.is_empty()
                }
                (FaultKind::Partition, FaultKind::Partition)
                | (FaultKind::Degradation, FaultKind::Degradation) => {
                    fault.routes.retain(|route| !seen.routes.contains(route));
                    fault.routes.is_empty()
                }
                (FaultKind::Failover, FaultKind::Failover)
                | (FaultKind::Stall, FaultKind::Stall)
                | (FaultKind::Maintenance, FaultKind::Maintenance) => fault.label == seen.label,
                _ => false,
            };
            if is_over {
                fault.to = Some(at);
            }
        }
    }

    fn on_link(
        &mut self,
        at: SimTime,
        from: InstanceId,
        to: InstanceId,
        shard: Option<ShardId>,
        what: LinkEvent,
    ) {
        if self.is_unlinked(from) || self.is_unlinked(to) {
            return;
        }
        let is_of_link = |(source, target, _): &(InstanceId, InstanceId, ShardId)| {
            *source == from && *target == to
        };
        match (what, shard) {
            (LinkEvent::Broken, _) => {
                self.broken.insert((from, to));
                self.syncing.retain(|of| !is_of_link(of));
            }
            (LinkEvent::Resumed, _) => {
                self.broken.remove(&(from, to));
                self.exited.remove(&(from, to));
                self.stopped.retain(|of| !is_of_link(of));
                self.stalled.retain(|of| !is_of_link(of));
            }
            (LinkEvent::PartialSync | LinkEvent::FullSyncDone, Some(shard)) => {
                self.syncing.remove(&(from, to, shard));
            }
            (LinkEvent::FullSyncStarted { .. }, Some(shard)) => {
                self.syncing.insert((from, to, shard));
            }
            (LinkEvent::Exited, _) => {
                self.exited.insert((from, to));
                self.syncing.retain(|of| !is_of_link(of));
            }
            (LinkEvent::Stopped, Some(shard)) => {
                self.syncing.remove(&(from, to, shard));
                self.stopped.insert((from, to, shard));
            }
            (LinkEvent::Stalled, Some(shard)) => {
                self.syncing.remove(&(from, to, shard));
                self.stalled.insert((from, to, shard));
            }
            _ => return,
        }
        self.changed_at = at;
    }

    fn unlink(&mut self, at: SimTime, dropped: InstanceId) {
        self.changed_at = at;
        self.unlinked.entry(dropped).or_insert(Some(at));
        let concerns = |from: InstanceId, to: InstanceId| from == dropped || to == dropped;
        self.broken.retain(|(from, to)| !concerns(*from, *to));
        self.syncing.retain(|(from, to, _)| !concerns(*from, *to));
        self.stopped.retain(|(from, to, _)| !concerns(*from, *to));
        self.stalled.retain(|(from, to, _)| !concerns(*from, *to));
    }
}
