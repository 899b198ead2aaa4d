//! What commands on collections send to peers.

use meridian::instance::command::reply::Reply;

use crate::commands::{check, say, sent};
use crate::replica::Replica;

/// `Z-9`, `Z-10`: what was decided here is sent as scores, increments and removals.
#[test]
fn sorted_sets_send_what_they_decided() {
    let given = ["ZADD z 1 a 2 b 3 c"];
    let checks = [
        ("ZADD z 1 a", "z: a=1"),
        ("ZADD z 5 d 4 c 6 d", "z: c=4, d=6"),
        ("ZADD z NX 5 a 5 d", "z: d=5"),
        ("ZADD z XX 5 a 5 d", "z: a=5"),
        ("ZADD z GT 2 a 1 b 9 d", "z: a=2, d=9"),
        ("ZADD z LT 2 a 1 b", "z: b=1"),
        ("ZADD z INCR 4 a", "z: a+=4"),
        ("ZADD z GT INCR 4 d", "z: d+=4"),
        ("ZINCRBY z -0.5 a", "z: a+=-0.5"),
        ("ZREM z a nobody c", "z: -a, -c"),
        ("ZPOPMIN z", "z: -a"),
        ("ZPOPMAX z 2", "z: -c, -b"),
        ("ZMPOP 2 nokey z MIN COUNT 2", "z: -a, -b"),
        ("ZREMRANGEBYRANK z 1 -1", "z: -b, -c"),
        ("ZREMRANGEBYSCORE z (1 2", "z: -b"),
        ("ZREMRANGEBYLEX z [b +", "z: -b, -c"),
        ("ZRANGESTORE y z 0 0", "y: a=1"),
        ("ZRANGESTORE z z 0 0", "z: remove, a=1"),
        ("ZUNIONSTORE z 1 z WEIGHTS 2", "z: remove, a=2, b=4, c=6"),
        ("ZINTERSTORE z 2 z nokey", "z: remove"),
        ("ZDIFFSTORE y 2 z nokey", "y: a=1, b=2, c=3"),
        ("COPY z y", "y: a=1, b=2, c=3"),
        ("DEL z", "z: remove"),
    ];
    for (line, expect) in checks {
        check(&given, line, &[expect]);
    }
    let quiet = [
        "ZADD z NX 5 a",
        "ZADD z XX 5 d",
        "ZADD z GT 1 a",
        "ZADD z LT 1 a",
        "ZADD z NX INCR 1 a",
        "ZADD z x a",
        "ZREM z nobody",
        "ZPOPMIN z 0",
        "ZPOPMAX nokey",
        "ZREMRANGEBYSCORE z 5 9",
        "ZRANGESTORE y z 5 9",
        "ZINTERSTORE y 2 z nokey",
        "ZRANGE z 0 -1",
        "ZUNION 1 z",
        "ZRANDMEMBER z 2",
        "SADD z a",
    ];
    for line in quiet {
        check(&given, line, &[]);
    }
}

