//! The outline of a RON text: which value stands where, without knowing what it means.
//!
//! ron tells where it stumbled, but neither where a named field stands nor how far a value reaches;
//! overrides need the first, carets the second. The outline is drawn only over text that ron has
//! accepted, so it may be lenient; it neither fails nor panics on any other.

use crate::scenario::span::Span;

/// How deep values may nest, as ron's own limit has it.
const DEPTH_MAX: usize = 128;

/// A value, and what it is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Node {
    /// From its first character to its last.
    pub span: Span,
    /// Where its bracket opens, if it has one.
    pub open: usize,
    /// Its parts.
    pub parts: Parts,
}

/// What a value is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Parts {
    /// `(name: value, …)`, after an identifier or not.
    Fields(Vec<Entry>),
    /// `[value, …]` or `(value, …)`.
    Items(Vec<Node>),
    /// A number, a text, a bare word.
    Leaf,
}

/// A named field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    /// Where the name stands.
    pub name: Span,
    /// Its value.
    pub value: Node,
}

/// The outline of the value that begins at or after `start`.
pub(super) fn outline(text: &str, start: usize) -> Node {
    let mut cursor = Cursor {
        text,
        at: start.min(text.len()),
    };
    cursor.blanks();
    while cursor.rest().starts_with("#!") {
        cursor.attribute();
        cursor.blanks();
    }
    cursor.value(0)
}

/// Where the first token at or after `start` begins: blanks and comments are passed over.
pub(super) fn skip_blanks(text: &str, start: usize) -> usize {
    let mut cursor = Cursor {
        text,
        at: start.min(text.len()),
    };
    cursor.blanks();
    cursor.at
}

/// The innermost opening bracket that nothing closes, if there is one.
pub(super) fn unclosed(text: &str) -> Option<usize> {
    let mut cursor = Cursor { text, at: 0 };
    let mut open = Vec::new();
    loop {
        cursor.blanks();
        match cursor.peek() {
            None => return open.pop(),
            Some('(' | '[' | '{') => {
                open.push(cursor.at);
                cursor.at += 1;
            }
            Some(')' | ']' | '}') => {
                open.pop();
                cursor.at += 1;
            }
            Some(_) => cursor.token(),
        }
    }
}

/// Where the text begins that ends right before `at` and goes over several lines: when the syntax
/// breaks there, its closing quote is most likely the opening one of another.
pub(super) fn runaway_text(text: &str, at: usize) -> Option<usize> {
    let mut cursor = Cursor {
        text: text.get(..at)?,
        at: 0,
    };
    loop {
        cursor.blanks();
        let start = cursor.at;
        let quoted = cursor.peek()? == '"';
        cursor.token();
        cursor.ensure_progress(start);
        let ends_there = cursor.rest().trim().is_empty();
        if ends_there {
            return (quoted && text[start..cursor.at].contains('\n')).then_some(start);
        }
    }
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn step(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn step_to(&mut self, found: Option<usize>) {
        self.at = found.map_or(self.text.len(), |offset| self.at + offset);
    }

    fn blanks(&mut self) {
        loop {
            if self.rest().starts_with("//") {
                self.step_to(self.rest().find('\n'));
            } else if self.rest().starts_with("/*") {
                self.block_comment();
            } else if self.peek().is_some_and(char::is_whitespace) {
                self.step();
            } else {
                return;
            }
        }
    }

    /// RON's block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.text.len() {
            if self.rest().starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if self.rest().starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return;
                }
            } else {
                self.step();
            }
        }
    }

    fn attribute(&mut self) {
        self.step_to(self.rest().find(']').map(|offset| offset + 1));
    }

    fn value(&mut self, depth: usize) -> Node {
        let start = self.at;
        if self.peek().is_some_and(|first| !"([{)]},:".contains(first)) {
            self.token();
        }
        let end = self.at;
        self.blanks();
        let open = self.at;
        let parts = match self.peek() {
            _ if depth > DEPTH_MAX => Parts::Leaf,
            Some('(') => self.parenthesis(depth),
            Some('[') if end == start => self.items(']', depth),
            Some('{') if end == start => self.items('}', depth),
            _ => {
                self.at = end;
                Parts::Leaf
            }
        };
        Node {
            span: Span::new(start, self.at),
            open,
            parts,
        }
    }

    fn parenthesis(&mut self, depth: usize) -> Parts {
        let open = self.at;
        self.at += 1;
        self.blanks();
        let name = self.at;
        self.token();
        self.blanks();
        let named = self.at > name && self.peek() == Some(':');
        self.at = open;
        if named {
            self.fields(depth)
        } else {
            self.items(')', depth)
        }
    }

    fn fields(&mut self, depth: usize) -> Parts {
        self.at += 1;
        let mut fields = Vec::new();
        while let Some(start) = self.next_part(')') {
            self.token();
            let name = Span::new(start, self.at);
            self.blanks();
            if self.peek() == Some(':') {
                self.at += 1;
            }
            self.blanks();
            let value = self.value(depth + 1);
            fields.push(Entry { name, value });
            self.ensure_progress(start);
        }
        Parts::Fields(fields)
    }

    fn items(&mut self, close: char, depth: usize) -> Parts {
        self.at += 1;
        let mut items = Vec::new();
        while let Some(start) = self.next_part(close) {
            items.push(self.value(depth + 1));
            self.ensure_progress(start);
        }
        Parts::Items(items)
    }

    /// Where the next part begins; `None` behind the closing bracket or at the end of the text.
    fn next_part(&mut self, close: char) -> Option<usize> {
        loop {
            self.blanks();
            match self.peek()? {
                ',' => self.at += 1,
                found if found == close => {
                    self.at += 1;
                    return None;
                }
                _ => return Some(self.at),
            }
        }
    }

    fn ensure_progress(&mut self, start: usize) {
        if self.at == start {
            self.step();
        }
    }

    /// Passes one text, number, word or other character.
    fn token(&mut self) {
        let rest = self.rest();
        let raw = rest.trim_start_matches('b').strip_prefix('r');
        let hashes = raw.map_or(0, |raw| raw.len() - raw.trim_start_matches('#').len());
        if let Some(body) = raw.and_then(|raw| raw[hashes..].strip_prefix('"')) {
            let close = format!("\"{}", "#".repeat(hashes));
            let opening = rest.len() - body.len();
            let found = body
                .find(&close)
                .map(|offset| opening + offset + close.len());
            self.step_to(found);
        } else if rest.starts_with("b\"") {
            self.at += 1;
            self.quoted('"');
        } else if rest.starts_with('"') {
            self.quoted('"');
        } else if rest.starts_with('\'') || rest.starts_with("b'") {
            self.at += usize::from(rest.starts_with('b'));
            self.quoted('\'');
        } else {
            self.word();
        }
    }

    fn quoted(&mut self, quote: char) {
        self.at += 1;
        while let Some(found) = self.peek() {
            self.step();
            if found == '\\' {
                self.step();
            } else if found == quote {
                return;
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        while let Some(found) = self.peek() {
            let comment = self.rest().starts_with("//") || self.rest().starts_with("/*");
            if found.is_whitespace() || "()[]{},:\"".contains(found) || comment {
                break;
            }
            self.step();
        }
        // A colon or a comma alone is a token, too, or `unclosed` would stand still on it.
        if self.at == start && !self.rest().starts_with(['(', ')', '[', ']', '{', '}']) {
            self.step();
        }
    }
}
