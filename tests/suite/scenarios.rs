//! The shipped scenarios: each passes, is the same on one thread and on two, comes to the outcome
//! in its snapshot, and renders the report that stands in `reports/`.
//!
//! After a change that is meant to move them, this writes `reports/` and `tests/suite/snapshots/`
//! anew, for a review of what moved:
//!
//! ```sh
//! MERIDIAN_UPDATE=1 INSTA_UPDATE=always cargo test --test suite scenarios::
//! ```

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use meridian::experiment::outcome::{
    InstanceOutcome, Memory, Outcome, Status, Verdict, VerdictStatus,
};
use meridian::experiment::run::{self, Finished};
use meridian::plan::{MemoryKind, Plan};
use meridian::report::{self, File};
use meridian::scenario;
use meridian::world::Options;

/// How much simulating a scenario takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Size {
    /// A moment: it is also run with half the lookahead, and with nobody looking.
    Small,
    /// Tens of millions of operations: the two runs that every scenario gets must do.
    Large,
}

macro_rules! shipped {
    ($($test:ident, $name:literal, $size:ident;)*) => {
        const SHIPPED: &[&str] = &[$($name),*];
        static RUNS: [OnceLock<Finished>; SHIPPED.len()] =
            [const { OnceLock::new() }; SHIPPED.len()];
        $(
            #[test]
            fn $test() {
                check($name, Size::$size);
            }
        )*
    };
}

shipped! {
    flagship, "flagship", Large;
    no_unlink, "no-unlink", Large;
    add_wins, "add-wins", Small;
    counters, "counters", Small;
    fast_clock, "fast-clock", Small;
    long_cut, "long-cut", Small;
    lost_memory, "lost-memory", Small;
    short_cut, "short-cut", Small;
    alert_false_alarm, "control/alert-false-alarm", Small;
    alert_too_late, "control/alert-too-late", Large;
    cut_during_the_full_sync, "control/cut-during-the-full-sync", Small;
    failover, "control/failover", Small;
    flush_with_a_member_down, "control/flush-with-a-member-down", Small;
    hash_tag_skew, "control/hash-tag-skew", Small;
    join_and_leave, "control/join-and-leave", Small;
    large_keys, "control/large-keys", Small;
    m10_to_x20, "control/m10-to-x20", Small;
    outage_in_mid_scale, "control/outage-in-mid-scale", Small;
    rejoin, "control/rejoin", Small;
    scaling_in_the_wrong_order, "control/scaling-in-the-wrong-order", Small;
    stand_alone_groups, "control/stand-alone-groups", Small;
    when_to_unlink, "control/when-to-unlink", Small;
    chaos, "sweeps/chaos", Small;
    runbook, "sweeps/runbook", Small;
    scaling_under_fire, "sweeps/scaling-under-fire", Small;
    short_outages, "sweeps/short-outages", Small;
    sizing, "sweeps/sizing", Small;
}

/// A scenario's run on one thread, shared by all tests that ask for it.
pub(crate) fn finished(name: &str) -> &'static Finished {
    let at = SHIPPED.iter().position(|shipped| *shipped == name);
    let at = at.expect("only shipped scenarios are asked for");
    RUNS[at].get_or_init(|| carried_out(name, &plan(name), 1))
}

/// The plan of a shipped scenario.
pub(crate) fn plan(name: &str) -> Plan {
    scenario::load(&path(name), &[]).unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)))
}

/// Relative, as it stands in the report: tests run where `Cargo.toml` is.
fn path(name: &str) -> PathBuf {
    Path::new("scenarios").join(format!("{name}.ron"))
}

fn carried_out(name: &str, plan: &Plan, threads: usize) -> Finished {
    let seed = plan.seed;
    let reproduce = format!("meridian run scenarios/{name}.ron --seed {seed}");
    run::run(
        plan,
        Options {
            threads,
            ..Options::default()
        },
        &reproduce,
    )
}

fn files(finished: &Finished) -> Vec<File> {
    report::files(&finished.outcome, &finished.series, &finished.journal)
}

