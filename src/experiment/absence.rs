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
