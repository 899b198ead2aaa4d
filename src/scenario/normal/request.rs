//! Requests, and what is demanded of them, as the file writes them.

use crate::catalogue::Sku;
use crate::id::InstanceId;
use crate::plan::request::{
    Change, Condition as PlanCondition, Fate as PlanFate, Listed, Module, Persistence, Request,
};
use crate::plan::{Asked, Plan};
use crate::scenario::normal::{list, quantity, text};
use crate::scenario::schema::List;
use crate::scenario::schema::leaf::{OneOrMany, Text};
use crate::scenario::schema::place::{ModuleChoice, PersistenceChoice};
use crate::scenario::schema::request::{Condition, Fate, Setting};
use crate::scenario::schema::timeline::Action;
use crate::scenario::span::Field;

pub(super) fn request(request: &Request, plan: &Plan) -> Action {
    let instance = |id: InstanceId| text(&plan.instances[id].name);
    match request {
        Request::ForceUnlink { on, drop } => Action::ForceUnlink {
            on: instance(*on),
            drop: instance(*drop),
        },
        Request::Create {
            instance: id,
            group,
            database,
            zones,
            sku,
        } => Action::Create {
            instance: instance(*id),
            group: group.as_ref().map_or(Field::Absent, nickname),
            linked: group.as_ref().map_or(Field::Absent, linked),
            alone: Field::of(group.is_none()),
            database: text(database),
            zones: Field::of(*zones),
            sku: sku.map_or(Field::Absent, |sku| text(sku.name)),
        },
        Request::ForceLink { on, group } => Action::ForceLink {
            on: instance(*on),
            group: nickname(group),
            linked: linked(group),
        },
        Request::Delete { on } => Action::Delete { on: instance(*on) },
        Request::Scale { on, to } => Action::Scale {
            on: instance(*on),
            to: text(to.name),
        },
        Request::Update { on, change } => Action::Update {
            on: instance(*on),
            set: Field::of(setting(change)),
        },
        Request::Flush { on, by } => Action::Flush {
            on: instance(*on),
            by: by.as_deref().map_or(Field::Absent, text),
        },
    }
}

fn nickname(group: &Listed) -> Field<Text> {
    group.nickname.as_deref().map_or(Field::Absent, text)
}

fn linked(group: &Listed) -> Field<OneOrMany<Text>> {
    let names =
        |names: &Vec<String>| Field::of(OneOrMany(names.iter().map(|name| text(name)).collect()));
    group.linked.as_ref().map_or(Field::Absent, names)
}

fn setting(change: &Change) -> Setting {
    match change {
        Change::HighAvailability(on) => Setting::HighAvailability(Field::of(*on)),
        Change::Clustering(to) => Setting::Clustering(Field::of((*to).into())),
        Change::Eviction(to) => Setting::Eviction(Field::of((*to).into())),
        Change::Modules(to) => Setting::Modules(modules(to)),
        Change::Persistence(to) => Setting::Persistence(persistence(*to)),
        Change::Tls(on) => Setting::Tls(Field::of(*on)),
        Change::Linked(names) => {
            Setting::Linked(Field::of(names.iter().map(|name| text(name)).collect()))
        }
    }
}

pub(super) fn modules(modules: &[Module]) -> Field<List<ModuleChoice>> {
    list(modules.iter().map(|one| ModuleChoice::from(*one)))
}

pub(super) fn persistence(persistence: Option<Persistence>) -> Field<PersistenceChoice> {
    Field::of(match persistence {
        None => PersistenceChoice::Off,
        Some(Persistence::AppendOnly) => PersistenceChoice::AppendOnly,
        Some(Persistence::Snapshot { hours: 0..=1 }) => PersistenceChoice::EveryHour,
        Some(Persistence::Snapshot { hours: 2..=6 }) => PersistenceChoice::EverySixHours,
        Some(Persistence::Snapshot { .. }) => PersistenceChoice::EveryTwelveHours,
    })
}

pub(super) fn fate(asked: &Asked) -> Field<Fate> {
    let Some(fate) = asked.fate else {
        return Field::Absent;
    };
    Field::of(match fate {
        PlanFate::Accepted => Fate::Accepted,
        PlanFate::Succeeds => Fate::Succeeds,
        PlanFate::Refused(refusal) => Fate::Refused(text(refusal.id())),
        PlanFate::Fails(refusal) => Fate::Fails(text(refusal.id())),
    })
}

pub(super) fn conditions(then: &[PlanCondition], plan: &Plan) -> Field<OneOrMany<Condition>> {
    if then.is_empty() {
        return Field::Absent;
    }
    let all = then.iter().map(|one| Field::of(condition(one, plan)));
    Field::of(OneOrMany(all.collect()))
}

pub(super) fn condition(condition: &PlanCondition, plan: &Plan) -> Condition {
    let instance = |id: &InstanceId| text(&plan.instances[*id].name);
    match condition {
        PlanCondition::Resource(on, is) => Condition::Resource {
            on: instance(on),
            is: Field::of((*is).into()),
        },
        PlanCondition::Provisioning(on, is) => Condition::Provisioning {
            on: instance(on),
            is: Field::of((*is).into()),
        },
        PlanCondition::Links(on, links) => {
            let links = links.iter();
            let are = links.map(|(id, state)| (instance(id), Field::of((*state).into())));
            Condition::Links {
                on: instance(on),
                are: list(are),
            }
        }
        PlanCondition::Locked(leader, to) => Condition::Locked {
            leader: instance(leader),
            to: text(to.name),
        },
        PlanCondition::Unlocked => Condition::Unlocked,
        PlanCondition::Offers {
            on,
            has,
            lacks,
            nothing_else,
        } => {
            let (has, only) = match nothing_else {
                true => (Field::Absent, Field::of(sizes(has))),
                false => (given(has), Field::Absent),
            };
            Condition::Offers {
                on: instance(on),
                has,
                lacks: given(lacks),
                only,
            }
        }
        PlanCondition::Usable(on, is) => Condition::Usable {
            on: instance(on),
            is: quantity(*is),
            of_shard: Field::Absent,
        },
        PlanCondition::UsableOfShard(on, is) => Condition::Usable {
            on: instance(on),
            is: Field::Absent,
            of_shard: quantity(*is),
        },
        PlanCondition::Shards(on, are) => Condition::Shards {
            on: instance(on),
            are: Field::of(*are),
        },
        PlanCondition::Syncing(on, from) => Condition::Syncing {
            on: instance(on),
            from: from.as_ref().map_or(Field::Absent, instance),
        },
        PlanCondition::Serves(on, true) => Condition::Serves(instance(on)),
        PlanCondition::Serves(on, false) => Condition::Closed(instance(on)),
    }
}

fn sizes(skus: &[&'static Sku]) -> OneOrMany<Text> {
    OneOrMany(skus.iter().map(|sku| text(sku.name)).collect())
}

fn given(skus: &[&'static Sku]) -> Field<OneOrMany<Text>> {
    if skus.is_empty() {
        return Field::Absent;
    }
    Field::of(sizes(skus))
}
