//! Operations at their end.

use crate::control::Control;
use crate::control::group::{Group, LinkState, Member, MemberId};
use crate::control::instance::{Phase, ResourceState};
use crate::control::operation::{Kind, OperationId, Peers};
use crate::control::refusal::{Refusal, Refused};
use crate::control::request::{Effect, Finished};
use crate::id::{Id, InstanceId};
use crate::time::SimTime;

impl Control {
    /// Ends an operation that is due: it succeeds if what it needs is there at this instant. None
    /// when there is no such operation any more.
    pub fn finish(&mut self, now: SimTime, id: OperationId) -> Option<Finished> {
        self.end(now, id, false)
    }

    /// Ends an operation early, as a failure: `E-INTERRUPTED`.
    pub fn fail(&mut self, now: SimTime, id: OperationId) -> Option<Finished> {
        self.end(now, id, true)
    }

    fn end(&mut self, now: SimTime, id: OperationId, broken: bool) -> Option<Finished> {
        let sizes = self.capacities();
        let runs = |id_of: Option<OperationId>| id_of == Some(id);
        let mut finished = if let Some(at) = self
            .instances
            .iter()
            .position(|one| runs(one.operation.as_ref().map(|operation| operation.id)))
        {
            self.end_of(now, InstanceId::at(at), broken)
        } else {
            self.end_of_listing(id, broken)?
        };
        finished.effects.extend(self.changed(&sizes));
        Some(finished)
    }

    fn end_of(&mut self, now: SimTime, on: InstanceId, broken: bool) -> Finished {
        let instance = &mut self.instances[on.index()];
        let operation = instance.operation.take().expect("it was found by it");
        let failure = self.verdict(on, &operation.kind, broken).err();
        let state = operation.kind.under_way();
        self.instances[on.index()].phase = match &failure {
            Some(_) => Phase::Failed(operation.kind.failed()),
            None => Phase::Done {
                last: state,
                settled: now + self.settings.timings.settling,
            },
        };
        let is_done = failure.is_none();
        let mut effects = Vec::new();
        match operation.kind {
            Kind::Create { joins } => {
                let exists = is_done || joins.is_some() && !broken;
                if exists {
                    effects.push(Effect::Create(on));
                }
                if let Some(Peers::Strangers(others)) = joins {
                    effects.extend(self.enlist(on, &others, is_done));
                }
                effects.extend(self.end_link(on, is_done));
            }
            Kind::ForceLink { peers } => {
                effects.push(Effect::Open(on));
                if let Peers::Strangers(others) = peers {
                    effects.extend(self.enlist(on, &others, is_done));
                }
                effects.extend(self.end_link(on, is_done));
            }
            Kind::Delete if is_done => {
                if self.is_member(on) {
                    effects.push(Effect::Leave(on));
                }
                effects.push(Effect::Remove(on));
                let instance = &mut self.instances[on.index()];
                instance.deleted_at = Some(now);
                instance.phase = Phase::Failed(ResourceState::Deleting);
                for group in &mut self.groups {
                    group.forget(on);
                }
            }
            Kind::Delete => self.set_link(on, LinkState::UnlinkFailed),
            Kind::Scale { to } => {
                let configuration = &mut self.instances[on.index()].configuration;
                if is_done {
                    configuration.sku = to;
                }
                if !configuration.high_availability {
                    effects.push(Effect::Open(on));
                }
            }
            Kind::Update | Kind::Flush => {}
        }
        for index in 0..self.groups.len() {
            self.settle_lock(index);
        }
        self.sweep();
        Finished { failure, effects }
    }

    /// Whether databases that are in no group together can become one with another.
    fn may_enlist(&self, on: InstanceId, others: &[InstanceId]) -> Result<(), Refused> {
        let gone = |other: &&InstanceId| {
            let instance = &self.instances[other.index()];
            instance.deleted_at.is_some()
                || !instance.reachable
                || !self.is_single(**other, Some(on))
        };
        let (found, accepted) = if !self.settings.strangers_link {
            let found = "databases that are in no group together".to_owned();
            (found, "the members of one group")
        } else if let Some(other) = others.iter().find(gone) {
            let name = &self.instances[other.index()].name;
            let accepted = "databases within reach, and in no group with others";
            (
                format!("`{name}` gone, out of reach or in a group with others"),
                accepted,
            )
        } else {
            return Ok(());
        };
        Err(Refused::new(Refusal::LinkTimeout, found, accepted))
    }

