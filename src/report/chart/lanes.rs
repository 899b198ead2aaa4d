//! Region lanes: what each region was up to, written into bars.

use super::layout::{LABEL, LEFT, PLOT, PX, x};
use super::{EndLabel, Figure, Key, Mark, Panel, Point, Sheet, callouts};
use crate::metrics::timeline::{LaneSpan, LaneState, RegionLane};
use crate::report::font::{Weight, fit, width};
use crate::report::palette::lane as lane_tint;
use crate::report::units::{duration_ms, percent};
use crate::time::SimTime;

/// The height of a lane, in pixels.
const HEIGHT: i32 = 24;
/// Between a bar's edge and its text.
const PADDING: i32 = 5 * PX;

/// The chart; `None` without lanes.
pub fn figure(sheet: &Sheet<'_>) -> Option<Figure> {
    let lanes = &sheet.series.timeline.lanes;
    if lanes.is_empty() {
        return None;
    }
    let subject = "Regions: state over time".to_owned();
    let mut figure = sheet.figure("lanes", title(sheet), subject);
    figure.panels = lanes
        .iter()
        .map(|lane| panel(sheet, lane, figure.end_ms))
        .collect();
    Some(figure)
}

fn title(sheet: &Sheet<'_>) -> String {
    let timeline = &sheet.series.timeline;
    let clock = sheet.clock;
    let longest = timeline
        .faults
        .iter()
        .max_by_key(|fault| (fault.to.since(fault.from), fault.to));
    let mut text = match longest {
        None => "No fault disturbs the group".to_owned(),
        Some(fault) => {
            let lasted = duration_ms(fault.to.since(fault.from).as_millis());
            format!("{} for {lasted} from {}", fault.label, clock.at(fault.from))
        }
    };
    let others = timeline.faults.len().saturating_sub(1);
    if others > 0 {
        text += &format!(
            ", and {others} more {}",
            if others == 1 { "fault" } else { "faults" }
        );
    }
    if let Some(request) = timeline.requests.iter().find(|request| request.done) {
        text += &format!("; {} at {}", request.request, clock.at(request.at));
    }
    text
}

fn panel(sheet: &Sheet<'_>, lane: &RegionLane, end_ms: u64) -> Panel {
    let mut marks = Vec::new();
    let mut notes = notes(sheet, lane);
    let mut noted: Vec<LaneState> = Vec::new();
    for span in &lane.spans {
        let (from, to) = (span.from.as_millis(), span.to.as_millis().min(end_ms));
        let text = inside(span, end_ms);
        if text.is_none() && !noted.contains(&span.state) && span.state != LaneState::Up {
            noted.push(span.state);
            notes.push((
                (from, 2),
                format!("{} {}", span.state.words(), lasting(span, end_ms)),
            ));
        }
        marks.push(Mark::Bar {
            tint: lane_tint(span.state),
            from: (from, 0),
            to: (to, 2),
            text,
        });
    }
    let (callouts, rows) = callouts(&notes, end_ms, 2);
    marks.extend(callouts);
    Panel {
        title: String::new(),
        height: HEIGHT,
        headroom: 8 + rows * 14,
        y_max: 2,
        y_ticks: vec![(1, fit(&lane.region, LABEL, LEFT - 12 * PX))],
        grid: false,
        marks,
        ends: vec![service(lane, end_ms)],
    }
}

/// How much of the run the region was up.
fn service(lane: &RegionLane, end_ms: u64) -> EndLabel {
    let up = lane.spans.iter().filter(|span| span.state == LaneState::Up);
    let up_ms: u64 = up
        .map(|span| span.to.as_millis().min(end_ms) - span.from.as_millis())
        .sum();
    let share = percent(up_ms * 1_000_000 / end_ms);
    EndLabel {
        level: 1,
        text: format!("up {share} of the time"),
        key: Key::None,
    }
}

/// What happened to the region's instances at one instant each.
fn notes(sheet: &Sheet<'_>, lane: &RegionLane) -> Vec<(Point, String)> {
    let timeline = &sheet.series.timeline;
    let is_here = |id| sheet.series.instance(id).region == lane.region;
    let at = |instant: SimTime| sheet.clock.at(instant);
    let mut notes = Vec::new();
    for firing in timeline.firings.iter().filter(|firing| is_here(firing.on)) {
        notes.push((
            (firing.at.as_millis(), 2),
            format!("{} fires {}", firing.rule, at(firing.at)),
        ));
    }
    for request in timeline
        .requests
        .iter()
        .filter(|request| is_here(request.on))
    {
        let refused = if request.done { "" } else { ", refused" };
        let text = format!("{}{refused} {}", request.request, at(request.at));
        notes.push(((request.at.as_millis(), 2), text));
    }
    notes
}

/// The state, with its duration where that fits too.
fn inside(span: &LaneSpan, end_ms: u64) -> Option<String> {
    let (from, to) = (span.from.as_millis(), span.to.as_millis().min(end_ms));
    let room = x(to, end_ms) - x(from, end_ms) - 2 * PADDING;
    let words = span.state.words();
    let long = format!("{words} {}", lasting(span, end_ms));
    let is_short_enough = |text: &String| width(text, LABEL, Weight::Regular) <= room.min(PLOT);
    [long, words.to_owned()].into_iter().find(is_short_enough)
}

fn lasting(span: &LaneSpan, end_ms: u64) -> String {
    duration_ms(span.to.as_millis().min(end_ms) - span.from.as_millis())
}
