//! HyperLogLogs: registers that only rise, until a removal of the key takes them all, whatever was
//! added concurrently to it (`HLL-1` to `HLL-7`).
//!
//! What is here has seen every removal of the key that is known here. So an arriving addition that
//! has not seen one of these is dropped (`HLL-2`), and one that tells of a removal not known here
//! first takes away what is here. Two states join alike. No register needs a dot of its own.

use crate::crdt::clock::{Dot, MEMBERS_MAX, Stamp, VersionVector};
use crate::crdt::digest;
use crate::crdt::few::Few;
use crate::crdt::layout::Layout;
use crate::crdt::object::Sizes;
use crate::crdt::sketch::{Register, Sketch};
use crate::crdt::tally::{Conflict, Tally};
use crate::crdt::{Arrival, Datatype, Horizon, Sides};
use crate::id::{Id, ReplicaId};

/// An addition to a HyperLogLog.
#[derive(Clone, PartialEq, Debug)]
pub struct Raise {
    /// The registers of what was added, by index.
    pub registers: Box<[Register]>,
    /// How many additions its origin has made since the last removal, this one included.
    pub count: u64,
    /// The removals its origin knew of, by the last of each origin; its own included.
    pub removals: VersionVector,
}

impl Raise {
    /// Bytes on the wire: of a register fourteen bits of an index and six of a value.
    pub(crate) fn payload_bytes(&self) -> u64 {
        (size_of::<u64>() + self.registers.len() * 3) as u64
    }
}

/// What one origin has added since the last removal: its last effect, and how many.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Share {
    stamp: Stamp,
    count: u64,
}

/// A sketch, and who added to it.
#[derive(Clone, Default, Debug)]
pub struct HyperLogLog {
    sketch: Sketch,
    shares: Few<Share>,
    encoded_bytes: u64,
    digest: u64,
}

impl HyperLogLog {
    /// The registers.
    pub fn sketch(&self) -> &Sketch {
        &self.sketch
    }

    /// How many additions `origin` has made since the last removal.
    fn count_of(&self, origin: ReplicaId) -> u64 {
        self.share(origin).map_or(0, |share| share.count)
    }

    fn share(&self, origin: ReplicaId) -> Option<&Share> {
        let mut shares = self.shares.as_slice().iter();
        shares.find(|share| share.stamp.dot.origin == origin)
    }

    /// What a command that adds `sketch` sends, if a register rises, where the key is kept or
    /// `replaced`. `removals` are those known of the key.
    pub(crate) fn raised(
        kept: Option<&Self>,
        sketch: &Sketch,
        dot: Dot,
        removals: VersionVector,
    ) -> Option<Raise> {
        let kept = kept.filter(|loglog| loglog.is_live());
        if kept.is_some_and(|loglog| loglog.sketch().lacks(sketch).is_empty()) {
            return None;
        }
        let count = kept.map_or(0, |loglog| loglog.count_of(dot.origin));
        Some(Raise {
            registers: sketch.registers().into(),
            count: count + u64::from(!dot.is_fill()),
            removals,
        })
    }

    /// Takes in an arriving addition. `known` are the removals of the key known here, the last of
    /// each origin.
    pub(crate) fn take(
        &mut self,
        raise: &Raise,
        known: &VersionVector,
        arrival: &Arrival<'_>,
        tally: &mut Tally,
    ) {
        // Where it replaces the key its own removal is among those it tells of.
        let here = arrival.seen_before().joined(known);
        if !raise.removals.is_within(&here) {
            self.clear(arrival.after, tally);
        }
        if known.is_within(&arrival.after.joined(&raise.removals)) {
            self.raise(raise, arrival);
        } else {
            tally.meet(Conflict::AddRemove);
            tally.fall(arrival.stamp.dot, true);
        }
    }

    /// Takes in an arriving addition that has seen every removal known here.
    fn raise(&mut self, raise: &Raise, arrival: &Arrival<'_>) {
        self.sketch.raise(&raise.registers);
        let (stamp, count) = (arrival.stamp, raise.count);
        self.put(Share { stamp, count });
        self.refresh();
    }

    /// Takes everything away, as a removal does that what is here has not seen.
    fn clear(&mut self, removal_had_seen: &VersionVector, tally: &mut Tally) {
        for share in self.shares.as_slice() {
            if !removal_had_seen.covers(share.stamp.dot) {
                tally.meet(Conflict::AddRemove);
            }
            tally.superseded[share.stamp.dot.origin.index()] += share.count;
        }
        *self = Self::default();
    }

    /// Of one origin's shares the later says it all.
    fn put(&mut self, share: Share) {
        let dot = share.stamp.dot;
        if self
            .share(dot.origin)
            .is_some_and(|known| known.stamp.dot.seq >= dot.seq)
        {
            return;
        }
        self.shares
            .retain(|known| known.stamp.dot.origin != dot.origin);
        self.shares.push(share);
    }

    fn refresh(&mut self) {
        self.encoded_bytes = self.sketch.encoded_len() as u64;
        let shares = self.shares.as_slice().iter();
        self.digest = shares.fold(self.sketch.digest(), |sum, share| {
            sum.wrapping_add(digest::fold(digest::of_stamp(&share.stamp), share.count))
        });
    }
}

impl Datatype for HyperLogLog {
    const NAME: &'static str = "string";

    fn layout(sizes: &Sizes) -> Layout {
        Layout::strings(sizes, 1)
    }

    fn is_live(&self) -> bool {
        !self.shares.is_empty()
    }

    fn is_vacant(&self) -> bool {
        self.shares.is_empty()
    }

    fn is_pending(&self) -> bool {
        false
    }

    fn newest(&self) -> Option<Stamp> {
        let stamps = self.shares.as_slice().iter().map(|share| Some(share.stamp));
        stamps.fold(None, Stamp::newest)
    }

    /// Nothing: which removal it is decides, not what it had observed.
    fn remove(&mut self, _context: &VersionVector, _tally: &mut Tally) {}

    /// A removal takes what has not seen it (`HLL-2`).
    fn remove_key(&mut self, by: &Arrival<'_>, known: &VersionVector, tally: &mut Tally) {
        if !known.covers(by.stamp.dot) {
            self.clear(by.after, tally);
        }
    }

    fn merge(&mut self, theirs: &Self, sides: &Sides, tally: &mut Tally) {
        if !sides
            .their_removals
            .is_within(&sides.mine.joined(&sides.my_removals))
        {
            self.clear(&sides.their_gate, tally);
        }
        if sides
            .my_removals
            .is_within(&sides.theirs.joined(&sides.their_removals))
        {
            self.sketch.raise(theirs.sketch.registers());
            theirs
                .shares
                .as_slice()
                .iter()
                .for_each(|share| self.put(*share));
        }
        self.refresh();
    }

    fn collect(&mut self, _horizon: &Horizon, _tally: &mut Tally) {}

    fn digest(&self) -> u64 {
        self.digest
    }

    fn measure(&self, sizes: &mut Sizes) {
        sizes.string_bytes += self.encoded_bytes;
    }

    fn count_writes(
        &self,
        present: &mut [u64; MEMBERS_MAX],
        _overwritten: &mut [u64; MEMBERS_MAX],
    ) {
        for share in self.shares.as_slice() {
            present[share.stamp.dot.origin.index()] += share.count;
        }
    }

    fn newer_than(&self, clock: &VersionVector) -> bool {
        let mut shares = self.shares.as_slice().iter();
        shares.any(|share| !clock.covers(share.stamp.dot))
    }
}
