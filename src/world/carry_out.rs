//! What the control plane decides, carried out on instances.

use crate::control::{Effect, MemberId};
use crate::id::{Id, InstanceId, ReplicaId};
use crate::quantity::Bytes;
use crate::time::SimTime;
use crate::world::{Instant, World};

impl World<'_> {
    /// Carries effects out in their order.
    pub(super) fn carry_out(&mut self, at: SimTime, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Create(id) | Effect::Open(id) => self.open(at, self.plane.planned(*id)),
                Effect::Remove(id) => self.remove(at, self.plane.planned(*id)),
                Effect::Close(id) => self.close(self.plane.planned(*id)),
                Effect::Wipe(id) => {
                    self.note_unsent(self.plane.planned(*id));
                    self.wipe(at, self.plane.planned(*id));
                }
                Effect::Flush(id) => self.wipe(at, self.plane.planned(*id)),
                Effect::Join(id, number) => self.join(at, self.plane.planned(*id), *number),
                Effect::Unlink { on, dropped } => {
                    self.unlink(at, self.plane.planned(*on), self.plane.planned(*dropped));
                }
                Effect::Leave(id) => self.leave(at, self.plane.planned(*id)),
                Effect::Blip { instance, at } => {
                    self.plan_at(*at, Instant::Blip(self.plane.planned(*instance)));
                }
                Effect::Capacity {
                    instance,
                    sku,
                    usable,
                } => {
                    let instance = self.plane.planned(*instance);
                    self.resize(at, instance, sku.shards, *usable);
                }
            }
        }
    }

    fn replica_of(id: InstanceId) -> ReplicaId {
        ReplicaId::at(id.index())
    }

    /// An instance takes no connections.
    fn close(&mut self, id: InstanceId) {
        let (region, local) = self.homes[id.index()];
        self.windows.processes_mut()[region.index()].closed[local] = true;
    }

    /// An instance takes connections again.
    fn open(&mut self, at: SimTime, id: InstanceId) {
        let (region, local) = self.homes[id.index()];
        let region = &mut self.windows.processes_mut()[region.index()];
        let was_closed = std::mem::take(&mut region.closed[local]);
        if was_closed && !region.dark {
            self.with_instance(at, id, |instance, reach| instance.come_back(at, reach));
            self.look_from(at);
        }
    }

    /// An instance is gone, with all it had.
    fn remove(&mut self, at: SimTime, id: InstanceId) {
        self.close(id);
        self.note_unsent(id);
        self.wipe(at, id);
        self.with_instance(at, id, |instance, _| instance.stand_alone(at));
    }

    /// All data of one instance is discarded; what comes from others is new from here on.
    fn wipe(&mut self, at: SimTime, id: InstanceId) {
        let is_up = !self.is_down(id);
        self.with_instance(at, id, |instance, reach| {
            instance.wipe(at);
            if is_up {
                instance.come_back(at, reach);
            }
        });
    }

    /// An instance becomes a member, under a number never used before. (In the clocks of the group
    /// it has the place of its name; a wiped instance numbers its effects anew beyond all it ever
    /// made, so that no dot comes twice.)
    fn join(&mut self, at: SimTime, id: InstanceId, _number: MemberId) {
        let member = Self::replica_of(id);
        let others: Vec<InstanceId> = self.plan.instances.ids().collect();
        let others = others.into_iter().filter(|other| *other != id);
        let others: Vec<InstanceId> = others.filter(|other| self.is_linked(*other)).collect();
        let mut members: Vec<ReplicaId> = others.iter().copied().map(Self::replica_of).collect();
        members.push(member);
        members.sort_unstable();
        for other in others {
            self.with_instance(at, other, |instance, reach| {
                instance.admit_member(at, member, reach);
            });
        }
        self.with_instance(at, id, |instance, reach| instance.enter(at, members, reach));
        self.look_from(at);
    }

    fn unlink(&mut self, at: SimTime, on: InstanceId, dropped: InstanceId) {
        let member = Self::replica_of(dropped);
        self.with_instance(at, on, |instance, reach| {
            instance.force_unlink(at, member, reach);
        });
        self.look_from(at);
    }

    /// A member leaves by itself: the rest know at once.
    fn leave(&mut self, at: SimTime, id: InstanceId) {
        let member = Self::replica_of(id);
        let others = self.plan.instances.ids();
        let others: Vec<InstanceId> = others.filter(|other| self.is_linked(*other)).collect();
        for other in others {
            self.with_instance(at, other, |instance, reach| {
                instance.part_from(at, member, reach);
            });
        }
        self.look_from(at);
    }

    /// Another number of shards, another amount of memory.
    fn resize(&mut self, at: SimTime, id: InstanceId, shards: u16, usable: Bytes) {
        self.with_instance(at, id, |instance, reach| {
            instance.resize(shards, usable);
            instance.note_all_memory(at, reach);
        });
    }

    /// A planned failover: for a moment nobody is answered.
    pub(super) fn fail_over(&mut self, at: SimTime, id: InstanceId) {
        if self.is_down(id) {
            return;
        }
        self.close(id);
        let back = at + self.plan.assumptions.planned_failover;
        self.plan_at(back, Instant::BlipOver(id));
    }

    /// The failover is over.
    pub(super) fn come_back(&mut self, at: SimTime, id: InstanceId) {
        self.open(at, id);
    }

    /// Whether nobody reaches an instance.
    pub(super) fn is_down(&self, id: InstanceId) -> bool {
        let (region, local) = self.homes[id.index()];
        self.windows.processes()[region.index()].is_down(local)
    }
}
