//! Wrong files in one table: what each message says is found, where, and what is expected instead.

use super::{SMALL, mistakes};

/// A mistake made in the small scenario, and what must be said of it.
struct Wrong {
    /// What is replaced, by what.
    edit: (&'static str, &'static str),
    /// Where the message points: at the start of this, in the changed text.
    at: &'static str,
    /// What was found.
    found: &'static str,
    /// What was expected, or what to do.
    expected: &'static str,
}

const fn wrong(
    edit: (&'static str, &'static str),
    at: &'static str,
    found: &'static str,
    expected: &'static str,
) -> Wrong {
    Wrong {
        edit,
        at,
        found,
        expected,
    }
}

const WHOLE: &str = "expected a whole number";
const DURATION: &str = "expected something like `250us`";
const RATIO: &str = "expected something like `80%`";
const RATE: &str = "expected something like `300/s`";
const BYTES: &str = "expected something like `120B`";

/// Words and fields that are not known, missing, repeated or of the wrong kind.
const WORDS: &[Wrong] = &[
    wrong(
        ("storm:", "strom:"),
        "strom:",
        "unknown field `strom`",
        "did you mean `storm`?",
    ),
    wrong(
        ("name: \"redis-eu\"", "name: \"redis--eu\""),
        "\"redis--eu\"",
        "no instance can be called `redis--eu`",
        "accepted: 1 to 60 letters, digits and single hyphens inside",
    ),
    wrong(
        (
            "expect: [",
            "arms: [(name: \"cut\", timeline: [(at: \"1m\", do: Heal())])], expect: [",
        ),
        "Heal())])",
        "nothing is cut",
        "so it is in the arm `cut`",
    ),
    wrong(
        ("Heal()", "Heale()"),
        "Heale",
        "unknown `Heale`",
        "did you mean `Heal`?",
    ),
    wrong(
        ("NoOom", "NoOOM"),
        "NoOOM",
        "unknown `NoOOM`",
        "did you mean `NoOom`?",
    ),
    wrong(
        ("    storm: \"1h\",\n", ""),
        "(\n",
        "has no `storm`",
        "add `storm: \"8h\"`",
    ),
    wrong(
        (", region: \"East US\"", ""),
        "(name: \"redis-us\"",
        "has no `region`",
        "add `region:",
    ),
    wrong(
        (", sku: \"Balanced_B3\"", ""),
        "(name: \"redis-us\"",
        "has no `sku`",
        "add `sku:",
    ),
    wrong(
        ("name: \"redis-us\", ", ""),
        "(region",
        "has no `name`",
        "add `name:",
    ),
    wrong(
        ("seed: 7", "seed: 7, seed: 8"),
        "seed: 8",
        "`seed` is given twice",
        "first given here",
    ),
    wrong(
        ("\"East US\"", "\"Eest US\""),
        "\"Eest US\"",
        "unknown region",
        "did you mean `East US`?",
    ),
    wrong(
        ("Balanced_B3", "Balanced_B33"),
        "\"Balanced_B33\"",
        "unknown SKU",
        "did you mean",
    ),
    wrong(
        ("drop: \"redis-us\"", "drop: \"redis\""),
        "\"redis\"",
        "unknown instance",
        "known here",
    ),
    wrong(
        ("keys: \"user:\"", "keys: \"usr:\""),
        "\"usr:\"",
        "unknown population",
        "did you mean",
    ),
    wrong(
        ("redis-eu", "redis-us"),
        "\"redis-us\", region: \"West",
        "two instances",
        "used again",
    ),
    wrong(
        ("redis-us", "redis\0us"),
        "\"redis\0us",
        "cannot be used",
        "1 to 64 printable",
    ),
    wrong(
        (
            "(\"East US\", \"West Europe\")",
            "(\"East US\", \"East US\")",
        ),
        "(\"East US\", \"East US\")",
        "a region and itself",
        "the same region twice",
    ),
    wrong(
        ("seed: 7,", "assumptions: (mirror: \"yes\"),"),
        "\"yes\"",
        "found a text",
        "expected `true` or `false`",
    ),
];

/// Numbers that are none, negative, too large, or out of range.
const NUMBERS: &[Wrong] = &[
    wrong(("\"1h\"", "\"1\""), "\"1\"", "it has no unit", DURATION),
    wrong(
        ("\"1h\"", "\"1 hour\""),
        "\"1 hour\"",
        "`hour` is no unit",
        DURATION,
    ),
    wrong(
        ("\"1h\"", "3600"),
        "3600",
        "found a number",
        "write it like `\"30s\"`",
    ),
    wrong(
        ("\"1h\"", "\"300000000h\""),
        "\"300000000h\"",
        "it is too large",
        DURATION,
    ),
    wrong(
        ("\"20m\"", "\"-20m\""),
        "\"-20m\"",
        "it is negative",
        DURATION,
    ),
    wrong(
        ("\"20m\"", "\"3h\""),
        "\"3h\"",
        "3h is too late",
        "expected 1h at the latest",
    ),
    wrong(("\"60s\"", "60"), "60)", "found a number", "write it like"),
    wrong(
        ("\"1KB\"", "\"1kilo\""),
        "\"1kilo\"",
        "`kilo` is no unit",
        BYTES,
    ),
    wrong(
        ("\"1KB\"", "\"99999999999999999999TB\""),
        "\"9999",
        "it is too large",
        BYTES,
    ),
    wrong(("60/s", "-60/s"), "\"-60/s\"", "it is negative", RATE),
    wrong(
        ("60/s", "0/s"),
        "\"0/s\"",
        "the rate is 0/s",
        "expected from 0.001/s to 10M/s",
    ),
    wrong(("60/s", "NaN/s"), "\"NaN/s\"", "it has no number", RATE),
    wrong(("80%", "-5%"), "\"-5%\"", "it is negative", RATIO),
    wrong(
        ("80%", "200%"),
        "\"200%\"",
        "`above` is 200%",
        "expected from 0.0001% to 100%",
    ),
    wrong(("80%", "NaN%"), "\"NaN%\"", "it has no number", RATIO),
    wrong(("seed: 7", "seed: 7.5"), "7.5", "found a fraction", WHOLE),
    wrong(("seed: 7", "seed: NaN"), "NaN", "found a word", WHOLE),
    wrong(
        ("seed: 7", "seed: -1"),
        "-1",
        "out of range",
        "must not be negative",
    ),
    wrong(("keys: 1000", "keys: inf"), "inf", "found a word", WHOLE),
    wrong(
        ("keys: 1000", "keys: 99999999999999999999"),
        "99999",
        "out of range",
        "more than this",
    ),
    wrong(
        ("keys: 1000", "keys: 4000000000"),
        "4000000000",
        "the keys take",
        "does not fit",
    ),
    wrong(
        ("keys: 1000", "keys: 0"),
        "0, value",
        "a key space of 0",
        "at least 1",
    ),
    wrong(
        ("schema_version: 1", "schema_version: 99"),
        "99",
        "99 is not known",
        "reads version 1",
    ),
];

