//! Case G6: hybrid logical clocks.
//!
//! Source: Kulkarni et al., Logical Physical Clocks, OPODIS 2014: theorems 1 to 3 and corollaries;
//! the bound by message delays as in Demirbas' summary of 2014.

use meridian::crdt::hybrid::{HybridClock, HybridTime};
use meridian::engine::Stream;

const NODES: usize = 16;
const EVENTS: usize = 300_000;

/// How clocks and messages behave, in ticks.
struct Setting {
    /// The greatest skew between two clocks.
    skew: u64,
    /// The least and the greatest time between two events anywhere.
    pause: (u64, u64),
    /// The least and the greatest delay of a message.
    delay: (u64, u64),
    /// How far a node's clock advances between two of its events, at least.
    step: u64,
    /// Whether clocks wander within the skew, or keep their offsets.
    wanders: bool,
}

/// What was seen at one event.
struct Seen {
    node: usize,
    wall: u64,
    stamp: HybridTime,
    /// The stamps it has happened right after: the node's last, and the message's.
    after: Vec<HybridTime>,
    /// Events of each node that happened before it, by vectors of their own.
    vector: [u32; NODES],
}

fn between(stream: &mut Stream, range: (u64, u64)) -> u64 {
    range.0 + stream.below(range.1 - range.0 + 1)
}

/// Events at random nodes, each of which may send.
fn simulate(setting: &Setting, seed: u64, events: usize, mut witness: impl FnMut(&Seen)) {
    let mut stream = Stream::named(seed, "case G6");
    let mut clocks = [HybridClock::default(); NODES];
    let mut offsets = [0_u64; NODES];
    for offset in &mut offsets {
        *offset = stream.below(setting.skew + 1);
    }
    let mut walls = [0_u64; NODES];
    let mut vectors = [[0_u32; NODES]; NODES];
    // On their way: when they arrive at the earliest, where, their stamp and vector.
    let mut messages: Vec<(u64, usize, HybridTime, [u32; NODES])> = Vec::new();
    let mut now = setting.skew + 1;
    for _ in 0..events {
        now += between(&mut stream, setting.pause);
        let due = messages.iter().position(|message| message.0 <= now);
        let arrived = due.map(|at| messages.swap_remove(at));
        let node = match &arrived {
            Some((_, to, _, _)) => *to,
            None => usize::try_from(stream.below(NODES as u64)).expect("a node"),
        };
        if setting.wanders {
            offsets[node] = stream.below(setting.skew + 1);
        }
        let wall = now + offsets[node];
        if wall < walls[node] + setting.step {
            // Too soon: a message waits.
            messages.extend(
                arrived.map(|(_, to, sent, vector)| (now + setting.step, to, sent, vector)),
            );
            continue;
        }
        walls[node] = wall;
        let mut after = Vec::from_iter((vectors[node][node] > 0).then(|| clocks[node].last()));
        let stamp = match &arrived {
            Some((_, _, sent, vector)) => {
                after.push(*sent);
                for (own, other) in vectors[node].iter_mut().zip(vector) {
                    *own = (*own).max(*other);
                }
                clocks[node].receive(wall, *sent)
            }
            None => clocks[node].tick(wall),
        };
        vectors[node][node] += 1;
        let vector = vectors[node];
        if stream.below(2) == 0 {
            let step = 1 + usize::try_from(stream.below(NODES as u64 - 1)).expect("a node");
            let due = now + between(&mut stream, setting.delay);
            messages.push((due, (node + step) % NODES, stamp, vector));
        }
        witness(&Seen {
            node,
            wall,
            stamp,
            after,
            vector,
        });
    }
}

/// (i) over every edge of happens-before, (ii) and (iii); returns the greatest distance from the
/// wall clock and the greatest count.
fn assert_theorems(setting: &Setting, seed: u64) -> (u64, u64) {
    let (mut ahead, mut counted, mut edges) = (0, 0, 0);
    simulate(setting, seed, EVENTS, |seen| {
        for before in &seen.after {
            assert!(*before < seen.stamp, "{before:?}, then {:?}", seen.stamp);
            edges += 1;
        }
        assert!(seen.stamp.wall >= seen.wall, "behind its wall clock");
        ahead = ahead.max(seen.stamp.wall - seen.wall);
        counted = counted.max(seen.stamp.count);
    });
    assert!(edges > EVENTS / 2, "{edges} edges of happens-before");
    assert!(ahead <= setting.skew, "{ahead} ticks ahead");
    let most = NODES as u64 * (setting.skew + 1);
    assert!(counted <= most, "{counted} events at one tick");
    (ahead, counted)
}

#[test]
fn g6_stamps_follow_causality_and_stay_near_the_wall_clock() {
    for seed in 0..4 {
        let setting = Setting {
            skew: 200,
            pause: (0, 3),
            delay: (1, 60),
            step: 1,
            wanders: seed % 2 == 0,
        };
        let (ahead, counted) = assert_theorems(&setting, seed);
        println!("seed {seed}: at most {ahead} ahead of 200, {counted} counted of 3216");
        // Or nothing was put to the test.
        assert!(ahead > 100 && counted > 3, "{ahead} and {counted}");
    }
}

#[test]
fn g6_without_skew_the_stamp_is_the_wall_clock() {
    let setting = Setting {
        skew: 0,
        pause: (1, 3),
        delay: (1, 60),
        step: 1,
        wanders: false,
    };
    assert_eq!(assert_theorems(&setting, 1), (0, 0));
}

/// When all clocks advance by `d` while a message is on its way, and between two events of a node,
/// counts stay below `skew / d + 1`.
#[test]
fn g6_slow_messages_bound_the_count() {
    for (skew, least) in [(200, 20), (200, 50), (100, 100), (60, 7)] {
        let setting = Setting {
            skew,
            pause: (1, 3),
            delay: (least, least + 40),
            step: least,
            wanders: false,
        };
        let mut counted = 0;
        simulate(&setting, 2, EVENTS, |seen| {
            counted = counted.max(seen.stamp.count);
        });
        println!("skew {skew}, delay {least}: at most {counted} counted");
        assert!(counted * least < skew + least, "{counted} at {least}");
    }
}

/// Happens-before, told by vectors that share nothing with the clock, is kept by all pairs.
#[test]
fn g6_all_pairs_keep_happens_before() {
    let setting = Setting {
        skew: 50,
        pause: (0, 2),
        delay: (1, 30),
        step: 1,
        wanders: true,
    };
    let mut all: Vec<(usize, HybridTime, [u32; NODES])> = Vec::new();
    simulate(&setting, 9, 3_000, |seen| {
        all.push((seen.node, seen.stamp, seen.vector));
    });
    let (mut pairs, mut concurrent) = (0, 0);
    for (node, stamp, vector) in &all {
        for (_, other_stamp, other) in &all {
            let is_before = other[*node] >= vector[*node] && other != vector;
            pairs += usize::from(is_before);
            concurrent += usize::from(!is_before);
            assert!(
                !is_before || stamp < other_stamp,
                "{stamp:?} {other_stamp:?}"
            );
        }
    }
    assert!(
        pairs > 100_000 && concurrent > 100_000,
        "{pairs} {concurrent}"
    );
}
