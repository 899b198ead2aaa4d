//! One shard: its clock, what its peers have reported, its log, its ledger.

use std::collections::VecDeque;

use crate::crdt::{Dot, MEMBERS_MAX, Tally, VersionVector};
use crate::id::{Id, ReplicaId, ShardId};
use crate::instance::LIFE_BITS;
use crate::instance::frontier::Frontier;
use crate::instance::keyspace::Ticket;
use crate::instance::ledger::{Ledger, MemoryKind};
use crate::instance::log::Log;
use crate::instance::row::Row;
use crate::planted::{self, Defect};
use crate::quantity::Bytes;
use crate::time::SimTime;

/// A shard of an instance.
#[derive(Clone, Debug)]
pub struct Shard {
    /// Which.
    pub id: ShardId,
    /// What it has applied of every origin.
    pub frontier: Frontier,
    /// What each member last said it had applied; its own entry is unused.
    pub reports: [Frontier; MEMBERS_MAX],
    /// When each member last said so.
    pub reported_at: [SimTime; MEMBERS_MAX],
    /// How far each member had acknowledged the log when it last reported.
    cursors: [Cursor; MEMBERS_MAX],
    /// Clocks of snapshots that have brought some keys ahead of the shard's own clock.
    pub ahead: Vec<Ahead>,
    /// How many numbers such snapshots have been given. From some on the numbers come round.
    pub numbered: u64,
    /// What each member last said so after all its effects up to then had come in here: a report
    /// overtakes those that a full shard refuses.
    sound: [Frontier; MEMBERS_MAX],
    /// What every linked member has applied, as far as this shard knows, and nothing that any of
    /// them did before can still come: what was kept for that may go.
    pub stable: Frontier,
    /// What every linked member says it has applied: nobody needs its records.
    seen_by_all: Frontier,
    /// Its own effects: the replication backlog.
    pub log: Log,
    /// Its memory.
    pub ledger: Ledger,
    /// What became of the writes it applied.
    pub tally: Tally,
    /// The digest of its state: a function of what it has applied, not of the order.
    pub digest: u64,
    /// Writes acknowledged to clients here, over the whole run.
    pub acknowledged: u64,
    /// Deletions, removed elements and deadlines acknowledged or made here, over the whole run.
    pub removals: u64,
    /// Whether it was out of memory when last looked at.
    pub full: bool,
    /// When it first ran out of memory.
    pub oom_at: Option<SimTime>,
    /// When it would have, had unstable records cost nothing (`PerState`).
    pub oom_without_records_at: Option<SimTime>,
    /// Objects with something to collect, oldest first.
    pub pending: VecDeque<Ticket>,
    /// Whether `pending` is worth another pass: the stable frontier has moved since the last.
    pub collectable: bool,
    /// How many of `pending` the current pass has looked at.
    pub looked: usize,
    /// Counts for the outcome.
    pub counts: Counts,
    records: Records,
}

/// The oldest effect of a log that a member lacks: what comes before is done with.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    position: u64,
    /// Bytes ever appended before it.
    bytes: u64,
}

/// A snapshot that has brought keys ahead of their shard's clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ahead {
    /// Its number, which the rows it brought carry.
    pub number: u8,
    /// When it was taken.
    pub clock: VersionVector,
}

/// What a shard has done, for the outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Effects of peers applied.
    pub applied: u64,
    /// Effects of peers already known.
    pub filtered: u64,
    /// Keys merged in full synchronisations.
    pub merged: u64,
    /// Full synchronisations completed.
    pub full_syncs: u64,
    /// Tombstones and siblings collected.
    pub collected: u64,
    /// Bytes that collection gave back.
    pub collected_bytes: u64,
    /// Keys that expired here, their deadline being this instance's.
    pub expired: u64,
    /// Keys evicted here.
    pub evicted: u64,
    /// Bytes of state merged in full synchronisations.
    pub merged_bytes: u64,
    /// Milliseconds spent in full synchronisations.
    pub merging_ms: u64,
    /// Writes refused for want of memory.
    pub refused: u64,
    /// Effects of an unlinked member refused.
    pub refused_effects: u64,
    /// Times replication into the shard stopped for want of memory.
    pub stopped: u64,
}

