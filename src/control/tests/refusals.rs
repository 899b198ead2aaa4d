//! Every refusal: a request that gets it, and one beside it that does not.

use std::collections::BTreeSet;

use super::{at_once, creation, does, group, grouping, id, of, refuses, scale, takes};
use crate::control::{
    Change, Clustering, Configuration, Control, Creation, Edition, Eviction, Grouping, Module,
    Persistence, Refusal, Request, Settings,
};
use crate::quantity::Bytes;
use crate::time::SimTime;

const B10: &str = "Balanced_B10";

/// A creation in a new group.
fn founding(configuration: Configuration) -> Creation {
    let mut creation = creation("one", B10, Some(grouping("rg", &["one"])));
    creation.configuration = configuration;
    creation
}

fn changed(change: impl FnOnce(&mut Configuration)) -> Configuration {
    let mut configuration = of(B10);
    change(&mut configuration);
    configuration
}

fn empty(edition: Edition) -> Control {
    Control::new(Settings {
        edition,
        ..at_once()
    })
}

/// A group of two of B10, and a stand-alone instance that could join it.
fn beside() -> Control {
    let mut control = group(2, B10);
    does(&mut control, &Request::Create(creation("alone", B10, None)));
    control
}

fn link(nickname: &str, linked: &[&str]) -> Request {
    Request::ForceLink {
        on: id(2),
        group: grouping(nickname, linked),
    }
}

fn update(on: u16, change: Change) -> Request {
    Request::Update { on: id(on), change }
}

#[test]
fn the_table_of_refusals_is_sound() {
    let ids: BTreeSet<&str> = Refusal::ALL.iter().map(|one| one.id()).collect();
    assert_eq!(ids.len(), Refusal::ALL.len(), "no id twice");
    for refusal in Refusal::ALL {
        assert!(refusal.id().starts_with("E-"), "{refusal:?}");
        assert!(
            [202, 400, 403, 404, 409, 503].contains(&refusal.status()),
            "{refusal:?}"
        );
        for text in [
            refusal.to_string().as_str(),
            refusal.remedy(),
            refusal.source(),
        ] {
            assert!(
                text.len() > 10 && !text.ends_with('.'),
                "{refusal:?}: {text}"
            );
        }
    }
}

#[test]
fn prerequisites() {
    let none = empty(Edition::Seed);
    let refused = |configuration: Configuration, refusal: Refusal| {
        refuses(
            &none,
            &Request::Create(founding(configuration.clone())),
            refusal,
        );
        // Alone it may be so.
        let alone = Creation {
            group: None,
            ..founding(configuration)
        };
        takes(&mut none.clone(), &Request::Create(alone));
    };
    refused(of("Balanced_B0"), Refusal::SkuGeo);
    refused(of("Balanced_B1"), Refusal::SkuGeo);
    refused(changed(|one| one.high_availability = false), Refusal::NoHa);
    for module in [Module::RedisBloom, Module::RedisTimeSeries] {
        refused(changed(|one| one.modules = vec![module]), Refusal::Module);
    }
    for persistence in [Persistence::AppendOnly, Persistence::Snapshot { hours: 6 }] {
        refused(
            changed(|one| one.persistence = Some(persistence)),
            Refusal::Persist,
        );
    }
    let mut flash = of("FlashOptimized_A250");
    refused(flash.clone(), Refusal::FlashEvict);
    flash.eviction = Eviction::NoEviction;
    let flash = Request::Create(founding(flash));
    takes(&mut none.clone(), &flash);
    refuses(&empty(Edition::Later), &flash, Refusal::FlashGeo);
    for taken in ["Balanced_B3", "ComputeOptimized_X3", "MemoryOptimized_M10"] {
        takes(&mut none.clone(), &Request::Create(founding(of(taken))));
    }
}

#[test]
fn search_needs_one_endpoint_and_no_eviction() {
    let none = empty(Edition::Seed);
    let mut search = founding(changed(|one| one.modules = vec![Module::RediSearch]));
    search.group = None;
    refuses(
        &none,
        &Request::Create(search.clone()),
        Refusal::SearchCluster,
    );
    search.configuration.clustering = Clustering::EnterpriseCluster;
    refuses(
        &none,
        &Request::Create(search.clone()),
        Refusal::SearchEvict,
    );
    search.configuration.eviction = Eviction::NoEviction;
    search.group = Some(grouping("rg", &["one"]));
    let mut control = none;
    does(&mut control, &Request::Create(search));
    let evicting = Change::Eviction(Eviction::AllKeysLru);
    refuses(&control, &update(0, evicting), Refusal::SearchEvict);
}

