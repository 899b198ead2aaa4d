//! The machine and the model, walked through side by side: every state that so many steps reach,
//! and in each of them every request.

use std::collections::BTreeSet;

use super::model::{Doing, Model};
use super::{creation, group, grouping, id, scale};
use crate::control::operation::Kind;
use crate::control::{Control, Instance, Request};
use crate::id::{Id, InstanceId};
use crate::time::SimTime;

/// Three sizes, each with more memory and more shards than the one before.
const SIZES: [&str; 3] = [
    "MemoryOptimized_M10",
    "ComputeOptimized_X20",
    "ComputeOptimized_X50",
];
const MEMBERS_MAX: usize = 4;

/// Something that happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Scale(u16, u8),
    Unlink(u16, u16),
    Delete(u16),
    Join(u8),
    /// What a member is doing ends well.
    Finish(u16),
    /// It ends badly.
    Fail(u16),
}

/// Ids told apart: nobody's number comes twice, whatever order of six steps.
#[test]
fn every_order_of_six_steps_agrees_with_the_model() {
    assert!(explore(3, 6, told_apart) > 20_000);
}

/// Ids left out, there are finitely many states: all are reached.
#[test]
fn every_state_of_up_to_four_members_agrees_with_the_model() {
    assert!(explore(2, usize::MAX, alike) > 1_000);
}

/// How many distinct states up to `depth` steps reach from a group of `count`.
fn explore<K: Ord>(count: u16, depth: usize, key: fn(&Control, &Model) -> K) -> usize {
    let model = Model {
        members: (0..count).map(|id| (id, 0, Doing::Rest)).collect(),
        outside: Vec::new(),
        next: count,
        cap: 0,
    };
    let control = group(usize::from(count), SIZES[0]);
    let mut seen = BTreeSet::from([key(&control, &model)]);
    let mut edge = vec![(control, model)];
    let mut steps_taken = 0;
    while !edge.is_empty() && steps_taken < depth {
        steps_taken += 1;
        let mut next = Vec::new();
        for (control, model) in &edge {
            for step in steps(model) {
                let Some((control, model)) = follow(control, model, step) else {
                    continue;
                };
                if seen.insert(key(&control, &model)) {
                    compare(&control, &model, step);
                    next.push((control, model));
                }
            }
        }
        edge = next;
    }
    seen.len()
}

/// Everything but the numbers of operations, which only ever rise.
fn told_apart(control: &Control, model: &Model) -> (Model, String) {
    let mut text = String::new();
    for one in &control.instances {
        let tag = tag(one);
        text += &format!(
            "{tag:?}{:?}{}{}",
            one.phase,
            one.former,
            one.deleted_at.is_some()
        );
    }
    for group in &control.groups {
        let lock = group.lock.as_ref();
        let lock = lock.map(|lock| (lock.leader, lock.target.name, lock.original.name));
        text += &format!("{lock:?}{:?}", group.listed());
    }
    (model.clone(), text)
}

type Tag = (&'static str, Option<&'static str>, u8);

/// An instance's size, where it goes, and the kind of what it does.
fn tag(one: &Instance) -> Tag {
    let kind = one.operation.as_ref().map(|operation| &operation.kind);
    let kind = match kind {
        None => 0,
        Some(Kind::Create { .. }) => 1,
        Some(Kind::Delete) => 2,
        Some(_) => 3,
    };
    let heading = one.heading().map(|sku| sku.name);
    (one.configuration.sku.name, heading, kind)
}

type Held = Option<(Option<usize>, &'static str, &'static str)>;

/// What decides about a group's future: its members by place, the lock, who is beside it.
fn alike(control: &Control, model: &Model) -> (Vec<Tag>, Held, [usize; 3], Option<u8>) {
    let mut members = Vec::new();
    let mut held = None;
    let mut failed = 0;
    for group in &control.groups {
        let linked: Vec<InstanceId> = group.linked().collect();
        members.extend(
            linked
                .iter()
                .map(|one| tag(&control.instances[one.index()])),
        );
        let place = |id: InstanceId| linked.iter().position(|one| *one == id);
        let lock = group.lock.as_ref();
        held = lock.map(|lock| (place(lock.leader), lock.target.name, lock.original.name));
        failed = group.members.len() - linked.len();
    }
    let outside = |failed: bool| model.outside.iter().filter(|one| one.1 == failed).count();
    let counts = [failed.min(2), outside(true).min(2), outside(false).min(1)];
    (members, held, counts, model.locked().then_some(model.cap))
}

