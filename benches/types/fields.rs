//! A hash of 100 000 fields.

use std::any::Any;
use std::sync::Arc;

use crdts::{CmRDT, CvRDT, MVReg, Map};
use meridian::crdt::{Effect, Update, Value};

use crate::side::{Case, Clock, Replica, Side, shuffled};

const FIELDS: usize = 100_000;

pub(crate) fn case() -> Case {
    Case {
        name: "fields",
        elements: FIELDS,
        is_held: true,
        steps: &[
            "set",
            "remote set",
            "remove every other",
            "merge of two halves",
        ],
        meridian: Side {
            build: build_hash,
            run: run_hash,
        },
        crdts: Side {
            build: build_map,
            run: run_map,
        },
    }
}

fn name(number: usize) -> Arc<[u8]> {
    format!("f{number}").into_bytes().into()
}

fn value(number: usize) -> Value {
    Value::Generated {
        len: 10,
        tag: number as u32,
    }
}

fn hash(own: usize, numbers: impl Iterator<Item = usize>) -> Replica {
    let mut replica = Replica::new(own);
    for number in numbers {
        replica.update(Update::SetField(name(number), value(number)));
    }
    replica
}

fn build_hash() -> Box<dyn Any> {
    Box::new(hash(0, shuffled(FIELDS)))
}

fn run_hash(clock: &mut Clock<'_>) -> Vec<f64> {
    let (mut here, mut there) = (Replica::new(0), Replica::new(1));
    let all: Vec<_> = shuffled(FIELDS).map(|field| (name(field), field)).collect();
    let mut effects: Vec<Effect> = Vec::with_capacity(FIELDS);
    let set = clock(&mut || {
        let made = all
            .iter()
            .map(|(name, field)| here.update(Update::SetField(Arc::clone(name), value(*field))));
        effects.extend(made);
        FIELDS
    });
    let remote = clock(&mut || {
        effects.iter().for_each(|effect| there.take(effect));
        FIELDS
    });
    let half: Vec<_> = all.iter().step_by(2).collect();
    let remove = clock(&mut || {
        for (name, _) in &half {
            here.update(Update::RemoveField(Arc::clone(name)));
        }
        half.len()
    });
    let mut low = hash(0, shuffled(FIELDS).filter(|number| number % 4 < 3));
    let high = hash(1, shuffled(FIELDS).filter(|number| number % 4 > 0));
    let merge = clock(&mut || {
        low.merge(&high);
        FIELDS
    });
    vec![set, remote, remove, merge]
}

/// The crate's map takes only values that can be reset, which of its registers `MVReg` alone can.
type Theirs = Map<u64, MVReg<(u32, u32), u8>, u8>;
type TheirOp = crdts::map::Op<u64, MVReg<(u32, u32), u8>, u8>;

fn set_theirs(map: &mut Theirs, actor: u8, key: usize) -> TheirOp {
    let ctx = map.read_ctx().derive_add_ctx(actor);
    let op = map.update(key as u64, ctx, |register, ctx| {
        register.write((10, key as u32), ctx)
    });
    map.apply(op.clone());
    op
}

fn map(actor: u8, numbers: impl Iterator<Item = usize>) -> Theirs {
    let mut map = Theirs::new();
    for number in numbers {
        set_theirs(&mut map, actor, number);
    }
    map
}

fn build_map() -> Box<dyn Any> {
    Box::new(map(0, shuffled(FIELDS)))
}

fn run_map(clock: &mut Clock<'_>) -> Vec<f64> {
    let (mut here, mut there) = (Theirs::new(), Theirs::new());
    let all: Vec<usize> = shuffled(FIELDS).collect();
    let mut ops = Vec::with_capacity(FIELDS);
    let set = clock(&mut || {
        ops.extend(all.iter().map(|key| set_theirs(&mut here, 0, *key)));
        FIELDS
    });
    let mut arriving = ops.into_iter();
    let remote = clock(&mut || {
        arriving.by_ref().for_each(|op| there.apply(op));
        FIELDS
    });
    let half: Vec<u64> = all.iter().step_by(2).map(|key| *key as u64).collect();
    let remove = clock(&mut || {
        for key in &half {
            let op = here.rm(*key, here.get(key).derive_rm_ctx());
            here.apply(op);
        }
        half.len()
    });
    let mut low = map(0, shuffled(FIELDS).filter(|number| number % 4 < 3));
    let mut high = Some(map(1, shuffled(FIELDS).filter(|number| number % 4 > 0)));
    let merge = clock(&mut || {
        if let Some(high) = high.take() {
            low.merge(high);
        }
        FIELDS
    });
    vec![set, remote, remove, merge]
}
