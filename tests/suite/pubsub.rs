//! Published messages: effects that reach the subscribers of every region, and leave no state.
//!
//! Source: Redis docs, active-active/syncer.md and develop/app-failover-active-active.md.

use meridian::history::{Event, MemoryKind};
use meridian::id::RegionId;
use meridian::plan::{Memory, Plan, Step};
use meridian::quantity::Bytes;
use meridian::world::{Ending, Options, World};

use crate::plans;

/// A message as it came: to which member and client, when, and what.
type Heard = (u16, String, u64, String);

const EAST_WEST: [(RegionId, RegionId); 2] =
    [(RegionId(0), RegionId(1)), (RegionId(1), RegionId(0))];

/// Three members, 40 ms apart, each with a client that listens.
fn listening() -> Plan {
    let mut plan = plans::group(3, 40);
    for on in 0..3 {
        plans::by_client(&mut plan, 100, on, "ear", "SUBSCRIBE news");
    }
    plan
}

/// What was heard, what commands were answered, and how it ended.
fn run(plan: &Plan) -> (Vec<Heard>, Vec<String>, Ending) {
    let (mut heard, mut replies) = (Vec::new(), Vec::new());
    let ending = World::new(plan, Options::default()).run(&mut |seen| match &seen.event {
        Event::Message(message) => heard.push((
            message.on.0,
            message.client.clone(),
            seen.at.as_millis(),
            message.text.clone(),
        )),
        Event::Command(command) => replies.push(command.reply.clone()),
        _ => {}
    });
    (heard, replies, ending)
}

/// What the client `ear` of a member heard.
fn heard_on(heard: &[Heard], on: u16) -> Vec<&str> {
    let there = heard
        .iter()
        .filter(|(at, client, ..)| *at == on && client == "ear");
    there.map(|(.., text)| text.as_str()).collect()
}

#[test]
fn a_message_reaches_every_region_once_after_the_one_way_delay() {
    let mut plan = listening();
    plans::by_client(&mut plan, 1_000, 0, "mouth", "PUBLISH news hello");
    let (heard, replies, ending) = run(&plan);
    let expected = |on, at| (on, "ear".to_owned(), at, "hello".to_owned());
    assert_eq!(
        heard,
        [expected(0, 1_000), expected(1, 1_040), expected(2, 1_040)]
    );
    // One subscriber here; those of other regions do not count.
    assert_eq!(replies[3], "(integer) 1");
    let sent: Vec<u64> = ending.links.iter().map(|link| link.sent_effects).collect();
    assert_eq!(sent, [1, 1, 0, 0, 0, 0]);
}

#[test]
fn a_message_fills_the_backlog_and_no_other_memory() {
    let mut plan = listening();
    plans::by_client(&mut plan, 1_000, 0, "mouth", "PUBLISH news hello");
    let (.., ending) = run(&plan);
    for (on, instance) in ending.instances.iter().enumerate() {
        let used = |kind| {
            instance
                .shards
                .iter()
                .map(|shard| shard.used[kind as usize])
                .sum()
        };
        let backlog: u64 = used(MemoryKind::Backlog);
        // The names of channel and message, and the framing of an effect.
        assert_eq!(backlog, if on == 0 { 4 + 5 + 60 } else { 0 });
        let total: u64 = instance.shards.iter().flat_map(|shard| shard.used).sum();
        assert_eq!(total, backlog);
    }
}

#[test]
fn messages_come_in_the_order_of_their_publisher() {
    let mut plan = listening();
    plans::jitter(&mut plan);
    for number in 0..50 {
        let text = format!("PUBLISH news a{number}");
        plans::by_client(&mut plan, 1_000 + number * 3, 0, "mouth", &text);
        let text = format!("PUBLISH news b{number}");
        plans::by_client(&mut plan, 1_000 + number * 3, 1, "mouth", &text);
    }
    let (heard, ..) = run(&plan);
    for on in 0..3 {
        let texts = heard_on(&heard, on);
        assert_eq!(texts.len(), 100);
        for publisher in ["a", "b"] {
            let of_one = texts.iter().filter(|text| text.starts_with(publisher));
            let expected: Vec<String> = (0..50).map(|n| format!("{publisher}{n}")).collect();
            assert!(of_one.eq(expected.iter()), "{texts:?}");
        }
    }
}

#[test]
fn messages_and_writes_of_a_transaction_keep_their_order() {
    let mut plan = listening();
    for text in [
        "MULTI",
        "SET {news}k 1",
        "PUBLISH news set",
        "DEL {news}k",
        "EXEC",
    ] {
        plans::by_client(&mut plan, 1_000, 0, "mouth", text);
    }
    let (heard, replies, ending) = run(&plan);
    assert_eq!(replies[7], "1) OK\n2) (integer) 1\n3) (integer) 1");
    assert_eq!(heard_on(&heard, 2), ["set"]);
    assert_eq!(ending.links[0].sent_effects, 3);
}

/// What is replayed from the backlog are the operations since the last offset: messages too.
#[test]
fn a_stream_that_resumes_from_the_backlog_brings_the_messages_missed() {
    let mut plan = listening();
    plans::at(&mut plan, 500, Step::Partition(EAST_WEST.to_vec()));
    plans::by_client(&mut plan, 1_000, 0, "mouth", "PUBLISH news missed");
    plans::at(&mut plan, 8_000, Step::Heal(Vec::new()));
    plans::by_client(&mut plan, 19_900, 0, "mouth", "PUBLISH news live");
    let (heard, ..) = run(&plan);
    assert_eq!(heard_on(&heard, 1), ["missed", "live"]);
    assert_eq!(heard_on(&heard, 2), ["missed", "live"]);
}

