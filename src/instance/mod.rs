//! One cache in one region: shards, keys, commands, sync links, the memory ledger.
//!
//! An instance applies what its clients do and what its peers send, and says through a [`Wire`]
//! what it sends and when it wants to be woken. It knows no network and no other instance.
//!
//! What it leaves out: the copy of each shard inside the region (a write counts as replicated there
//! at once), the proxy, and persistence, which a geo-replicated group cannot have.

pub mod command;
pub mod footprint;
pub mod slot;
mod stall;

mod access;
mod apply;
mod change;
mod collect;
mod compare;
mod contest;
mod effect;
mod evict;
mod example;
mod failover;
mod frontier;
mod gauge;
mod keyspace;
mod ledger;
mod link;
mod log;
mod member;
mod naming;
mod operate;
mod parcel;
mod probe;
mod publish;
mod relay;
mod row;
mod scripted;
mod shard;
mod shortage;
mod snapshot;
mod stretch;
mod subscription;
mod sync;

use std::sync::Arc;

use crate::assumption::{Assumptions, Eviction, Lww, Metadata};
use crate::crdt::{FILL_SEQ, Rules};
use crate::id::{Id, IdVec, InstanceId, ReplicaId, ShardId};
use crate::quantity::Bytes;
use crate::time::{SimDuration, SimTime};

pub use access::Usage;
pub use change::shard_of_slot;
pub use command::Refusal;
pub use compare::Comparison;
pub use effect::{Entry, GENERATED_KEY_BYTES, Key, Payload};
pub use example::{EXAMPLES_MAX, HiddenWrite};
pub use failover::Replicas;
pub use frontier::{Frontier, Prefix};
pub use keyspace::{Keyspace, Place};
pub use ledger::{Ledger, MemoryKind};
pub use link::{Audience, Incoming, LinkState};
pub use log::Log;
pub use naming::Naming;
pub use operate::FillKind;
pub use parcel::{
    Addressee, Cargo, Flight, HeldUp, Origin, Parcel, Relayed, Shipment, Timer, Wire,
};
pub use probe::Custody;
pub use scripted::Answer;
pub use shard::{Counts, Shard};
pub use subscription::{Delivery, Kind, Subscriptions};

/// What an instance is made from.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Which instance of the plan.
    pub id: InstanceId,
    /// Its slot in the group's clocks.
    pub replica: ReplicaId,
    /// The members of the group at time zero.
    pub members: Vec<ReplicaId>,
    /// How many instances may ever be members.
    pub places: usize,
    /// Into how many parts its slots are divided.
    pub shards: u16,
    /// How much memory each part may use.
    pub shard_limit: Bytes,
    /// How much the backlog of each part holds.
    pub backlog: Bytes,
    /// Its region's wall clock at time zero, in milliseconds since 1970.
    pub wall_ms_at_start: u64,
    /// What no source settles.
    pub assumptions: Arc<Assumptions>,
    /// The names of generated keys.
    pub naming: Arc<Naming>,
    /// The shard of every generated key.
    pub shard_of: Arc<Vec<u16>>,
    /// The seed of the run, for the instance's own stream.
    pub seed: u64,
    /// What goes when memory runs short.
    pub eviction: Eviction,
    /// Whether somebody will ask how long keys have not been used.
    pub tells_idle_times: bool,
}

/// One database in one region.
#[derive(Debug)]
pub struct Instance {
    id: InstanceId,
    replica: ReplicaId,
    members: Vec<ReplicaId>,
    dropped: Vec<ReplicaId>,
    assumptions: Arc<Assumptions>,
    naming: Arc<Naming>,
    keyspace: Keyspace,
    shards: IdVec<ShardId, Shard>,
    incoming: Vec<Incoming>,
    outgoing: Vec<link::Outgoing>,
    /// To whom the effects of each shard go at once.
    audience: IdVec<ShardId, link::Audience>,
    /// The number of the newest audience.
    audiences: u32,
    /// How many parts of the slots a shard has.
    parts_of_shard: u16,
    /// Whether a stream has changed since `audience` was settled.
    audience_changed: bool,
    /// What an effect leaves behind until it is stable.
    record_bytes: u64,
    /// Whether rows can hold plain writes: where the wall clock decides always, a later write need
    /// not replace those it has seen, and every key is general.
    has_rows: bool,
    wall_ms_at_start: u64,
    life: u64,
    /// Whether the others are to be told of that life.
    announces_life: bool,
    memory_losses: u64,
    stale: bool,
    collecting: bool,
    deadlines: std::collections::BTreeSet<(u64, keyspace::Ticket)>,
    expiring: bool,
    stream: crate::engine::Stream,
    policy: Eviction,
    evictor: Option<Box<evict::Evictor>>,
    access: Option<Box<access::AccessClocks>>,
    /// Whether reads and writes of keys are followed, for the one or the other.
    follows_use: bool,
    standing: shortage::Standing,
    /// Parts whose primaries are being exchanged.
    away: IdVec<ShardId, bool>,
    some_away: bool,
    /// Operations that found their shard away.
    turned_away: u64,
    /// Whether nothing comes in any more, as a shard was full.
    has_exited: bool,
    examples: example::Examples,
    /// What waits for its causes, where members relay what they receive.
    relay: Option<Box<relay::Relay>>,
    /// Connections in the middle of something, by client.
    connections: std::collections::BTreeMap<String, command::Connection>,
    /// How often each key that was ever watched has been changed since.
    watched: std::collections::BTreeMap<Key, u64>,
    now: SimTime,
}

/// Lives of a shard are told apart in the upper bits of its sequences, so that a shard that has
/// lost its memory never uses a dot twice.
const LIFE_BITS: u32 = 40;

