//! `meridian explain`: a code or a name in words, with its source.

use crate::assumption::{Assumptions, Listed};
use crate::catalogue::nearest;
use crate::checks::listed;
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::control::Refusal;
use crate::scenario;
use crate::scenario::diagnostic::{self, Code};

/// The name under which the file format is explained.
const FORMAT: &str = "scenario";

/// Prints what there is to say about `code`.
///
/// # Errors
/// When there is nothing of that name, or it cannot be printed.
pub(super) fn explain(terminal: &Terminal, words: &[String]) -> Result<Exit, Error> {
    let name = words.join(" ");
    let text = match explanation(name.trim()) {
        Some(text) => text,
        // Several codes, unless they are the words of one name.
        None if words.iter().any(|word| explanation(word).is_some()) => {
            let texts = words
                .iter()
                .map(|word| explanation(word).ok_or_else(|| unknown(word)));
            texts.collect::<Result<Vec<String>, Error>>()?.join("\n")
        }
        None => return Err(unknown(name.trim())),
    };
    terminal.data(&text)?;
    Ok(Exit::Holds)
}

fn explanation(code: &str) -> Option<String> {
    format(code)
        .or_else(|| mistake(code))
        .or_else(|| refusal(code))
        .or_else(|| assumption(code))
        .or_else(|| check(code))
}

fn format(code: &str) -> Option<String> {
    code.eq_ignore_ascii_case(FORMAT).then(scenario::reference)
}

fn mistake(code: &str) -> Option<String> {
    diagnostic::explain(code).map(|explanation| format!("{explanation}\n"))
}

fn refusal(code: &str) -> Option<String> {
    let refusal = Refusal::ALL
        .iter()
        .find(|one| one.id().eq_ignore_ascii_case(code))?;
    // An accepted request whose operation fails later is no refusal, but is explained with them.
    let (kind, then) = if refusal.status() == 202 {
        let then = "the resource state and the link state show the failure";
        ("a failed operation", then)
    } else {
        let then =
            "nothing has changed; the request stands in the outcome's `control` as `refused`";
        ("a refusal", then)
    };
    Some(format!(
        "{}: {kind} of the control plane, HTTP {}\n\n\
         What: {refusal}.\n\
         Then: {then}.\n\
         Do:   {}.\n\
         Rule: {}.\n",
        refusal.id(),
        refusal.status(),
        refusal.remedy(),
        refusal.source()
    ))
}

fn assumption(code: &str) -> Option<String> {
    let is_meant = |one: &Listed| one.id.eq_ignore_ascii_case(code) || one.field == code;
    let one = Assumptions::default().listed().into_iter().find(is_meant)?;
    Some(format!(
        "{}: {}\n\n\
         Default: {}\n\
         Takes:   {}, {}\n\
         Why:     {}\n\
         Set it:  `assumptions: ({}: …)` in a scenario, or `--set assumptions.{}=…`\n",
        one.id, one.meaning, one.value, one.unit, one.range, one.reason, one.field, one.field
    ))
}

fn check(code: &str) -> Option<String> {
    let one = listed::listed(code)?;
    let kind = match one.form {
        None => "a check of every run".to_owned(),
        Some(form) => format!("an expectation, written `{form}`"),
    };
    Some(format!(
        "{}: {kind}\n\nDemands: {}\nBasis:   {}\n",
        one.name, one.meaning, one.basis
    ))
}

fn unknown(code: &str) -> Error {
    let assumptions = Assumptions::default().listed();
    let mut known = vec![FORMAT];
    known.extend(Code::ALL.iter().map(|code| code.id()));
    known.extend(Refusal::ALL.iter().map(|refusal| refusal.id()));
    known.extend(assumptions.iter().map(|one| one.id));
    known.extend(listed::ALL.iter().map(|one| one.name));
    let near: Vec<String> = nearest(code, known)
        .into_iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let hint = match near.as_slice() {
        [] => "; `meridian catalogue` lists errors, assumptions and checks".to_owned(),
        near => format!(": did you mean {}?", near.join(" or ")),
    };
    Error::UnknownCode {
        code: code.to_owned(),
        hint,
    }
}
