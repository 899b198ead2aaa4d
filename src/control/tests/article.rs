//! What the product page states about groups, one test a statement.

use super::{creation, does, group, grouping, id, of, refuses, scale, sizes, takes};
use crate::control::{
    Change, Control, Discard, Edition, Effect, LinkState, Load, MemberId, ProvisioningState,
    Refusal, Request, ResourceState, Settings, Timings,
};
use crate::id::InstanceId;
use crate::quantity::{Bytes, Ratio};
use crate::time::{SimDuration, SimTime};

const M10: &str = "MemoryOptimized_M10";
const X20: &str = "ComputeOptimized_X20";
const X50: &str = "ComputeOptimized_X50";
/// 80 % of 12 and of 24 GB.
const M10_USABLE: Bytes = Bytes(9_600_000_000);
const X20_USABLE: Bytes = Bytes(19_200_000_000);

fn capacities(effects: &[Effect]) -> Vec<(u16, &str, Bytes)> {
    let capacity = |effect: &Effect| match effect {
        Effect::Capacity {
            instance,
            sku,
            usable,
            ..
        } => Some((instance.0, sku.name, *usable)),
        _ => None,
    };
    effects.iter().filter_map(capacity).collect()
}

/// The first instance fails over.
fn blip(at: u64) -> Effect {
    Effect::Blip {
        instance: id(0),
        at: SimTime(at),
    }
}

#[test]
fn the_table_m10_to_x20() {
    let mut control = group(3, M10);
    // Row one: any member may scale to any size that suits.
    for member in 0..3 {
        for size in [X20, X50, "Balanced_B10"] {
            assert!(
                control
                    .clone()
                    .request(SimTime::ZERO, &scale(member, size))
                    .is_ok()
            );
        }
    }
    // The lock holds from acceptance.
    let first = takes(&mut control, &scale(0, X20));
    // Both nodes are exchanged, one after the other; nothing else happens yet.
    assert_eq!(first.effects, [blip(first.due.0 / 2), blip(first.due.0)]);
    let refused = refuses(&control, &scale(1, X50), Refusal::ScaleLock);
    assert!(refused.accepted.contains(X20), "{refused}");
    let finished = control
        .finish(SimTime::ZERO, first.operation)
        .expect("it runs");
    assert_eq!(finished.failure, None);
    // The machine is larger, the memory is not.
    assert_eq!(capacities(&finished.effects), [(0, X20, M10_USABLE)]);
    // Row two: the others can go to X20 alone.
    assert_eq!(sizes(&control), [X20, M10, M10]);
    for member in 1..3 {
        let offered: Vec<&str> = control
            .offers(id(member))
            .iter()
            .map(|sku| sku.name)
            .collect();
        assert_eq!(offered, [X20]);
        for size in [X50, "Balanced_B10", "MemoryOptimized_M20"] {
            refuses(&control, &scale(member, size), Refusal::ScaleLock);
        }
    }
    // Redis00 is not blocked yet.
    assert!(control.offers(id(0)).len() > 1);
    let (_, followed) = does(&mut control, &scale(1, X20));
    assert_eq!(capacities(&followed.effects), [(1, X20, M10_USABLE)]);
    // Now it is, and so is the one that followed.
    for member in 0..2 {
        refuses(&control, &scale(member, X50), Refusal::ScaleLock);
        assert!(control.offers(id(member)).is_empty());
        assert_eq!(control.usable(id(member)), M10_USABLE);
    }
    // Row three: all match, all locks go, the memory comes.
    let (_, last) = does(&mut control, &scale(2, X20));
    let all = [
        (0, X20, X20_USABLE),
        (1, X20, X20_USABLE),
        (2, X20, X20_USABLE),
    ];
    assert_eq!(capacities(&last.effects), all);
    assert_eq!(control.groups[0].lock, None);
    for member in 0..3 {
        assert!(
            control
                .clone()
                .request(SimTime::ZERO, &scale(member, X50))
                .is_ok()
        );
    }
}

#[test]
fn the_leader_may_change_its_mind() {
    let mut control = group(3, M10);
    does(&mut control, &scale(0, X20));
    does(&mut control, &scale(0, X50));
    refuses(&control, &scale(1, X20), Refusal::ScaleLock);
    // A follower accepted blocks the leader; a follower failed frees it.
    let follower = takes(&mut control, &scale(1, X50));
    refuses(
        &control,
        &scale(0, "ComputeOptimized_X100"),
        Refusal::ScaleLock,
    );
    let failed = control
        .fail(SimTime::ZERO, follower.operation)
        .expect("it runs");
    assert_eq!(
        failed.failure.map(|one| one.refusal),
        Some(Refusal::Interrupted)
    );
    let state = control.instances[1].resource_state(follower.due);
    assert_eq!(state, ResourceState::ScalingFailed);
    takes(&mut control, &scale(0, "ComputeOptimized_X100"));
}

