//! Rules and alerts as the file writes them.

use crate::plan::rule::{Bound, Response, Trigger as PlanTrigger, Watch};
use crate::plan::{Metric, Plan, RulePlan};
use crate::quantity::{Bytes, Ratio};
use crate::scenario::normal::{quantity, request, text, timeline};
use crate::scenario::schema::leaf::OneOrMany;
use crate::scenario::schema::rule::{Alert, BytesMetric, CountMetric, Rule, Trigger};
use crate::scenario::schema::timeline::Action;
use crate::scenario::span::Field;

pub(super) fn rule(rule: &RulePlan, plan: &Plan) -> Rule {
    let then = rule.then.iter();
    let then = then.map(|response| Field::of(action(response, plan)));
    Rule {
        name: text(&rule.name),
        when: Field::of(trigger(&rule.when, plan)),
        reaction: quantity(rule.reaction),
        then: Field::of(OneOrMany(then.collect())),
    }
}

pub(super) fn alert(rule: &RulePlan, plan: &Plan) -> Alert {
    Alert {
        name: text(&rule.name),
        when: Field::of(trigger(&rule.when, plan)),
    }
}

/// What is done; a request to the instance that crossed says nothing of whom it goes to.
pub(in crate::scenario) fn action(response: &Response, plan: &Plan) -> Action {
    let mut action = timeline::action(&response.step, plan);
    if response.to_crossing
        && let Action::ForceUnlink { on, .. }
        | Action::ForceLink { on, .. }
        | Action::Delete { on }
        | Action::Scale { on, .. }
        | Action::Update { on, .. }
        | Action::Flush { on, .. } = &mut action
    {
        *on = Field::Absent;
    }
    action
}

fn trigger(trigger: &PlanTrigger, plan: &Plan) -> Trigger {
    match trigger {
        PlanTrigger::Metric(watch) => metric(watch, plan),
        PlanTrigger::State { condition, lasting } => Trigger::State {
            is: Field::of(request::condition(condition, plan)),
            lasting: quantity(*lasting),
        },
    }
}

fn metric(watch: &Watch, plan: &Plan) -> Trigger {
    let on = watch.on.iter().map(|id| text(&plan.instances[*id].name));
    let on = Field::of(OneOrMany(on.collect()));
    let (lasting, aggregation) = (quantity(watch.window), Field::of(watch.aggregation.into()));
    let (above, below) = match watch.bound {
        Bound::AtLeast(value) => (Some(value), None),
        Bound::AtMost(value) => (None, Some(value)),
    };
    let plain = |value: Option<u64>| value.map_or(Field::Absent, Field::of);
    let bytes = |value: Option<u64>| value.map(Bytes).map_or(Field::Absent, quantity);
    let share = |value: Option<u64>| value.map_or(Field::Absent, |ppm| quantity(Ratio { ppm }));
    let counts = |metric| Trigger::Count {
        metric: Field::of(metric),
        on: on.clone(),
        above: plain(above),
        below: plain(below),
        lasting: lasting.clone(),
        aggregation: aggregation.clone(),
    };
    let amounts = |metric| Trigger::Bytes {
        metric: Field::of(metric),
        on: on.clone(),
        above: bytes(above),
        below: bytes(below),
        lasting: lasting.clone(),
        aggregation: aggregation.clone(),
    };
    match watch.metric {
        Metric::UsedMemoryPercentage => Trigger::UsedMemory {
            on: on.clone(),
            above: share(above),
            below: share(below),
            lasting: lasting.clone(),
            aggregation: aggregation.clone(),
        },
        Metric::GeoReplicationHealthy => Trigger::Unhealthy {
            on: on.clone(),
            lasting: lasting.clone(),
            aggregation: aggregation.clone(),
        },
        Metric::UsedMemory => amounts(BytesMetric::UsedMemory),
        Metric::UnstableBytes => amounts(BytesMetric::UnstableBytes),
        Metric::TotalKeys => counts(CountMetric::TotalKeys),
        Metric::EvictedKeys => counts(CountMetric::EvictedKeys),
        Metric::ExpiredKeys => counts(CountMetric::ExpiredKeys),
        Metric::OperationsPerSecond => counts(CountMetric::OperationsPerSecond),
        Metric::PendingLocalWritesMax => counts(CountMetric::PendingLocalWritesMax),
    }
}
