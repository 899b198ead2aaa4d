//! Case G4, as far as it applies: how often an update travels. There are no deltas that a neighbour
//! would pass on, so each update crosses the link from its origin to each other member, once.

use meridian::id::InstanceId;
use meridian::plan::Step;
use meridian::world::{Options, World};

use crate::plans;

const WRITES: u16 = 300;

#[test]
fn g4_an_update_crosses_each_link_from_its_origin_once() {
    for members in 2..=5 {
        let mut plan = plans::group(usize::from(members), 20);
        for number in 0..WRITES {
            let step = Step::Command {
                on: InstanceId(number % members),
                client: None,
                text: format!("SADD set m{number}"),
                reply: Some("(integer) 1".to_owned()),
                effects: Some(1),
            };
            plans::at(&mut plan, 100 + 10 * u64::from(number), step);
        }
        let ending = World::new(&plan, Options::default()).run(&mut |_| ());
        let sent: u64 = ending.links.iter().map(|link| link.sent_effects).sum();
        assert_eq!(
            sent,
            u64::from(members - 1) * u64::from(WRITES),
            "{members} members"
        );
    }
}
