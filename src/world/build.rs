//! From a plan to a world at time zero.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::assumption::Assumptions;
use crate::engine::{Agenda, Digest, Stream, TieBreak, mix};
use crate::history::Detail;
use crate::id::{FleetId, Id, IdVec, InstanceId, RegionId, ReplicaId};
use crate::instance::{Instance, Naming, Setup, shard_of_slot};
use crate::network::Route;
use crate::plan::{self, AtStart, Plan, Step};
use crate::quantity::Bytes;
use crate::time::{SimDuration, SimTime};
use crate::traffic::{Fleet, FleetConfig, KeySpace, Lane, SizeChoice};
use crate::world::clients::{ClientCounts, Clients};
use crate::world::exit::{Dock, Exit};
use crate::world::fabric::{Fabric, SentCounts, narrow};
use crate::world::inbound::Inbound;
use crate::world::region::{Door, Region, Scripted};

/// A shard's backlog is clamped to these bounds.
///
/// Source: Redis docs, active-active/manage.md#replication-backlog: 1 MB to 250 MB.
const BACKLOG_MIN: u64 = 1_000_000;
const BACKLOG_MAX: u64 = 250_000_000;

/// All regions of a plan, their instances filled and their clients ready. `told` is how much their
/// witness sees; none when nobody looks.
pub(super) fn regions(plan: &Plan, told: Option<Detail>) -> Vec<Region> {
    let naming = Arc::new(naming(plan));
    let slots = naming.slots(plan.assumptions.hashing.into());
    let homes = homes(plan);
    let mut regions: Vec<Region> = plan
        .regions
        .ids()
        .map(|region| empty_region(plan, region, &homes, told))
        .collect();
    for (id, _) in plan.instances.entries() {
        let (region, _) = homes[id.index()];
        let instance = instance(plan, id, &naming, &slots);
        regions[region.index()].instances.push(instance);
    }
    for region in &mut regions {
        start_instances(plan, region);
    }
    add_clients(plan, &homes, &mut regions);
    add_script(plan, &homes, &mut regions);
    regions
}

/// The tie-break of a plan.
pub(super) fn tie_break(plan: &Plan) -> TieBreak {
    match plan.tie_break {
        plan::TieBreak::Ordered => TieBreak::Ordered,
        plan::TieBreak::Seeded => TieBreak::Seeded(mix(plan.seed)),
    }
}

fn naming(plan: &Plan) -> Naming {
    let mut naming = Naming::default();
    for population in &plan.populations {
        naming.add(&population.prefix, population.keys, population.tagged);
    }
    naming
}

/// The region of every instance, and its place there.
fn homes(plan: &Plan) -> Vec<(RegionId, usize)> {
    let mut next = vec![0; plan.regions.len()];
    let mut homes = Vec::new();
    for instance in &plan.instances {
        let place = &mut next[instance.region.index()];
        homes.push((instance.region, *place));
        *place += 1;
    }
    homes
}

fn empty_region(
    plan: &Plan,
    region: RegionId,
    homes: &[(RegionId, usize)],
    told: Option<Detail>,
) -> Region {
    let tie_break = tie_break(plan);
    let here: Vec<usize> = (0..homes.len())
        .filter(|instance| homes[*instance].0 == region)
        .collect();
    let mut inbound = Vec::new();
    for instance in &here {
        for from in (0..homes.len()).filter(|from| from != instance) {
            let (source, _) = homes[from];
            inbound.push(Inbound::new(
                ReplicaId::at(from),
                source,
                homes[*instance].1,
            ));
        }
    }
    let fabric = Fabric {
        region,
        tie_break,
        homes: homes.to_vec(),
        exits: plan
            .regions
            .ids()
            .map(|to| exit(plan, region, to))
            .collect(),
        docks: here.iter().map(|_| Dock::default()).collect(),
        in_batches: here.len() == 1 && has_own_routes(homes),
        outbox: plan.regions.iter().map(|_| Vec::new()).collect(),
        agenda: Agenda::new(tie_break),
        observations: Vec::new(),
        observed: told.is_some(),
        full: told == Some(Detail::Full),
        made: Vec::new(),
        digest: Digest::default(),
        sent: vec![vec![SentCounts::default(); homes.len()]; here.len()],
        local_delay: plan.assumptions.local_delay,
    };
    Region {
        instances: Vec::new(),
        clients: Vec::new(),
        script: VecDeque::new(),
        inbound,
        heads: Vec::new(),
        fabric,
        dark: false,
        doors: here
            .iter()
            .map(|id| Door {
                closed: plan.instances[InstanceId::at(*id)].at_start == AtStart::Absent,
                failing_over: false,
            })
            .collect(),
        cut_from: vec![false; plan.regions.len()],
        cut_drops: vec![0; plan.regions.len()],
        dark_drops: 0,
        events: 0,
        operations: 0,
    }
}

