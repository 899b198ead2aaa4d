//! What the keys of a population take on an instance, by the same figures as its ledger.

use crate::assumption::Assumptions;
use crate::crdt;
use crate::crdt::typed::Kind;
use crate::instance::{GENERATED_KEY_BYTES, footprint};
use crate::plan::{Sizes, ValueKind};
use crate::quantity::Ratio;

/// How many sizes of a uniform distribution are weighed for the mean.
const STEPS: u64 = 1_024;
/// Means are kept in thousandths of a byte.
const MILLI: u64 = 1_000;

/// What the keys of a population have in common.
pub(super) struct Keys<'a> {
    pub kind: ValueKind,
    pub sizes: &'a Sizes,
    pub expiring: Ratio,
}

impl Keys<'_> {
    /// What `count` keys take on one instance, on average over their values.
    pub fn bytes(&self, count: u32, assumptions: &Assumptions) -> u64 {
        let milli = u128::from(self.mean_milli(assumptions)) * u128::from(count);
        u64::try_from(milli / u128::from(MILLI)).unwrap_or(u64::MAX)
    }

    /// How many keys fit into `memory`.
    pub fn fitting(&self, memory: u64, assumptions: &Assumptions) -> u64 {
        let milli = u128::from(memory) * u128::from(MILLI);
        let count = milli / u128::from(self.mean_milli(assumptions).max(1));
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// The mean of one key over sizes and deadlines, in thousandths of a byte.
    fn mean_milli(&self, assumptions: &Assumptions) -> u64 {
        let weigh = |value: u64| {
            let lasting = key_bytes(self.kind, value, false, assumptions) * MILLI;
            let expiring = key_bytes(self.kind, value, true, assumptions) * MILLI;
            lasting + self.expiring.of(expiring.saturating_sub(lasting))
        };
        match self.sizes {
            Sizes::Constant(size) => weigh(u64::from(*size)),
            Sizes::Uniform(from, to) => {
                let (from, range) = (u64::from(*from), u64::from(to.saturating_sub(*from)));
                let size = |step| from + range * step / (STEPS - 1);
                let total: u128 = (0..STEPS).map(|step| u128::from(weigh(size(step)))).sum();
                u64::try_from(total / u128::from(STEPS)).unwrap_or(u64::MAX)
            }
            Sizes::Weighted(sizes) => {
                let weights: u128 = sizes.iter().map(|(_, weight)| u128::from(*weight)).sum();
                let total: u128 = sizes
                    .iter()
                    .map(|(size, weight)| u128::from(weigh(u64::from(*size))) * u128::from(*weight))
                    .sum();
                u64::try_from(total / weights.max(1)).unwrap_or(u64::MAX)
            }
        }
    }
}

/// The bytes of one filled key.
fn key_bytes(kind: ValueKind, value: u64, expires: bool, assumptions: &Assumptions) -> u64 {
    if kind == ValueKind::String && !expires {
        return total(&footprint::plain(GENERATED_KEY_BYTES, value, assumptions));
    }
    let mut sizes = crdt::Sizes { has_deadline: expires, ..crdt::Sizes::default() };
    match kind {
        ValueKind::String => (sizes.kind, sizes.string_bytes) = (Some(Kind::String), value),
        ValueKind::Counter => (sizes.kind, sizes.string_bytes) = (Some(Kind::String), 1),
        ValueKind::Hash { fields } => {
            sizes.kind = Some(Kind::Hash);
            sizes.elements = u64::from(fields);
            sizes.element_bytes = names_bytes(sizes.elements) + sizes.elements * value;
        }
        ValueKind::Set { members } => {
            sizes.kind = Some(Kind::Set);
            sizes.elements = u64::from(members);
            sizes.element_bytes = names_bytes(sizes.elements);
        }
    }
    total(&footprint::general(GENERATED_KEY_BYTES, &sizes, assumptions))
}

/// The bytes of `count` names made of a letter and a number from 0.
fn names_bytes(count: u64) -> u64 {
    let mut sum = 0;
    let (mut start, mut digits) = (0, 1);
    while start < count {
        let end = count.min(10_u64.pow(digits));
        sum += (end - start) * u64::from(1 + digits);
        (start, digits) = (end, digits + 1);
    }
    sum
}

fn total(taken: &footprint::Footprint) -> u64 {
    taken.values + taken.keys + taken.metadata + taken.tombstones
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_weigh_what_the_ledger_charges() {
        let assumptions = Assumptions::default();
        let bytes = |kind, value, expires| key_bytes(kind, value, expires, &assumptions);
        assert_eq!(bytes(ValueKind::String, 32, false), 136 + 128);
        assert_eq!(bytes(ValueKind::String, 1000, false), 1112 + 128);
        assert_eq!(bytes(ValueKind::String, 32, true), 136 + 128 + 40);
        assert_eq!(names_bytes(12), 10 * 2 + 2 * 3);
    }

    #[test]
    fn what_fits_takes_no_more_than_there_is() {
        let sizes = Sizes::Weighted(vec![(100, 9), (10_000, 1)]);
        let keys = Keys {
            kind: ValueKind::String,
            sizes: &sizes,
            expiring: Ratio { ppm: 500_000 },
        };
        let assumptions = Assumptions::default();
        let count = keys.fitting(1_000_000_000, &assumptions);
        let taken = keys.bytes(u32::try_from(count).expect("few keys fit"), &assumptions);
        assert!((999_990_000..=1_000_000_000).contains(&taken), "{taken}");
    }
}
