//! The program as its users meet it: exit codes, output, files, messages.

mod axes;
mod compare;
mod errors;
mod finds;
mod histories;
mod imports;
mod shrinks;
mod sweeps;
mod turns;
mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A group of two with a little traffic and a region dark for a while.
const SCENARIO: &str = r#"(
    schema_version: 1,
    question: "does a short outage heal?",
    seed: 3,
    storm: "20s",
    settle: "20s",
    instances: [
        (name: "redis-us", region: "East US", sku: "Balanced_B3"),
        (name: "redis-eu", region: "West Europe", sku: "Balanced_B3"),
    ],
    fill: [(prefix: "user:", keys: 100, value: "100B")],
    traffic: [(fleet: "app", arrivals: Poisson("20/s"), mix: "ycsb-a", keys: "user:")],
    timeline: [
        (at: "5s", do: Outage(region: "East US")),
        (at: "8s", do: Return(region: "East US")),
        (at: "15s", do: Command(on: "redis-eu", run: "SET greeting hello", reply: "OK")),
    ],
    expect: [ConvergesWithin("10s"), NoOom],
)
"#;

/// A folder of its own for one test, with `cut.ron` in it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("cli")
            .join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("the folder of the last test run can be removed");
        }
        fs::create_dir_all(&folder).expect("a folder can be made");
        let place = Self(folder);
        place.write("cut.ron", SCENARIO);
        place
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("a file can be written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file is there")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meridian"));
        command
            .args(words)
            .current_dir(&self.0)
            .env_remove("NO_COLOR");
        command
    }

    fn run(&self, words: &[&str]) -> Ended {
        Ended::of(
            self.command(words)
                .output()
                .expect("the program can be started"),
        )
    }
}

/// How a call ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    out: String,
    talk: String,
}

impl Ended {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            talk: text(output.stderr),
        }
    }

    /// What stands on stderr, the call having failed as `code` says and printed no results.
    #[track_caller]
    fn error(self, code: i32) -> String {
        assert_eq!(
            (self.code, self.out.as_str()),
            (Some(code), ""),
            "{}",
            self.talk
        );
        self.talk
    }

    /// What stands on stderr.
    fn talk(&self) -> &str {
        &self.talk
    }

    /// What stands on stdout, the call having ended as `code` says.
    #[track_caller]
    fn results(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.talk);
        self.out
    }
}

#[test]
fn exit_codes_tell_how_a_run_ended() {
    let place = Place::new("exit_codes");
    let run = |set: &str| place.run(&["run", "cut.ron", "--set", set]);
    assert!(run("seed=4").results(0).starts_with("PASS  cut  seed 4"));
    let failed = run("expect=[Sometimes(OomRefusal)]").results(1);
    assert!(failed.starts_with("FAIL  cut"));
    let line = "reproduce: meridian run cut.ron --seed 3 --set 'expect=[Sometimes(OomRefusal)]'\n";
    assert!(failed.ends_with(line), "{failed}");
    assert!(run("events_max=10").results(3).starts_with("CAPPED  cut"));
    run("expect=[Nothing]").error(2);
    assert_eq!(
        place.run(&["catalogue", "skus", "B9999"]).error(4),
        "nothing matches B9999\n"
    );
}

#[test]
fn of_several_scenarios_the_worst_counts_and_all_are_run() {
    let place = Place::new("several");
    place.write(
        "apart.ron",
        SCENARIO.replace("NoOom", "LostWrites(at_least: 1)"),
    );
    place.write("broken.ron", "(");
    let both = place
        .run(&["run", "apart.ron", "cut.ron", "--out", "out"])
        .results(1);
    assert!(
        both.starts_with("FAIL  apart") && both.contains("\n\nPASS  cut"),
        "{both}"
    );
    assert_eq!(place.read("out/cut/plan.ron").lines().next(), Some("("));
    assert!(
        place
            .read("out/apart/outcome.json")
            .contains("\"status\": \"fail\"")
    );
    let all = place.run(&["run", "broken.ron", "cut.ron"]);
    assert!(all.talk.contains("error[E0002]"), "{}", all.talk);
    assert!(all.results(2).starts_with("PASS  cut"));
}

#[test]
fn json_is_one_object_a_line_with_every_field() {
    let place = Place::new("json");
    let ended = place.run(&["run", "cut.ron", "cut.ron", "--format", "json"]);
    assert_eq!(ended.talk, "");
    let lines = ended.results(0);
    let (first, second) = lines.split_once('\n').expect("there are two lines");
    assert_eq!(format!("{first}\n"), second);
    let outcome: Value = serde_json::from_str(first).expect("a line is JSON");
    let fields = "schema_version scenario seed version digest status verdicts operations commands \
                  shows instances links control alerts convergence writes anomalies cost \
                  assumptions reproduce";
    for field in fields.split_whitespace() {
        assert!(outcome.get(field).is_some(), "{field} is missing");
    }
    assert_eq!(outcome["commands"][0]["reply"], "OK");
    assert_eq!(outcome["reproduce"], "meridian run cut.ron --seed 3");
    let threads = ["run", "cut.ron", "--format", "json", "--threads", "2"];
    assert_eq!(place.run(&threads).results(0), format!("{first}\n"));
}

