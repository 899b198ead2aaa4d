//! Every kind of comment that an import leaves, by what makes it say so.

use serde_json::{Value, json};

use super::{azure, fixture, import, input, is_blocked, scenario};

/// The list of caches with some values replaced: pointer and value, `null` to take one out.
fn changed(changes: &[(&str, Value)]) -> String {
    let list = String::from_utf8(fixture("list.json").bytes).expect("it is text");
    let mut list: Value = serde_json::from_str(&list).expect("it is JSON");
    for (pointer, value) in changes {
        *list.pointer_mut(pointer).expect("the pointer is right") = value.clone();
    }
    let text = list.to_string();
    import("a.json", &text).expect("it can be imported")
}

/// The comments of a scenario, each as one line.
fn comments(text: &str) -> String {
    let mut comments = String::new();
    for line in text.lines().map(str::trim_start) {
        match (line.strip_prefix("//   "), line.strip_prefix("// ")) {
            (Some(more), _) => comments.push_str(&format!(" {more}")),
            (None, Some(comment)) => comments.push_str(&format!("\n{comment}")),
            (None, None) => comments.push('\n'),
        }
    }
    comments
}

/// A comment must stand there; whether the scenario loads is as its mark says.
#[track_caller]
fn check(text: &str, comment: &str) {
    let comments = comments(text);
    assert!(comments.contains(comment), "{comment}\n{text}");
    let loaded = scenario::parse("a.ron", text, &[]);
    assert_eq!(loaded.is_err(), is_blocked(text), "{text}");
    assert_eq!(is_blocked(text), comments.contains("\n!! "), "{text}");
}

#[track_caller]
fn refused(changes: &[(&str, Value)], comment: &str) {
    let text = changed(changes);
    check(&text, &format!("\n!! {comment}"));
}

#[track_caller]
fn aside(changes: &[(&str, Value)], comment: &str) {
    let text = changed(changes);
    check(&text, &format!("\n{comment}"));
    assert!(!is_blocked(&text), "{text}");
}

const FIRST: &str = "/0/databases/0";

/// A change of both members.
fn both(field: &str, value: Value) -> Vec<(String, Value)> {
    let at = |index: usize| (format!("/{index}{field}"), value.clone());
    vec![at(0), at(1)]
}

#[track_caller]
fn both_refused(changes: &[Vec<(String, Value)>], comment: &str) {
    let changes = changes.concat();
    let changes: Vec<(&str, Value)> = changes
        .iter()
        .map(|(pointer, value)| (&**pointer, value.clone()))
        .collect();
    refused(&changes, comment);
}

#[test]
fn values_that_no_scenario_knows() {
    refused(
        &[("/0/location", json!("East USA"))],
        "a.json /0/location: `East USA` is not known; accepted: what `meridian catalogue regions` \
         lists, such as `East US`.",
    );
    refused(
        &[("/0/sku/name", json!("Balanced_B11"))],
        "a.json /0/sku/name: `Balanced_B11` is not known; accepted: what `meridian catalogue skus` \
         lists, such as `Balanced_B1`.",
    );
    refused(
        &[("/0/sku/name", json!("Enterprise_E10"))],
        "a.json /0/sku/name: `Enterprise_E10` is not known; accepted: a size of Azure Managed \
         Redis, what `meridian catalogue skus` lists (this is one of Azure Cache for Redis).",
    );
    let database = |field: &str, accepted: &str| {
        let pointer = format!("{FIRST}/{field}");
        let comment = format!("a.json {pointer}: `Odd` is not known; accepted: {accepted}.");
        refused(&[(&pointer, json!("Odd"))], &comment);
    };
    let policies = "AllKeysLfu, AllKeysLru, AllKeysRandom, VolatileLru, VolatileLfu, VolatileTtl, \
                    VolatileRandom, NoEviction";
    database("evictionPolicy", policies);
    database(
        "clusteringPolicy",
        "OSSCluster, EnterpriseCluster, NoCluster",
    );
    database("clientProtocol", "Encrypted, Plaintext");
    // What is not known is not judged.
    let text = changed(&[("/0/databases/0/clusteringPolicy", json!("Odd"))]);
    assert!(!text.contains("E-SEARCH-CLUSTER"), "{text}");
    refused(
        &[("/0/highAvailability", json!("Odd"))],
        "a.json /0/highAvailability: `Odd` is not known; accepted: Enabled, Disabled.",
    );
    refused(
        &[("/0/databases/0/modules/0/name", json!("RedisGraph"))],
        "a.json /0/databases/0/modules: the module `RedisGraph` is not known; accepted: \
         RediSearch, RedisJSON, RedisBloom, RedisTimeSeries.",
    );
}

