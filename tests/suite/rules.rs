//! Rules that take a whole instance or group to see: `STR-7`, and who expires what (`EXP-*`).
//!
//! Each test is named after the rule; those that one key can show are in `src/crdt/proof/rules`.

use meridian::history::Event;
use meridian::id::{InstanceId, RegionId};
use meridian::plan::{Memory, Plan, Step};
use meridian::world::{Options, World};

use crate::plans;

/// A scripted command as it was seen: its reply, and how many effects it sent.
type Answer = (String, u64);

/// Three members, 40 ms apart.
fn group() -> Plan {
    plans::group(3, 40)
}

fn command(plan: &mut Plan, millis: u64, on: u16, text: &str) {
    let step = Step::Command {
        on: InstanceId(on),
        client: None,
        text: text.to_owned(),
        reply: None,
        effects: None,
    };
    plans::at(plan, millis, step);
}

/// The answers to all commands, in order, and how many keys each member expired by itself.
fn run(plan: &Plan) -> (Vec<Answer>, Vec<u64>) {
    let mut answers = Vec::new();
    let ending = World::new(plan, Options::default()).run(&mut |seen| {
        if let Event::Command(command) = &seen.event {
            answers.push((command.reply.clone(), command.effects));
        }
    });
    let expired = ending.instances.iter().map(|instance| {
        let shards = instance.shards.iter();
        shards.map(|shard| shard.counts.expired).sum()
    });
    (answers, expired.collect())
}

fn answers(plan: &Plan) -> Vec<Answer> {
    run(plan).0
}

fn texts(answers: &[Answer]) -> Vec<&str> {
    answers.iter().map(|(reply, _)| reply.as_str()).collect()
}

/// A key with a deadline set at member 1, which therefore owns it: two seconds from the start.
fn owned_by_one() -> Plan {
    let mut plan = group();
    command(&mut plan, 100, 0, "SADD k a");
    command(&mut plan, 1_000, 1, "PEXPIRE k 1000");
    plan
}

/// The effect is a `SET` of the result: a peer whose sources differ takes the value, and does not
/// compute its own.
#[test]
fn str_7_bitop_sends_its_result() {
    let mut plan = group();
    command(&mut plan, 100, 0, "SET {t}a abc");
    command(&mut plan, 110, 0, "SET {t}b abd");
    command(&mut plan, 1_000, 0, "BITOP AND {t}dest {t}a {t}b");
    // Member 1 changes a source before the result arrives there.
    command(&mut plan, 1_010, 1, "SET {t}a zzz");
    for member in 0..3 {
        command(&mut plan, 2_000 + u64::from(member), member, "GET {t}dest");
        command(&mut plan, 2_010 + u64::from(member), member, "GET {t}a");
    }
    let seen = answers(&plan);
    assert_eq!(seen[2], ("(integer) 3".to_owned(), 1));
    let expected = [
        "\"ab`\"", "\"ab`\"", "\"ab`\"", "\"zzz\"", "\"zzz\"", "\"zzz\"",
    ];
    assert_eq!(texts(&seen[4..]), expected);
}

/// Concurrent to a write of the destination, one of the two is kept whole (`STR-3`).
#[test]
fn str_7_bitop_and_set_concurrent_one_is_kept_whole() {
    let mut plan = group();
    command(&mut plan, 100, 0, "SET {t}a abc");
    command(&mut plan, 1_000, 0, "BITOP NOT {t}dest {t}a");
    command(&mut plan, 1_010, 1, "SET {t}dest later");
    for member in 0..3 {
        command(&mut plan, 2_000, member, "GET {t}dest");
    }
    let seen = answers(&plan);
    assert_eq!(texts(&seen[3..]), ["\"later\""; 3]);
}

/// The documented example, from `PFADD` to `PFCOUNT`: the other region's addition is gone too.
#[test]
fn hll_2_del_wins_in_a_group() {
    let mut plan = group();
    command(&mut plan, 100, 0, "PFADD h e1");
    command(&mut plan, 1_000, 0, "PFADD h e2");
    command(&mut plan, 1_010, 1, "DEL h");
    for member in 0..3 {
        command(&mut plan, 2_000, member, "PFCOUNT h");
        command(&mut plan, 2_001, member, "EXISTS h");
    }
    let seen = answers(&plan);
    assert_eq!(texts(&seen[..3]), ["(integer) 1"; 3]);
    assert_eq!(texts(&seen[3..]), ["(integer) 0"; 6]);
}

