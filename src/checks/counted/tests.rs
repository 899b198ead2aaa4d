use super::Counted;
use crate::assumption::Lww;
use crate::checks::verdict::{Status, Verdict};
use crate::history::fixture::{ASIA, EAST, WEST, at, dark, effect, link, print, roster};
use crate::history::{
    Detail, Event, FaultKind, KeyPart, LinkEvent, Observation, OperationResult, OperationSeen,
    Touch, TouchKind, WritesSeen,
};
use crate::id::{FleetId, InstanceId, RegionId};

const KEY: (&str, TouchKind) = ("k", TouchKind::Write);

fn judge(history: &[Observation]) -> Verdict {
    let mut check = Counted::new(roster(3), Lww::CausalFirst);
    for observation in history {
        check.observe(observation);
    }
    check.finish().remove(0)
}

/// The same effect also does `kind`, as a `SET` over another type also removes the key.
fn and(mut event: Event, kind: TouchKind) -> Event {
    let Event::Effect(seen) = &mut event else {
        unreachable!()
    };
    let part = KeyPart::Whole;
    seen.touches.push(Touch { kind, part });
    event
}

/// A history in full detail whose members all end at `clock`, and what the tallies say.
fn history(effects: &[Event], clock: &[u64], tallies: &[WritesSeen]) -> Vec<Observation> {
    let mut history = vec![at(0, Event::Began(Detail::Full))];
    history.extend(effects.iter().map(|event| at(1, event.clone())));
    for instance in [EAST, WEST, ASIA] {
        history.push(at(9, Event::Fingerprint(print(instance, clock, 1))));
    }
    let tallies = tallies.iter().cloned();
    history.extend(tallies.map(|tally| at(9, Event::Writes(Box::new(tally)))));
    history
}

/// The tally of an origin by its own word: present, superseded, overwritten, lost.
fn tally(origin: InstanceId, [present, superseded, overwritten, lost]: [u64; 4]) -> WritesSeen {
    WritesSeen {
        origin: usize::from(origin.0),
        acknowledged: present + superseded + overwritten + lost,
        present,
        superseded,
        overwritten,
        lost,
        flushed: 0,
        removals: 0,
        removals_lost: 0,
        cause: (lost > 0).then_some("memory was lost"),
        lost_span: None,
        keeper: Some(origin),
    }
}

/// West's write hides a concurrent one of East; East's second write has seen both.
fn contest() -> Vec<Event> {
    vec![
        effect(EAST, 2, &[1, 1], 100, KEY),
        effect(WEST, 2, &[1, 1], 200, KEY),
        effect(EAST, 3, &[2, 2], 300, KEY),
    ]
}

#[test]
fn each_write_is_found_in_its_class() {
    let tallies = [tally(EAST, [1, 0, 1, 0]), tally(WEST, [0, 1, 0, 0])];
    let verdict = judge(&history(&contest(), &[3, 2], &tallies));
    assert_eq!(verdict.status, Status::Pass, "{}", verdict.detail);
    assert_eq!(verdict.observed, "3 writes counted");
}

#[test]
fn a_tally_with_a_write_in_another_class_fails_though_its_sum_is_right() {
    for wrong in [[1, 1, 0, 0], [0, 1, 1, 0], [2, 0, 0, 0], [1, 0, 0, 1]] {
        let tallies = [tally(EAST, wrong), tally(WEST, [0, 1, 0, 0])];
        let verdict = judge(&history(&contest(), &[3, 2], &tallies));
        assert_eq!(verdict.status, Status::Fail, "{wrong:?}");
        assert!(
            verdict.detail.starts_with(
                "of east, one by one: 2 acknowledged, 1 present, 0 superseded, 1 overwritten"
            ),
            "{}",
            verdict.detail
        );
    }
}

#[test]
fn a_write_that_the_tallies_never_saw_acknowledged_fails() {
    let tallies = [tally(EAST, [1, 0, 0, 0]), tally(WEST, [0, 1, 0, 0])];
    let verdict = judge(&history(&contest(), &[3, 2], &tallies));
    assert_eq!(verdict.status, Status::Fail);
}

