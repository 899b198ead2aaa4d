//! Consumer groups of streams over several regions: `G-*`, each test named after its rule.
//!
//! The histories are those of Redis' documentation where it shows one
//! (active-active/develop/data-types/streams.md).

use meridian::assumption::XaddIds;
use meridian::id::RegionId;
use meridian::plan::{Memory, Step};
use meridian::quantity::Bytes;

use crate::plans;
use crate::stream_play::{NONE, ONE, group, play, play_out, with_ids};

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
        // A region that has begun to read skips them as one that has not.
        (500, 1, "XGROUP CREATECONSUMER x group1 Bob", ONE),
        (1_000, 0, "XACK x group1 130-0", ONE),
        (2_000, 0, "XACK x group1 120-0", ONE),
        (3_000, 1, "XREADGROUP GROUP group1 Bob STREAMS x >", "(nil)"),
        (
            3_000,
            2,
            "XREADGROUP GROUP group1 Carol STREAMS x >",
            "(nil)",
        ),
        (3_001, 1, "XADD x 140-0 f1 v1", "\"140-0\""),
        (
            3_002,
            1,
            "XREADGROUP GROUP group1 Bob STREAMS x >",
            "[140-0]",
        ),
    ];
    let effects = play(with_ids(XaddIds::Liberal), &lines);
    assert_eq!(
        effects[5..9],
        [1, 0, 0, 1],
        "effects of the acknowledgements"
    );
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

/// What nobody can acknowledge any more is no gap.
#[test]
fn g_5_an_entry_that_is_gone_is_no_gap() {
    let lines = [
        (100, 0, "XADD x 110 f v", "\"110-1\""),
        (101, 0, "XADD x 120 f v", "\"120-1\""),
        (102, 0, "XGROUP CREATE x g 0", "OK"),
        (
            103,
            0,
            "XREADGROUP GROUP g a COUNT 1 STREAMS x >",
            "[110-1]",
        ),
        (104, 0, "XREADGROUP GROUP g b STREAMS x >", "[120-1]"),
        (105, 0, "XGROUP DELCONSUMER x g a", ONE),
        (106, 0, "XDEL x 110-1", ONE),
        (107, 0, "XACK x g 120-1", ONE),
        (1_000, 1, "XREADGROUP GROUP g c STREAMS x >", "(nil)"),
    ];
    assert_eq!(play(group(), &lines)[7], 1);
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
    // Room for one effect.
    plan.assumptions.backlog_bytes = Some(Bytes(100));
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
    let (_, ending) = play_out(plan, &lines);
    let shards = ending
        .instances
        .iter()
        .flat_map(|instance| &instance.shards);
    assert!(shards.map(|shard| shard.counts.full_syncs).sum::<u64>() > 0);
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
