//! A stretch of a log: effects that follow one another, as what tells them from the first.
//!
//! Neighbours in a log differ by little: the next sequence, a few effects of others seen in
//! between, some milliseconds. So 24 bytes do for an effect that takes 64 on its own, and a log of
//! hours stays small.

use std::sync::Arc;

use crate::crdt::{MEMBERS_MAX, VersionVector};
use crate::instance::effect::{Body, Entry, GENERATED_KEY_BYTES, Payload};

/// So many effects a stretch holds at most.
pub(super) const LENGTH_MAX: usize = 256;

/// Effects of one origin that follow one another.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    /// Whose effects they are.
    pub(super) own: usize,
    /// The position of the first in its log.
    pub(super) first: u64,
    /// What the origin had observed with the first.
    after: VersionVector,
    /// The wall clock of the first.
    wall_ms: u64,
    records: Vec<Record>,
    /// Bytes of keys and values of all.
    pub(super) payload_bytes: u64,
    /// What records of effects other than plain writes refer to.
    bodies: Vec<Arc<Body>>,
}

/// One effect: what is not as in the first.
#[derive(Clone, Copy, Debug)]
struct Record {
    /// The key of a plain write, or [`BODY`].
    key: u32,
    /// The length of its value.
    bytes: u32,
    /// The tag of its value, or the place of the body.
    tag: u32,
    /// Milliseconds since the first.
    later_ms: u32,
    /// How many effects of each other member the origin had observed since the first.
    seen: [u16; MEMBERS_MAX - 1],
}

/// In place of a key: the effect has a body.
const BODY: u32 = u32::MAX;

const _: () = assert!(size_of::<Record>() == 24, "an effect takes 24 bytes");

impl Stretch {
    /// A stretch of the member `own` that begins with `entry`, at `position` of its log, with room
    /// for so many effects at once.
    pub(super) fn new(own: usize, position: u64, entry: &Entry, room: usize) -> Self {
        let mut stretch = Self {
            own,
            first: position,
            after: entry.after,
            wall_ms: entry.wall_ms,
            records: Vec::with_capacity(room),
            payload_bytes: 0,
            bodies: Vec::new(),
        };
        let fits = stretch.push(own, entry, entry.payload_bytes());
        assert!(fits, "an effect differs from itself by nothing");
        stretch
    }

    /// Adds the next effect, whose key and value take `payload_bytes`. Returns whether it is near
    /// enough to the first, and there is room.
    #[inline(always)]
    pub(super) fn push(&mut self, own: usize, entry: &Entry, payload_bytes: u64) -> bool {
        let Some(difference) = self.difference(own, entry) else {
            return false;
        };
        let (later_ms, seen) = difference;
        let (key, bytes, tag) = match &entry.payload {
            Payload::Write { key, bytes, tag } => (*key, *bytes, *tag),
            Payload::Body(body) => (BODY, 0, self.keep(body)),
        };
        self.records.push(Record {
            key,
            bytes,
            tag,
            later_ms,
            seen,
        });
        self.payload_bytes += payload_bytes;
        true
    }

    /// By how much an effect differs from the first; none when that is too much, or it does not
    /// follow the last.
    #[inline(always)]
    fn difference(&self, own: usize, entry: &Entry) -> Option<(u32, [u16; MEMBERS_MAX - 1])> {
        let follows = self.own == own && entry.after.0[own] == self.next_seq();
        if !follows || self.records.len() == LENGTH_MAX {
            return None;
        }
        let later_ms = entry.wall_ms.checked_sub(self.wall_ms)?;
        let mut seen = [0; MEMBERS_MAX - 1];
        for (slot, seen) in seen.iter_mut().enumerate() {
            let member = other(own, slot);
            let since = entry.after.0[member].checked_sub(self.after.0[member])?;
            *seen = u16::try_from(since).ok()?;
        }
        Some((u32::try_from(later_ms).ok()?, seen))
    }

    #[cold]
    fn keep(&mut self, body: &Arc<Body>) -> u32 {
        self.bodies.push(Arc::clone(body));
        u32::try_from(self.bodies.len() - 1).expect("a stretch is short")
    }

    /// How many effects it holds.
    pub(super) fn len(&self) -> u64 {
        self.records.len() as u64
    }

    /// The sequence of the first.
    pub(super) fn first_seq(&self) -> u64 {
        self.after.0[self.own]
    }

    /// The sequence that would follow the last.
    #[inline]
    pub(super) fn next_seq(&self) -> u64 {
        self.after.0[self.own] + self.records.len() as u64
    }

    /// The effect at a place of the stretch.
    pub(super) fn at(&self, place: usize) -> Option<Entry> {
        let own = self.own;
        let record = self.records.get(place)?;
        let mut after = self.after;
        after.0[own] += place as u64;
        for (slot, seen) in record.seen.iter().enumerate() {
            after.0[other(own, slot)] += u64::from(*seen);
        }
        let payload = match record.key {
            BODY => Payload::Body(Arc::clone(&self.bodies[record.tag as usize])),
            key => Payload::Write {
                key,
                bytes: record.bytes,
                tag: record.tag,
            },
        };
        Some(Entry {
            after,
            wall_ms: self.wall_ms + u64::from(record.later_ms),
            payload,
        })
    }

    /// Bytes of keys and values of the effects from a place on, counted one by one.
    pub(super) fn payload_bytes_from(&self, from: usize) -> impl Iterator<Item = u64> + '_ {
        self.records[from..].iter().map(|record| match record.key {
            BODY => self.bodies[record.tag as usize].payload_bytes(),
            _ => GENERATED_KEY_BYTES + u64::from(record.bytes),
        })
    }
}

/// The members other than `own`, by slot.
#[inline]
fn other(own: usize, slot: usize) -> usize {
    slot + usize::from(slot >= own)
}
