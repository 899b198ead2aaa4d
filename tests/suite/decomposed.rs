//! Rules of what commands send: `STR-6`, `H-8`, `S-6`, `S-7`, `J-13`, and of deadlines that pass
//! elsewhere: `EXP-5`, `EXP-7`. Each test is named after the rule.
//!
//! Two members act at once, 10 ms apart and 40 ms from one another; a second later all are read.

use meridian::history::Event;
use meridian::plan::Step;
use meridian::world::{Options, World};

use crate::plans;

/// A reply, and how many effects the command sent.
type Answer = (String, u64);

/// Each command at an instant, on a member.
fn run(commands: &[(u64, u16, &str)], steps: Vec<(u64, Step)>) -> Vec<Answer> {
    let mut plan = plans::group(3, 40);
    for (at, on, text) in commands {
        plans::command(&mut plan, *at, *on, text);
    }
    for (at, step) in steps {
        plans::at(&mut plan, at, step);
    }
    plan.timeline.sort_by_key(|timed| timed.at);
    let mut answers = Vec::new();
    World::new(&plan, Options::default()).run(&mut |seen| {
        if let Event::Command(command) = &seen.event {
            answers.push((command.reply.clone(), command.effects));
        }
    });
    answers
}

/// What two commands sent, at members 0 and 1, after some that all have seen; then what every
/// member answers to a question, which must be the same.
fn concurrent(given: &[&str], [zero, one]: [&str; 2], asked: &str) -> ([Answer; 2], String) {
    let mut commands: Vec<(u64, u16, &str)> = Vec::new();
    commands.extend((100..).zip(given).map(|(at, text)| (at, 0, *text)));
    commands.extend([(1_000, 0, zero), (1_010, 1, one)]);
    commands.extend((0..3).map(|member| (2_000, member, asked)));
    let answers = run(&commands, Vec::new());
    let [.., zero, one, first, second, third] = answers.as_slice() else {
        panic!("each command is answered");
    };
    assert_eq!((&first.0, &second.0), (&second.0, &third.0), "{asked}");
    ([zero.clone(), one.clone()], first.0.clone())
}

fn answer(reply: &str, effects: u64) -> Answer {
    (reply.to_owned(), effects)
}

const ONE: &str = "(integer) 1";
const ZERO: &str = "(integer) 0";
const NIL: &str = "(nil)";

/// Its two parts, in one effect, compete each by their own rule.
#[test]
fn str_6_setex_is_a_set_and_an_expire() {
    let alone = run(
        &[
            (100, 0, "SETEX k 1000 v"),
            (200, 1, "TTL k"),
            (201, 1, "GET k"),
        ],
        vec![],
    );
    let expected = [
        answer("OK", 1),
        answer("(integer) 1000", 0),
        answer("\"v\"", 0),
    ];
    assert_eq!(alone, expected);
    for (setex, ttl) in [
        ("SETEX k 1000 v", "(integer) 999"),
        ("PSETEX k 9000 v", "(integer) 20"),
    ] {
        // The later value, and the longer deadline, whoever set it (`STR-1`, `EXP-1`).
        let given = ["SET k a"];
        let (_, value) = concurrent(&given, ["EXPIRE k 21", setex], "GET k");
        assert_eq!(value, "\"v\"");
        let (_, left) = concurrent(&given, ["EXPIRE k 21", setex], "TTL k");
        assert_eq!(left, ttl);
        // A later SET without a deadline takes the value, and as PERSIST the deadline (`EXP-10`).
        let (_, value) = concurrent(&given, [setex, "SET k b"], "GET k");
        assert_eq!(value, "\"b\"");
        assert_eq!(
            concurrent(&given, [setex, "SET k b"], "TTL k").1,
            "(integer) -1"
        );
    }
}

#[test]
fn str_6_setnx_is_decided_locally() {
    let (sent, value) = concurrent(&[], ["SETNX k left", "SETNX k right"], "GET k");
    assert_eq!(sent, [answer(ONE, 1), answer(ONE, 1)]);
    assert_eq!(value, "\"right\"");
    let (sent, value) = concurrent(&["SET k a"], ["SETNX k left", "SETNX k right"], "GET k");
    assert_eq!(sent, [answer(ZERO, 0), answer(ZERO, 0)]);
    assert_eq!(value, "\"a\"");
}

