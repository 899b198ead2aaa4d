//! Full detail: what a witness is shown of every operation, read off before and after it.
//!
//! Nothing of this is on the path of an operation in summary detail, but one question whether it
//! is wanted.

use crate::crdt::effect::Part;
use crate::crdt::sequence::ElementId;
use crate::crdt::stream_op::StreamOp;
use crate::crdt::{Change, Name, VersionVector};
use crate::history::{
    Detail, EffectSeen, Event, KeyPart, Observation, OperationResult, OperationSeen, Touch,
    TouchKind,
};
use crate::id::{Id, ShardId};
use crate::instance::{Entry, Instance, Key, Payload};
use crate::plan::{Operation, Plan, Step};
use crate::time::SimTime;
use crate::traffic::Arrival;
use crate::world::clients::{ClientCounts, Clients};
use crate::world::fabric::Fabric;

/// How much a plan's history tells: everything, as long as no more operations are expected than
/// its `full_detail_operations`. Decided before the run, by the fleets' rates.
pub(super) fn of_plan(plan: &Plan) -> Detail {
    if expected_operations(plan) <= u128::from(plan.full_detail_operations) {
        Detail::Full
    } else {
        Detail::Summary
    }
}

/// The operations of all fleets on average, and the scripted commands.
fn expected_operations(plan: &Plan) -> u128 {
    let storm_end = SimTime::ZERO + plan.storm;
    let fleets = plan.fleets.iter().map(|fleet| {
        let lasts = fleet.ends.min(storm_end).0.saturating_sub(fleet.starts.0);
        u128::from(fleet.arrivals.rate().millihertz) * u128::from(lasts) / 1_000_000_000_000
    });
    let is_command = |step: &Step| matches!(step, Step::Command { .. });
    let commands = plan.timeline.iter();
    let commands = commands.filter(|timed| is_command(&timed.step)).count();
    fleets.sum::<u128>() + commands as u128
}

/// How far an instance had got: for each shard the end of its log, and its last own effect.
#[derive(Clone, Debug)]
pub(super) struct Heads {
    shards: Vec<(u64, u64)>,
    /// Keys evicted.
    evicted: u64,
}

impl Heads {
    /// Those of an instance now.
    pub(super) fn of(instance: &Instance) -> Self {
        let own = instance.replica().index();
        let shards = instance.shards().iter();
        Self {
            shards: shards
                .map(|shard| (shard.log.end(), shard.frontier.clock.0[own]))
                .collect(),
            evicted: evicted(instance),
        }
    }

    /// Effects made since, those that evict left out.
    fn effects_since(&self, instance: &Instance) -> u64 {
        let shards = instance.shards().iter().zip(&self.shards);
        let made: u64 = shards
            .map(|(shard, (from, _))| shard.log.end() - from)
            .sum();
        made - (evicted(instance) - self.evicted)
    }
}

fn evicted(instance: &Instance) -> u64 {
    let shards = instance.shards().iter();
    shards.map(|shard| shard.counts.evicted).sum()
}

impl Fabric {
    /// Tells the witness of the effects an instance has made since `heads`. Returns the last.
    pub(super) fn tell_effects(
        &mut self,
        at: SimTime,
        instance: &Instance,
        heads: &Heads,
    ) -> Option<(ShardId, u64)> {
        let own = instance.replica().index();
        let mut last = None;
        let mut heads: Vec<u64> = heads.shards.iter().map(|(_, seq)| *seq).collect();
        for (shard, entry) in std::mem::take(&mut self.made) {
            let seq = entry.after.0[own];
            let before = std::mem::replace(&mut heads[shard.index()], seq);
            let seen = effect(instance, shard, before, &entry);
            self.tell(at, Event::Effect(Box::new(seen)));
            last = Some((shard, seq));
        }
        last
    }

    /// Tells the witness of an operation of a fleet and of the effect it made, if any.
    pub(super) fn tell_operation(
        &mut self,
        clients: &Clients,
        arrival: &Arrival,
        instance: &Instance,
        before: ClientCounts,
        heads: &Heads,
    ) {
        let last = self.tell_effects(arrival.at, instance, heads);
        // Keys that went to make room are not the operation's doing.
        let dot = last.filter(|_| heads.effects_since(instance) > 0);
        let seen = OperationSeen {
            fleet: clients.id,
            region: self.region,
            on: instance.id(),
            operation: name(arrival.operation),
            key: instance.name_of(&Key::Generated(clients.first_key + arrival.key)),
            result: result(before, clients.counts),
            dot,
        };
        self.tell(arrival.at, Event::Operation(Box::new(seen)));
    }

    fn tell(&mut self, at: SimTime, event: Event) {
        self.observations.push(Observation { at, event });
    }
}

/// What came back, by what was counted.
fn result(before: ClientCounts, after: ClientCounts) -> OperationResult {
    if after.unavailable > before.unavailable {
        OperationResult::Unreachable
    } else if after.out_of_memory > before.out_of_memory {
        OperationResult::OutOfMemory
    } else if after.stale > before.stale {
        OperationResult::Stale
    } else if after.writes > before.writes {
        OperationResult::Acknowledged
    } else if after.hits > before.hits {
        OperationResult::Hit
    } else {
        OperationResult::Miss
    }
}