#[test]
fn a_leader_that_comes_back_to_the_groups_size_frees_the_group() {
    let mut control = group(2, M10);
    does(&mut control, &scale(0, "Balanced_B10"));
    refuses(&control, &scale(1, X20), Refusal::ScaleLock);
    does(&mut control, &scale(0, M10));
    assert_eq!(control.groups[0].lock, None);
    takes(&mut control, &scale(1, X20));
}

#[test]
fn a_failed_scaling_releases_the_lock() {
    let mut control = group(3, M10);
    let first = takes(&mut control, &scale(0, X20));
    control.fail(SimTime::ZERO, first.operation);
    assert_eq!(
        (sizes(&control), &control.groups[0].lock),
        (vec![M10; 3], &None)
    );
    assert_eq!(
        control.fail(SimTime::ZERO, first.operation),
        None,
        "it is over"
    );
    takes(&mut control, &scale(1, X50));
}

#[test]
fn the_first_follower_leads_when_the_leader_fails() {
    let mut control = group(3, M10);
    let first = takes(&mut control, &scale(0, X20));
    does(&mut control, &scale(1, X20));
    control.fail(SimTime::ZERO, first.operation);
    assert_eq!(sizes(&control), [M10, X20, M10]);
    refuses(&control, &scale(0, X50), Refusal::ScaleLock);
    does(&mut control, &scale(1, X50));
    refuses(&control, &scale(0, X20), Refusal::ScaleLock);
    does(&mut control, &scale(0, X50));
    does(&mut control, &scale(2, X50));
    assert_eq!(control.groups[0].lock, None);
}

#[test]
fn a_follower_in_a_failed_region_holds_the_lock_until_it_is_unlinked() {
    let mut control = group(3, M10);
    does(&mut control, &scale(0, X20));
    does(&mut control, &scale(1, X20));
    control.set_reachable(id(2), false);
    refuses(&control, &scale(2, X20), Refusal::Unreachable);
    refuses(&control, &scale(0, X50), Refusal::ScaleLock);
    let unlink = Request::ForceUnlink {
        on: id(0),
        drop: id(2),
    };
    let unlinked = takes(&mut control, &unlink);
    let freed = [(0, X20, X20_USABLE), (1, X20, X20_USABLE)];
    assert_eq!(capacities(&unlinked.effects), freed);
    takes(&mut control, &scale(0, X50));
}

#[test]
fn a_region_that_fails_during_scaling_takes_the_scaling_along() {
    let mut control = group(2, M10);
    let first = takes(&mut control, &scale(0, X20));
    control.set_reachable(id(0), false);
    let finished = control
        .finish(SimTime::ZERO, first.operation)
        .expect("it runs");
    let failure = finished.failure.expect("its region is dark");
    assert_eq!(
        (failure.refusal, sizes(&control)),
        (Refusal::Interrupted, vec![M10; 2])
    );
    takes(&mut control, &scale(1, X50));
}

#[test]
fn unlinking_or_deleting_the_leader_passes_the_lock_on() {
    let unlink = Request::ForceUnlink {
        on: id(1),
        drop: id(0),
    };
    let mut control = group(3, M10);
    does(&mut control, &scale(0, X20));
    let mut followed = control.clone();
    takes(&mut control, &unlink);
    assert_eq!(control.groups[0].lock, None, "nobody had followed");
    does(&mut followed, &scale(1, X20));
    let mut deleted = followed.clone();
    takes(&mut followed, &unlink);
    does(&mut deleted, &Request::Delete { on: id(0) });
    for mut control in [followed, deleted] {
        let lock = control.groups[0].lock.clone().expect("one has to follow");
        assert_eq!((lock.leader, lock.target.name), (id(1), X20));
        does(&mut control, &scale(2, X20));
        assert_eq!(control.groups[0].lock, None);
    }
}

#[test]
fn a_scaling_takes_ten_minutes_and_more_with_data() {
    let mut control = group(1, M10);
    let mut request = scale(0, X20);
    let empty = takes(&mut control.clone(), &request);
    assert_eq!(empty.due, SimTime::from_secs(600));
    if let Request::Scale { load, .. } = &mut request {
        // (600 s + 5 GB / 50 MB/s x 2) x 1.5
        *load = Load {
            used: Bytes(5_000_000_000),
            cpu: Ratio { ppm: 500_000 },
        };
    }
    assert_eq!(takes(&mut control, &request).due, SimTime::from_secs(1_200));
}

