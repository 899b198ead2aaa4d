//! What a scenario leaves to chance beside its values: faults that come, things left out.

use crate::plan::{Plan, RoutePlan, Step, TimedStep};
use crate::scenario::lower::Lowering;
use crate::scenario::lower::header::Phases;
use crate::scenario::lower::place::Places;
use crate::scenario::process::{Bounds, Process, schedule};
use crate::scenario::schema::Scenario;
use crate::scenario::span::Sp;
use crate::scenario::swarm;
use crate::time::SimTime;

/// Everything that the seed brings about or leaves out.
pub(super) struct Chaos {
    processes: Vec<Sp<Process>>,
    bounds: Bounds,
    is_swarm: bool,
}

impl Lowering<'_> {
    pub(super) fn chaos(
        &mut self,
        file: &Scenario,
        places: &Places,
        routes: &[RoutePlan],
        phases: Phases,
    ) -> Chaos {
        Chaos {
            processes: self.processes(&file.faults, places, routes, phases),
            bounds: Bounds {
                end: phases.storm_end(),
                at_once: self.faults_at_once(&file.faults_at_once),
            },
            is_swarm: file.swarm.value().copied().unwrap_or(false),
        }
    }
}

impl Chaos {
    /// The plan with every fault that can come, whenever: what holds of it holds of each draw.
    pub(super) fn at_worst(&self, plan: &Plan) -> Plan {
        let targets = self.processes.iter().flat_map(|one| &one.value.targets);
        let faults = targets.flat_map(|target| &target.variants);
        let steps = faults.flat_map(|fault| &fault.begin);
        let timed = |step: &Step| TimedStep {
            at: SimTime::ZERO,
            step: step.clone(),
            place: String::new(),
        };
        let mut plan = plan.clone();
        plan.timeline.extend(steps.map(timed));
        plan
    }

    /// What is scripted, for all or in an arm, and what is drawn do not act on the same.
    pub(super) fn uncontested(&self, lowering: &mut Lowering<'_>, plan: &Plan) {
        lowering.uncontested(&self.processes, &plan.timeline);
        for arm in &plan.arms {
            lowering.uncontested(&self.processes, &arm.timeline);
        }
    }

    /// The plan with the faults that its seed draws, and without what it leaves out.
    pub(super) fn unleashed(self, mut plan: Plan) -> Plan {
        plan.drawn = self.is_swarm || !self.processes.is_empty();
        let mut processes: Vec<Process> = self.processes.into_iter().map(|one| one.value).collect();
        let seed = plan.seed;
        if self.is_swarm {
            swarm::thin_processes(&mut processes, seed);
            swarm::thin(&mut plan, seed);
        }
        let drawn = schedule(&processes, self.bounds, seed);
        plan.timeline.extend(drawn);
        plan.timeline.sort_by_key(|step| step.at);
        plan
    }
}
