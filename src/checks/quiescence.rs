//! At the end of the settle the linked members agree, or something that the history shows excuses
//! every difference.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::checks::sample::{Clock, Sample, Sampling, is_equal};
use crate::checks::verdict::Verdict;
use crate::history::conditions::{Fault, Obstacle};
use crate::history::{Conditions, Event, Fingerprint, Observation, Roster};
use crate::id::{InstanceId, ShardId};
use crate::time::{SimDuration, SimTime};

/// The name of the check.
pub const QUIESCENCE: &str = "quiescence";

/// Whether and when the members agreed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Agreement {
    /// When the last sample was taken, the one judged; none when there was none.
    pub judged_at: Option<SimTime>,
    /// Whether all members agree there, unlinked ones included.
    pub all: bool,
    /// Since which sample, or look between samples, the linked members have agreed without a break;
    /// none when they do not at the end. Once the storm is over, what is made from then on (a key
    /// that expires) is no break: all must hold what any of them held when it was over, or when the
    /// last fault was.
    pub since: Option<SimTime>,
    /// When the last fault ended.
    pub healed_at: Option<SimTime>,
    /// One entry for each fault, by the time it began.
    pub recoveries: Vec<Recovery>,
    /// The pairs of members that differ at the end.
    pub differences: Vec<Difference>,
}

impl Agreement {
    /// The members of all pairs that differ without an excuse.
    pub fn unexcused(&self) -> impl Iterator<Item = InstanceId> {
        let pairs = self.differences.iter();
        let pairs = pairs.filter(|difference| difference.reason.is_none());
        pairs.flat_map(|difference| difference.between)
    }
}

/// How long the group took to recover from a fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovery {
    /// The fault's name.
    pub fault: String,
    /// From its end to the first sample at which every linked member holds all that any of them
    /// held at the first sample after its end, and that one of them still has: what is flushed or
    /// lost meanwhile is not waited for. A member of its regions that was dropped since it began is
    /// waited for: until it is linked again and has caught up, the group is not what it was. None
    /// when that never came, the fault never ended, or no other fault came and yet linked members
    /// differ at the end.
    pub took: Option<SimDuration>,
}

/// Two members that differ at the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The two, the smaller id first.
    pub between: [InstanceId; 2],
    /// Keys that differ; none when nobody counted.
    pub keys: Option<u64>,
    /// What excuses the difference, in words; none when nothing does.
    pub reason: Option<String>,
    /// A shard that differs, without an excuse if there is such a one.
    pub shard: ShardId,
    /// Whether all that one lacks is about to reach it.
    pub passes: bool,
}

/// Follows the members to the end.
#[derive(Clone, Debug)]
pub struct Quiescence {
    conditions: Conditions,
    patience: SimDuration,
    storm_end: SimTime,
    sampling: Sampling,
    last: Option<Sample>,
    since: Option<SimTime>,
    /// What must be everywhere, since the storm or the last fault was over.
    goal: Option<(SimTime, BTreeMap<ShardId, Clock>)>,
    recovering: Vec<Recovering>,
    keys: BTreeMap<[InstanceId; 2], u64>,
    /// How far effects of an origin get that are on their way to a member.
    underway: BTreeMap<(InstanceId, InstanceId, ShardId), u64>,
    /// Members that answer no client for want of memory.
    inconsistent: BTreeSet<InstanceId>,
}

/// A fault's way to recovery.
#[derive(Clone, Debug)]
enum Recovering {
    /// It has not ended, or no sample has been taken since.
    Waiting,
    /// All this must be held by everybody.
    Towards(BTreeMap<ShardId, Clock>),
    /// It took so long.
    Done(SimDuration),
}

impl Quiescence {
    /// Nothing seen yet. A broken link is no excuse once nothing has happened to the group for
    /// `patience`: it should have been connected again by then. The storm is over at `storm_end`.
    pub fn new(roster: Roster, patience: SimDuration, storm_end: SimTime) -> Self {
        Self {
            conditions: Conditions::new(roster),
            patience,
            storm_end,
            sampling: Sampling::default(),
            last: None,
            since: None,
            goal: None,
            recovering: Vec::new(),
            keys: BTreeMap::new(),
            underway: BTreeMap::new(),
            inconsistent: BTreeSet::new(),
        }
    }

