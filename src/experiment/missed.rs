//! What an outcome says of acknowledged writes, with examples of those their users miss.

use crate::checks::Findings;
use crate::experiment::assemble::name;
use crate::experiment::outcome::{WriteClass, WriteExample, Writes};
use crate::history::{Defeat, MissedSeen};
use crate::instance::EXAMPLES_MAX;
use crate::plan::Plan;
use crate::time::{SimDuration, SimTime};

/// The classes of all acknowledged writes, and the first examples of each kind of missed ones.
pub(super) fn writes(plan: &Plan, findings: &Findings, missed: &[MissedSeen]) -> Writes {
    let Some(classes) = &findings.writes else {
        return Writes::default();
    };
    let mut examples = examples(plan, missed, WriteClass::DurabilityLoss);
    examples.extend(self::examples(
        plan,
        missed,
        WriteClass::ConcurrentlyOverwritten,
    ));
    let left_out = (classes.lost + classes.overwritten).saturating_sub(examples.len() as u64);
    let lasts = classes.losses.iter().filter_map(|loss| loss.lasts);
    Writes {
        acknowledged: classes.acknowledged,
        present: classes.present,
        superseded: classes.superseded,
        concurrently_overwritten: classes.overwritten,
        causal_inversion: 0,
        durability_loss: classes.lost,
        flushed: classes.flushed,
        unexplained: classes.unexplained,
        removals: classes.removals,
        removals_lost: classes.removals_lost,
        rpo_ms: lasts.max().map(SimDuration::as_millis),
        examples,
        examples_left_out: left_out,
    }
}

fn class(missed: &MissedSeen) -> WriteClass {
    match missed.defeat {
        Defeat::Concurrent { .. } => WriteClass::ConcurrentlyOverwritten,
        Defeat::MemoryLost | Defeat::Discarded(_) | Defeat::Unlinked => WriteClass::DurabilityLoss,
    }
}

fn examples(plan: &Plan, missed: &[MissedSeen], of: WriteClass) -> Vec<WriteExample> {
    let mut missed: Vec<&MissedSeen> = missed.iter().filter(|one| class(one) == of).collect();
    missed.sort_by_key(|one| (one.at, one.origin, &one.key));
    let examples = missed.into_iter().take(EXAMPLES_MAX);
    let example = |one: &MissedSeen| WriteExample {
        class: of,
        key: one.key.clone(),
        origin: name(plan, one.origin),
        at_ms: one.at.as_millis(),
        detail: detail(plan, one),
    };
    examples.map(example).collect()
}

/// What defeated a write, in words.
fn detail(plan: &Plan, missed: &MissedSeen) -> String {
    match missed.defeat {
        Defeat::MemoryLost => "memory lost before it was sent".to_owned(),
        Defeat::Discarded(by) => format!("{by} discarded it before it was sent"),
        Defeat::Unlinked => {
            let origin = name(plan, missed.origin);
            format!("it never reached the group, from which {origin} was unlinked")
        }
        Defeat::Concurrent { by, at } => {
            let by = name(plan, by);
            match at.cmp(&missed.at) {
                std::cmp::Ordering::Equal => {
                    format!("{by} wrote it in the same millisecond without having seen it")
                }
                std::cmp::Ordering::Greater => {
                    let later = between(missed.at, at);
                    format!("{by} wrote it {later} later without having seen it")
                }
                std::cmp::Ordering::Less => {
                    let earlier = between(at, missed.at);
                    format!("{by} wrote it {earlier} earlier, by a clock that is ahead")
                }
            }
        }
    }
}

fn between(earlier: SimTime, later: SimTime) -> String {
    later.since(earlier).to_string()
}

#[cfg(test)]
mod tests {
    use super::writes;
    use crate::checks::{Agreement, Classes, Findings};
    use crate::history::{Defeat, MissedSeen};
    use crate::id::InstanceId;
    use crate::time::SimTime;

    fn missed(millis: u64, defeat: Defeat) -> MissedSeen {
        MissedSeen {
            key: format!("user:{millis}"),
            origin: InstanceId(0),
            at: SimTime::from_millis(millis),
            defeat,
        }
    }

    #[test]
    fn examples_are_the_first_of_each_class_and_capped() {
        let starter = crate::scenario::starter("by-hand");
        let plan = crate::scenario::parse("by-hand.ron", &starter, &[]);
        let plan = plan.expect("the starter is sound");
        let findings = Findings {
            expectations: Vec::new(),
            checks: Vec::new(),
            agreement: Agreement::default(),
            writes: Some(Classes {
                lost: 30,
                overwritten: 5,
                ..Classes::default()
            }),
        };
        let by = |at| Defeat::Concurrent {
            by: InstanceId(1),
            at: SimTime::from_millis(at),
        };
        let mut seen: Vec<MissedSeen> = (0..30)
            .rev()
            .map(|millis| missed(millis, Defeat::Unlinked))
            .collect();
        seen.extend([missed(7, by(19)), missed(9, by(9)), missed(10, by(8))]);
        let writes = writes(&plan, &findings, &seen);
        assert_eq!((writes.examples.len(), writes.examples_left_out), (23, 12));
        let first = &writes.examples[0];
        assert_eq!((first.key.as_str(), first.at_ms), ("user:0", 0));
        assert_eq!(
            first.detail,
            "it never reached the group, from which redis-us was unlinked"
        );
        let details: Vec<&str> = writes.examples[20..]
            .iter()
            .map(|example| example.detail.split_once(' ').expect("a name first").1)
            .collect();
        assert_eq!(
            details,
            [
                "wrote it 12ms later without having seen it",
                "wrote it in the same millisecond without having seen it",
                "wrote it 2ms earlier, by a clock that is ahead",
            ]
        );
    }
}