/// `GETDEL` is a `DEL` of what it saw, `GETSET` a `SET`, `GETEX` an `EXPIRE` or `PERSIST`, `MSET`
/// as many `SET`s.
#[test]
fn str_6_reading_commands_send_what_they_change() {
    let (sent, value) = concurrent(&["SET k a"], ["SET k b", "GETDEL k"], "GET k");
    assert_eq!(sent[1], answer("\"a\"", 1));
    assert_eq!(value, "\"b\"");
    let (sent, value) = concurrent(&["SET k a"], ["APPEND k b", "GETSET k c"], "GET k");
    assert_eq!(sent[1], answer("\"a\"", 1));
    assert_eq!(value, "\"c\"");
    let given = ["SET k a EX 50"];
    let (sent, value) = concurrent(&given, ["SET k b KEEPTTL", "GETEX k EX 70"], "GET k");
    assert_eq!(sent[1], answer("\"a\"", 1));
    assert_eq!(value, "\"b\"");
    let (_, left) = concurrent(&given, ["SET k b KEEPTTL", "GETEX k EX 70"], "TTL k");
    assert_eq!(left, "(integer) 69");
    let (sent, left) = concurrent(&given, ["EXPIRE k 70", "GETEX k PERSIST"], "TTL k");
    assert_eq!((sent[1].1, left.as_str()), (1, "(integer) -1"));
    let (sent, _) = concurrent(&given, ["GETEX k", "GETDEL nokey"], "GET k");
    assert_eq!(sent, [answer("\"a\"", 0), answer(NIL, 0)]);
    let mset = ["MSET {t}k 1 {t}l 2", "SET {t}k 3"];
    let (sent, both) = concurrent(&[], mset, "MGET {t}k {t}l");
    assert_eq!(sent[0], answer("OK", 2));
    assert_eq!(both, "1) \"3\"\n2) \"2\"");
}

/// `HMSET` is one effect of many fields, `HSETNX` is decided locally, and `HGETDEL` takes what it
/// saw of the fields it names: a concurrent write of one survives it (`H-3`), others are not
/// touched.
#[test]
fn h_8_commands_of_fields_decompose() {
    let hmset = ["HMSET h f a g b", "HSET h g c"];
    let (sent, fields) = concurrent(&[], hmset, "HMGET h f g");
    assert_eq!(sent[0], answer("OK", 1));
    assert_eq!(fields, "1) \"a\"\n2) \"c\"");
    let (sent, field) = concurrent(&[], ["HSETNX h f x", "HSETNX h f y"], "HGET h f");
    assert_eq!(sent, [answer(ONE, 1), answer(ONE, 1)]);
    assert_eq!(field, "\"y\"");
    let given = ["HSET h f a g b"];
    let (sent, field) = concurrent(&given, ["HSETNX h f x", "HSETNX h f y"], "HGET h f");
    assert_eq!(sent, [answer(ZERO, 0), answer(ZERO, 0)]);
    assert_eq!(field, "\"a\"");
    let hgetdel = ["HSET h f c", "HGETDEL h FIELDS 1 f"];
    let (sent, fields) = concurrent(&given, hgetdel, "HMGET h f g");
    assert_eq!(sent[1], answer("1) \"a\"", 1));
    assert_eq!(fields, "1) \"c\"\n2) \"b\"");
    let hgetdel = ["HSET h g c", "HGETDEL h FIELDS 2 f nofield"];
    let (sent, fields) = concurrent(&given, hgetdel, "HMGET h f g");
    assert_eq!(sent[1], answer("1) \"a\"\n2) (nil)", 1));
    assert_eq!(fields, "1) (nil)\n2) \"c\"");
}

/// The choice is local, the effect an `SREM` of what was chosen: nothing else goes, and an addition
/// that it had not seen survives.
#[test]
fn s_6_spop_sends_the_removal_of_what_it_chose() {
    let answers = run(
        &[
            (100, 0, "SADD s a b c d e f g h"),
            (1_000, 0, "SPOP s 3"),
            (2_000, 0, "SMEMBERS s"),
            (2_000, 1, "SMEMBERS s"),
            (2_000, 2, "SCARD s"),
            (2_100, 0, "SPOP nokey"),
        ],
        Vec::new(),
    );
    assert_eq!((answers[1].1, &answers[2].0), (1, &answers[3].0));
    assert_eq!(answers[4], answer("(integer) 5", 0));
    assert_eq!(answers[5], answer(NIL, 0));
    let taken = |line: &str| line.rsplit(' ').next().map(str::to_owned);
    let popped: Vec<String> = answers[1].0.lines().filter_map(taken).collect();
    let left: Vec<String> = answers[2].0.lines().filter_map(taken).collect();
    assert!(popped.len() == 3 && popped.iter().all(|one| !left.contains(one)));
    // Both take the only one; an addition meanwhile keeps it.
    let (sent, members) = concurrent(&["SADD s a"], ["SPOP s", "SPOP s"], "SMEMBERS s");
    assert_eq!(sent, [answer("\"a\"", 1), answer("\"a\"", 1)]);
    assert_eq!(members, "(empty array)");
    let (_, members) = concurrent(&["SADD s a"], ["SADD s a b", "SPOP s"], "SMEMBERS s");
    assert_eq!(members, "1) \"a\"\n2) \"b\"");
}

