//! Steps and rules as the file writes them.

use crate::id::RegionId;
use crate::plan::{self, Plan, TimedStep};
use crate::scenario::normal::{incident, quantity, request, text};
use crate::scenario::schema::leaf::{OneOrMany, Quantity};
use crate::scenario::schema::moment::ClockOffset;
use crate::scenario::schema::place::Pair;
use crate::scenario::schema::timeline::{Action, Message, Step};
use crate::scenario::span::Field;

pub(super) fn step(step: &TimedStep, plan: &Plan) -> Step {
    let (result, then) = match &step.step {
        plan::Step::Request(asked) => (request::fate(asked), &*asked.then),
        plan::Step::Show(_, then) => (Field::Absent, &**then),
        _ => (Field::Absent, &[][..]),
    };
    Step {
        at: quantity(step.at),
        r#do: Field::of(action(&step.step, plan)),
        result,
        then: request::conditions(then, plan),
    }
}

pub(in crate::scenario) fn action(step: &plan::Step, plan: &Plan) -> Action {
    let region = |id: RegionId| text(&plan.regions[id].name);
    let instance = |id| text(&plan.instances[id].name);
    match step {
        plan::Step::Command {
            on,
            client,
            text: run,
            reply,
            effects,
        } => Action::Command {
            on: instance(*on),
            client: client.as_deref().map_or(Field::Absent, text),
            run: text(run),
            reply: reply.as_deref().map_or(Field::Absent, text),
            effects: effects.map_or(Field::Absent, Field::of),
        },
        plan::Step::Received {
            on,
            client,
            messages,
        } => Action::Received {
            on: instance(*on),
            client: client.as_deref().map_or(Field::Absent, text),
            messages: Field::of(OneOrMany(messages.iter().map(message).collect())),
        },
        plan::Step::Show(on, _) => Action::Show(instance(*on)),
        plan::Step::Outage { region: id, memory } => Action::Outage {
            region: region(*id),
            memory: Field::of((*memory).into()),
        },
        plan::Step::Return(id) => Action::Return {
            region: region(*id),
        },
        plan::Step::Partition(routes) => Action::Partition {
            between: Field::Absent,
            one_way: pairs(routes, plan),
        },
        plan::Step::Heal(routes) => {
            let one_way = if routes.is_empty() {
                Field::Absent
            } else {
                pairs(routes, plan)
            };
            Action::Heal {
                between: Field::Absent,
                one_way,
            }
        }
        plan::Step::Degrade {
            routes,
            delay,
            bandwidth,
            loss,
        } => Action::Degrade {
            between: Field::Absent,
            one_way: pairs(routes, plan),
            delay: quantity(*delay),
            bandwidth: quantity(*bandwidth),
            loss: quantity(*loss),
        },
        plan::Step::Skew { region: id, by_ms } => Action::Skew {
            region: region(*id),
            by: clock_offset(*by_ms),
        },
        plan::Step::Incident(incident) => incident::incident(incident, plan),
        plan::Step::Request(asked) => request::request(&asked.request, plan),
    }
}

/// A clock that is right needs no word.
fn clock_offset(ms: i64) -> Field<Quantity<ClockOffset>> {
    match ms {
        0 => Field::Absent,
        ms => quantity(ClockOffset { ms }),
    }
}

fn message(message: &plan::Message) -> Field<Message> {
    Field::of(Message {
        channel: text(&message.channel),
        pattern: message.pattern.as_deref().map_or(Field::Absent, text),
        text: text(&message.text),
    })
}

fn pairs(routes: &[(RegionId, RegionId)], plan: &Plan) -> Field<OneOrMany<Pair>> {
    let name = |id: RegionId| text(&plan.regions[id].name);
    let pairs = routes
        .iter()
        .map(|(from, to)| Field::of((name(*from), name(*to))));
    Field::of(OneOrMany(pairs.collect()))
}
