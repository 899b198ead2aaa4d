//! The charts of a sweep: distributions of times, and shares with their intervals.

use super::cells;
use super::layout::{self, amounts};
use super::{EndLabel, Figure, Key, Mark, Panel, Point, Stroke};
use crate::experiment::outcome::{Share, Summary};
use crate::experiment::statistics::{CONFIDENCE, band_ppm};
use crate::experiment::sweep::{Distribution, Timed};
use crate::report::palette::Tint;
use crate::report::sweep::{text, words};
use crate::report::units::Clock;

/// The whole, in parts of a million.
const WHOLE: u64 = 1_000_000;
/// The height of a distribution, in pixels.
const HEIGHT: i32 = 120;
/// The height of a share, in pixels.
const BAR: i32 = 16;
/// Shares of one kind that are drawn.
const SHARES_MAX: usize = 12;

/// The charts. One without data is left out.
pub fn figures(summary: &Summary, distributions: &[Distribution]) -> Vec<Figure> {
    let cells = summary.cells.as_ref();
    let cells = cells.map_or_else(Vec::new, |of| cells::figures(summary, of));
    let times = ALL.iter().filter_map(|what| {
        let of = distributions.iter().filter(|one| one.of == what.of);
        times(summary, &of.collect::<Vec<_>>(), what)
    });
    cells
        .into_iter()
        .chain(shares(summary))
        .chain(times)
        .collect()
}

/// What a chart of times says.
struct Times {
    of: Timed,
    name: &'static str,
    subject: &'static str,
    axis: &'static str,
    event: &'static str,
}

const ALL: [Times; 4] = [
    Times {
        of: Timed::OutOfMemory,
        name: "time-to-oom",
        subject: "Share of cases in which a member had run out of memory by then",
        axis: "time since the start",
        event: "a member runs out of memory",
    },
    Times {
        of: Timed::Converged,
        name: "time-to-converge",
        subject: "Share of cases in which all linked members agreed for good by then",
        axis: "time since storm and faults were over",
        event: "the members agree",
    },
    Times {
        of: Timed::Served,
        name: "rto",
        subject: "Recovery time: share of cases in which a fault had let go of all clients by \
                  then, of those in which one kept them from their instance",
        axis: "time since the fault began",
        event: "all clients are served again",
    },
    Times {
        of: Timed::Lost,
        name: "rpo",
        subject: "Recovery point: share of cases in which no longer stretch of one member's \
                  writes than this is lost",
        axis: "from the first to the last lost write",
        event: "it is known how much is lost",
    },
];

/// What the dotted lines are.
const BAND: &str = "dotted: between these the whole curve lies, with 95 %";

/// The distributions of times, one panel each; `None` when nothing ever came.
fn times(summary: &Summary, all: &[&Distribution], what: &Times) -> Option<Figure> {
    let shown: Vec<&&Distribution> = all.iter().filter(|one| !one.steps.is_empty()).collect();
    let latest = shown
        .iter()
        .filter_map(|one| one.steps.last())
        .map(|step| step.at)
        .max()
        // Where nothing is ever lost there is nothing to see.
        .filter(|latest| what.of != Timed::Lost || *latest > 0)?;
    // The last step is to be seen as one.
    let end_ms = (latest + latest / 20).max(1);
    let clock = Clock::of_run(end_ms);
    let (ticks, format) = match end_ms < 12_000 {
        true => (milliseconds(end_ms), "ms"),
        false => (layout::time_ticks(end_ms, clock), clock.format()),
    };
    Some(Figure {
        name: what.name,
        title: found(&shown, what),
        subject: format!("{}; {BAND}", what.subject),
        source: source(summary),
        end_ms,
        axis: format!("{} ({format})", what.axis),
        ticks,
        shades: Vec::new(),
        panels: shown.iter().map(|one| panel(one, what, end_ms)).collect(),
    })
}

/// Ticks of an axis shorter than a few seconds.
fn milliseconds(end_ms: u64) -> Vec<(u64, String)> {
    let within = amounts(end_ms, 8).into_iter().filter(|at| *at <= end_ms);
    within.map(|at| (at, at.to_string())).collect()
}

/// What distributions found, in words.
fn found(all: &[&&Distribution], what: &Times) -> String {
    let mut ordered: Vec<(u64, &str, String)> = all
        .iter()
        .map(|one| {
            let share = match what.of {
                Timed::Lost => part_at(one, 0),
                _ => part(one.reached.count, one.reached.of),
            };
            let group = one.group.as_deref().unwrap_or_default();
            (share, group, words::share_ppm(share))
        })
        .collect();
    ordered.sort_by_key(|(share, ..)| *share);
    let event = match what.of {
        Timed::Lost => "no write is lost",
        _ => what.event,
    };
    let mut letters = event.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let event: String = first.into_iter().chain(letters).collect();
    match (ordered.first(), ordered.last()) {
        (Some((_, low, least)), Some((_, high, most))) if all.len() > 1 && least == most => {
            format!("{event} in {least} of cases, at {low} as at {high}")
        }
        (Some((_, low, least)), Some((_, high, most))) if all.len() > 1 => {
            format!("{event} in {least} of cases ({low}) to {most} ({high})")
        }
        _ => format!("{event} in {} of cases", words::share(&all[0].reached)),
    }
}

