//! `meridian sweep`, `cases` and `merge`: the same bytes however the cases are run.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use super::{Place, files};

/// A sweep in which some cases fail and some do not.
const SWEEP: [&str; 6] = [
    "sweep",
    "cut.ron",
    "--set",
    "expect=[NoOom,OverwrittenWrites(at_most:0),Sometimes(PartialSync)]",
    "--set",
    "storm=10s",
];

/// The sweep over so many seeds, with more words.
fn sweep<'a>(seeds: &'a str, words: &[&'a str]) -> Vec<&'a str> {
    [&SWEEP[..], &["--seeds", seeds], words].concat()
}

/// A place whose scenario has a few writes that meet.
fn place(name: &str) -> Place {
    let place = Place::new(name);
    let scenario = place
        .read("cut.ron")
        .replace("8s", "7s")
        .replace("15s", "9s");
    place.write("cut.ron", scenario);
    place
}

/// All that a folder holds, by path.
fn held(place: &Place, folder: &str) -> Vec<(String, String)> {
    let names = files(&place.path(folder)).into_iter();
    names
        .map(|name| (name.clone(), place.read(&format!("{folder}/{name}"))))
        .collect()
}

#[track_caller]
fn assert_same(place: &Place, one: &str, other: &str) {
    for (ours, theirs) in held(place, one).iter().zip(held(place, other)) {
        assert_eq!(*ours, theirs);
    }
    assert_eq!(files(&place.path(one)), files(&place.path(other)));
}

#[test]
fn a_sweep_leaves_the_same_bytes_however_many_cases_run_at_once() {
    let place = place("sweep-jobs");
    let one = place.run(&sweep("0..24", &["--jobs", "1", "--out", "one"]));
    assert!(
        one.talk
            .contains("\n  reproduce: meridian run cut.ron --seed "),
        "{}",
        one.talk
    );
    let text = one.results(1);
    assert!(text.starts_with("FAIL  cut  seeds 0..24  "), "{text}");
    assert!(text.lines().count() <= 25, "{text}");
    let two = place.run(&sweep("0..24", &["--jobs", "2", "--out", "two"]));
    assert_eq!(two.results(1), text);
    assert_same(&place, "one", "two");
    let names = files(&place.path("one"));
    let expected = [
        "cases.jsonl",
        "charts/rto.svg",
        "charts/shares.svg",
        "charts/time-to-converge.svg",
    ];
    assert_eq!(names[..4], expected);
    assert_eq!(
        names[4..],
        ["failures.jsonl", "header.json", "sweep.html", "sweep.json"]
    );
    assert_eq!(place.read("one/cases.jsonl").lines().count(), 24);
    // Each failure says how to see it again, and is seen again.
    let failures = place.read("one/failures.jsonl");
    let first = failures.lines().next().expect("some cases fail");
    let first: serde_json::Value = serde_json::from_str(first).expect("a line is JSON");
    let reproduce = first["reproduce"].as_str().expect("it is text");
    let words: Vec<&str> = reproduce.split(' ').skip(1).collect();
    let words: Vec<String> = words.iter().map(|word| word.replace('\'', "")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert!(place.run(&words).results(1).contains("✗ OverwrittenWrites"));
    // Only those that failed.
    let again = place.run(&[&SWEEP[..], &["--rerun", "one/failures.jsonl"]].concat());
    let count = failures.lines().count();
    let expected = format!("FAIL  cut  {count} seeds listed  {count} of {count} cases fail");
    assert!(again.results(1).starts_with(&expected));
}

/// Starts the program and kills it when some of the rows are kept, not all. One that ends before
/// it is caught, as it may on a busy machine, is started again from nothing.
#[track_caller]
fn kill_in_mid_run(place: &Place, words: &[&str], rows: &str) {
    let kept = place.path(&format!("{rows}.tmp"));
    for _ in 0..100 {
        let mut child = place.command(words);
        let child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("the program can be started");
        let begun = || fs::read_to_string(&kept).is_ok_and(|text| text.contains('\n'));
        while !begun() && child.try_wait().expect("it can be asked").is_none() {}
        child.kill().expect("the child can be killed");
        child.wait().expect("the child ends");
        if kept.exists() {
            return;
        }
        fs::remove_file(place.path(rows)).expect("it kept all rows");
    }
    panic!("it always ends before it is killed");
}

#[test]
fn a_sweep_goes_on_where_it_was_ended() {
    let place = place("sweep-resumed");
    place.run(&sweep("0..12", &["--out", "whole"])).results(1);
    // Killed in the middle: whatever was kept stays.
    let words = sweep("0..12", &["--jobs", "1", "--out", "killed"]);
    kill_in_mid_run(&place, &words, "killed/cases.jsonl");
    assert!(!place.path("killed/sweep.json").exists());
    let resumed = place.run(&sweep("0..12", &["--out", "killed"]));
    assert!(
        resumed.talk.contains(" of 12 cases are kept from before\n"),
        "{}",
        resumed.talk
    );
    resumed.results(1);
    assert_same(&place, "whole", "killed");
    // A torn line is run again.
    let rows = place.read("whole/cases.jsonl");
    let end = rows.match_indices('\n').nth(4).expect("there are twelve").0;
    fs::create_dir_all(place.path("torn")).expect("a folder can be made");
    place.write("torn/header.json", place.read("whole/header.json"));
    place.write("torn/cases.jsonl.tmp", &rows[..end + 30]);
    let torn = place.run(&sweep("0..12", &["--out", "torn"]));
    assert!(
        torn.talk.contains("5 of 12 cases are kept from before\n"),
        "{}",
        torn.talk
    );
    assert_same(&place, "whole", "torn");
    // More seeds of the same.
    place.run(&sweep("0..5", &["--out", "longer"]));
    let longer = place.run(&sweep("0..12", &["--out", "longer"]));
    assert!(
        longer.talk.contains("5 of 12 cases are kept from before\n"),
        "{}",
        longer.talk
    );
    assert_same(&place, "whole", "longer");
}

#[test]
fn cases_of_another_sweep_are_not_gone_on_with() {
    let place = place("sweep-other");
    place.run(&sweep("0..3", &["--out", "out"]));
    let told = |words: &[&str]| place.run(words).error(2);
    let seeds = told(&sweep("1..3", &["--out", "out"]));
    assert_eq!(
        seeds,
        "error: `out/header.json` is of another sweep: its seeds is 0.., here it is 1..; repeat \
         that one's command line to go on with it, or take another folder\n"
    );
    let limits = told(&sweep("0..3", &["--out", "out", "--simulated-max", "1h"]));
    assert!(
        limits.contains("its simulated-max is none, here it is 3600000"),
        "{limits}"
    );
    place.write("cut.ron", place.read("cut.ron").replace("20/s", "21/s"));
    let plan = told(&sweep("0..3", &["--out", "out"]));
    assert!(plan.contains("is of another sweep: its plan is "), "{plan}");
    place.write("out/header.json", "{}");
    let broken = told(&sweep("0..3", &["--out", "out"]));
    assert!(
        broken.contains("`out/header.json` is not the header of a sweep"),
        "{broken}"
    );
    fs::remove_file(place.path("out/header.json")).expect("it can be removed");
    let headless = told(&sweep("0..3", &["--out", "out"]));
    assert!(
        headless.contains("expected `out/header.json`"),
        "{headless}"
    );
}

#[test]
fn a_sweep_stops_when_it_is_told_to() {
    let place = place("sweep-stopped");
    let precise = place.run(&sweep("0..50", &["--until-width", "60%", "--jobs", "2"]));
    let text = precise.results(1);
    assert!(
        text.contains("stopped after 20 of 50 cases: the interval is "),
        "{text}"
    );
    let wide = place
        .run(&sweep("0..20", &["--until-width", "1%"]))
        .results(1);
    assert!(
        wide.contains("not as precise as asked for: after all 20 cases"),
        "{wide}"
    );
    let timed = place.run(&sweep(
        "0..9",
        &["--for", "1ns", "--jobs", "1", "--out", "timed"],
    ));
    let text = timed.results(3);
    assert!(
        text.contains("incomplete: it was ended after 1 of 9 cases"),
        "{text}"
    );
    place.run(&sweep("0..9", &["--out", "timed"])).results(1);
    place.run(&sweep("0..9", &["--out", "whole"])).results(1);
    assert_same(&place, "whole", "timed");
}

#[test]
fn what_must_happen_sometimes_is_judged_over_all_cases() {
    let place = place("sweep-gates");
    let gate = |expect: &str, words: &[&str]| {
        let set = format!("expect=[NoOom,Sometimes({expect})]");
        let sweep = ["sweep", "cut.ron", "--seeds", "0..3", "--set", &set];
        place.run(&[&sweep[..], words].concat())
    };
    let met = gate("PartialSync", &["--sometimes-every", "1"]).results(0);
    assert!(met.contains("✓ Sometimes(PartialSync)  3 of 3"), "{met}");
    let unmet = gate("FullSync", &[]).results(1);
    assert!(
        unmet.starts_with("FAIL  cut  seeds 0..3  0 of 3 cases fail: 0 %"),
        "{unmet}"
    );
    assert!(unmet.contains("✗ Sometimes(FullSync)  0 of 3"), "{unmet}");
    let json = gate("PartialSync", &["--format", "json"]).results(0);
    let summary: serde_json::Value = serde_json::from_str(&json).expect("it is one object");
    assert_eq!(summary["gates"][0]["share"]["count"], 3);
}

#[test]
fn partitions_merge_to_the_bytes_of_the_whole() {
    let place = place("sweep-partitions");
    place.run(&sweep("0..36", &["--out", "whole"])).results(1);
    let cases = [
        &["cases"],
        &SWEEP[1..],
        &["--seeds", "0..36", "--partitions", "3"],
    ]
    .concat();
    let made = place.run(&[&cases[..], &["--out", "cases.json", "--emit", "slurm"]].concat());
    assert_eq!(made.talk, "cases.json: 36 cases in 3 partitions\n");
    assert!(made.results(0).contains("#SBATCH --array=1-3\n"));
    // The list is all that a machine needs.
    fs::rename(place.path("cut.ron"), place.path("gone.ron")).expect("it can be moved");
    let words = |partition: &'static str, out: &'static str| {
        let part = ["--cases", "cases.json", "--partition", partition];
        [&["sweep"], &part[..], &["--jobs", "1", "--out", out]].concat()
    };
    place.run(&words("1/3", "parts")).results(0);
    kill_in_mid_run(&place, &words("2/3", "parts"), "parts/part-2-of-3.jsonl");
    let merge = |folders: &[&'static str]| {
        let words = ["--cases", "cases.json", "--out", "merged"];
        place.run(&[&["merge"], folders, &words].concat())
    };
    let missing = merge(&["parts"]).error(3);
    assert_eq!(missing, "error: of 3 partitions 2 are missing: 2/3, 3/3\n");
    let mut auto = place.command(&words("auto", "parts"));
    let auto = auto
        .env("JOB_COMPLETION_INDEX", "1")
        .output()
        .expect("it starts");
    assert_eq!(auto.status.code(), Some(0));
    let talk = String::from_utf8_lossy(&auto.stderr).into_owned();
    assert!(
        talk.contains("of 12 cases are kept from before\n"),
        "{talk}"
    );
    place.run(&words("3/3", "elsewhere")).results(0);
    merge(&["parts", "elsewhere"]).results(1);
    assert_same(&place, "whole", "merged");
    // The same twice is no harm; something else under the same name is.
    place.run(&words("1/3", "elsewhere")).results(0);
    merge(&["parts", "elsewhere"]).results(1);
    assert_same(&place, "whole", "merged");
    let changed = place.read("elsewhere/part-1-of-3.jsonl");
    let changed = changed.replacen("\"lost_writes\":0", "\"lost_writes\":7", 1);
    place.write("elsewhere/part-1-of-3.jsonl", changed);
    let differs = merge(&["parts", "elsewhere"]).error(5);
    assert!(differs.contains("have other cases"), "{differs}");
}

#[test]
fn partitions_of_something_else_are_refused() {
    let place = place("sweep-partition-errors");
    let cases = [
        &["cases"],
        &SWEEP[1..],
        &["--seeds", "0..4", "--partitions", "2"],
    ]
    .concat();
    place
        .run(&[&cases[..], &["--out", "cases.json"]].concat())
        .results(0);
    let part = |list: &str, partition: &str| {
        let words = [
            "sweep",
            "--cases",
            list,
            "--partition",
            partition,
            "--out",
            "parts",
        ];
        place.run(&words).error(2)
    };
    let zero = part("cases.json", "0/2");
    assert!(
        zero.contains("partitions are counted from 1: 1/2 to 2/2"),
        "{zero}"
    );
    let other = part("cases.json", "1/3");
    assert!(
        other.contains("has 2 partitions, not 3: expected `--partition I/2`"),
        "{other}"
    );
    let nowhere = part("cases.json", "auto");
    assert!(
        nowhere.contains("no partition is named in the environment"),
        "{nowhere}"
    );
    let list = place.read("cases.json");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    place.write("old.json", list.replace(&version, "\"version\": \"0.0.1\""));
    let old = part("old.json", "1/2");
    assert!(
        old.contains("is of another version: expected 0.0.1, found "),
        "{old}"
    );
    place.write("changed.json", list.replace("20/s", "21/s"));
    let changed = part("changed.json", "1/2");
    assert!(
        changed.contains("is of another plan: expected "),
        "{changed}"
    );
    place.write("none.json", "{}");
    let none = part("none.json", "1/2");
    assert!(none.contains("`none.json` is not a case list"), "{none}");
    let merged = ["merge", "parts", "--cases", "none.json", "--out", "merged"];
    assert!(place.run(&merged).error(2).contains("is not a case list"));
}

#[test]
fn sweeps_that_make_no_sense() {
    let place = place("sweep-errors");
    let told = |words: &[&str], code| place.run(words).error(code);
    let empty = told(&sweep("5..5", &[]), 4);
    assert_eq!(empty, "nothing to run: there are no seeds\n");
    let backwards = told(&sweep("5..4", &[]), 2);
    assert!(
        backwards.contains("expected two whole numbers, the lower first"),
        "{backwards}"
    );
    let jobs = told(&sweep("0..1", &["--jobs", "0"]), 2);
    assert!(
        jobs.contains("expected a number of cases from 1 to 1024"),
        "{jobs}"
    );
    let arm = told(&sweep("0..1", &["--arm", "wait"]), 2);
    assert!(
        arm.contains("has no arm called `wait`: it has none"),
        "{arm}"
    );
    let nothing = told(&["sweep"], 2);
    assert!(nothing.contains("<SCENARIO>"), "{nothing}");
    place.write("failures.jsonl", "{\"sed\":1}\n");
    let rerun = told(&[&SWEEP[..], &["--rerun", "failures.jsonl"]].concat(), 2);
    assert!(rerun.contains("line 1 has no `seed`"), "{rerun}");
}

/// What the file leaves to chance each seed draws for itself: a case is what `run` makes of its
/// seed, also where it comes from a case list.
#[test]
fn every_case_draws_for_itself() {
    let place = place("sweep-draws");
    let text = place.read("cut.ron");
    let drawn = text.replace("storm: \"20s\"", r#"storm: Between("8s", "12s")"#);
    place.write("drawn.ron", drawn);
    let seeds = ["--seeds", "0..12"];
    let whole = [&["sweep", "drawn.ron", "--out", "whole"], &seeds[..]].concat();
    place.run(&whole).results(0);
    let rows = place.read("whole/cases.jsonl");
    let ends: BTreeSet<&str> = rows
        .lines()
        .filter_map(|row| field(row, "ended_at_ms"))
        .collect();
    assert!(ends.len() > 8, "storms are of many lengths: {ends:?}");
    for seed in [3, 11] {
        let run = [
            "run",
            "drawn.ron",
            "--format",
            "json",
            "--seed",
            &seed.to_string(),
        ];
        let outcome = place.run(&run).results(0);
        let row = rows.lines().nth(seed).expect("there are twelve");
        assert_eq!(field(row, "digest"), field(&outcome, "digest"), "{row}");
    }
    let list = ["--partitions", "3", "--out", "cases.json"];
    place
        .run(&[&["cases", "drawn.ron"], &seeds[..], &list].concat())
        .results(0);
    for part in ["1/3", "2/3", "3/3"] {
        let cases = [
            "sweep",
            "--cases",
            "cases.json",
            "--partition",
            part,
            "--out",
            "parts",
        ];
        place.run(&cases).results(0);
    }
    let merge = ["merge", "parts", "--cases", "cases.json", "--out", "merged"];
    place.run(&merge).results(0);
    assert_eq!(
        place.read("merged/sweep.json"),
        place.read("whole/sweep.json")
    );
}

/// The value of a field of a line of JSON, as it is written.
fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!("\"{name}\":"))?;
    rest.split([',', '}']).next()
}

/// A seed may draw what no way of a single draw shows to be wrong; that is a case that failed.
#[test]
fn a_seed_that_draws_nonsense_fails() {
    let place = place("sweep-nonsense");
    let text = place.read("cut.ron");
    let drawn = text.replace("storm: \"20s\"", r#"storm: OneOf(["20s", "9s"])"#);
    let step = r#"timeline: [(at: OneOf(["1s", "12s"]), do: Failover(on: "redis-us")),"#;
    let drawn = drawn.replace("timeline: [", step);
    place.write("drawn.ron", &drawn);
    let ended = place.run(&["sweep", "drawn.ron", "--seeds", "0..16"]);
    let told = ended.results(1);
    assert!(told.contains("wrong scenario: E0502"), "{told}");
    let wrong = drawn.replace("12s", "2m");
    place.write("drawn.ron", wrong);
    let told = place
        .run(&["sweep", "drawn.ron", "--seeds", "0..16"])
        .error(2);
    assert!(told.contains("2m is too late"), "{told}");
}

/// The first Ctrl-C keeps what is done and says how to go on; going on comes to the same.
#[cfg(unix)]
#[test]
fn an_interrupted_sweep_goes_on() {
    let place = place("sweep-interrupted");
    let many = sweep("0..40", &["--jobs", "1", "--out", "one"]);
    let child = place.command(&many).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("the program can be started");
    let kept = place.path("one/cases.jsonl.tmp");
    while fs::read_to_string(&kept).map_or(0, |text| text.lines().count()) < 2 {
        let ended = child.try_wait().expect("the child can be asked");
        assert!(ended.is_none(), "it is interrupted before it ends");
    }
    let signal = ["-INT", &child.id().to_string()];
    let sent = Command::new("kill").args(signal).status();
    assert!(sent.is_ok_and(|status| status.success()));
    let ended = child.wait_with_output().expect("the child ends");
    let talk = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(3), "{talk}");
    assert!(
        talk.contains("interrupted: the same command goes on from here"),
        "{talk}"
    );
    let done = place.read("one/cases.jsonl").lines().count();
    assert!((2..40).contains(&done), "{done}");
    place.run(&many).results(1);
    place.run(&sweep("0..40", &["--out", "two"])).results(1);
    assert_same(&place, "one", "two");
}
