//! What Azure prints becomes the beginning of a scenario.

mod comments;
mod mistakes;
mod mutated;

use std::fs;
use std::path::Path;

use meridian::import::{Error, Input, azure};
use meridian::plan::request::{Clustering, Module, Persistence};
use meridian::plan::{AtStart, Plan};
use meridian::scenario;

/// A fixture as an input.
fn fixture(name: &str) -> Input {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/azure");
    let bytes = fs::read(folder.join(name)).expect("the fixture is there");
    let name = name.to_owned();
    Input { name, bytes }
}

fn input(name: &str, text: &str) -> Input {
    let (name, bytes) = (name.to_owned(), text.as_bytes().to_vec());
    Input { name, bytes }
}

/// The scenario from one file.
fn import(name: &str, text: &str) -> Result<String, Error> {
    azure(&[input(name, text)], None)
}

/// The plan of a scenario that must load.
#[track_caller]
fn plan(text: &str) -> Plan {
    let loaded = scenario::parse("group.ron", text, &[]);
    loaded.unwrap_or_else(|mistakes| panic!("{}\n{text}", mistakes.render(false)))
}

/// Whether a comment says that it does not load.
fn is_blocked(text: &str) -> bool {
    text.lines()
        .any(|line| line.trim_start().starts_with("// !!"))
}

/// Name, region, size and place of every instance.
fn instances(plan: &Plan) -> Vec<(String, &str, &str, AtStart)> {
    let one = |instance: &meridian::plan::InstancePlan| {
        let region = &*plan.regions[instance.region].name;
        (
            instance.name.clone(),
            region,
            instance.sku.name,
            instance.at_start,
        )
    };
    plan.instances.iter().map(one).collect()
}

#[test]
fn a_list_of_caches_is_a_group_and_who_stands_beside_it() {
    let text = azure(&[fixture("list.json")], None).expect("it can be imported");
    insta::assert_snapshot!("azure-list", text);
    let plan = plan(&text);
    assert_eq!(plan.group, "replicationGroup");
    let expected = [
        (
            "Cache1".to_owned(),
            "East US",
            "Balanced_B10",
            AtStart::Member,
        ),
        (
            "Cache2".to_owned(),
            "West US",
            "Balanced_B10",
            AtStart::Member,
        ),
        (
            "Cache3".to_owned(),
            "UK South",
            "Balanced_B1",
            AtStart::Alone,
        ),
    ];
    assert_eq!(instances(&plan), expected);
    let options: Vec<_> = plan
        .instances
        .iter()
        .map(|one| one.options.clone())
        .collect();
    assert_eq!(options[0].clustering, Clustering::EnterpriseCluster);
    assert_eq!(options[0].modules, [Module::RediSearch]);
    assert_eq!((options[0].persistence, options[0].tls), (None, true));
    let snapshots = Some(Persistence::Snapshot { hours: 6 });
    assert_eq!((options[2].persistence, options[2].tls), (snapshots, false));
    assert!(options[0].high_availability && !options[2].high_availability);
}

#[test]
fn one_group_is_taken_alone_on_demand() {
    let taken = |group: &str| azure(&[fixture("list.json")], Some(group));
    let text = taken("ReplicationGroup").expect("it can be imported");
    assert_eq!(plan(&text).instances.iter().count(), 2);
    assert!(
        text.contains("// Not in the group asked for, and left out: Cache3.\n"),
        "{text}"
    );
    let refused = taken("other").expect_err("there is no such group");
    assert_eq!(
        refused.to_string(),
        "no group is called `other`: there are `replicationGroup` (Cache1, Cache2)"
    );
}