/// State carries no messages; and what comes after a full synchronisation is new.
#[test]
fn a_full_synchronisation_brings_no_messages() {
    let mut plan = listening();
    plan.assumptions.backlog_bytes = Some(Bytes(200));
    plans::at(&mut plan, 500, Step::Partition(EAST_WEST.to_vec()));
    plans::by_client(&mut plan, 1_000, 0, "mouth", "PUBLISH news missed");
    for number in 0..10 {
        let text = format!("SET {{news}}{number} v");
        plans::by_client(&mut plan, 1_100, 0, "mouth", &text);
    }
    plans::at(&mut plan, 8_000, Step::Heal(Vec::new()));
    plans::by_client(&mut plan, 19_900, 0, "mouth", "PUBLISH news live");
    let (heard, _, ending) = run(&plan);
    let full: u64 = ending.links.iter().map(|link| link.full_syncs).sum();
    assert!(full > 0, "the backlog was overrun");
    assert_eq!(heard_on(&heard, 1), ["live"]);
    assert_eq!(heard_on(&heard, 2), ["missed", "live"]);
}

/// No connection outlives its region's outage: its clients subscribe anew, and hear from then on
/// what the links still bring.
#[test]
fn subscribers_of_a_dark_region_are_gone() {
    let mut plan = listening();
    let (region, memory) = (RegionId(1), Memory::Kept);
    plans::at(&mut plan, 500, Step::Outage { region, memory });
    plans::by_client(&mut plan, 1_000, 0, "mouth", "PUBLISH news missed");
    plans::by_client(&mut plan, 1_500, 1, "ear", "SUBSCRIBE news");
    plans::at(&mut plan, 4_000, Step::Return(region));
    plans::by_client(&mut plan, 12_000, 0, "mouth", "PUBLISH news unheard");
    plans::by_client(&mut plan, 15_000, 1, "ear", "SUBSCRIBE news");
    plans::by_client(&mut plan, 16_000, 0, "mouth", "PUBLISH news heard");
    let (heard, replies, _) = run(&plan);
    assert_eq!(replies[4], "(error) no connection to the server");
    assert_eq!(heard_on(&heard, 1), ["heard"]);
    assert_eq!(heard_on(&heard, 2), ["missed", "unheard", "heard"]);
}

/// Who subscribes as soon as the region is back hears what the backlog brings then.
#[test]
fn who_subscribes_at_once_on_return_hears_what_the_backlog_brings() {
    let mut plan = listening();
    let (region, memory) = (RegionId(1), Memory::Kept);
    plans::at(&mut plan, 500, Step::Outage { region, memory });
    plans::by_client(&mut plan, 1_000, 0, "mouth", "PUBLISH news missed");
    plans::at(&mut plan, 4_000, Step::Return(region));
    plans::by_client(&mut plan, 4_000, 1, "ear", "SUBSCRIBE news");
    let (heard, ..) = run(&plan);
    assert_eq!(heard_on(&heard, 1), ["missed"]);
}

/// A message is an effect and takes a number of the clock, which a stale instance must not spend.
#[test]
fn a_stale_instance_publishes_nothing() {
    let mut plan = listening();
    let region = RegionId(1);
    plans::by_client(&mut plan, 200, 1, "mouth", "SET k v");
    plans::at(
        &mut plan,
        500,
        Step::Outage {
            region,
            memory: Memory::Lost,
        },
    );
    plans::at(&mut plan, 4_000, Step::Return(region));
    plans::by_client(&mut plan, 4_010, 1, "mouth", "PUBLISH news stale");
    plans::by_client(&mut plan, 4_010, 1, "mouth", "SPUBLISH news stale");
    plans::by_client(&mut plan, 15_000, 1, "mouth", "PUBLISH news ready");
    let (heard, replies, _) = run(&plan);
    assert_eq!(
        replies[4],
        plan.assumptions
            .stale_text
            .replacen("ERR", "(error) ERR", 1)
    );
    assert_eq!(replies[5], replies[4]);
    assert_eq!(heard_on(&heard, 0), ["ready"]);
}

/// Nobody looking on changes nothing, and a message changes the digest of all that was handled.
#[test]
fn messages_are_in_the_digest() {
    let mut plan = listening();
    plans::by_client(&mut plan, 1_000, 0, "mouth", "PUBLISH news hello");
    let digest = |plan: &Plan, observed| {
        let options = Options {
            observed,
            ..Options::default()
        };
        World::new(plan, options).run(&mut |_| {}).digest
    };
    let seen = digest(&plan, true);
    assert_eq!(seen, digest(&plan, false));
    // The same command at the same time, but one that makes no effect.
    let silent = plan
        .timeline
        .last_mut()
        .expect("the command is the last step");
    let Step::Command { text, .. } = &mut silent.step else {
        panic!("the last step is a command");
    };
    "PUBSUB NUMSUB news".clone_into(text);
    assert_ne!(seen, digest(&plan, true));
}