#[test]
fn creating_and_joining() {
    let mut control = Control::new(Settings::default());
    let first = creation("Cache1", "Balanced_B10", Some(grouping("rg", &["Cache1"])));
    let first = takes(&mut control, &Request::Create(first));
    assert_eq!(
        control.links(first.instance),
        [(first.instance, LinkState::Linking)]
    );
    let created = control.finish(first.due, first.operation).expect("it runs");
    let done = [
        Effect::Create(first.instance),
        Effect::Join(first.instance, MemberId(1)),
    ];
    assert_eq!(created.effects, done);
    let both = ["Cache1", "Cache2"];
    let second = Request::Create(creation(
        "Cache2",
        "Balanced_B10",
        Some(grouping("rg", &both)),
    ));
    // The resource state follows the operation: it has said Succeeded already.
    let early = control
        .request(first.due, &second)
        .expect_err("it still settles");
    assert_eq!(early.refusal, Refusal::Busy);
    assert_eq!(
        control.instances[0].provisioning_state(),
        ProvisioningState::Succeeded
    );
    assert_eq!(
        control.instances[0].resource_state(first.due),
        ResourceState::Creating
    );
    let later = first.due + Timings::default().settling;
    assert_eq!(
        control.instances[0].resource_state(later),
        ResourceState::Running
    );
    let second = control.request(later, &second).expect("it is settled");
    assert_eq!(second.due.since(later), SimDuration::from_secs(1_200));
    let listed = control.links(first.instance);
    assert_eq!(listed[1], (second.instance, LinkState::Linking));
    control.finish(second.due, second.operation);
    for one in [first.instance, second.instance] {
        let linked = [
            (first.instance, LinkState::Linked),
            (second.instance, LinkState::Linked),
        ];
        assert_eq!(control.links(one), linked);
    }
}

#[test]
fn a_sixth_member_is_refused() {
    let control = group(5, M10);
    let all = [
        "redis00", "redis01", "redis02", "redis03", "redis04", "sixth",
    ];
    let sixth = creation("sixth", M10, Some(grouping("group", &all)));
    refuses(&control, &Request::Create(sixth), Refusal::GroupFull);
}

#[test]
fn a_force_link_discards_and_closes() {
    let mut control = group(2, M10);
    let (alone, _) = does(&mut control, &Request::Create(creation("alone", M10, None)));
    let on = alone.instance;
    let group = grouping("group", &["alone", "redis00", "redis01"]);
    let (taken, finished) = does(&mut control, &Request::ForceLink { on, group });
    assert_eq!(
        taken.effects,
        [Effect::Close(on), Effect::Wipe(on, Discard::ForceLink)]
    );
    assert_eq!(taken.due, SimTime::from_secs(300));
    assert_eq!(
        finished.effects,
        [Effect::Open(on), Effect::Join(on, MemberId(3))]
    );
}

#[test]
fn a_force_link_fails_while_a_member_is_away() {
    let mut control = group(2, M10);
    let (alone, _) = does(&mut control, &Request::Create(creation("alone", M10, None)));
    let on = alone.instance;
    control.set_reachable(id(1), false);
    let group = grouping("group", &["alone", "redis00", "redis01"]);
    let request = Request::ForceLink { on, group };
    let (taken, finished) = does(&mut control, &request);
    assert_eq!(taken.due, SimTime::from_secs(600));
    let failure = finished.failure.expect("a member is away");
    assert_eq!(failure.refusal, Refusal::LinkTimeout);
    assert!(control.links(on).contains(&(on, LinkState::LinkFailed)));
    assert!(!control.is_member(on));
    control.set_reachable(id(1), true);
    let (_, again) = does(&mut control, &request);
    assert_eq!(
        again.effects,
        [Effect::Open(on), Effect::Join(on, MemberId(4))]
    );
}

#[test]
fn a_deletion_leaves_gracefully() {
    let mut control = group(3, M10);
    let delete = Request::Delete { on: id(1) };
    control.set_reachable(id(2), false);
    let (_, failed) = does(&mut control, &delete);
    assert_eq!(
        failed.failure.map(|one| one.refusal),
        Some(Refusal::DeletePeer)
    );
    assert!(
        control
            .links(id(0))
            .contains(&(id(1), LinkState::UnlinkFailed))
    );
    control.set_reachable(id(2), true);
    let begun = takes(&mut control, &delete);
    assert!(
        control
            .links(id(0))
            .contains(&(id(1), LinkState::Unlinking))
    );
    let gone = control
        .finish(SimTime::ZERO, begun.operation)
        .expect("it runs");
    assert_eq!(gone.effects, [Effect::Leave(id(1)), Effect::Remove(id(1))]);
    assert_eq!(control.links(id(0)).len(), 2);
    assert!(control.instance(id(1)).is_none());
    refuses(&control, &delete, Refusal::NotFound);
}

