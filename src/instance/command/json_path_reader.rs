//! The text of a path, read from left to right.

use crate::crdt::json::literal::Literal;
use crate::crdt::json::text;
use crate::instance::command::json_path::{Relation, Selector, Term, Test};

/// A path under way.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// All selectors behind the `$`, or the byte where they end too early.
    pub(super) fn read_all(text: &'a str) -> Result<Vec<Selector>, usize> {
        let mut reader = Self { text, at: 1 };
        let selectors = reader.selectors()?;
        if reader.at < text.len() {
            return Err(reader.at);
        }
        Ok(selectors)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches(' ').len();
    }

    /// Whether `word` comes next, which it then passes.
    fn passes(&mut self, word: &str) -> bool {
        let is_next = self.rest().starts_with(word);
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }

    fn expect(&mut self, word: &str) -> Result<(), usize> {
        self.skip_space();
        if self.passes(word) {
            Ok(())
        } else {
            Err(self.at)
        }
    }

    fn selectors(&mut self) -> Result<Vec<Selector>, usize> {
        let mut selectors = Vec::new();
        loop {
            if self.passes("..") {
                selectors.push(Selector::Within);
                if !self.passes("[") {
                    selectors.push(self.name()?);
                    continue;
                }
                selectors.push(self.bracket()?);
            } else if self.passes("[") || self.passes(".[") {
                selectors.push(self.bracket()?);
            } else if self.passes(".") {
                selectors.push(self.name()?);
            } else {
                return Ok(selectors);
            }
        }
    }

    fn name(&mut self) -> Result<Selector, usize> {
        if self.passes("*") {
            return Ok(Selector::All);
        }
        let is_part = |char: char| char.is_alphanumeric() || "_-$`~:".contains(char);
        let length = self.rest().find(|char| !is_part(char));
        let length = length.unwrap_or(self.rest().len());
        if length == 0 {
            return Err(self.at);
        }
        let name = self.rest()[..length].to_owned();
        self.at += length;
        Ok(Selector::Names(vec![name]))
    }

    /// What stands behind an opening bracket, the closing one included.
    fn bracket(&mut self) -> Result<Selector, usize> {
        self.skip_space();
        let selector = if self.passes("*") {
            Selector::All
        } else if self.passes("?") {
            self.expect("(")?;
            let test = self.either()?;
            self.expect(")")?;
            Selector::Filter(test)
        } else if self.rest().starts_with(['\'', '"']) {
            let mut names = vec![self.quoted()?];
            while self.comma() {
                names.push(self.quoted()?);
            }
            Selector::Names(names)
        } else {
            self.indexes()?
        };
        self.expect("]")?;
        Ok(selector)
    }

    fn comma(&mut self) -> bool {
        self.skip_space();
        let is_next = self.passes(",");
        self.skip_space();
        is_next
    }

    fn indexes(&mut self) -> Result<Selector, usize> {
        let from = self.integer();
        self.skip_space();
        if self.passes(":") {
            self.skip_space();
            let to = self.integer();
            self.skip_space();
            let step = if self.passes(":") {
                self.integer()
            } else {
                None
            };
            let step = u64::try_from(step.unwrap_or(1)).map_err(|_| self.at)?;
            if step == 0 {
                return Err(self.at);
            }
            return Ok(Selector::Slice { from, to, step });
        }
        let mut indexes = vec![from.ok_or(self.at)?];
        while self.comma() {
            indexes.push(self.integer().ok_or(self.at)?);
        }
        Ok(Selector::Indexes(indexes))
    }

    fn integer(&mut self) -> Option<i64> {
        let rest = self.rest();
        let digits = rest.strip_prefix('-').unwrap_or(rest);
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        let length = rest.len() - digits.len() + count;
        let integer = rest[..length].parse().ok()?;
        self.at += length;
        Some(integer)
    }

    /// A name or string in quotes of either kind; a backslash takes the next sign as it is.
    fn quoted(&mut self) -> Result<String, usize> {
        let mut chars = self.rest().char_indices();
        let Some((_, quote @ ('\'' | '"'))) = chars.next() else {
            return Err(self.at);
        };
        let mut text = String::new();
        while let Some((at, char)) = chars.next() {
            match char {
                '\\' => text.extend(chars.next().map(|(_, char)| char)),
                _ if char == quote => {
                    self.at += at + 1;
                    return Ok(text);
                }
                _ => text.push(char),
            }
        }
        Err(self.at)
    }

    fn either(&mut self) -> Result<Test, usize> {
        let mut test = self.both()?;
        self.skip_space();
        while self.passes("||") {
            test = Test::Either(Box::new(test), Box::new(self.both()?));
            self.skip_space();
        }
        Ok(test)
    }

    fn both(&mut self) -> Result<Test, usize> {
        let mut test = self.test()?;
        self.skip_space();
        while self.passes("&&") {
            test = Test::Both(Box::new(test), Box::new(self.test()?));
            self.skip_space();
        }
        Ok(test)
    }

    fn test(&mut self) -> Result<Test, usize> {
        self.skip_space();
        if self.passes("(") {
            let test = self.either()?;
            self.expect(")")?;
            return Ok(test);
        }
        let left = self.term()?;
        self.skip_space();
        let relations = [
            ("==", Relation::Equal),
            ("!=", Relation::Unequal),
            ("<=", Relation::AtMost),
            (">=", Relation::AtLeast),
            ("<", Relation::Less),
            (">", Relation::Greater),
        ];
        for (sign, relation) in relations {
            if self.passes(sign) {
                self.skip_space();
                return Ok(Test::Compares(left, relation, self.term()?));
            }
        }
        Ok(Test::Exists(left))
    }

    fn term(&mut self) -> Result<Term, usize> {
        if self.passes("@") {
            return Ok(Term::Here(self.selectors()?));
        }
        if self.passes("$") {
            return Ok(Term::Root(self.selectors()?));
        }
        if self.rest().starts_with(['\'', '"']) {
            return Ok(Term::Value(Literal::Text(self.quoted()?.into())));
        }
        let is_part = |char: char| char.is_ascii_alphanumeric() || "+-.".contains(char);
        let length = self.rest().find(|char| !is_part(char));
        let word = &self.rest()[..length.unwrap_or(self.rest().len())];
        let value = text::parse(word).map_err(|at| self.at + at)?;
        self.at += word.len();
        Ok(Term::Value(value))
    }
}
