//! Examples of writes that their users miss: lost for good, or hidden by concurrent ones.

use crate::history::{Defeat, Event, MissedSeen, WritesSeen};
use crate::id::{Id, IdVec, InstanceId, ShardId};
use crate::time::SimTime;
use crate::world::World;

impl World<'_> {
    /// Keeps examples of what a member is about to lose with its memory: its own writes that nobody
    /// else has, and that are not on their way to anybody.
    pub(super) fn note_unsent(&mut self, origin: InstanceId, defeat: Defeat) {
        let reach = self.reach_elsewhere(origin);
        self.note_span(origin, &reach);
        if self.unsent.iter().any(|missed| missed.origin == origin) {
            return;
        }
        let missed = self.beyond(origin, &reach, defeat);
        self.unsent.extend(missed);
    }

    /// Notes from when to when the writes of `origin` were made that are beyond `reach` now.
    pub(super) fn note_span(&mut self, origin: InstanceId, reach: &IdVec<ShardId, u64>) {
        let now = self.span_beyond(origin, reach);
        let length = |span: &Option<(SimTime, SimTime)>| span.map(|(from, to)| to.since(from));
        let noted = &mut self.lost_spans[origin];
        if length(&now) > length(noted) {
            *noted = now;
        }
    }

    fn span_beyond(
        &self,
        origin: InstanceId,
        reach: &IdVec<ShardId, u64>,
    ) -> Option<(SimTime, SimTime)> {
        let (from, to) = self.instance(origin).span_beyond(reach)?;
        let instant = |wall_ms| self.instant_of(origin, wall_ms);
        Some((instant(from), instant(to)))
    }

    /// From when to when the lost writes of `origin` were made, as `seen` counts them: where they
    /// went at several times, of those that go back the longest.
    pub(super) fn lost_span(
        &mut self,
        origin: InstanceId,
        seen: &WritesSeen,
    ) -> Option<(SimTime, SimTime)> {
        if seen.lost + seen.removals_lost == 0 {
            return None;
        }
        if !self.is_linked(origin) {
            let reach = self.reach_elsewhere(origin);
            self.note_span(origin, &reach);
        }
        self.lost_spans[origin]
    }

    /// Shows examples of the writes of `origin` that are missed, as `seen` counts them.
    pub(super) fn observe_missed(&mut self, at: SimTime, origin: InstanceId, seen: &WritesSeen) {
        let mut missed = Vec::new();
        if seen.lost > 0 {
            let unsent = self.unsent.iter();
            missed.extend(unsent.filter(|missed| missed.origin == origin).cloned());
            if !self.is_linked(origin) {
                let reach = self.reach_elsewhere(origin);
                missed.extend(self.beyond(origin, &reach, Defeat::Unlinked));
            }
        }
        if let Some(keeper) = seen.keeper.filter(|_| seen.overwritten > 0) {
            missed.extend(self.hidden(keeper, origin));
        }
        for one in missed {
            self.observe(at, Event::Missed(Box::new(one)));
        }
    }

    /// Writes of `origin` that concurrent ones hid at `keeper`.
    fn hidden(&self, keeper: InstanceId, origin: InstanceId) -> Vec<MissedSeen> {
        let keeper = self.instance(keeper);
        let hidden = keeper.hidden_writes(Self::replica(origin)).into_iter();
        let missed = hidden.map(|hidden| {
            let by = InstanceId::at(hidden.by.dot.origin.index());
            MissedSeen {
                key: keeper.name_of(&hidden.key),
                origin,
                at: self.instant_of(origin, hidden.write.wall_ms),
                defeat: Defeat::Concurrent {
                    by,
                    at: self.instant_of(by, hidden.by.wall_ms),
                },
            }
        });
        missed.collect()
    }

    pub(super) fn beyond(
        &self,
        origin: InstanceId,
        reach: &IdVec<ShardId, u64>,
        defeat: Defeat,
    ) -> Vec<MissedSeen> {
        let instance = self.instance(origin);
        let writes = instance.writes_beyond(reach).into_iter();
        let missed = writes.map(|(key, wall_ms)| MissedSeen {
            key: instance.name_of(&key),
            origin,
            at: self.instant_of(origin, wall_ms),
            defeat,
        });
        missed.collect()
    }

    /// How far the effects of `origin` have got, or are getting, to the other members, by shard.
    fn reach_elsewhere(&self, origin: InstanceId) -> IdVec<ShardId, u64> {
        let replica = Self::replica(origin);
        let shards = self.instance(origin).shards().ids();
        let mut reach: IdVec<ShardId, u64> = shards.map(|_| 0).collect();
        let mut raise = |shard: ShardId, seq: u64| reach[shard] = reach[shard].max(seq);
        let members = self.plan.instances.ids();
        for id in members.filter(|id| *id != origin && self.is_linked(*id)) {
            let theirs = self.instance(id).reach(replica);
            theirs.entries().for_each(|(shard, seq)| raise(shard, *seq));
        }
        // What will be dropped on arrival brings nothing, nor does what follows it.
        for region in self.windows.processes() {
            let streams = region.inbound.iter();
            let open = streams.filter(|stream| region.takes(stream));
            for stream in open {
                stream.bring(replica, &mut raise);
            }
        }
        reach
    }
}
