//! Arms: several ways to go on from the same beginning.

use crate::plan::{Plan, RulePlan, TimedStep};

/// What one arm adds to its scenario: another decision on the same day.
#[derive(Clone, Debug)]
pub struct Arm {
    /// What it is called.
    pub name: String,
    /// Steps beside those of the timeline, by time.
    pub timeline: Vec<TimedStep>,
    /// Rules beside those of the runbook.
    pub rules: Vec<RulePlan>,
}

impl Plan {
    /// The plan of an arm: the seed, and with it every draw, is that of the others. Its name is
    /// the plan's with the arm's behind it.
    pub fn of_arm(&self, arm: &Arm) -> Self {
        let mut plan = self.clone();
        plan.name = format!("{}: {}", self.name, arm.name);
        plan.arms.clear();
        plan.timeline.extend(arm.timeline.iter().cloned());
        plan.timeline.sort_by_key(|timed| timed.at);
        plan.rules.extend(arm.rules.iter().cloned());
        plan
    }
}
