//! Metadata while a member is away, from the flagship and its twin without a runbook: computed by
//! hand from the ledger's constants and the counts of operations.
//!
//! Under the reading `PerEffect`, a survivor charges one record (A-RECORD) for every effect it
//! holds that some linked member has not seen.

use meridian::experiment::outcome::{ControlOutcome, ControlResult};
use meridian::experiment::run::Finished;
use meridian::id::InstanceId;
use meridian::metrics::series::LinkSeries;
use meridian::plan::MemoryKind;
use meridian::time::{SimDuration, SimTime};

use crate::scenarios;

const US: InstanceId = InstanceId(0);
const EU: InstanceId = InstanceId(1);
const SEA: InstanceId = InstanceId(2);
/// A-RECORD: bytes of one effect's record.
const RECORD: u64 = 120;
/// Half of 480 operations a second are writes, at each member.
const WRITES_A_SECOND: u64 = 240;
/// When East US goes dark.
const DARK: SimTime = SimTime::from_secs(30 * 60);
/// What three members write in two periods of clock reports (A-REPORT: one second).
const TWO_REPORTS: u64 = 3 * WRITES_A_SECOND * 2 * RECORD;
/// What is on its way between survivors at any time: a tenth of a second of their writes, and what
/// East US wrote after its last report. Two seconds of one member cover both.
const UNDER_WAY: u64 = WRITES_A_SECOND * 2 * RECORD;

/// Bytes of unstable records of an instance, with their instants.
fn unstable(run: &Finished, instance: InstanceId) -> Vec<(SimTime, u64)> {
    let memory = &run.series.instance(instance).memory;
    let bytes = memory
        .iter()
        .map(|kinds| kinds[MemoryKind::Unstable as usize]);
    run.series.at.iter().copied().zip(bytes).collect()
}

fn between(series: &[(SimTime, u64)], from: SimTime, to: SimTime) -> Vec<u64> {
    let inside = series.iter().filter(|(at, _)| (from..to).contains(at));
    let bytes: Vec<u64> = inside.map(|(_, bytes)| *bytes).collect();
    assert!(bytes.len() > 2, "samples from {from} to {to}");
    bytes
}

fn hours(hours: u64) -> SimTime {
    SimTime::from_secs(hours * 3600)
}

/// What `from` has written and `to` has not acknowledged, at every sample: a count of operations,
/// made by the link and not by the ledger.
fn unsent(run: &Finished, from: InstanceId, to: InstanceId) -> &[u64] {
    let link = |link: &&LinkSeries| link.from == from && link.to == to;
    &run.series
        .links
        .iter()
        .find(link)
        .expect("the link exists")
        .unsent_effects
}

/// Before the outage two report periods bound the records; in it they are the survivors' writes
/// that East US has not seen, one record each, on either survivor.
fn assert_growth(run: &Finished, until: SimTime) {
    for survivor in [EU, SEA] {
        let series = unstable(run, survivor);
        let before = between(&series, SimTime::ZERO, DARK);
        let most = before.iter().max().expect("there are samples");
        assert!(*most <= TWO_REPORTS, "{most} bytes before the outage");
        let (eu, sea) = (unsent(run, EU, US), unsent(run, SEA, US));
        for (at, (when, bytes)) in series.iter().enumerate() {
            if *when <= DARK + SimDuration::from_secs(5) || *when >= until {
                continue;
            }
            let by_hand = RECORD * (eu[at] + sea[at]);
            assert!(
                bytes.abs_diff(by_hand) <= UNDER_WAY,
                "{survivor:?} at {when}: {bytes} bytes, by hand {by_hand}"
            );
        }
        assert_rate(run, &series);
    }
}

/// Over two hours of the outage the growth is what the fleets wrote, at one record a write. The
/// counts are those of the whole storm; four deviations of a Poisson count are allowed.
fn assert_rate(run: &Finished, series: &[(SimTime, u64)]) {
    let (from, to) = (hours(1), hours(3));
    let bytes = between(series, from, to + run.series.sample_every);
    let grown = bytes[bytes.len() - 1] - bytes[0];
    let survivors = ["redis-eu", "redis-sea"];
    let fleets = || {
        let all = run.outcome.operations.iter();
        all.filter(|fleet| survivors.contains(&fleet.instance.as_str()))
    };
    assert_eq!(fleets().count(), 2);
    // Refused writes leave no record, but those of the last hours tell of the same arrivals.
    let writes: u64 = fleets()
        .map(|fleet| fleet.results.writes + fleet.results.oom)
        .sum();
    let share = to.since(from).as_secs() as f64 / run.series.storm_end.0 as f64 * 1e9;
    let expected = writes as f64 * share;
    let found = grown as f64 / RECORD as f64;
    let tolerance = 4.0 * expected.sqrt();
    assert!(
        (found - expected).abs() < tolerance,
        "{found} records in two hours, by hand {expected} ± {tolerance}"
    );
    let nominal = (2 * WRITES_A_SECOND * to.since(from).as_secs()) as f64;
    assert!(
        (found - nominal).abs() < tolerance,
        "{found} records, nominally {nominal}"
    );
}

#[test]
fn metadata_grows_by_the_ledgers_constants_until_the_unlink() {
    let run = scenarios::finished("flagship");
    let done = |control: &&ControlOutcome| {
        control.result == ControlResult::Ok && control.request.starts_with("force-unlink")
    };
    let control = run.outcome.control.iter().find(done);
    let unlink = SimTime::from_millis(control.expect("the member is unlinked").at_ms);
    assert!(unlink > hours(3), "unlinked at {unlink}");
    assert_growth(run, unlink);
    for survivor in [EU, SEA] {
        let series = unstable(run, survivor);
        let high = between(&series, DARK, unlink).into_iter().max();
        let high = high.expect("there are samples");
        let freed = unlink + SimDuration::from_secs(60);
        let low = between(&series, freed, run.series.end).into_iter().max();
        let low = low.expect("there are samples");
        assert!(low <= TWO_REPORTS, "{low} bytes a minute after the unlink");
        assert!(high > 1_000 * low, "from {high} to {low} bytes");
        let last = run.outcome.instances[usize::from(survivor.0)].memory;
        assert_eq!(last.of(MemoryKind::Unstable).final_bytes, 0);
        assert_eq!(last.of(MemoryKind::Tombstones).final_bytes, 0);
    }
}

#[test]
fn metadata_never_falls_while_the_member_is_away() {
    let run = scenarios::finished("no-unlink");
    let ooms = run
        .outcome
        .instances
        .iter()
        .filter_map(|instance| instance.oom_at_ms);
    let first = SimTime::from_millis(ooms.min().expect("somebody runs out of memory"));
    assert_growth(run, first);
    for survivor in [EU, SEA] {
        let away = DARK + SimDuration::from_secs(5);
        let bytes = between(&unstable(run, survivor), away, run.series.end);
        assert!(bytes.is_sorted(), "records of {survivor:?} fall");
        let memory = run.outcome.instances[usize::from(survivor.0)].memory;
        let amount = memory.of(MemoryKind::Unstable);
        assert_eq!(amount.final_bytes, amount.peak_bytes);
    }
}
