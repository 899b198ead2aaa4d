//! Eviction (MA-20): which keys go, where, and what comes of it.

use meridian::assumption::Eviction;
use meridian::checks::{Checks, Status};
use meridian::history::{Detail, Event, KeyPart, Touch, TouchKind};
use meridian::id::InstanceId;
use meridian::plan::{Operation, Plan, Step, ValueKind};
use meridian::quantity::{Bytes, Ratio};
use meridian::time::{SimDuration, SimTime};
use meridian::world::{Ending, Options, World};

use crate::plans;
use crate::world_laws::{assert_agreement, assert_honest, run};

/// So many keys of 100 kB, written a second apart at the first member; the one after them presses
/// the others out, in the middle of the storm.
const KEYS: u64 = 20;
const PRESSED_AT: u64 = 30_000;

/// What a run showed.
struct Shown {
    replies: Vec<String>,
    /// The keys that each member removed whole, in the order it did.
    removed: [Vec<String>; 2],
    /// How many each evicted.
    evicted: [u64; 2],
    ending: Ending,
}

/// Runs a plan in full detail; all checks must hold.
fn show(plan: &Plan) -> Shown {
    let mut checks = Checks::new(plan);
    let (mut replies, mut removed) = (Vec::new(), [Vec::new(), Vec::new()]);
    let whole = Touch {
        kind: TouchKind::Remove,
        part: KeyPart::Whole,
    };
    let options = Options {
        detail: Some(Detail::Full),
        ..Options::default()
    };
    let ending = World::new(plan, options).run(&mut |seen| {
        checks.observe(seen);
        match &seen.event {
            Event::Command(command) => replies.push(command.reply.clone()),
            Event::Effect(effect) if effect.touches.contains(&whole) => {
                removed[usize::from(effect.origin.0)].push(effect.key.clone());
            }
            _ => {}
        }
    });
    for verdict in checks.finish().checks {
        assert_ne!(verdict.status, Status::Fail, "{verdict:#?}");
    }
    let evicted = [0, 1].map(|instance| {
        let shards = ending.instances[instance].shards.iter();
        shards.map(|shard| shard.counts.evicted).sum()
    });
    Shown {
        replies,
        removed,
        evicted,
        ending,
    }
}

/// The most that any shard of a member has in use at an instant.
fn used_at(plan: &Plan, on: u16, millis: u64) -> u64 {
    let mut most = 0;
    World::new(plan, Options::default()).run(&mut |seen| match &seen.event {
        Event::Ledger(ledger)
            if seen.at == SimTime::from_millis(millis) && ledger.instance.0 == on =>
        {
            most = most.max(ledger.used.iter().sum());
        }
        _ => {}
    });
    most
}

/// Sets the limit so that what is used at an instant is this share of it.
pub(crate) fn squeeze(plan: &mut Plan, millis: u64, percent: u64) {
    let used = used_at(plan, 0, millis);
    plans::limit(plan, used * 100 / percent);
}

/// Two members with one shard each, their keys, `SET` with these options; then one that takes them
/// from 79 % to 86 % of the limit. They are cut off before either hears what the other evicts.
fn pressed(policy: Eviction, options: impl Fn(u64) -> String, reads: &[&str]) -> Plan {
    let mut plan = plans::group(2, 40);
    plan.storm = SimDuration::from_secs(60);
    plan.assumptions.backlog_bytes = Some(Bytes(500_000));
    plan.assumptions.eviction_samples = 1_000;
    plan.assumptions.lfu_decay_minutes = 0;
    for instance in plan.instances.iter_mut() {
        instance.shards = 1;
    }
    let value = "x".repeat(100_000);
    for number in 0..KEYS {
        let text = format!("SET k{number:02} {value}{}", options(number));
        plans::command(&mut plan, 1_000 * (number + 1), 0, &text);
    }
    // So that the second has as full a backlog.
    for number in 0..6 {
        plans::command(
            &mut plan,
            21_000 + number,
            1,
            &format!("SET r{number} {value}"),
        );
        plans::command(&mut plan, 21_900 + number, 0, &format!("GET r{number}"));
    }
    for (place, key) in (0..).zip(reads) {
        plans::command(&mut plan, 22_000 + 10 * place, 0, &format!("GET {key}"));
    }
    squeeze(&mut plan, PRESSED_AT - 1_000, 79);
    let last = format!("SET last {}", "x".repeat(300_000));
    plans::command(&mut plan, PRESSED_AT, 0, &last);
    plans::command(&mut plan, PRESSED_AT + 1, 0, "GET last");
    let both = plans::both(0, 1);
    plans::at(&mut plan, PRESSED_AT + 60, Step::Partition(both.clone()));
    plans::at(&mut plan, PRESSED_AT + 10_000, Step::Heal(both));
    plans::evict(&mut plan, policy);
    plan
}

