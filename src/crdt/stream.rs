//! Streams: a tree of entries for each region, read as one; and consumer groups (`X-*`, `G-*`).
//!
//! A region appends to its own tree alone and may remove from all. An entry stands until something
//! that had seen it removes it (`X-2`), so concurrent entries unite (`X-1`), those of one id too
//! (`X-5`). Reading goes by id, and among entries of one id by region.
//!
//! A stream is there while it has an entry or a group: Redis' documentation of Active-Active shows
//! a stream gone with its last group. What a tree has seen come and go ([`Head`]) serves new ids
//! and `XINFO`; its region alone writes it. It is no part of the digest: where a stream was gone
//! and came anew, regions may remember different pasts.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeBounds;

use crate::crdt::clock::{Dot, MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::consumer_group::{Attendance, Group, Mark, alone};
use crate::crdt::digest;
use crate::crdt::layout::Layout;
use crate::crdt::object::Sizes;
use crate::crdt::stream_id::{EntryId, EntryKey, Progress};
use crate::crdt::stream_op::{Fields, Head, StreamOp, bytes_of};
use crate::crdt::tally::{Conflict, Tally};
use crate::crdt::value::Name;
use crate::crdt::{Arrival, Datatype, Horizon, Memory, Sides};
use crate::id::{Id, ReplicaId};

/// A stream without its entries.
const STREAM: u64 = 176;
/// The buffer of its last node, taken before there are entries to fill it
/// (`stream-node-max-bytes`).
const NODE: u64 = 4096;
/// Of each entry its id and lengths, and its share of a node. In tenths of a byte.
const ENTRY_TENTHS: u64 = 163;
/// A consumer group.
const GROUP: u64 = 284;
/// A consumer of a group.
const CONSUMER: u64 = 282;
/// An entry delivered and not acknowledged, in the lists of group and consumer. In tenths.
const DELIVERY_TENTHS: u64 = 1540;

/// One entry.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    wall_ms: u64,
    /// Names and values in turn.
    pub fields: Fields,
}

/// Entries by id, and groups by name.
#[derive(Clone, Default, Debug)]
pub struct Stream {
    entries: BTreeMap<EntryKey, Entry>,
    /// What removals of entries had observed, by id.
    removed: BTreeMap<EntryId, VersionVector>,
    /// Each with the number of the effect that told it.
    heads: BTreeMap<ReplicaId, (u64, Head)>,
    groups: BTreeMap<Name, Group>,
    /// The dots of deletions of all groups.
    killed: Memory,
    /// Bytes of the entries' fields.
    bytes: u64,
    /// Sum of the entries' hashes.
    digest: u64,
}

impl Stream {
    /// The number of entries.
    pub fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Whether there is no entry; there may be groups.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in a range, by id.
    pub fn range(
        &self,
        keys: impl RangeBounds<EntryKey>,
    ) -> impl DoubleEndedIterator<Item = (&EntryKey, &Entry)> {
        self.entries.range(keys)
    }

