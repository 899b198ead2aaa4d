//! A run made by hand: three regions, East US dark for six hours, memory growing on the survivors,
//! the rule at 80 % that drops East US, and the fall that follows.

use crate::experiment::outcome::{
    AlertOutcome, Amount, Anomalies, AssumptionInForce, CommandOutcome, ControlOutcome,
    ControlResult, Convergence, Cost, Effects, Excuse, FaultOutcome, FleetOutcome, InstanceOutcome,
    LinkOutcome, Memory, Outcome, Quantiles, Reading, Readings, Recovery, Results, SCHEMA_VERSION,
    ShardOutcome, Status, Syncs, Verdict, VerdictStatus, WriteClass, WriteExample, Writes,
};
use crate::id::{Id, InstanceId, ShardId};
use crate::metrics::series::{InstanceSeries, KINDS, Lag, LinkSeries, Series};
use crate::metrics::timeline::{
    FaultSpan, LaneState, OomMark, RegionLane, RequestMark, RuleFiring,
};
use crate::time::{SimDuration, SimTime};

const NAMES: [&str; 5] = ["east", "west", "asia", "brazil", "india"];
const REGIONS: [&str; 5] = [
    "East US",
    "West Europe",
    "Southeast Asia",
    "Brazil South",
    "Central India",
];
const LIMIT: u64 = 2_400_000_000;
const DARK: SimTime = SimTime::from_secs(3_600);
const BACK: SimTime = SimTime::from_secs(7 * 3_600);
const END: SimTime = SimTime::from_secs(8 * 3_600 + 1_800);

/// Whether the runbook acts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Runbook {
    /// Force-unlink at 80 %.
    Unlink,
    /// Nobody acts.
    None,
}

/// Records of unstable effects: growth a sample while a member is away.
const GROWTH: u64 = 2_050_000;

fn unlink_at(runbook: Runbook) -> SimTime {
    match runbook {
        Runbook::Unlink => SimTime::from_secs(4 * 3_600 + 12 * 60),
        Runbook::None => SimTime::MAX,
    }
}

pub(super) fn series(members: usize, runbook: Runbook) -> Series {
    let mut series = Series::new(SimDuration::from_secs(30));
    series.storm_end = SimTime::from_secs(8 * 3_600);
    series.end = END;
    series.at = (0..=1_020).map(|n| SimTime::from_secs(30 * n)).collect();
    let unlink = unlink_at(runbook);
    for member in 0..members {
        series.instances.push(instance(&series.at, member, unlink));
    }
    for from in 0..members {
        for to in (0..members).filter(|&to| to != from) {
            series.links.push(link(&series.at, from, to, unlink));
        }
    }
    series.keys_unequal = series
        .at
        .iter()
        .enumerate()
        .map(|(n, at)| {
            let away = (DARK..BACK.min(unlink)).contains(at);
            if away {
                (at.since(DARK).as_secs() * 31).min(410_000)
            } else {
                40 + (n as u64 * 7) % 23
            }
        })
        .collect();
    timeline(&mut series, members, runbook);
    series
}

fn instance(at: &[SimTime], member: usize, unlink: SimTime) -> InstanceSeries {
    let mut one = InstanceSeries::new(NAMES[member].to_owned(), REGIONS[member].to_owned());
    let mut unstable = 0u64;
    for (row, &now) in at.iter().enumerate() {
        let grows = (DARK..BACK.min(unlink)).contains(&now) && member != 0;
        unstable = if grows {
            unstable + GROWTH + member as u64 * 100_000
        } else {
            unstable.saturating_sub(60_000_000)
        };
        let jitter = (row as u64 * 37) % 11 * 400_000;
        let mut kinds = [
            880_000_000,
            190_000_000,
            130_000_000,
            jitter,
            unstable,
            24_000_000,
            0,
        ];
        let room = LIMIT - (kinds.iter().sum::<u64>() - unstable);
        unstable = unstable.min(room);
        kinds[4] = unstable;
        if now >= BACK && now < BACK + SimDuration::from_secs(180) {
            kinds[6] = 90_000_000;
        }
        one.memory.push(kinds);
        one.limit_bytes.push(LIMIT);
        one.used_ppm
            .push(kinds.iter().sum::<u64>() * 1_000_000 / LIMIT);
    }
    assert_eq!(one.memory[0].len(), KINDS);
    one
}