#[test]
fn persistence_that_no_scenario_has() {
    let at = "/2/databases/0/persistence";
    let snapshots = json!({"rdbEnabled": true, "rdbFrequency": "2h"});
    refused(
        &[(at, snapshots)],
        "a.json /2/databases/0/persistence: snapshots without a known frequency; accepted: 1h, \
         6h, 12h: write persistence yourself.",
    );
    let both = json!({"rdbEnabled": true, "rdbFrequency": "1h", "aofEnabled": true});
    refused(
        &[(at, both)],
        "a.json /2/databases/0/persistence: a log and snapshots at once; accepted: one of them: \
         write persistence yourself.",
    );
    let always = json!({"aofEnabled": true, "aofFrequency": "always"});
    aside(
        &[(at, always)],
        "a.json /2/databases/0/persistence: the log is synced `always`; a scenario has each \
         second alone.",
    );
}

#[test]
fn what_the_product_refuses_of_members() {
    let sku = |name: &str| both("/sku/name", json!(name));
    let eviction = |name: &str| both("/databases/0/evictionPolicy", json!(name));
    let none = || both("/databases/0/modules", json!([]));
    both_refused(
        &[sku("Balanced_B0")],
        "the SKU does not support geo-replication. Refused as E-SKU-GEO: found \"Balanced_B0\"; \
         accepted: Balanced_B3 or larger.",
    );
    both_refused(
        &[sku("FlashOptimized_A250"), eviction("VolatileLRU"), none()],
        "a Flash Optimized member must have the eviction policy NoEviction. Refused as \
         E-FLASH-EVICT: found VolatileLru; accepted: NoEviction.",
    );
    both_refused(
        &[both("/highAvailability", json!("Disabled"))],
        "a member needs high availability. Refused as E-NOHA",
    );
    let bloom = json!([{"name": "RedisBloom"}]);
    both_refused(
        &[both("/databases/0/modules", bloom)],
        "only the modules RediSearch and RedisJSON can be in a group. Refused as E-MODULE",
    );
    both_refused(
        &[both("/databases/0/persistence/aofEnabled", json!(true))],
        "data persistence and active geo-replication exclude one another. Refused as E-PERSIST",
    );
    both_refused(
        &[eviction("AllKeysLRU")],
        "RediSearch needs the eviction policy NoEviction. Refused as E-SEARCH-EVICT",
    );
    both_refused(
        &[both("/databases/0/clusteringPolicy", json!("OSSCluster"))],
        "RediSearch needs the clustering policy EnterpriseCluster. Refused as E-SEARCH-CLUSTER",
    );
    let no_cluster = both("/databases/0/clusteringPolicy", json!("NoCluster"));
    both_refused(
        &[no_cluster, none(), sku("Balanced_B50")],
        "an instance without clustering has at most 25 GB. Refused as E-NOCLUSTER-SIZE",
    );
    let flash: Vec<_> = [sku("FlashOptimized_A250"), none()].concat();
    let flash: Vec<(&str, Value)> = flash.iter().map(|(at, to)| (&**at, to.clone())).collect();
    aside(
        &flash,
        "In a later edition of the product page, E-FLASH-GEO: Flash Optimized sizes cannot be in \
         a group.",
    );
    // Who stands alone is judged by what instances can be, and the scenario takes it as it is.
    let search = json!([{"name": "RediSearch"}]);
    aside(
        &[("/2/databases/0/modules", search)],
        "RediSearch needs the clustering policy EnterpriseCluster. Refused as E-SEARCH-CLUSTER",
    );
}