fn check(name: &str, size: Size) {
    let plan = plan(name);
    let alone = finished(name);
    let rendered = files(alone);
    {
        let threaded = carried_out(name, &plan, 2);
        assert_eq!(alone.outcome.digest, threaded.outcome.digest, "two threads");
        assert_same(&rendered, &files(&threaded), "two threads");
    }
    if size == Size::Small {
        assert_digest(&plan, alone, "half the lookahead", 2);
        assert_digest(&plan, alone, "nobody looking", 1);
    }
    assert_eq!(
        alone.outcome.status,
        Status::Pass,
        "{}",
        text(&alone.outcome)
    );
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name.replace('/', "-"), text(&alone.outcome));
    });
    assert_published(name, &rendered);
}

fn assert_digest(plan: &Plan, expected: &Finished, how: &str, lookahead_divisor: u64) {
    let options = Options {
        lookahead_divisor,
        ..Options::default()
    };
    let found = format!("{:016x}", run::digest(plan, options));
    assert_eq!(expected.outcome.digest, found, "{how}");
}

fn assert_same(expected: &[File], found: &[File], how: &str) {
    let paths =
        |files: &[File]| -> Vec<String> { files.iter().map(|file| file.path.clone()).collect() };
    assert_eq!(paths(expected), paths(found), "{how}");
    for (expected, found) in expected.iter().zip(found) {
        assert!(expected.text == found.text, "{how}: {} differs", found.path);
    }
}

/// The repository keeps the page, its charts and the outcome; samples and journal are for the disk
/// of whoever runs it.
fn is_kept(file: &File) -> bool {
    file.path != "series.csv" && file.path != "journal.jsonl"
}

/// What stands in `reports/` is what the run renders; `MERIDIAN_UPDATE=1` makes it so.
fn assert_published(name: &str, rendered: &[File]) {
    let folder = Path::new("reports").join(name);
    let kept: Vec<&File> = rendered.iter().filter(|file| is_kept(file)).collect();
    if env::var_os("MERIDIAN_UPDATE").is_some_and(|value| value == "1") {
        for old in listed(&folder).iter().filter(|path| !is_of_sweep(path)) {
            fs::remove_file(folder.join(old)).expect("an old report can be removed");
        }
        for file in &kept {
            let path = folder.join(&file.path);
            let parent = path.parent().expect("a file stands in a folder");
            fs::create_dir_all(parent).expect("the folder of a report can be made");
            fs::write(&path, &file.text).expect("a report can be written");
        }
    }
    let stale = "is not what the run renders; MERIDIAN_UPDATE=1 writes it anew";
    for file in &kept {
        let published = fs::read_to_string(folder.join(&file.path)).unwrap_or_default();
        assert!(
            published == file.text,
            "reports/{name}/{} {stale}",
            file.path
        );
    }
    let mut paths: Vec<String> = kept.iter().map(|file| file.path.clone()).collect();
    paths.sort();
    let mut found = listed(&folder);
    found.retain(|path| !is_of_sweep(path));
    assert_eq!(found, paths, "reports/{name} {stale}");
}

/// Whether a file of a report comes of a sweep over the scenario: `tests/sweep_reports.sh` compares
/// those.
fn is_of_sweep(path: &str) -> bool {
    path.starts_with("sweep/")
}

/// The files below a folder, sorted.
fn listed(folder: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    let mut folders = vec![folder.to_owned()];
    folders.retain(|folder| folder.exists());
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder can be listed") {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inside = path.strip_prefix(folder).expect("it lies below the folder");
            paths.push(inside.to_string_lossy().replace('\\', "/"));
        }
    }
    paths.sort();
    paths
}

#[test]
fn every_scenario_is_tested_and_every_report_has_one() {
    let mut names: Vec<String> = SHIPPED.iter().map(|name| format!("{name}.ron")).collect();
    names.sort();
    // Those in `conflicts/` have a test of their own.
    let mut found = listed(Path::new("scenarios"));
    found.retain(|name| name.ends_with(".ron") && !name.starts_with("conflicts/"));
    assert_eq!(found, names);
    for path in listed(Path::new("reports")) {
        let of = |name: &&&str| path.starts_with(&format!("{name}/"));
        assert!(
            SHIPPED.iter().any(|name| of(&name)),
            "reports/{path} has no scenario"
        );
    }
}

