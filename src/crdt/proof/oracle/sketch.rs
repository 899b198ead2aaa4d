//! HyperLogLogs, by the definitions.

use std::collections::BTreeMap;

use super::{Oracle, Rank, bits};
use crate::crdt::effect::Update;

impl Oracle<'_> {
    fn raised(&self, index: usize) -> Option<&[(u16, u8)]> {
        let mut updates = self.ops[index].updates.iter();
        updates.find_map(|update| match update {
            Update::Raise(registers) => Some(registers.as_slice()),
            _ => None,
        })
    }

    /// The removals that each op knows of when it is made: those it has seen, and those that
    /// additions it has seen knew of.
    fn known_removals(&self) -> Vec<u64> {
        let mut known: Vec<u64> = Vec::new();
        for op in self.ops {
            known.push(self.removals_behind(op.observed, &known));
        }
        known
    }

    fn removals_behind(&self, seen: u64, known: &[u64]) -> u64 {
        let behind = bits(seen).map(|index| {
            let own = u64::from(self.removes_key(index)) << index;
            own | self.raised(index).map_or(0, |_| known[index])
        });
        behind.fold(0, |all, some| all | some)
    }

    /// The registers of all additions that know of every removal that is known, and the stamp of
    /// the newest.
    pub(super) fn sketch(&self, delivered: u64) -> (Option<BTreeMap<u16, u8>>, Option<Rank>) {
        let known = self.known_removals();
        let removals = self.removals_behind(delivered, &known);
        let survives = |index: &usize| {
            self.raised(*index).is_some() && removals & !(known[*index] | 1 << *index) == 0
        };
        let surviving: Vec<usize> = bits(delivered).filter(survives).collect();
        let mut registers = BTreeMap::new();
        let mut newest = BTreeMap::new();
        for index in &surviving {
            for (register, value) in self.raised(*index).into_iter().flatten() {
                let held: &mut u8 = registers.entry(*register).or_default();
                *held = (*held).max(*value);
            }
            // Of one origin's additions the last counts, whatever its clock showed.
            newest.insert(self.ops[*index].dot.origin, self.stamp(*index));
        }
        let is_live = !surviving.is_empty();
        (is_live.then_some(registers), newest.into_values().max())
    }
}
