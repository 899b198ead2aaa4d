//! The machine and the model, walked through side by side: every state that so many steps reach,
//! and in each of them every request.

use std::collections::BTreeSet;

use super::model::{Doing, Model, Step};
use super::{creation, group, grouping, id, scale};
use crate::control::{Control, Request};
use crate::id::Id;
use crate::time::SimTime;

/// Three sizes, each with more memory and more shards than the one before.
const SIZES: [&str; 3] = [
    "MemoryOptimized_M10",
    "ComputeOptimized_X20",
    "ComputeOptimized_X50",
];
const MEMBERS_MAX: usize = 4;

#[test]
fn two_members_agree_with_the_model() {
    assert!(explore(2, 6) > 4_000);
}

#[test]
fn three_members_agree_with_the_model() {
    assert!(explore(3, 6) > 10_000);
}

#[test]
fn four_members_agree_with_the_model() {
    assert!(explore(4, 6) > 10_000);
}

/// How many distinct states `depth` steps reach from a group of `count`.
fn explore(count: u16, depth: usize) -> usize {
    let model = Model {
        members: (0..count).map(|id| (id, 0, Doing::Rest)).collect(),
        outside: Vec::new(),
        next: count,
        cap: 0,
    };
    let control = group(usize::from(count), SIZES[0]);
    let mut seen = BTreeSet::from([key(&control, &model)]);
    let mut edge = vec![(control, model)];
    for _ in 0..depth {
        let mut next = Vec::new();
        for (control, model) in &edge {
            for step in steps(model) {
                let (mut control, mut model) = (control.clone(), model.clone());
                let taken = follow(&mut control, &mut model, step);
                if taken && seen.insert(key(&control, &model)) {
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
fn key(control: &Control, model: &Model) -> (Model, String) {
    let mut text = String::new();
    for one in &control.instances {
        let kind = one.operation.as_ref().map(|operation| &operation.kind);
        let sku =
            kind.is_some_and(|kind| matches!(kind, crate::control::operation::Kind::Create { .. }));
        let heading = one.heading().map(|sku| sku.name);
        let size = one.configuration.sku.name;
        text += &format!(
            "{size}{heading:?}{sku}{:?}{}{}",
            one.phase, one.former, one.deleted
        );
    }
    for group in &control.groups {
        let lock = group.lock.as_ref();
        let lock = lock.map(|lock| (lock.leader, lock.target.name, lock.original.name));
        text += &format!("{lock:?}{:?}", group.listed());
    }
    (model.clone(), text)
}

fn steps(model: &Model) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let members = || model.members.iter().map(|member| member.0);
    for member in members() {
        steps.extend((0..3).map(|size| Step::Scale(member, size)));
        steps.push(Step::Delete(member));
        steps.extend((0..model.next).map(|drop| Step::Unlink(member, drop)));
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
fn follow(control: &mut Control, model: &mut Model, step: Step) -> bool {
    let before = (control.clone(), model.clone());
    let expected = model.step(step);
    let operation = |member: u16| {
        let operation = control.instances[usize::from(member)].operation.as_ref();
        operation.expect("it is busy").id
    };
    let answer = match step {
        Step::Finish(member) => {
            let finished = control
                .finish(SimTime::ZERO, operation(member))
                .expect("it runs");
            assert_eq!(finished.failure, None, "{step:?} in {:?}", before.1);
            Ok(())
        }
        Step::Fail(member) => {
            let finished = control
                .fail(SimTime::ZERO, operation(member))
                .expect("it runs");
            assert!(finished.failure.is_some());
            Ok(())
        }
        Step::Scale(member, size) => ask(control, &scale(member, SIZES[usize::from(size)])),
        Step::Delete(member) => ask(control, &Request::Delete { on: id(member) }),
        Step::Unlink(on, drop) => {
            let (on, drop) = (id(on), id(drop));
            ask(control, &Request::ForceUnlink { on, drop })
        }
        Step::Join(size) => {
            let name = |member: u16| control.instances[usize::from(member)].name.clone();
            let mut linked: Vec<String> = before.1.members.iter().map(|one| name(one.0)).collect();
            let own = format!("new{}", before.1.next);
            linked.push(own.clone());
            let linked: Vec<&str> = linked.iter().map(String::as_str).collect();
            let group = Some(grouping("group", &linked));
            let wish = creation(&own, SIZES[usize::from(size)], group);
            ask(control, &Request::Create(wish))
        }
    };
    assert_eq!(answer, expected, "{step:?} in {:?}", before.1);
    if expected.is_err() {
        assert_eq!(*control, before.0, "{step:?} is refused");
        *model = before.1;
    }
    expected.is_ok()
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
