//! How large values are.

use crate::plan::{Sizes, ValueKind};
use crate::quantity::Bytes;
use crate::scenario::lower::{Lowering, Owner, both};
use crate::scenario::schema::keys::SizeChoice;
use crate::scenario::schema::leaf::{Either, Quantity};
use crate::scenario::span::{Field, Sp};

/// The longest string Redis holds. Source: Redis docs, data types, strings.
const VALUE_MAX: Bytes = Bytes(512 * 1024 * 1024);
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
