//! Joins: while creating, and by force.

use crate::control::group::{Group, LinkState, MEMBERS_MAX, Member, MemberId};
use crate::control::instance::{Configuration, GROUP_NAME_MAX, is_name};
use crate::control::operation::{Kind, Peers};
use crate::control::refusal::{Refusal, Refused};
use crate::control::request::{Accepted, Discard, Effect, Grouping};
use crate::control::{Control, Edition};
use crate::id::{Id, InstanceId};
use crate::time::{SimDuration, SimTime};

/// A join that may be made.
pub(super) struct Joining {
    /// The group; none when it is new.
    group: Option<usize>,
    pub(super) peers: Peers,
    /// Whether it cannot be made as things are.
    failing: bool,
}

impl Control {
    pub(super) fn joining_lasts(&self, joining: &Joining, usual: SimDuration) -> SimDuration {
        if joining.failing {
            self.settings.timings.link_failure
        } else {
            usual
        }
    }

    /// Whether an instance may join; `founds` when it may be the first.
    pub(super) fn joining(
        &self,
        now: SimTime,
        name: &str,
        configuration: &Configuration,
        group: &Grouping,
        founds: bool,
    ) -> Result<Joining, Refused> {
        is_name(&group.nickname, GROUP_NAME_MAX)?;
        let others = self.expected(name, &group.linked)?;
        let is_meant = |one: &Group| one.nickname == group.nickname;
        let Some(index) = self.groups.iter().position(is_meant) else {
            return self.founding(now, configuration, group, &others, founds);
        };
        let theirs = &self.groups[index];
        let mut members: Vec<InstanceId> = theirs.linked().collect();
        members.sort_unstable();
        if others != members && self.are_strangers(&others, theirs) {
            return self.meeting(now, configuration, &others, Some(index));
        }
        if others != members {
            let found = format!("{} beside `{name}`", self.names(&others));
            return Err(Refused::new(Refusal::Split, found, self.names(&members)));
        }
        if members.len() >= MEMBERS_MAX {
            let found = format!("a group of {}", members.len());
            return Err(Refused::new(
                Refusal::GroupFull,
                found,
                "a group of four at most",
            ));
        }
        configuration.is_linkable(self.settings.edition)?;
        if let Some(lock) = &theirs.lock {
            let (from, to) = (lock.original.name, lock.target.name);
            let found = format!("a group on its way from `{from}` to `{to}`");
            return Err(Refused::new(Refusal::Mismatch, found, "a group of one SKU"));
        }
        if let Some(first) = members.first() {
            configuration.matches(&self.instances[first.index()].configuration)?;
        }
        for member in &members {
            self.instances[member.index()].is_settled(now)?;
        }
        Ok(Joining {
            group: Some(index),
            peers: Peers::Members,
            failing: members
                .iter()
                .any(|one| !self.instances[one.index()].reachable),
        })
    }

    /// Whether an instance may be the first of a group of that nickname.
    fn founding(
        &self,
        now: SimTime,
        configuration: &Configuration,
        group: &Grouping,
        others: &[InstanceId],
        founds: bool,
    ) -> Result<Joining, Refused> {
        let found = format!("`{}`", group.nickname);
        if let Some(theirs) = others.iter().find_map(|other| self.group_of(*other)) {
            let accepted = format!("`{}`", theirs.nickname);
            return Err(Refused::new(Refusal::Nick, found, accepted));
        }
        if others.is_empty() && !founds {
            let accepted = "the nickname of a group";
            return Err(Refused::new(Refusal::Nick, found, accepted));
        }
        if others.is_empty() {
            configuration.is_linkable(self.settings.edition)?;
            return Ok(Joining {
                group: None,
                peers: Peers::Members,
                failing: false,
            });
        }
        self.meeting(now, configuration, others, None)
    }

    /// Whether databases are in no group together, `theirs` and all others a group of one at most.
    fn are_strangers(&self, others: &[InstanceId], theirs: &Group) -> bool {
        let is_listed = |member: InstanceId| others.contains(&member);
        theirs.linked().all(is_listed) && others.iter().all(|other| self.is_single(*other, None))
    }

