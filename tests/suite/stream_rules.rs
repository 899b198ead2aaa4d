//! Streams over several regions: `X-*`, each test named after its rule.
//!
//! The histories are those of Redis' documentation where it shows one
//! (active-active/develop/data-types/streams.md).

use meridian::assumption::XaddIds;

use crate::stream_play::{NONE, ONE, group, play, with_ids};

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