/// Of the string commands a HyperLogLog takes `GET` and `SET` alone.
#[test]
fn hll_5_other_string_commands_are_refused() {
    let wrong = "(error) WRONGTYPE Operation against a key holding the wrong kind of value";
    let refused = [
        "GETEX h",
        "STRLEN h",
        "APPEND h x",
        "GETRANGE h 0 1",
        "SETRANGE h 0 x",
        "GETSET h x",
        "GETDEL h",
        "INCR h",
        "SETBIT h 0 1",
        "BITCOUNT h",
    ];
    let mut plan = group();
    command(&mut plan, 100, 0, "PFADD h e1");
    for (number, text) in (0..).zip(refused) {
        command(&mut plan, 200 + number, 0, text);
    }
    command(&mut plan, 300, 0, "GET h");
    let seen = answers(&plan);
    assert_eq!(texts(&seen[1..=refused.len()]), [wrong; 10]);
    let bytes = seen
        .last()
        .expect("an answer")
        .0
        .trim_matches('"')
        .to_owned();
    assert!(bytes.starts_with("HYLL"), "{bytes}");
    // What is read back and set is a HyperLogLog again, on every member; a text is not.
    let mut plan = group();
    command(&mut plan, 100, 0, &format!("SET h \"{bytes}\""));
    command(&mut plan, 1_000, 1, "PFADD h e2");
    command(&mut plan, 2_000, 2, "PFCOUNT h");
    command(&mut plan, 3_000, 2, "SET h text");
    command(&mut plan, 4_000, 0, "STRLEN h");
    let seen = answers(&plan);
    assert_eq!(
        texts(&seen),
        ["OK", "(integer) 1", "(integer) 2", "OK", "(integer) 4"]
    );
}

#[test]
fn hll_6_pfcount_of_several_keys_needs_one_slot() {
    let mut plan = group();
    command(&mut plan, 100, 0, "PFADD {t}a x y");
    command(&mut plan, 101, 0, "PFADD {t}b y z");
    command(&mut plan, 1_000, 1, "PFCOUNT {t}a {t}b");
    command(&mut plan, 1_001, 1, "PFCOUNT a b");
    command(&mut plan, 1_002, 1, "PFMERGE a b");
    let seen = answers(&plan);
    let crossing = "(error) CROSSSLOT Keys in request don't hash to the same slot";
    assert_eq!(texts(&seen[2..]), ["(integer) 3", crossing, crossing]);
}

#[test]
fn hll_7_pfdebug_and_pfselftest_are_refused() {
    let mut plan = group();
    command(&mut plan, 100, 0, "PFDEBUG GETREG h");
    command(&mut plan, 101, 0, "PFSELFTEST");
    let seen = answers(&plan);
    let refused = |name: &str| {
        format!("(error) ERR command '{name}' is not allowed: Redis Enterprise does not support it")
    };
    assert_eq!(texts(&seen), [refused("PFDEBUG"), refused("PFSELFTEST")]);
}

/// Each member pops the same element and pushes it: it is at the destination twice.
#[test]
fn l_10_an_element_moved_by_two_members_is_there_twice() {
    let mut plan = group();
    command(&mut plan, 100, 0, "RPUSH {t}from a b");
    command(&mut plan, 1_000, 0, "LMOVE {t}from {t}to LEFT RIGHT");
    command(&mut plan, 1_010, 1, "LMOVE {t}from {t}to LEFT RIGHT");
    for member in 0..3 {
        command(&mut plan, 2_000, member, "LRANGE {t}from 0 -1");
        command(&mut plan, 2_001, member, "LRANGE {t}to 0 -1");
    }
    let seen = answers(&plan);
    assert_eq!(texts(&seen[1..3]), ["\"a\"", "\"a\""]);
    assert_eq!(texts(&seen[3..6]), ["1) \"b\""; 3]);
    assert_eq!(texts(&seen[6..]), ["1) \"a\"\n2) \"a\""; 3]);
}

/// The member whose deadline won expires the key, nobody else; what it sends is a `DEL`.
#[test]
fn exp_4_the_owner_alone_expires_and_tells_the_others() {
    let mut plan = owned_by_one();
    // A shorter deadline, concurrently: the longer wins, and with it its owner.
    command(&mut plan, 1_010, 2, "PEXPIRE k 500");
    for member in 0..3 {
        command(&mut plan, 4_000, member, "DBSIZE");
    }
    let (seen, expired) = run(&plan);
    assert_eq!(expired, [0, 1, 0], "expired at each member");
    assert_eq!(texts(&seen[3..]), ["(integer) 0"; 3]);
}

/// A member that does not own the deadline removes the key before it writes, and says so: what it
/// had seen is gone everywhere.
#[test]
fn exp_6_a_write_past_the_deadline_removes_first() {
    let mut plan = owned_by_one();
    plans::at(&mut plan, 1_500, Step::Partition(plans::both(0, 1)));
    plans::at(&mut plan, 1_500, Step::Partition(plans::both(1, 2)));
    command(&mut plan, 3_000, 0, "SADD k b");
    command(&mut plan, 3_001, 0, "SMEMBERS k");
    command(&mut plan, 3_002, 0, "TTL k");
    command(&mut plan, 4_000, 2, "SMEMBERS k");
    let (seen, expired) = run(&plan);
    assert_eq!(
        texts(&seen[2..]),
        ["(integer) 1", "1) \"b\"", "(integer) -1", "1) \"b\""]
    );
    assert!(seen[2].1 >= 1, "the write is sent: {:?}", seen[2]);
    // Cut off, the owner expires what it has; the other's addition it had not seen.
    assert_eq!(expired, [0, 1, 0]);
}

