//! Axes of a sweep: cells in order, in pieces, again, and one alone.

use std::fs;

use super::{Place, files};

/// Two axes: one that decides whether a case fails, and one that does not.
const VARY: &str = r#"    vary: [
        (name: "writes", set: "traffic.app.arrivals", to: [Poisson("1/s"), Poisson("200/s")],
            labels: ["few", "many"], kind: Circumstance),
        (name: "size", set: ["instances.redis-us.sku", "instances.redis-eu.sku"],
            to: ["Balanced_B5", "Balanced_B3"]),
    ],
    instances: ["#;

const SWEEP: [&str; 2] = ["sweep", "vary.ron"];

/// A place with a scenario that varies, in which many writes meet and few do not.
fn place(name: &str) -> Place {
    let place = Place::new(name);
    let scenario = place
        .read("cut.ron")
        .replace("    instances: [", VARY)
        .replace("20s", "10s")
        .replace("15s", "6s")
        .replace("5s", "2s")
        .replace("8s", "4s")
        .replace("NoOom]", "NoOom, OverwrittenWrites(at_most: 2)]");
    place.write("vary.ron", scenario);
    place
}

fn sweep<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&SWEEP[..], words].concat()
}

#[track_caller]
fn assert_same(place: &Place, one: &str, other: &str) {
    let names = files(&place.path(one));
    assert_eq!(names, files(&place.path(other)));
    for name in names {
        let [ours, theirs] = [one, other].map(|folder| place.read(&format!("{folder}/{name}")));
        assert!(ours == theirs, "{name} differs");
    }
}

#[test]
fn cells_go_on_in_the_middle_of_a_seed() {
    let place = place("axes-resumed");
    let whole = place.run(&sweep(&[
        "--seeds", "0..3", "--out", "whole", "--jobs", "2",
    ]));
    let text = whole.results(1);
    assert!(
        text.starts_with("FAIL  vary  seeds 0..3 in 4 cells  6 of 12 cases fail"),
        "{text}"
    );
    assert!(text.lines().count() <= 30, "{text}");
    let rows = place.read("whole/cases.jsonl");
    let seeds: Vec<&str> = rows.lines().map(|row| &row[..9]).collect();
    assert_eq!(
        seeds[..5],
        ["{\"seed\":0"; 4]
            .into_iter()
            .chain(["{\"seed\":1"])
            .collect::<Vec<_>>()
    );
    let second = rows.lines().nth(1).expect("there are twelve");
    let values = r#""values":{"size":"Balanced_B3","writes":"few"},"bought_bytes":6000000000"#;
    assert!(second.contains(values), "{second}");
    // Six rows: one seed, and two cells of the next.
    let (end, _) = rows.match_indices('\n').nth(5).expect("there are twelve");
    fs::create_dir_all(place.path("torn")).expect("a folder can be made");
    place.write("torn/header.json", place.read("whole/header.json"));
    place.write("torn/cases.jsonl.tmp", &rows[..end + 20]);
    let torn = place.run(&sweep(&["--seeds", "0..3", "--out", "torn"]));
    let kept = "6 of 12 cases are kept from before\n";
    assert!(torn.talk().contains(kept), "{}", torn.talk());
    assert_same(&place, "whole", "torn");
    // Fewer seeds first.
    place.run(&sweep(&["--seeds", "0..1", "--out", "longer"]));
    let longer = place.run(&sweep(&["--seeds", "0..3", "--out", "longer"]));
    assert!(
        longer
            .talk()
            .contains("4 of 12 cases are kept from before\n"),
        "{}",
        longer.talk()
    );
    assert_same(&place, "whole", "longer");
    // Other values are another sweep.
    let scenario = place.read("vary.ron").replace("\"200/s\"", "\"300/s\"");
    place.write("vary.ron", scenario);
    let other = place
        .run(&sweep(&["--seeds", "0..3", "--out", "whole"]))
        .error(2);
    assert!(
        other.contains("is of another sweep: its axes is writes"),
        "{other}"
    );
}

