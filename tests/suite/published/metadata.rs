//! Case G9: bytes of metadata of a short string.
//!
//! Source: Ctrip, xredis-crdt docs: 16 million keys at three sites, per key over plain Redis: 64.0
//! B in Redis-CRDT, whose structs come to 56 + 8n B at n sites instead of 16 B, and 128.1 B in
//! Redis Enterprise Active-Active, good to 25 % (its version is not stated).

use meridian::id::InstanceId;
use meridian::plan::{MemoryKind, Sizes, Step, ValueKind};
use meridian::quantity::Bytes;
use meridian::world::{Options, World};

use crate::plans;

const KEYS: u32 = 4_000;
/// What plain Redis has of headers for a string.
const PLAIN: u64 = 16;

/// What each member of a group of `members` holds of one kind at the end, where every key's
/// metadata takes `key_bytes`: half the keys from the start, half of them written by members.
fn metered(members: u16, key_bytes: Option<u64>, kind: MemoryKind) -> Vec<u64> {
    let mut plan = plans::group(usize::from(members), 5);
    let population = plans::populate(&mut plan, "key:", KEYS, ValueKind::String);
    plan.populations[population].value_bytes = Sizes::Constant(16);
    plan.populations[population].filled = KEYS / 2;
    if let Some(bytes) = key_bytes {
        plan.assumptions.key_bytes = Bytes(bytes);
    }
    for number in 0..KEYS / 2 {
        let on = InstanceId(u16::try_from(number).expect("a number") % members);
        let step = Step::Command {
            on,
            client: None,
            text: format!("SET written:{number:04} sixteen-bytes-xx"),
            reply: Some("OK".to_owned()),
            effects: None,
        };
        plans::at(&mut plan, 100 + u64::from(number), step);
    }
    let ending = World::new(&plan, Options::default()).run(&mut |_| ());
    let instances = ending.instances.iter();
    instances
        .map(|instance| {
            assert_eq!(instance.keys, u64::from(KEYS), "{members} members");
            let shards = instance.shards.iter();
            shards.map(|shard| shard.used[kind as usize]).sum()
        })
        .collect()
}

/// A model with that layout meters exactly what its structs come to.
#[test]
fn g9_the_ledger_meters_a_known_layout_exactly() {
    for members in 1..=5 {
        let layout = 56 + 8 * u64::from(members);
        let found = metered(members, Some(layout - PLAIN), MemoryKind::Metadata);
        for bytes in found {
            assert_eq!(
                bytes,
                (layout - PLAIN) * u64::from(KEYS),
                "{members} members"
            );
        }
    }
    // Published: 87.5 B a key instead of 23.5 B.
    let three = metered(3, Some(56 + 8 * 3 - PLAIN), MemoryKind::Metadata);
    assert_eq!(three, [64 * u64::from(KEYS); 3]);
}

/// What Redis lays out itself does not depend on the metadata.
#[test]
fn g9_metadata_is_on_top_of_what_plain_redis_takes() {
    for kind in [MemoryKind::Values, MemoryKind::Keys] {
        assert_eq!(metered(3, Some(0), kind), metered(3, None, kind));
    }
    assert_eq!(metered(3, Some(0), MemoryKind::Metadata), [0; 3]);
}

#[test]
fn g9_the_default_is_within_what_was_measured() {
    for bytes in metered(3, None, MemoryKind::Metadata) {
        let per_key = bytes as f64 / f64::from(KEYS);
        println!("{per_key} B a key, measured 128.1 B, good to 25 %");
        assert!((per_key / 128.1 - 1.0).abs() < 0.25, "{per_key} B a key");
    }
}