    /// Takes in the next observation.
    pub fn observe(&mut self, observation: &Observation) {
        if let Some(sample) = self.sampling.take(observation) {
            self.judge(sample);
        }
        self.conditions.observe(observation);
        match observation.event {
            Event::Apart { between, keys } => {
                self.keys.insert(between, keys);
            }
            Event::Underway(seen) => {
                let of = (seen.origin, seen.to, seen.shard);
                self.underway.insert(of, seen.seq);
            }
            Event::Inconsistent { instance, begins } => {
                if begins {
                    self.inconsistent.insert(instance);
                } else {
                    self.inconsistent.remove(&instance);
                }
            }
            _ => {}
        }
    }

    /// The verdict, and what it rests on.
    pub fn finish(mut self) -> (Vec<Verdict>, Agreement) {
        if let Some(sample) = std::mem::take(&mut self.sampling).finish() {
            self.judge(sample);
        }
        let agreement = self.agreement();
        (vec![self.verdict(&agreement)], agreement)
    }

    fn judge(&mut self, sample: Sample) {
        if sample.prints.is_empty() {
            return;
        }
        let has_settled = self.has_settled(&sample);
        if sample.agrees() || has_settled {
            self.since.get_or_insert(sample.at);
        } else {
            self.since = None;
        }
        let faults = self.conditions.faults();
        self.recovering.resize(faults.len(), Recovering::Waiting);
        for (recovering, fault) in self.recovering.iter_mut().zip(faults) {
            let Some(ended) = fault.to.filter(|ended| *ended <= sample.at) else {
                continue;
            };
            if matches!(recovering, Recovering::Waiting) {
                let shards = sample.shards().into_iter();
                *recovering =
                    Recovering::Towards(shards.map(|shard| (shard, sample.join(shard))).collect());
            }
            let Recovering::Towards(goal) = recovering else {
                continue;
            };
            let mut dropped = self.conditions.dropped_since(fault.from);
            let is_of_it = |id: InstanceId| {
                fault
                    .began_in
                    .contains(&self.conditions.roster().region(id))
            };
            let is_short = dropped.any(is_of_it);
            if has_what_is_left(&sample, goal) && !is_short {
                *recovering = Recovering::Done(sample.at.since(ended));
            }
        }
        self.last = Some(sample);
    }

    /// Whether all that was made until the storm, or the last fault, was over is everywhere, and
    /// replicas that have applied the same hold the same.
    fn has_settled(&mut self, sample: &Sample) -> bool {
        let faults = self.conditions.faults().iter();
        let healed_at = faults.filter_map(|fault| fault.to).max();
        let start = healed_at.map_or(self.storm_end, |healed| healed.max(self.storm_end));
        if sample.at < start {
            return false;
        }
        if self.goal.as_ref().is_none_or(|(since, _)| *since != start) {
            let shards = sample.shards().into_iter();
            let all = shards.map(|shard| (shard, sample.join(shard)));
            self.goal = Some((start, all.collect()));
        }
        let mut goals = self.goal.iter_mut();
        goals.all(|(_, goal)| has_what_is_left(sample, goal)) && !sample.is_torn()
    }

    fn agreement(&self) -> Agreement {
        let faults = self.conditions.faults();
        let last_began = faults.iter().map(|fault| fault.from).max();
        let recovery = |index: usize, fault: &Fault, has_lasted: bool| Recovery {
            fault: fault.label.clone(),
            took: match self.recovering.get(index) {
                Some(Recovering::Done(took))
                    if has_lasted || last_began > fault.to.map(|ended| ended + *took) =>
                {
                    Some(*took)
                }
                _ => None,
            },
        };
        let differences = self
            .last
            .as_ref()
            .map_or_else(Vec::new, |last| self.differences(last));
        let is_member = |member: &InstanceId| !self.conditions.is_unlinked(*member);
        let mut stays = differences.iter().filter(|difference| !difference.passes);
        let stays_apart = stays.any(|difference| difference.between.iter().all(is_member));
        let since = self.since.filter(|_| !stays_apart);
        let recoveries = faults.iter().enumerate();
        let recoveries = recoveries.map(|(index, fault)| recovery(index, fault, since.is_some()));
        Agreement {
            judged_at: self.last.as_ref().map(|last| last.at),
            all: self.last.is_some() && differences.is_empty(),
            since,
            healed_at: faults.iter().filter_map(|fault| fault.to).max(),
            recoveries: recoveries.collect(),
            differences,
        }
    }

