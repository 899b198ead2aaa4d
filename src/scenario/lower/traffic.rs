//! Fleets: who sends what to whom.

use crate::id::{InstanceId, PopulationId};
use crate::plan::{Arrivals, FleetPlan, Operation, Popularity};
use crate::quantity::{Rate, Ratio};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::fill::Populations;
use crate::scenario::lower::header::Phases;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::{Lowering, Owner, both, entries};
use crate::scenario::schema::List;
use crate::scenario::schema::amount::Decimal;
use crate::scenario::schema::keys::{
    ArrivalChoice, Fleet, OperationChoice, OwnMix, PopularityChoice,
};
use crate::scenario::schema::leaf::{Either, Text};
use crate::scenario::span::{Field, Sp};
use crate::time::SimTime;
use crate::traffic;

const RATE_MIN: Rate = Rate { millihertz: 1 };
/// Ten million operations a second: more than any instance is documented to serve.
const RATE_MAX: Rate = Rate {
    millihertz: 10_000_000_000,
};
/// Exponents in thousandths: from nearly uniform to nearly one key.
const EXPONENT_MAX_MILLI: u64 = 5_000;
const SCAN_MAX: u32 = 10_000;
const SCAN: u32 = 100;
const MEMBERS_MAX: u32 = 1_000_000_000;
const ZIPF: Popularity = Popularity::Zipf {
    exponent_milli: 990,
};
const MILLIONTH: Ratio = Ratio { ppm: 1 };

/// A mix, and the popularity it is defined with.
type Mixed = (Vec<(Operation, u32)>, Popularity);

