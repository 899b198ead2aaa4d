//! Scripted commands: whether redis-cli could send them, and print what they expect.

use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::Lowering;
use crate::scenario::lower::lookup::quoted;
use crate::scenario::schema::leaf::Text;
use crate::scenario::span::Sp;

impl Lowering<'_> {
    /// Reports a command that redis-cli would not send.
    pub(super) fn is_command(&mut self, run: &Sp<Text>) -> bool {
        let problem = match quotes(&run.value.0) {
            Some(problem) => problem,
            None if run.value.0.trim().is_empty() => "it is empty",
            None => return true,
        };
        self.report(
            Diagnostic::new(Code::BadCommand, run.span, format!("this is no command: {problem}"))
                .label("redis-cli would not send it"),
        );
        false
    }

    /// The reply as it is compared; reports one that redis-cli would never print.
    pub(super) fn expected_reply(&mut self, reply: &Sp<Text>) -> String {
        let text = &reply.value.0;
        let instead = match text.trim() {
            number if number.parse::<i64>().is_ok() => Some(format!("(integer) {number}")),
            "nil" | "null" | "(null)" => Some("(nil)".to_owned()),
            "[]" | "(empty)" | "()" => Some("(empty array)".to_owned()),
            _ => None,
        };
        if let Some(instead) = instead {
            self.report(
                Diagnostic::new(
                    Code::BadReply,
                    reply.span,
                    format!("redis-cli never prints `{text}` alone"),
                )
                .label("not a reply as redis-cli prints it")
                .fix("write", reply.span, quoted(&instead)),
            );
        }
        text.clone()
    }
}

/// What is wrong with the quotes of a command, by redis-cli's rules: a quoted word ends at its
/// quote, and a blank follows.
fn quotes(text: &str) -> Option<&'static str> {
    let mut rest = text.chars().peekable();
    while let Some(found) = rest.next() {
        if found != '"' && found != '\'' {
            continue;
        }
        loop {
            match rest.next() {
                None => return Some("a quote is never closed"),
                Some('\\') if found == '"' || rest.peek() == Some(&'\'') => {
                    rest.next();
                }
                Some(end) if end == found => break,
                Some(_) => {}
            }
        }
        if rest.peek().is_some_and(|next| !next.is_whitespace()) {
            return Some("a blank is missing behind a closing quote");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_match_as_in_redis_cli() {
        for text in ["SET k v", "SET k \"a b\"", "SET k 'a \\' b'", r#"SET k "a \" b""#] {
            assert_eq!(quotes(text), None, "{text}");
        }
        for text in ["SET k \"v", "SET k 'v", "SET \"k\"v", r#"SET k "v\""#] {
            assert!(quotes(text).is_some(), "{text}");
        }
    }
}
