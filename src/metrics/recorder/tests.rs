use super::{Record, Recorder};
use crate::history::fixture::{
    ASIA, EAST, SHARD, WEST, at, cut, dark, ledger, link, roster, unlink,
};
use crate::history::{Event, LagSeen, LedgerSeen, LinkEvent, Observation, RuleEvent};
use crate::id::{InstanceId, ShardId};
use crate::metrics::journal::JournalKind;
use crate::metrics::series::Lag;
use crate::metrics::timeline::LaneState;
use crate::time::{SimDuration, SimTime};

fn record(history: &[Observation]) -> Record {
    let rules = vec!["unlink at 80 %".to_owned()];
    let mut recorder = Recorder::new(roster(3), rules, SimDuration::from_secs(10));
    for observation in history {
        recorder.observe(observation);
    }
    recorder.finish(SimTime::from_secs(90), SimTime::from_secs(100))
}

fn lag(from: InstanceId, to: InstanceId, effects: u64) -> Event {
    let (p50_us, p99_us, max_us) = (40_000, 50_000, 60_000);
    Event::Lag(LagSeen {
        from,
        to,
        effects,
        p50_us,
        p99_us,
        max_us,
        unacknowledged: 7,
    })
}

#[test]
fn samples_become_rows_summed_over_shards() {
    let second = LedgerSeen {
        shard: ShardId(1),
        limit: 500_000,
        ..ledger(EAST, 400_000, 0)
    };
    let history = [
        at(0, Event::Ledger(ledger(EAST, 500, 20))),
        at(0, Event::Ledger(second)),
        at(0, Event::Unequal { keys: 3 }),
        at(10, Event::Ledger(ledger(WEST, 1, 0))),
        at(10, lag(EAST, WEST, 5)),
        at(10, lag(WEST, EAST, 0)),
    ];
    let series = record(&history).series;
    assert_eq!(series.at, [SimTime::ZERO, SimTime::from_secs(10)]);
    assert_eq!(series.keys_unequal, [3, 3]);
    let east = series.instance(EAST);
    assert_eq!(east.memory[0], [400_500, 0, 0, 0, 20, 0, 0]);
    assert_eq!(
        (east.limit_bytes[0], east.used_ppm[0]),
        (1_500_000, 800_000)
    );
    let of = |from, to| {
        let found = series
            .links
            .iter()
            .find(|link| (link.from, link.to) == (from, to));
        found.expect("every ordered pair has a series")
    };
    let expected = Lag {
        p50_us: 40_000,
        p99_us: 50_000,
        max_us: 60_000,
    };
    assert_eq!(of(EAST, WEST).lag, [None, Some(expected)]);
    assert_eq!(of(WEST, EAST).lag, [None, None], "nothing arrived");
    assert_eq!(of(WEST, EAST).unsent_effects, [0, 7]);
    for (instance, link) in series.instances.iter().zip(&series.links) {
        assert_eq!(instance.memory.len(), series.len());
        assert_eq!(link.lag.len(), series.len());
    }
}

/// The states of a lane, each with the second from which it holds.
fn lane(record: &Record, region: usize) -> Vec<(u64, LaneState)> {
    let spans = &record.series.timeline.lanes[region].spans;
    assert_eq!(
        spans.last().map(|span| span.to),
        Some(SimTime::from_secs(100))
    );
    spans
        .iter()
        .map(|span| (span.from.as_millis() / 1_000, span.state))
        .collect()
}

#[test]
fn lanes_follow_faults_links_and_memory() {
    let full = |full| Event::Memory {
        instance: WEST,
        shard: SHARD,
        full,
    };
    let sync = LinkEvent::FullSyncStarted {
        keys: 9,
        bytes: 2_000,
    };
    let record = record(&[
        at(10, dark(0, true)),
        at(20, full(true)),
        at(25, full(false)),
        at(30, dark(0, false)),
        at(31, link(WEST, EAST, sync)),
        at(39, link(WEST, EAST, LinkEvent::FullSyncDone)),
        at(50, cut(1, 2, true)),
        at(60, unlink(WEST, ASIA)),
        at(70, cut(1, 2, false)),
    ]);
    use LaneState::{Dark, OutOfMemory, Partitioned, Resyncing, Unlinked, Up};
    assert_eq!(
        lane(&record, 0),
        [(0, Up), (10, Dark), (30, Up), (31, Resyncing), (39, Up)]
    );
    let west = [
        (0, Up),
        (20, OutOfMemory),
        (25, Up),
        (50, Partitioned),
        (60, Up),
    ];
    assert_eq!(lane(&record, 1), west);
    assert_eq!(
        lane(&record, 2),
        [(0, Up), (50, Partitioned), (60, Unlinked)]
    );
}

#[test]
fn marks_point_at_what_happened() {
    let full = |full| Event::Memory {
        instance: WEST,
        shard: SHARD,
        full,
    };
    let rule = |what| Event::Rule {
        rule: 0,
        on: WEST,
        what,
    };
    let Record { series, journal } = record(&[
        at(10, dark(0, true)),
        at(20, full(true)),
        at(21, full(false)),
        at(22, full(true)),
        at(30, rule(RuleEvent::Fires)),
        at(40, rule(RuleEvent::Acts)),
        at(40, unlink(WEST, EAST)),
    ]);
    let timeline = series.timeline;
    let fault = &timeline.faults[0];
    assert_eq!(
        (fault.from, fault.to),
        (SimTime::from_secs(10), SimTime::from_secs(100))
    );
    assert_eq!(timeline.ooms.len(), 1, "the first time counts");
    assert_eq!(timeline.firings[0].rule, "unlink at 80 %");
    assert!(timeline.requests[0].done);
    let lines: Vec<String> = journal
        .iter()
        .map(|entry| format!("{}: {}", entry.subject, entry.text))
        .collect();
    assert_eq!(
        lines,
        [
            "East US: East US dark begins",
            "west: shard 0 is out of memory",
            "west: shard 0 has room again",
            "west: shard 0 is out of memory",
            "unlink at 80 %: fires on west",
            "unlink at 80 %: the operator acts on it at west",
            "west: force-unlink east: accepted",
        ]
    );
}

#[test]
fn the_journal_is_capped_and_says_so() {
    let broken = |seconds| at(seconds, link(EAST, WEST, LinkEvent::Broken));
    let dropped = |seconds| at(seconds, link(EAST, WEST, LinkEvent::Dropped));
    let history: Vec<_> = (0..1_000)
        .flat_map(|second| [broken(second), dropped(second)])
        .collect();
    let journal = record(&history).journal;
    assert_eq!(journal.len(), 201);
    let last = journal.last().expect("there are entries");
    assert_eq!(last.kind, JournalKind::Link);
    assert!(last.text.starts_with("800 more"), "{}", last.text);
}
