//! Files that were right once: whatever happens to them, messages come out, and their places exist.

use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};

use super::{EVERYTHING, SMALL};
use crate::scenario::parse;

/// One piece of damage.
#[derive(Clone, Debug)]
enum Damage {
    /// A byte becomes another.
    Replace(usize, u8),
    /// The rest is lost.
    Truncate(usize),
    /// A slice stands somewhere else, too.
    Repeat(usize, usize, usize),
    /// A slice is lost.
    Remove(usize, usize),
    /// A token of the format appears.
    Insert(usize, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let tokens = prop::sample::select(vec![
        "(", ")", "[", "]", "{", "\"", ":", ",", "//", "/*", "r#\"", "'", "-", "1e999", "NaN", "-1",
        "18446744073709551615", "99999999999999999999999", "\"18446744073709551615ns\"",
        "\"0s\"", "\"100%\"", "\"99999999999TB\"", "Some(", "é", "\u{feff}", "#![enable(x)]", "Heal()",
        "name", "\"\"", "inf", "0x", "..", "\\",
    ]);
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        any::<usize>().prop_map(Damage::Truncate),
        (any::<usize>(), 0_usize..60, any::<usize>())
            .prop_map(|(from, length, to)| Damage::Repeat(from, length, to)),
        (any::<usize>(), 0_usize..60).prop_map(|(from, length)| Damage::Remove(from, length)),
        (any::<usize>(), tokens).prop_map(|(at, token)| Damage::Insert(at, token)),
    ]
}

fn damaged(text: &str, damages: &[Damage]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for damage in damages {
        let length = bytes.len();
        let place = |at: usize| at % (length + 1);
        match *damage {
            Damage::Replace(at, byte) if length > 0 => bytes[at % length] = byte,
            Damage::Replace(..) => {}
            Damage::Truncate(at) => bytes.truncate(place(at).max(length / 2)),
            Damage::Repeat(from, count, to) => {
                let from = place(from);
                let slice = bytes[from..(from + count).min(length)].to_vec();
                let to = place(to);
                bytes.splice(to..to, slice);
            }
            Damage::Remove(from, count) => {
                let from = place(from);
                bytes.drain(from..(from + count).min(length));
            }
            Damage::Insert(at, token) => {
                let at = place(at);
                bytes.splice(at..at, token.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Loads what must not panic, and checks every place of every message.
fn survives(text: &str, overrides: &[String]) {
    let Err(mistakes) = parse("damaged.ron", text, overrides) else { return };
    assert!(!mistakes.list().is_empty(), "no plan, so some mistake");
    for mistake in mistakes.list() {
        let mut spans = vec![mistake.span];
        spans.extend(mistake.related.iter().map(|(span, _)| *span));
        spans.extend(mistake.fix.iter().map(|fix| fix.span));
        for span in spans {
            let locus = mistakes.source().locus(span);
            let document = &mistakes.source().documents()[locus.document];
            assert!(
                document.text.get(locus.span.start..locus.span.end).is_some(),
                "{mistake:?} lies within its document"
            );
        }
    }
    assert!(mistakes.render(true).contains("mistake"));
    assert!(mistakes.render(false).contains("damaged.ron"));
}

proptest! {
    #[test]
    fn no_damage_panics(damages in prop::collection::vec(damage(), 1..6)) {
        survives(&damaged(EVERYTHING, &damages), &[]);
        survives(&damaged(SMALL, &damages), &[]);
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        survives(&text, &[]);
    }

    #[test]
    fn no_override_panics(
        path in "(seed|storm|traffic|timeline|instances|fill)(\\.(0|1|writers|at|do|sku|x|é)){0,3}",
        value in prop_oneof![any::<String>(), "[-0-9a-z\"()\\[\\]:, /*\\\\é]{0,12}"],
    ) {
        survives(SMALL, &[format!("{path}={value}"), "settle=1m".to_owned()]);
    }
}

#[test]
fn deep_nesting_is_a_mistake() {
    for open in ["(", "[", "{", "a(", "(a:", "Some("] {
        survives(&open.repeat(100_000), &[]);
        survives(&format!("(routes: {})", open.repeat(300)), &["seed=1".to_owned()]);
    }
    let mixture = "(delay: Mixture([(".repeat(60);
    survives(&format!("(routes: [{mixture}"), &[]);
    let nested = format!("{}\"1ms\"{}", "Mixture([(".repeat(40), ", 1)])".repeat(40));
    let routes = format!("routes: [(between: (\"East US\", \"West Europe\"), delay: {nested})], fill");
    survives(&SMALL.replacen("fill", &routes, 1), &["storm=1x".to_owned()]);
}
