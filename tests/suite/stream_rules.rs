//! Streams and their groups over several regions: `X-*` and `G-*`, each test named after its rule.
//!
//! The histories are those of Redis' documentation where it shows one
//! (active-active/develop/data-types/streams.md).

use meridian::assumption::XaddIds;
use meridian::history::Event;
use meridian::id::{InstanceId, RegionId};
use meridian::plan::{Memory, Plan, Step};
use meridian::quantity::Bytes;
use meridian::world::{Options, World};

use crate::plans;

/// A command: when in milliseconds, where, what, and what is answered. `[…]` stands for the ids in
/// the reply, anything else for the reply itself; `…` at the end for any reply that starts so.
type Line<'a> = (u64, u16, &'a str, &'a str);

/// Three members, 40 ms apart.
fn group() -> Plan {
    plans::group(3, 40)
}

fn with_ids(ids: XaddIds) -> Plan {
    let mut plan = group();
    plan.assumptions.xadd_ids = ids;
    plan
}

/// The ids in a reply, in brackets.
fn ids(reply: &str) -> String {
    let is_id = |word: &&str| {
        let halves = word.split_once('-');
        let is_number = |half: &str| !half.is_empty() && half.bytes().all(|b| b.is_ascii_digit());
        halves.is_some_and(|(ms, seq)| is_number(ms) && is_number(seq))
    };
    let words: Vec<&str> = reply.split('"').filter(is_id).collect();
    format!("[{}]", words.join(" "))
}

