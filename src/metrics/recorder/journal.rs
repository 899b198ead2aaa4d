//! The journal: what happened, in words.

use std::collections::BTreeMap;

use crate::history::{
    ControlResult, ControlSeen, Event, FaultSeen, LinkEvent, Observation, Roster, RuleEvent,
};
use crate::id::{InstanceId, ShardId};
use crate::metrics::journal::{JournalEntry, JournalKind};
use crate::quantity::Bytes;
use crate::time::SimTime;

/// Entries of one kind about one subject that are written out; those beyond are counted.
const ENTRIES_MAX: u64 = 200;

/// The entries so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal {
    entries: Vec<JournalEntry>,
    written: BTreeMap<(&'static str, String), Written>,
}

/// How much there is about one subject.
#[derive(Clone, Debug)]
struct Written {
    kind: JournalKind,
    entries: u64,
    last: SimTime,
}

impl Journal {
    /// Takes in the next observation.
    pub(super) fn observe(&mut self, observation: &Observation, roster: &Roster, rules: &[String]) {
        let (kind, subject, text) = match &observation.event {
            Event::Fault(seen) => fault(seen, roster),
            Event::Control(seen) => control(seen, roster),
            Event::Rule { rule, on, what } => {
                let name = roster.name(*on);
                let text = match what {
                    RuleEvent::Fires => format!("fires on {name}"),
                    RuleEvent::Resolves => format!("resolves on {name}"),
                    RuleEvent::Acts => format!("the operator acts on it at {name}"),
                };
                (JournalKind::Alert, rules[*rule].clone(), text)
            }
            Event::Memory {
                instance,
                shard,
                full,
            } => {
                let what = if *full {
                    "is out of memory"
                } else {
                    "has room again"
                };
                let subject = roster.name(*instance).to_owned();
                (
                    JournalKind::Memory,
                    subject,
                    format!("shard {} {what}", shard.0),
                )
            }
            Event::Evicting { instance, shard } => {
                let subject = roster.name(*instance).to_owned();
                let text = format!("shard {} begins to evict keys", shard.0);
                (JournalKind::Memory, subject, text)
            }
            Event::Inconsistent { instance, begins } => {
                let text = if *begins {
                    "is inconsistent for want of memory and answers nobody"
                } else {
                    "has taken its peers' state and answers again"
                };
                let subject = roster.name(*instance).to_owned();
                (JournalKind::Memory, subject, text.to_owned())
            }
            Event::Link {
                from,
                to,
                shard,
                what,
            } => {
                let Some(text) = link(*shard, *what) else {
                    return;
                };
                (JournalKind::Link, link_name(*from, *to, roster), text)
            }
            _ => return,
        };
        self.write(JournalEntry {
            at: observation.at,
            kind,
            subject,
            text,
        });
    }

    /// All entries by time, with a last one for each subject of which some were left out.
    pub(super) fn finish(mut self) -> Vec<JournalEntry> {
        for ((_, subject), written) in self.written {
            let left_out = written.entries.saturating_sub(ENTRIES_MAX);
            if left_out > 0 {
                let Written { kind, last: at, .. } = written;
                let text =
                    format!("{left_out} more entries of this kind, up to here, are left out");
                self.entries.push(JournalEntry {
                    at,
                    kind,
                    subject,
                    text,
                });
            }
        }
        self.entries.sort_by_key(|entry| entry.at);
        self.entries
    }

    fn write(&mut self, entry: JournalEntry) {
        let JournalEntry { at, kind, .. } = entry;
        let key = (kind.name(), entry.subject.clone());
        let written = self.written.entry(key).or_insert(Written {
            kind,
            entries: 0,
            last: at,
        });
        written.entries += 1;
        written.last = at;
        if written.entries <= ENTRIES_MAX {
            self.entries.push(entry);
        }
    }
}

fn fault(seen: &FaultSeen, roster: &Roster) -> (JournalKind, String, String) {
    let names: Vec<&str> = seen
        .regions
        .iter()
        .map(|id| roster.regions[*id].as_str())
        .collect();
    let what = if seen.begins { "begins" } else { "ends" };
    (
        JournalKind::Fault,
        names.join(", "),
        format!("{} {what}", seen.label),
    )
}

fn control(seen: &ControlSeen, roster: &Roster) -> (JournalKind, String, String) {
    let request = &seen.request;
    let text = match seen.result {
        ControlResult::Accepted => format!("{request}: accepted"),
        ControlResult::Succeeded => format!("{request}: done"),
        ControlResult::Failed(_) => format!("{request}: failed, {}", seen.text),
        ControlResult::Learned => {
            let about = seen.dropped.or(seen.joined);
            let name = about.map_or("", |id| roster.name(id));
            format!("{request} of {name}: learned from another member")
        }
        ControlResult::Refused(_) => format!("{request}: refused, {}", seen.text),
    };
    (JournalKind::Control, roster.name(seen.on).to_owned(), text)
}

fn link_name(from: InstanceId, to: InstanceId, roster: &Roster) -> String {
    format!("{}->{}", roster.name(from), roster.name(to))
}

/// What happened to a link; none for what happens to single messages, which is only counted.
fn link(shard: Option<ShardId>, what: LinkEvent) -> Option<String> {
    let text = match what {
        LinkEvent::Broken => "broken".to_owned(),
        LinkEvent::Resumed => "carries effects again".to_owned(),
        LinkEvent::PartialSync => "resumes from the backlog".to_owned(),
        LinkEvent::FullSyncStarted { keys, bytes } => {
            format!(
                "full synchronisation of {keys} keys, {}, begins",
                Bytes(bytes)
            )
        }
        LinkEvent::FullSyncDone => "full synchronisation is done".to_owned(),
        LinkEvent::Overrun => "the backlog no longer has what the peer needs".to_owned(),
        LinkEvent::Stopped => "replication stops for want of memory".to_owned(),
        LinkEvent::Stalled => "nothing comes in any more".to_owned(),
        LinkEvent::Exited => "replication ends for want of memory".to_owned(),
        LinkEvent::Dropped | LinkEvent::Refused => return None,
    };
    Some(match shard {
        Some(shard) => format!("shard {}: {text}", shard.0),
        None => text,
    })
}
