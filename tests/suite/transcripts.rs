//! What a real redis-server answered, replayed on one replica: the same replies.
//!
//! Recorded with redis-server 7.0.15 by `tests/record_transcripts.py`.

use std::fs;
use std::path::Path;

use meridian::assumption::{Eviction, XaddIds};
use meridian::instance::command::reply::Reply;
use meridian::instance::command::{Connection, answers, execute, parse};
use meridian::instance::slot::TagRule;

use crate::replica::Replica;

/// A reply that differs from plain Redis on purpose.
struct Difference {
    transcript: &'static str,
    command: &'static str,
    ours: &'static str,
    reason: &'static str,
}

macro_rules! differences {
    ($(in $transcript:literal, $reason:literal: $($command:literal => $ours:literal;)*)*) => {
        &[$($(Difference {
            transcript: $transcript,
            command: $command,
            ours: $ours,
            reason: $reason,
        }),*),*]
    };
}

const DIFFERENCES: &[Difference] = differences! {
    in "written-differences", "CNT-2: counters hold 59 bits, lest concurrent ones overflow":
    "INCR k" => "(error) ERR increment or decrement would overflow";
    "DECRBY k 1152921504606846977" => "(error) ERR increment or decrement would overflow";
    "HINCRBY h f 1" => "(error) ERR increment or decrement would overflow";
    in "written-differences", "EXP-7: deadlines hold 49 bits of milliseconds":
    "PEXPIREAT e 562949953421313" => "(error) ERR invalid expire time in 'pexpireat' command";
    "SET e v EX 9000000000000" => "(error) ERR invalid expire time in 'set' command";
    in "written-differences", "not available in Active-Active databases":
    "OBJECT ENCODING e" => "(error) ERR command 'OBJECT ENCODING' is not allowed: \
        Active-Active databases do not support it";
    "WAIT 0 0" => "(error) ERR command 'WAIT' is not allowed: \
        Active-Active databases do not support it";
    "FLUSHDB" => "(error) ERR command 'FLUSHDB' is not allowed: \
        with active geo-replication a group is flushed through the control plane";
    "FLUSHALL" => "(error) ERR command 'FLUSHALL' is not allowed: \
        with active geo-replication a group is flushed through the control plane";
    "OBJECT ENCODING y" => "(error) ERR command 'OBJECT ENCODING' is not allowed: \
        Active-Active databases do not support it";
    in "written-differences", "not available on Redis Enterprise":
    "SUBSTR e 0 1" => "(error) ERR command 'SUBSTR' is not allowed: \
        Redis Enterprise does not support it";
    "SWAPDB 0 0" => "(error) ERR command 'SWAPDB' is not allowed: \
        Redis Enterprise does not support it";
    "MIGRATE 127.0.0.1 1 nokey 0 10" => "(error) ERR command 'MIGRATE' is not allowed: \
        Redis Enterprise does not support it";
    "SELECT 1" => "(error) ERR command 'SELECT' is not allowed: \
        a Redis Enterprise database has index 0 alone";
    "COPY e e2 DB 1" => "(error) ERR DB index is out of range";
    in "written-differences", "what Meridian does not model yet":
    "EVAL \"return 1\" 0" => "(error) ERR command 'EVAL' is not modelled: scripts are out of \
        scope; a script replicates the effects of its commands";
    in "written-object", "memory is counted by the ledger, metadata included (A-KEY)":
    "MEMORY USAGE k" => "(integer) 208";
    "MEMORY USAGE k SAMPLES 0" => "(integer) 208";
    in "written-differences", "a stream is there while it has an entry or a group":
    "EXISTS st" => "(integer) 0";
    "EXISTS st3" => "(integer) 0";
    in "written-differences", "X-9: the last id only grows":
    "XSETID st 5-5" => "(error) ERR The ID specified in XSETID is smaller than the target stream \
        top item";
    in "written-differences", "X-10: a copy has no groups":
    "XINFO GROUPS st2" => "(empty array)";
    "EXISTS st5" => "(integer) 0";
    in "written-stream-read", "Redis 7.4 names the command":
    "XREAD STREAMS {a}s {a}t 0" => "(error) ERR Unbalanced 'xread' list of streams: for each \
        stream key an ID or '$' must be specified.";
    in "written-stream-groups", "Redis 7.4 names the command":
    "XREADGROUP GROUP g c STREAMS s t >" => "(error) ERR Unbalanced 'xreadgroup' list of \
        streams: for each stream key an ID or '>' must be specified.";
    in "written-sorted-set", "Redis 7.2 tells the score beside the rank":
    "ZRANK z b WITHSCORE" => "1) (integer) 8\n2) \"100\"";
    "ZREVRANK z b WITHSCORE" => "1) (integer) 0\n2) \"100\"";
    in "written-differences", "hexadecimal numbers are left out":
    "INCRBYFLOAT hex 0x10" => "(error) ERR value is not a valid float";
    "ZADD z 0x10 a" => "(error) ERR value is not a valid float";
    in "written-differences", "Redis 7.4 checks arguments before it looks for the key":
    "BITCOUNT nokey x y" => "(error) ERR value is not an integer or out of range";
    "BITPOS nokey 1 x" => "(error) ERR value is not an integer or out of range";
    in "written-sort", "patterns must name the slot, and a key's elements do not":
    "SORT {t}l BY w_*" => "(error) ERR BY option of SORT denied in Cluster mode when keys formed \
        by the pattern may be in different slots.";
    in "written-sort-slots", "Redis 7.4 takes patterns of the sorted key's slot":
    "SORT {t}l GET #" => "1) \"1\"\n2) \"2\"";
    "SORT {t}l BY w_*" => "(error) ERR BY option of SORT denied in Cluster mode when keys formed \
        by the pattern may be in different slots.";
    "SORT {t}l GET o_*" => "(error) ERR GET option of SORT denied in Cluster mode when keys formed \
        by the pattern may be in different slots.";
    "SORT {t}l BY {t}w_*" => "1) \"1\"\n2) \"2\"";
    "SORT {t}l GET {t}w_*" => "1) (nil)\n2) (nil)";
    "SORT_RO {t}l BY w_*" => "(error) ERR BY option of SORT denied in Cluster mode when keys \
        formed by the pattern may be in different slots.";
    in "written-floats", "fractions are 64-bit floats, 80-bit in Redis":
    "INCRBYFLOAT fresh 0.2" => "\"0.30000000000000004\"";
    "INCRBYFLOAT fresh -0.3" => "\"0.00000000000000005551115123125783\"";
    "GET fresh" => "\"0.00000000000000005551115123125783\"";
    "INCRBYFLOAT wide 1e400" => "(error) ERR value is not a valid float";
    "HINCRBYFLOAT wide2 f 1e400" => "(error) ERR value is not a valid float";
    in "written-timeouts", "Redis 7.4 says that it is out of range, and does not let it overflow":
    "BLPOP l 1e400" => "(error) ERR timeout is out of range";
    "BLPOP l 1e4000" => "(error) ERR timeout is out of range";
    "BLPOP l inf" => "(error) ERR timeout is out of range";
    "BLPOP l 9223372036854776" => "(error) ERR timeout is out of range";
    "BZPOPMIN l 1e400" => "(error) ERR timeout is out of range";
    "BLMOVE l m LEFT RIGHT 1e400" => "(error) ERR timeout is out of range";
    "BLMPOP 1e400 1 l LEFT" => "(error) ERR timeout is out of range";
    in "written-floats", "increments of a score add up on their own, then to the score":
    "ZINCRBY z 0.3 a" => "\"0.59999999999999998\"";
    "ZSCORE z a" => "\"0.59999999999999998\"";
    in "written-hyperloglog-bytes", "the header keeps no count: peers that agree show the same":
    "GET a" => r#""HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xf5\x84\b""#;
    in "written-slots", "on Redis Enterprise these read across slots":
    "MGET a b" => "1) \"1\"\n2) \"2\"";
    "EXISTS a b" => "(integer) 2";
    "TOUCH a b" => "(integer) 2";
};

