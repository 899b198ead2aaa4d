//! What comes of processes: gaps and lengths by their means, budgets, draws of their own.

use crate::id::RegionId;
use crate::plan::{Memory, Step, TimedStep};
use crate::scenario::process::{Bounds, Lasting, Process, Target, Variant, schedule};
use crate::time::{SimDuration, SimTime};

const HOUR: SimDuration = SimDuration::from_secs(3_600);
const MINUTE: SimDuration = SimDuration::from_secs(60);

fn outage(region: u16) -> Target {
    let region = RegionId(region);
    Target {
        name: format!("region {}", region.0),
        variants: vec![Variant {
            begin: vec![Step::Outage {
                region,
                memory: Memory::Kept,
            }],
            end: vec![Step::Return(region)],
        }],
    }
}

fn outages(name: &str, regions: &[u16]) -> Process {
    Process {
        name: name.to_owned(),
        place: "1:1".to_owned(),
        targets: regions.iter().map(|region| outage(*region)).collect(),
        every: HOUR,
        lasts: Lasting::Repaired {
            mean: MINUTE * 10,
            least: MINUTE,
        },
        at_once: u32::MAX,
        at_most: u32::MAX,
        from: SimTime::ZERO,
        until: SimTime::MAX,
    }
}

fn days(count: u64) -> Bounds {
    Bounds {
        end: SimTime::ZERO + HOUR * (24 * count),
        at_once: u32::MAX,
    }
}

/// Beginning and end of each outage of a region, in seconds; none where it does not end.
fn spans(steps: &[TimedStep], of: u16) -> Vec<(u64, Option<u64>)> {
    let seconds = |at: SimTime| at.as_millis() / 1_000;
    let mut spans: Vec<(u64, Option<u64>)> = Vec::new();
    for timed in steps {
        match &timed.step {
            Step::Outage { region, .. } if region.0 == of => spans.push((seconds(timed.at), None)),
            Step::Return(region) if region.0 == of => {
                let last = spans.last_mut().expect("it returns from something");
                last.1 = Some(seconds(timed.at));
            }
            _ => {}
        }
    }
    spans
}

#[test]
fn gaps_and_lengths_have_their_means() {
    let steps = schedule(&[outages("a", &[0])], days(1_000), 7);
    let spans = spans(&steps, 0);
    // A cycle takes 70 minutes on average: 20 571 of them in a thousand days, give or take 1 %.
    assert!((20_000..21_200).contains(&spans.len()), "{}", spans.len());
    let lengths = spans.iter().map(|(from, to)| to.map(|to| to - from));
    let lengths: Vec<u64> = lengths.map(|length| length.expect("it ends")).collect();
    let mean = lengths.iter().sum::<u64>() / lengths.len() as u64;
    assert!((590..611).contains(&mean), "{mean} s, expected 600");
    // The last may be cut short by the end.
    let least = lengths[..lengths.len() - 1].iter().min().copied();
    assert!((59..63).contains(&least.unwrap_or(0)), "{least:?}");
}

#[test]
fn a_process_more_moves_no_draw() {
    let alone = schedule(&[outages("a", &[0, 1])], days(30), 7);
    let with = schedule(&[outages("b", &[2]), outages("a", &[1, 0])], days(30), 7);
    for region in [0, 1] {
        assert_eq!(spans(&alone, region), spans(&with, region));
    }
    assert!(!spans(&with, 2).is_empty());
    let other = schedule(&[outages("a", &[0, 1])], days(30), 8);
    assert_ne!(spans(&alone, 0), spans(&other, 0), "another seed");
    assert_ne!(spans(&alone, 0), spans(&alone, 1), "another target");
}

/// The most regions that are dark at once.
fn most_at_once(steps: &[TimedStep]) -> usize {
    let (mut dark, mut most) = (0_usize, 0);
    for timed in steps {
        match timed.step {
            Step::Outage { .. } => dark += 1,
            _ => dark -= 1,
        }
        most = most.max(dark);
    }
    most
}

#[test]
fn budgets_hold() {
    let free = [outages("a", &[0, 1, 2]), outages("b", &[3, 4])];
    assert!(most_at_once(&schedule(&free, days(30), 7)) > 2);
    let one_each = free.clone().map(|process| Process {
        at_once: 1,
        ..process
    });
    assert_eq!(most_at_once(&schedule(&one_each, days(30), 7)), 2);
    let bounds = Bounds {
        at_once: 1,
        ..days(30)
    };
    let steps = schedule(&free, bounds, 7);
    assert_eq!(most_at_once(&steps), 1);
    assert!(
        steps.len() > 400,
        "what is refused comes again: {}",
        steps.len()
    );
    let few = free.map(|process| Process {
        at_most: 3,
        ..process
    });
    assert_eq!(schedule(&few, days(30), 7).len(), 2 * 2 * 3);
}

#[test]
fn no_two_faults_hold_the_same() {
    let steps = schedule(&[outages("a", &[0]), outages("b", &[0])], days(30), 7);
    let mut is_dark = false;
    for timed in &steps {
        let darkens = matches!(timed.step, Step::Outage { .. });
        assert_ne!(is_dark, darkens, "{timed:?}");
        is_dark = darkens;
    }
}

#[test]
fn faults_are_over_with_the_storm_unless_they_last_for_good() {
    let ends = |lasts| {
        let process = Process {
            lasts,
            ..outages("a", &[0])
        };
        spans(&schedule(&[process], days(1), 7), 0)
    };
    let (mean, least) = (HOUR * 1_000, HOUR * 1_000);
    let day = Some(86_400);
    assert_eq!(ends(Lasting::Repaired { mean, least })[0].1, day);
    assert_eq!(ends(Lasting::Storm)[0].1, day);
    assert_eq!(ends(Lasting::ForGood)[0].1, None);
    assert!(ends(Lasting::Instant).len() > 5);
}

#[test]
fn faults_keep_to_their_time() {
    let (from, until) = (SimTime::from_secs(3_600), SimTime::from_secs(7_200));
    let process = Process {
        from,
        until,
        every: MINUTE,
        ..outages("a", &[0])
    };
    let spans = spans(&schedule(&[process], days(1), 7), 0);
    assert!(spans.len() > 2);
    let inside = |at: u64| (3_600..=7_200).contains(&at);
    assert!(spans.iter().all(|(begins, _)| inside(*begins)), "{spans:?}");
}
