//! Full detail: every client operation, and every effect that it made (contract C7).
//!
//! A run shows this only at [`Detail::Full`]. Nothing that is shown here moves the run: its digest
//! is the same at both levels.

use crate::history::MEMBERS_MAX;
use crate::id::{FleetId, InstanceId, RegionId, ShardId};

/// How much of a run its history tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// Counts, digests, faults and control events.
    Summary,
    /// Also every client operation, and every effect.
    Full,
}

/// An operation of a fleet, as its client saw it. A scripted command is shown as
/// [`CommandSeen`](crate::history::CommandSeen) at both levels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OperationSeen {
    /// Whose client.
    pub fleet: FleetId,
    /// The client's region.
    pub region: RegionId,
    /// Where it was sent.
    pub on: InstanceId,
    /// What it did: `read`, `update`, `delete`.
    pub operation: &'static str,
    /// The name of the key; of a scan, the first.
    pub key: String,
    /// What came back.
    pub result: OperationResult,
    /// The shard and sequence of the effect it made, if it made one.
    pub dot: Option<(ShardId, u64)>,
}

/// What a client got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OperationResult {
    /// A value; of a scan, at least one.
    Hit,
    /// No value.
    Miss,
    /// The write was acknowledged.
    Acknowledged,
    /// The write was refused for want of memory.
    OutOfMemory,
    /// The write was refused by an instance that has not caught up after a restart.
    Stale,
    /// Nobody answered.
    Unreachable,
}

/// An effect, as the instance that made it sends it to its peers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EffectSeen {
    /// Who made it.
    pub origin: InstanceId,
    /// In which shard.
    pub shard: ShardId,
    /// Its number there.
    pub seq: u64,
    /// The number of the effect before it, by what its origin then held. One that has lost its
    /// memory goes on from what its peers gave back, so what is between is in nobody's history.
    pub before: u64,
    /// What its origin had observed, this effect included, by origin.
    pub after: [u64; MEMBERS_MAX],
    /// Its origin's wall clock, in milliseconds since 1970.
    pub wall_ms: u64,
    /// The name of the key it changes.
    pub key: String,
    /// What it does to the key, part by part.
    pub touches: Vec<Touch>,
}

/// One thing an effect does to its key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Touch {
    /// What.
    pub kind: TouchKind,
    /// To which part of the key.
    pub part: KeyPart,
}

/// What an effect does to a part of its key. All but a removal are acknowledged writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TouchKind {
    /// Sets a string, field or score.
    Write,
    /// Increments a string, field or score.
    Add,
    /// Adds a member, an element of a list or an entry of a stream.
    AddMember,
    /// Raises registers of a HyperLogLog.
    Raise,
    /// Takes away what was observed.
    Remove,
}

impl TouchKind {
    /// Whether a client was told that something is now there.
    pub fn is_write(self) -> bool {
        self != Self::Remove
    }
}

/// A part of a key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum KeyPart {
    /// The string; for a removal, everything under the key.
    Whole,
    /// A field of a hash.
    Field(Vec<u8>),
    /// A member of a set.
    Member(Vec<u8>),
    /// A member of a sorted set, which is in with a score.
    Score(Vec<u8>),
    /// An element of a list: the number of the effect that put it in, its number there, and who
    /// made that effect.
    Element(u64, u32, u8),
    /// The entries of a stream with this id: milliseconds and sequence.
    Entry(u64, u64),
    /// The registers of a HyperLogLog.
    Registers,
    /// Values of a JSON document.
    Document,
}