#[test]
fn a_creation_must_have_the_right_form() {
    let none = empty(Edition::Seed);
    let good = creation("Cache1", B10, None);
    let refused = |change: &dyn Fn(&mut Creation), refusal: Refusal| {
        let mut bad = good.clone();
        change(&mut bad);
        refuses(&none, &Request::Create(bad), refusal);
    };
    refused(&|one| one.database = "mine".to_owned(), Refusal::DbName);
    refused(&|one| one.zones = true, Refusal::Zones);
    for name in ["", "-a", "a-", "a--b", "a_b", &"a".repeat(61)] {
        refused(&|one| one.name = name.to_owned(), Refusal::Name);
    }
    let nickname = |nickname: &str| Some(grouping(nickname, &["Cache1"]));
    refused(&|one| one.group = nickname(&"a".repeat(64)), Refusal::Name);
    refused(&|one| one.group = Some(grouping("rg", &[])), Refusal::Split);
    refused(
        &|one| one.group = Some(grouping("rg", &["cache1"])),
        Refusal::IdCase,
    );
    refused(
        &|one| one.group = Some(grouping("rg", &["Cache1", "x"])),
        Refusal::NotFound,
    );
    let no_cluster = |one: &mut Creation| {
        one.configuration = of("Balanced_B50");
        one.configuration.clustering = Clustering::NoCluster;
    };
    refused(&no_cluster, Refusal::NoClusterSize);
    let mut control = none.clone();
    does(&mut control, &Request::Create(good.clone()));
    refuses(&control, &Request::Create(good), Refusal::Exists);
    refuses(
        &control,
        &Request::Create(creation("cache1", B10, None)),
        Refusal::Exists,
    );
}

#[test]
fn configurations_must_match() {
    let control = group(2, B10);
    let all = ["one", "redis00", "redis01"];
    let refused = |configuration: Configuration, field: &str| {
        let mut wish = founding(configuration);
        wish.group = Some(grouping("group", &all));
        let refused = refuses(&control, &Request::Create(wish), Refusal::Mismatch);
        assert!(refused.found.starts_with(field), "{refused}");
    };
    refused(of("Balanced_B20"), "SKU");
    refused(of("ComputeOptimized_X10"), "SKU");
    refused(
        changed(|one| one.eviction = Eviction::NoEviction),
        "eviction policy",
    );
    let clustering = |one: &mut Configuration| one.clustering = Clustering::EnterpriseCluster;
    refused(changed(clustering), "clustering policy");
    refused(
        changed(|one| one.modules = vec![Module::RedisJson]),
        "modules",
    );
    refused(changed(|one| one.tls = false), "TLS");
    let evicting = Change::Eviction(Eviction::NoEviction);
    refuses(&control, &update(0, evicting), Refusal::Mismatch);
    refuses(&control, &update(1, Change::Tls(false)), Refusal::Mismatch);
}

#[test]
fn nobody_joins_while_the_group_scales() {
    let mut control = beside();
    does(&mut control, &scale(0, "Balanced_B20"));
    let all = ["alone", "redis00", "redis01"];
    refuses(&control, &link("group", &all), Refusal::Mismatch);
    does(&mut control, &scale(1, "Balanced_B20"));
    does(&mut control, &scale(2, "Balanced_B20"));
    takes(&mut control, &link("group", &all));
}

#[test]
fn a_force_link_must_name_the_group_as_it_is() {
    let control = beside();
    let all = ["alone", "redis00", "redis01"];
    refuses(&control, &link("other", &all), Refusal::Nick);
    refuses(&control, &link("other", &["alone"]), Refusal::Nick);
    refuses(
        &control,
        &link("group", &["redis00", "redis01"]),
        Refusal::Split,
    );
    refuses(
        &control,
        &link("group", &["alone", "redis00"]),
        Refusal::Split,
    );
    refuses(&control, &link("group", &["alone"]), Refusal::Split);
    refuses(
        &control,
        &link("group", &["alone", "redis00", "Redis01"]),
        Refusal::IdCase,
    );
    refuses(
        &control,
        &link("group", &["alone", "redis00", "gone"]),
        Refusal::NotFound,
    );
    let member = Request::ForceLink {
        on: id(0),
        group: grouping("group", &all),
    };
    refuses(&control, &member, Refusal::LinkMember);
    takes(&mut control.clone(), &link("group", &all));
}

#[test]
fn members_join_one_at_a_time() {
    let mut control = beside();
    takes(
        &mut control,
        &link("group", &["alone", "redis00", "redis01"]),
    );
    let all = ["next", "alone", "redis00", "redis01"];
    let next = creation("next", B10, Some(grouping("group", &all)));
    refuses(&control, &Request::Create(next), Refusal::Busy);
}

#[test]
fn strangers_never_link() {
    let mut control = beside();
    does(&mut control, &Request::Create(creation("other", B10, None)));
    let strangers = link("new", &["alone", "other"]);
    let (taken, finished) = does(&mut control, &strangers);
    assert_eq!(taken.due.as_millis(), 600_000);
    let failure = finished.failure.expect("they are groups of their own");
    assert_eq!(failure.refusal, Refusal::LinkTimeout);
    assert!(!control.is_member(id(2)));
}

