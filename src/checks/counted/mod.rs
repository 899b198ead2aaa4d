//! Every acknowledged write counted one by one, and compared with the tallies (full detail only).
//!
//! From each effect, its context and stamp, and from the clocks at the end, it follows what became
//! of every write, without a look at how the model keeps books: see `fate.rs`. What the model says
//! of each origin in [`WritesSeen`] must agree.

mod fate;

use std::collections::{BTreeMap, BTreeSet};

use crate::assumption::Lww;
use crate::checks::sample::Clock;
use crate::checks::verdict::Verdict;
use crate::history::{
    Detail, EffectSeen, Event, FaultKind, FaultSeen, Fingerprint, KeyPart, LinkEvent, Observation,
    OperationResult, OperationSeen, Roster, TouchKind, WritesSeen,
};
use crate::id::{Id, InstanceId, ShardId};
use crate::time::SimTime;

use fate::{Counts, Deed, Hand, View};

/// Parts of effects followed at most, some hundred bytes each. A longer history is not counted.
const DEEDS_MAX: u64 = 2_000_000;

/// Follows every effect to the end.
#[derive(Clone, Debug)]
pub struct Counted {
    roster: Roster,
    lww: Lww,
    told: Option<Detail>,
    keys: BTreeMap<String, Key>,
    deeds: u64,
    acknowledged: BTreeMap<InstanceId, Vec<Acknowledged>>,
    breaks: Breaks,
    /// What the members of a group had written when it was last flushed.
    flushed: BTreeMap<InstanceId, u64>,
    /// Members that have lost their memory.
    reloaded: BTreeSet<InstanceId>,
    /// Members that took a shard's state from a peer.
    merged: BTreeSet<(InstanceId, ShardId)>,
    prints: BTreeMap<(ShardId, InstanceId), (SimTime, Fingerprint)>,
    tallies: BTreeMap<InstanceId, (SimTime, WritesSeen)>,
    has_documents: bool,
    faults: Vec<String>,
}

/// Where the effects of an origin do not follow one another, by origin and shard: the first
/// sequence after the break, and the last that its origin still had.
type Breaks = BTreeMap<(InstanceId, ShardId), Vec<(u64, u64)>>;

/// What happened to one key.
#[derive(Clone, Debug)]
struct Key {
    shard: ShardId,
    deeds: BTreeMap<KeyPart, Vec<Deed>>,
}

/// So many writes in one effect.
#[derive(Clone, Copy, Debug)]
struct Acknowledged {
    shard: ShardId,
    seq: u64,
    writes: u64,
}

impl Counted {
    /// Nothing seen yet. `lww` is the reading of last-writer-wins in force.
    pub fn new(roster: Roster, lww: Lww) -> Self {
        Self {
            roster,
            lww,
            told: None,
            keys: BTreeMap::new(),
            deeds: 0,
            acknowledged: BTreeMap::new(),
            breaks: BTreeMap::new(),
            flushed: BTreeMap::new(),
            reloaded: BTreeSet::new(),
            merged: BTreeSet::new(),
            prints: BTreeMap::new(),
            tallies: BTreeMap::new(),
            has_documents: false,
            faults: Vec::new(),
        }
    }

    /// Takes in the next observation.
    pub fn observe(&mut self, observation: &Observation) {
        let at = observation.at;
        match &observation.event {
            Event::Began(detail) => self.told = Some(*detail),
            Event::Operation(seen) => self.check_reply(at, seen),
            Event::Effect(seen) => self.follow(seen),
            Event::Fault(fault) => self.forget(fault),
            Event::Flushed(origins) => self.flush(origins),
            Event::Link {
                to,
                shard: Some(shard),
                what: LinkEvent::FullSyncStarted { .. },
                ..
            } => {
                self.merged.insert((*to, *shard));
            }
            Event::Fingerprint(print) => {
                self.prints
                    .insert((print.shard, print.instance), (at, *print));
            }
            Event::Writes(seen) => {
                self.tallies
                    .insert(Roster::origin(seen.origin), (at, (**seen).clone()));
            }
            _ => {}
        }
    }

    /// All that a group has written so far goes.
    fn flush(&mut self, origins: &[InstanceId]) {
        if let [alone] = origins {
            // What others have from an instance that stands alone stays.
            self.flushed.remove(alone);
            return;
        }
        for origin in origins {
            let effects = self.acknowledged.get(origin).into_iter().flatten();
            let writes = effects.map(|effect| effect.writes).sum();
            self.flushed.insert(*origin, writes);
        }
    }

