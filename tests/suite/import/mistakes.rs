//! What cannot be imported, word for word.

use serde_json::{Value, json};

use super::{azure, fixture, import, input};

#[track_caller]
fn told(name: &str, text: &str, expected: &str) {
    let refused = import(name, text).expect_err("it cannot be imported");
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn files_that_azure_did_not_print() {
    let object = "an object of `az redisenterprise show` or `az redisenterprise database show`";
    told(
        "a.json",
        "[{\"id\": ]",
        "`a.json` is not JSON: expected value at line 1 column 9",
    );
    told(
        "a.json",
        "[5]",
        &format!("a.json /0: found `5`, expected {object}"),
    );
    told(
        "a.json",
        "{}",
        &format!("a.json: found an object with nothing, expected {object}"),
    );
    told(
        "a.json",
        "{\"error\": {\"code\": \"NotFound\"}}",
        &format!("a.json: found an object with `error`, expected {object}"),
    );
    told(
        "a.json",
        "{\"type\": \"Microsoft.Cache/Redis\", \"sku\": {}}",
        &format!("a.json: found a resource of type `Microsoft.Cache/Redis`, expected {object}"),
    );
    let nothing = |name: &str| {
        format!(
            "no cache is in {name}: expected the JSON of `az redisenterprise show`, or lines with \
             `az redisenterprise create` or `New-AzRedisEnterpriseCache`"
        )
    };
    told("a.json", "[]", &nothing("a.json"));
    told("a.sh", "az login\n", &nothing("a.sh"));
    told("empty", "", &nothing("empty"));
}

#[test]
fn values_of_another_kind() {
    let cluster = |fields: Value| {
        let mut cluster =
            json!({"type": "Microsoft.Cache/redisEnterprise", "name": "c", "sku": {}});
        let fields = fields.as_object().expect("fields");
        for (name, value) in fields {
            cluster[name] = value.clone();
        }
        cluster.to_string()
    };
    let check = |fields: Value, expected: &str| told("a.json", &cluster(fields), expected);
    check(
        json!({"location": 7}),
        "a.json /location: found `7`, expected a text",
    );
    check(
        json!({"sku": {"name": [1]}}),
        "a.json /sku/name: found `[1]`, expected a text",
    );
    check(
        json!({"databases": {}}),
        "a.json /databases: found `{}`, expected a list",
    );
    check(
        json!({"databases": [1]}),
        "a.json /databases/0: found `1`, expected a database",
    );
    let database = |fields: Value| json!({"databases": [fields]});
    check(
        database(json!({"modules": [1]})),
        "a.json /databases/0/modules/0: found `1`, expected a module with its name",
    );
    check(
        database(json!({"persistence": {"aofEnabled": "yes"}})),
        "a.json /databases/0/persistence/aofEnabled: found `\"yes\"`, expected `true` or `false`",
    );
    check(
        database(json!({"geoReplication": [], "properties": {"port": 1}})),
        "a.json /databases/0/geoReplication: found `[]`, expected an object",
    );
    check(
        database(json!({"geoReplication": {"linkedDatabases": [{"state": "Linked"}]}})),
        "a.json /databases/0/geoReplication/linkedDatabases/0: found `{\"state\":\"Linked\"}`, \
         expected a linked database with its id",
    );
    let form = "`/subscriptions/…/resourceGroups/…/providers/Microsoft.Cache/redisEnterprise/NAME/\
                databases/default`";
    check(
        json!({"id": "Cache1"}),
        &format!("a.json /id: found the id \"Cache1\", expected {form}"),
    );
    told(
        "a.json",
        "{\"evictionPolicy\": \"NoEviction\", \"name\": \"default\"}",
        "a.json: found an object without `id`, expected the id that tells which cache it is",
    );
}

#[test]
fn lines_that_do_not_say_enough() {
    let create = "az redisenterprise create";
    told(
        "a.sh",
        &format!("\n{create} --sku Balanced_B10"),
        "a.sh:2: found a line that creates a cache and does not write out its name, expected \
         `--cluster-name NAME`, or `-Name NAME` in PowerShell",
    );
    told(
        "a.sh",
        &format!("{create} -n c1 --sku --location eastus"),
        "a.sh:1: found `--sku` without a value, expected its value behind it",
    );
    told(
        "a.sh",
        &format!("{create} -n c1 --modules RediSearch"),
        "a.sh:1 --modules: found `RediSearch`, expected such as `name=RediSearch`",
    );
    told(
        "a.sh",
        &format!("{create} -n c1 --persistence on"),
        "a.sh:1 --persistence: found `on`, expected such as `rdb-enabled=true`",
    );
    let form = "`/subscriptions/…/resourceGroups/…/providers/Microsoft.Cache/redisEnterprise/NAME/\
                databases/default`";
    told(
        "a.sh",
        &format!("{create} -n c1 --linked-databases id=$ID"),
        &format!("a.sh:1 --linked-databases: found `id=$ID`, expected {form}"),
    );
    told(
        "a.sh",
        &format!("{create} -n \"c1"),
        "a.sh:1:30: the quote \" has no end: expected another one",
    );
}

/// A cluster and its database in resource group `group`, linked with `linked`.
fn member(group: &str, name: &str, nickname: &str, linked: &[&str]) -> Value {
    let head = "/subscriptions/s/resourceGroups";
    let id = |group: &str, name: &str| {
        format!("{head}/{group}/providers/Microsoft.Cache/redisEnterprise/{name}")
    };
    let database = |name: &&str| {
        let id = id(group, name);
        json!({"id": format!("{id}/databases/default"), "state": "Linked"})
    };
    let linked: Vec<Value> = linked.iter().map(database).collect();
    let geo = json!({"groupNickname": nickname, "linkedDatabases": linked});
    json!({
        "id": id(group, name), "location": "eastus", "sku": {"name": "Balanced_B10"},
        "databases": [{"geoReplication": geo}],
    })
}

#[test]
fn contradictions() {
    let other = json!({
        "id": member("rg", "c1", "g", &[])["id"], "location": "westus",
        "sku": {"name": "Balanced_B10"},
    });
    let list = json!([member("rg", "c1", "g", &["c1"]), other]);
    told(
        "a.json",
        &list.to_string(),
        "`c1` has two regions: `eastus` (a.json /0/location) and `westus` (a.json /1/location); \
         expected one, so leave one of them out",
    );
    let list = json!([
        member("rg", "c1", "g", &["c2"]),
        member("rg", "c2", "h", &["c1"])
    ]);
    told(
        "a.json",
        &list.to_string(),
        "`c2` has two groups, as its links and its nickname tell: `g` (a.json \
         /0/databases/0/geoReplication/groupNickname) and `h` (a.json \
         /1/databases/0/geoReplication/groupNickname); expected one, so leave one of them out",
    );
    let list = json!([member("rg1", "c1", "g", &[]), member("rg2", "c1", "h", &[])]);
    let inputs = [
        input("a.json", &list.to_string()),
        input("b.sh", "az redisenterprise create -n c1 --sku Balanced_B10"),
    ];
    let refused = azure(&inputs, None).expect_err("which is not said");
    let [list, line] = inputs;
    assert_eq!(
        azure(&[line, list], None),
        Err(refused.clone()),
        "in any order"
    );
    assert_eq!(
        refused.to_string(),
        "b.sh:1: which `c1` is meant? There are `c1` of rg1 in s and `c1` of rg2 in s; expected \
         its resource group"
    );
}

#[test]
fn the_same_said_twice_is_no_contradiction() {
    let other = json!({
        "id": member("RG", "C1", "g", &[])["id"], "location": "East US",
        "sku": {"name": "balanced_b10"},
    });
    let list = json!([member("rg", "c1", "g", &["c1"]), other]);
    import("a.json", &list.to_string()).expect("it can be imported");
}

#[test]
fn more_than_a_scenario_has_room_for() {
    let names = ["c1", "c2", "c3", "c4", "c5", "c6"];
    let group = |names: &[&str]| -> Vec<Value> {
        names
            .iter()
            .map(|name| member("rg", name, "g", names))
            .collect()
    };
    let all = Value::from(group(&names));
    told(
        "a.json",
        &all.to_string(),
        "E-GROUP-FULL: the group `g` has 6 members (c1, c2, c3, c4, c5, c6); accepted: at most 5",
    );
    let mut some = group(&names[..5]);
    some.push(json!({"name": "c6", "sku": {}}));
    told(
        "a.json",
        &Value::from(some).to_string(),
        "6 caches (c1, c2, c3, c4, c5, c6); a scenario has at most 5 instances: `--group NICKNAME` \
         takes the members of one group alone",
    );
    let alone: Vec<Value> = names
        .iter()
        .map(|name| json!({"name": name, "sku": {}}))
        .collect();
    told(
        "a.json",
        &Value::from(alone).to_string(),
        "6 caches (c1, c2, c3, c4, c5, c6); a scenario has at most 5 instances: give fewer of them",
    );
}

#[test]
fn more_than_one_group() {
    let two = json!([
        member("rg", "c1", "g", &["c1"]),
        member("rg", "c2", "h", &["c2"])
    ]);
    told(
        "a.json",
        &two.to_string(),
        "several groups: `g` (c1), `h` (c2); a scenario has one: name it with `--group NICKNAME`, \
         or leave the others' files out",
    );
    let halves = json!([
        member("rg", "c1", "g", &["c1"]),
        member("rg", "c2", "g", &["c2"])
    ]);
    told(
        "a.json",
        &halves.to_string(),
        "several groups: `g` (c1), `g` (c2); a scenario has one: name it with `--group NICKNAME`, \
         or leave the others' files out",
    );
    let alone = json!([{"name": "c1", "sku": {}}]);
    let refused = azure(&[input("a.json", &alone.to_string())], Some("g"));
    assert_eq!(
        refused.expect_err("there is none").to_string(),
        "no group is called `g`: every cache stands alone"
    );
    assert!(azure(&[fixture("list.json")], None).is_ok());
}
