//! The control plane as a pure state machine: requests are decided here and carried out elsewhere.
//!
//! A request comes in with the time ([`Control::request`]); what the world has to do comes out as
//! [`Effect`]s, and a long-running operation with the instant it is due; the world then calls
//! [`Control::finish`]. Whether instances can be reached is told by [`Control::set_reachable`].
//!
//! The link states are Azure's (`geoReplication.linkedDatabases[].state`):
//!
//! ```text
//!            create with group                peers answer
//! (absent) ────or forceLink────► Linking ─────────────────► Linked
//!                                   │ a peer is away           │ delete │ forceUnlink
//!                                   ▼                          ▼        ▼ on a survivor
//!                               LinkFailed                  Unlinking ──► (absent)
//!                                                              │ failure
//!                                                              ▼
//!                                                          UnlinkFailed
//! ```
//!
//! What the product page (how-to-active-geo-replication, May 2025) states, and the test in
//! `control::tests` that shows it:
//!
//! | statement | test |
//! |---|---|
//! | up to five instances | `a_sixth_member_is_refused` |
//! | B0 and B1 do not take part; Flash does, with No Eviction | `prerequisites` |
//! | high availability, RediSearch and RedisJSON only, no persistence | `prerequisites` |
//! | same SKU, eviction, clustering, modules, TLS | `configurations_must_match` |
//! | a new group, and joining one, while creating; both ids are listed | `creating_and_joining` |
//! | force-link discards data and takes minutes | `a_force_link_discards_and_closes` |
//! | delete an instance and the rest reconfigure | `a_deletion_leaves_gracefully` |
//! | force-unlink from a survivor; then delete and recreate | `an_unlinked_member_comes_back_new` |
//! | one scaled, the others must follow; memory capped; locks go | `the_table_m10_to_x20` |
//! | the first is not blocked until another has followed | `the_leader_may_change_its_mind` |
//! | flush clears all linked caches and needs rights | `a_flush_clears_every_member` |
//!
//! What else the page states, and the scenarios that show it: `scenarios/control/README.md`.
//! Health and its alerts are the world's. Left out: access keys, firewalls, maintenance, unplanned
//! failover, merging of groups, portal and command-line text.

mod accept;
mod finish;
mod group;
mod instance;
mod join;
mod operation;
mod refusal;
mod request;
mod scaling;
#[cfg(test)]
mod tests;

use crate::assumption::Assumptions;
use crate::catalogue::{Sku, skus};
use crate::id::{Id, InstanceId};
use crate::planted::{self, Defect};
use crate::quantity::{Bytes, Ratio};

pub use group::{Group, LinkState, MEMBERS_MAX, Member, MemberId};
pub use instance::{
    Clustering, Configuration, Edition, Eviction, GROUP_NAME_MAX, INSTANCE_NAME_MAX, Instance,
    Module, Persistence, ProvisioningState, ResourceState, is_name,
};
pub use operation::{Load, OperationId, Timings};
pub use refusal::{Refusal, Refused};
pub use request::{Accepted, Change, Creation, Discard, Effect, Finished, Grouping, Request};
pub use scaling::Lock;

use scaling::Size;

/// Size, shards and usable memory of an instance.
type Capacity = (&'static Sku, u16, Bytes);

/// What does not change during a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Which text of the product page holds.
    pub edition: Edition,
    /// Whether databases that are in no group become one by a force-link that names them.
    pub strangers_link: bool,
    /// How long operations take.
    pub timings: Timings,
    /// The share of a SKU's memory that data may fill.
    pub usable_share: Ratio,
}

impl Default for Settings {
    fn default() -> Self {
        Self::from(&Assumptions::default())
    }
}

impl From<&Assumptions> for Settings {
    fn from(set: &Assumptions) -> Self {
        Self {
            edition: set.edition,
            strangers_link: set.strangers_link,
            timings: Timings::from(set),
            usable_share: set.usable_share,
        }
    }
}

/// The control plane of all instances.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Control {
    settings: Settings,
    /// By id; those deleted stay, so that no id comes twice.
    instances: Vec<Instance>,
    groups: Vec<Group>,
    /// How many member numbers were given.
    members: u32,
    /// How many operations were begun.
    operations: u32,
}

