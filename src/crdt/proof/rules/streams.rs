//! Streams: what one key can show. The rules themselves take commands and regions, and are in
//! `tests/suite/stream_rules.rs` and `group_rules.rs`.

use super::Scene;
use crate::crdt::consumer_group::Pending;
use crate::crdt::effect::Update::{self, Remove};
use crate::crdt::object::Object;
use crate::crdt::proof::{acknowledge, append, create_group, destroy_group, id, name, stream_op};
use crate::crdt::stream::Stream;
use crate::crdt::stream_id::{EntryId, EntryKey};
use crate::crdt::stream_op::{Head, StreamOp};
use crate::crdt::tally::{Conflict, Tally};
use crate::crdt::typed::View;
use crate::crdt::{Dot, FILL_SEQ, VersionVector};
use crate::id::{Id, ReplicaId};

fn xadd(ms: u64) -> Vec<Update> {
    vec![append(ms, "f")]
}

fn xdel(ms: u64) -> Vec<Update> {
    vec![stream_op(StreamOp::Delete(id(ms)))]
}

fn head(last: u64, added: u64) -> Update {
    let head = Head {
        last: id(last),
        added,
        deleted: EntryId::ZERO,
    };
    stream_op(StreamOp::Head(head))
}

fn stream(object: &Object) -> &Stream {
    match object.view() {
        View::Stream(stream) => stream,
        other => panic!("a stream: {other:?}"),
    }
}

/// The key of an entry that a replica made by its first effect.
fn key(origin: u8, ms: u64) -> EntryKey {
    EntryKey {
        id: id(ms),
        dot: Dot {
            origin: ReplicaId(origin),
            seq: FILL_SEQ + 1,
        },
    }
}

impl Scene {
    fn object(&mut self, at: usize) -> &mut Object {
        &mut self.0.replicas[at].object
    }

    fn stream(&self, at: usize) -> &Stream {
        stream(&self.0.replicas[at].object)
    }
}

#[test]
fn a_late_entry_falls_to_the_removal_that_had_seen_it() {
    for removal in [xdel(1), vec![Remove]] {
        let scene = Scene::new().at(0, 1, xadd(1)).sent(0, 1).at(1, 2, removal);
        let scene = scene.sent(1, 2);
        assert!(scene.shown(2).entries.is_empty());
        let scene = scene.sent(0, 2);
        assert!(scene.shown(2).entries.is_empty());
        assert!(scene.ends().entries.is_empty());
    }
}

/// A removal goes on with a merged state, and so does the end of a group.
#[test]
fn merged_removals_are_passed_on() {
    let scene = Scene::given(xadd(1)).at(1, 1, xdel(1));
    let scene = scene.caught_up(1, 2).caught_up(2, 0);
    assert!(scene.shown(0).entries.is_empty());
    let scene = Scene::given(vec![append(1, "f"), create_group("g", 0)]);
    let scene = scene.at(1, 1, vec![destroy_group("g")]);
    let scene = scene.caught_up(1, 2).caught_up(2, 0);
    assert!(scene.shown(0).groups.is_empty());
    let scene = Scene::given(vec![create_group("g", 0)]).at(1, 1, vec![Remove]);
    let scene = scene.caught_up(1, 2).caught_up(2, 0);
    assert_eq!(scene.shown(0).visible, "");
    assert_eq!(scene.ends().visible, "");
}

/// What one origin acknowledged is told by its last effect; what two did, by both.
#[test]
fn acknowledged_prefixes_add_up_tree_by_tree() {
    let scene = Scene::given(vec![append(1, "f"), create_group("g", 0)]);
    let scene = scene
        .at(0, 1, vec![acknowledge("g", 0, 5)])
        .at(1, 1, vec![acknowledge("g", 1, 7)])
        .at(2, 1, vec![acknowledge("g", 0, 3)]);
    let (done, acknowledged) = scene.ends().groups.remove("g").expect("the group stays");
    assert_eq!(acknowledged[..3], [id(5), id(7), EntryId::ZERO]);
    assert_eq!(done[..3], [id(5), id(7), id(0)]);
}

