//! The shape of files and functions, and words that do not belong into them.

use super::assert_bites;
use super::source::Source;

/// The wall for a file; 350 lines are a reason to look for the second subject.
const FILE_LINES: usize = 500;
/// The wall for a function.
const FUNCTION_LINES: usize = 70;
/// The wall for a line.
const LINE_WIDTH: usize = 100;
/// The wall for `main.rs`: parse, run, exit.
const MAIN_LINES: usize = 40;

#[test]
fn files_stay_short() {
    super::assert_everywhere(long_files);
}

#[test]
fn long_files_are_found() {
    let good = "//\n".repeat(FILE_LINES);
    assert_bites(long_files, "src/made_up.rs", &format!("{good}//\n"), &good);
    let main = "//\n".repeat(MAIN_LINES);
    assert_bites(long_files, "src/main.rs", &format!("{main}//\n"), &main);
}

#[test]
fn functions_stay_short() {
    super::assert_everywhere(long_functions);
}

#[test]
fn long_functions_are_found() {
    let function = |lines: usize| format!("fn f(a: [u8; 2]) {{\n{}}}", "    a();\n".repeat(lines));
    let good = function(FUNCTION_LINES - 2);
    assert_bites(
        long_functions,
        "src/made_up.rs",
        &function(FUNCTION_LINES - 1),
        &good,
    );
    let nested = format!("impl A {{\n{good}\n{good}\nfn g();\n}}\n// fn h() {{");
    assert_bites(long_functions, "src/made_up.rs", &function(200), &nested);
}

#[test]
fn lines_stay_narrow() {
    super::assert_everywhere(wide_lines);
}

#[test]
fn wide_lines_are_found() {
    let good = "é".repeat(LINE_WIDTH);
    assert_bites(wide_lines, "tests/made_up.rs", &format!("{good}é"), &good);
}

#[test]
fn nothing_is_left_for_later_or_skipped() {
    super::assert_everywhere(banned);
}

#[test]
fn banned_words_are_found() {
    let check = |bad: &str| assert_bites(banned, "src/made_up.rs", bad, "// done\nfn f() {}");
    check(concat!("// TO", "DO: later"));
    check(concat!("/// FIX", "ME"));
    check(concat!("fn f() { to", "do!() }"));
    check(concat!("fn f() { unimpl", "emented!(\"x\") }"));
    check(concat!("fn f() { d", "bg!(x); }"));
    check(concat!("#[ign", "ore]\nfn f() {}"));
    check(concat!("#[ign", "ore = \"slow\"]\nfn f() {}"));
    check(concat!("#[should", "_panic]\nfn f() {}"));
    check(concat!("// see /wo", "rk/notes"));
}

#[test]
fn imports_name_what_they_import() {
    super::assert_everywhere(globs);
}

#[test]
fn globs_are_found() {
    let good = "use super::f;\nmod tests { use super::*; }\nfn g() -> u8 { 2 * 3 }";
    assert_bites(globs, "src/made_up.rs", "use crate::crdt::*;", good);
    assert_bites(globs, "src/made_up.rs", "use std::{fmt::*, io};", good);
}

#[test]
fn the_library_defines_nothing() {
    super::assert_everywhere(definitions);
}

#[test]
fn definitions_are_found() {
    let good = "//! A tour.\n\n#![forbid(unsafe_code)]\n\n/// One.\npub mod id;\nmod time;\n";
    assert_bites(definitions, "src/lib.rs", "pub struct A;", good);
    assert_bites(definitions, "src/lib.rs", "pub use id::Id;", good);
    assert_bites(definitions, "src/lib.rs", "mod id { fn f() {} }", good);
}

fn long_files(source: &Source) -> Vec<String> {
    let wall = if source.path == "src/main.rs" {
        MAIN_LINES
    } else {
        FILE_LINES
    };
    let lines = source.text.lines().count();
    let wrong = || format!("{}: {lines} lines, the wall is {wall}", source.path);
    (lines > wall).then(wrong).into_iter().collect()
}

fn wide_lines(source: &Source) -> Vec<String> {
    let wide = source
        .text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.chars().count()));
    wide.filter(|(_, width)| *width > LINE_WIDTH)
        .map(|(line, width)| format!("{}:{line}: {width} characters wide", source.path))
        .collect()
}

fn long_functions(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    for (at, word) in source.words().filter(|(_, word)| *word == "fn") {
        let Some(end) = body_end(&source.code[at + word.len()..]) else {
            continue;
        };
        let lines = source.line(at + word.len() + end) - source.line(at) + 1;
        if lines > FUNCTION_LINES {
            wrong.push(source.wrong(at, &format!("a function of {lines} lines")));
        }
    }
    wrong
}

/// Where the body of a function ends, from behind its `fn`; none when it has no body.
fn body_end(code: &str) -> Option<usize> {
    let (mut nesting, mut braces) = (0_i32, 0_i32);
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' => nesting += 1,
            ')' | ']' => nesting -= 1,
            ';' if nesting == 0 && braces == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces <= 0 {
                    return (braces == 0).then_some(at);
                }
            }
            _ => {}
        }
        // A type `fn(A) -> B` ends with what it stands in.
        if nesting < 0 {
            return None;
        }
    }
    None
}

fn banned(source: &Source) -> Vec<String> {
    let anywhere = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("/wo", "rk/"),
        concat!("../sha", "red"),
    ];
    let in_code = [
        concat!("to", "do!"),
        concat!("unimpl", "emented!"),
        concat!("d", "bg!"),
        concat!("#[ign", "ore"),
        concat!("should", "_panic"),
    ];
    let mut wrong = Vec::new();
    for (text, words) in [(&source.text, &anywhere[..]), (&source.code, &in_code[..])] {
        for (line, content) in text.lines().enumerate() {
            let found = words.iter().filter(|word| content.contains(**word));
            let path = &source.path;
            wrong.extend(found.map(|word| format!("{path}:{}: `{word}`", line + 1)));
        }
    }
    wrong
}

fn globs(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    for (at, _) in source.code.match_indices("::*") {
        let statement = source.code[..at].rsplit(';').next().unwrap_or_default();
        // A test module beside its code sees all of it: the one glob that hides nothing.
        let is_test_of_this_file = source.code[..at].ends_with("use super");
        let is_use = statement.split_whitespace().any(|word| word == "use");
        if is_use && !is_test_of_this_file {
            wrong.push(source.wrong(at, "a glob import"));
        }
    }
    wrong
}

/// What `lib.rs` holds beside its documentation, attributes and `mod` lines.
fn definitions(source: &Source) -> Vec<String> {
    if source.path != "src/lib.rs" {
        return Vec::new();
    }
    let is_module = |line: &str| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.starts_with("mod ") && line.ends_with(';')
    };
    let lines = source.code.lines().map(str::trim).enumerate();
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with("#!["))
        .filter(|(_, line)| !is_module(line))
        .map(|(at, line)| format!("{}:{}: `{line}` is no module", source.path, at + 1))
        .collect()
}
