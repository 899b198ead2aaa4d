//! Folds the history into what charts and files show: series, marks and the journal.

mod journal;
mod lanes;

use std::collections::BTreeMap;

use crate::history::{
    Conditions, ControlResult, Event, LagSeen, LedgerSeen, MEMORY_KINDS, Observation, Roster,
    RuleEvent,
};
use crate::id::{Id, InstanceId, ShardId};
use crate::metrics::journal::JournalEntry;
use crate::metrics::series::{InstanceSeries, Lag, LinkSeries, Series};
use crate::metrics::timeline::{
    FaultSpan, OomMark, OperationSpan, RegionLane, RequestMark, RuleFiring,
};
use crate::time::{SimDuration, SimTime};

use journal::Journal;

/// Records one run. What it keeps grows with the samples and the faults, not with the writes.
#[derive(Clone, Debug)]
pub struct Recorder {
    conditions: Conditions,
    rules: Vec<String>,
    series: Series,
    journal: Journal,
    row: Option<Row>,
    keys_unequal: u64,
}

/// What a run leaves for charts and files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// The samples and the marks.
    pub series: Series,
    /// Every fault, control step and rule, in the order they happened.
    pub journal: Vec<JournalEntry>,
}

/// One sample, while it is taken.
#[derive(Clone, Debug)]
struct Row {
    at: SimTime,
    ledgers: BTreeMap<(InstanceId, ShardId), LedgerSeen>,
    lags: BTreeMap<(InstanceId, InstanceId), LagSeen>,
}

impl Recorder {
    /// Nothing recorded yet. `rules` are the names of the runbook's rules, in the plan's order.
    pub fn new(roster: Roster, rules: Vec<String>, sample_every: SimDuration) -> Self {
        let mut series = Series::new(sample_every);
        let lanes = roster
            .regions
            .iter()
            .map(|region| RegionLane::new(region.clone()));
        series.timeline.lanes = lanes.collect();
        let instances = roster.instances.iter().map(|member| {
            let region = roster.regions[member.region].clone();
            InstanceSeries::new(member.name.clone(), region)
        });
        series.instances = instances.collect();
        for from in roster.instances.ids() {
            for to in roster.instances.ids().filter(|to| *to != from) {
                series.links.push(LinkSeries::new(from, to));
            }
        }
        Self {
            conditions: Conditions::new(roster),
            rules,
            series,
            journal: Journal::default(),
            row: None,
            keys_unequal: 0,
        }
    }

    /// Takes in the next observation.
    pub fn observe(&mut self, observation: &Observation) {
        let at = observation.at;
        if self.row.as_ref().is_some_and(|row| row.at < at) {
            self.close_row();
        }
        self.conditions.observe(observation);
        match &observation.event {
            Event::Ledger(seen) => {
                self.row(at)
                    .ledgers
                    .insert((seen.instance, seen.shard), *seen);
            }
            Event::Lag(seen) => {
                self.row(at).lags.insert((seen.from, seen.to), *seen);
            }
            Event::Unequal { keys } => self.keys_unequal = *keys,
            Event::Fault(_) => lanes::update(&mut self.series.timeline.lanes, &self.conditions, at),
            Event::Link { .. } | Event::Memory { .. } | Event::Control(_) => {
                lanes::update(&mut self.series.timeline.lanes, &self.conditions, at);
                self.mark(at, &observation.event);
            }
            event => self.mark(at, event),
        }
        self.journal
            .observe(observation, self.conditions.roster(), &self.rules);
    }

    /// The record of a run whose traffic stopped at `storm_end` and that ended at `end`.
    pub fn finish(mut self, storm_end: SimTime, end: SimTime) -> Record {
        self.close_row();
        let Self {
            conditions,
            mut series,
            journal,
            ..
        } = self;
        series.storm_end = storm_end;
        series.end = end;
        let faults = conditions.faults().iter().map(|fault| FaultSpan {
            label: fault.label.clone(),
            from: fault.from,
            to: fault.to.unwrap_or(end),
        });
        series.timeline.faults = faults.collect();
        series.timeline.close(end);
        Record {
            series,
            journal: journal.finish(),
        }
    }

    /// Marks what charts point at.
    fn mark(&mut self, at: SimTime, event: &Event) {
        let timeline = &mut self.series.timeline;
        match event {
            Event::Memory {
                instance,
                shard,
                full: true,
            } => {
                let is_this = |oom: &OomMark| oom.instance == *instance && oom.shard == *shard;
                if !timeline.ooms.iter().any(is_this) {
                    timeline.ooms.push(OomMark {
                        instance: *instance,
                        shard: *shard,
                        at,
                    });
                }
            }
            Event::Rule {
                rule,
                on,
                what: RuleEvent::Fires,
            } => {
                let rule = self.rules[*rule].clone();
                timeline.firings.push(RuleFiring { rule, on: *on, at });
            }
            Event::Lock(lock) => timeline.lock(at, *lock),
            Event::Control(seen) if seen.is_made() => {
                let done = seen.result == ControlResult::Accepted;
                if let Some(number) = seen.operation {
                    timeline.operations.push(OperationSpan {
                        words: seen.request.clone(),
                        on: seen.on,
                        number: Some(number),
                        from: at,
                        to: SimTime::MAX,
                        failed: false,
                    });
                }
                let request = seen.request.clone();
                timeline.requests.push(RequestMark {
                    request,
                    on: seen.on,
                    at,
                    done,
                });
            }
            Event::Control(seen) => {
                let failed = matches!(seen.result, ControlResult::Failed(_));
                timeline.end_operation(at, seen.operation, failed);
            }
            _ => {}
        }
    }

    fn row(&mut self, at: SimTime) -> &mut Row {
        self.row.get_or_insert_with(|| Row {
            at,
            ledgers: BTreeMap::new(),
            lags: BTreeMap::new(),
        })
    }

    /// Appends the sample just taken to every column.
    fn close_row(&mut self) {
        let Some(row) = self.row.take() else { return };
        self.series.at.push(row.at);
        self.series.keys_unequal.push(self.keys_unequal);
        for (index, instance) in self.series.instances.iter_mut().enumerate() {
            append_memory(instance, InstanceId::at(index), &row);
        }
        for link in &mut self.series.links {
            let seen = row.lags.get(&(link.from, link.to));
            let lag = seen.filter(|seen| seen.effects > 0).map(|seen| Lag {
                p50_us: seen.p50_us,
                p99_us: seen.p99_us,
                max_us: seen.max_us,
            });
            link.lag.push(lag);
            link.unsent_effects
                .push(seen.map_or(0, |seen| seen.unacknowledged));
        }
    }
}

/// Sums the shards of an instance; of the shares of their limits it takes the greatest.
fn append_memory(series: &mut InstanceSeries, instance: InstanceId, row: &Row) {
    let mut memory = [0; MEMORY_KINDS];
    let (mut limit, mut share) = (0, 0);
    let shards = (instance, ShardId(0))..=(instance, ShardId(u16::MAX));
    for (_, seen) in row.ledgers.range(shards) {
        for (sum, used) in memory.iter_mut().zip(seen.used) {
            *sum += used;
        }
        limit += seen.limit;
        let used = u128::from(seen.used.iter().sum::<u64>());
        let ppm = used * 1_000_000 / u128::from(seen.limit.max(1));
        share = share.max(u64::try_from(ppm).unwrap_or(u64::MAX));
    }
    series.memory.push(memory);
    series.limit_bytes.push(limit);
    series.used_ppm.push(share);
}

#[cfg(test)]
mod tests;
