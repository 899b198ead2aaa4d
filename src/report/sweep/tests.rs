//! A sweep made by hand, with much of everything.

use crate::experiment::outcome::{
    Axis, AxisKind, AxisValue, CaseCell, CaseGate, CaseInstance, CaseResult, CaseStatus, Header,
    Limits, Seeds,
};
use crate::experiment::sweep::Fold;
use crate::report::sweep::{files, text};

/// So many cases, some of which fail in eight ways, with five members and six gates.
fn fold(cases: u64) -> Fold {
    let header = Header {
        scenario: "outage".to_owned(),
        question: "who runs out of memory, and when?".to_owned(),
        file: "outage.ron".to_owned(),
        plan_sha256: "0123456789abcdef".repeat(4),
        version: "0.0.0".to_owned(),
        overrides: vec!["storm=2h".to_owned()],
        arm: None,
        axes: Vec::new(),
        seeds: Seeds::Range(0, cases),
        limits: Limits::default(),
    };
    let mut fold = Fold::new(&header);
    (0..cases).for_each(|seed| fold.add(&case(seed)));
    fold
}

/// Source: the finaliser of SplitMix64, a step of its constant from zero.
fn scatter(number: u64) -> u64 {
    let word = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

fn case(seed: u64) -> CaseResult {
    // Scattered, and the same everywhere.
    let scattered = |of: u64| scatter(seed * 31 + of);
    let names = ["east", "west", "asia", "brazil", "india"];
    let instances = (1..).zip(names).map(|(number, name)| {
        let is_full = scattered(number) % 6 < number - 1;
        CaseInstance {
            name: name.to_owned(),
            oom_at_ms: is_full.then(|| 3_600_000 + scattered(10 + number) % 7_200_000),
            used_peak_ppm: 500_000 + scattered(20 + number) % 500_000,
        }
    });
    let way = scattered(0) % 60;
    let fails = way < 8;
    let gates = (1..=6).map(|number| CaseGate {
        name: format!("Sometimes(Thing{number})"),
        hit: Some(number < 6 && scattered(30 + number) % (2 * number) == 0),
    });
    CaseResult {
        seed,
        cell: None,
        status: if fails {
            CaseStatus::Fail
        } else {
            CaseStatus::Pass
        },
        signature: fails.then(|| format!("NoOom on {}, way {way}", names[0])),
        detail: if fails {
            format!("seen under {seed}")
        } else {
            String::new()
        },
        digest: String::new(),
        ended_at_ms: 30_000_000,
        converge_ms: (scattered(40) % 50 > 0).then(|| scattered(41) % 90_000),
        recovery_ms: Some(scattered(42) % 120_000),
        unrecovered: 0,
        rto_ms: (scattered(45) % 9 > 0).then(|| 60_000 + scattered(46) % 600_000),
        unserved: u64::from(scattered(45).is_multiple_of(9)),
        lost_writes: scattered(43) % 1_000,
        rpo_ms: Some(scattered(47) % 40_000),
        overwritten_writes: scattered(44) % 100_000,
        instances: instances.collect(),
        gates: gates.collect(),
    }
}

#[test]
fn the_summary_says_it_in_25_lines() {
    let summary = fold(1_000).summary(None, Some(1_000));
    let text = text::text(&summary);
    assert!(text.lines().count() <= 25, "{text}");
    insta::assert_snapshot!("sweep", text);
}

#[test]
fn the_page_needs_nothing_else_and_stays_small() {
    let fold = fold(2_000);
    let files = files(&fold.summary(None, None), &fold.distributions());
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let expected = [
        "charts/rpo.svg",
        "charts/rto.svg",
        "charts/shares.svg",
        "charts/time-to-converge.svg",
        "charts/time-to-oom.svg",
        "sweep.html",
        "sweep.json",
    ];
    assert_eq!(paths, expected);
    for file in &files {
        assert!(
            file.text.len() < 400_000,
            "{}: {}",
            file.path,
            file.text.len()
        );
    }
    let page = &files[5].text;
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href=\"http"));
    let chart = files[4].text.clone().into_bytes();
    insta::assert_binary_snapshot!("time-to-oom.svg", chart);
}