#[test]
fn an_unlinked_member_comes_back_new() {
    let mut control = group(3, M10);
    control.set_reachable(id(2), false);
    let unlink = |on: u16| Request::ForceUnlink {
        on: id(on),
        drop: id(2),
    };
    let begun = takes(&mut control, &unlink(0));
    let unlinked = Effect::Unlink {
        on: id(0),
        dropped: id(2),
    };
    assert_eq!(begun.effects, [unlinked]);
    // The survivor still lists it for a while.
    assert!(
        control
            .links(id(0))
            .contains(&(id(2), LinkState::Unlinking))
    );
    refuses(&control, &unlink(1), Refusal::NotMember);
    control.set_reachable(id(0), false);
    control.finish(SimTime::ZERO, begun.operation);
    assert!(
        control
            .links(id(1))
            .contains(&(id(2), LinkState::UnlinkFailed))
    );
    does(&mut control, &unlink(1));
    assert_eq!(control.links(id(1)).len(), 2);
    for one in [0, 2] {
        control.set_reachable(id(one), true);
    }
    let names = ["redis00", "redis01", "redis02"];
    let link = Request::ForceLink {
        on: id(2),
        group: grouping("group", &names),
    };
    // By the page's first text it must be created anew, by the later one it may be linked.
    refuses(&control, &link, Refusal::LinkFormer);
    let mut later = control.clone();
    later.settings.edition = Edition::Later;
    let (_, linked) = does(&mut later, &link);
    assert_eq!(
        linked.effects,
        [Effect::Open(id(2)), Effect::Join(id(2), MemberId(4))]
    );
    does(&mut control, &Request::Delete { on: id(2) });
    let anew = Request::Create(creation("redis02", M10, Some(grouping("group", &names))));
    let (anew, joined) = does(&mut control, &anew);
    assert_eq!(anew.instance, id(3), "an id is never used again");
    assert_eq!(joined.effects[1], Effect::Join(id(3), MemberId(4)));
}

fn flush_of(on: InstanceId, is_asked: bool) -> Effect {
    Effect::Flush { on, is_asked }
}

#[test]
fn a_flush_clears_every_member() {
    let mut control = group(3, M10);
    control.set_reachable(id(1), false);
    let flush = |permitted| Request::Flush {
        on: id(0),
        permitted,
    };
    refuses(&control, &flush(false), Refusal::Rbac);
    let (flushed, _) = does(&mut control, &flush(true));
    assert_eq!(
        flushed.effects,
        [flush_of(id(0), true), flush_of(id(2), false)]
    );
    // The one that was down is flushed when it is back, once; one that was dropped never is.
    let mut dropped = control.clone();
    assert_eq!(control.set_reachable(id(1), true), [flush_of(id(1), false)]);
    assert_eq!(control.set_reachable(id(1), true), []);
    let (on, drop) = (id(0), id(1));
    takes(&mut dropped, &Request::ForceUnlink { on, drop });
    assert_eq!(dropped.set_reachable(id(1), true), []);
}

#[test]
fn a_flush_of_a_stand_alone_instance_stays_there() {
    let mut control = group(2, M10);
    let (alone, _) = does(&mut control, &Request::Create(creation("alone", M10, None)));
    let on = alone.instance;
    let permitted = true;
    let flushed = takes(&mut control, &Request::Flush { on, permitted });
    assert_eq!(flushed.effects, [flush_of(on, true)]);
}

#[test]
fn an_instance_without_replicas_loses_its_data_when_it_scales() {
    let mut control = Control::new(super::at_once());
    let mut wish = creation("alone", M10, None);
    wish.configuration.high_availability = false;
    does(&mut control, &Request::Create(wish));
    let (taken, finished) = does(&mut control, &scale(0, X20));
    assert_eq!(
        taken.effects,
        [
            Effect::Close(id(0)),
            Effect::Wipe(id(0), Discard::NoReplica)
        ]
    );
    assert_eq!(finished.effects[0], Effect::Open(id(0)));
    assert_eq!(capacities(&finished.effects), [(0, X20, X20_USABLE)]);
}

#[test]
fn a_change_of_settings_takes_effect() {
    let mut control = Control::new(super::at_once());
    does(&mut control, &Request::Create(creation("alone", M10, None)));
    let change = Change::Eviction(crate::control::Eviction::NoEviction);
    does(&mut control, &Request::Update { on: id(0), change });
    let mut expected = of(M10);
    expected.eviction = crate::control::Eviction::NoEviction;
    assert_eq!(control.instances[0].configuration, expected);
}