fn plain(_: u64) -> String {
    String::new()
}

/// Every second key has a deadline, the later written the sooner.
fn expiring_evens(number: u64) -> String {
    match number % 2 {
        0 => format!(" EX {}", 1_000 - 10 * number),
        _ => String::new(),
    }
}

fn sorted(mut keys: Vec<String>) -> Vec<String> {
    keys.sort();
    keys
}

#[test]
fn lru_evicts_the_longest_unused() {
    let shown = show(&pressed(Eviction::AllKeysLru, plain, &["k00"]));
    assert_eq!(shown.removed[0], ["k01", "k02", "k03"]);
    // What is read in one region is not used in the other.
    assert_eq!(shown.removed[1], ["k00", "k01", "k02"]);
    assert_eq!(shown.evicted, [3, 3]);
    let plan = pressed(Eviction::VolatileLru, expiring_evens, &["k00"]);
    assert_eq!(show(&plan).removed[0], ["k02", "k04", "k06"]);
}

#[test]
fn lfu_evicts_the_least_often_used() {
    let names: Vec<String> = (3..KEYS).map(|number| format!("k{number:02}")).collect();
    let reads: Vec<&str> = names.iter().map(String::as_str).collect();
    let shown = show(&pressed(Eviction::AllKeysLfu, plain, &reads));
    assert_eq!(sorted(shown.removed[0].clone()), ["k00", "k01", "k02"]);
    // There nothing has been read: whatever goes, not the same by necessity.
    assert_eq!(shown.evicted, [3, 3]);
    let reads: Vec<&str> = names[3..].iter().map(String::as_str).collect();
    let shown = show(&pressed(Eviction::VolatileLfu, expiring_evens, &reads));
    assert_eq!(sorted(shown.removed[0].clone()), ["k00", "k02", "k04"]);
}

#[test]
fn ttl_evicts_what_expires_next() {
    let shown = show(&pressed(Eviction::VolatileTtl, expiring_evens, &[]));
    assert_eq!(shown.removed[0], ["k18", "k16", "k14"]);
    assert_eq!(shown.removed[1], ["k18", "k16", "k14"]);
}

#[test]
fn random_eviction_goes_by_the_seed() {
    let removed = |policy: Eviction, seed: u64| {
        let mut plan = pressed(policy, expiring_evens, &[]);
        plan.seed = seed;
        show(&plan).removed
    };
    let mut choices = std::collections::BTreeSet::new();
    for seed in 0..4 {
        let all = removed(Eviction::AllKeysRandom, seed);
        assert_eq!(all, removed(Eviction::AllKeysRandom, seed));
        // Each member draws on its own.
        choices.extend(all);
        for member in removed(Eviction::VolatileRandom, seed) {
            let is_even = |key: &String| key[1..].parse::<u64>().is_ok_and(|n| n % 2 == 0);
            assert!(
                member.len() >= 3 && member.iter().all(is_even),
                "{member:?}"
            );
        }
    }
    assert!(choices.len() >= 7, "{choices:?}");
}

