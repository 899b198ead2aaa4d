//! The runbook: a metric crosses a threshold, and after a while the operator acts.

use crate::history::Event;
use crate::id::InstanceId;
use crate::plan::{Asked, Metric, Request};
use crate::quantity::Ratio;
use crate::time::SimTime;
use crate::world::{Instant, World};

/// What a rule has seen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct RuleState {
    /// Since when the metric has been above the threshold, by watched instance.
    above_since: Vec<(InstanceId, SimTime)>,
    /// Whether it has fired. A rule fires once.
    fired: bool,
}

impl World<'_> {
    /// A full minute: Azure's metrics are taken, and rules look at them. An operator sees a metric
    /// late by the ingestion delay, and takes the rule's reaction time on top.
    pub(super) fn minute(&mut self, at: SimTime) {
        self.sample_health(at);
        for rule in 0..self.rules.len() {
            if !self.rules[rule].fired {
                self.watch(at, rule);
            }
        }
    }

    fn watch(&mut self, at: SimTime, rule: usize) {
        let plan = &self.plan.rules[rule];
        for instance in &plan.watch {
            let above = self.is_visible(*instance)
                && self.metric(plan.metric, *instance).ppm >= plan.above.ppm;
            let since = &mut self.rules[rule].above_since;
            if !above {
                since.retain(|(other, _)| other != instance);
                continue;
            }
            let start = match since.iter().find(|(other, _)| other == instance) {
                Some((_, start)) => *start,
                None => {
                    since.push((*instance, at));
                    at
                }
            };
            if at.since(start) >= plan.lasting {
                self.fire(at, rule, *instance);
                return;
            }
        }
    }

    fn fire(&mut self, at: SimTime, rule: usize, on: InstanceId) {
        self.rules[rule].fired = true;
        self.observe(
            at,
            Event::Rule {
                rule,
                on,
                acted: false,
            },
        );
        let reaction = self.plan.rules[rule].reaction;
        // Metrics are looked at when all else of their instant is over.
        let reaction = reaction.max(crate::time::SimDuration(1));
        let acts_at = at + self.plan.assumptions.ingestion_delay + reaction;
        let end = SimTime::ZERO + self.plan.storm + self.plan.settle;
        if acts_at < end {
            self.instants
                .entry(acts_at)
                .or_default()
                .insert(0, Instant::Act(rule, on));
        }
    }

    /// The operator acts.
    pub(super) fn act(&mut self, at: SimTime, rule: usize, on: InstanceId) {
        self.observe(
            at,
            Event::Rule {
                rule,
                on,
                acted: true,
            },
        );
        let drop = self.plan.rules[rule].drop;
        let asked = Asked::from(Request::ForceUnlink { on, drop });
        self.request(at, None, &asked);
    }

    /// Whether Azure gets metrics of an instance.
    fn is_visible(&self, instance: InstanceId) -> bool {
        !self.region_of(instance).dark
    }

    fn metric(&self, metric: Metric, instance: InstanceId) -> Ratio {
        match metric {
            Metric::UsedMemoryPercentage => self.used_memory(instance),
        }
    }

    /// Used memory of the fullest shard, as a share of its limit.
    fn used_memory(&self, instance: InstanceId) -> Ratio {
        let shares = self.instance(instance).gauges().map(|(used, limit)| {
            let used = u128::from(used) * u128::from(Ratio::ONE.ppm);
            u64::try_from(used / u128::from(limit.max(1))).unwrap_or(u64::MAX)
        });
        Ratio {
            ppm: shares.max().unwrap_or(0),
        }
    }
}
