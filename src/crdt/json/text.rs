//! JSON as text (RFC 8259). Integers and other numbers are told apart, as RedisJSON does: `1` is an
//! integer, `1.0` and `1e0` are not.

use std::fmt::Write;
use std::sync::Arc;

use crate::crdt::json::literal::Literal;

/// Values within values are read this deep.
///
/// Source: RedisJSON docs, "maximum nesting depth" of 128 levels.
pub const DEPTH_MAX: usize = 128;

/// How values are laid out in print.
#[derive(Clone, Default, Debug)]
pub struct Layout {
    /// Put before a value, once for each level it is within.
    pub indent: String,
    /// Put behind each line.
    pub newline: String,
    /// Put between a name and its value.
    pub space: String,
}

/// Reads one JSON value, the whole of `text`; or tells at which byte that fails.
///
/// # Errors
/// The byte where `text` stops being JSON.
pub fn parse(text: &str) -> Result<Literal, usize> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.skip_space();
    if reader.at == text.len() {
        Ok(value)
    } else {
        Err(reader.at)
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, word: &str) -> Result<(), usize> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(self.at);
        }
        self.at += word.len();
        Ok(())
    }

    /// Whether `byte` comes next, which it then passes.
    fn passes(&mut self, byte: u8) -> bool {
        self.skip_space();
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self, depth: usize) -> Result<Literal, usize> {
        self.skip_space();
        if depth > DEPTH_MAX {
            return Err(self.at);
        }
        match self.peek().ok_or(self.at)? {
            b'n' => self.expect("null").map(|()| Literal::Null),
            b't' => self.expect("true").map(|()| Literal::Bool(true)),
            b'f' => self.expect("false").map(|()| Literal::Bool(false)),
            b'"' => Ok(Literal::Text(self.string()?.into())),
            b'[' => self.array(depth),
            b'{' => self.object(depth),
            _ => self.number(),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Literal, usize> {
        self.expect("[")?;
        let mut items = Vec::new();
        if self.passes(b']') {
            return Ok(Literal::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.passes(b']') {
                return Ok(Literal::Array(items));
            }
            self.expect(",")?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Literal, usize> {
        self.expect("{")?;
        let mut fields: Vec<(Arc<str>, Literal)> = Vec::new();
        if self.passes(b'}') {
            return Ok(Literal::Object(fields));
        }
        loop {
            self.skip_space();
            let name: Arc<str> = self.string()?.into();
            self.skip_space();
            self.expect(":")?;
            let value = self.value(depth + 1)?;
            match fields.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = value,
                None => fields.push((name, value)),
            }
            if self.passes(b'}') {
                return Ok(Literal::Object(fields));
            }
            self.expect(",")?;
        }
    }

    fn number(&mut self) -> Result<Literal, usize> {
        let from = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        let mut is_whole = true;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
            is_whole = false;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
            is_whole = false;
        }
        let text = &self.text[from..self.at];
        if let Some(whole) = text.parse().ok().filter(|_| is_whole) {
            return Ok(Literal::Int(whole));
        }
        let double: f64 = text.parse().map_err(|_| from)?;
        let is_finite = double.is_finite();
        is_finite.then_some(Literal::Double(double)).ok_or(from)
    }

    fn digits(&mut self) -> Result<(), usize> {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == from { Err(from) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<String, usize> {
        self.expect("\"")?;
        let mut string = String::new();
        loop {
            let from = self.at;
            let next = self.text[from..].chars().next().ok_or(from)?;
            self.at += next.len_utf8();
            match next {
                '"' => return Ok(string),
                '\\' => string.push(self.escape()?),
                '\0'..='\x1f' => return Err(from),
                other => string.push(other),
            }
        }
    }

    fn escape(&mut self) -> Result<char, usize> {
        let at = self.at;
        let escaped = match self.peek().ok_or(at)? {
            b'u' => {
                self.at += 1;
                return self.unicode();
            }
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\x08',
            b'f' => '\x0c',
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            _ => return Err(at),
        };
        self.at += 1;
        Ok(escaped)
    }

    fn unicode(&mut self) -> Result<char, usize> {
        let from = self.at;
        let high = self.hex()?;
        let code = if (0xD800..0xDC00).contains(&high) {
            self.expect("\\u")?;
            let low = self.hex()?;
            let low = low.checked_sub(0xDC00).filter(|low| *low < 0x400);
            0x1_0000 + ((high - 0xD800) << 10) + low.ok_or(from)?
        } else {
            high
        };
        char::from_u32(code).ok_or(from)
    }

    fn hex(&mut self) -> Result<u32, usize> {
        let from = self.at;
        let digits = self.text.as_bytes().get(from..from + 4).ok_or(from)?;
        self.at += 4;
        digits.iter().try_fold(0, |code, digit| {
            let digit = char::from(*digit).to_digit(16).ok_or(from)?;
            Ok(code * 16 + digit)
        })
    }
}

/// Prints a value; names and values as RedisJSON prints them.
pub fn print(value: &Literal, layout: &Layout) -> String {
    let mut text = String::new();
    print_to(&mut text, value, layout, 0);
    text
}

fn print_to(text: &mut String, value: &Literal, layout: &Layout, depth: usize) {
    match value {
        Literal::Null => text.push_str("null"),
        Literal::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Literal::Int(whole) => text.push_str(&whole.to_string()),
        Literal::Double(double) => text.push_str(&print_double(*double)),
        Literal::Text(string) => quote(text, string),
        Literal::Array(items) => {
            let items = items.iter().map(|item| (None, item));
            print_within(text, ('[', ']'), items, layout, depth);
        }
        Literal::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (Some(&**name), value));
            print_within(text, ('{', '}'), fields, layout, depth);
        }
    }
}

fn print_within<'a>(
    text: &mut String,
    (open, close): (char, char),
    items: impl Iterator<Item = (Option<&'a str>, &'a Literal)>,
    layout: &Layout,
    depth: usize,
) {
    text.push(open);
    let mut is_empty = true;
    for (name, value) in items {
        if !is_empty {
            text.push(',');
        }
        is_empty = false;
        text.push_str(&layout.newline);
        text.push_str(&layout.indent.repeat(depth + 1));
        if let Some(name) = name {
            quote(text, name);
            text.push(':');
            text.push_str(&layout.space);
        }
        print_to(text, value, layout, depth + 1);
    }
    if !is_empty {
        text.push_str(&layout.newline);
        text.push_str(&layout.indent.repeat(depth));
    }
    text.push(close);
}

/// A number that is not an integer: always with a point or an exponent, so that it reads as one.
pub fn print_double(double: f64) -> String {
    const PLAIN_FROM: f64 = 1e-5;
    const PLAIN_BELOW: f64 = 1e16;
    let size = double.abs();
    if size != 0.0 && !(PLAIN_FROM..PLAIN_BELOW).contains(&size) {
        return format!("{double:e}");
    }
    format!("{double:?}")
}

fn quote(text: &mut String, string: &str) {
    text.push('"');
    for char in string.chars() {
        match char {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\x08' => text.push_str("\\b"),
            '\x0c' => text.push_str("\\f"),
            '\0'..='\x1f' => {
                write!(text, "\\u{:04x}", u32::from(char)).expect("a String takes all");
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let value = parse(text).unwrap_or_else(|at| panic!("{text}: fails at byte {at}"));
        assert_eq!(print(&value, &Layout::default()), expect, "{text}");
    }

    #[test]
    fn integers_and_doubles_stay_apart() {
        check(" 1 ", "1");
        check("1.0", "1.0");
        check("-0", "0");
        check("1e2", "100.0");
        check("1.5e300", "1.5e300");
        check("-9223372036854775808", "-9223372036854775808");
        check("9223372036854775808", "9.223372036854776e18");
    }

    #[test]
    fn strings_and_containers() {
        check(
            r#""a\u00e9\ud83d\ude00\"\\\/\n\u0001""#,
            "\"aé😀\\\"\\\\/\\n\\u0001\"",
        );
        check("[ ]", "[]");
        check(
            "{ \"b\" : [1 , {} ] , \"a\":null}",
            r#"{"b":[1,{}],"a":null}"#,
        );
        check(r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "tru",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "'a'",
            "[1,]",
            "{\"a\"}",
            "{a:1}",
            "[1 2]",
            "1 2",
            "\"a",
            "\"\\x\"",
            "\"\n\"",
            "\"\\ud800\"",
            "1e400",
            "nan",
            "[",
            "{\"a\":1,}",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(&deep(DEPTH_MAX)).is_ok());
        assert!(parse(&deep(DEPTH_MAX + 2)).is_err());
    }

    #[test]
    fn layouts() {
        let layout = Layout {
            indent: "  ".to_owned(),
            newline: "\n".to_owned(),
            space: " ".to_owned(),
        };
        let value = parse(r#"{"a":[1,[]],"b":{}}"#).expect("it is JSON");
        let expect = "{\n  \"a\": [\n    1,\n    []\n  ],\n  \"b\": {}\n}";
        assert_eq!(print(&value, &layout), expect);
    }
}