    /// All entries, by id.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&EntryKey, &Entry)> {
        self.entries.iter()
    }

    /// One entry.
    pub fn entry(&self, key: &EntryKey) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// The entries of one id: with duplicates several (`X-5`).
    pub fn entries_of(&self, id: EntryId) -> impl Iterator<Item = (&EntryKey, &Entry)> {
        let from = self.entries.range(EntryKey::first_of(id)..);
        from.take_while(move |(key, _)| key.id == id)
    }

    /// The last id that any tree has seen (`X-6`).
    pub fn last_id(&self) -> EntryId {
        let told = self.heads.values().map(|(_, head)| head.last);
        let standing = self.entries.last_key_value().map(|(key, _)| key.id);
        told.chain(standing).max().unwrap_or_default()
    }

    /// Up to where each tree has come.
    pub fn tops(&self) -> Progress {
        let mut tops = Progress::NONE;
        for (tree, (_, head)) in &self.heads {
            tops.raise(*tree, head.last);
        }
        for key in self.entries.keys() {
            tops.raise(key.tree(), key.id);
        }
        tops
    }

    /// How many entries were ever added, as far as trees remember.
    pub fn added(&self) -> u64 {
        let told = self.heads.values().map(|(_, head)| head.added);
        told.fold(0, u64::saturating_add).max(self.len())
    }

    /// The greatest id that was deleted by `XDEL`.
    pub fn max_deleted(&self) -> EntryId {
        let told = self.heads.values().map(|(_, head)| head.deleted);
        told.max().unwrap_or_default()
    }

    /// The trees that have ever held an entry, as far as is remembered.
    pub fn trees(&self) -> usize {
        self.heads.len()
    }

    /// What one region's tree has seen.
    pub fn head(&self, tree: ReplicaId) -> Head {
        self.heads
            .get(&tree)
            .map_or_else(Head::default, |(_, head)| *head)
    }

    /// The groups by name.
    pub fn groups(&self) -> impl Iterator<Item = (&Name, &Group)> {
        self.groups.iter().filter(|(_, group)| group.is_live())
    }

    /// One group.
    pub fn group(&self, name: &[u8]) -> Option<&Group> {
        self.groups.get(name).filter(|group| group.is_live())
    }

    /// The entries that are acknowledged without a gap in a region, where these were acknowledged
    /// there just now (`G-5`, `G-6`); none where that is nothing new.
    pub fn gap_free(&self, group: &Group, acknowledged: &[EntryKey]) -> Option<Progress> {
        let own = group.own()?;
        let known = group.acknowledged();
        let mut upto = known;
        let trees: BTreeSet<ReplicaId> = acknowledged.iter().map(EntryKey::tree).collect();
        for tree in trees {
            let is_gap_free = own.gap_free_in(tree, |key| self.entries.contains_key(key));
            let from = self.entries.range(EntryKey::first_of(known.of(tree))..);
            let standing = from.map(|(key, _)| key).filter(|key| key.tree() == tree);
            let standing = standing.take_while(|key| is_gap_free(key.id)).last();
            let gone = acknowledged.iter();
            let gone = gone.filter(|key| key.tree() == tree && is_gap_free(key.id));
            for key in gone.chain(standing) {
                upto.raise(tree, key.id);
            }
        }
        (upto != known).then_some(upto)
    }

    /// What the region alone knows of a group, to change.
    pub(crate) fn own_mut(&mut self, group: &[u8]) -> Option<&mut Attendance> {
        let group = self.groups.get_mut(group);
        group.filter(|group| group.is_live()).map(Group::own_mut)
    }

    /// Takes in one part of an arriving effect.
    pub(crate) fn take(&mut self, op: &StreamOp, arrival: &Arrival<'_>, tally: &mut Tally) {
        let dot = arrival.stamp.dot;
        let mark = |at: &Progress| Mark {
            stamp: arrival.stamp,
            after: *arrival.after,
            at: *at,
        };
        match op {
            StreamOp::Append { id, fields } => self.append(*id, fields, arrival, tally),
            StreamOp::Delete(id) => self.delete(*id, arrival, tally),
            StreamOp::Head(head) => self.tell(dot, *head, arrival),
            StreamOp::Create { group, start } => {
                let all = self.killed.clone();
                self.edit(group, |group| group.create(mark(start), &all));
            }
            StreamOp::Acknowledge { group, upto } => {
                let all = self.killed.clone();
                self.edit(group, |group| group.acknowledge(mark(upto), &all));
            }
            StreamOp::Destroy(group) => {
                let all = self.killed.clone();
                self.edit(group, |group| group.destroy(dot, &all));
            }
            StreamOp::DestroyAll => {
                self.killed.join(&alone(dot));
                self.bury();
            }
        }
    }

    fn edit(&mut self, name: &Name, edit: impl FnOnce(&mut Group)) {
        let group = self.groups.entry(name.clone()).or_default();
        edit(group);
        if group.is_vacant() {
            self.groups.remove(name);
        }
    }

    fn bury(&mut self) {
        for group in self.groups.values_mut() {
            group.bury(&self.killed);
        }
        self.groups.retain(|_, group| !group.is_vacant());
    }

    fn append(&mut self, id: EntryId, fields: &Fields, arrival: &Arrival<'_>, tally: &mut Tally) {
        let dot = arrival.stamp.dot;
        let key = EntryKey { id, dot };
        let mut gate = arrival.gate();
        if let Some(removed) = self.removed.get(&id) {
            gate.join(removed);
        }
        if gate.covers(dot) {
            tally.fall(dot, true);
            return;
        }
        if !gate.is_within(arrival.after) {
            tally.meet(Conflict::AddRemove);
        }
        let entry = Entry {
            wall_ms: arrival.stamp.wall_ms,
            fields: fields.clone(),
        };
        self.put(key, entry);
    }

    fn delete(&mut self, id: EntryId, arrival: &Arrival<'_>, tally: &mut Tally) {
        let keys: Vec<EntryKey> = self.entries_of(id).map(|(key, _)| *key).collect();
        let mut stands = false;
        for key in keys {
            if arrival.had_seen(key.dot) {
                self.fell(&key, tally);
            } else {
                stands = true;
            }
        }
        let removed = self.removed.entry(id).or_insert(VersionVector::ZERO);
        removed.join(arrival.after);
        if stands {
            tally.meet(Conflict::AddRemove);
        }
    }

    /// A stream that was gone starts anew.
    fn tell(&mut self, dot: Dot, head: Head, arrival: &Arrival<'_>) {
        if !self.is_live() {
            self.heads.clear();
        }
        if !arrival.gate().covers(dot) {
            self.heads.insert(dot.origin, (dot.seq, head));
        }
    }

    fn put(&mut self, key: EntryKey, entry: Entry) {
        self.bytes += bytes_of(&entry.fields);
        self.digest = self.digest.wrapping_add(hash(&key, &entry));
        self.entries.insert(key, entry);
    }

    fn fell(&mut self, key: &EntryKey, tally: &mut Tally) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= bytes_of(&entry.fields);
            self.digest = self.digest.wrapping_sub(hash(key, &entry));
            tally.fall(key.dot, true);
        }
    }

    fn fell_all(&mut self, tally: &mut Tally, falls: impl Fn(&EntryKey) -> bool) {
        let falling = self.entries.keys().filter(|key| falls(key));
        for key in falling.copied().collect::<Vec<_>>() {
            self.fell(&key, tally);
        }
    }

    fn merge_entries(&mut self, theirs: &Stream, sides: &Sides, tally: &mut Tally) {
        let within = |mine: &Stream, id: EntryId| {
            let mut sides = *sides;
            let removed = [&mine.removed, &theirs.removed].map(|removed| removed.get(&id));
            for (gate, removed) in [&mut sides.my_gate, &mut sides.their_gate]
                .into_iter()
                .zip(removed)
            {
                if let Some(removed) = removed {
                    gate.join(removed);
                }
            }
            sides
        };
        let arriving: Vec<(EntryKey, Entry)> = theirs
            .entries
            .iter()
            .filter(|(key, _)| {
                !self.entries.contains_key(key) && !within(self, key.id).kills_theirs(key.dot)
            })
            .map(|(key, entry)| (*key, entry.clone()))
            .collect();
        let mine = self.entries.keys();
        let falling: Vec<EntryKey> = mine
            .filter(|key| {
                !theirs.entries.contains_key(key) && within(self, key.id).kills_mine(key.dot)
            })
            .copied()
            .collect();
        for key in falling {
            self.fell(&key, tally);
        }
        for (key, entry) in arriving {
            self.put(key, entry);
        }
        for (id, removed) in &theirs.removed {
            let mine = self.removed.entry(*id).or_insert(VersionVector::ZERO);
            mine.join(removed);
        }
    }

    /// Each tree's head is as its region told last, unless a removal of the key had seen that.
    fn merge_heads(&mut self, theirs: &Stream, sides: &Sides) {
        let dot = |origin: ReplicaId, seq: u64| Dot { origin, seq };
        self.heads
            .retain(|origin, (seq, _)| !sides.their_gate.covers(dot(*origin, *seq)));
        for (origin, (seq, head)) in &theirs.heads {
            let known = self.heads.get(origin).is_some_and(|(mine, _)| mine >= seq);
            if !known && !sides.my_gate.covers(dot(*origin, *seq)) {
                self.heads.insert(*origin, (*seq, *head));
            }
        }
    }
}

