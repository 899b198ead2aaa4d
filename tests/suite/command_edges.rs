//! Commands beyond what transcripts can show: cursors, chance, the table, and arbitrary words.

use meridian::assumption::XaddIds;
use meridian::instance::command::reply::Reply;
use meridian::instance::command::table::{Status, commands};
use meridian::instance::command::{Connection, execute};

use crate::commands::{say, text};
use crate::replica::Replica;

#[test]
fn a_scan_returns_what_stays_exactly_once() {
    let mut replica = Replica::new(None);
    for number in 0..500 {
        say(&mut replica, &format!("SADD s m{number}"));
    }
    let (mut cursor, mut seen, mut pieces) = ("0".to_owned(), Vec::new(), 0);
    loop {
        let Reply::Array(parts) = say(&mut replica, &format!("SSCAN s {cursor} COUNT 50")) else {
            panic!("a scan answers with an array");
        };
        let [Reply::Bulk(next), Reply::Array(members)] = parts.as_slice() else {
            panic!("a scan answers with a cursor and members");
        };
        assert!(members.len() <= 50);
        seen.extend(members.iter().map(Reply::to_cli_text));
        // What comes and goes meanwhile does not matter.
        say(&mut replica, &format!("SADD s n{pieces}"));
        say(&mut replica, &format!("SREM s n{}", pieces / 2));
        pieces += 1;
        cursor = text(next);
        if cursor == "0" {
            break;
        }
    }
    assert!(pieces >= 10, "only {pieces} pieces");
    let mut stayed: Vec<_> = seen.iter().filter(|name| name.starts_with("\"m")).collect();
    stayed.sort();
    stayed.dedup();
    assert_eq!(stayed.len(), 500);
    assert_eq!(
        seen.iter().filter(|name| name.starts_with("\"m")).count(),
        500
    );
}

#[test]
fn a_scan_of_a_sorted_set_returns_each_member_once_with_its_score() {
    let mut replica = Replica::new(None);
    for number in 0..300 {
        say(&mut replica, &format!("ZADD z {number} m{number}"));
    }
    let (mut cursor, mut seen) = ("0".to_owned(), Vec::new());
    loop {
        let Reply::Array(parts) = say(&mut replica, &format!("ZSCAN z {cursor} COUNT 50")) else {
            panic!("a scan answers with an array");
        };
        let [Reply::Bulk(next), Reply::Array(found)] = parts.as_slice() else {
            panic!("a scan answers with a cursor and pairs");
        };
        assert!(found.len() <= 100);
        for pair in found.chunks(2) {
            let [Reply::Bulk(name), Reply::Bulk(score)] = pair else {
                panic!("a name and a score: {pair:?}");
            };
            assert_eq!(text(name), format!("m{}", text(score)));
            seen.push(name.clone());
        }
        cursor = text(next);
        if cursor == "0" {
            break;
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 300);
}

#[test]
fn a_hash_scan_can_leave_values_out() {
    let mut replica = Replica::new(None);
    say(&mut replica, "HSET h f v");
    let reply = say(&mut replica, "HSCAN h 0 NOVALUES").to_cli_text();
    assert_eq!(reply, "1) \"0\"\n2) 1) \"f\"");
    let refused = say(&mut replica, "SSCAN s 0 NOVALUES").to_cli_text();
    assert_eq!(
        refused,
        "(error) ERR NOVALUES option can only be used in HSCAN"
    );
}

#[test]
fn draws_come_from_the_collection() {
    let mut replica = Replica::new(None);
    say(&mut replica, "SADD s a b c d");
    let Reply::Array(drawn) = say(&mut replica, "SRANDMEMBER s -100") else {
        panic!("a count makes an array");
    };
    assert_eq!(drawn.len(), 100);
    let mut kinds: Vec<_> = drawn.iter().map(Reply::to_cli_text).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, ["\"a\"", "\"b\"", "\"c\"", "\"d\""]);
    let Reply::Array(popped) = say(&mut replica, "SPOP s 3") else {
        panic!("a count makes an array");
    };
    assert_eq!(popped.len(), 3);
    assert_eq!(say(&mut replica, "SCARD s"), Reply::Integer(1));
    assert!(!popped.contains(&say(&mut replica, "SRANDMEMBER s")));
}

/// Commands of arrays are many and came late: all are refused, in any case, whatever their name.
#[test]
fn commands_of_arrays_are_refused_as_a_family() {
    let mut replica = Replica::new(None);
    for text in ["ARGET k 1", "arset k 1 v", "Arlen", "ARANYTHING"] {
        let reply = say(&mut replica, text).to_cli_text();
        let reason = "is not allowed: Redis Enterprise does not support it";
        assert_eq!(reply, format!("(error) ERR command 'AR*' {reason}"));
    }
    let unknown = say(&mut replica, "A").to_cli_text();
    assert!(
        unknown.starts_with("(error) ERR unknown command 'A'"),
        "{unknown}"
    );
}