/// Which unstable records the shard holds, as sums along each origin's effects.
#[derive(Clone, Debug, Default)]
struct Records {
    /// Record bytes given back, per origin.
    collected: [u64; MEMBERS_MAX],
    /// Stretches that came as merged state, which brings no records: origin, from, to.
    skipped: Vec<(usize, u64, u64)>,
}

impl Shard {
    /// A shard that holds nothing.
    pub fn new(id: ShardId, log: Log, limit: Bytes) -> Self {
        Self {
            id,
            frontier: Frontier::FILLED,
            reports: [Frontier::FILLED; MEMBERS_MAX],
            reported_at: [SimTime::ZERO; MEMBERS_MAX],
            cursors: [Cursor::default(); MEMBERS_MAX],
            ahead: Vec::new(),
            numbered: 0,
            sound: [Frontier::FILLED; MEMBERS_MAX],
            stable: Frontier::FILLED,
            seen_by_all: Frontier::FILLED,
            log,
            ledger: Ledger::new(limit),
            tally: Tally::default(),
            digest: 0,
            acknowledged: 0,
            removals: 0,
            full: false,
            oom_at: None,
            oom_without_records_at: None,
            pending: VecDeque::new(),
            collectable: false,
            looked: 0,
            counts: Counts::default(),
            records: Records::default(),
        }
    }

    /// Takes in what a peer says it has applied; `overtakes` when effects it made before are
    /// refused here.
    pub fn note_report(
        &mut self,
        peer: ReplicaId,
        frontier: &Frontier,
        overtakes: bool,
        now: SimTime,
    ) {
        self.reports[peer.index()] = *frontier;
        if !overtakes {
            self.sound[peer.index()] = *frontier;
        }
        self.reported_at[peer.index()] = now;
        let position = self.log.beyond(&frontier.clock);
        self.cursors[peer.index()] = Cursor {
            position,
            bytes: self.log.appended_bytes() - self.log.bytes_from(position),
        };
    }

    /// A peer is new: it has applied nothing, and was heard just now.
    pub fn forget_reports(&mut self, peer: ReplicaId, now: SimTime) {
        self.reports[peer.index()] = Frontier::ZERO;
        self.sound[peer.index()] = Frontier::ZERO;
        self.reported_at[peer.index()] = now;
        self.cursors[peer.index()] = Cursor::default();
    }

    /// Effects of `own` that `peer` has not acknowledged.
    pub fn unacknowledged(&self, own: ReplicaId, peer: ReplicaId) -> u64 {
        let done = self.frontier.prefix[own.index()].effects;
        let known = self.reports[peer.index()].prefix[own.index()].effects;
        done.saturating_sub(known)
    }

    /// Bytes of the ring from the oldest effect on that `peer` lacked when it last reported.
    pub fn private_backlog(&self, peer: ReplicaId) -> u64 {
        let since = self.log.appended_bytes() - self.cursors[peer.index()].bytes;
        since.min(self.log.bytes())
    }

    /// The same, counted effect by effect.
    pub fn recount_private_backlog(&self, peer: ReplicaId) -> u64 {
        self.log.recount_from(self.cursors[peer.index()].position)
    }

    /// The sequence of the next effect of `own`, whose life's sequences begin beyond `first`.
    #[inline]
    pub fn next_seq(&self, own: ReplicaId, first: u64) -> u64 {
        self.frontier.clock.0[own.index()].max(first) + 1
    }

    /// Charges the ring as it is.
    #[inline]
    pub fn settle_shared_backlog(&mut self) {
        let held = self.log.bytes();
        if held != self.ledger.used(MemoryKind::Backlog) {
            self.ledger.set(MemoryKind::Backlog, held);
        }
    }

    /// Takes in the next effect of `origin`: its clock and the record it keeps.
    #[inline(always)]
    pub fn observe(&mut self, origin: ReplicaId, seq: u64, writes: u64, record: u64) {
        self.frontier.advance(origin, seq, writes, record);
        self.ledger.charge(MemoryKind::Unstable, record);
    }

