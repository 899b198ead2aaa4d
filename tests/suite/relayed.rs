//! One member of a group that relays (A-CAUSAL), told by hand what comes on each link: what waits,
//! for what, for how long, and what that takes.

use std::sync::Arc;

use meridian::assumption::{Assumptions, Eviction};
use meridian::history::Event;
use meridian::id::{Id, InstanceId, ReplicaId, ShardId};
use meridian::instance::command::parse;
use meridian::instance::{
    Audience, Cargo, Entry, Flight, HeldUp, Instance, Naming, Parcel, Relayed, Setup, Shipment,
    Timer, Wire,
};
use meridian::quantity::Bytes;
use meridian::time::{SimDuration, SimTime};

/// What an instance sends and tells its witness.
#[derive(Default)]
struct Post {
    effects: Vec<(ShardId, Entry)>,
    relayed: Vec<ReplicaId>,
    heard: Vec<String>,
    /// Whom it asked to start a stream anew.
    asked: Vec<ReplicaId>,
}

impl Wire for Post {
    fn send(&mut self, to: ReplicaId, cargo: Cargo, _bytes: u64) {
        match cargo.parcel {
            Parcel::Relayed(_) => self.relayed.push(to),
            Parcel::Connect => self.asked.push(to),
            _ => {}
        }
    }

    fn ship(&mut self, shipment: &Shipment<'_>, _: &Audience, _: SimDuration) -> HeldUp {
        self.effects.push((shipment.shard, shipment.entry.clone()));
        HeldUp::default()
    }

    fn queue(&mut self, _to: ReplicaId) -> SimDuration {
        SimDuration::ZERO
    }

    fn timer(&mut self, _at: SimTime, _timer: Timer) {}

    fn observe(&mut self, event: Event) {
        if let Event::Message(seen) = event {
            self.heard.push(seen.text);
        }
    }
}

fn member(number: u16) -> Instance {
    Instance::new(Setup {
        id: InstanceId(number),
        replica: ReplicaId::at(usize::from(number)),
        members: (0..4).map(ReplicaId::at).collect(),
        places: 4,
        shards: 1,
        shard_limit: Bytes(1_000_000),
        backlog: Bytes(100_000),
        eviction: Eviction::NoEviction,
        tells_idle_times: false,
        wall_ms_at_start: 0,
        assumptions: Arc::new(Assumptions {
            causal_consistency: true,
            ..Assumptions::default()
        }),
        naming: Arc::new(Naming::default()),
        shard_of: Arc::new(Vec::new()),
        seed: 1,
    })
}

fn say(on: &mut Instance, text: &str, wire: &mut Post) -> Entry {
    let words = parse::words(text).expect("redis-cli would send it");
    on.command(SimTime::ZERO, "c", &words, wire);
    let made = wire.effects.pop();
    made.map_or_else(|| panic!("{text} makes no effect"), |(_, entry)| entry)
}

fn bring(to: &mut Instance, from: usize, parcel: Parcel, wire: &mut Post) {
    bring_at(SimTime::ZERO, to, from, parcel, wire);
}

fn bring_at(now: SimTime, to: &mut Instance, from: usize, parcel: Parcel, wire: &mut Post) {
    let flight = Flight {
        arrival: now,
        made_at: SimTime::ZERO,
        from: ReplicaId::at(from),
        to: to.replica(),
        shard: ShardId(0),
        epoch: 0,
        parcel,
    };
    to.deliver(now, flight, wire);
}

/// The buffers of synchronisation, as charged and as counted anew.
fn buffers(of: &Instance) -> [u64; 2] {
    let kind = meridian::history::MemoryKind::SyncBuffers;
    let charged = of.shards()[ShardId(0)].ledger.used(kind);
    [charged, of.recount()[ShardId(0)][kind as usize]]
}