/// Runs the lines and compares every reply; returns how many effects each line sent.
fn play(mut plan: Plan, lines: &[Line<'_>]) -> Vec<u64> {
    for (millis, on, text, _) in lines {
        let step = Step::Command {
            on: InstanceId(*on),
            text: (*text).to_owned(),
            reply: None,
            effects: None,
        };
        plans::at(&mut plan, *millis, step);
    }
    plan.timeline.sort_by_key(|timed| timed.at);
    let mut answers = Vec::new();
    World::new(&plan, Options::default()).run(&mut |seen| {
        if let Event::Command(command) = &seen.event {
            answers.push((command.reply.clone(), command.effects));
        }
    });
    assert_eq!(answers.len(), lines.len(), "every line is carried out");
    for ((millis, on, text, expected), (reply, _)) in lines.iter().zip(&answers) {
        let place = format!("at {millis} ms, {text} on {on}: {reply}");
        if let Some(start) = expected.strip_suffix('…') {
            assert!(reply.starts_with(start), "{place}");
        } else if expected.starts_with('[') {
            assert_eq!(&ids(reply), expected, "{place}");
        } else {
            assert_eq!(reply, expected, "{place}");
        }
    }
    answers.into_iter().map(|(_, effects)| effects).collect()
}

const ONE: &str = "(integer) 1";
const NONE: &str = "(integer) 0";

#[test]
fn x_1_concurrent_entries_unite_in_one_order() {
    let (early, late) = ("1767571201000-1", "1767571201010-2");
    let both = format!("[{early} {late}]");
    let lines = [
        (1_000, 0, "XADD s * text hello", &*format!("\"{early}\"")),
        (1_010, 1, "XADD s * text goodbye", &format!("\"{late}\"")),
        (1_020, 0, "XRANGE s - +", &format!("[{early}]")),
        (1_020, 1, "XRANGE s - +", &format!("[{late}]")),
        (2_000, 0, "XRANGE s - +", &both),
        (2_001, 1, "XRANGE s - +", &both),
        (2_002, 2, "XREVRANGE s + -", &format!("[{late} {early}]")),
    ];
    play(group(), &lines);
}

#[test]
fn x_2_removals_take_what_they_had_seen() {
    let lines = [
        (100, 0, "XADD s 10 a 1", "\"10-1\""),
        (101, 0, "XADD s 20 a 1", "\"20-1\""),
        (102, 0, "XADD s 30 a 1", "\"30-1\""),
        (1_000, 0, "XDEL s 10", NONE),
        (1_001, 0, "XDEL s 10-1", ONE),
        (1_002, 1, "XADD s 40 a 1", "\"40-2\""),
        (1_003, 2, "XTRIM s MAXLEN 1", "(integer) 2"),
        (2_000, 0, "XRANGE s - +", "[30-1 40-2]"),
        (2_001, 1, "XRANGE s - +", "[30-1 40-2]"),
        (2_002, 2, "XRANGE s - +", "[30-1 40-2]"),
        (3_000, 0, "DEL s", ONE),
        (3_001, 1, "XADD s 50 a 1", "\"50-2\""),
        (4_000, 0, "XRANGE s - +", "[50-2]"),
        (4_001, 1, "XRANGE s - +", "[50-2]"),
        (5_000, 1, "DEL s", ONE),
        (6_000, 0, "EXISTS s", NONE),
    ];
    play(group(), &lines);
}

#[test]
fn x_3_the_mode_decides_which_ids_are_taken() {
    let refused = "(error) ERR XADD takes * or milliseconds alone…";
    let strict = [
        (100, 0, "XADD s 110-5 a 1", refused),
        (101, 0, "XADD s 110 a 1", "\"110-1\""),
        (102, 0, "XADD s * a 1", "\"1767571200102-1\""),
    ];
    let effects = play(with_ids(XaddIds::Strict), &strict);
    assert_eq!(effects, [0, 1, 1]);
    let semi_strict = [
        (100, 1, "XADD s 110-5 a 1", "\"110-5\""),
        (101, 1, "XADD s 120 a 1", "\"120-2\""),
        (102, 1, "XADD s * a 1", "\"1767571200102-2\""),
    ];
    play(with_ids(XaddIds::SemiStrict), &semi_strict);
    let liberal = [
        (100, 1, "XADD s 110-5 a 1", "\"110-5\""),
        (101, 1, "XADD s 120 a 1", "\"120-0\""),
        (102, 1, "XADD s * a 1", "\"1767571200102-0\""),
        (
            103,
            1,
            "XADD s 110 a 1",
            "(error) ERR The ID specified in XADD is equal…",
        ),
    ];
    play(with_ids(XaddIds::Liberal), &liberal);
    assert_eq!(group().assumptions.xadd_ids, XaddIds::Strict, "the default");
}

/// The region's number first, then a stride further for each entry of the millisecond.
#[test]
fn x_4_the_sequence_tells_the_region() {
    let lines = [
        (100, 0, "XADD s 110 a 1", "\"110-1\""),
        (101, 0, "XADD s 110 a 1", "\"110-17\""),
        (102, 1, "XADD s 110 a 1", "\"110-2\""),
        (103, 2, "XADD s 110-* a 1", "\"110-3\""),
        (1_000, 0, "XRANGE s - +", "[110-1 110-2 110-3 110-17]"),
        (1_001, 1, "XADD s 110 a 1", "\"110-18\""),
        (1_002, 2, "XADD s 110 a 1", "\"110-19\""),
        (1_003, 0, "XADD s 110 a 1", "\"110-33\""),
    ];
    play(group(), &lines);
    let mut plan = group();
    plan.assumptions.xadd_stride = 100;
    let lines = [
        (100, 1, "XADD s 110 a 1", "\"110-2\""),
        (101, 1, "XADD s 110 a 1", "\"110-102\""),
    ];
    play(plan, &lines);
}

/// Whatever names an id means all its entries.
#[test]
fn x_5_entries_may_share_an_id_where_full_ids_are_taken() {
    let lines = [
        (100, 0, "XADD x 100-1 f v1", "\"100-1\""),
        (101, 1, "XADD x 100-1 f v2", "\"100-1\""),
        (102, 0, "XGROUP CREATE x g 0", "OK"),
        (1_000, 0, "XRANGE x - +", "[100-1 100-1]"),
        (1_001, 1, "XRANGE x - +", "[100-1 100-1]"),
        (1_002, 2, "XLEN x", "(integer) 2"),
        (1_003, 2, "COPY x {x}y", ONE),
        (1_004, 2, "XRANGE {x}y - +", "[100-1]"),
        (
            1_005,
            2,
            "XREADGROUP GROUP g c STREAMS x >",
            "[100-1 100-1]",
        ),
        (1_006, 2, "XCLAIM x g d 0 100-1 JUSTID", "[100-1 100-1]"),
        (1_007, 2, "XPENDING x g - + 10 d", "[100-1 100-1]"),
        (1_008, 2, "XACK x g 100-1", "(integer) 2"),
        (1_009, 2, "XADD x MAXLEN 2 200-1 f v", "\"200-1\""),
        (1_010, 2, "XLEN x", ONE),
        (2_000, 0, "XADD x 300-1 f v", "\"300-1\""),
        (2_001, 1, "XADD x 300-1 f v", "\"300-1\""),
        (3_000, 1, "XDEL x 300-1", "(integer) 2"),
        (4_000, 0, "XRANGE x - +", "[200-1]"),
    ];
    play(with_ids(XaddIds::SemiStrict), &lines);
}

/// The top of the stream as the region sees it, other regions' entries included, deleted ones too.
#[test]
fn x_6_ids_ascend_in_what_the_region_sees() {
    let lines = [
        (100, 0, "XADD s 120 a 1", "\"120-1\""),
        (101, 1, "XADD s 110 a 1", "\"110-2\""),
        (
            1_000,
            1,
            "XADD s 119 a 1",
            "(error) ERR The ID specified in XADD is equal…",
        ),
        (1_001, 1, "XADD s 120 a 1", "\"120-2\""),
        (2_000, 2, "XDEL s 120-2", ONE),
        (3_000, 0, "XADD s 120 a 1", "\"120-17\""),
        (4_000, 1, "XRANGE s - +", "[110-2 120-1 120-17]"),
    ];
    play(group(), &lines);
}

#[test]
fn x_7_xread_may_skip_what_arrives_late() {
    let lines = [
        (100, 0, "XADD x 110 f1 v1", "\"110-1\""),
        (101, 1, "XADD x 115 f1 v1", "\"115-2\""),
        (102, 0, "XADD x 120 f1 v1", "\"120-1\""),
        (103, 0, "XADD x 130 f1 v1", "\"130-1\""),
        (104, 0, "XREAD COUNT 2 STREAMS x 0", "[110-1 120-1]"),
        (1_000, 0, "XREAD COUNT 2 STREAMS x 120-1", "[130-1]"),
        (1_001, 0, "XREAD STREAMS x 0", "[110-1 115-2 120-1 130-1]"),
        (1_002, 1, "XREAD STREAMS x 0", "[110-1 115-2 120-1 130-1]"),
    ];
    play(group(), &lines);
}

/// The same history through a group: ids may fall, nothing is left out.
#[test]
fn x_8_xreadgroup_skips_nothing() {
    let read = "XREADGROUP GROUP g c COUNT 2 STREAMS x >";
    let lines = [
        (50, 0, "XGROUP CREATE x g 0 MKSTREAM", "OK"),
        (100, 0, "XADD x 110 f1 v1", "\"110-1\""),
        (101, 1, "XADD x 115 f1 v1", "\"115-2\""),
        (102, 0, "XADD x 120 f1 v1", "\"120-1\""),
        (103, 0, "XADD x 130 f1 v1", "\"130-1\""),
        (104, 0, read, "[110-1 120-1]"),
        (1_000, 0, read, "[115-2 130-1]"),
        (1_001, 0, read, "(nil)"),
        (1_002, 2, "XADD x 140 f1 v1", "\"140-3\""),
        (1_020, 1, "XADD x 135 f1 v1", "\"135-2\""),
        (1_050, 0, read, "[140-3]"),
        (1_090, 0, read, "[135-2]"),
        // `$` leaves out what the region holds, and no more than that.
        (2_000, 1, "XADD x 150 f1 v1", "\"150-2\""),
        (2_001, 0, "XADD x 160 f1 v1", "\"160-1\""),
        (2_002, 0, "XGROUP CREATE x late $", "OK"),
        (3_000, 0, "XREADGROUP GROUP late c STREAMS x >", "[150-2]"),
        (3_001, 2, "XREADGROUP GROUP late c STREAMS x >", "[150-2]"),
    ];
    play(group(), &lines);
}

#[test]
fn x_9_xsetid_does_not_go_back() {
    let refused = "(error) ERR The ID specified in XSETID is smaller…";
    let lines = [
        (100, 0, "XADD s 100 a 1", "\"100-1\""),
        (101, 0, "XSETID s 99-9", refused),
        (102, 0, "XSETID s 200-0", "OK"),
        (103, 0, "XSETID s 150-0", refused),
        (
            104,
            0,
            "XADD s 150 a 1",
            "(error) ERR The ID specified in XADD is equal…",
        ),
        (
            1_000,
            1,
            "XADD s 150 a 1",
            "(error) ERR The ID specified in XADD is equal…",
        ),
        (1_001, 1, "XSETID s 150-0", refused),
        (1_002, 1, "XADD s 200 a 1", "\"200-2\""),
    ];
    let effects = play(group(), &lines);
    assert_eq!(effects, [1, 0, 1, 0, 0, 0, 0, 1]);
}

#[test]
fn x_10_a_renamed_or_copied_stream_has_no_groups() {
    let lines = [
        (100, 0, "XADD {t}a 100 f v", "\"100-1\""),
        (101, 0, "XGROUP CREATE {t}a g 0", "OK"),
        (102, 0, "COPY {t}a {t}b", ONE),
        (103, 0, "XINFO GROUPS {t}b", "(empty array)"),
        (104, 0, "RENAME {t}a {t}c", "OK"),
        (105, 0, "XINFO GROUPS {t}c", "(empty array)"),
        (1_000, 1, "XRANGE {t}b - +", "[100-1]"),
        (1_001, 1, "XRANGE {t}c - +", "[100-1]"),
        (1_002, 1, "XINFO GROUPS {t}c", "(empty array)"),
        (1_003, 1, "EXISTS {t}a", NONE),
        (1_004, 1, "XADD {t}c 100 f v", "\"100-2\""),
    ];
    play(group(), &lines);
}

#[test]
fn x_11_there_is_no_trimming_of_acknowledged_entries() {
    let lines = [
        (100, 0, "XADD s 100 a 1", "\"100-1\""),
        (101, 0, "XTRIM s MAXLEN 0 ACKED", "(error) ERR syntax error"),
        (
            102,
            0,
            "XADD s MAXLEN 0 ACKED 101 a 1",
            "(error) ERR Invalid stream ID…",
        ),
        (103, 0, "XLEN s", ONE),
    ];
    play(group(), &lines);
}

/// Groups are everywhere; consumers, pending entries and positions are the region's own, and what
/// changes them sends nothing.
#[test]
fn g_1_consumers_and_what_they_have_is_the_regions_own() {
    let nobody = "1) (integer) 0\n2) (nil)\n3) (nil)\n4) (nil)";
    let lines = [
        (100, 0, "XADD messages 110 text hello", "\"110-1\""),
        (101, 0, "XGROUP CREATE messages group1 0", "OK"),
        (
            102,
            0,
            "XREADGROUP GROUP group1 Alice STREAMS messages >",
            "[110-1]",
        ),
        (1_000, 1, "XRANGE messages - +", "[110-1]"),
        (
            1_001,
            1,
            "XINFO GROUPS messages",
            "1)  1) \"name\"\n    2) \"group1\"…",
        ),
        (
            1_002,
            0,
            "XINFO CONSUMERS messages group1",
            "1) 1) \"name\"\n   2) \"Alice\"…",
        ),
        (1_003, 1, "XINFO CONSUMERS messages group1", "(empty array)"),
        (1_004, 0, "XPENDING messages group1 - + 1", "[110-1]"),
        (1_005, 1, "XPENDING messages group1 - + 1", "(empty array)"),
        (
            1_006,
            0,
            "XCLAIM messages group1 Bob 0 110-1 JUSTID",
            "[110-1]",
        ),
        (
            1_007,
            0,
            "XAUTOCLAIM messages group1 Carol 0 0 JUSTID",
            "[0-0 110-1]",
        ),
        (1_008, 0, "XGROUP SETID messages group1 0", "OK"),
        (1_009, 0, "XGROUP CREATECONSUMER messages group1 Dave", ONE),
        (1_010, 0, "XGROUP DELCONSUMER messages group1 Carol", ONE),
        (2_000, 1, "XPENDING messages group1", nobody),
        (
            2_001,
            1,
            "XREADGROUP GROUP group1 Eve STREAMS messages >",
            "[110-1]",
        ),
        (
            2_002,
            0,
            "XREADGROUP GROUP group1 Dave STREAMS messages >",
            "[110-1]",
        ),
    ];
    let effects = play(group(), &lines);
    assert_eq!(
        effects.iter().sum::<u64>(),
        2,
        "the entry and the group: {effects:?}"
    );
}

#[test]
fn g_2_groups_unite_and_those_of_one_name_are_one() {
    let lines = [
        (100, 0, "XGROUP CREATE x group1 0 MKSTREAM", "OK"),
        (100, 1, "XGROUP CREATE x group2 0 MKSTREAM", "OK"),
        (1_000, 2, "XGROUP DESTROY x group1", ONE),
        (1_001, 2, "XGROUP DESTROY x group2", ONE),
        (2_000, 0, "XADD y 100 f v", "\"100-1\""),
        (3_000, 0, "XGROUP CREATE y g $", "OK"),
        (3_000, 1, "XGROUP CREATE y g 0", "OK"),
        // One group, from the lesser start.
        (4_000, 2, "XINFO STREAM y", " 1) \"length\"…"),
        (4_001, 2, "XREADGROUP GROUP g c STREAMS y >", "[100-1]"),
        (4_002, 2, "XGROUP DESTROY y g", ONE),
        (5_000, 0, "XINFO GROUPS y", "(empty array)"),
        (5_001, 1, "XINFO GROUPS y", "(empty array)"),
    ];
    play(group(), &lines);
}

#[test]
fn g_3_deletion_wins_over_groups_it_had_not_seen() {
    let lines = [
        (100, 0, "XGROUP CREATE x group1 0 MKSTREAM", "OK"),
        (1_000, 0, "DEL x", ONE),
        (1_000, 1, "XGROUP CREATE x group2 0", "OK"),
        (2_000, 0, "EXISTS x", NONE),
        (2_001, 1, "EXISTS x", NONE),
        (2_002, 2, "EXISTS x", NONE),
    ];
    play(group(), &lines);
    // The third region has not seen the first one's group when the second deletes it.
    let mut plan = group();
    plans::at(&mut plan, 50, Step::Partition(plans::both(0, 2)));
    plans::at(&mut plan, 2_000, Step::Heal(plans::both(0, 2)));
    let lines = [
        (100, 0, "XGROUP CREATE x group1 0 MKSTREAM", "OK"),
        (1_000, 1, "XGROUP DESTROY x group1", ONE),
        (1_000, 2, "XGROUP CREATE x group1 0 MKSTREAM", "OK"),
        (15_000, 0, "EXISTS x", NONE),
        (15_001, 1, "EXISTS x", NONE),
        (15_002, 2, "EXISTS x", NONE),
        // One that has seen the deletion stays.
        (16_000, 2, "XGROUP CREATE x group1 0 MKSTREAM", "OK"),
        (17_000, 0, "EXISTS x", ONE),
        (17_001, 1, "EXISTS x", ONE),
    ];
    play(plan, &lines);
}

#[test]
fn g_4_del_leaves_unseen_entries_and_no_group() {
    let lines = [
        (100, 0, "XADD x 100 f v", "\"100-1\""),
        (1_000, 0, "DEL x", ONE),
        (1_000, 1, "XADD x 200 f v", "\"200-2\""),
        (1_001, 1, "XGROUP CREATE x g 0", "OK"),
        (2_000, 0, "XRANGE x - +", "[200-2]"),
        (2_001, 0, "XINFO GROUPS x", "(empty array)"),
        (2_002, 1, "XRANGE x - +", "[200-2]"),
        (2_003, 1, "XINFO GROUPS x", "(empty array)"),
        (2_004, 2, "XINFO GROUPS x", "(empty array)"),
    ];
    play(group(), &lines);
}

/// An acknowledgement is told where all before it are acknowledged, and only then.
#[test]
fn g_5_a_gap_free_prefix_is_replicated() {
    let lines = [
        (100, 0, "XADD x 110-0 f1 v1", "\"110-0\""),
        (101, 0, "XADD x 120-0 f1 v1", "\"120-0\""),
        (102, 0, "XADD x 130-0 f1 v1", "\"130-0\""),
        (103, 0, "XGROUP CREATE x group1 0", "OK"),
        (
            104,
            0,
            "XREADGROUP GROUP group1 Alice STREAMS x >",
            "[110-0 120-0 130-0]",
        ),
        (105, 0, "XACK x group1 110-0", ONE),
        (1_000, 0, "XACK x group1 130-0", ONE),
        (2_000, 0, "XACK x group1 120-0", ONE),
        (3_000, 1, "XREADGROUP GROUP group1 Bob STREAMS x >", "(nil)"),
        (3_001, 1, "XADD x 140-0 f1 v1", "\"140-0\""),
        (
            3_002,
            1,
            "XREADGROUP GROUP group1 Bob STREAMS x >",
            "[140-0]",
        ),
    ];
    let effects = play(with_ids(XaddIds::Liberal), &lines);
    assert_eq!(effects[5..8], [1, 0, 1], "effects of the acknowledgements");
}

/// What another region has acknowledged is no longer pending here; what a region passed over, or
/// dropped with its consumer, it never tells as acknowledged.
#[test]
fn g_5_what_nobody_acknowledged_is_never_told() {
    let lines = [
        (100, 0, "XADD x 110 f v", "\"110-1\""),
        (101, 0, "XADD x 120 f v", "\"120-1\""),
        (102, 0, "XADD x 130 f v", "\"130-1\""),
        (103, 0, "XGROUP CREATE x g 0", "OK"),
        (
            1_000,
            1,
            "XREADGROUP GROUP g b COUNT 2 STREAMS x >",
            "[110-1 120-1]",
        ),
        (
            1_001,
            0,
            "XREADGROUP GROUP g a STREAMS x >",
            "[110-1 120-1 130-1]",
        ),
        (1_002, 0, "XACK x g 110-1", ONE),
        (2_000, 1, "XPENDING x g - + 10", "[120-1]"),
        (2_001, 0, "XCLAIM x g z 0 120-1 JUSTID", "[120-1]"),
        (2_002, 0, "XGROUP DELCONSUMER x g z", ONE),
        (2_003, 0, "XACK x g 130-1", ONE),
        (
            3_000,
            2,
            "XREADGROUP GROUP g c STREAMS x >",
            "[120-1 130-1]",
        ),
        (3_001, 2, "XADD x 140 f v", "\"140-3\""),
        (3_002, 2, "XADD x 150 f v", "\"150-3\""),
        (4_000, 0, "XGROUP SETID x g 140-3", "OK"),
        (4_001, 0, "XREADGROUP GROUP g a STREAMS x >", "[150-3]"),
        (4_002, 0, "XACK x g 150-3", ONE),
        (
            5_000,
            1,
            "XREADGROUP GROUP g b STREAMS x >",
            "[130-1 140-3 150-3]",
        ),
    ];
    let effects = play(group(), &lines);
    assert_eq!(
        (effects[6], effects[10], effects[16]),
        (1, 0, 0),
        "{effects:?}"
    );
}

/// A gap in one region's tree does not hold up another's.
#[test]
fn g_6_the_prefix_is_that_of_each_tree() {
    let lines = [
        (100, 0, "XADD x 110 f v", "\"110-1\""),
        (101, 1, "XADD x 115 f v", "\"115-2\""),
        (102, 0, "XADD x 120 f v", "\"120-1\""),
        (103, 0, "XGROUP CREATE x g 0", "OK"),
        (
            1_000,
            0,
            "XREADGROUP GROUP g a STREAMS x >",
            "[110-1 115-2 120-1]",
        ),
        (1_001, 0, "XACK x g 115-2 120-1", "(integer) 2"),
        (
            2_000,
            1,
            "XREADGROUP GROUP g b STREAMS x >",
            "[110-1 120-1]",
        ),
    ];
    let effects = play(group(), &lines);
    assert_eq!(effects[5], 1);
}

#[test]
fn g_7_another_region_delivers_again_what_is_not_gap_free() {
    let lines = [
        (100, 0, "XADD x 110 f v", "\"110-1\""),
        (101, 0, "XADD x 120 f v", "\"120-1\""),
        (102, 0, "XADD x 130 f v", "\"130-1\""),
        (103, 0, "XADD x 140 f v", "\"140-1\""),
        (104, 0, "XGROUP CREATE x g 0", "OK"),
        (
            105,
            0,
            "XREADGROUP GROUP g a STREAMS x >",
            "[110-1 120-1 130-1 140-1]",
        ),
        (106, 0, "XACK x g 110-1 130-1", "(integer) 2"),
        // Acknowledged and delivered again: 130. Acknowledged without a gap, and not: 110.
        (
            1_000,
            1,
            "XREADGROUP GROUP g b STREAMS x >",
            "[120-1 130-1 140-1]",
        ),
    ];
    play(group(), &lines);
}

/// Whatever order they were delivered in.
#[test]
fn g_8_a_consumer_rereads_in_the_order_of_ids() {
    let read = "XREADGROUP GROUP g c STREAMS x >";
    let lines = [
        (50, 0, "XGROUP CREATE x g 0 MKSTREAM", "OK"),
        (100, 0, "XADD x 120 f v", "\"120-1\""),
        (101, 1, "XADD x 110 f v", "\"110-2\""),
        (102, 0, read, "[120-1]"),
        (1_000, 0, read, "[110-2]"),
        (
            1_001,
            0,
            "XREADGROUP GROUP g c STREAMS x 0",
            "[110-2 120-1]",
        ),
        (1_002, 0, "XREADGROUP GROUP g c STREAMS x 110-2", "[120-1]"),
        (
            1_003,
            0,
            "XREADGROUP GROUP g d STREAMS x 0",
            "1) 1) \"x\"\n   2) (empty array)",
        ),
    ];
    play(group(), &lines);
}

/// What is the region's own outlives a full synchronisation, which neither brings nor takes it.
#[test]
fn a_full_synchronisation_leaves_consumers_alone() {
    let mut plan = group();
    plan.assumptions.backlog_bytes = Some(Bytes(0));
    plans::at(&mut plan, 1_500, Step::Partition(plans::both(0, 1)));
    plans::at(&mut plan, 9_000, Step::Heal(plans::both(0, 1)));
    let lines = [
        (100, 0, "XADD x 110 f v", "\"110-1\""),
        (101, 0, "XADD x 120 f v", "\"120-1\""),
        (102, 0, "XGROUP CREATE x g 0", "OK"),
        (
            1_000,
            0,
            "XREADGROUP GROUP g a COUNT 1 STREAMS x >",
            "[110-1]",
        ),
        (
            1_001,
            1,
            "XREADGROUP GROUP g b STREAMS x >",
            "[110-1 120-1]",
        ),
        (2_000, 0, "XADD x 130 f v", "\"130-1\""),
        (2_001, 0, "XACK x g 110-1", ONE),
        (19_000, 1, "XRANGE x - +", "[110-1 120-1 130-1]"),
        // The acknowledged prefix came with the state.
        (19_001, 1, "XPENDING x g - + 10 b", "[120-1]"),
        (19_002, 1, "XPENDING x g - + 10 a", "(empty array)"),
        (19_003, 1, "XREADGROUP GROUP g b STREAMS x >", "[130-1]"),
        (
            19_004,
            0,
            "XREADGROUP GROUP g a STREAMS x >",
            "[120-1 130-1]",
        ),
    ];
    play(plan, &lines);
}

/// A region that loses its memory gets entries, groups and prefixes back, and none of its own.
#[test]
fn what_is_the_regions_own_is_lost_with_its_memory() {
    let mut plan = group();
    let (region, memory) = (RegionId(0), Memory::Lost);
    plans::at(&mut plan, 3_000, Step::Outage { region, memory });
    plans::at(&mut plan, 4_000, Step::Return(region));
    let lines = [
        (100, 0, "XADD x 110 f v", "\"110-1\""),
        (101, 0, "XADD x 120 f v", "\"120-1\""),
        (102, 0, "XGROUP CREATE x g 0", "OK"),
        (103, 0, "XREADGROUP GROUP g a STREAMS x >", "[110-1 120-1]"),
        (104, 0, "XACK x g 110-1", ONE),
        (1_000, 1, "XREADGROUP GROUP g b STREAMS x >", "[120-1]"),
        (19_000, 0, "XINFO CONSUMERS x g", "(empty array)"),
        (19_001, 0, "XREADGROUP GROUP g a STREAMS x >", "[120-1]"),
        (19_002, 1, "XPENDING x g - + 10 b", "[120-1]"),
        // Where its tree had come to it knows again.
        (19_003, 0, "XADD x 120 f v", "\"120-17\""),
    ];
    play(plan, &lines);
}
