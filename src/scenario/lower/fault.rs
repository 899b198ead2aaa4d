//! Steps that act on routes: cut, healed, degraded, restored.

use std::collections::BTreeMap;

use crate::id::RegionId;
use crate::plan::{RoutePlan, Step as PlanStep, TimedStep};
use crate::quantity::Ratio;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::pair::Routes;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::route::LOSS_MAX;
use crate::scenario::lower::state::Checked;
use crate::scenario::lower::{Lowering, Owner};
use crate::scenario::schema::leaf::Quantity;
use crate::scenario::schema::timeline::Action;
use crate::scenario::span::{Field, Sp, Span};

const DELAY_FACTOR_MAX: Ratio = Ratio { ppm: 1_000_000_000 };
const BANDWIDTH_FACTOR_MIN: Ratio = Ratio { ppm: 1 };

impl Lowering<'_> {
    pub(super) fn on_routes(
        &mut self,
        action: &Sp<Action>,
        places: &Places,
        checked: &mut Checked,
    ) -> Option<PlanStep> {
        let owner = |what: &str| Owner::new(what, action.span);
        match &action.value {
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
            Action::Degrade {
                between,
                one_way,
                delay,
                bandwidth,
                loss,
            } => {
                let routes = Routes { between, one_way };
                let found = self.directions(&routes, &owner("`Degrade`"), places);
                let factors = self.factors(action.span, delay, bandwidth, loss);
                checked.directions = found?;
                let (delay, bandwidth, loss) = factors?;
                checked.loss = loss;
                let (routes, loss) = (checked.ends(), loss.unwrap_or_default());
                Some(PlanStep::Degrade {
                    routes,
                    delay,
                    bandwidth,
                    loss,
                })
            }
            Action::Restore { between, one_way } => {
                let routes = Routes { between, one_way };
                checked.directions = self.directions(&routes, &owner("`Restore`"), places)?;
                checked.restores = true;
                let (delay, bandwidth) = (Ratio::ONE, Ratio::ONE);
                let (routes, loss) = (checked.ends(), Ratio::default());
                Some(PlanStep::Degrade {
                    routes,
                    delay,
                    bandwidth,
                    loss,
                })
            }
            _ => None,
        }
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
            Field::Absent => Some(Sp {
                value: Quantity(one),
                span,
            }),
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
            Field::Given(given) => self
                .within(given, "the loss", Ratio::default(), LOSS_MAX)
                .map(Some),
        };
        Some((delay?, bandwidth?, loss?))
    }
    /// The step for the plan. A degradation that leaves the loss alone takes a step for each loss
    /// that its routes have.
    pub(super) fn timed(&self, checked: Checked, routes: &[RoutePlan]) -> Vec<TimedStep> {
        let place = self.source.place(checked.span);
        let timed = |step| TimedStep {
            at: checked.at,
            step,
            place: place.clone(),
        };
        let PlanStep::Degrade {
            routes: pairs,
            delay,
            bandwidth,
            ..
        } = checked.step
        else {
            return vec![timed(checked.step)];
        };
        // Routes that are as they were have the loss they had.
        if checked.restores {
            let (delay, bandwidth, loss) = (Ratio::ONE, Ratio::ONE, Ratio::default());
            return vec![timed(PlanStep::Degrade {
                routes: pairs,
                delay,
                bandwidth,
                loss,
            })];
        }
        let mut by_loss: BTreeMap<Ratio, Vec<(RegionId, RegionId)>> = BTreeMap::new();
        for pair in pairs {
            let route = routes.iter().find(|route| (route.from, route.to) == pair);
            let own = route.map_or(Ratio::default(), |route| route.loss);
            by_loss
                .entry(checked.loss.unwrap_or(own))
                .or_default()
                .push(pair);
        }
        by_loss
            .into_iter()
            .map(|(loss, routes)| {
                timed(PlanStep::Degrade {
                    routes,
                    delay,
                    bandwidth,
                    loss,
                })
            })
            .collect()
    }
}
