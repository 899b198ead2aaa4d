//! Counters, each counted up by three members.

use std::any::Any;

use crdts::{CmRDT, CvRDT, PNCounter};
use meridian::crdt::{Effect, Update};

use crate::side::{Case, Clock, Replica, Side};

const COUNTERS: usize = 10_000;
const MEMBERS: usize = 3;

pub(crate) fn case() -> Case {
    Case {
        name: "counters",
        elements: COUNTERS,
        is_held: false,
        steps: &["increment", "remote increment", "merge"],
        meridian: Side { build, run },
        crdts: Side {
            build: build_theirs,
            run: run_theirs,
        },
    }
}

/// One counter at every member, each increment seen by all.
fn counted() -> Vec<Replica> {
    let mut replicas: Vec<Replica> = (0..MEMBERS).map(Replica::new).collect();
    for own in 0..MEMBERS {
        let effect = replicas[own].update(Update::Add(1));
        for other in (0..MEMBERS).filter(|other| *other != own) {
            replicas[other].take(&effect);
        }
    }
    replicas
}

fn build() -> Box<dyn Any> {
    let objects = (0..COUNTERS).map(|_| counted().swap_remove(0).object);
    Box::new(objects.collect::<Vec<_>>())
}

fn run(clock: &mut Clock<'_>) -> Vec<f64> {
    let all: Vec<Vec<Replica>> = (0..COUNTERS).map(|_| counted()).collect();
    let mut here: Vec<Replica> = all.iter().map(|replicas| replicas[0].clone()).collect();
    let mut there: Vec<Replica> = all.iter().map(|replicas| replicas[1].clone()).collect();
    let mut apart: Vec<Replica> = all.iter().map(|replicas| replicas[2].clone()).collect();
    let mut effects: Vec<Effect> = Vec::with_capacity(COUNTERS);
    let increment = clock(&mut || {
        effects.extend(here.iter_mut().map(|one| one.update(Update::Add(1))));
        COUNTERS
    });
    let remote = clock(&mut || {
        for (one, effect) in there.iter_mut().zip(&effects) {
            one.take(effect);
        }
        COUNTERS
    });
    let merge = clock(&mut || {
        for (one, other) in apart.iter_mut().zip(&here) {
            one.merge(other);
        }
        COUNTERS
    });
    vec![increment, remote, merge]
}

type Theirs = PNCounter<u8>;

fn counted_theirs() -> Theirs {
    let mut counter = Theirs::new();
    for actor in 0..MEMBERS {
        counter.apply(counter.inc(actor as u8));
    }
    counter
}

fn build_theirs() -> Box<dyn Any> {
    let counters = (0..COUNTERS).map(|_| counted_theirs());
    Box::new(counters.collect::<Vec<_>>())
}

fn run_theirs(clock: &mut Clock<'_>) -> Vec<f64> {
    let mut here: Vec<Theirs> = (0..COUNTERS).map(|_| counted_theirs()).collect();
    let (mut there, mut apart) = (here.clone(), here.clone());
    let mut ops = Vec::with_capacity(COUNTERS);
    let increment = clock(&mut || {
        for counter in &mut here {
            let op = counter.inc(0);
            counter.apply(op.clone());
            ops.push(op);
        }
        COUNTERS
    });
    let mut arriving = ops.into_iter();
    let remote = clock(&mut || {
        for (counter, op) in there.iter_mut().zip(arriving.by_ref()) {
            counter.apply(op);
        }
        COUNTERS
    });
    let mut sent = here.clone().into_iter();
    let merge = clock(&mut || {
        for (counter, other) in apart.iter_mut().zip(sent.by_ref()) {
            counter.merge(other);
        }
        COUNTERS
    });
    vec![increment, remote, merge]
}