fn hash(key: &EntryKey, entry: &Entry) -> u64 {
    let stamp = Stamp {
        dot: key.dot,
        wall_ms: entry.wall_ms,
    };
    let id = digest::fold(
        digest::fold(digest::of_stamp(&stamp), key.id.ms),
        key.id.seq,
    );
    let words = entry.fields.iter();
    words.fold(id, |state, word| {
        digest::fold(state, digest::of_bytes(word))
    })
}

impl Datatype for Stream {
    const NAME: &'static str = "stream";

    /// Over all trees: what does not fill a node takes one.
    fn layout(sizes: &Sizes) -> Layout {
        let bytes = sizes.element_bytes + sizes.elements * ENTRY_TENTHS / 10;
        let groups = sizes.groups * GROUP + sizes.consumers * CONSUMER;
        let overhead = STREAM + bytes.max(NODE) - sizes.element_bytes + groups;
        let deliveries = sizes.deliveries * DELIVERY_TENTHS / 10;
        Layout::text(sizes).and(overhead + deliveries, sizes.element_bytes)
    }

    fn shared(&self) -> Self {
        let groups = self.groups.iter();
        Stream {
            groups: groups
                .map(|(name, group)| (name.clone(), group.shared()))
                .collect(),
            ..self.clone()
        }
    }

