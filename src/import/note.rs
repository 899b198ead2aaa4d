//! What is said in comments of the scenario.

/// A comment, in one line as yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Note {
    /// What it says.
    pub text: String,
    /// Whether the scenario does not load until it is seen to.
    pub blocks: bool,
    /// What stands below it, each on a line of its own, however long.
    pub below: Vec<String>,
}

impl Note {
    /// Says something that can be left as it is.
    pub(super) fn aside(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            blocks: false,
            below: Vec::new(),
        }
    }

    /// Says what keeps the scenario from loading.
    pub(super) fn block(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            blocks: true,
            below: Vec::new(),
        }
    }

    /// The same with lines below it that are not broken.
    pub(super) fn with(mut self, below: Vec<String>) -> Self {
        self.below = below;
        self
    }

    /// The comment as lines indented by `indent` spaces.
    pub(super) fn lines(&self, indent: usize) -> String {
        const WIDTH: usize = 100;
        let mark = if self.blocks { "!! " } else { "" };
        let margin = " ".repeat(indent);
        let mut lines = String::new();
        let mut line = format!("{margin}// {mark}");
        let mut is_empty = true;
        for word in plain(&self.text).split(' ') {
            let width = line.chars().count() + 1 + word.chars().count();
            if !is_empty && width > WIDTH {
                lines.push_str(line.trim_end());
                lines.push('\n');
                line = format!("{margin}//   ");
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
        for line in &self.below {
            lines.push_str(&format!("{margin}//   {}\n", plain(line)));
        }
        lines
    }
}

/// A text as one line, whatever it was: a comment ends with its line.
fn plain(text: &str) -> String {
    let letter = |letter: char| match letter {
        letter if letter.is_control() => letter.escape_default().to_string(),
        '\u{2028}' | '\u{2029}' => letter.escape_unicode().to_string(),
        letter => letter.to_string(),
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::Note;

    #[test]
    fn long_comments_are_broken_and_no_line_break_gets_through() {
        let note = Note::block(format!("{} `a\nb\u{2028}`", "word ".repeat(20).trim_end()));
        let lines = note.lines(4);
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("    // !! word word"));
        assert!(lines[1].starts_with("    //   ") && lines[1].ends_with("`a\\nb\\u{2028}`"));
        assert_eq!(Note::aside("x").lines(0), "// x\n");
    }
}
