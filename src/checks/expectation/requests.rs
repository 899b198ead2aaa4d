//! How requests must end, and what the control plane must show.

use crate::checks::verdict::Verdict;
use crate::history::{ControlResult, ControlSeen, Event, Observation, Roster, StateSeen};
use crate::id::InstanceId;
use crate::plan::{Condition, Fate, Plan, Step};
use crate::time::SimTime;

/// Waits for the requests of which something is demanded, and for what the state must be.
#[derive(Clone, Debug)]
pub(super) struct Requests {
    fates: Vec<AwaitedFate>,
    states: Vec<AwaitedState>,
}

#[derive(Clone, Debug)]
struct AwaitedFate {
    step: usize,
    at: SimTime,
    on: InstanceId,
    place: String,
    fate: Fate,
    made: Option<ControlSeen>,
    seen: Option<(SimTime, ControlSeen)>,
}

#[derive(Clone, Debug)]
struct AwaitedState {
    step: usize,
    number: usize,
    at: SimTime,
    place: String,
    condition: Condition,
    seen: Option<StateSeen>,
}

impl Requests {
    /// The requests and statements of `plan`.
    pub(super) fn new(plan: &Plan) -> Self {
        let (mut fates, mut states) = (Vec::new(), Vec::new());
        for (step, timed) in plan.timeline.iter().enumerate() {
            let place = timed.place.clone();
            let then = match &timed.step {
                Step::Request(asked) => {
                    fates.extend(asked.fate.map(|fate| AwaitedFate {
                        step,
                        at: timed.at,
                        on: asked.request.on(),
                        place: place.clone(),
                        fate,
                        made: None,
                        seen: None,
                    }));
                    &asked.then
                }
                Step::Show(_, then) => then,
                _ => continue,
            };
            let awaited = then.iter().enumerate();
            states.extend(awaited.map(|(number, condition)| AwaitedState {
                step,
                number,
                at: timed.at,
                place: place.clone(),
                condition: condition.clone(),
                seen: None,
            }));
        }
        Self { fates, states }
    }

    pub(super) fn observe(&mut self, observation: &Observation) {
        match &observation.event {
            Event::Control(seen) if seen.result != ControlResult::Learned => {
                let mut awaited = self.fates.iter_mut();
                if let Some(awaited) = awaited.find(|one| Some(one.step) == seen.step) {
                    awaited.take(observation.at, seen);
                }
            }
            Event::State(seen) => {
                let is_it =
                    |one: &&mut AwaitedState| (one.step, one.number) == (seen.step, seen.number);
                if let Some(awaited) = self.states.iter_mut().find(is_it) {
                    awaited.seen = Some((**seen).clone());
                }
            }
            _ => {}
        }
    }

    /// A verdict for each request and each statement, in the order of the timeline.
    pub(super) fn finish(self, roster: &Roster) -> Vec<Verdict> {
        let mut verdicts: Vec<(usize, Verdict)> = Vec::new();
        for awaited in self.fates {
            verdicts.push((awaited.step, awaited.judge(roster)));
        }
        for awaited in self.states {
            verdicts.push((awaited.step, awaited.judge(roster)));
        }
        // Stable: the end of a request stands before what the state must be.
        verdicts.sort_by_key(|(step, _)| *step);
        verdicts.into_iter().map(|(_, verdict)| verdict).collect()
    }
}

impl AwaitedFate {
    /// What decides is the request itself, or the end of its operation.
    fn take(&mut self, at: SimTime, seen: &ControlSeen) {
        if seen.is_made() {
            self.made = Some(seen.clone());
        }
        let waits = matches!(self.fate, Fate::Succeeds | Fate::Fails(_));
        if !seen.is_made() || !waits || matches!(seen.result, ControlResult::Refused(_)) {
            let first = self.seen.is_none();
            if waits || first {
                self.seen = Some((at, seen.clone()));
            }
        }
    }

    fn judge(self, roster: &Roster) -> Verdict {
        let request = match &self.made {
            Some(made) => made.request.clone(),
            None => format!("request to {}", roster.name(self.on)),
        };
        let name = format!("{request} at {}", self.at);
        let limit = match self.fate {
            Fate::Accepted => "accepted".to_owned(),
            Fate::Succeeds => "succeeds".to_owned(),
            Fate::Refused(refusal) => format!("refused, {}", refusal.id()),
            Fate::Fails(refusal) => format!("fails, {}", refusal.id()),
        };
        let open = Verdict::open(name, limit).with_detail(&self.place);
        let Some((at, seen)) = self.seen else {
            return open;
        };
        let holds = match (self.fate, seen.result) {
            (Fate::Accepted, ControlResult::Accepted)
            | (Fate::Succeeds, ControlResult::Succeeded) => true,
            (Fate::Refused(refusal), ControlResult::Refused(id))
            | (Fate::Fails(refusal), ControlResult::Failed(id)) => refusal.id() == id,
            _ => false,
        };
        let observed = match seen.result {
            ControlResult::Accepted | ControlResult::Learned => "accepted".to_owned(),
            ControlResult::Succeeded => format!("succeeded at {at}"),
            ControlResult::Failed(_) => format!("failed at {at}, {}", seen.text),
            ControlResult::Refused(_) => format!("refused, {}", seen.text),
        };
        open.decided(holds, Some(at), observed)
    }
}

impl AwaitedState {
    fn judge(self, roster: &Roster) -> Verdict {
        let words = self.condition.words(&|id| roster.name(id));
        let (what, limit) = words.split_once(": ").unwrap_or(("state", &words));
        let open = Verdict::open(format!("{what} at {}", self.at), limit).with_detail(&self.place);
        match self.seen {
            Some(seen) => open.decided(seen.holds, Some(self.at), seen.found),
            None => open,
        }
    }
}
