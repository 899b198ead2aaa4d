//! Every refusal and every failure of the control plane, reached through a scenario file: each
//! states what must come of a request, and passes.

use std::collections::BTreeSet;

use meridian::control::Refusal;
use meridian::experiment::outcome::{ControlResult, Outcome, Status};
use meridian::experiment::run;
use meridian::scenario;
use meridian::world::Options;

/// What no file can reach, with the reason.
const OUT_OF_REACH: &[(&str, &str)] = &[(
    "E-GROUP-FULL",
    "a file has five instances at most; control::tests::refusals shows it",
)];

/// Members `a` and `b`, of one size and configuration, and others.
fn group(size: &str, options: &str, others: &str, steps: &str) -> String {
    format!(
        "(schema_version: 1, question: \"?\", storm: \"1h\", instances: [
            (name: \"a\", region: \"East US\", sku: \"{size}\", {options}),
            (name: \"b\", region: \"West Europe\", sku: \"{size}\", {options}),
            {others}
        ],
        principals: [(name: \"guest\")],
        timeline: [{steps}])"
    )
}

/// A third instance, in Southeast Asia.
fn third(size: &str, at_start: &str, options: &str) -> String {
    format!(
        "(name: \"c\", region: \"Southeast Asia\", sku: \"{size}\", at_start: {at_start}, \
         {options}),"
    )
}

/// What a file that must pass comes to.
///
/// # Panics
/// When it does not load, or fails.
pub(crate) fn outcome(text: &str, overrides: &[&str]) -> Outcome {
    let overrides: Vec<String> = overrides.iter().map(|one| (*one).to_owned()).collect();
    let plan = scenario::parse("refusal.ron", text, &overrides);
    let plan = plan.unwrap_or_else(|mistakes| panic!("{}\n{text}", mistakes.render(false)));
    let outcome = run::run(&plan, Options::default(), "").outcome;
    assert_eq!(
        outcome.status,
        Status::Pass,
        "{text}\n{:#?}",
        outcome.verdicts
    );
    outcome
}

/// The ids of what was refused and what failed.
fn ids(outcome: &Outcome) -> Vec<String> {
    let unmet = outcome.control.iter();
    let unmet = unmet.filter(|one| one.result != ControlResult::Ok);
    let ids = unmet.map(|one| {
        let detail = one.detail.as_ref().expect("it says what was found");
        assert!(
            detail.contains("found ") && detail.contains("accepted: "),
            "{detail}"
        );
        one.error.clone().expect("it has an id")
    });
    ids.collect()
}

const M10: &str = "MemoryOptimized_M10";
const B10: &str = "Balanced_B10";
const FLASH: &str = "FlashOptimized_A250";

/// Of members among themselves.
fn unlinking() -> Vec<String> {
    vec![
        group(
            M10,
            "",
            "",
            r#"
            (at: "1m", do: ForceUnlink(on: "a", drop: "a"), result: Refused("E-UNLINK-SELF")),
            (at: "2m", do: ForceUnlink(on: "a", drop: "b"), result: Succeeds),
            (at: "9m", do: ForceUnlink(on: "a", drop: "b"), result: Refused("E-UNLINK-ABSENT")),
            (at: "9m", do: ForceUnlink(on: "b", drop: "a"), result: Refused("E-UNLINK-FORMER")),
            (at: "9m", do: ForceLink(on: "b"), result: Refused("E-LINK-FORMER")),
            (at: "10m", do: Outage(region: "East US")),
            (at: "11m", do: Delete(on: "a"), result: Refused("E-UNREACHABLE")),
        "#,
        ),
        group(
            M10,
            "",
            "",
            r#"
            (at: "1m", do: Outage(region: "East US")),
            (at: "2m", do: Delete(on: "b"), result: Fails("E-DELETE-PEER")),
        "#,
        ),
        group(
            M10,
            "",
            "",
            r#"
            (at: "1m", do: Scale(on: "a", to: "MemoryOptimized_M20"),
                result: Fails("E-INTERRUPTED")),
            (at: "2m", do: Outage(region: "East US")),
        "#,
        ),
    ]
}

/// What an instance must be like to be a member.
fn prerequisites() -> Vec<String> {
    let creation = |size: &str, options: &str, id: &str| {
        let step = format!("(at: \"1m\", do: Create(instance: \"c\"), result: Refused(\"{id}\"))");
        group(M10, "", &third(size, "Absent", options), &step)
    };
    vec![
        creation("Balanced_B1", "", "E-SKU-GEO"),
        creation(M10, "high_availability: false", "E-NOHA"),
        creation(M10, "modules: [RedisBloom]", "E-MODULE"),
        creation(
            M10,
            "modules: [RediSearch], clustering: EnterpriseCluster, eviction: AllKeysLru",
            "E-SEARCH-EVICT",
        ),
        creation(M10, "modules: [RediSearch]", "E-SEARCH-CLUSTER"),
        creation(M10, "persistence: AppendOnly", "E-PERSIST"),
        creation(B10, "", "E-MISMATCH"),
        creation(FLASH, "eviction: AllKeysLru", "E-FLASH-EVICT"),
        creation("Balanced_B50", "clustering: NoCluster", "E-NOCLUSTER-SIZE"),
    ]
}

/// How an instance is made, and joins.
fn joining() -> Vec<String> {
    vec![group(
        M10,
        "",
        &third(M10, "Absent", ""),
        r#"
            (at: "1m", do: Create(instance: "c", database: "cache"), result: Refused("E-DBNAME")),
            (at: "1m", do: Create(instance: "c", zones: true), result: Refused("E-ZONES")),
            (at: "1m", do: Create(instance: "a"), result: Refused("E-EXISTS")),
            (at: "1m", do: Create(instance: "c", group: "other"), result: Refused("E-NICK")),
            (at: "1m", do: Create(instance: "c", group: "two--hyphens"), result: Refused("E-NAME")),
            (at: "1m", do: Create(instance: "c", linked: ["c", "a"]), result: Refused("E-SPLIT")),
            (at: "1m", do: Create(instance: "c", linked: ["c", "A", "b"]),
                result: Refused("E-ID-CASE")),
            (at: "1m", do: Delete(on: "c"), result: Refused("E-NOT-FOUND")),
            (at: "1m", do: Update(on: "a", set: Linked(["a"])), result: Refused("E-REMOVE-PUT")),
            (at: "1m", do: ForceLink(on: "a"), result: Refused("E-LINK-MEMBER")),
            (at: "2m", do: Outage(region: "West Europe")),
            (at: "3m", do: Create(instance: "c"), result: Fails("E-LINK-TIMEOUT")),
        "#,
    )]
}

/// Sizes and settings.
fn changing() -> Vec<String> {
    let full = group(
        B10,
        "",
        "",
        r#"
        (at: "1m", do: Scale(on: "a", to: "Balanced_B10"), result: Refused("E-SCALE-SAME")),
        (at: "1m", do: Scale(on: "a", to: "Balanced_B5"), result: Refused("E-SCALE-DOWN-GEO")),
        (at: "1m", do: Scale(on: "a", to: "FlashOptimized_A250"), result: Refused("E-SCALE-FLASH")),
        (at: "1m", do: Scale(on: "a", to: "Balanced_B20"), result: Succeeds),
        (at: "2m", do: Scale(on: "a", to: "Balanced_B50"), result: Refused("E-BUSY")),
        (at: "2m", do: Scale(on: "b", to: "Balanced_B50"), result: Refused("E-SCALE-LOCK")),
        (at: "2m", do: Flush(on: "b", by: "guest"), result: Refused("E-RBAC")),
        (at: "2m", do: Update(on: "b", set: Clustering(EnterpriseCluster)),
            result: Refused("E-POLICY")),
        (at: "2m", do: Update(on: "b", set: HighAvailability(false)), result: Refused("E-HA-OFF")),
        (at: "2m", do: Update(on: "b", set: Modules([RedisJson])),
            result: Refused("E-MODULES-FIXED")),
    "#,
    );
    let small = group(
        M10,
        "",
        &third("Balanced_B3", "Alone", "clustering: NoCluster"),
        r#"
        (at: "1m", do: Scale(on: "c", to: "Balanced_B5"), result: Refused("E-SCALE-NOCLUSTER")),
        (at: "1m", do: Scale(on: "c", to: "Balanced_B1"), result: Refused("E-SCALE-TARGET")),
    "#,
    );
    vec![full, small]
}

#[test]
fn every_id_is_reached_through_a_file() {
    let mut reached: BTreeSet<String> = BTreeSet::new();
    for texts in [unlinking(), prerequisites(), joining(), changing()] {
        for text in texts {
            reached.extend(ids(&outcome(&text, &[])));
        }
    }
    // Both shards are full to the brim, and the target is no larger.
    let used = group(
        B10,
        "",
        "",
        r#"
        (at: "1s", do: Command(on: "a", run: "SETRANGE foo 7000 x")),
        (at: "1s", do: Command(on: "a", run: "SETRANGE bar 7000 x")),
        (at: "1m", do: Scale(on: "a", to: "MemoryOptimized_M10"), result: Refused("E-SCALE-USED")),
    "#,
    );
    let brim = ["assumptions.usable_share=0.0001%"];
    reached.extend(ids(&outcome(&used, &brim)));
    let flash = group(
        M10,
        "",
        &third(FLASH, "Absent", ""),
        r#"
        (at: "1m", do: Create(instance: "c"), result: Refused("E-FLASH-GEO")),
    "#,
    );
    reached.extend(ids(&outcome(&flash, &["assumptions.edition=Later"])));
    let unreached: Vec<&str> = Refusal::ALL
        .iter()
        .map(|refusal| refusal.id())
        .filter(|id| !reached.contains(*id))
        .collect();
    let excused: Vec<&str> = OUT_OF_REACH.iter().map(|(id, _)| *id).collect();
    assert_eq!(unreached, excused);
}

/// A demand that is not met fails the run, whichever way it is missed.
#[test]
fn an_unmet_demand_fails_the_run() {
    let unmet = [
        r#"(at: "1m", do: Scale(on: "a", to: "Balanced_B20"), result: Refused("E-SCALE-LOCK"))"#,
        r#"(at: "1m", do: Scale(on: "a", to: "Balanced_B10"), result: Refused("E-SCALE-LOCK"))"#,
        r#"(at: "1m", do: Scale(on: "a", to: "Balanced_B10"), result: Accepted)"#,
        // It has not ended when the run does.
        r#"(at: "59m", do: Scale(on: "a", to: "Balanced_B20"), result: Succeeds)"#,
        r#"(at: "1m", do: Scale(on: "a", to: "Balanced_B20"), then: Unlocked)"#,
        r#"(at: "1m", do: Show("a"), then: Shards(on: "a", are: 3))"#,
        r#"(at: "1m", do: Show("a"), then: Closed("a"))"#,
    ];
    for step in unmet {
        let text = group(B10, "", "", step);
        let plan = scenario::parse("unmet.ron", &text, &[]);
        let plan = plan.unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
        let outcome = run::run(&plan, Options::default(), "").outcome;
        assert_eq!(outcome.status, Status::Fail, "{step}");
    }
}

/// What a scenario says of the state is judged: one that says what is not so fails.
#[test]
fn what_is_not_so_fails() {
    let untrue = [
        r#"Offers(on: "a", only: "MemoryOptimized_M20")"#,
        r#"Offers(on: "a", has: "MemoryOptimized_M10")"#,
        r#"Offers(on: "a", lacks: "MemoryOptimized_M20")"#,
        r#"Locked(leader: "a", to: "MemoryOptimized_M20")"#,
        r#"Syncing(on: "a", from: "b")"#,
        r#"Shards(on: "a", are: 3)"#,
        r#"Links(on: "a", are: [("a", Linked)])"#,
        r#"Closed("a")"#,
    ];
    for condition in untrue {
        let step = format!(r#"(at: "1m", do: Show("a"), then: {condition})"#);
        let plan = scenario::parse("untrue.ron", &group(M10, "", "", &step), &[]);
        let plan = plan.unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
        let outcome = run::run(&plan, Options::default(), "").outcome;
        assert_eq!(outcome.status, Status::Fail, "{condition}");
    }
}
