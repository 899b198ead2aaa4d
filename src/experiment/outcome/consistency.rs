//! What a run found out about agreement: convergence, lost writes, anomalies; and what it cost.

use serde::{Deserialize, Serialize};

/// One fault, and whether anything noticed it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FaultOutcome {
    /// Its name: `East US dark`.
    pub name: String,
    /// When it began.
    pub from_ms: u64,
    /// When it ended; `null` when it lasted to the end of the run.
    pub to_ms: Option<u64>,
    /// Messages and operations it kept from getting through; 0 means that it touched nothing.
    pub touched: u64,
}

/// Whether and when the members agreed, looked at with each sample. After a fault has ended, a
/// member was unlinked or the storm is over they are looked at more often, until they agree: at
/// first every 100 ms, later every eighth of the time passed, as long as that is more often than
/// samples come. So times here are up to 100 ms or 12.5 % late, whichever is more, and never more
/// than one sample interval.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Convergence {
    /// Whether all members still linked at the end agreed.
    pub converged: bool,
    /// Since when they agreed, without a break to the end.
    pub at_ms: Option<u64>,
    /// From the end of each fault to agreement.
    pub recovery_ms: Vec<Recovery>,
    /// Why members that differ at the end may do so, linked or not.
    pub excuses: Vec<Excuse>,
    /// Keys that differ at the end without an excuse: a defect when above 0.
    pub unexcused_keys: u64,
}

/// How long the group took to agree after a fault.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Recovery {
    /// The fault's name.
    pub fault: String,
    /// From its end until every linked member had all that any of them had then; `null` when that
    /// never came, when it lasted to the end, when a member of its regions was dropped and not
    /// linked again, or when no other fault came and linked members differ at the end.
    pub recovery_ms: Option<u64>,
}

/// Why two members may differ at the end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Excuse {
    /// The two members.
    pub between: [String; 2],
    /// Keys that differ.
    pub keys: u64,
    /// The fault or control state that justifies it.
    pub reason: String,
}

/// What became of every acknowledged write, each counted once, by its first defeater: the classes
/// add up to `acknowledged`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Writes {
    /// Writes that a client was told had succeeded.
    pub acknowledged: u64,
    /// Still in a value at the end; where a key has two types at once, in that of either.
    pub present: u64,
    /// Replaced by a later operation that had seen them.
    pub superseded: u64,
    /// Hidden by a concurrent write: allowed by the data type, a lost update to its user.
    pub concurrently_overwritten: u64,
    /// Defeated against causal order; possible only under `A-LWW: WallFirst`.
    pub causal_inversion: u64,
    /// Held by no surviving member any more.
    pub durability_loss: u64,
    /// Removed with all else by a flush.
    pub flushed: u64,
    /// None of these: a defect when above 0.
    pub unexplained: u64,
    /// Deletions, removed elements and deadlines, expiries among them: beside the writes, as they
    /// leave no value to be classed.
    pub removals: u64,
    /// Of those, applied by no surviving member.
    pub removals_lost: u64,
    /// The recovery point, in milliseconds: how long a stretch of one member's time is lost, from
    /// the first to the last of its writes and removals that went at once. `null` when none is
    /// lost, or none of the lost ones is known by itself.
    #[serde(default)]
    pub rpo_ms: Option<u64>,
    /// A few of the writes lost for good and of those overwritten by concurrent ones, by class and
    /// then by time; 20 of each at most.
    pub examples: Vec<WriteExample>,
    /// Lost and overwritten writes of which no example is listed.
    pub examples_left_out: u64,
}

/// A write that its user misses: lost for good, or hidden by a concurrent one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WriteExample {
    /// What became of it.
    pub class: WriteClass,
    /// The key it wrote.
    pub key: String,
    /// The instance that acknowledged it.
    pub origin: String,
    /// When it did.
    pub at_ms: u64,
    /// What defeated it: `unlinked before it was sent`, `west wrote it 12ms later without having
    /// seen it`.
    pub detail: String,
}

/// What became of an acknowledged write.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteClass {
    /// Still in a value at the end; where a key has two types at once, in that of either.
    Present,
    /// Replaced by a later operation that had seen it.
    Superseded,
    /// Hidden by a concurrent write.
    ConcurrentlyOverwritten,
    /// Defeated against causal order.
    CausalInversion,
    /// Held by no surviving member any more.
    DurabilityLoss,
    /// None of these.
    Unexplained,
}

/// What clients would call surprises. `null` where nothing looked for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Anomalies {
    /// Acknowledged writes hidden by concurrent ones.
    pub lost_updates: Option<u64>,
    /// Elements that two clients popped.
    pub double_pops: Option<u64>,
    /// Reads that missed the session's own write.
    pub read_your_writes: Option<u64>,
    /// Reads that saw less than an earlier read of the session.
    pub monotonic_reads: Option<u64>,
    /// Writes applied out of the session's order.
    pub monotonic_writes: Option<u64>,
    /// Writes applied before what their session had read.
    pub writes_follow_reads: Option<u64>,
}

/// What a run would have cost, in millionths of a US dollar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Cost {
    /// Traffic between regions.
    pub egress_micro_usd: u64,
    /// The instances for the length of the run.
    pub instances_micro_usd: Option<u64>,
}
