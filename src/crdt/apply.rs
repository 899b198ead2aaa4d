//! An effect arrives at a key: each of its parts goes where it belongs.

use crate::crdt::Arrival;
use crate::crdt::clock::VersionVector;
use crate::crdt::effect::{Beyond, Change, Part};
use crate::crdt::expiry::{Chain, Limit};
use crate::crdt::hyperloglog::Raise;
use crate::crdt::removals::Removals;
use crate::crdt::run::{Reach, RunId};
use crate::crdt::scalar::Text;
use crate::crdt::tally::Tally;
use crate::crdt::typed::Types;
use crate::crdt::value::{Name, Value};
use crate::crdt::zset::Score;

/// The state of a key, opened up for one effect.
pub(crate) struct Application<'a> {
    pub(crate) types: &'a mut Types,
    pub(crate) limits: &'a mut Chain,
    pub(crate) removed: &'a mut Removals,
    pub(crate) arrival: Arrival<'a>,
    pub(crate) tally: &'a mut Tally,
}

impl Application<'_> {
    pub(crate) fn change(&mut self, change: &Change) {
        match change {
            Change::Write(value) => self.write(None, value, true, None),
            Change::Parts(parts) => parts.iter().for_each(|part| self.part(part)),
            Change::Message(_) | Change::Life => {}
        }
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Anew { field: None } => self.limits.void(&self.arrival),
            Part::Anew { field: Some(name) } => self.types.hash_mut().void(name, &self.arrival),
            Part::Remove => self.remove(),
            Part::RemoveField(name) => {
                self.types
                    .hash_mut()
                    .remove_field(name, &self.arrival, self.tally);
            }
            Part::RemoveMember(name) => {
                self.types
                    .set_mut()
                    .remove_member(name, &self.arrival, self.tally);
            }
            Part::Erase { field, erasures } => self.erase(field.as_ref(), erasures),
            Part::Write {
                field,
                value,
                persists,
                beyond,
            } => {
                self.write(field.as_ref(), value, *persists, beyond.as_deref());
            }
            Part::Add { field, run, reach } => self.add(field.as_ref(), *run, **reach),
            Part::AddMember(name) => {
                self.types.set_mut().add(name, &self.arrival, self.tally);
            }
            Part::SetScore { .. }
            | Part::AddScore { .. }
            | Part::EraseScore { .. }
            | Part::RemoveScore(_) => self.score(part),
            Part::Insert(insertion) => {
                let list = self.types.list_mut();
                list.insert(insertion, &self.arrival, self.tally);
            }
            Part::RemoveElements { ids, is_taken } => {
                let list = self.types.list_mut();
                list.remove_elements(ids, *is_taken, &self.arrival, self.tally);
            }
            Part::Stream(op) => self.types.stream_mut().take(op, &self.arrival, self.tally),
            Part::Raise(raise) => self.raise(raise),
            Part::Json(edits) => {
                let json = self.types.json_mut();
                json.edit(edits, &self.arrival, self.tally);
            }
            Part::Limit {
                field,
                deadline_ms,
                beyond,
            } => {
                let (limit, beyond) = (Limit(*deadline_ms), beyond.as_deref());
                match field {
                    None => self.limit(limit, beyond),
                    Some(name) => {
                        let hash = self.types.hash_mut();
                        hash.limit(name, limit, beyond, &self.arrival, self.tally);
                    }
                }
            }
        }
    }

    /// Takes away the key.
    fn remove(&mut self) {
        let known = self.removed.dots();
        self.types.remove_key(&self.arrival, &known, self.tally);
        self.limits.remove(&self.arrival.before());
        self.removed
            .join(self.arrival.stamp.dot, self.arrival.after);
    }

    fn score(&mut self, part: &Part) {
        let sorted = self.types.sorted_set_mut();
        match part {
            Part::SetScore {
                member,
                score,
                beyond,
            } => {
                let entry = Score::entry(self.arrival.stamp, *score);
                sorted.write(member, entry, beyond.as_deref(), &self.arrival, self.tally);
            }
            Part::AddScore { member, run, reach } => {
                sorted.add(member, *run, **reach, &self.arrival, self.tally);
            }
            Part::EraseScore { member, erasures } => {
                sorted.erase(member, erasures, &self.arrival, self.tally);
            }
            Part::RemoveScore(name) => sorted.remove_member(name, &self.arrival, self.tally),
            _ => unreachable!("a part of a sorted set"),
        }
    }

    fn raise(&mut self, raise: &Raise) {
        let known = self.removed.dots();
        let loglog = self.types.hyperloglog_mut();
        loglog.take(raise, &known, &self.arrival, self.tally);
        self.removed.foresee(&raise.removals);
    }

    fn erase(&mut self, field: Option<&Name>, erasures: &[(RunId, Reach)]) {
        match field {
            None => self
                .types
                .string_mut()
                .erase(erasures, &self.arrival, self.tally),
            Some(name) => self
                .types
                .hash_mut()
                .erase(name, erasures, &self.arrival, self.tally),
        }
    }

    fn add(&mut self, field: Option<&Name>, run: RunId, reach: Reach) {
        match field {
            None => self
                .types
                .string_mut()
                .add(run, reach, &self.arrival, self.tally),
            Some(name) => self
                .types
                .hash_mut()
                .add(name, run, reach, &self.arrival, self.tally),
        }
    }

    fn write(
        &mut self,
        field: Option<&Name>,
        value: &Value,
        persists: bool,
        beyond: Option<&Beyond>,
    ) {
        if let Some(name) = field {
            let written = (value, persists);
            self.types
                .hash_mut()
                .write(name, written, beyond, &self.arrival, self.tally);
            return;
        }
        let entry = Text::entry(self.arrival.stamp, value.clone(), persists);
        if persists {
            self.limit(Limit(None), beyond.map(|beyond| &beyond.limit));
        }
        let gate = self.arrival.gate();
        let beyond = beyond.map(|beyond| &beyond.write);
        self.types
            .string_mut()
            .write(entry, beyond, &gate, &self.arrival, self.tally);
    }

    fn limit(&mut self, limit: Limit, beyond: Option<&VersionVector>) {
        let gate = self.arrival.gate();
        self.limits
            .write(limit, beyond, &gate, &self.arrival, self.tally);
    }
}
