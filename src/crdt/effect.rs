//! What travels: the effect of one command on one key.

use std::ops::Deref;

use crate::crdt::clock::{Dot, Stamp, VersionVector};
use crate::crdt::few::Few;
use crate::crdt::hyperloglog::Raise;
use crate::crdt::json::Edit;
use crate::crdt::json::literal::Revision;
use crate::crdt::list::Insertion;
use crate::crdt::run::{Reach, RunId};
use crate::crdt::sequence::ElementId;
use crate::crdt::sketch::Register;
use crate::crdt::stream_op::StreamOp;
use crate::crdt::typed::Kind;
use crate::crdt::value::{Name, Value};
use crate::id::{Id, ReplicaId};

/// A local intent, as a command decides it. One command's updates of one key make one effect.
#[derive(Clone, PartialEq, Debug)]
pub enum Update {
    /// `SET`: a new string, without deadline (`EXP-10`). State of other types stays: put `Remove`
    /// before it to replace a key of any type.
    Write(Value),
    /// `APPEND`, `SETRANGE`, `SET … KEEPTTL`: a new string under the deadline there is.
    Amend(Value),
    /// `INCRBY`.
    Add(i64),
    /// `INCRBYFLOAT`.
    AddFloat(f64),
    /// `DEL`, and `DEL` before a write that replaces the key.
    Remove,
    /// `HSET`: a field's new value, without deadline.
    SetField(Name, Value),
    /// `HINCRBY`.
    AddField(Name, i64),
    /// `HINCRBYFLOAT`.
    AddFieldFloat(Name, f64),
    /// `HDEL`.
    RemoveField(Name),
    /// `HEXPIRE`.
    ExpireField(Name, u64),
    /// `HPERSIST`.
    PersistField(Name),
    /// `SADD`.
    AddMember(Name),
    /// `SREM`, `SPOP`.
    RemoveMember(Name),
    /// `ZADD`: a member's new score.
    SetScore(Name, f64),
    /// `ZINCRBY`.
    AddScore(Name, f64),
    /// `ZREM`, `ZPOPMIN` and its kin.
    RemoveScore(Name),
    /// `RPUSH`, `LPUSH`, `LINSERT`: elements come in where so many stand before them.
    ///
    /// Positions are those in the list as the command finds it. Several updates of one list go from
    /// its end to its head and do not overlap.
    InsertElements(u64, Vec<Value>),
    /// `LREM`, `LTRIM`: from where so many elements stand before them, so many go.
    RemoveElements(u64, u64),
    /// `LPOP` and its kin: the same, and a client is given them.
    TakeElements(u64, u64),
    /// `LSET`: the element at this position is replaced.
    SetElement(u64, Value),
    /// What `XADD`, `XGROUP CREATE` and their kin do.
    Stream(Box<StreamOp>),
    /// `PFADD`, `PFMERGE`: registers of a HyperLogLog are at least so high.
    Raise(Vec<Register>),
    /// `JSON.SET` and its kin: one place of a document changes. Paths are those of the document as
    /// the command finds it.
    Revise(Box<Revision>),
    /// `EXPIRE`.
    Expire {
        /// Milliseconds since the Unix epoch.
        deadline_ms: u64,
    },
    /// `PERSIST`.
    Persist,
}

/// What a writer knew to be dead although it had not observed it: contexts of updates it had seen.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Beyond {
    /// For the register.
    pub write: VersionVector,
    /// For the deadline.
    pub limit: VersionVector,
}

