//! What must hold of any bytes: of a line as a command, of commands on a key space, and of commands
//! all over a group. The targets in `tests/fuzz` drive the same functions.

use meridian::instance::command::parse;
use meridian::instance::command::reply::Reply;
#[cfg(test)]
use proptest::prelude::Strategy;
#[cfg(test)]
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::group::Group;

/// Lines longer than this say nothing that shorter ones do not.
const LINES_MAX: usize = 64;

/// A line is refused, or it is words that quoting and parsing gives back.
///
/// # Panics
/// When it is neither.
pub(crate) fn line(bytes: &[u8]) {
    let Ok(words) = parse::words(&String::from_utf8_lossy(bytes)) else {
        return;
    };
    assert!(!words.is_empty(), "a command has a word");
    let quoted: Vec<String> = words
        .iter()
        .map(|word| Reply::Bulk(word.clone()).to_cli_text())
        .collect();
    assert_eq!(parse::words(&quoted.join(" ")), Ok(words));
}

/// Lines are carried out one after the other, whatever they say.
///
/// # Panics
/// When a command does, or what it made does not reach another member.
pub(crate) fn script(bytes: &[u8]) {
    let mut group = Group::new(2);
    for line in String::from_utf8_lossy(bytes).lines().take(LINES_MAX) {
        let Ok(words) = parse::words(line) else {
            continue;
        };
        if !is_huge(&words) {
            group.say(0, &words).to_cli_text();
            group.pass(1);
        }
    }
    group.settle();
}

/// Whether a command may ask for more memory than a test should take.
fn is_huge(words: &[Vec<u8>]) -> bool {
    let sized = [
        "setrange",
        "setbit",
        "bitfield",
        "srandmember",
        "hrandfield",
        "zrandmember",
    ];
    let is_sized = sized
        .iter()
        .any(|name| words[0].eq_ignore_ascii_case(name.as_bytes()));
    let digits = |word: &Vec<u8>| word.iter().filter(|byte| byte.is_ascii_digit()).count();
    is_sized && words.iter().any(|word| digits(word) > 5)
}

/// Commands at the members of a group, deliveries, duplicates, cuts that end in a full
/// synchronisation, reports and collections, each drawn from four bytes; at the end all members
/// agree.
///
/// # Panics
/// When they do not.
pub(crate) fn history(bytes: &[u8]) {
    let Some((&first, rest)) = bytes.split_first() else {
        return;
    };
    let size = 2 + usize::from(first % 3);
    let mut group = Group::new(size);
    for (number, draw) in rest.chunks_exact(4).take(4 * LINES_MAX).enumerate() {
        let [kind, first, second, what] = [draw[0], draw[1], draw[2], draw[3]].map(usize::from);
        let (at, other) = (first % size, second % size);
        match kind % 32 {
            9..=24 => {
                let shape = SHAPES[(second * 256 + what) % SHAPES.len()];
                group.say(at, &filled(shape, number, first / size));
            }
            0..=8 => drop(group.deliver(other, at)),
            25 => group.duplicate(other, at),
            26 => group.synchronise(other, at),
            27 | 28 => group.report(at),
            29 | 30 => group.collect(at),
            _ => group.pass(second as u64),
        }
    }
    group.settle();
}

/// The words of a shape: `k` and `l` are keys, `v` is a value that no other command writes.
pub(crate) fn filled(shape: &str, number: usize, draw: usize) -> Vec<Vec<u8>> {
    let keys = ["a", "b", "c"];
    let word = |word: &str| match word {
        "k" => keys[draw % 3].to_owned(),
        "l" => keys[draw / 3 % 3].to_owned(),
        "v" => format!("v{number}"),
        "e" => ["x", "y", "z"][draw / 9 % 3].to_owned(),
        "n" => (number % 7).to_string(),
        word => word.replace("#", &number.to_string()),
    };
    shape
        .split(' ')
        .map(|part| word(part).into_bytes())
        .collect()
}