/// What was decided here is sent as elements put in and taken out by position, from the end on.
#[test]
fn lists_send_what_they_decided() {
    let given = ["RPUSH l a b a c", "RPUSH m x"];
    let checks: &[(&str, &[&str])] = &[
        ("RPUSH l d e", &["l: 4<d e"]),
        ("LPUSH l d e", &["l: 0<e d"]),
        ("LPUSHX l d", &["l: 0<d"]),
        ("RPUSHX l d", &["l: 4<d"]),
        ("LPOP l", &["l: 0>1"]),
        ("RPOP l 3", &["l: 1>3"]),
        ("LPOP l 9", &["l: 0>4"]),
        ("LSET l -1 d", &["l: 3=d"]),
        ("LSET l 0 a", &["l: 0=a"]),
        ("LINSERT l BEFORE b d", &["l: 1<d"]),
        ("LINSERT l AFTER b d", &["l: 2<d"]),
        ("LREM l 0 a", &["l: 2-1, 0-1"]),
        ("LREM l 1 a", &["l: 0-1"]),
        ("LREM l -1 a", &["l: 2-1"]),
        ("LTRIM l 1 2", &["l: 3-1, 0-1"]),
        ("LTRIM l 5 9", &["l: 0-4"]),
        ("LMOVE l m LEFT RIGHT", &["l: 0>1", "m: 1<a"]),
        ("LMOVE l l LEFT RIGHT", &["l: 4<a, 0>1"]),
        ("LMOVE l l LEFT LEFT", &["l: 0>1, 0<a"]),
        ("LMOVE m m LEFT RIGHT", &["m: 1<x, 0>1"]),
        ("RPOPLPUSH l m", &["l: 3>1", "m: 0<c"]),
        ("RPOPLPUSH l l", &["l: 3>1, 0<c"]),
        ("BRPOPLPUSH l l 0", &["l: 3>1, 0<c"]),
        ("BLMOVE l n LEFT LEFT 1", &["l: 0>1", "n: 0<a"]),
        ("LMPOP 2 nokey l RIGHT COUNT 2", &["l: 2>2"]),
        ("BLMPOP 1 2 nokey l LEFT", &["l: 0>1"]),
        ("BLPOP nokey l m 0", &["l: 0>1"]),
        ("BRPOP l 0", &["l: 3>1"]),
        ("SORT l ALPHA STORE m", &["m: remove, 0<a a b c"]),
        ("SORT nokey STORE m", &["m: remove"]),
        ("COPY l n", &["n: 0<a b a c"]),
        ("RENAME l m", &["m: remove, 0<a b a c", "l: remove"]),
        ("DEL l", &["l: remove"]),
    ];
    for (line, expect) in checks {
        check(&given, line, expect);
    }
    let quiet = [
        "LPUSHX nokey a",
        "LPOP l 0",
        "RPOP nokey",
        "LSET l 9 a",
        "LINSERT l BEFORE nobody a",
        "LREM l 0 nobody",
        "LTRIM l 0 -1",
        "LTRIM nokey 1 1",
        "LMOVE nokey l LEFT LEFT",
        "BLPOP nokey 0",
        "BLMOVE nokey l LEFT LEFT 0",
        "BLPOP l 9223372036854775807",
        "LRANGE l 0 -1",
        "LPOS l a",
        "SORT l ALPHA",
        "SORT nokey STORE n",
        "SADD l a",
    ];
    for line in quiet {
        check(&given, line, &[]);
    }
}

/// One effect a command, entries by id; of groups only that they are and what is gap-free.
#[test]
fn streams_send_what_they_decided() {
    let given = [
        "XADD s 1 a 1",
        "XADD s 2 a 2",
        "XADD s 3 a 3",
        "XGROUP CREATE s g 0",
        "XREADGROUP GROUP g c COUNT 2 STREAMS s >",
    ];
    let checks = [
        ("XADD s 4 a 4 b 5", "s: head 4-1/4/0-0, 4-1 a 4 b 5"),
        ("XADD s 3 a 4", "s: head 3-17/4/0-0, 3-17 a 4"),
        (
            "XADD s MAXLEN 2 4 a 4",
            "s: head 4-1/4/0-0, 4-1 a 4, -1-1, -2-1",
        ),
        (
            "XADD s MINID 3 4 a 4",
            "s: head 4-1/4/0-0, 4-1 a 4, -1-1, -2-1",
        ),
        ("XADD new 4 a 4", "new: head 4-1/1/0-0, 4-1 a 4"),
        ("XDEL s 2-1 9-9 1-1", "s: head 3-1/3/2-1, -1-1, -2-1"),
        ("XTRIM s MAXLEN 1", "s: -1-1, -2-1"),
        ("XSETID s 9-9", "s: head 9-9/3/0-0"),
        ("XGROUP CREATE s h $", "s: group h from 3-1"),
        ("XGROUP CREATE new h 7 MKSTREAM", "new: group h from 7-0"),
        ("XGROUP DESTROY s g", "s: no group g"),
        ("XACK s g 1-1", "s: group g to 1-1"),
        ("XACK s g 1-1 2-1", "s: group g to 2-1"),
        ("COPY s t", "t: head 3-1/3/0-0, 1-1 a 1, 2-1 a 2, 3-1 a 3"),
        ("DEL s", "s: remove"),
    ];
    for (line, expect) in checks {
        check(&given, line, &[expect]);
    }
    let expect = ["s: head 4-1/4/0-0, 4-1 a 4, -1-1, -2-1, -3-1", "s: -4-1"];
    check(&given, "XADD s MAXLEN 0 4 a 4", &expect);
    let quiet = [
        "XADD new NOMKSTREAM 4 a 4",
        "XADD s 1 a 1",
        "XADD s 4-1 a 1",
        "XDEL s 9-9",
        "XTRIM s MAXLEN 3",
        "XTRIM s MAXLEN ~ 1",
        "XACK s g 2-1",
        "XACK s g 3-1",
        "XREADGROUP GROUP g c STREAMS s >",
        "XREADGROUP GROUP g c STREAMS s 0",
        "XCLAIM s g d 0 1-1",
        "XAUTOCLAIM s g d 0 0",
        "XGROUP SETID s g 0",
        "XGROUP CREATECONSUMER s g d",
        "XGROUP DELCONSUMER s g c",
        "XGROUP CREATE s g 0",
        "XGROUP DESTROY s h",
        "XSETID s 1-1",
    ];
    for line in quiet {
        check(&given, line, &[]);
    }
}

