//! Eviction: keys that go because a shard's memory runs short.
//!
//! ```text
//!   used ≥ A-EVICT-START of the shard's limit ──► a slice each A-EVICT-SLICE, more keys the nearer
//!                                                 the limit is
//!   a client's write at the limit             ──► at once, until there is room; else it is refused
//! ```
//!
//! The victim is chosen here, by what this instance knows (MA-20): of some keys drawn at random the
//! best sixteen seen so far are kept in a pool, and the best of those goes. What leaves is a DEL:
//! an effect that removes what this instance has observed, in every region; a write that it had not
//! observed survives it. Memory comes back as with any deletion: a tombstone stays until every
//! linked member has seen it, so while one is away eviction may take every key and the shard still
//! runs out of memory.
//!
//! Source: Redis docs, databases/memory-performance/eviction-policy.md; Redis 7 source,
//! src/evict.c. Builds before 7.4.6-77 expired a key instead of deleting it: the same removal by
//! another name, and nothing that clients or peers could tell apart.

use crate::assumption::Eviction;
use crate::crdt::Update;
use crate::engine::{Stream, Table};
use crate::history::Event;
use crate::id::{IdVec, ShardId};
use crate::instance::access::Usage;
use crate::instance::effect::Key;
use crate::instance::keyspace::{Place, Ticket};
use crate::instance::parcel::{Timer, Wire};
use crate::instance::{Instance, Setup};

/// What an instance under a policy keeps.
#[derive(Debug)]
pub(super) struct Evictor {
    policy: Eviction,
    shards: IdVec<ShardId, Candidates>,
    /// Which rows stand in a list, so that none does twice.
    is_row_listed: Vec<bool>,
    /// Which named keys do, by serial.
    named: Table<u64, ()>,
    /// Which keys are drawn.
    stream: Stream,
    /// Whether a slice is planned.
    is_awake: bool,
}

/// The keys of one shard that may go.
#[derive(Debug, Default)]
struct Candidates {
    /// Every key that may go, and some that may no longer: these leave when they are drawn.
    listed: Vec<Handle>,
    /// The best seen so far, the best of them last.
    pool: Vec<Pooled>,
}

/// A key, whatever form it is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Handle {
    Row(u32),
    Named(Ticket),
}

/// A key in the pool, with what it was worth when it was drawn.
#[derive(Clone, Copy, Debug)]
struct Pooled {
    score: u64,
    handle: Handle,
}

/// Source: Redis 7 source, `EVPOOL_SIZE` in src/evict.c.
const POOL_MAX: usize = 16;

impl Evictor {
    /// One for the policy of `setup`; none where nothing is evicted.
    pub(super) fn for_setup(setup: &Setup) -> Option<Box<Self>> {
        if setup.eviction == Eviction::NoEviction {
            return None;
        }
        let name = format!("instance {} eviction", setup.id.0);
        Some(Box::new(Self {
            policy: setup.eviction,
            shards: (0..setup.shards).map(|_| Candidates::default()).collect(),
            is_row_listed: vec![false; setup.shard_of.len()],
            named: Table::new(),
            stream: Stream::named(setup.seed, &name),
            is_awake: false,
        }))
    }

    /// Whether every key may go.
    pub(super) fn takes_all_keys(&self) -> bool {
        !self.policy.is_volatile()
    }

    fn list(&mut self, id: ShardId, handle: Handle) {
        let is_known = match handle {
            Handle::Row(at) => std::mem::replace(&mut self.is_row_listed[at as usize], true),
            Handle::Named(ticket) => self.named.insert(ticket.serial, ()).is_some(),
        };
        if !is_known {
            self.shards[id].listed.push(handle);
        }
    }

    /// The shard has lost its memory.
    pub(super) fn clear(&mut self) {
        for candidates in self.shards.iter_mut() {
            *candidates = Candidates::default();
        }
        self.is_row_listed.fill(false);
        self.named = Table::new();
    }

    /// So many different keys that may go, or all there are, drawn at random.
    fn draw(&mut self, instance: &Instance, id: ShardId, count: usize) -> Vec<Handle> {
        let listed = &self.shards[id].listed;
        let (mut drawn, mut outlived) = (Vec::new(), Vec::new());
        for at in Walk::over(listed.len(), &mut self.stream) {
            if drawn.len() == count {
                break;
            }
            if instance.may_go(self.policy, id, listed[at]) {
                drawn.push(listed[at]);
            } else {
                outlived.push(at);
            }
        }
        outlived.sort_unstable();
        for at in outlived.into_iter().rev() {
            match self.shards[id].listed.swap_remove(at) {
                Handle::Row(at) => self.is_row_listed[at as usize] = false,
                Handle::Named(ticket) => {
                    self.named.remove(&ticket.serial);
                }
            }
        }
        drawn
    }

