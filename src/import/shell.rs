//! The words of a script: bash, PowerShell or cmd.
//!
//! Commands end with their line, unless it ends in `\`, a backtick or `^`, or with `;`, `&` or `|`.
//! Quotes group words, `#` begins a comment. Variables stay as they are written.

use crate::import::Error;

/// One word and how it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Word {
    /// Without its quotes.
    pub text: String,
    /// The line it begins on, from 1.
    pub line: usize,
    /// Whether it begins with a quote, and so is a value.
    pub quoted: bool,
    /// Whether a comma joins the next word to it, as PowerShell writes lists.
    pub joins: bool,
}

/// All commands of a script, as words; none is empty.
///
/// # Errors
/// When a quote has no end.
pub(super) fn commands(input: &str, text: &str) -> Result<Vec<Vec<Word>>, Error> {
    let mut reader = Reader {
        letters: text.chars().collect(),
        at: 0,
        line: 1,
        line_start: 0,
        word: None,
        words: Vec::new(),
        commands: Vec::new(),
    };
    reader.read(input)?;
    Ok(reader.commands)
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    line: usize,
    line_start: usize,
    word: Option<Word>,
    words: Vec<Word>,
    commands: Vec<Vec<Word>>,
}

impl Reader {
    fn read(&mut self, input: &str) -> Result<(), Error> {
        while let Some(letter) = self.peek(0) {
            let is_start = self.word.is_none();
            match letter {
                '\n' => self.end_command(),
                ' ' | '\t' | '\u{a0}' => self.end_word(),
                ';' | '|' | '&' => self.end_command(),
                '#' if is_start => {
                    self.skip_line();
                    continue;
                }
                '<' if is_start && self.peek(1) == Some('#') => {
                    self.skip_block();
                    continue;
                }
                '\\' | '`' | '^' if self.continues() => {
                    self.skip_line();
                    self.end_word();
                }
                '\\' | '`' if self.peek(1).is_some_and(|next| next != '\n') => {
                    let escaped = self.escaped(letter);
                    self.push(escaped, false);
                }
                '"' | '\'' => {
                    self.quoted(letter, input)?;
                }
                ',' if !self.is_inside() => self.comma(),
                letter => self.push(letter, false),
            }
            self.step();
        }
        self.end_command();
        Ok(())
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    /// Goes one letter on, and counts lines.
    fn step(&mut self) {
        if self.peek(0) == Some('\n') {
            self.line += 1;
            self.line_start = self.at + 1;
        }
        self.at += 1;
    }

    /// Goes to the end of the line.
    fn skip_line(&mut self) {
        while self.peek(0).is_some_and(|letter| letter != '\n') {
            self.step();
        }
    }

    /// Goes behind a comment of PowerShell, `<# … #>`.
    fn skip_block(&mut self) {
        while self.peek(0).is_some() && (self.peek(0), self.peek(1)) != (Some('#'), Some('>')) {
            self.step();
        }
        self.step();
        self.step();
    }

    /// Whether nothing follows on the line, but another line does.
    fn continues(&self) -> bool {
        let rest = self.letters[self.at + 1..].iter();
        let mut rest = rest.skip_while(|letter| [' ', '\t'].contains(letter));
        rest.next() == Some(&'\n')
    }

    /// The letter behind an escape; a `\` that escapes nothing is a part of a path.
    fn escaped(&mut self, escape: char) -> char {
        let next = self.peek(1).unwrap_or(escape);
        let is_escape = escape == '`' || "\\\"'$ `".contains(next);
        if is_escape {
            self.step();
            next
        } else {
            escape
        }
    }

    /// Reads from a quote to its end, which is then the letter at hand.
    fn quoted(&mut self, quote: char, input: &str) -> Result<(), Error> {
        let (line, column) = (self.line, self.at - self.line_start + 1);
        if self.word.is_none() {
            self.start(true);
        }
        loop {
            self.step();
            match self.peek(0) {
                None => {
                    let at = format!("{input}:{line}:{column}");
                    return Err(Error::OpenQuote { at, quote });
                }
                Some(letter) if letter == quote => return Ok(()),
                Some(escape @ ('\\' | '`')) if quote == '"' && self.peek(1).is_some() => {
                    let escaped = self.escaped(escape);
                    self.push(escaped, true);
                }
                Some(letter) => self.push(letter, true),
            }
        }
    }

    fn start(&mut self, quoted: bool) -> &mut Word {
        let line = self.line;
        self.word.insert(Word {
            text: String::new(),
            line,
            quoted,
            joins: false,
        })
    }

    fn push(&mut self, letter: char, quoted: bool) {
        if self.word.is_none() {
            self.start(quoted);
        }
        if let Some(word) = &mut self.word {
            word.text.push(letter);
        }
    }

    /// Whether the word at hand has brackets open, as in `[{id:a},{id:b}]`.
    fn is_inside(&self) -> bool {
        let text = self.word.as_ref().map_or("", |word| &word.text);
        let count = |brackets: [char; 2]| text.matches(brackets).count();
        count(['{', '[']) > count(['}', ']'])
    }

    /// Joins the word before a comma to the next one.
    fn comma(&mut self) {
        self.end_word();
        if let Some(word) = self.words.last_mut() {
            word.joins = true;
        }
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn end_command(&mut self) {
        self.end_word();
        // A list of PowerShell goes on behind its comma.
        let is_list_open = self.words.last().is_some_and(|word| word.joins);
        let goes_on = is_list_open && self.peek(0) == Some('\n');
        if !self.words.is_empty() && !goes_on {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[track_caller]
    fn check(script: &str, expected: &[&str]) {
        let commands = commands("a.sh", script).expect("all quotes end");
        let shown = |words: Vec<super::Word>| {
            let words: Vec<String> = words.into_iter().map(|word| word.text).collect();
            words.join("|")
        };
        let shown: Vec<String> = commands.into_iter().map(shown).collect();
        assert_eq!(shown, expected, "{script}");
    }

    #[test]
    fn words_and_quotes() {
        check("a  'b c'\td\"e f\"g", &["a|b c|de fg"]);
        check(
            r#"--x id="/a b" "{name:`"q`"}" "\"z\"""#,
            &["--x|id=/a b|{name:\"q\"}|\"z\""],
        );
        check(r"C:\path\to a\ b", &[r"C:\path\to|a b"]);
        check("'' x", &["|x"]);
        check("\"a\nb\" c", &["a\nb|c"]);
    }

    #[test]
    fn commands_end_with_their_line_or_a_sign() {
        check(
            "a b\nc; d && e | f\n\n",
            &["a b", "c", "d", "e", "f"].map(|one| match one {
                "a b" => "a|b",
                one => one,
            }),
        );
        check("a \\\n b `\n c ^\n d", &["a|b|c|d"]);
        check("a \\  \n b", &["a|b"]);
        check("a # b c\n# d\n<# e\nf #> g", &["a", "g"]);
        check("a#b", &["a#b"]);
        check("x '1', '2',\n '3' -y", &["x|1|2|3|-y"]);
        check("[{id:a},{id:b}] c", &["[{id:a},{id:b}]|c"]);
        check("a \\", &["a|\\"]);
        check("<# no end", &[]);
    }

    #[test]
    fn an_open_quote_is_told_with_its_place() {
        let refused = commands("a.sh", "a\n b 'c\nd").expect_err("a quote is open");
        assert_eq!(
            refused.to_string(),
            "a.sh:2:4: the quote ' has no end: expected another one"
        );
    }
}