/// Commands of every type. Deadlines are far away: who expires what is not theirs to show.
pub(crate) const SHAPES: &[&str] = &[
    "SET k v",
    "SET k 5",
    "SET k v KEEPTTL",
    "SETNX k v",
    "APPEND k v",
    "SETRANGE k 2 v",
    "SETBIT k n 1",
    "BITFIELD k SET u8 #1 7",
    "GETDEL k",
    "GETSET k v",
    "MSET k v l v",
    "BITOP OR k k l",
    "INCR k",
    "INCRBY k -3",
    "INCRBYFLOAT k 0.5",
    "SET k v PXAT 4000000000000",
    "HSET k e v",
    "HSET k x v y v",
    "HDEL k e",
    "HDEL k x y",
    "HINCRBY k e 2",
    "HSETNX k e v",
    "HINCRBYFLOAT k e 0.5",
    "HPEXPIREAT k 4000000000# FIELDS 1 e",
    "HPERSIST k FIELDS 1 e",
    "HGETDEL k FIELDS 1 e",
    "SADD k e",
    "SADD k x y v",
    "SREM k e",
    "SPOP k",
    "SMOVE k l e",
    "SUNIONSTORE k k l",
    "SDIFFSTORE k k l",
    "ZADD k n e",
    "ZADD k GT n e",
    "ZADD k 1 x 2 y n z",
    "ZINCRBY k n e",
    "ZREM k e",
    "ZPOPMIN k",
    "ZUNIONSTORE k 2 k l",
    "ZREMRANGEBYRANK k 0 0",
    "GEOADD k n n e",
    "RPUSH k v",
    "LPUSH k v v",
    "LPOP k",
    "RPOP k",
    "LSET k 0 v",
    "LSET k -1 v",
    "LINSERT k BEFORE x v",
    "RPUSH k e",
    "LREM k 1 e",
    "LTRIM k 1 -1",
    "LMOVE k l LEFT RIGHT",
    "RPOPLPUSH k l",
    "XADD k * f v",
    "XADD k MAXLEN 2 * f v",
    "XDEL k 1700000000000-1",
    "XTRIM k MAXLEN 1",
    "XGROUP CREATE k g 0 MKSTREAM",
    "XGROUP DESTROY k g",
    "XREADGROUP GROUP g c STREAMS k >",
    "XREADGROUP GROUP g c NOACK STREAMS k >",
    "XAUTOCLAIM k g d 0 0",
    "XGROUP SETID k g $",
    "PFADD k v",
    "PFADD k e",
    "PFMERGE k l",
    "JSON.SET k $ {\"x\":1,\"y\":[1,2],\"z\":{}}",
    "JSON.SET k $.e #",
    "JSON.SET k $.z.e {\"q\":#}",
    "JSON.SET k $.e [#]",
    "JSON.DEL k $.e",
    "JSON.DEL k",
    "JSON.ARRAPPEND k $.y #",
    "JSON.ARRINSERT k $.y 0 #",
    "JSON.ARRPOP k $.y 0",
    "JSON.NUMINCRBY k $.x 2",
    "JSON.CLEAR k $.z",
    "JSON.MERGE k $ {\"z\":{\"w\":#},\"y\":null}",
    "JSON.ARRTRIM k $.y 1 1",
    "DEL k",
    "DEL k l",
    "RENAME k l",
    "COPY k l REPLACE",
    "PEXPIREAT k 4000000000000",
    "PEXPIREAT k 4000000000#",
    "PERSIST k",
    "SORT k BY nosort STORE l",
    "MULTI",
    "EXEC",
    "DISCARD",
    "WATCH k",
    "GET k",
    "HGETALL k",
    "LRANGE k 0 -1",
    "SMEMBERS k",
    "XRANGE k - +",
];

/// Draws so many inputs, always the same ones, and shrinks one of which something does not hold.
///
/// # Panics
/// When there is such a one.
#[cfg(test)]
pub(crate) fn check<S: Strategy>(cases: u32, inputs: S, holds: impl Fn(S::Value)) {
    let times = std::env::var("MERIDIAN_CASES_TIMES").ok();
    let times: u32 = times.and_then(|times| times.parse().ok()).unwrap_or(1);
    let config = Config {
        cases: cases * times,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&inputs, |input| {
        holds(input);
        Ok(())
    });
    outcome.expect("it holds of everything");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop};

    use super::{Group, Reply, SHAPES, check, history, line, parse, script};

    #[test]
    fn any_line_is_refused_or_read_back() {
        check(20_000, prop::collection::vec(any::<u8>(), 0..40), |bytes| {
            line(&bytes)
        });
        let telling = prop::sample::select(b"ab \"'\\x0fn\t".to_vec());
        check(20_000, prop::collection::vec(telling, 0..20), |bytes| {
            line(&bytes)
        });
    }

    #[test]
    fn any_script_is_carried_out() {
        let words = prop::sample::select(words());
        let lines = prop::collection::vec(words, 1..7).prop_map(|words| words.join(" "));
        let scripts = prop::collection::vec(lines, 1..30).prop_map(|lines| lines.join("\n"));
        check(1_500, scripts, |script_text| script(script_text.as_bytes()));
    }

    #[test]
    fn any_history_converges() {
        let draws = prop::collection::vec(any::<[u8; 4]>(), 1..250);
        check(3_000, (any::<u8>(), draws), |(size, draws)| {
            history(&[&[size], draws.as_flattened()].concat());
        });
    }

    /// Both have seen a deadline beside "for ever", one alone has collected, and sends its state.
    #[test]
    fn exp_2_persist_stays_when_a_collected_state_arrives() {
        let mut group = Group::new(2);
        let mut say = |at: usize, text: &str| {
            let words = parse::words(text).expect("a command");
            assert_eq!(group.say(at, &words), Reply::OK, "{text}");
        };
        say(0, "SET k a");
        say(1, "SET k b PXAT 4000000000000");
        assert!(group.deliver(0, 1) && group.deliver(1, 0));
        group.report(0);
        assert!(group.deliver(0, 1));
        group.collect(1);
        group.synchronise(1, 0);
        group.settle();
        let words = parse::words("PEXPIRETIME k").expect("a command");
        assert_eq!(group.say(0, &words), Reply::Integer(-1));
    }

    /// All words of all commands, and numbers at the ends.
    fn words() -> Vec<String> {
        use meridian::instance::command::table::commands;
        let mut words: Vec<String> = SHAPES
            .iter()
            .flat_map(|shape| shape.split(' '))
            .map(str::to_owned)
            .collect();
        for command in commands() {
            words.push(command.name.replace('|', " "));
            words.extend(command.options.split_whitespace().map(str::to_owned));
        }
        let ends = [
            "0",
            "-1",
            "1",
            "2",
            "9223372036854775807",
            "-9223372036854775808",
            "1e308",
        ];
        words.extend(ends.map(str::to_owned));
        words
    }
}
