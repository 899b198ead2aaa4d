//! An OR-set of 100 000 members.

use std::any::Any;
use std::sync::Arc;

use crdts::{CmRDT, CvRDT, Orswot};
use meridian::crdt::{Effect, Update};

use crate::side::{Case, Clock, Replica, Side, shuffled};

const MEMBERS: usize = 100_000;

pub(crate) fn case() -> Case {
    Case {
        name: "set",
        elements: MEMBERS,
        is_held: true,
        steps: &[
            "add",
            "remote add",
            "remove every other",
            "merge of two halves",
        ],
        meridian: Side { build, run },
        crdts: Side {
            build: build_theirs,
            run: run_theirs,
        },
    }
}

fn name(number: usize) -> Arc<[u8]> {
    format!("m{number}").into_bytes().into()
}

fn names(numbers: impl Iterator<Item = usize>) -> Vec<Arc<[u8]>> {
    numbers.map(name).collect()
}

fn filled(own: usize, numbers: impl Iterator<Item = usize>) -> Replica {
    let mut replica = Replica::new(own);
    for number in numbers {
        replica.update(Update::AddMember(name(number)));
    }
    replica
}

fn build() -> Box<dyn Any> {
    Box::new(filled(0, shuffled(MEMBERS)))
}

fn run(clock: &mut Clock<'_>) -> Vec<f64> {
    let (mut here, mut there) = (Replica::new(0), Replica::new(1));
    let all = names(shuffled(MEMBERS));
    let mut effects: Vec<Effect> = Vec::with_capacity(MEMBERS);
    let add = clock(&mut || {
        let made = all
            .iter()
            .map(|name| here.update(Update::AddMember(Arc::clone(name))));
        effects.extend(made);
        MEMBERS
    });
    let remote = clock(&mut || {
        effects.iter().for_each(|effect| there.take(effect));
        MEMBERS
    });
    let half: Vec<_> = all.iter().step_by(2).collect();
    let remove = clock(&mut || {
        for name in &half {
            here.update(Update::RemoveMember(Arc::clone(name)));
        }
        half.len()
    });
    let mut low = filled(0, shuffled(MEMBERS).filter(|number| number % 4 < 3));
    let high = filled(1, shuffled(MEMBERS).filter(|number| number % 4 > 0));
    let merge = clock(&mut || {
        low.merge(&high);
        MEMBERS
    });
    vec![add, remote, remove, merge]
}

type Theirs = Orswot<u64, u8>;

fn add_theirs(set: &mut Theirs, actor: u8, member: u64) -> crdts::orswot::Op<u64, u8> {
    let op = set.add(member, set.read_ctx().derive_add_ctx(actor));
    set.apply(op.clone());
    op
}

fn filled_theirs(actor: u8, numbers: impl Iterator<Item = usize>) -> Theirs {
    let mut set = Theirs::new();
    for number in numbers {
        add_theirs(&mut set, actor, number as u64);
    }
    set
}

fn build_theirs() -> Box<dyn Any> {
    Box::new(filled_theirs(0, shuffled(MEMBERS)))
}

fn run_theirs(clock: &mut Clock<'_>) -> Vec<f64> {
    let (mut here, mut there) = (Theirs::new(), Theirs::new());
    let all: Vec<u64> = shuffled(MEMBERS).map(|number| number as u64).collect();
    let mut ops = Vec::with_capacity(MEMBERS);
    let add = clock(&mut || {
        ops.extend(all.iter().map(|member| add_theirs(&mut here, 0, *member)));
        MEMBERS
    });
    let mut arriving = ops.into_iter();
    let remote = clock(&mut || {
        arriving.by_ref().for_each(|op| there.apply(op));
        MEMBERS
    });
    let half: Vec<u64> = all.iter().step_by(2).copied().collect();
    let remove = clock(&mut || {
        for member in &half {
            let op = here.rm(*member, here.contains(member).derive_rm_ctx());
            here.apply(op);
        }
        half.len()
    });
    let mut low = filled_theirs(0, shuffled(MEMBERS).filter(|number| number % 4 < 3));
    let mut high = Some(filled_theirs(
        1,
        shuffled(MEMBERS).filter(|number| number % 4 > 0),
    ));
    let merge = clock(&mut || {
        if let Some(high) = high.take() {
            low.merge(high);
        }
        MEMBERS
    });
    vec![add, remote, remove, merge]
}