/// A group that came anew starts anew, whatever was acknowledged in the one before it.
#[test]
fn acknowledgements_end_with_their_group() {
    let scene = Scene::given(vec![append(1, "f"), create_group("g", 0)]);
    let scene = scene.at(0, 1, vec![acknowledge("g", 0, 5)]).synced();
    let scene = scene
        .at(0, 2, vec![destroy_group("g")])
        .at(0, 3, vec![create_group("g", 0)]);
    let (_, acknowledged) = scene.ends().groups.remove("g").expect("the group is there");
    assert_eq!(acknowledged[0], EntryId::ZERO);
}

#[test]
fn the_digest_tells_entries_and_groups_apart() {
    let digest = |updates: Vec<Update>| {
        let mut scene = Scene::new().at(0, 1, updates);
        scene.object(0).digest()
    };
    assert_eq!(digest(xadd(1)), digest(xadd(1)));
    assert_ne!(digest(xadd(1)), digest(xadd(2)));
    assert_ne!(digest(xadd(1)), digest(vec![append(1, "g")]));
    let with_group = |group, start| digest(vec![append(1, "f"), create_group(group, start)]);
    assert_ne!(digest(xadd(1)), with_group("g", 0));
    assert_ne!(with_group("g", 0), with_group("h", 0));
    assert_ne!(with_group("g", 0), with_group("g", 1));
    let given = || Scene::given(vec![create_group("g", 0)]);
    let before = given().object(0).digest();
    let after = given()
        .at(0, 1, vec![acknowledge("g", 0, 1)])
        .object(0)
        .digest();
    assert_ne!(before, after);
}

/// `G-1`: nothing of what a region alone knows is in its digest or in what it sends, and an
/// arriving state does not touch it.
#[test]
fn what_the_region_alone_knows_stays_there() {
    let given = Scene::given(vec![append(1, "f"), append(2, "f"), create_group("g", 0)]);
    let mut scene = given;
    let digest = scene.object(0).digest();
    let pending = Pending {
        consumer: name("c"),
        delivered_ms: 5,
        deliveries: 1,
    };
    for ms in [1, 2] {
        scene.object(0).attend(b"g", |own| {
            own.pending.insert(key(0, ms), pending.clone());
        });
    }
    scene
        .object(0)
        .attend(b"nobody", |_| panic!("no such group"));
    assert_eq!(scene.object(0).digest(), digest);
    let sent = scene.object(0).shared();
    assert_eq!(sent.digest(), digest);
    let own = |object: &Object| {
        stream(object)
            .group(b"g")
            .and_then(|group| group.own().cloned())
    };
    assert_eq!(own(&sent), None);
    let known = own(scene.object(0));
    assert_eq!(known.as_ref().map(|own| own.pending.len()), Some(2));
    let mut scene = scene.at(1, 1, xadd(3)).merged(1, 0);
    assert_eq!(own(scene.object(0)), known);
    // All but what is acknowledged elsewhere meanwhile.
    let mut scene = scene.at(1, 2, vec![acknowledge("g", 0, 1)]).merged(1, 0);
    let left = own(scene.object(0)).expect("the region has read");
    assert_eq!(
        left.pending.keys().copied().collect::<Vec<_>>(),
        [key(0, 2)]
    );
    // A group that went and came is another one, even if both come at once.
    let mut scene = scene
        .synced()
        .at(1, 3, vec![destroy_group("g")])
        .at(1, 4, vec![create_group("g", 0)])
        .merged(1, 0);
    assert_eq!(own(scene.object(0)), None);
}

/// What trees have seen come and go travels with effects and states; a stream that was gone knows
/// nothing of it.
#[test]
fn heads_travel_and_end_with_the_stream() {
    let both = |last, added| vec![head(last, added), append(last, "f")];
    let scene = Scene::new()
        .at(0, 1, both(5, 1))
        .at(0, 2, both(7, 2))
        .synced();
    let scene = scene.at(1, 3, xdel(7)).synced();
    for at in 0..3 {
        assert_eq!(
            (scene.stream(at).last_id(), scene.stream(at).added()),
            (id(7), 2)
        );
        assert_eq!(scene.stream(at).tops().of(ReplicaId::at(0)), id(7));
    }
    // A last id set alone is sent by clock, too.
    let scene = scene.at(2, 4, vec![head(9, 0)]).caught_up(2, 1);
    assert_eq!(scene.stream(1).last_id(), id(9));
    // By an effect, and with a merged state.
    let gone = scene.synced().at(0, 5, vec![Remove]).synced();
    let scene = gone.at(1, 6, both(2, 1)).synced();
    for at in 0..3 {
        assert_eq!(
            (scene.stream(at).last_id(), scene.stream(at).added()),
            (id(2), 1)
        );
    }
    let scene = Scene::given(both(5, 1))
        .at(0, 2, vec![Remove])
        .at(0, 3, both(2, 1));
    let scene = scene.merged(0, 1);
    assert_eq!(
        (scene.stream(1).last_id(), scene.stream(1).added()),
        (id(2), 1)
    );
    // Emptied and made anew by another region.
    let scene = Scene::given(both(5, 1)).at(0, 2, xdel(5)).synced();
    let scene = scene.at(1, 3, both(2, 1)).synced();
    for at in 0..3 {
        assert_eq!(
            (scene.stream(at).last_id(), scene.stream(at).added()),
            (id(2), 1)
        );
    }
}

