//! Times and losses of cases, kept one by one.

use crate::experiment::outcome::{CaseResult, Value};
use crate::experiment::sweep::figure::{Distribution, Timed};

/// What is kept of each case that ended by itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    /// When the first member ran out of memory.
    pub oom: Vec<Value>,
    /// From the end of storm and faults to agreement.
    pub converge: Vec<Value>,
    /// The longest recovery from a fault, of cases that had one.
    pub recovery: Vec<Value>,
    /// The longest time without service, of cases that had one.
    pub rto: Vec<Value>,
    /// The longest stretch of one member's writes that is lost, where it is known.
    pub rpo: Vec<Value>,
    /// Lost writes and removals.
    pub lost: Vec<Value>,
}

impl Times {
    /// Takes in a case.
    pub(super) fn add(&mut self, case: &CaseResult) {
        let or_never = |value: Option<u64>| value.map_or(Value::Never, Value::At);
        let first = case.instances.iter().filter_map(|one| one.oom_at_ms).min();
        self.oom.push(or_never(first));
        self.converge.push(or_never(case.converge_ms));
        self.recovery
            .extend(longest(case.recovery_ms, case.unrecovered));
        self.rto.extend(longest(case.rto_ms, case.unserved));
        self.rpo.extend(match (case.lost_writes, case.rpo_ms) {
            (0, _) => Some(Value::At(0)),
            (_, span) => span.map(Value::At),
        });
        self.lost.push(Value::At(case.lost_writes));
    }

    /// What of other cases is kept.
    pub(super) fn extend(&mut self, other: &Self) {
        self.oom.extend(&other.oom);
        self.converge.extend(&other.converge);
        self.recovery.extend(&other.recovery);
        self.rto.extend(&other.rto);
        self.rpo.extend(&other.rpo);
        self.lost.extend(&other.lost);
    }

    /// How agreement, service and what is lost are spread, of so many seeds.
    pub(super) fn distributions(&self, group: Option<&str>, seeds: u64) -> Vec<Distribution> {
        let of = [
            (Timed::Converged, &self.converge),
            (Timed::Served, &self.rto),
            (Timed::Lost, &self.rpo),
        ];
        let spread = |(of, values): (Timed, &Vec<Value>)| {
            Distribution::new(of, group.map(str::to_owned), values, seeds)
        };
        of.map(spread).into()
    }
}

/// The longest of several times, of which so many never ended; none where there is none.
fn longest(ended: Option<u64>, never: u64) -> Option<Value> {
    match never {
        0 => ended.map(Value::At),
        _ => Some(Value::Never),
    }
}
