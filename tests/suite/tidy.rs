//! The house rules that no compiler holds. Each rule is a small function from sources to what is
//! wrong with them, and has a made-up source in which it must find something.

mod doors;
mod floors;
mod layout;
mod shape;
mod source;
mod types;

use source::Source;

/// Fails with everything that breaks a rule, one a line.
fn assert_none(violations: &[String]) {
    assert!(
        violations.is_empty(),
        "{} violations\n{}",
        violations.len(),
        violations.join("\n")
    );
}

/// Applies a rule for single sources to the whole tree.
fn assert_everywhere(rule: impl Fn(&Source) -> Vec<String>) {
    let violations: Vec<String> = source::tree().iter().flat_map(rule).collect();
    assert_none(&violations);
}

/// A rule must find something in this source, and nothing once `bad` is `good`.
fn assert_bites(rule: impl Fn(&Source) -> Vec<String>, path: &str, bad: &str, good: &str) {
    let judge = |text: &str| rule(&Source::new(path, text));
    assert!(!judge(bad).is_empty(), "the rule overlooks\n{bad}");
    assert_none(&judge(good));
}
