//! Requests to the control plane: decided by its state machine, which the world keeps in step.

use std::collections::BTreeMap;

use crate::catalogue::Sku;
use crate::control::{
    Accepted, Configuration, Control, Creation, Effect, Group, Grouping, Instance, LinkState, Load,
    OperationId, Refused, Request, Settings,
};
use crate::history::{ControlResult, ControlSeen, Event};
use crate::id::{Id, InstanceId};
use crate::plan::request::Listed;
use crate::plan::{Asked, AtStart, Plan, Request as Planned};
use crate::quantity::{Bytes, Ratio};
use crate::time::SimTime;
use crate::world::{Instant, World};

/// The control plane, and which instance of the plan each of its own is: one that is deleted and
/// made anew is another one there.
#[derive(Debug)]
pub(super) struct Plane {
    /// The state machine.
    pub state: Control,
    /// The plan's instance of each.
    planned: Vec<InstanceId>,
    /// What the operations under way are about.
    under_way: BTreeMap<OperationId, ControlSeen>,
    /// The scaling lock that the witness was told of last.
    told_lock: Option<(InstanceId, &'static str)>,
}

impl Plane {
    /// The control plane at time zero: the members of the plan's group are linked.
    pub(super) fn at_start(plan: &Plan) -> Self {
        let settings = Settings::from(&plan.assumptions);
        let configured = |id: &InstanceId| {
            let one = &plan.instances[*id];
            (one.name.clone(), one.configuration())
        };
        let of = |at_start| {
            let instances = plan.instances.entries();
            let those = instances.filter(move |(_, one)| one.at_start == at_start);
            those.map(|(id, _)| id).collect::<Vec<InstanceId>>()
        };
        let (members, alone) = (of(AtStart::Member), of(AtStart::Alone));
        let mut state = Control::linked(settings, &plan.group, members.iter().map(configured));
        for (name, configuration) in alone.iter().map(configured) {
            state.add(name, configuration);
        }
        Self {
            state,
            planned: members.into_iter().chain(alone).collect(),
            under_way: BTreeMap::new(),
            told_lock: None,
        }
    }

    /// The plan's instance.
    pub(super) fn planned(&self, id: InstanceId) -> InstanceId {
        self.planned[id.index()]
    }

    /// The control plane's view of an instance, unless it does not exist at this instant.
    pub(super) fn known(&self, planned: InstanceId) -> Option<&Instance> {
        self.state.instance(self.current(planned)?)
    }

    /// What the control plane has under that name at this instant, or had last.
    pub(super) fn current(&self, planned: InstanceId) -> Option<InstanceId> {
        let place = self.planned.iter().rposition(|one| *one == planned);
        place.map(InstanceId::at)
    }

    /// The group an instance is in, or is being linked to.
    pub(super) fn group(&self, planned: InstanceId) -> Option<&Group> {
        self.state.group_of(self.current(planned)?)
    }

    /// The state of an instance's link to its group, if it has one.
    pub(super) fn link(&self, planned: InstanceId) -> Option<LinkState> {
        let id = self.current(planned)?;
        let group = self.group(planned)?;
        let member = group.members.iter().find(|member| member.instance == id);
        member.map(|member| member.state)
    }

    /// Tells whether requests reach an instance. Returns what a flush that it missed asks for.
    pub(super) fn set_reachable(&mut self, planned: InstanceId, reachable: bool) -> Vec<Effect> {
        match self.current(planned) {
            Some(id) => self.state.set_reachable(id, reachable),
            None => Vec::new(),
        }
    }

    fn decide(&mut self, at: SimTime, sent: &Sent) -> Result<Accepted, Refused> {
        let accepted = self.state.request(at, &sent.request)?;
        if let Request::Create(_) = sent.request {
            self.planned.push(sent.on);
        }
        Ok(accepted)
    }
}

/// A request in the control plane's own words, and the plan's instance it is sent to or makes.
struct Sent {
    request: Request,
    on: InstanceId,
}

impl World<'_> {
    /// Sends a request as an operator would.
    pub(super) fn request(&mut self, at: SimTime, step: Option<usize>, asked: &Asked) {
        let seen = ControlSeen {
            request: self.label(&asked.request),
            on: asked.request.on(),
            result: ControlResult::Accepted,
            text: String::new(),
            step,
            operation: None,
            dropped: None,
            joined: None,
        };
        let decided = self
            .worded(&asked.request)
            .and_then(|sent| self.plane.decide(at, &sent));
        match decided {
            Ok(accepted) => {
                if let Planned::Flush { on, .. } = asked.request {
                    self.note_flushed(at, on);
                }
                self.accepted(at, seen, accepted);
            }
            Err(refused) => self.observe(
                at,
                Event::Control(ControlSeen {
                    result: ControlResult::Refused(refused.refusal.id()),
                    text: refused.to_string(),
                    ..seen
                }),
            ),
        }
        if let Some(step) = step {
            self.hold(at, step, &asked.then);
        }
    }