/// The share of cases that had come by then, in parts of a million.
fn part_at(one: &Distribution, at: u64) -> u64 {
    let last = one.steps.iter().rfind(|step| step.at <= at);
    part(last.map_or(0, |step| step.count), one.reached.of)
}

fn panel(one: &Distribution, what: &Times, end_ms: u64) -> Panel {
    let of = one.reached.of;
    let band = band_ppm(one.draws, CONFIDENCE);
    let curve = |shift: &dyn Fn(u64) -> u64| staircase(one, end_ms, shift);
    let line = |stroke, points| Mark::Line {
        tint: Tint::Blue,
        stroke,
        points,
    };
    let level = part(one.reached.count, of);
    let quarters = (0..=4).map(|quarter| (quarter * WHOLE / 4, format!("{} %", quarter * 25)));
    Panel {
        title: match &one.group {
            Some(group) => format!("{group} (share of cases)"),
            None => format!("{} (share of cases)", what.event),
        },
        height: HEIGHT,
        headroom: 26,
        y_max: WHOLE,
        y_ticks: quarters.collect(),
        grid: true,
        marks: vec![
            line(Stroke::Dotted, curve(&|level| (level + band).min(WHOLE))),
            line(Stroke::Dotted, curve(&|level| level.saturating_sub(band))),
            line(Stroke::Solid, curve(&|level| level)),
        ],
        ends: vec![EndLabel {
            level,
            text: words::count(&one.reached),
            key: Key::Line(Tint::Blue, Stroke::Solid),
        }],
    }
}

/// The corners of a distribution, moved up or down, one step at most for each pixel.
fn staircase(one: &Distribution, end_ms: u64, shift: &dyn Fn(u64) -> u64) -> Vec<Point> {
    let mut points: Vec<Point> = vec![(0, shift(0))];
    let mut steps = one.steps.iter().peekable();
    while let Some(step) = steps.next() {
        let column = |at: u64| layout::x(at, end_ms) / layout::PX;
        if steps
            .peek()
            .is_some_and(|next| column(next.at) == column(step.at))
        {
            continue;
        }
        let before = points.last().map_or(0, |point| point.1);
        points.push((step.at, before));
        points.push((step.at, shift(part(step.count, one.reached.of))));
    }
    let last = points.last().map_or(0, |point| point.1);
    points.push((end_ms, last));
    points
}

fn part(count: u64, of: u64) -> u64 {
    let part = u128::from(count) * u128::from(WHOLE) / u128::from(of.max(1));
    u64::try_from(part).expect("no more than the whole")
}

/// The shares of failures and of what must happen sometimes; `None` without either.
fn shares(summary: &Summary) -> Option<Figure> {
    let failures = summary.signatures.iter().take(SHARES_MAX);
    let failures = failures.map(|one| (one.signature.clone(), &one.share, Tint::Vermillion));
    let gates = summary.gates.iter().take(SHARES_MAX);
    let gates = gates.map(|one| (one.name.clone(), &one.share, Tint::Green));
    let rows: Vec<(String, &Share, Tint)> = failures.chain(gates).collect();
    let most = rows.iter().map(|(_, share, _)| share.high_ppm).max()?;
    let scale: Vec<u64> = amounts(most, 8)
        .into_iter()
        .filter(|at| *at <= WHOLE)
        .collect();
    let end = scale.last().copied().unwrap_or(WHOLE).max(most);
    Some(Figure {
        name: "shares",
        title: title(summary),
        subject:
            "Share of cases (dot) and between which bounds it lies with 95 % (line): red what \
                  failed, green what happened as it must sometimes"
                .to_owned(),
        source: source(summary),
        end_ms: end,
        axis: "share of cases".to_owned(),
        ticks: scale
            .iter()
            .map(|at| (*at, words::share_ppm(*at)))
            .collect(),
        shades: Vec::new(),
        panels: rows.iter().map(bar).collect(),
    })
}

fn title(summary: &Summary) -> String {
    let fail = words::share(&summary.failures);
    match summary.signatures.first() {
        None => format!("No case fails: {fail}"),
        Some(first) => format!("{fail} of cases fail, most often by {}", first.signature),
    }
}

fn bar((name, share, tint): &(String, &Share, Tint)) -> Panel {
    let at = |ppm: u64| (ppm, 1);
    Panel {
        title: name.clone(),
        height: BAR,
        headroom: 22,
        y_max: 2,
        y_ticks: Vec::new(),
        grid: false,
        marks: vec![
            Mark::Line {
                tint: *tint,
                stroke: Stroke::Solid,
                points: vec![at(share.low_ppm), at(share.high_ppm)],
            },
            Mark::Dot {
                tint: *tint,
                at: at(part(share.count, share.of)),
            },
        ],
        ends: vec![EndLabel {
            level: 1,
            text: words::share(share),
            key: Key::None,
        }],
    }
}

/// Which sweep this is.
pub(super) fn source(summary: &Summary) -> String {
    let version = &summary.header.version;
    let plan = &summary.header.plan_sha256;
    let plan = plan.get(..16).unwrap_or(plan);
    format!("{}, Meridian {version}, plan {plan}", text::name(summary))
}
