//! A plan: a scenario without choices. Plain data, in the domain's types, ready to be built and
//! run.
//!
//! `scenario` makes it from a file; `world` carries it out; nothing in it is random any more except
//! what the run's own named streams will draw.

mod arm;
mod axis;
pub mod expectation;
mod incident;
mod named;
mod parts;
mod published;
pub mod request;
mod roster;
pub mod rule;

use crate::assumption::{Assumptions, Eviction};
use crate::catalogue::Sku;
use crate::id::{FleetId, IdVec, InstanceId, PopulationId, RegionId};
use crate::network::Delay;
use crate::quantity::{ByteRate, Bytes, Ratio};
use crate::time::{SimDuration, SimTime};

use request::{Clustering, Configuration, Module, Persistence};

pub use crate::traffic::{Arrivals, Operation, Popularity, Sizes};
pub use arm::Arm;
pub use axis::{Axis, AxisKind, AxisValue};
pub use expectation::{Expectation, Judgement, MemoryKind};
pub use incident::{Incident, Streams, Weekday, Window, next_window};
pub use named::OnInstance;
pub use parts::PARTS_MAX;
pub use published::{Mirrored, published_delay};
pub use request::{Asked, AtStart, Condition, Fate, Request};
pub use rule::{Metric, RulePlan, Trigger};

/// Everything one run needs.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The scenario's name: its file's stem.
    pub name: String,
    /// The question the scenario answers, from its `question` field.
    pub question: String,
    /// The seed of every random stream of the run.
    pub seed: u64,
    /// Whether the file left something to chance: another seed then makes another plan of it.
    pub drawn: bool,
    /// How long traffic and faults last.
    pub storm: SimDuration,
    /// How long the group then gets to settle: no traffic, routes healed.
    pub settle: SimDuration,
    /// The wall clock at the start of the run, in milliseconds since 1970.
    pub epoch_ms: u64,
    /// How events of one instant and class are ordered.
    pub tie_break: TieBreak,
    /// How often memory, lag and divergence are sampled. Agreement is looked at more often where
    /// it matters: see `experiment::outcome::Convergence`.
    pub sample_every: SimDuration,
    /// Up to how many client operations the history has every one in it (contract C7), by what the
    /// fleets' rates come to on average.
    pub full_detail_operations: u64,
    /// The most events a run may handle before it ends as `capped`.
    pub events_max: u64,
    /// What no source settles.
    pub assumptions: Assumptions,
    /// The places, in the scenario's order.
    pub regions: IdVec<RegionId, RegionPlan>,
    /// One entry for every ordered pair of regions.
    pub routes: Vec<RoutePlan>,
    /// The group's nickname.
    pub group: String,
    /// The instances, in the scenario's order: at most five.
    pub instances: IdVec<InstanceId, InstancePlan>,
    /// Who sends requests, and whether they may flush.
    pub principals: Vec<Principal>,
    /// The generated keys.
    pub populations: IdVec<PopulationId, Population>,
    /// The clients.
    pub fleets: IdVec<FleetId, FleetPlan>,
    /// Scripted steps, by time; steps of one instant stay in the scenario's order.
    pub timeline: Vec<TimedStep>,
    /// The runbook and the alerts: what is done when something has held for a while.
    pub rules: Vec<RulePlan>,
    /// Other ways to go on, each of which is a run of its own.
    pub arms: Vec<Arm>,
    /// What a sweep varies; the plan has one value of each axis.
    pub axes: Vec<Axis>,
    /// What must hold for the run to pass.
    pub expectations: Vec<Expectation>,
}

/// How events of one instant and class are ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TieBreak {
    /// By target, source and sequence, as the published order says.
    Ordered,
    /// Shuffled across sources by a stream of the seed; a FIFO stream stays FIFO.
    Seeded,
}

