//! What a command answers, and how `redis-cli` prints it.
//!
//! Source: Redis source, `cliFormatReplyTTY` in src/redis-cli.c and `sdscatrepr` in src/sds.c.

use std::fmt::{Debug, Write};

/// What a client reads back (RESP2).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// A short word: `OK`, `PONG`, a type's name.
    Status(&'static str),
    /// An error, its code first.
    Error(String),
    /// A number.
    Integer(i64),
    /// A string of bytes.
    Bulk(Vec<u8>),
    /// Nothing there.
    Nil,
    /// Several replies.
    Array(Vec<Self>),
    /// Several replies one after the other, to one command: `SUBSCRIBE` answers for each channel.
    Several(Vec<Self>),
}

impl Reply {
    /// `OK`.
    pub const OK: Self = Self::Status("OK");

    /// A count or a length, as a number.
    ///
    /// # Panics
    /// When it does not fit 63 bits.
    pub fn count<N: TryInto<i64, Error: Debug>>(count: N) -> Self {
        Self::Integer(count.try_into().expect("a count fits 63 bits"))
    }

    /// 1 for true, 0 for false.
    pub fn flag(flag: bool) -> Self {
        Self::Integer(i64::from(flag))
    }

    /// The bytes, or nothing.
    pub fn bulk_or_nil(bytes: Option<Vec<u8>>) -> Self {
        bytes.map_or(Self::Nil, Self::Bulk)
    }

    /// An array of strings.
    pub fn bulks(items: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self::Array(items.into_iter().map(Self::Bulk).collect())
    }

    /// Whether this is an error.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error(_))
    }

    /// The text `redis-cli` shows on a terminal, without the line break at its end.
    pub fn to_cli_text(&self) -> String {
        let mut text = String::new();
        self.print(&mut text, 0);
        text
    }

    /// Appends the text; lines after the first start with `indent` spaces.
    fn print(&self, text: &mut String, indent: usize) {
        match self {
            Self::Status(word) => text.push_str(word),
            Self::Error(message) => push(text, format_args!("(error) {message}")),
            Self::Integer(number) => push(text, format_args!("(integer) {number}")),
            Self::Bulk(bytes) => quote(text, bytes),
            Self::Nil => text.push_str("(nil)"),
            Self::Several(replies) => {
                for (index, reply) in replies.iter().enumerate() {
                    if index > 0 {
                        push(text, format_args!("\n{:indent$}", ""));
                    }
                    reply.print(text, indent);
                }
            }
            Self::Array(items) if items.is_empty() => text.push_str("(empty array)"),
            Self::Array(items) => {
                let width = items.len().to_string().len();
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        push(text, format_args!("\n{:indent$}", ""));
                    }
                    push(text, format_args!("{:>width$}) ", index + 1));
                    item.print(text, indent + width + 2);
                }
            }
        }
    }
}

fn push(text: &mut String, piece: std::fmt::Arguments<'_>) {
    text.write_fmt(piece)
        .expect("a String takes all that is written to it");
}

/// Appends `bytes` in double quotes, with `redis-cli`'s escapes.
fn quote(text: &mut String, bytes: &[u8]) {
    text.push('"');
    for &byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'"' => text.push_str("\\\""),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            0x07 => text.push_str("\\a"),
            0x08 => text.push_str("\\b"),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => push(text, format_args!("\\x{byte:02x}")),
        }
    }
    text.push('"');
}

/// In which order the elements of an array reply come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// As documented; another order is another answer.
    Promised,
    /// Any order: members of a set, names of keys.
    Any,
    /// Any order of pairs: fields with their values.
    AnyPairs,
}

/// Whether two replies in `redis-cli`'s text form say the same, where elements stand in `order`.
pub fn same_text(left: &str, right: &str, order: Order) -> bool {
    left == right
        || match order {
            Order::Promised => false,
            Order::Any => sorted(left, 1) == sorted(right, 1),
            Order::AnyPairs => sorted(left, 2) == sorted(right, 2),
        }
}

/// The elements of a printed array in runs of `run`, sorted; an odd first line (a cursor) stays.
fn sorted(text: &str, run: usize) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = text.lines().map(without_index).collect();
    let (head, rest) = lines.split_at(lines.len() % run);
    let mut runs: Vec<Vec<&str>> = rest.chunks(run).map(<[&str]>::to_vec).collect();
    runs.sort_unstable();
    runs.push(head.to_vec());
    runs
}

/// A line without the indentation and the numbers `1) ` before an element.
fn without_index(line: &str) -> &str {
    let mut rest = line.trim_start_matches(' ');
    while let Some((digits, tail)) = rest.split_once(") ") {
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        rest = tail.trim_start_matches(' ');
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::{Order, Reply, same_text};

    fn check(reply: &Reply, expect: &str) {
        assert_eq!(reply.to_cli_text(), expect);
    }

    #[test]
    fn prints_as_redis_cli() {
        check(&Reply::OK, "OK");
        check(&Reply::Error("ERR no".to_owned()), "(error) ERR no");
        check(&Reply::Integer(-3), "(integer) -3");
        check(&Reply::Nil, "(nil)");
        check(
            &Reply::Bulk(b"a\"\\\n\x01\xc3 \x07".to_vec()),
            r#""a\"\\\n\x01\xc3 \a""#,
        );
        check(&Reply::Array(vec![]), "(empty array)");
    }

    #[test]
    fn prints_nested_arrays() {
        let inner = Reply::bulks((0..10).map(|n| vec![b'a' + n]));
        let scan = Reply::Array(vec![
            Reply::Bulk(b"0".to_vec()),
            inner,
            Reply::Array(vec![]),
        ]);
        let letters = ('b'..='i')
            .zip(2..)
            .map(|(letter, n)| format!("\n    {n}) \"{letter}\""));
        let middle: String = letters.collect();
        let expect = format!("1) \"0\"\n2)  1) \"a\"{middle}\n   10) \"j\"\n3) (empty array)");
        check(&scan, &expect);
    }

    #[test]
    fn compares_without_order() {
        let (left, right) = ("1) \"a\"\n2) \"b\"", "1) \"b\"\n2) \"a\"");
        assert!(same_text(left, right, Order::Any));
        assert!(!same_text(left, right, Order::Promised));
        assert!(!same_text(left, right, Order::AnyPairs));
        let pairs = (
            "1) \"a\"\n2) \"1\"\n3) \"b\"\n4) \"2\"",
            "1) \"b\"\n2) \"2\"\n3) \"a\"\n4) \"1\"",
        );
        assert!(same_text(pairs.0, pairs.1, Order::AnyPairs));
        let scans = (
            "1) \"0\"\n2) 1) \"a\"\n   2) \"1\"\n   3) \"b\"\n   4) \"2\"",
            "1) \"0\"\n2) 1) \"b\"\n   2) \"2\"\n   3) \"a\"\n   4) \"1\"",
        );
        assert!(same_text(scans.0, scans.1, Order::AnyPairs));
        assert!(!same_text(
            scans.0,
            &scans.1.replace("\"0\"", "\"7\""),
            Order::AnyPairs
        ));
    }
}