    fn verdict(&self, agreement: &Agreement) -> Verdict {
        let open = Verdict::open(
            QUIESCENCE,
            "linked members agree, or every difference is excused",
        );
        let Some(at) = agreement
            .judged_at
            .filter(|_| self.roster().instances.len() > 1)
        else {
            return open.with_detail("there were no two replicas to compare");
        };
        let name = |pair: [InstanceId; 2]| {
            format!(
                "{} and {}",
                self.roster().name(pair[0]),
                self.roster().name(pair[1])
            )
        };
        let unexcused: Vec<String> = agreement
            .differences
            .iter()
            .filter(|difference| difference.reason.is_none())
            .map(|difference| {
                format!(
                    "{} differ in shard {}",
                    name(difference.between),
                    difference.shard.0
                )
            })
            .collect();
        if !unexcused.is_empty() {
            let observed = format!("{} pairs differ without an excuse", unexcused.len());
            return open
                .decided(false, Some(at), observed)
                .befalling(agreement.unexcused())
                .with_detail(unexcused.join("; "));
        }
        let excused: Vec<String> = agreement
            .differences
            .iter()
            .filter_map(|difference| {
                let reason = difference.reason.as_ref()?;
                Some(format!("{}: {reason}", name(difference.between)))
            })
            .collect();
        let mut observed = match excused.len() {
            0 => "all members agree".to_owned(),
            pairs => format!("{pairs} pairs differ, every one excused"),
        };
        observed.extend(self.shortage());
        open.decided(true, Some(at), observed)
            .with_detail(excused.join("; "))
    }

    /// Which members answer nobody at the end, in words; where all do, no client's command can help
    /// any more.
    fn shortage(&self) -> Option<String> {
        let roster = self.roster();
        let linked = roster.instances.ids();
        let linked: Vec<InstanceId> = linked
            .filter(|member| !self.conditions.is_unlinked(*member))
            .collect();
        let is_mute = |member: &&InstanceId| self.inconsistent.contains(member);
        let mute: Vec<&str> = linked
            .iter()
            .filter(is_mute)
            .map(|member| roster.name(*member))
            .collect();
        if mute.is_empty() {
            return None;
        }
        let ends = if mute.len() == linked.len() {
            "; no client can delete anything, only what expires or is evicted makes room"
        } else {
            ""
        };
        Some(format!(
            "; out of memory and answering no client: {}{ends}",
            mute.join(", ")
        ))
    }

    fn roster(&self) -> &Roster {
        self.conditions.roster()
    }

    /// The pairs that differ in `sample`, each with what excuses it.
    fn differences(&self, sample: &Sample) -> Vec<Difference> {
        let mut found: BTreeMap<[InstanceId; 2], Difference> = BTreeMap::new();
        for shard in sample.shards() {
            let replicas: Vec<&Fingerprint> = sample.replicas(shard).collect();
            for (index, one) in replicas.iter().enumerate() {
                for other in replicas[index + 1..]
                    .iter()
                    .filter(|other| !is_equal(one, other))
                {
                    let difference = self.difference(sample.at, one, other);
                    let known = found.get(&difference.between);
                    let grade = |one: &Difference| (one.reason.is_some(), one.passes);
                    if known.is_none_or(|known| grade(&difference) < grade(known)) {
                        found.insert(difference.between, difference);
                    }
                }
            }
        }
        found.into_values().collect()
    }

