//! Histories written by hand, for the tests of what folds over them.

use crate::history::roster::{Member, Roster};
use crate::history::{
    ControlResult, ControlSeen, EffectSeen, Event, FaultKind, FaultSeen, Fingerprint, KeyPart,
    LedgerSeen, LinkEvent, MEMBERS_MAX, MEMORY_KINDS, Observation, Touch, TouchKind,
};
use crate::id::{Id, InstanceId, RegionId, ShardId};
use crate::time::SimTime;

pub(crate) const EAST: InstanceId = InstanceId(0);
pub(crate) const WEST: InstanceId = InstanceId(1);
pub(crate) const ASIA: InstanceId = InstanceId(2);
pub(crate) const SHARD: ShardId = ShardId(0);

/// One instance in each of the first `count` regions: `east`, `west`, `asia`, `north`.
pub(crate) fn roster(count: usize) -> Roster {
    let names = ["east", "west", "asia", "north"];
    let regions = ["East US", "West Europe", "Southeast Asia", "North Europe"];
    let member = |index: usize| Member {
        name: names[index].to_owned(),
        region: RegionId::at(index),
        linked: true,
    };
    Roster {
        regions: regions[..count]
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
        instances: (0..count).map(member).collect(),
    }
}

/// `event`, `seconds` after the start.
pub(crate) fn at(seconds: u64, event: Event) -> Observation {
    Observation {
        at: SimTime::from_secs(seconds),
        event,
    }
}

/// A region goes dark or comes back.
pub(crate) fn dark(region: u16, begins: bool) -> Event {
    Event::Fault(FaultSeen {
        label: format!("{} dark", roster(4).regions[RegionId(region)]),
        regions: vec![RegionId(region)],
        routes: Vec::new(),
        kind: FaultKind::Outage,
        begins,
    })
}

/// Messages between two regions stop getting through, or get through again.
pub(crate) fn cut(from: u16, to: u16, begins: bool) -> Event {
    let (from, to) = (RegionId(from), RegionId(to));
    let names = roster(4).regions;
    Event::Fault(FaultSeen {
        label: format!("{} | {} cut", names[from], names[to]),
        regions: vec![from, to],
        routes: vec![(from, to), (to, from)],
        kind: FaultKind::Partition,
        begins,
    })
}

/// Something happens to one shard of a link.
pub(crate) fn link(from: InstanceId, to: InstanceId, what: LinkEvent) -> Event {
    let shard = !matches!(what, LinkEvent::Broken | LinkEvent::Resumed);
    Event::Link {
        from,
        to,
        shard: shard.then_some(SHARD),
        what,
    }
}

/// A write of `key` by `origin` at its `seq`th effect, its context given by what it has seen of the
/// first origins, at `wall_ms`.
pub(crate) fn effect(
    origin: InstanceId,
    seq: u64,
    seen: &[u64],
    wall_ms: u64,
    (key, kind): (&str, TouchKind),
) -> Event {
    let mut after = [0; MEMBERS_MAX];
    after[..seen.len()].copy_from_slice(seen);
    after[origin.index()] = seq;
    let part = KeyPart::Whole;
    Event::Effect(Box::new(EffectSeen {
        origin,
        shard: SHARD,
        seq,
        before: seq - 1,
        after,
        wall_ms,
        key: key.to_owned(),
        touches: vec![Touch { kind, part }],
    }))
}

/// A member is dropped.
pub(crate) fn unlink(on: InstanceId, drop: InstanceId) -> Event {
    Event::Control(ControlSeen {
        request: format!("force-unlink {}", roster(4).name(drop)),
        on,
        result: ControlResult::Accepted,
        text: String::new(),
        step: None,
        operation: None,
        dropped: Some(drop),
        joined: None,
    })
}

/// A replica's state, linked and not merging, by the first components of its clock.
pub(crate) fn print(instance: InstanceId, clock: &[u64], digest: u64) -> Fingerprint {
    let mut full = [0; MEMBERS_MAX];
    full[..clock.len()].copy_from_slice(clock);
    Fingerprint {
        instance,
        shard: SHARD,
        clock: full,
        digest,
        merging: false,
        linked: true,
    }
}