    fn accepted(&mut self, at: SimTime, seen: ControlSeen, accepted: Accepted) {
        let Accepted {
            operation,
            due,
            effects,
            ..
        } = accepted;
        let dropped = effects.iter().find_map(|effect| match effect {
            Effect::Unlink { dropped, .. } => Some(self.plane.planned(*dropped)),
            _ => None,
        });
        let seen = ControlSeen {
            operation: Some(operation.0),
            ..seen
        };
        self.carry_out(at, &effects);
        self.observe(
            at,
            Event::Control(ControlSeen {
                dropped,
                ..seen.clone()
            }),
        );
        self.note_lock(at);
        self.plane.under_way.insert(operation, seen);
        self.plan_at(due, Instant::Finish(operation));
    }

    /// An operation is due.
    pub(super) fn finish(&mut self, at: SimTime, id: OperationId) {
        let Some(finished) = self.plane.state.finish(at, id) else {
            return;
        };
        self.carry_out(at, &finished.effects);
        self.note_lock(at);
        let Some(seen) = self.plane.under_way.remove(&id) else {
            return;
        };
        let joined = self.tell_enlisted(at, &seen, &finished.effects);
        let dropped = finished.effects.iter().find_map(|effect| match effect {
            Effect::Leave(id) => Some(self.plane.planned(*id)),
            _ => None,
        });
        let (result, text) = match &finished.failure {
            None => (ControlResult::Succeeded, String::new()),
            Some(refused) => {
                let result = ControlResult::Failed(refused.refusal.id());
                (result, refused.to_string())
            }
        };
        self.observe(
            at,
            Event::Control(ControlSeen {
                result,
                text,
                joined,
                dropped,
                ..seen
            }),
        );
    }

    /// Tells of members that came into the scenario's group beside the one that an operation is
    /// about, which is the last. Returns that one.
    fn tell_enlisted(
        &mut self,
        at: SimTime,
        seen: &ControlSeen,
        effects: &[Effect],
    ) -> Option<InstanceId> {
        let joining = effects.iter().filter_map(|effect| match effect {
            Effect::Join(id, _) => Some(self.plane.planned(*id)),
            _ => None,
        });
        let mut joining: Vec<InstanceId> = joining.filter(|id| self.is_linked(*id)).collect();
        let last = joining.pop();
        for id in joining {
            let learned = ControlSeen {
                result: ControlResult::Learned,
                on: id,
                joined: Some(id),
                operation: None,
                step: None,
                ..seen.clone()
            };
            self.observe(at, Event::Control(learned));
        }
        last
    }

    /// Tells the witness of the scaling lock, where it has changed.
    fn note_lock(&mut self, at: SimTime) {
        let lock = self.lock().map(|(leader, to)| (leader, to.name));
        if lock != self.plane.told_lock {
            self.plane.told_lock = lock;
            self.observe(at, Event::Lock(lock));
        }
    }

    /// What the request is called in journals and outcomes.
    fn label(&self, request: &Planned) -> String {
        let name = |id: InstanceId| &self.plan.instances[id].name;
        match request {
            Planned::Create { instance, .. } => format!("create {}", name(*instance)),
            Planned::ForceLink { on, .. } => format!("force-link {}", name(*on)),
            Planned::ForceUnlink { drop, .. } => format!("force-unlink {}", name(*drop)),
            Planned::Delete { on } => format!("delete {}", name(*on)),
            Planned::Scale { on, to } => format!("scale {} to {}", name(*on), to.name),
            Planned::Update { on, change } => format!("update {}: {change:?}", name(*on)),
            Planned::Flush { by: None, .. } => "flush".to_owned(),
            Planned::Flush { by: Some(by), .. } => format!("flush by {by}"),
        }
    }

