//! Whole groups in trouble: commands of every type on a few keys at three regions, short deadlines,
//! cuts and outages, memory kept and lost, each drawn from five bytes. Every check must hold, and
//! the members must agree soon after all is over.

use meridian::assumption::{Assumptions, FullSync, Metadata, XaddIds};
use meridian::checks::{Checks, Status};
use meridian::history::Detail;
use meridian::id::{InstanceId, RegionId};
use meridian::plan::{Incident, Memory, Plan, Step, Streams};
use meridian::quantity::Bytes;
use meridian::time::{SimDuration, SimTime};
use meridian::world::{Options, World};

use crate::{fuzzed, plans};

const MEMBERS: u16 = 3;

/// The most draws that are carried out.
const DRAWS_MAX: usize = 120;

/// How soon after the storm the members agree: a link may wait ten seconds before it tries again.
const AGREE_WITHIN: SimDuration = SimDuration::from_secs(20);

/// Commands about deadlines that pass within the run; `d` is one of up to three seconds.
const PASSING: &[&str] = &[
    "SET k v PX d",
    "SET k 5 PX d",
    "PEXPIRE k d",
    "PEXPIRE k d GT",
    "GETEX k PX d",
    "PERSIST k",
    "EXPIRE k -1",
    "HPEXPIRE k d FIELDS 1 e",
    "SET l v",
    "RENAME k l",
    "COPY k l REPLACE",
    "DEL k",
    "PUBLISH k v",
];

/// Each bit of `knobs` turns something.
fn assume(knobs: u8, set: &mut Assumptions) {
    let is_set = |bit: u32| knobs >> bit & 1 == 1;
    set.causal_consistency = is_set(0);
    set.metadata = if is_set(1) {
        Metadata::PerState
    } else {
        Metadata::PerEffect
    };
    set.full_sync = if is_set(2) {
        FullSync::Whole
    } else {
        FullSync::Delta
    };
    set.readd_is_fresh = is_set(3);
    set.lset_keeps_all = is_set(4);
    set.xadd_ids = if is_set(5) {
        XaddIds::Liberal
    } else {
        XaddIds::Strict
    };
    set.backlog_bytes = is_set(6).then_some(Bytes(1_000));
    set.nodes.replica_lag = SimDuration::from_millis(if is_set(7) { 15 } else { 1 });
    set.nodes.unplanned_failover = SimDuration::from_millis(700);
}

/// What befalls an instance: a failover, a stall or the end of one.
fn incident(kind: u8, on: InstanceId, stalled: &mut Vec<Streams>) -> Option<Incident> {
    let all = Streams {
        on,
        from: Vec::new(),
        shards: Vec::new(),
    };
    match kind {
        17..=20 => Some(Incident::Failover {
            on,
            shards: Vec::new(),
            planned: kind == 17,
        }),
        21..=22 => {
            stalled.push(all.clone());
            Some(Incident::Stall(all))
        }
        _ => stalled.pop().map(Incident::Resume),
    }
}

/// A plan that the first byte's knobs and five bytes for each step make.
fn plan(bytes: &[u8]) -> Plan {
    let mut plan = plans::group(usize::from(MEMBERS), 40);
    plans::jitter(&mut plan);
    let (&knobs, rest) = bytes.split_first().unwrap_or((&0, &[]));
    plan.seed = u64::from(knobs);
    plan.sample_every = SimDuration::from_millis(250);
    plan.full_detail_operations = 1_000_000;
    assume(knobs, &mut plan.assumptions);
    let (mut now, mut dark, mut clients) = (1_000, None, 0_usize);
    let mut stalled = Vec::new();
    for (number, draw) in rest.chunks_exact(5).take(DRAWS_MAX).enumerate() {
        let [kind, gap, on, shape, fill] = [draw[0], draw[1], draw[2], draw[3], draw[4]];
        now += [0, 0, 1, 5, 30, 100, 400, 1_500][usize::from(gap % 8)];
        let on = u16::from(on) % MEMBERS;
        match (kind, dark) {
            (0..=3, _) => {
                let other = (on + 1 + u16::from(fill % 2)) % MEMBERS;
                plans::at(&mut plan, now, Step::Partition(plans::both(on, other)));
            }
            (4..=6, _) => plans::at(&mut plan, now, Step::Heal(Vec::new())),
            (7..=10, None) => {
                let memory = if kind % 2 == 0 {
                    Memory::Kept
                } else {
                    Memory::Lost
                };
                let region = RegionId(on);
                plans::at(&mut plan, now, Step::Outage { region, memory });
                dark = Some(region);
            }
            (11..=16, Some(region)) => {
                plans::at(&mut plan, now, Step::Return(region));
                dark = None;
            }
            (17..=24, _) => {
                if let Some(incident) = incident(kind, InstanceId(on), &mut stalled) {
                    plans::at(&mut plan, now, Step::Incident(incident));
                }
            }
            _ => {
                let place = usize::from(kind) * 256 + usize::from(shape);
                let text = command(place, number, usize::from(fill));
                clients += usize::from(text == "EXEC");
                plans::by_client(&mut plan, now, on, &format!("c{clients}"), &text);
            }
        }
    }
    now += 1_000;
    plans::at(&mut plan, now, Step::Heal(Vec::new()));
    if let Some(region) = dark {
        plans::at(&mut plan, now, Step::Return(region));
    }
    plan.storm = SimDuration::from_millis(now + 1_000);
    plan.settle = SimDuration::from_secs(30);
    plan
}