/// `SMOVE` is an `SREM` and an `SADD`; a store is a `DEL` of the destination it saw and an `SADD`
/// of the result it computed.
#[test]
fn s_7_smove_and_stores_decompose() {
    let given = ["SADD {t}from a b"];
    let smove = ["SADD {t}from a", "SMOVE {t}from {t}to a"];
    let (sent, from) = concurrent(&given, smove, "SMEMBERS {t}from");
    assert_eq!(sent[1], answer(ONE, 2));
    assert_eq!(from, "1) \"a\"\n2) \"b\"");
    assert_eq!(concurrent(&given, smove, "SMEMBERS {t}to").1, "1) \"a\"");
    let (sent, to) = concurrent(
        &given,
        ["SREM {t}from a", "SMOVE {t}from {t}to x"],
        "EXISTS {t}to",
    );
    assert_eq!((sent[1].clone(), to.as_str()), (answer(ZERO, 0), ZERO));
    let given = ["SADD {t}x a b", "SADD {t}y b c", "SADD {t}dest old"];
    for (store, result) in [
        ("SINTERSTORE {t}dest {t}x {t}y", "1) \"b\""),
        (
            "SUNIONSTORE {t}dest {t}x {t}y",
            "1) \"a\"\n2) \"b\"\n3) \"c\"",
        ),
        ("SDIFFSTORE {t}dest {t}x {t}y", "1) \"a\""),
    ] {
        // What it had seen of the destination goes, what it had not stays.
        let (sent, members) = concurrent(&given, [store, "SADD {t}dest new"], "SMEMBERS {t}dest");
        let place = result.lines().count() + 1;
        assert_eq!(sent[0].1, 1, "{store}");
        assert_eq!(members, format!("{result}\n{place}) \"new\""), "{store}");
        // A source that changes elsewhere changes no result.
        let (_, members) = concurrent(&given, [store, "SREM {t}x a b"], "SMEMBERS {t}dest");
        assert_eq!(members, result, "{store}");
    }
}