#[test]
fn members_that_differ() {
    let none = || {
        (
            ("/0/databases/0/modules", json!([])),
            ("/1/databases/0/modules", json!([])),
        )
    };
    refused(
        &[("/1/sku/name", json!("Balanced_B20"))],
        "its size is Balanced_B20, and Balanced_B10 that of `Cache1`: refused as \
         E-MISMATCH.",
    );
    let (one, two) = none();
    refused(
        &[
            one,
            two,
            ("/1/databases/0/evictionPolicy", json!("AllKeysLFU")),
        ],
        "its eviction policy is AllKeysLfu, and NoEviction that of `Cache1`: refused as \
         E-MISMATCH.",
    );
    let (one, two) = none();
    refused(
        &[
            one,
            two,
            ("/0/databases/0/evictionPolicy", json!("AllKeysLFU")),
            ("/1/databases/0/evictionPolicy", Value::Null),
        ],
        "its eviction policy is NoEviction, and AllKeysLfu that of `Cache1`: refused as \
         E-MISMATCH.",
    );
    let (one, two) = none();
    aside(
        &[
            one,
            two,
            ("/1/databases/0/clusteringPolicy", json!("OSSCluster")),
        ],
        "its clustering policy is OssCluster, and EnterpriseCluster that of `Cache1`: refused as \
         E-MISMATCH.",
    );
    aside(
        &[("/1/databases/0/modules", json!([]))],
        "its list of modules is [], and [RediSearch] that of `Cache1`: refused as \
         E-MISMATCH.",
    );
    aside(
        &[("/1/databases/0/clientProtocol", json!("Plaintext"))],
        "its use of TLS is false, and true that of `Cache1`: refused as \
         E-MISMATCH.",
    );
}

#[test]
fn links_that_are_not_in_order() {
    let links = "/0/databases/0/geoReplication/linkedDatabases";
    aside(
        &[(&format!("{links}/1/state"), json!("LinkFailed"))],
        "a.json /0/databases/0/geoReplication/linkedDatabases/1: `Cache1` sees its link as \
         `LinkFailed`; a scenario starts with it linked.",
    );
    aside(
        &[(links, json!([]))],
        "It does not list itself, `Cache2` as linked; a scenario starts with all linked. See \
         E-SPLIT: the list",
    );
}

#[test]
fn a_list_without_others_is_told_and_its_group_is_called_group_without_a_nickname() {
    let at = |index: usize| format!("/{index}/databases/0/geoReplication/groupNickname");
    aside(
        &[(&at(0), Value::Null), (&at(1), Value::Null)],
        "The group's nickname is not in the input; it is called `group` here.",
    );
    let geo = json!({"groupNickname": "replicationGroup", "linkedDatabases": []});
    let mut list: Value = serde_json::from_slice(&fixture("list.json").bytes).expect("it is JSON");
    list[2]["databases"][0]["geoReplication"] = geo;
    let text = import("a.json", &list.to_string()).expect("it can be imported");
    check(
        &text,
        "\nIt is linked with none of the group of its nickname (Cache3 list each other): it \
         stands alone here. See E-SPLIT",
    );
    assert!(text.contains("at_start: Alone"), "{text}");
}

#[test]
fn what_was_under_way_and_what_is_not_there() {
    aside(
        &[("/0/resourceState", json!("Scaling"))],
        "a.json /0/resourceState: it was `Scaling`; a scenario starts with it running.",
    );
    aside(
        &[("/2/databases", json!([]))],
        "It has no database: it is absent until a request creates it.",
    );
    // As a member it would be refused for its size.
    refused(
        &[("/2/databases", Value::Null)],
        "the SKU does not support geo-replication.",
    );
    let alone = "/2/sku/name";
    aside(
        &[
            ("/2/databases", Value::Null),
            (alone, json!("Balanced_B10")),
            ("/2/highAvailability", json!("Enabled")),
        ],
        "at_start is not in the input: this is a member of the group, unless `at_start: Alone` \
         stands here.",
    );
    aside(
        &[("/2/databases/0/evictionPolicy", Value::Null)],
        "eviction is not in the input: NoEviction holds until it stands here. Azure's own default \
         is VolatileLru.",
    );
    aside(
        &[
            ("/2/databases/0/clientProtocol", Value::Null),
            ("/2/highAvailability", Value::Null),
        ],
        "Not in the input, so that Azure's defaults hold here: tls: true, high_availability: true.",
    );
    refused(
        &[("/0/location", Value::Null)],
        "The region of `Cache1` is not in the input.",
    );
    refused(
        &[("/0/sku", Value::Null)],
        "The size of `Cache1` is not in the input.",
    );
    let text = changed(&[("/0/sku", Value::Null)]);
    let command = "\n            //   az redisenterprise show --cluster-name Cache1 \
                   --resource-group myResourceGroup\n";
    assert!(text.contains(command), "{text}");
}

