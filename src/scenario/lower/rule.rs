//! The runbook and the alerts.

use crate::id::{Id, InstanceId};
use crate::plan::rule::{Aggregation, Bound, Response, Trigger as PlanTrigger, Watch};
use crate::plan::{Metric, Request, RoutePlan, RulePlan, Step};
use crate::quantity::{Bytes, Ratio};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::state::Checked;
use crate::scenario::lower::timeline::{is_incident, is_request};
use crate::scenario::lower::{Lowering, Owner, entries};
use crate::scenario::schema::List;
use crate::scenario::schema::leaf::{OneOrMany, Quantity, Text};
use crate::scenario::schema::rule::{
    AggregationChoice, Alert, BytesMetric, CountMetric, Rule, Trigger,
};
use crate::scenario::schema::timeline::{Action, Step as StepField};
use crate::scenario::span::{Field, Sp};
use crate::time::SimDuration;

const DAY: SimDuration = SimDuration::from_secs(86_400);
const MILLIONTH: Ratio = Ratio { ppm: 1 };

/// What all metrics have: whose, for how long, and how values become one.
type Common<'a> = (
    &'a Field<OneOrMany<Text>>,
    &'a Field<Quantity<SimDuration>>,
    &'a Field<AggregationChoice>,
);

/// A threshold: none where it is left out, and none in it where it cannot be used.
type Stated = Option<Option<u64>>;

