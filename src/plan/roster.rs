//! Who takes part in a plan, as the history names them.

use crate::history::Roster;
use crate::history::roster::Member;
use crate::plan::Plan;

impl Plan {
    /// The regions and members, by id.
    pub fn roster(&self) -> Roster {
        let member = |name: &String, region| Member {
            name: name.clone(),
            region,
        };
        Roster {
            regions: self
                .regions
                .iter()
                .map(|region| region.name.clone())
                .collect(),
            instances: self
                .instances
                .iter()
                .map(|plan| member(&plan.name, plan.region))
                .collect(),
        }
    }
}