/// A removal of the key takes what trees told before it, where an unseen entry keeps the stream.
#[test]
fn heads_that_del_had_seen_go_with_it() {
    let both = |last, added| vec![head(last, added), append(last, "f")];
    let given = || {
        let scene = Scene::given(both(5, 1)).at(1, 2, vec![Remove]);
        scene.at(2, 2, both(6, 1)).at(2, 3, both(3, 2))
    };
    for scene in [given().synced(), given().merged(1, 2)] {
        let scene = scene.at(2, 4, xdel(6));
        let known = scene.stream(2).head(ReplicaId(0));
        assert_eq!(known, Head::default());
        assert_eq!(scene.stream(2).added(), 2);
    }
}

/// A region that lost its memory may get a creation back from the origin's log, and then the state
/// of a member that has forgotten the deletion, since all had seen it.
#[test]
fn a_state_that_forgot_a_deletion_still_ends_the_group() {
    let scene = Scene::given(vec![create_group("g", 0)]);
    let mut scene = scene.at(0, 1, vec![acknowledge("g", 0, 1)]).synced();
    scene = scene.at(1, 2, vec![destroy_group("g")]);
    scene.0.settle();
    let (rules, tally) = (scene.0.rules, &mut Tally::default());
    let mut clock = VersionVector::FILLED;
    let mut object = Object::new();
    for effect in &scene.0.effects[..2] {
        object.apply(effect, &clock, rules, tally);
        clock.observe(effect.dot());
    }
    assert!(object.is_live());
    let other = &scene.0.replicas[2];
    assert!(!other.object.is_pending(), "the deletion is forgotten");
    object.merge(&other.object, &clock, &other.clock, rules, tally);
    assert!(!object.is_live());
}

#[test]
fn conflicts_on_streams_are_counted() {
    let met = |scene: Scene| {
        let replicas = scene.synced().0.replicas;
        let met = replicas.iter().map(|replica| replica.tally.met);
        met.map(|met| met[Conflict::AddRemove.index()]).sum::<u64>()
    };
    let given = || Scene::given(xadd(1));
    assert_eq!(met(given().at(0, 1, xadd(2)).at(1, 1, xadd(2))), 0);
    assert_eq!(met(given().at(0, 1, xadd(1)).at(1, 1, xdel(1))), 3);
    assert!(met(given().at(0, 1, xadd(2)).at(1, 1, vec![Remove])) > 0);
    assert_eq!(met(given().at(0, 1, xadd(2)).synced().at(1, 1, xdel(1))), 0);
}

/// Memory: a tombstone for each removed id, none for what is forgotten; groups and consumers.
#[test]
fn sizes_count_what_is_held() {
    let mut scene = Scene::given(vec![append(1, "f"), append(2, "g"), create_group("g", 0)]);
    let sizes = scene.object(0).sizes();
    assert_eq!(
        (sizes.elements, sizes.element_bytes, sizes.groups),
        (2, 4, 1)
    );
    let mut scene = scene.at(0, 1, xdel(1)).at(0, 2, vec![destroy_group("g")]);
    let sizes = scene.object(0).sizes();
    assert_eq!(
        (sizes.elements, sizes.element_bytes, sizes.groups),
        (1, 2, 0)
    );
    assert_eq!(sizes.element_tombstones, 2);
    scene.0.settle();
    assert_eq!(scene.object(0).sizes().element_tombstones, 0);
}
