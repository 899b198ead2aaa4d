//! The causal-consistency option (A-CAUSAL, MA-21): relayed effects, and the order they come in.
//!
//! Published messages show in which order a member takes effects in; keys show what it comes to.

use std::collections::BTreeMap;

use meridian::history::Event;
use meridian::id::RegionId;
use meridian::network::Delay;
use meridian::plan::{Memory, Operation, Plan, Step, ValueKind};
use meridian::quantity::Bytes;
use meridian::time::SimDuration;
use meridian::world::{Ending, Options, World};

use crate::{group, plans, world_laws};

/// What a member heard, in order: when, and what.
type Heard = BTreeMap<u16, Vec<(u64, String)>>;

/// Three members: from the first to the third it takes two seconds, all other ways 20 ms.
fn triangle(causal: bool) -> Plan {
    let mut plan = plans::group(3, 20);
    plan.assumptions.causal_consistency = causal;
    for route in &mut plan.routes {
        if (route.from, route.to) == (RegionId(0), RegionId(2)) {
            route.delay = Delay::Constant(SimDuration::from_secs(2));
        }
    }
    plan
}

fn run(plan: &Plan) -> (Heard, Vec<String>, Ending) {
    let (mut heard, mut replies) = (Heard::new(), Vec::new());
    let ending = World::new(plan, Options::default()).run(&mut |seen| match &seen.event {
        Event::Message(message) => {
            let there = heard.entry(message.on.0).or_default();
            there.push((seen.at.as_millis(), message.text.clone()));
        }
        Event::Command(command) => replies.push(command.reply.clone()),
        _ => {}
    });
    (heard, replies, ending)
}

/// The answer is heard before the question, unless members relay.
#[test]
fn an_answer_does_not_come_before_its_question() {
    for causal in [false, true] {
        let mut plan = triangle(causal);
        plans::by_client(&mut plan, 100, 2, "ear", "SUBSCRIBE talk");
        plans::by_client(&mut plan, 1_000, 0, "a", "PUBLISH talk question");
        plans::by_client(&mut plan, 1_100, 1, "b", "PUBLISH talk answer");
        let (heard, ..) = run(&plan);
        let question = |at: u64| (at, "question".to_owned());
        let answer = (1_120, "answer".to_owned());
        let expected = if causal {
            [question(1_040), answer]
        } else {
            [answer, question(3_000)]
        };
        assert_eq!(heard[&2], expected);
    }
}

/// The same by keys: general effects, and plain writes of strings.
#[test]
fn a_reply_on_a_key_does_not_come_before_what_it_replies_to() {
    for causal in [false, true] {
        let mut plan = triangle(causal);
        plans::by_client(&mut plan, 1_000, 0, "a", "SADD talk question");
        plans::by_client(&mut plan, 1_000, 0, "a", "SET topic rain");
        plans::by_client(&mut plan, 1_100, 1, "b", "SADD talk answer");
        plans::by_client(&mut plan, 1_100, 1, "b", "APPEND topic !");
        plans::by_client(&mut plan, 1_050, 2, "c", "GET topic");
        plans::by_client(&mut plan, 1_200, 2, "c", "SMEMBERS talk");
        plans::by_client(&mut plan, 4_000, 2, "c", "SMEMBERS talk");
        plan.timeline.sort_by_key(|timed| timed.at);
        let (_, replies, _) = run(&plan);
        let both = "1) \"answer\"\n2) \"question\"";
        let (topic, early) = if causal {
            ("\"rain\"", both)
        } else {
            ("(nil)", "1) \"answer\"")
        };
        assert_eq!(replies[2], topic);
        assert_eq!(&replies[5..], [early, both]);
    }
}