    fn forget(&mut self, fault: &FaultSeen) {
        if fault.kind == FaultKind::MemoryLoss && fault.begins {
            let regions = fault.regions.iter();
            let members = regions.flat_map(|region| self.roster.instances_in(*region));
            self.reloaded.extend(members);
        }
    }

    /// How the keeper of an origin's writes came to know of those in a shard.
    fn hand(&self, keeper: Option<InstanceId>, origin: InstanceId, shard: ShardId) -> Hand {
        let got_state = |keeper: &InstanceId| {
            self.reloaded.contains(keeper) || self.merged.contains(&(*keeper, shard))
        };
        if keeper.as_ref().is_some_and(got_state) {
            Hand::ByState
        } else if keeper == Some(origin) && !self.breaks.contains_key(&(origin, shard)) {
            Hand::First
        } else {
            Hand::Second
        }
    }

    /// A client that was told of success must have made an effect, unless it may have found nothing
    /// to change; one that was told of failure must not.
    fn check_reply(&mut self, at: SimTime, seen: &OperationSeen) {
        let is_done = seen.result == OperationResult::Acknowledged;
        let always_writes = ["update", "insert", "read-modify-write", "increment"];
        let lacks = is_done && seen.dot.is_none() && always_writes.contains(&seen.operation);
        let exceeds = !is_done && seen.dot.is_some();
        if (lacks || exceeds) && self.faults.is_empty() {
            let what = if lacks { "no effect" } else { "an effect" };
            let name = self.roster.name(seen.on);
            self.faults.push(format!(
                "{} of {} on {name} at {at} got {:?} and made {what}",
                seen.operation, seen.key, seen.result
            ));
        }
    }

    fn follow(&mut self, seen: &EffectSeen) {
        self.deeds += seen.touches.len() as u64;
        if self.deeds > DEEDS_MAX {
            self.keys.clear();
            self.acknowledged.clear();
            return;
        }
        let place = (seen.origin, seen.shard);
        if seen.before + 1 != seen.seq {
            let breaks = self.breaks.entry(place).or_default();
            breaks.push((seen.seq, seen.before));
        }
        let writes = seen.touches.iter().filter(|touch| touch.kind.is_write());
        let writes = writes.count() as u64;
        if writes > 0 {
            let of_origin = self.acknowledged.entry(seen.origin).or_default();
            of_origin.push(Acknowledged {
                shard: seen.shard,
                seq: seen.seq,
                writes,
            });
        }
        if !self.keys.contains_key(&seen.key) {
            let key = Key {
                shard: seen.shard,
                deeds: BTreeMap::new(),
            };
            self.keys.insert(seen.key.clone(), key);
        }
        let key = self.keys.get_mut(&seen.key).expect("it was just put there");
        for touch in &seen.touches {
            self.has_documents |= touch.part == KeyPart::Document;
            let deed = Deed::new(seen, touch.kind);
            key.deeds.entry(touch.part.clone()).or_default().push(deed);
        }
    }

    /// The verdict.
    pub fn finish(self) -> Vec<Verdict> {
        let limit = "as many in each class as the tallies say";
        let open = Verdict::open("writes one by one", limit);
        if let Some(reason) = self.hindrance() {
            return vec![open.with_detail(reason)];
        }
        let mut faults = self.faults.clone();
        let (mut all, mut origins) = (Counts::default(), Vec::new());
        for (origin, (_, tally)) in &self.tallies {
            let counts = self.count(*origin, tally);
            let known = faults.len();
            faults.extend(differences(self.roster.name(*origin), &counts, tally));
            if let Some(flushed) = self
                .flushed
                .get(origin)
                .filter(|one| **one != tally.flushed)
            {
                let name = self.roster.name(*origin);
                let told = tally.flushed;
                faults.push(format!(
                    "{flushed} writes of {name} were flushed, not {told}"
                ));
            }
            origins.extend((faults.len() > known).then_some(*origin));
            all.add(&counts);
        }
        let mut observed = format!("{} writes counted", all.acknowledged);
        if all.either > 0 {
            observed += &format!(
                ", {} of them superseded or overwritten, by an order nobody saw",
                all.either
            );
        }
        let verdict = open.decided(faults.is_empty(), None, observed);
        vec![verdict.befalling(origins).with_detail(faults.join("; "))]
    }

