//! A client history as it is written.

use std::collections::BTreeMap;

use super::{Misread, lines};

/// The value of a key before any write.
const INITIAL: &str = "0";

/// Operations of clients, session by session.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The sessions' names.
    pub(super) sessions: Vec<String>,
    /// The operations of each session, in order.
    pub(super) by_session: Vec<Vec<usize>>,
    /// All operations.
    pub(super) operations: Vec<Operation>,
    /// How many keys there are.
    pub(super) keys: usize,
}

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// Its session.
    pub session: usize,
    /// Its place there, from 0.
    pub place: usize,
    /// Its key's number.
    pub key: usize,
    /// What it does.
    pub action: Action,
    /// As written.
    pub text: String,
}

/// What an operation does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Action {
    /// It writes a value of its own.
    Write,
    /// It reads what this operation wrote.
    Read(usize),
    /// It reads the value before any write.
    ReadInitial,
    /// It reads what nobody wrote.
    ReadThinAir,
}

/// An operation before reads are tied to writes.
struct Token<'a> {
    is_write: bool,
    key: &'a str,
    value: &'a str,
}

impl History {
    /// Reads a history: a session a line, `name: w(key,value) r(key,value) …`; the name may be left
    /// out.
    ///
    /// # Errors
    /// The first operation that cannot be read, or a write that repeats a value of its key.
    pub fn parse(text: &str) -> Result<Self, Misread> {
        let mut history = Self::default();
        let mut keys: BTreeMap<String, usize> = BTreeMap::new();
        let mut writers: BTreeMap<(usize, String), usize> = BTreeMap::new();
        let mut values: Vec<String> = Vec::new();
        for (line, column, said) in lines(text) {
            let (name, rest, skipped) = split_name(said);
            let session = history.session(name);
            for (offset, word) in words(rest) {
                let at = |message: String| Misread {
                    line,
                    column: column + skipped + offset,
                    message,
                };
                let token = Token::parse(word).map_err(&at)?;
                let next = keys.len();
                let key = *keys.entry(token.key.to_owned()).or_insert(next);
                let id = history.operations.len();
                if token.is_write {
                    let value = token.value.to_owned();
                    if writers.insert((key, value), id).is_some() {
                        return Err(at(format!(
                            "`{word}` writes a value that `{}` has already: no two writes of a \
                             key may be equal, or a read would not name its write",
                            token.key
                        )));
                    }
                }
                values.push(token.value.to_owned());
                let place = history.by_session[session].len();
                history.by_session[session].push(id);
                history.operations.push(Operation {
                    session,
                    place,
                    key,
                    action: if token.is_write {
                        Action::Write
                    } else {
                        Action::ReadInitial
                    },
                    text: word.to_owned(),
                });
            }
        }
        history.keys = keys.len();
        history.tie(&values, &writers);
        Ok(history)
    }

    /// The session called `name`, or a new one without a name.
    fn session(&mut self, name: Option<&str>) -> usize {
        let known = name.and_then(|name| self.sessions.iter().position(|known| known == name));
        known.unwrap_or_else(|| {
            let number = self.sessions.len();
            let name = name.map_or_else(|| format!("session {}", number + 1), str::to_owned);
            self.sessions.push(name);
            self.by_session.push(Vec::new());
            number
        })
    }

    /// Ties each read to its write.
    fn tie(&mut self, values: &[String], writers: &BTreeMap<(usize, String), usize>) {
        for (operation, value) in self.operations.iter_mut().zip(values) {
            if operation.action == Action::Write {
                continue;
            }
            operation.action = match writers.get(&(operation.key, value.clone())) {
                Some(write) => Action::Read(*write),
                None if value == INITIAL => Action::ReadInitial,
                None => Action::ReadThinAir,
            };
        }
    }

    /// Operations in words, one after the other.
    pub(super) fn chain(&self, operations: &[usize]) -> String {
        let words: Vec<String> = operations.iter().map(|id| self.told(*id)).collect();
        words.join(" → ")
    }

    /// An operation in words.
    pub(super) fn told(&self, id: usize) -> String {
        let operation = &self.operations[id];
        format!("{} ({})", operation.text, self.sessions[operation.session])
    }
}

impl<'a> Token<'a> {
    fn parse(word: &'a str) -> Result<Self, String> {
        let wrong =
            || format!("found `{word}`, expected an operation such as `w(x,1)` or `r(x,1)`");
        let (kind, rest) = word.split_once('(').ok_or_else(wrong)?;
        let (key, value) = rest
            .strip_suffix(')')
            .and_then(|inside| inside.rsplit_once(','))
            .ok_or_else(wrong)?;
        let (key, value) = (key.trim(), value.trim());
        let is_write = match kind {
            "w" => true,
            "r" => false,
            _ => return Err(wrong()),
        };
        if key.is_empty() || value.is_empty() {
            return Err(wrong());
        }
        if is_write && value == INITIAL {
            return Err(format!(
                "`{word}` writes `{INITIAL}`, which stands for the value before any write"
            ));
        }
        Ok(Self {
            is_write,
            key,
            value,
        })
    }
}

/// A line's session, what follows, and how many characters come before that.
fn split_name(said: &str) -> (Option<&str>, &str, usize) {
    match said.split_once(':') {
        Some((name, rest)) if !name.contains('(') => {
            (Some(name.trim()), rest, name.chars().count() + 1)
        }
        _ => (None, said, 0),
    }
}

/// The words of a text, each with the place of its first character; blanks inside brackets do not
/// part words.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let (mut start, mut depth) = (None, 0_u32);
    for (place, (at, c)) in text.char_indices().enumerate() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c.is_whitespace() && depth == 0 {
            if let Some((place, from)) = start.take() {
                words.push((place, &text[from..at]));
            }
        } else if start.is_none() {
            start = Some((place, at));
        }
    }
    words.extend(start.map(|(place, from)| (place, &text[from..])));
    words
}