    /// The request as the control plane takes it, with what the data plane has to say.
    fn worded(&self, request: &Planned) -> Result<Sent, Refused> {
        let on = request.on();
        let known = |id: InstanceId| self.plane.state.lookup(&self.plan.instances[id].name);
        let worded = match request {
            Planned::Create {
                instance,
                group,
                database,
                zones,
                sku,
            } => Request::Create(Creation {
                name: self.plan.instances[*instance].name.clone(),
                database: database.clone(),
                zones: *zones,
                configuration: self.configuration(*instance, *sku),
                group: group.as_ref().map(|group| self.grouping(on, group)),
            }),
            Planned::ForceLink { on, group } => Request::ForceLink {
                on: known(*on)?,
                group: self.grouping(*on, group),
            },
            Planned::ForceUnlink { on, drop } => Request::ForceUnlink {
                on: known(*on)?,
                drop: known(*drop)?,
            },
            Planned::Delete { on } => Request::Delete { on: known(*on)? },
            Planned::Scale { on, to } => Request::Scale {
                on: known(*on)?,
                to,
                load: self.load(*on),
            },
            Planned::Update { on, change } => Request::Update {
                on: known(*on)?,
                change: change.clone(),
            },
            Planned::Flush { on, by } => Request::Flush {
                on: known(*on)?,
                permitted: self.may_flush(by.as_deref()),
            },
        };
        Ok(Sent {
            request: worded,
            on,
        })
    }

    /// What an instance is created as.
    fn configuration(&self, id: InstanceId, sku: Option<&'static Sku>) -> Configuration {
        let mut configuration = self.plan.instances[id].configuration();
        configuration.sku = sku.unwrap_or(configuration.sku);
        configuration
    }

    /// The group a request names, with what it leaves out: the group's nickname, and all its
    /// members and the instance itself.
    fn grouping(&self, on: InstanceId, listed: &Listed) -> Grouping {
        let nickname = listed.nickname.as_ref().unwrap_or(&self.plan.group).clone();
        let all = || {
            let group = |id| self.plane.group(id).map(|group| &group.nickname);
            let mut instances = self.plan.instances.ids();
            let exists = instances.any(|id| group(id) == Some(&nickname));
            let theirs = if exists { &nickname } else { &self.plan.group };
            let meant = |id: InstanceId| id == on || group(id) == Some(theirs);
            let instances = self.plan.instances.entries();
            let mut names: Vec<String> = instances
                .filter(|(id, _)| meant(*id))
                .map(|(_, one)| one.name.clone())
                .collect();
            names.sort_unstable();
            names
        };
        let linked = listed.linked.clone().unwrap_or_else(all);
        Grouping { nickname, linked }
    }

    fn may_flush(&self, by: Option<&str>) -> bool {
        by.is_none_or(|by| {
            let mut principals = self.plan.principals.iter();
            principals.any(|one| one.name == by && one.may_flush)
        })
    }

    /// What an instance carries at this instant.
    fn load(&self, on: InstanceId) -> Load {
        Load {
            used: Bytes(self.instance(on).bytes_used()),
            cpu: Ratio { ppm: 0 },
        }
    }

    /// Whether the scenario's group still has this member, and has it already.
    pub(super) fn is_linked(&self, instance: InstanceId) -> bool {
        let group = self.plane.group(instance);
        group.is_some_and(|group| group.nickname == self.plan.group) && self.takes_part(instance)
    }

    /// Whether an instance takes part in any group.
    pub(super) fn takes_part(&self, instance: InstanceId) -> bool {
        let link = self.plane.link(instance);
        link.is_some_and(|state| !matches!(state, LinkState::Linking | LinkState::LinkFailed))
    }

    /// The other members of an instance's group, whichever that is.
    pub(super) fn fellows(&self, instance: InstanceId) -> Vec<InstanceId> {
        let nickname = |id| self.plane.group(id).map(|group| &group.nickname);
        let own = nickname(instance);
        let others = self.plan.instances.ids().filter(|id| *id != instance);
        let theirs = others.filter(|id| nickname(*id) == own);
        theirs.filter(|id| self.takes_part(*id)).collect()
    }
}
