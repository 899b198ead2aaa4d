//! Tests of the control plane: the product page's statements, every refusal, and an exploration
//! against an independent machine.

mod article;
mod explore;
mod model;
mod refusals;

use super::*;
use crate::catalogue::sku;
use crate::time::SimTime;

/// Durations in which nothing but the order of events counts.
pub(super) fn at_once() -> Settings {
    let timings = Timings {
        settling: crate::time::SimDuration::ZERO,
        ..Timings::default()
    };
    Settings {
        timings,
        ..Settings::default()
    }
}

pub(super) fn of(name: &str) -> Configuration {
    Configuration::of(sku(name).expect("the size is in the catalogue"))
}

/// A linked group of `redis00`, `redis01`, …, all of one size.
pub(super) fn group(count: usize, size: &str) -> Control {
    let members = (0..count).map(|n| (format!("redis0{n}"), of(size)));
    Control::linked(at_once(), "group", members)
}

pub(super) fn id(index: u16) -> InstanceId {
    InstanceId(index)
}

pub(super) fn scale(on: u16, to: &str) -> Request {
    let to = sku(to).expect("the size is in the catalogue");
    let load = Load::default();
    Request::Scale {
        on: id(on),
        to,
        load,
    }
}

pub(super) fn grouping(nickname: &str, linked: &[&str]) -> Grouping {
    Grouping {
        nickname: nickname.to_owned(),
        linked: linked.iter().map(|&name| name.to_owned()).collect(),
    }
}

pub(super) fn creation(name: &str, size: &str, group: Option<Grouping>) -> Creation {
    Creation {
        name: name.to_owned(),
        database: "default".to_owned(),
        zones: false,
        configuration: of(size),
        group,
    }
}

/// Sends a request that must be taken, without ending its operation.
#[track_caller]
pub(super) fn takes(control: &mut Control, request: &Request) -> Accepted {
    let taken = control.request(SimTime::ZERO, request);
    taken.unwrap_or_else(|refused| panic!("{request:?} is refused: {refused}"))
}

/// Sends a request that must be taken, and ends its operation. Time stands still: what takes how
/// long is told apart from what follows what.
#[track_caller]
pub(super) fn does(control: &mut Control, request: &Request) -> (Accepted, Finished) {
    let taken = takes(control, request);
    let finished = control.finish(SimTime::ZERO, taken.operation);
    (taken, finished.expect("it was just begun"))
}

/// Sends a request that must be refused, and must have left everything as it was.
#[track_caller]
pub(super) fn refuses(control: &Control, request: &Request, refusal: Refusal) -> Refused {
    let mut after = control.clone();
    let refused = after.request(SimTime::ZERO, request);
    let refused = refused.expect_err("it is refused");
    assert_eq!(refused.refusal, refusal, "{refused}");
    assert_eq!(after, *control, "a refusal changes nothing");
    assert!(!refused.found.is_empty() && !refused.accepted.is_empty());
    refused
}

/// The names of the sizes the instances have.
pub(super) fn sizes(control: &Control) -> Vec<&'static str> {
    let present = control
        .instances
        .iter()
        .filter(|one| one.deleted_at.is_none());
    present.map(|one| one.configuration.sku.name).collect()
}
