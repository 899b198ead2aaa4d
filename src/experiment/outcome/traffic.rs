//! What a run found out about clients, links and the control plane.

use serde::{Deserialize, Serialize};

/// What one fleet's operations came to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FleetOutcome {
    /// The fleet's name.
    pub fleet: String,
    /// The instance it talks to.
    pub instance: String,
    /// Operations sent.
    pub sent: u64,
    /// What came back.
    pub results: Results,
    /// How long operations took, in microseconds.
    pub latency_us: Option<Quantiles>,
    /// How old what was read was, in milliseconds.
    pub staleness_ms: Option<Quantiles>,
    /// How long the fleet went without service, for each fault that kept it from its instance: an
    /// outage, a failover, patched nodes.
    pub rto_ms: Vec<RtoOutcome>,
}

/// Operations by what came back; they add up to those sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Results {
    /// Reads answered, with or without a value.
    pub reads: u64,
    /// Writes acknowledged.
    pub writes: u64,
    /// Writes refused for want of memory.
    pub oom: u64,
    /// Operations that found the instance dark.
    pub unreachable: u64,
    /// Operations given up after their timeout.
    pub timed_out: u64,
    /// Every other error.
    pub errors: u64,
}

/// A fleet's time without service because of one fault: its recovery time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RtoOutcome {
    /// The fault's name.
    pub fault: String,
    /// From the beginning of the fault to the first operation served again, in milliseconds: the
    /// longest of several times; `null` when none was, be it that nobody asked any more.
    pub rto_ms: Option<u64>,
}

/// Points of a distribution, in the unit of the field that holds them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Quantiles {
    /// How many values there are.
    pub count: u64,
    /// Half of them are at most this.
    pub p50: u64,
    /// 95 % are at most this.
    pub p95: u64,
    /// 99 % are at most this.
    pub p99: u64,
    /// 99.9 % are at most this.
    pub p999: u64,
    /// The greatest.
    pub max: u64,
}

/// One scripted command.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CommandOutcome {
    /// When it ran.
    pub at_ms: u64,
    /// The instance.
    pub on: String,
    /// The command as typed.
    pub command: String,
    /// The reply in redis-cli's text form.
    pub reply: String,
    /// How many effects it sent to each peer.
    pub effects: u64,
}

/// One message that a scripted client received.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MessageOutcome {
    /// When.
    pub at_ms: u64,
    /// The instance the client is connected to.
    pub on: String,
    /// The client's name; empty for the connection that commands without a client share.
    pub client: String,
    /// The channel.
    pub channel: String,
    /// The pattern by which it came; `null` where the channel is listened to by name.
    pub pattern: Option<String>,
    /// What was said.
    pub text: String,
}

/// What an operator looking at one instance saw.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShowOutcome {
    /// When.
    pub at_ms: u64,
    /// The instance.
    pub on: String,
    /// Its resource state in ARM's words; `Unreachable` where its region is dark, `Absent` where
    /// there is no such instance.
    pub state: String,
    /// The state of its latest operation in ARM's words.
    pub provisioning: Option<String>,
    /// Its size.
    pub sku: Option<String>,
    /// How many shards it has.
    pub shards: u16,
    /// How much each shard may use; less than its size gives while a scaling lock is held.
    pub shard_limit_bytes: u64,
    /// The linked databases it lists, itself among them.
    pub linked_databases: Vec<ShowLinked>,
    /// Its links to the other members.
    pub links: Vec<ShowLink>,
    /// The SKUs it could be scaled to.
    pub skus: Vec<String>,
    /// Counters by name, in the order of their names.
    pub counters: Vec<Counter>,
    /// Its own writes that some linked member has not received.
    pub unsent_writes: u64,
}

/// A linked database, as ARM lists it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShowLinked {
    /// The instance.
    pub name: String,
    /// The state of its link.
    pub state: String,
}

/// One link of an instance, as `Show` saw it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShowLink {
    /// The other member.
    pub peer: String,
    /// The link's state in ARM's words.
    pub state: String,
    /// Writes that wait to be sent to it.
    pub unsent_writes: u64,
    /// Writes of the other member that nobody else has: what unlinking it would lose.
    pub unlink_loses_writes: u64,
    /// Bytes of metadata that are kept because it has not acknowledged them.
    pub holds_back_bytes: u64,
}

/// A named count.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Counter {
    /// What is counted.
    pub name: String,
    /// How much.
    pub value: u64,
}

/// One directed link over the whole run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LinkOutcome {
    /// The sending instance.
    pub from: String,
    /// The receiving instance.
    pub to: String,
    /// Bytes put on the wire, retransmissions included.
    pub sent_bytes: u64,
    /// Effects sent.
    pub sent_effects: u64,
    /// Messages that a fault kept from arriving.
    pub dropped: u64,
    /// Times it resumed from the backlog.
    pub partial_syncs: u64,
    /// Times it resumed by a transfer of state.
    pub full_syncs: u64,
    /// From a write's acknowledgement to its application at the receiver, in milliseconds.
    pub lag_ms: Option<Quantiles>,
    /// What its egress cost, in millionths of a US dollar.
    pub micro_usd: u64,
}

/// One request to the control plane.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ControlOutcome {
    /// When it was made.
    pub at_ms: u64,
    /// The request: `force-unlink east`.
    pub request: String,
    /// The instance it was sent to.
    pub on: String,
    /// The rule that made it; `null` for a scripted one.
    pub rule: Option<String>,
    /// How it ended.
    pub result: ControlResult,
    /// The id of the refusal or failure.
    pub error: Option<String>,
    /// What was found and what would have been accepted, where it was refused or failed.
    pub detail: Option<String>,
    /// When its operation ended; `null` where it was refused, or still ran at the end.
    pub ended_at_ms: Option<u64>,
}

/// How a request ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlResult {
    /// Carried out.
    Ok,
    /// Not accepted; nothing changed.
    Refused,
    /// Accepted, and then failed.
    Failed,
}

/// A rule that fired.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlertOutcome {
    /// The rule's name.
    pub rule: String,
    /// The instance that crossed the threshold.
    pub on: String,
    /// When it fired.
    pub fired_at_ms: u64,
    /// When an operator could know: after the ingestion delay of metrics.
    pub told_at_ms: u64,
    /// When the metric was on the other side of the threshold again; `null` when it never was, and
    /// for rules, which fire once.
    pub resolved_at_ms: Option<u64>,
    /// Whether no fault was under way while what it watches built up.
    pub false_alarm: bool,
    /// How long after it was told some shard ran out of memory, negative when that was before;
    /// `null` when none did after it fired.
    pub before_oom_ms: Option<i64>,
}

/// A member that was dropped or left, until it is one again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AbsenceOutcome {
    /// The member.
    pub member: String,
    /// Since when the group was without it.
    pub dropped_at_ms: u64,
    /// When it was linked again; `null` when it never was.
    pub rejoined_at_ms: Option<u64>,
    /// When it had taken in the state of its peers; `null` when it never had.
    pub whole_at_ms: Option<u64>,
    /// How many members were left.
    pub members_left: usize,
    /// The most effects that one of them had, of all samples until then, and no other had
    /// acknowledged: with one more region they would have been lost.
    pub alone_most: u64,
}