/// What waits is taken in as soon as what it waits for is here, by whatever link, and is relayed
/// then, once, to all but its origin.
#[test]
fn what_waits_is_released_by_what_it_waits_for() {
    let (mut first, mut second, mut third) = (member(0), member(1), member(2));
    let mut wire = Post::default();
    let question = say(&mut first, "PUBLISH talk question", &mut wire);
    bring(&mut second, 0, Parcel::Effect(question.clone()), &mut wire);
    assert_eq!(wire.relayed, [2, 3].map(ReplicaId::at));
    let answer = say(&mut second, "PUBLISH talk answer", &mut wire);
    let further = say(&mut second, "PUBLISH talk further", &mut wire);
    wire.relayed.clear();

    let words = parse::words("SUBSCRIBE talk").expect("redis-cli would send it");
    third.command(SimTime::ZERO, "ear", &words, &mut wire);
    bring(&mut third, 1, Parcel::Effect(answer.clone()), &mut wire);
    bring(&mut third, 1, Parcel::Effect(further), &mut wire);
    assert!(wire.heard.is_empty() && wire.relayed.is_empty());
    // Both are in memory: 60 B of framing, 4 B of channel, and what they say.
    assert_eq!(buffers(&third), [60 + 4 + 6 + 60 + 4 + 7; 2]);
    let relayed = |origin: usize, entry: &Entry| {
        let (origin, entry) = (ReplicaId::at(origin), entry.clone());
        Parcel::Relayed(Box::new(Relayed { origin, entry }))
    };
    bring(&mut third, 3, relayed(0, &question), &mut wire);
    assert_eq!(wire.heard, ["question", "answer", "further"]);
    assert_eq!(wire.relayed, [1, 3, 0, 3, 0, 3].map(ReplicaId::at));
    assert_eq!(buffers(&third), [0; 2]);
    // Once more, by other ways: filtered.
    bring(&mut third, 0, Parcel::Effect(question), &mut wire);
    bring(&mut third, 3, relayed(1, &answer), &mut wire);
    assert_eq!((wire.heard.len(), wire.relayed.len()), (3, 6));
    assert_eq!(third.shards()[ShardId(0)].counts.filtered, 2);
}

/// What comes behind it on the same link waits with it, though all that it had observed is here:
/// a link keeps its order.
#[test]
fn what_comes_behind_on_a_link_waits_too() {
    let (mut first, mut second, mut third) = (member(0), member(1), member(2));
    let mut fourth = member(3);
    let mut wire = Post::default();
    let question = say(&mut first, "PUBLISH talk question", &mut wire);
    bring(&mut second, 0, Parcel::Effect(question.clone()), &mut wire);
    let answer = say(&mut second, "PUBLISH talk answer", &mut wire);
    let aside = say(&mut fourth, "PUBLISH talk aside", &mut wire);
    let words = parse::words("SUBSCRIBE talk").expect("redis-cli would send it");
    third.command(SimTime::ZERO, "ear", &words, &mut wire);
    bring(&mut third, 1, Parcel::Effect(answer), &mut wire);
    let (origin, entry) = (ReplicaId::at(3), aside);
    let relayed = Parcel::Relayed(Box::new(Relayed { origin, entry }));
    bring(&mut third, 1, relayed, &mut wire);
    assert!(wire.heard.is_empty(), "{:?}", wire.heard);
    bring(&mut third, 0, Parcel::Effect(question), &mut wire);
    assert_eq!(wire.heard, ["question", "answer", "aside"]);
}

/// One release leads to another, on whatever link that waits.
#[test]
fn what_is_released_releases_others() {
    let (mut first, mut second, mut third) = (member(0), member(1), member(2));
    let mut fourth = member(3);
    let mut wire = Post::default();
    let question = say(&mut first, "PUBLISH talk question", &mut wire);
    bring(&mut fourth, 0, Parcel::Effect(question.clone()), &mut wire);
    let answer = say(&mut fourth, "PUBLISH talk answer", &mut wire);
    bring(&mut second, 0, Parcel::Effect(question.clone()), &mut wire);
    bring(&mut second, 3, Parcel::Effect(answer.clone()), &mut wire);
    let further = say(&mut second, "PUBLISH talk further", &mut wire);
    let words = parse::words("SUBSCRIBE talk").expect("redis-cli would send it");
    third.command(SimTime::ZERO, "ear", &words, &mut wire);
    bring(&mut third, 1, Parcel::Effect(further), &mut wire);
    bring(&mut third, 3, Parcel::Effect(answer), &mut wire);
    assert!(wire.heard.is_empty(), "{:?}", wire.heard);
    bring(&mut third, 0, Parcel::Effect(question), &mut wire);
    assert_eq!(wire.heard, ["question", "answer", "further"]);
}

