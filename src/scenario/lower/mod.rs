//! From what a file says to what a run needs: names to ids, defaults filled in, every rule checked.
//!
//! Nothing stops at a mistake. A part that cannot be made stays out, what depends on it is left
//! unjudged, and a plan is only put together when nothing was reported.

mod apart;
mod arm;
mod assumptions;
mod chaos;
mod command;
mod condition;
mod expectation;
mod expiry;
mod fault;
mod fill;
mod hazard;
mod header;
mod incident;
mod lookup;
mod pair;
mod place;
mod process;
mod request;
mod route;
mod rule;
mod sizes;
mod state;
mod suits;
mod timeline;
mod traffic;
mod vary;
mod weight;

use crate::id::InstanceId;
use crate::plan::request::GROUP_NAME_MAX;
use crate::plan::{PARTS_MAX, Plan};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::schema::Scenario;
use crate::scenario::schema::amount::Written;
use crate::scenario::schema::leaf::{Quantity, Text};
use crate::scenario::source::Source;
use crate::scenario::span::{Field, Sp, Span};

pub(super) use header::SCHEMA_VERSION;

/// The longest name, in characters.
const NAME_MAX: usize = 64;

/// What the group is called, unless the scenario says otherwise.
const GROUP: &str = "group";

/// The state of lowering one scenario: what was found wrong so far.
pub(super) struct Lowering<'a> {
    source: &'a Source,
    /// What was found wrong while reading.
    misread: &'a [Diagnostic],
    mistakes: Vec<Diagnostic>,
    /// Whom a request goes to that leaves it open, while a rule is lowered.
    crossing: Option<InstanceId>,
    /// Shards that are named.
    claims: Vec<incident::Claim>,
}

/// A part of the file that fields belong to.
pub(super) struct Owner {
    /// What it is, for messages: `` instance `redis-us` ``.
    what: String,
    /// Where it stands.
    span: Span,
}

impl Owner {
    fn new(what: impl Into<String>, span: Span) -> Self {
        Self {
            what: what.into(),
            span,
        }
    }

    /// `kind` with the name in `field`, if it has one.
    fn named(kind: &str, field: &Field<Text>, span: Span) -> Self {
        match field.value() {
            Some(name) if !name.0.trim().is_empty() => {
                Self::new(format!("{kind} `{}`", name.0), span)
            }
            _ => Self::new(format!("this {kind}"), span),
        }
    }
}

/// Makes a plan called `stem` (unless the scenario names itself), with the faults and omissions
/// that `seed` draws, or else the scenario's own.
///
/// # Errors
/// All mistakes found.
pub(super) fn lower(
    scenario: &Sp<Scenario>,
    stem: &str,
    source: &Source,
    misread: &[Diagnostic],
    seed: Option<u64>,
) -> Result<Plan, Vec<Diagnostic>> {
    let mut lowering = Lowering {
        source,
        misread,
        mistakes: Vec::new(),
        crossing: None,
        claims: Vec::new(),
    };
    let plan = lowering.plan(scenario, stem, seed);
    match plan {
        Some(plan) if lowering.mistakes.is_empty() => Ok(plan),
        _ => Err(lowering.mistakes),
    }
}