/// `NUMINCRBY`, `NUMMULTBY`, `STRAPPEND` and `TOGGLE` send what they computed; of two, that of the
/// smaller id is kept (MA-19).
#[test]
fn j_13_commands_on_one_value_assign_their_results() {
    let given = [r#"JSON.SET k $ '{"n":1,"s":"x","b":true}'"#];
    for (zero, one, expected) in [
        (
            "JSON.NUMINCRBY k $.n 1",
            "JSON.NUMINCRBY k $.n 10",
            r#"{"n":2,"s":"x","b":true}"#,
        ),
        (
            "JSON.NUMMULTBY k $.n 7",
            "JSON.NUMINCRBY k $.n 10",
            r#"{"n":7,"s":"x","b":true}"#,
        ),
        (
            r#"JSON.STRAPPEND k $.s '"y"'"#,
            r#"JSON.STRAPPEND k $.s '"z"'"#,
            r#"{"n":1,"s":"xy","b":true}"#,
        ),
        (
            "JSON.TOGGLE k $.b",
            "JSON.TOGGLE k $.b",
            r#"{"n":1,"s":"x","b":false}"#,
        ),
    ] {
        let (sent, document) = concurrent(&given, [zero, one], "JSON.GET k");
        assert_eq!((sent[0].1, sent[1].1), (1, 1), "{zero}");
        assert_eq!(
            document,
            format!("\"{}\"", expected.replace('"', "\\\"")),
            "{zero}"
        );
    }
    // One after the other each counts.
    let answers = run(
        &[
            (100, 0, given[0]),
            (200, 0, "JSON.NUMINCRBY k $.n 1"),
            (400, 1, "JSON.NUMINCRBY k $.n 10"),
            (600, 2, "JSON.GET k $.n"),
        ],
        Vec::new(),
    );
    assert_eq!(answers[3].0, "\"[12]\"");
}

/// A key of every type whose owner is cut off: once its deadline has passed the others answer as if
/// it were not there, send nothing and keep it.
#[test]
fn exp_5_reads_past_the_deadline_find_nothing_and_send_nothing() {
    let made = [
        ("SET", "SET k v", "GET k", NIL),
        ("INCR", "INCR k", "STRLEN k", ZERO),
        ("HSET", "HSET k f v", "HGETALL k", "(empty array)"),
        ("SADD", "SADD k a", "SRANDMEMBER k", NIL),
        ("ZADD", "ZADD k 1 a", "ZRANGE k 0 -1", "(empty array)"),
        ("RPUSH", "RPUSH k a", "LRANGE k 0 -1", "(empty array)"),
        ("XADD", "XADD k * f v", "XLEN k", ZERO),
        ("PFADD", "PFADD k a", "PFCOUNT k", ZERO),
        ("JSON", "JSON.SET k $ 1", "JSON.GET k", NIL),
    ];
    for (kind, make, read, nothing) in made {
        let step = |at| {
            (
                at,
                Step::Partition([plans::both(0, 1), plans::both(1, 2)].concat()),
            )
        };
        let answers = run(
            &[
                (100, 1, make),
                (110, 1, "PEXPIRE k 2000"),
                (1_900, 0, "EXISTS k"),
                (2_500, 0, read),
                (2_501, 0, "EXISTS k"),
                (2_502, 2, read),
                (2_503, 0, "TYPE k"),
                (2_504, 0, "RANDOMKEY"),
                (2_505, 0, "DBSIZE"),
            ],
            vec![step(1_000)],
        );
        let expected = [ONE, nothing, ZERO, nothing, "none", NIL, ONE];
        let replies: Vec<&str> = answers[2..]
            .iter()
            .map(|(reply, _)| reply.as_str())
            .collect();
        assert_eq!(replies, expected, "{kind}");
        assert!(
            answers[2..].iter().all(|(_, effects)| *effects == 0),
            "{kind}"
        );
    }
}

/// 2^49 ms is the latest deadline, by whatever command; what is refused leaves the deadline alone.
#[test]
fn exp_7_no_command_takes_a_deadline_beyond_49_bits() {
    let (most, beyond) = ("562949953421312", "562949953421313");
    let refused = |name: &str| format!("(error) ERR invalid expire time in '{name}' command");
    for (name, before, after) in [
        ("pexpireat", "PEXPIREAT k", ""),
        ("set", "SET k v PXAT", ""),
        ("getex", "GETEX k PXAT", ""),
    ] {
        let taken = format!("{before} {most}{after}");
        let not = format!("{before} {beyond}{after}");
        let lines = [
            (100, 0, "SET k v"),
            (200, 0, taken.as_str()),
            (300, 1, "PEXPIRETIME k"),
            (400, 0, "PEXPIREAT k 4000000000000"),
            (500, 0, not.as_str()),
            (600, 1, "PEXPIRETIME k"),
        ];
        let answers = run(&lines, Vec::new());
        assert_eq!(answers[2].0, format!("(integer) {most}"), "{taken}");
        assert_eq!(answers[4], (refused(name), 0), "{not}");
        assert_eq!(answers[5].0, "(integer) 4000000000000", "{not}");
    }
    // Seconds and lengths of time, too: 2^49 ms are 562 949 953 421 s.
    let lines = [
        ("SET k v", "OK".to_owned()),
        ("EXPIREAT k 562949953421", ONE.to_owned()),
        ("EXPIREAT k 562949953422", refused("expireat")),
        ("EXPIRE k 562949953421", refused("expire")),
        ("PEXPIRE k 562949953421312", refused("pexpire")),
        ("SETEX k 562949953421 w", refused("setex")),
        ("PSETEX k 562949953421312 w", refused("psetex")),
        ("SET k w EXAT 562949953422", refused("set")),
        ("SET k w EX 562949953421", refused("set")),
        ("GETEX k EXAT 562949953422", refused("getex")),
        ("GET k", "\"v\"".to_owned()),
        ("EXPIRETIME k", "(integer) 562949953421".to_owned()),
    ];
    let commands = (100..).zip(&lines).map(|(at, (text, _))| (at, 0, *text));
    let answers = run(&commands.collect::<Vec<_>>(), Vec::new());
    for ((text, expected), (reply, _)) in lines.iter().zip(&answers) {
        assert_eq!(reply, expected, "{text}");
    }
}