/// What waits goes with its connection, and with the memory it is in; its bytes are given back.
#[test]
fn what_waits_is_given_up_with_its_connection() {
    let parked = || {
        let (mut first, mut second, mut third) = (member(0), member(1), member(2));
        let mut wire = Post::default();
        let question = say(&mut first, "PUBLISH talk question", &mut wire);
        bring(&mut second, 0, Parcel::Effect(question), &mut wire);
        let answer = say(&mut second, "PUBLISH talk answer", &mut wire);
        bring(&mut third, 1, Parcel::Effect(answer), &mut wire);
        assert_eq!(buffers(&third), [70; 2]);
        (third, wire)
    };
    let (mut third, mut wire) = parked();
    third.on_dropped(SimTime::ZERO, ReplicaId::at(1), 0, &mut wire);
    assert_eq!(buffers(&third), [0; 2]);
    let (mut third, _) = parked();
    third.lose_memory(SimTime::ZERO);
    assert_eq!(buffers(&third), [0; 2]);
    let (mut third, mut wire) = parked();
    third.force_unlink(SimTime::ZERO, ReplicaId::at(1), &mut wire);
    assert_eq!(buffers(&third), [0; 2]);
}

/// A link on which something has waited for longer than makes silence starts anew, though more
/// comes on it all the time.
#[test]
fn a_link_on_which_something_waits_too_long_starts_anew() {
    let (mut first, mut second, mut third) = (member(0), member(1), member(2));
    let mut wire = Post::default();
    let question = say(&mut first, "PUBLISH talk question", &mut wire);
    bring(&mut second, 0, Parcel::Effect(question), &mut wire);
    let silence = Assumptions::default().silence;
    let mut now = SimTime::ZERO;
    while now <= SimTime::ZERO + silence {
        assert!(wire.asked.is_empty(), "at {now}");
        let entry = say(&mut second, "PUBLISH talk answer", &mut wire);
        bring_at(now, &mut third, 1, Parcel::Effect(entry), &mut wire);
        now += SimDuration::from_secs(1);
        for other in [0, 3] {
            let (other, parcel) = (other, Parcel::Report(vec![None].into()));
            bring_at(now, &mut third, other, parcel, &mut wire);
        }
        third.on_timer(now, Timer::Report, &mut wire);
    }
    assert_eq!(wire.asked, [ReplicaId::at(1)]);
    assert_eq!(buffers(&third), [0; 2]);
}

/// A full shard neither applies nor passes on what is due, nor keeps what is not: replication into
/// it stops.
#[test]
fn a_full_shard_takes_and_relays_nothing() {
    let (mut first, mut second) = (member(0), member(1));
    let mut wire = Post::default();
    let question = say(&mut first, "PUBLISH talk question", &mut wire);
    bring(&mut second, 0, Parcel::Effect(question.clone()), &mut wire);
    let answer = say(&mut second, "PUBLISH talk answer", &mut wire);
    for (from, entry) in [(0, question), (1, answer)] {
        let mut third = member(2);
        say(&mut third, "SETRANGE k 1000000 x", &mut wire);
        wire.relayed.clear();
        bring(&mut third, from, Parcel::Effect(entry), &mut wire);
        assert!(wire.relayed.is_empty(), "from {from}");
        assert_eq!(third.shards()[ShardId(0)].counts.stopped, 1, "from {from}");
        assert_eq!(buffers(&third), [0; 2], "from {from}");
    }
}