/// Fewer samples make a worse choice, never a wrong one.
#[test]
fn samples_are_as_many_as_assumed() {
    let removed = |samples: u32| {
        let mut plan = pressed(Eviction::AllKeysLru, plain, &[]);
        plan.assumptions.eviction_samples = samples;
        show(&plan).removed
    };
    let exact = ["k00", "k01", "k02"];
    assert_eq!(removed(40)[0], exact);
    let seldom = removed(1);
    assert!(seldom.iter().any(|member| *member != exact), "{seldom:?}");
}

#[test]
fn without_a_policy_nothing_goes() {
    let shown = show(&pressed(Eviction::NoEviction, expiring_evens, &[]));
    assert_eq!(shown.evicted, [0, 0]);
    assert!(shown.removed.iter().all(Vec::is_empty));
}

/// A volatile policy with nothing to let go is none: the shard fills up, and clients are refused.
#[test]
fn volatile_policies_never_touch_keys_without_a_deadline() {
    for policy in [
        Eviction::VolatileLru,
        Eviction::VolatileLfu,
        Eviction::VolatileTtl,
        Eviction::VolatileRandom,
    ] {
        let mut plan = pressed(policy, plain, &[]);
        for number in 0..2 {
            let more = format!("SET more{number} {}", "x".repeat(450_000));
            plans::command(&mut plan, PRESSED_AT + 2, 0, &more);
        }
        plans::command(&mut plan, PRESSED_AT + 3, 0, "SET another value");
        let shown = show(&plan);
        assert_eq!(shown.evicted, [0, 0], "{policy:?}");
        let [.., accepted, refused] = shown.replies.as_slice() else {
            panic!("no replies");
        };
        assert_eq!(accepted, "OK", "{policy:?}");
        assert!(refused.starts_with("(error) OOM"), "{policy:?}: {refused}");
    }
}

/// At the limit a write makes room for itself at once; without a policy it is refused.
#[test]
fn a_write_at_the_limit_makes_room() {
    let at_limit = |policy: Eviction| {
        let mut plan = pressed(policy, plain, &[]);
        // Put off up to the limit, and not to be heard of before the next slice.
        plan.assumptions.eviction_start = Ratio::ONE;
        plan.assumptions.eviction_slice = SimDuration::from_secs(1);
        for number in 0..2 {
            let more = format!("SET more{number} {}", "x".repeat(450_000));
            plans::command(&mut plan, PRESSED_AT + 2, 0, &more);
        }
        plans::command(&mut plan, PRESSED_AT + 3, 0, "SET another value");
        plans::command(&mut plan, PRESSED_AT + 4, 0, "DBSIZE");
        show(&plan)
    };
    let shown = at_limit(Eviction::AllKeysLru);
    let [.., another, size] = shown.replies.as_slice() else {
        panic!("no replies");
    };
    // As many went as it took to be below the limit.
    let gone = shown.evicted[0];
    assert_eq!(another, "OK");
    assert!((1..10).contains(&gone), "{gone} evicted");
    assert_eq!(*size, format!("(integer) {}", KEYS + 10 - gone));
    let shown = at_limit(Eviction::NoEviction);
    let another = &shown.replies[shown.replies.len() - 2];
    assert!(another.starts_with("(error) OOM"), "{another}");
}

