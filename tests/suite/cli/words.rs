//! The commands that run nothing: what can be written, and what it means.

use super::{Place, SCENARIO};

#[test]
fn explaining_runs_nothing() {
    let place = Place::new("explain_plan");
    let text = place
        .run(&["run", "cut.ron", "--explain", "--set", "storm=16s"])
        .results(0);
    assert!(
        text.starts_with("cut: does a short outage heal?\nseed 3, storm 16s"),
        "{text}"
    );
    let both = place
        .run(&["run", "cut.ron", "--explain", "--out", "out"])
        .error(2);
    assert!(
        both.contains("'--explain' cannot be used with '--out <DIR>'"),
        "{both}"
    );
}

#[test]
fn validate_points_out_every_mistake_of_every_file() {
    let place = Place::new("validate");
    let text = SCENARIO
        .replace("East US", "East UK")
        .replace("\"20s\"", "\"20\"");
    place.write("bad.ron", text);
    let ended = place.run(&["validate", "bad.ron", "cut.ron", "absent.ron"]);
    for place in [
        "bad.ron:5:",
        "bad.ron:6:",
        "bad.ron:8:",
        "bad.ron:14:",
        "absent.ron",
    ] {
        assert!(
            ended.talk.contains(place),
            "{place} is not in {}",
            ended.talk
        );
    }
    assert_eq!(ended.results(2), "cut.ron: no mistakes\n");
}

#[test]
fn new_writes_a_scenario_and_never_over_one() {
    let place = Place::new("new");
    assert_eq!(place.run(&["new", "first"]).results(0), "first.ron\n");
    assert_eq!(
        place.run(&["validate", "first.ron"]).results(0),
        "first.ron: no mistakes\n"
    );
    place.write("first.ron", "mine");
    insta::assert_snapshot!(
        place.run(&["new", "first.ron"]).error(2),
        @"error: `first.ron` exists already, and nothing is overwritten: take another name"
    );
    assert_eq!(place.read("first.ron"), "mine");
    assert!(place.run(&["new"]).results(0).contains("schema_version: 1"));
    for name in ["", "..", "a/", "a\nb"] {
        let talk = place.run(&["new", name]).error(2);
        assert!(talk.contains("expected a file name"), "{talk}");
    }
}

#[test]
fn the_catalogue_lists_what_scenarios_can_name() {
    let place = Place::new("catalogue");
    let topics = "regions skus rtt mixes commands checks errors assumptions";
    for topic in topics.split_whitespace() {
        let list = place.run(&["catalogue", topic]).results(0);
        assert!(list.lines().count() > 5, "{topic}: {list}");
    }
    let pair = place.run(&["catalogue", "rtt", "japan west", "korea south"]);
    insta::assert_snapshot!(pair.results(0), @r#"
    from         to           median  P95/P50
    Japan West   Korea South    13ms        -
    Korea South  Japan West     14ms        -
    "#);
}

#[test]
fn every_listed_expectation_can_be_written() {
    let place = Place::new("expectations");
    let long = ["--set", "storm=9h", "--set", "settle=5m"];
    for one in meridian::checks::listed::ALL {
        let Some(form) = one.form else { continue };
        let expect = format!("expect=[{form}]");
        let run = ["run", "cut.ron", "--explain", "--set", &expect];
        let plan = place.run(&[&run[..], &long].concat()).results(0);
        let demand = format!("Expectations\n  {}", one.name);
        assert!(plan.contains(&demand), "{demand} is not in {plan}");
    }
}

#[test]
fn codes_and_names_are_explained() {
    let place = Place::new("explain");
    let explained = |code: &str| place.run(&["explain", code]).results(0);
    for code in [
        "E0301",
        "E-UNLINK-SELF",
        "a-record",
        "record_bytes",
        "quiescence",
        "scenario",
    ] {
        assert!(explained(code).lines().count() > 3, "{code}");
    }
    insta::assert_snapshot!(explained("E-UNLINK-SELF"), @r#"
    E-UNLINK-SELF: a refusal of the control plane, HTTP 400

    What: a database cannot unlink itself; send the request to a surviving member.
    Then: nothing has changed; the request stands in the outcome's `control` as `refused`.
    Do:   send it to another member of the group.
    Rule: Terraform provider azurerm, managed Redis geo-replication.
    "#);
    let mirror = explained("A-MIRROR");
    assert!(
        mirror.contains("Default: true\nTakes:   a word, true or false\n"),
        "{mirror}"
    );
    let tail = explained("delay_tail");
    assert!(
        tail.contains("Takes:   a share, as `\"80%\"`, 0% to 10000%\n"),
        "{tail}"
    );
    insta::assert_snapshot!(explained("NoOom"), @r#"
    NoOom: an expectation, written `NoOom`

    Demands: No shard ever runs out of memory.
    Basis:   Judged over the whole run; one that is never evaluated fails.
    "#);
}

#[test]
fn completions_and_manual_are_made_from_the_command_line() {
    let place = Place::new("completions");
    for shell in ["bash", "zsh", "fish"] {
        let script = place.run(&["completions", shell]).results(0);
        assert!(script.contains("check-determinism"), "{shell}");
    }
    let page = place.run(&["man"]).results(0);
    assert!(
        page.contains(".SH SYNOPSIS") && page.contains("Exit codes"),
        "{page}"
    );
    let page = place.run(&["man", "run"]).results(0);
    assert!(page.contains("check\\-determinism"), "{page}");
    let help = place.run(&["--help"]).results(0);
    assert!(help.contains("70  internal error"), "{help}");
    assert_eq!(place.run(&["--version"]).results(0), "meridian 0.1.0\n");
}
