//! Case G5: the replication log during an outage.
//!
//! One member writes λ effects a second of b bytes each; its peers are dark for T. Source of the
//! shared backlog: Redis docs, active-active/manage.md#replication-backlog.

use meridian::assumption::BacklogSharing;
use meridian::history::{Event, LinkEvent, Observation};
use meridian::id::{FleetId, InstanceId, RegionId};
use meridian::plan::{
    Arrivals, FleetPlan, Memory, MemoryKind, Operation, Plan, Popularity, Sizes, Step, ValueKind,
};
use meridian::quantity::{ByteRate, Bytes, Rate};
use meridian::time::{SimDuration, SimTime};
use meridian::world::{Options, World};

use crate::plans;

const RATE: u64 = 10_000;
/// 16 B of key, 124 B of value and 60 B of framing (A-WIRE).
const EFFECT_BYTES: u64 = 200;
const VALUE_BYTES: u32 = 124;
const ONE_WAY: SimDuration = SimDuration::from_millis(40);
const DARK: SimTime = SimTime::from_secs(10);
const WRITER: InstanceId = InstanceId(0);
const WRITERS: FleetId = FleetId(0);

/// A writer at `arrivals` for the whole storm, and peers that go dark at ten seconds for `away`.
/// Each member has one shard, so that there is one ring.
fn outage(members: u16, arrivals: Arrivals, away: SimDuration) -> Plan {
    let mut plan = plans::group(usize::from(members), ONE_WAY.as_millis());
    for instance in plan.instances.iter_mut() {
        instance.shards = 1;
    }
    let population = plans::populate(&mut plan, "user:", 1_000, ValueKind::String);
    plan.populations[population].value_bytes = Sizes::Constant(VALUE_BYTES);
    plan.assumptions.backlog_bytes = Some(Bytes(1_000_000_000));
    plan.storm = DARK.since(SimTime::ZERO) + away + SimDuration::from_secs(5);
    plan.settle = SimDuration::from_secs(5);
    plan.fleets.push(FleetPlan {
        name: "writers".to_owned(),
        instance: WRITER,
        arrivals,
        population,
        popularity: Popularity::Uniform,
        mix: vec![(Operation::Update, 1)],
        starts: SimTime::ZERO,
        ends: SimTime::ZERO + plan.storm,
    });
    for peer in 1..members {
        let region = RegionId(peer);
        let memory = Memory::Kept;
        plans::at(&mut plan, DARK.as_millis(), Step::Outage { region, memory });
    }
    let back = DARK + away;
    for peer in 1..members {
        plans::at(&mut plan, back.as_millis(), Step::Return(RegionId(peer)));
    }
    plan
}

fn constant(rate: u64) -> Arrivals {
    Arrivals::Constant(Rate {
        millihertz: rate * 1_000,
    })
}

fn poisson(rate: u64) -> Arrivals {
    Arrivals::Poisson(Rate {
        millihertz: rate * 1_000,
    })
}

fn watch(plan: &Plan, mut witness: impl FnMut(&Observation)) {
    World::new(plan, Options::default()).run(&mut |seen| witness(seen));
}

/// Bytes in the writer's backlog, two seconds after it has written for a minute to peers away.
fn retained(peers: u16, sharing: BacklogSharing, arrivals: Arrivals) -> u64 {
    let minute = SimDuration::from_secs(60);
    let mut plan = outage(peers + 1, arrivals, minute + SimDuration::from_secs(5));
    plan.assumptions.backlog_sharing = sharing;
    plan.fleets[WRITERS].starts = DARK;
    plan.fleets[WRITERS].ends = DARK + minute;
    let at = DARK + minute + SimDuration::from_secs(2);
    let mut found = None;
    watch(&plan, |seen| match seen.event {
        Event::Ledger(ledger) if seen.at == at && ledger.instance == WRITER => {
            found = Some(ledger.used[MemoryKind::Backlog as usize]);
        }
        _ => {}
    });
    found.expect("memory is sampled each second")
}

#[test]
fn g5a_a_shared_backlog_holds_what_was_written_whoever_is_away() {
    let expected = 120_000_000;
    let exact = |peers| retained(peers, BacklogSharing::Shared, constant(RATE));
    for peers in [1, 2] {
        let found = exact(peers);
        assert!(
            found.abs_diff(expected) <= EFFECT_BYTES,
            "{peers} away: {found} bytes"
        );
    }
    // Four deviations of the count.
    let found = retained(2, BacklogSharing::Shared, poisson(RATE));
    assert!(
        found.abs_diff(expected) <= 620_000,
        "{found} bytes of Poisson arrivals"
    );
}

