//! What scripted clients must have received from the channels they listen to.

use crate::checks::verdict::Verdict;
use crate::history::{Event, MessageSeen, Observation, Roster};
use crate::id::InstanceId;
use crate::plan::{Message, Plan, Step};
use crate::time::SimTime;

/// Follows what comes to the clients of which a step demands something.
#[derive(Clone, Debug)]
pub(super) struct Received {
    awaited: Vec<Awaited>,
    /// How far the run has been told.
    reached: SimTime,
}

/// One step, and what has come for it.
#[derive(Clone, Debug)]
struct Awaited {
    /// After the last step for the client, if there was one.
    after: Option<SimTime>,
    at: SimTime,
    on: InstanceId,
    client: String,
    place: String,
    expected: Vec<Message>,
    seen: Vec<Message>,
}

impl Awaited {
    fn is_for(&self, at: SimTime, seen: &MessageSeen) -> bool {
        let in_time = at <= self.at && self.after.is_none_or(|after| at > after);
        in_time && self.on == seen.on && self.client == seen.client
    }
}

impl Received {
    /// The steps of `plan` that demand something.
    pub(super) fn new(plan: &Plan) -> Self {
        let mut awaited: Vec<Awaited> = Vec::new();
        for timed in &plan.timeline {
            let Step::Received {
                on,
                client,
                messages,
            } = &timed.step
            else {
                continue;
            };
            let client = client.clone().unwrap_or_default();
            let mut earlier = awaited.iter().rev();
            let last = earlier.find(|last| last.on == *on && last.client == client);
            awaited.push(Awaited {
                after: last.map(|last| last.at),
                at: timed.at,
                on: *on,
                client,
                place: timed.place.clone(),
                expected: messages.clone(),
                seen: Vec::new(),
            });
        }
        Self {
            awaited,
            reached: SimTime::ZERO,
        }
    }

    pub(super) fn observe(&mut self, observation: &Observation) {
        self.reached = self.reached.max(observation.at);
        if let Event::Message(seen) = &observation.event {
            let at = observation.at;
            let awaited = self.awaited.iter_mut();
            for awaited in awaited.filter(|awaited| awaited.is_for(at, seen)) {
                awaited.seen.push(Message {
                    pattern: seen.pattern.clone(),
                    channel: seen.channel.clone(),
                    text: seen.text.clone(),
                });
            }
        }
    }

    pub(super) fn finish(self, roster: &Roster) -> Vec<Verdict> {
        let reached = self.reached;
        let judge = |awaited: Awaited| {
            let name = format!(
                "received by `{}` on {}",
                awaited.client,
                roster.name(awaited.on)
            );
            let open = Verdict::open(name, told(&awaited.expected)).with_detail(&awaited.place);
            if reached < awaited.at {
                return open;
            }
            let found = told(&awaited.seen);
            open.decided(awaited.seen == awaited.expected, Some(awaited.at), found)
        };
        self.awaited.into_iter().map(judge).collect()
    }
}

/// Messages in words: each with its channel, and the pattern it came by.
fn told(messages: &[Message]) -> String {
    let each = messages.iter().map(|message| {
        let by = message.pattern.as_ref();
        let by = by.map_or_else(String::new, |pattern| format!(" (by {pattern})"));
        format!("{}{by}: {:?}", message.channel, message.text)
    });
    let each: Vec<String> = each.collect();
    if each.is_empty() {
        return "nothing".to_owned();
    }
    each.join(", ")
}