/// A list of many elements, pushed at both ends and changed in between, against a plain vector.
#[test]
fn a_long_list_is_what_a_vector_would_be() {
    let mut replica = Replica::new(None);
    let mut plain: Vec<String> = Vec::new();
    let mut state = 7_usize;
    for number in 0..3_000 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let drawn = state >> 33;
        let at = drawn / 16 % plain.len().max(1);
        match drawn % 16 {
            0..=4 => {
                say(&mut replica, &format!("RPUSH l {number} {number}b"));
                plain.extend([format!("{number}"), format!("{number}b")]);
            }
            5..=8 => {
                say(&mut replica, &format!("LPUSH l {number}"));
                plain.insert(0, format!("{number}"));
            }
            9..=11 if !plain.is_empty() => {
                let pivot = plain[at].clone();
                say(&mut replica, &format!("LINSERT l AFTER {pivot} {number}"));
                plain.insert(at + 1, format!("{number}"));
            }
            12 if !plain.is_empty() => {
                say(&mut replica, &format!("LSET l {at} {number}"));
                plain[at] = format!("{number}");
            }
            13 => {
                say(&mut replica, "LPOP l");
                plain.drain(..plain.len().min(1));
            }
            14 => {
                say(&mut replica, "RPOP l");
                plain.pop();
            }
            _ => {
                let last = plain.last().cloned().unwrap_or_default();
                say(&mut replica, &format!("LREM l -1 \"{last}\""));
                plain.pop();
            }
        }
        if !plain.is_empty() {
            let found = say(&mut replica, &format!("LINDEX l {}", at % plain.len()));
            assert_eq!(
                found,
                Reply::Bulk(plain[at % plain.len()].clone().into_bytes())
            );
        }
    }
    assert!(plain.len() > 1_000, "{} elements", plain.len());
    let all = plain.into_iter().map(String::into_bytes);
    assert_eq!(say(&mut replica, "LRANGE l 0 -1"), Reply::bulks(all));
}

/// Places are scores: what is sent is what `ZADD` would send.
#[test]
fn places_send_scores() {
    let place = "x=3479099956230698";
    check(
        &[],
        "GEOADD g 13.361389 38.115556 x",
        &[&format!("g: {place}")],
    );
    let given = ["GEOADD g 13.361389 38.115556 x", "SADD s a"];
    let near = "FROMLONLAT 13.361389 38.115556 BYRADIUS 1 km";
    check(
        &given,
        &format!("GEOSEARCHSTORE d g {near}"),
        &[&format!("d: {place}")],
    );
    check(
        &given,
        &format!("GEOSEARCHSTORE s g {near}"),
        &[&format!("s: remove, {place}")],
    );
    check(&given, "GEORADIUS g 0 0 1 m STORE s", &["s: remove"]);
    check(&given, "GEORADIUSBYMEMBER g x 1 m STOREDIST d", &["d: x=0"]);
    let quiet = [
        "GEOADD g NX 1 1 x",
        "GEOADD g XX 1 1 y",
        "GEOADD g 1 91 x",
        "GEORADIUS g 0 0 1 m",
        "GEODIST g x x",
        "GEOSEARCHSTORE d nokey FROMLONLAT 0 0 BYRADIUS 1 m",
    ];
    for line in quiet {
        check(&given, line, &[]);
    }
}

