//! The memory ledger equals its recount from the state, kind by kind (contract C9).

use std::collections::BTreeSet;

use crate::checks::verdict::Verdict;
use crate::history::{Event, LedgerSeen, MemoryKind, Observation, Roster};
use crate::id::InstanceId;
use crate::time::SimTime;

/// Compares what was charged with what is there.
#[derive(Clone, Debug)]
pub struct Ledger {
    roster: Roster,
    recounts: u64,
    violations: u64,
    violators: BTreeSet<InstanceId>,
    first: Option<(SimTime, String)>,
}

impl Ledger {
    /// Nothing seen yet.
    pub fn new(roster: Roster) -> Self {
        Self {
            roster,
            recounts: 0,
            violations: 0,
            violators: BTreeSet::new(),
            first: None,
        }
    }

    /// Takes in the next observation.
    pub fn observe(&mut self, observation: &Observation) {
        let Event::Ledger(seen) = &observation.event else {
            return;
        };
        let Some(recount) = seen.recount else { return };
        self.recounts += 1;
        for (kind, (charged, counted)) in MemoryKind::ALL
            .into_iter()
            .zip(seen.used.into_iter().zip(recount))
        {
            if charged != counted {
                self.violations += 1;
                self.violators.insert(seen.instance);
                let text = self.words(seen, kind, charged, counted);
                self.first.get_or_insert((observation.at, text));
            }
        }
    }

    /// The verdict.
    pub fn finish(self) -> Vec<Verdict> {
        let open = Verdict::open("memory ledger", "charged bytes equal a recount");
        let verdict = match self.first {
            Some((at, detail)) => {
                let observed = format!("{} differences", self.violations);
                open.decided(false, Some(at), observed)
                    .befalling(self.violators)
                    .with_detail(detail)
            }
            None if self.recounts == 0 => open.with_detail("no sample had a recount"),
            None => open.decided(true, None, format!("{} recounts agree", self.recounts)),
        };
        vec![verdict]
    }

    fn words(&self, seen: &LedgerSeen, kind: MemoryKind, charged: u64, counted: u64) -> String {
        let (name, shard, kind) = (self.roster.name(seen.instance), seen.shard.0, kind.name());
        format!("{name} shard {shard} {kind}: {charged} bytes charged, {counted} counted")
    }
}

#[cfg(test)]
mod tests {
    use super::Ledger;
    use crate::checks::verdict::{Status, Verdict};
    use crate::history::fixture::{EAST, at, ledger, roster};
    use crate::history::{Event, LedgerSeen};

    fn judge(seen: LedgerSeen) -> Verdict {
        let mut check = Ledger::new(roster(1));
        check.observe(&at(3, Event::Ledger(seen)));
        check.finish().remove(0)
    }

    #[test]
    fn an_equal_recount_passes() {
        let seen = ledger(EAST, 500, 20);
        assert_eq!(
            judge(LedgerSeen {
                recount: Some(seen.used),
                ..seen
            })
            .status,
            Status::Pass
        );
        assert_eq!(judge(seen).status, Status::NotEvaluated);
    }

    #[test]
    fn one_byte_of_one_kind_fails() {
        let seen = ledger(EAST, 500, 20);
        let mut recount = seen.used;
        recount[4] -= 1;
        let verdict = judge(LedgerSeen {
            recount: Some(recount),
            ..seen
        });
        assert_eq!(verdict.status, Status::Fail);
        assert_eq!(
            verdict.detail,
            "east shard 0 unstable: 20 bytes charged, 19 counted"
        );
    }

    #[test]
    fn equal_totals_do_not_excuse_unequal_kinds() {
        let seen = ledger(EAST, 500, 20);
        let mut recount = seen.used;
        recount.swap(0, 4);
        assert_eq!(
            judge(LedgerSeen {
                recount: Some(recount),
                ..seen
            })
            .status,
            Status::Fail
        );
    }
}
