//! Things a run must have shown at least once.

use crate::checks::verdict::Verdict;
use crate::history::{Event, LinkEvent, MetSeen, Observation, RuleEvent};
use crate::plan::expectation::Occurrence;
use crate::time::SimTime;

/// Waits for something to happen.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    occurrence: Occurrence,
    times: u64,
    first: Option<SimTime>,
    was_watched: bool,
}

impl Sighting {
    pub(super) fn new(occurrence: Occurrence) -> Self {
        Self {
            occurrence,
            times: 0,
            first: None,
            was_watched: false,
        }
    }

    pub(super) fn observe(&mut self, observation: &Observation) {
        let times = match &observation.event {
            Event::Met(met) => {
                self.was_watched = true;
                self.in_total(met)
            }
            Event::Link { what, .. } => u64::from(self.is_link_event(*what)),
            Event::Command(command) => {
                let refused = command.reply.starts_with("(error) OOM");
                // A refusal of a scripted command is counted among those of its instance as well.
                let is_first = self.times == 0 && self.occurrence == Occurrence::OomRefusal;
                u64::from(refused && is_first)
            }
            Event::Rule {
                what: RuleEvent::Fires,
                ..
            } => u64::from(self.occurrence == Occurrence::RuleFired),
            Event::Fingerprint(_) | Event::Ledger(_) => {
                self.was_watched |= !self.is_told_at_the_end();
                0
            }
            _ => 0,
        };
        if times > 0 {
            self.times += times;
            self.first.get_or_insert(observation.at);
        }
    }

    pub(super) fn judge(self, mut open: Verdict) -> Verdict {
        "at least once".clone_into(&mut open.limit);
        match self.first {
            // What is told at the end has no date of its own.
            Some(at) => {
                let at = (!self.is_told_at_the_end()).then_some(at);
                let times = self.times;
                open.decided(
                    true,
                    at,
                    if times == 1 {
                        "once".into()
                    } else {
                        format!("{times} times")
                    },
                )
            }
            None if self.was_watched => open.decided(false, None, "never"),
            None => open,
        }
    }

    fn is_told_at_the_end(&self) -> bool {
        matches!(
            self.occurrence,
            Occurrence::OomRefusal
                | Occurrence::Eviction
                | Occurrence::ConcurrentWrite
                | Occurrence::AddWins
                | Occurrence::ConcurrentIncrement
        )
    }

    fn in_total(&self, met: &MetSeen) -> u64 {
        match self.occurrence {
            Occurrence::OomRefusal => met.refused_for_memory,
            Occurrence::Eviction => met.evicted,
            Occurrence::ConcurrentWrite => met.concurrent_writes,
            Occurrence::AddWins => met.add_wins,
            Occurrence::ConcurrentIncrement => met.concurrent_increments,
            _ => 0,
        }
    }

    fn is_link_event(&self, what: LinkEvent) -> bool {
        matches!(
            (self.occurrence, what),
            (Occurrence::BacklogOverrun, LinkEvent::Overrun)
                | (Occurrence::PartialSync, LinkEvent::PartialSync)
                | (Occurrence::FullSync, LinkEvent::FullSyncDone)
                | (Occurrence::ReplicationStopped, LinkEvent::Stopped)
                | (Occurrence::MessageDropped, LinkEvent::Dropped)
        )
    }
}
