//! Requests decided: every check at its moment, then the change. A refusal leaves all as it was.

use crate::catalogue::Sku;
use crate::control::Control;
use crate::control::group::{Ghost, Group, LinkState};
use crate::control::instance::{Clustering, Configuration, INSTANCE_NAME_MAX, Instance, is_name};
use crate::control::operation::{Kind, Load, Operation, OperationId};
use crate::control::refusal::{Refusal, Refused};
use crate::control::request::{Accepted, Change, Creation, Discard, Effect, Request};
use crate::control::scaling::{Lock, suits, take};
use crate::id::{Id, InstanceId};
use crate::time::{SimDuration, SimTime};

impl Control {
    /// Sends a request.
    ///
    /// # Errors
    /// The rule that is in the way; nothing has changed then.
    pub fn request(&mut self, now: SimTime, request: &Request) -> Result<Accepted, Refused> {
        let sizes = self.capacities();
        let mut accepted = match request {
            Request::Create(creation) => self.create(now, creation),
            Request::ForceLink { on, group } => self.force_link(now, *on, group),
            Request::ForceUnlink { on, drop } => self.force_unlink(now, *on, *drop),
            Request::Delete { on } => self.delete(now, *on),
            Request::Scale { on, to, load } => self.scale(now, *on, to, *load),
            Request::Update { on, change } => self.update(now, *on, change),
            Request::Flush { on, permitted } => self.flush(now, *on, *permitted),
        }?;
        accepted.effects.extend(self.changed(&sizes));
        Ok(accepted)
    }

    /// The instance, if a request reaches it.
    pub(super) fn reached(&self, on: InstanceId) -> Result<&Instance, Refused> {
        let instance = &self.instances[on.index()];
        if instance.deleted_at.is_some() {
            return Err(instance.is_gone());
        }
        if !instance.reachable {
            let found = format!("`{}` out of reach", instance.name);
            return Err(Refused::new(
                Refusal::Unreachable,
                found,
                "one in a region that is up",
            ));
        }
        Ok(instance)
    }

    /// The instance, if a request that changes it can be taken.
    fn settled(&self, now: SimTime, on: InstanceId) -> Result<&Instance, Refused> {
        let instance = self.reached(on)?;
        instance.is_settled(now)?;
        Ok(instance)
    }

    fn next_operation(&mut self) -> OperationId {
        self.operations += 1;
        OperationId(self.operations)
    }

    pub(super) fn begin(
        &mut self,
        now: SimTime,
        on: InstanceId,
        (kind, lasts): (Kind, SimDuration),
        effects: Vec<Effect>,
    ) -> Accepted {
        let (id, due) = (self.next_operation(), now + lasts);
        self.instances[on.index()].operation = Some(Operation { id, kind, due });
        Accepted {
            operation: id,
            due,
            instance: on,
            effects,
        }
    }

    fn create(&mut self, now: SimTime, creation: &Creation) -> Result<Accepted, Refused> {
        let Creation {
            name,
            database,
            zones,
            configuration,
            group,
        } = creation;
        is_name(name, INSTANCE_NAME_MAX)?;
        // Names that differ in case alone are one name to the resource manager.
        let is_free = |refused: &Refused| refused.refusal == Refusal::NotFound;
        if !self.lookup(name).is_err_and(|refused| is_free(&refused)) {
            let found = format!("`{name}` taken");
            return Err(Refused::new(Refusal::Exists, found, "another name"));
        }
        if database != "default" {
            let found = format!("`{database}`");
            return Err(Refused::new(Refusal::DbName, found, "`default`"));
        }
        if *zones {
            return Err(Refused::new(Refusal::Zones, "zones", "no zones"));
        }
        let mut configuration = configuration.clone();
        configuration.modules.sort_unstable();
        configuration.modules.dedup();
        configuration.is_possible()?;
        let joining = match group {
            Some(group) => Some(self.joining(now, name, &configuration, group, true)?),
            None => None,
        };
        let id = InstanceId::at(self.instances.len());
        self.instances
            .push(Instance::new(name.clone(), configuration));
        let mut lasts = self.settings.timings.creation;
        if let Some(joining) = &joining {
            lasts = lasts + self.joining_lasts(joining, self.settings.timings.join);
        }
        let joins = joining.as_ref().map(|joining| joining.peers.clone());
        if let (Some(joining), Some(group)) = (joining, group) {
            self.enter(id, joining, &group.nickname);
        }
        Ok(self.begin(now, id, (Kind::Create { joins }, lasts), Vec::new()))
    }

