//! A fleet at work: arrivals become operations on an instance, and their results are counted.

use std::sync::Arc;

use crate::crdt::Update;
use crate::id::FleetId;
use crate::instance::{Instance, Refusal};
use crate::time::SimTime;
use crate::traffic::{Arrival, Fleet, Operation};
use crate::world::detail::Heads;
use crate::world::fabric::{Fabric, Reach};

/// How many operations ahead of a write is asked for what it changes beside its row.
const LOOK_AHEAD: usize = 4;

/// A fleet and what became of its operations.
#[derive(Debug)]
pub(super) struct Clients {
    /// Which fleet of the plan.
    pub id: FleetId,
    /// Its arrivals.
    pub fleet: Fleet,
    /// The place of its instance.
    pub local: usize,
    /// The index of its population's first key.
    pub first_key: u32,
    /// How many keys its population has.
    pub keys: u32,
    /// What became of its operations.
    pub counts: ClientCounts,
    /// When it lost the service that it has not got back.
    pub unserved_since: Option<SimTime>,
    /// When it was without service before.
    pub interruptions: Vec<Interruption>,
}

/// A stretch of time in which none of a fleet's operations was served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interruption {
    /// When the first operation was turned away.
    pub from: SimTime,
    /// When the first one was served again; none when none was.
    pub to: Option<SimTime>,
}

/// Operations by result.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ClientCounts {
    /// Operations sent.
    pub sent: u64,
    /// Reads answered with a value.
    pub hits: u64,
    /// Reads answered with nothing.
    pub misses: u64,
    /// Writes acknowledged.
    pub writes: u64,
    /// Writes refused for want of memory.
    pub out_of_memory: u64,
    /// Writes refused by an instance that has not caught up after a restart.
    pub stale: u64,
    /// Operations that reached nobody.
    pub unavailable: u64,
}

impl ClientCounts {
    /// Operations that did what they were sent for.
    fn served(&self) -> u64 {
        self.hits + self.misses + self.writes
    }
}

impl Clients {
    /// When the next operation arrives.
    pub(super) fn next_at(&self) -> SimTime {
        self.fleet.next_at()
    }

    /// Carries out the next operation, and those after it that come before `until` and before what
    /// the agenda gets meanwhile. Returns how many.
    pub(super) fn operate(
        &mut self,
        instance: &mut Instance,
        fabric: &mut Fabric,
        dark: bool,
        until: SimTime,
    ) -> u64 {
        let mut done = 0;
        while let Some(&arrival) = self.fleet.ahead().first() {
            let (keys, first) = (instance.keyspace(), self.first_key);
            self.fleet.advance(|key| keys.prefetch_row(first + key));
            if let Some(soon) = self.fleet.ahead().get(LOOK_AHEAD)
                && soon.operation != Operation::Read
            {
                keys.prefetch_digest(first + soon.key);
                keys.prefetch_hidden(first + soon.key);
            }
            done += 1;
            if fabric.full {
                self.attempt_told(instance, &arrival, fabric, dark);
            } else {
                self.attempt(instance, &arrival, fabric, dark);
            }
            let next = self.fleet.next_at();
            if next >= until || next >= fabric.agenda.due() {
                break;
            }
        }
        done
    }

    /// An operation of which the witness is told.
    #[cold]
    fn attempt_told(
        &mut self,
        instance: &mut Instance,
        arrival: &Arrival,
        fabric: &mut Fabric,
        dark: bool,
    ) {
        let (before, heads) = (self.counts, Heads::of(instance));
        self.attempt(instance, arrival, fabric, dark);
        fabric.tell_operation(self, arrival, instance, before, &heads);
    }

