//! Each assumption that a run goes by changes the run.

use meridian::assumption::Assumptions;
use meridian::history::Event;
use meridian::id::{InstanceId, RegionId};
use meridian::plan::{Memory, Operation, Plan, Step, ValueKind};
use meridian::quantity::{Bytes, Ratio};
use meridian::time::{SimDuration, SimTime};
use meridian::world::{Options, World};

use crate::plans;

fn digest(plan: &Plan) -> u64 {
    World::new(plan, Options::default()).run(&mut |_| {}).digest
}

/// Three members that delete and write, one of which is away for longer than the backlog lasts.
/// The last two share a region.
fn eventful() -> Plan {
    let mut plan = plans::group(3, 40);
    let keys = plans::populate(&mut plan, "user:", 4_000, ValueKind::String);
    let mix = [(Operation::Update, 60), (Operation::Delete, 40)];
    plans::traffic(&mut plan, keys, 200, &mix);
    plan.instances[InstanceId(2)].region = RegionId(1);
    plan.assumptions.backlog_bytes = Some(Bytes(20_000));
    plans::at(&mut plan, 3_000, Step::Partition(plans::both(0, 1)));
    plans::at(&mut plan, 9_000, Step::Heal(plans::both(0, 1)));
    plan
}

/// The same, with shards that the records of the cut fill to the brim.
fn crowded() -> Plan {
    let mut plan = eventful();
    let just_before = SimTime::from_millis(3_000);
    let mut most = 0;
    World::new(&plan, Options::default()).run(&mut |seen| match &seen.event {
        Event::Ledger(ledger) if seen.at == just_before => {
            most = most.max(ledger.used.iter().sum());
        }
        _ => {}
    });
    let instance = &plan.instances[InstanceId(0)];
    let usable = most * 106 / 100 * u64::from(instance.shards);
    let ppm = usable * 1_000_000 / instance.sku.memory.0;
    plan.assumptions.usable_share = Ratio { ppm };
    plan
}

type Making = fn() -> Plan;
type Setting = fn(&mut Assumptions);

#[test]
fn what_a_run_goes_by_changes_it() {
    let settings: [(&str, Making, Setting); 6] = [
        ("local_delay", eventful, |set| {
            set.local_delay = SimDuration::from_millis(2);
        }),
        ("collection_objects", eventful, |set| {
            set.collection_objects = 1
        }),
        ("item_bytes", eventful, |set| set.item_bytes = Bytes(4_000)),
        ("report_bytes", eventful, |set| {
            set.report_bytes = Bytes(100_000)
        }),
        ("signal_bytes", eventful, |set| {
            set.signal_bytes = Bytes(100_000)
        }),
        ("resume_share", crowded, |set| {
            set.resume_share = Ratio { ppm: 500_000 };
        }),
    ];
    for (name, plan, set) in settings {
        let plan = plan();
        let mut other = plan.clone();
        set(&mut other.assumptions);
        assert_ne!(plan.assumptions, other.assumptions, "{name}");
        assert_ne!(digest(&plan), digest(&other), "{name} changes nothing");
    }
}

/// What a stale instance says is the scenario's to choose.
#[test]
fn a_stale_instance_speaks_as_assumed() {
    let mut plan = plans::group(2, 40);
    let keys = plans::populate(&mut plan, "user:", 100, ValueKind::String);
    plans::traffic(&mut plan, keys, 20, &[(Operation::Update, 1)]);
    plan.assumptions.stale_text = "STALE wait".to_owned();
    let region = RegionId(1);
    let memory = Memory::Lost;
    plans::at(&mut plan, 2_000, Step::Outage { region, memory });
    plans::at(&mut plan, 4_000, Step::Return(region));
    let on = InstanceId(1);
    let command = |text: &str| Step::Command {
        on,
        client: None,
        text: text.to_owned(),
        reply: None,
        effects: None,
    };
    plans::at(&mut plan, 4_001, command("SET k v"));
    plans::at(&mut plan, 4_002, command("GET k"));
    let mut replies = Vec::new();
    World::new(&plan, Options::default()).run(&mut |seen| {
        if let Event::Command(command) = &seen.event {
            replies.push(command.reply.clone());
        }
    });
    assert_eq!(replies, ["(error) STALE wait", "(nil)"]);
}

/// The standard policy takes the last hash tag, and an empty one too; slots, and with them which
/// keys go together, follow.
#[test]
fn slots_follow_the_hashing_policy() {
    use meridian::assumption::Hashing;
    let asked = [
        ("CLUSTER KEYSLOT a{x}b{y}", 16_287, 12_222),
        ("CLUSTER KEYSLOT a{}", 6_082, 0),
        ("CLUSTER KEYSLOT {user}1", 5_474, 5_474),
    ];
    let mut found = Vec::new();
    for hashing in [Hashing::Oss, Hashing::Standard] {
        let mut plan = plans::group(2, 40);
        plan.assumptions.hashing = hashing;
        plans::populate(&mut plan, "user:", 100, ValueKind::String);
        let texts = asked.iter().map(|(text, ..)| *text);
        for text in texts.chain(["MSET {a}{z} 1 {b}{z} 2", "MGET {a}{z} {b}{z}"]) {
            let step = Step::Command {
                on: InstanceId(1),
                client: None,
                text: text.to_owned(),
                reply: None,
                effects: None,
            };
            plans::at(&mut plan, 1_000, step);
        }
        let mut replies = Vec::new();
        World::new(&plan, Options::default()).run(&mut |seen| {
            if let Event::Command(command) = &seen.event {
                replies.push(command.reply.clone());
            }
        });
        found.push(replies);
    }
    let slots = |of: fn(&(&str, i32, i32)) -> i32| {
        let slots = asked.iter().map(of);
        slots
            .map(|slot| format!("(integer) {slot}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(found[0][..3], slots(|(_, oss, _)| *oss));
    assert_eq!(found[1][..3], slots(|(.., standard)| *standard));
    let cross = "(error) CROSSSLOT Keys in request don't hash to the same slot";
    assert_eq!(found[0][3..], [cross, "1) (nil)\n2) (nil)"]);
    assert_eq!(found[1][3..], ["OK", "1) \"1\"\n2) \"2\""]);
}