    fn force_unlink(
        &mut self,
        now: SimTime,
        on: InstanceId,
        dropped: InstanceId,
    ) -> Result<Accepted, Refused> {
        let sender = self.reached(on)?;
        let found = format!("`{}`", sender.name);
        if on == dropped {
            return Err(Refused::new(Refusal::UnlinkSelf, found, "another member"));
        }
        let is_mine = |group: &Group| group.linked().any(|member| member == on);
        let Some(index) = self.groups.iter().position(is_mine) else {
            let accepted = "a database that is linked";
            return Err(Refused::new(Refusal::SentToFormerMember, found, accepted));
        };
        let group = &self.groups[index];
        let member = group.members.iter().find(|one| one.instance == dropped);
        let retried = |ghost: &Ghost| ghost.instance == dropped && ghost.operation.is_none();
        if member.is_none() && !group.ghosts.iter().any(retried) {
            let name = self
                .instances
                .get(dropped.index())
                .map(|one| one.name.as_str());
            let found = format!("`{}`", name.unwrap_or("an unknown database"));
            let members: Vec<InstanceId> = group.linked().filter(|one| *one != on).collect();
            return Err(Refused::new(
                Refusal::NotMember,
                found,
                self.names(&members),
            ));
        }
        sender.is_settled(now)?;
        let took_part = member.is_some_and(|one| one.state != LinkState::LinkFailed);
        let operation = self.next_operation();
        let group = &mut self.groups[index];
        group.forget(dropped);
        group.ghosts.push(Ghost {
            instance: dropped,
            via: on,
            operation: Some(operation),
        });
        let leaver = &mut self.instances[dropped.index()];
        leaver.former |= took_part;
        leaver.owes_flush = false;
        self.settle_lock(index);
        Ok(Accepted {
            operation,
            due: now + self.settings.timings.unlink_visible,
            instance: dropped,
            effects: vec![Effect::Unlink { on, dropped }],
        })
    }

    fn delete(&mut self, now: SimTime, on: InstanceId) -> Result<Accepted, Refused> {
        self.settled(now, on)?;
        for group in &mut self.groups {
            if let Some(member) = group.member_mut(on)
                && member.state != LinkState::LinkFailed
            {
                member.state = LinkState::Unlinking;
            }
        }
        let lasts = self.settings.timings.deletion;
        Ok(self.begin(now, on, (Kind::Delete, lasts), Vec::new()))
    }

    /// Whether an instance may scale, with the lock its group then has.
    pub(super) fn scalable(
        &self,
        on: InstanceId,
        to: &'static Sku,
    ) -> Result<Option<Lock>, Refused> {
        let configuration = &self.instances[on.index()].configuration;
        let (edition, from) = (self.settings.edition, configuration.sku);
        let group = self.group_of(on);
        let mut lock = None;
        if let Some(group) = group.filter(|_| to != from) {
            lock = Some(take(group.lock.as_ref(), &self.sizes(group), on, to)?);
        }
        suits(from, to, edition, group.is_some())?;
        if configuration.clustering == Clustering::NoCluster && to.memory > from.memory {
            let found = format!("`{}` without clustering", to.name);
            return Err(Refused::new(
                Refusal::ScaleNoCluster,
                found,
                "a clustering policy",
            ));
        }
        Ok(lock)
    }

    fn scale(
        &mut self,
        now: SimTime,
        on: InstanceId,
        to: &'static Sku,
        load: Load,
    ) -> Result<Accepted, Refused> {
        let has_replicas = self.settled(now, on)?.configuration.high_availability;
        let lock = self.scalable(on, to)?;
        let usable = self.share_of(to);
        if load.used >= usable {
            let found = format!("{} in use", load.used);
            let accepted = format!("less than {usable}, the usable memory of `{}`", to.name);
            return Err(Refused::new(Refusal::ScaleUsed, found, accepted));
        }
        if let Some(group) = self.group_of_mut(on) {
            group.lock = lock;
        }
        let lasts = self.settings.timings.scaling(load);
        let effects = if has_replicas {
            // Each node in turn is drained, rebuilt and swapped in.
            let passes = self.settings.timings.scale_passes;
            let swap = |pass| Effect::Blip {
                instance: on,
                at: now + SimDuration(lasts.0 / passes * pass),
            };
            (1..=passes).map(swap).collect()
        } else {
            vec![Effect::Close(on), Effect::Wipe(on, Discard::NoReplica)]
        };
        Ok(self.begin(now, on, (Kind::Scale { to }, lasts), effects))
    }