    /// Takes in a merged state's frontier. Merged state brings no records.
    pub fn observe_merged(&mut self, theirs: &Frontier) {
        for origin in 0..MEMBERS_MAX {
            if theirs.clock.0[origin] <= self.frontier.clock.0[origin] {
                continue;
            }
            let (mine, theirs) = (self.frontier.prefix[origin], theirs.prefix[origin]);
            if theirs.record_bytes > mine.record_bytes {
                let stretch = (origin, mine.record_bytes, theirs.record_bytes);
                self.records.skipped.push(stretch);
            }
        }
        self.frontier.join(theirs);
        // What it brought may be stable already.
        self.collectable = true;
    }

    /// The number of the snapshot taken at `clock`, if it is being merged.
    pub fn number_of(&self, clock: &VersionVector) -> Option<u8> {
        let known = self.ahead.iter().find(|ahead| ahead.clock == *clock)?;
        Some(known.number)
    }

    /// Keys may be ahead of the shard's clock from here on, up to `clock`. Returns the number that
    /// stands for it. Rows may still have that number from long ago.
    pub fn begin_ahead(&mut self, clock: &VersionVector) -> u8 {
        let mut number = 0;
        while number == 0 || self.ahead.iter().any(|ahead| ahead.number == number) {
            self.numbered += 1;
            number = self.numbered.to_le_bytes()[0];
        }
        let clock = *clock;
        self.ahead.push(Ahead { number, clock });
        number
    }

    /// How far the shard's keys may be: its clock, and those of the snapshots that have brought
    /// keys ahead of it.
    pub fn reach(&self) -> VersionVector {
        let clocks = self.ahead.iter().map(|ahead| &ahead.clock);
        clocks.fold(self.frontier.clock, VersionVector::joined)
    }

    /// The clock of the snapshot that brought what a row shows, while the shard's is behind it.
    pub fn brought_at(&self, row: &Row) -> Option<&VersionVector> {
        let ahead = self
            .ahead
            .iter()
            .find(|ahead| ahead.number == row.brought_by)?;
        row.shows().then_some(&ahead.clock)
    }

    /// The number of that snapshot; 0 for none.
    #[inline]
    pub fn brought_by(&self, row: &Row) -> u8 {
        self.brought_at(row).map_or(0, |_| row.brought_by)
    }

    /// What a client here has seen of a key that a row holds: the shard's clock, and that of a
    /// snapshot that has brought the key ahead of it.
    pub fn context(&self, row: &Row) -> VersionVector {
        let mut context = self.frontier.clock;
        if let Some(clock) = self.brought_at(row) {
            context.join(clock);
        }
        context
    }

    /// Whether what a row shows came by a snapshot that had taken in `dot`.
    pub fn has_merged_past(&self, row: &Row, dot: Dot) -> bool {
        self.brought_at(row).is_some_and(|clock| clock.covers(dot))
    }

    /// Recomputes what every one of `members` has applied.
    pub fn settle_stable(&mut self, own: ReplicaId, members: &[ReplicaId]) {
        let (mut stable, mut seen) = (self.frontier, self.frontier);
        for member in members.iter().filter(|member| **member != own) {
            if !planted::is(Defect::TombstonesDropped) {
                stable.meet(&self.sound[member.index()]);
            }
            seen.meet(&self.report_of(*member));
        }
        // A member that has lost its memory tells less than before; what was stable stays so.
        stable.join(&self.stable);
        self.seen_by_all.join(&seen);
        if stable.clock != self.stable.clock {
            self.stable = stable;
            self.collectable = true;
        }
    }

    /// What a member last said it had applied. Where that is older than its present life, it tells
    /// of effects of its own that may have gone with its memory, or with a primary; of those since
    /// it has all.
    fn report_of(&self, member: ReplicaId) -> Frontier {
        let (at, mut report) = (member.index(), self.reports[member.index()]);
        if report.clock.0[at] >> LIFE_BITS < self.frontier.clock.0[at] >> LIFE_BITS {
            report.clock.0[at] = self.frontier.clock.0[at];
            report.prefix[at] = self.frontier.prefix[at];
        }
        report
    }

