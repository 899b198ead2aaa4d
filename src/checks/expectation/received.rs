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

#[cfg(test)]
mod tests {
    use super::{Awaited, Received};
    use crate::checks::verdict::Status;
    use crate::history::fixture::{EAST, WEST, roster};
    use crate::history::{Event, MessageSeen, Observation};
    use crate::id::InstanceId;
    use crate::plan::Message;
    use crate::time::SimTime;

    fn awaited(after: Option<u64>, at: u64, expected: &[&str]) -> Awaited {
        let message = |text: &&str| Message {
            pattern: None,
            channel: "news".to_owned(),
            text: (*text).to_owned(),
        };
        Awaited {
            after: after.map(SimTime::from_secs),
            at: SimTime::from_secs(at),
            on: EAST,
            client: "desk".to_owned(),
            place: String::new(),
            expected: expected.iter().map(message).collect(),
            seen: Vec::new(),
        }
    }

    /// The verdicts on two steps of one client, after what was heard when and where.
    fn judged(heard: &[(u64, InstanceId, &str, &str)], told_until: u64) -> Vec<Status> {
        let mut received = Received {
            awaited: vec![awaited(None, 5, &["a", "b"]), awaited(Some(5), 9, &["c"])],
            reached: SimTime::ZERO,
        };
        for (at, on, client, text) in heard {
            let seen = MessageSeen {
                on: *on,
                client: (*client).to_owned(),
                pattern: None,
                channel: "news".to_owned(),
                text: (*text).to_owned(),
                is_sharded: false,
            };
            received.observe(&Observation {
                at: SimTime::from_secs(*at),
                event: Event::Message(Box::new(seen)),
            });
        }
        received.observe(&Observation {
            at: SimTime::from_secs(told_until),
            event: Event::Unequal { keys: 0 },
        });
        let verdicts = received.finish(&roster(2));
        verdicts.into_iter().map(|verdict| verdict.status).collect()
    }

    #[test]
    fn what_came_in_between_must_be_what_was_demanded_in_order() {
        use Status::{Fail, NotEvaluated, Pass};
        let [a, b, c] = [
            (1, EAST, "desk", "a"),
            (5, EAST, "desk", "b"),
            (6, EAST, "desk", "c"),
        ];
        assert_eq!(judged(&[a, b, c], 10), [Pass, Pass]);
        assert_eq!(judged(&[a, c], 10), [Fail, Pass]);
        assert_eq!(judged(&[a, b, b, c], 10), [Fail, Pass]);
        assert_eq!(judged(&[a, b], 10), [Pass, Fail]);
        let late = (6, EAST, "desk", "b");
        assert_eq!(judged(&[a, late, c], 10), [Fail, Fail]);
        let swapped = [(1, EAST, "desk", "b"), (2, EAST, "desk", "a"), c];
        assert_eq!(judged(&swapped, 10), [Fail, Pass]);
        // Another client, another member.
        let others = [a, b, c, (2, WEST, "desk", "x"), (2, EAST, "ear", "x")];
        assert_eq!(judged(&others, 10), [Pass, Pass]);
        // What was not told up to then is not judged.
        assert_eq!(judged(&[a, b], 7), [Pass, NotEvaluated]);
    }
}