fn assert_told(wrong: &Wrong) {
    let (from, to) = wrong.edit;
    assert!(SMALL.contains(from), "{from} is in the small scenario");
    let text = SMALL.replacen(from, to, 1);
    assert_placed(&text, wrong.at, &[wrong.found, wrong.expected]);
}

/// The first mistake points at the start of `at`, counted in characters, and says all of `words`.
fn assert_placed(text: &str, at: &str, words: &[&str]) {
    let told = mistakes(text, &[]).to_string();
    let start = text.find(at).expect("the place is in the text");
    let line = text[..start].matches('\n').count() + 1;
    let before = text[..start].rsplit('\n').next().unwrap_or_default();
    let column = before.chars().count() + 1;
    let place = format!("--> test.ron:{line}:{column}\n");
    let first = told.split("\n\nerror").next().unwrap_or_default();
    assert!(first.contains(&place), "expected {place} in {told}");
    for word in words {
        assert!(first.contains(word), "expected {word} in {told}");
    }
}

#[test]
fn words_that_are_wrong() {
    WORDS.iter().for_each(assert_told);
}

#[test]
fn numbers_that_are_wrong() {
    NUMBERS.iter().for_each(assert_told);
}

/// Columns are counted in characters, whatever stands before, and with either end of line.
#[test]
fn places_are_right_behind_wide_characters_and_carriage_returns() {
    let text = SMALL.replacen(
        "What does a short cut cost?\",",
        "Wäß 日本 🎉?\", storn: 1,",
        1,
    );
    assert_placed(
        &text,
        "storn",
        &["unknown field `storn`", "did you mean `storm`?"],
    );
    let text = SMALL
        .replace('\n', "\r\n")
        .replacen("seed: 7", "seed: x", 1);
    assert_placed(&text, "x,\r", &[WHOLE]);
}

#[test]
fn groups_of_a_wrong_size() {
    let east = "(name: \"redis-us\", region: \"East US\", sku: \"Balanced_B3\"),";
    let west = "(name: \"redis-eu\", region: \"West Europe\", sku: \"Balanced_B3\"),";
    let none = SMALL.replacen(east, "", 1).replacen(west, "", 1);
    assert_placed(
        &none,
        "[\n",
        &["a group of 0 instances", "expected 1 to 5 instances"],
    );
    let five: String = (0..5)
        .map(|number| west.replace("redis-eu", &format!("r{number}")))
        .collect();
    let six = SMALL.replacen(west, &five, 1);
    assert_placed(
        &six,
        "[\n",
        &["a group of 6 instances", "expected 1 to 5 instances"],
    );
}

/// Texts that are no scenario at all.
#[test]
fn texts_that_are_none() {
    let starter = "`meridian new` writes a starter";
    for text in ["", "\n\n   \n", "// nothing\n", "/* nothing */"] {
        assert_placed(text, "", &["there is no scenario in it", starter]);
    }
    assert_placed(
        "{\"name\": \"json\"}",
        "{",
        &["found a map", "fields in parentheses"],
    );
    assert_placed("name: x\nstorm: 1h\n", ":", &["behind the end", starter]);
    assert_placed(&format!("{SMALL}\n[]"), "[]", &["behind the end", starter]);
    let open = SMALL.trim_end().trim_end_matches(')');
    assert_placed(open, "(", &["`(` is never closed", "opened here"]);
    let marked = format!("\u{feff}{SMALL}");
    assert_placed(
        &marked,
        "\u{feff}",
        &["byte order mark", "without a byte order mark"],
    );
}

#[test]
fn nesting_that_is_too_deep_is_refused_and_not_followed() {
    let deep = [
        "(".repeat(100_000),
        SMALL.replacen(
            "timeline: [",
            &format!("timeline: {}", "[".repeat(50_000)),
            1,
        ),
        format!("(seed: {}1{})", "Some(".repeat(10_000), ")".repeat(10_000)),
    ];
    for text in &deep {
        let told = mistakes(text, &[]).to_string();
        assert!(
            told.contains("nested too deeply"),
            "{}",
            &told[..300.min(told.len())]
        );
        assert!(
            told.contains("deeper than is read"),
            "{}",
            &told[..300.min(told.len())]
        );
    }
}
