//! `meridian import`: what it prints and writes, and how it ends.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use super::{Ended, Place};

/// A folder with the fixtures in it.
fn place(name: &str) -> Place {
    let place = Place::new(name);
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/azure");
    for file in ["list.json", "geo-rest.json", "article.sh"] {
        place.write(
            file,
            fs::read(fixtures.join(file)).expect("the fixture is there"),
        );
    }
    place
}

#[test]
fn what_is_imported_loads_and_runs_as_a_plan() {
    let place = place("import");
    let words = ["import", "azure", "list.json", "--out", "group.ron"];
    let ended = place.run(&words);
    assert_eq!(
        ended.talk,
        "it loads; next: write your question, and what should happen\n"
    );
    assert_eq!(ended.results(0), "group.ron\n");
    assert_eq!(
        place.run(&["validate", "group.ron"]).results(0),
        "group.ron: no mistakes\n"
    );
    let plan = place.run(&["run", "group.ron", "--explain"]).results(0);
    for line in [
        "  Cache1           East US              Balanced_B10, 9.6GB usable in 2 shards\n",
        "  Cache2           West US              Balanced_B10, 9.6GB usable in 2 shards\n",
        "  Cache3           UK South             Balanced_B1, 800MB usable in 1 shards\n",
    ] {
        assert!(plan.contains(line), "{line}{plan}");
    }
    let again = place.run(&words).error(2);
    assert_eq!(
        again,
        "error: `group.ron` exists already, and nothing is overwritten: take another name\n"
    );
}

#[test]
fn what_lacks_something_says_so() {
    let place = place("import_lacking");
    let ended = place.run(&["import", "azure", "geo-rest.json"]);
    assert_eq!(
        ended.talk,
        "it does not load yet: see the comments in it that begin with `!!` (6 mistakes as \
         `meridian validate` counts)\n"
    );
    let text = ended.results(3);
    place.write("group.ron", &text);
    let talk = place.run(&["validate", "group.ron"]).error(2);
    assert!(talk.contains("instance `cache2` has no `region`"), "{talk}");
}

#[test]
fn standard_input_is_an_input() {
    let place = place("import_stdin");
    let mut command = place.command(&["import", "azure", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("its input is a pipe");
    let script = place.read("article.sh");
    stdin
        .write_all(script.as_bytes())
        .expect("it reads its input");
    drop(stdin);
    let ended = Ended::of(child.wait_with_output().expect("the program ends"));
    let text = ended.results(0);
    let expected = place.run(&["import", "azure", "article.sh"]).results(0);
    assert_eq!(
        text,
        expected.replace("from article.sh", "from standard input")
    );
}

#[test]
fn what_cannot_be_imported_is_told_on_stderr() {
    let place = place("import_wrong");
    let talk = place.run(&["import", "azure", "none.json"]).error(2);
    assert!(
        talk.starts_with("error: `none.json` cannot be read: "),
        "{talk}"
    );
    place.write("a.json", "[{]");
    insta::assert_snapshot!(
        place.run(&["import", "azure", "list.json", "a.json"]).error(2),
        @"error: `a.json` is not JSON: key must be a string at line 1 column 3"
    );
    let out = ["import", "azure", "a.json", "--out", "b.ron"];
    place.run(&out).error(2);
    assert!(!place.path("b.ron").exists());
    let group = ["import", "azure", "list.json", "--group", "none"];
    insta::assert_snapshot!(
        place.run(&group).error(2),
        @"error: no group is called `none`: there are `replicationGroup` (Cache1, Cache2)"
    );
}

#[test]
fn help_shows_how() {
    let place = Place::new("import_help");
    let help = place.run(&["import", "--help"]).results(0);
    assert!(help.contains("azure"), "{help}");
    let help = place.run(&["import", "azure", "--help"]).results(0);
    for part in [
        "meridian import azure caches.json --out group.ron",
        "--group <NICKNAME>",
        "`-`",
    ] {
        assert!(help.contains(part), "{part}\n{help}");
    }
    let page = place.run(&["man", "import"]).results(0);
    assert!(page.contains(".SH SYNOPSIS"), "{page}");
}