impl Lowering<'_> {
    pub(super) fn fleets(
        &mut self,
        field: &Field<List<Fleet>>,
        places: &Places,
        keys: &Populations,
        phases: Phases,
    ) -> Vec<FleetPlan> {
        let mut fleets = Vec::new();
        let mut names = Vec::new();
        for given in entries(field).iter().filter_map(Field::given) {
            let owner = Owner::named("fleet", &given.value.fleet, given.span);
            let name = self.name(&given.value.fleet, "fleet", &owner);
            let on = self.instances(&given.value.on, places);
            for id in &on {
                // One entry may stand for several fleets; each needs a name for its streams.
                names.extend(name.as_ref().map(|name| Sp {
                    value: fleet_name(&name.value, &on, *id, places),
                    span: name.span,
                }));
            }
            let fleet = self.fleet(&given.value, &owner, keys, phases);
            let (Some(name), Some(fleet)) = (name, fleet) else {
                continue;
            };
            fleets.extend(on.iter().map(|instance| FleetPlan {
                name: fleet_name(&name.value, &on, *instance, places),
                instance: *instance,
                ..fleet.clone()
            }));
        }
        self.unique("fleets", &names);
        fleets
    }

    /// A fleet without its instance and the name that goes with it.
    fn fleet(
        &mut self,
        file: &Fleet,
        owner: &Owner,
        keys: &Populations,
        phases: Phases,
    ) -> Option<FleetPlan> {
        let arrivals = self.required(&file.arrivals, "arrivals", owner, "Poisson(\"60/s\")");
        let arrivals = arrivals.and_then(|given| self.arrivals(given));
        let population = self.required(&file.keys, "keys", owner, "\"user:\"");
        let population = population.and_then(|prefix| self.prefix(prefix, keys));
        let mix = self.required(&file.mix, "mix", owner, "\"ycsb-a\"");
        let mix = mix.and_then(|given| self.mix(given, population, keys));
        let popularity = file.popularity.given().map(|given| self.popularity(given));
        let times = self.working_times(file, phases);
        let (mix, usual) = mix?;
        let (starts, ends) = times?;
        Some(FleetPlan {
            name: String::new(),
            instance: InstanceId(0),
            arrivals: arrivals?,
            population: population?,
            popularity: popularity.unwrap_or(Some(usual))?,
            mix,
            starts,
            ends,
        })
    }

    fn arrivals(&mut self, given: &Sp<ArrivalChoice>) -> Option<Arrivals> {
        let (ArrivalChoice::Constant(rate) | ArrivalChoice::Poisson(rate)) = &given.value;
        let rate = rate.given()?;
        let rate = self.within(rate, "the rate", RATE_MIN, RATE_MAX)?;
        Some(match given.value {
            ArrivalChoice::Constant(_) => Arrivals::Constant(rate),
            ArrivalChoice::Poisson(_) => Arrivals::Poisson(rate),
        })
    }

    fn prefix(&mut self, prefix: &Sp<Text>, keys: &Populations) -> Option<PopulationId> {
        let found = keys.find(&prefix.value.0);
        if found.is_none() && keys.complete {
            self.unknown(
                Code::UnknownPopulation,
                "population",
                prefix,
                &keys.prefixes(),
            );
        }
        found
    }

    fn mix(
        &mut self,
        given: &Sp<Either<Text, OwnMix>>,
        population: Option<PopulationId>,
        keys: &Populations,
    ) -> Option<Mixed> {
        let kind = population.and_then(|id| keys.kind(id));
        match &given.value {
            Either::Plain(name) => {
                let Some(mix) = traffic::mix(&name.0) else {
                    let known: Vec<&str> = traffic::mixes().iter().map(|mix| mix.name).collect();
                    let name = Sp {
                        value: name.clone(),
                        span: given.span,
                    };
                    self.unknown(Code::UnknownMix, "mix", &name, &known);
                    return None;
                };
                for (operation, _) in mix.operations {
                    self.suits(
                        &Sp {
                            value: *operation,
                            span: given.span,
                        },
                        kind,
                    );
                }
                Some((mix.operations.to_vec(), mix.popularity.clone()))
            }
            Either::Chosen(OwnMix::Own(list)) => {
                let list = list.given()?;
                let mut mix = Vec::new();
                for entry in &list.value {
                    let (choice, weight) = both(entry.value()?)?;
                    let operation = self.operation(choice)?;
                    self.suits(
                        &Sp {
                            value: operation,
                            span: choice.span,
                        },
                        kind,
                    );
                    mix.push((operation, weight.value));
                }
                let weights: Vec<u32> = mix.iter().map(|(_, weight)| *weight).collect();
                self.weights(list.span, &weights).then_some((mix, ZIPF))
            }
        }
    }

    fn operation(&mut self, given: &Sp<OperationChoice>) -> Option<Operation> {
        let owner = Owner::new("this operation", given.span);
        Some(match &given.value {
            OperationChoice::Read => Operation::Read,
            OperationChoice::Update => Operation::Update,
            OperationChoice::Insert => Operation::Insert,
            OperationChoice::Scan { length_max } => Operation::Scan {
                length_max: match length_max {
                    Field::Absent => SCAN,
                    Field::Broken(_) => return None,
                    Field::Given(given) => self.between(given, "`length_max`", 1, SCAN_MAX)?,
                },
            },
            OperationChoice::ReadModifyWrite => Operation::ReadModifyWrite,
            OperationChoice::Delete => Operation::Delete,
            OperationChoice::Increment => Operation::Increment,
            OperationChoice::AddMember { members } => Operation::AddMember {
                members: self.members(members, &owner)?,
            },
            OperationChoice::RemoveMember { members } => Operation::RemoveMember {
                members: self.members(members, &owner)?,
            },
        })
    }

    fn members(&mut self, field: &Field<u32>, owner: &Owner) -> Option<u32> {
        let given = self.required(field, "members", owner, "1000")?;
        self.between(given, "`members`", 1, MEMBERS_MAX)
    }

    fn popularity(&mut self, given: &Sp<PopularityChoice>) -> Option<Popularity> {
        match &given.value {
            PopularityChoice::Uniform => Some(Popularity::Uniform),
            PopularityChoice::Zipf(exponent) => Some(Popularity::Zipf {
                exponent_milli: self.exponent(exponent)?,
            }),
            PopularityChoice::Latest(exponent) => Some(Popularity::Latest {
                exponent_milli: self.exponent(exponent)?,
            }),
            PopularityChoice::HotSpot { keys, operations } => {
                let owner = Owner::new("`HotSpot`", given.span);
                let keys = self.required(keys, "keys", &owner, "\"20%\"");
                let keys = keys.and_then(|k| self.within(k, "`keys`", MILLIONTH, Ratio::ONE));
                let operations = self.required(operations, "operations", &owner, "\"80%\"");
                let operations = operations
                    .and_then(|o| self.within(o, "`operations`", Ratio::default(), Ratio::ONE));
                Some(Popularity::HotSpot {
                    keys: keys?,
                    operations: operations?,
                })
            }
        }
    }

    fn exponent(&mut self, field: &Field<Decimal>) -> Option<u32> {
        let given = field.given()?;
        let milli = given.value.millionths / 1_000;
        let exact = given.value.millionths.is_multiple_of(1_000);
        if !exact || milli == 0 || milli > EXPONENT_MAX_MILLI {
            let range = "from 0.001 to 5, in thousandths";
            let found = given.span.of(self.source.text()).to_owned();
            self.out_of_range(given.span, "the exponent", &found, range);
            return None;
        }
        u32::try_from(milli).ok()
    }

    fn working_times(&mut self, file: &Fleet, phases: Phases) -> Option<(SimTime, SimTime)> {
        let end = phases.storm_end();
        let starts = match &file.starts {
            Field::Absent => SimTime::ZERO,
            Field::Broken(_) => return None,
            Field::Given(given) => given.value.0,
        };
        let ends = match &file.ends {
            Field::Absent => end,
            Field::Broken(_) => return None,
            Field::Given(given) => given.value.0,
        };
        for field in [&file.starts, &file.ends] {
            if let Some(given) = field.given()
                && given.value.0 > end
            {
                let found = given.value.0;
                self.report(
                    Diagnostic::new(
                        Code::OutsideRun,
                        given.span,
                        format!(
                            "{found} is too late: all traffic ends with the storm, after {end}"
                        ),
                    )
                    .label(format!("expected {end} at the latest")),
                );
                return None;
            }
        }
        if starts >= ends {
            let first = file.starts.span().or(file.ends.span())?;
            let second = file.ends.span().unwrap_or(first);
            self.reversed(first, second, "the fleet");
            return None;
        }
        Some((starts, ends))
    }
}

/// The fleet's name at one of its instances.
fn fleet_name(name: &str, on: &[InstanceId], instance: InstanceId, places: &Places) -> String {
    if on.len() == 1 {
        name.to_owned()
    } else {
        format!("{name}@{}", places.name(instance))
    }
}
