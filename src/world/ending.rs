//! What a run leaves behind: counts that no single observation carries.

use crate::crdt::{Conflict, MEMBERS_MAX};
use crate::history::{Event, MetSeen, Observation, WritesSeen};
use crate::id::{FleetId, Id, IdVec, InstanceId, ReplicaId, ShardId};
use crate::instance::{Comparison, Counts, Custody, MemoryKind};
use crate::metrics::histogram::Histogram;
use crate::time::SimTime;
use crate::world::World;
use crate::world::clients::{ClientCounts, Interruption};
use crate::world::losses::Deeds;

/// The end of a run.
#[derive(Clone, Debug)]
pub struct Ending {
    /// One digest over everything handled.
    pub digest: u64,
    /// When it ended.
    pub at: SimTime,
    /// Whether it was cut short by the cap on events.
    pub capped: bool,
    /// Events handled.
    pub events: u64,
    /// Client operations handled.
    pub operations: u64,
    /// Windows it took. Depends on the options, so it stands in no outcome.
    pub windows: u64,
    /// The fleets, in the plan's order.
    pub fleets: Vec<FleetEnding>,
    /// The instances, in the plan's order.
    pub instances: Vec<InstanceEnding>,
    /// The links, by sender and then receiver.
    pub links: Vec<LinkEnding>,
    /// Messages and operations each fault delayed or kept from getting through, in the order they
    /// began.
    pub touched: Vec<u64>,
}

/// What became of a fleet's operations.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FleetEnding {
    /// Which fleet.
    pub id: FleetId,
    /// Its counts.
    pub counts: ClientCounts,
    /// When it was without service.
    pub interruptions: Vec<Interruption>,
}

/// An instance at the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InstanceEnding {
    /// Which instance.
    pub id: InstanceId,
    /// Whether the group still has it.
    pub linked: bool,
    /// Keys that hold something.
    pub keys: u64,
    /// Conflicts met, by `crdt::Conflict`.
    pub conflicts: [u64; crate::crdt::Conflict::COUNT],
    /// Its shards.
    pub shards: Vec<ShardEnding>,
}

/// A shard at the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShardEnding {
    /// Which shard.
    pub id: ShardId,
    /// Bytes by kind.
    pub used: [u64; MemoryKind::COUNT],
    /// The most of each kind.
    pub peak: [u64; MemoryKind::COUNT],
    /// Bytes in all.
    pub total: u64,
    /// The most in all.
    pub total_peak: u64,
    /// The limit.
    pub limit: u64,
    /// When it first ran out of memory.
    pub oom_at: Option<SimTime>,
    /// When it would have, had unstable records cost nothing.
    pub oom_without_records_at: Option<SimTime>,
    /// The most in all, unstable records left out.
    pub peak_without_records: u64,
    /// Keys that hold something.
    pub keys: u64,
    /// What it did.
    pub counts: Counts,
}

/// A link at the end.
#[derive(Clone, Debug)]
pub struct LinkEnding {
    /// Whose effects.
    pub from: InstanceId,
    /// Who took them.
    pub to: InstanceId,
    /// Bytes sent.
    pub sent_bytes: u64,
    /// Effects sent.
    pub sent_effects: u64,
    /// Parcels dropped on arrival.
    pub dropped: u64,
    /// Times a shard resumed from the backlog.
    pub partial_syncs: u64,
    /// Times a shard took a transfer of state.
    pub full_syncs: u64,
    /// How late effects arrived, in microseconds.
    pub lag: Histogram,
}

