//! Who takes part: the names a witness reads, by id.

use crate::id::{Id, IdVec, InstanceId, RegionId};

/// The regions and members of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Roster {
    /// The regions' names, as Azure writes them.
    pub regions: IdVec<RegionId, String>,
    /// The members. A member's slot in the clocks of its group is its place here.
    pub instances: IdVec<InstanceId, Member>,
}

/// A member of the group, or an instance that may become one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// The cache's name.
    pub name: String,
    /// Where it is.
    pub region: RegionId,
    /// Whether it is a member at time zero.
    pub linked: bool,
}

impl Roster {
    /// The name of an instance.
    pub fn name(&self, instance: InstanceId) -> &str {
        &self.instances[instance].name
    }

    /// Where an instance is.
    pub fn region(&self, instance: InstanceId) -> RegionId {
        self.instances[instance].region
    }

    /// The instances in a region.
    pub fn instances_in(&self, region: RegionId) -> impl Iterator<Item = InstanceId> {
        let entries = self.instances.entries();
        entries
            .filter(move |(_, member)| member.region == region)
            .map(|(id, _)| id)
    }

    /// The instance behind a component of a clock.
    pub fn origin(component: usize) -> InstanceId {
        InstanceId::at(component)
    }
}

#[cfg(test)]
mod tests {
    use crate::history::fixture::roster;
    use crate::id::RegionId;

    #[test]
    fn instances_are_found_by_region() {
        let roster = roster(3);
        let found: Vec<&str> = roster
            .instances_in(RegionId(1))
            .map(|id| roster.name(id))
            .collect();
        assert_eq!(found, ["west"]);
    }
}