/// A ledger that holds nothing but `values` and `unstable` bytes, out of a million.
pub(crate) fn ledger(instance: InstanceId, values: u64, unstable: u64) -> LedgerSeen {
    let mut used = [0; MEMORY_KINDS];
    used[0] = values;
    used[4] = unstable;
    LedgerSeen {
        instance,
        shard: SHARD,
        used,
        limit: 1_000_000,
        recount: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ASIA, EAST, SHARD, WEST, at, cut, dark, link, roster, unlink};
    use crate::history::conditions::Obstacle;
    use crate::history::{Conditions, Event, LinkEvent, Observation};
    use crate::id::RegionId;
    use crate::time::SimTime;

    fn conditions(history: &[Observation]) -> Conditions {
        let mut conditions = Conditions::new(roster(3));
        for observation in history {
            conditions.observe(observation);
        }
        conditions
    }

    #[test]
    fn obstacles_come_and_go() {
        let (start, end) = (dark(0, true), dark(0, false));
        let during = conditions(&[at(1, start.clone())]);
        assert_eq!(
            during.obstacle(EAST, WEST, SHARD),
            Some(Obstacle::Dark(RegionId(0)))
        );
        assert_eq!(during.obstacle(WEST, ASIA, SHARD), None);
        assert!(!during.is_calm());
        let after = conditions(&[at(1, start), at(5, end)]);
        assert_eq!(after.obstacle(EAST, WEST, SHARD), None);
        assert!(after.is_calm());
        assert_eq!(after.faults()[0].to, Some(SimTime::from_secs(5)));
    }

    #[test]
    fn a_cut_ends_route_by_route() {
        let healed = |from: u16, to: u16| {
            let Event::Fault(mut fault) = cut(from, to, false) else {
                unreachable!()
            };
            fault.routes.truncate(1);
            Event::Fault(fault)
        };
        let half = conditions(&[at(1, cut(0, 1, true)), at(2, healed(0, 1))]);
        assert!(half.is_cut(RegionId(1), RegionId(0)) && !half.is_cut(RegionId(0), RegionId(1)));
        assert_eq!(half.faults()[0].to, None);
        let whole = conditions(&[
            at(1, cut(0, 1, true)),
            at(2, healed(0, 1)),
            at(3, healed(1, 0)),
        ]);
        assert_eq!(whole.faults()[0].to, Some(SimTime::from_secs(3)));
    }

    #[test]
    fn links_are_followed() {
        let full = LinkEvent::FullSyncStarted { keys: 1, bytes: 1 };
        let mut history = vec![at(1, link(EAST, WEST, LinkEvent::Broken))];
        let broken = conditions(&history);
        assert_eq!(
            broken.obstacle(EAST, WEST, SHARD),
            Some(Obstacle::Broken(EAST, WEST))
        );
        history.push(at(2, link(EAST, WEST, full)));
        history.push(at(3, link(EAST, WEST, LinkEvent::Resumed)));
        let syncing = conditions(&history);
        assert_eq!(
            syncing.obstacle(EAST, WEST, SHARD),
            Some(Obstacle::Syncing(EAST, WEST, SHARD))
        );
        history.push(at(4, link(EAST, WEST, LinkEvent::FullSyncDone)));
        assert!(conditions(&history).is_calm());
        history.push(at(5, link(EAST, WEST, LinkEvent::Stopped)));
        let stopped = conditions(&history);
        assert_eq!(
            stopped.obstacle(EAST, WEST, SHARD),
            Some(Obstacle::Stopped(WEST, SHARD))
        );
    }

    #[test]
    fn a_fault_of_a_dropped_member_disturbs_nobody() {
        let history = [
            at(1, dark(0, true)),
            at(2, link(EAST, WEST, LinkEvent::Broken)),
            at(9, unlink(WEST, EAST)),
        ];
        let conditions = conditions(&history);
        assert!(conditions.is_calm());
        assert_eq!(
            conditions.obstacle(EAST, WEST, SHARD),
            Some(Obstacle::Unlinked(EAST))
        );
    }
}