/// What a region evicts is gone everywhere, but for what another wrote without its knowledge.
#[test]
fn ma_20_an_unseen_write_survives_an_eviction() {
    let mut plan = pressed(Eviction::AllKeysLru, plain, &["k00"]);
    // The oldest, but read lately in the other region.
    plans::command(&mut plan, 500, 0, "SADD tags old");
    plans::command(&mut plan, 29_000, 1, "SMEMBERS tags");
    plans::command(&mut plan, 32_000, 0, "EXISTS tags");
    plans::command(&mut plan, 32_000, 1, "EXISTS tags k03");
    plans::command(&mut plan, 33_000, 1, "SADD tags new");
    plans::command(&mut plan, 33_000, 1, "SET k03 survivor");
    for on in [0, 1] {
        plans::command(&mut plan, 55_000, on, "SMEMBERS tags");
        plans::command(&mut plan, 55_001, on, "GET k03");
        plans::command(&mut plan, 55_002, on, "EXISTS k01 k02");
    }
    plan.timeline.sort_by_key(|timed| timed.at);
    let shown = show(&plan);
    assert_eq!(shown.removed[0], ["tags", "k01", "k02", "k03"]);
    assert!(!shown.removed[1].contains(&"tags".to_owned()));
    let replies = &shown.replies[shown.replies.len() - 10..];
    assert_eq!(
        replies[..2],
        ["(integer) 0", "(integer) 2"],
        "while cut off"
    );
    let (new, survivor) = ("1) \"new\"", "\"survivor\"");
    let gone = "(integer) 0";
    assert_eq!(replies[4..], [new, new, survivor, survivor, gone, gone]);
}

/// While a member is away eviction takes every key, and the shard still runs out of memory: what
/// the writes and the deletions leave behind is collected once both have seen them, not before.
#[test]
fn during_a_partition_every_key_may_go_and_memory_still_runs_out() {
    let mut plan = plans::group(2, 40);
    plan.storm = SimDuration::from_secs(60);
    plan.settle = SimDuration::from_secs(60);
    plan.assumptions.backlog_bytes = Some(Bytes(20_000));
    for instance in plan.instances.iter_mut() {
        instance.shards = 1;
    }
    let keys = plans::populate(&mut plan, "user:", 400, ValueKind::String);
    plans::traffic(&mut plan, keys, 100, &[(Operation::Update, 1)]);
    plans::limit(&mut plan, 270_000);
    // The buffer of a full synchronisation takes room, too.
    plan.assumptions.chunk_bytes = Bytes(10_000);
    plans::evict(&mut plan, Eviction::AllKeysLru);
    plans::at(&mut plan, 2_000, Step::Partition(plans::both(0, 1)));
    for on in [0, 1] {
        plans::command(&mut plan, 1_900, on, "DBSIZE");
        plans::command(&mut plan, 59_000, on, "DBSIZE");
        plans::command(&mut plan, 59_001, on, "SET k v");
    }
    plan.timeline.sort_by_key(|timed| timed.at);
    let shown = show(&plan);
    for at_first in &shown.replies[..2] {
        assert_ne!(at_first, "(integer) 0");
    }
    assert_eq!(shown.replies[2..4], ["(integer) 0", "(integer) 0"]);
    for refused in &shown.replies[4..] {
        assert!(refused.starts_with("(error) OOM"), "{refused}");
    }
    for instance in &shown.ending.instances {
        let shard = &instance.shards[0];
        assert!(shard.oom_at.is_some());
        assert!(shard.counts.evicted >= 200, "{}", shard.counts.evicted);
        // Healed, both have seen it all: what was kept for that is given back.
        let kept = shard.total - shard.used[5];
        assert!(kept < shard.limit / 4, "{kept} of {}", shard.limit);
    }
    let (_, seen) = run(&plan, Options::default());
    assert_agreement(&plan, &seen);
    assert_honest(&plan, &seen);
}

/// Generated rows, general objects and literal keys are all victims.
#[test]
fn keys_of_every_form_go() {
    for policy in [
        Eviction::AllKeysLru,
        Eviction::AllKeysLfu,
        Eviction::AllKeysRandom,
    ] {
        let mut plan = plans::group(2, 40);
        plan.assumptions.backlog_bytes = Some(Bytes(20_000));
        let strings = plans::populate(&mut plan, "user:", 400, ValueKind::String);
        plans::populate(&mut plan, "set:", 100, ValueKind::Set { members: 5 });
        plans::populate(&mut plan, "count:", 100, ValueKind::Counter);
        plans::traffic(&mut plan, strings, 50, &[(Operation::Update, 1)]);
        for number in 0..60 {
            let text = format!("SADD literal{number} member");
            plans::command(&mut plan, 100 + number, 0, &text);
        }
        squeeze(&mut plan, 5_000, 110);
        plans::evict(&mut plan, policy);
        let shown = show(&plan);
        for prefix in ["user:", "set:", "count:", "literal"] {
            let mut removed = shown.removed.iter().flatten();
            assert!(
                removed.any(|key| key.starts_with(prefix)),
                "{policy:?}: no {prefix}"
            );
        }
    }
}

