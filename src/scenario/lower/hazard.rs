//! What a fault process befalls, as the file could script it.

use crate::id::InstanceId;
use crate::scenario::lower::Lowering;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::process::{Befallen, Scripted};
use crate::scenario::schema::leaf::{OneOrMany, Text};
use crate::scenario::schema::place::Pair;
use crate::scenario::schema::process::Hazard;
use crate::scenario::schema::timeline::Action;
use crate::scenario::span::{Field, Sp, Span};

/// A pair of regions as an action names it.
type Pairs = Field<OneOrMany<Pair>>;

impl Lowering<'_> {
    /// The targets of a hazard; none when one is named wrongly.
    pub(super) fn befallen(&mut self, what: &Sp<Hazard>, places: &Places) -> Option<Vec<Befallen>> {
        match &what.value {
            Hazard::Outage { regions, memory } => self.regions(regions, places, |region| {
                let memory = memory.clone();
                let end = region.clone();
                let begin = Action::Outage { region, memory };
                (begin, Some(Action::Return { region: end }))
            }),
            Hazard::Skew { regions, by } => self.regions(regions, places, |region| {
                let end = region.clone();
                let begin = Action::Skew {
                    region,
                    by: by.clone(),
                };
                let by = Field::Absent;
                (begin, Some(Action::Skew { region: end, by }))
            }),
            Hazard::ZoneLoss { regions } => self.regions(regions, places, |region| {
                (Action::ZoneLoss { region }, None)
            }),
            Hazard::Partition { between, one_way } => {
                self.ways(between, one_way, places, |between, one_way| {
                    let begin = Action::Partition {
                        between: between.clone(),
                        one_way: one_way.clone(),
                    };
                    (begin, Action::Heal { between, one_way })
                })
            }
            Hazard::Degrade {
                between,
                one_way,
                delay,
                bandwidth,
                loss,
            } => self.ways(between, one_way, places, |between, one_way| {
                let begin = Action::Degrade {
                    between: between.clone(),
                    one_way: one_way.clone(),
                    delay: delay.clone(),
                    bandwidth: bandwidth.clone(),
                    loss: loss.clone(),
                };
                (begin, Action::Restore { between, one_way })
            }),
            Hazard::Failover { on, planned } => {
                self.shards_of(on, what.span, places, |on, shards| {
                    let planned = planned.clone();
                    let begin = Action::Failover {
                        on,
                        shards,
                        planned,
                    };
                    (begin, None)
                })
            }
            Hazard::Stall { on } => self.shards_of(on, what.span, places, stall),
            Hazard::Patch { on, urgent } => {
                self.befallen_instances(on, what.span, places, |_, on| {
                    let urgent = urgent.clone();
                    vec![(Action::Patch { on, urgent }, None)]
                })
            }
        }
    }

    fn regions(
        &mut self,
        field: &Field<OneOrMany<Text>>,
        places: &Places,
        fault: impl Fn(Field<Text>) -> Scripted,
    ) -> Option<Vec<Befallen>> {
        let all = || {
            let names = places.regions.iter().map(|region| region.name.to_owned());
            names.map(|name| Field::of(Text(name))).collect()
        };
        let named: Vec<Field<Text>> = match field {
            Field::Absent => all(),
            Field::Broken(_) => return None,
            Field::Given(given) => {
                if given.value.0.is_empty() {
                    self.empty(
                        given.span,
                        "regions",
                        "leave the field out for every region",
                    );
                }
                given.value.0.clone()
            }
        };
        let each = named.into_iter().map(|name| {
            let given = name.given()?;
            let region = self.region(given, places)?;
            let span = given.span;
            Some(Befallen {
                name: Sp {
                    value: places.region_name(region).to_owned(),
                    span,
                },
                faults: vec![fault(name)],
            })
        });
        let each: Vec<Option<Befallen>> = each.collect();
        each.into_iter().collect()
    }

    fn ways(
        &mut self,
        between: &Pairs,
        one_way: &Pairs,
        places: &Places,
        fault: impl Fn(Pairs, Pairs) -> (Action, Action),
    ) -> Option<Vec<Befallen>> {
        let is_all = between.is_absent() && one_way.is_absent();
        let given = match is_all {
            true => vec![(every_pair(places), true)],
            false => vec![(self.pairs(between)?, true), (self.pairs(one_way)?, false)],
        };
        let mut all = Vec::new();
        for (pairs, is_mutual) in given {
            for pair in pairs {
                let (from, to) = self.pair(pair.given()?, places)?;
                let (first, second) = match is_mutual {
                    true => (from.min(to), from.max(to)),
                    false => (from, to),
                };
                let (first, second) = (places.region_name(first), places.region_name(second));
                let mark = if is_mutual { "|" } else { "→" };
                let name = Sp {
                    value: format!("{first} {mark} {second}"),
                    span: pair.span()?,
                };
                let one = Field::of(OneOrMany(vec![pair]));
                let (begin, end) = match is_mutual {
                    true => fault(one, Field::Absent),
                    false => fault(Field::Absent, one),
                };
                let faults = vec![(begin, Some(end))];
                all.push(Befallen { name, faults });
            }
        }
        Some(all)
    }

    fn pairs(&mut self, field: &Pairs) -> Option<Vec<Field<Pair>>> {
        match field {
            Field::Absent => Some(Vec::new()),
            Field::Broken(_) => None,
            Field::Given(given) => {
                if given.value.0.is_empty() {
                    self.empty(given.span, "pairs", "leave the field out for every pair");
                }
                Some(given.value.0.clone())
            }
        }
    }

    /// One fault for each shard of each instance.
    fn shards_of(
        &mut self,
        field: &Field<OneOrMany<Text>>,
        span: Span,
        places: &Places,
        fault: impl Fn(Field<Text>, Field<OneOrMany<u16>>) -> Scripted,
    ) -> Option<Vec<Befallen>> {
        self.befallen_instances(field, span, places, |id, on| {
            let shards = 0..places.shards(id).unwrap_or(1);
            let one = |shard| Field::of(OneOrMany(vec![Field::of(shard)]));
            shards.map(|shard| fault(on.clone(), one(shard))).collect()
        })
    }

    fn befallen_instances(
        &mut self,
        field: &Field<OneOrMany<Text>>,
        span: Span,
        places: &Places,
        faults: impl Fn(InstanceId, Field<Text>) -> Vec<Scripted>,
    ) -> Option<Vec<Befallen>> {
        if matches!(field, Field::Broken(_)) {
            return None;
        }
        let each = self.instances(field, places).into_iter().map(|id| {
            let value = places.name(id).to_owned();
            let faults = faults(id, Field::of(Text(value.clone())));
            let name = Sp { value, span };
            Befallen { name, faults }
        });
        Some(each.collect())
    }
}

/// Nothing comes into a shard, and then again.
fn stall(on: Field<Text>, shards: Field<OneOrMany<u16>>) -> Scripted {
    let from = Field::Absent;
    let begin = Action::Stall {
        on: on.clone(),
        from: from.clone(),
        shards: shards.clone(),
    };
    (begin, Some(Action::Resume { on, from, shards }))
}

/// Every two regions.
fn every_pair(places: &Places) -> Vec<Field<Pair>> {
    let names: Vec<&str> = places.regions.iter().map(|region| region.name).collect();
    let text = |name: &str| Field::of(Text(name.to_owned()));
    let mut pairs = Vec::new();
    for (index, first) in names.iter().enumerate() {
        let later = names[index + 1..].iter();
        pairs.extend(later.map(|second| Field::of((text(first), text(second)))));
    }
    pairs
}
