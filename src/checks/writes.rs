//! Every acknowledged write is in exactly one class at the end, and the classes add up.

use std::collections::BTreeMap;

use crate::checks::verdict::Verdict;
use crate::history::{Event, Observation, Roster, WritesSeen};
use crate::id::InstanceId;
use crate::time::SimDuration;

/// What became of all acknowledged writes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Classes {
    /// Acknowledged to clients.
    pub acknowledged: u64,
    /// Their effect is in the value.
    pub present: u64,
    /// Something that had seen them replaced them.
    pub superseded: u64,
    /// A concurrent write hides or replaced them.
    pub overwritten: u64,
    /// In no surviving member.
    pub lost: u64,
    /// Removed with all else by a flush.
    pub flushed: u64,
    /// Deletions, removed elements and deadlines: beside the writes, as they leave no value.
    pub removals: u64,
    /// Of those, in no surviving member.
    pub removals_lost: u64,
    /// None of these: must be 0.
    pub unexplained: u64,
    /// Why writes were lost, origin by origin.
    pub losses: Vec<Loss>,
}

/// Lost writes of one origin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// Who had acknowledged them.
    pub origin: InstanceId,
    /// How many.
    pub writes: u64,
    /// Why.
    pub cause: &'static str,
    /// From the first to the last of them: of those that went at once, where they went at several
    /// times. None when they are not known one by one.
    pub lasts: Option<SimDuration>,
}

/// Adds up the classes.
#[derive(Clone, Debug)]
pub struct Writes {
    roster: Roster,
    seen: BTreeMap<usize, WritesSeen>,
}

impl Writes {
    /// Nothing seen yet.
    pub fn new(roster: Roster) -> Self {
        Self {
            roster,
            seen: BTreeMap::new(),
        }
    }

    /// Takes in the next observation.
    pub fn observe(&mut self, observation: &Observation) {
        if let Event::Writes(seen) = &observation.event {
            self.seen.insert(seen.origin, (**seen).clone());
        }
    }

    /// The verdict, and the classes of all origins together; none without observations.
    pub fn finish(self) -> (Vec<Verdict>, Option<Classes>) {
        let open = Verdict::open("acknowledged writes", "each in exactly one class");
        if self.seen.is_empty() {
            return (
                vec![open.with_detail("the end of the run was not observed")],
                None,
            );
        }
        let mut classes = Classes::default();
        let mut faults = Vec::new();
        for seen in self.seen.values() {
            let fault = self.add(seen, &mut classes);
            let origin = Roster::origin(seen.origin);
            faults.extend(fault.map(|fault| (origin, fault)));
        }
        let observed = format!(
            "{} acknowledged: {} present, {} superseded, {} concurrently overwritten, {} lost, \
             {}{} unexplained",
            classes.acknowledged,
            classes.present,
            classes.superseded,
            classes.overwritten,
            classes.lost,
            flushed(&classes),
            classes.unexplained,
        );
        let verdict = open.decided(faults.is_empty(), None, observed);
        let (origins, faults): (Vec<InstanceId>, Vec<String>) = faults.into_iter().unzip();
        let verdict = verdict.befalling(origins).with_detail(faults.join("; "));
        (vec![verdict], Some(classes))
    }