/// What a reviewer wants to see of a run when it moves.
fn text(outcome: &Outcome) -> String {
    let mut text = String::new();
    let mut line = |line: String| writeln!(text, "{line}").expect("a string takes what comes");
    line(format!(
        "{:?}, ended at {} ms",
        outcome.status, outcome.ended_at_ms
    ));
    for verdict in &outcome.verdicts {
        line(verdict_line(verdict));
    }
    for instance in &outcome.instances {
        instance_lines(instance).into_iter().for_each(&mut line);
    }
    let writes = &outcome.writes;
    line(format!(
        "writes: {} = {} present + {} superseded + {} overwritten + {} inverted + {} lost + {} ?",
        writes.acknowledged,
        writes.present,
        writes.superseded,
        writes.concurrently_overwritten,
        writes.causal_inversion,
        writes.durability_loss,
        writes.unexplained,
    ));
    for fleet in &outcome.operations {
        line(format!("fleet {}: {:?}", fleet.fleet, fleet.results));
    }
    for alert in &outcome.alerts {
        line(format!(
            "rule {} on {} at {} ms",
            alert.rule, alert.on, alert.fired_at_ms
        ));
    }
    for control in &outcome.control {
        line(format!(
            "control {} on {} at {} ms: {:?} {:?}",
            control.request, control.on, control.at_ms, control.result, control.error
        ));
    }
    for fault in &outcome.faults {
        line(format!(
            "fault {}: {} to {:?} ms, touched {}",
            fault.name, fault.from_ms, fault.to_ms, fault.touched
        ));
    }
    let convergence = &outcome.convergence;
    line(format!(
        "converged: {} at {:?} ms, {} keys unexcused",
        convergence.converged, convergence.at_ms, convergence.unexcused_keys
    ));
    for recovery in &convergence.recovery_ms {
        line(format!(
            "recovery from {}: {:?} ms",
            recovery.fault, recovery.recovery_ms
        ));
    }
    for excuse in &convergence.excuses {
        line(format!(
            "excuse {:?}: {} keys, {}",
            excuse.between, excuse.keys, excuse.reason
        ));
    }
    line(format!("digest {}", outcome.digest));
    text
}

fn verdict_line(verdict: &Verdict) -> String {
    let status = match verdict.status {
        VerdictStatus::Pass => "pass",
        VerdictStatus::Fail => "FAIL",
        VerdictStatus::NotEvaluated => "not evaluated",
    };
    format!("{status}: {}: {:?}", verdict.name, verdict.observed)
}

fn instance_lines(instance: &InstanceOutcome) -> Vec<String> {
    let InstanceOutcome {
        name,
        linked,
        keys,
        used_peak_ppm,
        oom_at_ms,
        effects,
        syncs,
        ..
    } = instance;
    let readings = [&instance.readings.per_effect, &instance.readings.per_state];
    let ooms = readings.map(|reading| reading.oom_at_ms);
    vec![
        format!("instance {name}: linked {linked}, {keys} keys, peak {used_peak_ppm} ppm"),
        format!("  peak/final bytes: {}", memory_text(&instance.memory)),
        format!("  out of memory at {oom_at_ms:?} ms; per effect, per state {ooms:?}"),
        format!("  {effects:?}"),
        format!("  {syncs:?}"),
    ]
}

fn memory_text(memory: &Memory) -> String {
    let mut text = String::new();
    for kind in MemoryKind::ALL {
        let amount = memory.of(kind);
        if amount.peak_bytes > 0 {
            let (peak, last) = (amount.peak_bytes, amount.final_bytes);
            write!(text, "{} {peak}/{last}, ", kind.name()).expect("a string takes what comes");
        }
    }
    let (peak, last) = (memory.total.peak_bytes, memory.total.final_bytes);
    write!(text, "total {peak}/{last}").expect("a string takes what comes");
    text
}