/// Where a link is cut, what it would have carried comes by another member.
#[test]
fn a_cut_link_is_gone_around() {
    for causal in [false, true] {
        let mut plan = plans::group(3, 20);
        plan.assumptions.causal_consistency = causal;
        plans::by_client(&mut plan, 100, 2, "ear", "SUBSCRIBE talk");
        plans::at(
            &mut plan,
            500,
            Step::Partition(vec![(RegionId(0), RegionId(2))]),
        );
        plans::by_client(&mut plan, 1_000, 0, "a", "PUBLISH talk question");
        plans::by_client(&mut plan, 1_100, 1, "b", "PUBLISH talk answer");
        plans::at(&mut plan, 3_000, Step::Heal(Vec::new()));
        let (heard, ..) = run(&plan);
        let texts: Vec<&str> = heard[&2].iter().map(|(_, text)| text.as_str()).collect();
        let expected = if causal {
            ["question", "answer"]
        } else {
            ["answer", "question"]
        };
        assert_eq!(texts, expected);
    }
}

/// Writes on `members` members, each of which makes an effect whatever came before.
fn busy(members: usize, causal: bool) -> Plan {
    let mut plan = plans::group(members, 40);
    plans::jitter(&mut plan);
    plan.assumptions.causal_consistency = causal;
    let strings = plans::populate(&mut plan, "user:", 500, ValueKind::String);
    let counters = plans::populate(&mut plan, "count:", 50, ValueKind::Counter);
    plans::traffic(&mut plan, strings, 200, &[(Operation::Update, 1)]);
    plans::traffic(&mut plan, counters, 50, &[(Operation::Increment, 1)]);
    plan
}

/// Each effect goes out once more from every other member to all but two: N - 2 times as many are
/// relayed as are sent at first hand, and each log holds all effects instead of a share.
#[test]
fn traffic_and_backlog_grow_with_the_members() {
    for members in [3, 4, 5] {
        let sums = [false, true].map(|causal| {
            let ending = World::new(&busy(members, causal), Options::default()).run(&mut |_| {});
            let effects: u64 = ending.links.iter().map(|link| link.sent_effects).sum();
            let kind = meridian::history::MemoryKind::Backlog as usize;
            let shards = ending
                .instances
                .iter()
                .flat_map(|instance| &instance.shards);
            let backlog: u64 = shards.clone().map(|shard| shard.used[kind]).sum();
            let filtered: u64 = shards.map(|shard| shard.counts.filtered).sum();
            (effects, backlog, filtered)
        });
        let [(direct, own, none), (all, held, filtered)] = sums;
        let others = members as u64 - 2;
        assert_eq!(all, direct * (1 + others), "{members} members");
        // What is relayed is known already, but where it overtakes the original.
        assert_eq!((none, filtered), (0, direct * others));
        assert_eq!(held, own * members as u64);
    }
}

/// With two members there is nobody to relay to.
#[test]
fn two_members_notice_nothing() {
    let digest = |causal| {
        let plan = busy(2, causal);
        World::new(&plan, Options::default())
            .run(&mut |_| {})
            .digest
    };
    assert_eq!(digest(false), digest(true));
}

/// A group in trouble: delays that vary, cuts, and an outage, for a seed.
fn troubled(seed: u64, causal: bool, backlog: u64) -> Plan {
    let mut plan = plans::group(4, 40);
    plan.seed = seed;
    plans::jitter(&mut plan);
    plan.assumptions.causal_consistency = causal;
    plan.assumptions.backlog_bytes = Some(Bytes(backlog));
    let mut draws = seed;
    let number = |at: u64| RegionId(u16::try_from(at).expect("there are four"));
    let alone = group::draw(&mut draws, 4);
    let others = (0..4).filter(|other| *other != alone);
    let mut cuts: Vec<_> = others
        .flat_map(|other| {
            [
                (number(alone), number(other)),
                (number(other), number(alone)),
            ]
        })
        .collect();
    // Some are cut off altogether; else one way or two stay open, to go around.
    if !seed.is_multiple_of(3) {
        cuts.remove(usize::try_from(group::draw(&mut draws, 6)).expect("there are six"));
    }
    plans::at(&mut plan, 3_000, Step::Partition(cuts));
    plans::at(&mut plan, 9_000, Step::Heal(Vec::new()));
    plan
}