/// While the owner is away the others hide the key and keep its memory, until the owner's `DEL`.
#[test]
fn exp_9_without_its_owner_a_key_is_hidden_and_held() {
    let mut plan = owned_by_one();
    let (region, memory) = (RegionId(1), Memory::Kept);
    plans::at(&mut plan, 1_500, Step::Outage { region, memory });
    for member in [0, 2] {
        command(&mut plan, 5_000, member, "SMEMBERS k");
        command(&mut plan, 5_001, member, "DBSIZE");
    }
    plans::at(&mut plan, 6_000, Step::Return(region));
    for member in [0, 2] {
        command(&mut plan, 18_000, member, "DBSIZE");
    }
    let (seen, expired) = run(&plan);
    let held = [
        "(empty array)",
        "(empty array)",
        "(integer) 1",
        "(integer) 1",
    ];
    assert_eq!(texts(&seen[2..6]), held);
    assert_eq!(texts(&seen[6..]), ["(integer) 0"; 2]);
    assert_eq!(expired, [0, 1, 0]);
}

/// Ownership is strict: whatever looks at a key of a remote owner, nothing expires it or is sent.
#[test]
fn exp_11_reading_never_expires_the_key_of_another() {
    let mut plan = owned_by_one();
    let (region, memory) = (RegionId(1), Memory::Kept);
    plans::at(&mut plan, 1_500, Step::Outage { region, memory });
    let reads = [
        ("EXISTS k", "(integer) 0"),
        ("TYPE k", "none"),
        ("TTL k", "(integer) -2"),
        ("SISMEMBER k a", "(integer) 0"),
        ("SCARD k", "(integer) 0"),
        ("KEYS *", "(empty array)"),
        ("DBSIZE", "(integer) 1"),
    ];
    for (number, (text, _)) in (0..).zip(reads) {
        command(&mut plan, 5_000 + number, 0, text);
    }
    let (seen, expired) = run(&plan);
    for ((text, expected), answer) in reads.iter().zip(&seen[2..]) {
        assert_eq!(answer, &((*expected).to_owned(), 0), "{text}");
    }
    assert_eq!(expired, [0, 0, 0]);
}

/// Every region goes by its own clock: one that is five seconds ahead hides the key five seconds
/// sooner than the others, one that is behind shows it longer.
#[test]
fn exp_12_each_region_compares_with_its_own_clock() {
    let mut plan = group();
    plan.regions[RegionId(1)].clock_offset_ms = 5_000;
    plan.regions[RegionId(2)].clock_offset_ms = -5_000;
    command(&mut plan, 100, 2, "SET k v");
    // Member 2 owns the deadline: two seconds past the others' true time.
    command(&mut plan, 1_000, 2, "PEXPIRE k 6000");
    for at in [1_500, 3_000] {
        for member in 0..3 {
            command(&mut plan, at, member, "EXISTS k");
        }
    }
    command(&mut plan, 9_000, 2, "EXISTS k");
    let seen = answers(&plan);
    // By true time the deadline is at 7 s for member 2, at 2 s for member 0, at -3 s for member 1.
    let early = ["(integer) 1", "(integer) 0", "(integer) 1"];
    let late = ["(integer) 0", "(integer) 0", "(integer) 1"];
    assert_eq!(texts(&seen[2..5]), early);
    assert_eq!(texts(&seen[5..8]), late);
    assert_eq!(texts(&seen[8..]), ["(integer) 0"]);
}

#[test]
fn j_15_mset_is_refused_and_merge_is_not() {
    let mut plan = group();
    command(&mut plan, 100, 0, r#"JSON.SET k $ '{"a":1,"b":2}'"#);
    command(&mut plan, 1_000, 0, "JSON.MSET k $.a 5");
    command(&mut plan, 2_000, 0, r#"JSON.MERGE k $ '{"a":3,"b":null}'"#);
    command(&mut plan, 2_000, 1, r#"JSON.MERGE k $ '{"c":4}'"#);
    command(&mut plan, 3_000, 2, "JSON.GET k");
    let seen = answers(&plan);
    let refused = "(error) ERR command 'JSON.MSET' is not allowed: \
        Active-Active databases do not support it";
    assert_eq!(texts(&seen[1..4]), [refused, "OK", "OK"]);
    assert_eq!(texts(&seen[4..]), [r#""{\"a\":3,\"c\":4}""#]);
    let effects: Vec<u64> = seen.iter().map(|(_, effects)| *effects).collect();
    assert_eq!(effects, [1, 0, 1, 1, 0]);
}