fn link(at: &[SimTime], from: usize, to: usize, unlink: SimTime) -> LinkSeries {
    let mut link = LinkSeries::new(InstanceId::at(from), InstanceId::at(to));
    let base = 32_000 + 21_000 * (from.abs_diff(to)) as u64 + 900 * to as u64;
    for (row, &now) in at.iter().enumerate() {
        let touches_east = from == 0 || to == 0;
        let dark = touches_east && (DARK..BACK).contains(&now);
        let unlinked = touches_east && now >= unlink;
        let noise = (row as u64 * 7_919) % 97;
        let caught_up = touches_east && now >= BACK && now < BACK + SimDuration::from_secs(120);
        let late = if caught_up {
            now.since(DARK).as_micros() / 3
        } else {
            0
        };
        let lag = Lag {
            p50_us: base + noise * 20 + late / 5,
            p99_us: base + base / 20 + noise * 40 + late,
            max_us: base + base / 8 + noise * noise * 9 + late * 2,
        };
        link.lag
            .push((!dark && !unlinked && row > 0).then_some(lag));
        let waiting = if dark {
            now.since(DARK).as_secs() * 140
        } else {
            12
        };
        link.unsent_effects.push(waiting);
    }
    link
}

fn timeline(series: &mut Series, members: usize, runbook: Runbook) {
    let timeline = &mut series.timeline;
    timeline.faults = vec![FaultSpan {
        label: "East US dark".to_owned(),
        from: DARK,
        to: BACK,
    }];
    timeline.lanes = REGIONS[..members]
        .iter()
        .map(|r| RegionLane::new((*r).to_owned()))
        .collect();
    let unlink = unlink_at(runbook);
    timeline.lanes[0].change(DARK, LaneState::Dark);
    for lane in &mut timeline.lanes[1..] {
        lane.change(DARK, LaneState::Partitioned);
    }
    match runbook {
        Runbook::Unlink => {
            timeline.lanes[0].change(BACK, LaneState::Unlinked);
            for lane in &mut timeline.lanes[1..] {
                lane.change(unlink, LaneState::Up);
            }
            let on = InstanceId(2);
            let fired = SimTime::from_secs(4 * 3_600 + 7 * 60);
            let rule = "unlink at 80 %".to_owned();
            timeline.firings.push(RuleFiring {
                rule,
                on,
                at: fired,
            });
            let request = "force-unlink east".to_owned();
            timeline.requests.push(RequestMark {
                request,
                on,
                at: unlink,
                done: true,
            });
        }
        Runbook::None => {
            for (member, minutes) in [(2usize, 308u64), (1, 323)] {
                let at = SimTime::from_secs(minutes * 60);
                let instance = InstanceId::at(member);
                timeline.ooms.push(OomMark {
                    instance,
                    shard: ShardId(0),
                    at,
                });
                timeline.ooms.push(OomMark {
                    instance,
                    shard: ShardId(1),
                    at,
                });
                timeline.lanes[member].change(at, LaneState::OutOfMemory);
            }
            timeline.lanes[0].change(BACK, LaneState::Resyncing);
            timeline.lanes[0].change(BACK + SimDuration::from_secs(180), LaneState::Partitioned);
        }
    }
    for lane in &mut timeline.lanes {
        lane.close(END);
    }
}

fn amounts(series: &InstanceSeries) -> Memory {
    let over = |value: &dyn Fn(&[u64; KINDS]) -> u64| Amount {
        peak_bytes: series.memory.iter().map(value).max().unwrap_or(0),
        final_bytes: series.memory.last().map_or(0, value),
    };
    let kinds = std::array::from_fn(|kind| over(&|row: &[u64; KINDS]| row[kind]));
    Memory::from_amounts(kinds, over(&|row: &[u64; KINDS]| row.iter().sum()))
}