#[test]
fn lists_of_linked_databases_are_not_edited() {
    let control = beside();
    let linked = |names: &[&str]| {
        let Grouping { linked, .. } = grouping("", names);
        update(0, Change::Linked(linked))
    };
    refuses(&control, &linked(&["redis00"]), Refusal::RemovePut);
    refuses(
        &control,
        &linked(&["redis00", "redis01", "alone"]),
        Refusal::Split,
    );
    refuses(&control, &linked(&["redis00", "REDIS01"]), Refusal::IdCase);
    takes(&mut control.clone(), &linked(&["redis01", "redis00"]));
}

#[test]
fn what_is_fixed_stays() {
    let mut control = beside();
    for on in [0, 2] {
        let policy = Change::Clustering(Clustering::EnterpriseCluster);
        refuses(&control, &update(on, policy), Refusal::Policy);
        refuses(
            &control,
            &update(on, Change::HighAvailability(false)),
            Refusal::HaOff,
        );
        let modules = Change::Modules(vec![Module::RedisJson]);
        refuses(&control, &update(on, modules), Refusal::ModulesFixed);
    }
    let persistence = update(0, Change::Persistence(Some(Persistence::AppendOnly)));
    refuses(&control, &persistence, Refusal::Persist);
    let persistence = update(2, Change::Persistence(Some(Persistence::AppendOnly)));
    does(&mut control, &persistence);
    let all = ["alone", "redis00", "redis01"];
    refuses(&control, &link("group", &all), Refusal::Persist);
}

#[test]
fn sizes_that_do_not_suit() {
    let control = beside();
    refuses(&control, &scale(0, B10), Refusal::ScaleSame);
    refuses(&control, &scale(0, "Balanced_B5"), Refusal::ScaleDownGeo);
    // 24 GB, but 2 shards where X10 has 6.
    refuses(
        &group(1, "ComputeOptimized_X10"),
        &scale(0, "MemoryOptimized_M20"),
        Refusal::ScaleDownGeo,
    );
    for on in [0, 2] {
        refuses(
            &control,
            &scale(on, "FlashOptimized_A250"),
            Refusal::ScaleFlash,
        );
    }
    refuses(&control, &scale(2, "Balanced_B5"), Refusal::ScaleTarget);
    let mut later = control.clone();
    later.settings.edition = Edition::Later;
    takes(&mut later.clone(), &scale(2, "Balanced_B5"));
    refuses(&later, &scale(0, "Balanced_B5"), Refusal::ScaleDownGeo);
    // In use: as much as the target has for data.
    let full = |used: u64| {
        let mut request = scale(2, "Balanced_B20");
        if let Request::Scale { load, .. } = &mut request {
            load.used = Bytes(used);
        }
        request
    };
    refuses(&control, &full(19_200_000_000), Refusal::ScaleUsed);
    takes(&mut control.clone(), &full(19_199_999_999));
}

#[test]
fn without_clustering_nothing_scales_up() {
    let mut control = empty(Edition::Seed);
    let mut wish = creation("alone", B10, None);
    wish.configuration.clustering = Clustering::NoCluster;
    does(&mut control, &Request::Create(wish));
    refuses(&control, &scale(0, "Balanced_B20"), Refusal::ScaleNoCluster);
    does(
        &mut control,
        &update(0, Change::Clustering(Clustering::OssCluster)),
    );
    takes(&mut control, &scale(0, "Balanced_B20"));
}

#[test]
fn one_change_at_a_time() {
    let mut control = group(2, B10);
    let begun = takes(&mut control, &scale(0, "Balanced_B20"));
    let (on, drop, permitted) = (id(0), id(1), true);
    for request in [
        scale(0, "Balanced_B50"),
        Request::Delete { on },
        Request::Flush { on, permitted },
        Request::ForceUnlink { on, drop },
        update(0, Change::Tls(true)),
    ] {
        refuses(&control, &request, Refusal::Busy);
        let mut after = control.clone();
        after.finish(SimTime::ZERO, begun.operation);
        takes(&mut after, &request);
    }
}

#[test]
fn a_refused_unlink_changes_nothing() {
    let mut control = group(3, B10);
    let unlink = |on: u16, drop: u16| Request::ForceUnlink {
        on: id(on),
        drop: id(drop),
    };
    refuses(&control, &unlink(0, 0), Refusal::UnlinkSelf);
    refuses(&control, &unlink(0, 7), Refusal::NotMember);
    takes(&mut control, &unlink(0, 2));
    refuses(&control, &unlink(2, 1), Refusal::SentToFormerMember);
    control.set_reachable(id(0), false);
    // Nobody is there even to say that it makes no sense.
    refuses(&control, &unlink(0, 0), Refusal::Unreachable);
    assert!(control.is_member(id(0)) && control.is_member(id(1)));
    assert!(!control.is_member(id(2)));
}