impl Instance {
    /// An instance that holds nothing, linked to all its peers.
    pub fn new(setup: Setup) -> Self {
        let relays = setup.assumptions.causal_consistency && setup.places >= relay::MEMBERS_LEAST;
        let shards = (0..setup.shards)
            .map(|shard| new_shard(&setup, ShardId(shard), relays))
            .collect();
        let access = access::AccessClocks::for_setup(&setup);
        let evictor = evict::Evictor::for_setup(&setup);
        let takes_all_keys = evictor.as_ref().is_some_and(|one| one.takes_all_keys());
        let slots = setup.places;
        Self {
            id: setup.id,
            replica: setup.replica,
            members: setup.members,
            dropped: Vec::new(),
            keyspace: Keyspace::new(&setup.shard_of),
            incoming: vec![Incoming::online(setup.shards); slots],
            outgoing: vec![link::Outgoing::open(setup.shards); slots],
            audience: IdVec::default(),
            audiences: 0,
            parts_of_shard: 1,
            audience_changed: true,
            record_bytes: match setup.assumptions.metadata {
                Metadata::PerEffect => setup.assumptions.record_bytes.0,
                Metadata::PerState => 0,
            },
            has_rows: setup.assumptions.lww == Lww::CausalFirst,
            shards,
            wall_ms_at_start: setup.wall_ms_at_start,
            life: 0,
            announces_life: false,
            memory_losses: 0,
            stale: false,
            collecting: false,
            deadlines: std::collections::BTreeSet::new(),
            expiring: false,
            stream: crate::engine::Stream::named(
                setup.seed,
                &format!("instance {} choices", setup.id.0),
            ),
            policy: setup.eviction,
            follows_use: access.is_some() || takes_all_keys,
            evictor,
            access,
            standing: shortage::Standing::Sound,
            away: (0..setup.shards).map(|_| false).collect(),
            some_away: false,
            turned_away: 0,
            has_exited: false,
            examples: example::Examples::default(),
            relay: relays.then(|| Box::new(relay::Relay::new(slots, setup.shards))),
            connections: std::collections::BTreeMap::new(),
            watched: std::collections::BTreeMap::new(),
            assumptions: setup.assumptions,
            naming: setup.naming,
            now: SimTime::ZERO,
        }
    }

    /// Which instance of the plan this is.
    pub fn id(&self) -> InstanceId {
        self.id
    }

    /// Its slot in the group's clocks.
    pub fn replica(&self) -> ReplicaId {
        self.replica
    }

    /// The members of the group, as far as this one knows, itself included.
    pub fn members(&self) -> &[ReplicaId] {
        &self.members
    }

    /// The other members, as far as this one knows.
    pub fn peers(&self) -> impl Iterator<Item = ReplicaId> + use<> {
        let own = self.replica;
        self.members
            .clone()
            .into_iter()
            .filter(move |member| *member != own)
    }

    /// Its shards.
    pub fn shards(&self) -> &IdVec<ShardId, Shard> {
        &self.shards
    }

    /// Its keys.
    pub fn keyspace(&self) -> &Keyspace {
        &self.keyspace
    }

    /// The link that brings the effects of `from`.
    pub fn incoming(&self, from: ReplicaId) -> &Incoming {
        &self.incoming[from.index()]
    }

    /// Whether it restarted and has not caught up yet: it answers reads and refuses writes.
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// Its region's wall clock, in milliseconds since 1970.
    pub fn wall_ms(&self) -> u64 {
        self.wall_ms_at_start + self.now.as_millis()
    }

    /// Its region's wall clock is set: by it the run began at `wall_ms_at_start`.
    pub fn set_clock(&mut self, wall_ms_at_start: u64) {
        self.wall_ms_at_start = wall_ms_at_start;
    }

    /// The first things to be woken for: reports, at `phase` within their period.
    pub fn start(&mut self, phase: SimDuration, wire: &mut impl Wire) {
        wire.timer(SimTime::ZERO + phase, Timer::Report);
        self.expire_if_due(wire);
        for id in self.shards.ids() {
            self.note_memory(id, wire);
        }
    }

    /// Wakes the instance.
    pub fn on_timer(&mut self, now: SimTime, timer: Timer, wire: &mut impl Wire) {
        self.now = now;
        match timer {
            Timer::Report => self.on_report_due(wire),
            Timer::Collect => self.on_collect_due(wire),
            Timer::Pump(peer) => self.on_pump_due(peer, wire),
            Timer::Reconnect(peer, epoch) => self.on_reconnect_due(peer, epoch, wire),
            Timer::Expire => self.on_expire_due(wire),
            Timer::Evict => self.on_evict_due(wire),
        }
    }

    /// How often it has lost its memory.
    pub fn memory_losses(&self) -> u64 {
        self.memory_losses
    }

    fn rules(&self) -> Rules {
        Rules::from(&*self.assumptions)
    }

    /// Sequences of the current life begin beyond this: those of an earlier one, or of the fill.
    fn first_seq(&self) -> u64 {
        (self.life << LIFE_BITS).max(FILL_SEQ)
    }
}

fn new_shard(setup: &Setup, id: ShardId, relays: bool) -> Shard {
    let framing = setup.assumptions.wire_bytes.0;
    let mut log = Log::new(setup.replica, setup.backlog.0, framing);
    if relays {
        log.relay();
    }
    let mut shard = Shard::new(id, log, setup.shard_limit);
    let (limit, assumptions) = (setup.shard_limit, &setup.assumptions);
    gauge::set_limit(&mut shard.ledger, limit, setup.eviction, assumptions);
    shard
}
