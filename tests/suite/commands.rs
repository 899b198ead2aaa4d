//! What commands send to peers, and what they refuse.

use meridian::crdt::effect::Update;
use meridian::crdt::stream_op::StreamOp;
use meridian::crdt::value::Value;
use meridian::instance::command::reply::Reply;
use meridian::instance::command::{Connection, Refusal, execute, parse};
use meridian::instance::slot::TagRule;

use crate::replica::{Replica, Sent};

pub(crate) fn say(replica: &mut Replica, line: &str) -> Reply {
    let words = parse::words(line).expect("the test's line parses");
    execute(replica, &mut Connection::default(), &words)
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn show(update: &Update) -> String {
    let value = |value: &Value| text(&value.bytes());
    match update {
        Update::Write(written) => format!("write {}", value(written)),
        Update::Amend(written) => format!("amend {}", value(written)),
        Update::Add(delta) => format!("add {delta}"),
        Update::AddFloat(delta) => format!("add {delta}"),
        Update::Remove => "remove".to_owned(),
        Update::SetField(name, written) => format!("{}={}", text(name), value(written)),
        Update::AddField(name, delta) => format!("{}+={delta}", text(name)),
        Update::AddFieldFloat(name, delta) => format!("{}+={delta}", text(name)),
        Update::RemoveField(name) | Update::RemoveMember(name) | Update::RemoveScore(name) => {
            format!("-{}", text(name))
        }
        Update::SetScore(name, score) => format!("{}={score}", text(name)),
        Update::AddScore(name, delta) => format!("{}+={delta}", text(name)),
        Update::ExpireField(name, at_ms) => format!("{} until {at_ms}", text(name)),
        Update::PersistField(name) => format!("{} persists", text(name)),
        Update::AddMember(name) => format!("+{}", text(name)),
        Update::Raise(registers) => format!("raise {}", registers.len()),
        Update::InsertElements(position, values) => {
            let values: Vec<String> = values.iter().map(value).collect();
            format!("{position}<{}", values.join(" "))
        }
        Update::RemoveElements(position, count) => format!("{position}-{count}"),
        Update::TakeElements(position, count) => format!("{position}>{count}"),
        Update::SetElement(position, written) => format!("{position}={}", value(written)),
        Update::Stream(op) => show_op(op),
        Update::Revise(revision) => format!("{revision:?}"),
        Update::Expire { deadline_ms } => format!("expire {deadline_ms}"),
        Update::Persist => "persist".to_owned(),
    }
}

fn show_op(op: &StreamOp) -> String {
    match op {
        StreamOp::Append { id, fields } => {
            let words: Vec<String> = fields.iter().map(|word| text(word)).collect();
            format!("{id} {}", words.join(" "))
        }
        StreamOp::Delete(id) => format!("-{id}"),
        StreamOp::Head(head) => format!("head {}/{}/{}", head.last, head.added, head.deleted),
        StreamOp::Create { group, start } => {
            format!("group {} from {}", text(group), start.greatest())
        }
        StreamOp::Destroy(group) => format!("no group {}", text(group)),
        StreamOp::Acknowledge { group, upto } => {
            format!("group {} to {}", text(group), upto.greatest())
        }
        StreamOp::DestroyAll => "no groups".to_owned(),
    }
}

/// What `replica` sends for `line`: each effect as its key and its updates.
pub(crate) fn sent(replica: &mut Replica, line: &str) -> Vec<String> {
    replica.sent.clear();
    say(replica, line);
    let effect = |sent: &Sent| {
        let updates: Vec<String> = sent.updates.iter().map(show).collect();
        format!("{}: {}", text(&sent.key), updates.join(", "))
    };
    replica.sent.iter().map(effect).collect()
}

/// After `setup`, the last command sends `expect`.
pub(crate) fn check(setup: &[&str], line: &str, expect: &[&str]) {
    let mut replica = Replica::new(None);
    for line in setup {
        let reply = say(&mut replica, line);
        assert!(!reply.is_error(), "{line}: {reply:?}");
    }
    assert_eq!(sent(&mut replica, line), expect, "{line} after {setup:?}");
}

#[test]
fn one_effect_for_each_changed_key() {
    check(&[], "SET k v", &["k: write v"]);
    check(&["SET k v"], "SET k v", &["k: write v"]);
    check(
        &[],
        "SET k v PXAT 4000000000000",
        &["k: write v, expire 4000000000000"],
    );
    check(&["SET k v EX 10"], "SET k w KEEPTTL", &["k: amend w"]);
    check(&[], "MSET a 1 b 2", &["a: write 1", "b: write 2"]);
    check(&[], "HSET h a 1 b 2", &["h: a=1, b=2"]);
    check(&[], "SADD s a b a", &["s: +a, +b"]);
    check(
        &["MSET a 1 b 2"],
        "DEL a nokey b",
        &["a: remove", "b: remove"],
    );
    check(
        &["SADD s a", "SADD t b"],
        "SMOVE s t a",
        &["s: -a", "t: +a"],
    );
    check(
        &["SADD s a b", "SADD d c"],
        "SUNIONSTORE d s",
        &["d: remove, +a, +b"],
    );
    check(&["SADD d c"], "SINTERSTORE d nokey", &["d: remove"]);
    check(&["SADD s a"], "SPOP s", &["s: -a"]);
    check(&["SET k ab"], "APPEND k c", &["k: amend abc"]);
    check(&["SET k ab"], "SETRANGE k 1 x", &["k: amend ax"]);
    check(&["SET k 5"], "INCRBY k 2", &["k: add 2"]);
    check(&["HSET h f 5"], "HINCRBY h f 2", &["h: f+=2"]);
    check(&["SET k v"], "GETDEL k", &["k: remove"]);
    check(&["SET k v EX 9"], "GETEX k PERSIST", &["k: persist"]);
    check(
        &["SET k v"],
        "EXPIREAT k 4000000000",
        &["k: expire 4000000000000"],
    );
    check(&["SET k v"], "EXPIRE k 0", &["k: remove"]);
}

#[test]
fn nobody_can_wait_longer_than_there_is_time() {
    let mut replica = Replica::new(None);
    let reply = say(&mut replica, "BLPOP l 9223372036854775807").to_cli_text();
    assert_eq!(reply, "(error) ERR timeout is out of range");
    assert_eq!(say(&mut replica, "BLPOP l inf").to_cli_text(), reply);
    let refused = say(&mut replica, "LPOS l a RANK -9223372036854775808").to_cli_text();
    assert!(refused.contains("value must between"), "{refused}");
}

#[test]
fn nothing_is_sent_where_nothing_changes() {
    let fixed = ["SET k v", "SADD s a", "HSET h f v"];
    let quiet = [
        "GET k",
        "DEL nokey",
        "SREM s b",
        "SREM nokey a",
        "HDEL h g",
        "SETNX k w",
        "SET k w NX",
        "SET nokey w XX",
        "MSETNX k 1 n 2",
        "GETEX k",
        "GETEX k PERSIST",
        "PERSIST k",
        "EXPIRE k 10 XX",
        "EXPIRE nokey 10",
        "HSETNX h f w",
        "SPOP nokey",
        "SPOP s 0",
        "SMOVE s t b",
        "SMOVE s s a",
        "RENAME k k",
        "COPY s h",
        "SETRANGE n 0 \"\"",
        "SINTERSTORE n s nokey",
        "SETBIT k 0 0",
        "BITFIELD k SET u8 0 118",
        "GETDEL nokey",
        "INCR k",
        "SADD k a",
        "SET k",
        "SMEMBERS s",
        "SRANDMEMBER s",
    ];
    for line in quiet {
        check(&fixed, line, &[]);
    }
}

#[test]
fn a_present_member_is_added_again_where_the_assumption_says_so() {
    let adds = |replica: &mut Replica, line: &str| {
        sent(replica, line);
        replica
            .sent
            .iter()
            .map(|sent| sent.effect.writes())
            .sum::<u64>()
    };
    let mut replica = Replica::new(None);
    say(&mut replica, "SADD s a");
    assert_eq!(adds(&mut replica, "SADD s a b"), 2);
    replica.rules.readd_is_fresh = false;
    assert_eq!(adds(&mut replica, "SADD s a c"), 1);
    assert_eq!(adds(&mut replica, "SADD s a"), 0);
}

#[test]
fn another_type_is_removed_before_a_string_takes_its_place() {
    check(&["SADD s a"], "SET s v", &["s: remove, write v"]);
    check(&["HSET h f v"], "MSET h 1", &["h: remove, write 1"]);
    check(
        &["SADD s a", "EXPIREAT s 4000000000"],
        "SET s v KEEPTTL",
        &["s: remove, write v, expire 4000000000000"],
    );
}

#[test]
fn a_renamed_key_is_written_anew_and_the_old_one_removed() {
    check(&["SET a v"], "RENAME a b", &["b: write v", "a: remove"]);
    check(&["SET a 5", "INCR a"], "COPY a b", &["b: write 6"]);
    check(
        &["SADD a m n", "EXPIREAT a 4000000000", "SET b v"],
        "RENAME a b",
        &["b: remove, +m, +n, expire 4000000000000", "a: remove"],
    );
}

#[test]
fn an_expired_key_is_hidden_from_reads_and_removed_by_writes() {
    let expired = || {
        let mut replica = Replica::new(None);
        for line in ["SET k 5 PX 10", "SADD s a", "PEXPIRE s 10"] {
            say(&mut replica, line);
        }
        replica.now_ms += 11;
        replica
    };
    for line in [
        "GET k",
        "EXISTS k",
        "TTL k",
        "KEYS *",
        "SMEMBERS s",
        "SINTER s",
        "MGET k",
    ] {
        assert!(sent(&mut expired(), line).is_empty(), "{line}");
    }
    assert_eq!(sent(&mut expired(), "SET k v"), ["k: remove", "k: write v"]);
    assert_eq!(sent(&mut expired(), "INCR k"), ["k: remove", "k: add 1"]);
    assert_eq!(sent(&mut expired(), "SADD s b"), ["s: remove", "s: +b"]);
    assert_eq!(sent(&mut expired(), "DEL k"), ["k: remove"]);
    assert_eq!(sent(&mut expired(), "SREM s a"), ["s: remove"]);
    assert_eq!(say(&mut expired(), "DEL k"), Reply::Integer(0));
}

#[test]
fn a_full_shard_takes_no_growth_and_a_stale_one_no_writes() {
    let mut replica = Replica::new(None);
    say(&mut replica, "SET k v");
    replica.refusal = Some(Refusal::OutOfMemory);
    let full = "(error) OOM command not allowed when used memory > 'maxmemory'.";
    for line in [
        "SET k w",
        "INCR n",
        "SADD s a",
        "HSET h f v",
        "SUNIONSTORE d s",
        "ZADD z 1 a",
        "ZINCRBY z 1 a",
        "ZUNIONSTORE d 1 s",
        "ZRANGESTORE d s 0 1",
        "RPUSH l a",
        "LSET l 0 a",
        "LMOVE l m LEFT LEFT",
        "SORT l STORE m",
        "XADD x * a 1",
        "XGROUP CREATE x g 0 MKSTREAM",
        "PFADD p a",
        "PFMERGE p q",
        "HEXPIRE h 5 FIELDS 1 f",
        "GEOADD g 1 1 a",
        "GEOSEARCHSTORE d g FROMLONLAT 0 0 BYRADIUS 1 m",
    ] {
        assert_eq!(say(&mut replica, line).to_cli_text(), full, "{line}");
    }
    for line in [
        "GET k",
        "EXPIRE k 100",
        "DEL k",
        "SREM s a",
        "ZREM z a",
        "ZPOPMIN z",
        "LPOP l",
        "LTRIM l 0 0",
        "BLPOP l 0",
        "XDEL x 1-1",
        "XTRIM x MAXLEN 1",
        "XACK x g 1-1",
        "PING",
    ] {
        assert!(!say(&mut replica, line).is_error(), "{line}");
    }
    replica.refusal = Some(Refusal::Stale);
    for line in [
        "SET k w",
        "DEL k",
        "EXPIRE k 1",
        "XREADGROUP GROUP g c STREAMS x >",
    ] {
        assert!(
            say(&mut replica, line).to_cli_text().contains("stale"),
            "{line}"
        );
    }
    assert_eq!(say(&mut replica, "GET k"), Reply::Nil);
}

#[test]
fn the_tag_rule_decides_what_shares_a_slot() {
    let line = "MSET foo{bar}{zap} 1 {bar} 2";
    assert_eq!(say(&mut Replica::new(Some(TagRule::Oss)), line), Reply::OK);
    let refused = say(&mut Replica::new(Some(TagRule::Regex)), line).to_cli_text();
    assert_eq!(
        refused,
        "(error) CROSSSLOT Keys in request don't hash to the same slot"
    );
}
