//! A command as typed into `redis-cli`, split into its words.
//!
//! Source: Redis source, `sdssplitargs` in src/sds.c.

use thiserror::Error;

/// Why a line is not a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum ParseError {
    /// There is no word in the line.
    #[error("a command needs at least one word")]
    Empty,
    /// A quote at this byte has no partner.
    #[error("the quote at byte {0} is not closed")]
    Unclosed(usize),
    /// The closing quote before this byte is followed by neither a space nor the end.
    #[error("the quoted word before byte {0} must be followed by a space")]
    Glued(usize),
}

/// The words of `line`: separated by spaces, with `"…"` (escapes `\n \r \t \a \b \\ \" \xHH`) and
/// `'…'` (escape `\'`) as in `redis-cli`.
///
/// # Errors
/// When there is no word, a quote is not closed, or a word goes on behind its closing quote.
pub fn words(line: &str) -> Result<Vec<Vec<u8>>, ParseError> {
    let bytes = line.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        while bytes.get(at).is_some_and(|&byte| is_space(byte)) {
            at += 1;
        }
        if at == bytes.len() {
            break;
        }
        let (word, end) = word(bytes, at)?;
        words.push(word);
        at = end;
    }
    if words.is_empty() {
        Err(ParseError::Empty)
    } else {
        Ok(words)
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The word that starts at `at`, and where it ends.
fn word(bytes: &[u8], mut at: usize) -> Result<(Vec<u8>, usize), ParseError> {
    let mut word = Vec::new();
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => {
                at = quoted(bytes, at, &mut word)?;
                return match bytes.get(at) {
                    Some(&next) if !is_space(next) => Err(ParseError::Glued(at)),
                    _ => Ok((word, at)),
                };
            }
            0 => break,
            _ if is_space(byte) => break,
            _ => word.push(byte),
        }
        at += 1;
    }
    // A zero byte ends the line for a C program.
    let end = if bytes.get(at) == Some(&0) {
        bytes.len()
    } else {
        at
    };
    Ok((word, end))
}

/// Appends the quoted text that opens at `open` to `word`; returns the byte behind its end.
fn quoted(bytes: &[u8], open: usize, word: &mut Vec<u8>) -> Result<usize, ParseError> {
    let quote = bytes[open];
    let mut at = open + 1;
    while let Some(&byte) = bytes.get(at) {
        if byte == quote {
            return Ok(at + 1);
        }
        let (literal, length) = match (quote, byte) {
            (b'"', b'\\') => escape(&bytes[at + 1..]),
            (b'\'', b'\\') if bytes.get(at + 1) == Some(&b'\'') => (b'\'', 2),
            _ => (byte, 1),
        };
        word.push(literal);
        at += length;
    }
    Err(ParseError::Unclosed(open))
}

/// The byte a backslash and `rest` stand for, and how many bytes that took, backslash included.
fn escape(rest: &[u8]) -> (u8, usize) {
    match rest {
        [b'x', high, low, ..] => match (nibble(*high), nibble(*low)) {
            (Some(high), Some(low)) => (high * 16 + low, 4),
            _ => (b'x', 2),
        },
        [b'n', ..] => (b'\n', 2),
        [b'r', ..] => (b'\r', 2),
        [b't', ..] => (b'\t', 2),
        [b'b', ..] => (0x08, 2),
        [b'a', ..] => (0x07, 2),
        [other, ..] => (*other, 2),
        [] => (b'\\', 1),
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ParseError, words};

    fn check(line: &str, expect: &[&[u8]]) {
        assert_eq!(words(line).expect("the line parses"), expect, "{line}");
    }

    #[test]
    fn splits_as_redis_cli_does() {
        check("SET k v", &[b"SET", b"k", b"v"]);
        check("  get\t 'a b'  ", &[b"get", b"a b"]);
        check(
            r#"set k "\x00\xFf\n\"\\\q""#,
            &[b"set", b"k", b"\x00\xff\n\"\\q"],
        );
        check(r#"set k '\n\''"#, &[b"set", b"k", b"\\n'"]);
        check(r#"get """#, &[b"get", b""]);
        check(r#"get "\xZZ""#, &[b"get", b"xZZ"]);
        check("get a\"b\"", &[b"get", b"ab"]);
        check("get ü", &[b"get", "ü".as_bytes()]);
    }

    #[test]
    fn refuses_what_redis_cli_refuses() {
        assert_eq!(words("   "), Err(ParseError::Empty));
        assert_eq!(words("get \"a"), Err(ParseError::Unclosed(4)));
        assert_eq!(words("get \"a\\"), Err(ParseError::Unclosed(4)));
        assert_eq!(words("get 'a"), Err(ParseError::Unclosed(4)));
        assert_eq!(words("get \"a\"b"), Err(ParseError::Glued(7)));
    }
}
