//! Last-writer-wins maps: the keys of an instance, and the fields of one hash.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use crdts::{CmRDT, CvRDT, LWWReg, MVReg, Map};
use meridian::assumption::{Assumptions, Eviction};
use meridian::crdt::{Effect, Update, Value};
use meridian::history::Event;
use meridian::id::{Id, InstanceId, ReplicaId, ShardId};
use meridian::instance::{
    Audience, Cargo, Entry, FillKind, HeldUp, Instance, Naming, Setup, Shipment, Timer, Wire,
};
use meridian::quantity::Bytes;
use meridian::time::{SimDuration, SimTime};

use crate::side::{Case, Clock, Replica, Side, shuffled};

const KEYS: usize = 1_000_000;
const FIELDS: usize = 100_000;
/// How far ahead of its use a row is asked for, as the simulator does.
const AHEAD: usize = 16;

/// A million keys of an instance, each a short string.
pub(crate) fn keys() -> Case {
    Case {
        name: "keys",
        elements: KEYS,
        steps: &["set", "remote set"],
        meridian: Side {
            build: build_keys,
            run: run_keys,
        },
        crdts: Side {
            build: build_registers,
            run: run_registers,
        },
    }
}

/// Keeps what an instance ships.
#[derive(Default)]
struct Kept(Vec<Entry>);

impl Wire for Kept {
    fn send(&mut self, _: ReplicaId, _: Cargo, _: u64) {}

    fn ship(&mut self, shipment: &Shipment<'_>, _: &Audience, _: SimDuration) -> HeldUp {
        self.0.push(shipment.entry.clone());
        HeldUp::default()
    }

    fn queue(&mut self, _: ReplicaId) -> SimDuration {
        SimDuration::ZERO
    }

    fn timer(&mut self, _: SimTime, _: Timer) {}

    fn observe(&mut self, _: Event) {}
}

/// The instance of the member at `index` of two, all keys filled in.
fn instance(index: usize) -> Instance {
    let mut instance = Instance::new(Setup {
        id: InstanceId::at(index),
        replica: ReplicaId::at(index),
        members: (0..2).map(ReplicaId::at).collect(),
        places: 2,
        shards: 1,
        shard_limit: Bytes(1 << 40),
        backlog: Bytes(1 << 20),
        eviction: Eviction::NoEviction,
        tells_idle_times: false,
        wall_ms_at_start: 0,
        assumptions: Arc::new(Assumptions::default()),
        naming: Arc::new(Naming::default()),
        shard_of: Arc::new(vec![0; KEYS]),
        seed: 1,
    });
    for key in 0..KEYS {
        instance.fill(key as u32, FillKind::String, 10, None);
    }
    instance
}

fn build_keys() -> Box<dyn Any> {
    Box::new(instance(0))
}

fn run_keys(clock: &mut Clock<'_>) -> Vec<f64> {
    let (mut here, mut there) = (instance(0), instance(1));
    let order: Vec<u32> = shuffled(KEYS).map(|key| key as u32).collect();
    let mut wire = Kept(Vec::with_capacity(KEYS));
    let set = clock(&mut || {
        for (at, key) in order.iter().enumerate() {
            if let Some(soon) = order.get(at + AHEAD) {
                here.keyspace().prefetch_row(*soon);
                here.keyspace().prefetch_digest(*soon);
            }
            let now = SimTime(at as u64 * 1_000);
            let done = here.write(now, *key, 10, at as u32, &mut wire);
            done.expect("there is memory");
        }
        KEYS
    });
    let (from, mut nobody) = (ReplicaId::at(0), Kept::default());
    let remote = clock(&mut || {
        for (at, entry) in wire.0.iter().enumerate() {
            if let Some(soon) = order.get(at + AHEAD) {
                there.keyspace().prefetch_row(*soon);
                there.keyspace().prefetch_digest(*soon);
            }
            let now = SimTime(at as u64 * 1_000);
            there.take_effect(now, from, ShardId(0), entry, &mut nobody);
        }
        KEYS
    });
    vec![set, remote]
}

/// Length and tag of a value, as a row has them; the marker is wall clock and member.
type Register = LWWReg<(u32, u32), (u64, u8)>;

fn register(at: usize) -> Register {
    LWWReg {
        val: (10, at as u32),
        marker: (at as u64, 0),
    }
}

fn registers() -> HashMap<u64, Register> {
    let register = |key| (key as u64, register(0));
    (0..KEYS).map(register).collect()
}

fn build_registers() -> Box<dyn Any> {
    Box::new(registers())
}

fn run_registers(clock: &mut Clock<'_>) -> Vec<f64> {
    let (mut here, mut there) = (registers(), registers());
    let order: Vec<u64> = shuffled(KEYS).map(|key| key as u64).collect();
    let mut ops: Vec<(u64, Register)> = Vec::with_capacity(KEYS);
    let set = clock(&mut || {
        for (at, key) in order.iter().enumerate() {
            let op = register(at + 1);
            here.entry(*key).or_default().apply(op.clone());
            ops.push((*key, op));
        }
        KEYS
    });
    let mut arriving = ops.into_iter();
    let remote = clock(&mut || {
        for (key, op) in arriving.by_ref() {
            there.entry(key).or_default().apply(op);
        }
        KEYS
    });
    vec![set, remote]
}

/// A hash of 100 000 fields.
pub(crate) fn fields() -> Case {
    Case {
        name: "fields",
        elements: FIELDS,
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
