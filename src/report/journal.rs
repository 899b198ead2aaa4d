//! `journal.jsonl`: every fault, control step and verdict, one JSON object a line.

use crate::metrics::journal::JournalEntry;

/// The journal as text, in the order given: `{"at_ms":…,"kind":…,"subject":…,"text":…}` a line.
pub fn lines(entries: &[JournalEntry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let quoted = |words: &str| serde_json::Value::from(words).to_string();
        text += &format!(
            "{{\"at_ms\":{},\"kind\":\"{}\",\"subject\":{},\"text\":{}}}\n",
            entry.at.as_millis(),
            entry.kind.name(),
            quoted(&entry.subject),
            quoted(&entry.text)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::metrics::journal::{JournalEntry, JournalKind};
    use crate::time::SimTime;

    #[test]
    fn every_entry_is_one_line_of_json() {
        let entry = JournalEntry {
            at: SimTime::from_secs(3),
            kind: JournalKind::Fault,
            subject: "East US".to_owned(),
            text: "dark, \"memory kept\"\nuntil 9:00".to_owned(),
        };
        let text = super::lines(&[entry]);
        assert_eq!(
            text,
            "{\"at_ms\":3000,\"kind\":\"fault\",\"subject\":\"East US\",\
             \"text\":\"dark, \\\"memory kept\\\"\\nuntil 9:00\"}\n"
        );
        let value: serde_json::Value = serde_json::from_str(&text).expect("the line is JSON");
        assert_eq!(value["at_ms"], 3000);
    }
}