fn steps(model: &Model) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let members = || model.members.iter().map(|member| member.0);
    for member in members() {
        steps.extend((0..3).map(|size| Step::Scale(member, size)));
        steps.push(Step::Delete(member));
        steps.extend(members().map(|drop| Step::Unlink(member, drop)));
        steps.extend(model.outside.iter().map(|one| Step::Unlink(member, one.0)));
        let known = |id: &u16| {
            model.members.iter().any(|one| one.0 == *id)
                || model.outside.iter().any(|one| one.0 == *id)
        };
        let gone = (0..model.next).find(|id| !known(id));
        steps.extend(gone.map(|gone| Step::Unlink(member, gone)));
    }
    let idle = |one: &&(u16, u8, Doing)| one.2 == Doing::Rest;
    for (busy, ..) in model.members.iter().filter(|one| !idle(one)) {
        steps.extend([Step::Finish(*busy), Step::Fail(*busy)]);
    }
    for (former, _) in &model.outside {
        steps.extend(members().map(|drop| Step::Unlink(*former, drop)));
    }
    if model.members.len() < MEMBERS_MAX {
        steps.extend((0..3).map(Step::Join));
    }
    steps
}

/// Takes a step in both; they must answer alike, and a refusal must change nothing.
fn follow(before: &Control, modelled: &Model, step: Step) -> Option<(Control, Model)> {
    let (mut control, mut model) = (before.clone(), modelled.clone());
    let expected = model.step(step);
    let operation = |member: u16| {
        let operation = before.instances[usize::from(member)].operation.as_ref();
        operation.expect("it is busy").id
    };
    let answer = match step {
        Step::Finish(member) => {
            let finished = control
                .finish(SimTime::ZERO, operation(member))
                .expect("it runs");
            assert_eq!(finished.failure, None, "{step:?} in {:?}", modelled);
            Ok(())
        }
        Step::Fail(member) => {
            let finished = control
                .fail(SimTime::ZERO, operation(member))
                .expect("it runs");
            assert!(finished.failure.is_some());
            Ok(())
        }
        Step::Scale(member, size) => ask(&mut control, &scale(member, SIZES[usize::from(size)])),
        Step::Delete(member) => ask(&mut control, &Request::Delete { on: id(member) }),
        Step::Unlink(on, drop) => {
            let (on, drop) = (id(on), id(drop));
            ask(&mut control, &Request::ForceUnlink { on, drop })
        }
        Step::Join(size) => {
            let name = |member: u16| before.instances[usize::from(member)].name.clone();
            let mut linked: Vec<String> = modelled.members.iter().map(|one| name(one.0)).collect();
            let own = format!("new{}", modelled.next);
            linked.push(own.clone());
            let linked: Vec<&str> = linked.iter().map(String::as_str).collect();
            let group = Some(grouping("group", &linked));
            let wish = creation(&own, SIZES[usize::from(size)], group);
            ask(&mut control, &Request::Create(wish))
        }
    };
    assert_eq!(answer, expected, "{step:?} in {:?}", modelled);
    if expected.is_err() {
        assert_eq!(control, *before, "{step:?} is refused");
        return None;
    }
    Some((control, model))
}

fn ask(control: &mut Control, request: &Request) -> Result<(), &'static str> {
    let answer = control.request(SimTime::ZERO, request);
    answer.map(|_| ()).map_err(|refused| refused.refusal.id())
}

