//! Sources as the rules read them.

use std::fs;
use std::path::Path;

/// One file of Rust.
pub(super) struct Source {
    /// Its path from the top of the repository, with `/` between folders.
    pub(super) path: String,
    /// What is written in it.
    pub(super) text: String,
    /// The same with comments, strings and characters blanked, line by line.
    pub(super) code: String,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: blank(text),
        }
    }

    /// The room a file under `src` belongs to; none for `lib.rs`, `main.rs` and other folders.
    pub(super) fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let first = inside.split('/').next().expect("a path has a first part");
        let room = first.strip_suffix(".rs").unwrap_or(first);
        (room != "lib" && room != "main").then_some(room)
    }

    /// The line a byte of the code stands in, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.code[..offset].matches('\n').count() + 1
    }

    /// `what` is wrong at a byte of the code.
    pub(super) fn wrong(&self, offset: usize, what: &str) -> String {
        format!("{}:{}: {what}", self.path, self.line(offset))
    }

    /// Every identifier of the code, with its offset.
    pub(super) fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut offset = 0;
        self.code
            .split_inclusive(move |c| !is_word(c))
            .filter_map(move |part| {
                let at = offset;
                offset += part.len();
                let word = part.trim_end_matches(|c| !is_word(c));
                (!word.is_empty()).then_some((at, word))
            })
    }

    /// What stands before and after an identifier, without the space between.
    pub(super) fn around(&self, offset: usize, word: &str) -> (&str, &str) {
        (
            self.code[..offset].trim_end(),
            self.code[offset + word.len()..].trim_start(),
        )
    }
}

/// The top of the repository.
pub(super) fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All sources of the repository, by path.
pub(super) fn tree() -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in ["src", "tests", "benches"] {
        files(&top().join(folder), "rs", &mut paths);
    }
    paths
        .iter()
        .map(|path| Source::new(path, &read(path)))
        .collect()
}

/// The text of a file, by its path from the top.
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(top().join(path)).expect("what was listed can be read")
}

/// The names in a folder, in order; none when it does not exist.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let name = |entry: Result<fs::DirEntry, std::io::Error>| {
        let entry = entry.expect("a folder can be listed");
        entry
            .file_name()
            .into_string()
            .expect("names in the repository are Unicode")
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

/// The files below a folder that end in `.{extension}`, by their paths from the top; none of what
/// cargo made.
pub(super) fn files(folder: &Path, extension: &str, into: &mut Vec<String>) {
    for name in names(folder) {
        let path = folder.join(&name);
        if name == "target" {
            continue;
        }
        if path.is_dir() {
            files(&path, extension, into);
        } else if path.extension().is_some_and(|found| found == extension) {
            let path = path.strip_prefix(top()).expect("it lies in the repository");
            into.push(
                path.to_str()
                    .expect("names in the repository are Unicode")
                    .to_owned(),
            );
        }
    }
}

/// Replaces comments, strings and characters by spaces; line breaks stay.
fn blank(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let blanked = blanked_length(rest, code.chars().next_back());
        let taken = blanked.unwrap_or(first.len_utf8());
        let (now, later) = rest.split_at(taken);
        if blanked.is_some() {
            code.extend(
                now.bytes()
                    .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
            );
        } else {
            code.push_str(now);
        }
        rest = later;
    }
    code
}

/// How long the comment, string or character is that `text` begins with; none when it begins with
/// something else.
fn blanked_length(text: &str, before: Option<char>) -> Option<usize> {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(block_comment(text));
    }
    if text.starts_with('"') {
        return Some(quoted(text, '"'));
    }
    if let Some(after) = text.strip_prefix('\'') {
        let mut chars = after.chars();
        let (one, two) = (chars.next()?, chars.next()?);
        return (one == '\\' || two == '\'').then(|| quoted(text, '\''));
    }
    let raw = text
        .strip_prefix("br")
        .or_else(|| text.strip_prefix('r'))
        .filter(|_| !in_word)?;
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    let body = raw[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(text.len() - body.len() + length)
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let here = &text.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of what stands between two equal quotes, with them.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[test]
fn only_code_is_left() {
    let check = |text: &str, words: &[&str]| {
        let source = Source::new("src/made_up.rs", text);
        assert_eq!(source.code.len(), text.len());
        let found: Vec<&str> = source.words().map(|(_, word)| word).collect();
        assert_eq!(found, words, "{text}");
    };
    check("a // b\nc", &["a", "c"]);
    check("a /* b /* c */ d */ e", &["a", "e"]);
    check(r#"a "b \" c" d"#, &["a", "d"]);
    check("a r#\"b \" c\"# d br\"e\" f", &["a", "d", "f"]);
    check("a 'b' '\\'' c::<'d> é", &["a", "c", "d", "é"]);
    check("let r = for_r;", &["let", "r", "for_r"]);
}
