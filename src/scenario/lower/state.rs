//! The timeline played through: every step must find what it needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{InstanceId, RegionId};
use crate::plan::{Asked, Incident, Request, Step, Streams};
use crate::quantity::Ratio;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::Lowering;
use crate::scenario::lower::pair::Direction;
use crate::scenario::lower::place::Places;
use crate::scenario::span::Span;
use crate::time::SimTime;

/// A step whose names are resolved.
pub(super) struct Checked {
    pub at: SimTime,
    /// The whole step.
    pub span: Span,
    /// What it does.
    pub action: Span,
    pub step: Step,
    /// The directions it names, each with its place.
    pub directions: Vec<Direction>,
    /// Whether it ends a degradation.
    pub restores: bool,
    /// The loss a degradation sets; otherwise routes keep their own.
    pub loss: Option<Ratio>,
}

impl Checked {
    /// A step of which only the place is known yet.
    pub(super) fn new(span: Span, action: Span) -> Self {
        Self {
            at: SimTime::ZERO,
            span,
            action,
            step: Step::Heal(Vec::new()),
            directions: Vec::new(),
            restores: false,
            loss: None,
        }
    }

    /// The directions without their places.
    pub(super) fn ends(&self) -> Vec<(RegionId, RegionId)> {
        self.directions
            .iter()
            .map(|direction| direction.value)
            .collect()
    }
}

/// What is out of order at some instant, and since which step.
#[derive(Default)]
struct State {
    dark: BTreeMap<RegionId, Span>,
    cut: BTreeMap<(RegionId, RegionId), Span>,
    degraded: BTreeSet<(RegionId, RegionId)>,
    unlinked: BTreeMap<InstanceId, Span>,
    stalled: Vec<(Streams, Span)>,
}

