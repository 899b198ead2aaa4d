//! Literal commands at several regions of a group, and what each is answered.

use meridian::assumption::XaddIds;
use meridian::checks::{Checks, Status};
use meridian::history::{Detail, Event};
use meridian::id::InstanceId;
use meridian::plan::{Plan, Step};
use meridian::world::{Ending, Options, World};

use crate::plans;

/// A command: when in milliseconds, where, what, and what is answered. `[…]` stands for the ids in
/// the reply, anything else for the reply itself; `…` at the end for any reply that starts so.
pub(crate) type Line<'a> = (u64, u16, &'a str, &'a str);

/// Three members, 40 ms apart.
pub(crate) fn group() -> Plan {
    plans::group(3, 40)
}

pub(crate) fn with_ids(ids: XaddIds) -> Plan {
    let mut plan = group();
    plan.assumptions.xadd_ids = ids;
    plan
}

/// The ids in a reply, in brackets.
fn ids(reply: &str) -> String {
    let is_id = |word: &&str| {
        let halves = word.split_once('-');
        let is_number = |half: &str| !half.is_empty() && half.bytes().all(|b| b.is_ascii_digit());
        halves.is_some_and(|(ms, seq)| is_number(ms) && is_number(seq))
    };
    let words: Vec<&str> = reply.split('"').filter(is_id).collect();
    format!("[{}]", words.join(" "))
}

/// Runs the lines and compares every reply; all checks must hold, too. Returns how many effects
/// each line sent.
pub(crate) fn play(plan: Plan, lines: &[Line<'_>]) -> Vec<u64> {
    play_out(plan, lines).0
}

/// The same, and how the run ended.
pub(crate) fn play_out(mut plan: Plan, lines: &[Line<'_>]) -> (Vec<u64>, Ending) {
    for (millis, on, text, _) in lines {
        let step = Step::Command {
            on: InstanceId(*on),
            client: None,
            text: (*text).to_owned(),
            reply: None,
            effects: None,
        };
        plans::at(&mut plan, *millis, step);
    }
    plan.timeline.sort_by_key(|timed| timed.at);
    let mut answers = Vec::new();
    let mut checks = Checks::new(&plan);
    let options = Options {
        detail: Some(Detail::Full),
        ..Options::default()
    };
    let ending = World::new(&plan, options).run(&mut |seen| {
        checks.observe(seen);
        if let Event::Command(command) = &seen.event {
            answers.push((command.reply.clone(), command.effects));
        }
    });
    assert_eq!(answers.len(), lines.len(), "every line is carried out");
    for ((millis, on, text, expected), (reply, _)) in lines.iter().zip(&answers) {
        let place = format!("at {millis} ms, {text} on {on}: {reply}");
        if let Some(start) = expected.strip_suffix('…') {
            assert!(reply.starts_with(start), "{place}");
        } else if expected.starts_with('[') {
            assert_eq!(&ids(reply), expected, "{place}");
        } else {
            assert_eq!(reply, expected, "{place}");
        }
    }
    for verdict in checks.finish().checks {
        assert_ne!(verdict.status, Status::Fail, "{verdict:?}");
    }
    let effects = answers.into_iter().map(|(_, effects)| effects);
    (effects.collect(), ending)
}

pub(crate) const ONE: &str = "(integer) 1";
pub(crate) const NONE: &str = "(integer) 0";
