//! Requests to the control plane, how they must end, and what must be true of the state after.

use crate::assumption::Eviction;
use crate::catalogue::Sku;
use crate::id::InstanceId;
use crate::plan::request::{
    Change, Clustering, Condition as PlanCondition, Fate as PlanFate, Listed, Module, Persistence,
    Refusal, Request,
};
use crate::plan::{Asked, Principal as PlanPrincipal};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::lookup::quoted;
use crate::scenario::lower::place::Places;
use crate::scenario::lower::{Lowering, Owner, entries};
use crate::scenario::schema::List;
use crate::scenario::schema::leaf::{OneOrMany, Text};
use crate::scenario::schema::place::{ModuleChoice, PersistenceChoice};
use crate::scenario::schema::request::{Fate, Principal, Setting};
use crate::scenario::schema::timeline::{Action, Step};
use crate::scenario::span::{Field, Sp};
use crate::scenario::suggest::{closest, did_you_mean};

/// An instance's database is called so. Source: Azure REST API, redisEnterprise databases.
const DATABASE: &str = "default";

impl Lowering<'_> {
    /// Who sends requests.
    pub(super) fn principals(&mut self, field: &Field<List<Principal>>) -> Vec<PlanPrincipal> {
        let (mut names, mut principals) = (Vec::new(), Vec::new());
        for given in entries(field).iter().filter_map(Field::given) {
            let owner = Owner::named("principal", &given.value.name, given.span);
            let Some(name) = self.name(&given.value.name, "name", &owner) else {
                continue;
            };
            principals.push(PlanPrincipal {
                name: name.value.clone(),
                may_flush: given.value.may_flush.value().copied().unwrap_or(false),
            });
            names.push(name);
        }
        self.unique("principals", &names);
        principals
    }

    /// A request, where the action is one.
    pub(super) fn asked(
        &mut self,
        step: &Step,
        action: &Sp<Action>,
        places: &Places,
    ) -> Option<Asked> {
        let request = self.request(action, places, step.result.given().is_some());
        let fate = match step.result.given() {
            None => Some(None),
            Some(given) => self.fate(given).map(Some),
        };
        let then = self.conditions(&step.then, places);
        Some(Asked {
            request: request?,
            fate: fate?,
            then: then?,
        })
    }

    fn request(
        &mut self,
        action: &Sp<Action>,
        places: &Places,
        is_judged: bool,
    ) -> Option<Request> {
        let named = |what: &str| Owner::new(what, action.span);
        match &action.value {
            Action::ForceUnlink { on, drop } => {
                self.force_unlink(&named("`ForceUnlink`"), places, (on, drop), is_judged)
            }
            Action::Create {
                instance,
                group,
                linked,
                alone,
                database,
                zones,
                sku,
            } => {
                let owner = named("`Create`");
                let instance = self.on(instance, "instance", &owner, places);
                let sku = match sku.is_given() {
                    true => Some(self.size(sku, "sku", &owner)?),
                    false => None,
                };
                let stands_alone = alone.value().copied().unwrap_or(false);
                let database = database.value().map_or(DATABASE, |text| &text.0);
                Some(Request::Create {
                    instance: instance?,
                    group: (!stands_alone).then(|| listed(group, linked)),
                    database: database.to_owned(),
                    zones: zones.value().copied().unwrap_or(false),
                    sku,
                })
            }
            Action::ForceLink { on, group, linked } => Some(Request::ForceLink {
                on: self.on(on, "on", &named("`ForceLink`"), places)?,
                group: listed(group, linked),
            }),
            Action::Delete { on } => Some(Request::Delete {
                on: self.on(on, "on", &named("`Delete`"), places)?,
            }),
            Action::Scale { on, to } => {
                let owner = named("`Scale`");
                let on = self.on(on, "on", &owner, places);
                let to = self.size(to, "to", &owner);
                Some(Request::Scale { on: on?, to: to? })
            }
            Action::Update { on, set } => {
                let owner = named("`Update`");
                let on = self.on(on, "on", &owner, places);
                let set = self.required(set, "set", &owner, "HighAvailability(true)");
                Some(Request::Update {
                    on: on?,
                    change: change(&set?.value)?,
                })
            }
            Action::Flush { on, by } => {
                let on = self.on(on, "on", &named("`Flush`"), places);
                let by = self.principal(by, places);
                Some(Request::Flush { on: on?, by: by? })
            }
            _ => None,
        }
    }

    pub(super) fn on(
        &mut self,
        field: &Field<Text>,
        label: &str,
        owner: &Owner,
        places: &Places,
    ) -> Option<InstanceId> {
        if let Some(crossing) = self.crossing.filter(|_| field.is_absent()) {
            return Some(crossing);
        }
        let name = self.required(field, label, owner, "\"redis-us\"")?;
        self.instance(name, places)
    }

    pub(super) fn size(
        &mut self,
        field: &Field<Text>,
        label: &str,
        owner: &Owner,
    ) -> Option<&'static Sku> {
        let name = self.required(field, label, owner, "\"ComputeOptimized_X20\"")?;
        self.azure_sku(name)
    }

    fn principal(&mut self, field: &Field<Text>, places: &Places) -> Option<Option<String>> {
        let Some(name) = field.given() else {
            return field.is_absent().then_some(None);
        };
        let known: Vec<&str> = places.principals.iter().map(|one| &*one.name).collect();
        if !known.contains(&&*name.value.0) {
            self.unknown(Code::UnknownPrincipal, "principal", name, &known);
            return None;
        }
        Some(Some(name.value.0.clone()))
    }

    fn force_unlink(
        &mut self,
        owner: &Owner,
        places: &Places,
        (on_field, drop): (&Field<Text>, &Field<Text>),
        is_judged: bool,
    ) -> Option<Request> {
        let survivor_id = self.on(on_field, "on", owner, places);
        let lost = self.required(drop, "drop", owner, "\"redis-us\"");
        let lost_id = lost.and_then(|name| self.instance(name, places));
        let (on, drop) = (survivor_id?, lost_id?);
        if on == drop && !is_judged && self.crossing.is_none() {
            let name = places.name(on);
            let survivor = on_field.given()?;
            self.report(
                Diagnostic::new(
                    Code::UnlinkSelf,
                    lost?.span,
                    format!("`{name}` is asked to drop itself"),
                )
                .label("refused as E-UNLINK-SELF")
                .related(survivor.span, "the request is sent to the same instance")
                .note("where that is the point, add `result: Refused(\"E-UNLINK-SELF\")`"),
            );
            return None;
        }
        Some(Request::ForceUnlink { on, drop })
    }

    fn fate(&mut self, given: &Sp<Fate>) -> Option<PlanFate> {
        Some(match &given.value {
            Fate::Accepted => PlanFate::Accepted,
            Fate::Succeeds => PlanFate::Succeeds,
            Fate::Refused(id) => PlanFate::Refused(self.refusal(id)?),
            Fate::Fails(id) => PlanFate::Fails(self.refusal(id)?),
        })
    }

    fn refusal(&mut self, field: &Field<Text>) -> Option<Refusal> {
        let name = field.given()?;
        let found = &name.value.0;
        let meant = Refusal::ALL.iter().find(|one| one.id() == found);
        if meant.is_none() {
            let message = format!("unknown refusal `{found}`");
            let mut diagnostic = Diagnostic::new(Code::UnknownRefusal, name.span, message)
                .label("no rule has this id")
                .note("`meridian catalogue errors` lists them");
            if let Some(near) = closest(found, Refusal::ALL.iter().map(|one| one.id())) {
                diagnostic = diagnostic.fix(did_you_mean(near), name.span, quoted(near));
            }
            self.report(diagnostic);
        }
        meant.copied()
    }

    /// What must be true of the state.
    pub(super) fn conditions(
        &mut self,
        field: &Field<OneOrMany<crate::scenario::schema::request::Condition>>,
        places: &Places,
    ) -> Option<Vec<PlanCondition>> {
        if matches!(field, Field::Broken(_)) {
            return None;
        }
        let given = field.value().map_or(&[][..], |list| &list.0);
        let all: Vec<Option<PlanCondition>> = given
            .iter()
            .map(|one| self.condition(one.given()?, places))
            .collect();
        all.into_iter().collect()
    }
}