fn exit(plan: &Plan, from: RegionId, to: RegionId) -> Option<Exit> {
    let route = plan
        .routes
        .iter()
        .find(|route| route.from == from && route.to == to)?;
    let retransmit = plan.assumptions.retransmit;
    Some(Exit::new(
        Route::new(route.delay.clone(), route.bandwidth, route.loss, retransmit),
        Stream::named(plan.seed, &format!("route {}→{} delay", from.0, to.0)),
        Stream::named(plan.seed, &format!("route {}→{} loss", from.0, to.0)),
    ))
}

/// Whether no two members are in one region, so that each has the routes to it for itself.
fn has_own_routes(homes: &[(RegionId, usize)]) -> bool {
    homes.iter().all(|(_, place)| *place == 0)
}

fn instance(plan: &Plan, id: InstanceId, naming: &Arc<Naming>, slots: &[u16]) -> Instance {
    let made = &plan.instances[id];
    let parts = plan
        .parts()
        .expect("loading has judged the numbers of shards");
    let parts_of_shard = parts / made.shards;
    let shard_of = slots
        .iter()
        .map(|slot| shard_of_slot(*slot, parts.into()))
        .collect();
    let limit = plan::shard_limit(made, &plan.assumptions);
    let offset = plan.regions[made.region].clock_offset_ms;
    let mut instance = Instance::new(Setup {
        id,
        replica: ReplicaId::at(id.index()),
        members: members(plan),
        places: plan.instances.len(),
        shards: parts,
        shard_limit: Bytes(limit.0 / u64::from(parts_of_shard)),
        backlog: Bytes(backlog(made, &plan.assumptions).0 / u64::from(parts_of_shard)),
        wall_ms_at_start: plan.epoch_ms.saturating_add_signed(offset),
        assumptions: Arc::new(plan.assumptions.clone()),
        naming: Arc::clone(naming),
        shard_of: Arc::new(shard_of),
        seed: plan.seed,
        eviction: made.eviction,
        tells_idle_times: asks_for_idle_times(plan),
    });
    instance.resize(made.shards, Bytes(limit.0 * u64::from(made.shards)));
    match made.at_start {
        AtStart::Member => fill(plan, &mut instance),
        AtStart::Alone | AtStart::Absent => instance.stand_apart(),
    }
    instance
}

/// The members of the group at time zero.
fn members(plan: &Plan) -> Vec<ReplicaId> {
    let instances = plan.instances.entries();
    let members = instances.filter(|(_, one)| one.at_start == AtStart::Member);
    members.map(|(id, _)| ReplicaId::at(id.index())).collect()
}

/// Whether some command asks how long a key has not been used: then it is kept whatever the policy.
fn asks_for_idle_times(plan: &Plan) -> bool {
    plan.timeline.iter().any(|timed| match &timed.step {
        Step::Command { text, .. } => text.to_ascii_lowercase().contains("idletime"),
        _ => false,
    })
}

/// How much each shard's backlog holds.
fn backlog(instance: &plan::InstancePlan, assumptions: &Assumptions) -> Bytes {
    assumptions.backlog_bytes.unwrap_or_else(|| {
        let share = assumptions.backlog_share.of(instance.sku.memory.0);
        Bytes((share / u64::from(instance.shards)).clamp(BACKLOG_MIN, BACKLOG_MAX))
    })
}