/// A command and the reply that was recorded.
pub(crate) struct Exchange {
    pub(crate) command: String,
    pub(crate) reply: String,
}

pub(crate) fn exchanges(text: &str) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("# ")) {
        match (line.strip_prefix("> "), exchanges.last_mut()) {
            (Some(command), _) => {
                let command = command.to_owned();
                exchanges.push(Exchange {
                    command,
                    reply: String::new(),
                });
            }
            (None, Some(last)) if last.reply.is_empty() => last.reply.push_str(line),
            (None, Some(last)) => last.reply.extend(["\n", line]),
            (None, None) => panic!("a reply without a command: {line}"),
        }
    }
    exchanges
}

/// The time a `sleep` takes, in milliseconds.
fn sleep_ms(command: &str) -> Option<u64> {
    command
        .strip_prefix("sleep ")?
        .strip_suffix("ms")?
        .parse()
        .ok()
}

/// Time passed while the transcript was recorded: what is left of a life may differ by a second.
fn is_same_life(command: &str, left: &Reply, right: &str) -> bool {
    let (Reply::Integer(left), Some(right)) = (left, right.strip_prefix("(integer) ")) else {
        return false;
    };
    let unit = match command.split(' ').next() {
        Some("TTL") => 1,
        Some("PTTL") => 1000,
        _ => return false,
    };
    right
        .parse::<i64>()
        .is_ok_and(|right| *left > 0 && right > 0 && (left - right).abs() <= unit)
}