impl Lowering<'_> {
    pub(super) fn rules(
        &mut self,
        runbooks: &[&Field<List<Rule>>],
        alerts: &Field<List<Alert>>,
        places: &Places,
        routes: &[RoutePlan],
    ) -> Vec<RulePlan> {
        let (mut rules, mut names) = (Vec::new(), Vec::new());
        let given = runbooks.iter().flat_map(|runbook| entries(runbook));
        for given in given.filter_map(Field::given) {
            let owner = Owner::named("rule", &given.value.name, given.span);
            names.extend(self.name(&given.value.name, "name", &owner));
            rules.extend(self.rule(&given.value, &owner, places, routes));
        }
        for given in entries(alerts).iter().filter_map(Field::given) {
            let owner = Owner::named("alert", &given.value.name, given.span);
            names.extend(self.name(&given.value.name, "name", &owner));
            rules.extend(self.alert(&given.value, &owner, places));
        }
        self.unique("rules", &names);
        rules
    }

    fn alert(&mut self, file: &Alert, owner: &Owner, places: &Places) -> Option<RulePlan> {
        let example = "Unhealthy(lasting: \"60m\")";
        let trigger = self.required(&file.when, "when", owner, example)?;
        Some(RulePlan {
            name: file.name.value()?.0.clone(),
            when: self.trigger(trigger, places)?,
            reaction: SimDuration::ZERO,
            then: Vec::new(),
        })
    }

    fn rule(
        &mut self,
        file: &Rule,
        owner: &Owner,
        places: &Places,
        routes: &[RoutePlan],
    ) -> Option<RulePlan> {
        let example = "UsedMemory(above: \"80%\")";
        let trigger = self.required(&file.when, "when", owner, example);
        let example = "ForceUnlink(drop: \"redis-us\")";
        let then = self.required(&file.then, "then", owner, example);
        let reaction = self.pause(&file.reaction, "`reaction`");
        let when = trigger.and_then(|trigger| self.trigger(trigger, places));
        let then = then?;
        if then.value.0.is_empty() {
            self.empty(
                then.span,
                "responses",
                "an alert does nothing: see `alerts`",
            );
        }
        let crossing = match &when {
            Some(PlanTrigger::Metric(watch)) => watch.on.first().copied(),
            Some(PlanTrigger::State { condition, .. }) => condition.on(),
            None => Some(InstanceId::at(0)),
        };
        // Whom it goes to is known when the rule fires.
        let crossing = crossing.map(|_| InstanceId::at(0));
        let responses: Vec<Option<Response>> = then
            .value
            .0
            .iter()
            .map(|action| self.response(action.given()?, crossing, places, routes))
            .collect();
        let then: Option<Vec<Response>> = responses.into_iter().collect();
        let (mut when, then) = (when?, then?);
        self.spare_dropped(&mut when, &then, owner)?;
        Some(RulePlan {
            name: file.name.value()?.0.clone(),
            when,
            reaction: reaction?,
            then,
        })
    }

    /// A member that is dropped cannot be the one that asks for it.
    fn spare_dropped(
        &mut self,
        when: &mut PlanTrigger,
        then: &[Response],
        owner: &Owner,
    ) -> Option<()> {
        let PlanTrigger::Metric(watch) = when else {
            return Some(());
        };
        for response in then.iter().filter(|response| response.to_crossing) {
            if let Step::Request(asked) = &response.step
                && let Request::ForceUnlink { drop, .. } = asked.request
            {
                watch.on.retain(|id| *id != drop);
            }
        }
        if !watch.on.is_empty() {
            return Some(());
        }
        self.report(
            Diagnostic::new(
                Code::UnlinkSelf,
                self.head(owner.span),
                "nobody is left to drop this member",
            )
            .label("the only instance watched is the one to drop")
            .note("the request goes to the instance that crossed, which cannot drop itself"),
        );
        None
    }

    fn response(
        &mut self,
        action: &Sp<Action>,
        crossing: Option<InstanceId>,
        places: &Places,
        routes: &[RoutePlan],
    ) -> Option<Response> {
        let is_fault = matches!(
            action.value,
            Action::Outage { .. }
                | Action::Return { .. }
                | Action::Partition { .. }
                | Action::Heal { .. }
                | Action::Degrade { .. }
                | Action::Restore { .. }
                | Action::Skew { .. }
        ) || is_incident(&action.value);
        if !is_fault && !is_request(&action.value) {
            let message = "a rule makes requests and faults; this is neither";
            self.report(
                Diagnostic::new(Code::NoRequest, self.head(action.span), message)
                    .label("expected a request, as `ForceUnlink`, or a fault, as `Partition`"),
            );
            return None;
        }
        self.crossing = crossing.filter(|_| lacks_on(&action.value));
        let mut checked = Checked::new(action.span, action.span);
        let step = self.action(&StepField::default(), action, places, &mut checked);
        let to_crossing = self.crossing.take().is_some();
        checked.step = step?;
        let mut steps = self.timed(checked, routes).into_iter();
        Some(Response {
            step: steps.next()?.step,
            to_crossing,
        })
    }

    fn trigger(&mut self, trigger: &Sp<Trigger>, places: &Places) -> Option<PlanTrigger> {
        let named = |what: &str| Owner::new(what, trigger.span);
        match &trigger.value {
            Trigger::UsedMemory {
                on,
                above,
                below,
                lasting,
                aggregation,
            } => {
                let bounds = (
                    self.threshold(above, "`above`"),
                    self.threshold(below, "`below`"),
                );
                let bound = self.bound(bounds, &named("`UsedMemory`"), "\"80%\"");
                let common = (on, lasting, aggregation);
                self.metric(Metric::UsedMemoryPercentage, bound, common, places)
            }
            Trigger::Unhealthy {
                on,
                lasting,
                aggregation,
            } => {
                let (bound, common) = (Some(Bound::AtMost(0)), (on, lasting, aggregation));
                self.metric(Metric::GeoReplicationHealthy, bound, common, places)
            }
            Trigger::Bytes {
                metric,
                on,
                above,
                below,
                lasting,
                aggregation,
            } => {
                let owner = named("`Bytes`");
                let metric = self.required(metric, "metric", &owner, "UsedMemory");
                let bytes = |field: &Field<Quantity<Bytes>>| stated(field, |one| Some(one.0.0));
                let bound = self.bound((bytes(above), bytes(below)), &owner, "\"1GB\"");
                let common = (on, lasting, aggregation);
                self.metric(bytes_metric(&metric?.value), bound, common, places)
            }
            Trigger::Count {
                metric,
                on,
                above,
                below,
                lasting,
                aggregation,
            } => {
                let owner = named("`Count`");
                let metric = self.required(metric, "metric", &owner, "TotalKeys");
                let count = |field: &Field<u64>| stated(field, |one| Some(*one));
                let bound = self.bound((count(above), count(below)), &owner, "1000");
                let common = (on, lasting, aggregation);
                self.metric(count_metric(&metric?.value), bound, common, places)
            }
            Trigger::State { is, lasting } => {
                let is = self.required(is, "is", &named("`State`"), "Syncing(on: \"redis-us\")");
                let condition = is.and_then(|is| self.condition(is, places));
                let lasting = self.pause(lasting, "`lasting`");
                Some(PlanTrigger::State {
                    condition: condition?,
                    lasting: lasting?,
                })
            }
        }
    }

    /// A share as a threshold.
    fn threshold(&mut self, field: &Field<Quantity<Ratio>>, what: &str) -> Stated {
        match field.given() {
            Some(given) => Some(
                self.within(given, what, MILLIONTH, Ratio::ONE)
                    .map(|share| share.ppm),
            ),
            None => stated(field, |_| None),
        }
    }

    fn metric(
        &mut self,
        metric: Metric,
        bound: Option<Bound>,
        (on, lasting, aggregation): Common<'_>,
        places: &Places,
    ) -> Option<PlanTrigger> {
        let on = self.instances(on, places);
        let window = self.pause(lasting, "`lasting`");
        Some(PlanTrigger::Metric(Watch {
            metric,
            on,
            bound: bound?,
            aggregation: aggregation
                .value()
                .map_or(Aggregation::Each, Aggregation::from),
            window: window?,
        }))
    }

    /// One of two thresholds.
    fn bound(
        &mut self,
        (above, below): (Stated, Stated),
        owner: &Owner,
        example: &str,
    ) -> Option<Bound> {
        match (above, below) {
            (Some(above), None) => above.map(Bound::AtLeast),
            (None, Some(below)) => below.map(Bound::AtMost),
            (None, None) => {
                self.required(&Field::<Text>::Absent, "above", owner, example);
                None
            }
            (Some(_), Some(_)) => {
                let message = format!("{} has two thresholds", owner.what);
                self.report(
                    Diagnostic::new(Code::Bounds, self.head(owner.span), message)
                        .label("expected `above` or `below`, not both"),
                );
                None
            }
        }
    }

    fn pause(&mut self, field: &Field<Quantity<SimDuration>>, what: &str) -> Option<SimDuration> {
        match field {
            Field::Absent => Some(SimDuration::ZERO),
            Field::Broken(_) => None,
            Field::Given(given) => self.within(given, what, SimDuration::ZERO, DAY),
        }
    }
}

