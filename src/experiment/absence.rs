//! How long the group was a member short, and what it would have lost with one more.

use std::collections::BTreeMap;

use crate::experiment::outcome::AbsenceOutcome;
use crate::history::{ControlResult, Event, LagSeen, LinkEvent, Observation, Roster};
use crate::id::{IdVec, InstanceId};
use crate::time::SimTime;

/// A member that is gone, or was.
#[derive(Clone, Debug)]
struct Absence {
    member: InstanceId,
    dropped_at: SimTime,
    rejoined_at: Option<SimTime>,
    whole_at: Option<SimTime>,
    members_left: usize,
    alone_most: u64,
    /// Whether the sample at hand found it merging, and whether one did not.
    merges: bool,
    is_over: bool,
}

/// All absences, in the order they began.
#[derive(Clone, Debug)]
pub(super) struct Absences {
    all: Vec<Absence>,
    linked: IdVec<InstanceId, bool>,
    /// What the sample at an instant said was not acknowledged, by sender.
    sample: (SimTime, BTreeMap<InstanceId, u64>),
}

impl Absences {
    /// Nobody is missing.
    pub(super) fn new(roster: &Roster) -> Self {
        Self {
            all: Vec::new(),
            linked: roster.instances.iter().map(|one| one.linked).collect(),
            sample: (SimTime::ZERO, BTreeMap::new()),
        }
    }

    /// Takes in the next observation.
    pub(super) fn observe(&mut self, observation: &Observation) {
        let at = observation.at;
        match &observation.event {
            Event::Control(seen) => {
                let refused = matches!(seen.result, ControlResult::Refused(_));
                if let Some(member) = seen.dropped.filter(|_| !refused) {
                    self.drop_out(at, member);
                }
                if let Some(member) = seen.joined {
                    self.linked[member] = true;
                    let of_member = self.all.iter_mut().rfind(|one| one.member == member);
                    if let Some(absence) = of_member {
                        absence.rejoined_at = Some(at);
                    }
                }
            }
            Event::Link {
                to,
                what: LinkEvent::FullSyncDone,
                ..
            } => {
                // The last of those that follow the joining: each peer sends its state.
                let of_member = self.all.iter_mut().rfind(|one| one.member == *to);
                let joined = |one: &&mut Absence| one.rejoined_at.is_some() && !one.is_over;
                if let Some(absence) = of_member.filter(joined) {
                    absence.whole_at = Some(at);
                }
            }
            Event::Fingerprint(print) => {
                let open = self.all.iter_mut().filter(|one| !one.is_over);
                for absence in open.filter(|one| one.member == print.instance) {
                    absence.merges |= print.merging;
                }
            }
            Event::Lag(seen) => self.note(at, seen),
            _ => {}
        }
    }

    fn drop_out(&mut self, at: SimTime, member: InstanceId) {
        if !std::mem::take(&mut self.linked[member]) {
            return;
        }
        self.all.push(Absence {
            member,
            dropped_at: at,
            rejoined_at: None,
            whole_at: None,
            members_left: self.linked.iter().filter(|linked| **linked).count(),
            alone_most: 0,
            merges: false,
            is_over: false,
        });
    }

    /// What a sender has that nobody else has acknowledged is lost with it.
    fn note(&mut self, at: SimTime, seen: &LagSeen) {
        if at != self.sample.0 {
            self.close_sample();
            self.sample.0 = at;
        }
        if self.linked[seen.from] && self.linked[seen.to] {
            let least = self.sample.1.entry(seen.from).or_insert(u64::MAX);
            *least = (*least).min(seen.unacknowledged);
        }
    }

    fn close_sample(&mut self) {
        let most = std::mem::take(&mut self.sample.1).into_values().max();
        for absence in self.all.iter_mut().filter(|one| !one.is_over) {
            absence.alone_most = absence.alone_most.max(most.unwrap_or(0));
            absence.is_over = absence.whole_at.is_some() && !absence.merges;
            absence.merges = false;
        }
    }

