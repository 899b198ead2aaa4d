//! Expectations: demands that can be judged, and can hold.

use crate::id::InstanceId;
use crate::plan::expectation::{Expectation, Judgement, Occurrence};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::header::Phases;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::{Lowering, Owner, entries};
use crate::scenario::normal::wording;
use crate::scenario::schema::expectation::Expect;
use crate::scenario::schema::leaf::{Quantity, Text};
use crate::scenario::schema::{List, Scenario};
use crate::scenario::span::{Field, Sp, Span};
use crate::time::{SimDuration, SimTime};

/// What a scenario has that could make things happen.
#[derive(Clone, Copy)]
pub(super) struct Causes {
    rules: bool,
    peers: bool,
    evicts: bool,
    writes: bool,
}

/// Whether some member's policy is not known, as the file is wrong there.
fn has_broken_policy(file: &Scenario) -> bool {
    let instances = entries(&file.instances).iter();
    let mut policies = instances
        .filter_map(Field::value)
        .map(|instance| &instance.eviction);
    policies.any(|policy| !policy.is_absent() && !policy.is_given())
}

impl Causes {
    pub(super) fn of(file: &Scenario, places: &Places) -> Self {
        Self {
            rules: !entries(&file.runbook).is_empty() || !entries(&file.alerts).is_empty(),
            peers: places.ids().count() > 1 || !places.names_complete,
            evicts: places.evicts() || has_broken_policy(file),
            writes: !entries(&file.traffic).is_empty() || !entries(&file.timeline).is_empty(),
        }
    }
}

