//! Case G7: hash slots and key popularity.

use meridian::engine::Stream;
use meridian::id::PopulationId;
use meridian::instance::slot::{TagRule, crc16, slot};
use meridian::traffic::{KeyChoice, Popularity};

fn slot_of(key: &str) -> u16 {
    slot(key.as_bytes(), TagRule::Oss)
}

/// Source: Redis docs, commands/cluster-keyslot.md and cluster-spec.md; the lone keys as
/// redis-server 7.0.15 answers `CLUSTER KEYSLOT`.
#[test]
fn g7a_slots() {
    assert_eq!(crc16(b"123456789"), 0x31C3);
    let published = [
        ("somekey", 11_058),
        ("foo{hash_tag}", 2_515),
        ("bar{hash_tag}", 2_515),
        ("foo", 12_182),
        ("bar", 5_061),
        ("hello", 866),
        ("user:1", 10_778),
        ("123456789", 12_739),
    ];
    for (key, expected) in published {
        assert_eq!(slot_of(key), expected, "slot of {key}");
    }
    let alike = [
        ("{user1000}.following", "{user1000}.followers"),
        ("foo{{bar}}zap", "{bar"),
        ("foo{bar}{zap}", "bar"),
    ];
    for (key, other) in alike {
        assert_eq!(slot_of(key), slot_of(other), "{key}");
    }
    assert_eq!(slot_of("foo{}{bar}"), crc16(b"foo{}{bar}") % 16_384);
}

/// The exact distribution, not YCSB's approximation after Gray, which has p(3) = 0.05104: what a
/// fleet draws from 1000 keys, most popular first.
#[test]
fn g7b_zipf_is_exact() {
    const DRAWS: u32 = 1_000_000;
    let popularity = Popularity::Zipf {
        exponent_milli: 990,
    };
    let mut choice = KeyChoice::new(&popularity, PopulationId(0), 1_000);
    let mut stream = Stream::named(1, "case G7");
    let mut counts = vec![0_u32; 1_000];
    for _ in 0..DRAWS {
        counts[choice.draw(&mut stream, 0) as usize] += 1;
    }
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let check = |found: u32, share: f64, what: &str| {
        let found = f64::from(found) / f64::from(DRAWS);
        let tolerance = 4.0 * (share * (1.0 - share) / f64::from(DRAWS)).sqrt();
        assert!(
            (found - share).abs() < tolerance,
            "{what}: {found}, not {share}"
        );
    };
    for (rank, share) in [0.12938, 0.06514, 0.04360, 0.03280].into_iter().enumerate() {
        check(counts[rank], share, &format!("rank {}", rank + 1));
    }
    for (top, share) in [(10, 0.3825), (100, 0.6850), (200, 0.7789)] {
        check(counts[..top].iter().sum(), share, &format!("the top {top}"));
    }
}
