//! Outlines of texts, right ones and others.

use crate::scenario::outline::{Parts, outline, runaway_text, unclosed};

fn names(text: &str) -> Vec<String> {
    match outline(text, 0).parts {
        Parts::Fields(fields) => fields
            .iter()
            .map(|entry| format!("{}={}", entry.name.of(text), entry.value.span.of(text)))
            .collect(),
        other => panic!("expected fields, found {other:?}"),
    }
}

#[test]
fn fields_keep_their_values_and_lose_comments() {
    let text = "#![enable(implicit_some)]\n( // one\n a: \"x, (\", /* two, /* nested */ */ b \
                : [1, 2] /* three */, c: Poisson(\"60/s\"), r#do: r#\"\"]\"#,)";
    assert_eq!(
        names(text),
        [
            "a=\"x, (\"",
            "b=[1, 2]",
            "c=Poisson(\"60/s\")",
            "r#do=r#\"\"]\"#"
        ]
    );
}

#[test]
fn the_innermost_open_bracket_is_named() {
    assert_eq!(unclosed("(a: [1, (2), 3)"), Some(0));
    assert_eq!(unclosed("(a: [1, (2)"), Some(4));
    assert_eq!(unclosed("(a: \")\")"), None);
}

#[test]
fn any_text_has_an_outline() {
    for text in [
        "", "(", "([{", ")", ",,,", "(a:", "(a:,)", "\"", "r#\"", "'", "é(", "/*",
    ] {
        let node = outline(text, 0);
        assert!(node.span.end <= text.len(), "{text}");
        let _ = unclosed(text);
        let _ = runaway_text(text, text.len());
    }
}
