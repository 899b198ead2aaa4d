//! The codes of scenario mistakes: stable, and each explained.

mod table;

use std::fmt;

pub use table::Code;

/// What `meridian explain` says about a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// The kind of mistake.
    pub code: Code,
    /// Its name, a few words.
    pub title: &'static str,
    /// What it means.
    pub what: &'static str,
    /// Why it is a mistake.
    pub why: &'static str,
    /// How to mend it.
    pub mend: &'static str,
}

/// The explanation of a code such as `E0301`; upper or lower case.
pub fn explain(code: &str) -> Option<Explanation> {
    let wanted = code.trim();
    let found = Code::ALL.iter().find(|known| known.id().eq_ignore_ascii_case(wanted))?;
    Some(found.explanation())
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id())
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}: {}\n", self.code, self.title)?;
        writeln!(formatter, "What: {}", self.what)?;
        writeln!(formatter, "Why:  {}", self.why)?;
        write!(formatter, "Fix:  {}", self.mend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_explain_themselves() {
        assert!(Code::ALL.windows(2).all(|pair| pair[0].id() < pair[1].id()));
        for code in Code::ALL {
            let explanation = explain(&code.id().to_lowercase()).expect("every code is known");
            assert_eq!(explanation.code, *code);
            for text in [explanation.what, explanation.why, explanation.mend] {
                assert!(text.ends_with('.'), "{code}: {text}");
            }
        }
        assert_eq!(explain("E9999"), None);
    }
}
