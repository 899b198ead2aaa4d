//! Where two runs of one plan first differ: in time where that can be told, else in the outcome.

use crate::report::{File, json};

/// The files that tell when something happened, the most telling one first.
const BY_TIME: [&str; 2] = ["journal.jsonl", "series.csv"];
/// The file compared field by field.
const OUTCOME: &str = "outcome.json";
/// How much of a line is quoted.
const QUOTED_MAX: usize = 160;

/// The first difference between the files of two runs, in a line; files that only one of them has
/// are left out. `None` when there is no difference.
pub(super) fn first(before: &[File], after: &[File]) -> Option<String> {
    let mut pairs: Vec<(&File, &File)> = before
        .iter()
        .filter_map(|old| Some((old, after.iter().find(|new| new.path == old.path)?)))
        .collect();
    // A stable sort: the files that tell no time stay in their order.
    pairs.sort_by_key(|(old, _)| rank(&old.path));
    let unequal = |pair: &&(&File, &File)| pair.0.text != pair.1.text;
    pairs
        .iter()
        .filter(unequal)
        .find_map(|(old, new)| match rank(&old.path) {
            OUTCOME_RANK => in_outcome(&old.text, &new.text).or_else(|| in_lines(old, new)),
            _ => in_lines(old, new),
        })
}

const OUTCOME_RANK: usize = BY_TIME.len();

fn rank(path: &str) -> usize {
    let by_time = BY_TIME.iter().position(|known| *known == path);
    by_time.unwrap_or(if path == OUTCOME {
        OUTCOME_RANK
    } else {
        OUTCOME_RANK + 1
    })
}

fn in_outcome(before: &str, after: &str) -> Option<String> {
    let (path, was, is) = json::first_difference(before, after)?;
    Some(format!(
        "{OUTCOME} `{path}`: {} became {}",
        quoted(&was),
        quoted(&is)
    ))
}

fn in_lines(before: &File, after: &File) -> Option<String> {
    let (mut old, mut new) = (before.text.lines(), after.text.lines());
    let mut number = 0;
    loop {
        number += 1;
        let (was, is) = (old.next(), new.next());
        if was.is_none() && is.is_none() {
            return None;
        }
        if was != is {
            let line = |line: Option<&str>| line.map_or("nothing".to_owned(), quoted);
            return Some(format!(
                "{} line {number}: {} became {}",
                before.path,
                line(was),
                line(is)
            ));
        }
    }
}

fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED_MAX) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::first;
    use crate::report::File;

    fn files(outcome: &str, journal: &str, chart: &str) -> Vec<File> {
        [
            ("charts/lag.svg", chart),
            ("journal.jsonl", journal),
            ("outcome.json", outcome),
        ]
        .map(|(path, text)| File {
            path: path.to_owned(),
            text: text.to_owned(),
        })
        .into()
    }

    #[test]
    fn what_tells_the_time_is_named_first() {
        let one = files(
            "{\"digest\": \"1\", \"links\": [{\"sent\": 3}]}",
            "a\nb\n",
            "<svg>",
        );
        assert_eq!(first(&one, &one), None);
        let all = files(
            "{\"digest\": \"2\", \"links\": [{\"sent\": 4}]}",
            "a\nc\n",
            "<g>",
        );
        assert_eq!(
            first(&one, &all).as_deref(),
            Some("journal.jsonl line 2: `b` became `c`")
        );
        let later = files(
            "{\"digest\": \"2\", \"links\": [{\"sent\": 4}]}",
            "a\nb\n",
            "<g>",
        );
        assert_eq!(
            first(&one, &later).as_deref(),
            Some("outcome.json `links.0.sent`: `3` became `4`")
        );
        let drawn = files(
            "{\"digest\": \"1\", \"links\": [{\"sent\": 3}]}",
            "a\nb\n",
            "<g>",
        );
        assert_eq!(
            first(&one, &drawn).as_deref(),
            Some("charts/lag.svg line 1: `<svg>` became `<g>`")
        );
        let longer = files("{}", "a\nb\nc\n", "");
        assert_eq!(
            first(&one, &longer).as_deref(),
            Some("journal.jsonl line 3: nothing became `c`")
        );
    }
}
