//! What an operator would look up about an instance, and what Azure does not show.

use crate::history::{ArmSeen, Event, LinkShown, ShowSeen};
use crate::id::{Id, InstanceId, ReplicaId, ShardId};
use crate::instance::{Instance, LinkState};
use crate::time::SimTime;
use crate::world::World;

impl World<'_> {
    /// What an operator would look up about an instance, and what Azure does not show.
    pub(super) fn show_state(&mut self, at: SimTime, step: usize, id: InstanceId) {
        let instance = self.instance(id);
        let peers: Vec<ReplicaId> = instance.peers().collect();
        let links = peers
            .iter()
            .map(|peer| self.shown(instance, *peer))
            .collect();
        let total = |of: fn(&crate::instance::Counts) -> u64| {
            instance
                .shards()
                .iter()
                .map(|shard| of(&shard.counts))
                .sum::<u64>()
        };
        let incoming = peers.iter().map(|peer| instance.incoming(*peer));
        let partial_syncs = incoming.map(|link| link.partial_syncs).sum();
        let counters = vec![
            ("crdt_effect_reqs", total(|counts| counts.applied)),
            ("crdt_merge_reqs", total(|counts| counts.merged)),
            (
                "crdt_ovc_filtered_effect_reqs",
                total(|counts| counts.filtered),
            ),
            ("crdt_sync_full", total(|counts| counts.full_syncs)),
            ("crdt_sync_partial_ok", partial_syncs),
            ("evictedkeys", total(|counts| counts.evicted)),
            ("expiredkeys", total(|counts| counts.expired)),
            ("totalkeys", instance.key_count()),
            ("usedmemory", instance.bytes_used()),
        ];
        let seen = ShowSeen {
            step,
            on: id,
            reachable: !self.region_of(id).dark,
            linked: self.is_linked(id),
            arm: self.arm(at, id),
            links,
            counters,
        };
        self.observe(at, Event::Show(Box::new(seen)));
    }

    /// What an instance knows of a peer, and what the group would lose with it.
    fn shown(&self, instance: &Instance, peer: ReplicaId) -> LinkShown {
        let id = InstanceId::at(peer.index());
        LinkShown {
            peer: id,
            carries: instance.incoming(peer).state == LinkState::Online,
            unsent: instance.unsent(peer),
            unlink_loses: self.known_only_to(id),
            holds_back: instance.held_back_by(peer),
        }
    }

    /// Writes of a member that no other member has applied.
    fn known_only_to(&self, origin: InstanceId) -> u64 {
        let replica = Self::replica(origin);
        let own = self.instance(origin).shards().ids();
        let writes = |id: InstanceId, shard: ShardId| {
            let frontier = &self.instance(id).shards()[shard].frontier;
            frontier.prefix[replica.index()].writes
        };
        own.map(|shard| {
            let members = self.plan.instances.ids();
            let others = members.filter(|id| *id != origin && self.is_linked(*id));
            let known = others.map(|id| writes(id, shard)).max().unwrap_or(0);
            writes(origin, shard).saturating_sub(known)
        })
        .sum()
    }

    /// What ARM shows of an instance.
    fn arm(&self, at: SimTime, id: InstanceId) -> Option<ArmSeen> {
        let known = self.plane.known(id)?;
        let linked = self.links(id).into_iter();
        let (_, limit) = self.instance(id).gauges().next()?;
        Some(ArmSeen {
            resource: format!("{:?}", known.resource_state(at)),
            provisioning: format!("{:?}", known.provisioning_state()),
            sku: known.configuration.sku.name,
            offers: self.offers(id).iter().map(|sku| sku.name).collect(),
            linked: linked
                .map(|(id, state)| (id, format!("{state:?}")))
                .collect(),
            shards: self.instance(id).shard_count(),
            shard_limit: limit,
        })
    }
}
