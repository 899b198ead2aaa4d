//! Strong convergence: replicas that have applied the same effects hold the same state, at all
//! times. Source: Shapiro and others, "Conflict-free replicated data types", 2011.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::checks::sample::Clock;
use crate::checks::verdict::Verdict;
use crate::history::{Event, Fingerprint, Observation, Roster};
use crate::id::{InstanceId, ShardId};
use crate::time::SimTime;

/// States kept for each shard: the latest, whoever showed them. A replica that reaches a state
/// later than that is compared with nobody.
const STATES_MAX: usize = 64;

/// Compares the digests of replicas with equal clocks, linked or not.
#[derive(Clone, Debug)]
pub struct Convergence {
    roster: Roster,
    states: BTreeMap<ShardId, VecDeque<State>>,
    compared: u64,
    violations: u64,
    violators: BTreeSet<InstanceId>,
    first: Option<Violation>,
}

/// A state some replica has shown.
#[derive(Clone, Debug)]
struct State {
    clock: Clock,
    digest: u64,
    instance: InstanceId,
    at: SimTime,
}

#[derive(Clone, Debug)]
struct Violation {
    at: SimTime,
    seen: Fingerprint,
    against: State,
}

impl Convergence {
    /// Nothing seen yet.
    pub fn new(roster: Roster) -> Self {
        Self {
            roster,
            states: BTreeMap::new(),
            compared: 0,
            violations: 0,
            violators: BTreeSet::new(),
            first: None,
        }
    }

    /// Takes in the next observation.
    pub fn observe(&mut self, observation: &Observation) {
        let Event::Fingerprint(print) = &observation.event else {
            return;
        };
        if print.merging {
            return;
        }
        let at = observation.at;
        let states = self.states.entry(print.shard).or_default();
        let known = states.iter().position(|state| state.clock == print.clock);
        let Some(place) = known else {
            if states.len() == STATES_MAX {
                states.pop_front();
            }
            let Fingerprint {
                clock,
                digest,
                instance,
                ..
            } = *print;
            states.push_back(State {
                clock,
                digest,
                instance,
                at,
            });
            return;
        };
        let state = states.remove(place).expect("it was found there");
        self.compared += u64::from(state.instance != print.instance);
        if state.digest != print.digest {
            self.violations += 1;
            self.violators.extend([state.instance, print.instance]);
            let against = state.clone();
            self.first.get_or_insert(Violation {
                at,
                seen: *print,
                against,
            });
        }
        states.push_back(state);
    }

    /// The verdict.
    pub fn finish(self) -> Vec<Verdict> {
        let open = Verdict::open("strong convergence", "equal clocks, equal digests");
        let verdict = match &self.first {
            Some(first) => {
                let observed = format!("{} differences at equal clocks", self.violations);
                open.decided(false, Some(first.at), observed)
                    .befalling(self.violators.iter().copied())
                    .with_detail(self.detail(first))
            }
            None if self.compared == 0 => open.with_detail("no two replicas had equal clocks"),
            None => open.decided(true, None, format!("{} comparisons agree", self.compared)),
        };
        vec![verdict]
    }

    fn detail(&self, violation: &Violation) -> String {
        let Violation { at, seen, against } = violation;
        format!(
            "shard {} at clock {:?}: {} has {:016x} at {at}, {} had {:016x} at {}",
            seen.shard.0,
            seen.clock,
            self.roster.name(seen.instance),
            seen.digest,
            self.roster.name(against.instance),
            against.digest,
            against.at,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Convergence, STATES_MAX};
    use crate::checks::verdict::{Status, Verdict};
    use crate::history::fixture::{ASIA, EAST, WEST, at, print, roster};
    use crate::history::{Event, Fingerprint};

    fn judge(history: &[(u64, Fingerprint)]) -> Verdict {
        let mut check = Convergence::new(roster(3));
        for (seconds, print) in history {
            check.observe(&at(*seconds, Event::Fingerprint(*print)));
        }
        check.finish().remove(0)
    }

    #[test]
    fn different_clocks_may_hold_different_states() {
        let history = [
            (1, print(EAST, &[1, 0], 7)),
            (1, print(WEST, &[0, 1], 8)),
            (2, print(EAST, &[1, 1], 9)),
            (3, print(WEST, &[1, 1], 9)),
        ];
        assert_eq!(judge(&history).status, Status::Pass);
    }

    #[test]
    fn equal_clocks_with_different_digests_fail() {
        let verdict = judge(&[(1, print(EAST, &[1, 1], 7)), (1, print(WEST, &[1, 1], 8))]);
        assert_eq!(verdict.status, Status::Fail);
        for part in ["shard 0", "[1, 1, 0, 0, 0]", "west", "east", "1s"] {
            assert!(
                verdict.detail.contains(part),
                "{part} in {}",
                verdict.detail
            );
        }
    }

    #[test]
    fn it_fails_across_samples_and_without_a_link() {
        let alone = Fingerprint {
            linked: false,
            ..print(WEST, &[4, 1], 8)
        };
        let verdict = judge(&[
            (1, print(EAST, &[4, 1], 7)),
            (2, print(EAST, &[5, 1], 6)),
            (9, alone),
        ]);
        assert_eq!(verdict.status, Status::Fail);
    }

    #[test]
    fn a_half_merged_state_is_not_judged() {
        let merging = Fingerprint {
            merging: true,
            ..print(WEST, &[1, 1], 8)
        };
        let verdict = judge(&[(1, print(EAST, &[1, 1], 7)), (1, merging)]);
        assert_eq!(verdict.status, Status::NotEvaluated);
    }

    #[test]
    fn memory_stays_bounded() {
        let mut check = Convergence::new(roster(3));
        for seq in 0..10_000 {
            check.observe(&at(seq, Event::Fingerprint(print(ASIA, &[seq], seq))));
        }
        assert!(
            check
                .states
                .values()
                .all(|states| states.len() <= STATES_MAX)
        );
    }
}