impl World<'_> {
    /// Closes the run.
    pub(super) fn end(mut self, witness: &mut dyn FnMut(&Observation)) -> Ending {
        let at = self.now;
        if self.options.observed {
            let custodies = self.plan.instances.ids();
            let custodies = custodies.map(|id| self.instance(id).custody()).collect();
            for origin in self.plan.instances.ids() {
                let mut seen = self.classify(origin, &custodies);
                seen.lost_span = self.lost_span(origin, &seen);
                self.observe_missed(at, origin, &seen);
                self.observe(at, Event::Writes(Box::new(seen)));
                let met = self.met(origin);
                self.observe(at, Event::Met(met));
            }
            self.observe_differences(at);
        }
        self.show(witness);
        let faults = std::mem::take(&mut self.faults);
        let touched = faults.close(self.windows.processes_mut());
        let regions = self.windows.processes();
        let mut fleets: Vec<FleetEnding> = regions
            .iter()
            .flat_map(|region| &region.clients)
            .map(|clients| FleetEnding {
                id: clients.id,
                counts: clients.counts,
                interruptions: clients.all_interruptions(),
            })
            .collect();
        fleets.sort_by_key(|fleet| fleet.id);
        Ending {
            digest: self.digest(),
            at,
            capped: self.capped,
            events: self.events(),
            operations: regions.iter().map(|region| region.operations).sum(),
            windows: self.windows.windows(),
            fleets,
            instances: self
                .plan
                .instances
                .ids()
                .map(|id| self.instance_ending(id))
                .collect(),
            links: self.link_endings(),
            touched,
        }
    }

    /// What an instance and its clients met with over the run.
    fn met(&self, on: InstanceId) -> MetSeen {
        let shards = self.instance(on).shards();
        let conflicts = |kind: Conflict| {
            shards
                .iter()
                .map(|shard| shard.tally.met[kind.index()])
                .sum::<u64>()
        };
        MetSeen {
            on,
            refused_for_memory: shards.iter().map(|shard| shard.counts.refused).sum(),
            concurrent_writes: conflicts(Conflict::WriteWrite),
            add_wins: conflicts(Conflict::AddRemove),
            concurrent_increments: conflicts(Conflict::IncrementIncrement),
            evicted: shards.iter().map(|shard| shard.counts.evicted).sum(),
        }
    }

    /// Shows on how many keys each two members differ.
    fn observe_differences(&mut self, at: SimTime) {
        for one in self.plan.instances.ids() {
            for other in self.plan.instances.ids().filter(|other| *other > one) {
                let keys =
                    Comparison::default().unequal_keys(&[self.instance(one), self.instance(other)]);
                if keys > 0 {
                    self.observe(
                        at,
                        Event::Apart {
                            between: [one, other],
                            keys,
                        },
                    );
                }
            }
        }
    }

    /// What became of the writes of one origin: by the word of the replica that knows best, which
    /// is the origin itself while it is a member with its memory intact: what a member got back by
    /// state does not tell it what had hidden its writes before.
    fn classify(
        &self,
        origin: InstanceId,
        custodies: &IdVec<InstanceId, [Custody; MEMBERS_MAX]>,
    ) -> WritesSeen {
        let acknowledged = self.acknowledged(origin);
        let flushed = self.flushed[origin];
        let keeper = self.keeper(origin);
        let custody_of = |id: InstanceId| custodies[id][origin.index()];
        let custody = keeper.map_or(Custody::default(), custody_of);
        let kept = Deeds {
            writes: custody.applied,
            removals: custody.removals,
        };
        let lost = acknowledged.beyond(kept.plus(flushed));
        WritesSeen {
            origin: origin.index(),
            acknowledged: acknowledged.writes,
            present: custody.present,
            superseded: custody.superseded,
            overwritten: custody.overwritten,
            lost: lost.writes,
            flushed: flushed.writes,
            removals: acknowledged.removals,
            removals_lost: lost.removals,
            cause: self.cause_of_loss(origin, lost),
            lost_span: None,
            keeper,
        }
    }

    fn instance_ending(&self, id: InstanceId) -> InstanceEnding {
        let instance = self.instance(id);
        let mut conflicts = [0; crate::crdt::Conflict::COUNT];
        for shard in instance.shards() {
            for (sum, met) in conflicts.iter_mut().zip(shard.tally.met) {
                *sum += met;
            }
        }
        let keys = instance.key_counts();
        let shards = instance.shards().iter().map(|shard| ShardEnding {
            id: shard.id,
            used: shard.ledger.by_kind(),
            peak: shard.ledger.peaks(),
            total: shard.ledger.total(),
            total_peak: shard.ledger.total_peak(),
            limit: shard.ledger.limit(),
            oom_at: shard.oom_at,
            oom_without_records_at: shard.oom_without_records_at,
            peak_without_records: shard.ledger.lean_peak(),
            keys: keys[shard.id],
            counts: shard.counts,
        });
        InstanceEnding {
            id,
            linked: self.is_linked(id),
            keys: keys.iter().sum(),
            conflicts,
            shards: shards.collect(),
        }
    }

    fn link_endings(&self) -> Vec<LinkEnding> {
        let mut endings = Vec::new();
        for from in self.plan.instances.ids() {
            for to in self.plan.instances.ids().filter(|to| *to != from) {
                endings.push(self.link_ending(from, to));
            }
        }
        endings
    }

    fn link_ending(&self, from: InstanceId, to: InstanceId) -> LinkEnding {
        let (_, sender) = self.homes[from.index()];
        let (_, receiver) = self.homes[to.index()];
        let sent = self.region_of(from).fabric.sent[sender][to.index()];
        let arrived = &self.region_of(to).inbound;
        let inbound = arrived
            .iter()
            .find(|inbound| {
                inbound.from == ReplicaId::at(from.index()) && inbound.local == receiver
            })
            .expect("every ordered pair of members has a stream");
        let incoming = self.instance(to).incoming(ReplicaId::at(from.index()));
        let mut lag = inbound.lag_total.clone();
        lag.merge(&inbound.lag);
        LinkEnding {
            from,
            to,
            sent_bytes: sent.bytes,
            sent_effects: sent.effects,
            dropped: inbound.counts.dropped,
            partial_syncs: incoming.partial_syncs,
            full_syncs: incoming.full_syncs,
            lag,
        }
    }
}