fn command(place: usize, number: usize, draw: usize) -> String {
    let shapes = fuzzed::SHAPES;
    let shape = match place % (shapes.len() + 3 * PASSING.len()) {
        at if at < shapes.len() => shapes[at],
        at => PASSING[(at - shapes.len()) % PASSING.len()],
    };
    let deadline = (draw * 37 + number * 101) % 3_000 + 1;
    let shape = shape.replace(" d", &format!(" {deadline}"));
    let words = fuzzed::filled(&shape, number, draw);
    let quoted = words.iter().map(|word| {
        let word = String::from_utf8_lossy(word);
        match &*word {
            "a" | "b" | "c" => format!("{{t}}{word}"),
            _ if word.contains('"') => format!("'{word}'"),
            _ => word.into_owned(),
        }
    });
    quoted.collect::<Vec<String>>().join(" ")
}

/// Carries a plan out, under every check.
///
/// # Panics
/// When a check fails, or the members do not agree in time.
fn run(bytes: &[u8]) {
    let plan = plan(bytes);
    let mut checks = Checks::new(&plan);
    let options = Options {
        detail: Some(Detail::Full),
        ..Options::default()
    };
    World::new(&plan, options).run(&mut |observation| checks.observe(observation));
    let findings = checks.finish();
    for verdict in &findings.checks {
        assert_ne!(
            verdict.status,
            Status::Fail,
            "{verdict:#?}\n{}",
            told(&plan)
        );
    }
    let by = SimTime::ZERO + plan.storm + AGREE_WITHIN;
    let agreed = findings.agreement.since;
    assert!(
        agreed.is_some_and(|since| since <= by),
        "{agreed:?}: {:#?}\n{}",
        findings.agreement.differences,
        told(&plan)
    );
}

/// The steps of a plan, for who is to find out why a check failed.
fn told(plan: &Plan) -> String {
    let steps = plan.timeline.iter();
    let lines = steps.map(|timed| format!("{} {:?}", timed.at, timed.step));
    lines.collect::<Vec<String>>().join("\n")
}

mod tests {
    use proptest::prelude::{any, prop};

    use super::{plan, run};
    use crate::fuzzed::check;

    #[test]
    fn every_check_holds_of_any_group_in_trouble() {
        let draws = prop::collection::vec(any::<[u8; 5]>(), 1..100);
        check(400, (any::<u8>(), draws), |(knobs, draws)| {
            run(&[&[knobs], draws.as_flattened()].concat());
        });
    }

    /// What is drawn is what is meant: there are cuts, outages and commands that say something.
    #[test]
    fn draws_make_faults_and_commands() {
        use meridian::plan::Step;
        let draws: Vec<u8> = (0..=255_u8)
            .flat_map(|kind| [kind, 3, kind, 7, 9])
            .collect();
        let steps = plan(&[&[0], &draws[..]].concat()).timeline;
        let count =
            |is_such: fn(&Step) -> bool| steps.iter().filter(|timed| is_such(&timed.step)).count();
        assert!(count(|step| matches!(step, Step::Partition(_))) >= 4);
        assert!(count(|step| matches!(step, Step::Outage { .. })) >= 1);
        assert!(count(|step| matches!(step, Step::Incident(_))) >= 6);
        assert!(count(|step| matches!(step, Step::Command { .. })) >= 50);
    }
}
