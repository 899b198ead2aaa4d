//! Expectations as the file writes them.

use crate::id::InstanceId;
use crate::plan::expectation::Judgement;
use crate::quantity::Bytes;
use crate::scenario::normal::{one_line, quantity, text};
use crate::scenario::schema::expectation::Expect;
use crate::scenario::span::Field;

/// The expectation in one line, as a scenario could write it.
pub(in crate::scenario) fn wording(
    demand: &Judgement,
    named: &dyn Fn(InstanceId) -> String,
) -> String {
    one_line(&expect(demand, named))
}

pub(super) fn expect(demand: &Judgement, named: &dyn Fn(InstanceId) -> String) -> Expect {
    match demand {
        Judgement::ConvergesWithin(within) => Expect::ConvergesWithin(quantity(*within)),
        Judgement::StaysApart => Expect::StaysApart,
        Judgement::NoOom => Expect::NoOom,
        Judgement::OomBetween(instance, from, to) => Expect::OomBetween {
            on: text(&named(*instance)),
            from: quantity(*from),
            to: quantity(*to),
        },
        Judgement::MemoryOf { instance, kind, at, above, below } => Expect::MemoryOf {
            on: text(&named(*instance)),
            kind: Field::of((*kind).into()),
            at: at.map_or(Field::Absent, quantity),
            above: above.map(Bytes).map_or(Field::Absent, quantity),
            below: below.map(Bytes).map_or(Field::Absent, quantity),
        },
        Judgement::MetadataBelowWithin { below, after, within } => Expect::MetadataBelowWithin {
            below: quantity(Bytes(*below)),
            after: quantity(*after),
            within: quantity(*within),
        },
        Judgement::LostWrites { least, most } => {
            let [equals, at_least, at_most] = bounds(*least, *most);
            Expect::LostWrites { equals, at_least, at_most }
        }
        Judgement::OverwrittenWrites { least, most } => {
            let [equals, at_least, at_most] = bounds(*least, *most);
            Expect::OverwrittenWrites { equals, at_least, at_most }
        }
        Judgement::Sometimes(occurrence) => Expect::Sometimes(Field::of((*occurrence).into())),
    }
}

/// `equals`, `at_least` and `at_most`, as few of them as say it.
fn bounds(least: u64, most: u64) -> [Field<u64>; 3] {
    match (least, most) {
        (least, most) if least == most => [Field::of(least), Field::Absent, Field::Absent],
        (least, u64::MAX) => [Field::Absent, Field::of(least), Field::Absent],
        (0, most) => [Field::Absent, Field::Absent, Field::of(most)],
        (least, most) => [Field::Absent, Field::of(least), Field::of(most)],
    }
}