/// `OBJECT IDLETIME` and `OBJECT FREQ`, under every policy as in Redis.
#[test]
fn use_is_told_as_the_policy_keeps_it() {
    for policy in Eviction::ALL {
        let mut plan = plans::group(2, 40);
        plans::evict(&mut plan, policy);
        let lines = [
            (1_000, 0, "SET k v"),
            (4_100, 0, "OBJECT IDLETIME k"),
            (4_101, 0, "OBJECT FREQ k"),
            (4_102, 0, "TYPE k"),
            (4_103, 0, "TTL k"),
            (4_104, 0, "EXISTS k"),
            (4_105, 0, "MEMORY USAGE k"),
            (4_200, 0, "OBJECT IDLETIME k"),
            (4_300, 0, "GET k"),
            (6_400, 0, "OBJECT IDLETIME k"),
            (6_401, 0, "OBJECT FREQ k"),
            (6_402, 1, "OBJECT IDLETIME k"),
            (6_403, 1, "OBJECT FREQ k"),
            (6_500, 0, "TOUCH k"),
            (6_600, 0, "OBJECT IDLETIME k"),
            // What a peer writes is written here, too.
            (8_700, 1, "SET k w"),
            (9_800, 0, "OBJECT IDLETIME k"),
            (9_900, 0, "OBJECT IDLETIME none"),
            (9_901, 0, "OBJECT FREQ none"),
        ];
        for (at, on, text) in lines {
            plans::command(&mut plan, at, on, text);
        }
        let mut told = show(&plan).replies.into_iter().zip(lines);
        let mut told: Vec<String> = told
            .by_ref()
            .filter(|(_, (_, _, text))| text.starts_with("OBJECT"))
            .map(|(reply, _)| reply)
            .collect();
        assert_eq!(told.split_off(8 + 1), ["(nil)", "(nil)"]);
        let no_idle = "(error) ERR An LFU maxmemory policy is selected, idle time";
        let no_often = "(error) ERR An LFU maxmemory policy is not selected, access freq";
        let expected = if policy.is_by_frequency() {
            let no = no_idle;
            [
                no,
                "(integer) 5",
                no,
                no,
                "(integer) 6",
                no,
                "(integer) 5",
                no,
                no,
            ]
        } else {
            let no = no_often;
            [
                "(integer) 3",
                no,
                "(integer) 3",
                "(integer) 2",
                no,
                "(integer) 5",
                no,
                "(integer) 0",
                "(integer) 1",
            ]
        };
        for (place, (reply, expected)) in told.iter().zip(expected).enumerate() {
            assert!(reply.starts_with(expected), "{policy:?} {place}: {reply}");
        }
    }
}

/// It begins with the first slice after the mark, and the end tells how many went.
#[test]
fn eviction_is_told() {
    let plan = pressed(Eviction::AllKeysLru, plain, &[]);
    let mut begun = Vec::new();
    World::new(&plan, Options::default()).run(&mut |seen| match &seen.event {
        Event::Evicting { instance, .. } => begun.push((seen.at, *instance)),
        Event::Met(met) => assert_eq!(met.evicted, 3),
        _ => {}
    });
    let slice = SimTime::from_millis(PRESSED_AT + 100);
    assert_eq!(begun[0], (slice, InstanceId(0)));
    let (late, second) = begun[1];
    assert_eq!((begun.len(), second), (2, InstanceId(1)));
    let late = late.since(slice).as_millis();
    assert!((40..50).contains(&late), "{late} ms, as the write was");
}
