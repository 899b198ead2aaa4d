//! What befalls nodes and streams: failovers, lost zones, stalled streams, patches.

use crate::history::{Defeat, FaultKind};
use crate::id::{Id, InstanceId, ReplicaId, ShardId};
use crate::instance::Replicas;
use crate::plan::{Incident, Plan, Step, Streams, next_window};
use crate::time::{SimDuration, SimTime};
use crate::world::{Instant, World};

/// An old node is drained, then the other: every shard has its primary on one of two.
/// Source: Azure docs, articles/redis/failover.md.
const NODES: u16 = 2;

/// What an incident will come to.
#[derive(Debug)]
pub(super) enum Pending {
    /// Primaries go, and these are what is left.
    Loss(InstanceId, Box<Replicas>),
    /// Parts answer again.
    Back(InstanceId, Vec<ShardId>, String),
    /// Nodes are being patched: so many are done.
    Patch(InstanceId, u16),
}

/// How long before its instant a step is looked at: the replicas of primaries that fail have what
/// these had had so long before.
pub(super) fn lead(step: &Step, plan: &Plan) -> SimDuration {
    match step {
        Step::Incident(incident) if incident.loses_primaries() => {
            plan.assumptions.nodes.replica_lag
        }
        _ => SimDuration(0),
    }
}