    /// Adds the writes of one origin. Returns what is wrong with them.
    fn add(&self, seen: &WritesSeen, classes: &mut Classes) -> Option<String> {
        let origin = Roster::origin(seen.origin);
        let name = self.roster.name(origin);
        let explained_loss = if seen.cause.is_some() { seen.lost } else { 0 };
        let explained =
            seen.present + seen.superseded + seen.overwritten + explained_loss + seen.flushed;
        classes.acknowledged += seen.acknowledged;
        classes.present += seen.present;
        classes.superseded += seen.superseded;
        classes.overwritten += seen.overwritten;
        classes.lost += explained_loss;
        classes.flushed += seen.flushed;
        classes.removals += seen.removals;
        classes.removals_lost += seen.removals_lost;
        classes.unexplained += seen.acknowledged.saturating_sub(explained);
        let is_lost = seen.lost + seen.removals_lost > 0;
        if let Some(cause) = seen.cause.filter(|_| is_lost) {
            classes.losses.push(Loss {
                origin,
                writes: seen.lost,
                cause,
                lasts: seen.lost_span.map(|(from, to)| to.since(from)),
            });
        }
        if seen.cause.is_none() && seen.removals_lost > 0 {
            let gone = seen.removals_lost;
            return Some(format!(
                "{gone} removals of {name} are gone without a cause"
            ));
        }
        match explained.cmp(&seen.acknowledged) {
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Less => {
                let missing = seen.acknowledged - explained;
                Some(format!("{missing} writes of {name} are in no class"))
            }
            std::cmp::Ordering::Greater => {
                let twice = explained - seen.acknowledged;
                Some(format!(
                    "{twice} writes of {name} are in two classes or were never made"
                ))
            }
        }
    }
}

/// The flushed ones, where there are any.
fn flushed(classes: &Classes) -> String {
    match classes.flushed {
        0 => String::new(),
        flushed => format!("{flushed} flushed, "),
    }
}

#[cfg(test)]
mod tests {
    use super::Writes;
    use crate::checks::verdict::{Status, Verdict};
    use crate::history::fixture::{at, roster};
    use crate::history::{Event, WritesSeen};

    fn seen(origin: usize) -> WritesSeen {
        WritesSeen {
            origin,
            acknowledged: 100,
            present: 40,
            superseded: 30,
            overwritten: 20,
            lost: 10,
            flushed: 0,
            removals: 7,
            removals_lost: 2,
            cause: Some("memory was lost"),
            lost_span: None,
            keeper: None,
        }
    }

    fn judge(history: &[WritesSeen]) -> (Verdict, u64) {
        let mut check = Writes::new(roster(2));
        for seen in history {
            check.observe(&at(9, Event::Writes(Box::new(seen.clone()))));
        }
        let (mut verdicts, classes) = check.finish();
        (
            verdicts.remove(0),
            classes.map_or(0, |classes| classes.unexplained),
        )
    }

    #[test]
    fn classes_that_add_up_pass() {
        let (verdict, unexplained) = judge(&[seen(0), seen(1)]);
        assert_eq!((verdict.status, unexplained), (Status::Pass, 0));
        assert_eq!(judge(&[]).0.status, Status::NotEvaluated);
    }

    #[test]
    fn a_write_in_no_class_fails() {
        let (verdict, unexplained) = judge(&[
            seen(0),
            WritesSeen {
                present: 39,
                ..seen(1)
            },
        ]);
        assert_eq!((verdict.status, unexplained), (Status::Fail, 1));
        assert_eq!(verdict.detail, "1 writes of west are in no class");
    }

    #[test]
    fn a_write_in_two_classes_fails_even_if_another_origin_makes_up_for_it() {
        let more = WritesSeen {
            superseded: 31,
            ..seen(0)
        };
        let less = WritesSeen {
            superseded: 29,
            ..seen(1)
        };
        assert_eq!(judge(&[more, less]).0.status, Status::Fail);
    }

    #[test]
    fn a_loss_needs_a_cause() {
        let (verdict, unexplained) = judge(&[WritesSeen {
            cause: None,
            ..seen(0)
        }]);
        assert_eq!((verdict.status, unexplained), (Status::Fail, 10));
    }

    #[test]
    fn removals_do_not_vanish_without_a_cause() {
        let unexplained = WritesSeen {
            lost: 0,
            present: 50,
            cause: None,
            ..seen(0)
        };
        assert_eq!(judge(&[unexplained]).0.status, Status::Fail);
        let explained = WritesSeen {
            removals_lost: 0,
            lost: 0,
            present: 50,
            cause: None,
            ..seen(0)
        };
        assert_eq!(judge(&[explained]).0.status, Status::Pass);
    }
}