/// Puts in place what exists at time zero: the same, and stable, on every member, so every member
/// draws it from streams of one name.
fn fill(plan: &Plan, instance: &mut Instance) {
    let mut first = 0;
    for (id, population) in plan.populations.entries() {
        let mut stream = Stream::named(plan.seed, &format!("population {} fill", id.0));
        let sizes = SizeChoice::new(&population.value_bytes);
        for number in 0..population.filled {
            let bytes = sizes.draw(&mut stream);
            let expires = stream.chance(population.expiring);
            let (least, most) = population.time_to_live;
            let life = least.as_millis() + stream.below(most.as_millis() - least.as_millis() + 1);
            let deadline = expires.then_some(plan.epoch_ms + life);
            instance.fill(first + number, fill_kind(population.kind), bytes, deadline);
        }
        first += population.keys;
    }
}

fn fill_kind(kind: plan::ValueKind) -> crate::instance::FillKind {
    use crate::instance::FillKind;
    match kind {
        plan::ValueKind::String => FillKind::String,
        plan::ValueKind::Counter => FillKind::Counter,
        plan::ValueKind::Hash { fields } => FillKind::Hash { fields },
        plan::ValueKind::Set { members } => FillKind::Set { members },
    }
}

/// Reports start at a phase of the seed, so that members do not report in step.
fn start_instances(plan: &Plan, region: &mut Region) {
    for local in 0..region.instances.len() {
        let instance = &mut region.instances[local];
        let name = format!("instance {} reports", instance.id().0);
        let period = plan.assumptions.report_every.0;
        let phase = SimDuration(Stream::named(plan.seed, &name).below(period.max(1)));
        let mut reach = region
            .fabric
            .reach(SimTime::ZERO, local, instance.replica());
        instance.start(phase, &mut reach);
    }
}

fn add_clients(plan: &Plan, homes: &[(RegionId, usize)], regions: &mut [Region]) {
    let firsts = first_keys(plan);
    for (id, fleet) in plan.fleets.entries() {
        let (region, local) = homes[fleet.instance.index()];
        let population = &plan.populations[fleet.population];
        regions[region.index()].clients.push(Clients {
            id,
            fleet: build_fleet(plan, id),
            local,
            first_key: firsts[fleet.population],
            keys: population.keys,
            counts: ClientCounts::default(),
            unserved_since: None,
            interruptions: Vec::new(),
        });
    }
}

fn first_keys(plan: &Plan) -> IdVec<crate::id::PopulationId, u32> {
    let mut next = 0;
    plan.populations
        .iter()
        .map(|population| {
            let first = next;
            next += population.keys;
            first
        })
        .collect()
}

fn build_fleet(plan: &Plan, id: FleetId) -> Fleet {
    let fleet = &plan.fleets[id];
    let population = &plan.populations[fleet.population];
    let sharing: Vec<FleetId> = plan
        .fleets
        .entries()
        .filter(|(_, other)| other.population == fleet.population)
        .map(|(other, _)| other)
        .collect();
    let place = sharing
        .iter()
        .position(|other| *other == id)
        .expect("a fleet shares with itself");
    let config = FleetConfig {
        name: &fleet.name,
        arrivals: &fleet.arrivals,
        key_space: KeySpace {
            population: fleet.population,
            filled: population.filled,
            keys: population.keys,
        },
        lane: Lane {
            index: narrow(place),
            stride: narrow(sharing.len()),
        },
        popularity: &fleet.popularity,
        mix: &fleet.mix,
        sizes: &population.value_bytes,
        starts: fleet.starts,
        ends: fleet.ends.min(SimTime::ZERO + plan.storm),
    };
    Fleet::new(plan.seed, &config)
}

fn add_script(plan: &Plan, homes: &[(RegionId, usize)], regions: &mut [Region]) {
    for (step, timed) in plan.timeline.iter().enumerate() {
        let Step::Command {
            on, client, text, ..
        } = &timed.step
        else {
            continue;
        };
        let (region, local) = homes[on.index()];
        let words = crate::instance::command::parse::words(text).expect("loading has parsed it");
        let scripted = Scripted {
            at: timed.at,
            local,
            step,
            client: client.clone().unwrap_or_default(),
            text: text.clone(),
            words,
        };
        regions[region.index()].script.push_back(scripted);
    }
}