fn member(series: &Series, index: usize, runbook: Runbook) -> InstanceOutcome {
    let one = &series.instances[index];
    let memory = amounts(one);
    let ooms = &series.timeline.ooms;
    let oom = ooms.iter().find(|mark| mark.instance.index() == index);
    let oom_at_ms = oom.map(|mark| mark.at.as_millis());
    let per_effect_oom = if index == 0 {
        None
    } else {
        Some(19_380_000 - 900_000 * index as u64)
    };
    InstanceOutcome {
        name: one.name.clone(),
        region: one.region.clone(),
        sku: "Balanced_B3".to_owned(),
        linked: runbook == Runbook::None || index != 0,
        keys: 1_204_113,
        memory,
        limit_bytes: LIMIT,
        used_peak_ppm: one.used_ppm.iter().copied().max().unwrap_or(0),
        oom_at_ms,
        readings: Readings {
            per_effect: Reading {
                total: memory.total,
                oom_at_ms: per_effect_oom,
            },
            per_state: Reading {
                total: Amount {
                    peak_bytes: 1_260_000_000,
                    final_bytes: 1_240_000_000,
                },
                oom_at_ms: None,
            },
        },
        effects: Effects {
            applied: 4_120_551,
            filtered: 0,
            merged: 0,
        },
        syncs: Syncs {
            partial: 0,
            full: u64::from(index == 0),
            full_bytes: 0,
            full_ms: 0,
        },
        evicted: 0,
        expired: 0,
        collected: 4_093_221,
        collected_bytes: 491_186_520,
        shards: (0..2)
            .map(|shard| ShardOutcome {
                shard,
                keys: 602_056,
                memory,
                limit_bytes: LIMIT / 2,
                oom_at_ms,
            })
            .collect(),
    }
}

pub(super) fn outcome(series: &Series, runbook: Runbook) -> Outcome {
    let members = series.instances.len();
    let unlinks = runbook == Runbook::Unlink;
    let instances = (0..members)
        .map(|index| member(series, index, runbook))
        .collect();
    let excuse = |other: usize| Excuse {
        between: ["east".to_owned(), NAMES[other].to_owned()],
        keys: 401_222,
        reason: if unlinks {
            "east was unlinked"
        } else {
            "replication stopped: out of memory"
        }
        .to_owned(),
    };
    Outcome {
        schema_version: SCHEMA_VERSION,
        scenario: if unlinks { "flagship" } else { "no-unlink" }.to_owned(),
        question: "East US is dark for six hours: which survivor runs out of memory first, and \
                   does force-unlink at 80 % save the group?"
            .to_owned(),
        seed: 42,
        version: "0.1.0".to_owned(),
        digest: "9f3c2a77d01be84c".to_owned(),
        status: if unlinks { Status::Pass } else { Status::Fail },
        storm_ms: 28_800_000,
        ended_at_ms: 30_600_000,
        verdicts: verdicts(unlinks),
        operations: vec![fleet()],
        commands: vec![CommandOutcome {
            at_ms: 60_000,
            on: "west".to_owned(),
            command: "SET greeting <hello>".to_owned(),
            reply: "OK".to_owned(),
            effects: 1,
        }],
        shows: Vec::new(),
        instances,
        links: series
            .links
            .iter()
            .map(|link| link_outcome(series, link))
            .collect(),
        control: if unlinks { vec![request()] } else { Vec::new() },
        alerts: if unlinks { vec![alert()] } else { Vec::new() },
        faults: vec![FaultOutcome {
            name: "East US dark".to_owned(),
            from_ms: 3_600_000,
            to_ms: Some(25_200_000),
            touched: 3_021,
        }],
        convergence: Convergence {
            converged: false,
            at_ms: None,
            recovery_ms: vec![Recovery {
                fault: "East US dark".to_owned(),
                recovery_ms: None,
            }],
            excuses: (1..members).map(excuse).collect(),
            unexcused_keys: 0,
        },
        writes: writes(),
        anomalies: Anomalies {
            lost_updates: Some(1_208),
            ..Anomalies::default()
        },
        cost: Cost {
            egress_micro_usd: 1_234_567,
            instances_micro_usd: None,
        },
        assumptions: assumptions(),
        reproduce: "meridian run scenarios/flagship.ron --seed 42".to_owned(),
    }
}

