//! Control lanes: which operation each instance was in, and how long the scaling lock was held.

use super::layout::{LABEL, LEFT, PLOT, PX, x};
use super::{EndLabel, Figure, Key, Mark, Panel, Point, Sheet, callouts};
use crate::metrics::timeline::{LaneState, OperationSpan};
use crate::report::font::{Weight, fit, width};
use crate::report::palette::lane as lane_tint;
use crate::report::units::duration_ms;
use crate::time::SimTime;

/// The height of a lane, in pixels.
const HEIGHT: i32 = 24;
/// Between a bar's edge and its text.
const PADDING: i32 = 5 * PX;

/// The chart; `None` where the control plane had next to nothing to do.
pub fn figure(sheet: &Sheet<'_>) -> Option<Figure> {
    let timeline = &sheet.series.timeline;
    if timeline.locks.is_empty() && timeline.operations.len() < 2 {
        return None;
    }
    let subject = match timeline.locks.as_slice() {
        [] => "Instances: operations under way",
        _ => "Instances: operations under way; above them the scaling lock",
    };
    let subject = subject.to_owned();
    let mut figure = sheet.figure("control", title(sheet), subject);
    let end_ms = figure.end_ms;
    if !timeline.locks.is_empty() {
        let spans = timeline.locks.iter().map(|lock| Drawn {
            state: LaneState::Partitioned,
            words: &lock.words,
            from: lock.from,
            to: lock.to,
        });
        let held = format!("held {}", together(&timeline.locks, end_ms));
        figure
            .panels
            .push(panel("scaling lock", spans, &[], held, end_ms));
    }
    for (id, instance) in sheet.series.instances.iter().enumerate() {
        let own = |span: &&OperationSpan| usize::from(span.on.0) == id;
        let mine: Vec<OperationSpan> = timeline.operations.iter().filter(own).cloned().collect();
        let spans = mine.iter().map(|span| Drawn {
            state: if span.failed {
                LaneState::Dark
            } else {
                LaneState::Resyncing
            },
            words: &span.words,
            from: span.from,
            to: span.to,
        });
        let refused = refusals(sheet, id);
        let under_way = match mine.as_slice() {
            [] => "no operation".to_owned(),
            mine => format!("under way {}", together(mine, end_ms)),
        };
        let panel = panel(&instance.name, spans, &refused, under_way, end_ms);
        figure.panels.push(panel);
    }
    Some(figure)
}

/// A bar to draw.
struct Drawn<'a> {
    state: LaneState,
    words: &'a str,
    from: SimTime,
    to: SimTime,
}

fn title(sheet: &Sheet<'_>) -> String {
    let timeline = &sheet.series.timeline;
    let refused = timeline.requests.iter().filter(|one| !one.done).count();
    let (made, failed) = (
        timeline.requests.len(),
        timeline.operations.iter().filter(|one| one.failed).count(),
    );
    let number = |count: usize| match count {
        0 => "none".to_owned(),
        count => count.to_string(),
    };
    let mut text = format!(
        "Of {made} requests {} refused, {} failed",
        number(refused),
        number(failed)
    );
    if let (Some(first), Some(last)) = (timeline.locks.first(), timeline.locks.last()) {
        let clock = sheet.clock;
        let to = match last.to < sheet.series.end {
            true => format!("to {}", clock.at(last.to)),
            false => "and has not gone by the end".to_owned(),
        };
        text += &format!(
            "; the scaling lock holds from {} {to}",
            clock.at(first.from)
        );
    }
    text
}

/// What was refused on an instance, at its instants.
fn refusals(sheet: &Sheet<'_>, id: usize) -> Vec<(Point, String)> {
    let requests = sheet.series.timeline.requests.iter();
    let refused = requests.filter(|one| !one.done && usize::from(one.on.0) == id);
    refused
        .map(|one| {
            let text = format!("{} refused {}", one.request, sheet.clock.at(one.at));
            ((one.at.as_millis(), 2), text)
        })
        .collect()
}

fn panel<'a>(
    name: &str,
    spans: impl Iterator<Item = Drawn<'a>>,
    refused: &[(Point, String)],
    total: String,
    end_ms: u64,
) -> Panel {
    let (mut marks, mut notes) = (Vec::new(), refused.to_vec());
    for span in spans {
        let (from, to) = (span.from.as_millis(), span.to.as_millis().min(end_ms));
        let room = x(to, end_ms) - x(from, end_ms) - 2 * PADDING;
        let fits = width(span.words, LABEL, Weight::Regular) <= room.min(PLOT);
        if !fits {
            let lasts = duration_ms(to - from);
            notes.push(((from, 2), format!("{} {lasts}", span.words)));
        }
        marks.push(Mark::Bar {
            tint: lane_tint(span.state),
            from: (from, 0),
            to: (to, 2),
            text: fits.then(|| span.words.to_owned()),
        });
    }
    let (callouts, rows) = callouts(&notes, end_ms, 2);
    marks.extend(callouts);
    Panel {
        title: String::new(),
        height: HEIGHT,
        headroom: 8 + rows * 14,
        y_max: 2,
        y_ticks: vec![(1, fit(name, LABEL, LEFT - 12 * PX))],
        grid: false,
        marks,
        ends: vec![EndLabel {
            level: 1,
            text: total,
            key: Key::None,
        }],
    }
}

/// How long spans are together.
fn together(spans: &[OperationSpan], end_ms: u64) -> String {
    let lengths = spans.iter().map(|span| {
        let to = span.to.as_millis().min(end_ms);
        to.saturating_sub(span.from.as_millis())
    });
    duration_ms(lengths.sum())
}