/// A group as a request names it.
fn listed(group: &Field<Text>, linked: &Field<OneOrMany<Text>>) -> Listed {
    let names = |given: &OneOrMany<Text>| {
        let names = given.0.iter().filter_map(Field::value);
        names.map(|name| name.0.clone()).collect()
    };
    Listed {
        nickname: group.value().map(|name| name.0.clone()),
        linked: linked.value().map(names),
    }
}

fn change(set: &Setting) -> Option<Change> {
    Some(match set {
        Setting::HighAvailability(on) => Change::HighAvailability(*on.value()?),
        Setting::Clustering(to) => Change::Clustering(Clustering::from(to.value()?)),
        Setting::Eviction(to) => Change::Eviction(Eviction::from(to.value()?)),
        Setting::Modules(to) => Change::Modules(modules(to.value()?)),
        Setting::Persistence(to) => Change::Persistence(persistence(to.value()?)),
        Setting::Tls(on) => Change::Tls(*on.value()?),
        Setting::Linked(to) => {
            let names = to.value()?.iter().filter_map(Field::value);
            Change::Linked(names.map(|name| name.0.clone()).collect())
        }
    })
}

/// Modules, sorted, none twice.
pub(super) fn modules(given: &List<ModuleChoice>) -> Vec<Module> {
    let mut modules: Vec<Module> = given
        .iter()
        .filter_map(Field::value)
        .map(Module::from)
        .collect();
    modules.sort_unstable();
    modules.dedup();
    modules
}

pub(super) fn persistence(given: &PersistenceChoice) -> Option<Persistence> {
    let hours = |hours| Some(Persistence::Snapshot { hours });
    match given {
        PersistenceChoice::Off => None,
        PersistenceChoice::AppendOnly => Some(Persistence::AppendOnly),
        PersistenceChoice::EveryHour => hours(1),
        PersistenceChoice::EverySixHours => hours(6),
        PersistenceChoice::EveryTwelveHours => hours(12),
    }
}
