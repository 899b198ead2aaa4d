//! How large values are, and how many keys fit into a memory.

use crate::assumption::Assumptions;
use crate::plan::{Sizes, ValueKind};
use crate::quantity::{Bytes, Ratio};
use crate::scenario::lower::weight::{KeyShape, key_bytes};
use crate::scenario::lower::{Lowering, Owner, both};
use crate::scenario::schema::keys::SizeChoice;
use crate::scenario::schema::leaf::{Either, Quantity};
use crate::scenario::span::{Field, Sp};

/// The longest string Redis holds. Source: Redis docs, data types, strings.
const VALUE_MAX: Bytes = Bytes(512 * 1024 * 1024);
/// How many sizes of a uniform distribution are weighed for the mean.
const STEPS: u64 = 1_024;

/// What the keys of a population have in common.
pub(super) struct Keys<'a> {
    pub prefix: &'a str,
    pub kind: ValueKind,
    pub sizes: &'a Sizes,
    pub tagged: Ratio,
    pub expiring: Ratio,
}

impl Lowering<'_> {
    pub(super) fn sizes(
        &mut self,
        field: &Field<Either<Quantity<Bytes>, SizeChoice>>,
        kind: ValueKind,
        owner: &Owner,
    ) -> Option<Sizes> {
        if field.is_absent() && matches!(kind, ValueKind::Counter | ValueKind::Set { .. }) {
            return Some(Sizes::Constant(8));
        }
        let given = self.required(field, "value", owner, "\"1KB\"")?;
        match &given.value {
            Either::Plain(quantity) => {
                let quantity = Sp { value: *quantity, span: given.span };
                self.value_size(&quantity).map(Sizes::Constant)
            }
            Either::Chosen(SizeChoice::Uniform { from, to }) => {
                let owner = Owner::new("`Uniform`", given.span);
                let from = self.required(from, "from", &owner, "\"100B\"");
                let to = self.required(to, "to", &owner, "\"1KB\"");
                let (from, to) = (from?, to?);
                let sizes = (self.value_size(from)?, self.value_size(to)?);
                if sizes.0 > sizes.1 {
                    let range = format!("at least {}", from.value.0);
                    self.out_of_range(to.span, "the greatest size", &to.value.0, &range);
                    return None;
                }
                Some(Sizes::Uniform(sizes.0, sizes.1))
            }
            Either::Chosen(SizeChoice::Weighted(list)) => {
                let list = list.given()?;
                let mut sizes = Vec::new();
                for entry in &list.value {
                    let (size, weight) = both(entry.value()?)?;
                    sizes.push((self.value_size(size)?, weight.value));
                }
                let weights: Vec<u32> = sizes.iter().map(|(_, weight)| *weight).collect();
                self.weights(list.span, &weights).then_some(Sizes::Weighted(sizes))
            }
        }
    }

    fn value_size(&mut self, given: &Sp<Quantity<Bytes>>) -> Option<u32> {
        let size = self.within(given, "the size of a value", Bytes(1), VALUE_MAX)?;
        u32::try_from(size.0).ok()
    }
}

impl Keys<'_> {
    /// What the first `count` keys take on one instance, on average over their values.
    pub fn bytes(&self, count: u64, assumptions: &Assumptions) -> u64 {
        let mut sum = 0_u64;
        for (keys, bytes) in self.strata(assumptions) {
            let here = count.min(keys.end).saturating_sub(keys.start);
            sum = sum.saturating_add(bytes.saturating_mul(here) / 1_000);
        }
        sum
    }

    /// How many keys fit into `memory`.
    pub fn fitting(&self, memory: u64, assumptions: &Assumptions) -> u64 {
        let mut left = u128::from(memory) * 1_000;
        let mut count = 0;
        for (keys, bytes) in self.strata(assumptions) {
            let fitting = left / u128::from(bytes.max(1));
            let here = u64::try_from(fitting).unwrap_or(u64::MAX).min(keys.end - keys.start);
            count += here;
            left -= u128::from(here) * u128::from(bytes);
            if here < keys.end - keys.start {
                break;
            }
        }
        count
    }

    /// Keys with names of one length, and what one of them takes, in thousandths of a byte.
    fn strata(&self, assumptions: &Assumptions) -> Vec<(std::ops::Range<u64>, u64)> {
        let mut strata = Vec::new();
        let mut start = 0_u64;
        for digits in 1..=10_u64 {
            let end = 10_u64.pow(u32::try_from(digits).unwrap_or(10));
            let name = self.prefix.len() as u64 + digits;
            let plain = self.mean(name, assumptions);
            let tagged = self.mean(name + 2, assumptions);
            let more = self.tagged.of(tagged.saturating_sub(plain));
            strata.push((start..end, plain.saturating_add(more)));
            start = end;
        }
        strata
    }

    /// The mean over sizes and deadlines, in thousandths of a byte.
    fn mean(&self, name_bytes: u64, assumptions: &Assumptions) -> u64 {
        let weigh = |value_bytes: u64| {
            let shape = KeyShape { name_bytes, kind: self.kind, value_bytes, expires: false };
            let lasting = key_bytes(&shape, assumptions).saturating_mul(1_000);
            let expiring = key_bytes(&KeyShape { expires: true, ..shape }, assumptions);
            let more = self.expiring.of(expiring.saturating_mul(1_000).saturating_sub(lasting));
            lasting.saturating_add(more)
        };
        match self.sizes {
            Sizes::Constant(size) => weigh(u64::from(*size)),
            Sizes::Uniform(from, to) => {
                let (from, range) = (u64::from(*from), u64::from(to - from));
                let total: u64 =
                    (0..STEPS).map(|step| weigh(from + range * step / (STEPS - 1))).sum();
                total / STEPS
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