    /// Databases become members with one that named them: what they hold they keep, and share.
    fn enlist(&mut self, on: InstanceId, others: &[InstanceId], is_done: bool) -> Vec<Effect> {
        let holds = |group: &Group| group.members.iter().any(|one| one.instance == on);
        let Some(index) = self.groups.iter().position(holds).filter(|_| is_done) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        for other in others {
            if self.groups[index].linked().any(|member| member == *other) {
                continue;
            }
            for group in &mut self.groups {
                group.forget(*other);
            }
            let group = &mut self.groups[index];
            self.members += 1;
            let number = MemberId(self.members);
            group.members.push(Member {
                instance: *other,
                number,
                state: LinkState::Linked,
            });
            effects.push(Effect::Join(*other, number));
        }
        effects
    }

    /// The end of a link being made.
    fn end_link(&mut self, on: InstanceId, is_done: bool) -> Option<Effect> {
        let member = self
            .groups
            .iter_mut()
            .find_map(|group| group.member_mut(on))?;
        if !is_done {
            member.state = LinkState::LinkFailed;
            return None;
        }
        member.state = LinkState::Linked;
        let number = member.number;
        self.instances[on.index()].former = false;
        Some(Effect::Join(on, number))
    }

    fn set_link(&mut self, on: InstanceId, state: LinkState) {
        let member = self
            .groups
            .iter_mut()
            .find_map(|group| group.member_mut(on));
        if let Some(member) = member.filter(|member| member.state != LinkState::LinkFailed) {
            member.state = state;
        }
    }

    /// Whether an operation succeeds.
    fn verdict(&self, on: InstanceId, kind: &Kind, broken: bool) -> Result<(), Refused> {
        let instance = &self.instances[on.index()];
        if broken || !instance.reachable {
            let why = match instance.reachable {
                true => "failed on the way",
                false => "went out of reach",
            };
            let found = format!("`{}` {why} while {:?}", instance.name, kind.under_way());
            return Err(Refused::new(
                Refusal::Interrupted,
                found,
                "an instance that stays within reach",
            ));
        }
        let away = self.group_of(on).and_then(|group| {
            let mut others = group.linked().filter(|other| *other != on);
            others.find(|other| !self.instances[other.index()].reachable)
        });
        let away =
            away.map(|other| format!("`{}` out of reach", self.instances[other.index()].name));
        let refusal = match kind {
            Kind::Create { joins: Some(peers) } | Kind::ForceLink { peers } => {
                if let Peers::Strangers(others) = peers {
                    self.may_enlist(on, others)?;
                }
                Refusal::LinkTimeout
            }
            Kind::Delete => Refusal::DeletePeer,
            _ => return Ok(()),
        };
        match away {
            Some(found) => Err(Refused::new(refusal, found, "every member within reach")),
            None => Ok(()),
        }
    }

    /// A dropped member goes from its survivors' lists.
    fn end_of_listing(&mut self, id: OperationId, broken: bool) -> Option<Finished> {
        let all = self.groups.iter_mut().flat_map(|group| &mut group.ghosts);
        let mut all = all.filter(|ghost| ghost.operation == Some(id));
        let ghost = all.next()?;
        let via = &self.instances[ghost.via.index()];
        let failed = broken || !via.reachable || via.deleted_at.is_some();
        let failure = failed.then(|| {
            let found = format!("`{}` gone on the way", via.name);
            Refused::new(
                Refusal::Interrupted,
                found,
                "a survivor that stays within reach",
            )
        });
        ghost.operation = None;
        let dropped = ghost.instance;
        if !failed {
            for group in &mut self.groups {
                let stays = |one: &super::group::Ghost| one.instance != dropped;
                group.ghosts.retain(stays);
            }
        }
        Some(Finished {
            failure,
            effects: Vec::new(),
        })
    }
}