#[test]
fn what_never_came_has_no_chart() {
    let mut fold = fold(0);
    let quiet = CaseResult {
        converge_ms: None,
        instances: Vec::new(),
        gates: Vec::new(),
        signature: None,
        status: CaseStatus::Pass,
        ..case(1)
    };
    fold.add(&quiet);
    let files = files(&fold.summary(None, None), &fold.distributions());
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["sweep.html", "sweep.json"]);
}

fn axis(name: &str, kind: AxisKind, labels: &[&str]) -> Axis {
    let values = labels.iter().map(|label| AxisValue {
        label: (*label).to_owned(),
        written: format!("{label:?}"),
        micro_usd_per_hour: None,
    });
    Axis {
        name: name.to_owned(),
        set: vec!["storm".to_owned()],
        kind,
        values: values.collect(),
    }
}

/// So many seeds in 48 cells; small caches are full more often, and in longer outages.
fn varied(seeds: u64) -> Fold {
    let header = Header {
        axes: vec![
            axis(
                "outage",
                AxisKind::Circumstance,
                &["10 min", "1 h", "6 h", "a whole day"],
            ),
            axis(
                "writes",
                AxisKind::Circumstance,
                &["1k/s", "10k/s", "100k/s"],
            ),
            axis("size", AxisKind::Choice, &["Balanced_B5", "Balanced_B10"]),
            axis("reading", AxisKind::Band, &["PerState", "PerEffect"]),
        ],
        seeds: Seeds::Range(0, seeds),
        ..fold(0).header().clone()
    };
    let mut fold = Fold::new(&header);
    for index in 0..header.count() {
        let point = header.at(index);
        let cell = header.cell_of(point);
        let load = 3 * cell[0] + 2 * cell[1] + cell[3];
        let room = [6, 12][cell[2]];
        let is_full = scatter(index) % 4 + load as u64 > room;
        let mut row = case(point.seed);
        row.instances.truncate(2);
        row.gates.truncate(1);
        row.instances[0].oom_at_ms = is_full.then_some(60_000 * (20 - load as u64));
        row.status = if is_full {
            CaseStatus::Fail
        } else {
            CaseStatus::Pass
        };
        row.signature = is_full.then(|| "NoOom on east".to_owned());
        row.cell = Some(CaseCell {
            values: header.values_at(point).expect("there are axes"),
            bought_bytes: Some([12_000_000_000, 24_000_000_000][cell[2]]),
        });
        fold.add(&row);
    }
    fold
}

#[test]
fn cells_are_told_in_30_lines_and_charts() {
    let fold = varied(40);
    let summary = fold.summary(None, None);
    let text = text::text(&summary);
    assert!(text.lines().count() <= 30, "{text}");
    insta::assert_snapshot!("cells", text);
    let files = files(&summary, &fold.distributions());
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let expected = [
        "charts/cheapest.svg",
        "charts/map.svg",
        "charts/rpo.svg",
        "charts/rto.svg",
        "charts/shares.svg",
        "charts/time-to-converge.svg",
        "charts/time-to-oom.svg",
        "charts/tornado.svg",
        "sweep.html",
        "sweep.json",
    ];
    assert_eq!(paths, expected);
    for (name, index) in [
        ("cheapest.svg", 0),
        ("map.svg", 1),
        ("rto.svg", 3),
        ("tornado.svg", 7),
    ] {
        let chart = files[index].text.clone().into_bytes();
        insta::assert_binary_snapshot!(name, chart);
    }
    let page = &files[8].text;
    assert!(page.contains("What to choose") && page.contains("<td>a whole day</td>"));
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href=\"http"));
}
