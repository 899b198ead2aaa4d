//! What befalls nodes and streams, as the file writes it.

use crate::id::InstanceId;
use crate::plan::{Incident, Plan, Streams, Window};
use crate::scenario::normal::{list, quantity, text};
use crate::scenario::schema::List;
use crate::scenario::schema::leaf::{OneOrMany, Text};
use crate::scenario::schema::place::MaintenanceWindow;
use crate::scenario::schema::timeline::Action;
use crate::scenario::span::Field;

pub(super) fn incident(incident: &Incident, plan: &Plan) -> Action {
    let instance = |id: InstanceId| text(&plan.instances[id].name);
    match incident {
        Incident::Failover {
            on,
            shards: numbers,
            planned,
        } => Action::Failover {
            on: instance(*on),
            shards: shards(numbers),
            planned: Field::of(*planned),
        },
        Incident::ZoneLoss(region) => Action::ZoneLoss {
            region: text(&plan.regions[*region].name),
        },
        Incident::Stall(streams) => Action::Stall {
            on: instance(streams.on),
            from: from(streams, plan),
            shards: shards(&streams.shards),
        },
        Incident::Resume(streams) => Action::Resume {
            on: instance(streams.on),
            from: from(streams, plan),
            shards: shards(&streams.shards),
        },
        Incident::Patch { on, urgent } => Action::Patch {
            on: instance(*on),
            urgent: Field::of(*urgent),
        },
    }
}

fn from(streams: &Streams, plan: &Plan) -> Field<OneOrMany<Text>> {
    if streams.from.is_empty() {
        return Field::Absent;
    }
    let names = streams.from.iter();
    let names = names.map(|id| text(&plan.instances[*id].name));
    Field::of(OneOrMany(names.collect()))
}

fn shards(numbers: &[u16]) -> Field<OneOrMany<u16>> {
    if numbers.is_empty() {
        return Field::Absent;
    }
    let numbers = numbers.iter().map(|number| Field::of(*number));
    Field::of(OneOrMany(numbers.collect()))
}

pub(super) fn windows(windows: &[Window]) -> Field<List<MaintenanceWindow>> {
    if windows.is_empty() {
        return Field::Absent;
    }
    list(windows.iter().map(|window| MaintenanceWindow {
        day: Field::of(window.day.into()),
        hour: Field::of(u16::from(window.hour)),
        lasts: quantity(window.lasts),
    }))
}