    /// Gives back records of effects that are stable, `budget` bytes at most. Returns how many.
    pub fn collect_records(&mut self, budget: u64) -> u64 {
        let mut given = 0;
        for origin in 0..MEMBERS_MAX {
            let held_below = self
                .records
                .held_below(origin, self.seen_by_all.prefix[origin].record_bytes);
            let due = held_below.saturating_sub(self.records.collected[origin]);
            let bytes = due.min(budget - given);
            self.records.collected[origin] += bytes;
            given += bytes;
        }
        self.ledger.refund(MemoryKind::Unstable, given);
        given
    }

    /// Whether records or objects wait for the collector.
    pub fn has_due(&self) -> bool {
        let records_due = (0..MEMBERS_MAX).any(|origin| {
            self.records
                .held_below(origin, self.seen_by_all.prefix[origin].record_bytes)
                > self.records.collected[origin]
        });
        records_due || (self.collectable && !self.pending.is_empty())
    }

    /// Unstable bytes, recounted from the clocks: what the ledger must say.
    pub fn recount_records(&self) -> u64 {
        (0..MEMBERS_MAX)
            .map(|origin| {
                let observed = self.frontier.prefix[origin].record_bytes;
                self.records.held_below(origin, observed) - self.records.collected[origin]
            })
            .sum()
    }

    /// Notes the instant memory ran out: as it is, and with unstable records left out.
    pub fn note_memory(&mut self, now: SimTime, full: bool, without: bool) {
        if full && self.oom_at.is_none() {
            self.oom_at = Some(now);
        }
        if without && self.oom_without_records_at.is_none() {
            self.oom_without_records_at = Some(now);
        }
    }

    /// The shard has lost its memory: what it knew of any origin is gone. What it acknowledged,
    /// its peaks and its counts stay, as they are of the run and not of the shard.
    pub fn lose_memory(&mut self, own: ReplicaId) {
        self.log.clear(self.frontier.clock.0[own.index()]);
        self.frontier = Frontier::ZERO;
        self.reports = [Frontier::ZERO; MEMBERS_MAX];
        self.cursors = [Cursor::default(); MEMBERS_MAX];
        self.sound = [Frontier::ZERO; MEMBERS_MAX];
        self.stable = Frontier::ZERO;
        self.seen_by_all = Frontier::ZERO;
        self.tally = Tally::default();
        self.digest = 0;
        self.pending.clear();
        self.collectable = false;
        self.looked = 0;
        self.full = false;
        self.ahead.clear();
        self.records = Records::default();
        self.ledger.clear();
    }

    /// A replica takes the primary's place. Its keys are those of the replica already, and with
    /// them memory and digest; what was acknowledged and counted is of the run.
    pub fn become_replica(&mut self, replica: &Self) {
        debug_assert_eq!(self.digest, replica.digest, "it holds the replica's keys");
        self.log = replica.log.clone();
        self.frontier = replica.frontier;
        self.reports = replica.reports;
        self.cursors = replica.cursors;
        self.sound = replica.sound;
        self.stable = replica.stable;
        self.seen_by_all = replica.seen_by_all;
        self.tally = replica.tally.clone();
        self.ahead = replica.ahead.clone();
        self.numbered = replica.numbered;
        self.records = replica.records.clone();
        self.collectable = true;
        let held = self.recount_records();
        self.ledger.set(MemoryKind::Unstable, held);
    }

    /// The observed clock.
    pub fn clock(&self) -> &VersionVector {
        &self.frontier.clock
    }
}

impl Records {
    /// Record bytes ever held of the effects of `origin` up to the sum `upto`.
    fn held_below(&self, origin: usize, upto: u64) -> u64 {
        let skipped: u64 = self
            .skipped
            .iter()
            .filter(|(of, from, _)| *of == origin && *from < upto)
            .map(|(_, from, to)| upto.min(*to) - from)
            .sum();
        upto - skipped
    }
}
