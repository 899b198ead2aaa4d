use super::{Agreement, Quiescence};
use crate::checks::verdict::{Status, Verdict};
use crate::history::fixture::{ASIA, EAST, WEST, at, cut, dark, link, print, roster, unlink};
use crate::history::{Event, Fingerprint, LinkEvent, Observation, UnderwaySeen};
use crate::id::InstanceId;
use crate::time::{SimDuration, SimTime};

fn judge(history: &[Observation]) -> (Verdict, Agreement) {
    judge_after(history, 1_000)
}

/// The same where the storm is over after so many seconds.
fn judge_after(history: &[Observation], storm: u64) -> (Verdict, Agreement) {
    let storm_end = SimTime::from_secs(storm);
    let mut check = Quiescence::new(roster(3), SimDuration::from_secs(20), storm_end);
    for observation in history {
        check.observe(observation);
    }
    let (mut verdicts, agreement) = check.finish();
    (verdicts.remove(0), agreement)
}

/// All three replicas at one instant.
fn sample(seconds: u64, clocks: [&[u64]; 3], digests: [u64; 3]) -> Vec<Observation> {
    [EAST, WEST, ASIA]
        .into_iter()
        .zip(clocks)
        .zip(digests)
        .map(|((instance, clock), digest)| {
            at(seconds, Event::Fingerprint(print(instance, clock, digest)))
        })
        .collect()
}

fn apart(seconds: u64) -> Vec<Observation> {
    sample(seconds, [&[5, 3, 3], &[2, 3, 3], &[5, 3, 3]], [1, 2, 1])
}

#[test]
fn agreement_passes_and_is_dated() {
    let mut history = apart(10);
    history.extend(sample(20, [&[5, 3, 3]; 3], [1; 3]));
    history.extend(sample(30, [&[5, 3, 3]; 3], [1; 3]));
    let (verdict, agreement) = judge(&history);
    assert_eq!(verdict.status, Status::Pass);
    assert!(agreement.all);
    assert_eq!(agreement.since, Some(SimTime::from_secs(20)));
}

#[test]
fn a_difference_without_an_excuse_fails() {
    let (verdict, agreement) = judge(&apart(10));
    assert_eq!(verdict.status, Status::Fail);
    let found: Vec<_> = agreement
        .differences
        .iter()
        .map(|found| found.between)
        .collect();
    assert_eq!(found, [[EAST, WEST], [WEST, ASIA]]);
    assert!(
        verdict.detail.contains("east and west differ in shard 0"),
        "{}",
        verdict.detail
    );
}

#[test]
fn equal_clocks_have_no_excuse() {
    let mut history = vec![at(1, cut(0, 1, true))];
    history.extend(sample(10, [&[5, 3, 3]; 3], [1, 2, 1]));
    assert_eq!(judge(&history).0.status, Status::Fail);
}

#[test]
fn nobody_sampled_is_no_pass() {
    assert_eq!(judge(&[]).0.status, Status::NotEvaluated);
}

/// West lacks effects of East's; `event` may excuse that.
fn excused_by(event: Event) -> Option<String> {
    let mut history = vec![at(5, event)];
    history.extend(apart(10));
    let (verdict, agreement) = judge(&history);
    let reasons: Option<Vec<String>> = agreement
        .differences
        .into_iter()
        .map(|difference| difference.reason)
        .collect();
    assert_eq!(verdict.status == Status::Pass, reasons.is_some());
    reasons.map(|reasons| reasons[0].clone())
}

#[test]
fn every_excuse_counts_where_it_applies_and_only_there() {
    let full = LinkEvent::FullSyncStarted { keys: 1, bytes: 1 };
    for (event, reason) in [
        (dark(0, true), "East US is still dark"),
        (cut(0, 1, true), "East US → West Europe is still cut"),
        (unlink(EAST, WEST), "west is unlinked"),
        (
            link(EAST, WEST, LinkEvent::Stopped),
            "replication into west stopped: its shard 0 is full",
        ),
        (
            link(EAST, WEST, full),
            "a full synchronisation east → west is still running",
        ),
        (
            link(EAST, WEST, LinkEvent::Broken),
            "the link east → west is still broken",
        ),
    ] {
        assert_eq!(excused_by(event), Some(reason.to_owned()));
    }
    for event in [
        dark(2, true),
        cut(0, 2, true),
        link(ASIA, WEST, LinkEvent::Broken),
        link(WEST, EAST, LinkEvent::Stopped),
    ] {
        assert_eq!(excused_by(event), None);
    }
}