/// What both show, and what holds in every state.
fn compare(control: &Control, model: &Model, step: Step) {
    let place = || format!("after {step:?}: {model:?}\n{:?}", control.groups);
    let group = control
        .groups
        .iter()
        .find(|group| group.linked().next().is_some());
    let members: Vec<u16> = group.map_or(Vec::new(), |group| {
        group.linked().map(|one| one.0).collect()
    });
    let expected: Vec<u16> = model.members.iter().map(|one| one.0).collect();
    assert_eq!(members, expected, "{}", place());
    let lock = group.and_then(|group| group.lock.as_ref());
    assert_eq!(lock.is_some(), model.locked(), "{}", place());
    for &(member, size, doing) in &model.members {
        let one = &control.instances[usize::from(member)];
        assert_eq!(
            one.configuration.sku.name,
            SIZES[usize::from(size)],
            "{}",
            place()
        );
        assert_eq!(one.operation.is_some(), doing != Doing::Rest, "{}", place());
        let cap = if model.locked() { model.cap } else { size };
        let usable = [9_600_000_000, 19_200_000_000, 48_000_000_000][usize::from(cap)];
        assert_eq!(control.usable(id(member)).0, usable, "{}", place());
        // At most one target while locked, and everyone can still get there.
        if let Some(lock) = lock {
            assert!(
                one.heading().is_none_or(|to| to == lock.target),
                "{}",
                place()
            );
            let rests = one.configuration.sku != lock.target && doing == Doing::Rest;
            let can = || control.scalable(id(member), lock.target).is_ok();
            assert!(!rests || can(), "{}", place());
        }
    }
    let numbers: Vec<u32> = control
        .groups
        .iter()
        .flat_map(|group| group.members.iter().map(|member| member.number.0))
        .collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{}", place());
    assert!(
        numbers.iter().all(|number| *number <= control.members),
        "{}",
        place()
    );
    assert_eq!(
        control.instances.len(),
        id(model.next).index(),
        "{}",
        place()
    );
}

/// Sizes among which one can go back, or that stand side by side: no order for the model to read
/// off, but what holds in every state must hold there too.
#[test]
fn sizes_without_an_order_leave_nobody_stuck() {
    let [small, large, _] = SIZES;
    for sizes in [
        [small, "Balanced_B10", large],
        [small, "MemoryOptimized_M20", "ComputeOptimized_X10"],
    ] {
        let control = group(3, small);
        let mut seen = BTreeSet::from([shape(&control)]);
        let mut edge = vec![control];
        while let Some(control) = edge.pop() {
            for next in moves(&control, sizes) {
                if seen.insert(shape(&next)) {
                    nobody_is_stuck(&next);
                    edge.push(next);
                }
            }
        }
        assert!(seen.len() > 400);
    }
}

fn shape(control: &Control) -> (Vec<Tag>, Held) {
    let nobody = Model {
        members: Vec::new(),
        outside: Vec::new(),
        next: 0,
        cap: 0,
    };
    let (members, held, ..) = alike(control, &nobody);
    (members, held)
}

/// Where one step leads with three members.
fn moves(control: &Control, sizes: [&str; 3]) -> Vec<Control> {
    let mut reached = Vec::new();
    for member in 0..3_u16 {
        let mut requests: Vec<Request> = sizes.iter().map(|to| scale(member, to)).collect();
        let (on, drop) = (id((member + 1) % 3), id(member));
        requests.push(Request::Delete { on: drop });
        requests.push(Request::ForceUnlink { on, drop });
        for request in requests {
            let mut next = control.clone();
            if next.request(SimTime::ZERO, &request).is_ok() {
                reached.push(next);
            }
        }
        if let Some(operation) = &control.instances[usize::from(member)].operation {
            let (mut good, mut bad) = (control.clone(), control.clone());
            good.finish(SimTime::ZERO, operation.id);
            bad.fail(SimTime::ZERO, operation.id);
            reached.extend([good, bad]);
        }
    }
    reached
}

fn nobody_is_stuck(control: &Control) {
    for group in &control.groups {
        let Some(lock) = &group.lock else { continue };
        for member in group.linked() {
            let one = &control.instances[member.index()];
            assert!(one.heading().is_none_or(|to| to == lock.target));
            let waits = one.configuration.sku != lock.target && one.operation.is_none();
            let can = control.scalable(member, lock.target);
            assert!(!waits || can.is_ok(), "{member:?} cannot follow: {lock:?}");
        }
    }
}