#[test]
fn g5a_a_backlog_for_each_peer_grows_with_the_peers_away() {
    for peers in [1, 2] {
        let found = retained(peers, BacklogSharing::PerPeer, constant(RATE));
        let expected = 120_000_000 * u64::from(peers);
        let tolerance = EFFECT_BYTES * u64::from(peers);
        assert!(
            found.abs_diff(expected) <= tolerance,
            "{peers} away: {found} bytes"
        );
    }
}

/// What an outage of `away` comes to with a ring of 100 MB: whether the link resumes from it.
fn bridges(arrivals: &Arrivals, away: SimDuration) -> bool {
    let mut plan = outage(2, arrivals.clone(), away);
    plan.assumptions.backlog_bytes = Some(Bytes(100_000_000));
    let (mut partial, mut overrun) = (0, 0);
    watch(&plan, |seen| {
        let Event::Link { from, what, .. } = seen.event else {
            return;
        };
        match what {
            LinkEvent::PartialSync if from == WRITER => partial += 1,
            LinkEvent::Overrun if from == WRITER => overrun += 1,
            _ => {}
        }
    });
    assert_eq!(partial + overrun, 1, "the link starts anew once");
    partial == 1
}

/// The longest outage, to the millisecond, that the ring bridges. T runs from the first effect
/// that is lost, which leaves one way before the outage, to the request for the stream: the third
/// message after it.
fn longest_bridged(arrivals: &Arrivals) -> SimDuration {
    let (mut bridged, mut too_long) = (48_000, 52_000);
    assert!(bridges(arrivals, SimDuration::from_millis(bridged)));
    assert!(!bridges(arrivals, SimDuration::from_millis(too_long)));
    while too_long - bridged > 20 {
        let middle = (bridged + too_long) / 2;
        if bridges(arrivals, SimDuration::from_millis(middle)) {
            bridged = middle;
        } else {
            too_long = middle;
        }
    }
    SimDuration::from_millis(bridged) + ONE_WAY * 4
}

#[test]
fn g5b_a_ring_bridges_what_fits_into_it() {
    for arrivals in [constant(RATE), poisson(RATE)] {
        let found = longest_bridged(&arrivals).as_millis();
        assert!(found.abs_diff(50_000) <= 200, "{arrivals:?}: {found} ms");
    }
}

/// How long effects had been waiting when the link came back, and how long after that they were as
/// fresh again as the route allows, for good; none when they never were.
fn drain(arrivals: Arrivals, link: ByteRate) -> (SimDuration, Option<SimDuration>) {
    let away = SimDuration::from_secs(60);
    let mut plan = outage(2, arrivals, away);
    plan.storm = plan.storm + SimDuration::from_secs(80);
    plan.fleets[WRITERS].ends = SimTime::ZERO + plan.storm;
    plan.sample_every = SimDuration::from_millis(100);
    for route in &mut plan.routes {
        route.bandwidth = link;
    }
    let resumed = DARK + away + ONE_WAY * 3;
    let fresh = ONE_WAY + SimDuration::from_millis(10);
    let mut drained = None;
    let storm_end = SimTime::ZERO + plan.storm;
    watch(&plan, |seen| match seen.event {
        Event::Lag(lag) if lag.from == WRITER && lag.effects > 0 => {
            let late = SimDuration::from_micros(lag.max_us) > fresh;
            if seen.at <= resumed + ONE_WAY || late {
                drained = None;
            } else if seen.at < storm_end && drained.is_none() {
                drained = Some(seen.at.since(resumed));
            }
        }
        _ => {}
    });
    (away + ONE_WAY * 4, drained)
}

#[test]
fn g5c_draining_takes_what_waits_over_what_the_link_has_to_spare() {
    let written = RATE * EFFECT_BYTES;
    let link = 2 * written;
    for arrivals in [constant(RATE), poisson(RATE)] {
        let (waited, drained) = drain(arrivals, ByteRate(link));
        let expected = waited.0 as f64 * written as f64 / (link - written) as f64;
        let found = drained.expect("the link has bandwidth to spare").0 as f64;
        // A sample is a tenth of a second.
        assert!(
            (found / expected - 1.0).abs() < 0.01,
            "{found} ns, by hand {expected} ns"
        );
    }
}

#[test]
fn g5c_a_link_with_nothing_to_spare_never_drains() {
    let (_, drained) = drain(constant(1_000), ByteRate(1_000 * EFFECT_BYTES));
    assert_eq!(drained, None);
}
