//! What can be judged, by name: for the catalogue and for `explain`.

/// A built-in check, or an expectation of a scenario.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its name in verdicts.
    pub name: &'static str,
    /// How a scenario's `expect` writes it; `None` for a check, which judges every run.
    pub form: Option<&'static str>,
    /// What it demands.
    pub meaning: &'static str,
    /// What it rests on, and when it says nothing.
    pub basis: &'static str,
}

/// Checks first, then expectations.
pub const ALL: &[Listed] = &[
    check(
        "strong convergence",
        "Members that have seen the same effects hold the same state, at all times.",
        "A digest of each shard at every sample, compared wherever the clocks are equal. Source: \
         Shapiro and others, \"Conflict-free replicated data types\", 2011.",
    ),
    check(
        super::quiescence::QUIESCENCE,
        "At the end all linked members agree, or every difference has an excuse.",
        "The samples of the settle phase. Excuses are what keeps effects from arriving for good: a \
         region still dark, a member unlinked, a shard out of memory; and that they are still on \
         their way. Tells of members that are out of memory and answer nobody.",
    ),
    check(
        "acknowledged writes",
        "Every acknowledged write is in exactly one class: present, superseded, overwritten or \
         lost.",
        "Counts kept by every member, for each origin, where writes are applied and replaced.",
    ),
    check(
        "writes one by one",
        "Every acknowledged write, followed from its acknowledgement to its end, is in the class \
         the tallies have it in.",
        "Contexts and stamps of all effects, and the clocks at the end; needs full detail, which a \
         run has up to full_detail_operations and `meridian replay` always, and CausalFirst.",
    ),
    check(
        "memory ledger",
        "The bytes charged for each kind of memory equal a recount of what is held.",
        "A recount of each shard at the end of the run.",
    ),
    check(
        "metadata rates",
        "While all members replicate, metadata stays within what the last effects leave behind, or \
         shrinks.",
        "A-REPORT, A-SLICE and A-RECORD say how soon and how much; not evaluated when the group \
         was never undisturbed for long enough.",
    ),
    expectation(
        "ConvergesWithin",
        "ConvergesWithin(\"60s\")",
        "All linked members agree within this time after the storm, on all that was made until \
         then. Looked at every 100 ms at first, then every eighth of the time passed, and with \
         each sample.",
    ),
    expectation(
        "StaysApart",
        "StaysApart",
        "At the end members differ, each difference with an excuse.",
    ),
    expectation("NoOom", "NoOom", "No shard ever runs out of memory."),
    expectation(
        "OomBetween",
        "OomBetween(on: \"redis-eu\", from: \"2h\", to: \"3h\")",
        "An instance's first shard runs out of memory in this span.",
    ),
    expectation(
        "MemoryOf",
        "MemoryOf(on: \"redis-eu\", kind: Unstable, below: \"1GB\")",
        "A kind of memory of an instance (Values, Keys, Metadata, Tombstones, Unstable, Backlog, \
         SyncBuffers) lies in bounds: at its peak, or at the time `at`.",
    ),
    expectation(
        "MetadataBelowWithin",
        "MetadataBelowWithin(below: \"1MB\", after: \"20m\", within: \"5m\")",
        "Unstable metadata and tombstones of every linked member fall below an amount in time.",
    ),
    expectation(
        "LostWrites",
        "LostWrites(equals: 0)",
        "So many acknowledged writes are held by no replica any more; also `at_least`, `at_most`.",
    ),
    expectation(
        "OverwrittenWrites",
        "OverwrittenWrites(at_most: 100)",
        "So many acknowledged writes were hidden by concurrent ones; also `equals`, `at_least`.",
    ),
    expectation(
        "Sometimes",
        "Sometimes(FullSync)",
        "Something happens at least once: BacklogOverrun, PartialSync, FullSync, OomRefusal, \
         ReplicationStopped, MessageDropped, ConcurrentWrite, AddWins, ConcurrentIncrement, \
         RuleFired.",
    ),
];

const fn check(name: &'static str, meaning: &'static str, basis: &'static str) -> Listed {
    Listed {
        name,
        form: None,
        meaning,
        basis,
    }
}

const fn expectation(name: &'static str, form: &'static str, meaning: &'static str) -> Listed {
    let basis = "Judged over the whole run; one that is never evaluated fails.";
    Listed {
        name,
        form: Some(form),
        meaning,
        basis,
    }
}

/// The check or expectation called `name`, in any case, with dashes or spaces.
pub fn listed(name: &str) -> Option<&'static Listed> {
    let wanted = name.replace('-', " ");
    ALL.iter()
        .find(|one| one.name.eq_ignore_ascii_case(&wanted))
}

#[cfg(test)]
mod tests {
    use super::{ALL, listed};
    use crate::assumption::Assumptions;
    use crate::assumption::Lww;
    use crate::checks::verdict::Verdict;
    use crate::checks::{convergence, counted, ledger, quiescence, rates, writes};
    use crate::history::fixture::roster;
    use crate::time::{SimDuration, SimTime};

    #[test]
    fn every_check_is_listed() {
        let mut verdicts: Vec<Verdict> = convergence::Convergence::new(roster(2)).finish();
        let quiescence = quiescence::Quiescence::new(roster(2), SimDuration::ZERO, SimTime::ZERO);
        verdicts.extend(quiescence.finish().0);
        verdicts.extend(writes::Writes::new(roster(2)).finish().0);
        verdicts.extend(counted::Counted::new(roster(2), Lww::CausalFirst).finish());
        verdicts.extend(ledger::Ledger::new(roster(2)).finish());
        verdicts.extend(rates::Rates::new(roster(2), &Assumptions::default()).finish());
        let names: Vec<&str> = verdicts
            .iter()
            .map(|verdict| verdict.name.as_str())
            .collect();
        let checks = ALL.iter().filter(|one| one.form.is_none());
        assert_eq!(names, checks.map(|one| one.name).collect::<Vec<_>>());
    }

    #[test]
    fn names_are_found_as_people_write_them() {
        let found = |name: &str| listed(name).map(|one| one.name);
        assert_eq!(found("memory-ledger"), Some("memory ledger"));
        assert_eq!(found("nooom"), Some("NoOom"));
        assert_eq!(found("no oom"), None);
    }
}