    /// The key that goes next, if one may.
    fn choose(&mut self, instance: &Instance, id: ShardId) -> Option<Handle> {
        if matches!(
            self.policy,
            Eviction::AllKeysRandom | Eviction::VolatileRandom
        ) {
            return self.draw(instance, id, 1).pop();
        }
        let samples = instance.assumptions.eviction_samples as usize;
        loop {
            let drawn = self.draw(instance, id, samples);
            if drawn.is_empty() {
                return None;
            }
            let pool = &mut self.shards[id].pool;
            for handle in drawn {
                let score = instance.score(self.policy, handle);
                admit(pool, Pooled { score, handle });
            }
            while let Some(best) = pool.pop() {
                // What was in the pool may have gone meanwhile.
                if instance.may_go(self.policy, id, best.handle) {
                    return Some(best.handle);
                }
            }
        }
    }
}

/// Puts a key into the pool, if it is good enough. Of equal ones the first drawn goes first.
/// Source: Redis 7 source, `evictionPoolPopulate` in src/evict.c.
fn admit(pool: &mut Vec<Pooled>, drawn: Pooled) {
    let place = pool.partition_point(|known| known.score < drawn.score);
    if pool.len() < POOL_MAX {
        pool.insert(place, drawn);
    } else if place > 0 {
        pool.remove(0);
        pool.insert(place - 1, drawn);
    }
}

/// The places of a list, each once, in an order drawn at random: from somewhere on, by a stride
/// that shares no divisor with the length.
struct Walk {
    length: u64,
    stride: u64,
    at: u64,
    left: u64,
}

impl Walk {
    fn over(length: usize, stream: &mut Stream) -> Self {
        let length = length as u64;
        if length < 2 {
            return Self {
                length,
                stride: 0,
                at: 0,
                left: length,
            };
        }
        let at = stream.below(length);
        let mut stride = 1 + stream.below(length - 1);
        while divisor(stride, length) != 1 {
            stride = 1 + stream.below(length - 1);
        }
        Self {
            length,
            stride,
            at,
            left: length,
        }
    }
}

impl Iterator for Walk {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let at = self.at;
        self.at = (at + self.stride) % self.length;
        usize::try_from(at).ok()
    }
}

/// The greatest common divisor.
fn divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

impl Instance {
    fn key_of(&self, handle: Handle) -> Option<Key> {
        match handle {
            Handle::Row(at) => Some(Key::Generated(at)),
            Handle::Named(ticket) => {
                let holds = self.keyspace.holds(ticket);
                holds.then(|| self.keyspace.slot(ticket.at).key.clone())
            }
        }
    }

    /// Whether a policy lets a key of a shard go.
    fn may_go(&self, policy: Eviction, id: ShardId, handle: Handle) -> bool {
        let at = match handle {
            Handle::Row(at) => match self.keyspace.row_place(at) {
                Place::Object(at) => at,
                _ => return !policy.is_volatile() && self.keyspace.rows[at as usize].shows(),
            },
            Handle::Named(ticket) if self.keyspace.holds(ticket) => ticket.at,
            Handle::Named(_) => return false,
        };
        let slot = self.keyspace.slot(at);
        let is_allowed = !policy.is_volatile() || slot.object.deadline().is_some();
        slot.shard == id && slot.object.is_live() && is_allowed
    }

    /// How much sooner than others a key goes: by how long it has been idle, how seldom it is used,
    /// how near its deadline is.
    fn score(&self, policy: Eviction, handle: Handle) -> u64 {
        let Some(key) = self.key_of(handle) else {
            return 0;
        };
        if policy == Eviction::VolatileTtl {
            let Place::Object(at) = self.keyspace.place(&key) else {
                return 0;
            };
            let deadline = self.keyspace.slot(at).object.deadline();
            return deadline.map_or(0, |deadline| u64::MAX - deadline.at_ms);
        }
        match self.usage(&key) {
            Some(Usage::Idle(ms)) => ms,
            Some(Usage::Frequency(often)) => u64::from(u8::MAX - often),
            None => 0,
        }
    }

