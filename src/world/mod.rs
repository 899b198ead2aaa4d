//! The world: regions and the control plane, advanced in windows, governed at control instants.
//!
//! ```text
//! loop
//!   horizon = min(first event + lookahead, next control instant, end)
//!   advance   each region alone, up to the horizon
//!   exchange  the messages they sent
//!   govern    at a control instant: timeline, rules, samples
//! ```

mod build;
mod carry_out;
mod clients;
mod clock;
mod control;
mod convoy;
mod detail;
mod ending;
mod exit;
mod fabric;
mod faults;
mod govern;
mod hold;
mod inbound;
mod incident;
mod look;
mod losses;
mod metric;
mod missed;
mod region;
mod rules;
mod sample;
mod show;

use std::collections::BTreeMap;

use crate::control::OperationId;
use crate::engine::{Digest, Windows};
use crate::history::{Event, MissedSeen, Observation};
use crate::id::{Id, IdVec, InstanceId, RegionId, ReplicaId};
use crate::instance::{Comparison, Instance};
use crate::plan::{Plan, Step, Streams};
use crate::time::{SimDuration, SimTime};

pub use crate::history::Detail;
pub use clients::{ClientCounts, Interruption};
pub use ending::{Ending, FleetEnding, InstanceEnding, LinkEnding, ShardEnding};

use clock::Clocks;
use region::Region;
use rules::RuleState;

/// How a run is carried out; none of it reaches the outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Threads that advance regions.
    pub threads: usize,
    /// Divides the lookahead: more and smaller windows.
    pub lookahead_divisor: u64,
    /// Whether anybody looks: samples are taken and observations kept.
    pub observed: bool,
    /// How much is told, whatever the plan says; none for what the plan says.
    pub detail: Option<Detail>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 1,
            lookahead_divisor: 1,
            observed: true,
            detail: None,
        }
    }
}

/// A run under way.
#[derive(Debug)]
pub struct World<'a> {
    plan: &'a Plan,
    options: Options,
    windows: Windows<Region>,
    homes: Vec<(RegionId, usize)>,
    instants: BTreeMap<SimTime, Vec<Instant>>,
    rules: Vec<RuleState>,
    /// What metrics that count had reached at the last full minute.
    minutes: IdVec<InstanceId, metric::Minute>,
    cuts: Vec<(RegionId, RegionId)>,
    /// How far the regions' clocks are off.
    clocks: Clocks,
    observations: Vec<Observation>,
    samples: u64,
    plane: control::Plane,
    capped: bool,
    now: SimTime,
    faults: faults::Faults,
    comparison: Comparison,
    looks: Vec<look::Look>,
    unsent: Vec<MissedSeen>,
    /// Of each instance, the first and the last of the writes that went at once, where the most
    /// time lay between them.
    lost_spans: IdVec<InstanceId, Option<(SimTime, SimTime)>>,
    /// What each instance had acknowledged of all that flushes removed.
    flushed: IdVec<InstanceId, losses::Deeds>,
    /// What was last taken of each instance's writes, and why.
    losses: IdVec<InstanceId, Option<losses::Loss>>,
    /// What incidents will come to, by number.
    pending: BTreeMap<usize, incident::Pending>,
    pendings: usize,
    /// Streams that stall.
    stalls: Vec<Streams>,
    /// Instances whose nodes are being patched.
    patching: IdVec<InstanceId, bool>,
}

/// Something to govern.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Instant {
    /// An operation of the control plane is due.
    Finish(OperationId),
    /// A step of the timeline.
    Step(usize),
    /// What an incident has led to.
    Pending(usize),
    /// A planned failover begins.
    Blip(InstanceId),
    /// A planned failover is over.
    BlipOver(InstanceId),
    /// An operator acts on a rule, with the member on which its metric crossed.
    Act(usize, InstanceId),
    /// Traffic and faults end.
    SettleBegins,
    /// Rules look at the states they wait for.
    LookAtStates,
    /// A full minute: metrics and rules.
    Minute,
    /// A sample.
    Sample,
    /// A look at the clocks alone, one of those that follow a change.
    Look(usize),
    /// What was told is collected; the world always does that at a control instant.
    Gather,
    /// The end.
    End,
}

impl<'a> World<'a> {
    /// A world at time zero.
    pub fn new(plan: &'a Plan, options: Options) -> Self {
        let told = options.detail.unwrap_or_else(|| detail::of_plan(plan));
        let shown = options.observed.then_some(told);
        let regions = build::regions(plan, shown);
        let mut next = vec![0; plan.regions.len()];
        let homes = plan.instances.iter().map(|instance| {
            let place = &mut next[instance.region.index()];
            *place += 1;
            (instance.region, *place - 1)
        });
        let homes = homes.collect();
        let mut world = Self {
            plan,
            options,
            windows: Windows::new(regions, options.threads),
            homes,
            instants: govern::instants(plan, shown),
            rules: plan.rules.iter().map(|_| RuleState::default()).collect(),
            minutes: plan
                .instances
                .iter()
                .map(|_| metric::Minute::default())
                .collect(),
            cuts: Vec::new(),
            clocks: Clocks::new(plan),
            observations: Vec::new(),
            samples: 0,
            plane: control::Plane::at_start(plan),
            capped: false,
            now: SimTime::ZERO,
            faults: faults::Faults::default(),
            comparison: Comparison::default(),
            looks: Vec::new(),
            unsent: Vec::new(),
            lost_spans: plan.instances.iter().map(|_| None).collect(),
            flushed: plan
                .instances
                .iter()
                .map(|_| losses::Deeds::default())
                .collect(),
            losses: plan.instances.iter().map(|_| None).collect(),
            pending: BTreeMap::new(),
            pendings: 0,
            stalls: Vec::new(),
            patching: plan.instances.iter().map(|_| false).collect(),
        };
        world.observe(SimTime::ZERO, Event::Began(told));
        world
    }