impl Lowering<'_> {
    /// Plays sorted steps through and reports those that have nothing to act on.
    pub(super) fn sequence(&mut self, steps: &[Checked], places: &Places) {
        let mut state = State::default();
        for checked in steps {
            match &checked.step {
                Step::Outage { region, .. } => self.darken(&mut state, checked, *region, places),
                Step::Return(region) => self.lighten(&mut state, checked, *region, places),
                Step::Partition(_) => self.cut(&mut state, checked, places),
                Step::Heal(_) => self.heal(&mut state, checked, places),
                Step::Degrade { .. } => self.degrade(&mut state, checked, places),
                Step::Incident(incident) => self.befall(&mut state, checked, incident),
                Step::Request(asked) => self.ask(&mut state, checked, asked, places),
                Step::Skew { .. }
                | Step::Command { .. }
                | Step::Received { .. }
                | Step::Show(..) => {}
            }
        }
    }

    fn darken(&mut self, state: &mut State, step: &Checked, region: RegionId, places: &Places) {
        let span = self.head(step.action);
        match state.dark.get(&region) {
            None => {
                state.dark.insert(region, span);
            }
            Some(since) => {
                let name = places.region_name(region);
                let message = format!("`{name}` is already dark at {}", step.at);
                self.report(
                    Diagnostic::new(Code::AlreadyDark, span, message)
                        .label("this outage changes nothing")
                        .related(*since, "dark since this step"),
                );
            }
        }
    }

    fn lighten(&mut self, state: &mut State, step: &Checked, region: RegionId, places: &Places) {
        if state.dark.remove(&region).is_none() {
            let name = places.region_name(region);
            let message = format!("`{name}` is not dark at {}", step.at);
            self.report(
                Diagnostic::new(Code::NotDark, self.head(step.action), message)
                    .label("there is nothing to return from"),
            );
        }
    }

    fn cut(&mut self, state: &mut State, step: &Checked, places: &Places) {
        for direction in &step.directions {
            if let Some(since) = state.cut.get(&direction.value) {
                let way = places.way(direction.value);
                let message = format!("{way} is already cut at {}", step.at);
                self.report_once(
                    Diagnostic::new(Code::AlreadyCut, direction.span, message)
                        .label("cut again here")
                        .related(*since, "cut since this"),
                );
            } else {
                state.cut.insert(direction.value, direction.span);
            }
        }
    }

    fn heal(&mut self, state: &mut State, step: &Checked, places: &Places) {
        if step.directions.is_empty() {
            if state.cut.is_empty() {
                let message = format!("nothing is cut at {}", step.at);
                self.report(
                    Diagnostic::new(Code::NotCut, self.head(step.action), message)
                        .label("there is nothing to heal"),
                );
            }
            state.cut.clear();
        }
        for direction in &step.directions {
            if state.cut.remove(&direction.value).is_none() {
                let message = format!("{} is not cut at {}", places.way(direction.value), step.at);
                self.report_once(
                    Diagnostic::new(Code::NotCut, direction.span, message)
                        .label("there is nothing to heal"),
                );
            }
        }
    }

    fn degrade(&mut self, state: &mut State, step: &Checked, places: &Places) {
        for direction in &step.directions {
            if !step.restores {
                state.degraded.insert(direction.value);
            } else if !state.degraded.remove(&direction.value) {
                let way = places.way(direction.value);
                let message = format!("{way} is not degraded at {}", step.at);
                self.report_once(
                    Diagnostic::new(Code::NoChange, direction.span, message)
                        .label("there is nothing to restore"),
                );
            }
        }
    }

    fn befall(&mut self, state: &mut State, step: &Checked, incident: &Incident) {
        let span = self.head(step.action);
        match incident {
            Incident::Stall(streams) => {
                let known = state.stalled.iter().find(|(known, _)| known == streams);
                let Some((_, since)) = known else {
                    state.stalled.push((streams.clone(), span));
                    return;
                };
                let message = format!("these streams stall already at {}", step.at);
                self.report(
                    Diagnostic::new(Code::NoChange, span, message)
                        .label("this step changes nothing")
                        .related(*since, "since this step"),
                );
            }
            Incident::Resume(streams) => {
                let stalled = state.stalled.len();
                state.stalled.retain(|(known, _)| known != streams);
                if state.stalled.len() == stalled {
                    let message = format!("these streams do not stall at {}", step.at);
                    self.report(
                        Diagnostic::new(Code::NoChange, span, message)
                            .label("expected the instance, peers and shards of a `Stall`"),
                    );
                }
            }
            Incident::Failover { .. } | Incident::ZoneLoss(_) | Incident::Patch { .. } => {}
        }
    }

    /// Requests whose end the scenario states may be refused.
    fn ask(&mut self, state: &mut State, step: &Checked, asked: &Asked, places: &Places) {
        match asked.request {
            Request::ForceUnlink { on, drop } if asked.fate.is_none() => {
                self.unlink(state, step, [on, drop], places);
            }
            Request::ForceLink { on, .. } | Request::Create { instance: on, .. } => {
                state.unlinked.remove(&on);
            }
            _ => {}
        }
    }

    fn unlink(
        &mut self,
        state: &mut State,
        step: &Checked,
        members: [InstanceId; 2],
        places: &Places,
    ) {
        for member in members {
            if let Some(since) = state.unlinked.get(&member) {
                let name = places.name(member);
                let message = format!("`{name}` is no longer in the group at {}", step.at);
                self.report(
                    Diagnostic::new(Code::AlreadyUnlinked, self.head(step.action), message)
                        .label("this names a member that was dropped")
                        .related(*since, "dropped by this step"),
                );
            }
        }
        let [on, dropped] = members;
        let region = places.region_of(on);
        if region.is_some_and(|region| state.dark.contains_key(&region)) {
            // It will be refused: nobody is there to take it.
            return;
        }
        state
            .unlinked
            .entry(dropped)
            .or_insert(self.head(step.action));
    }
}
