//! Consumer groups of a stream: replicated are that a group exists, where it starts, and up to
//! where all its entries are acknowledged; all else is the region's own (`G-1`).
//!
//! Deletion wins (`G-3`): what was done to a group counts only if it had seen every deletion of the
//! group that is known here. So each creation and acknowledgement keeps what it had seen, and
//! deletions leave their dots, until every linked member has them.
//!
//! A region's own part, [`Attendance`], hangs on the replicated group, so that it goes with it, and
//! with the memory of the instance. It is in no digest; merges leave it alone, and snapshots leave
//! it out ([`Object::shared`](crate::crdt::Object::shared)).

use std::collections::{BTreeMap, BTreeSet};

use crate::crdt::clock::{Dot, Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::stream_id::{EntryId, EntryKey, Progress};
use crate::crdt::value::Name;
use crate::crdt::{Memory, Sides};
use crate::id::ReplicaId;

/// One creation or acknowledgement.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) stamp: Stamp,
    /// What its origin had observed, itself included.
    pub(crate) after: VersionVector,
    pub(crate) at: Progress,
}

/// An entry that was delivered and not acknowledged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pending {
    /// To whom.
    pub consumer: Name,
    /// When last, in Unix milliseconds of the region's clock.
    pub delivered_ms: u64,
    /// How often.
    pub deliveries: u64,
}

/// A consumer of a group, in one region.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Consumer {
    /// When it last tried anything, in Unix milliseconds of the region's clock.
    pub seen_ms: u64,
    /// When it last got an entry.
    pub active_ms: Option<u64>,
}

/// What a region alone knows of a group (`G-1`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Attendance {
    /// Up to where each tree was delivered here.
    pub progress: Progress,
    /// How many entries were read, as `XINFO` tells it; none if that is not known.
    pub entries_read: Option<u64>,
    /// The consumers by name.
    pub consumers: BTreeMap<Name, Consumer>,
    /// What is delivered and not acknowledged, over all consumers.
    pub pending: BTreeMap<EntryKey, Pending>,
    /// What was passed over, or dropped with its consumer: never acknowledged here, so that no
    /// gap-free prefix goes beyond it.
    pub skipped: BTreeSet<EntryKey>,
}

impl Attendance {
    /// The keys under which entries called `id` are pending: with duplicates several (`X-5`).
    pub fn pending_of(&self, id: EntryId) -> Vec<EntryKey> {
        let from = self.pending.range(EntryKey::first_of(id)..);
        let of_id = from.take_while(|(key, _)| key.id == id);
        of_id.map(|(key, _)| *key).collect()
    }

    /// Whether entries of a tree are acknowledged without a gap up to an id: what is delivered, and
    /// lies below all that is pending or was skipped.
    pub(crate) fn gap_free_in<S: Fn(&EntryKey) -> bool>(
        &self,
        tree: ReplicaId,
        stands: S,
    ) -> impl Fn(EntryId) -> bool + use<S> {
        let in_tree = |key: &&EntryKey| key.tree() == tree;
        let pending = self.pending.keys().find(in_tree);
        let mut skipped = self.skipped.iter().filter(in_tree);
        let skipped = skipped.find(|key| stands(key));
        let obstacle = pending.into_iter().chain(skipped).map(|key| key.id).min();
        let delivered = self.progress.of(tree);
        move |id| id <= delivered && obstacle.is_none_or(|obstacle| id < obstacle)
    }

    /// Another region has acknowledged everything up to `acked` (`G-5`).
    fn skip_to(&mut self, acked: &Progress) {
        self.progress.join(acked);
        self.pending.retain(|key, _| !acked.covers(key));
        self.skipped.retain(|key| !acked.covers(key));
    }
}

/// One group.
#[derive(Clone, Default, Debug)]
pub struct Group {
    /// Creations none of which had seen another.
    creates: Vec<Mark>,
    /// Acknowledged prefixes, at most one per origin: its last.
    acks: Vec<Mark>,
    /// The dots of deletions of this group.
    killed: Memory,
    own: Option<Box<Attendance>>,
}

impl Group {
    /// Whether clients see it.
    pub fn is_live(&self) -> bool {
        !self.creates.is_empty()
    }

    /// Up to where the region has delivered its entries.
    pub fn progress(&self) -> Progress {
        self.own
            .as_ref()
            .map_or_else(|| self.known(), |own| own.progress)
    }

    /// Where a region begins that has delivered nothing: concurrent creations begin at the lesser.
    fn known(&self) -> Progress {
        let mut known = Progress::all(EntryId::MAX);
        for create in &self.creates {
            known.meet(&create.at);
        }
        known.join(&self.acknowledged());
        known
    }

    /// Up to where each tree is acknowledged without a gap, by what regions have told (`G-6`).
    pub fn acknowledged(&self) -> Progress {
        let mut acknowledged = Progress::NONE;
        for ack in &self.acks {
            acknowledged.join(&ack.at);
        }
        acknowledged
    }

    /// What the region alone knows of it, if anything was done here.
    pub fn own(&self) -> Option<&Attendance> {
        self.own.as_deref()
    }