    /// The absences, as they stand in the outcome.
    pub(super) fn finish(mut self, roster: &Roster) -> Vec<AbsenceOutcome> {
        self.close_sample();
        let outcome = |one: Absence| AbsenceOutcome {
            member: roster.name(one.member).to_owned(),
            dropped_at_ms: one.dropped_at.as_millis(),
            rejoined_at_ms: one.rejoined_at.map(SimTime::as_millis),
            whole_at_ms: one.whole_at.map(SimTime::as_millis),
            members_left: one.members_left,
            alone_most: one.alone_most,
        };
        self.all.into_iter().map(outcome).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Absences;
    use crate::experiment::outcome::AbsenceOutcome;
    use crate::history::fixture::{ASIA, EAST, WEST, at, link, print, roster, unlink};
    use crate::history::{ControlResult, Event, Fingerprint, LagSeen, LinkEvent, Observation};
    use crate::id::InstanceId;

    const NORTH: InstanceId = InstanceId(3);

    /// The absences of four members.
    fn absences(history: &[Observation]) -> Vec<AbsenceOutcome> {
        let mut absences = Absences::new(&roster(4));
        for observation in history {
            absences.observe(observation);
        }
        absences.finish(&roster(4))
    }

    fn joins(member: InstanceId) -> Event {
        let Event::Control(mut seen) = unlink(WEST, member) else {
            unreachable!()
        };
        (seen.dropped, seen.joined) = (None, Some(member));
        Event::Control(seen)
    }

    fn gets_state(from: InstanceId, to: InstanceId) -> Event {
        link(from, to, LinkEvent::FullSyncDone)
    }

    fn merges(instance: InstanceId, merging: bool) -> Event {
        Event::Fingerprint(Fingerprint {
            merging,
            ..print(instance, &[], 0)
        })
    }

    /// What a sender has and a peer has not acknowledged; the first of another instant begins a
    /// sample.
    fn lacks(from: InstanceId, to: InstanceId, unacknowledged: u64) -> Event {
        Event::Lag(LagSeen {
            from,
            to,
            effects: 0,
            p50_us: 0,
            p99_us: 0,
            max_us: 0,
            unacknowledged,
        })
    }

    #[test]
    fn a_member_is_whole_with_the_last_state_it_gets() {
        let gone = at(10, unlink(WEST, EAST));
        let stray = at(15, gets_state(WEST, EAST));
        let [out] = &absences(&[gone.clone(), stray.clone()])[..] else {
            panic!("one absence");
        };
        assert_eq!((out.dropped_at_ms, out.members_left), (10_000, 3));
        assert_eq!((out.rejoined_at_ms, out.whole_at_ms), (None, None));
        let history = [
            gone,
            stray,
            at(20, joins(EAST)),
            at(25, gets_state(WEST, EAST)),
            at(26, merges(EAST, true)),
            at(26, merges(EAST, false)),
            at(26, lacks(WEST, ASIA, 0)),
            at(28, merges(EAST, true)),
            at(28, merges(EAST, false)),
            at(28, lacks(WEST, ASIA, 0)),
            at(30, gets_state(ASIA, EAST)),
            at(31, gets_state(WEST, ASIA)),
            at(36, merges(EAST, false)),
            at(36, lacks(WEST, ASIA, 0)),
            at(46, lacks(WEST, ASIA, 0)),
            at(50, gets_state(NORTH, EAST)),
        ];
        let [out] = &absences(&history)[..] else {
            panic!("one absence");
        };
        assert_eq!(out.rejoined_at_ms, Some(20_000));
        assert_eq!(out.whole_at_ms, Some(30_000));
    }

    #[test]
    fn who_is_dropped_twice_is_absent_twice() {
        let history = [
            at(10, unlink(WEST, EAST)),
            at(11, unlink(ASIA, EAST)),
            at(20, joins(EAST)),
            at(60, unlink(WEST, EAST)),
            at(70, joins(EAST)),
        ];
        let found = absences(&history);
        let told = found
            .iter()
            .map(|one| (one.dropped_at_ms, one.rejoined_at_ms));
        let expected = [(10_000, Some(20_000)), (60_000, Some(70_000))];
        assert!(told.eq(expected), "{found:?}");
        let Event::Control(mut refused) = unlink(WEST, EAST) else {
            unreachable!()
        };
        refused.result = ControlResult::Refused("E-BUSY");
        assert!(absences(&[at(5, Event::Control(refused))]).is_empty());
    }

    #[test]
    fn what_one_has_alone_is_what_no_linked_peer_has() {
        let mut history = vec![
            at(10, unlink(WEST, EAST)),
            // Nobody counts on the dropped member, nor for it.
            at(20, lacks(EAST, WEST, 99)),
            at(20, lacks(ASIA, EAST, 0)),
            at(20, lacks(ASIA, WEST, 8)),
            at(20, lacks(ASIA, NORTH, 6)),
            at(20, lacks(WEST, ASIA, 3)),
            at(20, lacks(WEST, NORTH, 4)),
        ];
        assert_eq!(absences(&history)[0].alone_most, 6);
        history.push(at(30, lacks(WEST, ASIA, 2)));
        assert_eq!(absences(&history)[0].alone_most, 6, "the most of all");
    }
}
