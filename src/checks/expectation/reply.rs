//! Replies and effects that scripted commands must have.

use crate::checks::verdict::Verdict;
use crate::history::{CommandSeen, Event, Observation, Roster};
use crate::id::InstanceId;
use crate::plan::{Plan, Step};
use crate::time::SimTime;

/// Waits for the scripted commands of which something is demanded.
#[derive(Clone, Debug)]
pub(super) struct Replies {
    awaited: Vec<Awaited>,
}

#[derive(Clone, Debug)]
struct Awaited {
    step: usize,
    on: InstanceId,
    text: String,
    place: String,
    reply: Option<String>,
    effects: Option<u64>,
    seen: Option<(SimTime, CommandSeen)>,
}

impl Replies {
    /// The commands of `plan` of which something is demanded.
    pub(super) fn new(plan: &Plan) -> Self {
        let awaited = plan
            .timeline
            .iter()
            .enumerate()
            .filter_map(|(step, timed)| {
                let Step::Command {
                    on,
                    text,
                    reply,
                    effects,
                    ..
                } = &timed.step
                else {
                    return None;
                };
                (reply.is_some() || effects.is_some()).then(|| Awaited {
                    step,
                    on: *on,
                    text: text.clone(),
                    place: timed.place.clone(),
                    reply: reply.clone(),
                    effects: *effects,
                    seen: None,
                })
            });
        Self {
            awaited: awaited.collect(),
        }
    }

    pub(super) fn observe(&mut self, observation: &Observation) {
        let Event::Command(seen) = &observation.event else {
            return;
        };
        if let Some(awaited) = self
            .awaited
            .iter_mut()
            .find(|awaited| awaited.step == seen.step)
        {
            awaited.seen = Some((observation.at, (**seen).clone()));
        }
    }

    pub(super) fn finish(self, roster: &Roster) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for awaited in self.awaited {
            let Awaited {
                on,
                text,
                place,
                reply,
                effects,
                seen,
                ..
            } = awaited;
            let command = format!("`{text}` on {}", roster.name(on));
            if let Some(expected) = reply {
                let name = format!("reply to {command}");
                let open = Verdict::open(name, expected.trim_end()).with_detail(&place);
                verdicts.push(match &seen {
                    Some((at, seen)) => {
                        open.decided(is_as_expected(&expected, seen), Some(*at), &seen.reply)
                    }
                    None => open,
                });
            }
            if let Some(expected) = effects {
                let name = format!("effects of {command}");
                let open = Verdict::open(name, expected.to_string()).with_detail(&place);
                verdicts.push(match &seen {
                    Some((at, seen)) => {
                        let found = seen.effects;
                        open.decided(found == expected, Some(*at), found.to_string())
                    }
                    None => open,
                });
            }
        }
        verdicts
    }
}

/// Whether a reply is the expected one, in any order where Redis promises none.
fn is_as_expected(expected: &str, seen: &CommandSeen) -> bool {
    match unordered(&seen.text) {
        Some(group) => elements(expected, group) == elements(&seen.reply, group),
        None => lines(expected).eq(lines(&seen.reply)),
    }
}

/// How many lines of a command's reply belong together, where Redis promises no order of them.
///
/// Source: Redis docs, commands: sets and hashes are unordered collections.
fn unordered(command: &str) -> Option<usize> {
    let name = command.split_whitespace().next().unwrap_or_default();
    match name.to_ascii_lowercase().as_str() {
        "hgetall" => Some(2),
        "hkeys" | "hvals" | "keys" | "sdiff" | "sinter" | "smembers" | "sunion" => Some(1),
        _ => None,
    }
}

/// The lines of a reply, without what a file's indentation adds at their ends.
fn lines(reply: &str) -> impl Iterator<Item = &str> {
    reply.trim().lines().map(str::trim)
}

/// The elements of an array in redis-cli's text form, `group` lines each, without their numbers
/// and in an order of their own.
fn elements(reply: &str, group: usize) -> Vec<Vec<&str>> {
    let unnumbered = |line| match str::split_once(line, ") ") {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => line,
    };
    let lines: Vec<&str> = lines(reply).map(unnumbered).collect();
    let mut elements: Vec<Vec<&str>> = lines.chunks(group).map(<[&str]>::to_vec).collect();
    elements.sort_unstable();
    elements
}

#[cfg(test)]
mod tests {
    use super::is_as_expected;
    use crate::history::CommandSeen;
    use crate::history::fixture::EAST;

    fn check(text: &str, reply: &str, expected: &str) -> bool {
        let (text, reply) = (text.to_owned(), reply.to_owned());
        let seen = CommandSeen {
            step: 0,
            on: EAST,
            text,
            reply,
            effects: 0,
        };
        is_as_expected(expected, &seen)
    }

    #[test]
    fn ordered_replies_must_be_equal() {
        assert!(check("GET k", "\"v\"", "\"v\"\n"));
        assert!(!check("GET k", "\"v\"", "\"w\""));
        let two = "1) \"a\"\n2) \"b\"";
        assert!(check("MGET a b", two, "\n  1) \"a\"\n  2) \"b\"\n"));
        assert!(!check("MGET a b", two, "1) \"b\"\n2) \"a\""));
    }

    #[test]
    fn unordered_replies_may_be_shuffled() {
        let two = "1) \"a\"\n2) \"b\"";
        assert!(check("SMEMBERS s", two, "1) \"b\"\n2) \"a\""));
        assert!(!check("SMEMBERS s", two, "1) \"b\"\n2) \"b\""));
        assert!(!check("SMEMBERS s", two, "1) \"b\""));
        assert!(check("SMEMBERS s", "(empty array)", "(empty array)"));
    }

    #[test]
    fn pairs_stay_together() {
        let reply = "1) \"f\"\n2) \"1\"\n3) \"g\"\n4) \"2\"";
        let check = |expected| check("hgetall h", reply, expected);
        assert!(check("1) \"g\"\n2) \"2\"\n3) \"f\"\n4) \"1\""));
        assert!(!check("1) \"f\"\n2) \"2\"\n3) \"g\"\n4) \"1\""));
    }
}