#[test]
fn names_and_places() {
    aside(
        &[
            ("/2/databases/0/id", Value::Null),
            ("/2/databases/0/name", json!("db1")),
        ],
        "a.json /2/databases/0/name: `db1` is refused as E-DBNAME",
    );
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Cache/redisEnterprise/";
    refused(
        &[
            ("/2/databases", json!([])),
            ("/2/id", json!(format!("{id}cache--3"))),
        ],
        "`cache--3` is no name that Azure gives; refused as E-NAME",
    );
    aside(
        &[
            ("/2/databases", json!([])),
            ("/2/id", json!(format!("{id}Cache1"))),
        ],
        "Its name is taken above; this is `Cache1` of g in s.",
    );
    let long = "a".repeat(65);
    let at = |index: usize| format!("/{index}/databases/0/geoReplication/groupNickname");
    refused(
        &[(&at(0), json!(long)), (&at(1), json!(long))],
        &format!("`{long}` is no name that Azure gives; refused as E-NAME"),
    );
    refused(
        &[
            ("/0/location", json!("Spain Central")),
            ("/1/location", json!("East US")),
        ],
        "no round-trip time is published between `Spain Central` and `East US`",
    );
}

#[test]
fn a_page_of_a_longer_list() {
    let page = json!({"value": [], "nextLink": "https://example"});
    let inputs = [fixture("list.json"), input("page.json", &page.to_string())];
    let text = azure(&inputs, None).expect("it can be imported");
    check(
        &text,
        "\npage.json /nextLink: the list goes on at a next link; only this page is read.",
    );
}

#[test]
fn what_a_line_says_that_a_scenario_cannot() {
    let head = "az redisenterprise create -n c1 -g rg -l eastus --sku Balanced_B10";
    let told = |rest: &str, comment: &str| {
        let text = import("a.sh", &format!("{head} {rest}")).expect("it can be imported");
        check(&text, &format!("\n{comment}"));
        assert!(!is_blocked(&text), "{text}");
    };
    told(
        "--port 10000 --tags a=b",
        "a.sh:1: a scenario has no place for `--port`, `--tags`.",
    );
    told(
        "--geo-replication-id x",
        "a.sh:1: `--geo-replication-id` is no option that is known here: left out.",
    );
    told(
        "--evictionpolicy x",
        "a.sh:1: `--evictionpolicy` is no option that is known here: left out. Is it \
         `--eviction-policy`?",
    );
    told(
        "--eviction-policy $POLICY",
        "a.sh:1: `--eviction-policy` is `$POLICY`, which is not written out: left open.",
    );
    told(
        "--zones 1 2",
        "a.sh:1 --zones: refused as E-ZONES: zones cannot be asked for",
    );
    told(
        "--no-database",
        "It has no database: it is absent until a request creates it.",
    );
    let id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Cache/redisEnterprise/C1";
    told(
        &format!("--group-nickname g --linked-databases id={id}/databases/default"),
        "a.sh:1 --linked-databases: `c1` lists it as `C1`: refused as E-ID-CASE",
    );
    told(
        "\naz login",
        "Passed over, as they create no cache: `az login` (a.sh:2).",
    );
    told(
        "\naz redisenterprise update -n c1 --sku Balanced_B20",
        "Not followed, though caches may differ for it: `az redisenterprise update` (a.sh:2).",
    );
    let script = format!("oops {head}");
    let script = script
        .replace("oops az", "az")
        .replace("create -n", "create oops -n");
    let text = import("a.sh", &script).expect("it can be imported");
    check(&text, "\na.sh:1: `oops` belongs to no option: left out.");
}

#[test]
fn powershell_says_persistence_and_modules_in_its_own_way() {
    let script = "PS C:\\> $c = New-AzRedisEnterpriseCacheDatabase -name c1 `\n  \
                  -ResourceGroupName rg \
                  -Module \"{name:RedisBloom, args:`\"ERROR_RATE 0.00`\"}\",'{name:RedisJSON}' \
                  -RdbPersistenceEnabled -RdbPersistenceFrequency '1h' -ClientProtocol:Plaintext\n\
                  New-AzRedisEnterpriseCache -Name c1 -Location 'East US' -Sku Balanced_B10 \
                  -HighAvailability Disabled -NoDatabase";
    let text = import("a.ps1", script).expect("it can be imported");
    for field in [
        "modules: [RedisBloom, RedisJson],",
        "persistence: EveryHour,",
        "tls: false,",
        "high_availability: false,",
        "region: \"East US\",",
        "at_start: Alone,",
    ] {
        assert!(text.contains(field), "{field}\n{text}");
    }
    check(&text, "\neviction is not in the input");
}