    /// A key that stands in a row may go from now on, where all may.
    pub(super) fn list_row(&mut self, key: &Key) {
        let Key::Generated(at) = *key else { return };
        let id = self.keyspace.rows[at as usize].shard();
        if let Some(evictor) = self.evictor.as_mut().filter(|one| one.takes_all_keys()) {
            evictor.list(id, Handle::Row(at));
        }
    }

    /// A key in its general form has changed: it may go from now on, if it may.
    pub(super) fn list_slot(&mut self, id: ShardId, at: u32) {
        let slot = self.keyspace.slot(at);
        let handle = match slot.key {
            Key::Generated(index) => Handle::Row(index),
            Key::Named(_) => Handle::Named(Ticket {
                serial: slot.serial,
                at,
            }),
        };
        let Some(mut evictor) = self.evictor.take() else {
            return;
        };
        if self.may_go(evictor.policy, id, handle) {
            evictor.list(id, handle);
        }
        self.evictor = Some(evictor);
    }

    /// Evicts one key of a shard. Returns whether there was one to evict.
    fn evict_one(&mut self, id: ShardId, wire: &mut impl Wire) -> bool {
        let Some(mut evictor) = self.evictor.take() else {
            return false;
        };
        let victim = evictor.choose(self, id);
        self.evictor = Some(evictor);
        let Some(key) = victim.and_then(|handle| self.key_of(handle)) else {
            return false;
        };
        if !self.change(key, vec![Update::Remove], wire) {
            return false;
        }
        let counts = &mut self.shards[id].counts;
        counts.evicted += 1;
        if counts.evicted == 1 {
            wire.observe(Event::Evicting {
                instance: self.id,
                shard: id,
            });
        }
        true
    }

    /// A client's write finds a shard full: keys go until it is not. Returns whether there is room.
    pub(super) fn make_room(&mut self, id: ShardId, wire: &mut impl Wire) -> bool {
        while self.is_full_for_clients(id) {
            let mut mates = self.mates(id);
            if self.stale || !mates.any(|mate| self.evict_one(mate, wire)) {
                return false;
            }
        }
        true
    }

    /// Plans a slice, if a shard is under pressure and has keys that may go.
    pub(super) fn evict_if_due(&mut self, id: ShardId, wire: &mut impl Wire) {
        let used = self.used(id);
        let is_due = used >= self.eviction_start(id) && !self.stale;
        let Some(evictor) = self.evictor.as_mut() else {
            return;
        };
        if is_due && !evictor.is_awake && !evictor.shards[id].listed.is_empty() {
            evictor.is_awake = true;
            wire.timer(self.now + self.assumptions.eviction_slice, Timer::Evict);
        }
    }

    /// From how many bytes on a shard evicts.
    pub(super) fn eviction_start(&self, id: ShardId) -> u64 {
        self.assumptions.eviction_start.of(self.limit(id))
    }

    /// Evicts one slice of every shard under pressure.
    pub(super) fn on_evict_due(&mut self, wire: &mut impl Wire) {
        self.end_eviction();
        for id in self.shards.ids() {
            if !self.stale {
                self.evict_slice(id, wire);
            }
            self.evict_if_due(id, wire);
        }
    }

    /// No slice is planned any more.
    pub(super) fn end_eviction(&mut self) {
        if let Some(evictor) = &mut self.evictor {
            evictor.is_awake = false;
        }
    }

    fn evict_slice(&mut self, id: ShardId, wire: &mut impl Wire) {
        let start = self.eviction_start(id);
        let most = u64::from(self.assumptions.eviction_keys);
        let budget = slice_budget(self.used(id), start, self.limit(id), most);
        for _ in 0..budget {
            if self.used(id) < start || !self.evict_one(id, wire) {
                break;
            }
        }
    }
}

/// How many keys go in a slice: `most` at the limit, none below the start, one at least between,
/// and the more the nearer the limit.
fn slice_budget(used: u64, start: u64, limit: u64, most: u64) -> u64 {
    if used < start {
        return 0;
    }
    let (over, span) = (u128::from(used - start), u128::from(limit - start));
    let share = u128::from(most) * over.min(span);
    let budget = share.checked_div(span).unwrap_or(u128::from(most));
    u64::try_from(budget).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
#[path = "evict_tests.rs"]
mod tests;