/// One part of a change. Each thing under the key occurs at most once per kind of part.
#[derive(Clone, PartialEq, Debug)]
pub enum Part {
    /// A write of the string, or of a field.
    Write {
        /// The field; none for the string.
        field: Option<Name>,
        /// The value.
        value: Value,
        /// Whether it takes the deadline away.
        persists: bool,
        /// What it kills beyond what it had observed; rarely anything.
        beyond: Option<Box<Beyond>>,
    },
    /// An increment of the string, or of a field.
    Add {
        /// The field; none for the string.
        field: Option<Name>,
        /// The run it extends.
        run: RunId,
        /// How far the run now goes, this increment included.
        reach: Box<Reach>,
    },
    /// A member is added.
    AddMember(Name),
    /// A score is written; the member is in.
    SetScore {
        /// The member.
        member: Name,
        /// Its score, never NaN.
        score: f64,
        /// What it kills beyond what it had observed; rarely anything.
        beyond: Option<Box<VersionVector>>,
    },
    /// A score is incremented; the member is in.
    AddScore {
        /// The member.
        member: Name,
        /// The run it extends.
        run: RunId,
        /// How far the run now goes, this increment included.
        reach: Box<Reach>,
    },
    /// Elements of a list come in, each behind the one before it. Boxed, as it is large.
    Insert(Box<Insertion>),
    /// Registers of a HyperLogLog rise.
    Raise(Box<Raise>),
    /// A document changes; written and removed places are all different ones.
    Json(Box<[Edit]>),
    /// A deadline of the key, or of a field.
    Limit {
        /// The field; none for the key.
        field: Option<Name>,
        /// Milliseconds since the Unix epoch; none for `PERSIST`.
        deadline_ms: Option<u64>,
        /// What it replaces beyond what it had observed; rarely anything.
        beyond: Option<Box<VersionVector>>,
    },
    /// The origin found the key, or a field, gone: the deadlines it had observed are void.
    Anew {
        /// The field; none for the key.
        field: Option<Name>,
    },
    /// How far a reset had seen the increments of the string, or of a field.
    Erase {
        /// The field; none for the string.
        field: Option<Name>,
        /// The runs, and how far each goes.
        erasures: Box<[(RunId, Reach)]>,
    },
    /// How far a reset had seen the increments of a score.
    EraseScore {
        /// The member.
        member: Name,
        /// The runs, and how far each goes.
        erasures: Box<[(RunId, Reach)]>,
    },
    /// Everything observed of a field goes, but what this effect writes; its increments by `Erase`.
    RemoveField(Name),
    /// The observed additions of a member go.
    RemoveMember(Name),
    /// Everything observed of a sorted set's member goes, but what this effect writes; its
    /// increments by `EraseScore`.
    RemoveScore(Name),
    /// These elements of a list go.
    RemoveElements {
        /// Which; none that the origin did not see.
        ids: Box<[ElementId]>,
        /// Whether a client was given them.
        is_taken: bool,
    },
    /// Something is done to a stream.
    Stream(Box<StreamOp>),
    /// Everything observed of the key goes, but what this effect writes; its increments by `Erase`.
    Remove,
}

/// The parts of a change, in the order in which they take hold. Most have one, which stands in
/// place.
#[derive(Clone, PartialEq, Debug)]
pub struct Parts(Few<Part>);

impl From<Few<Part>> for Parts {
    fn from(parts: Few<Part>) -> Self {
        Self(parts)
    }
}

impl Deref for Parts {
    type Target = [Part];

    fn deref(&self) -> &[Part] {
        self.0.as_slice()
    }
}

/// What an effect does to its key.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// A plain `SET`: a write of the string that takes the deadline away, and nothing else.
    Write(Value),
    /// Anything else, in the order of [`Part`].
    Parts(Parts),
    /// A published message: it reaches subscribers, and leaves no state under any key.
    Message(Box<Message>),
    /// The origin goes on after it has lost its memory: earlier effects of its that nobody has told
    /// it of come no more. No key changes.
    Life,
}

/// A published message. What stands in a key's place is its channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// What is said.
    pub text: Name,
    /// Whether it was sent by `SPUBLISH`, to those who follow by `SSUBSCRIBE` alone.
    pub is_sharded: bool,
}

/// The effect of one command on one key.
#[derive(Clone, PartialEq, Debug)]
pub struct Effect {
    /// The replica that made it.
    pub origin: ReplicaId,
    /// The origin's wall clock, in milliseconds since the Unix epoch.
    pub wall_ms: u64,
    /// What the origin had observed, this effect included.
    pub after: VersionVector,
    /// What it does.
    pub change: Change,
}

impl Effect {
    /// Its place in the origin's history.
    pub fn dot(&self) -> Dot {
        Dot {
            origin: self.origin,
            seq: self.after.seq(self.origin),
        }
    }

    /// Its dot and wall clock.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            dot: self.dot(),
            wall_ms: self.wall_ms,
        }
    }

    /// What the origin had observed before it.
    pub fn before(&self) -> VersionVector {
        let mut before = self.after;
        before.0[self.origin.index()] = self.dot().seq.saturating_sub(1);
        before
    }

    /// Bytes of names, values and amounts: what it takes on the wire beside a header.
    pub fn payload_bytes(&self) -> u64 {
        self.change.payload_bytes()
    }

    /// The writes it counts as: see [`Tally`](crate::crdt::tally::Tally).
    pub fn writes(&self) -> u64 {
        self.change.writes()
    }
}

const _: () = assert!(size_of::<Part>() == 48, "parts of an effect are many");