    fn is_live(&self) -> bool {
        !self.entries.is_empty() || self.groups().next().is_some()
    }

    fn is_vacant(&self) -> bool {
        self.entries.is_empty()
            && self.removed.is_empty()
            && self.groups.is_empty()
            && self.killed.is_empty()
    }

    fn is_pending(&self) -> bool {
        !self.removed.is_empty()
            || !self.killed.is_empty()
            || self.groups.values().any(Group::is_pending)
    }

    fn newest(&self) -> Option<Stamp> {
        let entries = self.entries.iter().map(|(key, entry)| {
            Some(Stamp {
                dot: key.dot,
                wall_ms: entry.wall_ms,
            })
        });
        let groups = self.groups.values().map(Group::newest);
        entries.chain(groups).fold(None, Stamp::newest)
    }

    fn remove(&mut self, context: &VersionVector, tally: &mut Tally) {
        self.fell_all(tally, |key| context.covers(key.dot));
        self.heads.retain(|origin, (seq, _)| {
            let (origin, seq) = (*origin, *seq);
            !context.covers(Dot { origin, seq })
        });
        if !self.entries.is_empty() {
            tally.meet(Conflict::AddRemove);
        }
    }

    fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        self.merge_entries(theirs, sides, tally);
        self.merge_heads(theirs, sides);
        self.killed.join_memory(&theirs.killed);
        let all = self.killed.clone();
        let none = Group::default();
        for (name, group) in &mut self.groups {
            group.merge(theirs.groups.get(name).unwrap_or(&none), sides, &all);
        }
        for (name, group) in &theirs.groups {
            if !self.groups.contains_key(name) {
                self.edit(name, |mine| mine.merge(group, sides, &all));
            }
        }
        self.groups.retain(|_, group| !group.is_vacant());
    }

    fn collect(&mut self, horizon: &Horizon, _tally: &mut Tally) {
        let stable = &horizon.stable;
        self.removed.retain(|_, removed| !removed.is_within(stable));
        self.killed.forget_within(stable);
        for group in self.groups.values_mut() {
            group.collect(stable);
        }
        self.groups.retain(|_, group| !group.is_vacant());
    }

    fn digest(&self) -> u64 {
        let groups = self.groups().map(|(name, group)| group.digest(name));
        groups.fold(self.digest, u64::wrapping_add)
    }

    fn measure(&self, sizes: &mut Sizes) {
        sizes.elements += self.len();
        sizes.element_bytes += self.bytes;
        sizes.element_tombstones += self.removed.len() as u64;
        for group in self.groups.values() {
            sizes.groups += u64::from(group.is_live());
            sizes.element_tombstones += u64::from(group.is_pending());
            if let Some(own) = group.own() {
                sizes.consumers += own.consumers.len() as u64;
                sizes.deliveries += own.pending.len() as u64;
            }
        }
    }

    fn count_writes(
        &self,
        present: &mut [u64; MEMBERS_MAX],
        _overwritten: &mut [u64; MEMBERS_MAX],
    ) {
        for key in self.entries.keys().filter(|key| !key.dot.is_fill()) {
            present[key.tree().index()] += 1;
        }
    }

    fn newer_than(&self, clock: &VersionVector) -> bool {
        !self.killed.is_within(clock)
            || self
                .removed
                .values()
                .any(|removed| !removed.is_within(clock))
            || self.entries.keys().any(|key| !clock.covers(key.dot))
            || self
                .heads
                .iter()
                .any(|(tree, (seq, _))| *seq > clock.seq(*tree))
            || self.groups.values().any(|group| group.newer_than(clock))
    }
}
