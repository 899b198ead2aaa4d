//! The runbook.

use crate::plan::{Metric, RulePlan};
use crate::quantity::Ratio;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::{Lowering, Owner, entries};
use crate::scenario::schema::List;
use crate::scenario::schema::leaf::Quantity;
use crate::scenario::schema::timeline::{Response, Rule, Trigger};
use crate::scenario::span::{Field, Sp};
use crate::time::SimDuration;

const DAY: SimDuration = SimDuration::from_secs(86_400);
const MILLIONTH: Ratio = Ratio { ppm: 1 };

impl Lowering<'_> {
    pub(super) fn rules(&mut self, field: &Field<List<Rule>>, places: &Places) -> Vec<RulePlan> {
        let mut rules = Vec::new();
        let mut names = Vec::new();
        for given in entries(field).iter().filter_map(Field::given) {
            let owner = Owner::named("rule", &given.value.name, given.span);
            names.extend(self.name(&given.value.name, "name", &owner));
            rules.extend(self.rule(&given.value, &owner, places));
        }
        self.unique("rules", &names);
        rules
    }

    fn rule(&mut self, file: &Rule, owner: &Owner, places: &Places) -> Option<RulePlan> {
        let example = "UsedMemory(above: \"80%\")";
        let trigger = self.required(&file.when, "when", owner, example);
        let example = "ForceUnlink(drop: \"redis-us\")";
        let response = self.required(&file.then, "then", owner, example);
        let reaction = self.pause(&file.reaction, "`reaction`");
        let drop = response.and_then(|given| {
            let Response::ForceUnlink { drop } = &given.value;
            let owner = Owner::new("`ForceUnlink`", given.span);
            let name = self.required(drop, "drop", &owner, "\"redis-us\"")?;
            Some(Sp { value: self.instance(name, places)?, span: name.span })
        });
        let trigger = trigger?;
        let Trigger::UsedMemory { on, above, lasting } = &trigger.value;
        let when = Owner::new("`UsedMemory`", trigger.span);
        let mut watch = self.instances(on, places);
        let above = self.required(above, "above", &when, "\"80%\"");
        let above = above.and_then(|given| self.within(given, "`above`", MILLIONTH, Ratio::ONE));
        let lasting = self.pause(lasting, "`lasting`");
        let drop = drop?;
        // A member that is dropped cannot be the one that asks for it.
        watch.retain(|id| *id != drop.value);
        if watch.is_empty() {
            self.report(
                Diagnostic::new(Code::UnlinkSelf, drop.span, "nobody is left to drop this member")
                    .label("the only instance watched")
                    .note("the request goes to the instance that crossed, which cannot drop itself"),
            );
            return None;
        }
        Some(RulePlan {
            name: file.name.value()?.0.clone(),
            watch,
            metric: Metric::UsedMemoryPercentage,
            above: above?,
            lasting: lasting?,
            reaction: reaction?,
            drop: drop.value,
        })
    }

    fn pause(&mut self, field: &Field<Quantity<SimDuration>>, what: &str) -> Option<SimDuration> {
        match field {
            Field::Absent => Some(SimDuration::ZERO),
            Field::Broken(_) => None,
            Field::Given(given) => self.within(given, what, SimDuration::ZERO, DAY),
        }
    }
}