impl Change {
    /// A change of one part.
    pub(crate) fn of(part: Part) -> Self {
        Self::Parts(Parts(Few::One(part)))
    }

    /// Its parts; none of a plain write or of what changes no key.
    pub fn parts(&self) -> &[Part] {
        match self {
            Self::Parts(parts) => parts,
            Self::Write(_) | Self::Message(_) | Self::Life => &[],
        }
    }

    /// Whether it may concern the string under the key, or the deadline of the key.
    pub(crate) fn concerns_limits(&self) -> bool {
        match self {
            Self::Write(_) => true,
            Self::Message(_) | Self::Life => false,
            Self::Parts(parts) => parts.iter().any(Part::concerns_limits),
        }
    }

    /// Bytes of names, values and amounts: what it takes on the wire beside a header.
    pub fn payload_bytes(&self) -> u64 {
        match self {
            Self::Write(value) => value.len() as u64,
            Self::Parts(parts) => parts.iter().map(Part::payload_bytes).sum(),
            Self::Message(message) => message.text.len() as u64,
            Self::Life => 0,
        }
    }

    /// The writes it counts as: see [`Tally`](crate::crdt::tally::Tally).
    pub fn writes(&self) -> u64 {
        match self {
            Self::Write(_) => 1,
            Self::Parts(parts) => parts.iter().map(Part::writes).sum(),
            Self::Message(_) | Self::Life => 0,
        }
    }
}

impl Part {
    /// The writes it counts as.
    pub fn writes(&self) -> u64 {
        match self {
            Part::Write { .. }
            | Part::Add { .. }
            | Part::AddMember(_)
            | Part::SetScore { .. }
            | Part::AddScore { .. }
            | Part::Raise(_) => 1,
            Part::Insert(insertion) => insertion.values.len() as u64,
            Part::Stream(op) => u64::from(op.is_write()),
            Part::Json(edits) => edits.iter().map(Edit::writes).sum(),
            _ => 0,
        }
    }

    /// The type it writes, if any.
    pub(crate) fn written(&self) -> Option<Kind> {
        match self {
            Part::Write { field: None, .. } | Part::Add { field: None, .. } => Some(Kind::String),
            Part::Write { .. } | Part::Add { .. } => Some(Kind::Hash),
            Part::AddMember(_) => Some(Kind::Set),
            Part::SetScore { .. } | Part::AddScore { .. } => Some(Kind::SortedSet),
            Part::Insert(_) => Some(Kind::List),
            Part::Stream(op) if op.makes() => Some(Kind::Stream),
            Part::Raise(_) => Some(Kind::HyperLogLog),
            Part::Json(_) if self.writes() > 0 => Some(Kind::Json),
            _ => None,
        }
    }

    fn concerns_limits(&self) -> bool {
        match self {
            Part::Write { field, .. }
            | Part::Add { field, .. }
            | Part::Limit { field, .. }
            | Part::Anew { field }
            | Part::Erase { field, .. } => field.is_none(),
            Part::Remove => true,
            _ => false,
        }
    }

    fn payload_bytes(&self) -> u64 {
        const NUMBER: usize = size_of::<u64>();
        const ELEMENT_ID: usize = size_of::<ElementId>();
        let name = |field: &Option<Name>| field.as_ref().map_or(0, |name| name.len());
        let bytes = match self {
            Part::Stream(op) => return op.payload_bytes(),
            Part::Remove => 0,
            Part::Anew { field } => name(field),
            Part::RemoveField(name)
            | Part::RemoveMember(name)
            | Part::RemoveScore(name)
            | Part::AddMember(name) => name.len(),
            Part::Erase { field, erasures } => name(field) + erasures.len() * 4 * NUMBER,
            Part::SetScore { member, .. } => member.len() + NUMBER,
            Part::Raise(raise) => return raise.payload_bytes(),
            Part::AddScore { member, .. } => member.len() + 2 * NUMBER,
            Part::EraseScore { member, erasures } => member.len() + erasures.len() * 4 * NUMBER,
            Part::Write { field, value, .. } => name(field) + value.len(),
            Part::Add { field, .. } => name(field) + 2 * NUMBER,
            Part::Limit { field, .. } => name(field) + NUMBER,
            Part::Insert(insertion) => return insertion.payload_bytes(),
            Part::RemoveElements { ids, .. } => ids.len() * ELEMENT_ID,
            Part::Json(edits) => return edits.iter().map(Edit::payload_bytes).sum(),
        };
        bytes as u64
    }
}
