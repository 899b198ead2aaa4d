//! `meridian sweep --partition`: two programs at one partition take turns.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use super::Place;

#[test]
fn a_partition_has_one_program_at_a_time() {
    let place = Place::new("turns");
    let list = [
        "--seeds",
        "0..4",
        "--partitions",
        "2",
        "--out",
        "cases.json",
    ];
    let cases = [&["cases", "cut.ron"], &list[..]].concat();
    place.run(&cases).results(0);
    fs::create_dir(place.path("parts")).expect("a folder can be made");
    let lock = File::create(place.path("parts/part-1-of-2.lock")).expect("it can be made");
    lock.lock().expect("nobody has it");
    let part = [
        "--cases",
        "cases.json",
        "--partition",
        "1/2",
        "--out",
        "parts",
    ];
    let mut child = place
        .command(&[&["sweep"], &part[..]].concat())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut talk = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut line = String::new();
    talk.read_line(&mut line).expect("it says something");
    let waits = "partition 1/2: waiting for another program that is at work on it\n";
    assert_eq!(line, waits);
    assert!(!place.path("parts/part-1-of-2.header.json").exists());
    drop(lock);
    let mut rest = String::new();
    talk.read_to_string(&mut rest).expect("it is UTF-8");
    let ended = child.wait().expect("the child ends");
    assert!(ended.success(), "{rest}");
    let kept = place.read("parts/part-1-of-2.jsonl");
    assert_eq!(kept.lines().count(), 2);
}
