//! The journal with what was decided in it: every verdict, at its time.

use crate::checks::{Findings, Status, Verdict};
use crate::metrics::journal::{JournalEntry, JournalKind};
use crate::time::SimTime;

/// Adds the verdicts of a run that ended at `end`: each at the instant it was first violated or was
/// decided, and at the end when it has none of its own.
pub(super) fn with_verdicts(
    mut journal: Vec<JournalEntry>,
    findings: &Findings,
    end: SimTime,
) -> Vec<JournalEntry> {
    let verdicts = findings.expectations.iter().chain(&findings.checks);
    journal.extend(verdicts.map(|verdict| entry(verdict, end)));
    // Stable: what was decided at an instant stands after what happened then.
    journal.sort_by_key(|entry| entry.at);
    journal
}

fn entry(verdict: &Verdict, end: SimTime) -> JournalEntry {
    let text = match verdict.status {
        Status::Pass => format!("holds: {}", verdict.observed),
        Status::Fail => format!(
            "FAILS: {} where {} was demanded",
            verdict.observed, verdict.limit
        ),
        Status::NotEvaluated => format!("not evaluated: {}", verdict.detail),
    };
    JournalEntry {
        at: verdict.at.unwrap_or(end),
        kind: JournalKind::Verdict,
        subject: verdict.name.clone(),
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::with_verdicts;
    use crate::checks::{Agreement, Findings, Status, Verdict};
    use crate::metrics::journal::{JournalEntry, JournalKind};
    use crate::time::SimTime;

    #[test]
    fn verdicts_stand_at_their_time() {
        let verdict = |name: &str, status, at| Verdict {
            name: name.to_owned(),
            status,
            observed: "seen".to_owned(),
            limit: "more".to_owned(),
            at,
            detail: "nobody looked".to_owned(),
            subjects: Vec::new(),
        };
        let findings = Findings {
            expectations: vec![
                verdict("first", Status::Fail, Some(SimTime::from_secs(5))),
                verdict("second", Status::NotEvaluated, None),
            ],
            checks: vec![verdict("third", Status::Pass, Some(SimTime::from_secs(7)))],
            agreement: Agreement::default(),
            writes: None,
        };
        let fault = JournalEntry {
            at: SimTime::from_secs(5),
            kind: JournalKind::Fault,
            subject: "east".to_owned(),
            text: "dark".to_owned(),
        };
        let journal = with_verdicts(vec![fault], &findings, SimTime::from_secs(9));
        let lines: Vec<String> = journal
            .iter()
            .map(|entry| format!("{} {}: {}", entry.at.as_millis(), entry.subject, entry.text))
            .collect();
        assert_eq!(
            lines,
            [
                "5000 east: dark",
                "5000 first: FAILS: seen where more was demanded",
                "7000 third: holds: seen",
                "9000 second: not evaluated: nobody looked",
            ]
        );
        assert!(
            journal[1..]
                .iter()
                .all(|entry| entry.kind == JournalKind::Verdict)
        );
    }
}
