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
            let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
            let number: u32 = name[name.len() - digits.len()..].parse().ok()?;
            let here = number < range.keys && range.render(number) == name;
            here.then(|| range.first + number)
        })
    }

    /// The slot of every key, in index order.
    pub fn slots(&self) -> Vec<u16> {
        (0..self.keys)
            .map(|index| slot(&self.render(index), TagRule::Oss))
            .collect()
    }
}

impl Range {
    fn render(&self, number: u32) -> String {
        if mix(u64::from(number)) % Ratio::ONE.ppm < self.tagged.ppm {
            format!("{{{}}}{number}", self.prefix)
        } else {
            format!("{}{number}", self.prefix)
        }
    }
}