impl Lowering<'_> {
    pub(super) fn expectations(
        &mut self,
        field: &Field<List<Expect>>,
        places: &Places,
        phases: Phases,
        causes: Causes,
    ) -> Vec<Expectation> {
        let mut found = Vec::new();
        for given in entries(field).iter().filter_map(Field::given) {
            if let Some(demand) = self.demand(given, places, phases, causes) {
                found.push((given.span, demand));
            }
        }
        self.contradictions(&found);
        let named = |id: InstanceId| places.name(id).to_owned();
        let finished = |(span, demand): (Span, Judgement)| Expectation {
            text: wording(&demand, &named),
            place: self.source.place(span),
            demand,
        };
        found.into_iter().map(finished).collect()
    }

    fn demand(
        &mut self,
        given: &Sp<Expect>,
        places: &Places,
        phases: Phases,
        causes: Causes,
    ) -> Option<Judgement> {
        let owner = |what: &str| Owner::new(format!("`{what}`"), given.span);
        match &given.value {
            Expect::ConvergesWithin(within) => self.converges(within.given()?, phases),
            Expect::StaysApart => Some(Judgement::StaysApart),
            Expect::NoOom => Some(Judgement::NoOom),
            Expect::OomBetween { .. } => self.oom_between(given, places, phases),
            Expect::MemoryOf { .. } => self.memory(given, places, phases),
            Expect::MetadataBelowWithin {
                below,
                after,
                within,
            } => {
                let owner = owner("MetadataBelowWithin");
                let below = self.required(below, "below", &owner, "\"10MB\"");
                let after = self.required(after, "after", &owner, "\"6h30m\"");
                let within = self.required(within, "within", &owner, "\"10m\"");
                let after = after.and_then(|given| self.judged_at(given, phases));
                let (below, after, within) = (below?, after?, within?);
                let deadline = after.value + within.value.0;
                let deadline = Sp {
                    value: Quantity(deadline),
                    span: within.span,
                };
                self.judged_at(&deadline, phases)?;
                Some(Judgement::MetadataBelowWithin {
                    below: below.value.0.0,
                    after: after.value,
                    within: within.value.0,
                })
            }
            Expect::LostWrites {
                equals,
                at_least,
                at_most,
            } => {
                let (least, most) =
                    self.bounds(&owner("LostWrites"), [equals, at_least, at_most])?;
                Some(Judgement::LostWrites { least, most })
            }
            Expect::OverwrittenWrites {
                equals,
                at_least,
                at_most,
            } => {
                let (least, most) =
                    self.bounds(&owner("OverwrittenWrites"), [equals, at_least, at_most])?;
                Some(Judgement::OverwrittenWrites { least, most })
            }
            Expect::Sometimes(occurrence) => {
                let occurrence = occurrence.given()?;
                let what = Occurrence::from(&occurrence.value);
                self.can_occur(what, occurrence.span, causes);
                Some(Judgement::Sometimes(what))
            }
        }
    }

    fn oom_between(
        &mut self,
        given: &Sp<Expect>,
        places: &Places,
        phases: Phases,
    ) -> Option<Judgement> {
        let Expect::OomBetween { on, from, to } = &given.value else {
            return None;
        };
        let owner = Owner::new("`OomBetween`".to_owned(), given.span);
        let on = self.subject(on, &owner, places);
        let from = self.required(from, "from", &owner, "\"5h\"");
        let to = self.required(to, "to", &owner, "\"6h\"");
        let from = from.and_then(|given| self.judged_at(given, phases));
        let to = to.and_then(|given| self.judged_at(given, phases));
        let (from, to) = (from?, to?);
        if from.value > to.value {
            self.reversed(from.span, to.span, "the span");
            return None;
        }
        Some(Judgement::OomBetween(on?, from.value, to.value))
    }

    fn converges(
        &mut self,
        within: &Sp<Quantity<SimDuration>>,
        phases: Phases,
    ) -> Option<Judgement> {
        let (time, settle) = (
            within.value.0,
            phases.settle.unwrap_or(SimDuration(u64::MAX)),
        );
        if time > settle {
            self.report(
                Diagnostic::new(
                    Code::OutsideRun,
                    within.span,
                    format!("{time} after the storm the run is over"),
                )
                .label(format!("expected at most `settle`, {settle}")),
            );
            return None;
        }
        Some(Judgement::ConvergesWithin(time))
    }

    fn memory(&mut self, given: &Sp<Expect>, places: &Places, phases: Phases) -> Option<Judgement> {
        let Expect::MemoryOf {
            on,
            kind,
            at,
            above,
            below,
        } = &given.value
        else {
            return None;
        };
        let owner = Owner::new("`MemoryOf`", given.span);
        let instance = self.subject(on, &owner, places);
        let kind = self.required(kind, "kind", &owner, "Unstable");
        let at = match at {
            Field::Absent => Some(None),
            Field::Broken(_) => None,
            Field::Given(at) => self.judged_at(at, phases).map(|at| Some(at.value)),
        };
        let [above, below] = [above, below].map(|field| match field {
            Field::Absent => Some(None),
            Field::Broken(_) => None,
            Field::Given(given) => Some(Some(given.value.0.0)),
        });
        let (above, below) = (above?, below?);
        self.ordered(above, below, &owner, "`above` or `below`")?;
        Some(Judgement::MemoryOf {
            instance: instance?,
            kind: (&kind?.value).into(),
            at: at?,
            above,
            below,
        })
    }

    fn subject(&mut self, on: &Field<Text>, owner: &Owner, places: &Places) -> Option<InstanceId> {
        let name = self.required(on, "on", owner, "\"redis-eu\"")?;
        self.instance(name, places)
    }

    /// A time that the run reaches.
    fn judged_at(&mut self, at: &Sp<Quantity<SimTime>>, phases: Phases) -> Option<Sp<SimTime>> {
        let (time, end) = (at.value.0, phases.run_end());
        if time > end {
            self.report(
                Diagnostic::new(
                    Code::OutsideRun,
                    at.span,
                    format!("{time} is too late: the run ends after {end}"),
                )
                .label("would never be evaluated"),
            );
            return None;
        }
        Some(Sp {
            value: time,
            span: at.span,
        })
    }

    /// Least and most of a count.
    fn bounds(&mut self, owner: &Owner, fields: [&Field<u64>; 3]) -> Option<(u64, u64)> {
        if fields.iter().any(|field| matches!(field, Field::Broken(_))) {
            return None;
        }
        let [equals, at_least, at_most] = fields.map(Field::value).map(Option::<&u64>::copied);
        match equals {
            Some(count) if at_least.is_none() && at_most.is_none() => Some((count, count)),
            Some(_) => {
                self.report(
                    Diagnostic::new(
                        Code::Bounds,
                        self.head(owner.span),
                        format!("{} has `equals` and another bound", owner.what),
                    )
                    .label("expected `equals` alone, or the others"),
                );
                None
            }
            None => {
                self.ordered(
                    at_least,
                    at_most,
                    owner,
                    "`equals`, `at_least` or `at_most`",
                )?;
                Some((at_least.unwrap_or(0), at_most.unwrap_or(u64::MAX)))
            }
        }
    }

    fn ordered(
        &mut self,
        least: Option<u64>,
        most: Option<u64>,
        owner: &Owner,
        names: &str,
    ) -> Option<()> {
        let problem = match (least, most) {
            (None, None) => format!("{} has no bound", owner.what),
            (Some(least), Some(most)) if least > most => {
                format!(
                    "{} asks for at least {least} and at most {most}",
                    owner.what
                )
            }
            _ => return Some(()),
        };
        self.report(
            Diagnostic::new(Code::Bounds, self.head(owner.span), problem)
                .label(format!("expected {names}, the lower bound first")),
        );
        None
    }

    /// Reports an occurrence that nothing in the scenario can cause.
    fn can_occur(&mut self, what: Occurrence, span: Span, causes: Causes) {
        let missing = match what {
            Occurrence::RuleFired if !causes.rules => "there is no rule in `runbook` and no alert",
            Occurrence::OomRefusal if !causes.writes => "nothing writes",
            Occurrence::Eviction if !causes.evicts => "no member has an `eviction` policy",
            Occurrence::RuleFired | Occurrence::OomRefusal | Occurrence::Eviction => return,
            _ if !causes.peers => "there is only one instance, so nothing replicates",
            _ if !causes.writes => "nothing writes, and nothing happens",
            _ => return,
        };
        self.report(
            Diagnostic::new(
                Code::NeverFires,
                span,
                format!("this cannot happen: {missing}"),
            )
            .label("would fail in every run"),
        );
    }

    fn contradictions(&mut self, found: &[(Span, Judgement)]) {
        for (index, (span, later)) in found.iter().enumerate() {
            for (first, earlier) in &found[..index] {
                if excludes(earlier, later) || excludes(later, earlier) {
                    self.report(
                        Diagnostic::new(
                            Code::Contradiction,
                            self.head(*span),
                            "two expectations exclude one another",
                        )
                        .label("cannot hold together")
                        .related(self.head(*first), "with this one"),
                    );
                }
            }
        }
    }
}

fn excludes(one: &Judgement, other: &Judgement) -> bool {
    match (one, other) {
        (Judgement::NoOom, Judgement::OomBetween(..))
        | (Judgement::ConvergesWithin(_), Judgement::StaysApart)
        | (Judgement::NoOom, Judgement::Sometimes(Occurrence::OomRefusal)) => true,
        (Judgement::OomBetween(a, from, to), Judgement::OomBetween(b, start, end)) => {
            a == b && (to < start || end < from)
        }
        _ => false,
    }
}
