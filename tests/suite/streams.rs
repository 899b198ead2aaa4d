//! What a transcript of Redis 7.0 cannot show of streams: the clock, and what came with 7.2 and
//! 7.4.

use meridian::assumption::XaddIds;

use crate::commands::say;
use crate::replica::Replica;

fn liberal(lines: &[&str]) -> Replica {
    let mut replica = Replica::new(None);
    replica.xadd_ids = XaddIds::Liberal;
    for line in lines {
        let reply = say(&mut replica, line);
        assert!(!reply.is_error(), "{line}: {reply:?}");
    }
    replica
}

fn check(replica: &mut Replica, line: &str, expect: &str) {
    assert_eq!(say(replica, line).to_cli_text(), expect, "{line}");
}

/// Source: Redis docs, commands/xread.md, "The special + ID".
#[test]
fn xread_of_the_last_entry() {
    let mut replica = liberal(&["XADD s 1-1 a 1", "XADD s 2-1 a 2"]);
    let last = "1) 1) \"s\"\n   2) 1) 1) \"2-1\"\n         2) 1) \"a\"\n            2) \"2\"";
    check(&mut replica, "XREAD STREAMS s +", last);
    check(&mut replica, "XREAD COUNT 5 STREAMS s +", last);
    check(&mut replica, "XREAD STREAMS nokey +", "(nil)");
}

/// Made ids follow the region's clock, and never fall when it does.
#[test]
fn made_ids_follow_the_clock() {
    let mut replica = liberal(&[]);
    check(&mut replica, "XADD s * a 1", "\"1700000000000-0\"");
    check(&mut replica, "XADD s * a 1", "\"1700000000000-1\"");
    replica.now_ms += 7;
    check(&mut replica, "XADD s * a 1", "\"1700000000007-0\"");
    replica.now_ms -= 5;
    check(&mut replica, "XADD s * a 1", "\"1700000000007-1\"");
}

/// Idle times go by the region's clock. Source: Redis docs, commands/xpending.md and xclaim.md.
#[test]
fn idle_times_go_by_the_clock() {
    let mut replica = liberal(&[
        "XADD s 1-1 a 1",
        "XADD s 2-1 a 1",
        "XGROUP CREATE s g 0",
        "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
    ]);
    let row = |id: &str, name: &str, idle: u64, count: u64| {
        format!("1) \"{id}\"\n   2) \"{name}\"\n   3) (integer) {idle}\n   4) (integer) {count}")
    };
    replica.now_ms += 250;
    let pending = "XPENDING s g - + 10";
    check(
        &mut replica,
        pending,
        &format!("1) {}", row("1-1", "c", 250, 1)),
    );
    check(
        &mut replica,
        "XPENDING s g IDLE 251 - + 10",
        "(empty array)",
    );
    say(&mut replica, "XREADGROUP GROUP g d STREAMS s >");
    check(&mut replica, "XCLAIM s g d 251 1-1 JUSTID", "(empty array)");
    check(&mut replica, "XCLAIM s g d 250 1-1 JUSTID", "1) \"1-1\"");
    let both = |idle| {
        format!(
            "1) {}\n2) {}",
            row("1-1", "d", idle, 1),
            row("2-1", "d", idle, 1)
        )
    };
    check(&mut replica, pending, &both(0));
    replica.now_ms += 40;
    check(&mut replica, pending, &both(40));
    say(&mut replica, "XREADGROUP GROUP g d COUNT 1 STREAMS s 0");
    let rows = format!(
        "1) {}\n2) {}",
        row("1-1", "d", 0, 2),
        row("2-1", "d", 40, 1)
    );
    check(&mut replica, pending, &rows);
    say(&mut replica, "XCLAIM s g c 0 2-1 IDLE 1000 RETRYCOUNT 9");
    let rows = format!(
        "1) {}\n2) {}",
        row("1-1", "d", 0, 2),
        row("2-1", "c", 1000, 9)
    );
    check(&mut replica, pending, &rows);
    say(&mut replica, "XCLAIM s g c 0 2-1 TIME 1700000000000 JUSTID");
    let rows = format!(
        "1) {}\n2) {}",
        row("1-1", "d", 0, 2),
        row("2-1", "c", 290, 9)
    );
    check(&mut replica, pending, &rows);
}

