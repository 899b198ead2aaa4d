//! Arms: what each adds, checked together with what all share.

use crate::plan::{Arm, Plan, RoutePlan};
use crate::scenario::lower::header::Phases;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::{Lowering, Owner, entries};
use crate::scenario::schema::Scenario;
use crate::scenario::span::{Field, Span};

impl Lowering<'_> {
    pub(super) fn arms(
        &mut self,
        file: &Scenario,
        places: &Places,
        routes: &[RoutePlan],
        phases: Phases,
    ) -> Vec<Arm> {
        let (mut arms, mut names) = (Vec::new(), Vec::new());
        for given in entries(&file.arms).iter().filter_map(Field::given) {
            let owner = Owner::named("arm", &given.value.name, given.span);
            let (steps, rules) = (&given.value.timeline, &given.value.runbook);
            let name = self.name(&given.value.name, "name", &owner);
            let arm = name.as_ref().map(|name| name.value.as_str());
            self.anew(arm, |lowering| {
                lowering.timeline(&[&file.timeline, steps], places, routes, phases);
                lowering.rules(&[&file.runbook, rules], &file.alerts, places, routes);
            });
            // What is wrong with these has been said, and what precedes them is left out here.
            let said = std::mem::take(&mut self.mistakes);
            let timeline = self.timeline(&[steps], places, routes, phases);
            let rules = self.rules(&[rules], &Field::Absent, places, routes);
            self.mistakes = said;
            arms.extend(name.as_ref().map(|name| Arm {
                name: name.value.clone(),
                timeline,
                rules,
            }));
            names.extend(name);
        }
        self.unique("arms", &names);
        arms
    }

    /// Does what finds mistakes, some of them known: these are not told twice. The others are those
    /// of an arm, where one is named.
    pub(super) fn anew(&mut self, arm: Option<&str>, work: impl FnOnce(&mut Self)) {
        let mut known = std::mem::take(&mut self.mistakes);
        work(self);
        let found = std::mem::take(&mut self.mistakes);
        for mistake in found {
            if !known.contains(&mistake) {
                known.push(match arm {
                    Some(arm) => mistake.note(format!("so it is in the arm `{arm}`")),
                    None => mistake,
                });
            }
        }
        self.mistakes = known;
    }

    /// What holds of a plan as a whole holds of each of its arms.
    pub(super) fn whole(&mut self, plan: &Plan, span: Span, lagging: Span) {
        let arms = plan.arms.iter().map(|arm| plan.of_arm(arm));
        let all: Vec<Plan> = std::iter::once(plan.clone()).chain(arms).collect();
        let claims = std::mem::take(&mut self.claims);
        for one in &all {
            self.anew(None, |lowering| {
                lowering.divisible(one, span);
                lowering.replicas_ahead(one, lagging);
            });
        }
        let most = |plan: &Plan| plan.sizes_to_come().max();
        let largest = all.iter().max_by_key(|plan| most(plan));
        let largest = largest.expect("the plan itself is one");
        self.anew(None, |lowering| lowering.claimed(claims, largest));
    }
}
