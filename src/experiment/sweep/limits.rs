//! What a case may be, judged before it is run.

use crate::experiment::outcome::Limits;
use crate::plan::{Plan, ValueKind};
use crate::quantity::Bytes;

/// What the process needs for a string key of one member with its CRDT metadata, in bytes.
///
/// Source: the bar of the memory benchmark, `benches/types`, rounded up to it.
const KEY: u64 = 48;
/// The same for a member of a set.
const MEMBER: u64 = 60;
/// The same for a field of a hash. Source: `benches/types`.
const FIELD: u64 = 119;

/// About how much memory the process needs for the generated keys of a plan on all its members.
/// Backlogs, observations and what scripted commands write come on top.
pub fn memory_estimate(plan: &Plan) -> Bytes {
    let of_key = |kind: ValueKind| match kind {
        ValueKind::String | ValueKind::Counter => KEY,
        ValueKind::Hash { fields } => KEY + u64::from(fields) * FIELD,
        ValueKind::Set { members } => KEY + u64::from(members) * MEMBER,
    };
    let populations = plan.populations.iter();
    let each = populations.map(|one| u64::from(one.keys).saturating_mul(of_key(one.kind)));
    let one_member = each.fold(0, u64::saturating_add);
    Bytes(one_member.saturating_mul(plan.instances.len() as u64))
}

/// What makes a plan more than a case may be: its kind, and figures.
pub(super) fn exceeded(plan: &Plan, limits: Limits) -> Option<(&'static str, String)> {
    let length = plan.storm + plan.settle;
    if let Some(limit) = limits
        .simulated_ms
        .filter(|limit| length.as_millis() > *limit)
    {
        let detail = format!("{length} to simulate, at most {limit} ms are allowed");
        return Some(("capped: simulated time", detail));
    }
    let memory = memory_estimate(plan);
    if let Some(limit) = limits.memory_bytes.filter(|limit| memory.0 > *limit) {
        let detail = format!(
            "about {memory} of keys, at most {} are allowed",
            Bytes(limit)
        );
        return Some(("capped: memory", detail));
    }
    None
}