/// A place.
#[derive(Clone, Debug)]
pub struct RegionPlan {
    /// The name as Azure writes it: `East US`.
    pub name: String,
    /// How far the region's wall clock is ahead (or, negative, behind), in milliseconds.
    pub clock_offset_ms: i64,
}

/// The network path from one region to another.
#[derive(Clone, Debug)]
pub struct RoutePlan {
    /// Where messages start.
    pub from: RegionId,
    /// Where they arrive.
    pub to: RegionId,
    /// How long they take.
    pub delay: Delay,
    /// How many bytes a second fit through.
    pub bandwidth: ByteRate,
    /// The share of messages lost once, each time they are sent.
    pub loss: Ratio,
    /// What egress costs, in millionths of a US dollar for 10^9 bytes.
    pub micro_usd_per_gb: u64,
}

/// A member of the group.
#[derive(Clone, Debug)]
pub struct InstancePlan {
    /// The cache's name.
    pub name: String,
    /// Where it is.
    pub region: RegionId,
    /// What was bought.
    pub sku: &'static Sku,
    /// Primary shards: the SKU's, unless the scenario says otherwise.
    pub shards: u16,
    /// What goes when memory runs short: the same on all members, and nothing unless the scenario
    /// says otherwise. Source: Redis docs, active-active/manage.md: `noeviction` is the default of
    /// Active-Active databases, unlike that of others.
    pub eviction: Eviction,
    /// Where it is at time zero.
    pub at_start: AtStart,
    /// What else is configured.
    pub options: Options,
}

/// What is configured on an instance beside its size and eviction policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// Whether every shard has a replica.
    pub high_availability: bool,
    /// How clients find a key's shard.
    pub clustering: Clustering,
    /// The modules, sorted, none twice.
    pub modules: Vec<Module>,
    /// How data is kept on disk.
    pub persistence: Option<Persistence>,
    /// Whether clients must speak TLS.
    pub tls: bool,
    /// When nodes may be patched; at any time when empty.
    pub maintenance: Vec<Window>,
}

impl Default for Options {
    /// Azure's defaults. Source: Azure REST API, redisEnterprise; Terraform provider azurerm.
    fn default() -> Self {
        Self {
            high_availability: true,
            clustering: Clustering::OssCluster,
            modules: Vec::new(),
            persistence: None,
            tls: true,
            maintenance: Vec::new(),
        }
    }
}

impl Options {
    /// All that is configured on an instance.
    pub fn with(&self, sku: &'static Sku, eviction: Eviction) -> Configuration {
        let options = self.clone();
        Configuration {
            sku,
            high_availability: options.high_availability,
            clustering: options.clustering,
            eviction,
            modules: options.modules,
            persistence: options.persistence,
            tls: options.tls,
        }
    }
}

impl InstancePlan {
    /// What the control plane knows of it.
    pub fn configuration(&self) -> Configuration {
        self.options.with(self.sku, self.eviction)
    }
}

/// Somebody who sends requests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Principal {
    /// The name.
    pub name: String,
    /// Whether a flush is permitted.
    pub may_flush: bool,
}

/// Generated keys of one kind: `prefix` and a number from 0.
#[derive(Clone, Debug)]
pub struct Population {
    /// What the keys' names begin with: `user:` makes `user:17`.
    pub prefix: String,
    /// How many exist at time zero on every member, identical and stable.
    pub filled: u32,
    /// How many numbers fleets draw from: at least `filled`.
    pub keys: u32,
    /// What the keys hold.
    pub kind: ValueKind,
    /// How long a value is, in bytes.
    pub value_bytes: Sizes,
    /// The share of keys whose names share one hash tag, `{prefix}`, and so one slot.
    pub tagged: Ratio,
    /// The share of filled keys that expire.
    pub expiring: Ratio,
    /// When the expiring ones do: uniform between the two, from time zero.
    pub time_to_live: (SimDuration, SimDuration),
}