#[test]
fn cells_in_pieces_are_those_of_the_whole() {
    let place = place("axes-partitions");
    let seeds = ["--seeds", "0..2"];
    place
        .run(&sweep(&[&seeds[..], &["--out", "whole"]].concat()))
        .results(1);
    let list = ["--partitions", "3", "--out", "cases.json"];
    let made = place.run(&[&["cases", "vary.ron"], &seeds[..], &list].concat());
    assert_eq!(made.talk(), "cases.json: 8 cases in 3 partitions\n");
    for part in ["1/3", "2/3", "3/3"] {
        let words = [
            "--cases",
            "cases.json",
            "--partition",
            part,
            "--out",
            "parts",
        ];
        place.run(&[&["sweep"], &words[..]].concat()).results(0);
    }
    let merge = ["merge", "parts", "--cases", "cases.json", "--out", "merged"];
    place.run(&merge).results(1);
    assert_same(&place, "whole", "merged");
    let list = place.read("cases.json");
    place.write("other.json", list.replacen("\"few\"", "\"none\"", 1));
    let words = [
        "--cases",
        "other.json",
        "--partition",
        "1/3",
        "--out",
        "others",
    ];
    let other = place.run(&[&["sweep"], &words[..]].concat()).error(2);
    assert!(other.contains("is of another axes"), "{other}");
}

#[test]
fn a_failure_is_seen_again_in_its_cell() {
    let place = place("axes-again");
    let words = ["--seeds", "0..2", "--out", "out"];
    let talk = place.run(&sweep(&words));
    assert!(
        talk.talk()
            .contains("seed 0 with many, Balanced_B5 fails: "),
        "{}",
        talk.talk()
    );
    let failures = place.read("out/failures.jsonl");
    assert_eq!(failures.lines().count(), 4);
    let last = failures.lines().last().expect("there are four");
    let last: serde_json::Value = serde_json::from_str(last).expect("a line is JSON");
    let line = last["reproduce"].as_str().expect("it is text");
    assert_eq!(
        line,
        "meridian run vary.ron --seed 1 --axis writes=many --axis size=Balanced_B3"
    );
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    let again = place.run(&[&words[..], &["--format", "json"]].concat());
    let outcome: serde_json::Value = serde_json::from_str(&again.out).expect("it is one object");
    assert_eq!(outcome["instances"][0]["sku"], "Balanced_B3");
    assert_eq!(outcome["reproduce"], line);
    let row = place.read("out/cases.jsonl");
    let row = row.lines().last().expect("there are eight");
    let digest = outcome["digest"].as_str().expect("it is text");
    assert!(row.contains(&format!("\"digest\":\"{digest}\"")), "{row}");
    let rerun = place
        .run(&sweep(&["--rerun", "out/failures.jsonl"]))
        .results(1);
    assert!(
        rerun.starts_with("FAIL  vary  4 cases listed in 4 cells  4 of 4 cases"),
        "{rerun}"
    );
    place.write("foreign.jsonl", "{\"seed\":1}\n");
    let foreign = place.run(&sweep(&["--rerun", "foreign.jsonl"])).error(2);
    assert!(
        foreign.contains("line 1, is of no cell of this scenario"),
        "{foreign}"
    );
}

#[test]
fn a_run_is_of_one_cell() {
    let place = place("axes-run");
    let first = place.run(&["run", "vary.ron", "--out", "first"]).results(0);
    assert!(first.starts_with("PASS  vary"), "{first}");
    let plan = place.read("first/plan.ron");
    assert!(
        plan.contains("Balanced_B5") && !plan.contains("vary:"),
        "{plan}"
    );
    let told = |axis: &str| place.run(&["run", "vary.ron", "--axis", axis]).error(2);
    let axis = told("sise=Balanced_B3");
    let expected = "`vary.ron` has no axis called `sise`: expected one of `writes`, `size`\n";
    assert!(axis.ends_with(expected), "{axis}");
    let value = told("size=Balanced_B10");
    assert!(
        value.contains("no value `Balanced_B10` of its axis `size`: expected one of `Balanced_B5`"),
        "{value}"
    );
    let none = place.run(&["run", "cut.ron", "--axis", "size=1"]).error(2);
    assert!(
        none.contains("has no axis called `size`: it has none"),
        "{none}"
    );
}