#[test]
fn a_write_beyond_every_clock_is_lost() {
    let mut lost = tally(EAST, [0, 0, 1, 1]);
    lost.keeper = Some(WEST);
    let tallies = [lost, tally(WEST, [1, 0, 0, 0])];
    // East's second write never left it: West's word counts.
    let verdict = judge(&history(&contest(), &[2, 2], &tallies));
    assert_eq!(verdict.status, Status::Pass, "{}", verdict.detail);
    let mut kept = tally(EAST, [1, 0, 1, 0]);
    kept.keeper = Some(WEST);
    let tallies = [kept, tally(WEST, [1, 0, 0, 0])];
    let verdict = judge(&history(&contest(), &[2, 2], &tallies));
    assert_eq!(verdict.status, Status::Fail);
}

#[test]
fn what_a_reloaded_origin_did_not_get_back_is_lost() {
    let life = 1 << 40;
    let mut reloaded = effect(EAST, life + 1, &[0, 1], 900, KEY);
    let Event::Effect(seen) = &mut reloaded else {
        unreachable!()
    };
    // It wrote 2, 3 and 4, and got back 2.
    seen.before = 2;
    let mut effects: Vec<Event> = (2..5).map(|seq| effect(EAST, seq, &[], seq, KEY)).collect();
    effects.push(reloaded);
    let clock = [life + 1, 1];
    let judge = |counts| judge(&history(&effects, &clock, &[tally(EAST, counts)]));
    assert_eq!(judge([1, 1, 0, 2]).status, Status::Pass);
    assert_eq!(judge([1, 3, 0, 0]).status, Status::Fail);
}

#[test]
fn increments_and_members_fall_to_what_has_seen_them_alone() {
    let add = ("n", TouchKind::Add);
    let remove = ("n", TouchKind::Remove);
    let effects = [
        effect(EAST, 2, &[1, 1], 100, add),
        effect(EAST, 3, &[2, 1], 100, add),
        effect(WEST, 2, &[2, 1], 100, remove),
    ];
    let judge = |counts| judge(&history(&effects, &[3, 2], &[tally(EAST, counts)]));
    assert_eq!(judge([1, 1, 0, 0]).status, Status::Pass);
    assert_eq!(judge([0, 2, 0, 0]).status, Status::Fail);
    assert_eq!(judge([2, 0, 0, 0]).status, Status::Fail);
}

/// `HLL-2`: what was added without a sight of the removal goes with it, what is its own does not.
#[test]
fn additions_to_a_hyperloglog_fall_to_what_they_have_not_seen() {
    let raise = ("h", TouchKind::Raise);
    let remove = ("h", TouchKind::Remove);
    let mut effects = vec![
        effect(EAST, 2, &[1, 1], 100, raise),
        effect(EAST, 3, &[2, 1], 900, raise),
        effect(WEST, 2, &[1, 1], 100, remove),
        effect(EAST, 4, &[3, 2], 100, raise),
    ];
    let judge = |effects: &[Event], counts| {
        judge(&history(effects, &[4, 2], &[tally(EAST, counts)])).status
    };
    assert_eq!(judge(&effects, [1, 2, 0, 0]), Status::Pass);
    assert_eq!(judge(&effects, [3, 0, 0, 0]), Status::Fail);
    assert_eq!(judge(&effects, [0, 3, 0, 0]), Status::Fail);
    // A removal together with the last addition takes the others.
    effects[2] = effect(EAST, 4, &[3, 2], 100, remove);
    assert_eq!(judge(&effects, [1, 2, 0, 0]), Status::Pass);
}

#[test]
fn where_two_origins_may_have_come_in_either_order_both_classes_are_right() {
    let effects = [
        effect(EAST, 2, &[1, 1, 1], 100, KEY),
        effect(WEST, 2, &[1, 1, 1], 200, KEY),
        effect(ASIA, 2, &[2, 1, 1], 300, KEY),
        effect(EAST, 3, &[2, 2, 2], 400, KEY),
    ];
    let tallies = |counts| {
        [
            tally(EAST, counts),
            tally(WEST, [0, 1, 0, 0]),
            tally(ASIA, [0, 1, 0, 0]),
        ]
    };
    let judge = |counts| judge(&history(&effects, &[3, 2, 2], &tallies(counts)));
    assert_eq!(judge([1, 1, 0, 0]).status, Status::Pass);
    assert_eq!(judge([1, 0, 1, 0]).status, Status::Pass);
    assert_eq!(judge([2, 0, 0, 0]).status, Status::Fail);
}

