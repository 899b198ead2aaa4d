//! The marks of a run: what charts shade, write into lanes and point at.

use crate::id::{InstanceId, ShardId};
use crate::time::SimTime;

/// Everything that happened to the group, apart from its traffic.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Timeline {
    /// The faults, by the time they began.
    pub faults: Vec<FaultSpan>,
    /// One lane for each region, in the scenario's order.
    pub lanes: Vec<RegionLane>,
    /// Each shard that ran out of memory, by time.
    pub ooms: Vec<OomMark>,
    /// Rules that fired, by time.
    pub firings: Vec<RuleFiring>,
    /// Requests to the control plane, by time.
    pub requests: Vec<RequestMark>,
    /// Their operations, by the time they began.
    pub operations: Vec<OperationSpan>,
    /// The scaling lock as long as its leader and size stay, by the time that began.
    pub locks: Vec<OperationSpan>,
}

impl Timeline {
    /// The scaling lock is another one from here on, or none.
    pub fn lock(&mut self, at: SimTime, lock: Option<(InstanceId, &'static str)>) {
        if let Some(open) = self.locks.last_mut().filter(|one| one.to == SimTime::MAX) {
            open.to = at;
        }
        self.locks.extend(lock.map(|(leader, size)| OperationSpan {
            words: format!("to {size}"),
            on: leader,
            number: None,
            from: at,
            to: SimTime::MAX,
            failed: false,
        }));
    }

    /// An operation ends.
    pub fn end_operation(&mut self, at: SimTime, number: Option<u32>, failed: bool) {
        let is_it = |one: &&mut OperationSpan| one.number == number && number.is_some();
        if let Some(span) = self.operations.iter_mut().find(is_it) {
            span.to = at;
            span.failed = failed;
        }
    }

    /// The run ends at `at`, and with it all that is open.
    pub fn close(&mut self, at: SimTime) {
        for lane in &mut self.lanes {
            lane.close(at);
        }
        let open = self.operations.iter_mut().chain(&mut self.locks);
        for span in open.filter(|span| span.to == SimTime::MAX) {
            span.to = at;
        }
    }
}

/// A fault from its beginning to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FaultSpan {
    /// What a chart calls it: `East US dark`.
    pub label: String,
    /// When it began.
    pub from: SimTime,
    /// When it ended; the end of the run when it never did.
    pub to: SimTime,
}

/// The states of one region over time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegionLane {
    /// The region as Azure writes it.
    pub region: String,
    /// Its states, without gaps or overlaps, from the start of the run to its end.
    pub spans: Vec<LaneSpan>,
}

impl RegionLane {
    /// A lane that is up from the start.
    pub fn new(region: String) -> Self {
        let up = LaneSpan {
            state: LaneState::Up,
            from: SimTime::ZERO,
            to: SimTime::MAX,
        };
        Self {
            region,
            spans: vec![up],
        }
    }

    /// The region is in `state` from `at` on. Nothing happens when it is already.
    ///
    /// # Panics
    /// When `at` lies before the last change.
    pub fn change(&mut self, at: SimTime, state: LaneState) {
        let last = self
            .spans
            .last_mut()
            .expect("a lane has its first state from the start");
        assert!(last.from <= at, "a lane changes forwards in time");
        if last.state == state {
            return;
        }
        if last.from == at {
            last.state = state;
            self.join_equal_neighbours();
            return;
        }
        last.to = at;
        self.spans.push(LaneSpan {
            state,
            from: at,
            to: SimTime::MAX,
        });
    }

    /// The run ends at `at`: so does the last state.
    pub fn close(&mut self, at: SimTime) {
        if let Some(last) = self.spans.last_mut() {
            last.to = at;
        }
    }

    fn join_equal_neighbours(&mut self) {
        let [.., before, last] = self.spans.as_mut_slice() else {
            return;
        };
        if before.state == last.state {
            before.to = last.to;
            self.spans.pop();
        }
    }
}

/// A region in one state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LaneSpan {
    /// The state.
    pub state: LaneState,
    /// From when.
    pub from: SimTime,
    /// Until when, excluded.
    pub to: SimTime,
}

/// What a region's instance is up to, as far as a chart tells; where several hold, the one that is
/// later in this list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LaneState {
    /// Serving and replicating.
    Up,
    /// A route from or to it is worse than it should be.
    Degraded,
    /// Catching up by a transfer of state.
    Resyncing,
    /// Cut off from at least one other member.
    Partitioned,
    /// A shard is full: writes are refused, replication into it stands still.
    OutOfMemory,
    /// Shards are away while their replicas take over.
    FailingOver,
    /// No longer a member of the group.
    Unlinked,
    /// Unreachable, or gone.
    Dark,
}

impl LaneState {
    /// The words written into the lane.
    pub fn words(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Resyncing => "resyncing",
            Self::Partitioned => "partitioned",
            Self::OutOfMemory => "out of memory",
            Self::FailingOver => "failing over",
            Self::Unlinked => "unlinked",
            Self::Dark => "dark",
        }
    }
}

/// A shard that ran out of memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OomMark {
    /// Whose.
    pub instance: InstanceId,
    /// Which.
    pub shard: ShardId,
    /// When.
    pub at: SimTime,
}

/// A rule that fired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleFiring {
    /// The rule's name.
    pub rule: String,
    /// The instance that crossed the threshold.
    pub on: InstanceId,
    /// When.
    pub at: SimTime,
}

/// An operation of the control plane, or a lock, from its beginning to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OperationSpan {
    /// What a lane calls it.
    pub words: String,
    /// The instance: of a lock its leader.
    pub on: InstanceId,
    /// By what its end is told.
    pub number: Option<u32>,
    /// When it began.
    pub from: SimTime,
    /// When it ended; the end of the run when it never did.
    pub to: SimTime,
    /// Whether it failed.
    pub failed: bool,
}

/// A request to the control plane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestMark {
    /// The request in a few words: `force-unlink east`.
    pub request: String,
    /// The instance it was sent to.
    pub on: InstanceId,
    /// When.
    pub at: SimTime,
    /// Whether it was carried out.
    pub done: bool,
}

#[cfg(test)]
mod tests {
    use super::{LaneState, RegionLane};
    use crate::time::SimTime;

    #[test]
    fn a_lane_has_neither_gaps_nor_empty_spans() {
        let mut lane = RegionLane::new("East US".to_owned());
        let at = SimTime::from_secs;
        for (seconds, state) in [
            (5, LaneState::Dark),
            (5, LaneState::Partitioned),
            (9, LaneState::Partitioned),
            (9, LaneState::Dark),
            (9, LaneState::Partitioned),
        ] {
            lane.change(at(seconds), state);
        }
        lane.close(at(20));
        let spans: Vec<_> = lane.spans.iter().map(|s| (s.state, s.from, s.to)).collect();
        assert_eq!(
            spans,
            [
                (LaneState::Up, SimTime::ZERO, at(5)),
                (LaneState::Partitioned, at(5), at(20)),
            ]
        );
    }
}
