//! Who takes part in a plan, as the history names them.

use crate::history::Roster;
use crate::history::roster::Member;
use crate::plan::{AtStart, InstancePlan, Plan};

impl Plan {
    /// The regions and members, by id.
    pub fn roster(&self) -> Roster {
        let member = |one: &InstancePlan| Member {
            name: one.name.clone(),
            region: one.region,
            linked: one.at_start == AtStart::Member,
        };
        Roster {
            regions: self
                .regions
                .iter()
                .map(|region| region.name.clone())
                .collect(),
            instances: self.instances.iter().map(member).collect(),
        }
    }
}