    fn flush(
        &mut self,
        now: SimTime,
        on: InstanceId,
        permitted: bool,
    ) -> Result<Accepted, Refused> {
        self.reached(on)?;
        if !permitted {
            let accepted = "one with the permission to flush";
            return Err(Refused::new(
                Refusal::Rbac,
                "a principal without it",
                accepted,
            ));
        }
        self.settled(now, on)?;
        let all = match self.group_of(on) {
            Some(group) => group.linked().collect(),
            None => vec![on],
        };
        let mut effects = Vec::new();
        for member in all {
            let instance = &mut self.instances[member.index()];
            if instance.reachable {
                effects.push(Effect::Flush {
                    on: member,
                    is_asked: member == on,
                });
            } else {
                instance.owes_flush = true;
            }
        }
        let lasts = self.settings.timings.flush;
        Ok(self.begin(now, on, (Kind::Flush, lasts), effects))
    }

    fn update(
        &mut self,
        now: SimTime,
        on: InstanceId,
        change: &Change,
    ) -> Result<Accepted, Refused> {
        let instance = self.settled(now, on)?;
        let changed = self.changed_by(on, &instance.configuration, change)?;
        changed.is_possible()?;
        if let Some(group) = self.group_of(on) {
            changed.is_linkable(self.settings.edition)?;
            for other in group.linked().filter(|other| *other != on) {
                // Sizes differ lawfully while the group scales.
                let mut theirs = self.instances[other.index()].configuration.clone();
                theirs.sku = changed.sku;
                changed.matches(&theirs)?;
            }
        }
        self.instances[on.index()].configuration = changed;
        let lasts = self.settings.timings.update;
        Ok(self.begin(now, on, (Kind::Update, lasts), Vec::new()))
    }

    fn changed_by(
        &self,
        on: InstanceId,
        before: &Configuration,
        change: &Change,
    ) -> Result<Configuration, Refused> {
        let mut after = before.clone();
        match change {
            Change::HighAvailability(false) if before.high_availability => {
                return Err(Refused::new(
                    Refusal::HaOff,
                    "turning it off",
                    "keeping it on",
                ));
            }
            Change::HighAvailability(on) => after.high_availability = *on,
            Change::Clustering(to) if *to == before.clustering => {}
            Change::Clustering(to) if before.clustering != Clustering::NoCluster => {
                let (found, accepted) = (format!("{to:?}"), format!("{:?}", before.clustering));
                return Err(Refused::new(Refusal::Policy, found, accepted));
            }
            Change::Clustering(to) => after.clustering = *to,
            Change::Eviction(to) => after.eviction = *to,
            Change::Modules(to) => {
                let mut to = to.clone();
                to.sort_unstable();
                to.dedup();
                if to != before.modules {
                    let (found, accepted) = (format!("{to:?}"), format!("{:?}", before.modules));
                    return Err(Refused::new(Refusal::ModulesFixed, found, accepted));
                }
            }
            Change::Persistence(to) => after.persistence = *to,
            Change::Tls(to) => after.tls = *to,
            Change::Linked(linked) => self.same_links(on, linked)?,
        }
        Ok(after)
    }

    /// A list sent along with an update must be the group's.
    fn same_links(&self, on: InstanceId, linked: &[String]) -> Result<(), Refused> {
        let mut members: Vec<InstanceId> = match self.group_of(on) {
            Some(group) => group.linked().collect(),
            None => Vec::new(),
        };
        members.sort_unstable();
        let listed = linked.iter().map(|name| self.lookup(name));
        let mut listed = listed.collect::<Result<Vec<InstanceId>, Refused>>()?;
        listed.sort_unstable();
        if listed == members {
            return Ok(());
        }
        let is_shorter = listed.iter().all(|one| members.contains(one));
        let refusal = if is_shorter {
            Refusal::RemovePut
        } else {
            Refusal::Split
        };
        Err(Refused::new(
            refusal,
            self.names(&listed),
            self.names(&members),
        ))
    }
}
