//! Recovery time and recovery point: how long clients go without service, and how long a stretch
//! of writes is gone.

use crate::membership::group;
use crate::refusals::outcome;

const MINUTE: u64 = 60_000;

#[test]
fn clients_are_served_again_once_their_region_is_back() {
    let steps = r#"
        (at: "10m", do: Outage(region: "East US")),
        (at: "25m", do: Return(region: "East US")),
    "#;
    let outcome = outcome(&group("", "on: [\"a\", \"b\"],", steps), &[]);
    let of = |instance: &str| {
        let mut fleets = outcome.operations.iter();
        let fleet = fleets.find(|one| one.instance == instance);
        fleet.expect("it has clients").rto_ms.clone()
    };
    let [time] = &of("a")[..] else {
        panic!("one fault kept them away: {:?}", of("a"));
    };
    assert_eq!(time.fault, "East US dark");
    let served = time.rto_ms.expect("the region came back");
    assert!((15 * MINUTE..16 * MINUTE).contains(&served), "{served}");
    assert_eq!(of("b"), [], "nothing kept these away");
    assert_eq!(outcome.writes.rpo_ms, None, "nothing is lost");
}

#[test]
fn clients_of_a_region_that_stays_dark_are_never_served_again() {
    let steps = r#"(at: "10m", do: Outage(region: "East US"))"#;
    let outcome = outcome(&group("", "on: \"a\",", steps), &[]);
    let times = &outcome.operations[0].rto_ms;
    let times: Vec<Option<u64>> = times.iter().map(|one| one.rto_ms).collect();
    assert_eq!(times, [None]);
}

/// A member that is cut off and dropped goes on to take writes: from the cut to the last of them
/// all are lost to the group.
#[test]
fn what_a_dropped_member_takes_alone_is_lost_from_the_cut_on() {
    let cut = r#"(at: "10m", do: Partition(between: [
        ("East US", "West Europe"), ("East US", "Southeast Asia"),
    ]))"#;
    let steps = format!(r#"{cut}, (at: "20m", do: ForceUnlink(on: "b", drop: "a"))"#);
    let found = outcome(&group("", "on: \"a\",", &steps), &[]);
    let lost = found.writes.rpo_ms.expect("writes are lost");
    assert!((48 * MINUTE..=49 * MINUTE).contains(&lost), "{lost}");
    assert_eq!(found.convergence.recovery_ms[0].recovery_ms, None);
    assert!(
        found.operations[0].rto_ms.is_empty(),
        "a cut keeps no client away"
    );
}