    #[inline]
    fn attempt(
        &mut self,
        instance: &mut Instance,
        arrival: &Arrival,
        fabric: &mut Fabric,
        dark: bool,
    ) {
        self.counts.sent += 1;
        let key = self.first_key + arrival.key;
        let is_refused = dark || !instance.answers() && !instance.answers_for(key);
        let done = if is_refused {
            self.counts.unavailable += 1;
            self.unserved_since.get_or_insert(arrival.at);
            0
        } else {
            let before = self.unserved_since.map(|_| self.counts.served());
            let mut reach = fabric.reach(arrival.at, self.local, instance.replica());
            let done = match arrival.operation {
                Operation::Read => self.read(instance, arrival.at, self.first_key + arrival.key),
                Operation::Update => self.write(instance, arrival, &mut reach),
                _ => self.carry_out(instance, arrival, &mut reach),
            };
            if before.is_some_and(|before| self.counts.served() > before) {
                self.note_served(arrival.at);
            }
            done
        };
        let word = arrival.at.0 ^ u64::from(arrival.key) << 40;
        fabric.digest.word(word ^ done);
    }

    /// The service is back.
    #[cold]
    fn note_served(&mut self, at: SimTime) {
        if let Some(from) = self.unserved_since.take() {
            let to = Some(at);
            self.interruptions.push(Interruption { from, to });
        }
    }

    /// All stretches of time without service, the one that has not ended as well.
    pub(super) fn all_interruptions(&self) -> Vec<Interruption> {
        let open = self
            .unserved_since
            .map(|from| Interruption { from, to: None });
        self.interruptions.iter().copied().chain(open).collect()
    }

    /// Carries out an operation. Returns what it did, as [`Clients::read`] and [`Clients::count`]
    /// have it.
    fn carry_out(
        &mut self,
        instance: &mut Instance,
        arrival: &Arrival,
        wire: &mut Reach<'_>,
    ) -> u64 {
        let key = self.first_key + arrival.key;
        match arrival.operation {
            Operation::Read => self.read(instance, arrival.at, key),
            Operation::Update | Operation::Insert => self.write(instance, arrival, wire),
            Operation::ReadModifyWrite => {
                self.read(instance, arrival.at, key) + self.write(instance, arrival, wire)
            }
            Operation::Scan { .. } => (0..arrival.extra)
                .map(|offset| {
                    let number = (arrival.key + offset) % self.keys;
                    self.read(instance, arrival.at, self.first_key + number)
                })
                .sum(),
            Operation::Delete => {
                let done = instance.delete(arrival.at, key, wire);
                self.count(done)
            }
            Operation::Increment => {
                let done = instance.update(arrival.at, key, Update::Add(1), wire);
                self.count(done)
            }
            Operation::AddMember { members } => {
                let update = Update::AddMember(member(arrival.tag % members));
                let done = instance.update(arrival.at, key, update, wire);
                self.count(done)
            }
            Operation::RemoveMember { members } => {
                let done =
                    instance.remove_member(arrival.at, key, &member(arrival.tag % members), wire);
                self.count(done)
            }
        }
    }

    #[inline]
    fn write(&mut self, instance: &mut Instance, arrival: &Arrival, wire: &mut Reach<'_>) -> u64 {
        let key = self.first_key + arrival.key;
        let done = instance.write(arrival.at, key, arrival.bytes, arrival.tag, wire);
        self.count(done)
    }

    /// Reads a key. Returns 2 if it held something, and else 0.
    #[inline]
    fn read(&mut self, instance: &mut Instance, at: SimTime, key: u32) -> u64 {
        match instance.read(at, key) {
            Some(_) => {
                self.counts.hits += 1;
                2
            }
            None => {
                self.counts.misses += 1;
                0
            }
        }
    }

    /// Counts the result of a write. Returns 1 if it is acknowledged, and else 0.
    #[inline]
    fn count(&mut self, result: Result<(), Refusal>) -> u64 {
        let refused = match result {
            Ok(()) => {
                self.counts.writes += 1;
                return 1;
            }
            Err(Refusal::OutOfMemory) => &mut self.counts.out_of_memory,
            Err(Refusal::Stale) => &mut self.counts.stale,
        };
        *refused += 1;
        0
    }
}

/// The name of a generated member.
fn member(number: u32) -> Arc<[u8]> {
    format!("m{number}").into_bytes().into()
}
