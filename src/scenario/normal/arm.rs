//! Arms as the file writes them.

use crate::plan::{self, Plan};
use crate::scenario::normal::{list, rule, text, timeline};
use crate::scenario::schema::List;
use crate::scenario::schema::rule::Arm;
use crate::scenario::span::Field;

pub(super) fn arms(plan: &Plan) -> Field<List<Arm>> {
    if plan.arms.is_empty() {
        return Field::Absent;
    }
    list(plan.arms.iter().map(|arm| self::arm(arm, plan)))
}

fn arm(arm: &plan::Arm, plan: &Plan) -> Arm {
    let steps = arm.timeline.iter();
    Arm {
        name: text(&arm.name),
        timeline: list(steps.map(|step| timeline::step(step, plan))),
        runbook: list(arm.rules.iter().map(|one| rule::rule(one, plan))),
    }
}