/// `H-9`: one effect for all fields of a command, and one before it for those that are past.
#[test]
fn fields_send_their_deadlines() {
    let given = [
        "HSET h a 1 b 2 c 3",
        "HPEXPIREAT h 1800000000000 FIELDS 1 b",
    ];
    let checks = [
        (
            "HEXPIREAT h 1900000000 FIELDS 3 a b z",
            "h: a until 1900000000000, b until 1900000000000",
        ),
        (
            "HEXPIREAT h 1900000000 NX FIELDS 2 a b",
            "h: a until 1900000000000",
        ),
        ("HEXPIRE h 0 XX FIELDS 2 a b", "h: -b"),
        ("HPERSIST h FIELDS 2 a b", "h: b persists"),
        ("HGETDEL h FIELDS 2 a z", "h: -a"),
        ("COPY h i", "i: a=1, b=2, b until 1800000000000, c=3"),
        ("HINCRBY h b 1", "h: b+=1"),
    ];
    for (line, expect) in checks {
        check(&given, line, &[expect]);
    }
    for quiet in [
        "HEXPIRE h 5 GT FIELDS 1 a",
        "HPERSIST h FIELDS 1 a",
        "HTTL h FIELDS 1 a",
        "HEXPIRE nokey 5 FIELDS 1 a",
        "HGETDEL h FIELDS 1 z",
    ] {
        check(&given, quiet, &[]);
    }
    let past = || {
        let mut replica = Replica::new(None);
        for line in ["HSET h a 5 b 6", "HPEXPIRE h 10 FIELDS 1 a"] {
            say(&mut replica, line);
        }
        replica.now_ms += 11;
        replica
    };
    for quiet in [
        "HGET h a",
        "HLEN h",
        "HGETALL h",
        "HDEL h z",
        "HSET h b 1 c 2",
    ] {
        let sent = sent(&mut past(), quiet);
        assert!(
            !sent.iter().any(|effect| effect.contains("-a")),
            "{quiet}: {sent:?}"
        );
    }
    assert_eq!(sent(&mut past(), "HSET h a 1"), ["h: -a", "h: a=1"]);
    assert_eq!(sent(&mut past(), "HINCRBY h a 1"), ["h: -a", "h: a+=1"]);
    assert_eq!(sent(&mut past(), "HDEL h a b"), ["h: -a", "h: -b"]);
    assert_eq!(sent(&mut past(), "HEXPIRE h 9 FIELDS 1 a"), ["h: -a"]);
}

#[test]
fn hyperloglogs_send_registers() {
    check(&[], "PFADD h a b c", &["h: raise 3"]);
    check(&[], "PFADD h", &["h: raise 0"]);
    check(&["PFADD h a b"], "PFADD h a b c", &["h: raise 3"]);
    check(
        &["PFADD h a", "PFADD i b c"],
        "PFMERGE h i",
        &["h: raise 2"],
    );
    check(&["PFADD i b c"], "COPY i j", &["j: raise 2"]);
    check(&["PFADD h a"], "SET h text", &["h: remove, write text"]);
    check(&["PFADD h a"], "DEL h", &["h: remove"]);
    for quiet in [
        "PFADD h a",
        "PFADD h",
        "PFMERGE h",
        "PFMERGE h h",
        "PFCOUNT h",
        "APPEND h x",
    ] {
        check(&["PFADD h a"], quiet, &[]);
    }
    check(&["SET k v"], "PFADD k a", &[]);
}
