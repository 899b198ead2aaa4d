//! Axes: where their values go, and how mistakes in them are told.

use super::SMALL;
use crate::plan::{AxisKind, Plan};
use crate::quantity::Bytes;
use crate::scenario::{normal_form, parse, parse_cell, parse_every_way};
use crate::time::SimDuration;

const SIZE: &str = r#"(
        name: "size",
        set: ["instances.redis-us.sku", "instances.1.sku"],
        to: ["Balanced_B5", "Balanced_B10"],
        usd_per_hour: [0.3, 0.6],
    )"#;

/// The small file with these axes.
fn varied(axes: &str) -> String {
    SMALL.replacen(
        "    fill: [",
        &format!("    vary: [{axes}],\n    fill: ["),
        1,
    )
}

fn in_cell(text: &str, cell: &[usize]) -> Plan {
    parse_cell("test.ron", text, &[], cell, Some(7)).unwrap_or_else(|wrong| panic!("{wrong}"))
}

#[track_caller]
fn told(axes: &str, expected: &[&str]) {
    let text = varied(axes);
    let wrong = parse_every_way("test.ron", &text, &[], Some(7));
    let wrong = wrong.map(|_| ()).expect_err("it is wrong").to_string();
    for part in expected {
        assert!(wrong.contains(part), "expected {part}\n{wrong}");
    }
    assert!(wrong.contains("1 mistake;"), "each is told once:\n{wrong}");
}

#[test]
fn values_go_where_their_axis_sets_them() {
    let record = r#"(name: "record", set: "assumptions.record_bytes", to: ["90B", "150B"],
        kind: Band)"#;
    let key = r#"(name: "key", set: "assumptions.key_bytes", to: ["100B", "160B"])"#;
    let rate = r#"(name: "rate", set: "traffic.writers.arrivals.0", to: ["5/s", "9/s"])"#;
    let text = varied(&[SIZE, record, key, rate].join(", "));
    let sku =
        |plan: &Plan| -> Vec<&str> { plan.instances.iter().map(|one| one.sku.name).collect() };
    let first = in_cell(&text, &[]);
    assert_eq!(sku(&first), ["Balanced_B5", "Balanced_B5"]);
    assert_eq!(first.assumptions.record_bytes, Bytes(90));
    let other = in_cell(&text, &[1, 1, 0, 1]);
    assert_eq!(sku(&other), ["Balanced_B10", "Balanced_B10"]);
    assert_eq!(other.assumptions.record_bytes, Bytes(150));
    assert_eq!(other.assumptions.key_bytes, Bytes(100));
    let rates: Vec<u64> = other
        .fleets
        .iter()
        .map(|one| one.arrivals.rate().millihertz)
        .collect();
    assert_eq!(rates, [9_000, 9_000]);
    let axis = &other.axes[0];
    assert_eq!(axis.values[1].label, "Balanced_B10");
    assert_eq!(axis.values[1].micro_usd_per_hour, Some(600_000));
    assert_eq!(
        (axis.kind, other.axes[1].kind),
        (AxisKind::Choice, AxisKind::Band)
    );
    // What was set stands in the plan, and no axis.
    let again = parse("test.ron", &normal_form(&other), &[]).expect("it is valid");
    assert!(again.axes.is_empty());
    assert_eq!(sku(&again), sku(&other));
}

#[test]
fn values_may_be_drawn() {
    let storm = r#"(name: "storm", set: "storm", to: [Between("1h", "2h"), "3h"],
        labels: ["short", "long"])"#;
    let text = varied(storm);
    let first = in_cell(&text, &[0]);
    assert!(first.drawn && first.storm >= SimDuration::from_secs(3_600));
    assert!(first.storm < SimDuration::from_secs(7_200));
    assert_eq!(in_cell(&text, &[1]).storm, SimDuration::from_secs(10_800));
    assert_eq!(first.axes[0].values[0].label, "short");
}

#[test]
fn wrong_values_are_pointed_out_where_they_stand() {
    told(
        &SIZE.replace("Balanced_B10", "Balanced_B11"),
        &[
            "unknown SKU `Balanced_B11`",
            "test.ron:14:29",
            "so it is with `size` at `Balanced_B11`",
        ],
    );
    told(
        r#"(name: "storm", set: "storm", to: ["1h", 5])"#,
        &[
            "expected a duration in quotes, found a number",
            "test.ron:11:53",
        ],
    );
}

#[test]
fn wrong_paths_are_pointed_out_in_their_axis() {
    told(
        &SIZE.replace("redis-us", "redis-su"),
        &[
            "E0911",
            "the list has no entry `redis-su`",
            "test.ron:13:26",
            "did you mean `redis-us`?",
        ],
    );
    told(
        r#"(name: "storm", set: "strom", to: ["1h"])"#,
        &["unknown field `strom`", "did you mean `storm`?"],
    );
    told(
        &SIZE.replace("1.sku", "0.sku"),
        &["sets what an axis before has set"],
    );
    told(
        r#"(name: "seed", set: "seed.x", to: [1])"#,
        &["the path of the axis `seed` leads nowhere at `x`"],
    );
    told(
        r#"(name: "a", set: "vary.0.to", to: [1])"#,
        &["an axis cannot vary axes"],
    );
}

#[test]
fn wrong_axes() {
    let storm = |rest: &str| format!(r#"(name: "storm", set: "storm", {rest})"#);
    told(&storm("to: []"), &["E0912", "has no values"]);
    told(
        &storm(r#"to: ["1h"], usd_per_hour: [1, 2]"#),
        &["2 prices of axis `storm` for 1 values"],
    );
    told(
        &storm(r#"to: ["1h", "2h"], labels: ["a"]"#),
        &["1 labels for 2 values"],
    );
    told(
        &storm(r#"to: ["1h", "2h"], labels: ["a", "a"]"#),
        &["two values are called `a`"],
    );
    told(&storm(r#"to: ["1h"], kid: Band"#), &["unknown field `kid`"]);
    told(
        r#"(name: "a=b", set: "storm", to: ["1h"])"#,
        &["expected a name without `=`"],
    );
    told(
        r#"(name: "storm", to: ["1h"])"#,
        &["axis `storm` has no `set`"],
    );
    let hours: Vec<String> = (1..=40).map(|hours| format!("\"{hours}h\"")).collect();
    let long = |name: &str, field: &str| {
        format!(
            r#"(name: "{name}", set: "{field}", to: [{}])"#,
            hours.join(", ")
        )
    };
    let many = [long("a", "storm"), long("b", "settle")].join(", ");
    told(
        &many,
        &[
            "E0913",
            "2 axes with 1600 cells",
            "expected at most 1000 cells",
        ],
    );
}

#[test]
fn an_override_is_not_lost() {
    let text = varied(r#"(name: "storm", set: "storm", to: ["1h", "2h"])"#);
    let wrong = parse("test.ron", &text, &["storm=3h".to_owned()]);
    let wrong = wrong
        .map(|_| ())
        .expect_err("one of the two is lost")
        .to_string();
    assert!(wrong.contains("sets what `--set` has set"), "{wrong}");
    let values = ["vary.storm.to=[\"4h\"]".to_owned()];
    let plan = parse("test.ron", &text, &values).expect("the axis has other values");
    assert_eq!(plan.storm, SimDuration::from_secs(4 * 3_600));
}
