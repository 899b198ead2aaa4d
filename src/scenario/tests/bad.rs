//! Every kind of mistake, and how it is pointed out.

use super::{SMALL, mistakes};
use crate::scenario::diagnostic::Code;

/// Makes changes to the small file, each of which must find its place.
fn changed(changes: &[(&str, &str)]) -> String {
    let mut text = SMALL.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "`{from}` is in the small file");
        text = text.replacen(from, to, 1);
    }
    text
}

/// Snapshots the messages after some changes.
fn check(name: &str, changes: &[(&str, &str)]) {
    let mistakes = mistakes(&changed(changes), &[]);
    insta::assert_snapshot!(name, mistakes.to_string());
}

/// The codes after some changes, in the order of the text.
fn codes(changes: &[(&str, &str)]) -> Vec<Code> {
    mistakes(&changed(changes), &[])
        .list()
        .iter()
        .map(|mistake| mistake.code)
        .collect()
}

const INSTANCES: &str = "(name: \"redis-eu\", region: \"West Europe\", sku: \"Balanced_B3\"),";
const STEPS: &str = "(at: \"20m\", do: Heal()),";
const FILL: &str = "(prefix: \"user:\", keys: 1000, value: \"1KB\"),";
const EXPECT: &str = "NoOom,";

#[test]
fn syntax() {
    check("syntax_comma", &[("seed: 7,", "seed: 7")]);
    check("syntax_unclosed", &[("    ],\n    runbook", "    runbook")]);
    check("syntax_string", &[("\"1h\"", "\"1h")]);
    check("syntax_colon", &[("seed: 7", "seed = 7")]);
    check(
        "syntax_end",
        &[("        NoOom,\n    ],\n)", "        NoOom,\n")],
    );
}

#[test]
fn shape() {
    check("field_unknown", &[("settle:", "setle:")]);
    check("field_repeated", &[("seed: 7,", "seed: 7, seed: 8,")]);
    check(
        "field_missing",
        &[
            ("region: \"West Europe\", ", ""),
            ("    storm: \"1h\",\n", ""),
        ],
    );
    check(
        "type_wrong",
        &[
            ("seed: 7", "seed: \"7\""),
            ("name: \"redis-us\"", "name: 5"),
        ],
    );
    check(
        "list_wrong",
        &[
            ("expect: [", "expect: ("),
            ("NoOom,\n    ]", "NoOom,\n    )"),
        ],
    );
    check(
        "variant_unknown",
        &[("Heal()", "Heel()"), ("Poisson", "poisson")],
    );
    check("variant_field", &[("between:", "beetween:")]);
    check(
        "number_range",
        &[("keys: 1000", "keys: 99999999999"), ("seed: 7", "seed: -7")],
    );
    check("version", &[("schema_version: 1", "schema_version: 2")]);
}

#[test]
fn quantities() {
    check(
        "duration",
        &[
            ("\"1h\"", "\"1 hours\""),
            ("\"10m\",\n    inst", "10,\n    inst"),
        ],
    );
    check("duration_unit", &[("\"60s\"", "\"60\"")]);
    check("rate", &[("60/s", "60")]);
    check("share", &[("80%", "eighty")]);
    check("bytes", &[("1KB", "1kb")]);
    check(
        "epoch",
        &[("seed: 7,", "seed: 7, epoch: \"2026-02-30T00:00:00Z\",")],
    );
    check("range_rate", &[("60/s", "0/s")]);
    check("range_share", &[("80%", "180%")]);
}

#[test]
fn names() {
    check(
        "region_unknown",
        &[("\"West Europe\", sku", "\"Wets Europe\", sku")],
    );
    check("sku_unknown", &[("Balanced_B3", "Balanced_B4")]);
    check(
        "instance_unknown",
        &[("drop: \"redis-us\"", "drop: \"redis-uk\"")],
    );
    check(
        "population_unknown",
        &[("keys: \"user:\"", "keys: \"users:\"")],
    );
    check("mix_unknown", &[("ycsb-a", "ycsb-g")]);
    check("name_twice", &[("redis-eu", "redis-us")]);
    check("name_unusable", &[("\"unlink\"", "\"\"")]);
    check(
        "region_idle",
        &[(
            "(\"East US\", \"West Europe\")",
            "(\"East US\", \"North Europe\")",
        )],
    );
}