fn verdicts(unlinks: bool) -> Vec<Verdict> {
    let verdict = |name: &str, status, observed: &str, limit: &str, at_ms, detail: &str| Verdict {
        name: name.to_owned(),
        status,
        observed: observed.to_owned(),
        limit: limit.to_owned(),
        at_ms,
        detail: detail.to_owned(),
    };
    let (status, observed, at_ms) = if unlinks {
        (VerdictStatus::Pass, "80.4 % of a shard's limit", None)
    } else {
        (VerdictStatus::Fail, "asia ran out", Some(18_480_000))
    };
    let holds = VerdictStatus::Pass;
    vec![
        verdict(
            "no out-of-memory",
            status,
            observed,
            "never",
            at_ms,
            "flagship.ron 61:9",
        ),
        verdict(
            "rule fired",
            holds,
            "1 time",
            "at least once",
            None,
            "flagship.ron 63:9",
        ),
        verdict(
            "metadata below 40 MB",
            holds,
            "8 s after 4:12",
            "within 10 min",
            None,
            "flagship.ron 65:9",
        ),
        verdict(
            "strong convergence",
            holds,
            "3 061 comparisons",
            "equal digests",
            None,
            "",
        ),
        verdict("ledger", holds, "24 recounts", "equal", None, ""),
        verdict(
            "session guarantees",
            VerdictStatus::NotEvaluated,
            "",
            "none broken",
            None,
            "needs full detail",
        ),
    ]
}

fn fleet() -> FleetOutcome {
    FleetOutcome {
        fleet: "west clients".to_owned(),
        instance: "west".to_owned(),
        sent: 8_640_000,
        results: Results {
            reads: 4_320_101,
            writes: 4_319_899,
            ..Results::default()
        },
        latency_us: None,
        staleness_ms: None,
        rto_ms: Vec::new(),
    }
}

fn link_outcome(series: &Series, link: &LinkSeries) -> LinkOutcome {
    let worst = link
        .lag
        .iter()
        .flatten()
        .map(|lag| lag.max_us)
        .max()
        .unwrap_or(0)
        / 1_000;
    let p50 = link
        .lag
        .iter()
        .flatten()
        .map(|lag| lag.p50_us)
        .min()
        .unwrap_or(0)
        / 1_000;
    LinkOutcome {
        from: series.instance(link.from).name.clone(),
        to: series.instance(link.to).name.clone(),
        sent_bytes: 4_011_223_344,
        sent_effects: 4_120_551,
        dropped: if link.from.0 == 0 || link.to.0 == 0 {
            503
        } else {
            0
        },
        partial_syncs: 0,
        full_syncs: 0,
        lag_ms: Some(Quantiles {
            count: 4_120_551,
            p50,
            p95: p50 + 2,
            p99: p50 + 6,
            p999: p50 + 40,
            max: worst,
        }),
        micro_usd: 200_561,
    }
}

fn request() -> ControlOutcome {
    ControlOutcome {
        at_ms: 15_120_000,
        request: "force-unlink east".to_owned(),
        on: "asia".to_owned(),
        rule: Some("unlink at 80 %".to_owned()),
        result: ControlResult::Ok,
        error: None,
    }
}

fn alert() -> AlertOutcome {
    AlertOutcome {
        rule: "unlink at 80 %".to_owned(),
        on: "asia".to_owned(),
        fired_at_ms: 14_820_000,
        resolved_at_ms: Some(15_128_000),
    }
}

fn writes() -> Writes {
    let example = |key: &str, detail: &str| WriteExample {
        class: WriteClass::ConcurrentlyOverwritten,
        key: key.to_owned(),
        origin: "east".to_owned(),
        at_ms: 3_599_970,
        detail: detail.to_owned(),
    };
    Writes {
        acknowledged: 12_960_412,
        present: 1_204_113,
        superseded: 11_755_091,
        concurrently_overwritten: 1_208,
        examples: vec![
            example(
                "user:17",
                "west wrote it 12 ms later without having seen it",
            ),
            example("user:90211", "asia wrote it at the same time"),
        ],
        examples_left_out: 1_206,
        ..Writes::default()
    }
}

fn assumptions() -> Vec<AssumptionInForce> {
    let row = |id: &str, value: &str, default: &str, source: &str| AssumptionInForce {
        id: id.to_owned(),
        value: value.to_owned(),
        default: default.to_owned(),
        source: source.to_owned(),
    };
    vec![
        row(
            "A-METADATA",
            "PerEffect",
            "PerEffect",
            "every write keeps a record until all linked members have seen it (product page)",
        ),
        row(
            "A-RECORD",
            "160 B",
            "120 B",
            "what one effect keeps until it is stable",
        ),
        row(
            "A-USABLE",
            "80 %",
            "80 %",
            "the share of a SKU's memory that data may fill",
        ),
    ]
}
