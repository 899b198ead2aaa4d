//! Failures of the simulator that sweeps have found, as `meridian shrink` left them: none comes
//! back.

use std::fs;
use std::path::Path;

use crate::refusals::outcome;

#[test]
fn what_sweeps_have_found_stays_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/shrunk");
    let files = fs::read_dir(folder).expect("the folder is there");
    let files = files.map(|file| file.expect("it can be listed").path());
    let mut count = 0;
    for file in files {
        let text = fs::read_to_string(&file).expect("it can be read");
        // Of a failure the test's output tells which.
        println!("{}", file.display());
        outcome(&text, &[]);
        count += 1;
    }
    assert!(count >= 4, "only {count} were there");
}