fn name(operation: Operation) -> &'static str {
    match operation {
        Operation::Read => "read",
        Operation::Update => "update",
        Operation::Insert => "insert",
        Operation::ReadModifyWrite => "read-modify-write",
        Operation::Scan { .. } => "scan",
        Operation::Delete => "delete",
        Operation::Increment => "increment",
        Operation::AddMember { .. } => "add-member",
        Operation::RemoveMember { .. } => "remove-member",
    }
}

fn effect(instance: &Instance, shard: ShardId, before: u64, entry: &Entry) -> EffectSeen {
    let own = instance.replica();
    let mut after = entry.after;
    let (key, touches) = match &entry.payload {
        Payload::Write { key, .. } => {
            let touch = Touch {
                kind: TouchKind::Write,
                part: KeyPart::Whole,
            };
            (instance.name_of(&Key::Generated(*key)), vec![touch])
        }
        Payload::Body(body) => (
            instance.name_of(&body.key),
            touches(&body.change, &mut after),
        ),
    };
    EffectSeen {
        origin: instance.id(),
        shard,
        seq: entry.after.0[own.index()],
        before,
        after: after.0,
        wall_ms: entry.wall_ms,
        key,
        touches,
    }
}

/// What a change does, and what it stands for beyond what its origin had observed.
fn touches(change: &Change, after: &mut VersionVector) -> Vec<Touch> {
    let parts = match change {
        Change::Parts(parts) => parts,
        Change::Message(_) | Change::Life => return Vec::new(),
        Change::Write(_) => {
            return vec![Touch {
                kind: TouchKind::Write,
                part: KeyPart::Whole,
            }];
        }
    };
    let mut touches = Vec::new();
    for part in parts.iter() {
        match part {
            Part::Write {
                beyond: Some(beyond),
                ..
            } => after.join(&beyond.write),
            Part::SetScore {
                beyond: Some(beyond),
                ..
            } => after.join(beyond),
            Part::Raise(raise) => after.join(&raise.removals),
            _ => {}
        }
        match part {
            Part::Insert(insertion) => {
                let ids = (0..).zip(&insertion.values);
                let ids = ids.map(|(step, _)| insertion.first.further(step));
                touches.extend(ids.map(|id| element(TouchKind::AddMember, &id)));
            }
            Part::RemoveElements { ids, .. } => {
                touches.extend(ids.iter().map(|id| element(TouchKind::Remove, id)));
            }
            Part::Json(_) => {
                let touch = || Touch {
                    kind: TouchKind::Write,
                    part: KeyPart::Document,
                };
                touches.extend((0..part.writes()).map(|_| touch()));
            }
            _ => touches.extend(touch(part)),
        }
    }
    touches
}

fn element(kind: TouchKind, id: &ElementId) -> Touch {
    let part = KeyPart::Element(id.seq, id.index, id.origin.0);
    Touch { kind, part }
}

/// What one part does; none for deadlines, for consumer groups, and for what only goes with another
/// part.
fn touch(part: &Part) -> Option<Touch> {
    let of_field = |field: &Option<Name>| {
        let field = field.as_ref();
        field.map_or(KeyPart::Whole, |name| KeyPart::Field(name.to_vec()))
    };
    let (kind, part) = match part {
        Part::Write { field, .. } => (TouchKind::Write, of_field(field)),
        Part::Add { field, .. } => (TouchKind::Add, of_field(field)),
        Part::AddMember(name) => (TouchKind::AddMember, KeyPart::Member(name.to_vec())),
        Part::RemoveField(name) => (TouchKind::Remove, KeyPart::Field(name.to_vec())),
        Part::RemoveMember(name) => (TouchKind::Remove, KeyPart::Member(name.to_vec())),
        Part::SetScore { member, .. } => (TouchKind::Write, KeyPart::Score(member.to_vec())),
        Part::AddScore { member, .. } => (TouchKind::Add, KeyPart::Score(member.to_vec())),
        Part::RemoveScore(name) => (TouchKind::Remove, KeyPart::Score(name.to_vec())),
        Part::Stream(op) => match &**op {
            StreamOp::Append { id, .. } => (TouchKind::AddMember, KeyPart::Entry(id.ms, id.seq)),
            StreamOp::Delete(id) => (TouchKind::Remove, KeyPart::Entry(id.ms, id.seq)),
            _ => return None,
        },
        Part::Raise(_) => (TouchKind::Raise, KeyPart::Registers),
        Part::Remove => (TouchKind::Remove, KeyPart::Whole),
        Part::Limit { .. }
        | Part::Anew { .. }
        | Part::Erase { .. }
        | Part::EraseScore { .. }
        | Part::Insert(_)
        | Part::Json(_)
        | Part::RemoveElements { .. } => return None,
    };
    Some(Touch { kind, part })
}