#[test]
fn every_origin_that_lags_needs_an_excuse() {
    let mut history = vec![at(5, cut(0, 1, true))];
    history.extend(sample(10, [&[5, 3, 3], &[2, 3, 1], &[5, 3, 3]], [1, 2, 1]));
    assert_eq!(judge(&history).0.status, Status::Fail);
}

#[test]
fn a_link_that_stays_broken_is_no_excuse_for_ever() {
    let mut history = vec![at(5, link(EAST, WEST, LinkEvent::Broken))];
    history.extend(apart(26));
    assert_eq!(judge(&history).0.status, Status::Fail);
}

#[test]
fn what_a_dropped_member_left_must_be_passed_on() {
    let mut history = vec![at(5, unlink(WEST, EAST))];
    history.extend(sample(10, [&[9, 3, 3], &[5, 3, 3], &[2, 3, 3]], [1, 2, 3]));
    let unlinked = |observation: &mut Observation| {
        if let Event::Fingerprint(print) = &mut observation.event {
            print.linked = print.instance != EAST;
        }
    };
    history.iter_mut().for_each(unlinked);
    // Asia lacks effects of East's that West has: the two survivors are still linked.
    let (_, agreement) = judge(&history);
    let survivors = |between: [InstanceId; 2]| between == [WEST, ASIA];
    let difference = agreement
        .differences
        .iter()
        .find(|found| survivors(found.between));
    assert_eq!(difference.map(|found| found.reason.clone()), Some(None));
}

#[test]
fn recovery_runs_from_the_end_of_each_fault() {
    let mut history = vec![at(10, dark(0, true)), at(40, dark(0, false))];
    history.extend(sample(50, [&[5, 9, 3], &[5, 9, 3], &[5, 8, 3]], [1, 1, 2]));
    // Traffic goes on, so nobody ever agrees; but all have what anybody had at 50 s.
    history.extend(sample(
        60,
        [&[5, 12, 3], &[5, 13, 3], &[5, 12, 3]],
        [3, 4, 3],
    ));
    history.push(at(70, dark(2, true)));
    history.extend(sample(
        80,
        [&[5, 12, 3], &[5, 13, 3], &[5, 12, 3]],
        [3, 4, 3],
    ));
    let (_, agreement) = judge(&history);
    let took: Vec<_> = agreement
        .recoveries
        .iter()
        .map(|recovery| recovery.took)
        .collect();
    assert_eq!(took, [Some(SimDuration::from_secs(20)), None]);
    assert_eq!(agreement.healed_at, Some(SimTime::from_secs(40)));
    assert_eq!(agreement.since, None);
}

/// The group without a member that it dropped is not what it was, however well the others agree.
#[test]
fn a_group_has_not_recovered_while_a_member_is_dropped() {
    let unlinked = Fingerprint {
        linked: false,
        ..print(EAST, &[5, 3, 3], 1)
    };
    let mut history = vec![
        at(10, dark(0, true)),
        at(20, unlink(WEST, EAST)),
        at(40, dark(0, false)),
    ];
    let mut survivors = sample(50, [&[5, 3, 3], &[5, 9, 3], &[5, 9, 3]], [1, 2, 2]);
    survivors[0] = at(50, Event::Fingerprint(unlinked));
    history.extend(survivors);
    let took = |history: &[Observation]| judge(history).1.recoveries[0].took;
    assert_eq!(took(&history), None);
    // A member dropped before the fault has nothing to do with it.
    history[1] = at(5, unlink(WEST, EAST));
    history.sort_by_key(|observation| observation.at);
    assert_eq!(took(&history), Some(SimDuration::from_secs(10)));
}

#[test]
fn agreement_that_does_not_last_is_no_recovery() {
    let mut history = vec![at(10, dark(0, true)), at(40, dark(0, false))];
    history.extend(sample(50, [&[5, 9, 3]; 3], [1; 3]));
    let took = |history: &[Observation]| judge(history).1.recoveries[0].took;
    assert_eq!(took(&history), Some(SimDuration::from_secs(10)));
    history.extend(apart(60));
    assert_eq!(
        took(&history),
        None,
        "nothing else can have torn them apart"
    );
    history.insert(history.len() - 3, at(55, cut(0, 1, true)));
    assert_eq!(took(&history), Some(SimDuration::from_secs(10)));
}