    /// What the region alone knows of it, to change.
    pub(crate) fn own_mut(&mut self) -> &mut Attendance {
        let progress = self.progress();
        self.own.get_or_insert_with(|| {
            Box::new(Attendance {
                progress,
                ..Attendance::default()
            })
        })
    }

    pub(crate) fn newest(&self) -> Option<Stamp> {
        let stamps = self.creates.iter().map(|create| Some(create.stamp));
        stamps.fold(None, Stamp::newest)
    }

    pub(crate) fn is_vacant(&self) -> bool {
        self.creates.is_empty() && self.acks.is_empty() && self.killed.is_empty()
    }

    pub(crate) fn is_pending(&self) -> bool {
        !self.killed.is_empty()
    }

    /// A creation arrives; `all` are the deletions of all groups of the stream.
    pub(crate) fn create(&mut self, mark: Mark, all: &Memory) {
        put(&mut self.creates, mark);
        self.bury(all);
    }

    /// An acknowledged prefix arrives.
    pub(crate) fn acknowledge(&mut self, mark: Mark, all: &Memory) {
        put(&mut self.acks, mark);
        self.bury(all);
        let acknowledged = self.acknowledged();
        if let Some(own) = &mut self.own {
            own.skip_to(&acknowledged);
        }
    }

    /// A deletion of this group arrives.
    pub(crate) fn destroy(&mut self, dot: Dot, all: &Memory) {
        self.killed.join(&alone(dot));
        self.bury(all);
    }

    /// Drops what has not seen every known deletion.
    pub(crate) fn bury(&mut self, all: &Memory) {
        let mut killed = VersionVector::ZERO;
        self.killed.extend(&mut killed);
        all.extend(&mut killed);
        self.creates.retain(|mark| killed.is_within(&mark.after));
        self.acks.retain(|mark| killed.is_within(&mark.after));
        if self.creates.is_empty() {
            self.own = None;
        }
    }

    /// Takes in another replica's group; `all` are the deletions that both replicas know.
    pub(crate) fn merge(&mut self, theirs: &Group, sides: &Sides, all: &Memory) {
        let before: Vec<Dot> = dots(&self.creates).collect();
        join(&mut self.creates, &theirs.creates, sides);
        join(&mut self.acks, &theirs.acks, sides);
        self.killed.join_memory(&theirs.killed);
        self.bury(all);
        // Gone and created anew is another group.
        if !dots(&self.creates).any(|dot| before.contains(&dot)) {
            self.own = None;
        }
        let acknowledged = self.acknowledged();
        if let Some(own) = &mut self.own {
            own.skip_to(&acknowledged);
        }
    }

    pub(crate) fn collect(&mut self, stable: &VersionVector) {
        self.killed.forget_within(stable);
    }

    pub(crate) fn newer_than(&self, clock: &VersionVector) -> bool {
        let mut dots = dots(&self.creates).chain(dots(&self.acks));
        !self.killed.is_within(clock) || dots.any(|dot| !clock.covers(dot))
    }

    /// Hash of what is replicated of it.
    pub(crate) fn digest(&self, name: &[u8]) -> u64 {
        let known = |state: u64, id: &EntryId| digest::fold(digest::fold(state, id.ms), id.seq);
        let acknowledged = self.acknowledged();
        let start = digest::fold(3, digest::of_bytes(name));
        let state = acknowledged.0.iter().fold(start, known);
        let creates = self.creates.iter();
        creates.fold(state, |sum, create| {
            let mark = digest::of_stamp(&create.stamp);
            sum.wrapping_add(create.at.0.iter().fold(mark, known))
        })
    }

    /// The same without what the region alone knows.
    pub(crate) fn shared(&self) -> Group {
        Group {
            creates: self.creates.clone(),
            acks: self.acks.clone(),
            killed: self.killed.clone(),
            own: None,
        }
    }
}

/// The vector that covers an origin's effects up to `dot`, and no other's.
pub(crate) fn alone(dot: Dot) -> VersionVector {
    let mut vector = VersionVector::ZERO;
    vector.observe(dot);
    vector
}

fn dots(marks: &[Mark]) -> impl Iterator<Item = Dot> {
    marks.iter().map(|mark| mark.stamp.dot)
}

/// Adds a mark, in the place of an earlier one of its origin.
fn put(marks: &mut Vec<Mark>, mark: Mark) {
    let origin = mark.stamp.dot.origin;
    marks.retain(|old| old.stamp.dot.origin != origin);
    marks.push(mark);
}

/// The union of marks, without those that the other side had and lost, or has replaced.
fn join(mine: &mut Vec<Mark>, theirs: &[Mark], sides: &Sides) {
    let has = |marks: &[Mark], dot: Dot| dots(marks).any(|other| other == dot);
    let arriving: Vec<Mark> = theirs
        .iter()
        .filter(|mark| !has(mine, mark.stamp.dot) && !sides.mine.covers(mark.stamp.dot))
        .cloned()
        .collect();
    mine.retain(|mark| has(theirs, mark.stamp.dot) || !sides.theirs.covers(mark.stamp.dot));
    for mark in arriving {
        put(mine, mark);
    }
}
