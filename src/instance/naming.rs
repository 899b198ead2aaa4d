//! Names of generated keys: rendered for display and hashing, recognised when a command names one.

use crate::engine::mix;
use crate::instance::slot::{TagRule, slot};
use crate::quantity::Ratio;

/// All generated keys: populations laid end to end over one index.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    ranges: Vec<Range>,
    keys: u32,
}

#[derive(Clone, Debug)]
struct Range {
    prefix: String,
    first: u32,
    keys: u32,
    tagged: Ratio,
}

impl Naming {
    /// Appends a population of `keys` keys, of whose names the share `tagged` have one hash tag.
    /// Returns the index of its first key.
    ///
    /// # Panics
    /// When there are more than 2^32 keys; loading refuses that.
    pub fn add(&mut self, prefix: &str, keys: u32, tagged: Ratio) -> u32 {
        let first = self.keys;
        self.keys = first
            .checked_add(keys)
            .expect("loading bounds the number of keys");
        self.ranges.push(Range {
            prefix: prefix.to_owned(),
            first,
            keys,
            tagged,
        });
        first
    }

    /// The number of keys.
    pub fn keys(&self) -> u32 {
        self.keys
    }

    /// The name of a key.
    ///
    /// # Panics
    /// When no population has the index.
    pub fn render(&self, index: u32) -> Vec<u8> {
        let range = self
            .ranges
            .iter()
            .find(|range| index - range.first < range.keys)
            .expect("an index belongs to a population");
        range.render(index - range.first).into_bytes()
    }

    /// The index of the key called `name`, if a population has it.
    pub fn find(&self, name: &[u8]) -> Option<u32> {
        let name = std::str::from_utf8(name).ok()?;
        self.ranges.iter().find_map(|range| {
            let number: u32 = range.digits(name)?.parse().ok()?;
            // A number has one name alone: with its hash tag or without, and no leading zeros.
            let here = number < range.keys && range.render(number) == name;
            here.then(|| range.first + number)
        })
    }

    /// The slot of every key, in index order.
    pub fn slots(&self, rule: TagRule) -> Vec<u16> {
        (0..self.keys)
            .map(|index| slot(&self.render(index), rule))
            .collect()
    }
}

impl Range {
    /// What stands behind the prefix, with or without its hash tag.
    fn digits<'n>(&self, name: &'n str) -> Option<&'n str> {
        let plain = name.strip_prefix(&self.prefix);
        let tagged = || {
            let inner = name.strip_prefix('{')?.strip_prefix(&self.prefix)?;
            inner.strip_prefix('}')
        };
        plain
            .filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
            .or_else(tagged)
    }

    fn render(&self, number: u32) -> String {
        if mix(u64::from(number)) % Ratio::ONE.ppm < self.tagged.ppm {
            format!("{{{}}}{number}", self.prefix)
        } else {
            format!("{}{number}", self.prefix)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Naming;
    use crate::quantity::Ratio;

    const NONE: Ratio = Ratio { ppm: 0 };
    const HALF: Ratio = Ratio { ppm: 500_000 };

    /// Every key is found by the name it is shown by, whatever its prefix looks like.
    #[test]
    fn every_name_leads_back_to_its_key() {
        for tagged in [NONE, HALF, Ratio::ONE] {
            let mut naming = Naming::default();
            for prefix in ["user:", "shop2:user:", "2024", "{a}:1:", "käse:", "", "x}"] {
                naming.add(prefix, 120, tagged);
            }
            for key in 0..naming.keys() {
                let name = naming.render(key);
                let shown = String::from_utf8_lossy(&name).into_owned();
                assert_eq!(naming.find(&name), Some(key), "{shown}, {tagged} tagged");
            }
        }
    }

    #[test]
    fn other_names_belong_to_nobody() {
        let mut naming = Naming::default();
        naming.add("shop2:user:", 10, NONE);
        for name in [
            "shop2:user:",
            "shop2:user:10",
            "shop2:user:07",
            "shop2:user:+7",
            "shop2:user:7x",
            "{shop2:user:}7",
            "shop:user:7",
            "7",
            "",
        ] {
            assert_eq!(naming.find(name.as_bytes()), None, "{name}");
        }
        assert_eq!(naming.find(b"shop2:user:\xff"), None);
    }

    /// A share of the names is tagged; each number has one of the two names.
    #[test]
    fn a_number_has_one_name() {
        let mut naming = Naming::default();
        naming.add("cart9:", 1000, HALF);
        let is_key = |name: String| naming.find(name.as_bytes()).is_some();
        let mut tagged = 0;
        for number in 0..1000 {
            let both = (
                is_key(format!("cart9:{number}")),
                is_key(format!("{{cart9:}}{number}")),
            );
            assert!(both.0 != both.1, "number {number}: {both:?}");
            tagged += u32::from(both.1);
        }
        assert!((400..600).contains(&tagged), "{tagged} of 1000 are tagged");
    }
}
