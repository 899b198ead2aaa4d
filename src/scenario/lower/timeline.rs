//! The timeline: names to ids, times within the run.

use crate::plan::{Memory, Message as PlanMessage, RoutePlan, Step as PlanStep, TimedStep};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::header::Phases;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::state::Checked;
use crate::scenario::lower::{Lowering, Owner, entries};
use crate::scenario::schema::List;
use crate::scenario::schema::leaf::{OneOrMany, Quantity, Text};
use crate::scenario::schema::timeline::{Action, Message, Step};
use crate::scenario::span::{Field, Sp};
use crate::time::SimTime;

/// Whether a step leaves faults and members as they are.
fn changes_nothing(step: &Sp<Step>) -> bool {
    let action = step.value.r#do.given();
    action.is_some_and(|action| matches!(action.value, Action::Command { .. } | Action::Show(_)))
}

impl Lowering<'_> {
    pub(super) fn timeline(
        &mut self,
        fields: &[&Field<List<Step>>],
        places: &Places,
        routes: &[RoutePlan],
        phases: Phases,
    ) -> Vec<TimedStep> {
        let mut steps = Vec::new();
        let mut complete = !fields.iter().any(|field| matches!(field, Field::Broken(_)));
        for given in fields.iter().flat_map(|field| entries(field)) {
            let step = given
                .given()
                .and_then(|given| self.step(given, places, phases));
            // What a broken fault or request would have changed is not known.
            complete &= step.is_some() || given.given().is_some_and(changes_nothing);
            steps.extend(step);
        }
        steps.sort_by_key(|step| step.at);
        if complete {
            self.sequence(&steps, places);
        }
        steps
            .into_iter()
            .flat_map(|step| self.timed(step, routes))
            .collect()
    }

    fn step(&mut self, given: &Sp<Step>, places: &Places, phases: Phases) -> Option<Checked> {
        let owner = Owner::new("this step", given.span);
        let at = self.required(&given.value.at, "at", &owner, "\"30m\"");
        let action = self.required(&given.value.r#do, "do", &owner, "Show(\"redis-us\")")?;
        self.judged(&given.value, action);
        let mut checked = Checked::new(given.span, action.span);
        let step = self.action(&given.value, action, places, &mut checked);
        let at = at.and_then(|at| self.instant(at, action, phases));
        checked.at = at?;
        checked.step = step?;
        Some(checked)
    }

    /// The time of a step: faults belong into the storm, the rest into the run.
    fn instant(
        &mut self,
        at: &Sp<Quantity<SimTime>>,
        action: &Sp<Action>,
        phases: Phases,
    ) -> Option<SimTime> {
        let is_fault = matches!(
            action.value,
            Action::Outage { .. }
                | Action::Partition { .. }
                | Action::Heal { .. }
                | Action::Degrade { .. }
                | Action::Restore { .. }
                | Action::Skew { .. }
                | Action::Received { .. }
        ) || is_incident(&action.value);
        let (end, phase) = if !is_fault {
            (phases.run_end(), "the run ends")
        } else {
            (
                phases.storm_end(),
                "the storm ends, and with it all faults,",
            )
        };
        let found = at.value.0;
        if found > end {
            self.report(
                Diagnostic::new(
                    Code::OutsideRun,
                    at.span,
                    format!("{found} is too late: {phase} after {end}"),
                )
                .label(format!("expected {end} at the latest")),
            );
            return None;
        }
        Some(found)
    }

    pub(super) fn action(
        &mut self,
        step: &Step,
        action: &Sp<Action>,
        places: &Places,
        checked: &mut Checked,
    ) -> Option<PlanStep> {
        let owner = |what: &str| Owner::new(what, action.span);
        match &action.value {
            Action::Command {
                on,
                client,
                run,
                reply,
                effects,
            } => {
                let effects = effects.value().copied();
                let client = client.value().map(|client| client.0.clone());
                let texts = (on, run, reply);
                self.command(&owner("this command"), places, texts, (client, effects))
            }
            Action::Received { .. } => self.received(action, places),
            Action::Show(name) => {
                let name = self.required(name, "instance", &owner("`Show`"), "\"redis-us\"")?;
                let on = self.instance(name, places);
                let then = self.conditions(&step.then, places);
                Some(PlanStep::Show(on?, then?))
            }
            Action::Outage { region, memory } => {
                let name = self.required(region, "region", &owner("`Outage`"), "\"East US\"")?;
                let memory = memory.value().map_or(Memory::Kept, Into::into);
                Some(PlanStep::Outage {
                    region: self.region(name, places)?,
                    memory,
                })
            }
            Action::Return { region } => {
                let name = self.required(region, "region", &owner("`Return`"), "\"East US\"")?;
                Some(PlanStep::Return(self.region(name, places)?))
            }
            Action::Skew { region, by } => {
                let name = self.required(region, "region", &owner("`Skew`"), "\"East US\"")?;
                let by = by.given().map_or(Some(0), |by| self.clock_offset(by));
                Some(PlanStep::Skew {
                    region: self.region(name, places)?,
                    by_ms: by?,
                })
            }
            Action::Partition { .. }
            | Action::Heal { .. }
            | Action::Degrade { .. }
            | Action::Restore { .. } => self.on_routes(action, places, checked),
            Action::Failover { .. }
            | Action::ZoneLoss { .. }
            | Action::Stall { .. }
            | Action::Resume { .. }
            | Action::Patch { .. } => self.incident(action, places),
            Action::ForceUnlink { .. }
            | Action::Create { .. }
            | Action::ForceLink { .. }
            | Action::Delete { .. }
            | Action::Scale { .. }
            | Action::Update { .. }
            | Action::Flush { .. } => {
                let asked = self.asked(step, action, places)?;
                Some(PlanStep::Request(Box::new(asked)))
            }
        }
    }

    fn command(
        &mut self,
        owner: &Owner,
        places: &Places,
        (on, run, reply): (&Field<Text>, &Field<Text>, &Field<Text>),
        (client, effects): (Option<String>, Option<u64>),
    ) -> Option<PlanStep> {
        let on = self.required(on, "on", owner, "\"redis-us\"");
        let on = on.and_then(|name| self.instance(name, places));
        let run = self.required(run, "run", owner, "\"SET key value\"");
        let run = run.filter(|run| self.is_command(run));
        let reply = reply.given().map(|reply| self.expected_reply(reply));
        Some(PlanStep::Command {
            on: on?,
            client,
            text: run?.value.0.clone(),
            reply,
            effects,
        })
    }

    fn received(&mut self, action: &Sp<Action>, places: &Places) -> Option<PlanStep> {
        let Action::Received {
            on,
            client,
            messages,
        } = &action.value
        else {
            return None;
        };
        let owner = Owner::new("`Received`", action.span);
        let on = self.required(on, "on", &owner, "\"redis-us\"");
        let on = on.and_then(|name| self.instance(name, places));
        let example = "[(channel: \"news\", text: \"hello\")]";
        let messages = self.required(messages, "messages", &owner, example);
        let messages = messages.map(|messages| self.messages(&messages.value));
        Some(PlanStep::Received {
            on: on?,
            client: client.value().map(|client| client.0.clone()),
            messages: messages??,
        })
    }

    fn messages(&mut self, messages: &OneOrMany<Message>) -> Option<Vec<PlanMessage>> {
        let each = messages.0.iter().map(|message| {
            let message = message.given()?;
            let Message {
                channel,
                pattern,
                text,
            } = &message.value;
            let owner = Owner::new("this message", message.span);
            let channel = self.required(channel, "channel", &owner, "\"news\"");
            let text = self.required(text, "text", &owner, "\"hello\"");
            Some(PlanMessage {
                pattern: pattern.value().map(|pattern| pattern.0.clone()),
                channel: channel?.value.0.clone(),
                text: text?.value.0.clone(),
            })
        });
        let each: Vec<Option<PlanMessage>> = each.collect();
        each.into_iter().collect()
    }

    /// Only requests end somehow, and only requests and `Show` see the state.
    fn judged(&mut self, step: &Step, action: &Sp<Action>) {
        let shows = matches!(action.value, Action::Show(_));
        let misplaced = [
            (step.result.span(), "result", is_request(&action.value)),
            (step.then.span(), "then", is_request(&action.value) || shows),
        ];
        for (span, field, belongs) in misplaced {
            if let Some(span) = span.filter(|_| !belongs) {
                let message = format!("`{field}` belongs to a request, and this step is none");
                self.report(
                    Diagnostic::new(Code::NoRequest, span, message)
                        .label("nothing here decides it")
                        .related(self.head(action.span), "this step"),
                );
            }
        }
    }
}

pub(super) fn is_incident(action: &Action) -> bool {
    matches!(
        action,
        Action::Failover { .. }
            | Action::ZoneLoss { .. }
            | Action::Stall { .. }
            | Action::Resume { .. }
            | Action::Patch { .. }
    )
}

pub(super) fn is_request(action: &Action) -> bool {
    matches!(
        action,
        Action::ForceUnlink { .. }
            | Action::Create { .. }
            | Action::ForceLink { .. }
            | Action::Delete { .. }
            | Action::Scale { .. }
            | Action::Update { .. }
            | Action::Flush { .. }
    )
}
