//! The runbook and the alerts: something holds for a while, and after another while the operator
//! acts.

use std::collections::VecDeque;

use crate::history::{Event, RuleEvent};
use crate::id::{Id, InstanceId};
use crate::plan::rule::{Aggregation, Trigger, Watch};
use crate::time::{SimDuration, SimTime};
use crate::world::{Instant, World};

/// How often states that rules wait for are looked at.
pub(super) const LOOK_EVERY: SimDuration = SimDuration::from_millis(100);
/// The grain of Azure's metrics. Source: Azure Monitor, supported metrics of
/// Microsoft.Cache/redisEnterprise (PT1M).
pub(super) const MINUTE: SimDuration = SimDuration::from_secs(60);

/// What a rule has seen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct RuleState {
    /// Since when it has held, by instance.
    since: Vec<(InstanceId, SimTime)>,
    /// The values of the window by instance, the newest last.
    values: Vec<(InstanceId, VecDeque<Option<u64>>)>,
    /// Where it fired and has not resolved.
    fired: Option<InstanceId>,
}

impl World<'_> {
    /// A full minute: Azure's metrics are taken, and rules look at them. An operator sees a metric
    /// late by the ingestion delay, and takes the rule's reaction time on top.
    pub(super) fn minute(&mut self, at: SimTime) {
        self.sample_health(at);
        for rule in 0..self.rules.len() {
            if let Trigger::Metric(watch) = &self.plan.rules[rule].when {
                self.watch(at, rule, watch);
            }
        }
        self.tally_minute();
    }

    /// Rules look at the states they wait for.
    pub(super) fn look_at_states(&mut self, at: SimTime) {
        for rule in 0..self.rules.len() {
            if let Trigger::State { condition, lasting } = &self.plan.rules[rule].when {
                let on = condition.on().unwrap_or(InstanceId::at(0));
                let (holds, _) = self.holds(at, condition);
                let holds = self.lasts(at, rule, on, holds, *lasting);
                self.settle_rule(at, rule, on, holds);
            }
        }
    }

    fn watch(&mut self, at: SimTime, rule: usize, watch: &Watch) {
        for instance in &watch.on {
            let visible = self.is_visible(*instance);
            let value = visible.then(|| self.metric(at, watch.metric, *instance));
            let holds = match watch.aggregation {
                Aggregation::Each => {
                    let holds = value.is_some_and(|value| watch.bound.holds(value));
                    self.lasts(at, rule, *instance, holds, watch.window)
                }
                _ => self
                    .aggregated(at, rule, *instance, value, watch)
                    .is_some_and(|value| watch.bound.holds(value)),
            };
            self.settle_rule(at, rule, *instance, holds);
        }
    }

    /// Whether something has held on an instance for long enough.
    fn lasts(
        &mut self,
        at: SimTime,
        rule: usize,
        on: InstanceId,
        holds: bool,
        lasting: SimDuration,
    ) -> bool {
        let since = &mut self.rules[rule].since;
        if !holds {
            since.retain(|(other, _)| *other != on);
            return false;
        }
        let start = match since.iter().find(|(other, _)| *other == on) {
            Some((_, start)) => *start,
            None => {
                since.push((on, at));
                at
            }
        };
        at.since(start) >= lasting
    }

    /// The values of the window as one; none before it is full, or while there are none.
    fn aggregated(
        &mut self,
        at: SimTime,
        rule: usize,
        on: InstanceId,
        value: Option<u64>,
        watch: &Watch,
    ) -> Option<u64> {
        let places = usize::try_from(watch.window.0.div_ceil(MINUTE.0)).unwrap_or(usize::MAX);
        let all = &mut self.rules[rule].values;
        let known = all.iter().position(|(other, _)| *other == on);
        let known = known.unwrap_or_else(|| {
            all.push((on, VecDeque::new()));
            all.len() - 1
        });
        let (_, values) = &mut all[known];
        values.push_back(value);
        if values.len() > places.max(1) {
            values.pop_front();
        }
        let is_full = at >= SimTime::ZERO + watch.window;
        let values = values.iter().flatten().copied().filter(|_| is_full);
        match watch.aggregation {
            Aggregation::Each => None,
            Aggregation::Maximum => values.max(),
            Aggregation::Minimum => values.min(),
            Aggregation::Average => {
                let (count, sum) =
                    values.fold((0, 0), |(n, sum), one| (n + 1, sum + u128::from(one)));
                u64::try_from(sum.checked_div(count)?).ok()
            }
        }
    }

    /// A rule fires once; an alert fires, resolves, and may fire again.
    fn settle_rule(&mut self, at: SimTime, rule: usize, on: InstanceId, holds: bool) {
        let is_alert = self.plan.rules[rule].is_alert();
        match self.rules[rule].fired {
            None if holds => {
                self.rules[rule].fired = Some(on);
                self.observe_rule(at, rule, on, RuleEvent::Fires);
                self.plan_response(at, rule, on);
            }
            Some(fired) if fired == on && !holds && is_alert => {
                self.rules[rule].fired = None;
                self.observe_rule(at, rule, on, RuleEvent::Resolves);
            }
            _ => {}
        }
    }

    fn observe_rule(&mut self, at: SimTime, rule: usize, on: InstanceId, what: RuleEvent) {
        self.observe(at, Event::Rule { rule, on, what });
    }

    fn plan_response(&mut self, at: SimTime, rule: usize, on: InstanceId) {
        let plan = &self.plan.rules[rule];
        if plan.is_alert() {
            return;
        }
        // What is looked at is looked at when all else of its instant is over.
        let reaction = plan.reaction.max(SimDuration(1));
        let known_after = match plan.when {
            Trigger::Metric(_) => self.plan.assumptions.ingestion_delay,
            Trigger::State { .. } => SimDuration::ZERO,
        };
        self.plan_at(at + known_after + reaction, Instant::Act(rule, on));
    }

    /// The operator acts.
    pub(super) fn act(&mut self, at: SimTime, rule: usize, on: InstanceId) {
        self.observe_rule(at, rule, on, RuleEvent::Acts);
        for response in &self.plan.rules[rule].then {
            self.perform(at, None, &response.step(on));
        }
    }

    /// Whether Azure gets metrics of an instance.
    fn is_visible(&self, instance: InstanceId) -> bool {
        !self.region_of(instance).dark && self.plane.known(instance).is_some()
    }
}
