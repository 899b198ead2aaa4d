//! A group: who is linked to whom, in which state, and the scaling lock.

use crate::control::operation::OperationId;
use crate::control::scaling::Lock;
use crate::id::InstanceId;

/// The most members of a group. Source: how-to-active-geo-replication.
pub const MEMBERS_MAX: usize = 5;

/// A member's number in the clocks of its peers. One that leaves never gets its number back, nor
/// does anyone else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct MemberId(pub u32);

/// A link's state as ARM names it (`geoReplication.linkedDatabases[].state`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[allow(missing_docs, reason = "ARM's own names")]
pub enum LinkState {
    Linked,
    Linking,
    LinkFailed,
    Unlinking,
    UnlinkFailed,
}

/// A member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// The database.
    pub instance: InstanceId,
    /// Its number.
    pub number: MemberId,
    /// The state of its link.
    pub state: LinkState,
}

/// A member dropped by force that is still listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Ghost {
    pub(super) instance: InstanceId,
    /// The survivor that the request was sent to.
    pub(super) via: InstanceId,
    /// What ends the listing; none when it failed.
    pub(super) operation: Option<OperationId>,
}

/// A group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// Its nickname.
    pub nickname: String,
    /// The members in the order they joined, and those whose link failed.
    pub members: Vec<Member>,
    /// The scaling lock.
    pub lock: Option<Lock>,
    pub(super) ghosts: Vec<Ghost>,
}

impl Group {
    pub(super) fn new(nickname: String) -> Self {
        Self {
            nickname,
            members: Vec::new(),
            lock: None,
            ghosts: Vec::new(),
        }
    }

    /// The members that take part: not those whose link failed.
    pub fn linked(&self) -> impl Iterator<Item = InstanceId> + '_ {
        let takes_part = |member: &&Member| member.state != LinkState::LinkFailed;
        self.members
            .iter()
            .filter(takes_part)
            .map(|member| member.instance)
    }

    pub(super) fn member_mut(&mut self, instance: InstanceId) -> Option<&mut Member> {
        self.members
            .iter_mut()
            .find(|member| member.instance == instance)
    }

    /// Takes an instance off every list.
    pub(super) fn forget(&mut self, instance: InstanceId) {
        self.members.retain(|member| member.instance != instance);
        self.ghosts.retain(|ghost| ghost.instance != instance);
    }

    /// What a member lists: every member, and those dropped but not gone from the list yet.
    pub(super) fn listed(&self) -> Vec<(InstanceId, LinkState)> {
        let members = self.members.iter();
        let mut listed: Vec<_> = members
            .map(|member| (member.instance, member.state))
            .collect();
        listed.extend(self.ghosts.iter().map(|ghost| {
            let state = match ghost.operation {
                Some(_) => LinkState::Unlinking,
                None => LinkState::UnlinkFailed,
            };
            (ghost.instance, state)
        }));
        listed
    }
}
