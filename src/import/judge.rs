//! What the caches come to as instances of a scenario: in its words, with what is missing and what
//! the product would refuse.

use crate::assumption::Eviction;
use crate::catalogue::{nearest, region, regions, sku, skus};
use crate::control::{GROUP_NAME_MAX, INSTANCE_NAME_MAX, Refusal, is_name};
use crate::import::facts::{Cluster, Told};
use crate::import::group::{Cast, Player, Role};
use crate::import::instance::{Ask, Instance};
use crate::import::inventory::Cache;
use crate::import::note::Note;
use crate::import::rules::{links, mismatches, refused, unpublished};
use crate::import::settings::settings;

/// What goes in the scenario when memory runs short and nobody says what.
pub(super) const EVICTION_HERE: Eviction = Eviction::NoEviction;

/// The scenario's instances, and what is to be said of the group.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Judged {
    /// The instances.
    pub instances: Vec<Instance>,
    /// What keeps the group's name from being used.
    pub group: Vec<Note>,
    /// Routes whose delay is not published.
    pub routes: Vec<Note>,
}

/// Judges every cache, and then the group.
pub(super) fn judged(cast: &Cast) -> Judged {
    let mut judged = Judged::default();
    for player in &cast.players {
        let mut instance = Instance::default();
        name(&mut instance, player, cast, &judged.instances);
        place(&mut instance, &cast.all[player.cache]);
        settings(&mut instance, &cast.all[player.cache], player.role);
        start(&mut instance, player);
        refused(&mut instance, player.role);
        links(&mut instance, player, cast);
        instance.asks(&cast.all[player.cache].own);
        judged.instances.push(instance);
    }
    mismatches(&mut judged.instances, cast);
    judged.routes = unpublished(&judged.instances);
    if let Some(nickname) = &cast.nickname {
        judged.group = named(&nickname.value, GROUP_NAME_MAX).into_iter().collect();
    }
    judged
}

/// The name, unless another instance has it: then one that is free.
fn name(instance: &mut Instance, player: &Player, cast: &Cast, others: &[Instance]) {
    let own = &cast.all[player.cache].own;
    let is_free = |name: &str| others.iter().all(|other| other.name != name);
    let numbered = (2..).map(|number| format!("{}-{number}", own.name));
    let mut names = std::iter::once(own.name.clone()).chain(numbered);
    instance.name = names.find(|name| is_free(name)).unwrap_or_default();
    instance.field("name", format!("{:?}", instance.name));
    if instance.name != own.name {
        instance.note(Note::aside(format!(
            "Its name is taken above; this is {own}."
        )));
    }
    if let Some(note) = named(&instance.name, INSTANCE_NAME_MAX) {
        instance.note(note);
    }
}

/// What is wrong with a name of up to `max` characters.
fn named(name: &str, max: usize) -> Option<Note> {
    let refusal = is_name(name, max).err()?.refusal;
    let (id, remedy) = (refusal.id(), refusal.remedy());
    let text = format!("`{name}` is no name that Azure gives; refused as {id}: {remedy}.");
    Some(Note::block(text))
}

/// Region and size, which a scenario has no default for.
fn place(instance: &mut Instance, cache: &Cache) {
    let unsaid = Cluster::default();
    let cluster = cache.cluster.as_ref().unwrap_or(&unsaid);
    let missing = |what: &str| {
        let name = &cache.own.name;
        Note::block(format!("The {what} of `{name}` is not in the input."))
    };
    match &cluster.location {
        None => instance.ask(Ask::Cluster, missing("region")),
        Some(told) => match region(&told.value) {
            Some(region) => {
                instance.region = Some(region);
                instance.field("region", format!("{:?}", region.name));
            }
            None => {
                let known = regions().iter().map(|region| region.name);
                let near = nearest(&told.value, known).first().copied();
                let near = near.map_or_else(String::new, |near| format!(", such as `{near}`"));
                let accepted = format!("what `meridian catalogue regions` lists{near}");
                instance.strange("region", told, &accepted);
            }
        },
    }
    match &cluster.sku {
        None => instance.ask(Ask::Cluster, missing("size")),
        Some(told) => match sku(&told.value) {
            Some(sku) => {
                instance.sku = Some(sku);
                instance.field("sku", format!("{:?}", sku.name));
            }
            None => unknown_sku(instance, told),
        },
    }
    let is_request = cache
        .database
        .as_ref()
        .is_some_and(|database| database.is_request);
    if let Some(zones) = cluster
        .zones
        .as_ref()
        .filter(|_| is_request && instance.sku.is_some())
    {
        let (at, refusal) = (&zones.at, Refusal::Zones);
        let text = format!("{at}: refused as {}: {refusal}; left out.", refusal.id());
        instance.note(Note::aside(text));
    }
    states(instance, cache);
}

fn unknown_sku(instance: &mut Instance, told: &Told) {
    let old = ["Enterprise_", "EnterpriseFlash_"];
    let is_old = old.iter().any(|tier| {
        let head = told.value.get(..tier.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(tier))
    });
    let list = "what `meridian catalogue skus` lists";
    let accepted = if is_old {
        format!("a size of Azure Managed Redis, {list} (this is one of Azure Cache for Redis)")
    } else {
        let near = nearest(&told.value, skus().iter().map(|sku| sku.name));
        let near = near
            .first()
            .map_or_else(String::new, |near| format!(", such as `{near}`"));
        format!("{list}{near}")
    };
    instance.strange("sku", told, &accepted);
}

/// Says when something was under way.
fn states(instance: &mut Instance, cache: &Cache) {
    let cluster = cache
        .cluster
        .as_ref()
        .and_then(|cluster| cluster.state.as_ref());
    let database = cache
        .database
        .as_ref()
        .and_then(|database| database.state.as_ref());
    for told in cluster.into_iter().chain(database) {
        if !told.value.eq_ignore_ascii_case("Running") {
            let (at, state) = (&told.at, &told.value);
            let text = format!("{at}: it was `{state}`; a scenario starts with it running.");
            instance.note(Note::aside(text));
        }
    }
}

fn start(instance: &mut Instance, player: &Player) {
    match player.role {
        Role::Member => instance.field("at_start", "Member"),
        Role::Alone => instance.field("at_start", "Alone"),
        Role::Absent => {
            instance.field("at_start", "Absent");
            let text = "It has no database: it is absent until a request creates it.";
            instance.note(Note::aside(text));
        }
        Role::Unsaid => {
            let text = "at_start is not in the input: this is a member of the group, unless \
                        `at_start: Alone` stands here.";
            instance.ask(Ask::Database, Note::aside(text));
        }
    }
    for note in &player.notes {
        instance.note(note.clone());
    }
}