/// Every member talks, and listens; each message tells who says it and a number.
fn talkative(plan: &mut Plan) {
    for on in 0..4 {
        plans::by_client(plan, 10, on, "ear", "SUBSCRIBE talk");
    }
    for number in 0..150 {
        for on in 0..4 {
            let at = 1_000 + number * 100 + u64::from(on) * 13;
            plans::by_client(
                plan,
                at,
                on,
                "mouth",
                &format!("PUBLISH talk {on}:{number}"),
            );
            let text = format!("RPUSH {{talk}}{} {on}:{number}", number % 5);
            plans::by_client(plan, at, on, "mouth", &text);
        }
    }
    plan.timeline.sort_by_key(|timed| timed.at);
}

/// How often somebody heard a message before one that its speaker had heard when speaking.
fn violations(heard: &Heard) -> usize {
    let speaker = |text: &str| text.split(':').next().and_then(|on| on.parse::<u16>().ok());
    let mut count = 0;
    for (listener, there) in heard {
        let place: BTreeMap<&str, usize> = there
            .iter()
            .enumerate()
            .map(|(at, (_, text))| (text.as_str(), at))
            .collect();
        for (at, (_, text)) in there.iter().enumerate() {
            let by = speaker(text).expect("a message tells who says it");
            if by == *listener {
                continue;
            }
            let said = heard[&by].iter().position(|(_, own)| own == text);
            let before = &heard[&by][..said.expect("who speaks hears it")];
            let is_late = |(_, cause): &&(u64, String)| {
                place.get(cause.as_str()).is_some_and(|place| *place > at)
            };
            count += before.iter().filter(is_late).count();
        }
    }
    count
}

#[test]
fn causes_come_first_whatever_happens_to_links() {
    let (mut without, mut transfers) = (0, 0);
    for seed in 0..12 {
        // Every other time the backlog is soon overrun, and state is transferred.
        let backlog = if seed % 2 == 0 { 1_000_000 } else { 3_000 };
        let mut plan = troubled(seed, false, backlog);
        talkative(&mut plan);
        without += violations(&run(&plan).0);
        plan.assumptions.causal_consistency = true;
        let (heard, _, ending) = run(&plan);
        assert_eq!(violations(&heard), 0, "seed {seed}");
        let full: u64 = ending.links.iter().map(|link| link.full_syncs).sum();
        transfers += full;
        // Nobody hears anything twice.
        for there in heard.values() {
            let mut texts: Vec<&str> = there.iter().map(|(_, text)| text.as_str()).collect();
            texts.sort_unstable();
            texts.dedup();
            assert_eq!(texts.len(), there.len(), "seed {seed}");
        }
    }
    assert!(without > 0, "without relaying, order must break somewhere");
    assert!(transfers > 0, "some must have learned by state");
}

/// What members relay does not change what they agree on, and every byte is accounted for.
#[test]
fn members_that_relay_agree_after_trouble() {
    for seed in 0..4 {
        let backlog = if seed % 2 == 0 { 1_000_000 } else { 20_000 };
        let mut plan = troubled(seed, true, backlog);
        let strings = plans::populate(&mut plan, "user:", 500, ValueKind::String);
        let counters = plans::populate(&mut plan, "count:", 50, ValueKind::Counter);
        let mix = [(Operation::Update, 80), (Operation::Delete, 20)];
        plans::traffic(&mut plan, strings, 150, &mix);
        let mix = [(Operation::Increment, 80), (Operation::Delete, 20)];
        plans::traffic(&mut plan, counters, 50, &mix);
        let region = RegionId(u16::try_from(seed % 4).expect("there are four"));
        let memory = if seed % 2 == 0 {
            Memory::Kept
        } else {
            Memory::Lost
        };
        plans::at(&mut plan, 11_000, Step::Outage { region, memory });
        plans::at(&mut plan, 14_000, Step::Return(region));
        plan.timeline.sort_by_key(|timed| timed.at);
        let mut seen = Vec::new();
        World::new(&plan, Options::default()).run(&mut |one| seen.push(one.clone()));
        world_laws::assert_agreement(&plan, &seen);
        world_laws::assert_honest(&plan, &seen);
    }
}
