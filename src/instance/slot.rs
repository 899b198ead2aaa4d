//! Which of the 16 384 hash slots a key belongs to.
//!
//! Source: Redis docs, cluster-spec.md (CRC16/XMODEM, hash tags); Redis Enterprise docs,
//! databases/durability-ha/clustering.md (the standard hashing policy's regular expressions).

use crate::assumption::Hashing;

/// The number of hash slots.
pub const SLOTS: u16 = 16_384;

/// Which part of a key is hashed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TagRule {
    /// What stands between the first `{` and the first `}` after it, unless that is empty. Azure's
    /// OSS clustering policy.
    Oss,
    /// What stands between the last `{` that is closed at all and the last `}`, empty or not: the
    /// match of `.*\{(?<tag>.*)\}.*`. Azure's Enterprise clustering policy.
    Regex,
}

impl From<Hashing> for TagRule {
    fn from(hashing: Hashing) -> Self {
        match hashing {
            Hashing::Oss => Self::Oss,
            Hashing::Standard => Self::Regex,
        }
    }
}

/// The slot of `key`.
pub fn slot(key: &[u8], rule: TagRule) -> u16 {
    crc16(tag(key, rule)) % SLOTS
}

/// The part of `key` that is hashed.
pub fn tag(key: &[u8], rule: TagRule) -> &[u8] {
    let braces = match rule {
        TagRule::Oss => first_pair(key),
        TagRule::Regex => last_pair(key),
    };
    braces.map_or(key, |(open, close)| &key[open + 1..close])
}

fn first_pair(key: &[u8]) -> Option<(usize, usize)> {
    let open = key.iter().position(|&byte| byte == b'{')?;
    let length = key[open + 1..].iter().position(|&byte| byte == b'}')?;
    (length > 0).then_some((open, open + 1 + length))
}

fn last_pair(key: &[u8]) -> Option<(usize, usize)> {
    let close = key.iter().rposition(|&byte| byte == b'}')?;
    let open = key[..close].iter().rposition(|&byte| byte == b'{')?;
    Some((open, close))
}

const POLYNOMIAL: u16 = 0x1021;
const TABLE: [u16; 256] = crc_table();

#[expect(clippy::cast_possible_truncation, reason = "the index stays below 256")]
const fn crc_table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < table.len() {
        let mut rest = (index as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            let carry = rest & 0x8000 != 0;
            rest <<= 1;
            if carry {
                rest ^= POLYNOMIAL;
            }
            bit += 1;
        }
        table[index] = rest;
        index += 1;
    }
    table
}

/// CRC16 in its XMODEM form: polynomial 0x1021, initial value zero, nothing reflected.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |rest, &byte| {
        let [high, _] = rest.to_be_bytes();
        (rest << 8) ^ TABLE[usize::from(high ^ byte)]
    })
}

#[cfg(test)]
mod tests {
    use super::{TagRule, crc16, slot, tag};

    fn check_slot(key: &str, expect: u16) {
        assert_eq!(slot(key.as_bytes(), TagRule::Oss), expect, "slot of {key}");
    }

    fn check_tag(key: &str, oss: &str, regex: &str) {
        assert_eq!(
            tag(key.as_bytes(), TagRule::Oss),
            oss.as_bytes(),
            "OSS tag of {key}"
        );
        assert_eq!(
            tag(key.as_bytes(), TagRule::Regex),
            regex.as_bytes(),
            "regex tag of {key}"
        );
    }

    #[test]
    fn published_slots() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
        // Source: Redis docs, commands/cluster-keyslot.md.
        check_slot("somekey", 11_058);
        check_slot("foo{hash_tag}", 2_515);
        check_slot("bar{hash_tag}", 2_515);
        // As redis-server 7.0.15 answers.
        check_slot("foo", 12_182);
        check_slot("bar", 5_061);
        check_slot("hello", 866);
        check_slot("user:1", 10_778);
        check_slot("123456789", 12_739);
        check_slot("", 0);
    }

    #[test]
    fn hash_tags() {
        check_tag("{user1000}.following", "user1000", "user1000");
        check_tag("{user1000}.followers", "user1000", "user1000");
        check_tag("foo{}{bar}", "foo{}{bar}", "bar");
        check_tag("foo{{bar}}zap", "{bar", "bar}");
        check_tag("foo{bar}{zap}", "bar", "zap");
        check_tag("plain", "plain", "plain");
        check_tag("open{only", "open{only", "open{only");
        check_tag("}close{first", "}close{first", "}close{first");
    }

    #[test]
    fn empty_tags_collide_under_the_regex_rule_only() {
        assert_eq!(slot(b"a{}", TagRule::Regex), slot(b"b{}", TagRule::Regex));
        assert_ne!(slot(b"a{}", TagRule::Oss), slot(b"b{}", TagRule::Oss));
    }
}
