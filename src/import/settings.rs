//! Settings in Azure's words, written in the scenario's.

use crate::assumption::Eviction;
use crate::control::{Clustering, Module, Persistence, Refusal};
use crate::import::facts::{Database, Disk, Told};
use crate::import::group::Role;
use crate::import::instance::{Ask, Instance};
use crate::import::inventory::Cache;
use crate::import::judge::EVICTION_HERE;
use crate::import::note::Note;

/// What else is configured; what is not said is asked for.
pub(super) fn settings(instance: &mut Instance, cache: &Cache, role: Role) {
    let none = Database::default();
    let database = cache.database.as_ref().unwrap_or(&none);
    let mut open: Vec<&str> = Vec::new();
    match &database.eviction {
        None => {}
        Some(told) => {
            let known = |one: &&Eviction| format!("{one:?}").eq_ignore_ascii_case(&told.value);
            match Eviction::ALL.iter().find(known) {
                Some(eviction) => {
                    instance.eviction = Some(*eviction);
                    instance.field("eviction", format!("{eviction:?}"));
                }
                None => {
                    let all = Eviction::ALL.iter().map(|one| format!("{one:?}"));
                    let all: Vec<String> = all.collect();
                    instance.strange("eviction", told, &all.join(", "));
                }
            }
        }
    }
    match &database.clustering {
        None => open.push("clustering: OssCluster"),
        Some(told) => clustering(instance, told),
    }
    match &database.modules {
        None => open.push("modules: []"),
        Some(told) => modules(instance, told),
    }
    match &database.persistence {
        None => open.push("persistence: Off"),
        Some(told) => persistence(instance, told),
    }
    match &database.protocol {
        None => open.push("tls: true"),
        Some(told) => {
            instance.tls = flag(instance, "tls", told, ["Encrypted", "Plaintext"]);
        }
    }
    let cluster = cache.cluster.as_ref();
    let mut asks: Vec<Ask> = open.iter().map(|_| Ask::Database).collect();
    match cluster.and_then(|cluster| cluster.high_availability.as_ref()) {
        None => {
            open.push("high_availability: true");
            asks.push(Ask::Cluster);
        }
        Some(told) => {
            let words = ["Enabled", "Disabled"];
            instance.high_availability = flag(instance, "high_availability", told, words);
        }
    }
    if role != Role::Absent {
        unsaid(instance, database.eviction.is_none(), &open, &asks);
    }
    if let Some(name) = &database.name
        && !name.value.eq_ignore_ascii_case("default")
    {
        let (at, found, refusal) = (&name.at, &name.value, Refusal::DbName);
        let text = format!("{at}: `{found}` is refused as {}: {refusal}.", refusal.id());
        instance.note(Note::aside(text));
    }
}

/// Asks for settings that are not said. The scenario's default for eviction is not Azure's.
fn unsaid(instance: &mut Instance, no_eviction: bool, open: &[&str], asks: &[Ask]) {
    if no_eviction {
        let azure = Eviction::VolatileLru;
        let note = Note::aside(format!(
            "eviction is not in the input: {EVICTION_HERE:?} holds until it stands here. Azure's \
             own default is {azure:?}."
        ));
        instance.ask(Ask::Database, note);
    }
    if !open.is_empty() {
        let list = open.join(", ");
        let text = format!("Not in the input, so that Azure's defaults hold here: {list}.");
        instance.note(Note::aside(text));
        instance.asked.extend(asks);
    }
}

/// A switch, by the two words that Azure has for on and off.
fn flag(
    instance: &mut Instance,
    field: &'static str,
    told: &Told,
    words: [&str; 2],
) -> Option<bool> {
    let found = words
        .iter()
        .position(|word| word.eq_ignore_ascii_case(&told.value));
    match found {
        Some(index) => {
            instance.field(field, (index == 0).to_string());
            Some(index == 0)
        }
        None => {
            instance.strange(field, told, &words.join(", "));
            None
        }
    }
}

fn clustering(instance: &mut Instance, told: &Told) {
    let all = [
        Clustering::OssCluster,
        Clustering::EnterpriseCluster,
        Clustering::NoCluster,
    ];
    let known = |one: &&Clustering| format!("{one:?}").eq_ignore_ascii_case(&told.value);
    match all.iter().find(known) {
        Some(policy) => {
            instance.clustering = Some(*policy);
            instance.field("clustering", format!("{policy:?}"));
        }
        None => instance.strange(
            "clustering",
            told,
            "OSSCluster, EnterpriseCluster, NoCluster",
        ),
    }
}

fn modules(instance: &mut Instance, told: &Told<Vec<String>>) {
    let all = [
        Module::RediSearch,
        Module::RedisJson,
        Module::RedisBloom,
        Module::RedisTimeSeries,
    ];
    let mut known = Vec::new();
    let mut written: Vec<String> = Vec::new();
    let mut strange = Vec::new();
    for name in &told.value {
        let is = |one: &&Module| format!("{one:?}").eq_ignore_ascii_case(name);
        let module = all.iter().find(is).copied();
        let text = module.map_or_else(|| format!("{name:?}"), |one| format!("{one:?}"));
        if !written.contains(&text) {
            written.push(text);
            known.extend(module);
            strange.extend(module.is_none().then_some(name));
        }
    }
    known.sort();
    instance.field("modules", format!("[{}]", written.join(", ")));
    for name in strange {
        instance.is_strange = true;
        let at = &told.at;
        let names = "RediSearch, RedisJSON, RedisBloom, RedisTimeSeries";
        let text = format!("{at}: the module `{name}` is not known; accepted: {names}.");
        instance.note(Note::block(text));
    }
    instance.modules = Some(known);
}

fn persistence(instance: &mut Instance, told: &Told<Disk>) {
    let disk = &told.value;
    let at = &told.at;
    let is_on = |flag: Option<bool>| flag == Some(true);
    let hours = disk.snapshot_frequency.as_deref().map(str::to_lowercase);
    let read = match (is_on(disk.log), is_on(disk.snapshots)) {
        (false, false) => Ok(None),
        (true, false) => Ok(Some(Persistence::AppendOnly)),
        (false, true) => match hours.as_deref() {
            Some("1h") => Ok(Some(Persistence::Snapshot { hours: 1 })),
            Some("6h") => Ok(Some(Persistence::Snapshot { hours: 6 })),
            Some("12h") => Ok(Some(Persistence::Snapshot { hours: 12 })),
            _ => Err("snapshots without a known frequency; accepted: 1h, 6h, 12h"),
        },
        (true, true) => Err("a log and snapshots at once; accepted: one of them"),
    };
    let word = match read {
        Ok(None) => "Off",
        Ok(Some(Persistence::AppendOnly)) => "AppendOnly",
        Ok(Some(Persistence::Snapshot { hours: 1 })) => "EveryHour",
        Ok(Some(Persistence::Snapshot { hours: 6 })) => "EverySixHours",
        Ok(Some(Persistence::Snapshot { .. })) => "EveryTwelveHours",
        Err(problem) => {
            instance.is_strange = true;
            let text = format!("{at}: {problem}: write persistence yourself.");
            instance.note(Note::block(text));
            instance.field("persistence", "\"?\"");
            return;
        }
    };
    instance.field("persistence", word);
    instance.persistence = read.ok().flatten();
    let often = disk.log_frequency.as_deref().unwrap_or("1s");
    if is_on(disk.log) && often != "1s" {
        let text = format!("{at}: the log is synced `{often}`; a scenario has each second alone.");
        instance.note(Note::aside(text));
    }
}
