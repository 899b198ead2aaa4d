//! What holds of any input: no panic, and a scenario loads unless it says that it does not.

use proptest::prelude::{Strategy, any, prop};
use serde_json::Value;

use super::{Input, azure, fixture, is_blocked, scenario};
use crate::fuzzed::check;

const FILES: [&str; 7] = [
    "list.json",
    "cluster-rest.json",
    "database-rest.json",
    "geo-rest.json",
    "old.json",
    "article.sh",
    "article.ps1",
];

/// Values that stand in many places, right and wrong.
const VALUES: &str = r#"null true false 0 -1.5 "" [] {} [null] {"name":null} "Balanced_B0"
    "Balanced_B3" "FlashOptimized_A250" "Enterprise_E10" "East US" "westus3" "Spain Central"
    "Nowhere" "Enabled" "Disabled" "Odd" "OSSCluster" "NoCluster" "AllKeysLRU" "NoEviction"
    "Plaintext" "RediSearch" "RedisBloom" "Linking" "replicationGroup" "other\ngroup" "default"
    "Microsoft.Cache/redisEnterprise""#;

/// Ids of a cache that is nowhere, and of one that stands alone.
const IDS: [&str; 2] = [
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Cache/redisEnterprise/c\u{7}/databases/\
     default",
    "/subscriptions/34b6ecbd-ab5c-4768-b0b8-bf587aba80f6/resourceGroups/myResourceGroup/providers/\
     Microsoft.Cache/redisEnterprise/Cache3/databases/default",
];

/// # Panics
/// When the import does, or when its text does not keep its word.
fn holds(bytes: Vec<u8>) -> bool {
    let name = "any\nfile".to_owned();
    let Ok(text) = azure(&[Input { name, bytes }], None) else {
        return false;
    };
    let loaded = scenario::parse("any.ron", &text, &[]);
    let mistakes = loaded.err().map(|mistakes| mistakes.render(false));
    assert_eq!(
        mistakes.is_some(),
        is_blocked(&text),
        "{mistakes:?}\n{text}"
    );
    true
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(FILES.to_vec()).prop_map(|name| fixture(name).bytes)
}

#[test]
fn any_bytes_are_imported_or_refused() {
    check(2_000, prop::collection::vec(any::<u8>(), 0..60), |bytes| {
        holds(bytes);
    });
    let telling = prop::sample::select(b"{}[]\"':,az-\\`^#\n $\xff\0".to_vec());
    check(2_000, prop::collection::vec(telling, 0..40), |bytes| {
        holds(bytes);
    });
}

#[test]
fn any_part_of_a_file_is_imported_or_refused() {
    for name in FILES {
        let bytes = fixture(name).bytes;
        for end in (0..bytes.len()).step_by(3) {
            holds(bytes[..end].to_vec());
            holds(bytes[end..].to_vec());
        }
    }
}

#[test]
fn any_damaged_file_is_imported_or_refused() {
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6);
    check(3_000, (file(), damage), |(mut bytes, damage)| {
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        holds(bytes);
    });
}

/// All places of a value, as JSON pointers.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                pointers(value, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                pointers(value, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn any_other_values_are_imported_or_refused() {
    let mut values: Vec<Value> = serde_json::Deserializer::from_str(VALUES)
        .into_iter()
        .collect::<Result<_, _>>()
        .expect("they are JSON");
    values.extend(IDS.map(Value::from));
    let files = prop::sample::select(FILES[..5].to_vec());
    let index = || any::<prop::sample::Index>();
    let changes = prop::collection::vec((index(), index()), 1..6);
    let imported = std::cell::Cell::new(0);
    check(6_000, (files, changes), |(name, changes)| {
        let mut json: Value = serde_json::from_slice(&fixture(name).bytes).expect("it is JSON");
        for (place, value) in changes {
            let mut places = Vec::new();
            pointers(&json, "", &mut places);
            let place = &places[place.index(places.len())];
            let value = values[value.index(values.len())].clone();
            *json.pointer_mut(place).expect("the place is there") = value;
        }
        imported.set(imported.get() + u32::from(holds(json.to_string().into_bytes())));
    });
    assert!(
        imported.get() > 1_000,
        "only {} were scenarios",
        imported.get()
    );
}

/// Values of lines, right and wrong.
const WORDS: &[&str] = &[
    "az redisenterprise create",
    "az redisenterprise database create",
    "New-AzRedisEnterpriseCache",
    "-n c1",
    "--cluster-name c2",
    "-Name c3",
    "-g rg",
    "--location eastus",
    "-Location 'Spain Central'",
    "--sku Balanced_B0",
    "--sku Balanced_B10",
    "-Sku FlashOptimized_A250",
    "--eviction-policy AllKeysLRU",
    "--clustering-policy NoCluster",
    "--modules name=RediSearch",
    "--persistence rdb-enabled=true rdb-frequency=6h",
    "-AofPersistenceEnabled",
    "--high-availability Disabled",
    "--client-protocol $X",
    "--group-nickname g",
    "--linked-databases id=/subscriptions/s/resourceGroups/rg/providers/Microsoft.Cache/\
     redisEnterprise/c1/databases/default",
    "--no-database",
    "--zones 1",
    "--unknown x",
    "\n",
    "\\\n",
    ";",
];

#[test]
fn any_script_is_imported_or_refused() {
    let words = prop::collection::vec(prop::sample::select(WORDS.to_vec()), 1..14);
    let start = "az redisenterprise create -n c1 -g rg -l westus2 --sku Balanced_B10";
    check(6_000, words, |words| {
        holds(format!("{start} {}", words.join(" ")).into_bytes());
    });
}