    fn difference(&self, at: SimTime, one: &Fingerprint, other: &Fingerprint) -> Difference {
        let between = [one.instance, other.instance];
        let excuse = self.excuse(at, one, other);
        let passes = matches!(excuse, Some(Obstacle::Underway(..)));
        let reason = excuse.map(|excuse| excuse.words(self.roster()));
        let keys = self.keys.get(&between).copied();
        Difference {
            between,
            keys,
            reason,
            shard: one.shard,
            passes,
        }
    }

    /// What excuses two replicas that differ: every origin of which one lags behind the other must
    /// have an obstacle on its way there. Equal clocks with different digests have no excuse.
    fn excuse(&self, at: SimTime, one: &Fingerprint, other: &Fingerprint) -> Option<Obstacle> {
        let mut excuse = None;
        if one.merging || other.merging {
            excuse = self.obstacle_between(at, one.instance, other.instance, one.shard);
        }
        for (component, (mine, theirs)) in one.clock.into_iter().zip(other.clock).enumerate() {
            let (behind, ahead) = match mine.cmp(&theirs) {
                Ordering::Equal => continue,
                Ordering::Less => (one.instance, other.instance),
                Ordering::Greater => (other.instance, one.instance),
            };
            let dropped = [behind, ahead]
                .into_iter()
                .find(|member| self.conditions.is_unlinked(*member));
            let origin = Roster::origin(component);
            // What an origin has lost itself, or can send no more, comes from who still has it; so
            // does the fill, which all places have that members may take.
            let is_nobody = component >= self.roster().instances.len();
            let is_passed_on = origin == behind || is_nobody || self.conditions.is_unlinked(origin);
            let source = if is_passed_on { ahead } else { origin };
            let found = match dropped {
                Some(member) => Some(Obstacle::Unlinked(member)),
                None => {
                    let underway = self.underway.get(&(origin, behind, one.shard));
                    let arrives = underway.is_some_and(|seq| *seq >= mine.max(theirs));
                    let passes = arrives.then_some(Obstacle::Underway(origin, behind));
                    self.obstacle(at, source, behind, one.shard).or(passes)
                }
            };
            // What is on its way is the least of excuses.
            let found = found?;
            excuse = match found {
                Obstacle::Underway(..) => excuse.or(Some(found)),
                _ => Some(found),
            };
        }
        excuse
    }

    fn obstacle_between(
        &self,
        at: SimTime,
        one: InstanceId,
        other: InstanceId,
        shard: ShardId,
    ) -> Option<Obstacle> {
        let anywhere = |to: InstanceId| {
            let others = self
                .roster()
                .instances
                .ids()
                .filter(move |from| *from != to);
            others
                .filter_map(|from| self.obstacle(at, from, to, shard))
                .next()
        };
        anywhere(one).or_else(|| anywhere(other))
    }

    fn obstacle(
        &self,
        at: SimTime,
        from: InstanceId,
        to: InstanceId,
        shard: ShardId,
    ) -> Option<Obstacle> {
        let quiet = at.since(self.conditions.changed_at());
        let obstacle = self.conditions.obstacle(from, to, shard)?;
        let stale = matches!(obstacle, Obstacle::Broken(..)) && quiet > self.patience;
        (!stale).then_some(obstacle)
    }
}

/// Whether every linked replica has applied all of `goal` that one of them still has. What none
/// has any more is taken off the goal.
fn has_what_is_left(sample: &Sample, goal: &mut BTreeMap<ShardId, Clock>) -> bool {
    for (shard, clock) in goal.iter_mut() {
        for (wanted, left) in clock.iter_mut().zip(sample.join(*shard)) {
            *wanted = left.min(*wanted);
        }
    }
    let mut goal = goal.iter();
    goal.all(|(shard, clock)| has_all(sample, *shard, clock))
}

/// Whether every linked replica of a shard has applied all of `goal`, and is whole.
fn has_all(sample: &Sample, shard: ShardId, goal: &Clock) -> bool {
    sample.linked(shard).all(|print| {
        !print.merging
            && goal
                .iter()
                .zip(print.clock)
                .all(|(wanted, has)| *wanted <= has)
    })
}

#[cfg(test)]
#[path = "quiescence_tests.rs"]
mod tests;