#[test]
fn a_failure_in_json_says_on_stderr_how_to_see_it_again() {
    let place = Place::new("json_failure");
    let words = [
        "run",
        "cut.ron",
        "--format",
        "json",
        "--set",
        "expect=[StaysApart]",
    ];
    let ended = place.run(&words);
    insta::assert_snapshot!(
        ended.talk, @"reproduce: meridian run cut.ron --seed 3 --set 'expect=[StaysApart]'"
    );
    ended.results(1);
}

#[test]
fn a_run_leaves_its_files_and_replays() {
    let place = Place::new("replay");
    let ended = place.run(&["run", "cut.ron", "--seed", "9", "--out", "a/b"]);
    assert_eq!(ended.talk, "report: a/b/report.html\n");
    let summary = ended.results(0);
    assert_eq!(
        files(&place.path("a/b")),
        [
            "charts/divergence.svg",
            "charts/lag.svg",
            "charts/lanes.svg",
            "charts/memory.svg",
            "journal.jsonl",
            "outcome.json",
            "plan.ron",
            "report.html",
            "series.csv",
        ]
    );
    for path in ["a/b/outcome.json", "a/b/plan.ron"] {
        let again = place.run(&["replay", path]);
        assert!(
            again.talk.starts_with("the same run: digest "),
            "{}",
            again.talk
        );
        assert_eq!(again.results(0), summary);
    }
    let outcome = place.read("a/b/outcome.json");
    place.write(
        "a/b/outcome.json",
        outcome.replace("\"acknowledged\": ", "\"acknowledged\": 9"),
    );
    let diverged = place.run(&["replay", "a/b/outcome.json"]);
    assert!(
        diverged
            .talk
            .contains("first difference: outcome.json `writes.acknowledged`")
    );
    assert!(
        diverged
            .talk
            .ends_with("reproduce: meridian run cut.ron --seed 9\n")
    );
    diverged.results(5);
    place.write(
        "a/b/plan.ron",
        place.read("a/b/plan.ron").replace("\"8s\"", "\"9s\""),
    );
    let diverged = place.run(&["replay", "a/b/plan.ron"]);
    assert!(
        diverged
            .talk
            .contains("first difference: journal.jsonl line "),
        "{}",
        diverged.talk
    );
    diverged.results(5);
    fs::remove_file(place.path("a/b/outcome.json")).expect("the outcome can be removed");
    let alone = place.run(&["replay", "a/b/plan.ron"]);
    assert_eq!(
        alone.talk,
        "nothing to compare with: no outcome.json beside the plan\n"
    );
    alone.results(0);
}

#[test]
fn a_replay_decides_what_a_summary_left_open() {
    let place = Place::new("decided");
    let summary = ["--set", "full_detail_operations=0", "--out", "a"];
    let run = place.run(&[&["run", "cut.ron"], &summary[..]].concat());
    let open = run.results(0);
    assert!(open.contains("? writes one by one"), "{open}");
    let again = place.run(&["replay", "a/outcome.json"]);
    assert!(
        again.talk.starts_with("the same run: digest "),
        "{}",
        again.talk
    );
    assert!(again.results(0).contains("✓ writes one by one"));
    let journal = place.read("a/journal.jsonl");
    let verdicts = journal.lines().filter(|line| line.contains("\"verdict\""));
    assert_eq!(verdicts.count(), 9, "{journal}");
}

/// All files below a folder, by path.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        let name = path
            .file_name()
            .expect("entries have names")
            .to_string_lossy()
            .into_owned();
        match path.is_dir() {
            true => found.extend(files(&path).iter().map(|below| format!("{name}/{below}"))),
            false => found.push(name),
        }
    }
    found.sort();
    found
}

#[test]
fn determinism_is_checked_on_demand() {
    let place = Place::new("determinism");
    let ended = place.run(&["run", "cut.ron", "--check-determinism", "--threads", "2"]);
    let digest = ended
        .out
        .lines()
        .find_map(|line| line.strip_prefix("digest: "));
    let digest = digest.expect("the summary has the digest");
    assert_eq!(
        ended.talk,
        format!("deterministic: other threads, half the lookahead and no observer give {digest}\n")
    );
    ended.results(0);
}

#[test]
fn colour_is_a_choice() {
    let place = Place::new("colour");
    let coloured = |words: &[&str]| {
        let ended = place.run(words);
        (ended.out.contains('\x1b'), ended.talk.contains('\x1b'))
    };
    assert_eq!(coloured(&["run", "cut.ron"]), (false, false));
    assert_eq!(
        coloured(&["run", "cut.ron", "--color", "always"]),
        (true, false)
    );
    assert_eq!(
        coloured(&["run", "none.ron", "--color", "always"]),
        (false, true)
    );
    assert_eq!(
        coloured(&["--color=always", "run", "--threads", "0"]),
        (false, true)
    );
    assert_eq!(coloured(&["run", "--threads", "0"]), (false, false));
}

#[test]
fn a_reader_that_goes_is_no_failure() {
    let place = Place::new("pipe");
    for words in [&["catalogue", "rtt"][..], &["run", "cut.ron"], &["--help"]] {
        let mut child = place
            .command(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        drop(child.stdout.take());
        let ended = Ended::of(child.wait_with_output().expect("the program ends"));
        assert_eq!(
            (ended.code, ended.talk.as_str()),
            (Some(0), ""),
            "{words:?}"
        );
    }
}
