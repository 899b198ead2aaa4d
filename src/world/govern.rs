//! Control instants: faults, requests, the end of the storm.

use std::collections::BTreeMap;

use crate::history::{Defeat, Detail, Event, FaultKind, FaultSeen};
use crate::id::{Id, InstanceId, RegionId};
use crate::network::Degradation;
use crate::plan::{Memory, Plan, Step, Trigger};
use crate::time::{SimDuration, SimTime};
use crate::world::{Instant, World, incident, rules};

/// How often observations in full detail are collected, so that they do not pile up.
const GATHER_EVERY: SimDuration = SimDuration::from_secs(1);

/// All control instants of a plan, by time. Steps of one instant stay in the plan's order. `told`
/// is how much the witness sees; none when nobody looks.
pub(super) fn instants(plan: &Plan, told: Option<Detail>) -> BTreeMap<SimTime, Vec<Instant>> {
    let mut instants: BTreeMap<SimTime, Vec<Instant>> = BTreeMap::new();
    let mut add = |at: SimTime, instant: Instant| instants.entry(at).or_default().push(instant);
    for (index, timed) in plan.timeline.iter().enumerate() {
        if !matches!(timed.step, Step::Command { .. } | Step::Received { .. }) {
            let at = timed
                .at
                .0
                .saturating_sub(incident::lead(&timed.step, plan).0);
            add(SimTime(at), Instant::Step(index));
        }
    }
    let storm_end = SimTime::ZERO + plan.storm;
    let end = storm_end + plan.settle;
    add(storm_end, Instant::SettleBegins);
    let every = |period: SimDuration, until: SimTime| {
        (1..)
            .map(move |n| SimTime::ZERO + period * n)
            .take_while(move |at| *at < until)
    };
    every(rules::MINUTE, end).for_each(|at| add(at, Instant::Minute));
    if plan
        .rules
        .iter()
        .any(|rule| matches!(rule.when, Trigger::State { .. }))
    {
        every(rules::LOOK_EVERY, end).for_each(|at| add(at, Instant::LookAtStates));
    }
    if told == Some(Detail::Full) {
        every(GATHER_EVERY, end).for_each(|at| add(at, Instant::Gather));
    }
    if told.is_some() {
        add(SimTime::ZERO, Instant::Sample);
        every(plan.sample_every, end).for_each(|at| add(at, Instant::Sample));
        add(end, Instant::Sample);
    }
    add(end, Instant::End);
    for steps in instants.values_mut() {
        steps.sort();
    }
    instants
}