impl Lowering<'_> {
    fn plan(&mut self, scenario: &Sp<Scenario>, stem: &str, seed: Option<u64>) -> Option<Plan> {
        let file = &scenario.value;
        let header = self.header(scenario, stem);
        let assumptions = self.assumptions(&file.assumptions);
        let places = self.places(scenario);
        self.linkable(&places, assumptions.edition);
        let routes = self.routes(&file.routes, &places, &assumptions);
        let phases = header.phases;
        let keys = self.populations(&file.fill, &places, &assumptions);
        let fleets = self.fleets(&file.traffic, &places, &keys, phases);
        let timeline = self.timeline(&[&file.timeline], &places, &routes, phases);
        let chaos = self.chaos(file, &places, &routes, phases);
        let rules = self.rules(&[&file.runbook], &file.alerts, &places, &routes);
        let arms = self.arms(file, &places, &routes, phases);
        let axes = self.axes(&file.vary);
        let causes = expectation::Causes::of(file, &places);
        let expectations = self.expectations(&file.expect, &places, phases, causes);
        let principals = places.principals.clone();
        let group = self.group(&file.group, &Owner::new("the scenario", scenario.span))?;
        let (regions, instances) = places.finished()?;
        let plan = Plan {
            name: header.name,
            question: header.question,
            seed: seed.unwrap_or(header.seed),
            drawn: false,
            storm: phases.storm?,
            settle: phases.settle?,
            epoch_ms: header.epoch_ms,
            tie_break: header.tie_break,
            sample_every: header.sample_every,
            full_detail_operations: header.full_detail_operations,
            events_max: header.events_max,
            assumptions,
            regions,
            routes,
            group,
            principals,
            instances,
            populations: keys.finished()?,
            fleets: fleets.into_iter().collect(),
            timeline,
            rules,
            arms,
            axes,
            expectations,
        };
        let lagging = file.assumptions.span().unwrap_or(scenario.span);
        self.whole(&chaos.at_worst(&plan), scenario.span, lagging);
        chaos.uncontested(self, &plan);
        Some(chaos.unleashed(plan))
    }

    /// The group's nickname.
    fn group(&mut self, field: &Field<Text>, owner: &Owner) -> Option<String> {
        match field.is_given() {
            true => {
                let name = self.name(field, "group", owner)?;
                self.is_azure_name(&name, "group", GROUP_NAME_MAX)
                    .then_some(name.value)
            }
            false => Some(GROUP.to_owned()),
        }
    }

    /// Members' shards of all sizes must divide into common parts.
    fn divisible(&mut self, plan: &Plan, span: Span) {
        if plan.parts().is_none() {
            let message = "the numbers of shards have no common multiple that is small enough";
            self.report(
                Diagnostic::new(Code::Parts, self.head(span), message)
                    .label(format!("expected one of at most {PARTS_MAX}")),
            );
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.mistakes.push(diagnostic);
    }

    /// Reports what holds for both directions of a pair only once.
    fn report_once(&mut self, diagnostic: Diagnostic) {
        let same = |last: &Diagnostic| (last.code, last.span) == (diagnostic.code, diagnostic.span);
        if !self.mistakes.last().is_some_and(same) {
            self.report(diagnostic);
        }
    }

    /// The first line of `span`: as much as a caret line should underline.
    fn head(&self, span: Span) -> Span {
        let text = span.of(self.source.text());
        let line = text.lines().next().unwrap_or_default().trim_end();
        Span::new(span.start, span.start + line.len())
    }

    /// The value of a field that has no default. `example` is what it could look like.
    fn required<'f, T>(
        &mut self,
        field: &'f Field<T>,
        name: &str,
        owner: &Owner,
        example: &str,
    ) -> Option<&'f Sp<T>> {
        if field.is_absent() && !self.is_misspelt(name, owner) {
            let message = format!("{} has no `{name}`", owner.what);
            self.report(
                Diagnostic::new(Code::MissingField, self.head(owner.span), message)
                    .label(format!("`{name}` is missing here"))
                    .note(format!("add `{name}: {example}`")),
            );
        }
        field.given()
    }

    /// Whether the owner has an unknown field that was most likely meant to be `name`.
    fn is_misspelt(&self, name: &str, owner: &Owner) -> bool {
        self.misread.iter().any(|mistake| {
            let meant = mistake.fix.as_ref().is_some_and(|fix| fix.text == name);
            mistake.code == Code::UnknownField && meant && owner.span.holds(mistake.span)
        })
    }

    /// A quantity that must lie between two others, both included.
    fn within<T: Written + PartialOrd + Copy>(
        &mut self,
        given: &Sp<Quantity<T>>,
        what: &str,
        least: T,
        most: T,
    ) -> Option<T> {
        let found = given.value.0;
        if found >= least && found <= most {
            return Some(found);
        }
        let (found, least, most) = (found.write(), least.write(), most.write());
        self.out_of_range(given.span, what, &found, &format!("from {least} to {most}"));
        None
    }

    /// A number that must lie between two others, both included.
    fn between<N: PartialOrd + Copy + std::fmt::Display>(
        &mut self,
        given: &Sp<N>,
        what: &str,
        least: N,
        most: N,
    ) -> Option<N> {
        let found = given.value;
        if found >= least && found <= most {
            return Some(found);
        }
        self.out_of_range(given.span, what, &found, &format!("from {least} to {most}"));
        None
    }

    fn out_of_range(&mut self, span: Span, what: &str, found: &dyn std::fmt::Display, range: &str) {
        let message = format!("{what} is {found}, out of range");
        self.report(
            Diagnostic::new(Code::OutOfRange, span, message).label(format!("expected {range}")),
        );
    }

    /// A name that things can be called by.
    fn name(&mut self, field: &Field<Text>, label: &str, owner: &Owner) -> Option<Sp<String>> {
        let given = self.required(field, label, owner, "\"…\"")?;
        let text = &given.value.0;
        let usable = !text.trim().is_empty()
            && text.chars().count() <= NAME_MAX
            && !text.chars().any(char::is_control);
        if !usable {
            let message = format!("the `{label}` of {} cannot be used", owner.what);
            self.report(
                Diagnostic::new(Code::BadName, given.span, message)
                    .label(format!("expected 1 to {NAME_MAX} printable characters")),
            );
            return None;
        }
        Some(Sp {
            value: text.clone(),
            span: given.span,
        })
    }

    /// Reports every name that an earlier one equals.
    fn unique(&mut self, what: &str, names: &[Sp<String>]) {
        for (index, name) in names.iter().enumerate() {
            let same = |first: &&Sp<String>| first.value == name.value && first.span != name.span;
            if let Some(first) = names[..index].iter().find(same) {
                let message = format!("two {what} are called `{}`", name.value);
                self.report(
                    Diagnostic::new(Code::DuplicateName, name.span, message)
                        .label("used again here")
                        .related(first.span, "first used here"),
                );
            }
        }
    }

    /// Reports two values whose order is wrong.
    fn reversed(&mut self, first: Span, second: Span, what: &str) {
        self.report(
            Diagnostic::new(
                Code::ReversedSpan,
                second,
                format!("{what} ends before it begins"),
            )
            .label("not after the beginning")
            .related(first, "the beginning"),
        );
    }

    /// The weights of a list: none too large in sum, not all zero.
    fn weights(&mut self, list: Span, weights: &[u32]) -> bool {
        let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
        let problem = match total {
            0 if weights.is_empty() => "the list is empty",
            0 => "all weights are zero",
            total if u32::try_from(total).is_err() => "the weights are too large in sum",
            _ => return true,
        };
        self.report(
            Diagnostic::new(
                Code::Weights,
                self.head(list),
                format!("{problem}, nothing to choose"),
            )
            .label("expected at least one weight above zero"),
        );
        false
    }
}

/// The entries of a list, or none.
fn entries<T>(field: &Field<Vec<Field<T>>>) -> &[Field<T>] {
    field.value().map_or(&[], Vec::as_slice)
}

/// Both parts of entries that are pairs; a part that is missing was reported while reading.
fn both<A, B>(pair: &(Field<A>, Field<B>)) -> Option<(&Sp<A>, &Sp<B>)> {
    Some((pair.0.given()?, pair.1.given()?))
}