    /// What keeps the writes from being counted.
    fn hindrance(&self) -> Option<&'static str> {
        let ends = |keeper: InstanceId, at: SimTime| {
            let mut prints = self.prints.values();
            prints.all(|(seen_at, print)| {
                print.instance != keeper || *seen_at == at && !print.merging
            })
        };
        let are_whole = self.tallies.values().all(|(at, tally)| {
            let keeper = tally.keeper;
            keeper.is_none_or(|keeper| ends(keeper, *at))
        });
        if self.told != Some(Detail::Full) {
            Some("needs full detail: see full_detail_operations, or replay the run")
        } else if self.deeds > DEEDS_MAX {
            Some("there are more writes than are counted one by one")
        } else if self.has_documents {
            Some("values of JSON documents, which fall with what holds them, are not counted")
        } else if self.lww == Lww::WallFirst {
            Some("under WallFirst a write may lose to one that it has seen")
        } else if self.tallies.is_empty() {
            Some("the end of the run was not observed")
        } else if !are_whole {
            Some("the run ended between two samples, or during a full synchronisation")
        } else {
            None
        }
    }

    /// What became of the writes of one origin, as its keeper saw it.
    fn count(&self, origin: InstanceId, tally: &WritesSeen) -> Counts {
        let clocks = self.clocks(tally.keeper);
        let mut counts = Counts::default();
        for effect in self.acknowledged.get(&origin).into_iter().flatten() {
            counts.acknowledged += effect.writes;
            if !self.survives(&clocks, origin, effect.shard, effect.seq) {
                counts.lost += effect.writes;
            }
        }
        for key in self.keys.values() {
            let survives =
                |deed: &Deed| self.survives(&clocks, deed.origin(), key.shard, deed.seq());
            let hand = self.hand(tally.keeper, origin, key.shard);
            let removals = key.deeds.get(&KeyPart::Whole).into_iter().flatten();
            let removals: Vec<Deed> = removals
                .filter(|deed| deed.kind() == TouchKind::Remove && survives(deed))
                .copied()
                .collect();
            for (part, deeds) in &key.deeds {
                let mut seen: Vec<Deed> = deeds
                    .iter()
                    .filter(|deed| survives(deed))
                    .copied()
                    .collect();
                if *part != KeyPart::Whole {
                    seen.extend_from_slice(&removals);
                }
                View::new(seen).count(origin, hand, &mut counts);
            }
        }
        counts
    }

    /// The clocks of a member at the end.
    fn clocks(&self, keeper: Option<InstanceId>) -> BTreeMap<ShardId, Clock> {
        let prints = self.prints.values().map(|(_, print)| print);
        prints
            .filter(|print| Some(print.instance) == keeper)
            .map(|print| (print.shard, print.clock))
            .collect()
    }

    /// Whether an effect is in the history that led to these clocks.
    fn survives(
        &self,
        clocks: &BTreeMap<ShardId, Clock>,
        origin: InstanceId,
        shard: ShardId,
        seq: u64,
    ) -> bool {
        let Some(clock) = clocks.get(&shard) else {
            return false;
        };
        let mut reach = clock[origin.index()];
        let breaks = self.breaks.get(&(origin, shard));
        for (first, before) in breaks.into_iter().flatten().rev() {
            if seq >= *first {
                break;
            }
            if reach >= *first {
                reach = *before;
            }
        }
        seq <= reach
    }
}

/// Where the count of an origin's writes and the tallies differ. A flushed write is lost to whoever
/// looks at clocks.
fn differences(name: &str, counts: &Counts, tally: &WritesSeen) -> Option<String> {
    let least_superseded = counts.superseded..=counts.superseded + counts.either;
    let replaced = counts.superseded + counts.overwritten + counts.either;
    let agrees = counts.acknowledged == tally.acknowledged
        && counts.lost == tally.lost + tally.flushed
        && counts.present == tally.present
        && least_superseded.contains(&tally.superseded)
        && replaced == tally.superseded + tally.overwritten;
    (!agrees).then(|| {
        format!(
            "of {name}, one by one: {counts}; by the tallies: {} acknowledged, {} present, \
             {} superseded, {} overwritten, {} lost, {} flushed",
            tally.acknowledged,
            tally.present,
            tally.superseded,
            tally.overwritten,
            tally.lost,
            tally.flushed
        )
    })
}

#[cfg(test)]
mod tests;