    /// Carries the plan out, showing `witness` every observation in order of time.
    pub fn run(mut self, witness: &mut dyn FnMut(&Observation)) -> Ending {
        let lookahead = self.lookahead();
        while let Some((at, instants)) = self.instants.pop_first() {
            self.windows.run_until(at, lookahead);
            self.gather();
            self.now = at;
            let (looks, acts): (Vec<Instant>, Vec<Instant>) =
                instants.into_iter().partition(|one| self.observes(*one));
            for act in acts {
                self.govern(at, act);
            }
            self.windows.exchange();
            self.observe_after(at, looks, lookahead);
            self.show(witness);
            if self.events() > self.plan.events_max {
                self.capped = true;
                break;
            }
        }
        self.end(witness)
    }

    /// Carries out what only looks: after all else that is due at this instant, as observations are
    /// the last class of the order of events.
    fn observe_after(&mut self, at: SimTime, mut looks: Vec<Instant>, lookahead: SimDuration) {
        // What acts at this instant may have asked for more looks.
        looks.extend(self.instants.remove(&at).unwrap_or_default());
        if looks.is_empty() {
            return;
        }
        looks.sort();
        self.windows.run_until(at + SimDuration(1), lookahead);
        self.gather();
        for look in looks {
            self.govern(at, look);
        }
    }

    /// Plans something for later; what is due after the end never comes.
    fn plan_at(&mut self, at: SimTime, instant: Instant) {
        let end = SimTime::ZERO + self.plan.storm + self.plan.settle;
        if at < end {
            self.instants.entry(at).or_default().insert(0, instant);
        }
    }

    /// Whether an instant only looks.
    fn observes(&self, instant: Instant) -> bool {
        match instant {
            Instant::Step(index) => matches!(self.plan.timeline[index].step, Step::Show(..)),
            Instant::LookAtStates
            | Instant::Sample
            | Instant::Look(_)
            | Instant::Minute
            | Instant::Gather => true,
            Instant::Act(..)
            | Instant::Finish(_)
            | Instant::Pending(_)
            | Instant::Blip(_)
            | Instant::BlipOver(_)
            | Instant::SettleBegins
            | Instant::End => false,
        }
    }

    /// The least time any message between regions takes.
    fn lookahead(&self) -> SimDuration {
        let exits = self
            .windows
            .processes()
            .iter()
            .flat_map(|region| &region.fabric.exits);
        let routes = exits.flatten().map(|exit| &exit.route);
        let least = crate::network::lookahead(routes);
        let least = least.unwrap_or(self.plan.storm + self.plan.settle + SimDuration::from_secs(1));
        SimDuration((least.0 / self.options.lookahead_divisor).max(1))
    }

    fn events(&self) -> u64 {
        self.windows
            .processes()
            .iter()
            .map(|region| region.events)
            .sum()
    }

    /// Collects what the regions' witnesses saw.
    fn gather(&mut self) {
        let seen = &mut self.observations;
        for region in self.windows.processes_mut() {
            seen.append(&mut region.fabric.observations);
        }
    }

    /// Shows what was seen, by time; what was seen at one instant stays in the order of regions.
    fn show(&mut self, witness: &mut dyn FnMut(&Observation)) {
        self.gather();
        self.observations.sort_by_key(|observation| observation.at);
        for observation in self.observations.drain(..) {
            witness(&observation);
        }
    }

    fn observe(&mut self, at: SimTime, event: Event) {
        if self.options.observed {
            self.observations.push(Observation { at, event });
        }
    }

    fn instance(&self, id: InstanceId) -> &Instance {
        let (region, local) = self.homes[id.index()];
        &self.windows.processes()[region.index()].instances[local]
    }

    fn region_of(&self, id: InstanceId) -> &Region {
        &self.windows.processes()[self.homes[id.index()].0.index()]
    }

    fn replica(id: InstanceId) -> ReplicaId {
        ReplicaId::at(id.index())
    }

    /// Lets `work` change an instance at a control instant.
    fn with_instance<T>(
        &mut self,
        at: SimTime,
        id: InstanceId,
        work: impl FnOnce(&mut Instance, &mut fabric::Reach<'_>) -> T,
    ) -> T {
        let (region, local) = self.homes[id.index()];
        let region = &mut self.windows.processes_mut()[region.index()];
        let instance = &mut region.instances[local];
        let heads = region.fabric.full.then(|| detail::Heads::of(instance));
        let mut reach = region.fabric.reach(at, local, Self::replica(id));
        let done = work(instance, &mut reach);
        if let Some(heads) = heads {
            region.fabric.tell_effects(at, instance, &heads);
        }
        done
    }

    /// One digest over everything the regions handled, combined in their order.
    fn digest(&self) -> u64 {
        let mut digest = Digest::default();
        for region in self.windows.processes() {
            digest.word(region.fabric.digest.value());
        }
        digest.value()
    }
}
