//! Redis' glob patterns, as `KEYS` and `SCAN … MATCH` take them.
//!
//! Source: Redis source, `stringmatchlen` in src/util.c.

/// Whether all of `text` matches `pattern`: `*`, `?`, `[a-z]`, `[^x]`, and `\` before a literal.
pub(in crate::instance) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    // On a mismatch only the latest star can take one byte more: earlier ones need not be retried.
    let (mut pattern_at, mut text_at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        if pattern.get(pattern_at) == Some(&b'*') {
            pattern_at += 1;
            retry = Some((pattern_at, text_at));
            continue;
        }
        if text_at == text.len() && pattern_at == pattern.len() {
            return true;
        }
        let step = text
            .get(text_at)
            .and_then(|&byte| one(&pattern[pattern_at..], byte));
        match (step, retry) {
            (Some(length), _) => (pattern_at, text_at) = (pattern_at + length, text_at + 1),
            (None, Some((star, taken))) if taken < text.len() => {
                retry = Some((star, taken + 1));
                (pattern_at, text_at) = (star, taken + 1);
            }
            (None, _) => return false,
        }
    }
}

/// How much of `pattern` matches the one `byte`, if it does.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern {
        [] => None,
        [b'?', ..] => Some(1),
        [b'[', ..] => {
            let (found, length) = class(pattern, byte);
            found.then_some(length)
        }
        [b'\\', literal, ..] => (*literal == byte).then_some(2),
        [literal, ..] => (*literal == byte).then_some(1),
    }
}

/// Whether `byte` is in the class that opens `pattern`, and the class's length. A class that is not
/// closed reaches to the end.
fn class(pattern: &[u8], byte: u8) -> (bool, usize) {
    let negated = pattern.get(1) == Some(&b'^');
    let mut at = 1 + usize::from(negated);
    let mut found = false;
    while let Some(&first) = pattern.get(at) {
        match (first, &pattern[at + 1..]) {
            (b'\\', [literal, ..]) => {
                found |= *literal == byte;
                at += 2;
            }
            (b']', _) => {
                at += 1;
                break;
            }
            (_, [b'-', last, ..]) => {
                let (low, high) = (first.min(*last), first.max(*last));
                found |= (low..=high).contains(&byte);
                at += 3;
            }
            _ => {
                found |= first == byte;
                at += 1;
            }
        }
    }
    (found != negated, at)
}

#[cfg(test)]
mod tests {
    use super::matches;

    fn check(pattern: &str, text: &str, expect: bool) {
        assert_eq!(
            matches(pattern.as_bytes(), text.as_bytes()),
            expect,
            "{pattern} on {text}"
        );
    }

    #[test]
    fn globs() {
        check("*", "", true);
        check("", "", true);
        check("", "a", false);
        check("h?llo", "hello", true);
        check("h?llo", "hllo", false);
        check("h*llo", "heeeello", true);
        check("h[ae]llo", "hallo", true);
        check("h[ae]llo", "hillo", false);
        check("h[^e]llo", "hello", false);
        check("h[a-c]llo", "hbllo", true);
        check("h[c-a]llo", "hbllo", true);
        check("a\\*b", "a*b", true);
        check("a\\*b", "axb", false);
        check("*a*b*c", "xxaxxbxxc", true);
        check("*a*b*c", "xxaxxbxx", false);
        check("[ab", "b", true);
        check("a\\", "a\\", true);
        check("user:*:name", "user:1:2:name", true);
    }
}
