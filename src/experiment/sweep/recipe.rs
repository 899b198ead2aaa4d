//! What the plans of a sweep's cases are made of.

use crate::plan::Plan;
use crate::scenario;
use crate::scenario::diagnostic::Mistakes;

/// Makes the plan of each case: of a scenario that leaves something to chance or to the sweep anew
/// from its text, of any other the same plan with another seed.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The plan of seed 0 in the first cell.
    pub plan: Plan,
    /// The file's name and text.
    pub scenario: (String, String),
    /// Its overrides.
    pub overrides: Vec<String>,
    /// The arm, if one is meant.
    pub arm: Option<String>,
}

impl Recipe {
    /// What one case runs: a plan without arms, with the value of each axis at this position.
    ///
    /// # Errors
    /// The mistakes of the scenario as seed and cell have it.
    pub fn plan_of(&self, seed: u64, cell: &[usize]) -> Result<Plan, Mistakes> {
        if !self.plan.drawn && self.plan.axes.is_empty() {
            return Ok(seeded(&self.plan, seed));
        }
        let (file, text) = &self.scenario;
        let drawn = scenario::parse_cell(file, text, &self.overrides, cell, Some(seed))?;
        let mut arms = drawn.arms.iter();
        let arm = arms.find(|arm| Some(&arm.name) == self.arm.as_ref());
        let plan = arm.map_or_else(|| drawn.clone(), |arm| drawn.of_arm(arm));
        Ok(seeded(&plan, seed))
    }
}

/// The plan under another seed, without its arms.
pub fn seeded(plan: &Plan, seed: u64) -> Plan {
    Plan {
        seed,
        arms: Vec::new(),
        ..plan.clone()
    }
}
