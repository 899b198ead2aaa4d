//! What the control plane decides, carried out on instances.

use crate::control::{Discard, Effect, MemberId};
use crate::history::Defeat;
use crate::id::{Id, InstanceId, ReplicaId};
use crate::planted::{self, Defect};
use crate::quantity::Bytes;
use crate::time::SimTime;
use crate::world::region::Door;
use crate::world::{Instant, World};

impl World<'_> {
    /// Carries effects out in their order.
    pub(super) fn carry_out(&mut self, at: SimTime, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Create(id) => self.create(at, *id),
                Effect::Open(id) => self.open(at, self.plane.planned(*id)),
                Effect::Remove(id) => self.remove(at, self.plane.planned(*id)),
                Effect::Close(id) => self.door(self.plane.planned(*id)).closed = true,
                Effect::Wipe(id, why) => self.discard(at, self.plane.planned(*id), *why),
                Effect::Flush { on, is_asked } => self.flush(at, *on, *is_asked),
                Effect::Join(id, number) => self.join(at, self.plane.planned(*id), *number),
                Effect::Unlink { on, .. } => self.unlink(at, self.plane.planned(*on)),
                Effect::Leave(id) => self.leave(at, self.plane.planned(*id)),
                Effect::Blip { instance, at } => {
                    self.plan_at(*at, Instant::Blip(self.plane.planned(*instance)));
                }
                Effect::Capacity {
                    instance,
                    shards,
                    usable,
                    ..
                } => {
                    let instance = self.plane.planned(*instance);
                    self.resize(at, instance, *shards, *usable);
                }
            }
        }
    }

    fn door(&mut self, id: InstanceId) -> &mut Door {
        let (region, local) = self.homes[id.index()];
        &mut self.windows.processes_mut()[region.index()].doors[local]
    }

    /// An empty instance takes connections for the first time, in the size it was created in.
    fn create(&mut self, at: SimTime, id: InstanceId) {
        let usable = self.plane.state.usable(id);
        let instance = self.plane.state.instance(id);
        let shards = instance.map(|instance| instance.configuration.shards());
        let planned = self.plane.planned(id);
        if let Some(shards) = shards {
            self.resize(at, planned, shards, usable);
        }
        self.open(at, planned);
    }

    /// A request opens an instance that one had closed.
    fn open(&mut self, at: SimTime, id: InstanceId) {
        let door = self.door(id);
        let was_closed = std::mem::take(&mut door.closed);
        self.reconnect(at, id, was_closed);
    }

    /// An instance has been out of reach, and may be in reach again.
    fn reconnect(&mut self, at: SimTime, id: InstanceId, was_shut: bool) {
        if was_shut && !self.is_down(id) {
            self.with_instance(at, id, |instance, reach| instance.come_back(at, reach));
            self.look_from(at);
        }
    }

    /// An instance is gone, with all it had.
    fn remove(&mut self, at: SimTime, id: InstanceId) {
        self.door(id).closed = true;
        self.note_unsent(id, Defeat::Discarded("the deletion"));
        self.wipe(at, id);
        self.with_instance(at, id, |instance, _| instance.stand_alone(at));
        self.note_losses("the instance was deleted before it had sent them");
    }

    /// All data of one instance is discarded by a request of its own.
    fn discard(&mut self, at: SimTime, id: InstanceId, why: Discard) {
        let (by, cause) = match why {
            Discard::ForceLink => ("the force-link", "a force-link discarded them"),
            Discard::NoReplica => (
                "scaling without a replica",
                "scaling without a replica discarded them",
            ),
        };
        self.note_unsent(id, Defeat::Discarded(by));
        self.wipe(at, id);
        self.note_losses(cause);
    }

    /// A flush comes to the instance that was asked for it; to another once it is not cut off.
    fn flush(&mut self, at: SimTime, on: InstanceId, is_asked: bool) {
        let planned = self.plane.planned(on);
        if planted::is(Defect::FlushLeavesOneOut) && planned.index() == 2 {
            return;
        }
        if !is_asked && self.is_cut_off(planned) {
            self.plane.state.owe_flush(on);
        } else {
            self.wipe(at, planned);
        }
    }

    /// All data of one instance is discarded; what comes from others is new from here on. It is
    /// told who its peers are: none of them may have had the news that somebody was dropped.
    fn wipe(&mut self, at: SimTime, id: InstanceId) {
        let (is_up, is_member) = (!self.is_down(id), self.takes_part(id));
        let former = self.former_peers(id);
        self.with_instance(at, id, |instance, reach| {
            instance.wipe(at);
            if !is_member {
                instance.stand_alone(at);
            } else {
                for peer in former {
                    instance.part_from(at, peer, reach);
                }
            }
            if is_up {
                instance.come_back(at, reach);
            }
        });
    }

    /// An instance becomes a member, under a number never used before. (In the clocks of the group
    /// it has the place of its name; a wiped instance numbers its effects anew beyond all it ever
    /// made, so that no dot comes twice.)
    fn join(&mut self, at: SimTime, id: InstanceId, _number: MemberId) {
        let member = Self::replica(id);
        let others = self.fellows(id);
        let mut members: Vec<ReplicaId> = others.iter().copied().map(Self::replica).collect();
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

    fn unlink(&mut self, at: SimTime, on: InstanceId) {
        let gone = self.former_peers(on);
        self.with_instance(at, on, |instance, reach| {
            for member in gone {
                instance.force_unlink(at, member, reach);
            }
        });
        self.note_losses("the only member that had them was unlinked");
        self.look_from(at);
    }

    /// Whom an instance takes for its peers though somebody has dropped them: the news of that has
    /// not come here.
    fn former_peers(&self, on: InstanceId) -> Vec<ReplicaId> {
        let fellows = self.fellows(on);
        let peers = self.instance(on).peers();
        peers
            .filter(|peer| !fellows.iter().any(|one| Self::replica(*one) == *peer))
            .collect()
    }

    /// A member leaves by itself: the rest know at once.
    fn leave(&mut self, at: SimTime, id: InstanceId) {
        let member = Self::replica(id);
        let others: Vec<ReplicaId> = self.instance(id).peers().collect();
        for other in others
            .into_iter()
            .map(|other| InstanceId::at(other.index()))
        {
            self.with_instance(at, other, |instance, reach| {
                instance.part_from(at, member, reach);
            });
        }
        self.note_losses("the only member that had them was deleted");
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
        self.door(id).failing_over = true;
        let back = at + self.plan.assumptions.nodes.planned_failover;
        self.plan_at(back, Instant::BlipOver(id));
    }

    /// The failover is over.
    pub(super) fn end_failover(&mut self, at: SimTime, id: InstanceId) {
        let was_shut = std::mem::take(&mut self.door(id).failing_over);
        self.reconnect(at, id, was_shut);
    }

    /// Whether nobody reaches an instance.
    pub(super) fn is_down(&self, id: InstanceId) -> bool {
        let (region, local) = self.homes[id.index()];
        self.windows.processes()[region.index()].is_down(local)
    }
}
