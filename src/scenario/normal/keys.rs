//! Populations and fleets as the file writes them.

use crate::plan::{
    Arrivals, FleetPlan, Operation, Plan, Popularity, Population, Sizes, ValueKind,
};
use crate::quantity::{Bytes, Ratio};
use crate::scenario::normal::{list, quantity, text};
use crate::scenario::schema::amount::Decimal;
use crate::scenario::schema::keys::{
    ArrivalChoice, Fill, Fleet, HoldsChoice, OperationChoice, OwnMix, PopularityChoice, SizeChoice,
};
use crate::scenario::schema::leaf::{Either, OneOrMany, Quantity};
use crate::scenario::span::Field;

pub(super) fn fill(population: &Population) -> Fill {
    let (least, most) = population.time_to_live;
    let expires = population.expiring > Ratio::default();
    let ttl = expires.then(|| Field::of((quantity(least), quantity(most))));
    Fill {
        prefix: text(&population.prefix),
        keys: Field::of(population.filled),
        memory: Field::Absent,
        key_space: Field::of(population.keys),
        holds: Field::of(holds(population.kind)),
        value: Field::of(value(&population.value_bytes)),
        hash_tag_share: quantity(population.tagged),
        ttl_share: if expires { quantity(population.expiring) } else { Field::Absent },
        ttl: ttl.unwrap_or_default(),
    }
}

fn holds(kind: ValueKind) -> HoldsChoice {
    match kind {
        ValueKind::String => HoldsChoice::String,
        ValueKind::Counter => HoldsChoice::Counter,
        ValueKind::Hash { fields } => HoldsChoice::Hash { fields: Field::of(fields) },
        ValueKind::Set { members } => HoldsChoice::Set { members: Field::of(members) },
    }
}

fn value(sizes: &Sizes) -> Either<Quantity<Bytes>, SizeChoice> {
    let bytes = |size: u32| Bytes(u64::from(size));
    match sizes {
        Sizes::Constant(size) => Either::Plain(Quantity(bytes(*size))),
        Sizes::Uniform(from, to) => Either::Chosen(SizeChoice::Uniform {
            from: quantity(bytes(*from)),
            to: quantity(bytes(*to)),
        }),
        Sizes::Weighted(sizes) => Either::Chosen(SizeChoice::Weighted(list(
            sizes.iter().map(|(size, weight)| (quantity(bytes(*size)), Field::of(*weight))),
        ))),
    }
}

pub(super) fn fleet(fleet: &FleetPlan, plan: &Plan) -> Fleet {
    let on = text(&plan.instances[fleet.instance].name);
    let mix = fleet.mix.iter();
    let mix = mix.map(|(operation, weight)| (Field::of(choice(*operation)), Field::of(*weight)));
    Fleet {
        fleet: text(&fleet.name),
        on: Field::of(OneOrMany(vec![on])),
        arrivals: Field::of(match fleet.arrivals {
            Arrivals::Constant(rate) => ArrivalChoice::Constant(quantity(rate)),
            Arrivals::Poisson(rate) => ArrivalChoice::Poisson(quantity(rate)),
        }),
        mix: Field::of(Either::Chosen(OwnMix::Own(list(mix)))),
        keys: text(&plan.populations[fleet.population].prefix),
        popularity: Field::of(popularity(&fleet.popularity)),
        starts: quantity(fleet.starts),
        ends: quantity(fleet.ends),
    }
}

fn choice(operation: Operation) -> OperationChoice {
    match operation {
        Operation::Read => OperationChoice::Read,
        Operation::Update => OperationChoice::Update,
        Operation::Insert => OperationChoice::Insert,
        Operation::Scan { length_max } => {
            OperationChoice::Scan { length_max: Field::of(length_max) }
        }
        Operation::ReadModifyWrite => OperationChoice::ReadModifyWrite,
        Operation::Delete => OperationChoice::Delete,
        Operation::Increment => OperationChoice::Increment,
        Operation::AddMember { members } => {
            OperationChoice::AddMember { members: Field::of(members) }
        }
        Operation::RemoveMember { members } => {
            OperationChoice::RemoveMember { members: Field::of(members) }
        }
    }
}

fn popularity(model: &Popularity) -> PopularityChoice {
    let decimal =
        |milli: u32| Field::of(Decimal { millionths: u64::from(milli) * 1_000 });
    match model {
        Popularity::Uniform => PopularityChoice::Uniform,
        Popularity::Zipf { exponent_milli } => PopularityChoice::Zipf(decimal(*exponent_milli)),
        Popularity::Latest { exponent_milli } => {
            PopularityChoice::Latest(decimal(*exponent_milli))
        }
        Popularity::HotSpot { keys, operations } => {
            PopularityChoice::HotSpot { keys: quantity(*keys), operations: quantity(*operations) }
        }
    }
}