/// Redis would fill its memory with so many: intended.
#[test]
fn a_million_elements_are_drawn_at_most() {
    let mut replica = Replica::new(None);
    say(&mut replica, "SADD s a");
    let reply = |replica: &mut Replica, text: &str| say(replica, text).to_cli_text();
    let refused = "(error) ERR value is out of range";
    assert_eq!(reply(&mut replica, "SRANDMEMBER s -1000001"), refused);
    assert_eq!(
        reply(&mut replica, "SRANDMEMBER nokey -1000001"),
        "(empty array)"
    );
    let Reply::Array(drawn) = say(&mut replica, "SRANDMEMBER s -1000000") else {
        panic!("a count makes an array");
    };
    assert_eq!(drawn.len(), 1_000_000);
}

#[test]
fn the_table_is_sound() {
    let mut names: Vec<&str> = commands().map(|command| command.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name stands twice");
    for command in commands().filter(|command| matches!(command.status, Status::Modelled(_))) {
        let name = command.name;
        assert!(
            !command.summary.is_empty() && !command.group.is_empty(),
            "{name}"
        );
        assert_eq!(name, name.to_ascii_lowercase());
        assert_eq!(
            command.access.writes(),
            !command.rules.is_empty() && name != "type",
            "{name}"
        );
    }
}

/// Words that mean something to some command.
const WORDS: &[&str] = &[
    "k",
    "s",
    "h",
    "nokey",
    "",
    "0",
    "1",
    "-1",
    "7",
    "9223372036854775807",
    "x",
    "1.5",
    "nan",
    "-9223372036854775808",
    "4611686018427387904",
    "1e308",
    "*",
    "[",
    "\\",
    "NX",
    "XX",
    "EX",
    "PX",
    "GET",
    "SET",
    "INCRBY",
    "OVERFLOW",
    "SAT",
    "u8",
    "i64",
    "#1",
    "AND",
    "NOT",
    "BIT",
    "COUNT",
    "MATCH",
    "LIMIT",
    "WITHVALUES",
    "REPLACE",
    "LEN",
    "IDX",
    "KEYSLOT",
    "FAIL",
    "z",
    "p",
    "g",
    "BYRADIUS",
    "BYBOX",
    "FROMLONLAT",
    "FROMMEMBER",
    "STORE",
    "ANY",
    "km",
    "m",
    "(1",
    "[a",
    "-inf",
    "+",
    "WITHSCORES",
    "BYSCORE",
    "BYLEX",
    "REV",
    "WEIGHTS",
    "AGGREGATE",
    "MAX",
    "INCR",
    "GT",
    "l",
    "LEFT",
    "RIGHT",
    "BEFORE",
    "RANK",
    "MAXLEN",
    "BY",
    "STORE",
    "ALPHA",
    "{k}*",
    "x",
    "g",
    "c",
    "STREAMS",
    "GROUP",
    "MAXLEN",
    "MINID",
    "~",
    ">",
    "$",
    "1-1",
    "1-*",
    "(2-1",
    "18446744073709551615-18446744073709551615",
    "MKSTREAM",
    "FORCE",
    "JUSTID",
    "IDLE",
    "FULL",
];

#[test]
fn no_words_make_a_command_panic() {
    let mut replica = Replica::new(None);
    replica.xadd_ids = XaddIds::Liberal;
    for line in [
        "SET k 12",
        "SADD s a b",
        "HSET h f 1 g x",
        "ZADD z 1 a 2 b",
        "RPUSH l a b c",
        "XADD x 1-1 a 1",
        "XADD x 2-1 a 1",
        "XGROUP CREATE x g 0",
        "XREADGROUP GROUP g c STREAMS x >",
        "PFADD p a b",
        "GEOADD g 1 1 a",
    ] {
        say(&mut replica, line);
    }
    let names: Vec<&str> = commands().map(|command| command.name).collect();
    let mut state = 1_u64;
    let mut draw = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let mut connection = Connection::default();
    for _ in 0..40_000 {
        let mut line = vec![names[draw(names.len())].as_bytes().to_vec()];
        line.extend((0..draw(6)).map(|_| WORDS[draw(WORDS.len())].as_bytes().to_vec()));
        execute(&mut replica, &mut connection, &line).to_cli_text();
    }
    assert!(execute(&mut replica, &mut connection, &[]).is_error());
}
