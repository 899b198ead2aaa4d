//! A last-writer-wins map of a million keys: an instance beside a map of registers.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use crdts::{CmRDT, CvRDT, LWWReg};
use meridian::assumption::{Assumptions, Eviction};
use meridian::history::Event;
use meridian::id::{Id, InstanceId, ReplicaId, ShardId};
use meridian::instance::{
    Audience, Cargo, Entry, FillKind, Flight, HeldUp, Instance, Naming, Parcel, Setup, Shipment,
    Timer, Wire,
};
use meridian::quantity::Bytes;
use meridian::time::{SimDuration, SimTime};

use crate::side::{Case, Clock, Side, shuffled};

const KEYS: usize = 1_000_000;
/// How far ahead of its use a row is asked for, as the simulator does.
const AHEAD: usize = 16;

/// A million keys of an instance, each a short string.
pub(crate) fn case() -> Case {
    Case {
        name: "keys",
        elements: KEYS,
        is_held: true,
        steps: &[
            "set",
            "remote set",
            "remove every other",
            "merge of two halves",
        ],
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

/// Keeps what an instance ships and sends.
#[derive(Default)]
struct Kept(Vec<Entry>, Vec<Cargo>);

impl Wire for Kept {
    fn send(&mut self, _: ReplicaId, cargo: Cargo, _: u64) {
        self.1.push(cargo);
    }

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
    let mut wire = Kept(Vec::with_capacity(KEYS), Vec::new());
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
    let mut nobody = Kept(Vec::with_capacity(KEYS), Vec::new());
    let remove = clock(&mut || {
        for key in order.iter().step_by(2) {
            let done = here.delete(SimTime(KEYS as u64 * 1_000), *key, &mut nobody);
            done.expect("there is memory");
        }
        KEYS.div_ceil(2)
    });
    drop((here, there, nobody));
    vec![set, remote, remove, merge_keys(clock)]
}

/// Each of two instances has written three quarters of the keys, half of them both; one takes in
/// the state of the other, as it does when its link has been down for long.
fn merge_keys(clock: &mut Clock<'_>) -> f64 {
    let mut sides = [instance(0), instance(1)];
    let mut wire = Kept::default();
    for (own, side) in sides.iter_mut().enumerate() {
        let written = shuffled(KEYS).filter(|key| key % 4 != 3 * own);
        for (at, key) in written.enumerate() {
            let now = SimTime(at as u64 * 1_000);
            let done = side.write(now, key as u32, 10, at as u32, &mut wire);
            done.expect("there is memory");
            wire.0.clear();
        }
    }
    wire.1.clear();
    let now = SimTime(KEYS as u64 * 1_000);
    let flight = |from: usize, to: usize, cargo: Cargo| Flight {
        arrival: now,
        made_at: cargo.made_at,
        from: ReplicaId::at(from),
        to: ReplicaId::at(to),
        shard: cargo.shard,
        epoch: cargo.epoch,
        parcel: cargo.parcel,
    };
    // The receiver hangs up and connects anew: it asks, is answered, and tells what it has.
    let hangup = Cargo {
        made_at: now,
        shard: ShardId(0),
        epoch: 0,
        parcel: Parcel::Hangup,
    };
    sides[0].deliver(now, flight(1, 0, hangup), &mut wire);
    for (from, to) in [(0, 1), (1, 0), (0, 1)] {
        for cargo in std::mem::take(&mut wire.1) {
            sides[to].deliver(now, flight(from, to, cargo), &mut wire);
        }
    }
    let chunks = wire
        .1
        .iter()
        .filter(|it| matches!(it.parcel, Parcel::Chunk(..)));
    assert!(chunks.count() > 0, "a full synchronisation is under way");
    let mut sent = std::mem::take(&mut wire.1).into_iter();
    clock(&mut || {
        for cargo in sent.by_ref() {
            sides[0].deliver(now, flight(1, 0, cargo), &mut wire);
        }
        KEYS
    })
}

/// Length and tag of a value, as a row has them, or that there is none: last writer wins, so a
/// removal is a write. The marker is wall clock and member.
type Register = LWWReg<Option<(u32, u32)>, (u64, u8)>;

fn register(at: usize) -> Register {
    LWWReg {
        val: Some((10, at as u32)),
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
    let mut removals: Vec<(u64, Register)> = Vec::with_capacity(KEYS);
    let mut arriving = ops.into_iter();
    let remote = clock(&mut || {
        for (key, op) in arriving.by_ref() {
            there.entry(key).or_default().apply(op);
        }
        KEYS
    });
    let remove = clock(&mut || {
        for key in order.iter().step_by(2) {
            let op = LWWReg {
                val: None,
                marker: (KEYS as u64 + 1, 0),
            };
            here.entry(*key).or_default().apply(op.clone());
            removals.push((*key, op));
        }
        KEYS.div_ceil(2)
    });
    drop((here, there, removals));
    vec![set, remote, remove, merge_registers(clock)]
}

fn merge_registers(clock: &mut Clock<'_>) -> f64 {
    let [mut here, there] = [0_u8, 1].map(|own| {
        let mut side = registers();
        let written = shuffled(KEYS).filter(|key| key % 4 != 3 * usize::from(own));
        for (at, key) in written.enumerate() {
            let marker = (at as u64 + 1, own);
            let written = LWWReg {
                marker,
                ..register(at)
            };
            side.entry(key as u64).or_default().apply(written);
        }
        side
    });
    let mut sent = there.into_iter();
    clock(&mut || {
        for (key, register) in sent.by_ref() {
            here.entry(key).or_default().merge(register);
        }
        KEYS
    })
}