/// What a field states; a field that is there and cannot be read was reported while reading.
fn stated<T>(field: &Field<T>, value: impl Fn(&T) -> Option<u64>) -> Stated {
    match field {
        Field::Absent => None,
        Field::Broken(_) => Some(None),
        Field::Given(given) => Some(value(&given.value)),
    }
}

fn bytes_metric(metric: &BytesMetric) -> Metric {
    match metric {
        BytesMetric::UsedMemory => Metric::UsedMemory,
        BytesMetric::UnstableBytes => Metric::UnstableBytes,
    }
}

fn count_metric(metric: &CountMetric) -> Metric {
    match metric {
        CountMetric::TotalKeys => Metric::TotalKeys,
        CountMetric::EvictedKeys => Metric::EvictedKeys,
        CountMetric::ExpiredKeys => Metric::ExpiredKeys,
        CountMetric::OperationsPerSecond => Metric::OperationsPerSecond,
        CountMetric::PendingLocalWritesMax => Metric::PendingLocalWritesMax,
    }
}

/// Whether a request leaves open whom it goes to.
fn lacks_on(action: &Action) -> bool {
    match action {
        Action::ForceUnlink { on, .. }
        | Action::ForceLink { on, .. }
        | Action::Delete { on }
        | Action::Scale { on, .. }
        | Action::Update { on, .. }
        | Action::Flush { on, .. } => on.is_absent(),
        _ => false,
    }
}