#[test]
fn a_replica_that_still_merges_does_not_agree() {
    let full = LinkEvent::FullSyncStarted { keys: 1, bytes: 1 };
    let mut history = vec![at(5, link(EAST, WEST, full))];
    history.extend(sample(10, [&[5, 3, 3]; 3], [1; 3]));
    let merging = Fingerprint {
        merging: true,
        ..print(WEST, &[5, 3, 3], 1)
    };
    history[2] = at(10, Event::Fingerprint(merging));
    let (verdict, agreement) = judge(&history);
    assert_eq!(agreement.since, None);
    assert_eq!(verdict.status, Status::Pass);
    assert!(
        verdict.detail.contains("full synchronisation"),
        "{}",
        verdict.detail
    );
}

/// What is made once the storm is over, as the removal of a key that expires, is no break in an
/// agreement on all that was made before.
#[test]
fn what_is_made_after_the_storm_is_no_break() {
    let expires = |seconds| sample(seconds, [&[6, 3, 3], &[5, 3, 3], &[6, 3, 3]], [4, 1, 4]);
    let mut history = sample(20, [&[5, 3, 3], &[4, 3, 3], &[5, 3, 3]], [1, 2, 1]);
    history.extend(sample(21, [&[5, 3, 3]; 3], [1; 3]));
    history.extend(expires(30));
    history.extend(sample(31, [&[6, 3, 3]; 3], [4; 3]));
    let since = |history: &[Observation], storm| judge_after(history, storm).1.since;
    assert_eq!(since(&history, 20), Some(SimTime::from_secs(21)));
    // In the storm it is one.
    assert_eq!(since(&history, 40), Some(SimTime::from_secs(31)));
    // Nor is it one where all had what there was, but never stood still to be equal.
    let mut history = sample(20, [&[5, 3, 3], &[4, 3, 3], &[5, 3, 3]], [1, 2, 1]);
    history.extend(expires(22));
    history.extend(sample(31, [&[6, 3, 3]; 3], [4; 3]));
    assert_eq!(since(&history, 20), Some(SimTime::from_secs(22)));
    // What the storm left must be everywhere, with the same state at the same clock.
    let mut history = expires(20);
    history.extend(sample(31, [&[7, 3, 3], &[5, 3, 3], &[7, 3, 3]], [5, 1, 5]));
    history.extend(sample(32, [&[7, 3, 3], &[6, 3, 3], &[7, 3, 3]], [5, 4, 6]));
    history.extend(sample(33, [&[7, 3, 3]; 3], [5; 3]));
    assert_eq!(since(&history, 20), Some(SimTime::from_secs(33)));
}

/// A run may end while an effect is on its way; only what is seen there excuses a difference.
#[test]
fn what_is_on_its_way_at_the_end_is_excused() {
    let judge = |seq: Option<u64>, to| {
        let mut history = sample(20, [&[4, 3, 3]; 3], [1; 3]);
        history.extend(sample(30, [&[5, 3, 3], &[4, 3, 3], &[5, 3, 3]], [4, 1, 4]));
        let underway = seq.map(|seq| UnderwaySeen {
            origin: EAST,
            to,
            shard: crate::history::fixture::SHARD,
            seq,
        });
        history.extend(underway.map(|seen| at(30, Event::Underway(seen))));
        judge_after(&history, 20)
    };
    let (verdict, agreement) = judge(Some(5), WEST);
    assert_eq!(verdict.status, Status::Pass);
    assert!(
        verdict
            .detail
            .contains("effects of east are still on their way to west"),
        "{}",
        verdict.detail
    );
    assert_eq!(agreement.since, Some(SimTime::from_secs(20)));
    for (seq, to) in [(None, WEST), (Some(4), WEST), (Some(5), ASIA)] {
        let (verdict, agreement) = judge(seq, to);
        assert_eq!((verdict.status, agreement.since), (Status::Fail, None));
    }
}

/// Members that are full under `A-OOM` `Reconcile` answer nobody; where all are, that is said.
#[test]
fn a_group_that_is_full_everywhere_is_told_as_such() {
    let inconsistent = |instance, begins| at(5, Event::Inconsistent { instance, begins });
    let observed = |members: &[(InstanceId, bool)]| {
        let told = members
            .iter()
            .map(|(member, begins)| inconsistent(*member, *begins));
        let mut history: Vec<Observation> = told.collect();
        history.extend(sample(30, [&[5, 3, 3]; 3], [1; 3]));
        judge(&history).0.observed
    };
    assert_eq!(observed(&[]), "all members agree");
    assert_eq!(
        observed(&[(EAST, true), (WEST, true), (WEST, false)]),
        "all members agree; out of memory and answering no client: east"
    );
    assert_eq!(
        observed(&[(EAST, true), (WEST, true), (ASIA, true)]),
        "all members agree; out of memory and answering no client: east, west, asia; no client can \
         delete anything, only what expires or is evicted makes room"
    );
}