/// Two regions replace the key at once, and then it is deleted: the one that was hidden stays so,
/// though its own effect took the key away before it wrote.
#[test]
fn a_write_that_first_takes_the_key_away_is_hidden_as_any_other() {
    let replace = |origin, seq, wall_ms| {
        let write = effect(origin, seq, &[1, 1], wall_ms, KEY);
        and(write, TouchKind::Remove)
    };
    let effects = [
        replace(EAST, 2, 100),
        replace(WEST, 2, 200),
        effect(WEST, 3, &[2, 2], 300, ("k", TouchKind::Remove)),
    ];
    let judge = |counts| {
        let tallies = [tally(EAST, counts), tally(WEST, [0, 1, 0, 0])];
        judge(&history(&effects, &[2, 3], &tallies)).status
    };
    assert_eq!(judge([0, 0, 1, 0]), Status::Pass);
    assert_eq!(judge([0, 1, 0, 0]), Status::Fail);
    assert_eq!(judge([1, 0, 0, 0]), Status::Fail);
}

/// What a member got by state, after it had lost its memory or instead of a long backlog, does not
/// tell what had hidden its writes before they fell.
#[test]
fn what_came_by_state_may_be_in_either_class() {
    let Event::Fault(mut fault) = dark(0, true) else {
        unreachable!()
    };
    fault.kind = FaultKind::MemoryLoss;
    let full = LinkEvent::FullSyncStarted { keys: 1, bytes: 1 };
    let judge_all = judge;
    let judge = |by_state: Option<Event>, counts| {
        let mut effects = contest();
        effects.extend(by_state);
        let tallies = [tally(EAST, counts), tally(WEST, [0, 1, 0, 0])];
        judge(&history(&effects, &[3, 2], &tallies)).status
    };
    let (superseded, overwritten) = ([1, 1, 0, 0], [1, 0, 1, 0]);
    for by_state in [Event::Fault(fault), link(WEST, EAST, full)] {
        assert_eq!(judge(Some(by_state.clone()), superseded), Status::Pass);
        assert_eq!(judge(Some(by_state.clone()), overwritten), Status::Pass);
        assert_eq!(judge(Some(by_state), [2, 0, 0, 0]), Status::Fail);
    }
    // So is one that is hidden still, as its keeper's peer may have collected it.
    let hidden = |by_state: Option<Event>, counts| {
        let mut effects = contest()[..2].to_vec();
        effects.extend(by_state);
        let tallies = [tally(EAST, counts), tally(WEST, [1, 0, 0, 0])];
        judge_all(&history(&effects, &[2, 2], &tallies)).status
    };
    let by_state = || Some(link(WEST, EAST, full));
    assert_eq!(hidden(by_state(), [0, 1, 0, 0]), Status::Pass);
    assert_eq!(hidden(by_state(), [0, 0, 1, 0]), Status::Pass);
    assert_eq!(hidden(None, [0, 1, 0, 0]), Status::Fail);
    assert_eq!(judge(None, superseded), Status::Fail);
    assert_eq!(
        judge(Some(link(EAST, WEST, full)), superseded),
        Status::Fail
    );
}

#[test]
fn a_reply_must_fit_its_effect() {
    let operation = |result, dot| {
        Event::Operation(Box::new(OperationSeen {
            fleet: FleetId(0),
            region: RegionId(0),
            on: EAST,
            operation: "update",
            key: "k".to_owned(),
            result,
            dot,
        }))
    };
    let dot = Some((crate::history::fixture::SHARD, 2));
    let judge = |event| {
        let effects = [effect(EAST, 2, &[], 100, KEY), event];
        judge(&history(&effects, &[2], &[tally(EAST, [1, 0, 0, 0])])).status
    };
    assert_eq!(
        judge(operation(OperationResult::Acknowledged, dot)),
        Status::Pass
    );
    assert_eq!(
        judge(operation(OperationResult::Acknowledged, None)),
        Status::Fail
    );
    assert_eq!(
        judge(operation(OperationResult::OutOfMemory, dot)),
        Status::Fail
    );
    assert_eq!(
        judge(operation(OperationResult::OutOfMemory, None)),
        Status::Pass
    );
}

#[test]
fn in_summary_detail_nothing_is_evaluated() {
    let mut history = history(&contest(), &[3, 2], &[tally(EAST, [1, 0, 1, 0])]);
    history[0] = at(0, Event::Began(Detail::Summary));
    let verdict = judge(&history);
    assert_eq!(verdict.status, Status::NotEvaluated);
    assert!(
        verdict.detail.starts_with("needs full detail"),
        "{}",
        verdict.detail
    );
}
