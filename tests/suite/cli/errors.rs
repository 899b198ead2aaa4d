//! What users are told when the command line, a file or a folder is wrong: word for word.

use std::fs;

use super::Place;

/// The width of what is compared here.
const COLUMNS: usize = 84;

/// What a call that fails says on stderr, wrapped.
#[track_caller]
fn told(place: &Place, words: &[&str]) -> String {
    wrapped(&place.run(words).error(2))
}

fn wrapped(talk: &str) -> String {
    let mut text = String::new();
    for line in talk.lines() {
        let mut width = 0;
        for word in line.split_inclusive(' ') {
            if width + word.len() > COLUMNS {
                text.truncate(text.trim_end().len());
                text.push_str("\n  ");
                width = 2;
            }
            text.push_str(word);
            width += word.len();
        }
        text.push('\n');
    }
    text
}

#[test]
fn scenarios_that_cannot_be_read() {
    let place = Place::new("unreadable");
    place.write("bytes.ron", [0xff, 0xfe]);
    fs::create_dir_all(place.path("folder.ron")).expect("a folder can be made");
    insta::assert_snapshot!(told(&place, &["run", "absent.ron"]), @r#"
    error[E0001]: `absent.ron` cannot be read: No such file or directory (os error 2)
     |
     = help: check the path; `meridian new NAME` writes a starter scenario

    error: absent.ron: 1 mistake; `meridian explain E0001` says more
    "#);
    insta::assert_snapshot!(told(&place, &["run", "folder.ron"]), @r#"
    error[E0001]: `folder.ron` cannot be read: it is a folder
     |
     = help: name a scenario file in it

    error: folder.ron: 1 mistake; `meridian explain E0001` says more
    "#);
    insta::assert_snapshot!(told(&place, &["validate", "bytes.ron"]), @r#"
    error[E0001]: `bytes.ron` cannot be read: it is not UTF-8 text
     --> bytes.ron:1:1
      |
    1 | ��
      | ^ byte 0xFF has no meaning here
      |
      = help: it looks like UTF-16; save it as UTF-8

    error: bytes.ron: 1 mistake; `meridian explain E0001` says more
    "#);
}

#[test]
fn flags_that_make_no_sense() {
    let place = Place::new("flags");
    insta::assert_snapshot!(told(&place, &["run"]), @r#"
    error: the following required arguments were not provided:
      <SCENARIO>...

    Usage: meridian run <SCENARIO>...

    For more information, try '--help'.
    "#);
    let told = |words: &[&str]| told(&place, &[&["run", "cut.ron"], words].concat());
    insta::assert_snapshot!(told(&["--threads", "0"]), @r#"
    error: invalid value '0' for '--threads <N>': expected a number of threads from 1
      to 64

    For more information, try '--help'.
    "#);
    insta::assert_snapshot!(told(&["--seed", "-1"]), @r#"
    error: invalid value '-1' for '--seed <N>': expected a whole number from 0 to
      18446744073709551615

    For more information, try '--help'.
    "#);
    insta::assert_snapshot!(told(&["--sed", "1"]), @r#"
    error: unexpected argument '--sed' found

      tip: a similar argument exists: '--seed'

    Usage: meridian run --seed <N> <SCENARIO>...

    For more information, try '--help'.
    "#);
    insta::assert_snapshot!(told(&["--format", "yaml"]), @r#"
    error: invalid value 'yaml' for '--format <FORMAT>'
      [possible values: text, json]

    For more information, try '--help'.
    "#);
    insta::assert_snapshot!(told(&["--set", "strom=2h"]), @r#"
    error[E0101]: unknown field `strom` in `Scenario`
     --> --set:1:1
      |
    1 | strom=2h
      | ^^^^^ no such field
      |
      = help: the fields here are `schema_version`, `name`, `question`, `seed`,
      `epoch`, `storm`, `settle`, `sample_every`, `full_detail_operations`,
      `events_max`, `tie_break`, `group`, `instances`, `principals`, `regions`,
      `routes`, `fill`, `traffic`, `timeline`, `faults`, `faults_at_once`, `swarm`,
      `runbook`, `alerts`, `arms`, `vary`, `assumptions` and `expect`
    help: did you mean `storm`?
      |
    1 - strom=2h
    1 + storm=2h
      |

    error: cut.ron: 1 mistake; `meridian explain E0101` says more
    "#);
}

#[test]
fn folders_that_results_cannot_go_to() {
    let place = Place::new("in_the_way");
    place.write("file", "mine");
    let told = |words: &[&str]| told(&place, &[&["run", "cut.ron"], words].concat());
    insta::assert_snapshot!(told(&["--out", "file"]), @r#"
    error: `file` is in the way: expected a folder
    "#);
    insta::assert_snapshot!(told(&["--out", "file/below"]), @r#"
    error: `file` is in the way: expected a folder
    "#);
    place.write(
        "again.ron",
        place.read("cut.ron").replace("seed: 3", "name: \"cut\""),
    );
    insta::assert_snapshot!(told(&["again.ron", "--out", "out"]), @r#"
    error: `cut.ron` and `again.ron` are both called `cut`, and would write to the same
      folder: run them one by one, or give one of them another `name`
    "#);
    fs::create_dir_all(place.path("taken/series.csv")).expect("a folder can be made");
    let taken = place.run(&["run", "cut.ron", "--out", "taken"]);
    insta::assert_snapshot!(taken.talk(), @r#"
    error: `taken/series.csv` is in the way: expected a file
    reproduce: meridian run cut.ron --seed 3
    "#);
    let left = fs::read_dir(place.path("taken")).expect("the folder can be read");
    assert_eq!(left.count(), 1, "nothing half written is left");
    taken.results(2);
}

#[test]
fn what_cannot_be_replayed() {
    let place = Place::new("unreplayable");
    place.write("outcome.json", "{}");
    let told = |path: &str| told(&place, &["replay", path]);
    insta::assert_snapshot!(told("."), @r#"
    error: `.` is a folder: expected its `outcome.json` or `plan.ron`
    "#);
    insta::assert_snapshot!(told("absent.json"), @r#"
    error: `absent.json` cannot be read: No such file or directory (os error 2)
    "#);
    insta::assert_snapshot!(told("outcome.json"), @r#"
    error: `outcome.json` is not an outcome that this version reads: missing field
      `schema_version` at line 1 column 2
    "#);
    place.run(&["run", "cut.ron", "--out", "out"]).results(0);
    fs::remove_file(place.path("out/plan.ron")).expect("the plan can be removed");
    insta::assert_snapshot!(told("out/outcome.json"), @r#"
    error: `out/outcome.json` cannot be replayed without its plan: expected
      `out/plan.ron` beside it, as `run --out` leaves them
    "#);
}

#[test]
fn names_that_nothing_has() {
    let place = Place::new("unknown");
    let told = |words: &[&str]| told(&place, words);
    insta::assert_snapshot!(told(&["explain", "E-UNLINK-SLF"]), @r#"
    error: there is nothing called `E-UNLINK-SLF`: did you mean `E-UNLINK-SELF` or
      `E-UNLINK-ABSENT` or `E-UNLINK-FORMER`?
    "#);
    insta::assert_snapshot!(told(&["explain", "zzz"]), @r#"
    error: there is nothing called `zzz`; `meridian catalogue` lists errors,
      assumptions and checks
    "#);
    insta::assert_snapshot!(told(&["man", "rnu"]), @r#"
    error: there is nothing called `rnu`; the commands are run, sweep, cases, merge,
      shrink, find, compare, replay, validate, check, new, import, catalogue, explain,
      completions, man, help
    "#);
    insta::assert_snapshot!(told(&["catalogue", "region"]), @r#"
    error: invalid value 'region' for '<TOPIC>'
      [possible values: regions, skus, rtt, mixes, commands, checks, errors,
      assumptions]

      tip: a similar value exists: 'regions'

    For more information, try '--help'.
    "#);
    insta::assert_snapshot!(told(&["completions", "tcsh"]), @r#"
    error: invalid value 'tcsh' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

      tip: a similar value exists: 'zsh'

    For more information, try '--help'.
    "#);
}