#[test]
fn groups() {
    let many: String = (0..6)
        .map(|number| INSTANCES.replace("redis-eu", &format!("r{number}")))
        .collect();
    check("group_size", &[(INSTANCES, &many)]);
    check(
        "sku_geo",
        &[
            ("Balanced_B3", "Balanced_B1"),
            ("Balanced_B3", "Balanced_B1"),
        ],
    );
    check("mismatch", &[("Balanced_B3", "Balanced_B5")]);
    let sku = "sku: \"Balanced_B3\"";
    check(
        "mismatch_eviction",
        &[(sku, &format!("{sku}, eviction: AllKeysLru"))],
    );
    check(
        "flash_evict",
        &[
            (sku, "sku: \"FlashOptimized_A250\", eviction: NoEviction"),
            (sku, "sku: \"FlashOptimized_A250\", eviction: VolatileTtl"),
        ],
    );
    check(
        "shards",
        &[("sku: \"Balanced_B3\"", "sku: \"Balanced_B3\", shards: 0")],
    );
}

#[test]
fn timelines() {
    let step = |step: &str| format!("{STEPS}\n        {step}");
    let check_step = |name: &str, text: &str| check(name, &[(STEPS, &step(text))]);
    check_step(
        "outside_run",
        "(at: \"61m\", do: Outage(region: \"East US\")),",
    );
    check_step(
        "already_dark",
        "(at: \"5m\", do: Outage(region: \"East US\")),
        (at: \"6m\", do: Outage(region: \"East US\")),",
    );
    check_step("not_dark", "(at: \"5m\", do: Return(region: \"East US\")),");
    check_step(
        "already_cut",
        "(at: \"15m\", do: Partition(one_way: [(\"East US\", \"West Europe\")])),",
    );
    check_step(
        "not_cut",
        "(at: \"25m\", do: Heal(between: (\"East US\", \"West Europe\"))),",
    );
    check_step(
        "unlink_self",
        "(at: \"30m\", do: ForceUnlink(on: \"redis-us\", drop: \"redis-us\")),",
    );
    check_step(
        "command",
        "(at: \"30m\", do: Command(on: \"redis-us\", run: \"SET k \\\"v\")),",
    );
    check_step(
        "reply",
        "(at: \"30m\", do: Command(on: \"redis-us\", run: \"INCR k\", reply: \"1\")),",
    );
    check_step(
        "self_route",
        "(at: \"30m\", do: Partition(between: (\"East US\", \"eastus\"))),",
    );
    check_step(
        "no_change",
        "(at: \"30m\", do: Degrade(between: (\"East US\", \"West Europe\"))),",
    );
    check_step("no_routes", "(at: \"30m\", do: Partition()),");
    check("phases", &[("\"1h\"", "\"0s\"")]);
}

#[test]
fn networks() {
    let with = |routes: &str| format!("routes: [{routes}],\n    fill: [");
    let check_routes = |name: &str, routes: &str| check(name, &[("fill: [", &with(routes))]);
    check_routes("route_ends", "(from: \"East US\", delay: \"1ms\")");
    check_routes(
        "route_twice",
        "(between: (\"East US\", \"West Europe\")), (from: \"East US\", to: \"West Europe\")",
    );
    check_routes(
        "delay",
        "(between: (\"East US\", \"West Europe\"),
            delay: Quantiles([(\"0%\", \"5ms\"), (\"100%\", \"1ms\")]))",
    );
    check_routes(
        "delay_zero",
        "(between: (\"East US\", \"West Europe\"), delay: \"0s\")",
    );
    check(
        "no_round_trip",
        &[("\"West Europe\", sku", "\"Austria East\", sku")],
    );
}

#[test]
fn keys_and_traffic() {
    let fill = |text: &str| format!("{FILL}\n        {text}");
    check("fill_too_large", &[("keys: 1000", "keys: 10_000_000")]);
    check(
        "prefix_overlap",
        &[(
            FILL,
            &fill("(prefix: \"user:1\", keys: 1, value: \"1KB\"),"),
        )],
    );
    check(
        "fill_amount",
        &[
            ("keys: 1000,", ""),
            ("value: \"1KB\"", "value: \"1KB\", holds: String"),
        ],
    );
    check(
        "fill_twice",
        &[("keys: 1000", "keys: 1000, memory: \"50%\"")],
    );
    check(
        "weights",
        &[("\"ycsb-a\"", "Own([(Read, 0), (Update, 0)])")],
    );
    check(
        "ttl",
        &[("value: \"1KB\"", "value: \"1KB\", ttl_share: \"10%\"")],
    );
    check(
        "kind",
        &[("\"ycsb-a\"", "Own([(Read, 1), (Increment, 1)])")],
    );
    check("key_space", &[("keys: 1000", "keys: 1000, key_space: 10")]);
    check(
        "fleet_times",
        &[(
            "keys: \"user:\"",
            "keys: \"user:\", starts: \"20m\", ends: \"10m\"",
        )],
    );
    check(
        "exponent",
        &[("keys: \"user:\"", "keys: \"user:\", popularity: Zipf(1e3)")],
    );
}

#[test]
fn demands() {
    let demand = |text: &str| format!("{EXPECT}\n        {text}");
    let check_demand = |name: &str, text: &str| check(name, &[(EXPECT, &demand(text))]);
    check_demand(
        "bounds",
        "LostWrites(), LostWrites(at_least: 5, at_most: 1),",
    );
    check_demand(
        "contradiction",
        "OomBetween(on: \"redis-eu\", from: \"10m\", to: \"20m\"),",
    );
    check(
        "never_fires",
        &[
            (EXPECT, "NoOom, Sometimes(RuleFired)"),
            ("runbook: [", "runbook: [/*"),
            ("    ],\n    expect", "    */],\n    expect"),
        ],
    );
    check("too_long", &[("\"60s\"", "\"11m\"")]);
}

#[test]
fn all_mistakes_are_reported_at_once() {
    check(
        "many",
        &[
            ("question:", "qestion:"),
            ("storm: \"1h\"", "storm: \"1 hour\""),
            (
                "\"West Europe\", sku: \"Balanced_B3\"",
                "\"Wets Europe\", sku: \"Balanced_B1\"",
            ),
            ("Poisson(\"60/s\")", "Poisson(\"60\")"),
            ("keys: \"user:\"", "keys: \"usr:\", popularty: Uniform"),
            ("\"20m\", do: Heal()", "\"20m\", do: Heel()"),
            ("at: \"10m\", ", ""),
            ("drop: \"redis-us\"", "drop: \"redis-uk\""),
            ("NoOom,", "NoOom, StaysAprt,"),
        ],
    );
}

#[test]
fn a_mistake_brings_no_others_with_it() {
    // The instance cannot be read, so nothing that names it can be judged.
    let broken = [(
        INSTANCES,
        "(name: 7, region: \"West Europe\", sku: \"Balanced_B3\"),",
    )];
    assert_eq!(codes(&broken), [Code::WrongType]);
    let unknown = [("\"West Europe\", sku", "\"Mars\", sku")];
    assert_eq!(codes(&unknown), [Code::UnknownRegion]);
    assert_eq!(codes(&[("\"1h\"", "\"an hour\"")]), [Code::Duration]);
    assert_eq!(
        codes(&[("prefix: \"user:\"", "prefix: 7")]),
        [Code::WrongType]
    );
}

#[test]
fn colours_are_for_terminals() {
    let mistakes = mistakes(&changed(&[("seed: 7", "sed: 7")]), &[]);
    assert!(mistakes.render(true).contains("\u{1b}["));
    assert!(!mistakes.render(false).contains("\u{1b}["));
}
