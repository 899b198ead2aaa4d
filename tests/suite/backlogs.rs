//! What backlogs take while clients write: counted from the logs, entry by entry, and compared with
//! what the ledger charges.

use meridian::assumption::BacklogSharing;
use meridian::history::{Event, LedgerSeen};
use meridian::id::{InstanceId, RegionId};
use meridian::plan::{Memory, MemoryKind, Operation, Plan, Request, Step, ValueKind};
use meridian::quantity::Bytes;
use meridian::time::SimTime;
use meridian::world::{Options, World};

use crate::plans;

const BACKLOG: usize = MemoryKind::Backlog as usize;

/// Four members that write all the time, behind rings of `bytes`; one is cut off, one dark.
fn plan(sharing: BacklogSharing, bytes: u64) -> Plan {
    let mut plan = plans::group(4, 40);
    plans::jitter(&mut plan);
    let keys = plans::populate(&mut plan, "user:", 2_000, ValueKind::String);
    let mix = [(Operation::Update, 80), (Operation::Delete, 20)];
    plans::traffic(&mut plan, keys, 200, &mix);
    plan.assumptions.backlog_sharing = sharing;
    plan.assumptions.backlog_bytes = Some(Bytes(bytes));
    // Every sixty-fourth sample and the last are recounted: here one in about six seconds.
    plan.sample_every = meridian::time::SimDuration::from_millis(100);
    plans::at(&mut plan, 2_000, Step::Partition(plans::both(0, 1)));
    plans::at(&mut plan, 8_000, Step::Heal(plans::both(0, 1)));
    let (region, memory) = (RegionId(3), Memory::Kept);
    plans::at(&mut plan, 4_000, Step::Outage { region, memory });
    plan
}

fn ledgers(plan: &Plan) -> Vec<(SimTime, LedgerSeen)> {
    let mut seen = Vec::new();
    World::new(plan, Options::default()).run(&mut |observation| {
        if let Event::Ledger(ledger) = &observation.event {
            seen.push((observation.at, *ledger));
        }
    });
    seen
}

fn assert_counted(plan: &Plan) -> u64 {
    let mut most = 0;
    for (at, ledger) in ledgers(plan) {
        let Some(recount) = ledger.recount else {
            continue;
        };
        assert_eq!(ledger.used[BACKLOG], recount[BACKLOG], "{at}: {ledger:?}");
        if at < SimTime::ZERO + plan.storm {
            most = most.max(recount[BACKLOG]);
        }
    }
    assert!(most > 0, "nothing was in the backlog while clients wrote");
    most
}

#[test]
fn a_shared_backlog_is_what_the_log_holds() {
    assert_counted(&plan(BacklogSharing::Shared, 1_000_000));
    let most = assert_counted(&plan(BacklogSharing::Shared, 20_000));
    assert!(most <= 20_000, "a ring of 20 kB holds {most}");
}

#[test]
fn a_backlog_for_each_peer_is_what_each_has_yet_to_acknowledge() {
    assert_counted(&plan(BacklogSharing::PerPeer, 1_000_000));
    // Three rings, two of them overrun at times.
    let most = assert_counted(&plan(BacklogSharing::PerPeer, 20_000));
    assert!((20_000..=60_000).contains(&most), "three rings hold {most}");
}

#[test]
fn the_backlog_for_a_dropped_peer_goes_with_it() {
    let mut plan = plan(BacklogSharing::PerPeer, 1_000_000);
    let (on, drop) = (InstanceId(2), InstanceId(3));
    plans::at(
        &mut plan,
        12_000,
        Step::from(Request::ForceUnlink { on, drop }),
    );
    assert_counted(&plan);
    let of = |millis: u64| -> u64 {
        let at = SimTime::from_millis(millis);
        let seen = ledgers(&plan).into_iter();
        seen.filter(|(when, ledger)| *when == at && ledger.instance == on)
            .map(|(_, ledger)| ledger.used[BACKLOG])
            .sum()
    };
    let (before, after) = (of(11_900), of(12_100));
    assert!(after * 5 < before, "from {before} to {after} bytes");
}

/// While clients write, what a peer in reach holds up is a second's effects or two, not the ring.
#[test]
fn a_backlog_for_each_peer_stays_small_while_all_keep_up() {
    let mut plan = plan(BacklogSharing::PerPeer, 1_000_000);
    plan.timeline.clear();
    let shared = {
        let mut plan = plan.clone();
        plan.assumptions.backlog_sharing = BacklogSharing::Shared;
        plan
    };
    let last = |plan: &Plan| {
        let at = SimTime::from_millis(19_900);
        let seen = ledgers(plan).into_iter().filter(|(when, _)| *when == at);
        seen.map(|(_, ledger)| ledger.used[BACKLOG]).sum::<u64>()
    };
    let (own, ring) = (last(&plan), last(&shared));
    assert!(own > 0 && own * 2 < ring, "{own} bytes of {ring}");
}
