//! Did you mean …?

/// How alike two names must be for one to be offered for the other.
const ALIKE_MIN: f64 = 0.8;

/// The name most like `found`, if one is like enough; of equals the first.
pub(super) fn closest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = found.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for name in known {
        let likeness = strsim::jaro_winkler(&wanted, &name.to_lowercase());
        if likeness >= ALIKE_MIN && best.is_none_or(|(so_far, _)| likeness > so_far) {
            best = Some((likeness, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Names as a sentence has them: `` `a`, `b` and `c` ``.
pub(super) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.as_slice() {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_others_are_not() {
        let regions = ["East US", "East US 2", "West Europe"];
        assert_eq!(closest("Wets Europe", regions), Some("West Europe"));
        assert_eq!(closest("eastus", regions), Some("East US"));
        assert_eq!(closest("Mars", regions), None);
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
