//! The timeline: names to ids, times within the run.

use std::collections::BTreeMap;

use crate::id::RegionId;
use crate::plan::{Memory, Request, RoutePlan, Step as PlanStep, TimedStep};
use crate::quantity::Ratio;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::header::Phases;
use crate::scenario::lower::pair::Routes;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::route::LOSS_MAX;
use crate::scenario::lower::state::Checked;
use crate::scenario::lower::{Lowering, Owner, entries};
use crate::scenario::schema::List;
use crate::scenario::schema::leaf::{Quantity, Text};
use crate::scenario::schema::timeline::{Action, Step};
use crate::scenario::span::{Field, Sp, Span};
use crate::time::SimTime;

const DELAY_FACTOR_MAX: Ratio = Ratio { ppm: 1_000_000_000 };
const BANDWIDTH_FACTOR_MIN: Ratio = Ratio { ppm: 1 };

impl Lowering<'_> {
    pub(super) fn timeline(
        &mut self,
        field: &Field<List<Step>>,
        places: &Places,
        routes: &[RoutePlan],
        phases: Phases,
    ) -> Vec<TimedStep> {
        let mut steps = Vec::new();
        let mut complete = places.complete && !matches!(field, Field::Broken(_));
        for given in entries(field) {
            let step = given.given().and_then(|given| self.step(given, places, phases));
            complete &= step.is_some();
            steps.extend(step);
        }
        steps.sort_by_key(|step| step.at);
        if complete {
            self.sequence(&steps, places);
        }
        steps.into_iter().flat_map(|step| self.timed(step, routes)).collect()
    }

    /// The step for the plan. A degradation that leaves the loss alone takes a step for each loss
    /// that its routes have.
    fn timed(&self, checked: Checked, routes: &[RoutePlan]) -> Vec<TimedStep> {
        let place = self.source.place(checked.span);
        let timed = |step| TimedStep { at: checked.at, step, place: place.clone() };
        let PlanStep::Degrade { routes: pairs, delay, bandwidth, .. } = checked.step else {
            return vec![timed(checked.step)];
        };
        let mut by_loss: BTreeMap<Ratio, Vec<(RegionId, RegionId)>> = BTreeMap::new();
        for pair in pairs {
            let route = routes.iter().find(|route| (route.from, route.to) == pair);
            let own = route.map_or(Ratio::default(), |route| route.loss);
            by_loss.entry(checked.loss.unwrap_or(own)).or_default().push(pair);
        }
        by_loss
            .into_iter()
            .map(|(loss, routes)| timed(PlanStep::Degrade { routes, delay, bandwidth, loss }))
            .collect()
    }

    fn step(&mut self, given: &Sp<Step>, places: &Places, phases: Phases) -> Option<Checked> {
        let owner = Owner::new("this step", given.span);
        let at = self.required(&given.value.at, "at", &owner, "\"30m\"");
        let action = self.required(&given.value.r#do, "do", &owner, "Show(\"redis-us\")")?;
        let mut checked = Checked::new(given.span, action.span);
        let step = self.action(action, places, &mut checked);
        let at = at.and_then(|at| self.instant(at, action, phases));
        checked.at = at?;
        checked.step = step?;
        Some(checked)
    }

    /// The time of a step: faults belong into the storm, the rest into the run.
    fn instant(
        &mut self,
        at: &Sp<Quantity<SimTime>>,
        action: &Sp<Action>,
        phases: Phases,
    ) -> Option<SimTime> {
        let anywhere = matches!(
            action.value,
            Action::Command { .. } | Action::Show(_) | Action::Return { .. }
                | Action::ForceUnlink { .. }
        );
        let (end, phase) = if anywhere {
            (phases.run_end(), "the run ends")
        } else {
            (phases.storm_end(), "the storm ends, and with it all faults,")
        };
        let found = at.value.0;
        if found > end {
            self.report(
                Diagnostic::new(
                    Code::OutsideRun,
                    at.span,
                    format!("{found} is too late: {phase} after {end}"),
                )
                .label(format!("expected {end} at the latest")),
            );
            return None;
        }
        Some(found)
    }

    fn action(
        &mut self,
        action: &Sp<Action>,
        places: &Places,
        checked: &mut Checked,
    ) -> Option<PlanStep> {
        let owner = |what: &str| Owner::new(what, action.span);
        match &action.value {
            Action::Command { on, run, reply, effects } => {
                let effects = effects.value().copied();
                self.command(&owner("this command"), places, (on, run, reply), effects)
            }
            Action::Show(name) => {
                let name = self.required(name, "instance", &owner("`Show`"), "\"redis-us\"")?;
                Some(PlanStep::Show(self.instance(name, places)?))
            }
            Action::Outage { region, memory } => {
                let name = self.required(region, "region", &owner("`Outage`"), "\"East US\"")?;
                let memory = memory.value().map_or(Memory::Kept, Into::into);
                Some(PlanStep::Outage { region: self.region(name, places)?, memory })
            }
            Action::Return { region } => {
                let name = self.required(region, "region", &owner("`Return`"), "\"East US\"")?;
                Some(PlanStep::Return(self.region(name, places)?))
            }
            Action::Partition { between, one_way } => {
                let routes = Routes { between, one_way };
                checked.directions = self.directions(&routes, &owner("`Partition`"), places)?;
                Some(PlanStep::Partition(checked.ends()))
            }
            Action::Heal { between, one_way } => {
                let routes = Routes { between, one_way };
                if routes.are_given() {
                    checked.directions = self.directions(&routes, &owner("`Heal`"), places)?;
                }
                Some(PlanStep::Heal(checked.ends()))
            }
            Action::Degrade { between, one_way, delay, bandwidth, loss } => {
                let routes = Routes { between, one_way };
                let found = self.directions(&routes, &owner("`Degrade`"), places);
                let factors = self.factors(action.span, delay, bandwidth, loss);
                checked.directions = found?;
                let (delay, bandwidth, loss) = factors?;
                checked.loss = loss;
                let (routes, loss) = (checked.ends(), loss.unwrap_or_default());
                Some(PlanStep::Degrade { routes, delay, bandwidth, loss })
            }
            Action::Restore { between, one_way } => {
                let routes = Routes { between, one_way };
                checked.directions = self.directions(&routes, &owner("`Restore`"), places)?;
                checked.restores = true;
                let (delay, bandwidth) = (Ratio::ONE, Ratio::ONE);
                let (routes, loss) = (checked.ends(), Ratio::default());
                Some(PlanStep::Degrade { routes, delay, bandwidth, loss })
            }
            Action::ForceUnlink { on, drop } => {
                self.force_unlink(&owner("`ForceUnlink`"), places, on, drop)
            }
        }
    }

    fn command(
        &mut self,
        owner: &Owner,
        places: &Places,
        (on, run, reply): (&Field<Text>, &Field<Text>, &Field<Text>),
        effects: Option<u64>,
    ) -> Option<PlanStep> {
        let on = self.required(on, "on", owner, "\"redis-us\"");
        let on = on.and_then(|name| self.instance(name, places));
        let run = self.required(run, "run", owner, "\"SET key value\"");
        let run = run.filter(|run| self.is_command(run));
        let reply = reply.given().map(|reply| self.expected_reply(reply));
        Some(PlanStep::Command { on: on?, text: run?.value.0.clone(), reply, effects })
    }

    fn factors(
        &mut self,
        span: Span,
        delay: &Field<Quantity<Ratio>>,
        bandwidth: &Field<Quantity<Ratio>>,
        loss: &Field<Quantity<Ratio>>,
    ) -> Option<(Ratio, Ratio, Option<Ratio>)> {
        if !(delay.is_given() || bandwidth.is_given() || loss.is_given()) {
            self.report(
                Diagnostic::new(Code::NoChange, self.head(span), "`Degrade` changes nothing")
                    .label("expected `delay`, `bandwidth` or `loss`")
                    .note("`Restore(between: …)` ends a degradation"),
            );
            return None;
        }
        let one = Ratio::ONE;
        let factor = |field: &Field<Quantity<Ratio>>| match field {
            Field::Absent => Some(Sp { value: Quantity(one), span }),
            Field::Broken(_) => None,
            Field::Given(given) => Some(given.clone()),
        };
        let delay = factor(delay)
            .and_then(|given| self.within(&given, "the delay's factor", one, DELAY_FACTOR_MAX));
        let bandwidth = factor(bandwidth).and_then(|given| {
            self.within(&given, "the bandwidth's factor", BANDWIDTH_FACTOR_MIN, one)
        });
        let loss = match loss {
            Field::Absent => Some(None),
            Field::Broken(_) => None,
            Field::Given(given) => {
                self.within(given, "the loss", Ratio::default(), LOSS_MAX).map(Some)
            }
        };
        Some((delay?, bandwidth?, loss?))
    }

    fn force_unlink(
        &mut self,
        owner: &Owner,
        places: &Places,
        on: &Field<Text>,
        drop: &Field<Text>,
    ) -> Option<PlanStep> {
        let survivor = self.required(on, "on", owner, "\"redis-eu\"");
        let survivor_id = survivor.and_then(|name| self.instance(name, places));
        let lost = self.required(drop, "drop", owner, "\"redis-us\"");
        let lost_id = lost.and_then(|name| self.instance(name, places));
        let (on, drop) = (survivor_id?, lost_id?);
        if on == drop {
            let name = places.name(on);
            self.report(
                Diagnostic::new(
                    Code::UnlinkSelf,
                    lost?.span,
                    format!("`{name}` is asked to drop itself"),
                )
                .label("refused as E-UNLINK-SELF")
                .related(survivor?.span, "the request is sent to the same instance"),
            );
            return None;
        }
        Some(PlanStep::Request(Request::ForceUnlink { on, drop }))
    }
}