    /// Whether an instance may become a member with others that are in no group together: of that
    /// group, or of a new one.
    fn meeting(
        &self,
        now: SimTime,
        configuration: &Configuration,
        others: &[InstanceId],
        group: Option<usize>,
    ) -> Result<Joining, Refused> {
        if others.len() >= MEMBERS_MAX {
            let found = format!("{} databases", others.len() + 1);
            return Err(Refused::new(Refusal::GroupFull, found, "five at most"));
        }
        configuration.is_linkable(self.settings.edition)?;
        let others = others.to_vec();
        let may_link = self.settings.strangers_link;
        for other in others.iter().filter(|_| may_link) {
            let other = &self.instances[other.index()];
            configuration.matches(&other.configuration)?;
            other.is_settled(now)?;
        }
        let away = |other: &InstanceId| !self.instances[other.index()].reachable;
        Ok(Joining {
            group,
            failing: !may_link || others.iter().any(away),
            peers: Peers::Strangers(others),
        })
    }

    /// The listed databases but for the sender itself, which must be among them.
    fn expected(&self, name: &str, linked: &[String]) -> Result<Vec<InstanceId>, Refused> {
        let mut others = Vec::new();
        let mut names_itself = false;
        for one in linked {
            if linked.iter().filter(|other| *other == one).count() > 1 {
                let found = format!("`{one}` more than once");
                return Err(Refused::new(Refusal::Split, found, "each member once"));
            }
            if one == name {
                names_itself = true;
            } else if one.eq_ignore_ascii_case(name) {
                let found = format!("`{one}`");
                return Err(Refused::new(Refusal::IdCase, found, format!("`{name}`")));
            } else {
                others.push(self.lookup(one)?);
            }
        }
        if !names_itself {
            let found = format!("a list without `{name}`");
            return Err(Refused::new(
                Refusal::Split,
                found,
                "a list with the sender itself",
            ));
        }
        others.sort_unstable();
        Ok(others)
    }

    pub(super) fn enter(&mut self, instance: InstanceId, joining: Joining, nickname: &str) {
        let index = joining.group.unwrap_or_else(|| {
            self.groups.push(Group::new(nickname.to_owned()));
            self.groups.len() - 1
        });
        self.members += 1;
        self.groups[index].members.push(Member {
            instance,
            number: MemberId(self.members),
            state: LinkState::Linking,
        });
    }

    pub(super) fn force_link(
        &mut self,
        now: SimTime,
        on: InstanceId,
        group: &Grouping,
    ) -> Result<Accepted, Refused> {
        let sender = self.reached(on)?;
        if let Some(theirs) = self.group_of(on) {
            let found = format!("a member of `{}`", theirs.nickname);
            return Err(Refused::new(
                Refusal::LinkMember,
                found,
                "a database in no group",
            ));
        }
        if sender.former && self.settings.edition == Edition::Seed {
            let found = format!("`{}`, dropped by force", sender.name);
            return Err(Refused::new(
                Refusal::LinkFormer,
                found,
                "a database created anew",
            ));
        }
        sender.is_settled(now)?;
        let (name, configuration) = (&sender.name, &sender.configuration);
        let joining = self.joining(now, name, configuration, group, false)?;
        let lasts = self.joining_lasts(&joining, self.settings.timings.force_link);
        let peers = joining.peers.clone();
        // What an earlier failure left on a list is replaced; a group may go with it, so the new
        // entry is made first.
        let failed = |member: &Member| member.instance == on;
        for one in &mut self.groups {
            one.members.retain(|member| !failed(member));
            one.ghosts.retain(|ghost| ghost.instance != on);
        }
        self.enter(on, joining, &group.nickname);
        self.sweep();
        let effects = vec![Effect::Close(on), Effect::Wipe(on, Discard::ForceLink)];
        Ok(self.begin(now, on, (Kind::ForceLink { peers }, lasts), effects))
    }
}