/// Replays one transcript; returns what differs.
fn replay(name: &str, text: &str, used: &mut Vec<&'static str>) -> Vec<String> {
    let rule = text.contains("# server: cluster").then_some(TagRule::Oss);
    let mut replica = Replica::new(rule);
    // The ids that plain Redis takes and makes.
    replica.xadd_ids = XaddIds::Liberal;
    if text.contains("# server: lfu") {
        replica.eviction = Eviction::AllKeysLfu;
    }
    let mut connection = Connection::default();
    let mut mistakes = Vec::new();
    for Exchange {
        command,
        reply: recorded,
    } in exchanges(text)
    {
        if let Some(passed_ms) = sleep_ms(&command) {
            replica.now_ms += passed_ms;
            continue;
        }
        let Ok(words) = parse::words(&command) else {
            mistakes.push(format!("{name}: cannot parse `{command}`"));
            continue;
        };
        let reply = execute(&mut replica, &mut connection, &words);
        let difference = DIFFERENCES.iter().find(|difference| {
            difference.transcript == name
                && difference.command == command
                && !answers(&words, &reply, &recorded)
        });
        let expected = match difference {
            Some(difference) => {
                used.push(difference.reason);
                difference.ours
            }
            None => &recorded,
        };
        if !answers(&words, &reply, expected) && !is_same_life(&command, &reply, expected) {
            let got = reply.to_cli_text();
            mistakes.push(format!(
                "{name}: {command}\n expected {expected}\n      got {got}"
            ));
        }
    }
    mistakes
}

/// The transcripts by name.
pub(crate) fn transcripts() -> Vec<(String, String)> {
    exchanges_in("tests/fixtures/transcripts")
}

/// What the documentation says of commands that the recorded server does not know: written by hand.
pub(crate) fn documented() -> Vec<(String, String)> {
    exchanges_in("tests/fixtures/documented")
}

fn exchanges_in(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = fs::read_dir(folder)
        .expect("the transcripts are part of the repository")
        .map(|entry| entry.expect("the folder can be read").path());
    let mut transcripts: Vec<(String, String)> = paths
        .map(|path| {
            let name = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .expect("names are ASCII");
            (
                name.to_owned(),
                fs::read_to_string(&path).expect("transcripts are text"),
            )
        })
        .collect();
    transcripts.sort();
    transcripts
}

#[test]
fn replies_are_those_of_a_real_server() {
    let transcripts = transcripts();
    assert!(
        transcripts.len() >= 200,
        "only {} transcripts",
        transcripts.len()
    );
    let (mut used, mut mistakes) = (Vec::new(), Vec::new());
    for (name, text) in &transcripts {
        mistakes.extend(replay(name, text, &mut used));
    }
    assert!(
        mistakes.is_empty(),
        "{} differ:\n{}",
        mistakes.len(),
        mistakes.join("\n")
    );
    for difference in DIFFERENCES {
        let reason = difference.reason;
        assert!(
            used.contains(&reason),
            "no transcript shows any more that {reason}"
        );
    }
}

/// Redis 7.0 knows no deadlines of fields, 7.4 does.
#[test]
fn replies_are_those_of_the_documentation() {
    let mut used = Vec::new();
    for (name, text) in documented() {
        let mistakes = replay(&name, &text, &mut used);
        assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    }
}
