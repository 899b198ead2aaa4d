//! Session guarantees (Terry and others, *Session guarantees for weakly consistent replicated
//! data*, 1994), as far as clients can see them: a read that returns an older write than one that
//! comes before it, named after the way in which it comes before.

use super::history::{Action, History};
use super::order::Order;
use super::patterns::newer_writes;
use super::{Answer, Finding};

const READ_YOUR_WRITES: &str = "read your writes";
const MONOTONIC_READS: &str = "monotonic reads";
const MONOTONIC_WRITES: &str = "monotonic writes";
const WRITES_FOLLOW_READS: &str = "writes follow reads";
const ALL: [&str; 4] = [
    READ_YOUR_WRITES,
    MONOTONIC_READS,
    MONOTONIC_WRITES,
    WRITES_FOLLOW_READS,
];

/// All four, where causal order is circular and says nothing.
pub(super) fn unjudged() -> Vec<Finding> {
    let why = || Answer::Unjudged("causal order is circular".to_owned());
    ALL.map(|name| Finding {
        name,
        answer: why(),
    })
    .to_vec()
}

/// All four, each with its first violation.
pub(super) fn judge(history: &History, order: &Order) -> Vec<Finding> {
    let mut found: [Option<String>; ALL.len()] = Default::default();
    for read in 0..history.operations.len() {
        let newer: Vec<usize> = match history.operations[read].action {
            Action::Write | Action::ReadThinAir => continue,
            Action::ReadInitial => order.last_writes(history, read),
            Action::Read(old) => newer_writes(history, order, read, old).collect(),
        };
        for write in newer {
            let broken = guarantee(history, order, write, read);
            let at = ALL.iter().position(|name| *name == broken);
            let witness = || history.chain(&[write, read]);
            found[at.unwrap_or_default()].get_or_insert_with(witness);
        }
    }
    let findings = ALL.into_iter().zip(found).map(|(name, witness)| {
        witness.map_or_else(
            || Finding::holds(name),
            |witness| Finding::violated(name, "StaleRead", witness),
        )
    });
    findings.collect()
}

/// Which guarantee a read breaks that does not show `write` or anything newer, although that comes
/// before it.
fn guarantee(history: &History, order: &Order, write: usize, read: usize) -> &'static str {
    let (writer, reader) = (&history.operations[write], &history.operations[read]);
    if writer.session == reader.session {
        return READ_YOUR_WRITES;
    }
    let earlier = &history.by_session[reader.session][..reader.place];
    let reads = earlier
        .iter()
        .filter_map(|id| match history.operations[*id].action {
            Action::Read(source) => Some((*id, source)),
            _ => None,
        });
    let shows = |source: usize| source == write || order.is_before(history, write, source);
    if reads
        .clone()
        .any(|(id, source)| history.operations[id].key == reader.key && shows(source))
    {
        return MONOTONIC_READS;
    }
    // A later write of the writer's own session was read, so this one should have come with it.
    let of_writer = |source: usize| {
        let source = &history.operations[source];
        source.session == writer.session && source.place >= writer.place
    };
    if reads.clone().any(|(_, source)| of_writer(source)) {
        MONOTONIC_WRITES
    } else {
        WRITES_FOLLOW_READS
    }
}