/// What a generated key holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueKind {
    /// One string.
    String,
    /// A string that counts.
    Counter,
    /// A hash of so many fields.
    Hash {
        /// Fields of a filled key.
        fields: u32,
    },
    /// A set of so many members.
    Set {
        /// Members of a filled key.
        members: u32,
    },
}

/// Clients of one kind in one region, talking to one instance.
#[derive(Clone, Debug)]
pub struct FleetPlan {
    /// The fleet's name.
    pub name: String,
    /// Whom it talks to; it lives in that instance's region.
    pub instance: InstanceId,
    /// How its operations arrive.
    pub arrivals: Arrivals,
    /// The keys it uses.
    pub population: PopulationId,
    /// Which of them.
    pub popularity: Popularity,
    /// What it does, with weights.
    pub mix: Vec<(Operation, u32)>,
    /// From when.
    pub starts: SimTime,
    /// Until when; the end of the storm at the latest.
    pub ends: SimTime,
}

/// A step and its time.
#[derive(Clone, Debug)]
pub struct TimedStep {
    /// When.
    pub at: SimTime,
    /// What.
    pub step: Step,
    /// Where the scenario says so: `line:column`, for messages.
    pub place: String,
}

/// One atomic action of the timeline.
#[derive(Clone, Debug)]
pub enum Step {
    /// A literal command, as a client in the instance's region would send it.
    Command {
        /// The instance.
        on: InstanceId,
        /// Whose connection it comes on; none for the one that all others share.
        client: Option<String>,
        /// The command as typed into redis-cli.
        text: String,
        /// The reply it must get, in redis-cli's text form.
        reply: Option<String>,
        /// How many effects it must send to each peer.
        effects: Option<u64>,
    },
    /// What a client must have received by now, since the last such step for it.
    Received {
        /// The instance.
        on: InstanceId,
        /// Whose connection; none for the one that all others share.
        client: Option<String>,
        /// The messages, in order.
        messages: Vec<Message>,
    },
    /// What an operator would look up at this instant, and what must be true of it.
    Show(InstanceId, Vec<Condition>),
    /// A region goes dark.
    Outage {
        /// Which.
        region: RegionId,
        /// Whether its instances lose what they hold.
        memory: Memory,
    },
    /// A dark region comes back.
    Return(RegionId),
    /// Messages no longer get through.
    Partition(Vec<(RegionId, RegionId)>),
    /// Partitions of these ordered pairs end; of all pairs when empty.
    Heal(Vec<(RegionId, RegionId)>),
    /// A route gets worse, or with factors of one as it was.
    Degrade {
        /// Ordered pairs.
        routes: Vec<(RegionId, RegionId)>,
        /// Multiplies the delay; at least one.
        delay: Ratio,
        /// Multiplies the bandwidth; at most one, above zero.
        bandwidth: Ratio,
        /// The new share of lost messages.
        loss: Ratio,
    },
    /// A region's wall clock goes wrong, or is set right.
    Skew {
        /// Which.
        region: RegionId,
        /// How far it is ahead of its usual time (or, negative, behind), in milliseconds.
        by_ms: i64,
    },
    /// What befalls nodes and streams.
    Incident(Incident),
    /// A request to the control plane.
    Request(Box<Asked>),
}

/// A published message, as a subscriber receives it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// The pattern by which it comes; none where its channel is listened to by name.
    pub pattern: Option<String>,
    /// The channel.
    pub channel: String,
    /// What is said.
    pub text: String,
}

/// Whether an outage destroys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Memory {
    /// Unreachable only.
    Kept,
    /// Both copies of every shard are gone; there is no persistence in a group.
    Lost,
}

/// Where a member's usable memory comes from: its SKU and the assumptions.
pub fn shard_limit(instance: &InstancePlan, assumptions: &Assumptions) -> Bytes {
    let usable = assumptions.usable_share.of(instance.sku.memory.0);
    Bytes(usable / u64::from(instance.shards))
}