impl World<'_> {
    /// Carries an incident out.
    pub(super) fn befall(&mut self, at: SimTime, incident: &Incident) {
        if let Some(on) = incident.on().filter(|on| self.plane.known(*on).is_none()) {
            return self.befall_nobody(at, on, incident);
        }
        match incident {
            Incident::Failover {
                on,
                shards,
                planned: true,
            } => self.exchange(at, *on, shards),
            Incident::Failover { on, shards, .. } => self.doom(at, *on, shards),
            Incident::ZoneLoss(region) => {
                let mut here = self.instances_of(*region);
                here.retain(|on| self.plane.known(*on).is_some());
                for on in here {
                    let shards = self.on_node(on, 0);
                    self.doom(at, on, &shards);
                }
            }
            Incident::Stall(streams) => self.stall(at, streams),
            Incident::Resume(streams) => self.unstall(at, streams),
            Incident::Patch { on, urgent } => self.patch(at, *on, *urgent),
        }
    }

    /// Where there is no instance nothing happens, and the fault is shown to touch nothing.
    fn befall_nobody(&mut self, at: SimTime, on: InstanceId, incident: &Incident) {
        let (kind, what) = match incident {
            Incident::Failover { .. } | Incident::ZoneLoss(_) => {
                (FaultKind::Failover, "fails over")
            }
            Incident::Patch { .. } => (FaultKind::Maintenance, "patched"),
            Incident::Stall(_) => (FaultKind::Stall, "takes nothing in"),
            Incident::Resume(_) => return,
        };
        let label = format!("{} {what}: it does not exist", self.plan.instances[on].name);
        self.faults.begin_on(kind, self.homes[on.index()], &label);
        self.tell_incident(at, on, kind, &label, true);
        let world = self.windows.processes_mut();
        self.faults.end_on(&label, Some(0), world);
        self.tell_incident(at, on, kind, &label, false);
    }

    /// What was pending is due.
    pub(super) fn come_to_pass(&mut self, at: SimTime, number: usize) {
        match self.pending.remove(&number) {
            None => {}
            Some(Pending::Loss(on, replicas)) => self.lose_primaries(at, on, &replicas),
            Some(Pending::Back(on, parts, label)) => self.end_absence(at, on, &parts, label),
            Some(Pending::Patch(on, 0)) if self.plane.known(on).is_none() => {
                self.befall_nobody(at, on, &Incident::Patch { on, urgent: true });
            }
            Some(Pending::Patch(on, done)) => self.patch_node(at, on, done),
        }
    }

    fn await_until(&mut self, at: SimTime, pending: Pending) {
        let number = self.pendings;
        self.pendings += 1;
        self.pending.insert(number, pending);
        self.plan_at(at, Instant::Pending(number));
    }

    /// The shards whose primaries are on a node.
    fn on_node(&self, on: InstanceId, node: u16) -> Vec<u16> {
        let shards = 0..self.instance(on).shard_count();
        shards.filter(|shard| shard % NODES == node).collect()
    }

    fn has_replicas(&self, on: InstanceId) -> bool {
        let known = self.plane.known(on);
        known.is_some_and(|one| one.configuration.high_availability)
    }

    /// A planned failover: the replicas have all that the primaries have.
    fn exchange(&mut self, at: SimTime, on: InstanceId, shards: &[u16]) {
        if self.is_down(on) {
            return;
        }
        let parts = self.instance(on).parts_of(shards);
        if !self.has_replicas(on) {
            return self.lose_node(at, on, parts);
        }
        let lasts = self.plan.assumptions.nodes.planned_failover;
        self.leave_for(at, on, parts, lasts);
    }

    /// Primaries will be lost as soon as their replicas lag behind this instant.
    fn doom(&mut self, at: SimTime, on: InstanceId, shards: &[u16]) {
        let instance = self.instance(on);
        let replicas = instance.replicate(instance.parts_of(shards));
        let lag = self.plan.assumptions.nodes.replica_lag;
        self.await_until(at + lag, Pending::Loss(on, Box::new(replicas)));
    }

    fn lose_primaries(&mut self, at: SimTime, on: InstanceId, replicas: &Replicas) {
        if self.is_down(on) {
            return;
        }
        if !self.has_replicas(on) {
            return self.lose_node(at, on, replicas.parts().to_vec());
        }
        let own = Self::replica(on);
        let peers: Vec<ReplicaId> = self.instance(on).peers().collect();
        let reach = replicas.own_reach(own);
        let missed = self.beyond(on, &reach, Defeat::Discarded("a failover"));
        self.unsent.extend(missed);
        self.note_span(on, &reach);
        for peer in peers.into_iter().map(|peer| InstanceId::at(peer.index())) {
            self.with_instance(at, peer, |instance, wire| instance.lose_link(at, own, wire));
        }
        self.with_instance(at, on, |instance, wire| {
            instance.promote(at, replicas, wire);
        });
        self.note_losses("a failover came before they were replicated");
        let lasts = self.plan.assumptions.nodes.unplanned_failover;
        self.leave_for(at, on, replicas.parts().to_vec(), lasts);
    }

    /// Nothing takes the place of primaries without replicas: their instance begins anew, empty.
    fn lose_node(&mut self, at: SimTime, on: InstanceId, parts: Vec<ShardId>) {
        self.note_unsent(on, Defeat::MemoryLost);
        self.with_instance(at, on, |instance, _| instance.lose_memory(at));
        self.note_losses("a node without a replica was lost");
        let lasts = self.plan.assumptions.nodes.unplanned_failover;
        self.leave_for(at, on, parts, lasts);
    }

    /// Parts answer nobody for a while.
    fn leave_for(&mut self, at: SimTime, on: InstanceId, parts: Vec<ShardId>, lasts: SimDuration) {
        self.with_instance(at, on, |instance, wire| instance.withdraw(at, &parts, wire));
        let label = self.label_of(on, &parts, "fails over");
        self.faults
            .begin_on(FaultKind::Failover, self.homes[on.index()], &label);
        self.tell_incident(at, on, FaultKind::Failover, &label, true);
        self.await_until(at + lasts, Pending::Back(on, parts, label));
    }

    fn end_absence(&mut self, at: SimTime, on: InstanceId, parts: &[ShardId], label: String) {
        self.with_instance(at, on, |instance, wire| instance.resume(at, parts, wire));
        self.faults
            .end_on(&label, None, self.windows.processes_mut());
        self.tell_incident(at, on, FaultKind::Failover, &label, false);
        self.look_from(at);
    }

    fn stall(&mut self, at: SimTime, streams: &Streams) {
        let (peers, parts) = self.meant(streams);
        self.with_instance(at, streams.on, |instance, wire| {
            instance.stall(at, &peers, &parts, wire);
        });
        self.stalls.retain(|one| one != streams);
        self.stalls.push(streams.clone());
        let label = self.stall_label(streams);
        self.faults
            .begin_on(FaultKind::Stall, self.homes[streams.on.index()], &label);
        self.tell_incident(at, streams.on, FaultKind::Stall, &label, true);
    }

    fn unstall(&mut self, at: SimTime, streams: &Streams) {
        let (peers, parts) = self.meant(streams);
        let held = self.held_back(streams.on, &peers, &parts);
        self.stalls.retain(|one| one != streams);
        self.with_instance(at, streams.on, |instance, wire| {
            instance.go_on_from(at, &peers, &parts, wire);
        });
        let label = self.stall_label(streams);
        self.faults
            .end_on(&label, Some(held), self.windows.processes_mut());
        self.tell_incident(at, streams.on, FaultKind::Stall, &label, false);
        self.look_from(at);
    }

    /// With the storm every stall ends.
    pub(super) fn end_stalls(&mut self, at: SimTime) {
        for streams in self.stalls.clone() {
            self.unstall(at, &streams);
        }
    }

    fn meant(&self, streams: &Streams) -> (Vec<ReplicaId>, Vec<ShardId>) {
        let all = self.plan.instances.ids();
        let is_meant = |id: &InstanceId| {
            *id != streams.on && (streams.from.is_empty() || streams.from.contains(id))
        };
        let peers = all.filter(is_meant).map(Self::replica).collect();
        (peers, self.instance(streams.on).parts_of(&streams.shards))
    }

    /// Effects that peers have made and an instance has not taken in.
    fn held_back(&self, on: InstanceId, peers: &[ReplicaId], parts: &[ShardId]) -> u64 {
        let mine = self.instance(on).shards();
        let behind = peers.iter().flat_map(|peer| {
            let theirs = self.instance(InstanceId::at(peer.index())).shards();
            let made = |part: &ShardId| {
                let of =
                    |shard: &crate::instance::Shard| shard.frontier.prefix[peer.index()].effects;
                of(&theirs[*part]).saturating_sub(of(&mine[*part]))
            };
            parts.iter().map(made)
        });
        behind.sum()
    }

    /// Nodes are patched: at once, or in the next maintenance window.
    fn patch(&mut self, at: SimTime, on: InstanceId, urgent: bool) {
        let windows = &self.plan.instances[on].options.maintenance;
        let begins = match urgent {
            true => at,
            false => next_window(windows, self.plan.epoch_ms, at),
        };
        self.await_until(begins, Pending::Patch(on, 0));
    }

    /// One node more is drained and exchanged, or the last is done.
    fn patch_node(&mut self, at: SimTime, on: InstanceId, done: u16) {
        let label = format!("{} patched", self.plan.instances[on].name);
        if done == 0 && self.patching[on] {
            // Another patch is under way: this one follows when that may be over.
            return self.await_until(at + self.patching_each(), Pending::Patch(on, 0));
        }
        if done == 0 {
            self.patching[on] = true;
            self.faults
                .begin_on(FaultKind::Maintenance, self.homes[on.index()], &label);
            self.tell_incident(at, on, FaultKind::Maintenance, &label, true);
        } else {
            let shards = self.on_node(on, done - 1);
            if !shards.is_empty() {
                self.exchange(at, on, &shards);
            }
        }
        if done == NODES {
            self.patching[on] = false;
            self.faults
                .end_on(&label, Some(u64::from(NODES)), self.windows.processes_mut());
            self.tell_incident(at, on, FaultKind::Maintenance, &label, false);
            return;
        }
        self.await_until(at + self.patching_each(), Pending::Patch(on, done + 1));
    }

    /// How long one node takes.
    fn patching_each(&self) -> SimDuration {
        SimDuration(self.plan.assumptions.nodes.patching.0 / u64::from(NODES))
    }

    fn label_of(&self, on: InstanceId, parts: &[ShardId], what: &str) -> String {
        let instance = self.instance(on);
        let name = &self.plan.instances[on].name;
        if parts.len() == instance.shards().len() {
            return format!("{name} {what}");
        }
        let each = instance.shards().len() / usize::from(instance.shard_count());
        let mut shards: Vec<usize> = parts.iter().map(|part| part.index() / each).collect();
        shards.dedup();
        format!("{name} {what}: {}", in_words(&shards))
    }

    fn stall_label(&self, streams: &Streams) -> String {
        let name = |id: &InstanceId| self.plan.instances[*id].name.clone();
        let mut label = format!("{} takes nothing in", name(&streams.on));
        if !streams.from.is_empty() {
            let from: Vec<String> = streams.from.iter().map(name).collect();
            label += &format!(" from {}", from.join(", "));
        }
        if !streams.shards.is_empty() {
            let shards: Vec<usize> = streams.shards.iter().map(|one| usize::from(*one)).collect();
            label += &format!(": {}", in_words(&shards));
        }
        label
    }

    fn tell_incident(
        &mut self,
        at: SimTime,
        on: InstanceId,
        kind: FaultKind,
        label: &str,
        begins: bool,
    ) {
        let (region, _) = self.homes[on.index()];
        self.fault(at, label.to_owned(), vec![region], &[], kind, begins);
    }
}

fn in_words(shards: &[usize]) -> String {
    let numbers: Vec<String> = shards.iter().map(usize::to_string).collect();
    let word = if shards.len() == 1 { "shard" } else { "shards" };
    format!("{word} {}", numbers.join(", "))
}