impl Control {
    /// Nothing yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            instances: Vec::new(),
            groups: Vec::new(),
            members: 0,
            operations: 0,
        }
    }

    /// A group that is linked already, its instances in order, by name. Nothing is checked.
    pub fn linked(
        settings: Settings,
        nickname: &str,
        members: impl IntoIterator<Item = (String, Configuration)>,
    ) -> Self {
        let mut control = Self::new(settings);
        let mut group = Group::new(nickname.to_owned());
        for (name, configuration) in members {
            let instance = InstanceId::at(control.instances.len());
            control.instances.push(Instance::new(name, configuration));
            control.members += 1;
            group.members.push(Member {
                instance,
                number: MemberId(control.members),
                state: LinkState::Linked,
            });
        }
        if !group.members.is_empty() {
            control.groups.push(group);
        }
        control
    }

    /// An instance that is there already and in no group. Nothing is checked.
    pub fn add(&mut self, name: String, configuration: Configuration) -> InstanceId {
        self.instances.push(Instance::new(name, configuration));
        InstanceId::at(self.instances.len() - 1)
    }

    /// Tells whether requests reach an instance. One that missed a flush is flushed when it is
    /// back.
    pub fn set_reachable(&mut self, id: InstanceId, reachable: bool) -> Vec<Effect> {
        let instance = &mut self.instances[id.index()];
        instance.reachable = reachable;
        if reachable && instance.owes_flush {
            instance.owes_flush = false;
            return vec![Effect::Flush {
                on: id,
                is_asked: false,
            }];
        }
        Vec::new()
    }

    /// A flush cannot reach an instance that requests do reach: it is wiped when it is told that
    /// it can be reached again.
    pub fn owe_flush(&mut self, id: InstanceId) {
        self.instances[id.index()].owes_flush = true;
    }

    /// All groups.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The instance, unless it is deleted.
    pub fn instance(&self, id: InstanceId) -> Option<&Instance> {
        let instance = self.instances.get(id.index());
        instance.filter(|instance| instance.deleted_at.is_none())
    }

    /// The instance of this name, in this case.
    ///
    /// # Errors
    /// `E-ID-CASE` when only the case differs, `E-NOT-FOUND` otherwise.
    pub fn lookup(&self, name: &str) -> Result<InstanceId, Refused> {
        let (mut near, mut last) = (None, None);
        for (at, instance) in self.instances.iter().enumerate() {
            if instance.deleted_at.is_some() {
                last = Some(instance).filter(|one| one.name == name).or(last);
                continue;
            }
            if instance.name == name {
                return Ok(InstanceId::at(at));
            }
            if instance.name.eq_ignore_ascii_case(name) {
                near = Some(format!("`{}`", instance.name));
            }
        }
        Err(match (near, last) {
            (Some(near), _) => Refused::new(Refusal::IdCase, format!("`{name}`"), near),
            (None, Some(last)) => last.is_gone(),
            (None, None) => {
                let found = format!("`{name}`");
                Refused::new(Refusal::NotFound, found, "the name of an instance")
            }
        })
    }

    /// The group an instance takes part in.
    pub fn group_of(&self, id: InstanceId) -> Option<&Group> {
        let is_in = |group: &&Group| group.linked().any(|member| member == id);
        self.groups.iter().find(is_in)
    }

    /// Whether an instance is in no group with others than `beside`.
    fn is_single(&self, id: InstanceId, beside: Option<InstanceId>) -> bool {
        let group = self.group_of(id);
        let is_other = |member: InstanceId| member != id && Some(member) != beside;
        group.is_none_or(|group| !group.linked().any(is_other))
    }

    /// Whether an instance takes part in a group.
    pub fn is_member(&self, id: InstanceId) -> bool {
        self.group_of(id).is_some()
    }

    /// What an instance lists as linked databases, with their states.
    pub fn links(&self, id: InstanceId) -> Vec<(InstanceId, LinkState)> {
        let is_in = |group: &&Group| group.members.iter().any(|member| member.instance == id);
        let group = self.groups.iter().find(is_in);
        group.map(Group::listed).unwrap_or_default()
    }

    /// The sizes an instance can scale to at this instant (`listSkusForScaling`).
    pub fn offers(&self, id: InstanceId) -> Vec<&'static Sku> {
        let sizes = skus().iter();
        sizes.filter(|to| self.scalable(id, to).is_ok()).collect()
    }

    /// The memory for data: while the group's scaling lock is held, at most what the original size
    /// has.
    pub fn usable(&self, id: InstanceId) -> Bytes {
        let own = self.share_of(self.instances[id.index()].configuration.sku);
        let lock = self.group_of(id).and_then(|group| group.lock.as_ref());
        let lock = lock.filter(|_| !planted::is(Defect::CapForgotten));
        lock.map_or(own, |lock| own.min(self.share_of(lock.original)))
    }

    fn share_of(&self, sku: &Sku) -> Bytes {
        Bytes(self.settings.usable_share.of(sku.memory.0))
    }

    fn group_of_mut(&mut self, id: InstanceId) -> Option<&mut Group> {
        let is_in = |group: &&mut Group| group.linked().any(|member| member == id);
        self.groups.iter_mut().find(is_in)
    }

    fn sizes(&self, group: &Group) -> Vec<Size> {
        let size = |instance: InstanceId| {
            let one = &self.instances[instance.index()];
            Size {
                instance,
                sku: one.configuration.sku,
                heading: one.heading(),
            }
        };
        group.linked().map(size).collect()
    }

    fn settle_lock(&mut self, index: usize) {
        let sizes = self.sizes(&self.groups[index]);
        let group = &mut self.groups[index];
        group.lock = scaling::settle(group.lock.take(), &sizes);
    }

    /// Removes groups that nobody is in.
    fn sweep(&mut self) {
        self.groups.retain(|group| !group.members.is_empty());
    }

    fn names(&self, ids: &[InstanceId]) -> String {
        if ids.is_empty() {
            return "none".to_owned();
        }
        let names = ids
            .iter()
            .map(|id| self.instances[id.index()].name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }

    fn capacities(&self) -> Vec<Capacity> {
        let ids = (0..self.instances.len()).map(InstanceId::at);
        ids.map(|id| {
            let configuration = &self.instances[id.index()].configuration;
            (configuration.sku, configuration.shards(), self.usable(id))
        })
        .collect()
    }

    /// What changed in the sizes of instances since `before`.
    fn changed(&self, before: &[Capacity]) -> Vec<Effect> {
        let now = self.capacities();
        let mut effects = Vec::new();
        for (at, (old, new)) in before.iter().zip(&now).enumerate() {
            let instance = InstanceId::at(at);
            if old != new && self.instance(instance).is_some() {
                let (sku, shards, usable) = *new;
                effects.push(Effect::Capacity {
                    instance,
                    sku,
                    shards,
                    usable,
                });
            }
        }
        effects
    }
}