#[test]
fn a_cluster_and_its_database_may_stand_in_two_files_in_any_order() {
    let files = [fixture("cluster-rest.json"), fixture("database-rest.json")];
    let text = azure(&files, None).expect("it can be imported");
    let plan = plan(&text);
    let expected = [(
        "cache1".to_owned(),
        "West US",
        "MemoryOptimized_M10",
        AtStart::Alone,
    )];
    assert_eq!(instances(&plan), expected);
    let options = plan.instances.iter().map(|one| one.options.clone()).next();
    let options = options.expect("there is an instance");
    assert_eq!(
        options.persistence,
        Some(Persistence::Snapshot { hours: 12 })
    );
    assert_eq!(options.modules, [Module::RedisBloom]);
    let [cluster, database] = files;
    let lines = |text: &str| text.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    let other = azure(&[database, cluster], None).expect("it can be imported");
    assert_eq!(lines(&other), lines(&text));
}

#[test]
fn several_values_in_one_file_are_one_input() {
    let both = ["cluster-rest.json", "database-rest.json"].map(|name| fixture(name).bytes);
    let joined = Input {
        name: "both.json".to_owned(),
        bytes: both.concat(),
    };
    let text = azure(&[joined], None).expect("it can be imported");
    assert_eq!(plan(&text).instances.iter().count(), 1);
    assert!(!text.contains("What is not in the input"), "{text}");
}

#[test]
fn linked_databases_without_their_clusters_are_asked_for() {
    let text = azure(&[fixture("geo-rest.json")], None).expect("it can be imported");
    insta::assert_snapshot!("azure-geo", text);
    let mistakes = scenario::parse("group.ron", &text, &[]).expect_err("much is missing");
    let expected = ["cache1", "cache1-2", "cache2"]
        .map(|name| ["region", "sku"].map(|field| format!("instance `{name}` has no `{field}`")));
    let found: Vec<&str> = mistakes.list().iter().map(|one| &*one.message).collect();
    assert_eq!(found, expected.concat());
}

#[test]
fn the_article_s_lines_make_the_article_s_group() {
    let shell = azure(&[fixture("article.sh")], None).expect("it can be imported");
    insta::assert_snapshot!("azure-article", shell);
    let power = azure(&[fixture("article.ps1")], None).expect("it can be imported");
    assert_eq!(power.replace("article.ps1", "article.sh"), shell);
    let plan = plan(&shell);
    assert_eq!(plan.group, "replicationGroup");
    let expected = [
        (
            "Cache1".to_owned(),
            "East US",
            "Balanced_B10",
            AtStart::Member,
        ),
        (
            "Cache2".to_owned(),
            "West US",
            "Balanced_B10",
            AtStart::Member,
        ),
    ];
    assert_eq!(instances(&plan), expected);
}

#[test]
fn the_second_line_alone_asks_for_the_first_cache() {
    let script = String::from_utf8(fixture("article.sh").bytes).expect("it is text");
    let second = script.lines().nth(1).expect("there are two lines");
    let text = import("b.sh", second).expect("it can be imported");
    assert!(
        text.contains("// !! The region of `Cache1` is not in the input.\n"),
        "{text}"
    );
    assert!(!text.contains("region of `Cache2`"), "{text}");
}

#[test]
fn a_script_may_break_its_lines_as_its_shell_does() {
    let text = azure(&[fixture("manual.sh")], None).expect("it can be imported");
    insta::assert_snapshot!("azure-manual", text);
    plan(&text);
    let script = String::from_utf8(fixture("manual.sh").bytes).expect("it is text");
    for (sign, end) in [("`", "\n"), ("^", "\r\n")] {
        let other = script
            .replace("\\\n", &format!("{sign}\n"))
            .replace('\n', end);
        assert_eq!(import("manual.sh", &other).as_ref(), Ok(&text), "{sign}");
    }
}

#[test]
fn windows_powershell_s_files_are_read() {
    let text = String::from_utf8(fixture("list.json").bytes).expect("it is text");
    let expected = import("list.json", &text);
    let wide = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let bytes = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let name = "list.json".to_owned();
    assert_eq!(azure(&[Input { name, bytes }], None), expected);
}