impl World<'_> {
    /// Carries out what is due at a control instant.
    pub(super) fn govern(&mut self, at: SimTime, instant: Instant) {
        match instant {
            Instant::Step(index) => self.step(at, index),
            Instant::Act(rule, on) => self.act(at, rule, on),
            Instant::Finish(operation) => self.finish(at, operation),
            Instant::Pending(number) => self.come_to_pass(at, number),
            Instant::Blip(id) => self.fail_over(at, id),
            Instant::BlipOver(id) => self.end_failover(at, id),
            Instant::SettleBegins => self.begin_settle(at),
            Instant::Minute => self.minute(at),
            Instant::LookAtStates => self.look_at_states(at),
            Instant::Sample => self.sample(at),
            Instant::Look(look) => self.look(at, look),
            Instant::Gather | Instant::End => {}
        }
    }

    fn step(&mut self, at: SimTime, index: usize) {
        self.perform(at, Some(index), &self.plan.timeline[index].step);
    }

    /// Carries out a step of the timeline, or of a rule.
    pub(super) fn perform(&mut self, at: SimTime, index: Option<usize>, step: &Step) {
        match step {
            Step::Command { .. } | Step::Received { .. } => {}
            Step::Show(instance, then) => {
                if let Some(index) = index {
                    self.show_state(at, index, *instance);
                    self.hold(at, index, then);
                }
            }
            Step::Outage { region, memory } => self.darken(at, *region, *memory),
            Step::Return(region) => self.lighten(at, *region),
            Step::Partition(pairs) => self.cut(at, pairs),
            Step::Heal(pairs) => self.heal(at, pairs),
            Step::Degrade {
                routes,
                delay,
                bandwidth,
                loss,
            } => {
                let degradation = Degradation {
                    delay: *delay,
                    bandwidth: *bandwidth,
                    loss: *loss,
                };
                self.degrade(at, routes, degradation);
            }
            Step::Skew { region, by_ms } => self.skew(at, *region, *by_ms),
            Step::Incident(incident) => self.befall(at, incident),
            Step::Request(asked) => self.request(at, index, asked),
        }
    }

    fn name(&self, region: RegionId) -> &str {
        &self.plan.regions[region].name
    }

    /// Tells the witness of a fault.
    pub(super) fn fault(
        &mut self,
        at: SimTime,
        label: String,
        regions: Vec<RegionId>,
        routes: &[(RegionId, RegionId)],
        kind: FaultKind,
        begins: bool,
    ) {
        let routes = routes.to_vec();
        self.observe(
            at,
            Event::Fault(FaultSeen {
                label,
                regions,
                routes,
                kind,
                begins,
            }),
        );
    }

    /// A region goes dark.
    fn darken(&mut self, at: SimTime, region: RegionId, memory: Memory) {
        self.windows.processes_mut()[region.index()].dark = true;
        let here: Vec<InstanceId> = self.instances_of(region);
        for instance in &here {
            self.plane.set_reachable(*instance, false);
        }
        if memory == Memory::Lost {
            for instance in here {
                self.note_unsent(instance, Defeat::MemoryLost);
                self.with_instance(at, instance, |instance, _| instance.lose_memory(at));
            }
            self.note_losses("memory was lost before they were sent");
        }
        let kind = match memory {
            Memory::Kept => FaultKind::Outage,
            Memory::Lost => FaultKind::MemoryLoss,
        };
        self.faults.darken(region, kind);
        let label = format!("{} dark", self.name(region));
        self.fault(at, label, vec![region], &[], kind, true);
    }

    /// A dark region comes back: its instances reconnect.
    fn lighten(&mut self, at: SimTime, region: RegionId) {
        let here = self.instances_of(region);
        for instance in &here {
            let owed = self.plane.set_reachable(*instance, true);
            self.carry_out(at, &owed);
        }
        self.windows.processes_mut()[region.index()].dark = false;
        let up: Vec<InstanceId> = here.into_iter().filter(|id| !self.is_down(*id)).collect();
        for instance in up {
            self.with_instance(at, instance, |instance, reach| {
                instance.come_back(at, reach)
            });
        }
        let label = format!("{} dark", self.name(region));
        self.faults.lighten(region, self.windows.processes_mut());
        self.fault(at, label, vec![region], &[], FaultKind::Outage, false);
        self.look_from(at);
    }

    pub(super) fn instances_of(&self, region: RegionId) -> Vec<InstanceId> {
        let here = self
            .homes
            .iter()
            .enumerate()
            .filter(|(_, home)| home.0 == region);
        here.map(|(index, _)| InstanceId::at(index)).collect()
    }

    /// Messages no longer get through. What is under way is dropped when it arrives.
    fn cut(&mut self, at: SimTime, pairs: &[(RegionId, RegionId)]) {
        for (from, to) in pairs {
            self.windows.processes_mut()[to.index()].cut_from[from.index()] = true;
            self.cuts.push((*from, *to));
        }
        let kind = FaultKind::Partition;
        self.faults.begin(kind, pairs, self.windows.processes_mut());
        let (label, regions) = self.pairs_label(pairs, "cut");
        self.fault(at, label, regions, pairs, kind, true);
    }

    /// Messages get through again, on these routes or on all.
    fn heal(&mut self, at: SimTime, pairs: &[(RegionId, RegionId)]) {
        let pairs = if pairs.is_empty() {
            self.cuts.clone()
        } else {
            pairs.to_vec()
        };
        if pairs.is_empty() {
            return;
        }
        for (from, to) in &pairs {
            self.windows.processes_mut()[to.index()].cut_from[from.index()] = false;
        }
        self.cuts.retain(|cut| !pairs.contains(cut));
        self.flush_rejoined(at);
        let (label, regions) = self.pairs_label(&pairs, "cut");
        let kind = FaultKind::Partition;
        self.faults.end(kind, &pairs, self.windows.processes_mut());
        self.fault(at, label, regions, &pairs, kind, false);
        self.look_from(at);
    }

    fn pairs_label(&self, pairs: &[(RegionId, RegionId)], what: &str) -> (String, Vec<RegionId>) {
        let mut regions: Vec<RegionId> = pairs.iter().flat_map(|(from, to)| [*from, *to]).collect();
        regions.sort();
        regions.dedup();
        let mut parts: Vec<String> = Vec::new();
        for (from, to) in pairs {
            let both = pairs.contains(&(*to, *from));
            if both && from > to {
                continue;
            }
            let mark = if both { "|" } else { "→" };
            parts.push(format!("{} {mark} {}", self.name(*from), self.name(*to)));
        }
        (format!("{} {what}", parts.join(", ")), regions)
    }

    fn degrade(&mut self, at: SimTime, routes: &[(RegionId, RegionId)], degradation: Degradation) {
        let begins = degradation != Degradation::NONE;
        for (from, to) in routes {
            let fabric = &mut self.windows.processes_mut()[from.index()].fabric;
            fabric.seal();
            if let Some(exit) = &mut fabric.exits[to.index()] {
                if begins {
                    exit.route.degrade(degradation);
                } else {
                    exit.route.heal();
                }
            }
        }
        let (kind, world) = (FaultKind::Degradation, self.windows.processes_mut());
        if begins {
            self.faults.begin(kind, routes, world);
        } else {
            self.faults.end(kind, routes, world);
        }
        let (label, regions) = self.pairs_label(routes, "degraded");
        self.fault(at, label, regions, routes, kind, begins);
        if !begins {
            self.look_from(at);
        }
    }

    /// Faults end with the storm: routes heal, clocks are set right. A dark region stays dark.
    fn begin_settle(&mut self, at: SimTime) {
        self.heal(at, &[]);
        self.end_stalls(at);
        self.set_clocks_right(at);
        self.look_from(at);
        let regions = || self.plan.regions.ids();
        let all: Vec<(RegionId, RegionId)> = regions()
            .flat_map(|from| regions().map(move |to| (from, to)))
            .filter(|(from, to)| self.is_degraded(*from, *to))
            .collect();
        if !all.is_empty() {
            self.degrade(at, &all, Degradation::NONE);
        }
    }

    fn is_degraded(&self, from: RegionId, to: RegionId) -> bool {
        let exit = &self.windows.processes()[from.index()].fabric.exits[to.index()];
        exit.as_ref()
            .is_some_and(|exit| exit.route.degradation().is_some())
    }
}