/// Consumers tell when they last tried, and when they last got something. Source: Redis docs,
/// commands/xinfo-consumers.md (`inactive` since 7.2).
#[test]
fn consumers_tell_how_long_they_are_idle() {
    let mut replica = liberal(&[
        "XADD s 1-1 a 1",
        "XADD s 2-1 a 1",
        "XGROUP CREATE s g 0",
        "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
        "XREADGROUP GROUP g d STREAMS s >",
    ]);
    replica.now_ms += 40;
    say(&mut replica, "XREADGROUP GROUP g d STREAMS s 0");
    say(&mut replica, "XCLAIM s g c 0 1-1");
    let consumer = |name: &str, pending: u64, idle: u64, inactive: &str| {
        let head = format!("1) \"name\"\n   2) \"{name}\"\n   3) \"pending\"");
        let rest = format!("4) (integer) {pending}\n   5) \"idle\"\n   6) (integer) {idle}");
        format!("{head}\n   {rest}\n   7) \"inactive\"\n   8) (integer) {inactive}")
    };
    replica.now_ms += 5;
    say(&mut replica, "XGROUP CREATECONSUMER s g z");
    let all = [
        consumer("c", 1, 5, "5"),
        consumer("d", 1, 5, "45"),
        consumer("z", 0, 0, "-1"),
    ];
    let all: Vec<String> = (1..)
        .zip(all)
        .map(|(number, consumer)| format!("{number}) {consumer}"))
        .collect();
    check(&mut replica, "XINFO CONSUMERS s g", &all.join("\n"));
}

/// Source: Redis docs, commands/xinfo-stream.md.
#[test]
fn a_stream_in_full() {
    let mut replica = liberal(&[
        "XADD s 1-1 a 1",
        "XADD s 2-1 a 1",
        "XGROUP CREATE s g 0",
        "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
    ]);
    let reply = say(&mut replica, "XINFO STREAM s FULL COUNT 1").to_cli_text();
    let words: Vec<&str> = reply
        .split(['"', '\n'])
        .map(|word| word.trim_start_matches([' ', ')', '0', '1', '2', '3', '4', '5', '6', '7']))
        .collect();
    let in_order = [
        "length",
        "(integer) 2",
        "last-generated-id",
        "entries-added",
        "(integer) 2",
        "entries",
        "groups",
        "name",
        "g",
        "last-delivered-id",
        "entries-read",
        "(integer) 1",
        "lag",
        "(integer) 1",
        "pel-count",
        "(integer) 1",
        "pending",
        "c",
        "(integer) 1700000000000",
        "consumers",
        "name",
        "c",
        "seen-time",
        "active-time",
        "pel-count",
        "(integer) 1",
        "pel",
        "(integer) 1700000000000",
    ];
    let mut rest = words.iter();
    for expected in in_order {
        assert!(
            rest.any(|word| word.ends_with(expected)),
            "{expected} in\n{reply}"
        );
    }
    assert_eq!(
        reply.matches("\"2-1\"").count(),
        1,
        "the last id, no second entry:\n{reply}"
    );
    let all = say(&mut replica, "XINFO STREAM s FULL COUNT 0").to_cli_text();
    assert_eq!(all.matches("\"2-1\"").count(), 2, "{all}");
}

/// A rough trim takes whole nodes of a hundred, and no more than its limit.
#[test]
fn a_rough_trim_takes_whole_nodes() {
    let filled = || {
        let mut replica = liberal(&[]);
        for number in 1..=250 {
            say(&mut replica, &format!("XADD s {number}-0 a 1"));
        }
        replica
    };
    let checks = [
        ("XTRIM s MAXLEN ~ 151", 0),
        ("XTRIM s MAXLEN ~ 150", 100),
        ("XTRIM s MAXLEN ~ 20", 200),
        ("XTRIM s MAXLEN ~ 0", 250),
        ("XTRIM s MAXLEN ~ 0 LIMIT 150", 100),
        ("XTRIM s MAXLEN ~ 0 LIMIT 0", 250),
        ("XTRIM s MINID ~ 100-0", 0),
        ("XTRIM s MINID ~ 101-0", 100),
        ("XTRIM s MINID 101-0", 100),
        ("XTRIM s MAXLEN 151", 99),
    ];
    for (line, gone) in checks {
        check(&mut filled(), line, &format!("(integer) {gone}"));
    }
}

/// A stream past its deadline is gone with its groups.
#[test]
fn an_expired_stream_is_gone() {
    let mut replica = liberal(&["XADD s 5-1 a 1", "XGROUP CREATE s g 0", "PEXPIRE s 10"]);
    replica.now_ms += 11;
    check(&mut replica, "XRANGE s - +", "(empty array)");
    check(&mut replica, "XADD s 1-1 a 1", "\"1-1\"");
    check(&mut replica, "XINFO GROUPS s", "(empty array)");
    check(&mut replica, "TTL s", "(integer) -1");
}

/// What Redis keeps of an emptied stream goes with it here: it is another one that comes.
#[test]
fn an_emptied_stream_starts_anew() {
    let mut replica = liberal(&["XADD s 5-1 a 1", "XDEL s 5-1", "XADD s 1-1 a 1"]);
    let reply = say(&mut replica, "XINFO STREAM s").to_cli_text();
    assert!(
        reply.contains("\"entries-added\"\n12) (integer) 1"),
        "{reply}"
    );
    assert!(reply.contains("\"0-0\""), "nothing deleted: {reply}");
}
