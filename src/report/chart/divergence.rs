//! Keys on which the linked members do not agree yet.

use super::layout::amounts;
use super::{EndLabel, Figure, Key, Mark, Panel, Point, Sheet, Stroke};
use crate::report::palette::Tint;
use crate::report::units::{count, instant_ms};

/// The height of the panel, in pixels.
const HEIGHT: i32 = 110;
/// The line has a corner or two in each of so many columns of the plot.
const COLUMNS: u64 = 400;

/// The chart; `None` without samples.
pub fn figure(sheet: &Sheet<'_>) -> Option<Figure> {
    let series = sheet.series;
    if series.keys_unequal.is_empty() {
        return None;
    }
    let value = |row: usize| series.keys_unequal[row];
    let rows = series.extremes(COLUMNS, |row| Some(value(row)));
    let mut points: Vec<Point> = Vec::with_capacity(2 * rows.len());
    for row in rows {
        let at_ms = series.at[row].as_millis();
        if let Some(&(_, before)) = points.last() {
            points.push((at_ms, before));
        }
        points.push((at_ms, value(row)));
    }
    let last = *series.keys_unequal.last()?;
    let scale = amounts(series.keys_unequal.iter().copied().max()?, 4);
    let subject = "Keys on which the members linked at that instant do not all agree".to_owned();
    let mut figure = sheet.figure("divergence", title(sheet), subject);
    let key = Key::Line(Tint::Blue, Stroke::Solid);
    figure.panels.push(Panel {
        title: "keys not yet equal (number of keys)".to_owned(),
        height: HEIGHT,
        headroom: 26,
        y_max: *scale.last()?,
        y_ticks: scale
            .iter()
            .map(|&amount| (amount, count(amount)))
            .collect(),
        grid: true,
        marks: vec![Mark::Line {
            tint: Tint::Blue,
            stroke: Stroke::Solid,
            points,
        }],
        ends: vec![EndLabel {
            level: last,
            text: format!("{} keys at the end", count(last)),
            key,
        }],
    });
    Some(figure)
}

fn title(sheet: &Sheet<'_>) -> String {
    let keys = &sheet.series.keys_unequal;
    let most = keys.iter().copied().max().unwrap_or(0);
    let convergence = &sheet.outcome.convergence;
    let mut text = match keys.iter().position(|&one| one == most) {
        Some(row) if most > 0 => {
            let at = sheet.clock.at(sheet.series.at[row]);
            format!(
                "At worst {} keys differ among linked members, at {at}",
                count(most)
            )
        }
        _ => "No sample finds a key that differs among linked members".to_owned(),
    };
    let apart: u64 = convergence.excuses.iter().map(|excuse| excuse.keys).sum();
    match (convergence.converged, convergence.at_ms) {
        (true, Some(at_ms)) => {
            text += &format!("; linked members agree from {}", instant_ms(at_ms))
        }
        (true, None) => text += "; linked members agree at the end",
        (false, _) if convergence.unexcused_keys > 0 => {
            text += &format!(
                "; {} differ without an excuse",
                count(convergence.unexcused_keys)
            );
        }
        (false, _) if apart > 0 => text += "; those that stay apart have an excuse",
        (false, _) => text += "; they do not agree at the end",
    }
    text
}
