//! Fewer instances: one goes with its region, if it is the last there, and with all that names it.

use crate::experiment::shrink::actions::keep_routes;
use crate::experiment::shrink::failure::Failure;
use crate::experiment::shrink::passes::with;
use crate::id::{Id, IdVec, InstanceId, RegionId};
use crate::plan::request::{Change, Listed};
use crate::plan::{Condition, Incident, Plan, Request, RulePlan, Step, Trigger};

/// Each instance.
pub(super) fn instances(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    let gone = plan.instances.ids().nth(slot)?;
    Some(vec![without(plan, gone)])
}

/// Those who send requests.
pub(super) fn principals(plan: &Plan, _: &Failure, slot: usize) -> Option<Vec<Plan>> {
    (slot < plan.principals.len()).then(|| {
        vec![with(plan, |plan| {
            plan.principals.remove(slot);
        })]
    })
}

/// Who leaves: the instance, its name, and its region if nobody else is there.
struct Leaver {
    id: InstanceId,
    name: String,
    region: Option<RegionId>,
}

/// The plan without an instance.
pub(super) fn without(plan: &Plan, id: InstanceId) -> Plan {
    let region = plan.instances[id].region;
    let others = || plan.instances.entries().filter(|(other, _)| *other != id);
    let is_last = others().all(|(_, other)| other.region != region);
    let gone = Leaver {
        id,
        name: plan.instances[id].name.clone(),
        region: is_last.then_some(region),
    };
    let instances: IdVec<_, _> = others().map(|(_, one)| one.clone()).collect();
    with(plan, |plan| {
        plan.timeline
            .retain_mut(|timed| gone.leave(&mut timed.step));
        plan.rules.retain_mut(|rule| gone.leave_rule(rule));
        let fleets = plan.fleets.iter().filter(|fleet| fleet.instance != id);
        plan.fleets = fleets.cloned().collect();
        plan.expectations.retain_mut(|one| {
            let mut is_named = false;
            let demand = &mut one.demand;
            demand.each_instance(&mut |named| is_named |= *named == id);
            !is_named
        });
        let stays = |region| Some(region) != gone.region;
        plan.routes
            .retain(|route| stays(route.from) && stays(route.to));
        plan.instances = instances;
        let regions = plan.regions.entries();
        let regions = regions.filter(|(region, _)| Some(*region) != gone.region);
        plan.regions = regions.map(|(_, one)| one.clone()).collect();
        renumber(plan, &gone);
    })
}

/// Ids behind those that have gone move up.
fn renumber(plan: &mut Plan, gone: &Leaver) {
    let mut instance = |id: &mut InstanceId| {
        if *id > gone.id {
            *id = InstanceId::at(id.index() - 1);
        }
    };
    let mut region = |id: &mut RegionId| {
        if gone.region.is_some_and(|gone| *id > gone) {
            *id = RegionId::at(id.index() - 1);
        }
    };
    plan.each_step(&mut |step| {
        step.each_instance(&mut instance);
        step.each_region(&mut region);
    });
    for rule in &mut plan.rules {
        rule.when.each_instance(&mut instance);
    }
    for fleet in plan.fleets.iter_mut() {
        instance(&mut fleet.instance);
    }
    for one in &mut plan.expectations {
        one.demand.each_instance(&mut instance);
    }
    for route in &mut plan.routes {
        region(&mut route.from);
        region(&mut route.to);
    }
    for one in plan.instances.iter_mut() {
        region(&mut one.region);
    }
}

impl Leaver {
    /// Takes itself out of a step; whether anything of it is left.
    fn leave(&self, step: &mut Step) -> bool {
        if let Some(region) = self.region
            && !keep_routes(step, &|(from, to)| *from != region && *to != region)
        {
            return false;
        }
        match step {
            Step::Show(_, then) => self.leave_conditions(then),
            Step::Request(asked) => {
                self.leave_conditions(&mut asked.then);
                match &mut asked.request {
                    Request::Create {
                        group: Some(group), ..
                    }
                    | Request::ForceLink { group, .. } => self.leave_list(group),
                    Request::Update {
                        change: Change::Linked(names),
                        ..
                    } => names.retain(|name| *name != self.name),
                    _ => {}
                }
            }
            Step::Incident(Incident::Stall(streams) | Incident::Resume(streams)) => {
                // None at all would mean all that are left.
                if streams.from == [self.id] {
                    return false;
                }
                streams.from.retain(|from| *from != self.id);
            }
            _ => {}
        }
        let mut is_named = false;
        step.each_instance(&mut |named| is_named |= *named == self.id);
        step.each_region(&mut |named| is_named |= Some(*named) == self.region);
        !is_named
    }

    fn leave_conditions(&self, then: &mut Vec<Condition>) {
        then.retain_mut(|condition| {
            if let Condition::Links(_, links) = condition {
                links.retain(|(other, _)| *other != self.id);
            }
            let mut is_named = false;
            condition.each_instance(&mut |named| is_named |= *named == self.id);
            !is_named
        });
    }

    fn leave_list(&self, group: &mut Listed) {
        if let Some(names) = &mut group.linked {
            names.retain(|name| *name != self.name);
        }
    }

    /// Takes itself out of a rule; whether it still watches something and does what it did.
    fn leave_rule(&self, rule: &mut RulePlan) -> bool {
        let first = match &mut rule.when {
            Trigger::Metric(watch) => {
                watch.on.retain(|id| *id != self.id);
                watch.on.first().copied()
            }
            Trigger::State { condition, .. } => {
                let on = condition.on().filter(|on| *on != self.id);
                let mut all = vec![condition.clone()];
                self.leave_conditions(&mut all);
                if all.is_empty() {
                    return false;
                }
                on
            }
        };
        if let (Trigger::Metric(_), None) = (&rule.when, first) {
            return false;
        }
        let is_alert = rule.is_alert();
        rule.then.retain_mut(|response| {
            // A request to whoever crossed goes to another who may.
            if let Some(first) = first.filter(|_| response.to_crossing) {
                response.step = response.step(first);
            }
            self.leave(&mut response.step)
        });
        is_alert || !rule.then.is_empty()
    }
}
