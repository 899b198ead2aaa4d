//! The geo-replication group as a pure state machine: requests are decided here and carried out
//! elsewhere.
//!
//! Modelled: a linked group, and force-unlink from a survivor. The link states are Azure's
//! (`geoReplication.linkedDatabases[].state`):
//!
//! ```text
//! Linked ──forceUnlink on a survivor──► (absent)
//! ```

use std::fmt;

use crate::id::InstanceId;

/// A group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    members: Vec<InstanceId>,
    dropped: Vec<InstanceId>,
}

/// Why a request is refused. Nothing has changed then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The request names the database it is sent to.
    UnlinkSelf,
    /// The request names a database that is not a member.
    NotMember,
    /// The request is sent to a database that is not a member any more.
    SentToFormerMember,
    /// The request is sent to a database whose region is dark.
    Unreachable,
}

impl Group {
    /// A group of linked members.
    pub fn linked(members: Vec<InstanceId>) -> Self {
        Self {
            members,
            dropped: Vec::new(),
        }
    }

    /// Drops a member without its consent, at the request of an operator of `on`.
    ///
    /// Source: Azure REST API, redisEnterprise databases forceUnlink: a POST on a surviving member
    /// with the ids to drop; it cannot target the member it is called on.
    ///
    /// # Errors
    /// A [`Refusal`]; the group is as it was.
    pub fn force_unlink(&mut self, on: InstanceId, drop: InstanceId) -> Result<(), Refusal> {
        if on == drop {
            return Err(Refusal::UnlinkSelf);
        }
        if !self.members.contains(&on) {
            return Err(Refusal::SentToFormerMember);
        }
        if !self.members.contains(&drop) {
            return Err(Refusal::NotMember);
        }
        self.members.retain(|member| *member != drop);
        self.dropped.push(drop);
        Ok(())
    }

    /// Whether `instance` is a member.
    pub fn is_member(&self, instance: InstanceId) -> bool {
        self.members.contains(&instance)
    }

    /// The members, in the order they joined.
    pub fn members(&self) -> &[InstanceId] {
        &self.members
    }
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::UnlinkSelf,
        Self::NotMember,
        Self::SentToFormerMember,
        Self::Unreachable,
    ];

    /// The stable id that `meridian explain` knows.
    pub fn id(self) -> &'static str {
        match self {
            Self::UnlinkSelf => "E-UNLINK-SELF",
            Self::NotMember => "E-UNLINK-ABSENT",
            Self::SentToFormerMember => "E-UNLINK-FORMER",
            Self::Unreachable => "E-UNREACHABLE",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnlinkSelf => {
                "a database cannot unlink itself; send the request to a surviving member"
            }
            Self::NotMember => "the database to unlink is not a member of the group",
            Self::SentToFormerMember => {
                "the database the request was sent to is no longer a member of the group"
            }
            Self::Unreachable => "the database the request was sent to cannot be reached",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_unlink_changes_nothing() {
        let mut group = Group::linked(vec![InstanceId(0), InstanceId(1), InstanceId(2)]);
        let before = group.clone();
        let refused = group.force_unlink(InstanceId(0), InstanceId(0));
        assert_eq!(refused, Err(Refusal::UnlinkSelf));
        assert_eq!(
            group.force_unlink(InstanceId(0), InstanceId(7)),
            Err(Refusal::NotMember)
        );
        assert_eq!(group, before);
        assert_eq!(group.force_unlink(InstanceId(0), InstanceId(2)), Ok(()));
        let late = group.force_unlink(InstanceId(2), InstanceId(1));
        assert_eq!(late, Err(Refusal::SentToFormerMember));
        assert_eq!(group.members(), [InstanceId(0), InstanceId(1)]);
    }
}
